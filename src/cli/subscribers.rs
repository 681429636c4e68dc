//! `subscribers`: the people who get the newsletter, as the ledger knows them.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit::Exit;
use super::{Shell, clock};
use crate::ledger::Ledger;
use crate::model::Severity;
use crate::send::import;

/// Arguments of `subscribers`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take the files of `subscribers/` into the ledger.
    Import,
    /// Everyone, with language and standing.
    List,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let ledger = Ledger::open(&shell.config.state_dir()?)?;
    match args.what {
        What::Import => {
            let exit = import_lists(&ledger, shell.now, shell)?;
            if shell.report.is_json {
                shell.report.json(&json!({"imported": true, "look": exit != Exit::Done}));
            }
            Ok(exit)
        }
        What::List => list(&ledger, shell),
    }
}

fn list(ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    let mut people: Vec<Value> = Vec::new();
    ledger.each_subscriber(|person| {
        let language = if person.both { json!("both") } else { json!(person.language) };
        if shell.report.is_json {
            people.push(json!({
                "email": person.address.as_str(),
                "language": language,
                "status": person.status,
                "since": person.since,
                "source": person.source,
            }));
        } else {
            let language = language.as_str().unwrap_or("?").to_owned();
            shell.report.text(format!("{:<40} {language:<5} {}", person.address.as_str(), person.status));
        }
        Ok(())
    })?;
    if shell.report.is_json {
        shell.report.json(&people);
    }
    Ok(Exit::Done)
}

/// The files of `subscribers/`, in the order of their names.
pub(super) fn lists(shell: &Shell) -> Result<Vec<PathBuf>> {
    let folder = shell.config.root.join("subscribers");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
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
pub(super) fn import_lists(ledger: &Ledger, now: Timestamp, shell: &Shell) -> Result<Exit> {
    let mut exit = Exit::Done;
    // Two imports in one moment of a set clock are two.
    let import = format!("import {now} {}", clock());
    for path in lists(shell)? {
        let name = format!("subscribers/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let file = crate::files::open_regular(&path)?;
        let taken = import::take_in(ledger, &shell.config.newsletter, (file, &name), &import, now)?;
        for finding in &taken.findings {
            shell.report.finding(finding);
        }
        if taken.findings.iter().any(|finding| finding.severity <= Severity::Warning) {
            exit = Exit::Look;
        }
        let import::Taken { added, changed, same, twice, kept_away, .. } = taken;
        shell.report.line(&words!(
            "{name}: {added} new, {changed} changed, {same} as before, {twice} twice, {kept_away} kept away",
            "{name} : {added} nouveaux, {changed} modifiés, {same} inchangés, {twice} en double, {kept_away} écartés"
        ));
    }
    Ok(exit)
}
