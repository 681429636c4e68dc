//! What `run` has done, so that it does each thing once at any frequency; and what it has told the office.

use super::sql::{OptionalExtension as _, params};
use anyhow::Result;
use jiff::Timestamp;

use super::Ledger;

/// One thing that `run` did, or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chore {
    /// When, for the last time.
    pub at: Timestamp,
    /// Whether it was done.
    pub is_done: bool,
    /// Why not; or, of what is done anew when something changes, a mark of that.
    pub detail: String,
}

impl Ledger {
    /// What is known of a chore: of an issue or of none (`""`), a step, a person or nobody (`""`).
    pub fn chore(&self, issue: &str, step: &str, who: &str) -> Result<Option<Chore>> {
        self.db.read(|db| {
            let row: Option<(i64, bool, String)> = db
                .query_row(
                    "SELECT at, done, detail FROM chores WHERE issue = ?1 AND step = ?2 AND who = ?3",
                    [issue, step, who],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((at, is_done, detail)) = row else { return Ok(None) };
            Ok(Some(Chore { at: Timestamp::from_millisecond(at)?, is_done, detail }))
        })
    }

    /// Keeps what became of a chore.
    pub fn keep_chore(&self, issue: &str, step: &str, who: &str, chore: &Chore) -> Result<()> {
        let (issue, step, who, chore) = (issue.to_owned(), step.to_owned(), who.to_owned(), chore.clone());
        self.db.write_now(move |db| {
            db.execute(
                "INSERT INTO chores (issue, step, who, at, done, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (issue, step, who)
                 DO UPDATE SET at = excluded.at, done = excluded.done, detail = excluded.detail",
                params![issue, step, who, chore.at.as_millisecond(), chore.is_done, chore.detail],
            )?;
            Ok(())
        })
    }

    /// When a copy of an issue last changed, or the issue was frozen: the last sign of life of its sending.
    pub fn last_sign(&self, issue: &crate::model::IssueId) -> Result<Option<Timestamp>> {
        self.db.read(|db| {
            let at: Option<i64> = db.query_row(
                "SELECT max(at) FROM (SELECT max(changed) AS at FROM deliveries WHERE issue = ?1
                                      UNION ALL SELECT frozen_at FROM issues WHERE issue = ?1) AS signs",
                [issue.as_str()],
                |row| row.get(0),
            )?;
            Ok(at.map(Timestamp::from_millisecond).transpose()?)
        })
    }
}
