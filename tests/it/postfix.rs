//! Sending to real mail servers on loopback: everyone gets exactly one message, in their own language, also when the
//! program is killed again and again.
//!
//! The servers are those of `.ci/mail-servers`; `CCO_NEWS_TEST_MAIL` is the folder that it made. Without it the tests
//! skip themselves and say so; `.ci/run` starts the servers and fails if a test has not run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::tree;

/// How long a server may take to do what is waited for.
const WAIT_SECONDS_MAX: u32 = 60;

/// The connections of the newsletter while it is tested.
const CONNECTIONS: usize = 4;

/// How often the program is killed while it sends.
const KILLS: usize = 5;

/// The issue that the newsletter ships with.
const ISSUE: &str = "2026-12";

/// The folder of `.ci/mail-servers`, if they were started.
fn servers() -> Option<PathBuf> {
    let folder = std::env::var_os("CCO_NEWS_TEST_MAIL").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "skipped: no mail servers; `.ci/mail-servers start DIR` starts them, CCO_NEWS_TEST_MAIL=DIR names them"
        );
    }
    folder
}

/// The subscribers of one test; their addresses tell the tests apart at the servers.
#[derive(Clone, Copy)]
struct Readers {
    name: &'static str,
    count: usize,
}

impl Readers {
    fn address(self, n: usize) -> String {
        format!("{}-{n}@example.gc.ca", self.name)
    }

    /// Every language a row can have, the unknown one too.
    fn language(n: usize) -> &'static str {
        ["en", "fr", "both", ""][n % 4]
    }

    /// What a message to them says in `Content-Language`.
    fn written(n: usize) -> &'static str {
        ["en-CA", "fr-CA", "en-CA, fr-CA", "en-CA, fr-CA"][n % 4]
    }
}

#[test]
fn everyone_gets_exactly_one_message_from_a_plain_server() {
    let Some(servers) = servers() else { return };
    let readers = Readers { name: "plain", count: 200 };
    let issue = Approved::new(readers, &servers.join("sink.url"), "");
    issue.send_twice();
    assert_eq!(messages(&servers.join("sink"), readers), one_each(readers));
}

#[test]
fn everyone_gets_exactly_one_message_through_postfix_with_starttls_and_auth() {
    let Some(servers) = servers() else { return };
    let readers = Readers { name: "relayed", count: 200 };
    let tls = format!("tls = \"pinned\"\nca_file = \"{}\"\n", servers.join("ca.pem").display());
    let issue = Approved::new(readers, &servers.join("relay.url"), &tls);
    issue.send_twice();
    let queues = ["incoming", "active", "deferred"].map(|folder| servers.join("queue").join(folder));
    wait_until("Postfix has handed on everything", || queues.iter().all(|queue| tree::files(queue).is_empty()));
    assert_eq!(messages(&servers.join("relay"), readers), one_each(readers));
}

#[test]
fn a_program_that_is_killed_loses_nobody_and_repeats_nobody() {
    let Some(servers) = servers() else { return };
    let readers = Readers { name: "killed", count: 2000 };
    let sink = servers.join("sink");
    let issue = Approved::new(readers, &servers.join("sink.url"), "");
    let before = tree::files(&sink).len();
    for kill in 1..=KILLS {
        let mut running = issue
            .command(&["send", ISSUE, "--yes", "--late"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let enough = before + readers.count * kill / (KILLS + 2);
        wait_until("enough has been sent to be killed", || tree::files(&sink).len() >= enough);
        running.kill().unwrap();
        running.wait().unwrap();
    }
    issue.succeed(&["send", ISSUE, "--yes", "--late"]);
    let status = issue.status();
    let unknown = status["unknown"].as_array().unwrap();
    assert!(unknown.len() <= KILLS * CONNECTIONS, "{} in doubt", unknown.len());

    // Whoever is not in doubt got one; whoever is in doubt got one or none; nobody got two.
    let got = messages(&sink, readers);
    assert!(got.values().all(|copies| copies.len() == 1), "somebody got two");
    let lost = readers.count - got.len();
    let in_doubt: BTreeSet<&str> = unknown.iter().map(|copy| copy["message_id"].as_str().unwrap()).collect();
    let arrived = tree::files(&sink).into_iter().filter(|file| {
        let id = header(&read(&sink.join(file)), "Message-ID").unwrap();
        in_doubt.iter().any(|doubt| id.trim_matches(['<', '>']) == doubt.trim_matches(['<', '>']))
    });
    assert_eq!(lost, in_doubt.len() - arrived.count(), "lost, and not in doubt");
}

/// A copy of the project's newsletter with readers of its own, and its issue composed and approved.
struct Approved {
    folder: tempfile::TempDir,
    relay: String,
    readers: Readers,
}

impl Approved {
    fn new(readers: Readers, relay: &Path, delivery: &str) -> Self {
        let issue = Self { folder: newsletter(readers, delivery), relay: read(relay), readers };
        issue.succeed(&["compose", ISSUE, "--offline"]);
        for language in ["en", "fr"] {
            issue.succeed(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]);
        }
        issue
    }

    /// Sends, and once more: then there is nothing to send.
    fn send_twice(&self) {
        for _ in 0..2 {
            self.succeed(&["send", ISSUE, "--yes", "--late"]);
            let status = self.status();
            assert_eq!(status["unknown"], serde_json::json!([]), "{status:#}");
            let quarter = self.readers.count / 4;
            for (edition, n) in [("en", quarter), ("fr", quarter), ("both", 2 * quarter)] {
                assert_eq!(status["editions"][edition]["planned"], n, "{status:#}");
                assert_eq!(status["editions"][edition]["accepted"], n, "{status:#}");
            }
        }
    }

    /// What `status` says; every edition must be complete.
    fn status(&self) -> serde_json::Value {
        let status: serde_json::Value = serde_json::from_str(&self.succeed(&["status", ISSUE, "--json"])).unwrap();
        for counts in status["editions"].as_object().unwrap().values() {
            assert_eq!(counts["complete"], true, "{status:#}");
        }
        status
    }

    /// The program as a scheduled job runs it: no terminal, and nothing else in its environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cco-news"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env_clear().env("HOME", self.folder.path()).env(concat!("CCO_NEWS", "_SMTP_URL"), &self.relay);
        command
    }

    /// Runs it, and fails with what it said unless it did what it was asked (3: done, but look).
    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let data = String::from_utf8(output.stdout).unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3)), "`{}` ended with {code:?}:\n{data}{said}", arguments.join(" "));
        data
    }
}

