//! What we promise of `gather`: 200 feeds of 50 items from a local server, at least 20 times as fast as Python's
//! feedparser reads the same files, in at most 64 MB. Ours fetches, keeps, reads, cleans and merges them; feedparser reads and
//! cleans them from the disk, so the difference is in its favour.
//!
//! `cargo bench --bench gather`. feedparser is installed once into `target/bench-venv`; without it, only ours is shown.
//! `-- feeds 10 100 1000` shows ours alone, for so many feeds each.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use cco_news::gather::{Reading, gather};
use cco_news::http::Http;
use cco_news::model::{Newsletter, Sources};
use jiff::{SignedDuration, Timestamp};

const FEEDS: usize = 200;
const ITEMS: usize = 50;
const RATIO_MIN: f64 = 20.0;
const MEMORY_MB_MAX: f64 = 64.0;
/// Of our rounds the best counts, and of feedparser's too.
const ROUNDS: usize = 3;

const NEWSLETTER: &str = r#"
id = "bench"
first_issue = "2026-12"
languages = ["en"]
source_language = "en"
language.en = { tag = "en-CA", label = "English", title = "News", from_name = "News" }
organization = { as_of = 2026-11-01, name = { en = "Office" }, address = { en = "1 Street" }, email = "info@example.ca" }
sender = { from = "n@example.ca", reply_to = "n@example.ca", bounce = "n@example.ca", requests = "n@example.ca" }
schedule = { day = "15", time = "10:00" }
"#;

const WORDS: &str = "the government of Canada announces more support for Montréal Québec and Trois-Rivières café families \
    who prepare their résumé near the façade of a new naïve coöperative Zoë opened in Île-des-Sœurs with partners from every \
    province while growers, fishers and students meet before winter to plan trails parks libraries roads bridges harbours";

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn words(&mut self, n: usize) -> String {
        let all: Vec<&str> = WORDS.split_whitespace().collect();
        (0..n).map(|_| all[self.below(all.len())]).collect::<Vec<_>>().join(" ")
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("serve"), Some(folder)) => serve(Path::new(&folder)),
        (Some("ours"), Some(address)) => {
            let folder = arguments.next().unwrap();
            ours(&address, Path::new(&folder), arguments.next().unwrap().parse().unwrap());
        }
        (Some("feeds"), first) => {
            for n_feeds in first.into_iter().chain(arguments).filter_map(|word| word.parse().ok()) {
                let made = Made::new(n_feeds);
                let (seconds, memory) = made.rounds();
                println!("feeds       {n_feeds} feeds: {seconds:.3} s, {memory:.1} MB at most");
            }
        }
        (Some("read"), Some(file)) => read_one(Path::new(&file)),
        _ => compare(),
    }
}

/// Feeds in a folder, and a server of them.
struct Made {
    folder: tempfile::TempDir,
    n_feeds: usize,
    n_bytes: usize,
    address: String,
    server: Child,
}

