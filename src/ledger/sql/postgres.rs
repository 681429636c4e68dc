//! SQL on PostgreSQL, for callers that wait: the connection's own work is done on a thread of its own, so that a caller
//! may be anywhere, also inside an asynchronous task. Statements are prepared once for each connection.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error as _;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, Statement};

use super::values::{Cell, Param, Value};
use super::{Error, Result, translate};

/// Statements that are kept ready: the program has about a hundred and fifty.
const STATEMENTS_MAX: usize = 400;

/// Why PostgreSQL turned a whole transaction away, so that it may be tried again: deadlock, serialization, and what
/// follows in the transaction after them.
const TRY_AGAIN: [&str; 3] = ["40P01", "40001", "25P02"];
/// Why it is going away or not there yet: shut down by its keeper, crashed, starting; or it has given us up, since we were
/// silent in the middle of a transaction.
const GOING_AWAY: [&str; 4] = ["57P01", "57P02", "57P03", "25P03"];

/// A connection, and the statements that it knows.
pub(in crate::ledger) struct Client {
    client: tokio_postgres::Client,
    statements: RefCell<HashMap<String, Statement>>,
}

impl Client {
    pub(in crate::ledger) fn new(client: tokio_postgres::Client) -> Self {
        Self { client, statements: RefCell::default() }
    }

    pub(in crate::ledger) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        Ok(wait(self.client.batch_execute(&translate::statement(sql)))?)
    }

    pub(super) fn execute(&self, sql: &str, params: &[&dyn Param]) -> Result<usize> {
        let values: Vec<Value<'_>> = params.iter().map(|one| one.value()).collect();
        let statement = self.prepared(sql, &values)?;
        let n_rows = wait(self.client.execute(&statement, &refs(&values)))?;
        Ok(usize::try_from(n_rows).unwrap_or(usize::MAX))
    }

    pub(super) fn query(&self, sql: &str, params: &[&dyn Param]) -> Result<Vec<Row>> {
        let values: Vec<Value<'_>> = params.iter().map(|one| one.value()).collect();
        let statement = self.prepared(sql, &values)?;
        Ok(wait(self.client.query(&statement, &refs(&values)))?)
    }

    fn prepared(&self, sql: &str, values: &[Value<'_>]) -> Result<Statement> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        // Said, since a parameter in the list of an `INSERT … SELECT` would be taken for a text.
        let types: Vec<Type> = values.iter().map(|value| kind(*value)).collect();
        let statement = wait(self.client.prepare_typed(&translate::statement(sql), &types))?;
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= STATEMENTS_MAX {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn refs<'v>(values: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

const fn kind(value: Value<'_>) -> Type {
    match value {
        Value::Bool(_) => Type::BOOL,
        Value::Int(_) | Value::NoInt => Type::INT8,
        Value::Real(_) => Type::FLOAT8,
        Value::Text(_) | Value::NoText => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match *self {
            Self::NoText | Self::NoInt => Ok(IsNull::Yes),
            Self::Bool(is_so) if *ty == Type::INT8 => i64::from(is_so).to_sql(ty, out),
            Self::Bool(is_so) => is_so.to_sql(ty, out),
            Self::Int(number) if *ty == Type::BOOL => (number != 0).to_sql(ty, out),
            Self::Int(number) if *ty == Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
            Self::Int(number) => number.to_sql(ty, out),
            Self::Real(number) => number.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What a column of a row holds.
pub(super) fn cell(row: &Row, index: usize) -> Result<Cell<'_>> {
    let ty = row.columns().get(index).map(tokio_postgres::Column::type_).ok_or(Error::Column(index))?;
    let cell = match *ty {
        Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(|is_so| Cell::Int(i64::from(is_so))),
        Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(|number| Cell::Int(i64::from(number))),
        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Cell::Int),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(index)?.map(Cell::Real),
        Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<&str>>(index)?.map(Cell::Text),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index)?.map(Cell::Bytes),
        _ => return Err(Error::Column(index)),
    };
    Ok(cell.unwrap_or(Cell::Null))
}

/// Whether a transaction that failed so may be done again as it was, on another connection or on this one.
pub(in crate::ledger) fn may_be_repeated(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => TRY_AGAIN.contains(&code.code()) || is_away(error),
        None => is_away(error),
    }
}

/// Whether PostgreSQL is not to be reached, rather than not content.
pub(in crate::ledger) fn is_away(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => GOING_AWAY.contains(&code.code()) || code.code().starts_with("08"),
        None => error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<std::io::Error>),
    }
}

/// What PostgreSQL says, without the detail: that may quote a row, and so an address.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("PostgreSQL: {} ({})", db.message(), db.code().code()),
        None => match error.source() {
            Some(cause) => format!("PostgreSQL: {error}: {cause}"),
            None => format!("PostgreSQL: {error}"),
        },
    }
}

/// Wakes a thread that waits.
struct Waiter(Thread);

impl Wake for Waiter {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for what another thread brings about.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Waiter(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => thread::park(),
        }
    }
}
