//! Who subscribes: one row a person, found by address or number, changed by deeds that the history keeps. What a person
//! said wins over what a file says.

use super::sql::{Connection, OptionalExtension as _, Row, params};
use anyhow::{Result, bail};
use jiff::Timestamp;

use super::Ledger;
use super::events::{self, Deed, Who};
use super::intake::Entry;
use super::merge;
use crate::model::{Address, AddressError, Lang, Segment};

/// A subscriber as the ledger knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// What their links carry, enciphered.
    pub number: i64,
    /// To whom.
    pub address: Address,
    /// Their language; none: unknown.
    pub language: Option<Lang>,
    /// Whether they asked for both languages.
    pub both: bool,
    /// Their name.
    pub name: Option<String>,
    /// `text`: plain text only.
    pub format: Option<String>,
    /// `active`, `unconfirmed`, `paused`, `left`, `bounced` or `complained`.
    pub status: String,
    /// Since when.
    pub since: Timestamp,
    /// When a pause ends.
    pub paused_until: Option<Timestamp>,
    /// Where the address comes from.
    pub source: Option<String>,
    /// When they consented, `YYYY-MM-DD`.
    pub consented_on: Option<String>,
    /// On what basis they are written to.
    pub basis: Option<String>,
    /// Further columns of their list, a JSON object.
    pub fields: Option<String>,
    /// The file that holds them.
    pub list: Option<String>,
}

/// What a person wants to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Their language; none with `both`.
    pub language: Option<Lang>,
    /// Both languages in one message.
    pub both: bool,
    /// Plain text only.
    pub is_plain: bool,
}

impl Subscriber {
    /// As they are at a moment: a pause that is over by then is none, also before the ledger was told so.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.paused_until {
            Some(until) if self.status == "paused" && until <= now => {
                Self { status: "active".to_owned(), since: until, paused_until: None, ..self }
            }
            _ => self,
        }
    }
}

/// Numbers that are left out after a backup was restored: more than any newsletter gives between two backups, and the
/// numbers, of 63 bits, have room for two thousand million times that.
const NUMBERS_APART: i64 = 1 << 32;

pub(super) const COLUMNS: &str = "id, address, language, both, name, format, status, since, paused_until, source, consented_on, \
                       basis, fields, list";

impl Ledger {
    /// A subscriber by their address, or by one that was theirs before.
    pub fn subscriber(&self, address: &Address) -> Result<Option<Subscriber>> {
        let key = address.key();
        self.db.read(|db| by_key(db, &resolve(db, &key)?))
    }

    /// A subscriber by the number that a link carries; also when their address has become another since.
    pub fn subscriber_by_number(&self, number: i64) -> Result<Option<Subscriber>> {
        self.db.read(|db| match key_of(db, number)? {
            Some(key) => by_key(db, &key),
            None => Ok(None),
        })
    }

    /// Adds one person by a deed; who is known already is left as they are, and comes back.
    pub fn add(&self, entry: Entry, deed: Deed) -> Result<Option<Subscriber>> {
        self.db.write_now(move |db| {
            let key = resolve(db, &entry.address.key())?;
            let known = by_key(db, &key)?;
            if known.is_none() {
                merge::insert(db, &entry, None, deed.at)?;
                events::write(db, &key, "added", &deed)?;
            }
            Ok(known)
        })
    }

    /// Changes what a person is, for a reason of theirs or of their mail server: `left`, `bounced`, `active`…
    /// Says whether anything changed.
    pub fn set_status(&self, address: &Address, status: &'static str, why: &str, now: Timestamp) -> Result<bool> {
        let (key, why) = (address.key(), why.to_owned());
        self.db.write_now(move |db| set_status(db, &key, status, &why, now))
    }

    /// As [`Ledger::set_status`], with who did it and by which way.
    pub fn change_status(&self, address: &Address, status: &'static str, deed: Deed) -> Result<bool> {
        let key = address.key();
        self.db.write_now(move |db| change_status(db, &key, status, &deed))
    }

    /// As [`Ledger::change_status`], by the number that a link carries; none: nobody has it.
    pub async fn change_status_of(&self, number: i64, status: &'static str, deed: Deed) -> Result<Option<bool>> {
        self.db
            .write(move |db| match key_of(db, number)? {
                Some(key) => change_status(db, &key, status, &deed).map(Some),
                None => Ok(None),
            })
            .await
    }

    /// Pauses a person until a moment; none: nobody has the number.
    pub async fn pause(&self, number: i64, until: Timestamp, deed: Deed) -> Result<Option<()>> {
        self.db
            .write(move |db| {
                let Some(key) = key_of(db, number)? else { return Ok(None) };
                change_status(db, &key, "paused", &deed)?;
                db.prepare_cached(
                    "UPDATE subscribers SET paused_until = ?2 WHERE address_key = ?1 AND status = 'paused'",
                )?
                .execute(params![key, until.as_millisecond()])?;
                Ok(Some(()))
            })
            .await
    }

