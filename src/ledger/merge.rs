//! One batch of sorted rows into the list. What most rows need is done for many at once: people who are new are written by
//! a few long statements, people of whom nothing changes are looked up and left alone. The others go one by one. A row
//! never brings back someone who left, and never changes what a person chose.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;

use super::events::{self, Deed, Who};
use super::intake::{Absent, Entry, Imported, Merged};
use super::runs::Row;
use super::sql::{self, Connection, OptionalExtension as _, Param, params};
use crate::model::Lang;

/// Keys that are looked up by one statement.
const LOOKED_UP: usize = 500;
/// People who are written by one statement; SQLite takes 32,766 parameters, PostgreSQL 65,535.
const WRITTEN: usize = 200;
/// A complete list that has lost more than one in this many of its people is a damaged file, not people who left.
const ABSENT_SHARE_MAX: u64 = 2;

/// What is the same for every row of an import.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) id: i64,
    pub(super) now: Timestamp,
    pub(super) is_dry: bool,
    /// Whether it matters who was seen in this import.
    pub(super) is_tracked: bool,
    pub(super) files: Vec<String>,
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

/// What a batch came to.
#[derive(Debug, Default)]
pub(super) struct Merging {
    /// Of every row.
    pub(super) merged: Vec<Merged>,
    /// The numbers of people whom the ledger knew before, when that matters.
    pub(super) known: Vec<i64>,
}

/// Numbers of people: a bit each, so that a million are 125 KB.
#[derive(Debug, Default)]
pub(super) struct Ids(HashMap<i64, [u64; 64]>);

impl Ids {
    pub(super) fn insert(&mut self, id: i64) {
        let (page, word, bit) = place(id);
        self.0.entry(page).or_insert([0; 64])[word] |= bit;
    }

    fn has(&self, id: i64) -> bool {
        let (page, word, bit) = place(id);
        self.0.get(&page).is_some_and(|words| words[word] & bit != 0)
    }
}

const fn place(id: i64) -> (i64, usize, u64) {
    let low = id.rem_euclid(64 * 64).unsigned_abs();
    (id.div_euclid(64 * 64), (low / 64) as usize, 1 << (low % 64))
}

/// Merges rows that are in the order of their keys. `before` is the key of the row before the first one.
pub(super) fn merge(db: &Connection, context: &Context, rows: &[Row<'_>], before: &str) -> Result<Merging> {
    let mut merging = Merging::default();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(merging) };
    let is_any = |table: &str| -> Result<bool> {
        let sql = format!("SELECT 1 FROM {table} WHERE address_key >= ?1 AND address_key <= ?2 LIMIT 1");
        Ok(db.prepare(&sql)?.exists([first.key, last.key])?)
    };
    // A key that stands once, and is nobody's old address, is what nearly every row has.
    let is_twice = |at: usize| rows[at].key == if at == 0 { before } else { rows[at - 1].key };
    let is_alone = |at: &usize| !is_twice(*at) && rows.get(at + 1).is_none_or(|next| next.key != rows[*at].key);
    let mut plain: Vec<usize> = (0..rows.len()).filter(is_alone).collect();
    if is_any("aliases")? {
        let old = look_up(db, "SELECT address_key FROM aliases", (rows, &plain), |_, _| Ok(()))?;
        plain.retain(|at| old[*at].is_none());
    }
    let known = if is_any("subscribers")? {
        let sql = format!("SELECT {COLUMNS} FROM subscribers");
        look_up(db, &sql, (rows, &plain), |person, row| standing(person, row, context))?
    } else {
        (0..rows.len()).map(|_| None).collect()
    };
    let mut became: Vec<Option<Imported>> = vec![None; rows.len()];
    let mut fresh = Vec::new();
    for at in plain {
        became[at] = match &known[at] {
            None => {
                fresh.push(rows[at]);
                Some(Imported::Added)
            }
            Some(Standing { is_settled: Some(imported), number }) => {
                merging.known.extend(context.is_tracked.then_some(*number));
                Some(*imported)
            }
            Some(_) => None,
        };
    }
    if !context.is_dry {
        insert_all(db, context, &fresh)?;
    }
    for (at, row) in rows.iter().enumerate() {
        let imported = if let Some(imported) = became[at] {
            imported
        } else {
            let imported = one_by_one(db, context, row, &mut merging.known)?;
            if is_twice(at) { Imported::Twice } else { imported }
        };
        merging.merged.push(Merged { file: row.file, line: row.line, imported });
    }
    Ok(merging)
}

