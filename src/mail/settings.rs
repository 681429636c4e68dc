//! How the relay is reached: the URL that says so, and how long each of its answers may take.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use url::{Host, Url};

use crate::model::{Delivering, Tls};

/// Gives an access token for XOAUTH2: asked at each connection, since tokens live for an hour. It may block.
pub type Token = Arc<dyn Fn() -> Result<String> + Send + Sync>;

/// A relay and how to speak with it. `Debug` shows no password.
#[derive(Clone)]
pub struct Settings {
    /// Its name, as its certificate should say it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether TLS comes before the first word (`smtps`).
    pub is_implicit_tls: bool,
    /// Who we are to it.
    pub credentials: Option<(String, String)>,
    /// Signs in by XOAUTH2 instead of by password.
    pub token: Option<Token>,
    /// What the connection must have.
    pub protection: Protection,
    /// Messages on one connection.
    pub messages_per_connection: u32,
    /// How long each answer may take.
    pub timers: Timers,
}

/// What a connection must have before anything is said on it.
#[derive(Clone, PartialEq, Eq)]
pub enum Protection {
    /// Nothing: loopback, or the office has said why.
    Clear,
    /// TLS by an authority the system trusts.
    System,
    /// TLS by the authority in this PEM.
    Pinned(Vec<u8>),
}

/// How long each answer may take (RFC 5321 4.5.3.2): one timer per command, never one for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// To connect and shake hands.
    pub connect: Duration,
    /// The greeting, and the reply to EHLO, STARTTLS and AUTH.
    pub greeting: Duration,
    /// The replies to MAIL, RCPT and RSET.
    pub envelope: Duration,
    /// The reply to DATA.
    pub data: Duration,
    /// Writing one block of the body.
    pub block: Duration,
    /// The reply to the final dot: "a spurious timeout at this point would be very wasteful".
    pub dot: Duration,
    /// The wait before connecting again, once, when no connection could be made.
    pub reconnect: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            envelope: minutes(5),
            data: minutes(2),
            block: minutes(3),
            dot: minutes(10),
            reconnect: Duration::from_secs(2),
        }
    }
}

impl Settings {
    /// Reads `smtp://user:password@host:port` or `smtps://…`. `ca_pem` is the content of `[delivery] ca_file`;
    /// `password`, when given, is what a command printed. The URL itself is never shown: it may hold a password.
    pub fn parse(url: &str, delivering: &Delivering, ca_pem: Option<Vec<u8>>, password: Option<&str>) -> Result<Self> {
        let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "smtp" | "smtps"));
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host()?))) else {
            bail!(words!(
                "the address of the mail server is not one: write `smtp://server.example:587` or `smtps://server.example`",
                "l'adresse du serveur de courriel n'en est pas une : écrivez `smtp://serveur.example:587` ou `smtps://serveur.example`"
            ));
        };
        let is_implicit_tls = url.scheme() == "smtps";
        let credentials = (!url.username().is_empty())
            .then(|| -> Result<_> {
                let given = match password {
                    Some(password) => password.to_owned(),
                    None => percent_decoded(url.password().unwrap_or(""))?,
                };
                Ok((percent_decoded(url.username())?, given))
            })
            .transpose()?;
        // `url` knows no port for these schemes, and takes the host of an unknown scheme as text.
        let port = url.port().unwrap_or(match (is_implicit_tls, &credentials) {
            (true, _) => 465,
            (false, Some(_)) => 587,
            (false, None) => 25,
        });
        let (host, is_loopback) = match host {
            Host::Domain(name) => match name.parse::<IpAddr>() {
                Ok(ip) => (ip.to_string(), ip.is_loopback()),
                Err(_) => (name.to_owned(), name.eq_ignore_ascii_case("localhost")),
            },
            Host::Ipv4(ip) => (ip.to_string(), ip.is_loopback()),
            Host::Ipv6(ip) => (ip.to_string(), ip.is_loopback()),
        };
        let protection = protection(delivering, ca_pem, is_loopback && !is_implicit_tls)?;
        if protection == Protection::Clear && credentials.is_some() && !is_loopback {
            bail!(words!(
                "a password would cross the network in the clear: set `tls = \"required\"` in `[delivery]`",
                "un mot de passe traverserait le réseau en clair : mettez `tls = \"required\"` dans `[delivery]`"
            ));
        }
        let messages_per_connection = delivering.messages_per_connection.max(1);
        let timers = Timers::default();
        let token = None;
        Ok(Self { host, port, is_implicit_tls, credentials, token, protection, messages_per_connection, timers })
    }

    /// Whether the relay is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

