//! Mails forwarded to the office, whole and damaged.

use std::io::{Cursor, Write as _};

use crate::gather::story::tests::{newsletter, office, read_files, report};
use crate::model::{Finding, Lang, Severity, Story, Text};

const FORWARDED: &str = "From: Marie Tremblay <marie@example.gc.ca>\r\nTo: news@example.ca\r\n\
Subject: =?UTF-8?Q?TR=C2=A0:_RE:_Journ=C3=A9e_d=E2=80=99apprentissage?=\r\n\
Date: Fri, 20 Nov 2026 13:05:00 -0500\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
--b\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
Bonjour, pour la prochaine infolettre, merci!\r\n\r\n-- \r\nMarie Tremblay\r\nmarie@example.gc.ca\r\n\r\n\
-----Message d'origine-----\r\nDe : Jean Roy <jean@example.gc.ca>\r\nEnvoy\u{e9} : 19 novembre 2026 10:00\r\n\
\u{c0} : Marie Tremblay\r\nObjet : Journ\u{e9}e\r\n\r\n\
Venez apprendre \u{e0} \u{e9}crire pour tout le monde pendant cette belle journ\u{e9}e qui est ouverte \u{e0} toutes\r\n\
et \u{e0} tous dans la r\u{e9}gion de la capitale nationale.\r\n\r\n\
- un atelier\r\n- une visite,\r\n  avec guide\r\n\r\n\
D\u{e9}tails : <https://can01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.ca%2Fjour&data=05>\r\n\r\n\
Envoy\u{e9} de mon iPhone\r\n\r\n\
De : Luc\r\nEnvoy\u{e9} : 18 novembre 2026\r\nObjet : vieux\r\n\r\nUn vieux courriel.\r\n\
--b\r\nContent-Type: application/pdf; name=\"affiche.pdf\"\r\nContent-Disposition: attachment; filename=\"affiche.pdf\"\r\n\
Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n";

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn read_mail(name: &str, bytes: &[u8]) -> (Story, Vec<Finding>) {
    let (mut stories, findings) = read_files(&[(name, bytes)]);
    assert_eq!(stories.len(), 1, "{findings:?}");
    (stories.remove(0), findings)
}

fn text<'a>(story: &'a Story, lang: &str) -> &'a Text {
    &story.texts[&Lang::new(lang)]
}

fn has(findings: &[Finding], severity: Severity, words: &str) -> bool {
    findings.iter().any(|finding| finding.severity == severity && finding.message.fr.contains(words))
}

#[test]
fn a_forwarded_mail_is_its_inner_text_under_its_subject() {
    let (story, findings) = read_mail("courriel.eml", &latin(FORWARDED));
    assert_eq!(text(&story, "fr").title, "Journée d’apprentissage");
    assert_eq!(
        text(&story, "fr").body,
        "<p>Venez apprendre à écrire pour tout le monde pendant cette belle journée qui est ouverte à toutes et à tous \
         dans la région de la capitale nationale.</p><ul><li>un atelier</li><li>une visite, avec guide</li></ul>\
         <p>Détails : <a href=\"https://example.ca/jour\">https://example.ca/jour</a></p>"
    );
    assert!(has(&findings, Severity::Warning, "la note au-dessus"), "{findings:#?}");
    assert!(has(&findings, Severity::Info, "les courriels plus anciens"));
    assert!(has(&findings, Severity::Warning, "la pièce jointe `affiche.pdf`"));
    assert!(has(&findings, Severity::Info, "le courriel vient de Marie Tremblay"));
    assert_eq!(story.published.unwrap().to_string(), "2026-11-20T18:05:00Z");
    let all = format!("{story:?} {findings:?}");
    assert!(!all.contains('@'), "{all}");
}