impl Made {
    fn new(n_feeds: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut n_bytes = 0;
        for n in 0..n_feeds {
            let feed = feed(n);
            n_bytes += feed.len();
            std::fs::write(folder.path().join(format!("{n}.xml")), feed).unwrap();
        }
        let me = std::env::current_exe().unwrap();
        let mut server = Command::new(me).arg("serve").arg(folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { folder, n_feeds, n_bytes, address: address.trim().to_owned(), server }
    }

    /// Seconds of the best round, and the most memory of any; each in a process of its own.
    fn rounds(&self) -> (f64, f64) {
        let (mut seconds, mut memory) = (f64::MAX, 0.0);
        for round in 0..ROUNDS {
            // What a round kept stays until the end: ext4 goes past every file that was deleted a moment ago.
            let place = self.folder.path().join(format!("round-{round}"));
            std::fs::create_dir(&place).unwrap();
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["ours", &self.address]).arg(place).arg(self.n_feeds.to_string());
            let output = command.stderr(Stdio::inherit()).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let figures: Vec<f64> = said.split_whitespace().map(|figure| figure.parse().unwrap()).collect();
            let [stories, round, peak] = figures[..] else { panic!("ours said {said:?}") };
            assert!((stories - as_float(self.n_feeds * ITEMS)).abs() < 0.5, "{stories} stories");
            (seconds, memory) = (f64::min(seconds, round), f64::max(memory, peak));
        }
        (seconds, memory)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

/// Runs each side in a process of its own, so that the memory of neither is the other's.
fn compare() {
    let made = Made::new(FEEDS);
    println!("{FEEDS} feeds of {ITEMS} items, half RSS, half Atom: {:.1} MB", megabytes(made.n_bytes));
    let (seconds, memory) = made.rounds();
    println!(
        "cco-news    {seconds:8.3} s, best of {ROUNDS}; at most {memory:.1} MB resident (target {MEMORY_MB_MAX} MB)"
    );
    match feedparser(made.folder.path()) {
        Some(theirs) => {
            let ratio = theirs / seconds;
            let met = if ratio >= RATIO_MIN && memory <= MEMORY_MB_MAX { "met" } else { "MISSED" };
            println!("feedparser  {theirs:8.3} s, best of {ROUNDS}");
            println!("ratio       {ratio:8.1} × (target {RATIO_MIN} ×): {met}");
        }
        None => println!("feedparser could not be installed (python3, venv, pip, network): no ratio"),
    }
    hostile(&std::env::current_exe().unwrap());
}

/// Each feed of the hostile corpus in a process of its own, as far as the edge would read it; the dearest is shown.
fn hostile(me: &Path) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/hostile-feeds");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("the hostile feeds are not here: not read");
        return;
    };
    let (mut n, mut slowest, mut largest) = (0, (0.0, String::new()), (0.0, String::new()));
    let is_feed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "xml");
    for path in entries.map(|entry| entry.unwrap().path()).filter(is_feed) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let output = Command::new(me).arg("read").arg(&path).stderr(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{name} ended the reader");
        let said = String::from_utf8(output.stdout).unwrap();
        let (seconds, peak) = said.trim().split_once(' ').unwrap();
        let (seconds, peak): (f64, f64) = (seconds.parse().unwrap(), peak.parse().unwrap());
        n += 1;
        if seconds > slowest.0 {
            slowest = (seconds, name.clone());
        }
        if peak > largest.0 {
            largest = (peak, name);
        }
    }
    println!(
        "{n} hostile feeds: slowest {:.3} s ({}), largest {:.1} MB ({})",
        slowest.0, slowest.1, largest.0, largest.1
    );
}

fn read_one(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    // The edge reads no more.
    let bytes = &bytes[..bytes.len().min(5 * 1024 * 1024)];
    let began = Instant::now();
    // Whether it is a feed is not the question.
    let _ = cco_news::gather::read_feed(bytes, None, "https://example.ca/feed");
    println!("{} {}", began.elapsed().as_secs_f64(), peak_megabytes());
}

/// One round of ours in an empty folder: stories, seconds, and the peak of resident memory in MB.
fn ours(address: &str, folder: &Path, n_feeds: usize) {
    let mut sources = String::new();
    for n in 0..n_feeds {
        writeln!(
            sources,
            "[[feed]]\nid = \"f{n}\"\npair = \"none\"\nallow_private = true\nen = \"http://{address}/{n}.xml\""
        )
        .unwrap();
    }
    let sources: Sources = toml_edit::de::from_str(&sources).unwrap();
    let newsletter: Newsletter = toml_edit::de::from_str(NEWSLETTER).unwrap();
    let nothing = BTreeSet::new();
    let reading = Reading {
        sources: &sources,
        newsletter: &newsletter,
        root: folder,
        before: None,
        kept: &nothing,
        refresh: &nothing,
        now: now(),
        send_at: now(),
        progress: &|_, _, _| {},
    };
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let http = Http::new(&folder.join("cache"), "https://example.ca/", None, false).unwrap();
    let harvest = runtime.block_on(gather(&http, &reading)).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert!(harvest.silent.is_empty(), "{:?}", harvest.silent.first());
    println!("{} {seconds} {}", harvest.stories.len(), peak_megabytes());
}

