//! Who gets what, decided once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;

use super::copy;
use crate::ledger::{Freeze, FrozenEdition, FrozenIssue, Ledger};
use crate::model::{Approval, Counts, Edition, EditionId, IssueId, Newsletter, Segment};

/// An issue that is to leave.
#[derive(Debug, Clone)]
pub struct Leaving<'a> {
    /// The issue.
    pub issue: &'a IssueId,
    /// Its editions, as read from the disk.
    pub editions: &'a [Edition],
    /// `manifest.json`, as it is on the disk.
    pub manifest: &'a str,
    /// The approvals on file.
    pub approvals: &'a [Approval],
    /// Only those who meet every one of these conditions get it; empty: everyone.
    pub only: &'a [Segment],
    /// When it was to leave.
    pub send_at: Timestamp,
}

/// Freezes an issue: audience, Date and bytes in one transaction. Frozen already, with the same editions: it is left
/// as it is. Every language has to be there and approved, or none leaves (DESIGN rules 1 and 2).
pub fn freeze(ledger: &Ledger, newsletter: &Newsletter, leaving: &Leaving<'_>, now: Timestamp) -> Result<FrozenIssue> {
    approved(newsletter, leaving)?;
    let editions: Result<Vec<FrozenEdition>> = leaving
        .editions
        .iter()
        .map(|edition| {
            let id = &edition.id;
            let encoded = copy::encode(edition, newsletter, Some(now)).with_context(|| {
                words!("could not encode the `{id}` edition", "impossible d'encoder l'édition `{id}`")
            })?;
            let frame = serde_json::to_string(&encoded.frame)?;
            Ok(FrozenEdition { id: id.clone(), digest: edition.digest(), frame, wire: encoded.wire })
        })
        .collect();
    ledger.freeze(Freeze {
        issue: leaving.issue.clone(),
        editions: editions?,
        manifest: leaving.manifest.to_owned(),
        approvals: leaving.approvals.to_vec(),
        only: leaving.only.to_vec(),
        send_at: leaving.send_at,
        now,
    })
}

/// The counts as they are, or as a freeze would make them: for `--dry-run` and `status`.
pub fn planned(
    ledger: &Ledger,
    issue: &IssueId,
    editions: &[EditionId],
    only: &[Segment],
) -> Result<BTreeMap<EditionId, Counts>> {
    if ledger.frozen(issue)?.is_some() {
        return ledger.counts(issue);
    }
    let audience = ledger.audience_of(issue, editions, only)?;
    Ok(audience
        .into_iter()
        .map(|(id, planned)| (id, Counts { planned, to_send: planned, ..Counts::default() }))
        .collect())
}

/// The command has checked this with kinder words; here it is what makes the rule unbreakable.
fn approved(newsletter: &Newsletter, leaving: &Leaving<'_>) -> Result<()> {
    for lang in &newsletter.languages {
        let Some(edition) = leaving.editions.iter().find(|edition| edition.id == EditionId::of(lang)) else {
            bail!(words!(
                "the `{lang}` edition is missing: every language leaves, or none",
                "l'édition `{lang}` manque : toutes les langues partent, ou aucune"
            ));
        };
        let digest = edition.digest();
        let names: BTreeSet<String> = leaving
            .approvals
            .iter()
            .filter(|approval| approval.edition == edition.id && approval.digest == digest)
            .map(|approval| approval.by.trim().to_lowercase())
            .collect();
        let (has, needs) = (names.len(), newsletter.policy.approvals);
        if has < usize::try_from(needs)? {
            bail!(words!(
                "the `{lang}` edition has {has} of {needs} approvals for exactly these words ({digest})",
                "l'édition `{lang}` a {has} approbation(s) sur {needs} pour ce texte précis ({digest})"
            ));
        }
    }
    Ok(())
}
