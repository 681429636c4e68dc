//! What a person asks of an issue that is leaving, and of copies that nobody knows about; and a stop at every step of it.

#![cfg(test)]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::bail;
#[cfg(unix)]
use cco_news::cli::is_hangup_ignored;
use cco_news::ledger::{Asked, Ledger, Settled};
use cco_news::mail::Mailer;
use cco_news::send::{Ending, Step, cancel_rest};
use tempfile::tempdir;

use crate::office::{ISSUE, Office, Said};
use crate::relay::Relay;
use crate::sending::{
    assert_nobody_twice_nobody_lost, entry, frozen, issue, later, now, people, round, send, steered, stopping_at, total,
};

fn failing_at(nth: usize) -> Step {
    let count = AtomicUsize::new(0);
    Arc::new(move |name| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            bail!("stopped at {name}");
        }
        Ok(())
    })
}

#[test]
fn a_stop_at_every_step_of_sending_and_of_cancelling_leaves_nobody_twice_and_nobody_lost() {
    const PEOPLE: usize = 6;
    let mut nth = 1;
    loop {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(PEOPLE));
        let memory = steered();
        let first = round(&ledger, Mailer::Memory(memory.clone()));
        let is_over = send(stopping_at(&first, nth)).is_ok();
        ledger.ask(&issue(), Asked::Cancelled, now()).unwrap();
        for at in 1..=4 {
            assert!(cancel_rest(&ledger, &issue(), now(), &failing_at(at)).is_err());
        }
        let counts = total(&cancel_rest(&ledger, &issue(), now(), &failing_at(0)).unwrap());
        assert!(counts.is_complete() && counts.planned == PEOPLE as u64, "{counts:?}");
        let sent = memory.sent();
        assert_nobody_twice_nobody_lost(&ledger, sent.iter().map(|sent| sent.message_id.as_str()));
        assert_eq!(send(later(&first, 600)).unwrap().ending, Ending::Complete);
        assert_eq!(memory.sent().len(), sent.len(), "a cancelled issue sends nothing more");
        if is_over {
            break;
        }
        nth += 1;
    }
    assert!(nth > PEOPLE, "every step was stopped at");
}

#[test]
fn who_asks_first_keeps_their_time_and_a_cancelled_issue_stays_cancelled() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    assert!(ledger.control(&issue()).unwrap().is_none());
    assert!(!ledger.go_on(&issue()).unwrap());
    ledger.ask(&issue(), Asked::Paused, now()).unwrap();
    let after = now().checked_add(jiff::SignedDuration::from_mins(5)).unwrap();
    ledger.ask(&issue(), Asked::Paused, after).unwrap();
    assert_eq!(ledger.control(&issue()).unwrap().unwrap().at, now());
    assert_eq!(ledger.suppress_rest(&issue(), now()).unwrap(), 0, "paused is not cancelled");
    assert!(ledger.go_on(&issue()).unwrap() && ledger.control(&issue()).unwrap().is_none());
    ledger.ask(&issue(), Asked::Cancelled, now()).unwrap();
    ledger.ask(&issue(), Asked::Paused, after).unwrap();
    assert!(!ledger.go_on(&issue()).unwrap());
    assert_eq!(ledger.control(&issue()).unwrap().unwrap().asked, Asked::Cancelled);
}

#[test]
fn what_is_unknown_is_settled_once_and_sent_again_only_when_a_person_says_so() {
    let state = tempdir().unwrap();
    let list = ["unknown1@example.ca", "unknown2@example.ca", "unknown3@example.ca", "a@example.ca"];
    let ledger = frozen(state.path(), list.iter().map(|address| entry(address, Some("en"))).collect());
    let memory = steered();
    let round = round(&ledger, Mailer::Memory(memory.clone()));
    assert_eq!(send(round.clone()).unwrap().ending, Ending::Complete);
    let unknown = ledger.unknown(&issue()).unwrap();
    assert_eq!(unknown.len(), 3);
    let settle = |whose: &str, how| ledger.settle(&issue(), whose, how, "Sam", now()).unwrap();
    assert!(settle(&unknown[0].message_id, Settled::Accepted));
    assert!(!settle(&unknown[0].message_id, Settled::Resend), "it is settled");
    assert!(!settle("a@example.ca", Settled::Resend), "it was never unknown");
    assert!(settle("UNKNOWN2@example.ca", Settled::Refused));
    assert!(total(&ledger.counts(&issue()).unwrap()).is_complete());
    assert!(settle("unknown3@example.ca", Settled::Resend));
    assert!(ledger.frozen(&issue()).unwrap().unwrap().completed.is_none());
    // Stopped at any step of the second sending, it is still sent once more at most.
    for nth in 1..=3 {
        let _ = send(stopping_at(&round, nth)); // It is to fail there.
    }
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
    let again: Vec<_> = memory.sent().into_iter().filter(|sent| sent.to.local() == "unknown3").collect();
    assert_eq!(again.len(), 2);
    assert_eq!((&again[0].message_id, &again[0].bytes), (&again[1].message_id, &again[1].bytes));
}

