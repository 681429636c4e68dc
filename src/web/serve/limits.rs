//! How often strangers may cause mail: a form on the web is otherwise a way to fill anybody's mailbox. What is kept is
//! in memory, for an hour, and leaves with the process: who asked is nobody's business.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

/// Requests that cause a letter, an hour, from one network: an office behind one address stays below it by day.
const PER_NETWORK: u32 = 10;
/// Networks that are remembered; more at once is an attack, and then the breaker decides.
const NETWORKS_MAX: usize = 100_000;
/// How long a request counts.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// What was asked within the hour.
#[derive(Debug)]
pub(super) struct Limits {
    networks: HashMap<[u8; 8], (Timestamp, u32)>,
    all: (Timestamp, u32),
    letters_per_hour: u32,
}

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// This network has asked too often.
    Network,
    /// Everybody together has.
    Breaker,
}

impl Limits {
    /// Nothing was asked yet.
    pub(super) fn new(letters_per_hour: u32, now: Timestamp) -> Self {
        Self { networks: HashMap::new(), all: (now, 0), letters_per_hour }
    }

    /// Counts a request, or says which limit it meets.
    pub(super) fn ask(&mut self, from: IpAddr, now: Timestamp) -> Result<(), Limit> {
        if now.duration_since(self.all.0) >= WINDOW {
            self.all = (now, 0);
            self.networks.retain(|_, (began, _)| now.duration_since(*began) < WINDOW);
        }
        if self.all.1 >= self.letters_per_hour || self.networks.len() >= NETWORKS_MAX {
            return Err(Limit::Breaker);
        }
        let (began, n) = self.networks.entry(network(from)).or_insert((now, 0));
        if now.duration_since(*began) >= WINDOW {
            (*began, *n) = (now, 0);
        }
        if *n >= PER_NETWORK {
            return Err(Limit::Network);
        }
        *n += 1;
        self.all.1 += 1;
        Ok(())
    }
}

/// An address of version 4, or the /64 of one of version 6, which one subscriber of a provider has as a whole.
fn network(from: IpAddr) -> [u8; 8] {
    let mut network = [0; 8];
    match from.to_canonical() {
        IpAddr::V4(from) => network[4..].copy_from_slice(&from.octets()),
        IpAddr::V6(from) => network.copy_from_slice(&from.octets()[..8]),
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_and_everybody_have_their_hour() {
        let now: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
        let later = now + SignedDuration::from_mins(61);
        let mut limits = Limits::new(PER_NETWORK + 3, now);
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for n in 0..PER_NETWORK {
            assert_eq!(limits.ask(ip(&format!("2001:db8::{n}")), now), Ok(()));
        }
        assert_eq!(limits.ask(ip("2001:db8::ffff:1"), now), Err(Limit::Network));
        for n in 0..3 {
            assert_eq!(limits.ask(ip(&format!("192.0.2.{n}")), now), Ok(()));
        }
        assert_eq!(limits.ask(ip("192.0.2.9"), now), Err(Limit::Breaker));
        assert_eq!(limits.ask(ip("::ffff:192.0.2.9"), later), Ok(()));
    }
}
