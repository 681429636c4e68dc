//! The list as the office lives it: files from Excel, people who move, leave, come back and are forgotten.

#![cfg(test)]

use std::fs;
use std::path::Path;

use cco_news::ledger::{Deed, Imported, Ledger};
use cco_news::model::{Address, Place, Retention, Segment, Severity};
use cco_news::send::import::{self, How, Taken, Taking};
use cco_news::send::{departures, retention};
use jiff::SignedDuration;
use tempfile::tempdir;

use crate::office::{ISSUE, Office};
use crate::sending::{block_on, entry, newsletter, now, people};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn status(ledger: &Ledger, text: &str) -> String {
    ledger.subscriber(&address(text)).unwrap().map_or_else(|| "nobody".to_owned(), |person| person.status)
}

fn take(ledger: &Ledger, file: &str) -> Taken {
    import::take_in(ledger, &newsletter(), (file.as_bytes(), "subscribers/list.csv"), "test", now()).unwrap()
}

fn lines(taken: &Taken) -> Vec<usize> {
    let line = |finding: &cco_news::model::Finding| match &finding.place {
        Place::File { line, .. } => *line,
        Place::Edition { .. } => 0,
    };
    taken.findings.iter().map(line).collect()
}

/// Every byte under a folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(bytes(&path)) } else { all.extend(fs::read(&path).unwrap()) }
    }
    all
}

