//! How long what names a person is kept.

use serde::Deserialize;

/// How long what names a person is kept, in days (FEDERAL 4).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Requests to subscribe that nobody confirmed.
    pub unconfirmed_days: u32,
    /// People who left: then a keyed hash only. At least 60, for as long as links to leave must work (CASL s. 11).
    pub left_days: u32,
    /// Addresses on the copies of complete issues.
    pub copies_days: u32,
    /// Letters about a subscription.
    pub letters_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        // Two years is how long the Privacy Regulations (s. 4) keep what was used about a person.
        Self { unconfirmed_days: 30, left_days: 60, copies_days: 730, letters_days: 60 }
    }
}
