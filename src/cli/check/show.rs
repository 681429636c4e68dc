//! Findings on a terminal: by story, each with the line of its source and a caret, then what was mended and noted by
//! numbers.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::report::Colour;
use super::super::story::caret;
use super::super::workspace::{Checked, IssueFolder};
use super::{Shell, evidence, page};
use crate::model::{Finding, Issue, Origin, Place, Severity};

/// Where a finding is told: a story, or the issue around them.
pub(in crate::cli) fn story_of<'i>(finding: &Finding, issue: &'i Issue) -> Option<&'i crate::model::Story> {
    issue.stories().find(|story| match (&finding.place, &story.origin) {
        (Place::Edition { story: Some(id), .. }, _) => story.id.as_str() == id,
        (Place::File { file, .. }, Origin::File { file: own, twin, .. }) => file == own || twin.as_ref() == Some(file),
        _ => false,
    })
}

/// Errors and warnings by story, in the order of the issue.
pub(super) fn grouped(folder: &IssueFolder<'_>, checked: &Checked, shell: &Shell) -> Result<()> {
    let Some(issue) = folder.load_issue()? else { return Ok(()) };
    let sources = evidence::sources(folder, &issue, shell)?;
    let is_shown = |finding: &&Finding| match finding.severity {
        Severity::Error => true,
        Severity::Warning => finding.waived.is_none(),
        Severity::Fixed | Severity::Info => false,
    };
    let mut groups: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    for finding in checked.findings.iter().filter(is_shown) {
        let at = story_of(finding, &issue).and_then(|of| issue.stories().position(|story| std::ptr::eq(story, of)));
        groups.entry(at.map_or(usize::MAX, |at| at)).or_default().push(finding);
    }
    for (at, findings) in groups {
        let title = match issue.stories().nth(at) {
            Some(story) => {
                let newsletter = &shell.config.newsletter;
                let own = page::language(newsletter, shell.report.speech).and_then(|lang| story.texts.get(lang));
                own.or_else(|| story.texts.get(&newsletter.source_language))
                    .or_else(|| story.texts.values().next())
                    .map_or(story.id.as_str(), |text| &text.title)
                    .to_owned()
            }
            None => shell.report.say(&words!("The issue as a whole", "Le numéro dans son ensemble")).to_owned(),
        };
        shell.report.text(shell.report.paint(Colour::Cyan, &format!("── {title}")));
        for finding in findings {
            shell.report.finding_on(finding, &caret::lines(finding, &sources, shell.report.columns()));
        }
    }
    Ok(())
}