fn holds(folder: &Path, text: &str) -> bool {
    bytes(folder).windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

#[test]
fn addresses_are_judged_as_a_newsletter_must() {
    let Ok(corpus) = fs::read_to_string("../shared/corpora/isemail/isemail.jsonl") else {
        eprintln!("skipped: the corpus of addresses is not here");
        return;
    };
    let mut wrong = Vec::new();
    for line in corpus.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let (text, category) = (case["address"].as_str().unwrap(), case["category"].as_str().unwrap());
        let accepted = Address::parse(text);
        // Of what is valid, a mailbox at a top-level domain is refused: no mail for people goes there.
        let is_fine = match category {
            "ISEMAIL_ERR" => accepted.is_err(),
            "ISEMAIL_VALID_CATEGORY" => accepted.is_ok() || text == "test@io",
            _ => true,
        };
        let is_clean = accepted.is_ok_and(|address| {
            !address.as_str().contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"[]".contains(c))
        });
        if !is_fine || (Address::parse(text).is_ok() && !is_clean) {
            wrong.push(format!("{category} {text:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hostile_cells_are_refused_by_line_and_the_other_rows_are_taken() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let cells = [
        "\"a\u{202E}b\"",
        "\"a\r\nBcc: x@example.ca\"",
        "<script>alert(1)</script>",
        "a\u{0}b",
        "\u{1b}[2J",
        &"x".repeat(600),
    ];
    let mut file = "email,language,name,region\r\n".to_owned();
    for (n, cell) in cells.iter().enumerate() {
        file = format!("{file}bad{n}@example.ca,en,{cell},x\r\n");
    }
    file.push_str("robert@example.ca,fr,\"Robert'); DROP TABLE subscribers;--\",\"O'Brien \"\"&\"\" =1+1\"\r\n");
    let taken = take(&ledger, &file);
    assert_eq!((taken.added, taken.findings.len()), (1, cells.len()), "{:?}", taken.findings);
    assert!(taken.findings.iter().all(|finding| finding.severity == Severity::Error));
    // The second cell has an end of a line in it, so that the rows after it begin one line later.
    assert_eq!(lines(&taken), [2, 3, 5, 6, 7, 8]);
    let robert = ledger.subscriber(&address("robert@example.ca")).unwrap().unwrap();
    assert_eq!(robert.name.as_deref(), Some("Robert'); DROP TABLE subscribers;--"));
    assert!(robert.fields.unwrap().contains("O'Brien"));
}

#[test]
fn a_file_that_is_no_list_is_named_and_costs_little() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let wide = format!("email,{}\na@example.ca\n", "x,".repeat(10_000));
    let said = take(&ledger, &wide);
    assert!(said.findings[0].message.en.contains("10002 columns"), "{:?}", said.findings);
    let binary: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut with_header = b"email\n".to_vec();
    with_header.extend(&binary);
    for bytes in [binary, with_header] {
        let taken =
            import::take_in(&ledger, &newsletter(), (bytes.as_slice(), "subscribers/list.csv"), "1", now()).unwrap();
        assert_eq!((taken.added, lines(&taken)), (0, vec![1]), "{:?}", taken.findings);
        assert!(taken.findings[0].message.en.contains("not text"));
    }
    // A workbook beside the lists is not passed over in silence.
    let office = Office::without_stories();
    office.write_bytes("subscribers/list.xlsx", b"PK\x03\x04");
    office.run(&["subscribers", "import"]).is(3).says(&["subscribers/list.xlsx", "CSV UTF-8"]);
}

#[test]
fn lists_of_every_kind_of_computer_are_read_and_endless_lines_are_refused_by_line() {
    use std::io::Read as _;
    let state = tempdir().unwrap();
    let ledger = Ledger::open(state.path()).unwrap();
    let text = "email;nom\r\nzo\u{e9}@example.ca;Zo\u{e9}\r\nann@example.ca;Ann\r\n";
    let wide = |big: bool| -> Vec<u8> {
        let mark = std::iter::once(0xFEFF_u16);
        let units = mark.chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let western: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mut said = Vec::new();
    for bytes in [text.as_bytes().to_vec(), wide(true), wide(false), western] {
        let taken =
            import::take_in(&ledger, &newsletter(), (bytes.as_slice(), "subscribers/list.csv"), "1", now()).unwrap();
        said.push((taken.added, taken.same, taken.findings.iter().filter(|it| it.severity == Severity::Error).count()));
    }
    assert_eq!(said, [(2, 0, 0), (0, 2, 0), (0, 2, 0), (0, 2, 0)]);
    // A line of a gigabyte costs what is looked at of it: the rest is never read.
    for (byte, line_of) in [(b'x', 3), (b'"', 3), (0, 1)] {
        let mut read = 0;
        let line = Inspected { input: std::io::repeat(byte).take(1 << 30), n_read: &mut read };
        let file = b"email\nlast@example.ca\n".chain(line);
        let taken = import::take_in(&ledger, &newsletter(), (file, "subscribers/list.csv"), "2", now()).unwrap();
        assert_eq!(lines(&taken), [line_of], "{:?}", taken.findings);
        assert!(read < 64 << 20, "{read} bytes were read");
    }
    // A quotation mark that nobody closed takes in no more than it must, and is named where it stands.
    let mut read = 0;
    let rows = std::iter::repeat_n("reader@example.ca,A name\n", 100_000).collect::<String>();
    let text = format!("email,nom\n\nann@example.ca,Ann\nbob@example.ca,\"Bob\n{rows}");
    let file = Inspected { input: text.as_bytes(), n_read: &mut read };
    let taken = import::take_in(&ledger, &newsletter(), (file, "subscribers/list.csv"), "3", now()).unwrap();
    assert_eq!((lines(&taken), taken.same), (vec![4], 1), "{:?}", taken.findings);
    assert!(read < 1 << 20, "{read} bytes were read");
    let short = "email,nom\nann@example.ca,Ann\nbob@example.ca,\"Bob\ncaz@example.ca,Caz\n";
    assert_eq!(lines(&take(&ledger, short)), [3]);
}

/// Counts what is read.
struct Inspected<'a, R> {
    input: R,
    n_read: &'a mut u64,
}

impl<R: std::io::Read> std::io::Read for Inspected<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.input.read(out)?;
        *self.n_read += n_read as u64;
        Ok(n_read)
    }
}

#[test]
fn a_dry_import_says_the_same_and_changes_nothing() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    take(&ledger, "email,language\na@example.ca,en\nb@example.ca,fr\nc@example.ca,fr\n");
    ledger.change_status(&address("c@example.ca"), "left", Deed::of_office("asked", now())).unwrap();
    let file = "email,language,region\nA@EXAMPLE.CA,en,\nb@example.ca,en,\nc@example.ca,fr,\nd@example.ca,fr,East\n\
                d@example.ca,en,\ninfo@example.ca,,\n";
    let newsletter = newsletter();
    let mut said = Vec::new();
    for is_dry in [true, true, false] {
        let mut taking = Taking::begin(&ledger, &newsletter, How { name: "x", is_dry, now: now() }).unwrap();
        taking.read(file.as_bytes(), "subscribers/list.csv").unwrap();
        let taken = taking.finish().unwrap().pop().unwrap();
        assert_eq!(status(&ledger, "d@example.ca"), if is_dry { "nobody" } else { "active" });
        said.push(taken);
    }
    assert_eq!((said[0].added, said[0].changed, said[0].same), (2, 1, 1));
    assert_eq!((said[0].twice, said[0].kept_away), (1, 1));
    assert_eq!(lines(&said[0]), [6, 7], "twice, and the address of a role");
    assert!(said[0] == said[1] && said[1] == said[2], "{said:#?}");
    assert!(take(&ledger, file).findings.len() == 1, "a role is named once, when it first comes");
}

