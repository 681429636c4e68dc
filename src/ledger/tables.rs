//! Every table of a ledger, whole, from one engine into another. Rows are read in the order of their keys, some at a time,
//! and each table gets a digest that is the same wherever its rows lie. What tables there are is asked of SQLite, whose
//! schema both have.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::sql::{self, BOOLEANS, Cell, Connection, Param, Row, Value, params};
use crate::model::Digest;

/// Rows that are held at once: an edition weighs 100 KB, all else less than one.
const PAGE_ROWS: usize = 500;
/// Parameters of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const PARAMETERS_MAX: usize = 2_000;
/// What is said in `meta` of a move itself, and belongs to one of the two alone.
pub(super) const MOVED: &str = "moved";
pub(super) const MOVING: &str = "moving";
pub(super) const CAME: &str = "came";

/// A table, as both engines have it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<(String, Kind)>,
    /// The columns of its key.
    key: Vec<usize>,
    /// Tables that have to be there before it.
    parents: BTreeSet<String>,
    /// Whether its numbers are never given twice.
    is_counted: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Real,
    Text,
    Bytes,
}

/// How much there is in a table, and a digest of it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over every value of every row, in the order of keys.
    pub digest: String,
}

/// All tables, parents before their children.
pub(super) fn all(sqlite: &Connection) -> Result<Vec<Table>> {
    let mut query = sqlite.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let found: Vec<(String, String)> =
        query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<sql::Result<_>>()?;
    let mut waiting = Vec::new();
    for (name, definition) in found.into_iter().filter(|(name, _)| !name.starts_with("sqlite_")) {
        waiting.push(table(sqlite, name, &definition)?);
    }
    let (mut placed, mut tables) = (BTreeSet::new(), Vec::new());
    while !waiting.is_empty() {
        let is_ready = |table: &mut Table| table.parents.is_subset(&placed);
        let ready: Vec<Table> = waiting.extract_if(.., is_ready).collect();
        if ready.is_empty() {
            bail!("tables that need one another");
        }
        placed.extend(ready.iter().map(|table| table.name.clone()));
        tables.extend(ready);
    }
    Ok(tables)
}

fn table(sqlite: &Connection, name: String, definition: &str) -> Result<Table> {
    let mut query = sqlite.prepare("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid")?;
    let found: Vec<(String, String, i64)> =
        query.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<sql::Result<_>>()?;
    let mut key: Vec<(i64, usize)> =
        found.iter().enumerate().filter(|(_, (_, _, pk))| *pk > 0).map(|(at, (_, _, pk))| (*pk, at)).collect();
    key.sort_unstable();
    let mut query = sqlite.prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1)")?;
    let parents = query.query_map([&name], |row| row.get(0))?.collect::<sql::Result<_>>()?;
    let kind = |name: &str, kind: &str| match kind {
        _ if BOOLEANS.contains(&name) => Kind::Bool,
        "INTEGER" => Kind::Int,
        "REAL" => Kind::Real,
        "BLOB" => Kind::Bytes,
        _ => Kind::Text,
    };
    let columns = found.into_iter().map(|(name, sort, _)| (kind(&name, &sort), name)).map(|(k, n)| (n, k)).collect();
    let key = key.into_iter().map(|(_, at)| at).collect();
    Ok(Table { is_counted: definition.contains("AUTOINCREMENT"), name, columns, key, parents })
}

