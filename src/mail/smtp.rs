//! SMTP with a relay: our own lanes over lettre's connection, which knows the protocol's words. Each lane keeps one
//! connection; one that was ever in doubt is thrown away, never used again (lettre's own pool does otherwise, and once
//! reported a lost message as sent).

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_rustls::TlsConnector;

use super::connect::{Offers, connect};
use super::dotting::Dotting;
use super::settings::{Protection, Settings, Timers};
use super::wire::Handle;
use super::{Email, Handed, reply};
use crate::model::{Outcome, Reply};

/// One write of a body; its timer is that of RFC 5321's data block.
const BLOCK_BYTES: usize = 64 * 1024;
/// How long a goodbye may take: nothing depends on it.
const QUIT_WAIT: Duration = Duration::from_secs(2);

/// A relay.
#[derive(Debug, Clone)]
pub struct Smtp {
    pub(super) settings: Arc<Settings>,
    pub(super) tls: Option<Arc<Tls>>,
}

/// TLS as the settings ask for it.
pub(super) struct Tls(pub(super) TlsConnector);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

/// One lane to the relay.
#[derive(Debug)]
pub struct SmtpLine {
    smtp: Smtp,
    open: Option<Open>,
}

/// A connection of which nothing is in doubt.
pub(super) struct Open {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) wire: Handle,
    pub(super) offers: Offers,
    pub(super) timers: Timers,
    pub(super) n_served: u32,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open")
    }
}

/// What the relay said to MAIL, RCPT and DATA.
enum Envelope {
    /// It waits for the body.
    Open,
    /// It will not take this message; the connection is as before.
    Closed(Handed),
    /// The same, and the connection is not to be used again.
    Broken(Handed),
    /// It was gone before it read anything, or says so: an idle connection that it had closed.
    Stale(Reply),
}

impl Smtp {
    /// A relay; certificates are read now, so that a missing one stops before anything is claimed.
    pub fn new(settings: Settings) -> Result<Self> {
        let tls = match &settings.protection {
            Protection::Clear => None,
            Protection::System => Some(system_roots()),
            Protection::Pinned(pem) => Some(pinned_roots(pem)?),
        };
        let tls = tls.map(connector).transpose()?;
        Ok(Self { settings: Arc::new(settings), tls: tls.map(|tls| Arc::new(Tls(tls))) })
    }

    /// How it is reached.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn line(&self) -> SmtpLine {
        SmtpLine { smtp: self.clone(), open: None }
    }
}

impl SmtpLine {
    pub(super) fn is_ready(&self) -> bool {
        let spent = self.smtp.settings.messages_per_connection;
        self.open.as_ref().is_some_and(|open| open.n_served < spent)
    }

    pub(super) async fn ready(&mut self) -> Result<(), Handed> {
        if !self.is_ready() {
            if let Some(spent) = self.open.take() {
                spent.quit().await;
            }
            self.open = Some(connect(&self.smtp).await?);
        }
        Ok(())
    }

    pub(super) fn carries_utf8(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.offers.smtputf8)
    }

    pub(super) async fn hand_over(
        &mut self,
        email: &Email,
        dotted: impl Future<Output = Result<()>>,
    ) -> Result<Handed> {
        // Taken out while in use: whatever happens, cancellation too, it comes back only when it is sound.
        if let Err(handed) = self.ready().await {
            return Ok(handed);
        }
        let mut open = self.open.take().context("a line that is ready has a connection")?;
        let is_reused = open.n_served > 0;
        open.n_served += 1;
        let mut dotted = std::pin::pin!(dotted);
        let mut dotting = Dotting::new(dotted.as_mut());
        let mut said = open.envelope(email, &mut dotting).await;
        if is_reused && matches!(said, Envelope::Stale(_)) {
            open = match connect(&self.smtp).await {
                Ok(open) => open,
                Err(handed) => return Ok(handed),
            };
            open.n_served += 1;
            said = open.envelope(email, &mut dotting).await;
        }
        match said {
            Envelope::Open => {}
            Envelope::Closed(handed) => {
                self.open = Some(open);
                return Ok(handed);
            }
            Envelope::Broken(handed) => return Ok(handed),
            Envelope::Stale(reply) => return Ok(Handed::Done(Outcome::Deferred(reply))),
        }
        let (outcome, is_sound) = open.body(&email.bytes, dotting).await?;
        if is_sound {
            self.open = Some(open);
        }
        Ok(Handed::Done(outcome))
    }

    pub(super) async fn close(mut self) {
        if let Some(open) = self.open.take() {
            open.quit().await;
        }
    }
}

/// What one reply is to us.
enum Said {
    Positive(Response),
    Negative(Reply),
    Doubt(Reply),
}

async fn timed(limit: Duration, answer: impl Future<Output = Result<Response, Error>>) -> Said {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(response)) => Said::Positive(response),
        Ok(Err(error)) => match reply::of_error(&error) {
            Ok(negative) => Said::Negative(negative),
            Err(doubt) => Said::Doubt(doubt),
        },
        Err(_) => Said::Doubt(reply::said("the server did not answer in time")),
    }
}

