//! Taking lists in. Rows are staged beside the ledger, sorted once by address, and then merged in that order: every page
//! of the ledger is touched once instead of once a row, which is what makes a million rows a matter of seconds, in
//! little memory. A row never brings back someone who left, and never changes what a person chose.

use std::sync::mpsc::{Receiver, sync_channel};

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::{Result, anyhow};
use jiff::Timestamp;

use super::Ledger;
use super::events::{self, Deed, Who};
use crate::model::{Address, Lang};

/// Rows merged in one transaction: another process waits for the ledger no longer than one of these.
const CHUNK_ROWS: i64 = 20_000;
/// Batches of staged rows on their way: reading goes on while they are written.
const STAGED_BATCHES_MAX: usize = 2;
/// A complete list that has lost more than one in this many of its people is a damaged file, not people who left.
const ABSENT_SHARE_MAX: u64 = 2;

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
    under_way: Vec<Receiver<Result<()>>>,
}

impl Ledger {
    /// Begins an import; `name` is kept with it. A dry one changes nothing.
    pub fn begin_import(&self, name: &str, is_dry: bool, now: Timestamp) -> Result<Intake> {
        let name = name.to_owned();
        let id = self.db.write_now(move |db| {
            db.execute_batch(
                "DROP TABLE IF EXISTS temp.sorted; DROP TABLE IF EXISTS temp.staged;
                 CREATE TEMP TABLE staged (
                     seq INTEGER PRIMARY KEY, key TEXT, file INTEGER, line INTEGER, address TEXT, language TEXT,
                     both INTEGER, name TEXT, format TEXT, source TEXT, consented_on TEXT, basis TEXT, fields TEXT)",
            )?;
            if is_dry {
                return Ok(0);
            }
            let sql = "INSERT INTO imports (name, at) VALUES (?1, ?2) RETURNING id";
            Ok(db.query_row(sql, params![name, now.as_millisecond()], |row| row.get(0))?)
        })?;
        Ok(Intake { ledger: self.clone(), id, now, is_dry, files: Vec::new(), under_way: Vec::new() })
    }

    /// Takes rows in and says of each what became of it; `import` names the whole.
    pub fn take_in(&self, rows: Vec<Entry>, import: &str, now: Timestamp) -> Result<Vec<Imported>> {
        let mut intake = self.begin_import(import, false, now)?;
        let mut became = vec![Imported::Same; rows.len()];
        let rows = rows.into_iter().zip(0..).map(|(entry, line)| Staged { file: 0, line, entry }).collect();
        intake.stage(rows)?;
        intake.finish(&[], |merged| {
            if let Some(place) = usize::try_from(merged.line).ok().and_then(|line| became.get_mut(line)) {
                *place = merged.imported;
            }
        })?;
        Ok(became)
    }
}

impl Intake {
    /// Hands rows in; reading the next ones may go on meanwhile.
    pub fn stage(&mut self, rows: Vec<Staged>) -> Result<()> {
        if self.under_way.len() >= STAGED_BATCHES_MAX {
            let first = self.under_way.remove(0);
            wait(&first)?;
        }
        let (done, waits) = sync_channel(1);
        self.ledger.db.submit(
            false,
            move |db| rows.iter().try_for_each(|row| stage(db, row)),
            move |result| {
                // Whoever gave up waiting has an error of their own to tell.
                let _ = done.send(result);
            },
        );
        self.under_way.push(waits);
        Ok(())
    }

