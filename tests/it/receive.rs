//! What comes back: bounces, requests, stories and approvals, through the command that a scheduled job runs.

#![cfg(test)]

use std::fs;
use std::process::Stdio;

use crate::office::{ISSUE, Office, Said};

const READER: &str = "anglophone.reader@example.ca";

fn sent() -> Office {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    for part in ["new", "cur", "tmp"] {
        fs::create_dir_all(office.path().join("mail").join(part)).unwrap();
    }
    office
}

/// The value of a header of a reader's copy.
fn header(office: &Office, reader: &str, name: &str) -> String {
    let copy = office.outbox().into_iter().find(|copy| copy.contains(&format!("To: <{reader}>"))).unwrap();
    let unfolded = copy.replace("\r\n ", " ");
    let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
    line.trim().to_owned()
}

fn bounce(to: &str, message_id: &str, status: &str, words: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: bounces@cco-bcc.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\n\
         This is the mail system at host mx.example.\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} {words}\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n\
         To: <{to}>\r\nMessage-ID: {message_id}\r\n\r\nx\r\n--B--\r\n"
    )
}

fn person(subject: &str, text: &str) -> String {
    format!("From: Reader <{READER}>\r\nTo: requests@cco-bcc.example\r\nSubject: {subject}\r\n\r\n{text}\r\n")
}

fn put(office: &Office, name: &str, mail: &str) {
    fs::write(office.path().join("mail/new").join(name), mail).unwrap();
}

fn receive(office: &Office) -> Said {
    office.run(&["receive", "--maildir", "mail"])
}