/// Rows of forty people in no order, with everything that a row may say.
fn random_rows(seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut rows: Vec<String> = (0..40)
        .map(|who| {
            let language = ["", "en", "fr", "both"][usize::try_from(next(4)).unwrap()];
            let name = ["", "Ann", "Zoé"][usize::try_from(next(3)).unwrap()];
            let format = ["", "text"][usize::try_from(next(2)).unwrap()];
            let day = ["", "2026-01-15"][usize::try_from(next(2)).unwrap()];
            let source = ["", "form", "fair"][usize::try_from(next(3)).unwrap()];
            let basis = ["", "asked"][usize::try_from(next(2)).unwrap()];
            let region = ["", "East", "West"][usize::try_from(next(3)).unwrap()];
            format!("p{who}@example.ca,{language},{name},{format},{day},{source},{basis},{region}")
        })
        .collect();
    rows.sort_by_key(|row| row.len() * 31 % 17);
    rows.truncate(30);
    rows
}

#[test]
fn many_rows_at_once_come_to_what_they_come_to_one_by_one() {
    let header = "email,language,name,format,consented_on,source,basis,region";
    for seed in 0..6 {
        let lists: Vec<String> = [1, 2]
            .map(|times| {
                let state = tempdir().unwrap();
                let ledger = Ledger::open(state.path()).unwrap();
                let deed = |why: &str| Deed::of_person("web", why, now());
                for (round, rows) in (0..3).map(|round| (round, random_rows(seed * 10 + round))) {
                    // A key that stands twice is looked at by itself; here every one does.
                    let rows: Vec<String> = rows.into_iter().flat_map(|row| vec![row; times]).collect();
                    let taken = take(&ledger, &format!("{header}\n{}\n", rows.join("\n")));
                    assert_eq!(taken.twice, if times == 1 { 0 } else { 30 });
                    for who in (0..40_usize).filter(|who| *who % 7 == usize::try_from(round).unwrap()) {
                        let person = address(&format!("p{who}@example.ca"));
                        ledger.change_status(&person, ["left", "bounced", "active"][who % 3], deed("asked")).unwrap();
                        let language = Some(cco_news::model::Lang::new("fr"));
                        let choice = cco_news::ledger::Choice { language, both: false, is_plain: who % 2 == 0 };
                        ledger
                            .choose_for(&address(&format!("p{}@example.ca", (who + 1) % 40)), choice, deed(""))
                            .unwrap();
                    }
                    let (old, new) =
                        (address(&format!("p{round}@example.ca")), address(&format!("q{round}@example.ca")));
                    ledger.move_address(&old, &new, deed("moved"), false).unwrap();
                }
                let mut list = String::new();
                ledger
                    .each_subscriber(|person| {
                        let history = ledger.history(&person.address)?;
                        let what: Vec<_> = history.iter().map(|event| &event.what).collect();
                        let person = cco_news::ledger::Subscriber { number: 0, ..person };
                        list = format!("{list}{} {person:?} {what:?}\n", person.address.as_str());
                        Ok(())
                    })
                    .unwrap();
                list
            })
            .to_vec();
        assert_eq!(lists[0], lists[1]);
        assert!(lists[0].lines().count() > 30, "{}", lists[0]);
    }
}

#[test]
fn whoever_is_gone_from_a_complete_list_has_left_but_not_when_the_file_is_cut() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    let mut newsletter = newsletter();
    newsletter.lists[0].file = "list.csv".to_owned();
    newsletter.lists[0].complete = true;
    let take = |file: &str| {
        import::take_in(&ledger, &newsletter, (file.as_bytes(), "subscribers/list.csv"), "x", now()).unwrap()
    };
    take("email\na@example.ca\nb@example.ca\nc@example.ca\n");
    ledger.add(entry("web@example.ca", Some("en")), Deed::of_office("asked", now())).unwrap();
    assert_eq!(take("email\na@example.ca\nb@example.ca\n").absent, 1);
    assert_eq!((status(&ledger, "c@example.ca"), status(&ledger, "web@example.ca")), ("left".into(), "active".into()));
    let cut = take("email\n");
    assert!(cut.absent == 0 && cut.findings[0].message.en.contains("2 people"), "{cut:?}");
    assert_eq!(status(&ledger, "a@example.ca"), "active");
    assert_eq!(
        take("email\na@example.ca\nb@example.ca\nc@example.ca\n").changed,
        1,
        "the list may bring back whom it lost"
    );
    ledger.change_status(&address("c@example.ca"), "left", Deed::of_person("web", "", now())).unwrap();
    assert_eq!(take("email\na@example.ca\nb@example.ca\nc@example.ca\n").kept_away, 1, "but nobody who left");
}