/// What the ledger says of these rows, by their place: `read` makes it of each row that the ledger has. The first column
/// is the key.
fn look_up<T>(
    db: &Connection,
    select: &str,
    (rows, places): (&[Row<'_>], &[usize]),
    mut read: impl FnMut(&sql::Row<'_>, &Row<'_>) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let marks: Vec<String> = (1..=LOOKED_UP).map(|n| format!("?{n}")).collect();
    let mut query = db.prepare(&format!("{select} WHERE address_key IN ({})", marks.join(", ")))?;
    let mut found: Vec<Option<T>> = rows.iter().map(|_| None).collect();
    for places in places.chunks(LOOKED_UP) {
        let last = places.len() - 1;
        // The same statement for the last few: what is asked twice is found once.
        let keys: Vec<&dyn Param> = (0..LOOKED_UP).map(|n| &rows[places[n.min(last)]].key as &dyn Param).collect();
        let mut there = query.query(&keys[..])?;
        while let Some(known) = there.next()? {
            let key = known.text(0)?.unwrap_or_default();
            if let Ok(at) = places.binary_search_by(|at| rows[*at].key.cmp(key)) {
                found[places[at]] = Some(read(&known, &rows[places[at]])?);
            }
        }
    }
    Ok(found)
}

const COLUMNS: &str = "address_key, id, status, status_by, language_by, language, both, name, format, source, consented_on, basis, \
                       fields, list";

/// A person whom the ledger knows, beside their row.
struct Standing {
    number: i64,
    /// What becomes of the row, where that is plain; the others are looked at one by one.
    is_settled: Option<Imported>,
}

fn standing(person: &sql::Row<'_>, row: &Row<'_>, context: &Context) -> Result<Standing> {
    let text = |column: usize| person.text(column);
    // An empty field in a file says nothing.
    let is_kept = |said: Option<&str>, column: usize| -> Result<bool> { Ok(said.is_none() || said == text(column)?) };
    let (status, by) = (text(2)?.unwrap_or_default(), text(3)?);
    let is_taken_out = status == "left" && by == Some("file");
    let is_away = !matches!(status, "active" | "unconfirmed") && !is_taken_out;
    let is_persons = text(4)? == Some("person");
    let both: bool = person.get(6)?;
    let is_said = row.language.is_some() || row.both;
    let is_language =
        is_persons || ((!is_said || (both == row.both && row.language == text(5)?)) && is_kept(row.format, 8)?);
    let is_same = status == "active"
        && is_language
        && is_kept(row.name, 7)?
        && is_kept(row.source, 9)?
        && is_kept(row.consented_on, 10)?
        && is_kept(row.basis, 11)?
        && is_kept(row.fields, 12)?;
    let is_listed = !context.is_tracked || text(13)?.is_some();
    let settled = if is_away { Some(Imported::KeptAway) } else { is_same.then_some(Imported::Same) };
    Ok(Standing { number: person.get(1)?, is_settled: settled.filter(|_| is_listed) })
}

/// Writes people who are new.
fn insert_all(db: &Connection, context: &Context, fresh: &[Row<'_>]) -> Result<()> {
    let (now, import) = (context.now.as_millisecond(), context.is_tracked.then_some(context.id));
    let lists: Vec<Option<&str>> = (0..context.files.len()).map(|file| context.list(file)).collect();
    let by = "file";
    let mut parameters: Vec<&dyn Param> = Vec::with_capacity(3 + 11 * WRITTEN);
    let (many, one) = (if fresh.len() < WRITTEN { String::new() } else { insert_sql(WRITTEN) }, insert_sql(1));
    let (whole, rest) = fresh.split_at(fresh.len() - fresh.len() % WRITTEN);
    // Of each length there would be another statement: the last few go one by one.
    for rows in whole.chunks(WRITTEN).chain(rest.chunks(1)) {
        parameters.clear();
        parameters.extend([&now as &dyn Param, &import, &by]);
        for row in rows {
            let list: &dyn Param = lists.get(row.file).map_or(&None::<&str>, |list| list);
            parameters.extend([
                &row.key as &dyn Param,
                &row.address,
                &row.language,
                if row.both { &true } else { &false },
                &row.name,
                &row.format,
                &row.source,
                &row.consented_on,
                &row.basis,
                &row.fields,
                list,
            ]);
        }
        db.prepare(if rows.len() == WRITTEN { &many } else { &one })?.execute(&parameters[..])?;
    }
    Ok(())
}

/// The statement that writes so many people: `?1` when, `?2` the import, `?3` by whom, then eleven for each.
fn insert_sql(n_rows: usize) -> String {
    let one = |row: usize| {
        let marks: Vec<String> = (0..11).map(|column| format!("?{}", 4 + 11 * row + column)).collect();
        format!("({}, ?1, ?1, ?2, ?3)", marks.join(", "))
    };
    let rows: Vec<String> = (0..n_rows).map(one).collect();
    format!(
        "INSERT INTO subscribers (address_key, address, language, both, name, format, source, consented_on, basis, fields,
                                  list, since, added, import, status_by)
         VALUES {} ON CONFLICT (address_key) DO NOTHING",
        rows.join(", ")
    )
}

/// Writes one new subscriber who comes by no file.
pub(super) fn insert(db: &Connection, entry: &Entry, list: Option<&str>, now: Timestamp) -> Result<bool> {
    let n_rows = db.prepare_cached(&insert_sql(1))?.execute(params![
        now.as_millisecond(),
        Option::<i64>::None,
        "office",
        entry.address.key(),
        entry.address.as_str(),
        entry.language.as_ref().map(Lang::as_str),
        entry.both,
        entry.name,
        entry.format,
        entry.source,
        entry.consented_on,
        entry.basis,
        entry.fields,
        list,
    ])?;
    Ok(n_rows > 0)
}

/// A row of whom much may have to be done. `known` gets the number of a person who was there.
fn one_by_one(db: &Connection, context: &Context, row: &Row<'_>, known: &mut Vec<i64>) -> Result<Imported> {
    let becomes = super::subscribers::resolve(db, row.key)?;
    let person: Option<Person> = db
        .prepare_cached("SELECT id, status, status_by, list FROM subscribers WHERE address_key = ?1")?
        .query_row([&becomes], |row| {
            let list: Option<String> = row.get(3)?;
            Ok(Person { number: row.get(0)?, status: row.get(1)?, status_by: row.get(2)?, has_list: list.is_some() })
        })
        .optional()?;
    if let Some(person) = person.as_ref().filter(|_| context.is_tracked) {
        known.push(person.number);
        if !context.is_dry && !person.has_list {
            db.prepare_cached("UPDATE subscribers SET list = ?2 WHERE address_key = ?1")?
                .execute(params![becomes, context.list(row.file)])?;
        }
    }
    match person {
        // A row of an address that is now another says nothing but that the person is still in the list.
        _ if becomes != row.key => Ok(Imported::Moved),
        Some(person) => change(db, row, &person, context),
        None => {
            if !context.is_dry {
                insert_all(db, context, &[*row])?;
            }
            Ok(Imported::Added)
        }
    }
}

/// What counts of a person whose row is looked at by itself.
struct Person {
    number: i64,
    status: String,
    status_by: String,
    has_list: bool,
}

/// What a row would change, as [`standing`] says it of many at once; a test imports the same rows by both ways
/// (`many_rows_at_once_come_to_what_they_come_to_one_by_one`). An empty field in a file says nothing, and a language that the person chose is theirs.
const DIFFERS: &str = "(language_by = 'file' AND (?2 IS NOT NULL OR ?3) AND
        (language IS DISTINCT FROM CASE WHEN ?3 THEN ?2 ELSE coalesce(?2, language) END OR both <> ?3))
    OR name IS DISTINCT FROM coalesce(?4, name) OR (language_by = 'file' AND format IS DISTINCT FROM coalesce(?5, format))
    OR source IS DISTINCT FROM coalesce(?6, source) OR consented_on IS DISTINCT FROM coalesce(?7, consented_on)
    OR basis IS DISTINCT FROM coalesce(?8, basis) OR fields IS DISTINCT FROM coalesce(?9, fields)";

fn change(db: &Connection, row: &Row<'_>, person: &Person, context: &Context) -> Result<Imported> {
    // Whom a complete list had lost, a list may bring back; whoever left by themselves, it may not.
    let Person { status, status_by, .. } = person;
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
        let deed = context.deed(row.file, if is_back { "is in the list again" } else { "the list says so" });
        super::subscribers::change_status(db, row.key, "active", &deed)?;
    } else if n_changed > 0 {
        events::write(db, row.key, "changed", &context.deed(row.file, "the list says something else"))?;
    }
    Ok(if n_changed > 0 || is_back || is_confirmed { Imported::Changed } else { Imported::Same })
}

