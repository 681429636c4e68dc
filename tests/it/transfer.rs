//! A ledger moved from its file onto PostgreSQL and back: all of it, stopped anywhere, and never two at once. Without
//! PostgreSQL on the machine these tests skip themselves, and say so.

#![cfg(test)]

use std::path::Path;

use anyhow::bail;
use cco_news::ledger::{Ledger, Seat, Transfer, Transferring};
use cco_news::mail::{Mailer, Memory};
use cco_news::model::Address;
use tempfile::tempdir;

use crate::office::{ISSUE, Office, Said};
use crate::sending::{freeze_it, issue, now, people, round, send, stopping_at, total};
use crate::server::Server;

/// The variable that names the server.
const LEDGER: &str = concat!("CCO_NEWS", "_LEDGER");

fn moving(state: &Path, url: &str, to: Seat, stop: &'static str) -> anyhow::Result<Transfer> {
    let between = move |name: &'static str| if name == stop { bail!("stopped after {name}") } else { Ok(()) };
    let is_in_outbox = |_: &Path, _: &str| false;
    Transferring { state_dir: state, url, to, is_dry: false, now: now(), is_in_outbox, step: &between }.run()
}

#[test]
fn a_ledger_moved_there_and_back_is_the_same_wherever_the_move_was_stopped() {
    const PEOPLE: usize = 1_203;
    let Some(server) = Server::start() else { return };
    let (state, url, memory) = (tempdir().unwrap(), server.url(), Memory::new());
    let ledger = Ledger::open(state.path()).unwrap();
    ledger.take_in(people(PEOPLE), "test", now()).unwrap();
    ledger.set_status(&Address::parse("reader7@example.ca").unwrap(), "left", "écrit « non »", now()).unwrap();
    freeze_it(&ledger, &crate::sending::editions()).unwrap();
    // A send that was killed in the middle: what it had taken is settled on the way.
    send(stopping_at(&round(&ledger, Mailer::Memory(memory.clone())), 60)).unwrap_err();
    let running = ledger.lock_for_sending().unwrap();
    let refused = moving(state.path(), &url, Seat::Server, "").unwrap_err();
    assert!(format!("{refused}").contains("is sending now"), "{refused}");
    drop((running, ledger));
    for (round, to) in [Seat::Server, Seat::File, Seat::Server, Seat::File].into_iter().enumerate() {
        for stop in ["copied", "compared", "closed", "opened"] {
            let stopped = moving(state.path(), &url, to, stop);
            // Once it is open, or found open, there is nothing left to stop.
            assert!(stopped.is_err() || stop == "opened", "{stop}");
            let there = Ledger::open_on_server(state.path(), &url).map(drop);
            let here = Ledger::open(state.path()).map(drop);
            assert!(there.is_err() || here.is_err(), "two ledgers could send after `{stop}` of {round}");
        }
        let again = moving(state.path(), &url, to, "").unwrap();
        assert!(again.is_done_before, "{again:?}");
        let moved = moving(state.path(), &url, if to == Seat::Server { Seat::File } else { Seat::Server }, "copied");
        assert!(moved.is_err(), "what was just moved can be moved back");
    }
    let moved = moving(state.path(), &url, Seat::Server, "").unwrap();
    assert_eq!(moved.tables.iter().find(|table| table.table == "subscribers").unwrap().rows, PEOPLE as u64);
    let back = moving(state.path(), &url, Seat::File, "").unwrap();
    assert_eq!(back.tables, moved.tables);
    let ledger = Ledger::open(state.path()).unwrap();
    assert_eq!(total(&ledger.counts(&issue()).unwrap()).planned, PEOPLE as u64 - 1);
    send(round(&ledger, Mailer::Memory(memory.clone()))).unwrap();
    let mut ids: Vec<String> = memory.sent().into_iter().map(|sent| sent.message_id).collect();
    let n_sent = ids.len();
    ids.sort();
    ids.dedup();
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert_eq!((ids.len(), counts.accepted + counts.unknown), (n_sent, PEOPLE as u64 - 1));
    assert!(n_sent as u64 >= counts.accepted);
}

#[test]
fn an_office_moves_its_ledger_keeps_a_backup_of_it_and_gets_it_back() {
    let Some(server) = Server::start() else { return };
    let office = Office::quick();
    let on = |url: &str, arguments: &[&str]| Said::of(&office.command(arguments).env(LEDGER, url).output().unwrap());
    let url = server.url();
    office.run(&["subscribers", "import"]).is(0);
    office.run(&["ledger", "move", "--to", "postgres"]).is(1).says(&["CCO_NEWS_LEDGER"]);
    on(&url, &["ledger", "move", "--to", "postgres", "--dry-run"]).is(0).says(&["nothing was changed"]);
    office.run(&["subscribers", "list"]).is(0);
    on(&url, &["ledger", "move", "--to", "postgres"]).is(0).says(&["counted and compared", "subscribers: "]);
    on(&url, &["ledger", "move", "--to", "postgres"]).is(0).says(&["already"]);
    // Whoever forgets the variable does not send everything a second time.
    office.run(&["send", ISSUE, "--yes", "--late"]).is(1).says(&["was moved to"]);
    on(&url, &["subscribers", "remove", "anna@example.ca"]);
    on(&url, &["backup", "b.zip"]).is(0).says(&["found whole"]);
    on(&url, &["send", ISSUE, "--yes", "--late"]).is(0);
    let n_copies = office.copies().len();
    assert!(n_copies > 0);
    on(&url, &["restore", "b.zip"]).is(1).says(&["--replace"]);
    on(&url, &["restore", "b.zip", "--replace"]).is(3).says(&["before-restore-"]);
    on(&url, &["send", ISSUE, "--yes", "--late"]).is(4);
    assert_eq!(office.copies().len(), n_copies, "a restored ledger sent again");
    on(&url, &["ledger", "move", "--to", "sqlite"]).is(0);
    on(&url, &["status"]).is(1).says(&["leave CCO_NEWS_LEDGER out"]);
    office.run(&["send", ISSUE, "--yes", "--late"]).is(4);
    office.run(&["resolve", ISSUE, "--may-have-left", "--by", "Camille Roy"]);
    assert_eq!(office.copies().len(), n_copies);
}
