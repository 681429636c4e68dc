//! What goes into statements and comes out of rows: five kinds of value, and which of ours become which.

use rusqlite::types::{ToSqlOutput, ValueRef};

/// A value on its way in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ledger) enum Value<'a> {
    /// Nothing, where a text might be.
    NoText,
    /// Nothing, where a number might be.
    NoInt,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::NoText | Self::NoInt => ValueRef::Null,
            Self::Bool(is_so) => ValueRef::Integer(i64::from(is_so)),
            Self::Int(number) => ValueRef::Integer(number),
            Self::Real(number) => ValueRef::Real(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What can be a parameter.
pub(in crate::ledger) trait Param {
    /// As the engine gets it.
    fn value(&self) -> Value<'_>;
}

impl Param for str {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Param for String {
    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Param for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl Param for bool {
    fn value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

impl Param for i64 {
    fn value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}

impl Param for u32 {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}

impl Param for u16 {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}

impl Param for Option<i64> {
    fn value(&self) -> Value<'_> {
        self.map_or(Value::NoInt, Value::Int)
    }
}

impl Param for Option<String> {
    fn value(&self) -> Value<'_> {
        self.as_deref().map_or(Value::NoText, Value::Text)
    }
}

impl Param for Option<&str> {
    fn value(&self) -> Value<'_> {
        self.map_or(Value::NoText, Value::Text)
    }
}

impl<P: Param + ?Sized> Param for &P {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

/// Parameters of a statement, in their order.
pub(in crate::ledger) trait Params {
    /// Lends them.
    fn give<T>(self, to: impl FnOnce(&[&dyn Param]) -> T) -> T;
}

impl Params for &[&dyn Param] {
    fn give<T>(self, to: impl FnOnce(&[&dyn Param]) -> T) -> T {
        to(self)
    }
}

impl Params for &[String] {
    fn give<T>(self, to: impl FnOnce(&[&dyn Param]) -> T) -> T {
        to(&self.iter().map(|one| one as &dyn Param).collect::<Vec<_>>())
    }
}

/// None.
impl Params for [&dyn Param; 0] {
    fn give<T>(self, to: impl FnOnce(&[&dyn Param]) -> T) -> T {
        to(&[])
    }
}

macro_rules! params_of_one_type {
    ($($n:literal)+) => {$(
        impl<P: Param> Params for [P; $n] {
            fn give<T>(self, to: impl FnOnce(&[&dyn Param]) -> T) -> T {
                to(&self.each_ref().map(|one| one as &dyn Param))
            }
        }
    )+};
}
params_of_one_type!(1 2 3 4);

/// Parameters of several types.
macro_rules! params {
    ($($one:expr),+ $(,)?) => {
        &[$(&$one as &dyn crate::ledger::sql::Param),+] as &[&dyn crate::ledger::sql::Param]
    };
}
pub(in crate::ledger) use params;

/// A value on its way out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ledger) enum Cell<'a> {
    /// Nothing.
    Null,
    /// A whole number; or yes, 1, or no, 0.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What a column can be read as.
pub(in crate::ledger) trait Column: Sized {
    /// From what is there; none if that is something else.
    fn of(cell: Cell<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn of(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Int(number) = cell { Some(number) } else { None }
    }
}

impl Column for u32 {
    fn of(cell: Cell<'_>) -> Option<Self> {
        i64::of(cell)?.try_into().ok()
    }
}

impl Column for u16 {
    fn of(cell: Cell<'_>) -> Option<Self> {
        i64::of(cell)?.try_into().ok()
    }
}

impl Column for bool {
    fn of(cell: Cell<'_>) -> Option<Self> {
        i64::of(cell).map(|number| number != 0)
    }
}

impl Column for String {
    fn of(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Text(text) = cell { Some(text.to_owned()) } else { None }
    }
}

impl Column for Vec<u8> {
    fn of(cell: Cell<'_>) -> Option<Self> {
        if let Cell::Bytes(bytes) = cell { Some(bytes.to_owned()) } else { None }
    }
}

impl<C: Column> Column for Option<C> {
    fn of(cell: Cell<'_>) -> Option<Self> {
        if matches!(cell, Cell::Null) { Some(None) } else { C::of(cell).map(Some) }
    }
}
