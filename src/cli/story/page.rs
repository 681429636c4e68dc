//! Writes `public/stories.html`, from stories and findings of the drop folder.

use anyhow::Result;

use super::judge;
use crate::archive::{self, Contribution};
use crate::cli::{Shell, workspace};
use crate::files;
use crate::model::{Finding, Harvest, Origin, Place, Story};

/// Writes the page for what was gathered. Says whether it changed.
pub(in crate::cli) fn save(harvest: &Harvest, shell: &Shell) -> Result<bool> {
    let is_file = |story: &&Story| matches!(story.origin, Origin::File { .. });
    let stories: Vec<Story> = harvest.stories.iter().filter(is_file).cloned().collect();
    let is_dropped = |finding: &&Finding| matches!(&finding.place, Place::File { file, .. } if file == "stories" || file.starts_with("stories/"));
    let findings = harvest.problems.iter().filter(is_dropped).cloned().collect();
    let (contributions, _) = judge::judge(&stories, findings, shell)?;
    write(&contributions, shell)
}

/// Writes the page. Says whether it changed.
pub(super) fn write(contributions: &[Contribution], shell: &Shell) -> Result<bool> {
    let page = archive::stories(contributions, &shell.config.newsletter, &workspace::page_style(shell)?);
    files::write_whole(&shell.config.root.join(&page.path), page.html.as_bytes())
}
