//! IMAP (RFC 3501), as much as reading a mailbox needs: signing in, looking for what is new, fetching its first
//! bytes, and moving what was handled (RFC 6851). Nothing is ever deleted or marked.
//!
//! Decided: our own, and no library (DESIGN 7 would allow async-imap). Eight commands are needed. A client for everything
//! takes whatever a server sends, while here each line, each mail and each wait has a limit; it is asynchronous, while a
//! mailbox is read one mail after another; and it would be one more parser of what others write. What it would save is the
//! parsing of answers. `tests/it/imap.rs` holds it against a real Dovecot.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use data_encoding::BASE64;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use url::Url;

use super::MAIL_BYTES_MAX;

/// For a connection, an answer, or the next bytes of one.
const WAIT: Duration = Duration::from_mins(1);
/// For all of it: whoever sends a byte a minute is let go. What is left is read the next time.
const TIME_MAX: Duration = Duration::from_mins(30);
/// A line of an answer. The numbers of a hundred thousand mails are under 1 MiB.
const LINE_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Lines of one answer: a folder that many programs watch has notes about each mail.
const LINES_MAX: usize = 200_000;
/// Mails fetched by one command: each may hold 1 MiB of memory.
const BATCH: usize = 16;
/// Mails read in one run; the others are read in the next.
const MAILS_MAX: usize = 10_000;

/// A mailbox on a server. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Imap {
    /// The server's name, as its certificate says it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS comes before the first word (`imaps`).
    pub is_implicit_tls: bool,
    /// Who we are to it.
    pub user: String,
    /// The password, or the access token.
    pub secret: Secret,
    /// The folder that is read.
    pub folder: String,
    /// The folder into which what was handled is moved.
    pub handled: String,
    /// The one authority whose certificate is taken, as PEM; none: those that the system trusts.
    pub ca_pem: Option<Vec<u8>>,
}

/// With what one signs in.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// AUTHENTICATE PLAIN (RFC 4616).
    Password(String),
    /// XOAUTH2, as Microsoft 365 and Google ask for it.
    Token(String),
}

impl std::fmt::Debug for Imap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "imap://{}:{}/{}", self.host, self.port, self.folder)
    }
}

/// How far a mailbox was read: its numbers hold only as long as its validity (RFC 3501 2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The validity of the numbers.
    pub validity: u32,
    /// The last mail that was read.
    pub uid: u32,
}

impl Imap {
    /// Reads `imaps://user@host/folder`; `secret` comes from elsewhere unless the address has a password. The address
    /// itself is never shown: it may hold one.
    pub fn parse(url: &str, secret: Option<Secret>) -> Result<Self> {
        let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "imap" | "imaps"));
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
            bail!(words!(
                "the address of the mailbox is not one: write `imaps://user@server.example/INBOX`",
                "l'adresse de la boîte n'en est pas une : écrivez `imaps://utilisateur@serveur.example/INBOX`"
            ));
        };
        let user = super::decoded(url.username())?;
        let given = url.password().map(super::decoded).transpose()?.map(Secret::Password);
        let Some(secret) = secret.or(given).filter(|_| !user.is_empty()) else {
            bail!(words!(
                "the mailbox needs a user and a password: a user in its address, and `password_command`, `password_file` or `token_command` under `[mailbox]`",
                "la boîte demande un utilisateur et un mot de passe : un utilisateur dans son adresse, et `password_command`, `password_file` ou `token_command` sous `[mailbox]`"
            ));
        };
        let is_implicit_tls = url.scheme() == "imaps";
        let folder = super::decoded(url.path().trim_matches('/'))?;
        let imap = Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(if is_implicit_tls { 993 } else { 143 }),
            is_implicit_tls,
            user,
            secret,
            folder: if folder.is_empty() { "INBOX".to_owned() } else { folder },
            handled: "Handled".to_owned(),
            ca_pem: None,
        };
        quoted(&imap.folder)?;
        Ok(imap)
    }

    /// A name for the mailbox that holds no secret: what the ledger keeps its mark under.
    pub fn name(&self) -> String {
        format!("imap {}@{}:{}/{}", self.user, self.host, self.port, self.folder)
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// A folder's name as a quoted string.
fn quoted(folder: &str) -> Result<String> {
    if !folder.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        let shown = folder.escape_debug();
        bail!(words!(
            "the folder `{shown}` of the mailbox has letters beyond ASCII: give it another name",
            "le dossier `{shown}` de la boîte contient des lettres hors de l'ASCII : donnez-lui un autre nom"
        ));
    }
    Ok(format!("\"{}\"", folder.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A connection of which a folder is open.
pub(super) struct Session<'a> {
    imap: &'a Imap,
    wire: BufReader<Wire>,
    began: Instant,
    n_commands: u32,
    can_move: bool,
    pub(super) validity: u32,
}

enum Wire {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    /// While one becomes the other.
    Gone,
}

impl Read for Wire {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(out),
            Self::Tls(stream) => stream.read(out),
            Self::Gone => Ok(0),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
            Self::Gone => Ok(()),
        }
    }
}

