//! A small mail server on loopback, steered by the recipient's address: `defer1@`, `drop-after-dot2@`… Everything it
//! takes responsibility for is counted, whether it says so or not.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cco_news::mail::{Settings, Smtp, Timers};
use cco_news::model::{Delivering, Tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How it behaves whoever the recipient is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// Lines of its EHLO reply.
    pub(crate) offers: Vec<&'static str>,
    /// Said instead of `220`; empty: it never greets.
    pub(crate) greeting: Option<&'static str>,
    /// Said to MAIL instead of `250`.
    pub(crate) mail: Option<&'static str>,
    /// Said to AUTH instead of `235`.
    pub(crate) auth: Option<&'static str>,
    /// Closes the connection, saying nothing, after so many messages.
    pub(crate) closes_after: Option<usize>,
    /// Speaks TLS: from the first byte, or when asked by STARTTLS.
    pub(crate) tls: Option<When>,
    /// Says this in the clear together with its reply to STARTTLS.
    pub(crate) slips_in: &'static str,
    /// Replies come in single bytes.
    pub(crate) is_slow_speaker: bool,
    /// The one token that XOAUTH2 is to bring, for the user `news`.
    pub(crate) token: Option<&'static str>,
    /// Connections open at once; more are told to go.
    pub(crate) connections_max: Option<usize>,
    /// Called at each dot, before it is answered, with the Message-ID.
    pub(crate) at_dot: Option<AtDot>,
}

/// See [`Manner::at_dot`].
#[derive(Clone)]
pub(crate) struct AtDot(pub(crate) Arc<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for AtDot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AtDot")
    }
}

/// The authority of the tests.
pub(crate) const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");
/// A certificate that is no authority.
pub(crate) const NO_AUTHORITY: &[u8] = include_bytes!("tls/relay.pem");

/// When TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    First,
    Starttls,
}

#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    n_connections: Arc<AtomicUsize>,
    n_open: Arc<AtomicUsize>,
    /// While true, whoever connects is dropped, and whoever is connected as soon as they speak.
    pub(crate) is_away: Arc<AtomicBool>,
    greylisted: Arc<Mutex<BTreeSet<String>>>,
}

