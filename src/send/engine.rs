//! The engine: claim → hand over → record, on as many connections as the office allows. The one concurrent place of
//! this stage.
//!
//! ```text
//!  ledger ──claim──▶ queue ──▶ lane: address ─▶ MAIL RCPT DATA body ─▶ dotted on the disk ─▶ dot ─▶ reply ──▶ record
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::copy::Encoded;
use super::dkim::{Key, Signing};
use super::ended::{Ended, Ending, Progress, progress, warnings};
use super::pace::{Pace, next_try};
use super::secrets::Secrets;
use super::tally::{Follows, Tally, is_dead_address};
use crate::ledger::{Claimed, Ledger, Record, Recovered};
use crate::mail::{Email, Handed, Line, Mailer, Outbox};
use crate::model::{Delivering, Delivery, EditionId, IssueId, Outcome, Reply};

/// Rows taken ahead at most: a crash frees them, and who leaves after the claim is still sent this issue.
const CLAIM_ROWS_MAX: u32 = 256;
/// Seconds of sending taken ahead under a pace.
const CLAIM_SECONDS: u32 = 5;

/// Reads the clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Called before and after each operation on the ledger or the way out, with its name; an error stops the run there
/// and then, as a crash would. Tests stop at every one; otherwise it says `Ok`.
pub type Step = Arc<dyn Fn(&'static str) -> Result<()> + Send + Sync>;

/// Everything a run needs.
#[derive(Clone)]
pub struct Round {
    /// The frozen issue.
    pub issue: IssueId,
    /// The ledger.
    pub ledger: Ledger,
    /// The way out.
    pub mailer: Mailer,
    /// The key of Message-IDs and tokens.
    pub secrets: Secrets,
    /// The keys with which copies are signed.
    pub keys: Vec<Key>,
    /// Pace, connections, retries.
    pub delivering: Delivering,
    /// The clock.
    pub clock: Clock,
    /// Turns true at Ctrl-C: what is in flight is finished and recorded.
    pub interrupted: watch::Receiver<bool>,
    /// Told after every outcome.
    pub progress: Arc<dyn Fn(&Progress) + Send + Sync>,
    /// See [`Step`].
    pub step: Step,
}

/// Sends what is due of a frozen issue, and says how it ended. It can be stopped anywhere and run again.
pub async fn run(round: Round) -> Result<Ended> {
    let _lock = round.ledger.lock_for_sending()?;
    (round.step)("recover")?;
    let outbox = Outbox::new(round.ledger.state_dir());
    let recovered = round.ledger.recover(&round.issue, move |id| outbox.has(id), (round.clock)())?;
    let due = round.ledger.due(&round.issue, (round.clock)())?.now;
    let shared = Arc::new(Shared::new(round, due)?);
    loop {
        let had = shared.tally().done();
        pass(&shared).await?;
        if shared.stopper.is_stopped() || shared.round.ledger.due(&shared.round.issue, shared.now())?.now == 0 {
            break;
        }
        // Lanes ended early because they could not connect. As long as others get through, there is a way.
        if shared.tally().done() == had {
            let reply = shared.away.lock().unwrap_or_else(PoisonError::into_inner).take();
            shared.stopper.stop(Stop::Away(reply.unwrap_or(Reply { code: 0, enhanced: None, text: String::new() })));
            break;
        }
    }
    shared.end(recovered).await
}

/// Why a run stops before everything due is done.
enum Stop {
    Interrupted,
    Away(Reply),
    AboutUs(Reply),
    TooManyRefused,
    Fault(anyhow::Error),
}

/// The first reason to stop, and the signal that there is one. It holds no ledger: the ledger's writer calls it.
struct Stopper {
    reason: Mutex<Option<Stop>>,
    signal: watch::Sender<bool>,
}

impl Stopper {
    fn stop(&self, stop: Stop) {
        let mut reason = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        if reason.is_none() {
            *reason = Some(stop);
        }
        self.signal.send_replace(true);
    }

    fn is_stopped(&self) -> bool {
        *self.signal.borrow()
    }
}

struct Shared {
    round: Round,
    copies: Arc<BTreeMap<EditionId, (Encoded, Signing)>>,
    pace: Mutex<Pace>,
    tally: Mutex<Tally>,
    away: Mutex<Option<Reply>>,
    stopper: Arc<Stopper>,
    due: u64,
}

impl Shared {
    fn new(round: Round, due: u64) -> Result<Self> {
        let frozen_at = round.ledger.frozen(&round.issue)?.context("an issue that is sent is frozen")?.frozen_at;
        let mut copies = BTreeMap::new();
        for edition in round.ledger.frozen_editions(&round.issue)? {
            let id = edition.id.clone();
            let frame = serde_json::from_str(&edition.frame).with_context(|| {
                words!("the frozen `{id}` edition cannot be read", "l'édition figée `{id}` est illisible")
            })?;
            let encoded = Encoded { frame, wire: edition.wire };
            let signing = Signing::new(&round.keys, &encoded, frozen_at);
            copies.insert(edition.id, (encoded, signing));
        }
        let copies = Arc::new(copies);
        let is_paced = matches!(round.mailer, Mailer::Smtp(_));
        let pace = Pace::new(if is_paced { round.delivering.messages_per_minute } else { 0 });
        let stopper = Arc::new(Stopper { reason: Mutex::default(), signal: watch::Sender::new(false) });
        let (pace, tally, away) = (Mutex::new(pace), Mutex::default(), Mutex::default());
        Ok(Self { round, copies, pace, tally, away, stopper, due })
    }

    fn now(&self) -> Timestamp {
        (self.round.clock)()
    }

    fn step(&self, name: &'static str) -> Result<()> {
        (self.round.step)(name)
    }

    fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when the run is to stop.
    async fn stop_signal(&self) {
        let (mut stopped, mut interrupted) = (self.stopper.signal.subscribe(), self.round.interrupted.clone());
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => {}
            // When whoever could interrupt is gone, this branch never matches.
            true = async { interrupted.wait_for(|interrupted| *interrupted).await.is_ok() } => {
                self.stopper.stop(Stop::Interrupted);
            }
        }
    }

    fn rows_ahead(&self) -> u32 {
        let paced = self.pace.lock().unwrap_or_else(PoisonError::into_inner).messages_in(CLAIM_SECONDS);
        paced.clamp(self.lanes(), CLAIM_ROWS_MAX.max(self.lanes()))
    }

    fn lanes(&self) -> u32 {
        self.round.delivering.connections.max(1)
    }
}

