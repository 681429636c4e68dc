//! The ledger on PostgreSQL: a server of our own for the tests, and the contract that both engines keep. Without
//! PostgreSQL on the machine these tests skip themselves, and say so.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cco_news::ledger::Ledger;
use cco_news::mail::{Mailer, Memory};
use cco_news::send::{Ending, Round};
use tempfile::{TempDir, tempdir};

use crate::sending::{block_on, freeze_it, issue, now, people, round, send, total};

/// The server on which the tests of a child process keep their ledgers.
const SERVER: &str = "CCO_NEWS_TEST_POSTGRES";

/// Who was killed is waited for the thirtieth part of it; who lives keeps it also on a machine that is busy.
const LEASE: Duration = Duration::from_mins(1);

/// A server for one test.
pub(crate) struct Server {
    folder: TempDir,
}

impl Server {
    /// Begins one; none: there is no PostgreSQL here.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempdir().unwrap();
        if program("initdb").is_none() || program("pg_ctl").is_none() {
            eprintln!("skipped: no PostgreSQL on this machine");
            return None;
        }
        if is_root() {
            assert!(Command::new("chown").args(["nobody"]).arg(folder.path()).status().unwrap().success());
        }
        let server = Self { folder };
        server.does("initdb", &["-A", "trust", "-U", "postgres", "--no-sync", "--locale=C", "-E", "UTF8"]);
        server.begin();
        Some(server)
    }

    fn begin(&self) {
        let folder = self.folder.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off");
        self.does("pg_ctl", &["-w", "-l", &format!("{folder}/log"), "-o", &options, "start"]);
    }

    fn stop(&self) {
        self.does("pg_ctl", &["-w", "-m", "immediate", "stop"]);
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.folder.path().display().to_string().replace('/', "%2F"))
    }

    fn does(&self, name: &str, arguments: &[&str]) {
        let program = program(name).unwrap();
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(self.folder.path().join("data")).args(arguments).current_dir(self.folder.path());
        // The server would keep a pipe open.
        let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(done.success(), "{name} {arguments:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output().unwrap();
    said.stdout.starts_with(b"0\n")
}

/// Debian keeps the server's programs beside its version.
fn program(name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let there = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists());
    there.max().or_else(|| {
        let is_there = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
        is_there.then(|| PathBuf::from(name))
    })
}

/// The ledger of STATE: a file, or on the server that a variable names, in a schema of its own.
pub(crate) fn open(state: &Path) -> Ledger {
    match given_server() {
        Some(server) => open_on(&server, state),
        None => Ledger::open(state).unwrap(),
    }
}

#[expect(clippy::disallowed_methods, reason = "it comes from the parent, which is a test too")]
fn given_server() -> Option<String> {
    std::env::var(SERVER).ok()
}

fn open_on(server: &str, state: &Path) -> Ledger {
    let schema = schema(state);
    rows(server, &format!("SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS {schema}"));
    Ledger::open_on_server(state, &format!("{server}?options=-csearch_path%3D{schema}")).unwrap().with_lease(LEASE)
}

fn schema(state: &Path) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    // Folders of tests differ in the case of their letters alone.
    let sum: u64 =
        state.display().to_string().bytes().fold(7, |sum, b| sum.wrapping_mul(31).wrapping_add(u64::from(b)));
    format!("s{}_{sum:x}", state.display().to_string().chars().map(letters).collect::<String>())
}

/// Each person's copy, as it stands on the server; none: the ledger is a file.
pub(crate) fn copies(state: &Path) -> Option<Vec<(String, String, Option<String>)>> {
    let server = given_server()?;
    Some(copies_on(&server, state))
}

fn copies_on(server: &str, state: &Path) -> Vec<(String, String, Option<String>)> {
    let sql =
        format!("SELECT address, state, message_id FROM {}.deliveries WHERE issue = '{}'", schema(state), issue());
    rows(server, &sql)
        .into_iter()
        .map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap(), row[2].clone()))
        .collect()
}

