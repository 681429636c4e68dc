//! What is no longer as it was composed: files by name, and the words themselves where they can be told.

use anyhow::Result;
use jiff::Timestamp;

use super::exit::Exit;
use super::report::Report;
use super::workspace::{self, IssueFolder};
use super::{Shell, difference, words};
use crate::gather::read_stories;
use crate::model::{Edition, InputChange, Issue, IssueId, Manifest, Story, Text};

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
    Ok(story_changes(&issue, &stories, shell.report))
}

/// The words of an issue's stories that differ from another reading of them: for saying which French word changed.
fn story_changes(before: &Issue, after: &[Story], report: Report) -> Vec<String> {
    let mut lines = Vec::new();
    for old in before.stories() {
        let Some(new) = after.iter().find(|story| story.id == old.id) else { continue };
        for (lang, text) in &new.texts {
            let Some(was) = old.texts.get(lang) else { continue };
            let words = |text: &Text| format!("{} {} {}", text.title, text.summary, text.body);
            for change in difference::sentences(&difference::changes(&words(was), &words(text))) {
                lines.push(format!("{}, {lang}: {}", old.id, report.say(&change)));
            }
        }
    }
    lines
}

/// An issue that a person gave up before anything of it left.
pub(super) fn given_up(id: &IssueId, shell: &Shell) -> Exit {
    shell.report.alert(&words!(
        "refused: issue `{id}` was cancelled before anything of it left; if that was a mistake, remove `issues/{id}/sent.json`",
        "refusé : le numéro `{id}` a été annulé avant que rien n'en parte; si c'était une erreur, supprimez `issues/{id}/sent.json`"
    ));
    Exit::Blocked
}

/// An issue that began to leave, and a ledger that knows nothing of it: sending again would send it twice.
pub(super) fn lost_ledger(id: &IssueId, frozen_at: Timestamp, shell: &Shell) -> Exit {
    let since = words::moment(frozen_at, &shell.config.newsletter);
    let state = &shell.config.newsletter.state_dir;
    shell.report.alert(&words!(
        "refused: issue `{id}` began to leave on {since}, and the ledger in `{state}` knows nothing of it: put back the `{state}` it left with, or send from the machine that has it",
        "refusé : le numéro `{id}` a commencé à partir le {since}, et le registre dans `{state}` n'en sait rien : remettez le `{state}` avec lequel il est parti, ou envoyez depuis la machine qui l'a"
    ));
    Exit::Blocked
}
