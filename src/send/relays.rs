//! The relays of a run: each with its own connections, pace and share of the work. One that is down, or refuses us, is
//! left alone, and what it would have sent goes by the others.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore};

use super::breaker::Breaker;
use super::engine::lock;
use super::pace::Pace;
use crate::ledger::Ledger;
use crate::mail::Mailer;
use crate::model::{Delivering, Reply};

/// Lanes of one relay that connect at once: a relay that is away is found out by few tries.
const CONNECTING_MAX: usize = 2;
/// Copies by which a relay may be ahead of its share: a reply that takes long holds up no other.
const AHEAD_MAX: u64 = 8;
/// So long a relay is waited for that takes nothing of its share: it hangs, and what is its goes to the others.
const HANGS_AFTER: Duration = Duration::from_secs(10);

/// So long a relay that could not be reached is left alone while others can; and so long a pass goes on with fewer
/// lanes of the only one, before the next pass tries them all again.
pub(super) const LEFT_FOR: SignedDuration = SignedDuration::from_secs(60);

/// A relay that a run may send by.
#[derive(Debug, Clone)]
pub struct Relay {
    /// What the office calls it; empty: the only one.
    pub name: String,
    /// The way out.
    pub mailer: Mailer,
    /// Its part of the copies, beside those of the others; none: as many as it takes.
    pub share: Option<u32>,
    /// Its own connections and pace; none: those of the run.
    pub own: Option<Delivering>,
}

impl From<Mailer> for Relay {
    /// The only one.
    fn from(mailer: Mailer) -> Self {
        Self { name: String::new(), mailer, share: None, own: None }
    }
}

impl Relay {
    /// Its name in the ledger.
    pub(super) fn way_out(&self) -> String {
        let kind = self.mailer.way_out();
        if self.name.is_empty() { kind.to_owned() } else { format!("{kind}:{}", self.name) }
    }
}

/// How it stands with one relay.
pub(super) struct Route {
    pub(super) relay: Relay,
    pub(super) way_out: String,
    pub(super) n_lanes: u32,
    pub(super) pace: Mutex<Pace>,
    pub(super) way: Mutex<Way>,
    pub(super) connecting: Semaphore,
    /// Lanes that run, and copies that they took, in this pass.
    n_running: AtomicU32,
    n_taken: AtomicU64,
    hangs: AtomicBool,
    /// It was reached, and does not carry addresses with letters beyond ASCII.
    is_ascii_only: AtomicBool,
}

/// How it stands with the way to a relay.
#[derive(Default)]
pub(super) struct Way {
    pub(super) breaker: Breaker,
    /// Why the last lane could not connect.
    pub(super) away: Option<Reply>,
    /// When a lane of this pass ended for that.
    pub(super) lost: Option<Timestamp>,
    /// From when on the pace lets more leave.
    pub(super) held: Option<Timestamp>,
    /// It refuses us, whoever the recipient is: nothing more goes by it in this run.
    pub(super) refuses: bool,
}

impl Route {
    pub(super) fn new(
        relay: Relay,
        of_run: &Delivering,
        zone: &TimeZone,
        ledger: &Ledger,
        now: Timestamp,
    ) -> Result<Self> {
        let delivering = relay.own.as_ref().unwrap_or(of_run);
        let way_out = relay.way_out();
        // The outbox and memory have no pace.
        let pace = if matches!(relay.mailer, Mailer::Smtp(_)) {
            let mut pace = Pace::new(delivering, zone.clone());
            if let Some(back) = pace.remembers() {
                for (at, n_messages) in ledger.sent_since(&way_out, now.saturating_sub(back)?)? {
                    pace.sent_before(at, n_messages);
                }
            }
            pace
        } else {
            Pace::none()
        };
        Ok(Self {
            way_out,
            n_lanes: delivering.connections.max(1),
            pace: Mutex::new(pace),
            way: Mutex::default(),
            connecting: Semaphore::new(CONNECTING_MAX),
            n_running: AtomicU32::new(0),
            n_taken: AtomicU64::new(0),
            hangs: AtomicBool::new(false),
            is_ascii_only: AtomicBool::new(false),
            relay,
        })
    }

    /// Keeps what the relay says of itself.
    pub(super) fn learn_utf8(&self, carries_utf8: bool) {
        self.is_ascii_only.store(!carries_utf8, Ordering::SeqCst);
    }

    /// Whether an address with letters beyond ASCII can go by it, as far as anybody knows.
    pub(super) fn may_carry_utf8(&self) -> bool {
        !self.is_ascii_only.load(Ordering::SeqCst) && !lock(&self.way).refuses
    }

    /// Whether it could not be reached a moment ago, or refuses us.
    fn is_left(&self, now: Timestamp) -> bool {
        let way = lock(&self.way);
        way.refuses || way.lost.is_some_and(|lost| now.duration_since(lost) <= LEFT_FOR)
    }

    /// Begins a pass; says how many lanes it has. A relay that was away is asked with one copy on one lane.
    fn begin(&self) -> u32 {
        let mut way = lock(&self.way);
        way.lost = None;
        let n_lanes = match way.refuses {
            true => 0,
            false if way.breaker.is_probing() => 1,
            false => self.n_lanes,
        };
        self.n_taken.store(0, Ordering::SeqCst);
        self.hangs.store(false, Ordering::SeqCst);
        self.n_running.store(n_lanes, Ordering::SeqCst);
        n_lanes
    }

    /// Whether it was away, and is only asked now.
    pub(super) fn is_probing(&self) -> bool {
        lock(&self.way).breaker.is_probing()
    }

    /// Whether a lane of it runs.
    pub(super) fn is_running(&self) -> bool {
        self.n_running.load(Ordering::SeqCst) > 0
    }

