//! `subscribers erase`: a person is forgotten, and what still holds their address is named, by file and line.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::super::exit::Exit;
use super::super::{Shell, words};
use super::shown;
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::Address;
use crate::send::departures;

/// Bytes of a line that are looked at: a longer one is no text.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// Folders below the newsletter's that are looked into.
const DEPTH_MAX: usize = 12;

pub(super) fn run(ledger: &Ledger, address: &Address, shell: &Shell) -> Result<Exit> {
    let typed = address.as_str();
    let erased = departures::erase(ledger, address, shell.now)?;
    let mut needles: Vec<String> = erased.addresses.iter().map(Address::key).collect();
    needles.push(address.key());
    needles.dedup();
    let n_copies = empty_outbox(&ledger.state_dir().join("outbox"), &needles)?;
    ledger.scrub(false)?;
    if holds(&ledger.state_dir().join(FILE_NAME), &needles)? {
        // Pages that were shuffled may keep a copy of what stood in them: the file is written anew.
        ledger.scrub(true)?;
    }
    let mut places = Vec::new();
    let state = ledger.state_dir().to_owned();
    for root in [&shell.config.root, &state] {
        for path in files_below(root, 0) {
            let is_again = root == &shell.config.root && path.starts_with(&state);
            if !is_again {
                lines_with(&path, &needles, &mut |line| places.push((shown(&path, shell), line)))?;
            }
        }
    }
    let known = if erased.was_known {
        words!(
            "erased: {typed}. A keyed hash keeps them out",
            "effacée : {typed}. Une empreinte à clé l'empêche de revenir"
        )
    } else {
        words!(
            "{typed} was not in the ledger; a keyed hash now keeps them out",
            "{typed} n'était pas dans le registre; une empreinte à clé l'empêche désormais d'y entrer"
        )
    };
    shell.report.line(&known);
    if n_copies > 0 {
        let taken = words::count(usize::try_from(n_copies)?, ["message", "messages"], ["message", "messages"]);
        let (en, fr) = (taken.en, taken.fr);
        shell.report.line(&words!("taken out of the outbox: {en}", "retiré de la boîte d'envoi : {fr}"));
    }
    for (file, line) in &places {
        let place = if *line == 0 { file.clone() } else { format!("{file}:{line}") };
        shell.report.warn(&words!(
            "the address still stands in {place}: take it out there",
            "l'adresse figure encore dans {place} : retirez-la de là"
        ));
    }
    shell.report.line(&words!(
        "backups made before today still hold it: keep them no longer than you must",
        "les sauvegardes faites avant aujourd'hui la contiennent encore : ne les gardez pas plus longtemps que nécessaire"
    ));
    if shell.report.is_json {
        let still: Vec<_> = places.iter().map(|(file, line)| json!({"file": file, "line": line})).collect();
        shell.report.json(&json!({"was_known": erased.was_known, "outbox": n_copies, "still_in": still}));
    }
    Ok(if places.is_empty() { Exit::Done } else { Exit::Look })
}

/// Every regular file, but those that cannot hold a list or are not the newsletter's.
fn files_below(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth < DEPTH_MAX && name != ".git" && name != "target" {
            found.extend(files_below(&path, depth + 1));
        } else if kind.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Takes out of the outbox every message that names one of the addresses.
fn empty_outbox(outbox: &Path, needles: &[String]) -> Result<u64> {
    let mut n_copies = 0;
    for path in files_below(outbox, 0) {
        if holds(&path, needles)? {
            let shown = path.display();
            fs::remove_file(&path)
                .with_context(|| words!("could not remove `{shown}`", "impossible de supprimer `{shown}`"))?;
            n_copies += 1;
        }
    }
    Ok(n_copies)
}

fn holds(path: &Path, needles: &[String]) -> Result<bool> {
    let mut is_there = false;
    lines_with(path, needles, &mut |_| is_there = true)?;
    Ok(is_there)
}

/// Calls `see` with the number of each line that holds one of the addresses; 0 for a file that is not text.
fn lines_with(path: &Path, needles: &[String], see: &mut dyn FnMut(usize)) -> Result<()> {
    let shown = path.display();
    let read = || words!("could not read `{shown}`", "impossible de lire `{shown}`");
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(read),
    };
    let mut reader = BufReader::new(file);
    let (mut line, mut number) = (Vec::new(), 0);
    let longest = needles.iter().map(String::len).max().unwrap_or(0);
    let mut is_binary = false;
    loop {
        // What began at the end of a block that was too long for one line is looked at again with the next.
        let is_whole = line.last().is_none_or(|byte| *byte == b'\n');
        let kept = if is_whole { 0 } else { line.len().min(longest) };
        line.drain(..line.len() - kept);
        if reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line).with_context(read)? == 0 {
            return Ok(());
        }
        number += usize::from(is_whole);
        // UTF-16 lists have a zero beside every letter.
        is_binary |= line.contains(&0);
        let mut text = String::from_utf8_lossy(&line).into_owned();
        if text.contains('\0') {
            text.push_str(&line.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect::<String>());
        }
        let text = text.to_lowercase();
        if needles.iter().any(|needle| text.contains(needle.as_str())) {
            see(if is_binary { 0 } else { number });
            if is_binary {
                return Ok(());
            }
        }
    }
}