#[test]
fn a_person_of_two_addresses_is_one_and_what_they_said_goes_along() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    ledger.take_in(vec![entry("a@old.example", Some("fr")), entry("a@new.example", None)], "1", now()).unwrap();
    ledger
        .take_in(vec![entry("gone@old.example", Some("en")), entry("gone@new.example", Some("en"))], "2", now())
        .unwrap();
    ledger.take_in(vec![entry("dead@old.example", Some("en"))], "3", now()).unwrap();
    ledger.change_status(&address("gone@old.example"), "left", Deed::of_person("web", "", now())).unwrap();
    ledger.set_status(&address("dead@old.example"), "bounced", "no such user", now()).unwrap();
    let deed = || Deed::of_office("the department has a new name", now());
    let dry = ledger.move_domain("old.example", "new.example", deed(), true).unwrap();
    assert_eq!(status(&ledger, "dead@old.example"), "bounced", "a dry run changes nothing");
    let real = ledger.move_domain("old.example", "new.example", deed(), false).unwrap();
    assert_eq!(dry, real);
    assert_eq!((real.moved, real.merged, real.stay_out), (3, 2, 1));
    let person = ledger.subscriber(&address("a@old.example")).unwrap().unwrap();
    assert_eq!((person.address.as_str(), person.language.map(|l| l.to_string())), ("a@new.example", Some("fr".into())));
    assert_eq!(status(&ledger, "gone@new.example"), "left");
    assert_eq!(status(&ledger, "dead@new.example"), "active", "it was the old address that bounced");
    // Tomorrow's file has both.
    let became = ledger
        .take_in(
            vec![entry("a@old.example", None), entry("a@new.example", None), entry("gone@old.example", None)],
            "4",
            now(),
        )
        .unwrap();
    assert_eq!(became, [Imported::Moved, Imported::Same, Imported::Moved]);
    assert_eq!(ledger.audience(&crate::sending::issue(), &[]).unwrap().values().sum::<u64>(), 2);
    let history = ledger.history(&address("gone@old.example")).unwrap();
    let what: Vec<&str> = history.iter().map(|event| event.what.as_str()).collect();
    assert!(what.contains(&"left") && what.contains(&"moved"), "{what:?}");
}

#[test]
fn a_move_between_the_freeze_and_the_send_makes_no_second_copy() {
    let state = tempdir().unwrap();
    let mut list = people(4);
    list.extend([entry("both@old.example", Some("en")), entry("both@new.example", Some("en"))]);
    list.push(entry("one@old.example", Some("fr")));
    let ledger = crate::sending::frozen(state.path(), list);
    let moving = ledger.move_domain("old.example", "new.example", Deed::of_office("", now()), false).unwrap();
    assert_eq!((moving.moved, moving.copies), (2, 2));
    let memory = cco_news::mail::Memory::new();
    let round = crate::sending::round(&ledger, cco_news::mail::Mailer::Memory(memory.clone()));
    crate::sending::send(round).unwrap();
    let mut sent: Vec<String> = memory.sent().iter().map(|sent| sent.to.as_str().to_owned()).collect();
    sent.retain(|to| to.ends_with(".example") && !to.starts_with("reader"));
    sent.sort();
    assert_eq!(sent, ["both@new.example", "one@new.example"]);
    let ids: Vec<String> = memory.sent().into_iter().map(|sent| sent.message_id).collect();
    crate::sending::assert_nobody_twice_nobody_lost(&ledger, ids.iter().map(String::as_str));
}