    /// A lane of it has ended.
    pub(super) fn ended(&self) {
        self.n_running.fetch_sub(1, Ordering::SeqCst);
    }

    /// Copies of its share that it has taken, in parts; none: it has no share, or takes nothing now.
    fn part(&self) -> Option<f64> {
        let is_served = self.n_running.load(Ordering::SeqCst) > 0 && !self.hangs.load(Ordering::SeqCst);
        let share = self.relay.share.filter(|_| is_served)?;
        #[expect(clippy::cast_precision_loss, reason = "copies of one pass")]
        let taken = self.n_taken.load(Ordering::SeqCst) as f64;
        Some(taken / f64::from(share.max(1)))
    }
}

/// Begins a pass: how many lanes each relay has in it.
pub(super) fn begin(routes: &[Route], now: Timestamp) -> Vec<u32> {
    let are_all_left = routes.iter().all(|route| route.is_left(now));
    routes.iter().map(|route| if route.is_left(now) && !are_all_left { 0 } else { route.begin() }).collect()
}

/// Whose turn it is.
pub(super) struct Turns {
    moved: Notify,
    hangs_after: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self { moved: Notify::new(), hangs_after: HANGS_AFTER }
    }
}

impl Turns {
    /// Waits until a relay is not ahead of its share, and counts a copy for it.
    pub(super) async fn take(&self, route: &Route, routes: &[Route]) {
        loop {
            let moved = self.moved.notified();
            let mut moved = std::pin::pin!(moved);
            // From here on no notice is missed.
            moved.as_mut().enable();
            if !is_ahead(route, routes) {
                route.n_taken.fetch_add(1, Ordering::SeqCst);
                route.hangs.store(false, Ordering::SeqCst);
                self.moved.notify_waiters();
                return;
            }
            if tokio::time::timeout(self.hangs_after, moved).await.is_err() {
                for other in routes.iter().filter(|other| other.part() < route.part()) {
                    other.hangs.store(true, Ordering::SeqCst);
                }
            }
        }
    }

    /// A lane has ended, or a copy was not sent: the others look again.
    pub(super) fn moved(&self) {
        self.moved.notify_waiters();
    }
}

fn is_ahead(route: &Route, routes: &[Route]) -> bool {
    let Some(part) = route.part() else { return false };
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let slack = AHEAD_MAX as f64 / f64::from(route.relay.share.unwrap_or(1).max(1));
    routes.iter().filter_map(Route::part).any(|other| part > other + slack)
}

/// What all relays come to, when a pass is over.
pub(super) struct Standing {
    /// Why one could not be reached.
    pub(super) away: Option<Reply>,
    /// Every one that could send is held by its pace, or away: when the first may go on.
    pub(super) until: Option<Timestamp>,
    /// One of them is held by its pace.
    pub(super) is_held: bool,
}

pub(super) fn standing(routes: &[Route]) -> Standing {
    let mut standing = Standing { away: None, until: None, is_held: false };
    let mut is_free = false;
    for route in routes {
        let way = lock(&route.way);
        if way.refuses {
            continue;
        }
        standing.away = standing.away.or_else(|| way.away.clone().filter(|_| way.lost.is_some()));
        match way.held {
            Some(held) => {
                standing.is_held = true;
                standing.until = Some(standing.until.map_or(held, |until| until.min(held)));
            }
            None => is_free |= way.lost.is_none(),
        }
    }
    if is_free {
        standing.until = None;
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Memory;

    fn route(share: Option<u32>) -> Route {
        let relay = Relay { share, ..Relay::from(Mailer::Memory(Memory::new())) };
        Route {
            way_out: relay.way_out(),
            n_lanes: 4,
            pace: Mutex::new(Pace::none()),
            way: Mutex::default(),
            connecting: Semaphore::new(1),
            n_running: AtomicU32::new(4),
            n_taken: AtomicU64::new(0),
            hangs: AtomicBool::new(false),
            is_ascii_only: AtomicBool::new(false),
            relay,
        }
    }

    #[tokio::test]
    async fn shares_are_kept_while_all_run_and_one_that_ended_holds_up_nobody() {
        let routes = [route(Some(3)), route(Some(1)), route(None)];
        let turns = Turns::default();
        let taken = |n: usize| routes[n].n_taken.load(Ordering::SeqCst);
        // The third takes what it can, and counts for nobody.
        for _ in 0..500 {
            turns.take(&routes[2], &routes).await;
        }
        let both = async {
            loop {
                turns.take(&routes[0], &routes).await;
                tokio::task::yield_now().await;
            }
        };
        let less = async {
            for _ in 0..100 {
                turns.take(&routes[1], &routes).await;
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = both => {}
            () = less => {}
        }
        assert_eq!(taken(1), 100);
        assert!(taken(0).abs_diff(300) <= 3 * (AHEAD_MAX + 2), "{}", taken(0));
        for _ in 0..4 {
            routes[1].ended();
        }
        for _ in 0..1000 {
            turns.take(&routes[0], &routes).await;
        }
        assert!(taken(0) > 1000);
    }

    #[tokio::test]
    async fn a_relay_that_hangs_holds_up_nobody_for_long() {
        let routes = [route(Some(1)), route(Some(1))];
        let turns = Turns { hangs_after: Duration::from_millis(5), ..Turns::default() };
        turns.take(&routes[1], &routes).await;
        // The other takes nothing more, and its lanes still run.
        for _ in 0..200 {
            turns.take(&routes[0], &routes).await;
        }
        assert_eq!(routes[0].n_taken.load(Ordering::SeqCst), 200);
        assert!(routes[1].part().is_none());
        turns.take(&routes[1], &routes).await;
        assert!(routes[1].part().is_some(), "it is back");
    }
}