fn status(office: &Office, reader: &str) -> String {
    let people = office.run(&["subscribers", "list", "--json"]).is(0).json();
    let person = people.as_array().unwrap().iter().find(|person| person["email"] == reader).unwrap();
    person["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_bounce_of_our_copy_is_believed_once_and_set_aside() {
    let office = sent();
    let id = header(&office, READER, "Message-ID");
    put(&office, "1", &bounce(READER, &id, "5.1.1", "User unknown"));
    receive(&office).is(0).says(&["a***@e***.ca gets nothing further"]);
    assert_eq!(status(&office, READER), "bounced");
    assert!(!office.path().join("mail/new/1").exists() && office.path().join("mail/.Handled/cur/1").exists());
    office.run(&["subscribers", "history", READER]).is(0).says(&["5.1.1"]);
    // The same bytes again, as after a crash before the move, change nothing and are set aside.
    office.run(&["subscribers", "restore", READER, "--reason", "a new mailbox"]).is(0);
    put(&office, "2", &bounce(READER, &id, "5.1.1", "User unknown"));
    receive(&office).is(0);
    assert_eq!(status(&office, READER), "active");
    assert!(!office.path().join("mail/new/2").exists());
}

#[test]
fn a_forged_bounce_suppresses_nobody_and_a_full_mailbox_is_counted() {
    let office = sent();
    put(&office, "1", &bounce(READER, "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@cco-bcc.example>", "5.1.1", "User unknown"));
    receive(&office).is(0).says(&["was counted"]);
    assert_eq!(status(&office, READER), "active");
    let id = header(&office, READER, "Message-ID");
    put(&office, "2", &bounce(READER, &id, "5.7.1", "blocked as spam"));
    put(&office, "3", &bounce(READER, &id, "5.2.2", "mailbox full"));
    receive(&office).is(0);
    assert_eq!(status(&office, READER), "active");
    // Nobody of ours: it stays where it is, also when it is met again.
    put(&office, "4", &bounce("nobody@example.ca", "<x@y.example>", "5.1.1", "User unknown"));
    receive(&office).is(0).says(&["nothing follows"]);
    receive(&office).is(0);
    assert!(office.path().join("mail/new/4").exists());
}

#[test]
fn people_leave_and_change_language_by_mail() {
    let office = sent();
    let link = header(&office, READER, "List-Unsubscribe");
    let token = link.rsplit("%20").next().unwrap().split(['>', '&', '?']).next().unwrap();
    // From another address: the token says whose copy it is.
    put(&office, "1", &person(&format!("language fr {token}"), "").replace(READER, "elsewhere@example.ca"));
    receive(&office).is(0);
    office.run(&["subscribers", "list", "--json"]).is(0).says(&["anglophone.reader"]);
    put(&office, "2", &person(&format!("unsubscribe {token}"), "").replace(READER, "elsewhere@example.ca"));
    receive(&office).is(0).says(&["left"]);
    assert_eq!(status(&office, READER), "left");
    // Who is not on the list is answered by a person, and that is remembered until somebody has.
    put(&office, "3", &person("Désabonnement", "Merci").replace(READER, "elsewhere@example.ca"));
    receive(&office).is(3).says(&["answer them today"]);
    // Nor does anybody leave who writes about leaving, and of something else.
    put(&office, "4", &person("Unsubscribe a colleague who retired", "How do I go about it?"));
    receive(&office).is(3).says(&["read and answer it today"]);
    receive(&office).is(0);
    assert!(office.path().join("mail/new/3").exists() && office.path().join("mail/new/4").exists());
    office.run(&["receive", "--settled"]).is(0).says(&["requests settled: 2"]);
}

#[test]
fn opinions_are_counted_for_the_issue_and_shown_in_its_report() {
    let office = sent();
    let id = header(&office, READER, "Message-ID");
    let answer = |text: &str, to: &str| {
        format!(
            "From: Reader <{READER}>\r\nTo: requests@cco-bcc.example\r\nSubject: Re: CCO News\r\nIn-Reply-To: {to}\r\n\r\n{text}\r\n"
        )
    };
    put(&office, "1", &answer("Yes, very useful!", &id));
    put(&office, "2", &answer("Non, merci.", &id));
    put(&office, "3", &person("Useful: yes 2026-12", ""));
    // An answer to something else is a person's to read.
    put(&office, "4", &answer("Yes", "<some.other.mail.of.the.office@cco-bcc.example>"));
    receive(&office).is(3).says(&["3 useful", "1 personal"]);
    assert!(office.path().join("mail/new/4").exists() && !office.path().join("mail/new/1").exists());
    let report = office.run(&["report", ISSUE, "--json"]).is(0).json();
    assert_eq!(report["opinions"], serde_json::json!({"not-useful": 1, "useful": 2}));
    office.run(&["report", ISSUE]).is(0).says(&["2 found it useful", "1 did not"]);
    assert!(office.read(&format!("issues/{ISSUE}/report.html")).contains("answered yes 2 times, and no 1"));
}

#[test]
fn a_story_by_mail_lands_in_the_folder_and_nothing_is_answered_by_itself() {
    let office = sent();
    let n_messages = office.outbox().len();
    put(&office, "1", &person("Story: Plain language works", "We tried it for a month. Here is what we learned."));
    put(&office, "2", &person("Lunch?", "Shall we?"));
    receive(&office).is(3).says(&["a story came by mail", "waits for a person"]);
    assert!(
        fs::read_dir(office.path().join("stories"))
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().starts_with("mail-") })
    );
    assert_eq!(fs::read_dir(office.path().join("state/drafts/new")).unwrap().count(), 1);
    assert_eq!(office.outbox().len(), n_messages);
    // Again: nothing is told twice.
    receive(&office).is(0);
}

#[test]
fn our_own_mail_that_comes_back_makes_no_loop() {
    let office = sent();
    let before = (office.outbox(), office.run(&["subscribers", "list", "--json"]).is(0).out);
    // Copies and letters as a careless forwarding rule sends them back, and as programs and null senders answer them.
    let copy = before.0.iter().find(|copy| copy.contains(&format!("To: <{READER}>"))).unwrap();
    let id = header(&office, READER, "Message-ID");
    let answer = |head: &str| {
        format!(
            "{head}From: Reader <{READER}>\r\nTo: requests@cco-bcc.example\r\nIn-Reply-To: {id}\r\nSubject: Re: CCO News\r\n\r\nThank you.\r\n"
        )
    };
    let heads = [
        "Auto-Submitted: auto-replied\r\n",
        "Return-Path: <>\r\n",
        "Precedence: bulk\r\nX-Autoreply: yes\r\n",
        "Auto-Submitted: auto-generated\r\nReturn-Path: <>\r\n",
    ];
    put(&office, "1", copy);
    for (n, head) in heads.iter().enumerate() {
        put(&office, &format!("2.{n}"), &answer(head));
    }
    put(&office, "3", &bounce("requests@cco-bcc.example", "<some.letter.of.ours@cco-bcc.example>", "5.1.1", "gone"));
    for _ in 0..3 {
        receive(&office);
        assert_eq!(office.outbox().len(), before.0.len(), "nothing is ever sent back");
        assert!(!office.path().join("state/drafts").exists(), "and nothing is drafted");
    }
    assert_eq!(office.run(&["subscribers", "list", "--json"]).is(0).out, before.1);
}