/// A message it took.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) to: String,
    pub(crate) message_id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Relay {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self {
            port: listener.local_addr().unwrap().port(),
            taken: Arc::default(),
            n_connections: Arc::default(),
            n_open: Arc::default(),
            is_away: Arc::default(),
            greylisted: Arc::default(),
        };
        let server = relay.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                server.n_connections.fetch_add(1, Ordering::SeqCst);
                let (server, manner) = (server.clone(), manner.clone());
                // A client that goes away ends its thread with an error, which says nothing.
                thread::spawn(move || {
                    let n_open = server.n_open.fetch_add(1, Ordering::SeqCst);
                    if !server.is_away.load(Ordering::SeqCst) {
                        let is_too_many = manner.connections_max.is_some_and(|most| n_open >= most);
                        let greeting =
                            if is_too_many { Some("421 4.7.0 too many connections") } else { manner.greeting };
                        let _ = server.serve(stream, &Manner { greeting, ..manner });
                    }
                    server.n_open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        relay
    }

    pub(crate) fn pipelining() -> Self {
        Self::start(Manner { offers: vec!["PIPELINING", "8BITMIME"], ..Manner::default() })
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    pub(crate) fn n_connections(&self) -> usize {
        self.n_connections.load(Ordering::SeqCst)
    }

    /// How often each recipient's copy was taken.
    pub(crate) fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for taken in self.taken() {
            *times.entry(taken.to).or_default() += 1;
        }
        times
    }

    /// The way out to it, with timers short enough for a test.
    pub(crate) fn smtp(&self) -> Smtp {
        self.smtp_with("", 100)
    }

    pub(crate) fn smtp_with(&self, user: &str, messages_per_connection: u32) -> Smtp {
        let delivering = Delivering { messages_per_connection, ..Delivering::default() };
        let url = format!("smtp://{user}127.0.0.1:{}", self.port);
        Self::quick(Settings::parse(&url, &delivering, None, None).unwrap())
    }

    /// The way out to it for the user `news`, whose token is this.
    pub(crate) fn smtp_token(&self, token: &'static str) -> Smtp {
        let url = format!("smtp://news@127.0.0.1:{}", self.port);
        let mut settings = Settings::parse(&url, &Delivering::default(), None, None).unwrap();
        settings.token = Some(Arc::new(move || Ok(token.to_owned())));
        Self::quick(settings)
    }

    /// The way out to it under TLS, trusting this authority alone.
    pub(crate) fn smtp_tls(&self, scheme: &str, authority: &[u8]) -> Smtp {
        let delivering = Delivering { tls: Tls::Pinned, ..Delivering::default() };
        let url = format!("{scheme}://user:secret@localhost:{}", self.port);
        Self::quick(Settings::parse(&url, &delivering, Some(authority.to_vec()), None).unwrap())
    }

    fn quick(mut settings: Settings) -> Smtp {
        let wait = Duration::from_millis(400);
        settings.timers = Timers {
            connect: wait,
            greeting: wait,
            envelope: wait,
            data: wait,
            block: wait,
            dot: wait,
            reconnect: Duration::from_millis(1),
        };
        Smtp::new(settings).unwrap()
    }

    fn serve(&self, stream: TcpStream, manner: &Manner) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        if manner.tls == Some(When::First) {
            return self.encrypted(stream, manner);
        }
        let mut talk = Talk { lines: BufReader::new(Plain(stream.try_clone()?)), manner: manner.clone() };
        if self.speak(&mut talk, false)? { self.encrypted(stream, manner) } else { Ok(()) }
    }

    fn encrypted(&self, stream: TcpStream, manner: &Manner) -> std::io::Result<()> {
        let server = rustls::ServerConnection::new(tls_config()).unwrap();
        let lines = BufReader::new(rustls::StreamOwned::new(server, stream));
        let mut talk = Talk { lines, manner: manner.clone() };
        self.speak(&mut talk, manner.tls == Some(When::Starttls)).map(|_| ())
    }

    /// Speaks until the end, or until TLS is to begin: then it says so.
    fn speak<S: Read + Write>(&self, talk: &mut Talk<S>, is_greeted: bool) -> std::io::Result<bool> {
        let manner = talk.manner.clone();
        match manner.greeting {
            _ if is_greeted => {}
            Some("") => thread::sleep(Duration::from_secs(3)),
            greeting => talk.say(greeting.unwrap_or("220 relay.example"))?,
        }
        let (mut to, mut n_served) = (String::new(), 0);
        loop {
            let Some(command) = talk.hear()? else { return Ok(false) };
            if self.is_away.load(Ordering::SeqCst) {
                return Ok(false);
            }
            match command.split([' ', ':']).next().unwrap_or("").to_uppercase().as_str() {
                "EHLO" => {
                    manner.offers.iter().try_for_each(|offer| talk.say(&format!("250-{offer}")))?;
                    talk.say("250 relay.example")?;
                }
                "AUTH" => {
                    let bearer = manner.token.map(|token| format!("user=news\x01auth=Bearer {token}\x01\x01"));
                    let wanted = bearer.map(|bearer| data_encoding::BASE64.encode(bearer.as_bytes()));
                    if wanted.is_some_and(|wanted| command != format!("AUTH XOAUTH2 {wanted}")) {
                        talk.say("334 eyJzdGF0dXMiOiI0MDEifQ==")?;
                        assert_eq!(talk.hear()?.as_deref(), Some(""), "an empty line answers the challenge");
                        talk.say("535 5.7.8 no such token")?;
                    } else {
                        talk.say(manner.auth.unwrap_or("235 2.7.0 welcome"))?;
                    }
                }
                "MAIL" => talk.say(manner.mail.unwrap_or("250 2.1.0 ok"))?,
                "RCPT" => {
                    command.split(['<', '>']).nth(1).unwrap_or("").clone_into(&mut to);
                    match steer(&to) {
                        "grey" if self.greylisted.lock().unwrap().insert(to.clone()) => {
                            to.clear();
                            talk.say("450 4.2.0 greylisted")?;
                        }
                        "defer" => talk.say("450 4.2.0 later")?,
                        "less" => return talk.say("421 4.7.0 less, please").map(|()| false),
                        "full" => talk.say("552 5.2.2 mailbox full")?,
                        "endless" => {
                            // The client hangs up when it has heard enough.
                            while talk.lines.get_mut().write_all(&[b'x'; 4096]).is_ok() {}
                            return Ok(false);
                        }
                        "refuse" => talk.say(&format!("550 5.1.1 <{to}> unknown"))?,
                        "refuse-but-ask" => talk.say("550 5.1.1 unknown")?,
                        "policy" => talk.say("550 5.7.1 we do not like you")?,
                        "drop-before-data" => return Ok(false),
                        "421" => return talk.say("421 4.3.2 going").map(|()| false),
                        _ => talk.say("250 2.1.5 ok")?,
                    }
                }
                "DATA" => {
                    if !self.take(talk, &to)? {
                        return Ok(false);
                    }
                    n_served += 1;
                    if manner.closes_after == Some(n_served) {
                        return Ok(false);
                    }
                }
                "RSET" => talk.say("250 2.0.0 ok")?,
                "STARTTLS" => {
                    talk.lines.get_mut().write_all(format!("220 2.0.0 go\r\n{}", manner.slips_in).as_bytes())?;
                    return Ok(true);
                }
                "QUIT" => return talk.say("221 2.0.0 bye").map(|()| false),
                _ => talk.say("500 5.5.1 what")?,
            }
        }
    }

    /// DATA and what follows; says whether the connection goes on.
    fn take<S: Read + Write>(&self, talk: &mut Talk<S>, to: &str) -> std::io::Result<bool> {
        match steer(to) {
            "" | "defer" | "refuse" | "policy" | "full" => return talk.say("503 5.5.1 no recipient").map(|()| true),
            "250-to-data" => return talk.say("250 what").map(|()| true),
            "drop-in-data" => {
                talk.say("354 go")?;
                return talk.hear().map(|_| false);
            }
            "stall-in-data" => {
                // The link is down in mid-body: nothing more is read, and nobody says so.
                talk.say("354 go")?;
                thread::sleep(Duration::from_secs(3));
                return Ok(false);
            }
            _ => talk.say("354 go")?,
        }
        let bytes = talk.body()?;
        let long = format!("250 {}", "x".repeat(2000));
        let say = match steer(to) {
            "refuse-but-ask" => {
                assert!(bytes.is_empty(), "a refused recipient's body is a lone dot");
                return talk.say("554 5.5.1 no recipient").map(|()| true);
            }
            "421-to-dot" => return talk.say("421 4.3.2 going").map(|()| false),
            "451-to-dot" => return talk.say("451 4.3.0 later").map(|()| true),
            "554-to-dot" => return talk.say("554 5.6.0 no").map(|()| true),
            "354-to-dot" => return talk.say("354 more").map(|()| true),
            "drop-after-dot" | "endless-dot" | "silent" => "",
            "bare" => "250",
            "long" => &long,
            "odd" => "596 what",
            "mixed" => "250-one\r\n451 two",
            "latin" => "250 accept\u{E9}",
            _ => "250 2.0.0 queued",
        };
        let text = String::from_utf8_lossy(&bytes);
        if let Some(AtDot(look)) = &talk.manner.at_dot {
            look(text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or(""));
        }
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or("").to_owned();
        self.taken.lock().unwrap().push(Taken { to: to.to_owned(), message_id: id, bytes });
        match steer(to) {
            "drop-after-dot" => Ok(false),
            "endless-dot" => {
                while talk.lines.get_mut().write_all(&[b'x'; 4096]).is_ok() {}
                Ok(false)
            }
            "silent" => {
                thread::sleep(Duration::from_secs(3));
                Ok(false)
            }
            _ => talk.say(say).map(|()| true),
        }
    }
}