/// Whoever is no longer in a complete list has left, by the list's word.
pub(super) fn take_out_absent(db: &Connection, list: &str, seen: &Ids, context: &Context) -> Result<Absent> {
    let n_all: i64 =
        db.query_row("SELECT count(*) FROM subscribers WHERE list = ?1 AND status = 'active'", [list], |row| {
            row.get(0)
        })?;
    let mut query = db.prepare(
        "SELECT id, address_key FROM subscribers
         WHERE list = ?1 AND (import IS NULL OR import <> ?2) AND status IN ('active', 'unconfirmed', 'paused')",
    )?;
    let mut rows = query.query(params![list, context.id])?;
    let (mut n_people, mut keys) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        if !seen.has(row.get(0)?) {
            n_people += 1;
            if n_people * ABSENT_SHARE_MAX <= n_all.unsigned_abs() && !context.is_dry {
                keys.push(row.get::<String>(1)?);
            }
        }
    }
    let is_done = n_people * ABSENT_SHARE_MAX <= n_all.unsigned_abs();
    if is_done {
        let deed =
            Deed { who: Who::File, way: list.to_owned(), why: "is no longer in the list".to_owned(), at: context.now };
        for key in &keys {
            super::subscribers::change_status(db, key, "left", &deed)?;
        }
    }
    Ok(Absent { list: list.to_owned(), n_people, is_done })
}