impl Open {
    /// MAIL, RCPT and DATA: in one write when the relay offers PIPELINING (RFC 2920), else one by one.
    /// The ledger is asked for the dot with DATA.
    async fn envelope(
        &mut self,
        email: &Email,
        dotting: &mut Dotting<'_, impl Future<Output = Result<()>>>,
    ) -> Envelope {
        let is_ascii = email.to.as_str().is_ascii();
        if !is_ascii && !self.offers.smtputf8 {
            return Envelope::Closed(Handed::Done(Outcome::Refused(reply::said(
                "the mail server cannot carry an address with letters beyond ASCII (SMTPUTF8)",
            ))));
        }
        if let Some(limit) = self.offers.size.filter(|limit| *limit > 0 && (email.bytes.len() as u64) > *limit) {
            let size = email.bytes.len();
            let text = format!("the message has {size} bytes, the mail server takes {limit}");
            return Envelope::Closed(Handed::AboutUs(reply::said(text)));
        }
        let size = if self.offers.size.is_some() { format!(" SIZE={}", email.bytes.len()) } else { String::new() };
        // RFC 6531 3.1: whoever offers SMTPUTF8 offers 8BITMIME, and its headers need it.
        let utf8 = if is_ascii { "" } else { " BODY=8BITMIME SMTPUTF8" };
        let mail = format!("MAIL FROM:<{}>{size}{utf8}\r\n", email.from.as_str());
        let rcpt = format!("RCPT TO:<{}>\r\n", email.to.as_str());
        if self.offers.pipelining {
            dotting.beside(self.all_at_once(&mail, &rcpt)).await
        } else {
            self.one_by_one(&mail, &rcpt, dotting).await
        }
    }

    async fn one_by_one(
        &mut self,
        mail: &str,
        rcpt: &str,
        dotting: &mut Dotting<'_, impl Future<Output = Result<()>>>,
    ) -> Envelope {
        let said = timed(self.timers.envelope, self.connection.command(mail)).await;
        if let Some(envelope) = not_mail(said) {
            return self.reset_after(envelope).await;
        }
        let said = timed(self.timers.envelope, self.connection.command(rcpt)).await;
        if let Some(envelope) = not_rcpt(said) {
            return self.reset_after(envelope).await;
        }
        let said = dotting.beside(timed(self.timers.data, self.connection.command("DATA\r\n"))).await;
        match not_data(said) {
            Some(envelope) => self.reset_after(envelope).await,
            None => Envelope::Open,
        }
    }

    async fn all_at_once(&mut self, mail: &str, rcpt: &str) -> Envelope {
        let all = format!("{mail}{rcpt}DATA\r\n");
        let mail = not_mail(timed(self.timers.envelope, self.connection.command(all)).await);
        if let Some(envelope @ (Envelope::Stale(_) | Envelope::Broken(_))) = mail {
            return envelope;
        }
        // All three replies are read whatever they say, or the next message would read them as its own.
        let rcpt = not_rcpt(timed(self.timers.envelope, self.connection.read_response()).await);
        let data = not_data(timed(self.timers.data, self.connection.read_response()).await);
        match (mail.or(rcpt), data) {
            (Some(envelope), None) => {
                // RFC 2920 3.1: refused, and yet asked for a body. An empty one to nobody, a lone dot, ends it.
                let dot = timed(self.timers.dot, self.connection.command(".\r\n")).await;
                if matches!(dot, Said::Doubt(_)) { broken(envelope) } else { self.reset_after(envelope).await }
            }
            (Some(envelope), Some(Envelope::Broken(_) | Envelope::Stale(_))) => broken(envelope),
            (Some(envelope), Some(_)) | (None, Some(envelope)) => self.reset_after(envelope).await,
            (None, None) => Envelope::Open,
        }
    }

    /// After a refusal the connection goes on with the next message, if the relay agrees.
    async fn reset_after(&mut self, envelope: Envelope) -> Envelope {
        if !matches!(envelope, Envelope::Closed(_)) {
            return envelope;
        }
        match timed(self.timers.envelope, self.connection.command("RSET\r\n")).await {
            Said::Positive(response) if response.has_code(250) => envelope,
            _ => broken(envelope),
        }
    }

