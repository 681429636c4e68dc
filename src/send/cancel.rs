//! The end of an issue that was cancelled: what has not left never will, and every copy has an outcome.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use super::Step;
use crate::ledger::Ledger;
use crate::mail::Outbox;
use crate::model::{Counts, EditionId, IssueId};

/// Suppresses what has not left of an issue that was cancelled, and completes it. Stopped anywhere and called again it
/// does the same; it fails while another process sends, which then does it itself.
pub fn cancel_rest(
    ledger: &Ledger,
    issue: &IssueId,
    now: Timestamp,
    step: &Step,
) -> Result<BTreeMap<EditionId, Counts>> {
    let _lock = ledger.lock_for_sending_alone()?;
    step("recover")?;
    let outbox = Outbox::new(ledger.state_dir());
    ledger.recover(issue, move |id| outbox.has(id), now)?;
    step("suppress")?;
    ledger.suppress_rest(issue, now)?;
    step("complete")?;
    ledger.complete(issue, now)?;
    step("done")?;
    ledger.counts(issue)
}