fn protection(delivering: &Delivering, ca_pem: Option<Vec<u8>>, is_clear_allowed: bool) -> Result<Protection> {
    match delivering.tls {
        Tls::Pinned => ca_pem.map(Protection::Pinned).with_context(|| {
            words!(
                "`tls = \"pinned\"` needs `ca_file`: the certificate authority of the mail server, as PEM",
                "`tls = \"pinned\"` demande `ca_file` : l'autorité de certification du serveur de courriel, en PEM"
            )
        }),
        Tls::Required if is_clear_allowed => Ok(Protection::Clear),
        Tls::Required => Ok(Protection::System),
        Tls::None if is_clear_allowed || delivering.tls_reason.as_ref().is_some_and(|why| !why.trim().is_empty()) => {
            Ok(Protection::Clear)
        }
        Tls::None => bail!(words!(
            "`tls = \"none\"` needs `tls_reason`: why the mail may cross the network in the clear",
            "`tls = \"none\"` demande `tls_reason` : pourquoi le courriel peut traverser le réseau en clair"
        )),
    }
}

fn percent_decoded(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
                bytes.push(u8::try_from(digit(high) * 16 + digit(low))?);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).context(words!(
        "the user name or password of the mail server is not UTF-8 text",
        "le nom d'utilisateur ou le mot de passe du serveur de courriel n'est pas du texte UTF-8"
    ))
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.is_implicit_tls { "smtps" } else { "smtp" }, self.host, self.port)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Settings> {
        Settings::parse(url, &Delivering::default(), None, None)
    }

    #[test]
    fn no_timer_is_shorter_than_the_standard_asks() {
        // RFC 5321 4.5.3.2, in minutes.
        let timers = Timers::default();
        let asked = [(timers.greeting, 5), (timers.envelope, 5), (timers.data, 2), (timers.block, 3), (timers.dot, 10)];
        assert!(asked.iter().all(|(timer, minutes)| *timer >= Duration::from_secs(minutes * 60)), "{timers:?}");
    }

    #[test]
    fn a_relay_is_a_url_and_its_password_is_never_shown() {
        let settings = parse("smtp://news%40x.example:p%40ss%C3%A9@relay.example").unwrap();
        assert_eq!(settings.credentials, Some(("news@x.example".to_owned(), "p@ssé".to_owned())));
        assert_eq!((settings.host.as_str(), settings.port), ("relay.example", 587));
        assert_eq!(format!("{settings} {settings:?}"), "smtp://relay.example:587 Settings(smtp://relay.example:587)");
        assert_eq!(parse("smtps://relay.example").unwrap().port, 465);
        assert_eq!(parse("smtp://127.0.0.1:2525").unwrap().port, 2525);
        assert!(parse("smtp://[::1]:25").unwrap().is_loopback());
        for bad in ["", "relay.example", "http://relay.example", "smtp:relay", "smtp://u:secret@"] {
            let said = format!("{:?}", parse(bad).unwrap_err());
            assert!(!said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn clear_text_is_for_loopback_or_for_a_reason() {
        assert!(parse("smtp://127.0.0.1").unwrap().protection == Protection::Clear);
        assert!(parse("smtp://relay.example").unwrap().protection == Protection::System);
        let none = Delivering { tls: Tls::None, ..Delivering::default() };
        assert!(Settings::parse("smtp://relay.example", &none, None, None).is_err());
        let said_why = Delivering { tls_reason: Some("a private link".to_owned()), ..none };
        assert!(Settings::parse("smtp://relay.example", &said_why, None, None).is_ok());
        assert!(Settings::parse("smtp://u:p@relay.example", &said_why, None, None).is_err());
        let pinned = Delivering { tls: Tls::Pinned, ..Delivering::default() };
        assert!(Settings::parse("smtp://127.0.0.1", &pinned, None, None).is_err());
    }
}
