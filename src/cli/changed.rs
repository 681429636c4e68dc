//! What is no longer as it was composed: files by name, and the words themselves where they can be told.

use anyhow::Result;

use super::workspace::{self, IssueFolder};
use super::{Shell, approve, words};
use crate::gather::read_stories;
use crate::model::{Edition, InputChange, Manifest};

/// Names editions and inputs that are no longer what was composed. True: there are some.
pub(super) fn say(folder: &IssueFolder<'_>, manifest: &Manifest, editions: &[Edition], shell: &Shell) -> Result<bool> {
    let touched = workspace::touched(manifest, editions);
    let changes = workspace::changes(&shell.config.root, manifest);
    for edition in &touched {
        let file = folder.shown(&format!("editions/{edition}"));
        shell.report.warn(&words!(
            "`{file}.*` or `manifest.json` is not as it was composed",
            "`{file}.*` ou `manifest.json` n'est plus tel qu'il a été composé"
        ));
    }
    for change in &changes {
        shell.report.warn(&words::change(change));
    }
    if changes.iter().any(|change| matches!(change, InputChange::Changed(file) if file.starts_with("stories/"))) {
        for line in story_words(folder, shell)? {
            shell.report.text(format!("  {line}"));
        }
    }
    Ok(!touched.is_empty() || !changes.is_empty())
}

/// Which words of which stories are others, in which language.
fn story_words(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Vec<String>> {
    let Some(issue) = folder.load_issue()? else { return Ok(Vec::new()) };
    let (stories, _) = read_stories(&shell.config.root, &shell.config.newsletter, shell.now)?;
    Ok(approve::story_changes(&issue, &stories, shell.report))
}
