//! A sending process is killed, as by `kill -9` or a power cut, and started again, until the issue is complete. The
//! child is this very program, told by a variable to send.

#![cfg(test)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cco_news::mail::{Mailer, Settings, Smtp};
use cco_news::model::Delivering;
use cco_news::send::Ending;
use tempfile::tempdir;

use crate::relay::{Manner, Relay};
use crate::sending::{assert_nobody_twice_nobody_lost, frozen, issue, people, round, send, total};

const STATE: &str = "CCO_NEWS_TEST_STATE";
const PORT: &str = "CCO_NEWS_TEST_PORT";
const NTH: &str = "CCO_NEWS_TEST_NTH";
const CONNECTIONS: u32 = 4;

/// Sends when a parent asks for it; alone it has nothing to do.
#[test]
fn a_child_sends_what_its_parent_names() {
    let (Some(state), Some(port)) = (std::env::var_os(STATE), std::env::var_os(PORT)) else { return };
    let ledger = crate::server::open(Path::new(&state));
    let url = format!("smtp://127.0.0.1:{}", port.to_string_lossy());
    let settings = Settings::parse(&url, &Delivering::default(), None, None).unwrap();
    let mut round = round(&ledger, Mailer::Smtp(Smtp::new(settings).unwrap()));
    round.delivering.connections = CONNECTIONS;
    if let Some(nth) = std::env::var_os(NTH) {
        let (nth, count): (usize, _) = (nth.to_str().unwrap().parse().unwrap(), AtomicUsize::new(0));
        round.step = Arc::new(move |_| {
            if count.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                // Nothing is closed, written or said, as after `kill -9`.
                std::process::abort();
            }
            Ok(())
        });
    }
    assert_eq!(send(round).unwrap().ending, Ending::Complete);
}

fn child(state: &Path, relay: &Relay) -> Child {
    command(state, relay).spawn().unwrap()
}

fn command(state: &Path, relay: &Relay) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "kill::a_child_sends_what_its_parent_names"]);
    command.env(STATE, state).env(PORT, relay.port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn killed_at_each_operation_on_the_ledger_or_the_way_out_nobody_is_sent_twice_and_nobody_is_lost() {
    const PEOPLE: usize = 5;
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        for nth in 1.. {
            let state = tempdir().unwrap();
            drop(frozen(state.path(), people(PEOPLE)));
            let had = relay.taken().len();
            let is_over = command(state.path(), &relay).env(NTH, nth.to_string()).status().unwrap().success();
            let ledger = crate::server::open(state.path());
            let rest = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
            assert_eq!(rest.ending, Ending::Complete, "killed at {nth}");
            let n_unknown = total(&rest.counts).unknown;
            assert!(n_unknown <= u64::from(CONNECTIONS), "killed at {nth}: {n_unknown} unknown");
            let taken = relay.taken();
            assert_nobody_twice_nobody_lost(&ledger, taken[had..].iter().map(|taken| taken.message_id.as_str()));
            if is_over {
                assert!(nth > 5 * PEOPLE, "every operation was stopped at");
                break;
            }
        }
    }
}

#[test]
fn killed_at_any_moment_and_started_again_nobody_is_sent_twice_and_nobody_is_lost() {
    const PEOPLE: usize = 300;
    let state = tempdir().unwrap();
    drop(frozen(state.path(), people(PEOPLE)));
    let relay = Relay::pipelining();
    let mut n_kills = 0;
    // Moments that fall everywhere between two messages: the kill comes while the next ones are under way.
    for n_more in [1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29] {
        let until = relay.taken().len() + n_more;
        let mut child = child(state.path(), &relay);
        while relay.taken().len() < until && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        n_kills += 1;
    }
    let last = command(state.path(), &relay).stdout(Stdio::piped()).output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stdout));
    let ledger = crate::server::open(state.path());
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert!(counts.is_complete() && counts.planned == PEOPLE as u64, "{counts:?}");
    assert!(counts.unknown <= n_kills * u64::from(CONNECTIONS), "{counts:?}");
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(&ledger, taken.iter().map(|taken| taken.message_id.as_str()));
}
