//! The certificate that a complete issue leaves in its folder.

use anyhow::Result;

use super::Shell;
use super::workspace::{self, IssueFolder};
use crate::archive::{Certified, certificate};
use crate::files;
use crate::ledger::{Asked, Ledger};

/// Writes `certificate.txt` and `certificate.html` of a complete issue, and gives their name; none: it is not complete.
pub(super) fn save(folder: &IssueFolder<'_>, ledger: &Ledger, shell: &Shell) -> Result<Option<String>> {
    let id = &folder.id;
    let Some(frozen) = ledger.frozen(id)? else { return Ok(None) };
    let Some(completed) = frozen.completed else { return Ok(None) };
    let newsletter = &shell.config.newsletter;
    let certified = Certified {
        issue: id,
        frozen_at: frozen.frozen_at,
        completed,
        counts: &ledger.counts(id)?,
        digests: &frozen.digests,
        approvals: &ledger.approvals(id)?,
        lag: ledger.lag(id)?,
        is_cancelled: ledger.control(id)?.is_some_and(|control| control.asked == Asked::Cancelled),
    };
    let (text, html) =
        certificate(&certified, newsletter, &newsletter.schedule.zone()?, &workspace::page_style(shell)?);
    files::write_whole(&folder.file("certificate.txt"), text.as_bytes())?;
    files::write_whole(&folder.file("certificate.html"), html.as_bytes())?;
    Ok(Some(folder.shown("certificate.html")))
}
