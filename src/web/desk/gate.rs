//! Who may come in: the browser that was given the one-time address, or whom the office's proxy names. Everybody else,
//! another site's page and a name that was bent to this machine (DNS rebinding) stay outside, whatever they ask.

use std::sync::Mutex;

use sha2::{Digest as _, Sha256};

use crate::model::Words;

/// How a desk is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// This machine alone: one browser, with the one-time address.
    Local,
    /// Behind the office's proxy, which says who it is.
    Proxy {
        /// The header in which the proxy names the person.
        header: String,
        /// The address under which people know the desk: `https://desk.example.ca`.
        url: String,
    },
}

/// What a request says of itself, as far as the gate looks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Caller<'a> {
    pub(super) host: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
    pub(super) cookie: Option<&'a str>,
    /// The value of the proxy's header.
    pub(super) named: Option<&'a str>,
    pub(super) acts: bool,
}

/// The gate of one desk.
pub(super) struct Gate {
    pub(super) way: Way,
    port: u16,
    /// Gone once it was used.
    ticket: Mutex<Option<String>>,
    session: String,
}

/// What became of a one-time address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ticket {
    /// The cookie to set.
    Good(String),
    /// It was used, or never given.
    Bad,
}

impl Gate {
    /// A gate with its secrets: two words that nobody can guess.
    pub(super) fn new(way: Way, port: u16, ticket: String, session: String) -> Self {
        Self { way, port, ticket: Mutex::new(Some(ticket)), session }
    }

    /// The header to ask for, when there is a proxy.
    pub(super) fn header(&self) -> Option<&str> {
        match &self.way {
            Way::Local => None,
            Way::Proxy { header, .. } => Some(header),
        }
    }

    /// The name of the cookie; cookies of one machine are shared by all its ports.
    pub(super) fn cookie_name(&self) -> String {
        format!("cco-desk-{}", self.port)
    }

    /// Whether a request is meant for this desk at all, and not bent here by another name or another site.
    pub(super) fn is_meant(&self, caller: &Caller<'_>) -> bool {
        let Some(host) = caller.host else { return false };
        let own = |scheme: &str, name: &str| -> bool {
            let is_origin = |origin: &str| origin.eq_ignore_ascii_case(&format!("{scheme}://{name}"));
            // A page that acts says where it comes from; a browser that says nothing is not let act.
            host.eq_ignore_ascii_case(name) && (!caller.acts || caller.origin.is_some_and(is_origin))
        };
        match &self.way {
            Way::Local => ["127.0.0.1", "localhost"].iter().any(|name| own("http", &format!("{name}:{}", self.port))),
            Way::Proxy { url, .. } => {
                let Some((scheme, name)) = url.split_once("://") else { return false };
                own(scheme, name.trim_end_matches('/'))
            }
        }
    }

    /// Who comes in: an empty name when the person has to say it themselves. None: nobody.
    pub(super) fn person(&self, caller: &Caller<'_>) -> Option<String> {
        match &self.way {
            Way::Local => {
                let name = self.cookie_name();
                let pairs = caller.cookie.unwrap_or("").split(';').filter_map(|pair| pair.trim().split_once('='));
                let is_in = pairs.filter(|(key, _)| *key == name).any(|(_, value)| same(value, &self.session));
                is_in.then(String::new)
            }
            Way::Proxy { .. } => caller.named.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        }
    }

    /// Takes a one-time address.
    pub(super) fn take(&self, ticket: &str) -> Ticket {
        let mut there = self.ticket.lock().expect("nobody panics while holding it");
        if !there.as_ref().is_some_and(|own| same(own, ticket)) {
            return Ticket::Bad;
        }
        *there = None;
        // Lax: with Strict, an address that was clicked in a terminal in the browser would open nothing. Looking changes
        // nothing, and what changes something must come from our own origin.
        Ticket::Good(format!("{}={}; Path=/; HttpOnly; SameSite=Lax", self.cookie_name(), self.session))
    }
}

/// Compared by digests, so that the time it takes says nothing of where they differ.
fn same(a: &str, b: &str) -> bool {
    Sha256::digest(a.as_bytes()) == Sha256::digest(b.as_bytes())
}

/// What somebody outside is told.
pub(super) fn outside() -> Words {
    words!(
        "This desk is open in another browser, or it was closed. Its address holds once: in the terminal, end `cco-news preview` with Ctrl+C and start it again.",
        "Ce bureau est ouvert dans un autre navigateur, ou il a été fermé. Son adresse ne vaut qu'une fois : dans le terminal, arrêtez `cco-news preview` avec Ctrl+C et relancez-le."
    )
}

/// What a request is told that was not meant for this desk.
pub(super) fn not_meant() -> Words {
    words!(
        "This request does not come from the desk itself, and was not carried out.",
        "Cette demande ne vient pas du bureau lui-même, et n'a pas été exécutée."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(way: Way) -> Gate {
        Gate::new(way, 8123, "ticket".to_owned(), "session".to_owned())
    }

    #[test]
    fn a_one_time_address_holds_once_and_the_cookie_then() {
        let gate = gate(Way::Local);
        assert_eq!(gate.take("other"), Ticket::Bad);
        let Ticket::Good(cookie) = gate.take("ticket") else { panic!("it is the ticket") };
        assert!(cookie.contains("SameSite=Lax") && cookie.contains("HttpOnly"));
        assert_eq!(gate.take("ticket"), Ticket::Bad);
        let person = |cookie: &str| gate.person(&Caller { cookie: Some(cookie), ..Caller::default() });
        assert_eq!(person("a=b; cco-desk-8123=session"), Some(String::new()));
        assert_eq!(person("cco-desk-8123=ticket"), None);
        assert_eq!(person("cco-desk-8124=session"), None);
    }

    #[test]
    fn names_that_were_bent_here_and_pages_of_other_sites_stay_outside() {
        let gate = gate(Way::Local);
        let is_meant = |host: &str, origin: Option<&str>, acts: bool| {
            gate.is_meant(&Caller { host: Some(host), origin, acts, ..Caller::default() })
        };
        assert!(is_meant("127.0.0.1:8123", None, false));
        assert!(is_meant("localhost:8123", Some("http://localhost:8123"), true));
        assert!(!is_meant("127.0.0.1:8123", None, true));
        assert!(!is_meant("127.0.0.1:8123", Some("null"), true));
        assert!(!is_meant("127.0.0.1:8123", Some("http://localhost:8123"), true));
        assert!(!is_meant("127.0.0.1:8123", Some("https://evil.example"), true));
        assert!(!is_meant("evil.example:8123", None, false));
        assert!(!is_meant("127.0.0.1:8124", None, false));
        assert!(!gate.is_meant(&Caller::default()));
    }

    #[test]
    fn behind_a_proxy_the_proxy_says_who_it_is() {
        let way = Way::Proxy { header: "x-user".to_owned(), url: "https://desk.example.ca".to_owned() };
        let gate = gate(way);
        let caller = Caller { host: Some("desk.example.ca"), named: Some(" Camille Roy "), ..Caller::default() };
        assert!(gate.is_meant(&caller));
        assert_eq!(gate.person(&caller).as_deref(), Some("Camille Roy"));
        let act = Caller { acts: true, origin: Some("https://desk.example.ca"), ..caller };
        assert!(gate.is_meant(&act));
        assert!(!gate.is_meant(&Caller { origin: Some("http://desk.example.ca"), ..act }));
        assert_eq!(gate.person(&Caller { named: Some(" "), ..caller }), None);
        assert_eq!(gate.person(&Caller { named: None, ..caller }), None);
    }
}
