//! What happened to a subscriber: who did it, when, by which way. What the office shows when it is asked.

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::Result;
use jiff::Timestamp;

use super::Ledger;
use super::subscribers::resolve;
use crate::model::Address;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The subscriber.
    Person,
    /// Somebody in the office.
    Office,
    /// A mail server.
    Server,
    /// A file in `subscribers/`.
    File,
}

impl Who {
    /// As in the ledger and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Office => "office",
            Self::Server => "server",
            Self::File => "file",
        }
    }
}

/// One deed: who, by which way, why, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Who did it.
    pub who: Who,
    /// By which way: `command`, `web`, `one-click`, `mail`, `smtp`, or a file's name.
    pub way: String,
    /// Why, in a few words without an address.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

impl Deed {
    /// A deed of the office at its command line.
    pub fn of_office(why: impl Into<String>, at: Timestamp) -> Self {
        Self { who: Who::Office, way: "command".to_owned(), why: why.into(), at }
    }

    /// A deed of the subscriber.
    pub fn of_person(way: &str, why: impl Into<String>, at: Timestamp) -> Self {
        Self { who: Who::Person, way: way.to_owned(), why: why.into(), at }
    }
}

/// One line of a subscriber's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What: a status, `added`, `changed`, `moved`, `language`, or what became of a copy.
    pub what: String,
    /// Who did it; none: not recorded, in ledgers of the first schema.
    pub who: Option<String>,
    /// By which way.
    pub way: Option<String>,
    /// Why, or what exactly.
    pub detail: Option<String>,
}

impl Ledger {
    /// Everything known of a subscriber, oldest first: how they came, what was done, what they were sent.
    pub fn history(&self, address: &Address) -> Result<Vec<Event>> {
        let key = address.key();
        self.db.read(|db| {
            let key = resolve(db, &key)?;
            let mut events = Vec::new();
            let mut query =
                db.prepare("SELECT at, what, actor, way, detail FROM events WHERE address_key = ?1 ORDER BY at, id")?;
            let mut rows = query.query([&key])?;
            while let Some(row) = rows.next()? {
                events.push(Event {
                    at: Timestamp::from_millisecond(row.get(0)?)?,
                    what: row.get(1)?,
                    who: row.get(2)?,
                    way: row.get(3)?,
                    detail: row.get(4)?,
                });
            }
            if !events.iter().any(|event: &Event| event.what == "added") {
                events.extend(arrival(db, &key)?);
            }
            events.extend(copies(db, &key)?);
            events.sort_by_key(|event| event.at);
            Ok(events)
        })
    }
}

/// How the subscriber came: rows that a file brought have no event of their own.
fn arrival(db: &Connection, key: &str) -> Result<Option<Event>> {
    let row = db
        .query_row(
            "SELECT added, list, source, consented_on, basis FROM subscribers WHERE address_key = ?1",
            [key],
            |row| {
                let (list, source): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
                let (consented, basis): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
                Ok((row.get::<i64>(0)?, list, source, consented, basis))
            },
        )
        .optional()?;
    let Some((added, list, source, consented, basis)) = row else { return Ok(None) };
    let said = [("source", &source), ("consented on", &consented), ("basis", &basis)];
    let said: Vec<String> =
        said.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}: {value}"))).collect();
    let who = if list.is_some() { Who::File } else { Who::Office };
    Ok(Some(Event {
        at: Timestamp::from_millisecond(added)?,
        what: "added".to_owned(),
        who: Some(who.as_str().to_owned()).filter(|_| list.is_some()),
        way: list,
        detail: Some(said.join("; ")).filter(|said| !said.is_empty()),
    }))
}

fn copies(db: &Connection, key: &str) -> Result<Vec<Event>> {
    let mut query = db.prepare(
        "SELECT changed, issue, edition, state, way_out, reply_code, reply_text FROM deliveries WHERE address_key = ?1",
    )?;
    let mut rows = query.query([key])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (issue, edition, state): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (code, text): (Option<i64>, Option<String>) = (row.get(5)?, row.get(6)?);
        let reply = [code.filter(|code| *code > 0).map(|code| code.to_string()), text];
        let reply: Vec<String> = reply.into_iter().flatten().collect();
        found.push(Event {
            at: Timestamp::from_millisecond(row.get(0)?)?,
            what: state,
            who: None,
            way: row.get(4)?,
            detail: Some(format!("{issue} {edition} {}", reply.join(" ")).trim_end().to_owned()),
        });
    }
    Ok(found)
}

/// Writes one line of history.
pub(super) fn write(db: &Connection, key: &str, what: &str, deed: &Deed) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO events (at, address_key, what, detail, actor, way) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![deed.at.as_millisecond(), key, what, deed.why, deed.who.as_str(), deed.way])?;
    Ok(())
}
