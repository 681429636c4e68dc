//! What became of an issue, in numbers: no address and no name in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Counts, EditionId, IssueId, State};

/// An issue after it has left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    /// Which one.
    pub issue: IssueId,
    /// The Date of every copy.
    pub frozen_at: Timestamp,
    /// When its last copy had an outcome.
    pub completed: Option<Timestamp>,
    /// Copies by edition and state.
    pub counts: BTreeMap<EditionId, Counts>,
    /// Seconds between the medians of the languages.
    pub lag_seconds: Option<i64>,
    /// The first and the last acceptance.
    pub accepted_between: Option<(Timestamp, Timestamp)>,
    /// Outcomes over time.
    pub outcomes: Vec<Outcomes>,
    /// What the mail servers refused, or put off, most frequent first.
    pub refusals: Vec<Refusal>,
    /// How many people left, bounced or complained since, until the next issue.
    pub departures: BTreeMap<String, u64>,
    /// How many answered "Was this useful?" since, until the next issue: `useful` and `not-useful`.
    pub opinions: BTreeMap<String, u64>,
    /// The audience of this issue and of those before it, oldest first.
    pub audience: Vec<(IssueId, BTreeMap<EditionId, u64>)>,
}

/// Copies that had an outcome in one span of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcomes {
    /// When the span begins.
    pub from: Timestamp,
    /// Its length in seconds: the same in one account.
    pub seconds: i64,
    /// Of which edition.
    pub edition: EditionId,
    /// Accepted copies.
    pub accepted: u64,
    /// Refused, unknown and deferred copies.
    pub other: u64,
}

/// Copies that one domain's servers refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Refusal {
    /// Refused, deferred or unknown.
    pub state: State,
    /// The domain of the recipients.
    pub domain: String,
    /// The server's code, 0 when there was none.
    pub code: u16,
    /// The enhanced code (RFC 3463).
    pub enhanced: Option<String>,
    /// How many.
    pub copies: u64,
}

impl Account {
    /// Accepted copies a minute, from the first to the last.
    pub fn accepted_per_minute(&self) -> Option<f64> {
        let (first, last) = self.accepted_between?;
        let accepted: u64 = self.counts.values().map(|counts| counts.accepted).sum();
        let minutes = last.duration_since(first).as_secs_f64() / 60.0;
        #[expect(clippy::cast_precision_loss, reason = "a count of copies")]
        let rate = accepted as f64 / minutes;
        (minutes > 0.0).then_some(rate)
    }
}
