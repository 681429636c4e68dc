//! What we promise of `send`: a 60 KB edition, everyone's own copy, the ledger durable, at the speed of Postfix's own
//! `smtp-source`; the same over a link with 20 ms round trip, and signed. All in one run, to Postfix's `smtp-sink`.
//!
//! `cargo bench --bench send`. Needs `smtp-sink` and `smtp-source` (Debian: postfix); `openssl` and `npm` for two of the
//! comparisons: without them only ours is shown. nodemailer is installed once into `target/bench-npm`.
//! `cargo bench --bench send -- 1000000` sends to that many readers instead, and shows the memory on the way.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use cco_news::ledger::{Entry, Ledger};
use cco_news::mail::{Mailer, Settings, Smtp};
use cco_news::model::{Address, Approval, Delivering, Edition, EditionId, IssueId, Lang, Newsletter, Slot};
use cco_news::send::dkim::Key;
use cco_news::send::{Ending, Leaving, Round, Secrets, freeze, run};
use jiff::Timestamp;
use tokio::sync::watch;

/// Postfix's tools lie here when they are in no PATH.
const POSTFIX: &str = "/usr/sbin";
const CONNECTIONS: u32 = 8;
const MESSAGE_BYTES: usize = 60 * 1024;
const MESSAGES: usize = 3000;
const MESSAGES_SIGNED: usize = 1500;
const MESSAGES_FAR: usize = 600;
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// With so many readers, the memory is shown on the way.
const MESSAGES_WATCHED: usize = 20_000;
/// Readers that are handed to the ledger at once.
const READERS_AT_ONCE: usize = 10_000;
/// Of so many rounds the best counts, for each side.
const ROUNDS: usize = 3;

const NODEMAILER: &str = r#"
const [port, count, size] = process.argv.slice(1).map(Number);
const mailer = require("nodemailer").createTransport(
  { host: "127.0.0.1", port, pool: true, maxConnections: 8, maxMessages: Infinity, ignoreTLS: true });
const line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.\r\n";
const text = line.repeat(size / 6 / line.length), html = "<p>" + line.repeat(size * 5 / 6 / line.length) + "</p>";
(async () => {
  const began = process.hrtime.bigint();
  await Promise.all(Array.from({ length: count }, (_, n) => mailer.sendMail({ from: "news@example.ca",
    to: `reader${n}@example.ca`, subject: "CCO News", text: text + n, html: html + n })));
  console.log(Number(process.hrtime.bigint() - began) / 1e9);
  mailer.close();
})();
"#;

fn main() {
    let Some(near) = Sink::start(&[]) else {
        println!("skipped: no smtp-sink (Debian: postfix)");
        return;
    };
    println!("disk        {:8.2} ms fsync, median", fsync_ms());
    if let Some(n_readers) = std::env::args().find_map(|text| text.parse().ok()) {
        let rate = ours(near.port, n_readers, &[]);
        println!("cco-news    {rate:8.0} messages/s to {n_readers} readers");
        return;
    }
    let ours = best(|| ours(near.port, MESSAGES, &[]));
    println!(
        "cco-news    {ours:8.0} messages/s of {} KB, {CONNECTIONS} connections, ledger durable",
        MESSAGE_BYTES / 1024
    );
    let source = best(|| smtp_source(near.port, MESSAGES));
    compare("smtp-source", "messages/s", ours, source, 0.9);
    if let Some(nodemailer) = nodemailer(near.port) {
        println!("nodemailer  {nodemailer:8.0} messages/s; ours is {:.1} ×", ours / nodemailer);
    }
    let signed = best(|| self::ours(near.port, MESSAGES_SIGNED, &[key()]));
    println!("signed      {signed:8.0} messages/s, RSA-2048");
    if let Some(openssl) = openssl() {
        compare("openssl", "signatures/s on all cores, or the limit above", signed, openssl.min(ours), 0.8);
    }
    let one_by_one = Sink::start(&["-p"]).unwrap();
    for (sink, n_trips, name) in [(&near, 2.0, "pipelined"), (&one_by_one, 4.0, "one by one")] {
        let far = delayed(sink.port);
        let rate = self::ours(far, MESSAGES_FAR, &[]);
        println!("far away    {rate:8.0} messages/s, {name}, 20 ms round trip");
        let limit = f64::from(CONNECTIONS) / (n_trips * ROUND_TRIP.as_secs_f64());
        compare("limit", "messages/s", rate, limit, 0.9);
        println!("smtp-source {:8.0} messages/s over the same link", smtp_source(far, MESSAGES_FAR));
    }
}

