//! `translate import`: what came back from the translators, into the store.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use super::stand;
use crate::cli::exit::Exit;
use crate::cli::report::{self, Colour};
use crate::cli::workspace;
use crate::cli::{Shell, words};
use crate::files;
use crate::model::IssueId;
use crate::translate::{Import, import};

/// Arguments of `translate import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What came back: XLIFF, Word files or review sheets, under any name.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(long, value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// Who translated or revised it, for the record.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let (_, mut stores) = stand::now(&folder, shell)?;
    let by = args.by.as_deref().map(str::trim).filter(|by| !by.is_empty());
    let (mut exit, mut taken, mut all) = (Exit::Done, 0, Vec::new());
    for path in &args.files {
        let shown = path.display().to_string();
        let bytes = files::read_bytes(path, files::DROPPED_BYTES_MAX)?;
        let before = stores.clone();
        match import(&bytes, &mut stores, &id, by, &mut |question| report::ask(shell.report, question)) {
            Ok(import) => {
                show(&shown, &import, shell);
                taken += import.taken;
                exit = exit.max(exit_of(&import));
                all.push(as_json(&shown, &import, shell));
            }
            Err((what, hint)) => {
                stores = before;
                let (what_en, what_fr, hint_en, hint_fr) = (what.en, what.fr, hint.en, hint.fr);
                shell.report.warn(&words!("`{shown}`: {what_en}; {hint_en}", "`{shown}` : {what_fr}; {hint_fr}"));
                exit = exit.max(Exit::Blocked);
            }
        }
    }
    // A file from which nothing was taken changes no byte.
    if taken > 0 {
        stand::save(&folder, &stores, shell)?;
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
    }
    if shell.report.is_json {
        shell.report.json(&json!({"issue": id, "files": all}));
    }
    Ok(exit)
}

/// 3 when a person should look.
fn exit_of(import: &Import) -> Exit {
    let is_quiet =
        import.notes.is_empty() && import.doubts + import.absent + import.untranslated + import.comments == 0;
    if is_quiet { Exit::Done } else { Exit::Look }
}

fn show(shown: &str, it: &Import, shell: &Shell) {
    let report = &shell.report;
    let (taken, same, left, absent, doubts) = (it.taken, it.unchanged, it.untranslated, it.absent, it.doubts);
    let line = words!(
        "{shown}: {taken} passages taken, {same} unchanged, {left} not translated, {absent} not in the file, {doubts} in doubt",
        "{shown} : {taken} passages pris, {same} inchangés, {left} non traduits, {absent} absents du fichier, {doubts} douteux"
    );
    let colour = if exit_of(it) == Exit::Done { Colour::Green } else { Colour::Yellow };
    report.text(report.paint(colour, report.say(&line)));
    let (inserted, deleted) = it.tracked;
    if inserted + deleted > 0 {
        report.line(&words!(
            "  tracked changes: {inserted} insertions taken in, {deleted} deletions left out",
            "  modifications suivies : {inserted} insertions acceptées, {deleted} suppressions laissées de côté"
        ));
    }
    if it.comments > 0 {
        let n = words::count(it.comments, ["comment", "comments"], ["commentaire", "commentaires"]);
        let (en, fr) = (n.en, n.fr);
        report.line(&words!(
            "  {en} not read: look whether one asks something",
            "  {fr} : non lus; voyez si l'un d'eux pose une question"
        ));
    }
    for note in &it.notes {
        let place = match &note.story {
            Some(story) => format!("{story} {}: ", note.passage),
            None if note.passage.is_empty() => String::new(),
            None => format!("{}: ", note.passage),
        };
        report.text(format!("  {place}{}", report.say(&note.words)));
    }
}

fn as_json(shown: &str, it: &Import, shell: &Shell) -> Value {
    let notes = it.notes.iter().map(
        |note| json!({"story": note.story, "passage": note.passage, "message": note.words.say(shell.report.speech)}),
    );
    json!({
        "file": Path::new(shown).file_name().map(|name| name.to_string_lossy()),
        "taken": it.taken, "unchanged": it.unchanged, "untranslated": it.untranslated, "absent": it.absent,
        "doubts": it.doubts, "notes": notes.collect::<Vec<_>>(),
    })
}
