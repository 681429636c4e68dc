//! Several `send` processes on one ledger, which a PostgreSQL of their own keeps: how many messages a second they come to
//! together. Its disk is waited for as in an office.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use cco_news::ledger::Ledger;
use cco_news::send::{Ending, run};
use jiff::Timestamp;

use super::peers::{Load, folder};
use super::{Took, freeze_for, round_of};

/// The word by which a child knows that it is one.
pub(super) const CHILD: &str = "one-of-several";
const PROCESSES: [usize; 4] = [1, 2, 4, 8];

/// A server that goes with its folder.
struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

impl Server {
    fn start() -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let programs = versions.map(|version| version.path().join("bin")).filter(|path| path.exists()).max()?;
        let server = Self { folder: folder(), programs };
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(server.folder.path()).status().unwrap().success());
        }
        server.does("initdb", &["-A", "trust", "-U", "postgres", "--locale=C", "-E", "UTF8"]);
        let folder = server.folder.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200");
        server.does("pg_ctl", &["-w", "-l", &format!("{folder}/log"), "-o", &options, "start"]);
        Some(server)
    }

    /// A ledger of its own for each number of processes.
    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.folder.path().display().to_string().replace('/', "%2F"))
    }

    fn does(&self, name: &str, arguments: &[&str]) {
        self.asks(name, &[&["-D", &self.folder.path().join("data").display().to_string()], arguments].concat());
    }

    fn asks(&self, name: &str, arguments: &[&str]) {
        let mut command =
            Command::new(if is_root() { Path::new("runuser").to_owned() } else { self.programs.join(name) });
        if is_root() {
            command.args(["-u", "nobody", "--"]).arg(self.programs.join(name));
        }
        command.args(arguments).current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "{name}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.does("pg_ctl", &["-w", "-m", "immediate", "stop"]);
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout.starts_with(b"0\n")
}

/// Sends the same issue with one process, with two, and so on; and once from a file, to look at both side by side.
pub(super) fn machines(port: u16, load: Load, from_file: &Took) {
    println!("file        {:8.0} messages/s, one process, SQLite", from_file.rate().0);
    let Some(server) = Server::start() else {
        println!("skipped: no PostgreSQL (Debian: postgresql)");
        return;
    };
    for n_processes in PROCESSES {
        let (state, database) = (folder(), format!("with{n_processes}"));
        let socket = server.folder.path().display().to_string();
        server.asks("createdb", &["-h", &socket, "-U", "postgres", &database]);
        let url = server.url(&database);
        freeze_for(&Ledger::open_on_server(state.path(), &url).unwrap(), load);
        let child = || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([CHILD, &url]).arg(state.path()).args([port.to_string(), load.bytes.to_string()]);
            command.stdout(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..n_processes).map(|_| child()).collect();
        let said: Vec<[i64; 3]> =
            children.into_iter().map(|child| numbers(child.wait_with_output().unwrap())).collect();
        let n_accepted: i64 = said.iter().map(|[_, _, n]| n).sum();
        assert_eq!(n_accepted, i64::try_from(load.n_messages).unwrap(), "everyone once");
        let millis =
            said.iter().map(|[_, last, _]| last).max().unwrap() - said.iter().map(|[first, ..]| first).min().unwrap();
        let rate = load.n_messages as f64 * 1000.0 / millis as f64;
        println!("machines    {n_processes} processes: {rate:.0} messages/s of {} KB", load.bytes / 1024);
    }
}

fn numbers(said: std::process::Output) -> [i64; 3] {
    assert!(said.status.success());
    let text = String::from_utf8(said.stdout).unwrap();
    let numbers: Vec<i64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().unwrap()
}

/// One of the processes: says when it began, when its last copy was accepted, and how many there were.
pub(super) fn child(words: &[String]) {
    let at = words.iter().position(|word| word == CHILD).unwrap();
    let [url, state, port, bytes] = [1, 2, 3, 4].map(|n| &words[at + n]);
    let ledger = Ledger::open_on_server(Path::new(state), url).unwrap();
    let load = Load { n_messages: 0, bytes: bytes.parse().unwrap(), n_connections: super::CONNECTIONS };
    let last = Arc::new(AtomicI64::new(0));
    let mut round = round_of(ledger, port.parse().unwrap(), load, &[]);
    let seen = Arc::clone(&last);
    round.progress = Arc::new(move |_| seen.store(Timestamp::now().as_millisecond(), Ordering::Relaxed));
    let began = Timestamp::now().as_millisecond();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(run(round)).unwrap();
    assert_eq!(ended.ending, Ending::Complete);
    assert!(ended.progress.accepted == 0 || last.load(Ordering::Relaxed) > 0);
    println!("{began} {} {}", last.load(Ordering::Relaxed), ended.progress.accepted);
}
