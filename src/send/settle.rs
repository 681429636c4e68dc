//! Decides what an outcome means, and hands it to the ledger.

use std::sync::Arc;

use super::ended::progress;
use super::engine::{Shared, Stop, lock};
use super::lanes::works;
use super::pace::next_try;
use super::relays::Route;
use super::tally::{Follows, is_dead_address};
use crate::ledger::{Claimed, Record};
use crate::model::{Outcome, Reply};

/// What follows from an outcome; an error is a reason to stop.
pub(super) fn settle(shared: &Shared, route: &Route, claimed: &Claimed, outcome: Outcome) -> Result<(), Stop> {
    let (now, id) = (shared.now(), claimed.delivery.id);
    noticed(shared, route, claimed, &outcome);
    let next = next_try(
        claimed.delivery.tries,
        claimed.first_try.unwrap_or(now),
        now,
        retry_hours(shared, claimed),
        spread(id, claimed.delivery.tries),
    );
    let outcome = match (outcome, next) {
        (Outcome::Deferred(reply), None) => Outcome::Refused(reply),
        (outcome, _) => outcome,
    };
    let (follows, cleared) = lock(&shared.tally).take(id, &outcome);
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
    if tally.is_worth_a_warning() && !std::mem::replace(&mut lock(&shared.so_far).is_warned, true) {
        let (refused, done) = (tally.refused, tally.done());
        shared.tell(&words!(
            "{refused} of {done} copies refused so far: at a tenth the run stops",
            "{refused} exemplaires refusés sur {done} jusqu'ici : à un dixième, l'envoi s'arrête"
        ));
    }
    (shared.round.progress)(&progress(&tally, shared.due));
    match about_us {
        Some(reply) => Err(Stop::AboutUs(reply)),
        None if tally.are_too_many_refused() => Err(Stop::TooManyRefused),
        None => Ok(()),
    }
}

/// What an outcome says of the relay and of the recipient's domain.
fn noticed(shared: &Shared, route: &Route, claimed: &Claimed, outcome: &Outcome) {
    let (now, domain) = (shared.now(), claimed.delivery.to.domain());
    if matches!(outcome, Outcome::Accepted(_)) {
        lock(&shared.so_far).progressed = now;
    }
    let (Outcome::Accepted(reply) | Outcome::Deferred(reply) | Outcome::Refused(reply) | Outcome::Unknown(reply)) =
        outcome;
    if reply.code > 0 && lock(&route.way).breaker.is_in_doubt() {
        works(shared, route);
    }
    let slower = lock(&shared.domains).done(domain, Some(outcome), now);
    if let Some(per_minute) = slower {
        shared.tell(&words!(
            "`{domain}` asks for less: {per_minute} a minute from now on, a tenth more each quiet minute",
            "`{domain}` en demande moins : {per_minute} par minute désormais, un dixième de plus par minute de calme"
        ));
    }
}

/// For how long a copy to this domain is tried again.
fn retry_hours(shared: &Shared, claimed: &Claimed) -> u32 {
    let delivering = &shared.round.delivering;
    delivering.of_domain(claimed.delivery.to.domain()).retry_hours.unwrap_or(delivering.retry_hours)
}

/// Where a copy's hourly tries stand in their spread: another place for each row and try, the same when it is asked
/// again (Knuth's multiplicative hash).
fn spread(id: i64, tries: u32) -> f64 {
    let hash = (id.unsigned_abs().wrapping_add(u64::from(tries)).wrapping_mul(2_654_435_761) >> 8) & 0xFFFF;
    f64::from(u16::try_from(hash).unwrap_or(0)) / 65_536.0
}

/// Suspects that are cleared: it was about their recipients.
pub(super) fn record_refused(shared: &Shared, cleared: Vec<(i64, Reply)>) {
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
