//! Taking lists in. Rows are sorted once by address, outside the ledger, and then merged in that order, a batch to a
//! transaction: every page of the ledger is touched once instead of once a row, which is what makes a million rows a matter
//! of seconds, in little memory.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::{Result, anyhow};
use jiff::Timestamp;

use super::Ledger;
use super::merge::{self, Context, Ids, Merging};
use super::runs::{Runs, Sorted};
use super::sql::{Connection, params};
use super::store::{Doing, Manner};
use crate::model::{Address, Lang};

/// Rows merged in one transaction: another process waits for the ledger no longer than one of these.
const BATCH_ROWS: usize = 20_000;
/// Batches on their way to the ledger: the next rows are read back while they are merged.
const BATCHES_MAX: usize = 2;

/// One row of a subscriber file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// To whom.
    pub address: Address,
    /// Their language; none: unknown.
    pub language: Option<Lang>,
    /// Whether they asked for both languages.
    pub both: bool,
    /// Their name.
    pub name: Option<String>,
    /// The format they asked for.
    pub format: Option<String>,
    /// Where the address comes from.
    pub source: Option<String>,
    /// When they consented, `YYYY-MM-DD`.
    pub consented_on: Option<String>,
    /// On what basis they are written to.
    pub basis: Option<String>,
    /// Further columns of the list, as a JSON object.
    pub fields: Option<String>,
}

impl Entry {
    /// A row that says nothing but an address and its language.
    pub fn new(address: Address, language: Option<Lang>) -> Self {
        Self {
            address,
            language,
            both: false,
            name: None,
            format: None,
            source: None,
            consented_on: None,
            basis: None,
            fields: None,
        }
    }
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// A new subscriber.
    Added,
    /// Something about them changed.
    Changed,
    /// Nothing changed.
    Same,
    /// The address stood in this import before; the later row's language holds.
    Twice,
    /// The address has become another, which gets the copy.
    Moved,
    /// They left, bounced, complained or paused: the row brings nobody back.
    KeptAway,
}

/// A row of a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The file, by its position in [`Intake::files`].
    pub file: usize,
    /// Its line.
    pub line: u64,
    /// What it says.
    pub entry: Entry,
}

/// What became of a row, with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The file, by its position in [`Intake::files`].
    pub file: usize,
    /// Its line.
    pub line: u64,
    /// What became of it.
    pub imported: Imported,
}

/// What people absent from a complete list came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The file.
    pub list: String,
    /// People whom it no longer has.
    pub n_people: u64,
    /// Whether they were taken out; not when so many would have been that the file must be damaged.
    pub is_done: bool,
}

/// An import under way.
pub struct Intake {
    ledger: Ledger,
    id: i64,
    now: Timestamp,
    is_dry: bool,
    /// Names of its files, as the ledger keeps them.
    pub files: Vec<String>,
    runs: Runs,
}

impl Ledger {
    /// Begins an import; `name` is kept with it. A dry one changes nothing.
    pub fn begin_import(&self, name: &str, is_dry: bool, now: Timestamp) -> Result<Intake> {
        let name = name.to_owned();
        let id = if is_dry {
            0
        } else {
            self.db.write_now(move |db| {
                let sql = "INSERT INTO imports (name, at) VALUES (?1, ?2) RETURNING id";
                Ok(db.query_row(sql, params![name, now.as_millisecond()], |row| row.get(0))?)
            })?
        };
        let runs = Runs::new(&self.state_dir);
        Ok(Intake { ledger: self.clone(), id, now, is_dry, files: Vec::new(), runs })
    }

    /// Takes rows in and says of each what became of it; `import` names the whole.
    pub fn take_in(&self, rows: Vec<Entry>, import: &str, now: Timestamp) -> Result<Vec<Imported>> {
        let mut intake = self.begin_import(import, false, now)?;
        let mut became = vec![Imported::Same; rows.len()];
        for (entry, line) in rows.into_iter().zip(0..) {
            intake.stage(&Staged { file: 0, line, entry })?;
        }
        intake.finish(&[], |merged| {
            if let Some(place) = usize::try_from(merged.line).ok().and_then(|line| became.get_mut(line)) {
                *place = merged.imported;
            }
        })?;
        Ok(became)
    }
}

impl Intake {
    /// Hands a row in.
    pub fn stage(&mut self, row: &Staged) -> Result<()> {
        self.runs.push(row.file, row.line, &row.entry)
    }

    /// Merges what was handed in; `saw` learns of every row. People whom one of the `complete` lists no longer has
    /// have left.
    pub fn finish(self, complete: &[String], mut saw: impl FnMut(Merged)) -> Result<Vec<Absent>> {
        let Self { ledger, id, now, is_dry, files, runs } = self;
        let lists: Vec<String> = complete.iter().filter(|list| files.contains(list)).cloned().collect();
        let context = Context { id, now, is_dry, is_tracked: !lists.is_empty(), files };
        let mut sorted = runs.sorted()?;
        let mut under_way: VecDeque<Receiver<Result<Merging>>> = VecDeque::new();
        let (mut seen, mut last_key) = (Ids::default(), String::new());
        loop {
            let waits = hand_over(&ledger, &context, &mut sorted, &mut last_key)?;
            let is_over = waits.is_none();
            under_way.extend(waits);
            while under_way.len() > if is_over { 0 } else { BATCHES_MAX } {
                let Some(waits) = under_way.pop_front() else { break };
                let merging = waits.recv().map_err(|_| {
                    anyhow!(words!("the ledger's writer has stopped", "l'écriture du registre s'est arrêtée"))
                })??;
                merging.merged.into_iter().for_each(&mut saw);
                merging.known.into_iter().for_each(|number| seen.insert(number));
            }
            if is_over {
                break;
            }
        }
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        ledger
            .db
            .write_now(move |db| lists.iter().map(|list| merge::take_out_absent(db, list, &seen, &context)).collect())
    }
}

/// Gives the next rows to the ledger; none: there are no more.
fn hand_over(
    ledger: &Ledger,
    context: &Context,
    sorted: &mut Sorted,
    last_key: &mut String,
) -> Result<Option<Receiver<Result<Merging>>>> {
    let piece = sorted.next_piece(BATCH_ROWS)?;
    let Some(last) = piece.last_key()? else { return Ok(None) };
    let before = std::mem::replace(last_key, last);
    let (done, waits) = sync_channel(1);
    let context = context.clone();
    let work = move |db: &Connection| merge::merge(db, &context, &piece.rows()?, &before);
    ledger.db.submit(Manner::Alone, Doing::Once(Some(Box::new(work))), move |result| {
        // Whoever gave up waiting has an error of their own to tell.
        let _ = done.send(result);
    });
    Ok(Some(waits))
}
