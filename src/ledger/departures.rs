//! People who are to be forgotten: everything goes but a keyed hash, a mark, that keeps them out. The marks are made by
//! the caller, who has the key.

use std::collections::BTreeSet;

use super::sql::{Connection, params};
use anyhow::Result;
use jiff::Timestamp;

use super::Ledger;
use super::events::Deed;
use super::subscribers::{COLUMNS, change_status, resolve, subscriber};
use crate::model::Address;

/// The address of a copy whose recipient was erased: on the reserved domain `.invalid`, so that it can go nowhere.
const NOBODY: &str = "erased@erased.invalid";

/// One line for `departures.log`, or from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// When.
    pub at: Timestamp,
    /// `left`, `complained`, `erased` or `returned`.
    pub what: String,
    /// Of whom: the address, for a line that is to be written…
    pub address: Option<Address>,
    /// …or the mark, when nothing else is known.
    pub mark: Option<String>,
}

/// What erasing took away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Whether the ledger knew the person.
    pub was_known: bool,
    /// Every address that was theirs.
    pub addresses: Vec<Address>,
    /// Message-IDs of their copies.
    pub message_ids: Vec<String>,
}

impl Ledger {
    /// Erases a person: row, history, former addresses, and the address on every copy. `mark` makes the keyed hash.
    pub fn erase(
        &self,
        address: &Address,
        mark: impl Fn(&Address) -> String + Send + 'static,
        now: Timestamp,
    ) -> Result<Erased> {
        let address = address.clone();
        self.db.write_now(move |db| {
            let erased = forget(db, &address)?;
            for address in &erased.addresses {
                keep_mark(db, &mark(address), "erased", now)?;
            }
            Ok(erased)
        })
    }

    /// Writes the changed pages into the file and empties the journal beside it, so that nothing of what was erased is
    /// left in it. With `is_thorough` the whole file is written anew.
    pub fn scrub(&self, is_thorough: bool) -> Result<()> {
        self.db.outside_transaction(move |db| {
            if db.is_postgres() {
                let full = if is_thorough { "(FULL)" } else { "" };
                let tables = "subscribers, events, aliases, letters, bounces, deliveries";
                return Ok(db.execute_batch(&format!("VACUUM {full} {tables}"))?);
            }
            if is_thorough {
                db.execute_batch("VACUUM")?;
            }
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        })
    }

    /// The marks of people who are to be kept out, and why.
    pub fn marks(&self) -> Result<Vec<(String, String)>> {
        self.db.read(|db| {
            let mut query = db.prepare("SELECT mark, what FROM departures ORDER BY mark")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        })
    }

    /// Takes a mark away: the person has asked to come back.
    pub fn forgive(&self, mark: &str) -> Result<bool> {
        let mark = mark.to_owned();
        self.db.write_now(move |db| Ok(db.execute("DELETE FROM departures WHERE mark = ?1", [mark])? > 0))
    }

