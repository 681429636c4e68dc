//! A restored ledger knows nothing of what left since its backup: issues that may have are held until a person has said
//! whether they did.

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;

use super::sql::{self, OptionalExtension as _, params};
use super::{Ledger, Settled};
use crate::model::{Address, EditionId, IssueId};

/// Why an issue is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// When the backup was made: what happened since is not known.
    pub backup_at: Timestamp,
    /// When it was restored.
    pub at: Timestamp,
}

/// What a person says left of a held issue since the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinceBackup {
    /// Nothing: what the ledger says is still so.
    Nothing,
    /// Perhaps: every copy without an outcome is unknown.
    Perhaps,
    /// It was given up.
    GivenUp,
}

impl Ledger {
    /// Copies the ledger as it is at this moment into a new file, while others read and write; then reads the copy
    /// through. True: it is whole.
    pub fn copy_to(&self, file: &Path) -> Result<bool> {
        self.db.copy_to(file)
    }

    /// When anything in it last changed; none: nothing has happened yet.
    pub fn last_change(&self) -> Result<Option<Timestamp>> {
        self.db.read(|db| {
            let at: Option<i64> = db.query_row(
                "SELECT max(at) FROM (SELECT max(at) AS at FROM events UNION ALL SELECT max(changed) FROM deliveries
                                      UNION ALL SELECT max(frozen_at) FROM issues) AS changes",
                [],
                |row| row.get(0),
            )?;
            Ok(at.map(Timestamp::from_millisecond).transpose()?)
        })
    }

    /// Issues that were frozen and of which not every copy has an outcome.
    pub fn open_issues(&self) -> Result<Vec<IssueId>> {
        self.issues("SELECT issue FROM issues WHERE completed IS NULL ORDER BY issue")
    }

    /// Issues that are held after a restore.
    pub fn held_issues(&self) -> Result<Vec<IssueId>> {
        self.issues("SELECT issue FROM holds WHERE settled_at IS NULL ORDER BY issue")
    }

    fn issues(&self, sql: &'static str) -> Result<Vec<IssueId>> {
        self.db.read(|db| {
            let mut query = db.prepare(sql)?;
            let rows: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<sql::Result<_>>()?;
            Ok(rows.iter().filter_map(|id| IssueId::parse(id).ok()).collect())
        })
    }

    /// Makes a restored ledger safe, in one transaction: holds issues, and drops letters that waited, since they have most
    /// likely left.
    pub fn hold_restored(&self, issues: &[IssueId], hold: Hold) -> Result<()> {
        let issues = issues.to_vec();
        self.db.write_now(move |db| {
            for issue in &issues {
                db.execute(
                    "INSERT INTO holds (issue, backup_at, at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (issue) DO UPDATE SET backup_at = excluded.backup_at, at = excluded.at, how = NULL,
                                                       by = NULL, settled_at = NULL",
                    params![issue.as_str(), hold.backup_at.as_millisecond(), hold.at.as_millisecond()],
                )?;
            }
            db.execute("UPDATE letters SET state = 'failed' WHERE state IN ('due', 'claimed')", [])?;
            Ok(())
        })
    }

    /// Why an issue is held, until a person has said what became of it.
    pub fn restored_hold(&self, issue: &IssueId) -> Result<Option<Hold>> {
        self.db.read(|db| {
            let row: Option<(i64, i64)> = db
                .query_row(
                    "SELECT backup_at, at FROM holds WHERE issue = ?1 AND settled_at IS NULL",
                    [issue.as_str()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            let Some((backup_at, at)) = row else { return Ok(None) };
            Ok(Some(Hold { backup_at: Timestamp::from_millisecond(backup_at)?, at: Timestamp::from_millisecond(at)? }))
        })
    }

    /// Lifts a hold on somebody's word. Says whether there was one.
    ///
    /// If some may have left, every copy without an outcome becomes unknown, with its Message-ID, so that a relay's log
    /// can settle it; `message_id` makes that from edition and address.
    pub fn lift_hold(
        &self,
        issue: &IssueId,
        since: SinceBackup,
        by: &str,
        message_id: impl Fn(&EditionId, &Address) -> String + Send + 'static,
        now: Timestamp,
    ) -> Result<bool> {
        let (issue, by) = (issue.clone(), by.to_owned());
        self.db.write_now(move |db| {
            let how = match since {
                SinceBackup::Nothing => "nothing-left",
                SinceBackup::Perhaps => "may-have-left",
                SinceBackup::GivenUp => "given-up",
            };
            let n = db.execute(
                "UPDATE holds SET how = ?2, by = ?3, settled_at = ?4 WHERE issue = ?1 AND settled_at IS NULL",
                params![issue.as_str(), how, by, now.as_millisecond()],
            )?;
            if n == 0 || since != SinceBackup::Perhaps {
                return Ok(n > 0);
            }
            let mut query = db.prepare(
                "SELECT id, edition, address FROM deliveries
                 WHERE issue = ?1 AND state IN ('planned', 'claimed', 'dotted', 'deferred')",
            )?;
            let rows: Vec<(i64, String, String)> = query
                .query_map([issue.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<sql::Result<_>>()?;
            for (id, edition, address) in rows {
                let Ok(address) = Address::parse(&address) else { continue };
                db.prepare_cached(
                    "UPDATE deliveries SET state = 'unknown', message_id = ?2, changed = ?3, next_try = NULL,
                            reply_text = 'restored' WHERE id = ?1",
                )?
                .execute(params![
                    id,
                    message_id(&EditionId::new(&edition), &address),
                    now.as_millisecond()
                ])?;
            }
            Ok(true)
        })
    }

    /// Settles every copy of an issue that is unknown, on somebody's word: it arrived, or is to be sent once more. Gives
    /// their number.
    pub fn settle_rest(&self, issue: &IssueId, settled: Settled, by: &str, now: Timestamp) -> Result<u64> {
        let (issue, by) = (issue.clone(), by.to_owned());
        self.db.write_now(move |db| {
            let what = settled.name();
            let at = now.as_millisecond();
            db.execute(
                "INSERT INTO resolutions (at, delivery, what, by)
                 SELECT ?2, id, ?3, ?4 FROM deliveries WHERE issue = ?1 AND state = 'unknown'",
                params![issue.as_str(), at, what, by],
            )?;
            let n = db.execute(
                &format!(
                    "UPDATE deliveries SET {}, reply_text = ?2, changed = ?3 WHERE issue = ?1 AND state = 'unknown'",
                    settled.change()
                ),
                params![issue.as_str(), format!("settled: {what}"), at],
            )?;
            if settled == Settled::Resend && n > 0 {
                db.execute("UPDATE issues SET completed = NULL WHERE issue = ?1", [issue.as_str()])?;
            }
            Ok(n as u64)
        })
    }
}