    /// Brings back those whose pause is over. Gives their number.
    pub fn wake(&self, now: Timestamp) -> Result<u64> {
        self.db.write_now(move |db| {
            let mut query = db
                .prepare_cached("SELECT address_key FROM subscribers WHERE status = 'paused' AND paused_until <= ?1")?;
            let keys: Vec<String> =
                query.query_map([now.as_millisecond()], |row| row.get(0))?.collect::<super::sql::Result<_>>()?;
            let deed = Deed::of_person("pause", "the pause that they asked for is over", now);
            for key in &keys {
                change_status(db, key, "active", &deed)?;
            }
            Ok(keys.len() as u64)
        })
    }

    /// After a backup was restored: subscribers and letters get numbers far past any that were given after it was made.
    /// Those stand in links already, and must not become somebody else's; nor may those of an earlier restore of the same
    /// backup, so they begin beyond the milliseconds since 1970.
    pub fn raise_numbers(&self, now: Timestamp) -> Result<()> {
        self.db.write_now(move |db| {
            for table in ["subscribers", "letters"] {
                if db.is_postgres() {
                    let sequence = format!("pg_get_serial_sequence('{table}', 'id')");
                    let last = format!("greatest(nextval({sequence}), (SELECT max(id) FROM {table}), ?2)");
                    let sql = format!("SELECT setval({sequence}, {last} + ?1)");
                    let _: i64 = db.query_row(&sql, [NUMBERS_APART, now.as_millisecond()], |row| row.get(0))?;
                    continue;
                }
                // The table's own largest number counts too: a sequence that was lost begins at nothing.
                let last: i64 = db.query_row(
                    &format!(
                        "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0),
                                    coalesce((SELECT max(id) FROM {table}), 0))"
                    ),
                    [table],
                    |row| row.get(0),
                )?;
                let raised = last.max(now.as_millisecond()).saturating_add(NUMBERS_APART);
                if db.execute("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1", params![table, raised])? == 0 {
                    db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", params![table, raised])?;
                }
            }
            Ok(())
        })
    }

    /// Keeps what a person wants to get; an import no longer changes it. None: nobody has the number.
    pub async fn choose(&self, number: i64, choice: Choice, deed: Deed) -> Result<Option<()>> {
        self.db
            .write(move |db| {
                let Some(key) = key_of(db, number)? else { return Ok(None) };
                choose(db, &key, &choice, &deed)?;
                Ok(Some(()))
            })
            .await
    }

    /// As [`Ledger::choose`], by address: for requests by mail and for the office. Says whether the person is known.
    pub fn choose_for(&self, address: &Address, choice: Choice, deed: Deed) -> Result<bool> {
        let key = address.key();
        self.db.write_now(move |db| {
            let key = resolve(db, &key)?;
            let is_known = by_key(db, &key)?.is_some();
            if is_known {
                choose(db, &key, &choice, &deed)?;
            }
            Ok(is_known)
        })
    }

    /// The office takes someone out, or brings someone back.
    pub fn restore(&self, address: &Address, deed: Deed) -> Result<Option<bool>> {
        let key = address.key();
        self.db.write_now(move |db| {
            let key = resolve(db, &key)?;
            if by_key(db, &key)?.is_none() {
                return Ok(None);
            }
            change_status(db, &key, "active", &deed).map(Some)
        })
    }

    /// Every subscriber in the order of their address, one after another.
    pub fn each_subscriber(&self, see: impl FnMut(Subscriber) -> Result<()>) -> Result<()> {
        self.each_where(&[], see)
    }

    /// As [`Ledger::each_subscriber`], those that meet every condition.
    pub fn each_where(&self, segments: &[Segment], mut see: impl FnMut(Subscriber) -> Result<()>) -> Result<()> {
        let condition = condition(segments);
        self.db.read(|db| {
            let mut query =
                db.prepare(&format!("SELECT {COLUMNS} FROM subscribers WHERE {condition} ORDER BY address_key"))?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                see(subscriber(&row)?)?;
            }
            Ok(())
        })
    }

    /// How many subscribers there are of each status.
    pub fn standing(&self) -> Result<Vec<(String, u64)>> {
        self.db.read(|db| {
            let mut query =
                db.prepare_cached("SELECT status, count(*) FROM subscribers GROUP BY status ORDER BY status")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        })
    }
}

/// The SQL of conditions; a column that the ledger does not have is one of the list's own.
pub(super) fn condition(segments: &[Segment]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let one = |segment: &Segment| {
        let value = quoted(&segment.value);
        match segment.column.as_str() {
            "language" if segment.value.eq_ignore_ascii_case("both") => "both".to_owned(),
            "language" => format!("(NOT both AND coalesce(language, '') = lower({value}))"),
            "domain" => format!("lower(address) LIKE '%@' || {value}"),
            "status" | "format" | "source" | "basis" | "list" | "name" => {
                format!("lower(coalesce({}, '')) = lower({value})", segment.column)
            }
            // A name as `Segment::column_name` makes it has letters, digits and `_` alone.
            other => format!(
                "lower(coalesce(json_extract(fields, {}), '')) = lower({value})",
                quoted(&format!("$.\"{other}\""))
            ),
        }
    };
    let all: Vec<String> = segments.iter().map(one).collect();
    if all.is_empty() { "1 = 1".to_owned() } else { all.join(" AND ") }
}

