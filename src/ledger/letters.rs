//! Mail about a subscription, to one person: kept until it is sent, so that a page can say at once what is on its way,
//! and a crash loses none.

use super::sql::{Connection, OptionalExtension as _, Row, params};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::events::{self, Deed};
use super::intake::Entry;
use super::merge;
use super::subscribers::{Subscriber, by_key, change_status, resolve};
use super::{Ledger, LettersLock};
use crate::model::{Address, AddressError, Lang};

/// One mail to one address a day: a form cannot be used to fill a stranger's mailbox.
const PER_ADDRESS: SignedDuration = SignedDuration::from_hours(24);
/// Tries of a letter: about two days.
const TRIES_MAX: u32 = 12;

/// Which letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// Asks whoever has the address to confirm the subscription.
    Confirm,
    /// Says that the address is subscribed already, and how to change that.
    Known,
    /// Asks whoever has a new address to confirm that it takes the place of the old one.
    NewAddress,
    /// Welcomes.
    Welcome,
}

impl LetterKind {
    /// As in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Known => "known",
            Self::NewAddress => "new-address",
            Self::Welcome => "welcome",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "known" => Self::Known,
            "new-address" => Self::NewAddress,
            "welcome" => Self::Welcome,
            _ => Self::Confirm,
        }
    }
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What the link in it carries, enciphered.
    pub id: i64,
    /// Which one.
    pub kind: LetterKind,
    /// The subscriber, when there is one.
    pub number: Option<i64>,
    /// To whom.
    pub address: Address,
    /// In which language; it is the one that a confirmed subscription gets.
    pub language: Lang,
    /// When it was asked for: the Date of the mail.
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When its button was pressed.
    pub used: Option<Timestamp>,
}

/// What a request for a letter came to; the page says the same of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterAsked {
    /// A letter is on its way.
    Due,
    /// The address had one within the last day.
    TooSoon,
}

/// What pressing the button of a letter came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The subscription holds, or the address is the new one; the number of the subscriber.
    Done(i64),
    /// The letter is unknown or was forgotten.
    Unknown,
}

const COLUMNS: &str = "id, kind, number, address, language, at, tries, used";

impl Ledger {
    /// Somebody asks on a page that an address be subscribed. Nothing is promised to the page, and nothing changes for
    /// the address but that a letter goes to it, once a day at most.
    pub async fn ask_to_subscribe(&self, address: Address, language: Lang, now: Timestamp) -> Result<LetterAsked> {
        self.db
            .write(move |db| {
                let key = resolve(db, &address.key())?;
                if had_letter(db, &key, now)? {
                    return Ok(LetterAsked::TooSoon);
                }
                let known = by_key(db, &key)?;
                let is_active =
                    known.as_ref().is_some_and(|known| matches!(known.status.as_str(), "active" | "paused"));
                if known.is_none() {
                    insert_unconfirmed(db, &address, &language, now)?;
                }
                let number = by_key(db, &key)?.map(|known| known.number);
                let kind = if is_active { LetterKind::Known } else { LetterKind::Confirm };
                let to = known.map_or(address, |known| known.address);
                write(db, (kind, number), &to, &language, now)?;
                Ok(LetterAsked::Due)
            })
            .await
    }

    /// A subscriber asks that a new address take the place of theirs: a letter goes to the new one.
    pub async fn ask_to_move(&self, number: i64, new: Address, language: Lang, now: Timestamp) -> Result<LetterAsked> {
        self.db
            .write(move |db| {
                if had_letter(db, &new.key(), now)? {
                    return Ok(LetterAsked::TooSoon);
                }
                write(db, (LetterKind::NewAddress, Some(number)), &new, &language, now)?;
                Ok(LetterAsked::Due)
            })
            .await
    }

    /// A letter by its number.
    pub fn letter(&self, id: i64) -> Result<Option<Letter>> {
        self.db.read(|db| letter(db, id))
    }