fn wait_until(what: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if what() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("it did not come about in 20 seconds");
}

#[test]
fn an_issue_is_paused_resumed_and_cancelled_from_another_terminal() {
    let office = Office::quick();
    let rows: Vec<String> = (0..60).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    let rows = rows.concat();
    office.write("subscribers/example.csv", &format!("email,language\n{rows}"));
    office.edit("newsletter.toml", "messages_per_minute = 30", "messages_per_minute = 600");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    office.run(&["pause", ISSUE]).is(1).says(&["has not begun to leave"]);
    let relay = Relay::pipelining();
    let url = format!("smtp://127.0.0.1:{}", relay.port);
    let mut command = office.command(&["send", ISSUE, "--yes", "--late"]);
    command.env(concat!("CCO_NEWS", "_SMTP_URL"), url).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_until(|| relay.taken().len() >= 2);

    office.run(&["pause", ISSUE]).is(0).says(&["paused"]);
    let ledger = Ledger::open(&office.path().join("state")).unwrap();
    wait_until(|| !ledger.is_sending().unwrap());
    let n_taken = relay.taken().len();
    office.run(&["status", ISSUE]).is(4).says(&["paused since", "resume 2026-12"]);
    office.run(&["run"]).says(&["is paused"]);
    assert_eq!(relay.taken().len(), n_taken, "nothing leaves while it is paused");
    assert!(n_taken < 60);

    office.run(&["resume", ISSUE]).is(0).says(&["resumed"]);
    wait_until(|| relay.taken().len() > n_taken + 2);
    office.run(&["cancel", ISSUE]).is(4).says(&["--yes"]);
    office.run(&["cancel", ISSUE, "--yes"]).is(0).says(&["cancelled: issue 2026-12", "suppressed"]);
    let said = Said::of(&child.wait_with_output().unwrap());
    said.is(0).says(&["was cancelled", "is complete"]);
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert!(counts.is_complete() && counts.suppressed > 0 && counts.planned == 60, "{counts:?}");
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(&ledger, taken.iter().map(|taken| taken.message_id.as_str()));
    office.run(&["cancel", ISSUE, "--yes"]).is(1).says(&["is complete"]);
    office.run(&["status", ISSUE]).is(0).says(&["cancelled on"]);
}