/// Statements as an onlooker says them, who may look from within a run.
fn rows(server: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    std::thread::scope(|scope| scope.spawn(|| ask(server, sql)).join().unwrap())
}

fn ask(server: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    block_on(async {
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
        let work = tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        drop(client);
        work.await.unwrap().unwrap();
        let rows = messages.into_iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
            }
            _ => None,
        });
        rows.collect()
    })
}

/// Tests that look into the file of the ledger itself.
const OF_FILES: [&str; 11] = [
    "an_outcome_that_cannot_be_written",
    "a_ledger_that_cannot_be_used",
    "a_recipient_whose_address_cannot_be_read",
    "a_ledger_of_the_first_release",
    "nothing_of_an_erased_person",
    "a_restored_backup",
    "a_number_given_after_the_backup",
    // On a server two do send at once; and nobody knows what is in another machine's outbox.
    "two_processes_do_not_send_at_once",
    "in_the_outbox_no_crash_leaves_a_doubt",
    // Its clock runs sixty times as fast, which a server beside other tests does not keep up with.
    "a_domain_with_a_pace_of_its_own",
    // As many processes as operations, each of which is waited for.
    "killed_at_each_operation",
];

#[test]
fn the_contract_of_the_ledger_holds_on_postgresql_too() {
    let Some(server) = Server::start() else { return };
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(["ledger::", "people::", "links::", "kill::", "correct::", "--test-threads", "4"]);
    for name in OF_FILES {
        tests.args(["--skip", name]);
    }
    let said = tests.env(SERVER, server.url()).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{text}\n{}", String::from_utf8_lossy(&said.stderr));
    assert!(text.contains("test result: ok"), "{text}");
}

/// A round of a sender of its own, as another machine would have.
fn machine(server: &Server, state: &Path, memory: &Memory) -> Round {
    let ledger = open_on(&server.url(), state);
    round(&ledger, Mailer::Memory(memory.clone()))
}

fn assert_each_once(server: &Server, state: &Path, memory: &Memory, n_people: usize) {
    let copies = copies_on(&server.url(), state);
    let mut arrived: Vec<String> = memory.sent().into_iter().map(|sent| sent.message_id).collect();
    arrived.sort();
    let n_arrived = arrived.len();
    arrived.dedup();
    assert_eq!(arrived.len(), n_arrived, "somebody got it twice");
    assert_eq!(copies.len(), n_people);
    for (address, state, id) in copies {
        let came = id.is_some_and(|id| arrived.binary_search(&id).is_ok());
        assert!(
            if came { state == "accepted" || state == "unknown" } else { state == "unknown" },
            "{address}: {state}"
        );
    }
}

/// Makes the issue and the keys that every machine has.
fn prepared(server: &Server, state: &Path, n_people: usize) {
    let ledger = open_on(&server.url(), state);
    ledger.take_in(people(n_people), "test", now()).unwrap();
    freeze_it(&ledger, &crate::sending::editions()).unwrap();
}

#[test]
fn several_senders_share_an_issue_and_nobody_gets_it_twice_or_not_at_all() {
    const PEOPLE: usize = 600;
    let Some(server) = Server::start() else { return };
    let state = tempdir().unwrap();
    prepared(&server, state.path(), PEOPLE);
    let memory = Memory::new();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let round = machine(&server, state.path(), &memory);
            scope.spawn(move || assert_eq!(send(round).unwrap().ending, Ending::Complete));
        }
    });
    assert_each_once(&server, state.path(), &memory, PEOPLE);
    assert_eq!(memory.sent().len(), PEOPLE);
}

