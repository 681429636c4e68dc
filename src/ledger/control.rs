//! What a person asks of an issue that is leaving: to wait, to go on, to send no more; and what they know of a copy that
//! nobody knew about. Each is one transaction, so that a crash leaves either all of it or nothing.

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::Result;
use jiff::Timestamp;

use super::Ledger;
use crate::model::{EditionId, IssueId, Segment};

/// What was asked of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To wait.
    Paused,
    /// To send no more of it, ever.
    Cancelled,
}

/// What was asked, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// What.
    pub asked: Asked,
    /// When.
    pub at: Timestamp,
}

/// What became of a copy that nobody knew about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The mail server had it.
    Accepted,
    /// The mail server says that it never took it for this recipient.
    Refused,
    /// It is to be sent once more, with the same bytes and Message-ID.
    Resend,
}

impl Settled {
    /// Its name among the resolutions.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Resend => "resend",
        }
    }

    /// What it changes in a delivery, as SQL.
    pub(super) const fn change(self) -> &'static str {
        match self {
            Self::Accepted => "state = 'accepted'",
            Self::Refused => "state = 'refused'",
            Self::Resend => "state = 'planned', way_out = NULL, tries = 0, first_try = NULL, next_try = NULL",
        }
    }
}

impl Ledger {
    /// What was asked of an issue; none: to go on.
    pub fn control(&self, issue: &IssueId) -> Result<Option<Control>> {
        self.db.read(|db| {
            let row: Option<(String, i64)> = db
                .query_row("SELECT what, at FROM controls WHERE issue = ?1", [issue.as_str()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let Some((what, at)) = row else { return Ok(None) };
            let asked = if what == "paused" { Asked::Paused } else { Asked::Cancelled };
            Ok(Some(Control { asked, at: Timestamp::from_millisecond(at)? }))
        })
    }

    /// Asks an issue to wait, or to send no more; who asked first keeps their time. A cancelled issue stays cancelled.
    pub fn ask(&self, issue: &IssueId, asked: Asked, now: Timestamp) -> Result<()> {
        let issue = issue.clone();
        let what = if asked == Asked::Paused { "paused" } else { "cancelled" };
        self.db.write_now(move |db| {
            db.execute(
                "INSERT INTO controls (issue, what, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (issue) DO UPDATE SET what = excluded.what, at = excluded.at
                 WHERE controls.what = 'paused' AND excluded.what = 'cancelled'",
                params![issue.as_str(), what, now.as_millisecond()],
            )?;
            Ok(())
        })
    }

    /// Lets a paused issue go on; says whether it was paused.
    pub fn go_on(&self, issue: &IssueId) -> Result<bool> {
        let issue = issue.clone();
        self.db.write_now(move |db| {
            Ok(db.execute("DELETE FROM controls WHERE issue = ?1 AND what = 'paused'", [issue.as_str()])? > 0)
        })
    }

    /// Keeps when a person let an issue go on: `run` counts that as a sign of life.
    pub fn note_resumed(&self, issue: &IssueId, now: Timestamp) -> Result<()> {
        self.set_meta(&format!("resumed {issue}"), &now.to_string())
    }

    /// When a person let an issue go on.
    pub fn resumed(&self, issue: &IssueId) -> Result<Option<Timestamp>> {
        Ok(self.meta(&format!("resumed {issue}"))?.and_then(|at| at.parse().ok()))
    }

    /// Suppresses what has not left of a cancelled issue; gives its number. What is claimed or dotted is settled by
    /// whoever holds it, or by [`Ledger::recover`].
    pub fn suppress_rest(&self, issue: &IssueId, now: Timestamp) -> Result<u64> {
        let issue = issue.clone();
        self.db.write_now(move |db| {
            let n = db.execute(
                "UPDATE deliveries SET state = 'suppressed', reply_text = 'cancelled', next_try = NULL, changed = ?2
                 WHERE issue = ?1 AND state IN ('planned', 'deferred')
                   AND EXISTS (SELECT 1 FROM controls WHERE issue = ?1 AND what = 'cancelled')",
                params![issue.as_str(), now.as_millisecond()],
            )?;
            Ok(n as u64)
        })
    }

    /// Settles a copy that is unknown, found by its Message-ID or its recipient's address, on somebody's word. Says
    /// whether there was one.
    pub fn settle(&self, issue: &IssueId, whose: &str, settled: Settled, by: &str, now: Timestamp) -> Result<bool> {
        let (issue, whose, by) = (issue.clone(), whose.trim().to_owned(), by.to_owned());
        self.db.write_now(move |db| {
            let Some(id) = unknown_id(db, &issue, &whose)? else { return Ok(false) };
            let at = now.as_millisecond();
            let (what, change) = (settled.name(), settled.change());
            db.execute(
                &format!("UPDATE deliveries SET {change}, reply_text = ?2, changed = ?3 WHERE id = ?1"),
                params![id, format!("settled: {what}"), at],
            )?;
            db.execute(
                "INSERT INTO resolutions (at, delivery, what, by) VALUES (?1, ?2, ?3, ?4)",
                params![at, id, what, by],
            )?;
            if settled == Settled::Resend {
                db.execute("UPDATE issues SET completed = NULL WHERE issue = ?1", [issue.as_str()])?;
            }
            Ok(true)
        })
    }

    /// Who would get a copy, or gets one, as a sample of those who meet every condition: so many of each edition, in the
    /// order in which they leave.
    pub fn sample(
        &self,
        issue: &IssueId,
        editions: &[EditionId],
        only: &[Segment],
        n_each: u32,
    ) -> Result<Vec<(EditionId, crate::model::Address)>> {
        let people = super::plan::people(issue, editions, only);
        self.db.read(|db| {
            let mut query = db.prepare(&format!(
                "SELECT edition, address FROM
                    (SELECT edition, address, row_number() OVER (PARTITION BY edition ORDER BY address_key) AS nth FROM
                        ({people}) AS people) AS numbered
                 WHERE nth <= ?1 ORDER BY edition, nth"
            ))?;
            let rows = query.query_map([n_each], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
            let rows: Vec<(String, String)> = rows.collect::<super::sql::Result<_>>()?;
            let known = |(edition, address): (String, String)| {
                Some((EditionId::new(&edition), crate::model::Address::parse(&address).ok()?))
            };
            Ok(rows.into_iter().filter_map(known).collect())
        })
    }

    /// The issue that was frozen last before another, and how many copies each of its editions had.
    pub fn last_audience(&self, but: &IssueId) -> Result<Option<(IssueId, super::Audience)>> {
        let last: Option<String> = self.db.read(|db| {
            Ok(db
                .query_row(
                    "SELECT issue FROM issues WHERE issue <> ?1 AND length(issue) = 7 ORDER BY frozen_at DESC, issue DESC LIMIT 1",
                    [but.as_str()],
                    |row| row.get(0),
                )
                .optional()?)
        })?;
        let Some(last) = last.and_then(|last| IssueId::parse(&last).ok()) else { return Ok(None) };
        let counts = self.counts(&last)?;
        Ok(Some((last, counts.into_iter().map(|(edition, counts)| (edition, counts.planned)).collect())))
    }
}

fn unknown_id(db: &Connection, issue: &IssueId, whose: &str) -> Result<Option<i64>> {
    let bare = whose.trim_matches(['<', '>']);
    Ok(db
        .query_row(
            "SELECT id FROM deliveries WHERE issue = ?1 AND state = 'unknown'
               AND (address_key = lower(?2) OR message_id = '<' || ?2 || '>')",
            [issue.as_str(), bare],
            |row| row.get(0),
        )
        .optional()?)
}
