//! What people and feeds may put into an issue, seen where it matters: on the wire there is one message, in short lines
//! that end in CRLF, with the headers that are ours and no others.

#![cfg(test)]

use cco_news::mail::Mailer;
use cco_news::model::Edition;
use cco_news::send::Ending;
use mail_parser::MessageParser;
use tempfile::tempdir;

use crate::relay::{Relay, Taken};
use crate::sending::{edition, editions, entry, freeze_it, round, send};

/// Sends an edition to one person through a mail server; gives what it took.
fn taken_of(english: Edition) -> Vec<Taken> {
    let (state, relay) = (tempdir().unwrap(), Relay::pipelining());
    let ledger = cco_news::ledger::Ledger::open(state.path()).unwrap();
    ledger.take_in(vec![entry("reader@example.ca", Some("en"))], "test", crate::sending::now()).unwrap();
    let mut all = editions();
    all[0] = english;
    freeze_it(&ledger, &all).unwrap();
    assert_eq!(send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap().ending, Ending::Complete);
    relay.taken()
}

/// The message, after what every message must be.
fn one_message(taken: &[Taken]) -> (String, mail_parser::Message<'static>) {
    assert_eq!(taken.len(), 1, "one message, not more");
    let text = String::from_utf8(taken[0].bytes.clone()).unwrap();
    assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n', '\0']));
    assert!(text.lines().all(|line| line.len() <= 998 && !line.starts_with('.')));
    let headers = text.split_once("\r\n\r\n").unwrap().0;
    for name in ["From", "To", "Date", "Message-ID", "Subject", "List-Id", "List-Unsubscribe", "MIME-Version"] {
        let times =
            headers.lines().filter(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
        assert_eq!(times.count(), 1, "{name} in {headers}");
    }
    assert!(!headers.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{headers}");
    let message = MessageParser::default().parse(&taken[0].bytes).unwrap().into_owned();
    (text, message)
}

#[test]
fn no_end_of_a_line_or_of_a_message_in_a_text_ends_ours() {
    let ends = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r\r\n", "\r\n.\r\n", "\u{2028}.\u{2028}", "\0.\0"];
    for end in ends {
        let inner = format!(
            "before{end}MAIL FROM:<x@example.ca>\r\nRCPT TO:<y@example.ca>\r\nDATA\r\nBcc: z@example.ca{end}after"
        );
        let mut english = edition("en");
        english.text = format!("{inner}\n{}", english.text);
        english.html = english.html.replace("<p>", &format!("<p>{inner}"));
        english.subject = format!("CCO News{end}Bcc: z@example.ca");
        let taken = taken_of(english);
        let (_, message) = one_message(&taken);
        let body = message.body_text(0).unwrap();
        assert!(body.contains("before") && body.contains("RCPT TO") && body.contains("after"), "{body}");
    }
}

#[test]
fn long_lines_addresses_and_subjects_leave_in_short_lines_and_are_read_whole() {
    let mut english = edition("en");
    let line = "d\u{e9}cembre ".repeat(700);
    let url = format!("https://www.canada.ca/{}", "a/".repeat(1000));
    let subject = format!("{}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} fin", "L\u{2019}\u{e9}t\u{e9} ".repeat(160));
    english.text = format!("{line}\n{url}\n{}", english.text);
    english.html = english.html.replace("<p>", &format!("<p>{line} <a href=\"{url}\">x</a> "));
    english.subject.clone_from(&subject);
    let taken = taken_of(english);
    let (text, message) = one_message(&taken);
    let body = text.split_once("\r\n\r\n").unwrap().1;
    assert!(body.lines().all(|line| line.len() <= 80), "no line of a body needs another limit than the usual");
    assert_eq!(message.subject().unwrap(), subject);
    let (body, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    assert!(body.contains(line.trim_end()) && body.contains(&url));
    assert!(html.contains(line.trim_end()) && html.contains(&url));
}

#[test]
fn naughty_strings_in_a_subject_and_a_text_add_nothing_to_a_message() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/blns/blns.json");
    let Ok(json) = std::fs::read(path) else {
        eprintln!("skipped: the list of naughty strings is not here");
        return;
    };
    let all: Vec<String> = serde_json::from_slice(&json).unwrap();
    assert!(all.len() > 500, "{}", all.len());
    // Many at once, so that each is there and the test is quick.
    for some in all.chunks(40) {
        let mut english = edition("en");
        english.subject = some.join(" ");
        english.text = format!("{}\n{}", some.join("\n"), english.text);
        english.headers = vec![("X-Edition".to_owned(), some.join(" "))];
        let taken = taken_of(english);
        one_message(&taken);
    }
}