/// One line of an answer, with the bytes that it announced at its end (`{123}`), and the line after them.
#[derive(Debug, Default)]
struct Line {
    text: String,
    literal: Vec<u8>,
    after: String,
}

impl<'a> Session<'a> {
    /// Signs in and opens the folder; for reading alone when nothing is to be moved.
    pub(super) fn open(imap: &'a Imap, is_read_only: bool) -> Result<Self> {
        let wire = connect(imap).map_err(|error| anyhow!(error).context(away(imap)))?;
        let wire = BufReader::new(Wire::Clear(wire));
        #[expect(clippy::disallowed_methods, reason = "how long a connection has lasted is no date")]
        let began = Instant::now();
        let mut session = Self { imap, wire, began, n_commands: 0, can_move: false, validity: 0 };
        if imap.is_implicit_tls {
            session.encrypt()?;
        }
        let greeting = session.line()?.text;
        if !greeting.to_ascii_uppercase().starts_with("* OK") {
            bail!(session.refused(&greeting));
        }
        if !imap.is_implicit_tls && !imap.is_loopback() {
            session.command("STARTTLS")?;
            // RFC 3501 6.2.1: whatever came with the answer was put there by someone in between.
            if !session.wire.buffer().is_empty() {
                bail!(session.refused("STARTTLS"));
            }
            session.encrypt()?;
        }
        session.sign_in()?;
        let said = session.command("CAPABILITY")?;
        session.can_move = said.iter().any(|line| line.text.to_ascii_uppercase().split(' ').any(|word| word == "MOVE"));
        let verb = if is_read_only { "EXAMINE" } else { "SELECT" };
        let said = session.command(&format!("{verb} {}", quoted(&imap.folder)?))?;
        let validity = said.iter().find_map(|line| number_after(&line.text, "[UIDVALIDITY "));
        session.validity = validity.ok_or_else(|| session.refused("UIDVALIDITY"))?;
        Ok(session)
    }