    /// Merges what was handed in; `saw` learns of every row. People whom one of the `complete` lists no longer has
    /// have left.
    pub fn finish(mut self, complete: &[String], mut saw: impl FnMut(Merged)) -> Result<Vec<Absent>> {
        for waits in std::mem::take(&mut self.under_way) {
            wait(&waits)?;
        }
        self.ledger.db.write_now(|db| {
            db.execute_batch(
                "CREATE TEMP TABLE sorted AS SELECT * FROM staged ORDER BY key, seq; DROP TABLE temp.staged",
            )?;
            Ok(())
        })?;
        let context = Context {
            id: self.id,
            now: self.now,
            is_dry: self.is_dry,
            is_tracked: !complete.is_empty(),
            files: self.files.clone(),
        };
        let (mut after, mut last_key) = (0, String::new());
        loop {
            let (context, key) = (context.clone(), last_key.clone());
            let chunk = self.ledger.db.write_now(move |db| merge_chunk(db, &context, after, key))?;
            chunk.merged.iter().for_each(|merged| saw(*merged));
            if chunk.merged.is_empty() {
                break;
            }
            (after, last_key) = (chunk.after, chunk.last_key);
        }
        let lists: Vec<String> = complete.iter().filter(|list| self.files.contains(list)).cloned().collect();
        self.ledger.db.write_now(move |db| {
            let absent = lists.iter().map(|list| take_out_absent(db, list, &context)).collect();
            db.execute_batch("DROP TABLE temp.sorted")?;
            absent
        })
    }
}

fn wait(waits: &Receiver<Result<()>>) -> Result<()> {
    waits
        .recv()
        .map_err(|_| anyhow!(words!("the ledger's writer has stopped", "l'écriture du registre s'est arrêtée")))?
}

fn stage(db: &Connection, row: &Staged) -> Result<()> {
    let Staged { file, line, entry } = row;
    db.prepare_cached(
        "INSERT INTO temp.staged (key, file, line, address, language, both, name, format, source, consented_on, basis,
                                  fields)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        entry.address.key(),
        i64::try_from(*file)?,
        i64::try_from(*line)?,
        entry.address.as_str(),
        entry.language.as_ref().map(Lang::as_str),
        entry.both,
        entry.name,
        entry.format,
        entry.source,
        entry.consented_on,
        entry.basis,
        entry.fields,
    ])?;
    Ok(())
}

/// What is the same for every row of an import.
#[derive(Clone)]
struct Context {
    id: i64,
    now: Timestamp,
    is_dry: bool,
    /// Whether it is kept who was seen in this import.
    is_tracked: bool,
    files: Vec<String>,
}

impl Context {
    fn list(&self, file: usize) -> Option<&str> {
        self.files.get(file).map(String::as_str)
    }

    fn deed(&self, file: usize, why: &str) -> Deed {
        let way = self.list(file).unwrap_or("file").to_owned();
        Deed { who: Who::File, way, why: why.to_owned(), at: self.now }
    }
}

struct Chunk {
    merged: Vec<Merged>,
    after: i64,
    last_key: String,
}

fn merge_chunk(db: &Connection, context: &Context, after: i64, mut last_key: String) -> Result<Chunk> {
    let has_aliases: bool = db.query_row("SELECT EXISTS (SELECT 1 FROM aliases)", [], |row| row.get(0))?;
    let mut merged = Vec::new();
    let mut query = db.prepare_cached(
        "SELECT rowid, key, file, line, address, language, both, name, format, source, consented_on, basis, fields
         FROM temp.sorted WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
    )?;
    let mut rows = query.query([after, CHUNK_ROWS])?;
    let mut after = after;
    while let Some(row) = rows.next()? {
        after = row.get(0)?;
        let file = usize::try_from(row.get::<i64>(2)?)?;
        let text = |column: usize| row.text(column);
        let seen = Seen {
            key: row.get(1)?,
            address: text(4)?.unwrap_or_default(),
            language: text(5)?,
            both: row.get(6)?,
            name: text(7)?,
            format: text(8)?,
            source: text(9)?,
            consented_on: text(10)?,
            basis: text(11)?,
            fields: text(12)?,
        };
        let is_twice = seen.key == last_key;
        let becomes = if has_aliases { super::subscribers::resolve(db, &seen.key)? } else { seen.key.clone() };
        let became =
            if becomes == seen.key { merge(db, &seen, context, file)? } else { moved(db, &becomes, context, file)? };
        let imported = if is_twice { Imported::Twice } else { became };
        merged.push(Merged { file, line: row.get::<i64>(3)?.unsigned_abs(), imported });
        if !is_twice {
            last_key = row.get(1)?;
        }
    }
    Ok(Chunk { merged, after, last_key })
}

