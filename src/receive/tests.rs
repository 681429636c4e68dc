//! What mails of every kind are taken for: reports, complaints, requests, and above all what people write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use super::{Rules, read};
use crate::model::{BounceClass, Notice, Received, Request};

/// Compiled once: without optimisation it takes a fifth of a second.
static RULES: LazyLock<Rules> = LazyLock::new(Rules::shipped);

fn understood(raw: &str) -> Received {
    read(raw.as_bytes(), &RULES)
}

/// The report of a mail server, with its own words.
fn dsn(action: &str, status: &str, diagnostic: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: bounces@news.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\
         Content-Type: text/plain\r\n\r\nThis is the mail system at host mx.example.\r\n\r\n--B\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; Jean.Tremblay@example.ca\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; {diagnostic}\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n\
         From: news@news.example\r\nTo: <jean.tremblay@example.ca>\r\n\
         Message-ID: <abcdefghijklmnopqrstuvwxyz234567@news.example>\r\nSubject: News\r\n\r\nHello\r\n--B--\r\n"
    )
}

fn person(subject: &str, text: &str) -> String {
    format!(
        "From: Jean <jean.tremblay@example.ca>\r\nTo: requests@news.example\r\nSubject: {subject}\r\n\r\n{text}\r\n"
    )
}

fn only(received: &Received) -> (BounceClass, Option<&str>) {
    let Notice::Bounce(bounced) = &received.notice else { panic!("{:?} is no bounce", received.notice) };
    assert_eq!(bounced.len(), 1);
    assert_eq!(bounced[0].address.as_ref().unwrap().key(), "jean.tremblay@example.ca");
    (bounced[0].class, bounced[0].status.as_deref())
}

#[test]
fn a_mail_is_answered_in_the_language_of_its_sentences() {
    for (subject, text, is_french) in [
        ("Story: Un article", "Hello, here is the story of our team. We tried it for a month.", false),
        ("Article : Plain language", "Bonjour, voici le texte de notre équipe pour le prochain numéro. Merci!", true),
        ("Article", "We would like to see this in the newsletter.", false),
        ("Story", "", false),
    ] {
        assert_eq!(understood(&person(subject, text)).is_french, is_french, "{subject}");
    }
}

#[test]
fn a_report_says_how_much_it_says_about_the_address() {
    for (action, status, diagnostic, class) in [
        ("failed", "5.1.1", "550 5.1.1 User unknown", BounceClass::Hard),
        ("failed", "5.0.0", "550 no mailbox here by that name", BounceClass::Hard),
        ("failed", "5.2.2", "552 5.2.2 over quota", BounceClass::Soft),
        ("failed", "4.4.1", "connection timed out", BounceClass::Soft),
        ("failed", "4.1.1", "450 4.1.1 user unknown for now", BounceClass::Soft),
        ("failed", "5.7.1", "550 5.7.1 message blocked as spam", BounceClass::Policy),
        ("failed", "5.7.26", "550 5.7.26 unauthenticated, DMARC", BounceClass::Policy),
        ("delayed", "4.4.1", "connection timed out", BounceClass::Delayed),
    ] {
        let received = understood(&dsn(action, status, diagnostic));
        assert_eq!(only(&received).0, class, "{action} {status} {diagnostic}");
        assert_eq!(received.copies, ["abcdefghijklmnopqrstuvwxyz234567"]);
    }
    for action in ["delivered", "relayed", "expanded"] {
        assert_eq!(understood(&dsn(action, "2.0.0", "250 ok")).notice, Notice::Report);
    }
}

#[test]
fn what_a_server_said_is_kept_short_and_without_addresses() {
    let received = understood(&dsn("failed", "5.1.1", "550 5.1.1 <jean.tremblay@example.ca>: user unknown"));
    let Notice::Bounce(bounced) = received.notice else { panic!() };
    assert_eq!(bounced[0].text, "smtp; 550 5.1.1 *** user unknown");
}