/// TLS with the certificate of `localhost`, of an authority that nobody trusts.
fn tls_config() -> Arc<rustls::ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(NO_AUTHORITY).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/relay.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

/// A connection, from the server's side.
struct Talk<S: Read> {
    lines: BufReader<S>,
    manner: Manner,
}

/// A stream in the clear; dropping it leaves the connection open for TLS.
struct Plain(TcpStream);

impl Read for Plain {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl<S: Read + Write> Talk<S> {
    /// Says a line, in Latin-1.
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        let mut bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
        bytes.extend(b"\r\n");
        if self.manner.is_slow_speaker {
            bytes.iter().try_for_each(|byte| self.lines.get_mut().write_all(&[*byte]))
        } else {
            self.lines.get_mut().write_all(&bytes)
        }
    }

    fn hear(&mut self) -> std::io::Result<Option<String>> {
        let mut line = Vec::new();
        let n_bytes = self.lines.read_until(b'\n', &mut line)?;
        Ok((n_bytes > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
    }

    /// A body up to the lone dot, with its dots unstuffed.
    fn body(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if self.lines.read_until(b'\n', &mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok(bytes);
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}

/// The word by which it is steered: before the digits, and after a `_`, so that a test can choose the order.
fn steer(to: &str) -> &str {
    let local = to.split('@').next().unwrap_or("");
    let local = local.rsplit('_').next().unwrap_or(local);
    local.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.')
}
