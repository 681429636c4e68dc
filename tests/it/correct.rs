//! A correction: to those who got what it corrects and have not left since, each in their edition, once.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::Path;

use cco_news::ledger::{FrozenIssue, Ledger};
use cco_news::mail::{Mailer, Memory};
use cco_news::model::{Address, IssueId};
use cco_news::send::{Ending, Leaving, Round, freeze};
use tempfile::tempdir;

use crate::office::{ISSUE, Office, Said};
use crate::relay::Relay;
use crate::sending::{
    approvals, editions, entry, freeze_it, frozen, issue, newsletter, now, round, send, steered, stopping_at, total,
};

fn correction(n: u32) -> IssueId {
    issue().correction(n).unwrap()
}

fn freeze_correction(ledger: &Ledger, n: u32) -> anyhow::Result<FrozenIssue> {
    let (id, editions) = (correction(n), editions());
    let approvals = approvals(&editions);
    let leaving =
        Leaving { issue: &id, editions: &editions, manifest: "{}", approvals: &approvals, only: &[], send_at: now() };
    freeze(ledger, &newsletter(), &leaving, now())
}

fn round_of_correction(ledger: &Ledger, n: u32, memory: &Memory) -> Round {
    Round { issue: correction(n), ..round(ledger, Mailer::Memory(memory.clone())) }
}

/// An issue that left, with every outcome among its copies, and somebody who left after it.
fn corrected(state: &Path) -> Ledger {
    let people = [
        ("reader1@example.ca", Some("en")),
        ("reader2@example.ca", Some("fr")),
        ("reader3@example.ca", None),
        ("unknown1@example.ca", Some("fr")),
        ("refuse1@example.ca", Some("en")),
        ("dead1@example.ca", Some("fr")),
        ("gone@example.ca", Some("en")),
    ];
    let ledger = frozen(state, people.iter().map(|(address, language)| entry(address, *language)).collect());
    assert!(freeze_correction(&ledger, 1).is_err(), "nothing is corrected while it is still leaving");
    assert_eq!(send(round(&ledger, Mailer::Memory(steered()))).unwrap().ending, Ending::Complete);
    ledger.set_status(&Address::parse("gone@example.ca").unwrap(), "left", "test", now()).unwrap();
    // Who came after it has nothing to be corrected; who speaks another language now still got the old edition.
    ledger.take_in(vec![entry("new@example.ca", Some("en"))], "test", now()).unwrap();
    ledger
}

#[test]
fn a_correction_reaches_those_who_got_the_issue_and_have_not_left() {
    let state = tempdir().unwrap();
    let ledger = corrected(state.path());
    assert!(freeze_correction(&ledger, 1).unwrap().is_new);
    assert!(!freeze_correction(&ledger, 1).unwrap().is_new);
    let memory = Memory::new();
    assert_eq!(send(round_of_correction(&ledger, 1, &memory)).unwrap().ending, Ending::Complete);
    assert_eq!(send(round_of_correction(&ledger, 1, &memory)).unwrap().ending, Ending::Complete);
    let mut to: Vec<String> = memory.sent().iter().map(|sent| sent.to.local().to_owned()).collect();
    to.sort_unstable();
    assert_eq!(to, ["reader1", "reader2", "reader3", "unknown1"]);
    let counts = ledger.counts(&correction(1)).unwrap();
    let planned: Vec<(String, u64)> = counts.iter().map(|(id, counts)| (id.to_string(), counts.planned)).collect();
    assert_eq!(planned, [("both".to_owned(), 1), ("en".to_owned(), 1), ("fr".to_owned(), 2)]);
    // A second one has the same audience, but for who left in between; the months are compared with months.
    ledger.set_status(&Address::parse("reader1@example.ca").unwrap(), "left", "test", now()).unwrap();
    freeze_correction(&ledger, 2).unwrap();
    assert_eq!(total(&ledger.counts(&correction(2)).unwrap()).planned, 3);
    let next = IssueId::parse("2027-01").unwrap();
    assert_eq!(ledger.last_audience(&next).unwrap().unwrap().0, issue());
}

#[test]
fn a_correction_stopped_at_any_step_reaches_nobody_twice_and_everybody_once() {
    let mut nth = 1;
    loop {
        let state = tempdir().unwrap();
        let ledger = corrected(state.path());
        freeze_correction(&ledger, 1).unwrap();
        let memory = Memory::new();
        let round = round_of_correction(&ledger, 1, &memory);
        let is_over = send(stopping_at(&round, nth)).is_ok();
        assert_eq!(send(round).unwrap().ending, Ending::Complete);
        let ids: Vec<String> = memory.sent().into_iter().map(|sent| sent.message_id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "stopped at {nth}: sent twice");
        let counts = total(&ledger.counts(&correction(1)).unwrap());
        assert!(counts.is_complete() && counts.planned == 4, "stopped at {nth}: {counts:?}");
        assert!(counts.accepted <= ids.len() as u64 && ids.len() as u64 <= counts.accepted + counts.unknown);
        if is_over {
            break;
        }
        nth += 1;
    }
    assert!(nth > 4, "every step was stopped at");
}

#[test]
fn an_issue_that_never_left_cannot_be_corrected() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    ledger.take_in(vec![entry("reader@example.ca", Some("en"))], "test", now()).unwrap();
    let error = format!("{:#}", freeze_correction(&ledger, 1).unwrap_err());
    assert!(error.contains("nothing to correct"), "{error}");
    assert!(freeze_it(&ledger, &editions()).is_ok());
}

