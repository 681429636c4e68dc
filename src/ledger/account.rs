//! What `report` shows of an issue that has left: outcomes over time, refusals, departures, the audience of a year. And
//! the one way to see who was sent what, which is itself remembered.

use std::collections::BTreeMap;

use super::sql::{Connection, params};
use anyhow::{Result, bail};
use jiff::Timestamp;

use super::Ledger;
use crate::model::{Account, Address, EditionId, IssueId, Outcomes, Refusal, State};

/// Points of a plot: more is finer than a page shows.
const SPANS_MAX: i64 = 60;
/// The shortest span, in milliseconds.
const SPAN_MILLIS_MIN: i64 = 1_000;
/// Issues whose audience is compared.
const AUDIENCES_MAX: usize = 12;
/// Kinds of refusal that are shown.
const REFUSALS_MAX: usize = 100;

/// One copy, for the list that a director may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyLine {
    /// To whom.
    pub to: Address,
    /// Which edition.
    pub edition: String,
    /// What became of it.
    pub state: String,
    /// When.
    pub at: Timestamp,
    /// The server's code and words.
    pub reply: String,
    /// What leads to it in the relay's log.
    pub message_id: String,
}

impl Ledger {
    /// The numbers of an issue; none when it was never frozen.
    pub fn account(&self, issue: &IssueId) -> Result<Option<Account>> {
        let Some(frozen) = self.frozen(issue)? else { return Ok(None) };
        let counts = self.counts(issue)?;
        let lag_seconds = self.lag(issue)?.map(|lag| lag.as_secs());
        self.db.read(|db| {
            let accepted_between = accepted_between(db, issue)?;
            Ok(Some(Account {
                issue: issue.clone(),
                frozen_at: frozen.frozen_at,
                completed: frozen.completed,
                lag_seconds,
                accepted_between,
                outcomes: outcomes(db, issue)?,
                refusals: refusals(db, issue)?,
                departures: departures(db, frozen.frozen_at)?,
                opinions: opinions(db, frozen.frozen_at)?,
                audience: audiences(db, issue, frozen.frozen_at)?,
                counts: counts.clone(),
            }))
        })
    }

    /// Gives every copy of an issue, after it is on the disk who asked and why.
    pub fn each_copy(
        &self,
        issue: &IssueId,
        (by, why): (&str, &str),
        now: Timestamp,
        mut see: impl FnMut(CopyLine) -> Result<()>,
    ) -> Result<()> {
        let (asked, by, why) = (issue.clone(), by.to_owned(), why.to_owned());
        self.db.write_now(move |db| {
            db.execute(
                "INSERT INTO disclosures (at, issue, by, why) VALUES (?1, ?2, ?3, ?4)",
                params![now.as_millisecond(), asked.as_str(), by, why],
            )?;
            Ok(())
        })?;
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT address, edition, state, changed, reply_code, reply_text, message_id FROM deliveries
                 WHERE issue = ?1 ORDER BY address_key",
            )?;
            let mut rows = query.query([issue.as_str()])?;
            while let Some(row) = rows.next()? {
                let Ok(to) = Address::parse(&row.get::<String>(0)?) else { bail!("an address of the ledger is none") };
                let (code, text): (Option<u16>, Option<String>) = (row.get(4)?, row.get(5)?);
                let code = code.filter(|code| *code > 0).map(|code| code.to_string());
                see(CopyLine {
                    to,
                    edition: row.get(1)?,
                    state: row.get(2)?,
                    at: Timestamp::from_millisecond(row.get(3)?)?,
                    reply: [code, text].into_iter().flatten().collect::<Vec<_>>().join(" "),
                    message_id: row.get::<Option<String>>(6)?.unwrap_or_default(),
                })?;
            }
            Ok(())
        })
    }
}

