//! Several relays at once: each has its pace and its part, one that is down or unwilling is left alone, and no copy goes
//! by two of them.

#![cfg(test)]

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use cco_news::ledger::{Entry, Ledger};
use cco_news::mail::Mailer;
use cco_news::model::{Delivering, Words};
use cco_news::send::{Ending, Relay as Way, Round};
use tempfile::{TempDir, tempdir};

use crate::office::{ISSUE, Office, Said};
use crate::relay::{Manner, Relay};
use crate::sending::{assert_nobody_twice_nobody_lost, entry, frozen, people, round, scaled_clock, send, total};

fn way(name: &str, relay: &Relay) -> Way {
    Way { name: name.to_owned(), ..Mailer::Smtp(relay.smtp()).into() }
}

/// A frozen issue for so many people, and a round by these ways; what it tells is kept.
fn round_by(n_people: usize, ways: Vec<Way>) -> (TempDir, Ledger, Round, Arc<Mutex<Vec<String>>>) {
    round_to(people(n_people), ways)
}

fn round_to(people: Vec<Entry>, ways: Vec<Way>) -> (TempDir, Ledger, Round, Arc<Mutex<Vec<String>>>) {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people);
    let mut round = round(&ledger, ways[0].mailer.clone());
    round.relays = ways;
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    round.tell = Arc::new(move |words: &Words| heard.lock().unwrap().push(words.en.clone()));
    (state, ledger, round, told)
}

fn assert_all_is_well(ledger: &Ledger, relays: &[&Relay]) {
    let taken: Vec<String> = relays.iter().flat_map(|relay| relay.taken()).map(|taken| taken.message_id).collect();
    assert_nobody_twice_nobody_lost(ledger, taken.iter().map(String::as_str));
}

#[test]
fn each_relay_gets_its_share_and_its_own_number_an_hour() {
    let (east, west, small) = (Relay::pipelining(), Relay::pipelining(), Relay::pipelining());
    let (_state, ledger, round, _) = round_by(
        410,
        vec![
            Way { share: Some(3), ..way("east", &east) },
            Way { share: Some(1), ..way("west", &west) },
            Way {
                own: Some(Delivering { messages_per_hour: 10, messages_per_minute: 0, ..Delivering::default() }),
                ..way("small", &small)
            },
        ],
    );
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
    assert_eq!(small.taken().len(), 10);
    let n_east = east.taken().len();
    assert!(n_east.abs_diff(300) <= 24, "{n_east} of 400");
    assert_all_is_well(&ledger, &[&east, &west, &small]);
}

#[test]
fn a_relay_that_is_away_is_left_alone_and_its_work_goes_to_the_other() {
    let (east, west) = (Relay::pipelining(), Relay::pipelining());
    east.is_away.store(true, Ordering::SeqCst);
    let ways = vec![Way { share: Some(9), ..way("east", &east) }, Way { share: Some(1), ..way("west", &west) }];
    let (_state, ledger, round, told) = round_by(90, ways);
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
    assert_eq!((east.taken().len(), west.taken().len()), (0, 90));
    assert!(east.n_connections() <= 8, "{} tries", east.n_connections());
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains("`east` is away") && told.contains("goes to the others"), "{told}");
    assert_all_is_well(&ledger, &[&east, &west]);
}

#[test]
fn a_relay_that_goes_away_in_mid_run_and_comes_back_gets_work_again() {
    let (east, west) = (Relay::pipelining(), Relay::pipelining());
    let (_state, ledger, mut round, _) = round_by(3000, vec![way("east", &east), way("west", &west)]);
    round.clock = scaled_clock(600);
    round.delivering.patience_minutes = 90;
    let (leaving, done) = (east.clone(), Mutex::new(0));
    round.progress = Arc::new(move |progress| {
        let mut done = done.lock().unwrap();
        *done += 1;
        // Away for a third of the run.
        leaving.is_away.store((500..1500).contains(&*done), Ordering::SeqCst);
        assert!(progress.accepted <= 3000);
    });
    let back = east.clone();
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
    assert!(back.taken().len() > 300, "{}", back.taken().len());
    assert!(west.taken().len() > 1000, "{}", west.taken().len());
    assert_all_is_well(&ledger, &[&east, &west]);
}

#[test]
fn a_relay_that_refuses_us_is_left_alone_and_when_all_do_the_run_stops_and_nobody_is_marked() {
    let unwilling = || Relay::start(Manner { mail: Some("550 5.7.60 you may not send as this"), ..Manner::default() });
    let (east, west) = (unwilling(), Relay::pipelining());
    let (_state, ledger, round, told) = round_by(60, vec![way("east", &east), way("west", &west)]);
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
    assert_eq!(west.taken().len(), 60);
    assert_eq!(told.lock().unwrap().iter().filter(|line| line.contains("`east` refuses us")).count(), 1);
    assert_all_is_well(&ledger, &[&east, &west]);
    let (_state, _ledger, round, _) = round_by(60, vec![way("east", &east), way("west", &unwilling())]);
    let ended = send(round).unwrap();
    assert!(matches!(ended.ending, Ending::AboutUs(_)), "{:?}", ended.ending);
    assert_eq!(total(&ended.counts).to_send, 60);
}

