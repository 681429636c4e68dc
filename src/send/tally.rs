//! What a run makes of the outcomes as they come: when a refusal is about us, when there are too many. Pure.

use crate::model::{Outcome, Reply};

/// Refusals of policy in a row after which they are taken to be about us.
const POLICY_REFUSALS_MAX: usize = 3;
/// Outcomes before a share says anything.
const SHARE_SINCE: u64 = 100;
/// Percent of refused at which a run warns, and at which it stops: what large senders lose their standing for.
const SHARE_WARN: u64 = 5;
const SHARE_STOP: u64 = 10;

/// Enhanced codes that say "this address does not exist" (RFC 3463 3.2, 3.3; RFC 7505).
const DEAD_ADDRESS: [&str; 4] = ["5.1.1", "5.1.2", "5.1.10", "5.2.1"];

/// The run's count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) deferred: u64,
    pub(super) refused: u64,
    pub(super) unknown: u64,
    suspects: Vec<(i64, Reply)>,
}

/// What follows from an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Follows {
    /// Record it.
    Record,
    /// A refusal of policy: keep the copy deferred until it is clear whom it is about.
    Suspect,
    /// It is about us: the run stops, the suspects stay deferred.
    AboutUs,
}

impl Tally {
    /// Takes an outcome in. With it come the suspects that are now cleared: they were about their recipients.
    pub(super) fn take(&mut self, id: i64, outcome: &Outcome) -> (Follows, Vec<(i64, Reply)>) {
        match outcome {
            Outcome::Refused(reply) if is_policy(reply) => {
                self.suspects.push((id, reply.clone()));
                let is_about_us = self.suspects.len() >= POLICY_REFUSALS_MAX;
                return (if is_about_us { Follows::AboutUs } else { Follows::Suspect }, Vec::new());
            }
            Outcome::Accepted(_) => self.accepted += 1,
            Outcome::Deferred(_) => {
                self.deferred += 1;
                // It says nothing about the refusals before it.
                return (Follows::Record, Vec::new());
            }
            Outcome::Refused(_) => self.refused += 1,
            Outcome::Unknown(_) => self.unknown += 1,
        }
        (Follows::Record, self.cleared())
    }

    /// The suspects, cleared: at the end of a run that was not about us.
    pub(super) fn cleared(&mut self) -> Vec<(i64, Reply)> {
        self.refused += self.suspects.len() as u64;
        std::mem::take(&mut self.suspects)
    }

    pub(super) const fn done(&self) -> u64 {
        self.accepted + self.deferred + self.refused + self.unknown
    }

    pub(super) const fn is_worth_a_warning(&self) -> bool {
        self.done() >= SHARE_SINCE && self.refused * 100 >= self.done() * SHARE_WARN
    }

    pub(super) const fn are_too_many_refused(&self) -> bool {
        self.done() >= SHARE_SINCE && self.refused * 100 >= self.done() * SHARE_STOP
    }
}

fn is_policy(reply: &Reply) -> bool {
    reply.enhanced.as_deref().is_some_and(|code| code.starts_with("5.7."))
}

/// Whether a refusal says that the address does not exist.
pub(super) fn is_dead_address(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(reply)
        if reply.enhanced.as_deref().is_some_and(|code| DEAD_ADDRESS.contains(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(enhanced: &str) -> Reply {
        Reply { code: 550, enhanced: Some(enhanced.to_owned()), text: String::new() }
    }

    #[test]
    fn three_refusals_of_policy_in_a_row_are_about_us() {
        let mut tally = Tally::default();
        assert_eq!(tally.take(1, &Outcome::Refused(reply("5.7.1"))).0, Follows::Suspect);
        assert_eq!(tally.take(2, &Outcome::Refused(reply("5.7.1"))).0, Follows::Suspect);
        let (follows, cleared) = tally.take(3, &Outcome::Accepted(reply("2.0.0")));
        assert_eq!((follows, cleared.len(), tally.refused), (Follows::Record, 2, 2));
        for id in 4..6 {
            assert_eq!(tally.take(id, &Outcome::Refused(reply("5.7.26"))).0, Follows::Suspect);
        }
        assert_eq!(tally.take(6, &Outcome::Refused(reply("5.7.1"))).0, Follows::AboutUs);
    }

    #[test]
    fn a_run_warns_at_five_percent_and_stops_at_ten() {
        let mut tally = Tally { accepted: 95, refused: 4, ..Tally::default() };
        assert!(!tally.is_worth_a_warning());
        tally.take(1, &Outcome::Refused(reply("5.1.1")));
        assert!(tally.is_worth_a_warning() && !tally.are_too_many_refused());
        tally.refused = 12;
        assert!(tally.are_too_many_refused());
        assert!(
            is_dead_address(&Outcome::Refused(reply("5.1.1"))) && !is_dead_address(&Outcome::Refused(reply("5.2.2")))
        );
    }
}