    fn encrypt(&mut self) -> Result<()> {
        let Wire::Clear(stream) = std::mem::replace(self.wire.get_mut(), Wire::Gone) else { return Ok(()) };
        let named = ServerName::try_from(self.imap.host.clone())?;
        let tls = ClientConnection::new(client_config(self.imap)?, named)?;
        let mut stream = StreamOwned::new(tls, stream);
        // The handshake is part of connecting: a wrong certificate is said here.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| anyhow!(error).context(away(self.imap)))?;
        }
        *self.wire.get_mut() = Wire::Tls(Box::new(stream));
        Ok(())
    }

    fn sign_in(&mut self) -> Result<()> {
        let user = &self.imap.user;
        let (mechanism, said) = match &self.imap.secret {
            Secret::Password(password) => ("PLAIN", format!("\0{user}\0{password}")),
            Secret::Token(token) => ("XOAUTH2", format!("user={user}\x01auth=Bearer {token}\x01\x01")),
        };
        let tag = self.send(&format!("AUTHENTICATE {mechanism}"))?;
        let mut is_said = false;
        for _ in 0..LINES_MAX {
            let line = self.line()?.text;
            if line.starts_with('+') {
                // A second question is the reason for a refusal, which an empty answer lets the server say.
                let answer = if is_said { String::new() } else { BASE64.encode(said.as_bytes()) };
                self.write(format!("{answer}\r\n").as_bytes())?;
                is_said = true;
            } else if let Some(result) = line.strip_prefix(&format!("{tag} ")) {
                if result.to_ascii_uppercase().starts_with("OK") {
                    return Ok(());
                }
                let host = &self.imap.host;
                bail!(words!(
                    "the mail server `{host}` does not let us into the mailbox: check the user and the password",
                    "le serveur de courriel `{host}` ne nous laisse pas entrer dans la boîte : vérifiez l'utilisateur et le mot de passe"
                ));
            }
        }
        bail!(self.refused("AUTHENTICATE"))
    }

    /// The numbers of mails after one, in order.
    pub(super) fn after(&mut self, uid: u32) -> Result<Vec<u32>> {
        let first = uid.saturating_add(1);
        let said = self.command(&format!("UID SEARCH UID {first}:*"))?;
        let found = said.iter().filter_map(|line| strip(&line.text, "* SEARCH"));
        let mut uids: Vec<u32> = found.flat_map(|rest| rest.split(' ').filter_map(|uid| uid.parse().ok())).collect();
        // `9:*` gives the last mail also when its number is below 9.
        uids.retain(|uid| *uid >= first);
        uids.sort_unstable();
        uids.dedup();
        uids.truncate(MAILS_MAX);
        Ok(uids)
    }

    /// Gives each of these mails, some at a time, and moves those of which `see` says that they were handled.
    pub(super) fn each(&mut self, uids: &[u32], mut see: impl FnMut(u32, Vec<u8>) -> Result<bool>) -> Result<()> {
        for uids in uids.chunks(BATCH) {
            let list = joined(uids);
            let said = self.command(&format!("UID FETCH {list} (UID BODY.PEEK[]<0.{MAIL_BYTES_MAX}>)"))?;
            let mut mails: Vec<(u32, Vec<u8>)> = said
                .into_iter()
                .filter_map(|line| {
                    let uid = number_after(&line.text, "UID ").or_else(|| number_after(&line.after, "UID "))?;
                    (line.text.contains("BODY[]") && uids.contains(&uid)).then_some((uid, line.literal))
                })
                .collect();
            mails.sort_by_key(|(uid, _)| *uid);
            let mut handled = Vec::new();
            let mut seen = Ok(());
            for (uid, bytes) in mails {
                match see(uid, bytes) {
                    Ok(true) => handled.push(uid),
                    Ok(false) => {}
                    Err(error) => {
                        seen = Err(error);
                        break;
                    }
                }
            }
            // What is in the ledger is moved, also when the next one could not be dealt with.
            self.move_away(&handled)?;
            seen?;
        }
        Ok(())
    }

    /// Moves what was handled; a server that cannot move (RFC 6851) keeps it where it is.
    fn move_away(&mut self, uids: &[u32]) -> Result<()> {
        if uids.is_empty() || !self.can_move {
            return Ok(());
        }
        let folder = quoted(&self.imap.handled)?;
        let command = format!("UID MOVE {} {folder}", joined(uids));
        if self.command(&command).is_err() {
            // The folder is missing, the first time.
            self.command(&format!("CREATE {folder}"))?;
            self.command(&command)?;
        }
        Ok(())
    }

    /// Says goodbye; a server that does not answer is left.
    pub(super) fn close(mut self) {
        let _ = self.send("LOGOUT");
    }

    fn send(&mut self, command: &str) -> Result<String> {
        self.n_commands += 1;
        let tag = format!("c{}", self.n_commands);
        self.write(format!("{tag} {command}\r\n").as_bytes())?;
        Ok(tag)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let wire = self.wire.get_mut();
        wire.write_all(bytes).and_then(|()| wire.flush()).map_err(|error| anyhow!(error).context(away(self.imap)))
    }

    /// Sends a command and gives the lines of its answer, which must be OK.
    fn command(&mut self, command: &str) -> Result<Vec<Line>> {
        let tag = self.send(command)?;
        let mut lines = Vec::new();
        for _ in 0..LINES_MAX {
            let line = self.line()?;
            if let Some(result) = line.text.strip_prefix(&format!("{tag} ")) {
                if result.to_ascii_uppercase().starts_with("OK") {
                    return Ok(lines);
                }
                bail!(self.refused(result));
            }
            lines.push(line);
        }
        bail!(self.refused(command))
    }

    fn line(&mut self) -> Result<Line> {
        let mut line = Line { text: self.text()?, ..Line::default() };
        if let Some(length) = announced(&line.text) {
            if length > MAIL_BYTES_MAX {
                bail!(self.refused("more bytes than were asked for"));
            }
            let read = self.wire.by_ref().take(length).read_to_end(&mut line.literal);
            let n_bytes = read.map_err(|error| anyhow!(error).context(away(self.imap)))?;
            if (n_bytes as u64) < length {
                bail!(away(self.imap));
            }
            line.after = self.text()?;
        }
        Ok(line)
    }

    /// One line, without its end.
    fn text(&mut self) -> Result<String> {
        if self.began.elapsed() > TIME_MAX {
            bail!(away(self.imap));
        }
        let mut bytes = Vec::new();
        let read = self.wire.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        read.map_err(|error| anyhow!(error).context(away(self.imap)))?;
        if bytes.last() != Some(&b'\n') {
            bail!(away(self.imap));
        }
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// What the server said is shown without what might name a person: its first word and its code.
    fn refused(&self, said: &str) -> anyhow::Error {
        let host = &self.imap.host;
        let said: String = said.chars().filter(|c| !c.is_control()).take(80).collect();
        let said = if said.contains('@') { "NO".to_owned() } else { said };
        anyhow!(words!(
            "the mail server `{host}` did not do what was asked of the mailbox: {said}",
            "le serveur de courriel `{host}` n'a pas fait ce qui était demandé de la boîte : {said}"
        ))
    }
}

