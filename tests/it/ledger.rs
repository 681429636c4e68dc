//! The contract of the ledger and of a run over it, as statements; a second engine will be held to the same list.

#![cfg(test)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cco_news::ledger::{Imported, Ledger};
use cco_news::mail::{Handed, Mailer, Memory, Outbox};
use cco_news::model::{Address, EditionId, Outcome, Reply};
use cco_news::send::{Ending, Round, Secrets, import};
use tempfile::tempdir;
use tokio::sync::watch;

use crate::sending::{
    assert_nobody_twice_nobody_lost, block_on, edition, editions, entry, freeze_it, frozen, issue, later, newsletter,
    now, people, reply, round, round_without_key, scaled_clock, send, steered, stopping_at, total,
};

fn ids(memory: &Memory) -> Vec<String> {
    memory.sent().into_iter().map(|sent| sent.message_id).collect()
}

fn assert_all_is_well(ledger: &Ledger, memory: &Memory) {
    let ids = ids(memory);
    assert_nobody_twice_nobody_lost(ledger, ids.iter().map(String::as_str));
}

#[test]
fn everyone_gets_their_edition_once_and_a_second_send_has_nothing_to_do() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(30));
    let memory = Memory::new();
    let ended = send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
    assert_eq!(ended.ending, Ending::Complete);
    assert_eq!(ended.counts.values().map(|counts| counts.accepted).collect::<Vec<_>>(), [10, 10, 10]);
    let again = send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
    assert_eq!((again.ending, again.progress.accepted, memory.sent().len()), (Ending::Complete, 0, 30));
    // Languages leave interleaved: no three neighbours without all of them, give or take the lanes' order.
    let firsts: Vec<_> = memory.sent()[..9].iter().map(|sent| sent.to.local().to_owned()).collect();
    assert!(firsts.len() == 9 && ledger.lag(&issue()).unwrap().is_some());
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn an_address_in_any_case_is_one_person() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let rows = vec![entry("A.B@Example.ca", Some("en")), entry("a.b@example.CA", Some("fr"))];
    assert_eq!(ledger.take_in(rows, "1", now()).unwrap(), [Imported::Added, Imported::Twice]);
    let audience = ledger.audience(&issue(), &editions().map_ids()).unwrap();
    assert_eq!(audience.into_iter().collect::<Vec<_>>(), [(EditionId::new("fr"), 1)]);
}

trait MapIds {
    fn map_ids(&self) -> Vec<EditionId>;
}

impl MapIds for Vec<cco_news::model::Edition> {
    fn map_ids(&self) -> Vec<EditionId> {
        self.iter().map(|edition| edition.id.clone()).collect()
    }
}

#[test]
fn who_left_is_not_brought_back_by_a_file() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    ledger.take_in(people(3), "1", now()).unwrap();
    let gone = Address::parse("reader1@example.ca").unwrap();
    assert!(ledger.set_status(&gone, "left", "asked by mail", now()).unwrap());
    let done = ledger.take_in(people(3), "2", now()).unwrap();
    assert_eq!(done, [Imported::Same, Imported::KeptAway, Imported::Same]);
    freeze_it(&ledger, &editions()).unwrap();
    assert_eq!(total(&ledger.counts(&issue()).unwrap()).planned, 2);
}

#[test]
fn a_freeze_is_one_and_holds() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    ledger.take_in(people(9), "2", now()).unwrap();
    assert!(!freeze_it(&ledger, &editions()).unwrap().is_new);
    assert_eq!(total(&ledger.counts(&issue()).unwrap()).planned, 3);
    let mut others = editions();
    others[1].text.push_str("changed");
    let said = format!("{:#}", freeze_it(&ledger, &others).unwrap_err());
    assert!(said.contains("`fr`"), "{said}");
}

