//! Making a connection: greeting, EHLO, TLS, AUTH. A refusal here is about us and stops the run; silence here means
//! that the relay is away, and marks nobody.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Auth;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::settings::{Protection, Token};
use super::smtp::{Open, Smtp};
use super::wire::{self, Handle};
use super::{Handed, reply};

/// Challenges of one AUTH; LOGIN has two.
const CHALLENGES_MAX: usize = 4;

/// What the relay offers, in whatever case it writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) pipelining: bool,
    pub(super) smtputf8: bool,
    pub(super) starttls: bool,
    /// Bytes it takes at most; 0: no limit.
    pub(super) size: Option<u64>,
    pub(super) auth: Vec<String>,
}

impl Offers {
    /// Reads an EHLO reply, the last one in what was heard.
    fn read(heard: &str) -> Self {
        let mut offers = Self::default();
        for line in heard.lines().filter(|line| line.starts_with("250")) {
            let upper = line.get(4..).unwrap_or("").to_ascii_uppercase();
            let mut words = upper.split([' ', '=']);
            match words.next() {
                Some("PIPELINING") => offers.pipelining = true,
                Some("SMTPUTF8") => offers.smtputf8 = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                Some("AUTH") => offers.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        offers
    }
}

/// Connects, and once again after a wait when the relay is away.
pub(super) async fn connect(smtp: &Smtp) -> Result<Open, Handed> {
    let mut handed = Handed::Away(reply::said(""));
    for wait in [Duration::ZERO, smtp.settings.timers.reconnect] {
        tokio::time::sleep(wait).await;
        match connect_once(smtp).await {
            Err(away @ Handed::Away(_)) => handed = away,
            decided => return decided,
        }
    }
    Err(handed)
}

pub(super) async fn connect_once(smtp: &Smtp) -> Result<Open, Handed> {
    let (settings, timers) = (&smtp.settings, smtp.settings.timers);
    let wire = tokio::time::timeout(timers.connect, wire::connect(&settings.host, settings.port));
    let (stream, wire, local) = wire.await.map_err(|_| late())?.map_err(|error| away(&error.to_string()))?;
    if settings.is_implicit_tls {
        encrypt(smtp, &wire).await?;
    }
    wire.listen();
    let name = client_id(local);
    let hello = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name);
    let hello = tokio::time::timeout(timers.greeting, hello).await.map_err(|_| late())?;
    let connection = hello.map_err(|error| refused(&error))?;
    let offers = Offers::read(&wire.heard());
    let mut open = Open { connection, wire, offers, timers, n_served: 0 };
    if settings.protection != Protection::Clear && !settings.is_implicit_tls {
        open.starttls(smtp, &name).await?;
    }
    match (&settings.credentials, &settings.token) {
        (Some((user, _)), Some(token)) => open.authenticate_by_token(user, token).await?,
        (Some((user, password)), None) => {
            open.authenticate(Credentials::new(user.clone(), password.clone())).await?;
        }
        (None, _) => {}
    }
    Ok(open)
}

impl Open {
    async fn starttls(&mut self, smtp: &Smtp, name: &ClientId) -> Result<(), Handed> {
        if !self.offers.starttls {
            return Err(about_us("the mail server does not offer STARTTLS, and `tls` asks for it"));
        }
        self.wire.listen();
        self.command("STARTTLS\r\n").await?;
        // RFC 3207 6: whatever came with the reply was put there by someone in between.
        if self.wire.heard().lines().any(|line| !line.starts_with("220")) {
            return Err(about_us("the mail server said more than it should before TLS"));
        }
        encrypt(smtp, &self.wire).await?;
        self.wire.listen();
        self.command(format!("EHLO {name}\r\n")).await?;
        self.offers = Offers::read(&self.wire.heard());
        Ok(())
    }