fn accepted_between(db: &Connection, issue: &IssueId) -> Result<Option<(Timestamp, Timestamp)>> {
    let (first, last): (Option<i64>, Option<i64>) = db.query_row(
        "SELECT min(changed), max(changed) FROM deliveries WHERE issue = ?1 AND state = 'accepted'",
        [issue.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let at = |millis: i64| Timestamp::from_millisecond(millis);
    Ok(first.zip(last).map(|(first, last)| Ok::<_, jiff::Error>((at(first)?, at(last)?))).transpose()?)
}

fn outcomes(db: &Connection, issue: &IssueId) -> Result<Vec<Outcomes>> {
    const DECIDED: &str = "state IN ('accepted', 'refused', 'unknown', 'deferred')";
    let (first, last): (Option<i64>, Option<i64>) = db.query_row(
        &format!("SELECT min(changed), max(changed) FROM deliveries WHERE issue = ?1 AND {DECIDED}"),
        [issue.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let Some((first, last)) = first.zip(last) else { return Ok(Vec::new()) };
    let seconds = ((last - first) / SPANS_MAX / SPAN_MILLIS_MIN) + 1;
    let span = seconds * SPAN_MILLIS_MIN;
    let mut query = db.prepare(&format!(
        "SELECT (changed - ?2) / ?3, edition, sum(CASE state WHEN 'accepted' THEN 1 ELSE 0 END), count(*)
         FROM deliveries WHERE issue = ?1 AND {DECIDED} GROUP BY 1, 2 ORDER BY 1, 2"
    ))?;
    let mut rows = query.query(params![issue.as_str(), first, span])?;
    let mut outcomes = Vec::new();
    while let Some(row) = rows.next()? {
        let (index, edition): (i64, String) = (row.get(0)?, row.get(1)?);
        let (accepted, all) = (row.get::<i64>(2)?.unsigned_abs(), row.get::<i64>(3)?.unsigned_abs());
        outcomes.push(Outcomes {
            from: Timestamp::from_millisecond(first + index * span)?,
            seconds,
            edition: EditionId::new(&edition),
            accepted,
            other: all - accepted,
        });
    }
    Ok(outcomes)
}

fn refusals(db: &Connection, issue: &IssueId) -> Result<Vec<Refusal>> {
    let mut query = db.prepare(
        "SELECT state, address, coalesce(reply_code, 0), reply_enhanced FROM deliveries
         WHERE issue = ?1 AND state IN ('refused', 'unknown', 'deferred')",
    )?;
    let mut rows = query.query([issue.as_str()])?;
    let mut found: BTreeMap<(State, String, u16, Option<String>), u64> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (state, address): (String, String) = (row.get(0)?, row.get(1)?);
        let domain = address.rsplit('@').next().unwrap_or("").to_owned();
        let Some(state) = State::parse(&state) else { continue };
        *found.entry((state, domain, row.get(2)?, row.get(3)?)).or_default() += 1;
    }
    let list = found.into_iter().map(|((state, domain, code, enhanced), copies)| Refusal {
        state,
        domain,
        code,
        enhanced,
        copies,
    });
    let mut list: Vec<Refusal> = list.collect();
    list.sort_by(|a, b| b.copies.cmp(&a.copies).then_with(|| a.cmp(b)));
    list.truncate(REFUSALS_MAX);
    Ok(list)
}

/// An answer is counted for the issue that was the last when it came: many come without a trace of the copy.
fn opinions(db: &Connection, since: Timestamp) -> Result<BTreeMap<String, u64>> {
    let mut query = db.prepare(
        "SELECT kind, count(*) FROM received WHERE kind IN ('useful', 'not-useful') AND at >= ?1
           AND at < coalesce((SELECT min(frozen_at) FROM issues
             WHERE frozen_at > ?1 AND issue NOT LIKE '%-correction%'), at + 1) GROUP BY kind",
    )?;
    let rows = query.query_map([since.as_millisecond()], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<super::sql::Result<_>>()?)
}

fn departures(db: &Connection, since: Timestamp) -> Result<BTreeMap<String, u64>> {
    let mut query = db.prepare(
        "SELECT what, count(*) FROM events WHERE what IN ('left', 'bounced', 'complained') AND at >= ?1
           AND at < coalesce((SELECT min(frozen_at) FROM issues
             WHERE frozen_at > ?1 AND issue NOT LIKE '%-correction%'), at + 1) GROUP BY what",
    )?;
    let rows = query.query_map([since.as_millisecond()], |row| Ok((row.get(0)?, row.get::<i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<super::sql::Result<_>>()?)
}

fn audiences(db: &Connection, issue: &IssueId, at: Timestamp) -> Result<Vec<(IssueId, BTreeMap<EditionId, u64>)>> {
    let mut query = db.prepare(
        "SELECT i.issue, d.edition, count(*) FROM issues i JOIN deliveries d ON d.issue = i.issue
         WHERE i.frozen_at <= ?1 GROUP BY i.issue, i.frozen_at, d.edition ORDER BY i.frozen_at, d.edition",
    )?;
    let mut rows = query.query([at.as_millisecond()])?;
    let mut audiences: Vec<(IssueId, BTreeMap<EditionId, u64>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, edition): (String, String) = (row.get(0)?, row.get(1)?);
        let Ok(id) = IssueId::parse(&id) else { continue };
        if audiences.last().is_none_or(|(last, _)| *last != id) {
            audiences.push((id, BTreeMap::new()));
        }
        if let Some((_, editions)) = audiences.last_mut() {
            editions.insert(EditionId::new(&edition), row.get::<i64>(2)?.unsigned_abs());
        }
    }
    // A correction has the audience of the issue it corrects, and is none of its own.
    audiences.retain(|(id, _)| id == issue || id.corrects().is_none());
    Ok(audiences.split_off(audiences.len().saturating_sub(AUDIENCES_MAX)))
}
