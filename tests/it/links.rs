//! Links in copies: whose they are, where they lead, and what else is particular to a reader.

#![cfg(test)]

use std::sync::{Arc, Mutex};

use cco_news::ledger::{Entry, Ledger};
use cco_news::mail::{Email, Mailer, Memory};
use cco_news::model::Newsletter;
use cco_news::send::dkim::Key;
use cco_news::send::{Leaving, LinkTo, Round, Secrets, freeze};
use tempfile::tempdir;

use crate::sending::{approvals, editions, entry, issue, newsletter, now, round, send};

/// Freezes an issue of a newsletter that has public pages, sends it, and gives every copy.
fn copies_of(newsletter: &Newsletter, people: Vec<Entry>) -> (tempfile::TempDir, Ledger, Vec<Email>) {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    ledger.take_in(people, "test", now()).unwrap();
    let (issue, editions) = (issue(), editions());
    let approvals = approvals(&editions);
    let leaving = Leaving {
        issue: &issue,
        editions: &editions,
        manifest: "{}",
        approvals: &approvals,
        only: &[],
        send_at: now(),
    };
    freeze(&ledger, newsletter, &leaving, now()).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let memory = Memory::answering(Arc::new(move |email| {
        keep.lock().unwrap().push(email.clone());
        None
    }));
    let key = Key::from_pem(include_bytes!("../fixtures/dkim/ed25519.pem"), "cco-bcc.example", "ed").unwrap();
    send(Round { keys: vec![key], ..round(&ledger, Mailer::Memory(memory)) }).unwrap();
    let copies = seen.lock().unwrap().clone();
    (state, ledger, copies)
}

#[test]
fn with_public_pages_a_copy_can_be_left_with_one_click_and_returns_to_an_address_of_its_own() {
    let mut newsletter = newsletter();
    newsletter.serve.url = Some("https://news.example.ca/".to_owned());
    newsletter.sender.verp = true;
    let readers = vec![entry("a@example.ca", Some("en")), entry("b@example.ca", Some("fr"))];
    let (_state, ledger, copies) = copies_of(&newsletter, readers);
    let secrets = Secrets::open(&ledger).unwrap();
    for email in &copies {
        let text = String::from_utf8(email.bytes.clone()).unwrap();
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = headers.replace("\r\n ", " ");
        assert!(unfolded.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{headers}");
        let field = unfolded.lines().find(|line| line.starts_with("List-Unsubscribe: ")).unwrap();
        // RFC 8058 3.1: the signature covers both.
        let signed = unfolded.replace(' ', "");
        assert!(signed.contains(":list-unsubscribe:list-unsubscribe-post:"), "{signed}");
        let page = if email.to.local() == "a" { "en/unsubscribe" } else { "fr/desabonnement" };
        let (_, rest) = field.split_once(&format!("<https://news.example.ca/{page}/")).unwrap();
        let (link, by_mail) = rest.split_once(">, <mailto:leave-quitter@cco-bcc.example?subject=").unwrap();
        assert!(by_mail.contains(link), "one token for both ways: {field}");
        let number = secrets.read_link("cco-news", LinkTo::Leave, link).unwrap();
        assert_eq!(ledger.subscriber_by_number(number).unwrap().unwrap().address, email.to);
        let flat = body.replace("=\r\n", "").replace("=3D", "=");
        assert!(flat.contains(&format!("https://news.example.ca/{page}/{link}")), "{flat}");
        assert!(flat.contains("/preferences/") && !flat.contains("mailto:leave"), "{flat}");
        let local = email.message_id.trim_start_matches('<').split('@').next().unwrap();
        assert_eq!(email.from.as_str(), format!("bounces-retours+{local}@cco-bcc.example"));
    }
    assert_eq!(copies.len(), 2);
}

#[test]
fn who_wants_text_alone_gets_the_approved_text_and_nothing_else() {
    let plain = Entry { format: Some("text".to_owned()), ..entry("a@example.ca", Some("en")) };
    let (_state, _, copies) = copies_of(&newsletter(), vec![plain, entry("b@example.ca", Some("en"))]);
    let of = |name: &str| {
        let email = copies.iter().find(|email| email.to.local() == name).unwrap();
        String::from_utf8(email.bytes.clone()).unwrap()
    };
    let (text, whole) = (of("a"), of("b"));
    assert!(whole.contains("multipart/alternative") && whole.contains("text/html"));
    assert!(!text.contains("multipart") && !text.contains("html") && !text.contains("--=_"), "{text}");
    let message = mail_parser::MessageParser::default().parse(&text).unwrap();
    let body = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(body.starts_with("Bonjour, hello\n.\n..two\nLeave: mailto:"), "{body}");
    assert_eq!(body.matches("mailto:").count(), 2, "{body}");
    assert_eq!(text.matches("Content-Type: ").count(), 1);
}

#[test]
fn a_new_key_of_links_leaves_old_links_working_and_opens_no_others() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let old = Secrets::open(&ledger).unwrap();
    let link = old.link("cco-news", LinkTo::Leave, 7, now());
    Secrets::add_link_key(&ledger, now()).unwrap();
    let new = Secrets::open(&ledger).unwrap();
    assert_eq!(new.read_link("cco-news", LinkTo::Leave, &link), Some(7));
    let newer = new.link("cco-news", LinkTo::Leave, 7, now());
    assert_ne!(newer, link);
    assert_eq!(new.read_link("cco-news", LinkTo::Leave, &newer), Some(7));
    assert_eq!(old.read_link("cco-news", LinkTo::Leave, &newer), None);
    assert_eq!(new.id(), old.id(), "Message-IDs and marks stay");
}