#[test]
fn html_of_outlook_in_two_languages_is_two_texts() {
    let html = "<html><head><style>p{}</style></head><body><p>FYI</p><div style=\"border-top:solid\"><p><b>From:</b> A &lt;a@example.ca&gt;<br>\
<b>Sent:</b> November 19, 2026<br><b>To:</b> B<br><b>Subject:</b> x</p></div><p>(Le fran&ccedil;ais suit)</p><p><b>English</b></p>\
<p>Come and learn to write for <i>everyone</i>, on a day that is open to all who work here.</p><script>x()</script>\
<p><b>Fran&ccedil;ais</b></p><p>Venez apprendre &agrave; &eacute;crire.</p></body></html>";
    let eml = format!(
        "From: a@example.ca\r\nSubject: Fwd: Learning Day / Journee\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    );
    let (story, findings) = read_mail("a.eml", eml.as_bytes());
    assert_eq!(text(&story, "en").title, "Learning Day");
    assert_eq!(
        text(&story, "en").body,
        "<p>Come and learn to write for <em>everyone</em>, on a day that is open to all who work here.</p>"
    );
    assert_eq!(text(&story, "fr").title, "Journee");
    assert_eq!(text(&story, "fr").body, "<p>Venez apprendre à écrire.</p>");
    assert!(has(&findings, Severity::Warning, "la note au-dessus"));
}

#[test]
fn an_answer_is_what_stands_above_and_a_plain_mail_is_whole() {
    let eml = "From: a@example.ca\r\nSubject: RE: News\r\n\r\nThe story is this text, which we wrote for you.\r\n\r\nOn Monday, B wrote:\r\n> send us news\r\n";
    let (story, _) = read_mail("a.eml", eml.as_bytes());
    assert_eq!(text(&story, "en").body, "<p>The story is this text, which we wrote for you.</p>");
    let eml = "From: a@example.ca\r\nSubject: The day\r\n\r\nTo: all of you\r\n\r\nDate: soon\r\n\r\nWho: everybody\r\n\r\nText -- with dashes.\r\n";
    let (story, _) = read_mail("a.eml", eml.as_bytes());
    assert_eq!(text(&story, "en").title, "The day");
    assert_eq!(
        text(&story, "en").body,
        "<p>To: all of you</p><p>Date: soon</p><p>Who: everybody</p><p>Text -- with dashes.</p>"
    );
}

#[test]
fn a_mail_attached_to_an_empty_mail_is_the_story() {
    let eml = "From: a@example.ca\r\nSubject: FW: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@example.ca\r\nSubject: The inner one\r\nContent-Type: text/plain\r\n\r\nWords of it.\r\n--b--\r\n";
    let (story, _) = read_mail("a.eml", eml.as_bytes());
    assert_eq!(text(&story, "en").title, "The inner one");
    assert_eq!(text(&story, "en").body, "<p>Words of it.</p>");
}

/// A mail as Outlook saves it.
fn msg() -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut fixed = vec![0_u8; 32];
    for (tag, value) in [(0x3FFD_0003_u32, 1252_u64), (0x0039_0040, 134_076_891_000_000_000)] {
        fixed.extend(tag.to_le_bytes());
        fixed.extend([0; 4]);
        fixed.extend(value.to_le_bytes());
    }
    file.create_storage("/__attach_version1.0_#00000000").unwrap();
    for (path, bytes) in [
        ("/__properties_version1.0", fixed),
        ("/__substg1.0_0037001F", wide("TR\u{A0}: Un été au bureau\0")),
        (
            "/__substg1.0_1000001E",
            latin("Cet \u{e9}t\u{e9}, nous \u{e9}crivons ensemble dans le jardin de la maison.\r\n"),
        ),
        ("/__substg1.0_0C1A001F", wide("Marie Tremblay")),
        ("/__attach_version1.0_#00000000/__substg1.0_3707001F", wide("texte.docx")),
    ] {
        file.create_stream(path).unwrap().write_all(&bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_mail_of_outlook_is_read_in_its_code_page() {
    let (story, findings) = read_mail("a.msg", &msg());
    assert_eq!(text(&story, "fr").title, "Un été au bureau");
    assert_eq!(text(&story, "fr").body, "<p>Cet été, nous écrivons ensemble dans le jardin de la maison.</p>");
    assert!(has(&findings, Severity::Warning, "`texte.docx`"));
    assert!(story.published.is_some());
}

#[test]
fn what_is_no_mail_is_named() {
    for (name, bytes) in
        [("a.eml", b"hello".as_slice()), ("a.msg", b"hello"), ("a.msg", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")]
    {
        let (stories, findings) = read_files(&[(name, bytes)]);
        assert!(stories.is_empty() && has(&findings, Severity::Error, "n'est pas un courriel"), "{findings:?}");
    }
    let many =
        format!("From: a@example.ca\r\nSubject: x\r\n\r\n{}", "Content-Type: message/rfc822\r\n\r\n".repeat(400));
    let (stories, _) = read_files(&[("a.eml", many.as_bytes())]);
    assert!(stories.is_empty());
}

#[test]
fn cut_and_flipped_bytes_never_panic() {
    let newsletter = newsletter();
    let office = office(&newsletter);
    let mut seed = 11_u64;
    for whole in [latin(FORWARDED), msg()] {
        for n in 0..2_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap() % whole.len();
            let mut bytes = whole.clone();
            if n % 3 == 0 {
                bytes.truncate(at);
            } else {
                bytes[at] = u8::try_from(seed & 0xFF).unwrap();
            }
            let _ = super::read(&bytes, &office, &mut report());
        }
    }
}
