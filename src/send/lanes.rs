//! A pass: rows are claimed ahead, lanes take them and hand their copies over. The one concurrent place of this stage.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::domains::Turn;
use super::engine::{Round, Shared, Stop, lock};
use super::pace::Place;
use super::relays::{LEFT_FOR, Route, begin};
use super::settle::settle;
use crate::ledger::Claimed;
use crate::mail::{Email, Handed, Line};
use crate::model::{Delivery, Reply};

/// Rows taken ahead at most: a crash frees them, and who leaves after the claim is still sent this issue.
const CLAIM_ROWS_MAX: u32 = 256;
/// Seconds of sending taken ahead under a pace.
const CLAIM_SECONDS: u32 = 5;
/// Rows that wait for others to their domain; more are put off.
const PARKED_ROWS_MAX: usize = 256;
/// How long a row is put off for which there is no place to wait.
const PARKED_WAIT: SignedDuration = SignedDuration::from_secs(5);
/// Connections are kept open for rows that are due so soon.
const LINGER: SignedDuration = SignedDuration::from_secs(10);

/// How long a row is put off whose relay is away, when no other can carry it.
const RELAY_WAIT: SignedDuration = LEFT_FOR;

/// Rows that were claimed, on their way to a lane.
struct Queue {
    any: tokio::sync::Mutex<mpsc::Receiver<Claimed>>,
    /// Those to addresses with letters beyond ASCII: for relays that carry them (RFC 6531).
    utf8: tokio::sync::Mutex<mpsc::Receiver<Claimed>>,
}

impl Queue {
    /// The next row for a lane; none: there are no more.
    async fn next(&self, carries_utf8: bool) -> Option<Claimed> {
        let utf8 = async { if carries_utf8 { self.utf8.lock().await.recv().await } else { None } };
        tokio::select! {
            biased;
            Some(claimed) = utf8 => Some(claimed),
            Some(claimed) = async { self.any.lock().await.recv().await } => Some(claimed),
            else => None,
        }
    }
}

/// The other ends.
struct Give {
    any: mpsc::Sender<Claimed>,
    utf8: mpsc::Sender<Claimed>,
}

