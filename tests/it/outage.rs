//! A bad day, from the first copy to the last, in one run: the relay goes away, or a domain asks for less.

#![cfg(test)]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cco_news::mail::Mailer;
use cco_news::model::Words;
use cco_news::send::Ending;
use jiff::SignedDuration;
use tempfile::tempdir;
use tokio::sync::watch;

use crate::relay::Relay;
use crate::sending::{assert_nobody_twice_nobody_lost, entry, frozen, now, round, scaled_clock, send, total};

/// The day goes so many times faster.
const TIMES: u32 = 600;
const PEOPLE: usize = 400;

#[test]
fn a_relay_that_goes_away_for_ten_minutes_greylists_a_third_and_refuses_a_twentieth_ends_in_one_run() {
    let state = tempdir().unwrap();
    // Numbered first, so that fates and languages are mixed as they come.
    let fate = |n: usize| if n % 20 == 7 { "refuse" } else { ["grey", "plain", "plain"][n % 3] };
    let list = (0..PEOPLE).map(|n| entry(&format!("a{n:03}_{}@example.ca", fate(n)), Some(["en", "fr"][n % 2])));
    let ledger = frozen(state.path(), list.collect());
    let relay = Relay::pipelining();
    let away = relay.clone();
    let outage = std::thread::spawn(move || {
        while away.taken().len() < PEOPLE / 4 {
            std::thread::yield_now();
        }
        away.is_away.store(true, Ordering::SeqCst);
        let had = away.n_connections();
        std::thread::sleep(Duration::from_mins(10) / TIMES);
        away.is_away.store(false, Ordering::SeqCst);
        away.n_connections() - had
    });
    let story = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&story);
    let mut run = round(&ledger, Mailer::Smtp(relay.smtp()));
    run.clock = scaled_clock(TIMES);
    run.delivering.patience_minutes = 90;
    run.tell = Arc::new(move |words: &Words| heard.lock().unwrap().push(words.clone()));
    let ended = send(run).unwrap();
    assert_eq!(ended.ending, Ending::Complete);
    let counts = total(&ended.counts);
    assert_eq!((counts.accepted, counts.refused, counts.unknown), (380, 20, 0), "{counts:?}");
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(&ledger, taken.iter().map(|taken| taken.message_id.as_str()));
    let n_tries = outage.join().unwrap();
    assert!(n_tries <= 10 + 2 * 13, "{n_tries} tries to reach a relay that was away");
    let story: Vec<String> = story.lock().unwrap().iter().map(ToString::to_string).collect();
    let told = |part: &str| story.iter().position(|line| line.contains(part));
    assert!(told("away").is_some() && told("away") < told("is back after"), "{story:#?}");
    let warned = story.iter().filter(|line| line.contains("refused so far")).count();
    assert!(warned <= 1 && story.len() <= 12, "a story is short: {story:#?}");
}

#[test]
fn a_domain_that_asks_for_less_gets_half_in_a_real_run_and_the_others_lose_nothing() {
    // Two copies a second of the clock, which goes by outcomes: to two domains in turn, one of which complains ten times
    // from the hundredth copy on (421 4.7.0). The run is stopped before either list is over.
    const BEFORE: usize = 100;
    const IN_ALL: i64 = 420;
    let state = tempdir().unwrap();
    let list = (0..600).map(|n| match n {
        n if n % 2 == 0 => entry(&format!("a{n:03}@other.example"), Some("en")),
        100..120 => entry(&format!("a{n:03}_less@slow.example"), Some("en")),
        _ => entry(&format!("a{n:03}@slow.example"), Some("en")),
    });
    let ledger = frozen(state.path(), list.collect());
    let relay = Relay::pipelining();
    let mut run = round(&ledger, Mailer::Smtp(relay.smtp()));
    let done = Arc::new(AtomicI64::new(0));
    let (seen, told) = (Arc::clone(&done), Arc::new(Mutex::new(Vec::new())));
    run.clock =
        Arc::new(move || now().checked_add(SignedDuration::from_millis(500 * seen.load(Ordering::SeqCst))).unwrap());
    let (interrupt, interrupted) = watch::channel(false);
    run.interrupted = interrupted;
    run.progress = Arc::new(move |_| {
        if done.fetch_add(1, Ordering::SeqCst) + 1 >= IN_ALL {
            interrupt.send_replace(true);
        }
    });
    let heard = Arc::clone(&told);
    run.tell = Arc::new(move |words: &Words| heard.lock().unwrap().push(words.en.clone()));
    assert_eq!(send(run).unwrap().ending, Ending::Interrupted);
    let taken = relay.taken();
    let after = &taken[BEFORE..];
    let n_slow = after.iter().filter(|taken| taken.to.ends_with("@slow.example")).count();
    // What each would have had: every other copy.
    let had = after.len() / 2;
    assert!((had * 3 / 10..=had * 65 / 100).contains(&n_slow), "{n_slow} of {had}");
    assert!(after.len() - n_slow >= had * 9 / 10, "the others had {} of {had}", after.len() - n_slow);
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains("slow.example"), "{told}");
}
