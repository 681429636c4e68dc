//! What we promise of `send`: a 60 KB edition, everyone's own copy, the ledger durable, at the speed of Postfix's own
//! `smtp-source`; the same over a link with 20 ms round trip, and signed. All in one run, to Postfix's `smtp-sink`.
//!
//! `cargo bench --bench send`. Needs `smtp-sink` and `smtp-source` (Debian: postfix); `openssl`, `npm` and `python3` for
//! the other comparisons: without them they are not shown. nodemailer is installed once into `target/bench-npm`.
//! `-- grid` shows ours and the others by connections and by size; `-- 1000000 6 32` sends 6 KB to that many readers on 32
//! connections, shows the memory on the way, and asks the sink how many it got. `-- machines` sends with 1, 2, 4 and 8
//! processes on one PostgreSQL (Debian: postgresql).

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use cco_news::ledger::{Entry, Ledger};
use cco_news::mail::{Mailer, Settings, Smtp};
use cco_news::model::{Address, Approval, Delivering, Edition, EditionId, IssueId, Lang, Newsletter, Slot};
use cco_news::send::dkim::Key;
use cco_news::send::{Ending, Leaving, Round, Secrets, freeze, run};
use jiff::Timestamp;
use tokio::sync::watch;

mod machines;
mod peers;
use peers::{Load, Sink, delayed, folder, fsync_ms, nodemailer, openssl, smtp_source, smtplib};

const CONNECTIONS: u32 = 8;
const MESSAGE_BYTES: usize = 60 * 1024;
const MESSAGES: usize = 3000;
const MESSAGES_SIGNED: usize = 1500;
const MESSAGES_FAR: usize = 600;
/// In each place of the grid.
const MESSAGES_GRID: usize = 1000;
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// With so many readers, the memory is shown on the way.
const MESSAGES_WATCHED: usize = 20_000;
/// How often.
const LOOKS: usize = 100;
/// Readers that are handed to the ledger at once.
const READERS_AT_ONCE: usize = 10_000;
/// Of so many rounds the best counts, for each side.
const ROUNDS: usize = 3;
const PEM: &[u8] = include_bytes!("../../tests/fixtures/dkim/rsa.pem");

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if words.iter().any(|word| word == machines::CHILD) {
        return machines::child(&words);
    }
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let counts: &[&str] = if numbers.is_empty() { &[] } else { &["-c"] };
    let Some(near) = Sink::start(counts) else {
        println!("skipped: no smtp-sink (Debian: postfix)");
        return;
    };
    println!("disk        {:8.2} ms fsync, median", fsync_ms());
    if let Some(&n_messages) = numbers.first() {
        let bytes = numbers.get(1).map_or(MESSAGE_BYTES, |kib| kib * 1024);
        let n_connections = numbers.get(2).map_or(CONNECTIONS, |n| u32::try_from(*n).unwrap());
        return many(&near, Load { n_messages, bytes, n_connections });
    }
    if words.iter().any(|word| word == "grid") {
        return grid(near.port);
    }
    let load = Load { n_messages: MESSAGES, bytes: MESSAGE_BYTES, n_connections: CONNECTIONS };
    if words.iter().any(|word| word == "machines") {
        return machines::machines(near.port, load, &ours(near.port, load, &[]));
    }
    let (near_ours, cost) = best(|| ours(near.port, load, &[]).rate());
    println!(
        "cco-news    {near_ours:8.0} messages/s of {} KB, {CONNECTIONS} connections, ledger durable; {cost:.2} ms of a \
         processor a copy",
        MESSAGE_BYTES / 1024
    );
    let source = (0..ROUNDS).map(|_| smtp_source(near.port, load)).fold(0.0, f64::max);
    compare("smtp-source", "messages/s", near_ours, source, 0.9);
    for (name, peer) in [("nodemailer", nodemailer(near.port, load)), ("smtplib", smtplib(near.port, load))] {
        if let Some(peer) = peer {
            println!("{name:11} {peer:8.0} messages/s; ours is {:.1} ×", near_ours / peer);
        }
    }
    signed(near.port, near_ours);
    let one_by_one = Sink::start(&["-p"]).unwrap();
    let load = Load { n_messages: MESSAGES_FAR, ..load };
    for (sink, n_trips, name) in [(&near, 2.0, "pipelined"), (&one_by_one, 4.0, "one by one")] {
        let far = delayed(sink.port, ROUND_TRIP);
        let (rate, _) = ours(far, load, &[]).rate();
        println!("far away    {rate:8.0} messages/s, {name}, 20 ms round trip");
        let limit = f64::from(CONNECTIONS) / (n_trips * ROUND_TRIP.as_secs_f64());
        compare("limit", "messages/s", rate, limit, 0.9);
        println!("smtp-source {:8.0} messages/s over the same link", smtp_source(far, load));
    }
}