#[test]
fn no_edition_leaves_alone_or_unapproved() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    ledger.take_in(people(3), "1", now()).unwrap();
    assert!(freeze_it(&ledger, &[edition("en"), edition("both")]).is_err());
    let said = format!("{}", freeze_it(&ledger, &[edition("en"), edition("fr")]).unwrap_err());
    assert!(said.contains("`both`"), "{said}");
    let (issue, all) = (issue(), editions());
    let approvals = crate::sending::approvals(&[edition("en")]);
    let leaving = cco_news::send::Leaving {
        issue: &issue,
        editions: &all,
        manifest: "{}",
        approvals: &approvals,
        only: &[],
        send_at: now(),
    };
    assert!(cco_news::send::freeze(&ledger, &newsletter(), &leaving, now()).is_err());
    assert!(ledger.frozen(&issue).unwrap().is_none());
    let empty = crate::server::open(&state.path().join("empty"));
    assert!(freeze_it(&empty, &editions()).is_err());
}

#[test]
fn who_leaves_between_the_freeze_and_the_claim_is_suppressed() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(6));
    ledger.set_status(&Address::parse("reader2@example.ca").unwrap(), "left", "asked", now()).unwrap();
    let memory = Memory::new();
    let ended = send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).suppressed, memory.sent().len()), (Ending::Complete, 1, 5));
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn a_deferred_copy_is_tried_again_when_it_is_due_and_refused_when_its_window_closes() {
    let state = tempdir().unwrap();
    let mut list = people(3);
    list.push(entry("defer1@example.ca", Some("en")));
    let ledger = frozen(state.path(), list);
    let memory = steered();
    let first = round(&ledger, Mailer::Memory(memory.clone()));
    let ended = send(first.clone()).unwrap();
    assert_eq!(ended.ending, Ending::Later(Some("2026-12-09T15:05:00Z".parse().unwrap())));
    assert_eq!(send(first.clone()).unwrap().progress.deferred, 0);
    assert_eq!(send(later(&first, 5)).unwrap().progress.deferred, 1);
    let ended = send(later(&first, 25 * 60)).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).refused), (Ending::Complete, 1));
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn a_dead_address_is_refused_and_gets_no_further_issue() {
    let state = tempdir().unwrap();
    let mut list = people(3);
    list.extend([entry("dead1@example.ca", Some("en")), entry("refuse1@example.ca", Some("en"))]);
    let ledger = frozen(state.path(), list);
    let memory = steered();
    let ended = send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).refused), (Ending::Complete, 2));
    let mut bounced = Vec::new();
    ledger
        .each_subscriber(|subscriber| {
            if subscriber.status == "bounced" {
                bounced.push(subscriber.address.as_str().to_owned());
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(bounced, ["dead1@example.ca"]);
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn a_refusal_of_us_stops_the_run_and_marks_nobody() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), (0..9).map(|n| entry(&format!("aboutus{n}@example.ca"), Some("en"))).collect());
    let ended = send(round(&ledger, Mailer::Memory(steered()))).unwrap();
    assert!(matches!(ended.ending, Ending::AboutUs(Reply { code: 535, .. })));
    assert_eq!(total(&ended.counts).to_send, 9);

    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), (0..9).map(|n| entry(&format!("policy{n}@example.ca"), Some("en"))).collect());
    let ended = send(round(&ledger, Mailer::Memory(steered()))).unwrap();
    assert!(matches!(ended.ending, Ending::AboutUs(_)), "{:?}", ended.ending);
    assert_eq!(total(&ended.counts).refused, 0);
    let memory = Memory::new();
    assert_eq!(send(later(&round(&ledger, Mailer::Memory(memory.clone())), 6)).unwrap().ending, Ending::Complete);
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn a_relay_that_is_away_marks_nobody() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), (0..5).map(|n| entry(&format!("away{n}@example.ca"), Some("en"))).collect());
    let ended = send(round(&ledger, Mailer::Memory(steered()))).unwrap();
    assert!(matches!(ended.ending, Ending::Away(_)));
    assert_eq!(total(&ended.counts).to_send, 5);
}

