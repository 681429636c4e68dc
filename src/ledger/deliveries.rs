//! The life of one copy: `planned → claimed → dotted → accepted | deferred | refused | unknown`, or `suppressed`
//! (DESIGN rule 3). Every step is one UPDATE that names the state it comes from, so that none can be taken twice.

use super::sql::{Connection, OptionalExtension as _, Row, params};
use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};

use super::Ledger;
use super::lease;
use super::store::{Doing, Manner};
use super::subscribers::set_status;
use crate::model::{Address, Delivery, EditionId, IssueId, Lang, Outcome, Reply};

/// A row that this process has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The copy.
    pub delivery: Delivery,
    /// When it was first tried.
    pub first_try: Option<Timestamp>,
}

/// An outcome to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The row.
    pub id: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// When to try a deferred one again.
    pub next_try: Option<Timestamp>,
    /// The address does not exist: it gets no further issue.
    pub is_dead_address: bool,
    /// When.
    pub at: Timestamp,
}

/// What a crash or an interruption had left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Taken, their dot never left: free again.
    pub freed: u64,
    /// Their dot may have left and nobody knows.
    pub unknown: u64,
    /// Found in the outbox.
    pub accepted: u64,
}

/// What is left to do for an issue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// Rows that can be sent now.
    pub now: u64,
    /// Rows whose next try is later.
    pub later: u64,
    /// The first of those.
    pub next_try: Option<Timestamp>,
    /// Rows that another machine has taken: it sends them, or loses them with its lease.
    pub elsewhere: u64,
}

impl Ledger {
    /// Takes up to `n_rows` rows that are due, deferred ones first; people who meanwhile left are suppressed instead.
    pub async fn claim(&self, issue: &IssueId, n_rows: u32, now: Timestamp) -> Result<Vec<Claimed>> {
        let (issue, fence) = (issue.clone(), self.fence());
        self.db
            .write_shared(move |db| {
                lease::is_held(db, fence)?;
                // Suppressed rows make room, so a batch is empty only when nothing is due.
                loop {
                    let candidates = candidates(db, &issue, n_rows, now)?;
                    let is_last = candidates.is_empty();
                    let mut claimed = Vec::with_capacity(candidates.len());
                    for candidate in candidates {
                        claimed.extend(take(db, candidate, fence, now)?);
                    }
                    take_together(db, &claimed, fence)?;
                    if is_last || !claimed.is_empty() {
                        return Ok(claimed);
                    }
                }
            })
            .await
    }

    /// Makes it durable that a copy's final dot may be leaving. Only then may it leave.
    pub async fn mark_dotted(&self, id: i64, message_id: &str, way_out: &str, now: Timestamp) -> Result<()> {
        let (message_id, way_out, fence) = (message_id.to_owned(), way_out.to_owned(), self.fence());
        self.db
            .write_shared(move |db| {
                let change = "UPDATE deliveries SET state = 'dotted', message_id = ?2, way_out = ?3, changed = ?4,
                                     first_try = coalesce(first_try, ?4)";
                let n_rows = match fence {
                    None => db
                        .prepare_cached(&format!("{change} WHERE id = ?1 AND state = 'claimed'"))?
                        .execute(params![id, message_id, way_out, now.as_millisecond()])?,
                    Some(fence) => db
                        .prepare_cached(&format!("{change} WHERE id = ?1 AND {}", lease::MAY_DOT))?
                        .execute(params![id, message_id, way_out, now.as_millisecond(), fence.to_string(), fence])?,
                };
                if n_rows != 1 {
                    bail!(words!(
                        "a copy is no longer ours to send: another program has changed the ledger",
                        "une copie n'est plus à nous : un autre programme a modifié le registre"
                    ));
                }
                Ok(())
            })
            .await
    }

    /// Records what became of a copy. It rides in the next transaction; `failed` is called if that cannot be written.
    pub fn record(&self, record: Record, failed: impl FnOnce(anyhow::Error) + Send + 'static) {
        let fence = self.fence();
        self.lazily(move |db| write_outcome(db, &record, fence), failed);
    }

    /// Gives a row back until then, untried: its domain takes no more now. It rides in the next transaction.
    pub fn put_off(&self, id: i64, until: Timestamp, failed: impl FnOnce(anyhow::Error) + Send + 'static) {
        let and_ours = lease::and_ours(self.fence());
        let put_off = move |db: &Connection| -> Result<()> {
            db.prepare_cached(&format!(
                "UPDATE deliveries SET state = 'deferred', next_try = ?2, claimed_by = NULL
                 WHERE id = ?1 AND state = 'claimed'{and_ours}"
            ))?
            .execute(params![id, until.as_millisecond()])?;
            Ok(())
        };
        self.lazily(put_off, failed);
    }

