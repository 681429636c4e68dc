//! One recipient's copy, and what became of it.

use serde::{Deserialize, Serialize};

use super::{Address, EditionId, Lang};

/// What became of one recipient's copy (DESIGN rule 3): `planned → claimed → dotted → accepted | deferred | refused |
/// unknown`, or `suppressed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In the frozen audience; not yet touched.
    Planned,
    /// A sender has taken it; its final dot has not left.
    Claimed,
    /// Its final dot may have left.
    Dotted,
    /// Our mail server, or the outbox, has it.
    Accepted,
    /// Will be tried again.
    Deferred,
    /// Will not be tried again.
    Refused,
    /// The dot left and no readable answer came: never sent again by itself.
    Unknown,
    /// Left, bounced or cancelled before it was sent.
    Suppressed,
}

impl State {
    /// As in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Claimed => "claimed",
            Self::Dotted => "dotted",
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Suppressed => "suppressed",
        }
    }

    /// From the ledger.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Planned,
            Self::Claimed,
            Self::Dotted,
            Self::Accepted,
            Self::Deferred,
            Self::Refused,
            Self::Unknown,
            Self::Suppressed,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number in the ledger.
    pub id: i64,
    /// The edition.
    pub edition: EditionId,
    /// To whom.
    pub to: Address,
    /// The recipient's language; none: unknown, so the bilingual edition.
    pub language: Option<Lang>,
    /// How often it was tried before.
    pub tries: u32,
    /// The number of the subscriber, which their links carry.
    pub number: i64,
    /// Whether they get the text alone.
    pub is_plain: bool,
}

/// A reply of the mail server, as far as it may be kept: no address in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The three digits; 0 when there was no reply at all.
    pub code: u16,
    /// The enhanced code (RFC 3463), when there was one.
    pub enhanced: Option<String>,
    /// The text, cut to 200 characters, addresses masked.
    pub text: String,
}

/// What a way out said of one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took responsibility (RFC 5321 6.1), or the file is in the outbox.
    Accepted(Reply),
    /// An explicit 4xx, or a connection lost before the dot.
    Deferred(Reply),
    /// An explicit 5xx about this recipient.
    Refused(Reply),
    /// The dot left; the reply was lost, late or unreadable.
    Unknown(Reply),
}

/// How many copies of an edition are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The whole frozen audience.
    pub planned: u64,
    /// Not yet touched.
    pub to_send: u64,
    /// Claimed or dotted.
    pub in_flight: u64,
    /// Accepted.
    pub accepted: u64,
    /// Deferred.
    pub deferred: u64,
    /// Refused.
    pub refused: u64,
    /// Unknown.
    pub unknown: u64,
    /// Suppressed.
    pub suppressed: u64,
}

impl Counts {
    /// Complete only if planned = accepted + refused + unknown + suppressed.
    pub fn is_complete(&self) -> bool {
        self.planned == self.accepted + self.refused + self.unknown + self.suppressed
    }

    /// Of all editions together.
    pub fn sum<'a>(counts: impl Iterator<Item = &'a Self>) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            planned: sum.planned + one.planned,
            to_send: sum.to_send + one.to_send,
            in_flight: sum.in_flight + one.in_flight,
            accepted: sum.accepted + one.accepted,
            deferred: sum.deferred + one.deferred,
            refused: sum.refused + one.refused,
            unknown: sum.unknown + one.unknown,
            suppressed: sum.suppressed + one.suppressed,
        })
    }
}
