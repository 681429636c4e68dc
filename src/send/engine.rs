//! The engine: claim → hand over → record, on as many connections as the office allows, for as long as there is hope.
//!
//! ```text
//!  ledger ──claim──▶ queue ──▶ lane: address ─▶ MAIL RCPT DATA body ─▶ dotted on the disk ─▶ dot ─▶ reply ──▶ record
//! ```
//!
//! A run is passes (`lanes.rs`) and the waits between them: for a relay that is away, for copies that are to be tried
//! again, for the hour at which more may leave.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::copy::Encoded;
use super::dkim::{Key, Signing};
use super::domains::Domains;
use super::ended::{Ended, Ending, Progress, progress, warnings};
use super::lanes::pass;
use super::relays::{Relay, Route, Turns, standing};
use super::secrets::Secrets;
use super::settle::record_refused;
use super::tally::Tally;
use crate::ledger::{Claimed, Ledger, Recovered};
use crate::mail::Outbox;
use crate::model::{Delivering, EditionId, IssueId, Reply, Words};

/// How often a wait looks at the clock: it may have jumped, or slept with the machine.
const LOOK: Duration = Duration::from_millis(200);

/// How often it is looked whether other machines have finished.
const LOOK_ELSEWHERE: Duration = Duration::from_secs(1);

/// Reads the clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Called before and after each operation on the ledger or the way out, with its name; an error stops the run there
/// and then, as a crash would. Tests stop at every one; otherwise it says `Ok`.
pub type Step = Arc<dyn Fn(&'static str) -> Result<()> + Send + Sync>;
/// Told what happens, one sentence at a time, for whoever watches or reads the log.
pub type Tell = Arc<dyn Fn(&Words) + Send + Sync>;

/// Everything a run needs.
#[derive(Clone)]
pub struct Round {
    /// The frozen issue.
    pub issue: IssueId,
    /// The ledger.
    pub ledger: Ledger,
    /// The ways out: one, or several relays between which the work is divided.
    pub relays: Vec<Relay>,
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
    /// See [`Tell`].
    pub tell: Tell,
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
    refuse_beyond_ascii(&shared).await?;
    loop {
        let had = shared.tally().done();
        pass(&shared).await?;
        if shared.stopper.is_stopped() || !rest(&shared, had).await? {
            break;
        }
    }
    shared.end(recovered).await
}

/// Why a run stops before everything due is done.
pub(super) enum Stop {
    Interrupted,
    Away(Reply),
    AboutUs(Reply),
    TooManyRefused,
    Fault(anyhow::Error),
}

/// The first reason to stop, and the signal that there is one. It holds no ledger: the ledger's writer calls it.
pub(super) struct Stopper {
    reason: Mutex<Option<Stop>>,
    signal: watch::Sender<bool>,
}

impl Stopper {
    pub(super) fn stop(&self, stop: Stop) {
        let mut reason = lock(&self.reason);
        if reason.is_none() {
            *reason = Some(stop);
        }
        self.signal.send_replace(true);
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.signal.borrow()
    }
}

/// What the lanes of a run share.
pub(super) struct Shared {
    pub(super) round: Round,
    pub(super) zone: TimeZone,
    /// By edition, and whether it is the text alone.
    pub(super) copies: Arc<BTreeMap<(EditionId, bool), (Encoded, Signing)>>,
    pub(super) routes: Vec<Route>,
    pub(super) turns: Turns,
    pub(super) domains: Mutex<Domains>,
    /// Claimed, and waiting for another copy to the same domain to be answered.
    pub(super) parked: Mutex<BTreeMap<String, VecDeque<Claimed>>>,
    pub(super) tally: Mutex<Tally>,
    pub(super) so_far: Mutex<SoFar>,
    pub(super) stopper: Arc<Stopper>,
    pub(super) due: u64,
}

/// How the run goes.
pub(super) struct SoFar {
    /// When a copy was last accepted.
    pub(super) progressed: Timestamp,
    /// Whether it was said that many are refused.
    pub(super) is_warned: bool,
}

/// A lock whose holder panicked holds what it held: counts and queues, of which each change is whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
            for (is_plain, encoded) in [(true, encoded.plain()), (false, encoded)] {
                let signing = Signing::new(&round.keys, &encoded, frozen_at);
                copies.insert((id.clone(), is_plain), (encoded, signing));
            }
        }
        let now = (round.clock)();
        let zone = round.delivering.time_zone.as_deref().map_or(Ok(TimeZone::UTC), TimeZone::get)?;
        let route = |relay: &Relay| Route::new(relay.clone(), &round.delivering, &zone, &round.ledger, now);
        let routes = round.relays.iter().map(route).collect::<Result<Vec<Route>>>()?;
        let domains = Domains::new(&round.delivering);
        let stopper = Arc::new(Stopper { reason: Mutex::default(), signal: watch::Sender::new(false) });
        Ok(Self {
            round,
            zone,
            copies: Arc::new(copies),
            routes,
            turns: Turns::default(),
            domains: Mutex::new(domains),
            parked: Mutex::default(),
            tally: Mutex::default(),
            so_far: Mutex::new(SoFar { progressed: now, is_warned: false }),
            stopper,
            due,
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.round.clock)()
    }

    pub(super) fn step(&self, name: &'static str) -> Result<()> {
        (self.round.step)(name)
    }

    pub(super) fn tell(&self, words: &Words) {
        (self.round.tell)(words);
    }

    pub(super) fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }

    pub(super) fn patience(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.round.delivering.patience_minutes))
    }

    /// The hour and minute of a moment, for people.
    pub(super) fn hour(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }

    /// Returns when the run is to stop.
    pub(super) async fn stop_signal(&self) {
        let (mut stopped, mut interrupted) = (self.stopper.signal.subscribe(), self.round.interrupted.clone());
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => {}
            // When whoever could interrupt is gone, this branch never matches.
            true = async { interrupted.wait_for(|interrupted| *interrupted).await.is_ok() } => {
                self.stopper.stop(Stop::Interrupted);
            }
        }
    }

    /// Waits by the clock; says whether the run may go on.
    pub(super) async fn wait_until(&self, at: Timestamp) -> bool {
        while let wait = at.duration_since(self.now())
            && wait.is_positive()
        {
            tokio::select! {
                biased;
                () = self.stop_signal() => return false,
                () = tokio::time::sleep(wait.unsigned_abs().min(LOOK)) => {}
            }
        }
        !self.stopper.is_stopped()
    }
}