#[test]
fn nothing_of_an_erased_person_is_left_and_no_file_brings_them_back() {
    let office = Office::ready();
    office.write("subscribers/list.csv", "email,language,region\nkeep@example.ca,en,East\nForget.Me@example.ca,fr,\n");
    office.edit("newsletter.toml", "[[list]]", "[[list]]\nfile = \"list.csv\"\nbasis = \"consent\"\n\n[[list]]");
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["subscribers", "move", "forget.me@example.ca", "forget.now@example.gc.ca"]).is(0);
    office.run(&["subscribers", "history", "forget.now@example.gc.ca"]).is(0).says(&["accepted", "moved", "list.csv"]);
    let state = office.path().join("state");
    assert!(holds(&state, "forget.me@example.ca") && holds(&state, "forget.now@example.gc.ca"));
    let said = office.run(&["subscribers", "erase", "forget.now@example.gc.ca"]).is(3);
    said.says(&["subscribers/list.csv:3", "taken out of the outbox: 1 message\n"]);
    assert!(!holds(&state, "forget.me@example.ca") && !holds(&state, "forget.now@example.gc.ca"));
    assert!(holds(&state, "keep@example.ca"));
    office.run(&["subscribers", "import"]).is(3).says(&["subscribers/list.csv:3", "erased", "delete this row"]);
    office.run(&["subscribers", "list"]).is(0);
    assert!(!office.run(&["subscribers", "list"]).text.contains("forget"));
    office.run(&["subscribers", "add", "forget.me@example.ca", "--basis", "x"]).is(4);
    office.write("subscribers/list.csv", "email,language\nkeep@example.ca,en\n");
    // Said in pieces: the office's folder is a copy of this project, this file with it.
    office.run(&["subscribers", "erase", concat!("not.there", "@example.ca")]).is(0);
    office.run(&["status", ISSUE]).is(0);
}

#[test]
fn a_restored_backup_brings_nobody_back() {
    let state = tempdir().unwrap();
    let ledger = Ledger::open(state.path()).unwrap();
    ledger.take_in(people(4), "1", now()).unwrap();
    departures::settle(&ledger, now()).unwrap();
    // The key is older than the backup, as it is wherever something was sent.
    cco_news::send::Secrets::open(&ledger).unwrap();
    drop(ledger);
    let file = state.path().join("cco-news.db");
    let backup = fs::read(&file).unwrap();
    let later = now() + SignedDuration::from_hours(1);
    {
        let ledger = Ledger::open(state.path()).unwrap();
        let gone = |n: u32| address(&format!("reader{n}@example.ca"));
        ledger.change_status(&gone(0), "left", Deed::of_person("web", "", later)).unwrap();
        ledger.change_status(&gone(1), "left", Deed::of_person("web", "", later)).unwrap();
        departures::settle(&ledger, later).unwrap();
        ledger.restore(&gone(1), Deed::of_office("asked again", later)).unwrap();
        departures::erase(&ledger, &gone(2), later).unwrap();
        departures::settle(&ledger, later).unwrap();
    }
    assert!(!holds(state.path(), "\nreader"));
    for name in ["cco-news.db-wal", "cco-news.db-shm"] {
        let _ = fs::remove_file(state.path().join(name)); // They may be gone with the last reader.
    }
    fs::write(&file, backup).unwrap();
    let ledger = Ledger::open(state.path()).unwrap();
    assert_eq!(status(&ledger, "reader0@example.ca"), "active");
    assert_eq!(departures::settle(&ledger, later).unwrap(), 2);
    let now = ["reader0", "reader1", "reader2", "reader3"].map(|who| status(&ledger, &format!("{who}@example.ca")));
    assert_eq!(now, ["left", "active", "nobody", "active"]);
    assert_eq!(departures::settle(&ledger, later).unwrap(), 0);
    let taken = take(&ledger, "email\nreader0@example.ca\nreader2@example.ca\n");
    assert_eq!((taken.kept_away, taken.erased, taken.added), (1, 1, 0));
    // A log that was lost is written anew.
    let log = state.path().join(departures::FILE_NAME);
    fs::remove_file(&log).unwrap();
    departures::settle(&ledger, later).unwrap();
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2);
}