    /// The body, then the dot once the ledger has the row, then the reply. Says whether the connection is sound.
    async fn body(
        &mut self,
        bytes: &[u8],
        mut dotting: Dotting<'_, impl Future<Output = Result<()>>>,
    ) -> Result<(Outcome, bool)> {
        if let Err(doubt) = dotting.beside(self.write(bytes)).await {
            // Its dot has not left: whatever the server has of it, it throws away.
            return Ok((Outcome::Deferred(doubt), false));
        }
        dotting.given().await?;
        let said = timed(self.timers.dot, self.connection.command(".\r\n")).await;
        Ok(match said {
            Said::Positive(response) if response.has_code(250) => {
                (Outcome::Accepted(reply::of_response(&response)), true)
            }
            Said::Positive(response) => (Outcome::Unknown(reply::of_response(&response)), false),
            Said::Negative(negative) => {
                let is_sound = negative.code != 421;
                (if negative.code < 500 { Outcome::Deferred(negative) } else { Outcome::Refused(negative) }, is_sound)
            }
            Said::Doubt(doubt) => (Outcome::Unknown(doubt), false),
        })
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), Reply> {
        for block in transparent(bytes).chunks(BLOCK_BYTES) {
            match tokio::time::timeout(self.timers.block, self.wire.write(block)).await {
                Ok(written) => written.map_err(|error| reply::said(error.to_string()))?,
                Err(_) => return Err(reply::said("the server did not take the message in time")),
            }
        }
        Ok(())
    }

    pub(super) async fn quit(mut self) {
        // It is polite, and nothing depends on it.
        let _ = tokio::time::timeout(QUIT_WAIT, self.connection.quit()).await;
    }
}

/// A line that begins with a dot gets another one (RFC 5321 4.5.2). Our own encoding has none, so nothing is copied.
fn transparent(bytes: &[u8]) -> Cow<'_, [u8]> {
    // Written so that the compiler looks at many bytes at once: every copy passes here.
    let begins = |(end, dot): (&u8, &u8)| u8::from(*end == b'\n') & u8::from(*dot == b'.');
    let dots = bytes.iter().zip(bytes.iter().skip(1)).map(begins).fold(0, |any, here| any | here);
    if dots == 0 && !bytes.starts_with(b".") {
        return Cow::Borrowed(bytes);
    }
    let mut stuffed = Vec::with_capacity(bytes.len() + bytes.len() / 64 + 1);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    Cow::Owned(stuffed)
}

fn broken(envelope: Envelope) -> Envelope {
    match envelope {
        Envelope::Closed(handed) => Envelope::Broken(handed),
        other => other,
    }
}

fn deferred(reply: Reply) -> Handed {
    Handed::Done(Outcome::Deferred(reply))
}

/// Replies to MAIL are about us or about the moment, never about the recipient.
fn not_mail(said: Said) -> Option<Envelope> {
    match said {
        Said::Positive(response) if response.has_code(250) => None,
        Said::Positive(response) => Some(Envelope::Broken(deferred(reply::of_response(&response)))),
        Said::Negative(reply) if reply.code == 421 => Some(Envelope::Stale(reply)),
        Said::Negative(reply) if reply.code < 500 => Some(Envelope::Closed(deferred(reply))),
        Said::Negative(reply) => Some(Envelope::Broken(Handed::AboutUs(reply))),
        Said::Doubt(reply) => Some(Envelope::Stale(reply)),
    }
}

fn not_rcpt(said: Said) -> Option<Envelope> {
    match said {
        Said::Positive(response) if response.has_code(250) || response.has_code(251) => None,
        Said::Positive(response) => Some(Envelope::Broken(deferred(reply::of_response(&response)))),
        Said::Negative(reply) if reply.code == 421 => Some(Envelope::Broken(deferred(reply))),
        Said::Negative(reply) if reply.code < 500 || is_full(&reply) => Some(Envelope::Closed(deferred(reply))),
        Said::Negative(reply) => Some(Envelope::Closed(Handed::Done(Outcome::Refused(reply)))),
        Said::Doubt(reply) => Some(Envelope::Broken(deferred(reply))),
    }
}

/// Refusals that pass: too many recipients (RFC 5321 4.5.3.1.10 has 552 mean 452), a full mailbox (RFC 3463 3.3).
fn is_full(reply: &Reply) -> bool {
    reply.code == 552 || reply.enhanced.as_deref() == Some("5.2.2")
}

/// Only 354 asks for a body: to any other positive reply it would be commands.
fn not_data(said: Said) -> Option<Envelope> {
    match said {
        Said::Positive(response) if response.has_code(354) => None,
        other => not_rcpt(match other {
            Said::Positive(response) => Said::Doubt(reply::of_response(&response)),
            other => other,
        }),
    }
}

fn system_roots() -> rustls::RootCertStore {
    let mut roots = rustls::RootCertStore::empty();
    // One certificate that cannot be read is no reason to refuse the others; with none at all every relay is refused.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn pinned_roots(pem: &[u8]) -> Result<rustls::RootCertStore> {
    let bad = || words!("`ca_file` holds no certificate as PEM", "`ca_file` ne contient aucun certificat en PEM");
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.with_context(bad)?).with_context(bad)?;
    }
    anyhow::ensure!(!roots.is_empty(), bad());
    Ok(roots)
}

fn connector(roots: rustls::RootCertStore) -> Result<TlsConnector> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_begins_with_a_dot_gets_another() {
        assert_eq!(transparent(b".\r\na.\r\n..\r\n.b\r\n").as_ref(), b"..\r\na.\r\n...\r\n..b\r\n");
        assert!(matches!(transparent(b"a.\r\n"), Cow::Borrowed(_)));
        assert!(transparent(b"").is_empty());
    }
}
