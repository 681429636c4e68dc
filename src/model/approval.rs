//! An approval: a name, a time, and the digest of exactly what was read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, EditionId, IssueId};

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
    /// Whether they stood in for an approver, for a small change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delegate: bool,
    /// The SHA-256 of the mail that says so, kept in `approvals/replies/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Digest>,
    /// Their signature over [`Approval::statement`], as `ssh-keygen -Y sign` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The SHA-256 of the fields above: a file touched by hand no longer fits it.
    pub seal: Digest,
}

impl Approval {
    /// An approval, sealed.
    pub fn new(edition: EditionId, digest: Digest, by: String, at: Timestamp, note: Option<String>) -> Self {
        let seal = Digest::of(b"");
        Self { edition, digest, by, at, note, delegate: false, reply: None, signature: None, seal }.sealed()
    }

    /// The same, sealed anew: for whoever has just set a field.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.seal = seal(&self);
        self
    }

    /// Whether it is as it was given.
    pub fn is_whole(&self) -> bool {
        self.seal == seal(self)
    }

    /// What is signed: everything the approval says, a line each.
    pub fn statement(&self, issue: &IssueId) -> String {
        let Self { edition, digest, by, at, .. } = self;
        let (digest, note) = (digest.as_str(), self.note.as_deref().unwrap_or_default().replace(['\r', '\n'], " "));
        let delegate = if self.delegate { "yes" } else { "no" };
        format!(
            "cco-news approval\nissue {issue}\nedition {edition}\ndigest {digest}\nby {by}\nat {at}\ndelegate {delegate}\nnote {note}\n"
        )
    }
}

fn seal(approval: &Approval) -> Digest {
    let Approval { edition, digest, by, at, note, delegate, reply, signature, seal: _ } = approval;
    let at = at.to_string();
    let mut fields = vec![edition.as_str(), digest.as_str(), by, &at, note.as_deref().unwrap_or("")];
    // What an approval does not have adds nothing: those given before these fields existed keep their seal.
    if *delegate {
        fields.push("delegate");
    }
    if let Some(reply) = reply {
        fields.extend(["reply", reply.as_str()]);
    }
    if let Some(signature) = signature {
        fields.extend(["signature", signature]);
    }
    let written: Vec<String> = fields.iter().map(|field| format!("{}:{field}", field.len())).collect();
    Digest::of(written.concat().as_bytes())
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
        assert!(!Approval { delegate: true, ..approval.clone() }.is_whole());
        assert!(!Approval { reply: Some(Digest::of(b"y")), ..approval.clone() }.is_whole());
        assert!(!Approval { signature: Some("z".into()), ..approval.clone() }.is_whole());
        assert!(Approval { delegate: true, ..approval.clone() }.sealed().is_whole());
        assert!(!Approval { digest: Digest::of(b"y"), ..approval }.is_whole());
    }

    #[test]
    fn an_approval_given_by_the_first_version_is_still_whole() {
        let seal = "a seal";
        let text = format!(
            r#"{{"edition": "fr", "digest": "00", "by": "Camille", "at": "2026-12-08T15:00:00Z", "seal": "{seal}"}}"#
        );
        let kept: Approval = serde_json::from_str(&text).unwrap();
        let first = Digest::of(b"2:fr2:007:Camille20:2026-12-08T15:00:00Z0:");
        assert!(Approval { seal: first, ..kept.clone() }.is_whole() && !kept.is_whole());
    }
}
