//! Word files as contributors write them, against pandoc, and damaged ones.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::parts::Parts;
use super::tree::{self, Broken};
use crate::gather::story::tests::{newsletter, read_files};
use crate::gather::text;
use crate::model::{Finding, Lang, Severity, Story};

const STYLES: &str = r#"<w:style w:type="paragraph" w:styleId="Titre"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre2"><w:name w:val="heading 2"/><w:basedOn w:val="Titre1"/></w:style>
<w:style w:type="character" w:styleId="lev"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>"#;
const NUMBERING: &str = r#"<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>"#;
const RELATIONS: &str = r#"<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
 Target="https://can01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.canada.ca%2Ffr%2Fpage.html&amp;data=05" TargetMode="External"/>
<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="file:///C:/draft.docx" TargetMode="External"/>"#;

/// A Word file with a body, as Word zips it.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    let w = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let all = format!(
        "{w} xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""
    );
    let rels = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let parts = [
        ("word/document.xml", format!("<w:document {all}><w:body>{body}</w:body></w:document>")),
        ("word/styles.xml", format!("<w:styles {w}>{STYLES}</w:styles>")),
        ("word/numbering.xml", format!("<w:numbering {w}>{NUMBERING}</w:numbering>")),
        ("word/_rels/document.xml.rels", format!("<Relationships {rels}>{RELATIONS}</Relationships>")),
    ];
    zipped(&parts.map(|(name, text)| (name.to_owned(), text.into_bytes())))
}

fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn p(style: &str, inner: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!("<w:pStyle w:val=\"{style}\"/>") };
    format!("<w:p><w:pPr>{style}</w:pPr>{inner}</w:p>")
}

fn t(words: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r>")
}

fn table(rows: &[(&str, &str)]) -> String {
    let cell = |words: &str| format!("<w:tc>{}</w:tc>", p("", &t(words)));
    let rows: Vec<String> = rows.iter().map(|(a, b)| format!("<w:tr>{}{}</w:tr>", cell(a), cell(b))).collect();
    let rows = rows.concat();
    format!("<w:tbl>{rows}</w:tbl>")
}

fn read_docx(name: &str, body: &str) -> (Vec<Story>, Vec<Finding>) {
    read_files(&[(name, &docx(body))])
}

fn said<'a>(findings: &'a [Finding], words: &str) -> &'a Finding {
    findings
        .iter()
        .find(|finding| finding.message.fr.contains(words))
        .unwrap_or_else(|| panic!("{words}: {findings:#?}"))
}

#[test]
fn a_word_file_as_contributors_write_it_is_a_story() {
    let body = [
        p("Titre", &t("Journée d’apprentissage")),
        p("", &(t("Venez <script>".replace('<', "&lt;").as_str()) + "<w:r><w:rPr><w:b/></w:rPr><w:t>tous</w:t></w:r>" + &t(" le 9&#160;décembre."))),
        p("Titre2", &t("S’inscrire")),
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>un</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>deux</w:t></w:r></w:p>".to_owned(),
        p("", &("<w:hyperlink r:id=\"r1\">".to_owned() + &t("la page") + "</w:hyperlink>" + &t(" et ") + "<w:hyperlink r:id=\"r2\">" + &t("le brouillon") + "</w:hyperlink>")),
        p("", "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://example.ca/a?b=1&amp;c=2\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>champ</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"),
        p("", &("<w:ins w:id=\"1\">".to_owned() + &t("ajouté") + "</w:ins><w:del w:id=\"2\"><w:r><w:delText>retiré</w:delText></w:r></w:del><w:r><w:commentReference w:id=\"0\"/></w:r>")),
        p("", "<w:r><w:drawing><wp:inline><wp:docPr id=\"1\" name=\"Image 1\"/></wp:inline></w:drawing></w:r>"),
        table(&[("Quand", "Où"), ("lundi", "ici")]).replace("Quand", "Jour").replace("Où", "Salle"),
    ]
    .concat();
    let (stories, findings) = read_docx("journée.docx", &body);
    let text = &stories[0].texts[&Lang::new("fr")];
    assert_eq!(text.title, "Journée d’apprentissage");
    assert_eq!(
        text.body,
        "<p>Venez &lt;script&gt;<strong>tous</strong> le 9\u{A0}décembre.</p><h3>S’inscrire</h3>\
         <ul><li>un<ol><li>deux</li></ol></li></ul>\
         <p><a href=\"https://www.canada.ca/fr/page.html\">la page</a> et le brouillon</p>\
         <p><a href=\"https://example.ca/a?b=1&amp;c=2\">champ</a></p><p>ajouté</p>\
         <table><tbody><tr><td>Jour</td><td>Salle</td></tr><tr><td>lundi</td><td>ici</td></tr></tbody></table>"
    );
    assert_eq!(said(&findings, "insertions suivies acceptées\u{A0}: 1").severity, Severity::Info);
    assert_eq!(said(&findings, "suppressions suivies").excerpt, "retiré");
    said(&findings, "commentaires");
    said(&findings, "texte de remplacement");
    said(&findings, "le lien a été nettoyé");
    assert_eq!(said(&findings, "ne mène à aucune page").severity, Severity::Warning);
    assert!(matches!(&said(&findings, "commentaires").place, crate::model::Place::File { line: 8, .. }));
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error));
}