#[test]
fn a_number_given_after_the_backup_is_never_given_again() {
    let (state, restored) = (tempdir().unwrap(), tempdir().unwrap());
    let number = |ledger: &Ledger, who: &str| ledger.subscriber(&address(who)).unwrap().unwrap().number;
    let letter = |ledger: &Ledger, who: &str| {
        let asked = ledger.ask_to_subscribe(address(who), cco_news::model::Lang::new("en"), now());
        block_on(asked).unwrap();
        let claimed = block_on(ledger.claim_letter(now(), now() + SignedDuration::from_hours(1)));
        claimed.unwrap().unwrap().id
    };
    let ledger = Ledger::open(state.path()).unwrap();
    ledger.take_in(people(2), "1", now()).unwrap();
    ledger.scrub(false).unwrap();
    fs::copy(state.path().join("cco-news.db"), restored.path().join("cco-news.db")).unwrap();
    let after = letter(&ledger, "after@example.ca");
    let after = [number(&ledger, "after@example.ca"), after];
    let ledger = Ledger::open(restored.path()).unwrap();
    for _ in 0..2 {
        ledger.raise_numbers(now()).unwrap();
    }
    let other = letter(&ledger, "other@example.ca");
    let other = [number(&ledger, "other@example.ca"), other];
    assert!(other[0] > after[0] + 1_000_000 && other[1] > after[1] + 1_000_000, "{after:?} {other:?}");
}

