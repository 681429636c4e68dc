//! A bad day at the relay, from the first copy to the last, in one run: the day goes six hundred times faster.

#![cfg(test)]

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cco_news::mail::Mailer;
use cco_news::model::Words;
use cco_news::send::Ending;
use tempfile::tempdir;

use crate::relay::Relay;
use crate::sending::{assert_nobody_twice_nobody_lost, entry, frozen, round, scaled_clock, send, total};

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
