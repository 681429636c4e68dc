//! An approval: a name, a time, and the digest of exactly what was read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, EditionId};

/// One person's word for one edition (`approvals/EDITION.toml` holds them as `[[approval]]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The edition.
    pub edition: EditionId,
    /// What was approved.
    pub digest: Digest,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Anything they added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