#[test]
fn a_list_of_which_a_tenth_is_refused_stops_the_run() {
    let state = tempdir().unwrap();
    let mut list = people(500);
    list.extend((0..200).map(|n| entry(&format!("refuse{n}@example.ca"), Some("en"))));
    let ledger = frozen(state.path(), list);
    let ended = send(round(&ledger, Mailer::Memory(steered()))).unwrap();
    assert_eq!(ended.ending, Ending::TooManyRefused);
    assert!(total(&ended.counts).to_send > 250);
}

#[test]
fn what_is_unknown_is_listed_and_never_sent_again() {
    let state = tempdir().unwrap();
    let ledger =
        frozen(state.path(), vec![entry("unknown1@example.ca", Some("en")), entry("b@example.ca", Some("fr"))]);
    let memory = steered();
    assert_eq!(send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap().ending, Ending::Complete);
    assert_eq!(send(round(&ledger, Mailer::Memory(Memory::new()))).unwrap().progress.accepted, 0);
    let unknown = ledger.unknown(&issue()).unwrap();
    assert_eq!(format!("{}", unknown[0].to), "u***@e***.ca");
    assert!(ids(&memory).contains(&unknown[0].message_id));
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_the_next_run_goes_on() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(50));
    let (interrupt, interrupted) = watch::channel(false);
    let interrupt = Arc::new(interrupt);
    let n_sent = Arc::new(AtomicUsize::new(0));
    let memory = Memory::answering(Arc::new(move |_| {
        if n_sent.fetch_add(1, Ordering::SeqCst) == 9 {
            interrupt.send_replace(true);
        }
        None
    }));
    let first = Round { interrupted, ..round(&ledger, Mailer::Memory(memory.clone())) };
    let ended = send(first).unwrap();
    assert_eq!(ended.ending, Ending::Interrupted);
    let counts = total(&ended.counts);
    assert_eq!(counts.accepted, memory.sent().len() as u64);
    assert_eq!((counts.in_flight, counts.accepted + counts.to_send), (0, 50));
    assert_eq!(send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap().ending, Ending::Complete);
    assert_all_is_well(&ledger, &memory);
}

#[test]
fn two_processes_do_not_send_at_once() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    let lock = ledger.lock_for_sending().unwrap();
    let said = format!("{}", send(round(&ledger, Mailer::Memory(Memory::new()))).unwrap_err());
    assert!(said.contains("another `cco-news send`"), "{said}");
    drop(lock);
    assert!(send(round(&ledger, Mailer::Memory(Memory::new()))).is_ok());
}

#[test]
fn stopped_at_any_operation_and_run_again_nobody_is_sent_twice_and_nobody_is_lost() {
    const LANES: u32 = 2;
    for nth in 1.. {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(7));
        let memory = Memory::new();
        let mut first = round(&ledger, Mailer::Memory(memory.clone()));
        first.delivering.connections = LANES;
        let is_over = send(stopping_at(&first, nth)).is_ok();
        drop(ledger);
        let ledger = crate::server::open(state.path());
        let ended = send(Round { ledger: ledger.clone(), ..first }).unwrap();
        assert_eq!(ended.ending, Ending::Complete, "stopped at {nth}");
        assert!(total(&ended.counts).unknown <= u64::from(LANES), "stopped at {nth}: {:?}", ended.counts);
        assert_all_is_well(&ledger, &memory);
        if is_over {
            assert!(nth > 20, "the run has more operations than that");
            break;
        }
    }
}