/// Signing: beside what openssl could sign if nothing else were to be done, and beside what the same cores can do that
/// must sign (ring) and send.
fn signed(port: u16, unsigned: f64) {
    let load = Load { n_messages: MESSAGES_SIGNED, bytes: MESSAGE_BYTES, n_connections: CONNECTIONS };
    let (rate, cost) = best(|| ours(port, load, &[key()]).rate());
    println!("signed      {rate:8.0} messages/s, RSA-2048; {cost:.2} ms of a processor a copy");
    let ring = peers::ring(PEM);
    if let Some(openssl) = openssl() {
        compare("openssl", "signatures/s on all cores, or the limit above", rate, openssl.min(unsigned), 0.8);
        println!("openssl     {openssl:8.0} signatures/s on all cores");
    }
    println!("ring        {ring:8.0} signatures/s on all cores");
    compare("both", "messages/s if the same cores sign, then send", rate, 1.0 / (1.0 / unsigned + 1.0 / ring), 0.8);
}

/// Messages a second of each side, by connections and by size.
fn grid(port: u16) {
    let size = MESSAGE_BYTES / 1024;
    let places = [1, 2, 4, 8, 16, 32].map(|n_connections| (n_connections, size));
    let sizes = [2, 10, 30, 120, 240].map(|kib| (CONNECTIONS, kib));
    for (n_connections, kib) in places.into_iter().chain(sizes) {
        let load = Load { n_messages: MESSAGES_GRID, bytes: kib * 1024, n_connections };
        let (ours, _) = ours(port, load, &[]).rate();
        let shown = |peer: Option<f64>| peer.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}"));
        println!(
            "grid        {n_connections} connections {kib} KB: cco-news {ours:.0} smtp-source {:.0} nodemailer {} smtplib {}",
            smtp_source(port, load),
            shown(nodemailer(port, load)),
            shown(smtplib(port, load))
        );
    }
}

/// A large list: where the time and the memory go, and whether the sink has everyone's copy.
fn many(sink: &Sink, load: Load) {
    let took = ours(sink.port, load, &[]);
    let [rate, n_got] = [took.rate().0, sink.count() as f64];
    println!("cco-news    {rate:8.0} messages/s to {} readers", load.n_messages);
    println!(
        "parts       {} readers: import {:.3} s, freeze {:.3} s, send {:.3} s, {:.1} MB at most",
        load.n_messages,
        took.import,
        took.freeze,
        took.send,
        mb("VmHWM:")
    );
    let is_same = (n_got - load.n_messages as f64).abs() < 0.5;
    println!("sink        {n_got:8.0} messages: {}", if is_same { "everyone once" } else { "NOT everyone once" });
    assert!(is_same, "everyone was accepted, and the sink has another number");
}

fn compare(name: &str, what: &str, ours: f64, theirs: f64, target: f64) {
    let ratio = ours / theirs;
    let met = if ratio >= target { "met" } else { "MISSED" };
    println!("{name:11} {theirs:8.0} {what}; ratio {ratio:.2} (target {target}): {met}");
}

/// The fastest of some rounds, and what it cost.
fn best(mut round: impl FnMut() -> (f64, f64)) -> (f64, f64) {
    (0..ROUNDS).map(|_| round()).fold((0.0, 0.0), |best, this| if this.0 > best.0 { this } else { best })
}

fn edition(n_bytes: usize) -> Edition {
    let (leave, change) = (Slot::Unsubscribe.token(), Slot::Preferences.token());
    let line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.\n";
    let (text, html) = (line.repeat(n_bytes / 6 / line.len()), line.repeat(n_bytes * 5 / 6 / line.len()));
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
    Key::from_pem(PEM, "cco-bcc.example", "rsa").unwrap()
}