#[test]
fn a_crash_between_the_ledger_and_the_move_is_made_good_and_nothing_is_deleted() {
    let office = sent();
    let id = header(&office, READER, "Message-ID");
    let mails = [
        bounce(READER, &id, "5.1.1", "User unknown"),
        person("unsubscribe", "").replace(READER, "lectrice.francophone@example.ca"),
        person("Lunch?", "Shall we?"),
    ];
    let count = |folder: &str| fs::read_dir(office.path().join(folder)).map_or(0, Iterator::count);
    let list = || office.run(&["subscribers", "list", "--json"]).is(0).out;
    let mut after_first = String::new();
    for round in 0..4 {
        for (n, mail) in mails.iter().enumerate() {
            // As if the move had not come to be: the same bytes lie there again.
            put(&office, &format!("{round}.{n}"), mail);
        }
        receive(&office);
        if round == 0 {
            after_first = list();
        }
        assert_eq!(list(), after_first, "round {round}");
        let left = count("mail/new") + count("mail/cur");
        assert_eq!((left, count("mail/.Handled/cur")), (round + 1, 2 * (round + 1)), "nothing is deleted");
    }
    let history = office.run(&["subscribers", "history", READER, "--json"]).is(0).out;
    assert_eq!(history.matches("\"what\": \"bounced\"").count(), 1, "{history}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_mail_of_fifty_megabytes_and_ten_thousand_parts_cost_little() {
    use std::io::Write as _;
    let office = sent();
    let part = |n: u32| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    let nested = (0..10_000).map(part).collect::<Vec<_>>().concat();
    let garbage = vec![0xFF; 1_000_000];
    let long =
        [person("Photos", "See below."), "A line of a large mail, in which nothing is.\r\n".repeat(1_100_000)].concat();
    assert!(long.len() > 50_000_000);
    for mail in [long.as_bytes(), nested.as_bytes(), garbage.as_slice()] {
        let mut child = office
            .command(&["receive", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.as_mut().unwrap().write_all(mail).unwrap();
        // It has read all of it, or as much as it wants; the end is still to come.
        let memory = || fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = |status: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        let before = peak(&memory()).unwrap();
        drop(child.stdin.take());
        let mut most = before;
        while let Ok(None) = child.try_wait() {
            most = most.max(
                peak(&fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default()).unwrap_or(0),
            );
        }
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert!(most < 64 * 1024, "{most} KiB");
    }
}

#[test]
fn a_mail_servers_pipe_is_told_to_try_again_only_when_it_must() {
    use std::io::Write as _;
    let office = sent();
    let pipe = |mail: &str| {
        let mut child = office
            .command(&["receive", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).unwrap();
        child.wait().unwrap().code().unwrap()
    };
    assert_eq!(pipe(&person("Lunch?", "Shall we?")), 0);
    assert_eq!(fs::read_dir(office.path().join("state/inbox/new")).unwrap().count(), 1);
    let id = header(&office, READER, "Message-ID");
    assert_eq!(pipe(&bounce(READER, &id, "5.1.1", "User unknown")), 0);
    assert_eq!(status(&office, READER), "bounced");
    // A ledger that cannot be opened: the server keeps its mail.
    let ledger = office.path().join("state/cco-news.db");
    fs::rename(&ledger, office.path().join("kept.db")).unwrap();
    fs::create_dir(&ledger).unwrap();
    assert_eq!(pipe(&person("Lunch?", "Shall we?")), 75);
}
