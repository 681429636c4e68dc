//! What came back, acted on once: the hash of a mail is kept in the transaction that acts on it, so that a mailbox may
//! be read twice. A report is believed about an address only when it leads back to a copy of ours by its Message-ID,
//! which nobody can guess; one that only names an address is counted.

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::Result;
use jiff::Timestamp;

use super::Ledger;
use super::events::{Deed, Who};
use super::subscribers::{by_key, change_status, resolve};
use crate::model::{Address, BounceClass, Bounced};

/// Issues in which the copy of a report is looked for: a year and some.
const ISSUES_BACK_MAX: u32 = 15;

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The same mail was acted on before.
    Known,
    /// The address gets nothing further.
    Suppressed,
    /// It is kept and counts: the third issue in a row takes the address out.
    Counted,
    /// Nothing follows from it.
    None,
}

/// Which mail, and what leads back to copies.
#[derive(Debug, Clone)]
pub struct Trace {
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
    /// Message-IDs that it mentions, as our copies have them: `<local@domain>`.
    pub message_ids: Vec<String>,
    /// When it was read.
    pub at: Timestamp,
}

impl Ledger {
    /// As what a mail was read before; none: it is new.
    pub fn received_as(&self, hash: &str) -> Result<Option<String>> {
        self.db.read(|db| {
            let mut query = db.prepare_cached("SELECT kind FROM received WHERE hash = ?1")?;
            Ok(query.query_row([hash], |row| row.get(0)).optional()?)
        })
    }

    /// Keeps that a mail was read, and as what; says whether it is new.
    pub fn note_received(&self, hash: &str, kind: &'static str, now: Timestamp) -> Result<bool> {
        let hash = hash.to_owned();
        self.db.write_now(move |db| note_received(db, &hash, kind, now))
    }

    /// Since when requests wait that only a person can settle, oldest first.
    pub fn requests_waiting(&self, since: Timestamp) -> Result<Vec<Timestamp>> {
        self.db.read(|db| {
            let mut query = db.prepare("SELECT at FROM received WHERE kind = 'request' AND at >= ?1 ORDER BY at")?;
            let times = query.query_map([since.as_millisecond()], |row| row.get::<i64>(0))?;
            times.map(|at| Ok(Timestamp::from_millisecond(at?)?)).collect()
        })
    }

    /// A person has settled the requests that waited. Gives their number.
    pub fn settle_requests(&self) -> Result<u64> {
        self.db.write_now(|db| {
            let n_rows = db.execute("UPDATE received SET kind = 'settled' WHERE kind = 'request'", [])?;
            Ok(n_rows as u64)
        })
    }

    /// Whether a mail leads back to a copy of ours.
    pub fn leads_back(&self, trace: &Trace) -> Result<bool> {
        self.db.read(|db| Ok(find_copy(db, trace, None)?.is_some()))
    }