    /// Gives a row back as it was before it was taken: its dot has not left and will not, whoever refused us or is away.
    /// It rides in the next transaction.
    pub fn give_back(&self, id: i64, failed: impl FnOnce(anyhow::Error) + Send + 'static) {
        let and_ours = lease::and_ours(self.fence());
        let give_back = move |db: &Connection| -> Result<()> {
            db.prepare_cached(&format!(
                "UPDATE deliveries SET {FREE}, first_try = CASE WHEN tries > 0 THEN first_try END
                 WHERE id = ?1 AND state IN ('claimed', 'dotted'){and_ours}"
            ))?
            .execute([id])?;
            Ok(())
        };
        self.lazily(give_back, failed);
    }

    /// Writes in the next transaction what may be written again; `failed` is called if that cannot be.
    fn lazily(
        &self,
        work: impl FnMut(&Connection) -> Result<()> + Send + 'static,
        failed: impl FnOnce(anyhow::Error) + Send + 'static,
    ) {
        self.db.submit(Manner::Lazy, Doing::Again(Box::new(work)), move |result| {
            if let Err(error) = result {
                failed(error);
            }
        });
    }

    /// Whether somebody is left whose address has letters beyond ASCII.
    pub fn has_beyond_ascii(&self, issue: &IssueId) -> Result<bool> {
        self.db.read(|db| {
            let found = format!("SELECT EXISTS (SELECT 1 FROM deliveries WHERE issue = ?1 AND {BEYOND_ASCII})");
            Ok(db.query_row(&found, [issue.as_str()], |row| row.get(0))?)
        })
    }

    /// Refuses those that [`Ledger::has_beyond_ascii`] finds; gives their number.
    pub fn refuse_beyond_ascii(&self, issue: &IssueId, why: &str, now: Timestamp) -> Result<u64> {
        let (issue, why) = (issue.clone(), why.to_owned());
        self.db.write_now(move |db| {
            let n_rows = db.execute(
                &format!(
                    "UPDATE deliveries SET state = 'refused', reply_code = 0, reply_text = ?2, next_try = NULL, changed = ?3
                     WHERE issue = ?1 AND {BEYOND_ASCII}"
                ),
                params![issue.as_str(), why, now.as_millisecond()],
            )?;
            Ok(n_rows as u64)
        })
    }