const TEXT: &str = "issues/2026-12-correction/2026-12-correction.md";
const ID: &str = "2026-12-correction";

fn write(office: &Office) {
    office.edit(TEXT, "en: \"\"", "en: \"Learning Day is in room 12\"");
    office.edit(TEXT, "fr: \"\"", "fr: \"la Journée d'apprentissage a lieu dans la salle 12\"");
    office.edit(TEXT, "## en\n", "## en\n\nWe wrote room 21. It is room 12.\n");
}

#[test]
fn an_office_corrects_an_issue_from_the_first_word_to_the_last_copy() {
    let office = Office::quick();
    office.run(&["correct", ISSUE]).is(1).says(&["has not begun to leave", "cco-news compose 2026-12"]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    let n_before = office.outbox().len();
    office.run(&["compose", ISSUE]).is(4).says(&["cco-news correct 2026-12"]);

    office.run(&["correct", ISSUE]).is(0).says(&[TEXT, "cco-news compose 2026-12-correction"]);
    assert!(office.read(TEXT).contains("what was wrong and what is right"));
    office.run(&["compose", ID]).is(1).says(&["is still empty"]);
    write(&office);
    office.run(&["compose", ID, "--offline"]).is(4).says(&["BIL-01", TEXT]);
    office.edit(TEXT, "## fr\n", "## fr\n\nNous avons écrit salle 21. C'est la salle 12.\n");
    let said = office.run(&["compose", ID, "--offline"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
    said.says(&["a correction of issue 2026-12", "cco-news approve 2026-12-correction"]);
    let written = office.read(TEXT);
    office.run(&["--lang", "fr", "correct", ISSUE]).is(0).says(&["rectificatif 2026-12-correction"]);
    assert_eq!(office.read(TEXT), written, "what is begun is left as it is");

    let manifest = office.read("issues/2026-12-correction/manifest.json");
    assert!(manifest.contains("\"subject\": \"Correction: Learning Day is in room 12\""), "{manifest}");
    assert!(manifest.contains("\"subject\": \"Rectificatif\u{a0}: la Journée"), "{manifest}");
    let html = office.read("issues/2026-12-correction/editions/fr.html");
    assert!(html.contains("Rectificatif au numéro du") && !html.contains("Dans ce numéro"), "{html}");

    office.run(&["send", ID, "--yes"]).is(4).says(&["not approved"]);
    office.run(&["approve", ID, "--edition", "en", "--by", "An Approver"]).is(0);
    office.run(&["send", ID, "--yes"]).is(4).says(&["not approved", "fr"]);
    office.run(&["approve", ID, "--edition", "fr", "--by", "An Approver"]).is(0);
    office
        .run(&["run"])
        .says(&["correction 2026-12-correction waits for a person", "cco-news send 2026-12-correction"]);
    assert_eq!(office.copies().len(), n_before, "no correction leaves by itself");
    office.run(&["send", ID, "--dry-run"]).is(0).says(&["accepted or is unknown", "for example en: "]);
    office.run(&["send", ID, "--yes"]).is(0).says(&["complete"]);
    assert_eq!(office.copies().len(), 2 * n_before, "each who got the issue got its correction");
    office.run(&["send", ID, "--yes"]).is(0).says(&["nothing to send"]);
    assert_eq!(office.copies().len(), 2 * n_before);

    office.run(&["status"]).says(&["issue 2027-01"]);
    let status = office.run(&["status", ID, "--json"]).is(0);
    assert_eq!(status.json()["corrects"], ISSUE);
    office.run(&["correct", ISSUE]).is(0).says(&["2026-12-correction2"]);
    office.run(&["status"]).says(&["a correction is in work: cco-news status 2026-12-correction2"]);
    office.run(&["gather", "2026-12-correction2"]).is(1).says(&["is a correction"]);
    office.run(&["rehearse", ID]).is(1).says(&["only the real ledger knows"]);
}

#[test]
fn a_correction_leaves_by_the_mail_server_whenever_it_is_ready() {
    let office = Office::quick();
    office.edit("newsletter.toml", "messages_per_minute = 30", "messages_per_minute = 600");
    office
        .write("subscribers/example.csv", "email,language\na@example.ca,en\nb@example.ca,fr\nrefuse1@example.ca,fr\n");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]);
    }
    let relay = Relay::pipelining();
    let by_relay = |arguments: &[&str]| {
        let mut command = office.command(arguments);
        command.env(concat!("CCO_NEWS", "_SMTP_URL"), format!("smtp://127.0.0.1:{}", relay.port));
        Said::of(&command.output().unwrap())
    };
    let said = by_relay(&["send", ISSUE, "--yes", "--late"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
    let n_before = relay.taken().len();
    office.run(&["correct", ISSUE]).is(0);
    write(&office);
    office.edit(TEXT, "## fr\n", "## fr\n\nNous avons écrit salle 21. C'est la salle 12.\n");
    let said = by_relay(&["compose", ID, "--offline"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
    for language in ["en", "fr"] {
        office.run(&["approve", ID, "--edition", language, "--by", "An Approver"]).is(0);
    }
    by_relay(&["send", ID, "--yes"]).is(0).says(&["complete"]);
    assert_eq!(relay.taken().len(), 2 * n_before);
}
