//! Who subscribes. What a person said wins over what a file says: an import never brings back someone who left.

use anyhow::Result;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Ledger;
use crate::model::{Address, Lang};

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
    /// They left, bounced, complained or paused: the row brings nobody back.
    KeptAway,
}

/// A subscriber as `subscribers list` shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// To whom.
    pub address: Address,
    /// Their language; none: unknown.
    pub language: Option<Lang>,
    /// Whether they asked for both languages.
    pub both: bool,
    /// `active`, `unconfirmed`, `paused`, `left`, `bounced` or `complained`.
    pub status: String,
    /// Since when.
    pub since: Timestamp,
    /// Where the address comes from.
    pub source: Option<String>,
}

impl Ledger {
    /// Takes rows in, in one transaction; `import` names the whole import, so that an address in it twice is seen.
    pub fn take_in(&self, rows: Vec<Entry>, import: &str, now: Timestamp) -> Result<Vec<Imported>> {
        let import = import.to_owned();
        self.db.write_now(move |db| rows.iter().map(|row| take_in(db, row, &import, now)).collect())
    }

    /// Changes what a person is, for a reason of theirs or of their mail server: `left`, `bounced`, `active`…
    /// Says whether anything changed.
    pub fn set_status(&self, address: &Address, status: &'static str, why: &str, now: Timestamp) -> Result<bool> {
        let (key, why) = (address.key(), why.to_owned());
        self.db.write_now(move |db| set_status(db, &key, status, &why, now))
    }

    /// Every subscriber in the order of their address, one after another.
    pub fn each_subscriber(&self, mut see: impl FnMut(Subscriber) -> Result<()>) -> Result<()> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT address, language, both, status, since, source FROM subscribers ORDER BY address_key",
            )?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let address: String = row.get(0)?;
                let Ok(address) = Address::parse(&address) else { continue };
                see(Subscriber {
                    address,
                    language: row.get::<_, Option<String>>(1)?.map(|lang| Lang::new(&lang)),
                    both: row.get(2)?,
                    status: row.get(3)?,
                    since: Timestamp::from_millisecond(row.get(4)?)?,
                    source: row.get(5)?,
                })?;
            }
            Ok(())
        })
    }
}

fn take_in(db: &Connection, row: &Entry, import: &str, now: Timestamp) -> Result<Imported> {
    let key = row.address.key();
    let language = row.language.as_ref().map(Lang::as_str);
    let before: Option<(String, Option<String>)> = db
        .prepare_cached("SELECT status, import FROM subscribers WHERE address_key = ?1")?
        .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((status, last_import)) = before else {
        db.prepare_cached(
            "INSERT INTO subscribers (address_key, address, language, both, name, format, since, source, consented_on,
                                      basis, import)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            key,
            row.address.as_str(),
            language,
            row.both,
            row.name,
            row.format,
            now.as_millisecond(),
            row.source,
            row.consented_on,
            row.basis,
            import
        ])?;
        return Ok(Imported::Added);
    };
    let is_twice = last_import.as_deref() == Some(import);
    if !matches!(status.as_str(), "active" | "unconfirmed") {
        db.prepare_cached("UPDATE subscribers SET import = ?2 WHERE address_key = ?1")?.execute([&key, import])?;
        return Ok(if is_twice { Imported::Twice } else { Imported::KeptAway });
    }
    // A language that the person chose is theirs; an empty field in a file says nothing.
    let changed = db
        .prepare_cached(
            "UPDATE subscribers SET
                language = CASE WHEN language_by = 'person' THEN language WHEN ?3 THEN ?2 ELSE coalesce(?2, language) END,
                both = CASE WHEN language_by = 'person' OR (?2 IS NULL AND NOT ?3) THEN both ELSE ?3 END,
                name = coalesce(?4, name), format = coalesce(?5, format), source = coalesce(?6, source),
                consented_on = coalesce(?7, consented_on), basis = coalesce(?8, basis)
             WHERE address_key = ?1 AND (language IS NOT coalesce(?2, language) OR both <> ?3
                OR name IS NOT coalesce(?4, name) OR format IS NOT coalesce(?5, format)
                OR source IS NOT coalesce(?6, source) OR consented_on IS NOT coalesce(?7, consented_on)
                OR basis IS NOT coalesce(?8, basis))",
        )?
        .execute(params![key, language, row.both, row.name, row.format, row.source, row.consented_on, row.basis])?;
    db.prepare_cached("UPDATE subscribers SET import = ?2 WHERE address_key = ?1")?.execute([&key, import])?;
    Ok(match (is_twice, changed) {
        (true, _) => Imported::Twice,
        (false, 0) => Imported::Same,
        (false, _) => Imported::Changed,
    })
}

/// Writes a change of status and its entry in the history.
pub(super) fn set_status(db: &Connection, key: &str, status: &str, why: &str, now: Timestamp) -> Result<bool> {
    let changed = db
        .prepare_cached("UPDATE subscribers SET status = ?2, since = ?3 WHERE address_key = ?1 AND status <> ?2")?
        .execute(params![key, status, now.as_millisecond()])?;
    if changed > 0 {
        db.prepare_cached("INSERT INTO events (at, address_key, what, detail) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![now.as_millisecond(), key, status, why])?;
    }
    Ok(changed > 0)
}
