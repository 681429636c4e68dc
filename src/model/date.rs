//! Dates in TOML: people write them with quotes and without.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error as _};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Quoted(String),
    Plain(toml_edit::Datetime),
}

impl Written {
    fn parse<E: serde::de::Error>(self) -> Result<Date, E> {
        let text = match self {
            Self::Quoted(text) => text,
            Self::Plain(date) => date.to_string(),
        };
        text.parse().map_err(|_| E::custom(format!("`{text}` is not a date: write year, month and day, as 2026-12-09")))
    }
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn one<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    Written::deserialize(from).map_err(|_| D::Error::custom("a date is written 2026-12-09"))?.parse()
}

/// As [`one`], for a date that may be absent.
pub(super) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    one(from).map(Some)
}

/// As [`one`], for a list.
pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Date>, D::Error> {
    Vec::<Written>::deserialize(from)
        .map_err(|_| D::Error::custom("dates are written [2026-12-25, 2027-01-01]"))?
        .into_iter()
        .map(Written::parse)
        .collect()
}