#[test]
fn a_sender_that_slept_past_its_lease_stops_before_its_dot_and_the_others_send_its_copies() {
    const PEOPLE: usize = 300;
    let Some(server) = Server::start() else { return };
    let state = tempdir().unwrap();
    prepared(&server, state.path(), PEOPLE);
    let memory = Memory::new();
    let sleeper = machine(&server, state.path(), &memory);
    let url = server.url();
    let (count, schema) = (AtomicUsize::new(0), schema(state.path()));
    // Its lease runs out under its hands in the middle of a copy, as in a machine that was stopped.
    let lose = Arc::new(move |name: &'static str| {
        if name == "dotted" && count.fetch_add(1, Ordering::SeqCst) == 20 {
            rows(&url, &format!("UPDATE {schema}.senders SET until = 0, seen = 0"));
        }
        Ok(())
    });
    let said = send(Round { step: lose, ..sleeper }).unwrap_err();
    assert!(format!("{said:#}").contains("no longer ours") || format!("{said:#}").contains("taken over"), "{said:#}");
    assert!(memory.sent().len() < PEOPLE);
    assert_eq!(send(machine(&server, state.path(), &memory)).unwrap().ending, Ending::Complete);
    assert_each_once(&server, state.path(), &memory, PEOPLE);
}

#[test]
fn a_server_that_is_started_again_in_the_middle_is_waited_for() {
    const PEOPLE: usize = 300;
    let Some(server) = Server::start() else { return };
    let state = tempdir().unwrap();
    prepared(&server, state.path(), PEOPLE);
    let memory = Memory::new();
    let round = machine(&server, state.path(), &memory);
    std::thread::scope(|scope| {
        let sending = scope.spawn(move || send(round));
        while memory.sent().len() < 30 {
            std::thread::yield_now();
        }
        server.stop();
        server.begin();
        assert_eq!(sending.join().unwrap().unwrap().ending, Ending::Complete);
    });
    assert_each_once(&server, state.path(), &memory, PEOPLE);
}

#[test]
fn a_clock_of_the_database_that_jumps_costs_senders_their_lease_and_nobody_their_copy() {
    const PEOPLE: usize = 300;
    let Some(server) = Server::start() else { return };
    let state = tempdir().unwrap();
    prepared(&server, state.path(), PEOPLE);
    let memory = Memory::new();
    let round = machine(&server, state.path(), &memory);
    let (url, schema, count) = (server.url(), schema(state.path()), AtomicUsize::new(0));
    let jump = Arc::new(move |name: &'static str| {
        if name == "dotted" && count.fetch_add(1, Ordering::SeqCst) == 20 {
            rows(
                &url,
                &format!(
                    "CREATE OR REPLACE FUNCTION {schema}.now_millis() RETURNS BIGINT LANGUAGE sql VOLATILE AS \
                 $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT + 86400000 $$"
                ),
            );
        }
        Ok(())
    });
    send(Round { step: jump, ..round }).unwrap_err();
    assert_eq!(send(machine(&server, state.path(), &memory)).unwrap().ending, Ending::Complete);
    assert_each_once(&server, state.path(), &memory, PEOPLE);
}

#[test]
fn of_two_machines_that_freeze_at_once_one_wins_and_other_keys_are_refused() {
    let Some(server) = Server::start() else { return };
    let state = tempdir().unwrap();
    let first = open_on(&server.url(), state.path());
    first.take_in(people(30), "test", now()).unwrap();
    let second = open_on(&server.url(), state.path());
    let new: Vec<bool> = std::thread::scope(|scope| {
        let freeze =
            |ledger: Ledger| scope.spawn(move || freeze_it(&ledger, &crate::sending::editions()).unwrap().is_new);
        [freeze(first.clone()), freeze(second)].map(|frozen| frozen.join().unwrap()).to_vec()
    });
    assert_eq!(new.iter().filter(|is_new| **is_new).count(), 1);
    assert_eq!(total(&first.counts(&issue()).unwrap()).planned, 30);
    let elsewhere = tempdir().unwrap();
    let url = format!("{}?options=-csearch_path%3D{}", server.url(), schema(state.path()));
    let other = Ledger::open_on_server(elsewhere.path(), &url).unwrap();
    let has_key = |ledger: &Ledger| cco_news::send::Secrets::open(ledger).is_ok();
    let keys: Vec<bool> = std::thread::scope(|scope| {
        [&first, &other].map(|ledger| scope.spawn(move || has_key(ledger))).map(|one| one.join().unwrap()).to_vec()
    });
    assert_eq!(keys.iter().filter(|has_key| **has_key).count(), 1, "every machine needs the same key");
}
