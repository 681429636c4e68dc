//! What we promise of `serve`: 2,000 requests a second, of which a tenth change something, with 99 in 100 answered within
//! 20 ms, over 100,000 subscribers in SQLite on this disk. A request's time begins when it was due, so that one that had to
//! wait for another counts as slow.
//!
//! `cargo bench --bench serve`, or `-- --wrk FILE` to write requests for wrk and serve: see `serve.lua`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cco_news::compose::Templates;
use cco_news::ledger::Ledger;
use cco_news::mail::{Mailer, Memory};
use cco_news::model::Newsletter;
use cco_news::send::import::take_in;
use cco_news::send::{LinkTo, Secrets};
use cco_news::web::listen;
use cco_news::web::serve::{Parts, Serve};
use jiff::Timestamp;
use tokio::sync::watch;

const PEOPLE: u32 = 100_000;
const PER_SECOND: u32 = 2_000;
const CLIENTS: u32 = 16;
const SECONDS: u32 = 15;
const MILLIS_MAX: f64 = 20.0;
/// One request in so many changes something.
const EVERY_NTH_CHANGES: u32 = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut newsletter: Newsletter = toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap();
    newsletter.serve.url = Some("https://news.example.ca/".to_owned());
    let now: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
    let ledger = Ledger::open(&folder.path().join("state")).unwrap();
    let rows = (0..PEOPLE).fold("email,language\n".to_owned(), |rows, n| rows + &format!("reader{n}@example.ca,en\n"));
    take_in(&ledger, &newsletter, (rows.as_bytes(), "list.csv"), "bench", now).unwrap();
    let secrets = Secrets::open(&ledger).unwrap();
    let serve = Serve::new(Parts {
        ledger,
        secrets: secrets.clone(),
        newsletter,
        templates: Templates::load(None).unwrap(),
        public: folder.path().join("public"),
        mailer: Mailer::Memory(Memory::new()),
        keys: Vec::new(),
        clock: Arc::new(move || now),
    })
    .unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = watch::channel(false);
    let server = std::thread::spawn(move || {
        // As the command does: one thread.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            listen::serve(listener, serve.router(), None, stopped).await;
        });
    });
    let address = told.recv().unwrap();
    let mut arguments = std::env::args().skip_while(|argument| argument != "--wrk");
    if let Some(file) = arguments.nth(1) {
        write_requests(&file, &secrets, now);
        println!("requests are in {file}; serving at http://{address} until this is ended");
        server.join().unwrap();
        return;
    }
    let began = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let secrets = secrets.clone();
            std::thread::spawn(move || ask(client, address, &secrets, now, began))
        })
        .collect();
    let mut times: Vec<f64> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let seconds = began.elapsed().as_secs_f64();
    stop.send(true).unwrap();
    server.join().unwrap();
    times.sort_by(f64::total_cmp);
    let of_hundred = |n: usize| times[(times.len() * n / 100).min(times.len() - 1)];
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let per_second = times.len() as f64 / seconds;
    let p99 = of_hundred(99);
    let verdict = if p99 <= MILLIS_MAX && per_second >= f64::from(PER_SECOND) * 0.95 { "met" } else { "missed" };
    println!(
        "{per_second:.0} requests/s, one in {EVERY_NTH_CHANGES} a change: half within {:.2} ms, 99 in 100 within {p99:.2} ms \
         (target {MILLIS_MAX} ms at {PER_SECOND}/s: {verdict})",
        of_hundred(50)
    );
}

/// Writes a request of each of 30,000 people, one in ten of them a change.
fn write_requests(file: &str, secrets: &Secrets, now: Timestamp) {
    let line = |person: u32| {
        let link = |to| secrets.link("cco-news", to, i64::from(person), now);
        if person.is_multiple_of(EVERY_NTH_CHANGES) {
            format!("POST /en/unsubscribe/{}\n", link(LinkTo::Leave))
        } else {
            format!("GET /fr/preferences/{}\n", link(LinkTo::Preferences))
        }
    };
    std::fs::write(file, (1..=30_000).map(line).collect::<String>()).unwrap();
}

/// Asks at its times, on one connection, and gives how long each answer took, in milliseconds.
fn ask(client: u32, address: SocketAddr, secrets: &Secrets, now: Timestamp, began: Instant) -> Vec<f64> {
    let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
    stream.get_ref().set_nodelay(true).unwrap();
    let n_requests = PER_SECOND * SECONDS / CLIENTS;
    let mut times = Vec::new();
    for n in 0..n_requests {
        let turn = n * CLIENTS + client;
        let due = began + Duration::from_secs(1) * turn / PER_SECOND;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let person = i64::from(turn.wrapping_mul(2_654_435_761) % PEOPLE) + 1;
        let link = |to| secrets.link("cco-news", to, person, now);
        let request = if n % EVERY_NTH_CHANGES == 0 {
            let body = "List-Unsubscribe=One-Click";
            let path = format!("/en/unsubscribe/{}", link(LinkTo::Leave));
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        } else {
            format!("GET /fr/preferences/{} HTTP/1.1\r\nHost: x\r\n\r\n", link(LinkTo::Preferences))
        };
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        answer(&mut stream);
        times.push(due.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

fn answer(stream: &mut BufReader<TcpStream>) {
    let mut line = String::new();
    let mut length = 0;
    stream.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    stream.read_exact(&mut vec![0; length]).unwrap();
}
