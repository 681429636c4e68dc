//! An address that becomes another: a person who changed office, a department that changed its name. Language, consent,
//! history and departures go along; of two rows one stays, and of two copies one leaves.

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::{Result, bail};
use jiff::Timestamp;

use super::Ledger;
use super::events::{self, Deed};
use super::subscribers::{Subscriber, by_key, resolve};
use crate::model::{Address, AddressError};

/// What moving came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moving {
    /// Addresses that became another.
    pub moved: u64,
    /// Of these, people who had both: one row and one copy stay.
    pub merged: u64,
    /// Of these, people who have left or complained, by either address: they stay out.
    pub stay_out: u64,
    /// Copies of an issue under way that go to the new address, or no longer go twice.
    pub copies: u64,
    /// Addresses whose new form is none.
    pub impossible: u64,
}

/// What became of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It became the other.
    Done {
        /// Both had a row.
        is_merged: bool,
        /// The person stays out.
        stays_out: bool,
        /// Copies that were changed.
        n_copies: u64,
    },
    /// Nobody has the old address.
    Unknown,
    /// It is the new one already.
    Same,
}

impl Ledger {
    /// Makes one address another. A dry run changes nothing.
    pub fn move_address(&self, old: &Address, new: &Address, deed: Deed, is_dry: bool) -> Result<Moved> {
        let (old, new) = (old.clone(), new.clone());
        self.dry_or_real(is_dry, move |db| move_one(db, &old, &new, &deed))
    }

    /// As [`Ledger::move_address`], for a request that a person has confirmed at the new address.
    pub async fn move_number(&self, number: i64, new: Address, deed: Deed) -> Result<Moved> {
        self.db
            .write(move |db| {
                let Some(key) = super::subscribers::key_of(db, number)? else { return Ok(Moved::Unknown) };
                let Some(person) = by_key(db, &key)? else { return Ok(Moved::Unknown) };
                move_one(db, &person.address, &new, &deed)
            })
            .await
    }

    /// Makes every address of a domain one of another domain, all at once.
    pub fn move_domain(&self, old: &str, new: &str, deed: Deed, is_dry: bool) -> Result<Moving> {
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        self.dry_or_real(is_dry, move |db| {
            let mut query =
                db.prepare("SELECT address FROM subscribers WHERE address_key LIKE '%@' || ?1 ORDER BY address_key")?;
            let rows = query.query_map([&old], |row| row.get(0))?;
            let addresses: Vec<String> = rows.collect::<super::sql::Result<_>>()?;
            let mut moving = Moving::default();
            for address in addresses {
                let address = Address::parse(&address).map_err(AddressError::words)?;
                let Ok(becomes) = Address::parse(&format!("{}@{new}", address.local())) else {
                    moving.impossible += 1;
                    continue;
                };
                if let Moved::Done { is_merged, stays_out, n_copies } = move_one(db, &address, &becomes, &deed)? {
                    moving.moved += 1;
                    moving.merged += u64::from(is_merged);
                    moving.stay_out += u64::from(stays_out);
                    moving.copies += n_copies;
                }
            }
            Ok(moving)
        })
    }

    /// Does the work, and undoes it when it was only to be seen what it would come to.
    fn dry_or_real<T: Send + 'static>(
        &self,
        is_dry: bool,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if !is_dry {
            return self.db.write_now(work);
        }
        let (tell, told) = std::sync::mpsc::channel();
        let undone: Result<()> = self.db.write_now(move |db| {
            let came_to = work(db)?;
            // The caller waits below.
            let _ = tell.send(came_to);
            bail!("a dry run is undone")
        });
        match (told.try_recv(), undone) {
            (Ok(came_to), _) => Ok(came_to),
            (Err(_), Err(error)) => Err(error),
            (Err(_), Ok(())) => bail!("a dry run says what it came to, or fails"),
        }
    }
}

fn move_one(db: &Connection, old: &Address, new: &Address, deed: &Deed) -> Result<Moved> {
    let (from, to) = (resolve(db, &old.key())?, resolve(db, &new.key())?);
    let Some(person) = by_key(db, &from)? else { return Ok(Moved::Unknown) };
    if from == to {
        if person.address != *new && new.key() == to {
            db.execute("UPDATE subscribers SET address = ?2 WHERE address_key = ?1", [&to, new.as_str()])?;
        }
        return Ok(Moved::Same);
    }
    let n_copies = copies(db, &from, &to, new, deed.at)?;
    let other = by_key(db, &to)?;
    if let Some(other) = &other {
        merge(db, &person, other, (&from, &to))?;
        db.execute("DELETE FROM subscribers WHERE address_key = ?1", [&from])?;
    } else {
        // A bounce was the old address's; everything else is the person's.
        db.execute(
            "UPDATE subscribers SET address_key = ?2, address = ?3,
                    since = CASE status WHEN 'bounced' THEN ?4 ELSE since END,
                    status = CASE status WHEN 'bounced' THEN 'active' ELSE status END
             WHERE address_key = ?1",
            params![from, to, new.as_str(), deed.at.as_millisecond()],
        )?;
    }
    db.execute("UPDATE events SET address_key = ?2 WHERE address_key = ?1", [&from, &to])?;
    db.execute("UPDATE aliases SET becomes = ?2 WHERE becomes = ?1", [&from, &to])?;
    db.execute("DELETE FROM aliases WHERE address_key = ?1", [&to])?;
    db.execute(
        "INSERT INTO aliases (address_key, number, becomes, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (address_key) DO UPDATE SET becomes = excluded.becomes, at = excluded.at",
        params![from, other.as_ref().map(|_| person.number), to, deed.at.as_millisecond()],
    )?;
    let mut why = format!("was {}", person.address.as_str());
    if !deed.why.is_empty() {
        why = format!("{why}; {}", deed.why);
    }
    events::write(db, &to, "moved", &Deed { why, ..deed.clone() })?;
    let status: String =
        db.query_row("SELECT status FROM subscribers WHERE address_key = ?1", [&to], |row| row.get(0))?;
    let stays_out = matches!(status.as_str(), "left" | "complained");
    Ok(Moved::Done { is_merged: other.is_some(), stays_out, n_copies })
}

