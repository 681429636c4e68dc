//! What `status` shows: counts per edition, copies nobody knows about, whether the sum holds, how far apart the
//! languages left.

use std::collections::BTreeMap;

use super::sql::{OptionalExtension as _, params};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::Ledger;
use crate::model::{Address, AddressError, Counts, EditionId, IssueId, State};

/// A copy whose dot left and whose answer never came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCopy {
    /// Its Message-ID: what a relay's log is searched for.
    pub message_id: String,
    /// To whom; shows itself masked.
    pub to: Address,
    /// Since when.
    pub since: Timestamp,
}

/// How many copies one way out has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayCount {
    /// `smtp`, `outbox` or `memory`.
    pub way_out: String,
    /// Accepted copies.
    pub accepted: u64,
}

impl Ledger {
    /// How many copies of each edition are in each state.
    pub fn counts(&self, issue: &IssueId) -> Result<BTreeMap<EditionId, Counts>> {
        self.db.read(|db| {
            let mut counts: BTreeMap<EditionId, Counts> = BTreeMap::new();
            let mut editions = db.prepare("SELECT edition FROM editions WHERE issue = ?1")?;
            for edition in editions.query_map([issue.as_str()], |row| row.get::<String>(0))? {
                counts.insert(EditionId::new(&edition?), Counts::default());
            }
            let mut query =
                db.prepare("SELECT edition, state, count(*) FROM deliveries WHERE issue = ?1 GROUP BY edition, state")?;
            let mut rows = query.query([issue.as_str()])?;
            while let Some(row) = rows.next()? {
                let (edition, state): (String, String) = (row.get(0)?, row.get(1)?);
                let n_copies = row.get::<i64>(2)?.unsigned_abs();
                let count = counts.entry(EditionId::new(&edition)).or_default();
                count.planned += n_copies;
                match State::parse(&state) {
                    Some(State::Planned) | None => count.to_send += n_copies,
                    Some(State::Claimed | State::Dotted) => count.in_flight += n_copies,
                    Some(State::Accepted) => count.accepted += n_copies,
                    Some(State::Deferred) => count.deferred += n_copies,
                    Some(State::Refused) => count.refused += n_copies,
                    Some(State::Unknown) => count.unknown += n_copies,
                    Some(State::Suppressed) => count.suppressed += n_copies,
                }
            }
            Ok(counts)
        })
    }

    /// The copies that nobody knows about.
    pub fn unknown(&self, issue: &IssueId) -> Result<Vec<UnknownCopy>> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT message_id, address, changed FROM deliveries WHERE issue = ?1 AND state = 'unknown' ORDER BY id",
            )?;
            let mut rows = query.query([issue.as_str()])?;
            let mut unknown = Vec::new();
            while let Some(row) = rows.next()? {
                let (message_id, address): (Option<String>, String) = (row.get(0)?, row.get(1)?);
                unknown.push(UnknownCopy {
                    message_id: message_id.unwrap_or_default(),
                    to: Address::parse(&address).map_err(AddressError::words)?,
                    since: Timestamp::from_millisecond(row.get(2)?)?,
                });
            }
            Ok(unknown)
        })
    }

    /// Marks the issue complete if every edition's sum holds; says whether it is.
    pub fn complete(&self, issue: &IssueId, now: Timestamp) -> Result<bool> {
        let counts = self.counts(issue)?;
        if counts.is_empty() || !counts.values().all(Counts::is_complete) {
            return Ok(false);
        }
        let issue = issue.clone();
        self.db.write_now(move |db| {
            db.execute(
                "UPDATE issues SET completed = ?2 WHERE issue = ?1 AND completed IS NULL",
                params![issue.as_str(), now.as_millisecond()],
            )?;
            Ok(true)
        })
    }

    /// The time between the medians of the languages' accepted copies; none with fewer than two languages.
    pub fn lag(&self, issue: &IssueId) -> Result<Option<SignedDuration>> {
        let counts = self.counts(issue)?;
        self.db.read(|db| {
            let mut medians = Vec::new();
            for (edition, count) in counts.iter().filter(|(id, count)| !id.is_both() && count.accepted > 0) {
                let middle = i64::try_from(count.accepted / 2)?;
                let median: Option<i64> = db
                    .query_row(
                        "SELECT changed FROM deliveries WHERE issue = ?1 AND edition = ?2 AND state = 'accepted'
                         ORDER BY changed LIMIT 1 OFFSET ?3",
                        params![issue.as_str(), edition.as_str(), middle],
                        |row| row.get(0),
                    )
                    .optional()?;
                medians.extend(median);
            }
            let spread = medians.iter().max().zip(medians.iter().min()).map(|(last, first)| last - first);
            Ok(spread.filter(|_| medians.len() > 1).map(SignedDuration::from_millis))
        })
    }

    /// The time from the first try to the last accepted copy.
    pub fn span(&self, issue: &IssueId) -> Result<Option<SignedDuration>> {
        self.db.read(|db| {
            let span: Option<i64> = db.query_row(
                "SELECT max(changed) - min(first_try) FROM deliveries WHERE issue = ?1 AND state = 'accepted'",
                [issue.as_str()],
                |row| row.get(0),
            )?;
            Ok(span.map(SignedDuration::from_millis))
        })
    }

    /// By which ways the accepted copies left.
    pub fn ways_out(&self, issue: &IssueId) -> Result<Vec<WayCount>> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT coalesce(way_out, ''), count(*) FROM deliveries WHERE issue = ?1 AND state = 'accepted' GROUP BY 1",
            )?;
            let rows = query.query_map([issue.as_str()], |row| {
                Ok(WayCount { way_out: row.get(0)?, accepted: row.get::<i64>(1)?.unsigned_abs() })
            })?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        })
    }
}