#[test]
fn in_the_outbox_no_crash_leaves_a_doubt() {
    for nth in 1.. {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(4));
        let outbox = Outbox::new(state.path());
        let first = round(&ledger, Mailer::Outbox(outbox.clone()));
        let is_over = send(stopping_at(&first, nth)).is_ok();
        let ended = send(first).unwrap();
        assert_eq!((ended.ending, total(&ended.counts).unknown), (Ending::Complete, 0), "stopped at {nth}");
        let files: Vec<_> = std::fs::read_dir(outbox.folder().join("new")).unwrap().collect();
        assert_eq!(files.len(), 4);
        assert_eq!(ledger.ways_out(&issue()).unwrap()[0].way_out, "outbox");
        if is_over {
            break;
        }
    }
}

#[test]
fn a_copy_has_the_same_bytes_on_every_try_and_two_people_differ_only_in_slots() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), vec![entry("defer1@example.ca", Some("en")), entry("b@example.ca", Some("en"))]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let memory = Memory::answering(Arc::new(move |email| {
        keep.lock().unwrap().push((email.to.local().to_owned(), email.bytes.clone()));
        email.to.local().starts_with("defer").then(|| Handed::Done(Outcome::Deferred(reply(450, ""))))
    }));
    let first = round(&ledger, Mailer::Memory(memory));
    send(first.clone()).unwrap();
    send(later(&first, 10)).unwrap();
    let seen = seen.lock().unwrap();
    let of = |name: &str| seen.iter().filter(|(local, _)| local == name).map(|(_, bytes)| bytes).collect::<Vec<_>>();
    let deferred = of("defer1");
    assert_eq!(deferred.len(), 2);
    assert_eq!(deferred[0], deferred[1]);
    let plain = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap().replace("=\r\n", "");
        text.lines()
            .filter(|line| !["To:", "Message-ID:", "List-Unsubscribe:"].iter().any(|own| line.starts_with(own)))
            .map(|line| line.split("mailto:").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(deferred[0]), plain(of("b")[0]));
}

#[test]
fn the_key_of_a_ledger_is_its_own_and_private() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let id = Secrets::open(&ledger).unwrap().id();
    assert_eq!(Secrets::open(&ledger).unwrap().id(), id);
    let path = state.path().join("secrets.toml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Secrets::open(&ledger).is_err());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mine = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, mine.replace("key = \"", "key = \"00").replace("00\"", "\"")).unwrap();
    assert!(Secrets::open(&ledger).is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(Secrets::open(&ledger).is_err());
}

#[test]
fn of_many_who_begin_at_once_one_makes_the_ledger_and_its_key() {
    for _ in 0..20 {
        let state = tempdir().unwrap();
        let begin = || Secrets::open(&crate::server::open(state.path())).unwrap().id();
        let ids: Vec<String> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(begin(), ids[0]);
        let left = std::fs::read_dir(state.path()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|name| name.contains(".tmp")).count(), 0);
    }
}

