//! What `approvals/` holds: who approved which digest, what they saw, the mails that say so, and who was asked.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::seen::Seen;
use super::{policy, sign};
use crate::cli::workspace::IssueFolder;
use crate::cli::{Shell, report};
use crate::files;
use crate::model::{Approval, Digest, Edition, EditionId, Words};

/// One request that was mailed. It names a person and no address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) edition: EditionId,
    pub(super) digest: Digest,
    /// Who was asked.
    pub(super) to: String,
    pub(super) at: Timestamp,
}

/// What `approvals/EDITION.json` says.
#[derive(Default)]
pub(super) struct Held {
    /// Approvals as they were given, of these bytes and of earlier ones.
    pub(super) whole: Vec<Approval>,
    /// Those that were touched by hand since: they count for nothing.
    pub(super) broken: Vec<Broken>,
}

/// An approval that is not as it was given.
pub(super) struct Broken {
    /// Whose it says it is; none: the file itself cannot be read.
    pub(super) by: Option<String>,
    /// What is wrong, with its file, and what helps.
    pub(super) why: Words,
}

impl IssueFolder<'_> {
    /// What the file of an edition holds, whole or not.
    fn read_approvals(&self, edition: &EditionId) -> Result<Result<Vec<Approval>, serde_json::Error>> {
        let text = files::read_text_if_there(&self.file(&format!("approvals/{edition}.json")))?;
        Ok(text.map_or_else(|| Ok(Vec::new()), |text| serde_json::from_str(&text)))
    }

    pub(super) fn save_approvals(&self, edition: &EditionId, approvals: &[Approval]) -> Result<()> {
        self.save(&format!("approvals/{edition}.json"), &approvals)?;
        Ok(())
    }

    /// What somebody has seen who approved this digest. Without it, or with one that cannot be read, the next request
    /// says nothing of what has changed, and shows the edition as to somebody who sees it for the first time.
    pub(super) fn load_seen(&self, digest: &Digest) -> Option<Seen> {
        self.load(&format!("approvals/seen/{}.json", digest.short())).ok().flatten()
    }

    pub(super) fn save_seen(&self, digest: &Digest, seen: &Seen) -> Result<()> {
        self.save(&format!("approvals/seen/{}.json", digest.short()), seen)?;
        Ok(())
    }

    pub(super) fn load_requests(&self) -> Result<Vec<Request>> {
        let file = self.file("approvals/requests.json");
        let Some(text) = files::read_text_if_there(&file)? else { return Ok(Vec::new()) };
        let (shown, id) = (self.shown("approvals/requests.json"), &self.id);
        serde_json::from_str(&text).with_context(|| {
            words!(
                "`{shown}` is damaged: remove it, and ask again with `cco-news approve {id} --request`",
                "`{shown}` est endommagé : supprimez-le, et redemandez avec `cco-news approve {id} --request`"
            )
        })
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

/// What is wrong with the approvals of these editions, a line each.
pub(in crate::cli) fn broken(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<Vec<Words>> {
    let mut all = Vec::new();
    for edition in editions.iter().filter(|edition| !edition.id.is_both()) {
        all.extend(held(folder, edition, shell)?.broken.into_iter().map(|broken| broken.why));
    }
    Ok(all)
}

/// The approvals of an edition; those that were touched by hand stand apart, each with its file.
pub(super) fn held(folder: &IssueFolder<'_>, edition: &Edition, shell: &Shell) -> Result<Held> {
    let (id, digest) = (&edition.id, edition.digest());
    let file = folder.shown(&format!("approvals/{id}.json"));
    let mut held = Held::default();
    let approvals = match folder.read_approvals(id)? {
        Ok(approvals) => approvals,
        Err(error) => {
            let why = words!(
                "`{file}` cannot be read ({error}), so that its approvals count for nothing: put it back as it was, or approve once more",
                "`{file}` est illisible ({error}), et ses approbations ne comptent pas : remettez-le tel qu'il était, ou approuvez de nouveau"
            );
            held.broken.push(Broken { by: None, why });
            Vec::new()
        }
    };
    for approval in approvals {
        let by = &approval.by;
        let fault = if !approval.is_whole() || approval.edition != *id {
            Some(words!(
                "the approval of {by} in `{file}` is not as it was given, and counts for nothing: put the file back as it was, or approve once more",
                "l'approbation de {by} dans `{file}` n'est pas telle qu'elle a été donnée, et ne compte pas : remettez le fichier tel qu'il était, ou approuvez de nouveau"
            ))
        } else {
            match unproved(folder, &file, &approval, shell)? {
                // Of earlier bytes: whoever signed may have left since.
                Some(_) if approval.digest != digest => continue,
                fault => fault,
            }
        };
        match fault {
            None => held.whole.push(approval),
            Some(why) => held.broken.push(Broken { by: Some(approval.by), why }),
        }
    }
    Ok(held)
}

/// Why the mail or the signature behind an approval does not prove it any more.
fn unproved(folder: &IssueFolder<'_>, file: &str, approval: &Approval, shell: &Shell) -> Result<Option<Words>> {
    let by = &approval.by;
    if let Some(digest) = &approval.reply {
        let name = reply_name(digest);
        let shown = folder.shown(&name);
        if !is_there(&folder.file(&name), digest)? {
            return Ok(Some(words!(
                "the mail with which {by} approved, `{shown}`, is gone or is not as it came, so that the approval counts for nothing: put it back, or approve once more",
                "le courriel par lequel {by} a approuvé, `{shown}`, a disparu ou n'est pas tel qu'il est arrivé, et l'approbation ne compte pas : remettez-le, ou approuvez de nouveau"
            )));
        }
    }
    Ok(sign::verify(approval, &folder.id, &shell.config).err().map(|error| {
        let Words { en, fr } = report::chain(&error);
        words!("`{file}`, the approval of {by}: {en}", "`{file}`, l'approbation de {by} : {fr}")
    }))
}

fn is_there(path: &Path, digest: &Digest) -> Result<bool> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(false);
    }
    Ok(Digest::of(&files::read_bytes(path, files::DROPPED_BYTES_MAX)?) == *digest)
}