/// As the kernel counts it; 0 where it does not say.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// Seconds of feedparser over the files of a folder; none when it cannot be had.
fn feedparser(folder: &Path) -> Option<f64> {
    const PROGRAM: &str = "import feedparser, glob, sys, time\n\
        files = sorted(glob.glob(sys.argv[1] + '/*.xml'))\n\
        began = time.perf_counter()\n\
        n = sum(len(feedparser.parse(open(file, 'rb').read()).entries) for file in files)\n\
        print(n, time.perf_counter() - began)\n";
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-venv");
    let python = venv.join("bin/python");
    let run = |command: &mut Command| command.stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !run(Command::new(&python).args(["-c", "import feedparser"]).stderr(Stdio::null())) {
        println!("installing feedparser into target/bench-venv");
        let made = run(Command::new("python3").arg("-m").arg("venv").arg(&venv))
            && run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "feedparser"]));
        if !made {
            return None;
        }
    }
    let mut best = None;
    for _ in 0..ROUNDS {
        let output = Command::new(&python).args(["-c", PROGRAM]).arg(folder).output().ok()?;
        let said = String::from_utf8(output.stdout).ok()?;
        let (n, seconds) = said.trim().split_once(' ')?;
        assert_eq!(n.parse(), Ok(FEEDS * ITEMS), "feedparser reads all items");
        let seconds: f64 = seconds.parse().ok()?;
        best = Some(best.map_or(seconds, |best: f64| best.min(seconds)));
    }
    best
}

/// Answers every request with the file that it names, one connection at a time, until it is killed.
fn serve(folder: &Path) {
    let files: BTreeMap<String, Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (format!("/{}", entry.file_name().to_string_lossy()), std::fs::read(entry.path()).unwrap()))
        .collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    for stream in listener.incoming() {
        // A client that closes early is its own business.
        let _ = answer(&mut stream.unwrap(), &files);
    }
}

fn answer(stream: &mut TcpStream, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            n => head.extend_from_slice(&buffer[..n]),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let body = files.get(head.split(' ').nth(1).unwrap_or_default()).map(Vec::as_slice).unwrap_or_default();
    let n = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {n}\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(body)
}

/// A feed as departments write them: a title, a teaser, and a body of some paragraphs with links and a list.
fn feed(n: usize) -> String {
    let mut dice = Dice(u64::try_from(n).unwrap());
    let is_atom = n % 2 == 1;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(if is_atom {
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>News</title><id>urn:news</id>"
    } else {
        "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>News</title>"
    });
    for item in 0..ITEMS {
        let title = format!("{} {n}-{item}", dice.words(9));
        let url = format!("https://www.example.ca/en/{n}/{item}.html");
        let teaser = dice.words(35);
        let body = format!(
            "<p>{} <a href=\"/more/{item}\">{}</a>.</p><p><strong>{}</strong> {}</p><ul><li>{}</li><li>{}</li></ul><p>{}</p>",
            dice.words(60),
            dice.words(4),
            dice.words(3),
            dice.words(50),
            dice.words(10),
            dice.words(12),
            dice.words(40)
        );
        let body = body.replace('&', "&amp;").replace('<', "&lt;");
        let at = now().saturating_sub(SignedDuration::from_mins(i64::try_from(item * 400 + n).unwrap())).unwrap();
        if is_atom {
            write!(out, "<entry><title>{title}</title><link href=\"{url}\"/><id>{url}</id><published>{at}</published><updated>{at}</updated><summary>{teaser}</summary><content type=\"html\">{body}</content></entry>").unwrap();
        } else {
            let at = jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
            write!(out, "<item><title>{title}</title><link>{url}</link><guid isPermaLink=\"true\">{url}</guid><pubDate>{at}</pubDate><description>{teaser}</description><content:encoded>{body}</content:encoded></item>").unwrap();
        }
    }
    out.push_str(if is_atom { "</feed>" } else { "</channel></rss>" });
    out
}

fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn megabytes(bytes: usize) -> f64 {
    as_float(bytes) / 1_000_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a figure for a person")]
fn as_float(n: usize) -> f64 {
    n as f64
}
