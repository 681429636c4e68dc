//! Sending to real mail servers on loopback: everyone gets exactly one message, in their own language.
//!
//! The servers are those of `.ci/mail-servers`; `CCO_NEWS_TEST_MAIL` is the folder that it made. Without it the tests
//! skip themselves and say so; `.ci/run` starts the servers and fails if a test has not run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use crate::tree;

/// Subscribers: enough for several connections and for a batch that is not full.
const SUBSCRIBERS: usize = 200;

/// How long Postfix may take to hand on what it accepted.
const QUEUE_SECONDS_MAX: u32 = 60;

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

#[test]
fn everyone_gets_exactly_one_message_from_a_plain_server() {
    let Some(servers) = servers() else { return };
    let newsletter = newsletter("");
    send_issue(newsletter.path(), &read(&servers.join("sink.url")));
    assert_each_got_one(&servers.join("sink"));
}

#[test]
fn everyone_gets_exactly_one_message_through_postfix_with_starttls_and_auth() {
    let Some(servers) = servers() else { return };
    let authority = servers.join("ca.pem");
    let newsletter = newsletter(&format!("tls = \"pinned\"\nca_file = \"{}\"\n", authority.display()));
    send_issue(newsletter.path(), &read(&servers.join("relay.url")));
    wait_until_empty(&servers.join("queue"));
    assert_each_got_one(&servers.join("relay"));
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap().trim().to_owned()
}

/// A copy of the project's newsletter with subscribers of its own, and with nothing left to confirm.
fn newsletter(delivery: &str) -> tempfile::TempDir {
    let copy = tree::copy();
    let path = copy.path().join("newsletter.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("[delivery]\n").unwrap();
    let kept = rest.lines().filter(|line| !["messages_per_minute", "tls"].iter().any(|key| line.starts_with(key)));
    let rest = kept.collect::<Vec<_>>().join("\n");
    let lists = before.to_owned() + "[delivery]\nmessages_per_minute = 60000\n" + delivery + &rest;
    let list = "\n[[list]]\nfile = \"many.csv\"\nbasis = \"internal distribution\"\nsince = 2026-11-01\n";
    fs::write(&path, lists + list).unwrap();
    let subscribers = copy.path().join("subscribers");
    fs::create_dir_all(&subscribers).unwrap();
    for entry in fs::read_dir(&subscribers).unwrap() {
        fs::write(entry.unwrap().path(), "email,language\n").unwrap();
    }
    let rows = (0..SUBSCRIBERS).map(|n| format!("{},{}\n", address(n), language(n)));
    fs::write(subscribers.join("many.csv"), "email,language\n".to_owned() + &rows.collect::<String>()).unwrap();
    copy
}

fn address(n: usize) -> String {
    format!("reader-{n}@example.gc.ca")
}

/// Every language a row can have, the unknown one too.
fn language(n: usize) -> &'static str {
    ["en", "fr", "both", ""][n % 4]
}

/// Composes, approves and sends the issue, and once more: then there is nothing to send.
fn send_issue(newsletter: &Path, relay: &str) {
    succeed(newsletter, relay, &["compose", ISSUE, "--offline"]);
    for language in ["en", "fr"] {
        succeed(newsletter, relay, &["approve", ISSUE, "--edition", language, "--by", "An Approver"]);
    }
    succeed(newsletter, relay, &["send", ISSUE, "--yes", "--late"]);
    let accepted = accepted(newsletter, relay);
    assert_eq!(accepted, BTreeMap::from([("both", 100), ("en", 50), ("fr", 50)].map(|(id, n)| (id.to_owned(), n))));
    succeed(newsletter, relay, &["send", ISSUE, "--yes", "--late"]);
}

/// Runs the program as a scheduled job would, with no terminal and nothing else in its environment.
fn run(newsletter: &Path, relay: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cco-news"))
        .args(arguments)
        .current_dir(newsletter)
        .env_clear()
        .env("HOME", newsletter)
        .env(concat!("CCO_NEWS", "_SMTP_URL"), relay)
        .output()
        .unwrap()
}

/// Runs it, and fails with what it said unless it did what it was asked (3: done, but look).
fn succeed(newsletter: &Path, relay: &str, arguments: &[&str]) -> String {
    let output = run(newsletter, relay, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    let data = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "`{}`:\n{data}{said}", arguments.join(" "));
    data
}

/// How many copies of each edition were accepted; all of them must be complete.
fn accepted(newsletter: &Path, relay: &str) -> BTreeMap<String, u64> {
    let status: serde_json::Value =
        serde_json::from_str(&succeed(newsletter, relay, &["status", ISSUE, "--json"])).unwrap();
    assert_eq!(status["unknown"], serde_json::json!([]), "{status:#}");
    let editions = status["editions"].as_object().unwrap();
    editions
        .iter()
        .map(|(id, counts)| {
            assert_eq!(counts["complete"], true, "{status:#}");
            assert_eq!(counts["planned"], counts["accepted"], "{status:#}");
            (id.clone(), counts["accepted"].as_u64().unwrap())
        })
        .collect()
}

/// Waits until Postfix has handed on everything that it took.
fn wait_until_empty(queue: &Path) {
    let folders = ["incoming", "active", "deferred"];
    for _ in 0..QUEUE_SECONDS_MAX * 10 {
        if folders.iter().all(|folder| files(&queue.join(folder)).is_empty()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("Postfix still has messages in {}", queue.display());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

/// Every subscriber is the one recipient of exactly one message, which is addressed to them and in their language.
fn assert_each_got_one(folder: &Path) {
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(folder) {
        let message = String::from_utf8(fs::read(&file).unwrap()).unwrap();
        let recipient = header(&message, "X-Rcpt-Args").unwrap();
        let recipient = recipient.split(['<', '>']).nth(1).unwrap().to_owned();
        assert!(header(&message, "To").unwrap().contains(&recipient), "{}: addressed to another", file.display());
        assert_eq!(message.matches("\nX-Rcpt-Args:").count(), 1, "{}: more than one recipient", file.display());
        got.entry(recipient).or_default().push(header(&message, "Content-Language").unwrap_or_default());
    }
    let expected = (0..SUBSCRIBERS).map(|n| (address(n), vec![written(language(n)).to_owned()])).collect();
    let got: BTreeMap<String, Vec<String>> = got;
    assert_eq!(got, expected);
}

/// What a message in a language says in `Content-Language`.
fn written(language: &str) -> &'static str {
    match language {
        "en" => "en-CA",
        "fr" => "fr-CA",
        _ => "en-CA, fr-CA",
    }
}

/// The first header of that name, unfolded.
fn header(message: &str, name: &str) -> Option<String> {
    let mut lines = message.lines().skip_while(|line| !line.starts_with(&format!("{name}: ")));
    let first = lines.next()?.split_once(": ")?.1.to_owned();
    Some(lines.take_while(|line| line.starts_with([' ', '\t'])).fold(first, |all, more| all + " " + more.trim()))
}