#[test]
fn the_tag_of_a_bounce_address_leads_back_to_the_copy() {
    let raw =
        dsn("failed", "5.1.1", "unknown").replace("bounces@news", "bounces+zyxwvutsrqponmlkjihgfedcba765432@news");
    assert!(understood(&raw).copies.contains(&"zyxwvutsrqponmlkjihgfedcba765432".to_owned()));
}

#[test]
fn a_complaint_names_whose_copy_it_is_about() {
    let raw = "From: feedback@isp.example\r\nTo: bounces@news.example\r\nSubject: FW: News\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=feedback-report; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\n\
        An email abuse report.\r\n--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\
        User-Agent: X/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <jean.tremblay@example.ca>\r\n\r\n--B\r\n\
        Content-Type: message/rfc822\r\n\r\nTo: someone@example.ca\r\nMessage-ID: <abcdefghijklmnopqrst@news.example>\r\n\r\nx\r\n--B--\r\n";
    let received = understood(raw);
    let Notice::Complaint(Some(address)) = &received.notice else { panic!("{:?}", received.notice) };
    assert_eq!(address.key(), "jean.tremblay@example.ca");
    assert_eq!(received.copies, ["abcdefghijklmnopqrst"]);
    assert_eq!(understood(&raw.replace("Type: abuse", "Type: not-spam")).notice, Notice::Report);
}

#[test]
fn people_leave_and_change_language_in_their_words() {
    let leave = |token: Option<&str>| Notice::Request { what: Request::Leave, token: token.map(str::to_owned) };
    let token = "abcdefghijklmnopqrstuvwxyz234567";
    assert_eq!(understood(&person(&format!("unsubscribe {token}"), "")).notice, leave(Some(token)));
    assert_eq!(understood(&person(&format!("=?utf-8?Q?d=C3=A9sabonner?= {token}"), "")).notice, leave(Some(token)));
    for (subject, text) in [
        ("Re: CCO News", "Please remove me from this list. Thanks!"),
        (
            "RE : Nouvelles du BCC",
            "Veuillez me retirer de votre liste, merci.\r\n\r\nLe 9 décembre 2026, le BCC a écrit :\r\n> bonjour",
        ),
        ("STOP", ""),
        ("Désabonnement", "Merci"),
        ("", "unsubscribe"),
    ] {
        assert_eq!(understood(&person(subject, text)).notice, leave(None), "{subject} / {text}");
    }
    let language = |lang: Option<&str>| Notice::Request {
        what: Request::Language(lang.map(crate::model::Lang::new)),
        token: Some(token.to_owned()),
    };
    assert_eq!(understood(&person(&format!("language fr {token}"), "")).notice, language(Some("fr")));
    assert_eq!(understood(&person(&format!("langue en/fr {token}"), "")).notice, language(None));
    assert_eq!(
        understood(&person("Useful: yes 2026-12", "")).notice,
        Notice::Useful { is_useful: true, is_subject: true }
    );
    assert_eq!(understood(&person("Utile : non", "")).notice, Notice::Useful { is_useful: false, is_subject: true });
    assert_eq!(understood(&person("Idée d'article sur le langage clair", "Bonjour")).notice, Notice::Story);
}

#[test]
fn what_a_person_writes_about_bounces_is_a_persons_mail() {
    for (subject, text) in [
        (
            "Your newsletter bounced",
            "Hello, my colleague got `550 5.1.1 <b@example.ca>: user unknown`. Could you look?",
        ),
        (
            "Fwd: Undelivered Mail Returned to Sender",
            "Hi, see below.\r\n\r\nThis is the mail system at host mx.example.\r\n<b@example.ca>: unknown user",
        ),
        (
            "How do I unsubscribe my whole team from the old list?",
            "Hello, we moved from PCO, and there are twenty of us. What is the best way to go about it? Thank you.",
        ),
        ("Re: CCO News, December", "I liked the piece on unsubscribe links. Could we reprint it?"),
        ("Adresse introuvable", "Bonjour, je ne trouve pas votre adresse postale. Où écrire? Merci, Jean"),
    ] {
        assert_eq!(understood(&person(subject, text)).notice, Notice::Personal, "{subject}");
    }
}