    /// How many copies, of whatever issue, a way out was given since then: by parts of a minute, in the order of time.
    /// Looks only at issues that were not complete by then, found by the index of their copies: the years before cost
    /// nothing, and no index has to be kept up with every copy.
    pub fn sent_since(&self, way_out: &str, since: Timestamp) -> Result<Vec<(Timestamp, u64)>> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT min(changed), count(*) FROM deliveries
                 WHERE issue IN (SELECT issue FROM issues WHERE completed IS NULL OR completed > ?1)
                   AND changed > ?1 AND way_out = ?2 AND state IN ('accepted', 'unknown', 'refused', 'deferred')
                 GROUP BY changed / 10000 ORDER BY 1",
            )?;
            let mut rows = query.query(params![since.as_millisecond(), way_out])?;
            let mut sent = Vec::new();
            while let Some(row) = rows.next()? {
                sent.push((Timestamp::from_millisecond(row.get(0)?)?, row.get::<i64>(1)?.unsigned_abs()));
            }
            Ok(sent)
        })
    }

    /// Settles what the last process left (DESIGN rule 3): `claimed` rows are free again, a `dotted` one is accepted
    /// or free by whether its file is in the outbox, and otherwise unknown.
    pub fn recover(
        &self,
        issue: &IssueId,
        is_in_outbox: impl Fn(&str) -> bool + Send + 'static,
        now: Timestamp,
    ) -> Result<Recovered> {
        let (issue, fence) = (issue.clone(), self.fence());
        self.db.write_now(move |db| {
            let mut recovered = if fence.is_none() {
                Recovered { freed: free(db, &issue, None)?, ..Recovered::default() }
            } else {
                let buried = lease::bury(db)?;
                Recovered { freed: buried.freed, unknown: buried.unknown, accepted: 0 }
            };
            // No next try is so far ahead, unless the clock was: it is back, and they would wait for nothing.
            db.execute(
                "UPDATE deliveries SET next_try = ?2 WHERE issue = ?1 AND state = 'deferred' AND next_try > ?2 + ?3",
                params![issue.as_str(), now.as_millisecond(), NEXT_TRY_MAX.as_secs() * 1000],
            )?;
            if fence.is_some() {
                return Ok(recovered);
            }
            let mut query = db.prepare(
                "SELECT id, way_out, message_id FROM deliveries
                 WHERE issue = ?1 AND state IN ('claimed', 'dotted') AND state = 'dotted'",
            )?;
            let rows = query.query_map([issue.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let dotted: Vec<(i64, Option<String>, Option<String>)> = rows.collect::<super::sql::Result<_>>()?;
            for (id, way_out, message_id) in dotted {
                let reply = |text: &str| Reply { code: 0, enhanced: None, text: text.to_owned() };
                let is_outbox = way_out.as_deref() == Some("outbox");
                let outcome = if !is_outbox {
                    recovered.unknown += 1;
                    Outcome::Unknown(reply("the program ended before the reply was read"))
                } else if message_id.is_some_and(|message_id| is_in_outbox(&message_id)) {
                    recovered.accepted += 1;
                    Outcome::Accepted(reply("found in the outbox"))
                } else {
                    recovered.freed += 1;
                    db.execute(&format!("UPDATE deliveries SET {FREE} WHERE id = ?1"), [id])?;
                    continue;
                };
                write_outcome(db, &Record { id, outcome, next_try: None, is_dead_address: false, at: now }, None)?;
            }
            Ok(recovered)
        })
    }

    /// Gives back the rows that were taken and not tried.
    pub async fn free_claimed(&self, issue: &IssueId) -> Result<u64> {
        let (issue, fence) = (issue.clone(), self.fence());
        self.db.write_shared(move |db| free(db, &issue, fence)).await
    }

    /// What is left to do.
    pub fn due(&self, issue: &IssueId, now: Timestamp) -> Result<Due> {
        let fence = self.fence();
        self.db.read(|db| {
            let elsewhere = fence.map_or(Ok(0), |fence| lease::elsewhere(db, issue, fence))?;
            let (planned, due, later, next): (i64, i64, i64, Option<i64>) = db.query_row(
                "SELECT (SELECT count(*) FROM deliveries WHERE issue = ?1 AND state = 'planned'),
                        count(*) FILTER (WHERE next_try <= ?2), count(*) FILTER (WHERE next_try > ?2),
                        min(next_try) FILTER (WHERE next_try > ?2)
                 FROM deliveries WHERE issue = ?1 AND state = 'deferred'",
                params![issue.as_str(), now.as_millisecond()],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )?;
            Ok(Due {
                now: planned.unsigned_abs() + due.unsigned_abs(),
                later: later.unsigned_abs(),
                next_try: next.map(Timestamp::from_millisecond).transpose()?,
                elsewhere,
            })
        })
    }
}

/// What a freed row becomes: what it was before it was taken.
pub(super) const FREE: &str = "state = CASE WHEN tries > 0 THEN 'deferred' ELSE 'planned' END, claimed_by = NULL";

/// Rows that wait and whose address has letters beyond ASCII: only before the `@`, since domains are A-labels.
const BEYOND_ASCII: &str = "state IN ('planned', 'deferred') AND length(address) <> octet_length(address)";

/// Tries are hourly at the rarest, with a few minutes of spread.
const NEXT_TRY_MAX: SignedDuration = SignedDuration::from_hours(2);

const COLUMNS: &str =
    "d.id, d.edition, d.address, d.language, d.tries, d.first_try, s.status, coalesce(s.id, 0), d.plain";

/// A row that is due.
struct Candidate {
    id: i64,
    /// None: its address cannot be read.
    copy: Option<Claimed>,
    /// Of its subscriber; none: erased.
    status: Option<String>,
}

fn candidates(db: &Connection, issue: &IssueId, n_rows: u32, now: Timestamp) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    // What another machine is taking at this moment is its own.
    let skip = if db.is_postgres() { " FOR UPDATE OF d SKIP LOCKED" } else { "" };
    let mut deferred = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM deliveries d LEFT JOIN subscribers s USING (address_key)
         WHERE d.issue = ?1 AND d.state = 'deferred' AND d.next_try <= ?2 ORDER BY d.next_try LIMIT ?3{skip}"
    ))?;
    let mut rows = deferred.query(params![issue.as_str(), now.as_millisecond(), n_rows])?;
    while let Some(row) = rows.next()? {
        found.push(candidate(&row)?);
    }
    let n_left = i64::from(n_rows) - i64::try_from(found.len())?;
    let mut planned = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM deliveries d LEFT JOIN subscribers s USING (address_key)
         WHERE d.issue = ?1 AND d.state = 'planned' ORDER BY d.rank LIMIT ?2{skip}"
    ))?;
    let mut rows = planned.query(params![issue.as_str(), n_left])?;
    while let Some(row) = rows.next()? {
        found.push(candidate(&row)?);
    }
    Ok(found)
}