#[test]
fn a_ledger_that_cannot_be_used_says_why() {
    let state = tempdir().unwrap();
    std::fs::write(
        state.path().join("cco-news.db"),
        b"this is no ledger, only some text that is long enough to look like a file",
    )
    .unwrap();
    let said = format!("{:?}", Ledger::open(state.path()).err().unwrap());
    assert!(said.contains("damaged or is not a ledger"), "{said}");

    let state = tempdir().unwrap();
    drop(Ledger::open(state.path()).unwrap());
    let db = rusqlite::Connection::open(state.path().join("cco-news.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let said = format!("{:?}", Ledger::open(state.path()).err().unwrap());
    assert!(said.contains("newer `cco-news`"), "{said}");
    assert!(Ledger::open_if_there(&state.path().join("nothing")).unwrap().is_none());
}

#[test]
fn subscriber_files_are_read_as_excel_and_people_write_them() {
    let files: [(&str, Vec<u8>); 5] = [
        ("plain", b"email,language,name\na@example.ca,en,\"Smith, A\"\nb@example.ca,fr,Ren\xC3\xA9e\n".to_vec()),
        (
            "excel",
            b"Courriel;Nom;Langue\r\na@example.ca;Smith, A;anglais\r\nb@example.ca;Ren\xE9e;Fran\xE7ais\r\n".to_vec(),
        ),
        ("bom", b"\xEF\xBB\xBFlanguage,email\nEnglish,a@example.ca\nfr-CA,b@example.ca\n".to_vec()),
        (
            "utf16",
            "\u{FEFF}email\tlanguage\r\na@example.ca\ten\r\nb@example.ca\tfrançais\r\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        ),
        ("mac", b"e-mail,lang\ra@example.ca,e\rb@example.ca,f\r".to_vec()),
    ];
    for (name, bytes) in files {
        let summary = import::summary(bytes.as_slice(), name, &newsletter()).unwrap();
        let languages: Vec<_> = summary.languages.iter().map(|(lang, n)| (lang.as_str(), *n)).collect();
        assert_eq!(languages, [("en", 1), ("fr", 1)], "{name}: {:?}", summary.findings);
    }
}

#[test]
fn a_bad_row_is_named_by_line_and_the_others_are_taken() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let file = "email,language,consented_on\na@example.ca,en,2026-11-01\n\nnot an address,en,\nA@example.ca,fr,\n\
                c@example.ca,klingon,hier\nd@example.ca,both,2026-11-02\n=cmd@example.ca\x00,en\n";
    let taken =
        import::take_in(&ledger, &newsletter(), (file.as_bytes(), "subscribers/example.csv"), "1", now()).unwrap();
    assert_eq!((taken.added, taken.twice), (3, 1));
    assert_eq!(ledger.meta("secrets").unwrap(), None, "an import needs no key");
    let lines: Vec<usize> = taken
        .findings
        .iter()
        .map(|finding| match &finding.place {
            cco_news::model::Place::File { line, .. } => *line,
            cco_news::model::Place::Edition { .. } => 0,
        })
        .collect();
    assert_eq!(lines, [4, 5, 6, 8], "{:?}", taken.findings);
    let summary = import::summary(file.as_bytes(), "x", &newsletter()).unwrap();
    assert_eq!((summary.has_consent, summary.first_without), (false, Some(5)));
    let headless = import::summary(&b"a@example.ca,en\n"[..], "x", &newsletter()).unwrap();
    assert_eq!((headless.rows, headless.findings.len()), (0, 1));
    let mut endless = b"email\n".to_vec();
    endless.extend(std::iter::repeat_n(b'x', 3_000_000));
    assert_eq!(import::summary(endless.as_slice(), "x", &newsletter()).unwrap().findings.len(), 1);
    let audience = ledger.audience(&issue(), &editions().map_ids()).unwrap();
    assert_eq!(audience.values().sum::<u64>(), 3);
}

#[test]
fn an_outcome_that_cannot_be_written_stops_the_run() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(20));
    let path = state.path().join("cco-news.db");
    let memory = Memory::answering(Arc::new(move |_| {
        // Someone else changes the ledger under our hands.
        let db = rusqlite::Connection::open(&path).unwrap();
        db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        db.execute("UPDATE deliveries SET state = 'unknown' WHERE state = 'claimed'", []).unwrap();
        None
    }));
    let said = format!("{:#}", send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap_err());
    assert!(said.contains("no longer ours"), "{said}");
    assert!(block_on(ledger.flush()).is_ok());
    assert!(memory.sent().is_empty(), "no copy leaves whose row is not ours");
}

#[test]
fn a_recipient_whose_address_cannot_be_read_is_refused_with_the_reason_and_the_others_go() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(9));
    let db = rusqlite::Connection::open(state.path().join("cco-news.db")).unwrap();
    db.execute("UPDATE deliveries SET address = 'no address at all' WHERE address_key = 'reader4@example.ca'", [])
        .unwrap();
    // Even when nothing else is due.
    for n_others in [8, 0] {
        let memory = Memory::new();
        let ended = send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
        assert_eq!((ended.ending, memory.sent().len()), (Ending::Complete, n_others));
        let counts = total(&ended.counts);
        assert_eq!((counts.accepted, counts.refused), (8, 1), "{counts:?}");
        let why: String =
            db.query_row("SELECT reply_text FROM deliveries WHERE state = 'refused'", [], |row| row.get(0)).unwrap();
        assert!(why.contains("cannot be read"), "{why}");
    }
}

