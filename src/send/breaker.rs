//! Whether there is a way at all: opens when nobody can connect, lets one probe through after a wait. Pure.

use jiff::{SignedDuration, Timestamp};

/// Lanes in a row that cannot connect, each of which has tried a few times itself: fewer may be the relay's limit on
/// connections, or one connection's bad luck.
const FAILURES_MAX: u32 = 2;
/// Waits before a probe, in seconds; the last one again and again. A relay that is back is noticed within a minute.
const PROBE_SECONDS: [i64; 4] = [10, 20, 30, 60];

/// The state of the way to the relay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    failures: u32,
    has_worked: bool,
    opened: Option<Opened>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Opened {
    since: Timestamp,
    probe: Timestamp,
    n_probes: usize,
}

impl Breaker {
    /// A connection was made; says for how long there was none.
    pub(super) fn worked(&mut self, now: Timestamp) -> Option<SignedDuration> {
        (self.failures, self.has_worked) = (0, true);
        self.opened.take().map(|opened| now.duration_since(opened.since))
    }

    /// A connection could not be made.
    pub(super) const fn failed(&mut self) {
        self.failures += 1;
    }

    /// Lets everybody try again.
    pub(super) const fn forget(&mut self) {
        self.failures = 0;
    }

    /// Whether connecting has failed since it last worked.
    pub(super) const fn is_in_doubt(&self) -> bool {
        self.failures > 0
    }

    /// Whether nobody should try now.
    pub(super) const fn is_open(&self) -> bool {
        self.failures >= FAILURES_MAX
    }

    /// Whether a connection was ever made in this run.
    pub(super) const fn has_worked(&self) -> bool {
        self.has_worked
    }

    /// When to probe; every lane has ended. Says too whether the relay has just gone away.
    pub(super) fn next_probe(&mut self, now: Timestamp) -> (Timestamp, bool) {
        let n_probes = self.opened.map_or(0, |opened| opened.n_probes + 1);
        let seconds = PROBE_SECONDS[n_probes.min(PROBE_SECONDS.len() - 1)];
        let probe = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        let is_new = self.opened.is_none();
        let since = self.opened.map_or(now, |opened| opened.since);
        self.opened = Some(Opened { since, probe, n_probes });
        // Half open: one lane may try.
        self.failures = FAILURES_MAX - 1;
        (probe, is_new)
    }

    /// Whether the next pass is a probe: one lane, one copy.
    pub(super) const fn is_probing(&self) -> bool {
        self.opened.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_two_lanes_probes_with_one_and_closes_when_it_works() {
        let mut now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut breaker = Breaker::default();
        assert_eq!(breaker.worked(now), None);
        breaker.failed();
        assert!(breaker.is_in_doubt() && !breaker.is_open());
        assert_eq!(breaker.worked(now), None);
        breaker.failed();
        breaker.failed();
        assert!(breaker.is_open());
        let mut waits = Vec::new();
        for nth in 0..6 {
            let (probe, is_new) = breaker.next_probe(now);
            assert_eq!((is_new, breaker.is_probing(), breaker.is_open()), (nth == 0, true, false));
            waits.push(probe.duration_since(now).as_secs());
            now = probe;
            breaker.failed();
            assert!(breaker.is_open());
        }
        assert_eq!(waits, [10, 20, 30, 60, 60, 60]);
        assert_eq!(breaker.worked(now), Some(SignedDuration::from_secs(240)));
        assert!(!breaker.is_probing() && !breaker.is_open() && breaker.has_worked());
    }
}