/// A value on its way from one to the other.
enum Held {
    None(Kind),
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Held {
    fn of(kind: Kind, row: &Row<'_>, at: usize) -> sql::Result<Self> {
        Ok(match (kind, row.cell(at)?) {
            (kind, Cell::Null) => Self::None(kind),
            (Kind::Bool, Cell::Int(number)) => Self::Bool(number != 0),
            (Kind::Int, Cell::Int(number)) => Self::Int(number),
            (Kind::Real, Cell::Real(number)) => Self::Real(number),
            (Kind::Text, Cell::Text(text)) => Self::Text(text.to_owned()),
            (Kind::Bytes, Cell::Bytes(bytes)) => Self::Bytes(bytes.to_owned()),
            _ => return Err(sql::Error::Column(at)),
        })
    }

    /// Told apart from every other value, also beside its neighbours.
    fn write(&self, out: &mut Vec<u8>) {
        let mut part = |tag: u8, bytes: &[u8]| {
            out.push(tag);
            out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            out.extend_from_slice(bytes);
        };
        match self {
            Self::None(_) => part(0, &[]),
            Self::Bool(is_so) => part(1, &[u8::from(*is_so)]),
            Self::Int(number) => part(2, &number.to_le_bytes()),
            Self::Real(number) => part(3, &number.to_bits().to_le_bytes()),
            Self::Text(text) => part(4, text.as_bytes()),
            Self::Bytes(bytes) => part(5, bytes),
        }
    }
}

impl Param for Held {
    fn value(&self) -> Value<'_> {
        match self {
            Self::None(Kind::Text) => Value::NoText,
            Self::None(_) => Value::NoInt,
            Self::Bool(is_so) => Value::Bool(*is_so),
            Self::Int(number) => Value::Int(*number),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

impl Table {
    fn quoted(&self, columns: impl Iterator<Item = usize>) -> String {
        columns.map(|at| format!("\"{}\"", self.columns[at].0)).collect::<Vec<_>>().join(", ")
    }

    /// Reads it through: some rows at a time, in the order of keys.
    fn read(&self, db: &Connection, mut take: impl FnMut(&[Vec<Held>]) -> Result<()>) -> Result<()> {
        let (all, key) = (self.quoted(0..self.columns.len()), self.quoted(self.key.iter().copied()));
        let own = if self.name == "meta" {
            format!("key NOT IN ('{MOVED}', '{MOVING}', '{CAME}')")
        } else {
            "1 = 1".to_owned()
        };
        let marks: Vec<String> = (1..=self.key.len()).map(|n| format!("?{n}")).collect();
        let after = format!("({key}) > ({})", marks.join(", "));
        let name = &self.name;
        let mut last: Option<Vec<Held>> = None;
        loop {
            let after = if last.is_some() { &after } else { "1 = 1" };
            let sql = format!("SELECT {all} FROM {name} WHERE {own} AND {after} ORDER BY {key} LIMIT {PAGE_ROWS}");
            let from: Vec<&dyn Param> =
                last.iter().flat_map(|row| self.key.iter().map(|at| &row[*at] as &dyn Param)).collect();
            let mut query = db.prepare(&sql)?;
            let mut found = query.query(&from[..])?;
            let mut page: Vec<Vec<Held>> = Vec::with_capacity(PAGE_ROWS);
            while let Some(row) = found.next()? {
                let cells = self.columns.iter().enumerate().map(|(at, (_, kind))| Held::of(*kind, &row, at));
                page.push(cells.collect::<sql::Result<_>>()?);
            }
            drop(found);
            drop(query);
            take(&page)?;
            if page.len() < PAGE_ROWS {
                return Ok(());
            }
            last = page.pop();
        }
    }

    /// Counts it.
    pub(super) fn tally(&self, db: &Connection) -> Result<Tally> {
        self.with_each_page(db, |_| Ok(()))
    }

    /// Copies it into another ledger's, which has no rows.
    pub(super) fn copy(&self, from: &Connection, to: &Connection) -> Result<Tally> {
        let n_together = (PARAMETERS_MAX / self.columns.len()).max(1);
        let (many, one) = (self.insert_sql(n_together), self.insert_sql(1));
        let tally = self.with_each_page(from, |page| {
            let (whole, rest) = page.split_at(page.len() - page.len() % n_together);
            for (sql, rows) in
                whole.chunks(n_together).map(|rows| (&many, rows)).chain(rest.chunks(1).map(|rows| (&one, rows)))
            {
                let values: Vec<&dyn Param> = rows.iter().flatten().map(|one| one as &dyn Param).collect();
                to.prepare(sql)?.execute(&values[..])?;
            }
            Ok(())
        })?;
        self.count_on(from, to)?;
        Ok(tally)
    }

    fn with_each_page(&self, db: &Connection, mut take: impl FnMut(&[Vec<Held>]) -> Result<()>) -> Result<Tally> {
        let (mut rows, mut digest, mut bytes) = (0, Digest::of(self.name.as_bytes()), Vec::new());
        self.read(db, |page| {
            for row in page {
                bytes.clear();
                bytes.extend_from_slice(digest.as_str().as_bytes());
                for value in row {
                    value.write(&mut bytes);
                }
                digest = Digest::of(&bytes);
                rows += 1;
            }
            take(page)
        })?;
        Ok(Tally { table: self.name.clone(), rows, digest: digest.as_str().to_owned() })
    }

    fn insert_sql(&self, n_rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let marks: Vec<String> = (1..=width).map(|column| format!("?{}", row * width + column)).collect();
            format!("({})", marks.join(", "))
        };
        let rows: Vec<String> = (0..n_rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {}", self.name, self.quoted(0..width), rows.join(", "))
    }

    /// The numbers go on where the other's were: those of people stand in links.
    fn count_on(&self, from: &Connection, to: &Connection) -> Result<()> {
        if self.key.len() != 1 || self.columns[self.key[0]].1 != Kind::Int {
            return Ok(());
        }
        let (name, key) = (&self.name, &self.columns[self.key[0]].0);
        let largest = format!("coalesce((SELECT max({key}) FROM {name}), 0)");
        let sequence = format!("pg_get_serial_sequence('{name}', '{key}')");
        let last: i64 = if from.is_postgres() {
            let given = format!("coalesce(pg_sequence_last_value(CAST({sequence} AS regclass)), 0)");
            from.query_row(&format!("SELECT greatest({given}, {largest})"), [], |row| row.get(0))?
        } else {
            let given = "coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0)";
            from.query_row(&format!("SELECT max({given}, {largest})"), [name], |row| row.get(0))?
        };
        if last == 0 {
            return Ok(());
        }
        if to.is_postgres() {
            let _: i64 = to.query_row(&format!("SELECT setval({sequence}, ?1)"), [last], |row| row.get(0))?;
        } else if self.is_counted {
            to.execute("DELETE FROM sqlite_sequence WHERE name = ?1", [name])?;
            to.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", params![name, last])?;
        }
        Ok(())
    }
}

/// Makes everything in a ledger what it is in another. Both have a transaction open.
pub(super) fn replace(tables: &[Table], from: &Connection, to: &Connection) -> Result<Vec<Tally>> {
    for table in tables.iter().rev() {
        to.execute(&format!("DELETE FROM {}", table.name), [])?;
    }
    tables.iter().map(|table| table.copy(from, to)).collect()
}

/// Counts everything.
pub(super) fn tally(tables: &[Table], db: &Connection) -> Result<Vec<Tally>> {
    tables.iter().map(|table| table.tally(db)).collect()
}

/// Whether nothing is in it but facts about itself.
pub(super) fn is_empty(tables: &[Table], db: &Connection) -> Result<bool> {
    for table in tables.iter().filter(|table| table.name != "meta") {
        if db.query_row(&format!("SELECT EXISTS (SELECT 1 FROM {})", table.name), [], |row| row.get(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}