fn newsletter(readers: Readers, delivery: &str) -> tempfile::TempDir {
    let copy = tree::copy();
    let path = copy.path().join("newsletter.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("[delivery]\n").unwrap();
    let ours = ["messages_per_minute", "connections", "tls"];
    let kept = after.lines().filter(|line| !ours.iter().any(|key| line.starts_with(key)));
    let after = kept.collect::<Vec<_>>().join("\n");
    let head = format!("[delivery]\nmessages_per_minute = 600000\nconnections = {CONNECTIONS}\n{delivery}");
    let list = "\n[[list]]\nfile = \"many.csv\"\nbasis = \"internal distribution\"\nsince = 2026-11-01\n";
    fs::write(&path, [before, &head, &after, list].concat()).unwrap();

    let subscribers = copy.path().join("subscribers");
    fs::create_dir_all(&subscribers).unwrap();
    for shipped in tree::files(&subscribers) {
        fs::write(subscribers.join(shipped), "email,language\n").unwrap();
    }
    let rows = (0..readers.count).map(|n| format!("{},{}\n", readers.address(n), Readers::language(n)));
    fs::write(subscribers.join("many.csv"), "email,language\n".to_owned() + &rows.collect::<String>()).unwrap();
    copy
}

fn read(path: &Path) -> String {
    String::from_utf8(fs::read(path).unwrap()).unwrap().trim().to_owned()
}

/// Waits for the state of another program.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..WAIT_SECONDS_MAX * 100 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("waited {WAIT_SECONDS_MAX} s until {what}");
}

/// The languages of the messages that each reader got; each must be addressed to that reader alone.
fn messages(folder: &Path, readers: Readers) -> BTreeMap<String, Vec<String>> {
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in tree::files(folder) {
        let message = read(&folder.join(&file));
        let recipient = header(&message, "X-Rcpt-Args").unwrap();
        let recipient = recipient.split(['<', '>']).nth(1).unwrap().to_owned();
        if recipient.starts_with(readers.name) {
            assert_eq!(message.matches("\nX-Rcpt-Args:").count(), 1, "{}: more than one recipient", file.display());
            assert!(header(&message, "To").unwrap().contains(&recipient), "{}: addressed to another", file.display());
            got.entry(recipient).or_default().push(header(&message, "Content-Language").unwrap());
        }
    }
    got
}

/// One message each, in their own language.
fn one_each(readers: Readers) -> BTreeMap<String, Vec<String>> {
    (0..readers.count).map(|n| (readers.address(n), vec![Readers::written(n).to_owned()])).collect()
}

/// The first header of that name, unfolded.
fn header(message: &str, name: &str) -> Option<String> {
    let mut lines = message.lines().skip_while(|line| !line.starts_with(&format!("{name}: ")));
    let first = lines.next()?.split_once(": ")?.1.to_owned();
    Some(lines.take_while(|line| line.starts_with([' ', '\t'])).fold(first, |all, more| all + " " + more.trim()))
}
