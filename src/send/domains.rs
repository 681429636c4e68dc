//! How many now to one domain: what the office has set, and half of what it was when the domain asks for less. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::{Delivering, DomainPace, Outcome, Reply};

/// Domains whose messages are counted at once: when there are more, those who send little are many.
const DOMAINS_MAX: usize = 10_000;
/// A complaint in so many seconds after another is about the same messages: those that were under way.
const SAME_SECONDS: i64 = 15;
/// How early a message may be: less than it costs to put it off.
const EARLY: SignedDuration = SignedDuration::from_secs(1);
/// Nothing is put off for longer: by then the domain may take more again.
const PUT_OFF: SignedDuration = SignedDuration::from_secs(300);
/// A domain never gets less, in messages a minute, nor less than this part of what it had: a list must end.
const RATE_MIN: f64 = 1.0;
const RATE_PART_MIN: f64 = 1.0 / 16.0;
/// What a quiet minute adds.
const QUIET_GAIN: f64 = 1.1;

/// The domains that matter now.
#[derive(Debug, Default)]
pub(super) struct Domains {
    set: BTreeMap<String, DomainPace>,
    known: BTreeMap<String, Domain>,
    swept: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Domain {
    set: DomainPace,
    n_open: u32,
    /// Messages a minute while it asks for less, what they were before, and since when it has been quiet.
    slowed: Option<Slowed>,
    /// The next place.
    next: Option<Timestamp>,
    /// The last place that was given to a message put off.
    last_off: Option<Timestamp>,
    /// When it was first seen, the minute that is counted, its messages, and those of the minute before.
    first: Option<Timestamp>,
    minute: i64,
    n_now: u32,
    n_before: u32,
}

#[derive(Debug, Clone, Copy)]
struct Slowed {
    rate: f64,
    full: f64,
    quiet_since: Timestamp,
}

/// Whether a message to a domain may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now; [`Domains::done`] must follow.
    Go,
    /// As many are under way as may be.
    Full,
    /// Not before then.
    Later(Timestamp),
}

impl Domains {
    pub(super) fn new(delivering: &Delivering) -> Self {
        Self { set: delivering.domain.clone(), ..Self::default() }
    }

    /// Takes a turn for one message.
    pub(super) fn turn(&mut self, name: &str, now: Timestamp) -> Turn {
        self.sweep(now);
        if !self.known.contains_key(name) {
            let set = self.set.get(name).copied();
            if self.known.len() >= DOMAINS_MAX && set.is_none() {
                return Turn::Go;
            }
            self.known.insert(name.to_owned(), Domain { set: set.unwrap_or_default(), ..Domain::default() });
        }
        self.known.get_mut(name).map_or(Turn::Go, |domain| domain.turn(now))
    }

    /// A message was answered, or not tried after all; gives the domain's new pace in messages a minute when the answer
    /// asks for less: a 4.7.x (RFC 3463 3.8), or a 421 that does not say it is about the relay itself (4.3.x). Greylisting
    /// asks for patience, not for less.
    pub(super) fn done(&mut self, name: &str, outcome: Option<&Outcome>, now: Timestamp) -> Option<u32> {
        let asks_for_less = |reply: &Reply| {
            let text = reply.text.to_ascii_lowercase();
            let is_greylisting = ["greylist", "graylist", "grey-list"].iter().any(|word| text.contains(word));
            let is_policy = reply.enhanced.as_deref().map(|enhanced| enhanced.starts_with("4.7."));
            is_policy.unwrap_or(reply.code == 421) && !is_greylisting
        };
        let is_less = matches!(outcome, Some(Outcome::Deferred(reply)) if asks_for_less(reply));
        let domain = self.known.get_mut(name)?;
        domain.n_open = domain.n_open.saturating_sub(1);
        if is_less { domain.slow_down(now) } else { None }
    }

    /// Forgets who has been quiet: once a minute.
    fn sweep(&mut self, now: Timestamp) {
        if self.swept.is_some_and(|swept| now.duration_since(swept).as_secs() < 60) {
            return;
        }
        self.swept = Some(now);
        let minute = now.as_second() / 60;
        self.known.retain(|_, domain| domain.n_open > 0 || domain.slowed.is_some() || domain.minute + 1 >= minute);
    }
}

impl Domain {
    fn turn(&mut self, now: Timestamp) -> Turn {
        self.recover(now);
        if self.set.connections > 0 && self.n_open >= self.set.connections {
            return Turn::Full;
        }
        let limits = [self.slowed.map(|slowed| slowed.rate), Some(f64::from(self.set.messages_per_minute))];
        let limit = limits.into_iter().flatten().filter(|limit| *limit > 0.0).reduce(f64::min);
        if let Some(limit) = limit {
            let gap = SignedDuration::from_secs_f64(60.0 / limit);
            let next = self.next.unwrap_or(now);
            if next > now.saturating_add(EARLY).unwrap_or(now) {
                let off = self.last_off.map_or(next, |last| last.max(next)).saturating_add(gap).unwrap_or(next);
                let off = off.min(now.saturating_add(PUT_OFF).unwrap_or(off));
                self.last_off = Some(off);
                return Turn::Later(off);
            }
            self.next = next.max(now).checked_add(gap).ok();
        }
        self.n_open += 1;
        self.count(now);
        Turn::Go
    }

    fn count(&mut self, now: Timestamp) {
        let minute = now.as_second() / 60;
        self.first.get_or_insert(now);
        if minute != self.minute {
            self.n_before = if minute == self.minute + 1 { self.n_now } else { 0 };
            (self.minute, self.n_now) = (minute, 0);
        }
        self.n_now += 1;
    }