/// Ten people whose addresses have letters beyond ASCII, among ninety others.
fn some_beyond_ascii() -> Vec<Entry> {
    let mut list = people(90);
    list.extend((0..10).map(|n| entry(&format!("reader{n}_ren\u{e9}e@example.ca"), Some("fr"))));
    list
}

#[test]
fn an_address_beyond_ascii_goes_by_the_relay_that_carries_it_and_is_refused_when_none_does() {
    let carrying = || Relay::start(Manner { offers: vec!["8BITMIME", "SMTPUTF8", "PIPELINING"], ..Manner::default() });
    let (east, west) = (Relay::pipelining(), carrying());
    // The one that carries them has a small share of the rest.
    let ways = vec![Way { share: Some(9), ..way("east", &east) }, Way { share: Some(1), ..way("west", &west) }];
    let (_state, ledger, round, _) = round_to(some_beyond_ascii(), ways);
    let ended = send(round).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).accepted), (Ending::Complete, 100));
    let beyond = |relay: &Relay| relay.taken().iter().filter(|taken| !taken.to.is_ascii()).count();
    assert_eq!((beyond(&east), beyond(&west)), (0, 10));
    assert!(east.taken().len() > 45, "{}", east.taken().len());
    assert_all_is_well(&ledger, &[&east, &west]);

    let (north, south) = (Relay::pipelining(), Relay::pipelining());
    let (_state, ledger, round, told) = round_to(some_beyond_ascii(), vec![way("north", &north), way("south", &south)]);
    let ended = send(round).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).refused), (Ending::Complete, 10));
    assert!(told.lock().unwrap().iter().any(|line| line.contains("10 refused")), "{told:?}");
    assert_all_is_well(&ledger, &[&north, &south]);
}

#[test]
fn who_can_be_reached_by_one_relay_alone_waits_for_it_and_nobody_else_does() {
    let (east, west) = (
        Relay::pipelining(),
        Relay::start(Manner { offers: vec!["8BITMIME", "SMTPUTF8", "PIPELINING"], ..Manner::default() }),
    );
    west.is_away.store(true, Ordering::SeqCst);
    let (_state, ledger, mut round, _) = round_to(some_beyond_ascii(), vec![way("east", &east), way("west", &west)]);
    round.clock = scaled_clock(600);
    round.delivering.patience_minutes = 90;
    let back = west.clone();
    round.progress = Arc::new(move |progress| {
        if progress.accepted == 90 {
            back.is_away.store(false, Ordering::SeqCst);
        }
    });
    let ended = send(round).unwrap();
    assert_eq!((ended.ending, total(&ended.counts).accepted), (Ending::Complete, 100), "{:?}", ended.counts);
    assert_eq!(east.taken().len(), 90, "nobody else waited");
    assert_all_is_well(&ledger, &[&east, &west]);
}

#[test]
fn relays_are_named_in_the_newsletter_and_the_ledger_says_by_which_a_copy_went() {
    let office = Office::quick();
    let (east, west) = (Relay::pipelining(), Relay::pipelining());
    let rows: Vec<String> = (0..80).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    office.write("subscribers/example.csv", &format!("email,language\n{}", rows.concat()));
    let relays = [("east", &east), ("west", &west)].map(|(name, relay)| {
        let url = format!("smtp://127.0.0.1:{}", relay.port);
        format!("[[delivery.relay]]\nname = \"{name}\"\nurl = \"{url}\"\nshare = 1\nmessages_per_minute = 600000\n\n")
    });
    office.edit("newsletter.toml", "[policy]\n", &format!("{}[policy]\n", relays.concat()));
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    Said::of(&office.command(&["send", ISSUE, "--yes", "--late"]).output().unwrap()).is(0).says(&["is complete"]);
    assert_eq!(east.taken().len() + west.taken().len(), 80);
    assert!(east.taken().len() > 20 && west.taken().len() > 20);
    office.run(&["check", "--setup"]).says(&["`east` (", "`west` (", "SMTPUTF8 no"]);
    let (of_east, of_west) = (east.taken()[0].to.clone(), west.taken()[0].to.clone());
    office.run(&["subscribers", "history", &of_east]).is(0).says(&["smtp:east"]);
    office.run(&["subscribers", "history", &of_west]).is(0).says(&["smtp:west"]);
    office.edit("newsletter.toml", "url = \"smtp://", "url = \"smtp://news:secret@");
    let said = office.run(&["status", ISSUE]).is(2).says(&["password_command"]);
    assert!(!said.text.contains("secret"), "{}", said.text);
}