/// A staged row as it is read back.
struct Seen<'a> {
    key: String,
    address: &'a str,
    language: Option<&'a str>,
    both: bool,
    name: Option<&'a str>,
    format: Option<&'a str>,
    source: Option<&'a str>,
    consented_on: Option<&'a str>,
    basis: Option<&'a str>,
    fields: Option<&'a str>,
}

/// What a row would change: an empty field in a file says nothing, and a language that the person chose is theirs.
const DIFFERS: &str = "(language_by = 'file' AND (?2 IS NOT NULL OR ?3) AND
        (language IS NOT CASE WHEN ?3 THEN ?2 ELSE coalesce(?2, language) END OR both <> ?3))
    OR name IS NOT coalesce(?4, name) OR (language_by = 'file' AND format IS NOT coalesce(?5, format))
    OR source IS NOT coalesce(?6, source) OR consented_on IS NOT coalesce(?7, consented_on)
    OR basis IS NOT coalesce(?8, basis) OR fields IS NOT coalesce(?9, fields)";

fn merge(db: &Connection, row: &Seen<'_>, context: &Context, file: usize) -> Result<Imported> {
    if !context.is_dry && insert_seen(db, row, context, file)? {
        return Ok(Imported::Added);
    }
    let known: Option<(String, String)> = db
        .prepare_cached("SELECT status, status_by FROM subscribers WHERE address_key = ?1")?
        .query_row([&row.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((status, status_by)) = known else { return Ok(Imported::Added) };
    if context.is_tracked && !context.is_dry {
        track(db, &row.key, context, file)?;
    }
    // Whom a complete list had lost, a list may bring back; whoever left by themselves, it may not.
    let is_back = status == "left" && status_by == "file";
    if !is_back && !matches!(status.as_str(), "active" | "unconfirmed") {
        return Ok(Imported::KeptAway);
    }
    let is_confirmed = status == "unconfirmed" && (row.basis.is_some() || row.consented_on.is_some());
    let said = params![
        row.key,
        row.language,
        row.both,
        row.name,
        row.format,
        row.source,
        row.consented_on,
        row.basis,
        row.fields
    ];
    if context.is_dry {
        let differs: bool = db
            .prepare_cached(&format!("SELECT {DIFFERS} FROM subscribers WHERE address_key = ?1"))?
            .query_row(said, |row| row.get(0))?;
        return Ok(if differs || is_back || is_confirmed { Imported::Changed } else { Imported::Same });
    }
    let n_changed = db
        .prepare_cached(&format!(
            "UPDATE subscribers SET
                language = CASE WHEN language_by = 'person' THEN language WHEN ?3 THEN ?2 ELSE coalesce(?2, language) END,
                both = CASE WHEN language_by = 'person' OR (?2 IS NULL AND NOT ?3) THEN both ELSE ?3 END,
                format = CASE WHEN language_by = 'person' THEN format ELSE coalesce(?5, format) END,
                name = coalesce(?4, name), source = coalesce(?6, source), consented_on = coalesce(?7, consented_on),
                basis = coalesce(?8, basis), fields = coalesce(?9, fields)
             WHERE address_key = ?1 AND ({DIFFERS})"
        ))?
        .execute(said)?;
    if is_back || is_confirmed {
        let deed = context.deed(file, if is_back { "is in the list again" } else { "the list says so" });
        super::subscribers::change_status(db, &row.key, "active", &deed)?;
    } else if n_changed > 0 {
        events::write(db, &row.key, "changed", &context.deed(file, "the list says something else"))?;
    }
    Ok(if n_changed > 0 || is_back || is_confirmed { Imported::Changed } else { Imported::Same })
}

/// A row of an address that is now another says nothing but that the person is still in the list.
fn moved(db: &Connection, key: &str, context: &Context, file: usize) -> Result<Imported> {
    if context.is_tracked && !context.is_dry {
        track(db, key, context, file)?;
    }
    Ok(Imported::Moved)
}

fn track(db: &Connection, key: &str, context: &Context, file: usize) -> Result<()> {
    db.prepare_cached("UPDATE subscribers SET import = ?2, list = coalesce(list, ?3) WHERE address_key = ?1")?
        .execute(params![key, context.id, context.list(file)])?;
    Ok(())
}

fn insert_seen(db: &Connection, row: &Seen<'_>, context: &Context, file: usize) -> Result<bool> {
    let n_rows = db.prepare_cached(INSERT)?.execute(params![
        row.key,
        row.address,
        row.language,
        row.both,
        row.name,
        row.format,
        context.now.as_millisecond(),
        row.source,
        row.consented_on,
        row.basis,
        row.fields,
        context.list(file),
        context.is_tracked.then_some(context.id),
        "file",
    ])?;
    Ok(n_rows > 0)
}

const INSERT: &str = "INSERT INTO subscribers (address_key, address, language, both, name, format, since, source,
        consented_on, basis, fields, list, import, status_by, added)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?7) ON CONFLICT (address_key) DO NOTHING";

