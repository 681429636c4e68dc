//! What `send` is measured beside: Postfix's own load generator, mailers that applications use, and the sink that all of
//! them send to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;

/// Postfix's tools lie here when they are in no PATH.
const POSTFIX: &str = "/usr/sbin";
/// How long signatures are counted.
const SIGNING: Duration = Duration::from_secs(3);

const NODEMAILER: &str = r#"
const [port, count, size, connections] = process.argv.slice(1).map(Number);
const mailer = require("nodemailer").createTransport(
  { host: "127.0.0.1", port, pool: true, maxConnections: connections, maxMessages: Infinity, ignoreTLS: true });
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

/// The body is made once, as an application would that cares for speed; each thread keeps its connection.
const SMTPLIB: &str = r#"
import smtplib, sys, threading, time
from email.message import EmailMessage
port, count, size, connections = map(int, sys.argv[1:])
line = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod.\r\n"
message = EmailMessage()
message["From"], message["Subject"] = "news@example.ca", "CCO News"
message.set_content(line * (size // 6 // len(line)))
message.add_alternative("<p>" + line * (size * 5 // 6 // len(line)) + "</p>", subtype="html")
shared = message.as_bytes()
def send(first):
    with smtplib.SMTP("127.0.0.1", port) as relay:
        for n in range(first, count, connections):
            to = f"reader{n}@example.ca"
            relay.sendmail("news@example.ca", [to], f"To: {to}\r\n".encode() + shared)
threads = [threading.Thread(target=send, args=(n,)) for n in range(connections)]
began = time.perf_counter()
for thread in threads: thread.start()
for thread in threads: thread.join()
print(time.perf_counter() - began)
"#;

/// So many messages of such a size, on so many connections.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) n_messages: usize,
    pub(crate) bytes: usize,
    pub(crate) n_connections: u32,
}

/// Postfix's sink; it ends with its value.
pub(crate) struct Sink {
    pub(crate) port: u16,
    n_messages: Arc<AtomicU64>,
    child: Child,
}

impl Sink {
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = tool("smtp-sink");
        command.args(arguments).args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1000"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let n_messages = Arc::new(AtomicU64::new(0));
        let (mut said, count) = (child.stdout.take()?, Arc::clone(&n_messages));
        // With `-c` it says how many it has, over and over.
        std::thread::spawn(move || {
            let (mut line, mut block) = (String::new(), [0; 4096]);
            while let Ok(n_bytes @ 1..) = said.read(&mut block) {
                line.push_str(&String::from_utf8_lossy(&block[..n_bytes]));
                let Some((whole, rest)) = line.rsplit_once('\r') else { continue };
                if let Some(n) = whole.rsplit("mesg=").next().and_then(|n| n.trim().parse().ok()) {
                    count.store(n, Ordering::SeqCst);
                }
                line = rest.to_owned();
            }
        });
        let sink = Self { port, n_messages, child };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(sink);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// How many messages it has, once that no longer changes.
    pub(crate) fn count(&self) -> u64 {
        let mut before = u64::MAX;
        while before != self.n_messages.load(Ordering::SeqCst) {
            before = self.n_messages.load(Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(300));
        }
        before
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

pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}

/// Folders of the bench lie on the disk on which a ledger would.
pub(crate) fn folder() -> tempfile::TempDir {
    std::fs::create_dir_all(target()).unwrap();
    tempfile::tempdir_in(target()).unwrap()
}

/// Milliseconds of one wait for the disk, the median.
pub(crate) fn fsync_ms() -> f64 {
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

/// Messages a second of Postfix's load generator, each connection used again.
pub(crate) fn smtp_source(port: u16, load: Load) -> f64 {
    let [size, count, connections] =
        [load.bytes.to_string(), load.n_messages.to_string(), load.n_connections.to_string()];
    let mut command = tool("smtp-source");
    command.args(["-d", "-s", &connections, "-l", &size, "-m", &count]);
    command.args(["-f", "news@example.ca", "-t", "reader@example.ca", &format!("127.0.0.1:{port}")]);
    let began = Instant::now();
    assert!(command.status().unwrap().success());
    rate(load.n_messages, began.elapsed().as_secs_f64())
}

/// nodemailer's pool; none where it cannot be had.
pub(crate) fn nodemailer(port: u16, load: Load) -> Option<f64> {
    let folder = target().join("bench-npm");
    if !folder.join("node_modules/nodemailer").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = Command::new("npm").args(["install", "--prefix"]).arg(&folder).arg("nodemailer").output().ok()?;
        npm.status.success().then_some(())?;
    }
    let mut node = Command::new("node");
    node.env("NODE_PATH", folder.join("node_modules")).args(["-e", NODEMAILER]);
    seconds(node, port, load)
}

/// Python's own; none where there is no Python.
pub(crate) fn smtplib(port: u16, load: Load) -> Option<f64> {
    let mut python = Command::new("python3");
    python.args(["-c", SMTPLIB]);
    seconds(python, port, load)
}

fn seconds(mut command: Command, port: u16, load: Load) -> Option<f64> {
    let words = [port.to_string(), load.n_messages.to_string(), load.bytes.to_string(), load.n_connections.to_string()];
    let output = command.args(words).output().ok()?;
    let seconds: f64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(rate(load.n_messages, seconds))
}

#[expect(clippy::cast_precision_loss, reason = "a count of messages")]
fn rate(n_messages: usize, seconds: f64) -> f64 {
    n_messages as f64 / seconds
}

fn n_cores() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

/// Signatures a second of openssl by all cores at once.
pub(crate) fn openssl() -> Option<f64> {
    let all = n_cores().to_string();
    let output = Command::new("openssl")
        .args(["speed", "-elapsed", "-multi", &all, "-seconds", &SIGNING.as_secs().to_string(), "rsa2048"])
        .output()
        .ok()?;
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().rfind(|line| line.starts_with("rsa 2048 bits"))?;
    line.split_whitespace().rev().nth(1)?.parse().ok()
}

/// The same of ring, with which we sign.
pub(crate) fn ring(pem: &[u8]) -> f64 {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let n_signed = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..n_cores() {
            scope.spawn(|| {
                let mut signature = vec![0; pair.public().modulus_len()];
                let (began, mut n) = (Instant::now(), 0);
                while began.elapsed() < SIGNING {
                    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), b"a copy", &mut signature).unwrap();
                    n += 1;
                }
                *n_signed.lock().unwrap() += n;
            });
        }
    });
    rate(n_signed.into_inner().unwrap(), SIGNING.as_secs_f64())
}

/// A port that leads to another with half the round trip each way.
pub(crate) fn delayed(port: u16, round_trip: Duration) -> u16 {
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
                        if give.send((Instant::now() + round_trip / 2, block[..n_bytes].to_vec())).is_err() {
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