    /// The button of a letter that asks for confirmation was pressed: the subscription holds, and a welcome is due.
    pub async fn confirm(&self, id: i64, deed: Deed, today: String) -> Result<Confirmed> {
        self.db
            .write(move |db| {
                let Some(letter) = letter(db, id)? else { return Ok(Confirmed::Unknown) };
                let key = resolve(db, &letter.address.key())?;
                if by_key(db, &key)?.is_none() {
                    insert_unconfirmed(db, &letter.address, &letter.language, deed.at)?;
                }
                let Some(person) = by_key(db, &key)? else { return Ok(Confirmed::Unknown) };
                // Whoever left after asking has thought better of it.
                if matches!(person.status.as_str(), "left" | "complained") && letter.at <= person.since {
                    return Ok(Confirmed::Unknown);
                }
                if letter.used.is_none() {
                    subscribe(db, (&key, &person), &letter, &deed, &today)?;
                }
                Ok(Confirmed::Done(person.number))
            })
            .await
    }

    /// The button of a letter to a new address was pressed: it takes the place of the old one.
    pub async fn confirm_move(&self, id: i64, deed: Deed) -> Result<Confirmed> {
        let Some(letter) = self.letter(id)? else { return Ok(Confirmed::Unknown) };
        let Some(number) = letter.number.filter(|_| letter.kind == LetterKind::NewAddress) else {
            return Ok(Confirmed::Unknown);
        };
        if letter.used.is_none() {
            let at = deed.at.as_millisecond();
            self.move_number(number, letter.address, deed).await?;
            self.db
                .write(move |db| Ok(db.execute("UPDATE letters SET used = ?2 WHERE id = ?1", params![id, at])?))
                .await?;
        }
        Ok(Confirmed::Done(number))
    }

    /// Takes the letter that has been due longest, so that nobody else sends it. It is due again at `until` unless it is
    /// settled or deferred before.
    pub async fn claim_letter(&self, now: Timestamp, until: Timestamp) -> Result<Option<Letter>> {
        self.db
            .write(move |db| {
                let mut query = db.prepare_cached(&format!(
                    "UPDATE letters SET state = 'claimed', next_try = ?2
                     WHERE id = (SELECT id FROM letters WHERE state IN ('due', 'claimed') AND next_try <= ?1
                                 ORDER BY next_try, id LIMIT 1)
                     RETURNING {COLUMNS}"
                ))?;
                let mut rows = query.query(params![now.as_millisecond(), until.as_millisecond()])?;
                rows.next()?.map(|row| read(&row)).transpose()
            })
            .await
    }

    /// Gives back the letters that a process which has ended had taken. The caller has the lock, so that nobody lives who
    /// has taken one.
    pub fn free_letters(&self, _lock: &LettersLock, now: Timestamp) -> Result<u64> {
        self.db.write_now(move |db| {
            let sql = "UPDATE letters SET state = 'due', next_try = ?1 WHERE state = 'claimed'";
            Ok(db.execute(sql, [now.as_millisecond()])? as u64)
        })
    }

    /// How many letters wait.
    pub fn letters_waiting(&self) -> Result<u64> {
        self.db.read(|db| {
            let n: i64 =
                db.query_row("SELECT count(*) FROM letters WHERE state IN ('due', 'claimed')", [], |row| row.get(0))?;
            Ok(n.unsigned_abs())
        })
    }

    /// A letter was handed over, or cannot be.
    pub async fn settle_letter(&self, id: i64, is_sent: bool) -> Result<()> {
        let state = if is_sent { "sent" } else { "failed" };
        self.db
            .write(move |db| {
                db.prepare_cached("UPDATE letters SET state = ?2, tries = tries + 1 WHERE id = ?1")?
                    .execute(params![id, state])?;
                Ok(())
            })
            .await
    }