    /// How many mails were read as what.
    pub fn received(&self, since: Timestamp) -> Result<Vec<(String, u64)>> {
        self.db.read(|db| {
            let mut query =
                db.prepare("SELECT kind, count(*) FROM received WHERE at >= ?1 GROUP BY kind ORDER BY kind")?;
            let rows = query
                .query_map([since.as_millisecond()], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        })
    }

    /// Acts on a bounce: `soft_issues` bounces in a row that are not hard take an address out too.
    pub fn take_bounce(&self, trace: Trace, bounced: Vec<Bounced>, soft_issues: u32) -> Result<Effect> {
        self.db.write_now(move |db| {
            if !note_received(db, &trace.hash, "bounce", trace.at)? {
                return Ok(Effect::Known);
            }
            let mut effect = Effect::None;
            for one in &bounced {
                let of_one = bounce(db, &trace, one, soft_issues)?;
                if effect != Effect::Suppressed && of_one != Effect::None {
                    effect = of_one;
                }
            }
            if effect == Effect::None {
                unmatched(db, &trace.hash)?;
            }
            Ok(effect)
        })
    }

    /// Acts on a complaint: the reader of the copy that it is about hears no more from us.
    pub fn take_complaint(&self, trace: Trace, address: Option<Address>) -> Result<Effect> {
        self.db.write_now(move |db| {
            if !note_received(db, &trace.hash, "complaint", trace.at)? {
                return Ok(Effect::Known);
            }
            let Some((_, key)) = find_copy(db, &trace, address.as_ref())? else {
                unmatched(db, &trace.hash)?;
                return Ok(Effect::None);
            };
            let deed = deed("a complaint by way of their mail provider", trace.at);
            Ok(if change_status(db, &key, "complained", &deed)? { Effect::Suppressed } else { Effect::None })
        })
    }
}

pub(super) fn note_received(db: &Connection, hash: &str, kind: &str, now: Timestamp) -> Result<bool> {
    let n_rows = db
        .prepare_cached("INSERT INTO received (hash, at, kind) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING")?
        .execute(params![hash, now.as_millisecond(), kind])?;
    Ok(n_rows > 0)
}

/// Keeps that a report led back to nobody: it stays where it is.
fn unmatched(db: &Connection, hash: &str) -> Result<()> {
    db.prepare_cached("UPDATE received SET kind = 'unmatched' WHERE hash = ?1")?.execute([hash])?;
    Ok(())
}

fn deed(why: &str, at: Timestamp) -> Deed {
    Deed { who: Who::Server, way: "mail".to_owned(), why: why.to_owned(), at }
}

fn bounce(db: &Connection, trace: &Trace, bounced: &Bounced, soft_issues: u32) -> Result<Effect> {
    if bounced.class == BounceClass::Delayed {
        return Ok(Effect::None);
    }
    let found = find_copy(db, trace, bounced.address.as_ref())?;
    let why = [bounced.status.as_deref().unwrap_or(""), bounced.text.as_str()].join(" ").trim().to_owned();
    if let Some((issue, key)) = &found {
        keep_bounce(db, issue, key, bounced, trace.at)?;
        if bounced.class == BounceClass::Hard {
            return Ok(suppressed(change_status(db, key, "bounced", &deed(&why, trace.at))?));
        }
    } else {
        // Anybody can write a mail that names an address: it counts for the issue that was sent there last.
        let Some(address) = &bounced.address else { return Ok(Effect::None) };
        let key = resolve(db, &address.key())?;
        let Some(issue) = last_issue(db, &key)? else { return Ok(Effect::None) };
        keep_bounce(db, &issue, &key, bounced, trace.at)?;
    }
    let key = match (found, &bounced.address) {
        (Some((_, key)), _) => key,
        (None, Some(address)) => resolve(db, &address.key())?,
        (None, None) => return Ok(Effect::None),
    };
    // A refusal because of what we sent says nothing about the address, however often it comes.
    if bounced.class != BounceClass::Policy && has_bounced_in_a_row(db, &key, soft_issues)? {
        let why = format!("{soft_issues} issues in a row came back; the last: {why}");
        return Ok(suppressed(change_status(db, &key, "bounced", &deed(&why, trace.at))?));
    }
    Ok(Effect::Counted)
}

const fn suppressed(has_changed: bool) -> Effect {
    if has_changed { Effect::Suppressed } else { Effect::None }
}

fn keep_bounce(db: &Connection, issue: &str, key: &str, bounced: &Bounced, at: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO bounces (issue, address_key, class, status, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (issue, address_key) DO UPDATE SET class = excluded.class, status = excluded.status, at = excluded.at",
    )?
    .execute(params![issue, key, bounced.class.as_str(), bounced.status, at.as_millisecond()])?;
    Ok(())
}

/// The issue and reader of the copy that a mail leads back to. The address that it names is looked up first; only a
/// report of a forwarding address needs the search through all.
fn find_copy(db: &Connection, trace: &Trace, address: Option<&Address>) -> Result<Option<(String, String)>> {
    if trace.message_ids.is_empty() {
        return Ok(None);
    }
    if let Some(address) = address {
        let mut query = db.prepare_cached(
            "SELECT d.issue, d.message_id FROM issues i JOIN deliveries d ON d.issue = i.issue
             WHERE d.address_key = ?1 ORDER BY i.frozen_at DESC LIMIT ?2",
        )?;
        let mut rows = query.query(params![address.key(), ISSUES_BACK_MAX])?;
        while let Some(row) = rows.next()? {
            let (issue, message_id): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            if message_id.is_some_and(|id| trace.message_ids.contains(&id)) {
                return Ok(Some((issue, resolve(db, &address.key())?)));
            }
        }
    }
    let marks: Vec<String> = (1..=trace.message_ids.len()).map(|n| format!("?{n}")).collect();
    let marks = marks.join(", ");
    let found: Option<(String, String)> = db
        .query_row(
            &format!("SELECT issue, address_key FROM deliveries WHERE message_id IN ({marks}) LIMIT 1"),
            trace.message_ids.as_slice(),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    found.map(|(issue, key)| Ok((issue, resolve(db, &key)?))).transpose()
}

/// The last issue that was sent to an address of ours.
fn last_issue(db: &Connection, key: &str) -> Result<Option<String>> {
    if by_key(db, key)?.is_none() {
        return Ok(None);
    }
    let issue = db
        .prepare_cached(
            "SELECT d.issue FROM issues i JOIN deliveries d ON d.issue = i.issue
             WHERE d.address_key = ?1 AND d.state IN ('accepted', 'unknown') ORDER BY i.frozen_at DESC LIMIT 1",
        )?
        .query_row([key], |row| row.get(0))
        .optional()?;
    Ok(issue)
}

/// Whether each of the last issues that were sent to an address came back.
fn has_bounced_in_a_row(db: &Connection, key: &str, issues: u32) -> Result<bool> {
    let n_rows: u32 = db
        .prepare_cached(
            "SELECT count(b.issue) FROM (
                 SELECT d.issue FROM issues i JOIN deliveries d ON d.issue = i.issue
                 WHERE d.address_key = ?1 AND d.state IN ('accepted', 'unknown') ORDER BY i.frozen_at DESC LIMIT ?2
             ) l JOIN bounces b ON b.issue = l.issue AND b.address_key = ?1 AND b.class <> 'policy'",
        )?
        .query_row(params![key, issues], |row| row.get(0))?;
    Ok(n_rows >= issues)
}