/// Seconds of each part; of the sending, also those of processors.
struct Took {
    n_messages: usize,
    import: f64,
    freeze: f64,
    send: f64,
    cpu: f64,
}

impl Took {
    /// Messages a second, from the first claim to the last outcome on the disk; and milliseconds of a processor for each.
    fn rate(&self) -> (f64, f64) {
        (self.n_messages as f64 / self.send, self.cpu * 1000.0 / self.n_messages as f64)
    }
}

/// Sends to so many people.
fn ours(port: u16, load: Load, keys: &[Key]) -> Took {
    let n_messages = load.n_messages;
    let folder = folder();
    let ledger = Ledger::open(folder.path()).unwrap();
    let (import, freeze) = freeze_for(&ledger, load);
    let round = round_of(ledger, port, load, keys);
    // As the program runs it: one thread for the connections.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let ended = runtime.block_on(run(round)).unwrap();
    assert_eq!((ended.ending, ended.progress.accepted), (Ending::Complete, n_messages as u64));
    let send = began.elapsed().as_secs_f64();
    Took { n_messages, import, freeze, send, cpu: cpu_seconds() - cpu }
}

/// Takes in so many people, and freezes an issue for them; gives the seconds of each.
fn freeze_for(ledger: &Ledger, load: Load) -> (f64, f64) {
    let Load { n_messages, bytes, .. } = load;
    let began = Instant::now();
    let now: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
    let entry = |n: usize| Entry::new(Address::parse(&format!("reader{n}@example.ca")).unwrap(), Some(Lang::new("en")));
    for from in (0..n_messages).step_by(READERS_AT_ONCE) {
        let some = (from..n_messages.min(from + READERS_AT_ONCE)).map(entry).collect();
        ledger.take_in(some, "bench", now).unwrap();
    }
    let mut newsletter: Newsletter = toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap();
    newsletter.languages.truncate(1);
    let (issue, edition) = (IssueId::parse("2026-12").unwrap(), edition(bytes));
    let import = began.elapsed().as_secs_f64();
    let approvals = [Approval::new(edition.id.clone(), edition.digest(), "An approver".into(), now, None)];
    let editions = [edition];
    let leaving =
        Leaving { issue: &issue, editions: &editions, manifest: "{}", approvals: &approvals, only: &[], send_at: now };
    let began = Instant::now();
    freeze(ledger, &newsletter, &leaving, now).unwrap();
    // The key, before any process looks for it.
    Secrets::open(ledger).unwrap();
    (import, began.elapsed().as_secs_f64())
}

/// Sends what is due, on so many connections.
fn round_of(ledger: Ledger, port: u16, load: Load, keys: &[Key]) -> Round {
    let Load { n_messages, n_connections, .. } = load;
    let delivering = Delivering {
        messages_per_minute: 0,
        connections: n_connections,
        messages_per_connection: u32::MAX,
        ..Delivering::default()
    };
    let settings = Settings::parse(&format!("smtp://127.0.0.1:{port}"), &delivering, None, None).unwrap();
    let (_interrupt, interrupted) = watch::channel(false);
    Round {
        issue: IssueId::parse("2026-12").unwrap(),
        relays: vec![Mailer::Smtp(Smtp::new(settings).unwrap()).into()],
        secrets: Secrets::open(&ledger).unwrap(),
        ledger,
        keys: keys.to_vec(),
        delivering,
        clock: Arc::new(Timestamp::now),
        interrupted,
        progress: Arc::new(move |so_far| {
            if n_messages >= MESSAGES_WATCHED && so_far.accepted.is_multiple_of((n_messages / LOOKS) as u64) {
                println!(
                    "memory      {:8.1} MB resident, {:.1} at most, after {}",
                    mb("VmRSS:"),
                    mb("VmHWM:"),
                    so_far.accepted
                );
            }
        }),
        tell: Arc::new(|_| {}),
        step: Arc::new(|_| Ok(())),
    }
}

/// Seconds of processors that this process has had (proc(5): the fourteenth and fifteenth, in hundredths).
fn cpu_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = status.rsplit(") ").next().unwrap();
    after.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// What the system says of this process's memory (proc(5)).
fn mb(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = status.lines().find_map(|line| line.strip_prefix(what)).and_then(|rest| rest.split_whitespace().next());
    kib.unwrap().parse::<f64>().unwrap() / 1024.0
}