pub(super) fn subscriber(row: &Row<'_>) -> Result<Subscriber> {
    let address: String = row.get(1)?;
    let moment = |at: Option<i64>| at.map(Timestamp::from_millisecond).transpose();
    Ok(Subscriber {
        number: row.get(0)?,
        address: Address::parse(&address).map_err(AddressError::words)?,
        language: row.get::<Option<String>>(2)?.map(|lang| Lang::new(&lang)),
        both: row.get(3)?,
        name: row.get(4)?,
        format: row.get(5)?,
        status: row.get(6)?,
        since: Timestamp::from_millisecond(row.get(7)?)?,
        paused_until: moment(row.get(8)?)?,
        source: row.get(9)?,
        consented_on: row.get(10)?,
        basis: row.get(11)?,
        fields: row.get(12)?,
        list: row.get(13)?,
    })
}

pub(super) fn by_key(db: &Connection, key: &str) -> Result<Option<Subscriber>> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM subscribers WHERE address_key = ?1"))?;
    let mut rows = query.query([key])?;
    rows.next()?.map(|row| subscriber(&row)).transpose()
}

/// The key of the address that this one is now.
pub(super) fn resolve(db: &Connection, key: &str) -> Result<String> {
    let becomes: Option<String> = db
        .prepare_cached("SELECT becomes FROM aliases WHERE address_key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(becomes.unwrap_or_else(|| key.to_owned()))
}

/// The key of the subscriber whom a link means.
pub(super) fn key_of(db: &Connection, number: i64) -> Result<Option<String>> {
    let key: Option<String> = db
        .prepare_cached(
            "SELECT address_key FROM subscribers WHERE id = ?1
             UNION ALL SELECT becomes FROM aliases WHERE number = ?1 LIMIT 1",
        )?
        .query_row([number], |row| row.get(0))
        .optional()?;
    Ok(key)
}

/// Writes a change of status whose doer follows from what it is.
pub(super) fn set_status(db: &Connection, key: &str, status: &str, why: &str, now: Timestamp) -> Result<bool> {
    let (who, way) = if status == "bounced" { (Who::Server, "smtp") } else { (Who::Person, "mail") };
    change_status(db, key, status, &Deed { who, way: way.to_owned(), why: why.to_owned(), at: now })
}

/// Writes a change of status and its entry in the history. Who left or complained stays so when a bounce comes after.
pub(super) fn change_status(db: &Connection, key: &str, status: &str, deed: &Deed) -> Result<bool> {
    let key = resolve(db, key)?;
    let changed = db
        .prepare_cached(
            "UPDATE subscribers SET status = ?2, status_by = ?3, since = ?4, paused_until = NULL
             WHERE address_key = ?1 AND status <> ?2
               AND NOT (status IN ('left', 'complained') AND ?2 IN ('bounced', 'paused', 'complained'))",
        )?
        .execute(params![key, status, deed.who.as_str(), deed.at.as_millisecond()])?;
    if changed > 0 {
        events::write(db, &key, status, deed)?;
    }
    Ok(changed > 0)
}

fn choose(db: &Connection, key: &str, choice: &Choice, deed: &Deed) -> Result<()> {
    let language = choice.language.as_ref().map(Lang::as_str);
    let format = choice.is_plain.then_some("text");
    let n_rows = db
        .prepare_cached(
            "UPDATE subscribers SET language = ?2, both = ?3, format = ?4, language_by = 'person' WHERE address_key = ?1",
        )?
        .execute(params![key, language, choice.both, format])?;
    if n_rows != 1 {
        bail!(words!("this person is not in the ledger", "cette personne n'est pas dans le registre"));
    }
    let wanted = if choice.both { "both" } else { language.unwrap_or("?") };
    let why = if choice.is_plain { format!("{wanted}, plain text") } else { wanted.to_owned() };
    events::write(db, key, "language", &Deed { why, ..deed.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_cannot_be_broken_out_of() {
        let parse = |text: &str| Segment::parse(text).unwrap();
        assert_eq!(condition(&[]), "1 = 1");
        assert_eq!(condition(&[parse("status=o'k")]), "lower(coalesce(status, '')) = lower('o''k')");
        let own = condition(&[parse("a\"'; DROP=x"), parse("language=both")]);
        assert_eq!(own, "lower(coalesce(json_extract(fields, '$.\"a_drop\"'), '')) = lower('x') AND both");
    }
}
