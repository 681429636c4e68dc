//! `departures.log`: who has left, as keyed hashes, kept beside the ledger, so that a restored backup brings nobody back
//! (DESIGN rule 5). Each line is a moment, what happened, and the mark of an address; the last line of a mark holds.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use super::secrets::Secrets;
use crate::ledger::{Departure, Ledger};

/// Its file in STATE.
pub const FILE_NAME: &str = "departures.log";
/// The ledger's names for how far the log was written and read.
const META_EVENT: &str = "departures.event";
const META_BYTES: &str = "departures.bytes";
/// A line is a moment, a word and a mark; anything longer is something else.
const LINE_BYTES_MAX: u64 = 200;

/// Brings the log and the ledger to one state: what the log knows and the ledger does not (a backup was restored) is
/// taken into the ledger, what the ledger knows and the log does not is written, and a log that was lost is written
/// anew. Gives the number of people whom the ledger still had. Cheap when there is nothing to do.
pub fn settle(ledger: &Ledger, now: Timestamp) -> Result<u64> {
    let path = ledger.state_dir().join(FILE_NAME);
    let shown = path.display().to_string();
    let number = |key: &str| -> Result<i64> { Ok(ledger.meta(key)?.and_then(|text| text.parse().ok()).unwrap_or(0)) };
    let (event_key, bytes_key) = keys(ledger)?;
    let (event, bytes) = (number(&event_key)?, number(&bytes_key)?);
    let (fresh, last) = ledger.departures_since(event)?;
    let length = i64::try_from(fs::metadata(&path).map_or(0, |meta| meta.len()))?;
    if fresh.is_empty() && length == bytes {
        return Ok(0);
    }
    let secrets = Secrets::open(ledger)?;
    let mark = |address: &crate::model::Address| secrets.mark(address);
    let mut n_people = 0;
    if length > bytes {
        let said =
            read(&path, bytes).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
        let departed: Vec<_> = said.into_iter().filter(|(_, departure)| departure.what != "returned").collect();
        if !departed.is_empty() {
            let secrets = secrets.clone();
            n_people = ledger.apply_departures(departed, move |address| secrets.mark(address), now)?;
        }
    }
    let lines = if length < bytes { ledger.all_departures()? } else { fresh };
    let line = |departure: Departure| {
        let Departure { at, what, address, mark: known } = departure;
        known.or_else(|| address.as_ref().map(mark)).map(|mark| format!("{at} {what} {mark}\n"))
    };
    let text: Vec<String> = lines.into_iter().filter_map(line).collect();
    let text = text.concat();
    let length = append(&path, &text).with_context(|| {
        words!(
            "could not write `{shown}`: is there room on the disk",
            "impossible d'écrire `{shown}` : reste-t-il de la place sur le disque"
        )
    })?;
    ledger.set_meta(&event_key, &last.to_string())?;
    ledger.set_meta(&bytes_key, &length.to_string())?;
    Ok(n_people)
}

/// Has the whole log read at the next [`settle`]: after a restore, no place in it is known to have been read.
pub fn read_again(ledger: &Ledger) -> Result<()> {
    ledger.set_meta(&keys(ledger)?.1, "0")
}

/// Each machine has a log of its own.
fn keys(ledger: &Ledger) -> Result<(String, String)> {
    let machine = ledger.machine()?;
    Ok((format!("{META_EVENT}{machine}"), format!("{META_BYTES}{machine}")))
}

/// Erases a person: the log hears of it first, so that no crash in between can bring them back.
pub fn erase(ledger: &Ledger, address: &crate::model::Address, now: Timestamp) -> Result<crate::ledger::Erased> {
    settle(ledger, now)?;
    let secrets = Secrets::open(ledger)?;
    append(&ledger.state_dir().join(FILE_NAME), &format!("{now} erased {}\n", secrets.mark(address)))?;
    let marking = secrets.clone();
    let erased = ledger.erase(address, move |address| marking.mark(address), now)?;
    let others = erased.addresses.iter().filter(|other| *other != address);
    let text: Vec<String> = others.map(|other| format!("{now} erased {}\n", secrets.mark(other))).collect();
    let text = text.concat();
    let length = append(&ledger.state_dir().join(FILE_NAME), &text)?;
    ledger.set_meta(&keys(ledger)?.1, &length.to_string())?;
    Ok(erased)
}

/// Lines from a byte on; of several with one mark, the last.
fn read(path: &Path, from: i64) -> io::Result<BTreeMap<String, Departure>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from.unsigned_abs()))?;
    let mut reader = BufReader::new(file);
    let mut said = BTreeMap::new();
    let mut line = String::new();
    loop {
        line.clear();
        if io::Read::take(&mut reader, LINE_BYTES_MAX).read_line(&mut line)? == 0 {
            return Ok(said);
        }
        let mut words = line.split_whitespace();
        if let (Some(Ok(at)), Some(what), Some(mark)) = (words.next().map(str::parse), words.next(), words.next()) {
            let departure = Departure { at, what: what.to_owned(), address: None, mark: Some(mark.to_owned()) };
            said.insert(mark.to_owned(), departure);
        }
    }
}

/// Appends whole lines, on the disk when this returns; gives the file's length.
fn append(path: &Path, text: &str) -> io::Result<u64> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if !text.is_empty() {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(file.metadata()?.len())
}
