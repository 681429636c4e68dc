//! What `approvals/` holds: who approved which digest, what they saw, the mails that say so, and who was asked.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::seen::Seen;
use super::{policy, sign};
use crate::cli::Shell;
use crate::cli::workspace::IssueFolder;
use crate::files;
use crate::model::{Approval, Digest, Edition, EditionId};

/// One request that was mailed. It names a person and no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) edition: EditionId,
    pub(super) digest: Digest,
    /// Who was asked.
    pub(super) to: String,
    pub(super) at: Timestamp,
}

impl IssueFolder<'_> {
    pub(super) fn load_approvals(&self, edition: &EditionId) -> Result<Vec<Approval>> {
        Ok(self.load(&format!("approvals/{edition}.json"))?.unwrap_or_default())
    }

    pub(super) fn save_approvals(&self, edition: &EditionId, approvals: &[Approval]) -> Result<()> {
        self.save(&format!("approvals/{edition}.json"), &approvals)?;
        Ok(())
    }

    /// What somebody has seen who approved this digest.
    pub(super) fn load_seen(&self, digest: &Digest) -> Result<Option<Seen>> {
        self.load(&format!("approvals/seen/{}.json", digest.short()))
    }

    pub(super) fn save_seen(&self, digest: &Digest, seen: &Seen) -> Result<()> {
        self.save(&format!("approvals/seen/{}.json", digest.short()), seen)?;
        Ok(())
    }

    pub(super) fn load_requests(&self) -> Result<Vec<Request>> {
        Ok(self.load("approvals/requests.json")?.unwrap_or_default())
    }

    pub(super) fn save_requests(&self, requests: &[Request]) -> Result<()> {
        self.save("approvals/requests.json", &requests)?;
        Ok(())
    }

    /// Keeps the mail that says "approved".
    pub(super) fn save_reply(&self, raw: &[u8]) -> Result<Digest> {
        let digest = Digest::of(raw);
        files::write_secret(&self.file(&reply_name(&digest)), raw)?;
        Ok(digest)
    }
}

/// A mail names people, and is kept readable by its owner alone.
fn reply_name(digest: &Digest) -> String {
    format!("approvals/replies/{}.eml", digest.short())
}

/// Editions that still lack approvals of exactly these bytes, and how many.
pub(in crate::cli) fn missing(
    folder: &IssueFolder<'_>,
    editions: &[Edition],
    shell: &Shell,
) -> Result<Vec<(EditionId, usize)>> {
    let needed = shell.config.newsletter.policy.approvals as usize;
    let mut missing = Vec::new();
    for edition in editions.iter().filter(|edition| !edition.id.is_both()) {
        let given = policy::counting(folder, edition, shell)?.len();
        if given < needed {
            missing.push((edition.id.clone(), needed - given));
        }
    }
    Ok(missing)
}

/// The approvals of an edition, of these bytes and of earlier ones; one that was touched by hand is refused by name.
pub(super) fn valid(folder: &IssueFolder<'_>, edition: &EditionId, shell: &Shell) -> Result<Vec<Approval>> {
    let approvals = folder.load_approvals(edition)?;
    let file = folder.shown(&format!("approvals/{edition}.json"));
    for approval in &approvals {
        let by = &approval.by;
        if !approval.is_whole() || approval.edition != *edition {
            bail!(words!(
                "the approval of {by} in `{file}` is not as it was given: ask for it again",
                "l'approbation de {by} dans `{file}` n'est pas telle qu'elle a été donnée : redemandez-la"
            ));
        }
        if let Some(digest) = &approval.reply {
            let name = reply_name(digest);
            let shown = folder.shown(&name);
            if !is_there(&folder.file(&name), digest)? {
                bail!(words!(
                    "the mail with which {by} approved, `{shown}`, is gone or is not as it came: put it back, or ask again",
                    "le courriel par lequel {by} a approuvé, `{shown}`, a disparu ou n'est pas tel qu'il est arrivé : remettez-le, ou redemandez l'approbation"
                ));
            }
        }
        sign::verify(approval, &folder.id, &shell.config)
            .with_context(|| words!("the approval of {by} in `{file}`", "l'approbation de {by} dans `{file}`"))?;
    }
    Ok(approvals)
}

fn is_there(path: &Path, digest: &Digest) -> Result<bool> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(false);
    }
    Ok(Digest::of(&files::read_bytes(path, files::DROPPED_BYTES_MAX)?) == *digest)
}