/// Refuses, before anything leaves, the addresses that no relay can carry (RFC 6531 3.5), and learns which of several
/// relays can. One that cannot be reached may be able to: whether it is, the first pass finds out.
async fn refuse_beyond_ascii(shared: &Shared) -> Result<()> {
    let Round { ledger, issue, .. } = &shared.round;
    if !ledger.has_beyond_ascii(issue)? {
        return Ok(());
    }
    for route in &shared.routes {
        let mut line = route.relay.mailer.line();
        if line.ready().await.is_ok() {
            route.learn_utf8(line.carries_utf8());
        }
        line.close().await;
    }
    if !shared.routes.iter().any(Route::may_carry_utf8) {
        shared.step("refuse")?;
        let why = "the mail server cannot carry an address with letters beyond ASCII (SMTPUTF8)";
        let n_people = ledger.refuse_beyond_ascii(issue, why, shared.now())?;
        lock(&shared.tally).refused += n_people;
        shared.tell(&words!(
            "{n_people} refused: their addresses have letters beyond ASCII, which the mail server does not carry",
            "{n_people} refusés : leurs adresses ont des lettres hors ASCII, que le serveur de courriel n'achemine pas"
        ));
    }
    Ok(())
}

/// After a pass: goes on, waits, or ends the run; says whether it goes on. A wait is worth it while copies have been
/// accepted not too long ago.
async fn rest(shared: &Shared, had: u64) -> Result<bool> {
    let now = shared.now();
    let due = shared.round.ledger.due(&shared.round.issue, now)?;
    let has_progressed = shared.tally().done() > had;
    let stands = standing(&shared.routes);
    let (until, said, stop) = if due.now > 0 && !has_progressed && !stands.is_held {
        let reply = stands.away.unwrap_or(Reply { code: 0, enhanced: None, text: String::new() });
        let (probe, is_new) = shared.next_probe(now);
        (probe, is_new.then(|| away(&reply)), Some(Stop::Away(reply)))
    } else if let Some(held) = stands.until.filter(|_| due.now > 0) {
        let at = shared.hour(held);
        let said = words!(
            "no more may leave now: the rest from {at} on",
            "plus rien ne peut partir maintenant : le reste à partir de {at}"
        );
        (held, Some(said), None)
    } else if due.now > 0 {
        // Others got through: whoever could not connect may try again.
        for route in &shared.routes {
            lock(&route.way).breaker.forget();
        }
        return Ok(true);
    } else if let Some(next) = due.next_try {
        (next, Some(to_try_again(shared, due.later, next)), None)
    } else if due.elsewhere > 0 {
        // Others are at it. Should one of them not come back, its rows are ours when its lease is over.
        tokio::select! {
            biased;
            () = shared.stop_signal() => return Ok(false),
            () = tokio::time::sleep(LOOK_ELSEWHERE) => return Ok(true),
        }
    } else {
        return Ok(false);
    };
    let patient_until = lock(&shared.so_far).progressed.saturating_add(shared.patience()).unwrap_or(Timestamp::MAX);
    if until > patient_until {
        if let Some(stop) = stop {
            shared.stopper.stop(stop);
        }
        return Ok(false);
    }
    if let Some(said) = said {
        shared.tell(&said);
    }
    for route in &shared.routes {
        lock(&route.way).held = None;
    }
    Ok(shared.wait_until(until).await)
}