fn away(imap: &Imap) -> crate::model::Words {
    let host = &imap.host;
    words!(
        "the mailbox on `{host}` could not be read: is the server there, and its certificate good",
        "la boîte sur `{host}` n'a pas pu être lue : le serveur est-il là, et son certificat est-il bon"
    )
}

fn connect(imap: &Imap) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (imap.host.as_str(), imap.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, WAIT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(WAIT))?;
                stream.set_write_timeout(Some(WAIT))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn client_config(imap: &Imap) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &imap.ca_pem {
        let bad = || {
            words!(
                "`mailbox.ca_file` holds no certificate as PEM",
                "`mailbox.ca_file` ne contient aucun certificat en PEM"
            )
        };
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.with_context(bad)?).with_context(bad)?;
        }
        anyhow::ensure!(!roots.is_empty(), bad());
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn joined(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// The rest of a line that begins so, in any case.
fn strip<'a>(line: &'a str, begin: &str) -> Option<&'a str> {
    let head = line.get(..begin.len())?;
    head.eq_ignore_ascii_case(begin).then(|| line[begin.len()..].trim())
}

/// The number behind a word of a line.
fn number_after(line: &str, word: &str) -> Option<u32> {
    let (_, rest) = line.split_once(word)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// How many bytes follow a line (RFC 3501 4.3).
fn announced(line: &str) -> Option<u64> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.trim_end_matches('+').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shows_no_secret() {
        let imap = Imap::parse("imaps://bounces%40example.ca:p%40ss@mail.example/News%20in", None).unwrap();
        assert_eq!((imap.user.as_str(), imap.folder.as_str(), imap.port), ("bounces@example.ca", "News in", 993));
        assert!(imap.secret == Secret::Password("p@ss".into()) && !format!("{imap:?}").contains("ss"));
        assert!(!imap.name().contains("p@ss"));
        assert_eq!(Imap::parse("imap://a@localhost", Some(Secret::Token("t".into()))).unwrap().folder, "INBOX");
        for bad in
            ["imaps://mail.example/INBOX", "imaps://a@mail.example", "https://a:b@mail.example", "imaps://a:b@h/%C3%A9"]
        {
            assert!(Imap::parse(bad, None).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_are_read_in_the_forms_that_servers_write() {
        assert_eq!(announced("* 3 FETCH (UID 7 BODY[]<0> {42}"), Some(42));
        assert_eq!(announced("* OK ready"), None);
        assert_eq!(number_after("* OK [UIDVALIDITY 1290000000] UIDs valid", "[UIDVALIDITY "), Some(1_290_000_000));
        assert_eq!(strip("* search 1 2 3", "* SEARCH"), Some("1 2 3"));
    }
}