#[test]
fn a_ledger_of_the_first_release_is_opened_and_its_issue_goes_on() {
    let state = tempdir().unwrap();
    std::fs::write(state.path().join("cco-news.db"), include_bytes!("../fixtures/ledgers/v1.db")).unwrap();
    let ledger = Ledger::open(state.path()).unwrap();
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert_eq!((counts.planned, counts.to_send, counts.in_flight, counts.accepted), (18, 10, 2, 2), "{counts:?}");
    assert_eq!((counts.deferred, counts.refused, counts.unknown, counts.suppressed), (1, 1, 1, 1), "{counts:?}");
    assert_eq!(ledger.approvals(&issue()).unwrap().len(), 2);
    let memory = Memory::new();
    let clock: cco_news::send::Clock = Arc::new(|| "2026-12-03T15:00:00Z".parse().unwrap());
    let first = Round { clock, ..round_without_key(&ledger, Mailer::Memory(memory.clone())) };
    let ended = send(first).unwrap();
    // The one whose dot may have left is unknown; who was claimed, deferred or planned is sent theirs.
    assert_eq!((ended.recovered.freed, ended.recovered.unknown), (1, 1));
    assert_eq!((ended.ending, memory.sent().len()), (Ending::Complete, 12));
    let counts = total(&ended.counts);
    assert_eq!((counts.accepted, counts.refused, counts.unknown, counts.suppressed), (14, 1, 2, 1), "{counts:?}");
    drop(ledger);
    let db = rusqlite::Connection::open(state.path().join("cco-news.db")).unwrap();
    let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert!(version > 1);
}

#[test]
fn tries_put_far_ahead_by_a_wrong_clock_are_due_when_it_is_right_again() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), vec![entry("defer1@example.ca", Some("en"))]);
    let first = round(&ledger, Mailer::Memory(steered()));
    let a_day_ahead = later(&first, 24 * 60);
    assert_eq!(send(a_day_ahead).unwrap().progress.deferred, 1);
    assert_eq!(send(first).unwrap().progress.deferred, 1, "not after a day");
}

#[test]
fn a_domain_with_a_pace_of_its_own_is_put_off_and_the_others_go_on() {
    let state = tempdir().unwrap();
    let mut list = people(40);
    list.extend((0..10).map(|n| entry(&format!("a{n}@slow.example"), Some("en"))));
    list.extend((0..10).map(|n| entry(&format!("a{n}@narrow.example"), Some("fr"))));
    let ledger = frozen(state.path(), list);
    let memory = Memory::new();
    let mut run = round(&ledger, Mailer::Memory(memory.clone()));
    run.clock = scaled_clock(60);
    run.delivering.patience_minutes = 90;
    run.delivering.domain = [("slow.example", 60, 0), ("narrow.example", 0, 1)]
        .map(|(name, messages_per_minute, connections)| {
            (name.to_owned(), cco_news::model::DomainPace { messages_per_minute, connections, retry_hours: None })
        })
        .into();
    assert_eq!(send(run).unwrap().ending, Ending::Complete);
    let sent: Vec<String> = memory.sent().iter().map(|sent| sent.to.domain().to_owned()).collect();
    let last_other = sent.iter().rposition(|domain| domain == "example.ca").unwrap();
    let before = sent[..last_other].iter().filter(|domain| *domain == "slow.example").count();
    assert!(before < 9, "{sent:?}");
    assert_eq!(sent.len(), 60);
    assert_all_is_well(&ledger, &memory);
}