/// Sends until nothing is due, or until every lane has ended.
async fn pass(shared: &Arc<Shared>) -> Result<()> {
    let (give, take) = mpsc::channel(usize::try_from(shared.rows_ahead())?);
    let take = Arc::new(tokio::sync::Mutex::new(take));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..shared.lanes() {
        lanes.spawn(lane(Arc::clone(shared), Arc::clone(&take)));
    }
    // The lanes alone hold it now: when they have all ended, giving fails.
    drop(take);
    if let Err(error) = claim_ahead(shared, give).await {
        shared.stopper.stop(Stop::Fault(error));
    }
    while let Some(ended) = lanes.join_next().await {
        if let Err(error) = ended {
            shared.stopper.stop(Stop::Fault(error.into()));
        }
    }
    let freed = async {
        shared.step("free")?;
        shared.round.ledger.free_claimed(&shared.round.issue).await
    };
    if let Err(error) = freed.await {
        shared.stopper.stop(Stop::Fault(error));
    }
    Ok(())
}

async fn claim_ahead(shared: &Shared, give: mpsc::Sender<Claimed>) -> Result<()> {
    while !shared.stopper.is_stopped() {
        shared.step("claim")?;
        let rows = shared.round.ledger.claim(&shared.round.issue, shared.rows_ahead(), shared.now()).await?;
        shared.step("claimed")?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            tokio::select! {
                biased;
                () = shared.stop_signal() => return Ok(()),
                given = give.send(row) => if given.is_err() { return Ok(()) },
            }
        }
    }
    Ok(())
}

async fn lane(shared: Arc<Shared>, take: Arc<tokio::sync::Mutex<mpsc::Receiver<Claimed>>>) {
    let mut line = shared.round.mailer.line();
    while let Some(claimed) = next(&shared, &take).await {
        match one(&shared, &mut line, claimed).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(stop) => {
                shared.stopper.stop(stop);
                break;
            }
        }
    }
    line.close().await;
}

/// The next row, when its time has come. A row that is taken and not tried is freed at the end of the pass.
async fn next(shared: &Shared, take: &tokio::sync::Mutex<mpsc::Receiver<Claimed>>) -> Option<Claimed> {
    let claimed = tokio::select! {
        biased;
        () = shared.stop_signal() => None,
        claimed = async { take.lock().await.recv().await } => claimed,
    }?;
    let wait = shared.pace.lock().unwrap_or_else(PoisonError::into_inner).take(shared.now());
    if wait.is_positive() {
        tokio::select! {
            biased;
            () = shared.stop_signal() => return None,
            () = tokio::time::sleep(wait.unsigned_abs()) => {}
        }
    }
    Some(claimed)
}

/// One copy from its address to its outcome; says whether the lane can go on.
async fn one(shared: &Shared, line: &mut Line, claimed: Claimed) -> Result<bool, Stop> {
    let handed = hand_over(shared, line, &claimed).await.map_err(Stop::Fault)?;
    match handed {
        Handed::Done(outcome) => settle(shared, &claimed, outcome).map(|()| true),
        Handed::AboutUs(reply) => Err(Stop::AboutUs(reply)),
        Handed::Away(reply) => {
            *shared.away.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
            Ok(false)
        }
    }
}

async fn hand_over(shared: &Shared, line: &mut Line, claimed: &Claimed) -> Result<Handed> {
    let (round, delivery) = (&shared.round, &claimed.delivery);
    let email = address(shared, delivery).await?;
    let dotted = async {
        shared.step("dotted")?;
        round.ledger.mark_dotted(delivery.id, &email.message_id, round.mailer.way_out(), shared.now()).await?;
        shared.step("dot")
    };
    shared.step("mail")?;
    let handed = line.hand_over(&email, dotted).await?;
    shared.step("reply")?;
    Ok(handed)
}