#[cfg(unix)]
#[test]
fn a_second_send_is_refused_and_a_signal_or_a_closed_terminal_finishes_what_is_in_flight() {
    let office = Office::quick();
    let rows: Vec<String> = (0..30).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    office.write("subscribers/example.csv", &format!("email,language\n{}", rows.concat()));
    office.edit("newsletter.toml", "messages_per_minute = 30", "messages_per_minute = 1200");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    let relay = Relay::pipelining();
    let send = || {
        let mut command = office.command(&["send", ISSUE, "--yes", "--late"]);
        command.env(concat!("CCO_NEWS", "_SMTP_URL"), format!("smtp://127.0.0.1:{}", relay.port));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    // Under `nohup` the program outlives the terminal, as it is asked to.
    let signals: &[&str] = if is_hangup_ignored() { &["TERM", "INT"] } else { &["TERM", "INT", "HUP"] };
    for signal in signals {
        let had = relay.taken().len();
        let child = send().spawn().unwrap();
        wait_until(|| relay.taken().len() >= had + 2);
        Said::of(&send().output().unwrap()).is(1).says(&["another `cco-news send`"]);
        assert!(
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        Said::of(&child.wait_with_output().unwrap()).is(130).says(&["interrupted"]);
    }
    assert!(relay.taken().len() < 30);
    Said::of(&send().output().unwrap()).is(0).says(&["is complete"]);
    let ledger = Ledger::open(&office.path().join("state")).unwrap();
    assert_eq!(total(&ledger.counts(&issue()).unwrap()).accepted, 30);
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(&ledger, taken.iter().map(|taken| taken.message_id.as_str()));
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_at_any_size_stops_the_run_and_the_next_one_goes_on() {
    let office = Office::quick();
    let rows: Vec<String> = (0..60).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    office.write("subscribers/example.csv", &format!("email,language\n{}", rows.concat()));
    office.edit("newsletter.toml", "messages_per_minute = 30", "messages_per_minute = 600000");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    let relay = Relay::pipelining();
    let mut n_stops = 0;
    // So many KiB a file may have; the shell keeps the system from ending a program that writes more.
    for kib in (16..).step_by(80) {
        let inner = office.command(&["send", ISSUE, "--yes", "--late"]);
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f $(($0 * 2)); exec \"$@\"", &kib.to_string()]);
        command.arg(inner.get_program()).args(inner.get_args()).current_dir(office.path()).env_clear();
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
        command.env(concat!("CCO_NEWS", "_SMTP_URL"), format!("smtp://127.0.0.1:{}", relay.port));
        let said = Said::of(&command.output().unwrap());
        assert!(!said.text.contains("panicked"), "{kib} KiB: {}", said.text);
        if matches!(said.code, 0 | 3) {
            break;
        }
        n_stops += 1;
        said.is(1).says(&["disk"]);
    }
    assert!(n_stops > 3, "it was never full");
    let ledger = Ledger::open(&office.path().join("state")).unwrap();
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert!(counts.is_complete() && counts.planned == 60, "{counts:?}");
    assert!(counts.unknown <= n_stops * 4, "{counts:?}");
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(&ledger, taken.iter().map(|taken| taken.message_id.as_str()));
}

#[test]
fn an_unknown_copy_is_listed_and_settled_by_a_log_or_a_word() {
    let office = Office::quick();
    office.write(
        "subscribers/example.csv",
        "email,language\ndrop-after-dot1@example.ca,en\ndrop-after-dot2@example.ca,fr\na@example.ca,en\n",
    );
    let relay = Relay::pipelining();
    let mut command = office.command(&["send", ISSUE, "--yes", "--late"]);
    command.env(concat!("CCO_NEWS", "_SMTP_URL"), format!("smtp://127.0.0.1:{}", relay.port));
    Said::of(&command.output().unwrap()).is(3).says(&["unknown"]);
    let listed = office.run(&["resolve", ISSUE, "--json"]).is(3);
    let unknown = listed.json()["unknown"].as_array().unwrap().clone();
    assert_eq!(unknown.len(), 2);
    assert!(!listed.text.contains("drop-after-dot1@example.ca"), "addresses are masked");
    let id = unknown[0]["message_id"].as_str().unwrap();
    let log = format!(
        "Dec  9 10:00:01 mx postfix/cleanup[12]: 4F1A2: message-id={id}\nDec  9 10:00:01 mx postfix/qmgr[9]: 4F1A2: from=<x>, size=1, nrcpt=1 (queue active)\n"
    );
    office.write("mail.log", &log);
    office.run(&["resolve", ISSUE, "--log", "mail.log"]).is(3).says(&["1 of 2", "1 accepted"]);
    let id = unknown[1]["message_id"].as_str().unwrap();
    office.run(&["resolve", ISSUE, id]).is(2);
    office.run(&["resolve", ISSUE, id, "--by", "Sam"]).is(0).says(&["nothing is unknown"]);
    office.run(&["resolve", ISSUE, id, "--by", "Sam"]).is(0).says(&["no copy that you name is unknown"]);
    office.run(&["status", ISSUE]).is(0).says(&["complete"]);
}

#[test]
fn a_list_that_halved_over_night_holds_the_issue_and_the_office_is_told_once() {
    let office = Office::quick();
    office.run(&["send", ISSUE, "--dry-run"]).is(0).says(&[
        "for example en: ",
        "on the wire",
        "  To: <reader@example.ca>",
    ]);
    let some = office.run(&["send", ISSUE, "--dry-run", "--only", "language=fr"]).is(0);
    assert!(some.text.contains("for example fr: ") && !some.text.contains("for example en: "), "{}", some.text);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    let n_before = office.outbox().len();
    let next = "2027-01";
    let clock = "2027-01-27T10:00:00-05:00";
    let run = |arguments: &[&str]| {
        let mut command = office.command(arguments);
        command.env(concat!("CCO_NEWS", "_NOW"), clock);
        Said::of(&command.output().unwrap())
    };
    office.write("stories/new.md", "---\nsection: tools\ntitle: {en: \"A new story\", fr: \"Un nouveau texte\"}\n---\n## en\nA word of ours.\n## fr\nUn mot de nous.\n");
    let said = run(&["compose", next, "--offline"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
    for language in ["en", "fr"] {
        run(&["approve", next, "--edition", language, "--by", "An Approver"]).is(0);
    }
    let rows: Vec<String> = (0..14).map(|n| format!("more{n}@example.ca,en\n")).collect();
    let rows = rows.concat();
    office.write("subscribers/example.csv", &format!("email,language\n{rows}"));
    for _ in 0..2 {
        run(&["run"]).is(4).says(&["en: 16 copies; issue 2026-12 had 2", "--audience 20"]);
    }
    let told: Vec<String> =
        office.outbox().into_iter().filter(|text| text.contains("info@cco-bcc.example>\r\nM")).collect();
    assert_eq!((told.len(), office.outbox().len()), (1, n_before + 1));
    run(&["send", next, "--yes"]).is(4).says(&["held"]);
    run(&["send", next, "--yes", "--audience", "19"]).is(4);
    run(&["send", next, "--audience", "20"]).is(0).says(&["complete"]);
}

#[test]
fn a_dry_run_and_a_rehearsal_leave_the_ledger_as_it_was() {
    let office = Office::quick();
    office.write("subscribers/more.csv", "email,language,consented_on\nnew@example.ca,fr,2026-11-02\n");
    let people = || office.run(&["subscribers", "list", "--json"]).is(0).out;
    let before = people();
    let dry = office.run(&["send", ISSUE, "--dry-run"]).is(0);
    // It says what the lists would come to, though they are not taken in.
    dry.says(&["more.csv: 1 new", "fr: 3 copies"]);
    office.run(&["rehearse", ISSUE]).is(0).says(&["more.csv: 1 new"]);
    assert_eq!(people(), before);
    assert!(!before.contains("new@example.ca") && !office.path().join("state/aside").exists());
    // Who left is not brought back by the copy either.
    office.run(&["subscribers", "import"]).is(0);
    office.run(&["subscribers", "remove", "new@example.ca"]).is(0);
    office.run(&["send", ISSUE, "--dry-run"]).is(0).says(&["1 kept away", "fr: 2 copies"]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    assert!(office.outbox().iter().all(|copy| !copy.contains("new@example.ca")));
}

#[test]
fn a_rehearsal_goes_the_whole_way_and_nobody_gets_anything() {
    let office = Office::with_two_stories();
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    let rows: Vec<String> = (0..400).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr", ""][n % 3])).collect();
    let rows = rows.concat();
    office.write("subscribers/example.csv", &format!("email,language\n{rows}"));
    let said = office.run(&["rehearse", ISSUE, "--json"]).is(0);
    let json = said.json();
    let sum =
        |what: &str| ["en", "fr", "both"].iter().map(|id| json["editions"][id][what].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("planned"), json["twice"].as_u64(), json["lost"].as_u64()), (400, Some(0), Some(0)));
    assert_eq!(sum("accepted") + sum("refused"), 400);
    assert!(sum("refused") > 0 && sum("refused") < 40, "{json}");
    assert!(office.outbox().is_empty() && !office.path().join("state/rehearsal").exists());
    assert!(office.read("issues/2026-12/rehearsal.html").contains("Répétition"));
    office.run(&["status", ISSUE]).is(0).says(&["not approved"]);
}
