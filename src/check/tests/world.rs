//! What is known of the world beyond the issue, one thing wrong at a time: pages that links lead to, records of the
//! domain, the relay, two readers' copies, what was asked for `check --setup`.

use super::super::sample::{Sample, clean, lang};
use super::super::{Asked, LinkSeen, Record, Relay, Setup};
use super::{first, heavy, rules_after};
use crate::model::{EditionId, Severity, Words};

const PAGE: &str = "https://example.ca/guide";

/// The first story with a link in its English, and what became of it.
fn after_asking(text: &str, seen: LinkSeen) -> Vec<String> {
    let mut found = rules_after(|it| {
        first(it).texts.get_mut(&lang("en")).unwrap().body = format!("<p>See <a href=\"{PAGE}\">{text}</a> today.</p>");
        first(it).texts.get_mut(&lang("fr")).unwrap().body =
            "<p>Voyez <a href=\"https://example.ca/guide\">le guide</a> aujourd'hui.</p>".into();
        it.evidence.links.insert(PAGE.into(), seen);
    });
    found.retain(|it| !it.starts_with("BIL-"));
    found
}

pub(super) fn ok() -> LinkSeen {
    LinkSeen { status: Some(200), url: PAGE.into(), ..LinkSeen::default() }
}

#[test]
fn what_a_page_answers_is_weighed() {
    let nothing = [""; 0];
    assert_eq!(after_asking("the guide", ok()), nothing);
    for status in [404, 410] {
        assert_eq!(after_asking("the guide", LinkSeen { status: Some(status), ..ok() }), ["LNK-07 E"]);
    }
    assert_eq!(after_asking("the guide", LinkSeen { gone: 1, ..ok() }), ["LNK-07 W"]);
    assert_eq!(after_asking("the guide", LinkSeen { gone: 2, ..ok() }), ["LNK-07 E"]);
    for status in [Some(401), Some(403), Some(429), Some(999), Some(503), None] {
        assert_eq!(after_asking("the guide", LinkSeen { status, ..ok() }), nothing, "{status:?}");
    }
    let moved = |url: &str, redirects| LinkSeen { url: url.into(), redirects, ..ok() };
    assert_eq!(after_asking("the guide", moved("https://example.ca/new", 1)), ["LNK-07 W"]);
    assert_eq!(after_asking("the guide", moved("https://example.ca/new", 3)), ["LNK-07 W"]);
    assert_eq!(after_asking("the guide", moved("https://www.example.ca/guide/", 1)), nothing);
}

#[test]
fn a_page_in_one_language_and_a_file_say_so_in_their_links() {
    let french = || LinkSeen { language: Some("fr".into()), ..ok() };
    assert_eq!(after_asking("the guide", french()), ["LNK-04 E"]);
    assert_eq!(after_asking("the guide (French only)", french()), [""; 0]);
    let file = || LinkSeen { content_type: Some("application/pdf".into()), bytes: Some(4_350_000), ..ok() };
    // Its twin says nothing of the file either.
    assert!(after_asking("the guide", file()).contains(&"LNK-06 W".to_owned()));
    assert!(after_asking("the guide (PDF)", file()).contains(&"LNK-06 W".to_owned()));
    // Marked in its code, and not in words.
    let marked = rules_after(|it| {
        first(it).texts.get_mut(&lang("en")).unwrap().body =
            "<p>See <a hreflang=\"fr\" href=\"https://example.ca/x\">the guide</a> today.</p>".into();
    });
    assert!(marked.contains(&"LNK-04 E".to_owned()), "{marked:?}");
}

/// An office whose domain and relay are as they should be.
pub(super) fn sound() -> Setup {
    let text = |text: &str| Record::Found(vec![text.to_owned()]);
    Setup {
        domain: "example.ca".into(),
        bounce_domain: "example.ca".into(),
        spf: text("v=spf1 ip4:192.0.2.1 -all"),
        dkim: Some(("news".into(), text(&format!("v=DKIM1; k=rsa; p={}", "A".repeat(392))))),
        dmarc: text("v=DMARC1; p=reject; rua=mailto:d@example.ca"),
        relays: vec![Relay {
            shown: "relay.example.ca:587".into(),
            is_encrypted: true,
            is_signed_in: true,
            auth: vec!["PLAIN".into()],
            size: 10_000_000,
            pipelining: true,
            ..Relay::default()
        }],
        asked: Vec::new(),
    }
}