/// The mails of a fixture: what each must be taken for, its name, its bytes.
fn mails(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str, String)> {
    file.split("\n=== ").skip(1).map(|mail| {
        let (head, raw) = mail.split_once('\n').unwrap();
        let (what, name) = head.split_once(": ").unwrap();
        (what, name, raw.replace('\n', "\r\n"))
    })
}

/// What a mail was taken for, as the fixtures say it.
fn taken(notice: &Notice) -> String {
    match notice {
        Notice::Bounce(bounced) => bounced
            .iter()
            .map(|one| {
                let address = one.address.as_ref().map_or_else(|| "?".to_owned(), crate::model::Address::key);
                let status = one.status.as_ref().map_or_else(String::new, |status| format!(" {status}"));
                format!("{} {address}{status}", one.class.as_str())
            })
            .collect::<Vec<_>>()
            .join(", "),
        Notice::Complaint(_) => "complaint".to_owned(),
        Notice::Request { what: Request::Leave, .. } => "leave".to_owned(),
        Notice::Request { what: Request::Unclear, .. } => "unclear".to_owned(),
        Notice::Request { .. } => "language".to_owned(),
        Notice::Useful { is_useful, .. } => if *is_useful { "useful" } else { "not useful" }.to_owned(),
        Notice::AutoReply => "automatic".to_owned(),
        Notice::Moved(_) => "moved".to_owned(),
        Notice::Report => "report".to_owned(),
        Notice::Story => "story".to_owned(),
        Notice::Personal => "personal".to_owned(),
    }
}