/// Writes one new subscriber who comes by no file.
pub(super) fn insert(db: &Connection, entry: &Entry, list: Option<&str>, now: Timestamp) -> Result<bool> {
    let n_rows = db.prepare_cached(INSERT)?.execute(params![
        entry.address.key(),
        entry.address.as_str(),
        entry.language.as_ref().map(Lang::as_str),
        entry.both,
        entry.name,
        entry.format,
        now.as_millisecond(),
        entry.source,
        entry.consented_on,
        entry.basis,
        entry.fields,
        list,
        Option::<i64>::None,
        "office",
    ])?;
    Ok(n_rows > 0)
}

/// Whoever is no longer in a complete list has left, by the list's word.
fn take_out_absent(db: &Connection, list: &str, context: &Context) -> Result<Absent> {
    let absent = "list = ?1 AND import IS NOT ?2 AND status IN ('active', 'unconfirmed', 'paused')";
    let not_seen = "NOT EXISTS (SELECT 1 FROM temp.sorted WHERE sorted.key = subscribers.address_key)";
    let absent = if context.is_dry { format!("{absent} AND {not_seen}") } else { absent.to_owned() };
    if context.is_dry {
        db.execute_batch("CREATE INDEX IF NOT EXISTS temp.sorted_keys ON sorted (key)")?;
    }
    let sql = format!(
        "SELECT address_key, (SELECT count(*) FROM subscribers WHERE list = ?1 AND status = 'active')
         FROM subscribers WHERE {absent}"
    );
    let mut query = db.prepare(&sql)?;
    let rows = query.query_map(params![list, context.id], |row| Ok((row.get(0)?, row.get::<i64>(1)?)))?;
    let people: Vec<(String, i64)> = rows.collect::<super::sql::Result<_>>()?;
    let n_people = people.len() as u64;
    let n_all = people.first().map_or(0, |(_, n)| n.unsigned_abs());
    let is_done = n_people * ABSENT_SHARE_MAX <= n_all;
    if is_done && !context.is_dry {
        let deed =
            Deed { who: Who::File, way: list.to_owned(), why: "is no longer in the list".to_owned(), at: context.now };
        for (key, _) in &people {
            super::subscribers::change_status(db, key, "left", &deed)?;
        }
    }
    Ok(Absent { list: list.to_owned(), n_people, is_done })
}