    /// A letter is tried again later; after the last try it has failed.
    pub async fn defer_letter(&self, id: i64, next_try: Timestamp) -> Result<()> {
        self.db
            .write(move |db| {
                db.prepare_cached(
                    "UPDATE letters SET tries = tries + 1, next_try = ?2,
                            state = CASE WHEN tries + 1 >= ?3 THEN 'failed' ELSE 'due' END WHERE id = ?1",
                )?
                .execute(params![id, next_try.as_millisecond(), TRIES_MAX])?;
                Ok(())
            })
            .await
    }

    /// Forgets letters asked for before a moment. Gives their number.
    pub fn expire_letters(&self, before: Timestamp, is_dry: bool) -> Result<u64> {
        let before = before.as_millisecond();
        if is_dry {
            let sql = "SELECT count(*) FROM letters WHERE at < ?1";
            let n: i64 = self.db.read(|db| Ok(db.query_row(sql, [before], |row| row.get(0))?))?;
            return Ok(n.unsigned_abs());
        }
        self.db.write_now(move |db| Ok(db.execute("DELETE FROM letters WHERE at < ?1", [before])? as u64))
    }
}

fn read(row: &Row<'_>) -> Result<Letter> {
    let (kind, address, language): (String, String, String) = (row.get(1)?, row.get(3)?, row.get(4)?);
    Ok(Letter {
        id: row.get(0)?,
        kind: LetterKind::parse(&kind),
        number: row.get(2)?,
        address: Address::parse(&address).map_err(AddressError::words)?,
        language: Lang::new(&language),
        at: Timestamp::from_millisecond(row.get(5)?)?,
        tries: row.get(6)?,
        used: row.get::<Option<i64>>(7)?.map(Timestamp::from_millisecond).transpose()?,
    })
}

fn letter(db: &Connection, id: i64) -> Result<Option<Letter>> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM letters WHERE id = ?1"))?;
    let mut rows = query.query([id])?;
    rows.next()?.map(|row| read(&row)).transpose()
}

fn write(
    db: &Connection,
    (kind, number): (LetterKind, Option<i64>),
    address: &Address,
    language: &Lang,
    now: Timestamp,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO letters (kind, number, address_key, address, language, at, next_try)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )?
    .execute(params![
        kind.as_str(),
        number,
        address.key(),
        address.as_str(),
        language.as_str(),
        now.as_millisecond()
    ])?;
    Ok(())
}

/// Whether a page has had a letter sent to the address within the last day.
fn had_letter(db: &Connection, key: &str, now: Timestamp) -> Result<bool> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(at) FROM letters WHERE address_key = ?1 AND kind <> 'welcome'")?
        .query_row([key], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(last.is_some_and(|at| at > (now - PER_ADDRESS).as_millisecond()))
}

fn insert_unconfirmed(db: &Connection, address: &Address, language: &Lang, now: Timestamp) -> Result<()> {
    let entry = Entry { source: Some("web".to_owned()), ..Entry::new(address.clone(), Some(language.clone())) };
    merge::insert(db, &entry, None, now)?;
    db.execute(
        "UPDATE subscribers SET status = 'unconfirmed', status_by = 'person' WHERE address_key = ?1",
        [address.key()],
    )?;
    Ok(())
}

fn subscribe(
    db: &Connection,
    (key, person): (&str, &Subscriber),
    letter: &Letter,
    deed: &Deed,
    today: &str,
) -> Result<()> {
    change_status(db, key, "active", deed)?;
    db.execute(
        "UPDATE subscribers SET language = ?2, both = false, language_by = 'person', basis = 'consent', consented_on = ?3
         WHERE address_key = ?1",
        [key, letter.language.as_str(), today],
    )?;
    events::write(db, key, "consent", &Deed { why: format!("confirmed, {}", letter.language), ..deed.clone() })?;
    db.execute("UPDATE letters SET used = ?2 WHERE id = ?1", params![letter.id, deed.at.as_millisecond()])?;
    write(db, (LetterKind::Welcome, Some(person.number)), &person.address, &letter.language, deed.at)
}