    /// Departures and returns since an event, with the number of the last one: for `departures.log`.
    pub fn departures_since(&self, event: i64) -> Result<(Vec<Departure>, i64)> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT e.id, e.at, e.what, s.address FROM events e JOIN subscribers s USING (address_key)
                 WHERE e.id > ?1 AND e.what IN ('left', 'complained', 'active') ORDER BY e.id",
            )?;
            let mut rows = query.query([event])?;
            let (mut found, mut last) = (Vec::new(), event);
            while let Some(row) = rows.next()? {
                last = row.get(0)?;
                let (what, address): (String, String) = (row.get(2)?, row.get(3)?);
                let what = if what == "active" { "returned".to_owned() } else { what };
                let at = Timestamp::from_millisecond(row.get(1)?)?;
                found.push(Departure { at, what, address: Address::parse(&address).ok(), mark: None });
            }
            Ok((found, last))
        })
    }

    /// Everyone who is out: to write `departures.log` anew when it was lost.
    pub fn all_departures(&self) -> Result<Vec<Departure>> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT since, status, address, NULL FROM subscribers WHERE status IN ('left', 'complained')
                 UNION ALL SELECT at, what, NULL, mark FROM departures ORDER BY 1",
            )?;
            let mut rows = query.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(Departure {
                    at: Timestamp::from_millisecond(row.get(0)?)?,
                    what: row.get(1)?,
                    address: row.get::<Option<String>>(2)?.and_then(|address| Address::parse(&address).ok()),
                    mark: row.get(3)?,
                });
            }
            Ok(found)
        })
    }

    /// Takes out, after a backup was restored, whom the log knows to have departed since: those the ledger still has by
    /// their rows, those of whom only a mark is known by that. Gives the number of rows.
    pub fn apply_departures(
        &self,
        departed: Vec<(String, Departure)>,
        mark: impl Fn(&Address) -> String + Send + 'static,
        now: Timestamp,
    ) -> Result<u64> {
        self.db.write_now(move |db| {
            let mut by_mark: std::collections::BTreeMap<String, Departure> = departed.into_iter().collect();
            let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM subscribers "))?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let person = subscriber(&row)?;
                // Who came back after that line has an answer of their own.
                if let Some(departure) = by_mark.remove(&mark(&person.address))
                    && person.since < departure.at
                {
                    out.push((person.address, departure));
                }
            }
            let mut n_people = 0;
            for (address, departure) in out {
                if departure.what == "erased" {
                    forget(db, &address)?;
                    keep_mark(db, &mark(&address), "erased", departure.at)?;
                    n_people += 1;
                } else {
                    let deed =
                        Deed { at: departure.at, ..Deed::of_person("departures.log", "left before the backup", now) };
                    n_people += u64::from(change_status(db, &address.key(), "left", &deed)?);
                }
            }
            // Whom the ledger does not know, a file may still bring.
            for (mark, departure) in &by_mark {
                keep_mark(db, mark, &departure.what, departure.at)?;
            }
            Ok(n_people)
        })
    }

    /// Forgets whoever left before a moment: a mark stays. Gives their number.
    pub fn expire_departed(
        &self,
        before: Timestamp,
        mark: impl Fn(&Address) -> String + Send + 'static,
        is_dry: bool,
    ) -> Result<u64> {
        let sql = "SELECT address, status, since FROM subscribers
                   WHERE status IN ('left', 'complained') AND since < ?1 AND status_by <> 'file'";
        let found = move |db: &Connection| -> Result<Vec<(String, String, i64)>> {
            let mut query = db.prepare(sql)?;
            let rows = query.query_map([before.as_millisecond()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        };
        if is_dry {
            return Ok(self.db.read(found)?.len() as u64);
        }
        self.db.write_now(move |db| {
            let people = found(db)?;
            for (address, what, since) in &people {
                let Ok(address) = Address::parse(address) else { continue };
                for address in forget(db, &address)?.addresses {
                    keep_mark(db, &mark(&address), what, Timestamp::from_millisecond(*since)?)?;
                }
            }
            Ok(people.len() as u64)
        })
    }

    /// Forgets who asked to subscribe before a moment and never confirmed. Nothing stays. Gives their number.
    pub fn expire_unconfirmed(&self, before: Timestamp, is_dry: bool) -> Result<u64> {
        let find = move |db: &Connection| -> Result<Vec<String>> {
            let mut query =
                db.prepare("SELECT address FROM subscribers WHERE status = 'unconfirmed' AND since < ?1")?;
            let rows = query.query_map([before.as_millisecond()], |row| row.get(0))?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        };
        if is_dry {
            return Ok(self.db.read(find)?.len() as u64);
        }
        self.db.write_now(move |db| {
            let people = find(db)?;
            for address in people.iter().filter_map(|address| Address::parse(address).ok()) {
                forget(db, &address)?;
            }
            Ok(people.len() as u64)
        })
    }

    /// Takes the address off the copies of issues that were complete before a moment. Gives their number.
    pub fn expire_copies(&self, before: Timestamp, is_dry: bool) -> Result<u64> {
        let those = "address <> ?2 AND issue IN (SELECT issue FROM issues WHERE completed < ?1)";
        let count = format!("SELECT count(*) FROM deliveries WHERE {those}");
        if is_dry {
            let n: i64 = self
                .db
                .read(|db| Ok(db.query_row(&count, params![before.as_millisecond(), NOBODY], |row| row.get(0))?))?;
            return Ok(n.unsigned_abs());
        }
        self.db.write_now(move |db| {
            let sql = format!("UPDATE deliveries SET address_key = 'erased ' || id, address = ?2 WHERE {those}");
            Ok(db.execute(&sql, params![before.as_millisecond(), NOBODY])? as u64)
        })
    }
}

fn keep_mark(db: &Connection, mark: &str, what: &str, at: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO departures (mark, what, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (mark) DO UPDATE SET what = excluded.what, at = excluded.at",
    )?
    .execute(params![mark, what, at.as_millisecond()])?;
    Ok(())
}

/// Takes everything about a person out of the ledger. Copies stay, for the sums of their issue, and name nobody.
fn forget(db: &Connection, address: &Address) -> Result<Erased> {
    let key = resolve(db, &address.key())?;
    let mut erased = Erased::default();
    let mut texts: BTreeSet<String> = [address.as_str().to_owned()].into();
    let mut query = db.prepare(
        "SELECT address FROM subscribers WHERE address_key = ?1
         UNION SELECT address_key FROM aliases WHERE becomes = ?1
         UNION SELECT address FROM deliveries WHERE address_key = ?1
         UNION SELECT l.address FROM letters l JOIN subscribers s ON l.number = s.id WHERE s.address_key = ?1
               AND l.kind = 'new-address' AND l.used IS NULL",
    )?;
    for text in query.query_map([&key], |row| row.get::<String>(0))? {
        erased.was_known = true;
        texts.insert(text?);
    }
    let mut keys: BTreeSet<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    keys.insert(key);
    for key in &keys {
        let mut query =
            db.prepare_cached("SELECT message_id FROM deliveries WHERE address_key = ?1 AND message_id IS NOT NULL")?;
        let ids = query.query_map([key], |row| row.get(0))?;
        erased.message_ids.extend(ids.collect::<super::sql::Result<Vec<String>>>()?);
        db.execute(
            "UPDATE deliveries SET state = 'suppressed', reply_text = 'erased', next_try = NULL
             WHERE address_key = ?1 AND state IN ('planned', 'deferred')",
            [key],
        )?;
        db.execute(
            "UPDATE deliveries SET address_key = 'erased ' || id, address = ?2, language = NULL WHERE address_key = ?1",
            [key.as_str(), NOBODY],
        )?;
        db.execute("DELETE FROM letters WHERE address_key = ?1", [key])?;
        db.execute("DELETE FROM events WHERE address_key = ?1", [key])?;
        db.execute("DELETE FROM bounces WHERE address_key = ?1", [key])?;
        db.execute("DELETE FROM aliases WHERE address_key = ?1 OR becomes = ?1", [key])?;
        db.execute("DELETE FROM subscribers WHERE address_key = ?1", [key])?;
    }
    erased.addresses =
        texts.iter().filter_map(|text| Address::parse(text).ok()).filter(|a| a.as_str() != NOBODY).collect();
    Ok(erased)
}