fn assert_taken(file: &'static str, n_mails: usize) {
    let mut wrong = Vec::new();
    let mut n_seen = 0;
    for (what, name, raw) in mails(file) {
        let found = taken(&understood(&raw).notice);
        if found != what {
            wrong.push(format!("{name}: {found}, not {what}"));
        }
        n_seen += 1;
    }
    assert!(n_seen >= n_mails && wrong.is_empty(), "{} of {n_seen}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_mail_of_a_person_is_taken_for_a_bounce_or_for_what_they_did_not_ask() {
    assert_taken(include_str!("../../tests/fixtures/mails/people.txt"), 70);
}

#[test]
fn reports_of_many_systems_say_whose_copy_and_how_much() {
    assert_taken(include_str!("../../tests/fixtures/mails/reports.txt"), 35);
}

#[test]
fn automatic_answers_are_no_bounces_and_may_name_a_new_address() {
    let away = person("Automatic reply: CCO News", "I am away. My mailbox is full of good wishes.");
    assert_eq!(understood(&away).notice, Notice::AutoReply);
    assert_eq!(understood(&person("Réponse automatique : Nouvelles", "Je suis absente.")).notice, Notice::AutoReply);
    let moved =
        person("Automatic reply: News", "I have moved to TBS. My new email address is jean@tbs.example, thanks.");
    let Notice::Moved(address) = understood(&moved).notice else { panic!() };
    assert_eq!(address.as_str(), "jean@tbs.example");
}

#[test]
fn a_report_in_french_from_outlook_is_understood() {
    let raw = "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.gc.ca>\r\n\
        To: bounces@news.example\r\nSubject: =?utf-8?Q?Non_remis_:_Nouvelles_du_BCC?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Échec de la remise à ces destinataires ou groupes :</p><p><a href=\"mailto:jean.tremblay@example.ca\">jean.tremblay@example.ca</a><br>\
        L'adresse de courriel que vous avez entrée est introuvable.</p><p>#550 5.1.1 RESOLVER.ADR.RecipNotFound ##</p>";
    assert_eq!(only(&understood(raw)), (BounceClass::Hard, Some("5.1.1")));
}

#[test]
fn whatever_the_bytes_are_the_answer_comes_in_time() {
    let nested = (0..10_000)
        .fold(String::new(), |all, n| all + &format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"));
    let inputs = [
        String::new(),
        nested,
        "Content-Type: message/rfc822\r\n\r\n".repeat(5_000),
        format!("Subject: {}\r\n\r\n{}", "=?utf-8?B?".repeat(10_000), "<".repeat(500_000)),
        format!("From: MAILER-DAEMON@x.example\r\n\r\n{}", "a@b.example ".repeat(60_000)),
        "\u{0}\u{1}\r\n\r\n".repeat(1_000),
    ];
    for input in inputs {
        understood(&input);
    }
}

/// The fixtures, each broken in the ways in which mail breaks: cut, without an end of its head, without boundaries, with
/// bytes that are no text, with the wrong encoding, with everything twice.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long each takes is what is looked at")]
fn broken_mails_take_no_time_and_end_nothing() {
    let ways: [fn(&str) -> Vec<u8>; 8] = [
        |mail| mail.as_bytes()[..mail.len() / 2].to_vec(),
        |mail| mail.as_bytes()[..mail.len() / 5].to_vec(),
        |mail| mail.replace("\r\n\r\n", "\r\n").into_bytes(),
        |mail| mail.replace("boundary=", "boundary=\"\"; x=").into_bytes(),
        |mail| mail.bytes().map(|byte| if byte == b'e' { 0xE9 } else { byte }).collect(),
        |mail| mail.replace("Content-Type:", "Content-Transfer-Encoding: base64\r\nContent-Type:").into_bytes(),
        |mail| mail.replace("Content-Type: ", "Content-Type: multipart/report; boundary=R; ").into_bytes(),
        |mail| [mail, "\0\r\n\r\n--R\r\n--M\r\n", mail].concat().into_bytes(),
    ];
    let people = include_str!("../../tests/fixtures/mails/people.txt");
    let reports = include_str!("../../tests/fixtures/mails/reports.txt");
    let mut n_mails = 0;
    for (_, name, raw) in mails(people).chain(mails(reports)) {
        for (way, broken) in ways.iter().enumerate() {
            let began = std::time::Instant::now();
            read(&broken(&raw), &RULES);
            assert!(began.elapsed() < std::time::Duration::from_secs(1), "{name}, broken in way {way}");
            n_mails += 1;
        }
    }
    assert!(n_mails > 161, "{n_mails}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_are_too_much(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2_000), status in "[ -~]{0,40}") {
        read(&bytes, &RULES);
        read(dsn(&status, &status, &status).as_bytes(), &RULES);
    }
}

/// Real bounces, when they are there: the right addresses, and whether the server gave up.
#[test]
fn real_bounces_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/flufl-bounce");
    if !folder.exists() {
        eprintln!("skipped: the corpus of bounces is not here");
        return;
    }
    let expected = std::fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    let mut verdicts: BTreeMap<String, (BTreeSet<String>, bool)> = BTreeMap::new();
    for line in expected.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let verdict = verdicts.entry(row["file"].as_str().unwrap().to_owned()).or_default();
        verdict.0.extend(row["addresses"].as_array().unwrap().iter().map(|a| a.as_str().unwrap().to_lowercase()));
        verdict.1 |= row["temporary"].as_bool().unwrap();
    }
    let mut wrong = Vec::new();
    for (file, (addresses, is_temporary)) in &verdicts {
        let received = read(&std::fs::read(folder.join(file)).unwrap(), &RULES);
        let found: Vec<_> = match &received.notice {
            Notice::Bounce(bounced) => bounced.clone(),
            _ => Vec::new(),
        };
        let named: BTreeSet<String> =
            found.iter().filter_map(|one| one.address.as_ref()).map(crate::model::Address::key).collect();
        let is_delayed = found.iter().any(|one| one.class == BounceClass::Delayed);
        if named != *addresses || is_delayed != *is_temporary {
            let classes: Vec<_> = found.iter().map(|one| (one.class, one.status.clone())).collect();
            wrong.push(format!("{file}: {named:?} for {addresses:?}, {classes:?} for {is_temporary}"));
        }
    }
    eprintln!("{} of {} understood; not:\n{}", verdicts.len() - wrong.len(), verdicts.len(), wrong.join("\n"));
    assert!(wrong.len() * 100 <= verdicts.len() * 3, "{} of {}:\n{}", wrong.len(), verdicts.len(), wrong.join("\n"));
}