    /// Messages a minute that it gets now.
    fn rate(&self, now: Timestamp) -> f64 {
        let seconds = self.first.map_or(60, |first| now.duration_since(first).as_secs().clamp(1, 60));
        match u32::try_from(seconds) {
            Ok(seconds @ 1..60) => f64::from((self.n_now + self.n_before) * 60) / f64::from(seconds),
            _ => f64::from(self.n_now.max(self.n_before)),
        }
    }

    /// Halves what the domain gets.
    fn slow_down(&mut self, now: Timestamp) -> Option<u32> {
        let had = match self.slowed {
            Some(slowed) if now.duration_since(slowed.quiet_since).as_secs() < SAME_SECONDS => {
                return None;
            }
            Some(slowed) => slowed,
            None => {
                let measured = self.rate(now);
                Slowed { rate: measured, full: measured, quiet_since: now }
            }
        };
        let rate = (had.rate / 2.0).max(RATE_MIN).max(had.full * RATE_PART_MIN);
        self.slowed = Some(Slowed { rate, quiet_since: now, ..had });
        self.last_off = None;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is small and positive")]
        Some(rate.round() as u32)
    }

    /// Gives back a tenth for each quiet minute, until it has what it had.
    fn recover(&mut self, now: Timestamp) {
        let Some(mut slowed) = self.slowed else { return };
        while now.duration_since(slowed.quiet_since).as_secs() >= 60 {
            slowed.rate *= QUIET_GAIN;
            slowed.quiet_since = slowed.quiet_since.saturating_add(SignedDuration::from_secs(60)).unwrap_or(now);
            if slowed.rate >= slowed.full {
                self.slowed = None;
                return;
            }
        }
        self.slowed = Some(slowed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, enhanced: &str) -> Outcome {
        Outcome::Deferred(Reply { code, enhanced: Some(enhanced.to_owned()), text: String::new() })
    }

    /// Messages to one domain in each minute, when a sender has as many as it may; the domain asks for less in `minute`.
    fn minutes(domains: &mut Domains, name: &str, less_in: Option<i64>) -> Vec<u32> {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let mut sent = vec![0; 12];
        for second in 0..720 {
            let now = start.checked_add(SignedDuration::from_secs(second)).unwrap();
            for _ in 0..2 {
                if domains.turn(name, now) == Turn::Go {
                    sent[usize::try_from(second / 60).unwrap()] += 1;
                    let asks = less_in == Some(second / 60) && second % 60 < 10;
                    domains.done(name, asks.then(|| reply(421, "4.7.0")).as_ref(), now);
                }
            }
        }
        sent
    }

    #[test]
    fn a_domain_that_asks_for_less_gets_half_and_a_tenth_more_each_quiet_minute_and_others_keep_theirs() {
        let mut domains = Domains::default();
        let slowed = minutes(&mut domains, "slow.example", Some(2));
        assert_eq!(slowed[..2], [120, 120]);
        assert!((58..=72).contains(&slowed[3]), "{slowed:?}");
        assert!(slowed[3..10].windows(2).all(|pair| pair[0] < pair[1]), "{slowed:?}");
        assert_eq!(slowed[11], 120, "{slowed:?}");
        assert_eq!(minutes(&mut domains, "other.example", None), [120; 12]);
    }

    #[test]
    fn greylisting_and_a_relay_that_closes_slow_no_domain() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut domains = Domains::default();
        let greylisted = Outcome::Deferred(Reply {
            code: 451,
            enhanced: Some("4.7.1".to_owned()),
            text: "Greylisting in action".to_owned(),
        });
        let bare = Outcome::Deferred(Reply { code: 421, enhanced: None, text: String::new() });
        for (outcome, is_slower) in [(greylisted, false), (reply(421, "4.3.2"), false), (bare, true)] {
            assert_eq!(domains.turn("d.example", now), Turn::Go);
            assert_eq!(domains.done("d.example", Some(&outcome), now).is_some(), is_slower, "{outcome:?}");
        }
    }

    #[test]
    fn a_domain_has_its_own_pace_and_its_own_number_under_way() {
        let of = |per_minute, connections| {
            let pace = DomainPace { messages_per_minute: per_minute, connections, retry_hours: None };
            Domains::new(&Delivering { domain: [("d.example".to_owned(), pace)].into(), ..Delivering::default() })
        };
        let sent = minutes(&mut of(10, 0), "d.example", None);
        assert!(sent.iter().all(|n| (9..=11).contains(n)), "{sent:?}");
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut domains = of(0, 2);
        let turns: Vec<Turn> = (0..3).map(|_| domains.turn("d.example", now)).collect();
        assert_eq!(turns, [Turn::Go, Turn::Go, Turn::Full]);
        domains.done("d.example", None, now);
        assert_eq!(domains.turn("d.example", now), Turn::Go);
        // Put off one after the other, and not for ever.
        let mut domains = of(30, 0);
        let later: Vec<i64> = (0..1000)
            .filter_map(|_| match domains.turn("d.example", now) {
                Turn::Later(at) => Some(at.duration_since(now).as_secs()),
                _ => None,
            })
            .collect();
        assert_eq!((later[0], later[1], later.last()), (4, 6, Some(&300)));
    }

    #[test]
    fn a_million_domains_do_not_fill_the_memory() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut domains = Domains::default();
        for n in 0..20_000 {
            assert_eq!(domains.turn(&format!("d{n}.example"), now), Turn::Go);
            domains.done(&format!("d{n}.example"), None, now);
        }
        assert_eq!(domains.known.len(), DOMAINS_MAX);
        domains.turn("x.example", now.checked_add(SignedDuration::from_secs(180)).unwrap());
        assert_eq!(domains.known.len(), 1);
    }
}