fn candidate(row: &Row<'_>) -> Result<Candidate> {
    let (id, edition, address): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (language, tries): (Option<String>, u32) = (row.get(3)?, row.get(4)?);
    let (number, is_plain) = (row.get(7)?, row.get(8)?);
    let first_try = row.get::<Option<i64>>(5)?.map(Timestamp::from_millisecond).transpose()?;
    let delivery = |to| Delivery {
        id,
        edition: EditionId::new(&edition),
        to,
        language: language.map(|lang| Lang::new(&lang)),
        tries,
        number,
        is_plain,
    };
    let copy = Address::parse(&address).ok().map(|to| Claimed { delivery: delivery(to), first_try });
    Ok(Candidate { id, copy, status: row.get(6)? })
}

/// Takes one row; gives nothing when its person is no longer to be written to, or cannot be: that row is settled here,
/// and holds up no other.
fn take(db: &Connection, candidate: Candidate, fence: Option<i64>, now: Timestamp) -> Result<Option<Claimed>> {
    let Candidate { id, copy, status } = candidate;
    let is_active = status.as_deref() == Some("active");
    if let Some(copy) = copy.filter(|_| is_active) {
        if fence.is_none() {
            db.prepare_cached("UPDATE deliveries SET state = 'claimed', claimed_by = ?2 WHERE id = ?1")?
                .execute(params![id, std::process::id().to_string()])?;
        }
        return Ok(Some(copy));
    }
    let (state, why) = if is_active {
        ("refused", "the address cannot be read")
    } else {
        ("suppressed", status.as_deref().unwrap_or("erased"))
    };
    db.prepare_cached(
        "UPDATE deliveries SET state = ?2, reply_text = ?3, next_try = NULL, changed = ?4 WHERE id = ?1",
    )?
    .execute(params![id, state, why, now.as_millisecond()])?;
    Ok(None)
}

/// On a server rows are taken by one statement: each costs a journey.
fn take_together(db: &Connection, claimed: &[Claimed], fence: Option<i64>) -> Result<()> {
    let Some(fence) = fence.filter(|_| !claimed.is_empty()) else { return Ok(()) };
    let ids: Vec<String> = claimed.iter().map(|claimed| claimed.delivery.id.to_string()).collect();
    let ids = ids.join(", ");
    db.execute_batch(&format!("UPDATE deliveries SET state = 'claimed', claimed_by = '{fence}' WHERE id IN ({ids})"))?;
    Ok(())
}

fn free(db: &Connection, issue: &IssueId, fence: Option<i64>) -> Result<u64> {
    let and_ours = lease::and_ours(fence);
    let n_rows = db.execute(
        &format!(
            "UPDATE deliveries SET {FREE}
             WHERE issue = ?1 AND state IN ('claimed', 'dotted') AND state = 'claimed'{and_ours}"
        ),
        [issue.as_str()],
    )?;
    Ok(n_rows as u64)
}

fn write_outcome(db: &Connection, record: &Record, fence: Option<i64>) -> Result<()> {
    let (state, reply) = match &record.outcome {
        Outcome::Accepted(reply) => ("accepted", reply),
        Outcome::Deferred(reply) => ("deferred", reply),
        Outcome::Refused(reply) => ("refused", reply),
        Outcome::Unknown(reply) => ("unknown", reply),
    };
    let at = record.at.as_millisecond();
    // A deferred row may still become refused: when three in a row turn out not to be about us.
    let open = match fence {
        None => "state IN ('claimed', 'dotted', 'deferred')".to_owned(),
        Some(fence) => lease::open_to(fence),
    };
    let n_rows = db
        .prepare_cached(&format!(
            "UPDATE deliveries SET state = ?2, next_try = ?3, reply_code = ?4, reply_enhanced = ?5, reply_text = ?6,
                    changed = ?7, first_try = coalesce(first_try, ?7), claimed_by = NULL,
                    tries = tries + CASE WHEN state IN ('deferred', 'unknown') THEN 0 ELSE 1 END
             WHERE id = ?1 AND {open}"
        ))?
        .execute(params![
            record.id,
            state,
            record.next_try.map(Timestamp::as_millisecond),
            reply.code,
            reply.enhanced,
            reply.text,
            at
        ])?;
    // On a server the row may be another's by now, since our lease was over, or a person has settled it: what is there holds.
    if n_rows != 1 && fence.is_some() {
        return Ok(());
    }
    if n_rows != 1 {
        bail!(words!(
            "an outcome has no open copy in the ledger: another program has changed it",
            "un résultat ne correspond à aucune copie ouverte du registre : un autre programme l'a modifié"
        ));
    }
    if record.is_dead_address {
        let key: Option<String> = db
            .prepare_cached("SELECT address_key FROM deliveries WHERE id = ?1")?
            .query_row([record.id], |row| row.get(0))
            .optional()?;
        if let Some(key) = key {
            set_status(db, &key, "bounced", &reply.text, record.at)?;
        }
    }
    Ok(())
}