/// A copy's bytes. To sign is the work of a processor: it runs beside the connections' thread, on every core.
async fn address(shared: &Shared, delivery: &Delivery) -> Result<Email> {
    const NOT_FROZEN: &str = "a delivery of an edition that was not frozen";
    let Round { issue, secrets, .. } = &shared.round;
    let (encoded, signing) = shared.copies.get(&delivery.edition).context(NOT_FROZEN)?;
    if signing.is_off() {
        return encoded.address(issue, &delivery.to, secrets, signing);
    }
    let (copies, edition, to) = (Arc::clone(&shared.copies), delivery.edition.clone(), delivery.to.clone());
    let (issue, secrets) = (issue.clone(), secrets.clone());
    let signed = tokio::task::spawn_blocking(move || {
        let (encoded, signing) = copies.get(&edition).context(NOT_FROZEN)?;
        encoded.address(&issue, &to, &secrets, signing)
    });
    signed.await.context("a thread that signs ended early")?
}

/// Decides what an outcome means and hands it to the ledger.
fn settle(shared: &Shared, claimed: &Claimed, outcome: Outcome) -> Result<(), Stop> {
    let (now, id) = (shared.now(), claimed.delivery.id);
    let hours = shared.round.delivering.retry_hours;
    let next = next_try(claimed.delivery.tries, claimed.first_try.unwrap_or(now), now, hours);
    let outcome = match (outcome, next) {
        (Outcome::Deferred(reply), None) => Outcome::Refused(reply),
        (outcome, _) => outcome,
    };
    let (follows, cleared) = shared.tally.lock().unwrap_or_else(PoisonError::into_inner).take(id, &outcome);
    let kept = match (follows.clone(), outcome, next) {
        (Follows::Suspect | Follows::AboutUs, Outcome::Refused(reply), Some(_)) => Outcome::Deferred(reply),
        (_, outcome, _) => outcome,
    };
    let about_us = match (&follows, &kept) {
        (Follows::AboutUs, Outcome::Deferred(reply) | Outcome::Refused(reply)) => Some(reply.clone()),
        _ => None,
    };
    let next_try = if matches!(kept, Outcome::Deferred(_)) { next } else { None };
    record(shared, Record { id, is_dead_address: is_dead_address(&kept), outcome: kept, next_try, at: now });
    record_refused(shared, cleared);
    let tally = shared.tally();
    (shared.round.progress)(&progress(&tally, shared.due));
    match about_us {
        Some(reply) => Err(Stop::AboutUs(reply)),
        None if tally.are_too_many_refused() => Err(Stop::TooManyRefused),
        None => Ok(()),
    }
}

fn record_refused(shared: &Shared, cleared: Vec<(i64, Reply)>) {
    for (id, reply) in cleared {
        let outcome = Outcome::Refused(reply);
        record(shared, Record { id, outcome, next_try: None, is_dead_address: false, at: shared.now() });
    }
}

/// The outcome rides in the next transaction. If that fails, the row stays `dotted`, and the run stops.
fn record(shared: &Shared, record: Record) {
    let stopper = Arc::clone(&shared.stopper);
    shared.round.ledger.record(record, move |error| stopper.stop(Stop::Fault(error)));
}

impl Shared {
    /// Puts down what the run came to.
    async fn end(self: Arc<Self>, recovered: Recovered) -> Result<Ended> {
        let (ledger, issue) = (&self.round.ledger, &self.round.issue);
        let stop = self.stopper.reason.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Stop::Fault(error)) = stop {
            // What is recorded stays; what is not is settled by the next run.
            return Err(error).with_context(|| {
                words!("the sending of issue `{issue}` stopped", "l'envoi du numéro `{issue}` s'est arrêté")
            });
        }
        if !matches!(stop, Some(Stop::AboutUs(_))) {
            let cleared = self.tally.lock().unwrap_or_else(PoisonError::into_inner).cleared();
            record_refused(&self, cleared);
        }
        self.step("flush")?;
        ledger.flush().await?;
        if let Some(Stop::Fault(error)) = self.stopper.reason.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error);
        }
        self.step("complete")?;
        let is_complete = ledger.complete(issue, self.now())?;
        let ending = match stop {
            _ if is_complete => Ending::Complete,
            Some(Stop::Interrupted) => Ending::Interrupted,
            Some(Stop::Away(reply)) => Ending::Away(reply),
            Some(Stop::AboutUs(reply)) => Ending::AboutUs(reply),
            Some(Stop::TooManyRefused) => Ending::TooManyRefused,
            Some(Stop::Fault(_)) | None => Ending::Later(ledger.due(issue, self.now())?.next_try),
        };
        let tally = self.tally();
        Ok(Ended {
            ending,
            recovered,
            progress: progress(&tally, self.due),
            counts: ledger.counts(issue)?,
            warnings: warnings(&tally, ledger.lag(issue)?, recovered),
        })
    }
}