/// Sends until nothing is due, until the pace holds the rest, or until every lane has ended.
pub(super) async fn pass(shared: &Arc<Shared>) -> Result<()> {
    lock(&shared.parked).clear();
    let n_lanes = begin(&shared.routes, shared.now());
    let is_probe = shared.routes.iter().all(Route::is_probing);
    let n_rows = usize::try_from(rows_ahead(shared))?;
    let ((any, take_any), (utf8, take_utf8)) = (mpsc::channel(n_rows), mpsc::channel(n_rows));
    let take = Arc::new(Queue { any: take_any.into(), utf8: take_utf8.into() });
    let give = Give { any, utf8 };
    let mut running = tokio::task::JoinSet::new();
    for (route, n_lanes) in n_lanes.into_iter().enumerate() {
        for _ in 0..n_lanes {
            running.spawn(lane(Arc::clone(shared), route, Arc::clone(&take)));
        }
    }
    // The lanes alone hold it now: when they have all ended, giving fails.
    drop(take);
    if let Err(error) = claim_ahead(shared, give, is_probe).await {
        shared.stopper.stop(Stop::Fault(error));
    }
    while let Some(ended) = running.join_next().await {
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

fn rows_ahead(shared: &Shared) -> u32 {
    let n_lanes = shared.routes.iter().map(|route| route.n_lanes).fold(0, u32::saturating_add);
    let paced = |route: &Route| lock(&route.pace).messages_in(CLAIM_SECONDS);
    let paced = shared.routes.iter().map(paced).fold(0, u32::saturating_add);
    paced.clamp(n_lanes, CLAIM_ROWS_MAX.max(n_lanes))
}

async fn claim_ahead(shared: &Shared, give: Give, is_probe: bool) -> Result<()> {
    while !shared.stopper.is_stopped() {
        shared.step("claim")?;
        // One for each that is asked.
        let n_rows = if is_probe { u32::try_from(shared.routes.len())? } else { rows_ahead(shared) };
        let rows = shared.round.ledger.claim(&shared.round.issue, n_rows, shared.now()).await?;
        shared.step("claimed")?;
        if rows.is_empty() {
            match due_soon(shared).await? {
                Some(at) if shared.wait_until(at).await => continue,
                _ => break,
            }
        }
        for row in rows {
            let Some(row) = give_to_those_who_carry_it(shared, &give, row) else { continue };
            tokio::select! {
                biased;
                () = shared.stop_signal() => return Ok(()),
                given = give.any.send(row) => if given.is_err() { return Ok(()) },
            }
        }
        let lost = shared.routes.iter().filter_map(|route| lock(&route.way).lost).min();
        if is_probe || lost.is_some_and(|lost| shared.now().duration_since(lost) > LEFT_FOR) {
            break;
        }
    }
    Ok(())
}

/// Gives a row to lanes that carry its address, if not all do: a relay that is away holds up no row that is not for it.
/// What comes back is for any lane, or refused by it when no relay carries it.
fn give_to_those_who_carry_it(shared: &Shared, give: &Give, row: Claimed) -> Option<Claimed> {
    if row.delivery.to.as_str().is_ascii() {
        return Some(row);
    }
    let mut carrying = shared.routes.iter().filter(|route| route.may_carry_utf8()).peekable();
    if carrying.peek().is_none() {
        return Some(row);
    }
    let wait = if carrying.any(Route::is_running) { PARKED_WAIT } else { RELAY_WAIT };
    let given = if wait == RELAY_WAIT { Err(row) } else { give.utf8.try_send(row).map_err(TrySendError::into_inner) };
    if let Err(row) = given {
        let now = shared.now();
        put_off(shared, &row, now.saturating_add(wait).unwrap_or(now));
    }
    None
}

/// When the next row is due, if that is soon and the run may wait.
async fn due_soon(shared: &Shared) -> Result<Option<Timestamp>> {
    if shared.patience().is_zero() {
        return Ok(None);
    }
    shared.round.ledger.flush().await?;
    let now = shared.now();
    let next = shared.round.ledger.due(&shared.round.issue, now)?.next_try;
    Ok(next.filter(|next| next.duration_since(now) <= LINGER))
}

async fn lane(shared: Arc<Shared>, route: usize, take: Arc<Queue>) {
    let route = &shared.routes[route];
    let mut line = route.relay.mailer.line();
    let mut served = None;
    while let Some(claimed) = next(&shared, route, &take, served.take()).await {
        let domain = claimed.delivery.to.domain().to_owned();
        match one(&shared, route, &mut line, claimed).await {
            Ok(true) => served = Some(domain),
            Ok(false) => break,
            Err(stop) => {
                shared.stopper.stop(stop);
                break;
            }
        }
    }
    route.ended();
    shared.turns.moved();
    line.close().await;
}

/// The next row, when its time has come: one that waits for the domain just served, or from the queue. A row that is
/// taken and not tried is freed at the end of the pass.
async fn next(shared: &Shared, route: &Route, take: &Queue, mut served: Option<String>) -> Option<Claimed> {
    tokio::select! {
        biased;
        () = shared.stop_signal() => return None,
        () = shared.turns.take(route, &shared.routes) => {}
    }
    loop {
        let parked = served.take().and_then(|domain| lock(&shared.parked).get_mut(&domain)?.pop_front());
        let claimed = match parked {
            Some(claimed) => claimed,
            None => tokio::select! {
                biased;
                () = shared.stop_signal() => None,
                claimed = take.next(route.may_carry_utf8()) => claimed,
            }?,
        };
        let now = shared.now();
        let domain = claimed.delivery.to.domain().to_owned();
        let turn = lock(&shared.domains).turn(&domain, now);
        match turn {
            Turn::Go => {}
            Turn::Full => {
                if let Some(claimed) = park(shared, domain, claimed) {
                    put_off(shared, &claimed, now.saturating_add(PARKED_WAIT).unwrap_or(now));
                }
                continue;
            }
            Turn::Later(at) => {
                put_off(shared, &claimed, at);
                continue;
            }
        }
        let place = lock(&route.pace).take(now);
        let may_go = match place {
            Place::In(wait) if wait.is_zero() => true,
            Place::In(wait) => shared.wait_until(now.saturating_add(wait).unwrap_or(now)).await,
            Place::From(at) => {
                lock(&route.way).held = Some(at);
                false
            }
        };
        if !may_go {
            lock(&shared.domains).done(&domain, None, now);
            return None;
        }
        return Some(claimed);
    }
}

/// Keeps a row until another to its domain is answered; gives it back when too many wait.
fn park(shared: &Shared, domain: String, claimed: Claimed) -> Option<Claimed> {
    let mut parked = lock(&shared.parked);
    if parked.values().map(std::collections::VecDeque::len).sum::<usize>() >= PARKED_ROWS_MAX {
        return Some(claimed);
    }
    parked.entry(domain).or_default().push_back(claimed);
    None
}

/// Gives a row back to the ledger until its domain takes more. It was not tried: nothing is counted.
fn put_off(shared: &Shared, claimed: &Claimed, until: Timestamp) {
    let stopper = Arc::clone(&shared.stopper);
    shared.round.ledger.put_off(claimed.delivery.id, until, move |error| stopper.stop(Stop::Fault(error)));
}

/// Gives a row back to the ledger as it was: its dot never left, whether or not leave for it was asked.
fn give_back(shared: &Shared, claimed: &Claimed) {
    let stopper = Arc::clone(&shared.stopper);
    shared.round.ledger.give_back(claimed.delivery.id, move |error| stopper.stop(Stop::Fault(error)));
}

/// One copy from its address to its outcome; says whether the lane can go on.
async fn one(shared: &Shared, route: &Route, line: &mut Line, claimed: Claimed) -> Result<bool, Stop> {
    let handed = match connected(shared, route, line).await? {
        Some(handed) => handed,
        None if is_for_another(shared, route, line, &claimed) => return Ok(true),
        None => hand_over(shared, route, line, &claimed.delivery).await.map_err(Stop::Fault)?,
    };
    let domain = claimed.delivery.to.domain();
    match handed {
        Handed::Done(outcome) => settle(shared, route, &claimed, outcome).map(|()| true),
        Handed::AboutUs(reply) => {
            give_back(shared, &claimed);
            lock(&shared.domains).done(domain, None, shared.now());
            refused_us(shared, route, reply).map(|()| false)
        }
        Handed::Away(reply) => {
            give_back(shared, &claimed);
            lock(&shared.domains).done(domain, None, shared.now());
            gone(shared, route, reply);
            Ok(false)
        }
    }
}

/// Puts a row off that this relay turns out not to carry, when another may.
fn is_for_another(shared: &Shared, route: &Route, line: &Line, claimed: &Claimed) -> bool {
    if claimed.delivery.to.as_str().is_ascii() || line.carries_utf8() {
        return false;
    }
    route.learn_utf8(false);
    let is_for_another = shared.routes.iter().any(Route::may_carry_utf8);
    if is_for_another {
        let now = shared.now();
        lock(&shared.domains).done(claimed.delivery.to.domain(), None, now);
        put_off(shared, claimed, now.saturating_add(PARKED_WAIT).unwrap_or(now));
    }
    is_for_another
}

/// A relay refuses us: the run stops, unless another is left.
fn refused_us(shared: &Shared, route: &Route, reply: Reply) -> Result<(), Stop> {
    let is_new = !std::mem::replace(&mut lock(&route.way).refuses, true);
    if shared.routes.iter().all(|route| lock(&route.way).refuses) {
        return Err(Stop::AboutUs(reply));
    }
    if is_new {
        let (name, Reply { code, text, .. }) = (&route.relay.name, reply);
        shared.tell(&words!(
            "the mail server `{name}` refuses us ({code} {text}): the others go on without it",
            "le serveur de courriel `{name}` nous refuse ({code} {text}) : les autres continuent sans lui"
        ));
    }
    Ok(())
}

/// Makes sure of a connection; gives why there is none.
async fn connected(shared: &Shared, route: &Route, line: &mut Line) -> Result<Option<Handed>, Stop> {
    if line.is_ready() {
        return Ok(None);
    }
    let few = route.connecting.acquire().await;
    if lock(&route.way).breaker.is_open() {
        let reply = lock(&route.way).away.clone();
        return Ok(Some(Handed::Away(reply.unwrap_or(Reply { code: 0, enhanced: None, text: String::new() }))));
    }
    let ready = line.ready().await;
    drop(few);
    match ready {
        Ok(()) => {
            works(shared, route);
            Ok(None)
        }
        Err(handed) => Ok(Some(handed)),
    }
}

/// The relay was reached.
pub(super) fn works(shared: &Shared, route: &Route) {
    let back = lock(&route.way).breaker.worked(shared.now());
    if let Some(gone) = back {
        let minutes = gone.as_mins();
        shared.tell(&words!(
            "the mail server is back after {minutes} min: going on",
            "le serveur de courriel est revenu après {minutes} min : l'envoi continue"
        ));
    }
}

/// The relay was not reached.
fn gone(shared: &Shared, route: &Route, reply: Reply) {
    let now = shared.now();
    let (is_first, text) = {
        let mut way = lock(&route.way);
        way.breaker.failed();
        let is_first = way.lost.replace(now).is_none() && way.away.is_none();
        let text = reply.text.clone();
        way.away = Some(reply);
        (is_first, text)
    };
    if is_first && shared.routes.len() > 1 {
        let name = &route.relay.name;
        shared.tell(&words!(
            "the mail server `{name}` is away ({text}): its work goes to the others",
            "le serveur de courriel `{name}` ne répond pas ({text}) : son travail va aux autres"
        ));
    }
}

async fn hand_over(shared: &Shared, route: &Route, line: &mut Line, delivery: &Delivery) -> Result<Handed> {
    let round = &shared.round;
    let email = address(shared, delivery).await?;
    let dotted = async {
        shared.step("dotted")?;
        round.ledger.mark_dotted(delivery.id, &email.message_id, &route.way_out, shared.now()).await?;
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
    let form = (delivery.edition.clone(), delivery.is_plain);
    let (encoded, signing) = shared.copies.get(&form).context(NOT_FROZEN)?;
    let number = delivery.number;
    if signing.is_off() {
        return encoded.address(issue, (&delivery.to, number), secrets, signing);
    }
    let (copies, to) = (Arc::clone(&shared.copies), delivery.to.clone());
    let (issue, secrets) = (issue.clone(), secrets.clone());
    let signed = tokio::task::spawn_blocking(move || {
        let (encoded, signing) = copies.get(&form).context(NOT_FROZEN)?;
        encoded.address(&issue, (&to, number), &secrets, signing)
    });
    signed.await.context("a thread that signs ended early")?
}
