//! One way to say SQL to whatever keeps the ledger. The same text runs everywhere: parameters are `?1`, `?2`…, and the
//! statements around this module know nothing of the engine. It stands between so that an engine can be added in one
//! place; what it offers has the names that rusqlite gives the same things.

mod postgres;
mod translate;
mod values;

use std::fmt;

pub(super) use postgres::{Client, is_away, may_be_repeated};
pub(super) use translate::{BOOLEANS, schema};
pub(super) use values::{Cell, Param, Value, params};
use values::{Column, Params};

/// What went wrong in the engine, or in reading what it gave.
#[derive(Debug)]
pub(super) enum Error {
    /// What SQLite says.
    Sqlite(rusqlite::Error),
    /// What PostgreSQL says.
    Postgres(tokio_postgres::Error),
    /// It is not SQLite that keeps this ledger.
    Elsewhere,
    /// One row was expected and none came.
    NoRow,
    /// The column at this place, counted from 0, holds something else than the program reads.
    Column(usize),
}

/// What SQL comes to.
pub(super) type Result<T, E = Error> = std::result::Result<T, E>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Postgres(error) => f.write_str(&postgres::said(error)),
            Self::Elsewhere => f.write_str("this ledger is not a file"),
            Self::NoRow => f.write_str("a row that must be in the ledger is not there"),
            Self::Column(index) => {
                write!(f, "column {index} of a row in the ledger holds something else than expected")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) { Self::NoRow } else { Self::Sqlite(error) }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

/// A connection to the engine.
pub(super) enum Connection {
    /// To a file.
    Sqlite(rusqlite::Connection),
    /// To a server.
    Postgres(Client),
}

impl Connection {
    /// The connection below, for what only SQLite has.
    pub(super) const fn sqlite(&self) -> Result<&rusqlite::Connection> {
        match self {
            Self::Sqlite(db) => Ok(db),
            Self::Postgres(_) => Err(Error::Elsewhere),
        }
    }

    /// Whether it is to a server: for the few statements that differ.
    pub(super) const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Statements without parameters, one after another.
    pub(super) fn execute_batch(&self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(db) => Ok(db.execute_batch(sql)?),
            Self::Postgres(client) => client.batch(sql),
        }
    }

    /// Does one statement; gives the number of rows that it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    /// The first row that a query finds; none is [`Error::NoRow`], see [`OptionalExtension`].
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Makes a statement ready. It is kept: the same text is parsed once.
    pub(super) fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        Ok(match self {
            Self::Sqlite(db) => Statement::Sqlite(db.prepare_cached(sql)?),
            Self::Postgres(client) => Statement::Postgres(client, sql.to_owned()),
        })
    }

    /// As [`Connection::prepare`], for statements that come again and again.
    pub(super) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        self.prepare(sql)
    }
}

/// A statement that is ready.
pub(super) enum Statement<'c> {
    /// Parsed.
    Sqlite(rusqlite::CachedStatement<'c>),
    /// Parsed with its first parameters, which say their types.
    Postgres(&'c Client, String),
}

impl Statement<'_> {
    /// Does it; gives the number of rows that it changed.
    pub(super) fn execute(&mut self, params: impl Params) -> Result<usize> {
        params.give(move |values| match self {
            Self::Sqlite(statement) => {
                Ok(statement.execute(rusqlite::params_from_iter(values.iter().map(|one| one.value())))?)
            }
            Self::Postgres(client, sql) => client.execute(sql, values),
        })
    }

    /// Looks; rows come one at a time.
    pub(super) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        params.give(move |values| match self {
            Self::Sqlite(statement) => {
                Ok(Rows::Sqlite(statement.query(rusqlite::params_from_iter(values.iter().map(|one| one.value())))?))
            }
            Self::Postgres(client, sql) => Ok(Rows::Postgres(client.query(sql, values)?.into_iter())),
        })
    }

    /// Looks, and reads each row.
    pub(super) fn query_map<T, F>(&mut self, params: impl Params, read: F) -> Result<Mapped<'_, F>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        Ok(Mapped { rows: self.query(params)?, read })
    }

    /// The first row; none is [`Error::NoRow`].
    pub(super) fn query_row<T>(&mut self, params: impl Params, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        match self.query(params)?.next()? {
            Some(row) => read(&row),
            None => Err(Error::NoRow),
        }
    }

    /// Whether there is a row.
    pub(super) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }
}

/// What a query finds.
pub(super) enum Rows<'s> {
    /// Found one by one.
    Sqlite(rusqlite::Rows<'s>),
    /// All that were found.
    Postgres(std::vec::IntoIter<tokio_postgres::Row>),
}

impl Rows<'_> {
    /// The next row, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        Ok(match self {
            Self::Sqlite(rows) => rows.next()?.map(Row::Sqlite),
            Self::Postgres(rows) => rows.next().map(Row::Postgres),
        })
    }
}

/// Rows as they are read.
pub(super) struct Mapped<'s, F> {
    rows: Rows<'s>,
    read: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Mapped<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(Some(row)) => Some((self.read)(&row)),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// A row.
pub(super) enum Row<'r> {
    /// Where SQLite stands.
    Sqlite(&'r rusqlite::Row<'r>),
    /// One that was sent.
    Postgres(tokio_postgres::Row),
}

impl Row<'_> {
    /// What a column holds, counted from 0.
    pub(super) fn get<T: Column>(&self, index: usize) -> Result<T> {
        T::of(self.cell(index)?).ok_or(Error::Column(index))
    }

    /// The text of a column, in place.
    pub(super) fn text(&self, index: usize) -> Result<Option<&str>> {
        match self.cell(index)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_) => Err(Error::Column(index)),
        }
    }

    /// What stands in a column.
    pub(super) fn cell(&self, index: usize) -> Result<Cell<'_>> {
        use rusqlite::types::ValueRef;
        let row = match self {
            Self::Sqlite(row) => row,
            Self::Postgres(row) => return postgres::cell(row, index),
        };
        Ok(match row.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Int(number),
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).map_err(|_| Error::Column(index))?),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        })
    }
}

/// A row that need not be there.
pub(super) trait OptionalExtension<T> {
    /// Makes [`Error::NoRow`] none.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(Error::NoRow) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
