//! A mail server of our own on loopback, for rehearsals: it keeps nothing but who was sent what, and accepts, defers
//! and refuses in the proportion that real lists show. Nothing leaves the machine.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// Of a thousand recipients: greylisted at the first try, refused since the address is dead, refused since it is full.
const DEFERRED_PER_MILLE: u16 = 80;
const DEAD_PER_MILLE: u16 = 12;
const FULL_PER_MILLE: u16 = 3;
/// A command line; RFC 5321 4.5.3.1.4 allows 512.
const LINE_BYTES_MAX: u64 = 4096;

/// What the sink has seen of one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How often it was offered.
    pub tries: u32,
    /// How often it was taken: more than once is a duplicate.
    pub taken: u32,
}

/// A mail server that is not one.
#[derive(Debug, Clone)]
pub struct Sink {
    port: u16,
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
}

impl Sink {
    /// Begins to listen on a port that the system gives; it ends with the runtime.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port on loopback")?;
        let sink = Self { port: listener.local_addr()?.port(), seen: Arc::default() };
        let server = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                // Latency on loopback is not the network's: Nagle would be measured.
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    let (input, output) = stream.into_split();
                    // A client that goes away ends its task, which says nothing.
                    let _ = server.speak(BufReader::new(input), output).await;
                });
            }
        });
        Ok(sink)
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Who was offered, and who was taken.
    pub fn seen(&self) -> BTreeMap<String, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn speak(
        &self,
        mut input: BufReader<impl AsyncRead + Unpin>,
        mut output: impl AsyncWrite + Unpin,
    ) -> std::io::Result<()> {
        output.write_all(b"220 rehearsal.invalid\r\n").await?;
        let mut to: Option<String> = None;
        loop {
            let mut line = Vec::new();
            if (&mut input).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await? == 0 {
                return Ok(());
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let reply = match line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase().as_str() {
                "EHLO" => "250-rehearsal.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8",
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or("").to_owned();
                    let reply = self.answer(&address);
                    to = reply.is_none().then_some(address);
                    reply.unwrap_or("250 2.1.5 ok")
                }
                "DATA" if to.is_none() => "503 5.5.1 no recipient",
                "DATA" => {
                    output.write_all(b"354 go\r\n").await?;
                    body(&mut input).await?;
                    if let Some(address) = to.take() {
                        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                        seen.entry(address).or_default().taken += 1;
                    }
                    "250 2.0.0 queued"
                }
                "QUIT" => {
                    output.write_all(b"221 2.0.0 bye\r\n").await?;
                    return Ok(());
                }
                "MAIL" | "RSET" | "NOOP" => "250 2.0.0 ok",
                _ => "500 5.5.1 what",
            };
            output.write_all(format!("{reply}\r\n").as_bytes()).await?;
        }
    }

    /// What is said to a recipient; none: taken. The same address gets the same answer in every rehearsal.
    fn answer(&self, address: &str) -> Option<&'static str> {
        let hash = Sha256::digest(address.as_bytes());
        let lot = u16::from_be_bytes([hash[0], hash[1]]) % 1_000;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(address.to_owned()).or_default();
        seen.tries += 1;
        if lot < DEAD_PER_MILLE {
            Some("550 5.1.1 no such user")
        } else if lot < DEAD_PER_MILLE + FULL_PER_MILLE {
            Some("552 5.2.2 mailbox full")
        } else if lot < DEAD_PER_MILLE + FULL_PER_MILLE + DEFERRED_PER_MILLE && seen.tries == 1 {
            Some("450 4.7.1 greylisted, try again")
        } else {
            None
        }
    }
}

/// Reads a body up to its lone dot.
async fn body(input: &mut BufReader<impl AsyncRead + Unpin>) -> std::io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line of a message is short; a longer piece only means another turn.
        if input.take(64 * 1024).read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(());
        }
    }
}