#[test]
fn two_who_send_letters_never_take_the_same_one() {
    let state = tempdir().unwrap();
    let ledger = crate::server::open(state.path());
    for n in 0..20 {
        let asked =
            ledger.ask_to_subscribe(address(&format!("p{n}@example.ca")), cco_news::model::Lang::new("en"), now());
        block_on(asked).unwrap();
    }
    let until = now() + SignedDuration::from_hours(1);
    let take_all = || {
        let ledger = crate::server::open(state.path());
        let claim = || block_on(ledger.claim_letter(now(), until)).unwrap().map(|letter| letter.id);
        std::iter::from_fn(claim).collect::<Vec<_>>()
    };
    let mut taken = std::thread::scope(|scope| {
        let both = [scope.spawn(take_all), scope.spawn(take_all)];
        both.into_iter().flat_map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    taken.sort_unstable();
    taken.dedup();
    assert_eq!((taken.len(), ledger.letters_waiting().unwrap()), (20, 20), "each once, and none is through yet");
    block_on(ledger.settle_letter(taken[0], true)).unwrap();
    // A process that was killed has taken the others: whoever has the lock now frees them.
    let lock = ledger.lock_for_letters().unwrap().unwrap();
    assert!(crate::server::open(state.path()).lock_for_letters().unwrap().is_none());
    assert_eq!(ledger.free_letters(&lock, now()).unwrap(), 19);
    assert!(block_on(ledger.claim_letter(now(), until)).unwrap().is_some());
}

#[test]
fn a_pause_is_over_on_its_day_for_everyone_who_looks() {
    let office = Office::without_stories();
    office.run(&["subscribers", "import"]).is(0);
    let ledger = Ledger::open(&office.path().join("state")).unwrap();
    let reader = ledger.subscriber(&address("anglophone.reader@example.ca")).unwrap().unwrap();
    let until: jiff::Timestamp = "2026-12-02T13:00:00Z".parse().unwrap();
    let deed = Deed::of_person("web", "asked to pause", until - SignedDuration::from_hours(48));
    block_on(ledger.pause(reader.number, until, deed)).unwrap();
    let paused = ledger.subscriber_by_number(reader.number).unwrap().unwrap();
    let a_second = SignedDuration::from_secs(1);
    assert_eq!(
        (paused.clone().at(until - a_second).status, paused.at(until).status),
        ("paused".into(), "active".into())
    );
    // The office's clock stands an hour after it.
    office.run(&["subscribers", "list", "--where", "status=active"]).is(0).says(&["anglophone.reader"]);
    office.run(&["subscribers", "history", "anglophone.reader@example.ca"]).is(0).says(&["is over"]);
}

#[test]
fn an_import_shows_some_findings_and_writes_all_down() {
    let office = Office::without_stories();
    let rows = (0..30).fold("email\n".to_owned(), |rows, n| format!("{rows}bad {n}\n"));
    office.write("subscribers/list.csv", &rows);
    let said =
        office.run(&["subscribers", "import"]).is(3).says(&["list.csv:21", "10 more findings", "state/import.txt"]);
    assert!(!said.text.contains("list.csv:22"), "{}", said.text);
    let all = office.read("state/import.txt");
    assert_eq!(
        (all.lines().count(), all.contains("subscribers/list.csv:31  an address needs an @")),
        (30, true),
        "{all}"
    );
    let json = office.run(&["subscribers", "import", "--json"]).is(3).json();
    let files = json["files"].as_array().unwrap();
    let list = files.iter().find(|file| file["file"] == "subscribers/list.csv").unwrap();
    assert_eq!(list["findings"].as_array().unwrap().len(), 30);
}

#[test]
fn only_a_segment_gets_a_special_issue() {
    let office = Office::open();
    office.write(
        "subscribers/example.csv",
        "email,language,Work Region\na@example.ca,en,East\nb@example.ca,fr,east\nc@example.ca,en,West\n",
    );
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
    }
    office.run(&["send", ISSUE, "--only", "nonsense", "--yes"]).is(2);
    office.run(&["send", ISSUE, "--only", "work_region=East", "--yes"]).is(0);
    assert_eq!(office.outbox().len(), 2);
    assert!(!office.outbox().iter().any(|mail| mail.contains("c@example.ca")));
    office.run(&["subscribers", "list", "--where", "work region=west", "--json"]).is(0).says(&["c@example.ca"]);
}

#[test]
fn the_office_adds_removes_restores_and_exports() {
    let office = Office::open();
    let run = |arguments: &[&str]| office.run(&[&["subscribers"], arguments].concat());
    run(&["add", "new@example.ca", "--basis", "asked by phone", "--language", "fr", "--name", "=1+1"]).is(0);
    run(&["add", "NEW@example.ca", "--basis", "again"]).is(3).says(&["there already"]);
    run(&["add", "not an address", "--basis", "x"]).is(1);
    run(&["add", "x@example.ca", "--basis", "x", "--language", "klingon"]).is(1).says(&["klingon"]);
    run(&["remove", "new@example.ca", "--reason", "asked by mail"]).is(0);
    office.write("subscribers/list.csv", "email\nnew@example.ca\n");
    run(&["import"]).is(0);
    run(&["list", "--where", "status=left"]).is(0).says(&["new@example.ca"]);
    run(&["restore", "new@example.ca"]).is(2);
    run(&["restore", "new@example.ca", "--reason", "asked by phone"]).is(0);
    run(&["history", "new@example.ca"]).is(0).says(&["asked by mail", "the office, command", "active"]);
    run(&["history", "new@example.ca", "--lang", "fr"]).is(0).says(&["le bureau"]);
    let export = run(&["export", "--where", "status=active"]).is(0);
    assert!(export.out.contains("new@example.ca,fr,'=1+1,"), "{}", export.out);
    office.write("subscribers/list.csv", &export.out);
    fs::remove_file(office.path().join("subscribers/example.csv")).unwrap();
    let dry = run(&["import", "--dry-run", "--json"]).is(0).json();
    assert_eq!(dry["files"][0]["same"], 7, "{dry}");
    run(&["history", "nobody@example.ca"]).is(3);
    let person = run(&["history", "new@example.ca", "--export"]).is(0).json();
    assert_eq!(person["subscriber"]["basis"], "asked by phone");
}

#[test]
fn what_was_kept_long_enough_is_forgotten() {
    let state = tempdir().unwrap();
    let ledger = crate::sending::frozen(state.path(), people(6));
    let memory = cco_news::mail::Memory::new();
    crate::sending::send(crate::sending::round(&ledger, cco_news::mail::Mailer::Memory(memory))).unwrap();
    ledger.change_status(&address("reader1@example.ca"), "left", Deed::of_person("web", "", now())).unwrap();
    let table = Retention::default();
    let at = |days: i64| now() + SignedDuration::from_hours(24 * days);
    assert_eq!(retention::forget(&ledger, &table, false, at(59)).unwrap(), retention::Forgotten::default());
    let dry = retention::forget(&ledger, &table, true, at(61)).unwrap();
    assert_eq!(dry, retention::forget(&ledger, &table, false, at(61)).unwrap());
    assert_eq!(dry.departed, 1);
    assert!(!holds(state.path(), "reader1@example.ca"));
    assert_eq!(ledger.take_in(vec![entry("x@example.ca", None)], "x", at(61)).unwrap(), [Imported::Added]);
    assert_eq!(take(&ledger, "email\nreader1@example.ca\n").kept_away, 1);
    assert_eq!(retention::forget(&ledger, &table, false, at(731)).unwrap().copies, 5);
    let segment = Segment::parse("status=active").unwrap();
    let mut n_people = 0;
    ledger
        .each_where(&[segment], |_| {
            n_people += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(n_people, 6);
}
