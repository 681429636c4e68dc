//! `subscribers import`: the files of `subscribers/` into the ledger.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::super::exit::Exit;
use super::super::{Shell, clock, words};
use super::{folder, shown};
use crate::ledger::Ledger;
use crate::model::{Place, Severity};
use crate::send::import::{How, Taken, Taking};

/// Findings of one file that are shown; the rest is counted, and all of them are written down.
const SHOWN_MAX: usize = 20;
/// Where findings are written when there are too many to show, in STATE. They name lines, and nobody's address.
const REPORT: &str = "import.txt";

/// The lists of `subscribers/`, in the order of their names.
pub(crate) fn lists(shell: &Shell) -> Result<Vec<PathBuf>> {
    in_folder(shell, &["csv"])
}

/// The files of `subscribers/` with one of these endings, in the order of their names.
fn in_folder(shell: &Shell, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder(shell)) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file()
            && path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
            && !crate::files::is_ignored_name(&name)
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Takes the files of `subscribers/` into the ledger, and says what is wrong with some rows.
pub(crate) fn import_lists(ledger: &Ledger, now: Timestamp, shell: &Shell) -> Result<Exit> {
    Ok(import(ledger, false, now, shell)?.exit)
}

/// As the freeze takes them in: into the copy of the ledger, or, where there is none, only looked at.
pub(crate) fn try_lists(copy: Option<&Ledger>, ledger: &Ledger, now: Timestamp, shell: &Shell) -> Result<()> {
    match copy {
        Some(copy) => {
            copy.wake(now)?;
            import(copy, false, now, shell)?;
        }
        None => {
            import(ledger, true, now, shell)?;
        }
    }
    Ok(())
}

fn import(ledger: &Ledger, is_dry: bool, now: Timestamp, shell: &Shell) -> Result<Import> {
    // Two imports in one moment of a set clock are two.
    let name = format!("import {now} {}", clock());
    let mut taking = Taking::begin(ledger, &shell.config.newsletter, How { name: &name, is_dry, now })?;
    let mut names = Vec::new();
    for path in lists(shell)? {
        let name = shown(&path, shell);
        taking.read(crate::files::open_regular(&path)?, &name)?;
        names.push(name);
    }
    let mut exit = Exit::Done;
    for path in in_folder(shell, &["xlsx", "xls", "ods", "numbers"])? {
        let name = shown(&path, shell);
        shell.report.warn(&words!(
            "`{name}` is a workbook, and is not read: save it there as “CSV UTF-8”",
            "`{name}` est un classeur et n'est pas lu : enregistrez-le à cet endroit au format « CSV UTF-8 »"
        ));
        exit = Exit::Look;
    }
    let taken = taking.finish()?;
    for (name, taken) in names.iter().zip(&taken) {
        for finding in taken.findings.iter().take(SHOWN_MAX) {
            shell.report.finding(finding);
        }
        let n_more = taken.findings.len().saturating_sub(SHOWN_MAX);
        if n_more > 0 {
            let more =
                words::count(n_more, ["more finding", "more findings"], ["autre constatation", "autres constatations"]);
            let (en, fr) = (more.en, more.fr);
            shell.report.warn(&words!("{name}: {en}", "{name} : {fr}"));
        }
        if taken.findings.iter().any(|finding| finding.severity <= Severity::Warning) {
            exit = Exit::Look;
        }
        say(name, taken, shell);
    }
    if taken.iter().any(|taken| taken.findings.len() > SHOWN_MAX) {
        let shown = write_down(&names, &taken, shell)?;
        shell.report.line(&words!(
            "every finding, by file and line: {shown}",
            "chaque constat, par fichier et ligne : {shown}"
        ));
    }
    if is_dry {
        shell.report.line(&words!("dry run: nothing was changed", "essai : rien n'a été changé"));
    }
    Ok(Import { exit, files: names.iter().zip(&taken).map(|(name, taken)| counts(name, taken)).collect() })
}

/// What an import came to.
struct Import {
    exit: Exit,
    files: Vec<serde_json::Value>,
}

/// `subscribers import`.
pub(super) fn run(ledger: &Ledger, is_dry: bool, shell: &Shell) -> Result<Exit> {
    let Import { exit, files } = import(ledger, is_dry, shell.now, shell)?;
    if shell.report.is_json {
        let done = if is_dry { "dry_run" } else { "imported" };
        shell.report.json(&json!({done: true, "look": exit != Exit::Done, "files": files}));
    }
    Ok(exit)
}

/// Writes every finding into a file, one a line, and gives its path.
fn write_down(names: &[String], taken: &[Taken], shell: &Shell) -> Result<String> {
    let mut text = String::new();
    for (name, finding) in
        names.iter().zip(taken).flat_map(|(name, taken)| taken.findings.iter().map(move |one| (name, one)))
    {
        let line = if let Place::File { line, .. } = finding.place { line } else { 0 };
        let (letter, said, hint) =
            (finding.severity.letter(), shell.report.say(&finding.message), shell.report.say(&finding.hint));
        // Writing to a String does not fail.
        let _ = writeln!(text, "{letter} {name}:{line}  {said} ({hint})");
    }
    // In STATE also when a copy of the ledger takes the lists in.
    let path = shell.config.state_dir()?.join(REPORT);
    crate::files::write_whole(&path, text.as_bytes())?;
    Ok(shown(&path, shell))
}

fn counts(name: &str, taken: &Taken) -> serde_json::Value {
    let Taken { added, changed, same, twice, kept_away, moved, erased, absent, findings } = taken;
    json!({
        "file": name, "added": added, "changed": changed, "same": same, "twice": twice, "kept_away": kept_away,
        "moved": moved, "erased": erased, "absent": absent, "findings": findings,
    })
}

fn say(name: &str, taken: &Taken, shell: &Shell) {
    let Taken { added, changed, same, twice, kept_away, moved, erased, absent, .. } = taken;
    let mut said = words!(
        "{name}: {added} new, {changed} changed, {same} as before, {twice} twice, {kept_away} kept away",
        "{name} : {added} nouveaux, {changed} modifiés, {same} inchangés, {twice} en double, {kept_away} écartés"
    );
    for (n, en, fr) in [
        (*moved, "under an old address", "sous une ancienne adresse"),
        (*erased, "erased", "effacés"),
        (*absent, "no longer in it: left", "n'y sont plus : partis"),
    ] {
        if n > 0 {
            said.en = format!("{}, {n} {en}", said.en);
            said.fr = format!("{}, {n} {fr}", said.fr);
        }
    }
    shell.report.line(&said);
}
