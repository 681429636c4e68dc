//! The certificate that a complete issue leaves in its folder.

use anyhow::Result;

use super::Shell;
use super::workspace::{self, IssueFolder};
use crate::archive::{Certificate, Certified, certificates};
use crate::files;
use crate::ledger::{Asked, Ledger};

/// Writes `certificate.en.html`, `certificate.en.txt` and so on of a complete issue, and gives the name of the page in the
/// person's language; none: it is not complete.
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
    let style = workspace::page_style(shell)?;
    for Certificate { lang, text, html } in certificates(&certified, newsletter, &newsletter.schedule.zone()?, &style) {
        files::write_whole(&folder.file(&format!("certificate.{lang}.txt")), text.as_bytes())?;
        files::write_whole(&folder.file(&format!("certificate.{lang}.html")), html.as_bytes())?;
    }
    let page = shell.report.say(&words!("certificate.en.html", "certificate.fr.html")).to_owned();
    Ok(Some(folder.shown(&page)))
}
