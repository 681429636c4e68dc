//! Several relays: `[[delivery.relay]]` of `newsletter.toml`, each with what differs from `[delivery]`.

use serde::Deserialize;

use super::{Delivering, Tls, Words};

/// One of several relays. What it does not say is as `[delivery]` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySettings {
    /// What the office calls it; it stands in the ledger beside each copy that went by it.
    pub name: String,
    /// `smtp://user@server.example:587`, without a password.
    pub url: String,
    /// Its part of the copies, beside the other relays' parts; none: as many as it takes.
    #[serde(default)]
    pub share: Option<u32>,
    /// Connections open at once.
    #[serde(default)]
    pub connections: Option<u32>,
    /// Messages on one connection.
    #[serde(default)]
    pub messages_per_connection: Option<u32>,
    /// Messages a second.
    #[serde(default)]
    pub messages_per_second: Option<u32>,
    /// Messages a minute.
    #[serde(default)]
    pub messages_per_minute: Option<u32>,
    /// Messages in any hour.
    #[serde(default)]
    pub messages_per_hour: Option<u32>,
    /// Messages in any 24 hours.
    #[serde(default)]
    pub messages_per_day: Option<u32>,
    /// How a connection to it is protected.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// The certificate authority for `tls = "pinned"`: a PEM file.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// Why `tls = "none"` was chosen.
    #[serde(default)]
    pub tls_reason: Option<String>,
    /// A command that prints its password.
    #[serde(default)]
    pub password_command: Option<String>,
    /// A command that prints an access token for it.
    #[serde(default)]
    pub token_command: Option<String>,
}

impl Delivering {
    /// How fast and how one of the relays is sent to.
    #[must_use]
    pub fn by(&self, relay: &RelaySettings) -> Self {
        let text = |own: &Option<String>, of_all: &Option<String>| own.clone().or_else(|| of_all.clone());
        // A command that prints one secret is not beside one that prints the other, whichever level says so.
        let signs_in = relay.password_command.is_some() || relay.token_command.is_some();
        let of_all = |command: &Option<String>| if signs_in { None } else { command.clone() };
        Self {
            connections: relay.connections.unwrap_or(self.connections),
            messages_per_connection: relay.messages_per_connection.unwrap_or(self.messages_per_connection),
            messages_per_second: relay.messages_per_second.unwrap_or(self.messages_per_second),
            messages_per_minute: relay.messages_per_minute.unwrap_or(self.messages_per_minute),
            messages_per_hour: relay.messages_per_hour.unwrap_or(self.messages_per_hour),
            messages_per_day: relay.messages_per_day.unwrap_or(self.messages_per_day),
            tls: relay.tls.unwrap_or(self.tls),
            ca_file: text(&relay.ca_file, &self.ca_file),
            tls_reason: text(&relay.tls_reason, &self.tls_reason),
            password_command: text(&relay.password_command, &of_all(&self.password_command)),
            token_command: text(&relay.token_command, &of_all(&self.token_command)),
            relay: Vec::new(),
            ..self.clone()
        }
    }

    /// What all relays together may send: for how long a sending takes. A number that one of them does not have, all do
    /// not have.
    #[must_use]
    pub fn in_all(&self) -> Self {
        let Some((first, more)) = self.relay.split_first() else { return self.clone() };
        let add = |a: u32, b: u32| if a == 0 || b == 0 { 0 } else { a.saturating_add(b) };
        more.iter().map(|relay| self.by(relay)).fold(self.by(first), |all, one| Self {
            connections: add(all.connections, one.connections),
            messages_per_second: add(all.messages_per_second, one.messages_per_second),
            messages_per_minute: add(all.messages_per_minute, one.messages_per_minute),
            messages_per_hour: add(all.messages_per_hour, one.messages_per_hour),
            messages_per_day: add(all.messages_per_day, one.messages_per_day),
            ..all
        })
    }

    /// What cannot be right about the relays, and a word of the file by which it is found.
    pub(super) fn relay_mistake(&self) -> Option<(String, Words)> {
        for (n, relay) in self.relay.iter().enumerate() {
            let (name, found) = (&relay.name, format!("\"{}\"", relay.name));
            let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(is_name) || self.relay[..n].iter().any(|other| other.name == *name)
            {
                let problem = words!(
                    "each relay needs a name of its own, of letters, digits, `-` and `_`",
                    "chaque relais demande un nom à lui, fait de lettres, de chiffres, de `-` et de `_`"
                );
                return Some((found, problem));
            }
            let user =
                relay.url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map_or("", |(user, _)| user);
            if user.contains(':') {
                let problem = words!(
                    "no password in this file: let `password_command` print it",
                    "pas de mot de passe dans ce fichier : laissez `password_command` l'afficher"
                );
                // The line of its name: the other one holds the password, and is not for a log.
                return Some((found, problem));
            }
            for (key, value) in [("share", relay.share), ("connections", relay.connections)] {
                if value == Some(0) {
                    return Some((key.to_owned(), words!("write 1 or more", "écrivez 1 ou plus")));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Delivering {
        toml_edit::de::from_str(text).unwrap()
    }

    #[test]
    fn a_relay_says_what_differs_and_has_the_rest_of_delivery() {
        let delivering = read(
            "messages_per_minute = 30\nmessages_per_hour = 1000\ntls = \"none\"\ntls_reason = \"a private link\"\npassword_command = \"a\"\n\
             [[relay]]\nname = \"east\"\nurl = \"smtp://east.example\"\nmessages_per_minute = 100\nshare = 2\n\
             [[relay]]\nname = \"west\"\nurl = \"smtps://news@west.example\"\nconnections = 8\nmessages_per_hour = 0\ntoken_command = \"b\"\n",
        );
        assert!(delivering.relay_mistake().is_none());
        let [east, west] = [0, 1].map(|n| delivering.by(&delivering.relay[n]));
        assert_eq!((east.messages_per_minute, east.connections, east.tls), (100, 4, Tls::None));
        assert_eq!((east.password_command.as_deref(), east.token_command), (Some("a"), None));
        assert_eq!((west.messages_per_minute, west.connections, west.messages_per_hour), (30, 8, 0));
        assert_eq!((west.password_command, west.token_command.as_deref()), (None, Some("b")));
        let all = delivering.in_all();
        assert_eq!((all.messages_per_minute, all.connections, all.messages_per_hour), (130, 12, 0));
    }

    #[test]
    fn a_relay_without_a_name_or_with_a_password_is_refused() {
        for bad in [
            "[[relay]]\nname = \"\"\nurl = \"smtp://a.example\"\n",
            "[[relay]]\nname = \"a b\"\nurl = \"smtp://a.example\"\n",
            "[[relay]]\nname = \"a\"\nurl = \"smtp://a.example\"\n[[relay]]\nname = \"a\"\nurl = \"smtp://b.example\"\n",
            "[[relay]]\nname = \"a\"\nurl = \"smtp://news:secret@a.example\"\n",
            "[[relay]]\nname = \"a\"\nurl = \"smtp://a.example\"\nshare = 0\n",
        ] {
            let (found, problem) = read(bad).relay_mistake().unwrap();
            assert!(!found.contains("secret") && !problem.en.contains("secret"), "{bad}");
        }
    }
}