fn compare(name: &str, what: &str, ours: f64, theirs: f64, target: f64) {
    let ratio = ours / theirs;
    let met = if ratio >= target { "met" } else { "MISSED" };
    println!("{name:11} {theirs:8.0} {what}; ratio {ratio:.2} (target {target}): {met}");
}

fn best(mut round: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| round()).fold(0.0, f64::max)
}

/// Folders of the bench lie on the disk on which a ledger would.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(target()).unwrap()
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

fn fsync_ms() -> f64 {
    let folder = folder();
    let mut file = std::fs::File::create(folder.path().join("x")).unwrap();
    let mut times: Vec<f64> = (0..200)
        .map(|_| {
            file.write_all(&[1; 8192]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[100]
}

/// Postfix's sink; it ends with its value.
struct Sink {
    port: u16,
    child: Child,
}

impl Sink {
    fn start(arguments: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = tool("smtp-sink");
        command.args(arguments).args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1000"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let sink = Self { port, child };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(sink);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn tool(name: &str) -> Command {
    let there = Path::new(POSTFIX).join(name);
    Command::new(if there.exists() { there } else { PathBuf::from(name) })
}

fn edition() -> Edition {
    let (leave, change) = (Slot::Unsubscribe.token(), Slot::Preferences.token());
    let line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.\n";
    let (text, html) = (line.repeat(MESSAGE_BYTES / 6 / line.len()), line.repeat(MESSAGE_BYTES * 5 / 6 / line.len()));
    Edition {
        id: EditionId::new("en"),
        langs: vec![Lang::new("en")],
        subject: "CCO News".into(),
        preheader: String::new(),
        mjml: String::new(),
        html: format!("<html><body><p>{html}</p><a href=\"{leave}\">x</a> <a href=\"{change}\">y</a></body></html>"),
        text: format!("{text}\nLeave: {leave}\nChange: {change}\n"),
        parts: vec![],
        headers: vec![],
        audience: "language = en".into(),
        waivers: vec![],
    }
}

fn key() -> Key {
    Key::from_pem(include_bytes!("../tests/fixtures/dkim/rsa.pem"), "cco-bcc.example", "rsa").unwrap()
}

/// Sends to so many people; messages a second, from the first claim to the last outcome on the disk.
fn ours(port: u16, n_messages: usize, keys: &[Key]) -> f64 {
    let folder = folder();
    let now: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let entry = |n: usize| Entry {
        address: Address::parse(&format!("reader{n}@example.ca")).unwrap(),
        language: Some(Lang::new("en")),
        both: false,
        name: None,
        format: None,
        source: None,
        consented_on: None,
        basis: None,
        fields: None,
    };
    for from in (0..n_messages).step_by(READERS_AT_ONCE) {
        let some = (from..n_messages.min(from + READERS_AT_ONCE)).map(entry).collect();
        ledger.take_in(some, "bench", now).unwrap();
    }
    let mut newsletter: Newsletter = toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap();
    newsletter.languages.truncate(1);
    let (issue, edition) = (IssueId::parse("2026-12").unwrap(), edition());
    let approvals = [Approval::new(edition.id.clone(), edition.digest(), "An approver".into(), now, None)];
    let editions = [edition];
    let leaving =
        Leaving { issue: &issue, editions: &editions, manifest: "{}", approvals: &approvals, only: &[], send_at: now };
    freeze(&ledger, &newsletter, &leaving, now).unwrap();
    let delivering = Delivering {
        messages_per_minute: 0,
        connections: CONNECTIONS,
        messages_per_connection: u32::MAX,
        ..Delivering::default()
    };
    let settings = Settings::parse(&format!("smtp://127.0.0.1:{port}"), &delivering, None, None).unwrap();
    let (_interrupt, interrupted) = watch::channel(false);
    let round = Round {
        issue,
        relays: vec![Mailer::Smtp(Smtp::new(settings).unwrap()).into()],
        secrets: Secrets::open(&ledger).unwrap(),
        ledger,
        keys: keys.to_vec(),
        delivering,
        clock: Arc::new(Timestamp::now),
        interrupted,
        progress: Arc::new(move |so_far| {
            if n_messages >= MESSAGES_WATCHED && so_far.accepted.is_multiple_of(n_messages as u64 / 20) {
                println!(
                    "memory      {:8.0} MB resident, {:.0} at most, after {}",
                    mb("VmRSS:"),
                    mb("VmHWM:"),
                    so_far.accepted
                );
            }
        }),
        tell: Arc::new(|_| {}),
        step: Arc::new(|_| Ok(())),
    };
    // As the program runs it: one thread for the connections.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let ended = runtime.block_on(run(round)).unwrap();
    assert_eq!((ended.ending, ended.progress.accepted), (Ending::Complete, n_messages as u64));
    n_messages as f64 / began.elapsed().as_secs_f64()
}

/// What the system says of this process's memory (proc(5)).
fn mb(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = status.lines().find_map(|line| line.strip_prefix(what)).and_then(|rest| rest.split_whitespace().next());
    kib.unwrap().parse::<f64>().unwrap() / 1024.0
}

/// The same number of messages of the same size on as many connections, each used again.
fn smtp_source(port: u16, n_messages: usize) -> f64 {
    let (size, count, connections) = (MESSAGE_BYTES.to_string(), n_messages.to_string(), CONNECTIONS.to_string());
    let mut command = tool("smtp-source");
    command.args(["-d", "-s", &connections, "-l", &size, "-m", &count]);
    command.args(["-f", "news@example.ca", "-t", "reader@example.ca", &format!("127.0.0.1:{port}")]);
    let began = Instant::now();
    assert!(command.status().unwrap().success());
    n_messages as f64 / began.elapsed().as_secs_f64()
}

fn nodemailer(port: u16) -> Option<f64> {
    let folder = target().join("bench-npm");
    if !folder.join("node_modules/nodemailer").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = Command::new("npm").args(["install", "--prefix"]).arg(&folder).arg("nodemailer").output().ok()?;
        npm.status.success().then_some(())?;
    }
    let mut node = Command::new("node");
    node.env("NODE_PATH", folder.join("node_modules"));
    let output =
        node.args(["-e", NODEMAILER, &port.to_string(), &MESSAGES.to_string(), &MESSAGE_BYTES.to_string()]).output();
    let seconds: f64 = String::from_utf8(output.ok()?.stdout).unwrap().trim().parse().ok()?;
    Some(MESSAGES as f64 / seconds)
}

/// Signatures a second of openssl, on one core after the other, times the cores.
fn openssl() -> Option<f64> {
    let output = Command::new("openssl").args(["speed", "-seconds", "3", "rsa2048"]).output().ok()?;
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find(|line| line.starts_with("rsa 2048 bits"))?;
    let per_second: f64 = line.split_whitespace().rev().nth(1)?.parse().ok()?;
    Some(per_second * std::thread::available_parallelism().unwrap().get() as f64)
}

/// A port that leads to another with half the round trip each way.
fn delayed(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            for stream in [&client, &server] {
                stream.set_nodelay(true).unwrap();
            }
            let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
            for (mut from, mut to) in [(client, server), back] {
                let (give, take) = channel::<(Instant, Vec<u8>)>();
                std::thread::spawn(move || {
                    let mut block = vec![0; 64 * 1024];
                    while let Ok(n_bytes @ 1..) = from.read(&mut block) {
                        if give.send((Instant::now() + ROUND_TRIP / 2, block[..n_bytes].to_vec())).is_err() {
                            return;
                        }
                    }
                });
                std::thread::spawn(move || {
                    for (due, bytes) in take {
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        if to.write_all(&bytes).is_err() {
                            return;
                        }
                    }
                    // The other side has said all: this one is told.
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    here
}