#[test]
fn a_form_in_french_gives_the_fields_and_headings_the_languages() {
    let body = [
        table(&[
            ("Rubrique", "learning"),
            ("Titre (anglais)", "Learning Day"),
            ("Titre en français", "Journée d’apprentissage"),
            ("Lien :", "https://example.ca/"),
            ("Début", "2026-12-09 13:00"),
            ("Lieu", "Webdiffusion"),
            ("Date limite", "2026-13-45"),
            ("Couleur", "bleu"),
        ]),
        p("Titre1", &t("English")),
        p("", &t("Come and learn.")),
        p("", "<w:r><w:rPr><w:b/></w:rPr><w:t>Français :</w:t></w:r>"),
        p("", &t("Venez apprendre.")),
    ]
    .concat();
    let (stories, findings) = read_docx("jour.docx", &body);
    let story = &stories[0];
    assert_eq!(story.section.as_deref(), Some("learning"));
    assert_eq!(story.texts[&Lang::new("en")].title, "Learning Day");
    assert_eq!(story.texts[&Lang::new("en")].body, "<p>Come and learn.</p>");
    assert_eq!(story.texts[&Lang::new("fr")].title, "Journée d’apprentissage");
    assert_eq!(story.texts[&Lang::new("fr")].url.as_deref(), Some("https://example.ca/"));
    assert_eq!(story.event.as_ref().unwrap().location[&Lang::new("en")], "Webdiffusion");
    let date = said(&findings, "2026-13-45");
    assert_eq!(date.excerpt, "2026-13-45");
    assert!(matches!(&date.place, crate::model::Place::File { line: 14, .. }), "{date:?}");
    said(&findings, "`Couleur` n'est pas un champ");
}

#[test]
fn the_title_is_the_style_or_the_first_heading_or_the_first_bold_line() {
    let title = |body: &str| read_docx("a.en.docx", body).0[0].texts[&Lang::new("en")].title.clone();
    let bold = p("", "<w:r><w:rPr><w:rStyle w:val=\"lev\"/></w:rPr><w:t>Bold line</w:t></w:r>");
    assert_eq!(title(&(bold.clone() + &p("", &t("Text.")) + &p("Titre1", &t("Heading")))), "Bold line");
    assert_eq!(title(&(p("", &t("Text.")) + &bold + &p("Titre1", &t("Heading")))), "Heading");
    assert_eq!(title(&(p("Titre1", &t("Heading")) + &p("Titre", &t("Style")))), "Style");
    assert_eq!(title(&p("", &t("Only text."))), "Only text.");
}

#[test]
fn bombs_passwords_and_other_files_are_named() {
    let error = |bytes: &[u8]| {
        let (stories, findings) = read_files(&[("a.docx", bytes)]);
        assert!(stories.is_empty());
        findings[0].message.en.clone()
    };
    let bomb = zipped(&[("word/document.xml".to_owned(), vec![b' '; 3 << 20])]);
    assert!(error(&bomb).contains("100 times"), "{}", error(&bomb));
    let many: Vec<(String, Vec<u8>)> = (0..1_001).map(|n| (format!("{n}"), Vec::new())).collect();
    assert!(error(&zipped(&many)).contains("1001 parts"));
    assert!(error(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]).contains("password"));
    assert!(error(b"# Not Word").contains("not a Word file"));
    assert!(error(b"").contains("not a Word file"));
    let deep = "<w:sdt>".repeat(3_000) + &"</w:sdt>".repeat(3_000);
    assert!(error(&docx(&deep)).contains("too deep"));
    assert!(error(&docx("")).contains("no text"));
}

#[test]
fn a_file_of_libreoffice_is_read_and_each_thing_is_said_in_french() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stories/pause-cafe.docx");
    let (stories, findings) = read_files(&[("pause-café.docx", &std::fs::read(path).unwrap())]);
    assert_eq!(stories[0].texts.keys().map(Lang::as_str).collect::<Vec<_>>(), ["fr"]);
    let text = &stories[0].texts[&Lang::new("fr")];
    assert_eq!(text.title, "Un café avec un communicateur");
    assert_eq!(
        text.body,
        "<p>Un jeudi sur deux, nous nous rencontrons pendant vingt minutes pour parler d’une <strong>réussite</strong>.</p>\
         <h3>Ce qu’il faut apporter</h3><ul><li>un café</li><li>une question</li></ul>\
         <p>Voyez <a href=\"https://www.canada.ca/fr/cafe.html\">la page du café</a>.</p>"
    );
    said(&findings, "insertions suivies acceptées");
    assert_eq!(said(&findings, "suppressions suivies").excerpt, "quinze");
    said(&findings, "une image n'a pas de texte de remplacement");
    said(&findings, "le lien a été nettoyé");
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error));
}