fn away(Reply { text, .. }: &Reply) -> Words {
    words!(
        "the mail server is away ({text}): nobody is marked, trying again until it is back",
        "le serveur de courriel ne répond plus ({text}) : personne n'est marqué, nouveaux essais jusqu'à son retour"
    )
}

fn to_try_again(shared: &Shared, n_copies: u64, next: Timestamp) -> Words {
    let (at, Tally { accepted, refused, .. }) = (shared.hour(next), shared.tally());
    words!(
        "{accepted} accepted and {refused} refused in this run; {n_copies} wait to be tried again, the first at {at}",
        "{accepted} acceptés et {refused} refusés dans cet envoi; {n_copies} attendent un nouvel essai, le premier à {at}"
    )
}

impl Shared {
    /// When the relays are asked again, when none could be reached: for ever later, if none ever was. Says too whether
    /// they have just gone away.
    fn next_probe(&self, now: Timestamp) -> (Timestamp, bool) {
        let mut next = (Timestamp::MAX, false);
        for route in &self.routes {
            let mut way = lock(&route.way);
            let has_worked = way.breaker.has_worked();
            let (probe, is_new) = way.breaker.next_probe(now);
            if has_worked {
                next.0 = next.0.min(probe);
            }
            next.1 |= is_new;
        }
        next
    }

    /// Puts down what the run came to.
    async fn end(self: Arc<Self>, recovered: Recovered) -> Result<Ended> {
        let (ledger, issue) = (&self.round.ledger, &self.round.issue);
        let stop = lock(&self.stopper.reason).take();
        if let Some(Stop::Fault(error)) = stop {
            // What is recorded stays; what is not is settled by the next run.
            return Err(error).with_context(|| {
                words!("the sending of issue `{issue}` stopped", "l'envoi du numéro `{issue}` s'est arrêté")
            });
        }
        if !matches!(stop, Some(Stop::AboutUs(_))) {
            let cleared = lock(&self.tally).cleared();
            record_refused(&self, cleared);
        }
        self.step("flush")?;
        ledger.flush().await?;
        if let Some(Stop::Fault(error)) = lock(&self.stopper.reason).take() {
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
            Some(Stop::Fault(_)) | None => match standing(&self.routes).until {
                Some(held) => {
                    ledger.hold(issue, held)?;
                    Ending::Held(held)
                }
                None => Ending::Later(ledger.due(issue, self.now())?.next_try),
            },
        };
        let tally = self.tally();
        Ok(Ended {
            ending,
            recovered,
            progress: progress(&tally, self.due),
            counts: ledger.counts(issue)?,
            warnings: warnings(&tally, ledger.lag(issue)?.zip(ledger.span(issue)?), recovered),
        })
    }
}
