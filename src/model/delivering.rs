//! How fast and by which way an issue leaves: `[delivery]` of `newsletter.toml`.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{RelaySettings, Words};

/// How fast and by which way an issue leaves.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivering {
    /// Messages a second; 0: no limit of its own.
    pub messages_per_second: u32,
    /// Messages a minute; 30 is what Exchange Online allows one mailbox. The outbox has no pace.
    pub messages_per_minute: u32,
    /// Messages in any hour; 0: no limit of its own.
    pub messages_per_hour: u32,
    /// Messages in any 24 hours; 0: no limit of its own.
    pub messages_per_day: u32,
    /// Connections open at once.
    pub connections: u32,
    /// Messages on one connection before it is closed and another opened.
    pub messages_per_connection: u32,
    /// The hours of the day in which copies leave; none: all.
    pub hours: Option<Hours>,
    /// The time zone of `hours`; by default that of the schedule.
    pub time_zone: Option<String>,
    /// What some recipients' domains ask for.
    pub domain: BTreeMap<String, DomainPace>,
    /// How a connection to the relay is protected.
    pub tls: Tls,
    /// The certificate authority for `tls = "pinned"`: a PEM file.
    pub ca_file: Option<String>,
    /// Why `tls = "none"` was chosen; asked for by SND-10.
    pub tls_reason: Option<String>,
    /// A command that prints the relay's password, so that it is in no file.
    pub password_command: Option<String>,
    /// A command that prints an access token, for relays that sign in by XOAUTH2.
    pub token_command: Option<String>,
    /// Hours for which a deferred copy is tried again.
    pub retry_hours: u32,
    /// Minutes without an accepted copy for which a run waits for what it cannot do now.
    pub patience_minutes: u32,
    /// The keys with which copies are signed.
    #[serde(deserialize_with = "one_or_more")]
    pub dkim: Vec<Dkim>,
    /// Several relays, between which the work is divided; none: the one that the environment names.
    pub relay: Vec<RelaySettings>,
}

impl Default for Delivering {
    fn default() -> Self {
        Self {
            messages_per_second: 0,
            messages_per_minute: 30,
            messages_per_hour: 0,
            messages_per_day: 0,
            connections: 4,
            messages_per_connection: 100,
            hours: None,
            time_zone: None,
            domain: BTreeMap::new(),
            tls: Tls::Required,
            ca_file: None,
            tls_reason: None,
            password_command: None,
            token_command: None,
            retry_hours: 24,
            patience_minutes: 90,
            dkim: Vec::new(),
            relay: Vec::new(),
        }
    }
}

impl Delivering {
    /// What cannot be right, and a word of the file by which it is found; `from` is the domain of `sender.from`.
    pub fn mistake(&self, from: &str) -> Option<(String, Words)> {
        for (key, value) in [("connections", self.connections), ("messages_per_minute", self.messages_per_minute)] {
            if value == 0 {
                return Some((key.to_owned(), words!("write 1 or more", "écrivez 1 ou plus")));
            }
        }
        if let Some(zone) = self.time_zone.as_ref().filter(|zone| TimeZone::get(zone).is_err()) {
            let problem = words!("there is no time zone `{zone}`", "il n'y a pas de fuseau horaire `{zone}`");
            return Some((format!("\"{zone}\""), problem));
        }
        if let Some(mistake) = self.relay_mistake() {
            return Some(mistake);
        }
        for key in &self.dkim {
            let domain = key.domain.as_deref().unwrap_or(from).to_ascii_lowercase();
            let is_aligned = domain == from || from.ends_with(&format!(".{domain}"));
            if !is_aligned {
                let problem = words!(
                    "sign with the domain of `sender.from`, {from}, or one above it: receivers compare them (DMARC)",
                    "signez avec le domaine de `sender.from`, {from}, ou un domaine au-dessus : les destinataires les comparent (DMARC)"
                );
                return Some((format!("\"{domain}\""), problem));
            }
        }
        None
    }

    /// What holds for the recipients at a domain.
    pub fn of_domain(&self, domain: &str) -> DomainPace {
        self.domain.get(domain).copied().unwrap_or_default()
    }
}