fn with_setup(change: impl FnOnce(&mut Setup)) -> Vec<String> {
    rules_after(|it| {
        let mut setup = sound();
        change(&mut setup);
        it.evidence.setup = Some(setup);
    })
}

/// What is otherwise in a setup.
type Change<'a> = &'a dyn Fn(&mut Setup);

#[test]
fn the_records_of_the_domain_and_the_relay_are_judged() {
    let text = |text: &str| Record::Found(vec![text.to_owned()]);
    let cases: [(&str, Change<'_>); 16] = [
        ("", &|_| {}),
        ("SND-09 E", &|it| it.spf = Record::Absent),
        ("SND-09 E", &|it| it.spf = text("v=spf1 +all")),
        ("SND-09 E", &|it| it.spf = Record::Found(vec!["v=spf1 -all".into(), "v=spf1 ~all".into()])),
        ("SND-09 W", &|it| it.spf = text("v=spf1 ip4:192.0.2.1")),
        ("SND-09 W", &|it| it.dkim = None),
        ("SND-09 E", &|it| it.dkim = Some(("news".into(), Record::Absent))),
        ("SND-09 E", &|it| it.dkim = Some(("news".into(), text("v=DKIM1; p=")))),
        ("SND-09 W", &|it| it.dkim = Some(("news".into(), text("v=DKIM1; p=AAAA")))),
        ("SND-09 E", &|it| it.dmarc = Record::Absent),
        ("SND-09 W", &|it| it.dmarc = text("v=DMARC1; p=none; rua=mailto:d@example.ca")),
        ("", &|it| it.dmarc = Record::Unknown(Words::default())),
        ("SND-10 E", &|it| it.relays[0].fault = Some(Words::default())),
        ("SND-10 W", &|it| it.relays[0].is_encrypted = false),
        ("SND-13 E", &|it| it.asked.push(asked("SND-13"))),
        ("SND-03 E", &|it| it.asked.push(asked("SND-03"))),
    ];
    for (index, (expected, change)) in cases.into_iter().enumerate() {
        let found = with_setup(change);
        let expected: &[&str] = if expected.is_empty() { &[] } else { &[expected] };
        assert_eq!(found, expected, "case {index}");
    }
}

pub(super) fn asked(rule: &'static str) -> Asked {
    Asked { rule, severity: Severity::Error, message: words!("wrong", "faux"), hint: Words::default() }
}

/// Two readers' copies of the English edition, with an address of each one's own to leave by one click.
pub(super) fn copies(sample: &mut Sample, a: &str, b: &str, post: &str) {
    let copy = |leave: &str| {
        let post = if post.is_empty() { String::new() } else { format!("List-Unsubscribe-Post: {post}\r\n") };
        format!(
            "From: CCO News <news@example.ca>\r\nTo: x@example.ca\r\nSubject: News for communicators\r\nMessage-ID: <{}@example.ca>\r\nDate: Wed, 9 Dec 2026 10:00:00 -0500\r\nList-Id: <news-en.example.ca>\r\nList-Unsubscribe: <{leave}>, <mailto:leave@example.ca>\r\n{post}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Language: en\r\n\r\nNews\r\n",
            leave.len()
        )
        .into_bytes()
    };
    sample.evidence.copies.push((EditionId::of(&lang("en")), [copy(a), copy(b)]));
}

#[test]
fn leaving_by_one_click_is_each_readers_own() {
    let said = |a: &str, b: &str, post: &str| {
        let mut sample = clean();
        copies(&mut sample, a, b, post);
        heavy(sample.findings()).iter().any(|it| it.rule == "SND-03")
    };
    let (a, b) = ("https://example.ca/u/aaaa", "https://example.ca/u/bbbbb");
    assert!(!said(a, b, "List-Unsubscribe=One-Click"));
    assert!(said(a, b, ""));
    assert!(said(a, b, "List-Unsubscribe=one-click"));
    assert!(said(a, a, "List-Unsubscribe=One-Click"));
    assert!(said("http://example.ca/u/aaaa", "http://example.ca/u/bbbbb", "List-Unsubscribe=One-Click"));
    assert!(said("https://example.ca/u/x@example.ca", b, "List-Unsubscribe=One-Click"));
}