/// Of two rows of one person one stays: what they said themselves wins over what a file said, and leaving by either
/// address is leaving, unless they came back afterwards by the other.
fn merge(db: &Connection, old: &Subscriber, new: &Subscriber, (from, to): (&str, &str)) -> Result<()> {
    let came_back = |person: &Subscriber, other: &Subscriber| -> Result<bool> {
        let by_person: Option<i64> = db
            .query_row(
                "SELECT max(at) FROM events WHERE address_key = ?1 AND actor IN ('person', 'office')
                   AND what IN ('active', 'added')",
                [person.address.key()],
                |row| row.get(0),
            )
            .optional()?
            .flatten();
        Ok(by_person.is_some_and(|at| at > other.since.as_millisecond()))
    };
    let has_left = |person: &Subscriber| matches!(person.status.as_str(), "left" | "complained");
    if has_left(old) && !has_left(new) && !came_back(new, old)? {
        take_over(db, from, to, "status = o.status, status_by = o.status_by, since = o.since, paused_until = NULL")?;
    } else if has_left(new) && !has_left(old) && came_back(old, new)? {
        take_over(db, from, to, "status = 'active', status_by = o.status_by, since = o.since, paused_until = NULL")?;
    } else if matches!(new.status.as_str(), "unconfirmed") && matches!(old.status.as_str(), "active" | "paused") {
        take_over(
            db,
            from,
            to,
            "status = o.status, status_by = o.status_by, since = o.since, paused_until = o.paused_until",
        )?;
    }
    let chose = |key: &str| -> Result<bool> {
        Ok(db.query_row("SELECT language_by = 'person' FROM subscribers WHERE address_key = ?1", [key], |row| {
            row.get(0)
        })?)
    };
    if chose(from)? && !chose(to)? {
        take_over(db, from, to, "language = o.language, both = o.both, format = o.format, language_by = 'person'")?;
    }
    take_over(
        db,
        from,
        to,
        "language = CASE WHEN subscribers.both THEN NULL ELSE coalesce(subscribers.language, o.language) END,
         name = coalesce(subscribers.name, o.name), source = coalesce(subscribers.source, o.source),
         basis = coalesce(subscribers.basis, o.basis), fields = coalesce(subscribers.fields, o.fields),
         list = coalesce(subscribers.list, o.list), added = CASE WHEN o.added < subscribers.added THEN o.added ELSE subscribers.added END,
         consented_on = CASE WHEN o.consented_on < coalesce(subscribers.consented_on, '9') THEN o.consented_on
                             ELSE subscribers.consented_on END",
    )
}

/// Sets columns of the row that stays, `o` being the row that goes.
fn take_over(db: &Connection, from: &str, to: &str, columns: &str) -> Result<()> {
    db.execute(
        &format!(
            "UPDATE subscribers SET {columns} FROM (SELECT * FROM subscribers WHERE address_key = ?1) AS o
             WHERE subscribers.address_key = ?2"
        ),
        [from, to],
    )?;
    Ok(())
}

/// Copies of issues: those not yet sent go to the new address; of two for one person only one leaves.
fn copies(db: &Connection, from: &str, to: &str, new: &Address, now: Timestamp) -> Result<u64> {
    let at = now.as_millisecond();
    let open = "state IN ('planned', 'deferred')";
    let suppress = "state = 'suppressed', reply_text = 'moved', next_try = NULL, changed = ?3";
    let other =
        |key: &str| format!("SELECT 1 FROM deliveries d WHERE d.issue = deliveries.issue AND d.address_key = {key}");
    // The new address waits while the old one is being sent, or was: it gets no second copy.
    let mut n_copies = db.execute(
        &format!(
            "UPDATE deliveries SET {suppress} WHERE address_key = ?2 AND {open}
               AND EXISTS ({} AND d.state IN ('claimed', 'dotted', 'accepted', 'unknown'))",
            other("?1")
        ),
        params![from, to, at],
    )?;
    n_copies += db.execute(
        &format!("UPDATE deliveries SET {suppress} WHERE address_key = ?1 AND {open} AND EXISTS ({})", other("?2")),
        params![from, to, at],
    )?;
    n_copies += db.execute(
        &format!(
            "UPDATE deliveries SET address_key = ?2, address = ?3
             WHERE address_key = ?1 AND {open} AND NOT EXISTS ({})",
            other("?2")
        ),
        params![from, to, new.as_str()],
    )?;
    // What was sent stays at the address it went to, and belongs to the person's history.
    db.execute(
        &format!("UPDATE deliveries SET address_key = ?2 WHERE address_key = ?1 AND NOT EXISTS ({})", other("?2")),
        [from, to],
    )?;
    Ok(n_copies as u64)
}
