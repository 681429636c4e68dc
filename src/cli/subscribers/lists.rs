//! `subscribers import`: the files of `subscribers/` into the ledger.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::super::exit::Exit;
use super::super::{Shell, clock};
use super::{folder, shown};
use crate::ledger::Ledger;
use crate::model::Severity;
use crate::send::import::{How, Taken, Taking};

/// The files of `subscribers/`, in the order of their names.
pub(crate) fn lists(shell: &Shell) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder(shell)) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file()
            && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
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
    import(ledger, false, now, shell)
}

pub(super) fn import(ledger: &Ledger, is_dry: bool, now: Timestamp, shell: &Shell) -> Result<Exit> {
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
    let taken = taking.finish()?;
    for (name, taken) in names.iter().zip(&taken) {
        for finding in &taken.findings {
            shell.report.finding(finding);
        }
        if taken.findings.iter().any(|finding| finding.severity <= Severity::Warning) {
            exit = Exit::Look;
        }
        say(name, taken, shell);
    }
    if is_dry {
        shell.report.line(&words!("dry run: nothing was changed", "essai : rien n'a été changé"));
        if shell.report.is_json {
            let files: Vec<_> = names.iter().zip(&taken).map(|(name, taken)| counts(name, taken)).collect();
            shell.report.json(&json!({"dry_run": true, "files": files}));
        }
    }
    Ok(exit)
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