    async fn authenticate(&mut self, credentials: Credentials) -> Result<(), Handed> {
        let mechanisms = [(Mechanism::Plain, "PLAIN"), (Mechanism::Login, "LOGIN")];
        let offered = mechanisms.iter().find(|(_, name)| self.offers.auth.iter().any(|auth| auth == name));
        let Some((mechanism, _)) = offered else {
            return Err(about_us("the mail server offers no way to sign in that we know (AUTH PLAIN or LOGIN)"));
        };
        let first = Auth::new(*mechanism, credentials.clone(), None).map_err(|error| about_us(&error.to_string()))?;
        let mut response = self.command(first).await?;
        for _ in 0..CHALLENGES_MAX {
            if response.has_code(235) {
                return Ok(());
            }
            let next = Auth::new_from_response(*mechanism, credentials.clone(), &response);
            response = self.command(next.map_err(|error| about_us(&error.to_string()))?).await?;
        }
        if response.has_code(235) { Ok(()) } else { Err(Handed::AboutUs(reply::of_response(&response))) }
    }

    /// XOAUTH2, as Microsoft and Google ask for it. A refusal comes as a challenge that says why in Base64; the empty
    /// answer to it brings the reply.
    async fn authenticate_by_token(&mut self, user: &str, token: &Token) -> Result<(), Handed> {
        if !self.offers.auth.iter().any(|auth| auth == "XOAUTH2") {
            return Err(about_us("the mail server does not offer AUTH XOAUTH2, and `token_command` asks for it"));
        }
        let token = Arc::clone(token);
        let token = tokio::task::spawn_blocking(move || token()).await.map_err(|error| about_us(&error.to_string()))?;
        let token = token.map_err(|error| about_us(&error.to_string()))?;
        let first = Auth::new(Mechanism::Xoauth2, Credentials::new(user.to_owned(), token), None);
        let mut response = self.command(first.map_err(|error| about_us(&error.to_string()))?).await?;
        if response.has_code(334) {
            response = self.command("\r\n").await?;
        }
        if response.has_code(235) { Ok(()) } else { Err(Handed::AboutUs(reply::of_response(&response))) }
    }

    async fn command(&mut self, command: impl std::fmt::Display) -> Result<Response, Handed> {
        let answer = tokio::time::timeout(self.timers.greeting, self.connection.command(command)).await;
        answer.map_err(|_| late())?.map_err(|error| refused(&error))
    }
}

async fn encrypt(smtp: &Smtp, wire: &Handle) -> Result<(), Handed> {
    let Some(tls) = &smtp.tls else { return Err(about_us("TLS is asked for and not set up")) };
    let handshake = wire.upgrade(&tls.0, &smtp.settings.host);
    let done = tokio::time::timeout(smtp.settings.timers.connect, handshake).await.map_err(|_| late())?;
    done.map_err(|error| if is_certificate(&error) { about_us(&error.to_string()) } else { away(&error.to_string()) })
}

fn is_certificate(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented))
}

/// RFC 5321 4.1.4: an address literal when the machine's own name is not known for sure.
fn client_id(local: SocketAddr) -> ClientId {
    match local {
        SocketAddr::V4(v4) => ClientId::Ipv4(*v4.ip()),
        SocketAddr::V6(v6) => ClientId::Ipv6(*v6.ip()),
    }
}

/// A 5xx this early is about us; a 4xx, or silence, about the moment.
fn refused(error: &lettre::transport::smtp::Error) -> Handed {
    match reply::of_error(error) {
        Ok(negative) if negative.code >= 500 => Handed::AboutUs(negative),
        Ok(reply) | Err(reply) => Handed::Away(reply),
    }
}

fn about_us(text: &str) -> Handed {
    Handed::AboutUs(reply::said(text))
}

fn away(text: &str) -> Handed {
    Handed::Away(reply::said(text))
}

fn late() -> Handed {
    away("the server did not answer in time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_in_any_case() {
        let offers = Offers::read(
            "220 x\r\n250-x\r\n250-pipelining\r\n250-Size 1000\r\n250-AUTH=login PLAIN\r\n250 smtputf8\r\n",
        );
        assert!(offers.pipelining && offers.smtputf8 && !offers.starttls);
        assert_eq!((offers.size, offers.auth), (Some(1000), vec!["LOGIN".to_owned(), "PLAIN".to_owned()]));
    }
}