/// What the recipients at one domain ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainPace {
    /// Messages a minute to it; 0: no limit of its own.
    pub messages_per_minute: u32,
    /// Messages under way to it at once; 0: no limit of its own.
    pub connections: u32,
    /// Hours for which a deferred copy is tried again; by default those of every domain.
    pub retry_hours: Option<u32>,
}

/// A key with which copies are signed (DKIM).
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    /// The name under `_domainkey` where its public half lies.
    pub selector: String,
    /// The domain that signs; by default that of `sender.from`.
    #[serde(default)]
    pub domain: Option<String>,
    /// The private key: a PEM file that its owner alone may read.
    pub key_file: String,
}

/// How a connection to the relay is protected (SND-10). On loopback nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// TLS, with a certificate the system trusts.
    #[default]
    Required,
    /// TLS, with a certificate of the named authority only.
    Pinned,
    /// In the clear; needs a reason.
    None,
}

/// The hours of a day in which copies leave, written `07:00-19:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
}

impl Hours {
    /// Reads `07:00-19:00`; the second is later than the first.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
        let hours = Self { from: time(from)?, to: time(to)? };
        (hours.from < hours.to).then_some(hours)
    }

    /// The first moment from `now` on at which copies may leave.
    pub fn opens(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let local = now.to_zoned(zone.clone()).datetime();
        if (self.from..self.to).contains(&local.time()) {
            return now;
        }
        let day = if local.time() < self.from { local.date() } else { local.date().saturating_add(1.day()) };
        // A clock that springs forward over the hour opens when it has; one that cannot be read opens in an hour.
        let opens = day.to_datetime(self.from).to_zoned(zone.clone()).map(|opens| opens.timestamp());
        opens.unwrap_or_else(|_| now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now))
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("write the hours as `07:00-19:00`"))
    }
}

/// `[delivery.dkim]` is one key, `[[delivery.dkim]]` several.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Dkim>, D::Error> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<Dkim>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table with `selector` and `key_file`, or several")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Dkim::deserialize(de::value::MapAccessDeserializer::new(map)).map(|key| vec![key])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(de::value::SeqAccessDeserializer::new(list))
        }
    }
    deserializer.deserialize_any(Keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_leave_in_the_hours_of_a_time_zone_also_when_clocks_change() {
        let hours = Hours::parse("07:00-19:00").unwrap();
        let zone = TimeZone::get("America/Toronto").unwrap();
        let opens = |now: &str| hours.opens(now.parse().unwrap(), &zone).to_string();
        assert_eq!(opens("2026-12-09T15:00:00Z"), "2026-12-09T15:00:00Z");
        assert_eq!(opens("2026-12-09T11:59:59Z"), "2026-12-09T12:00:00Z");
        assert_eq!(opens("2026-12-10T00:00:00Z"), "2026-12-10T12:00:00Z");
        // Clocks spring forward on 2026-03-08: seven o'clock comes an hour sooner.
        assert_eq!(opens("2026-03-08T01:00:00Z"), "2026-03-08T11:00:00Z");
        for bad in ["", "7-19", "19:00-07:00", "07:00", "25:00-26:00"] {
            assert_eq!(Hours::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_key_or_several_are_read() {
        let read = |text: &str| toml_edit::de::from_str::<Delivering>(text);
        assert_eq!(read("[dkim]\nselector = \"a\"\nkey_file = \"k\"").unwrap().dkim.len(), 1);
        let two = "[[dkim]]\nselector = \"a\"\nkey_file = \"k\"\n[[dkim]]\nselector = \"b\"\nkey_file = \"l\"";
        assert_eq!(read(two).unwrap().dkim.len(), 2);
        assert!(read("[dkim]\nselector = \"a\"\nkey = \"k\"").is_err());
        let domains = read("[domain.\"mail.example\"]\nmessages_per_minute = 9").unwrap();
        assert_eq!(domains.of_domain("mail.example").messages_per_minute, 9);
        assert_eq!(domains.of_domain("other.example"), DomainPace::default());
    }
}