#[test]
fn cut_and_flipped_bytes_never_panic() {
    let body = p("Titre", &t("Title")) + &table(&[("Section", "learning"), ("Link", "x")]) + &p("", &t("Text."));
    let xml = format!("<w:document xmlns:w=\"a/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>");
    let xml = xml.into_bytes();
    let packed = docx(&body);
    let newsletter = newsletter();
    let office = crate::gather::story::tests::office(&newsletter);
    let mut seed = 7_u64;
    for n in 0..3_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(seed >> 33).unwrap();
        let mut bytes = packed.clone();
        if n % 2 == 0 {
            bytes.truncate(at % packed.len());
        } else {
            let place = at % packed.len();
            bytes[place] ^= 1 << (n % 8);
        }
        let mut report = crate::gather::story::tests::report();
        let _ = super::read(&bytes, &office, &mut report);
        // The XML itself, past the zip and its checksums.
        let mut xml = xml.clone();
        let place = at % xml.len();
        if n % 2 == 0 {
            xml.truncate(place);
        } else {
            xml[place] = b"<>/&\"w:"[n % 7];
        }
        let (Ok(document) | Err(Broken::Half(document))) = tree::read(&String::from_utf8_lossy(&xml)) else { continue };
        let mut parts = Parts::default();
        parts.document = document;
        let _ = super::content::read(&parts);
    }
}

fn corpus() -> Vec<PathBuf> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "docx") {
                out.push(path);
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/docx"), &mut out);
    out.sort();
    out
}

/// Words without what pandoc draws: rules of tables, marks of items, brackets of pictures, strokes.
fn folded(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim();
        let line = line.trim_matches(['|', ' ']);
        let ruled = line.contains(['-', '=']) && line.chars().all(|c| matches!(c, '-' | ' ' | '+' | '|' | '='));
        if ruled || line == "[]" {
            return String::new();
        }
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let item = line.strip_prefix("-   ").or_else(|| line[digits..].strip_prefix(".  ").filter(|_| digits > 0));
        item.unwrap_or(line).replace("~~", "").replace("^(", "").replace("_(", "").replace([')', '|'], " ")
    });
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_words_are_those_that_pandoc_reads() {
    let files = corpus();
    if files.is_empty() || Command::new("pandoc").arg("--version").output().is_err() {
        eprintln!("skipped: the Word files of the corpora or pandoc are not here");
        return;
    }
    let (mut same, mut all) = (0, 0);
    for path in &files {
        let pandoc = Command::new("pandoc")
            .args(["--from", "docx", "--to", "plain", "--wrap=none", "--columns=9999"])
            .arg(path)
            .output()
            .unwrap();
        // What pandoc cannot read is compared with nothing.
        if !pandoc.status.success() {
            eprintln!("pandoc does not read {}", path.display());
            continue;
        }
        all += 1;
        let theirs = folded(&String::from_utf8_lossy(&pandoc.stdout));
        let (stories, findings) = read_files(&[("a.en.docx", &std::fs::read(path).unwrap())]);
        let ours = stories.first().map(|story| {
            let said = &story.texts[&Lang::new("en")];
            let body = text::of_html(&said.body, usize::MAX);
            // The first words stand in for a title that is not there.
            let untitled = findings.iter().any(|finding| finding.message.en.contains("has no title"));
            if untitled { body } else { format!("{} {body}", said.title) }
        });
        let ours = folded(&ours.unwrap_or_default());
        if ours == theirs || is_moved(&ours, &theirs) {
            same += 1;
        } else {
            eprintln!("{}\n  pandoc: {theirs}\n  ours:   {ours}\n  {findings:?}", path.display());
        }
    }
    eprintln!("{same} of {all} Word files have the words that pandoc reads");
    assert!(same * 100 >= all * 95, "{same} of {all}");
}

/// A title that stands in the middle is first with us; its words are the same.
fn is_moved(ours: &str, theirs: &str) -> bool {
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort();
        words
    };
    sorted(ours) == sorted(theirs)
}

#[test]
fn what_is_long_and_repeats_itself_is_read_without_delay() {
    let tables = "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>".repeat(20_000);
    let links = "<w:p><w:hyperlink r:id=\"r2\"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>".repeat(20_000);
    let fields = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/><w:instrText>HYPERLINK x</w:instrText>\
                  <w:fldChar w:fldCharType=\"separate\"/></w:r></w:p>";
    for body in [tables, links, fields.repeat(18_000)] {
        // Not zipped: so much of the same would be refused as a bomb.
        let xml = format!("<w:document xmlns:w=\"a/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>");
        let mut parts = Parts::default();
        parts.document = tree::read(&xml).unwrap();
        let document = super::content::read(&parts);
        assert!(document.blocks.len() >= 18_000);
        let mut report = crate::gather::story::tests::report();
        super::said(&document, &mut report);
        assert!(report.findings.len() < 100, "{}", report.findings.len());
        let bodies = crate::gather::story::block::bodies(document.blocks, &newsletter(), &mut report);
        assert!(bodies.iter().all(|body| crate::gather::sanitise(&body.text).len() < 2_000_000));
    }
}
