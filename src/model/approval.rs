//! An approval: a name, a time, and the digest of exactly what was read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, EditionId};

/// One person's word for one edition; `approvals/EDITION.json` holds a list of them.
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
    /// The SHA-256 of the fields above: a file touched by hand no longer fits it.
    pub seal: Digest,
}

impl Approval {
    /// An approval, sealed.
    pub fn new(edition: EditionId, digest: Digest, by: String, at: Timestamp, note: Option<String>) -> Self {
        let seal = seal(&edition, &digest, &by, at, note.as_deref());
        Self { edition, digest, by, at, note, seal }
    }

    /// Whether it is as it was given.
    pub fn is_whole(&self) -> bool {
        self.seal == seal(&self.edition, &self.digest, &self.by, self.at, self.note.as_deref())
    }
}

fn seal(edition: &EditionId, digest: &Digest, by: &str, at: Timestamp, note: Option<&str>) -> Digest {
    let fields = [edition.as_str(), digest.as_str(), by, &at.to_string(), note.unwrap_or("")];
    Digest::of(fields.map(|field| format!("{}:{field}", field.len())).concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_touched_by_hand_is_not_whole() {
        let at = "2026-12-08T15:00:00Z".parse().unwrap();
        let approval = Approval::new(EditionId::new("fr"), Digest::of(b"x"), "Camille".into(), at, None);
        assert!(approval.is_whole());
        assert!(!Approval { by: "Camile".into(), ..approval.clone() }.is_whole());
        assert!(!Approval { digest: Digest::of(b"y"), ..approval }.is_whole());
    }
}
