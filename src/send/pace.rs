//! How many now: a steady gap between messages, what an hour and a day may hold, the hours in which copies leave, and
//! when a deferred copy is tried again. Pure.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::{Delivering, Hours};

/// Waits after the first tries, in minutes; then hourly. RFC 5321 4.5.4.1 asks for half an hour "except where the
/// failure is known to be short", as greylisting is.
const RETRY_MINUTES: [i64; 4] = [5, 15, 30, 60];
/// Hourly tries spread over so many minutes, or whatever was deferred together would come together for ever.
const RETRY_SPREAD_MINUTES: f64 = 10.0;
/// A longer wait is not waited for with a copy in hand: its connection would grow old, and it could not be suppressed.
const WAIT_SECONDS_MAX: i64 = 90;
/// In so many parts of an hour, or of a day, messages are counted.
const PARTS: i32 = 60;

/// Spreads messages evenly, and never lets an hour, a day or the night have more than the office allows.
#[derive(Debug, Clone)]
pub struct Pace {
    gap: SignedDuration,
    next: Option<Timestamp>,
    caps: Vec<Cap>,
    hours: Option<(Hours, TimeZone)>,
}

/// Whether a message may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After this wait; the place is taken.
    In(SignedDuration),
    /// Not before then; no place is taken.
    From(Timestamp),
}

impl Pace {
    /// A pace as the office sets it; `zone` is the one in which its hours are read.
    pub fn new(delivering: &Delivering, zone: TimeZone) -> Self {
        let gap = |limit: u32, period: i64| if limit == 0 { 0 } else { period * 1_000_000_000 / i64::from(limit) };
        let gap = gap(delivering.messages_per_second, 1).max(gap(delivering.messages_per_minute, 60));
        let caps = [(delivering.messages_per_hour, 1), (delivering.messages_per_day, 24)];
        Self {
            gap: SignedDuration::from_nanos(gap),
            next: None,
            caps: caps
                .into_iter()
                .filter(|(limit, _)| *limit > 0)
                .map(|(limit, hours)| Cap::new(limit, hours))
                .collect(),
            hours: delivering.hours.map(|hours| (hours, zone)),
        }
    }

    /// No pace at all.
    pub const fn none() -> Self {
        Self { gap: SignedDuration::ZERO, next: None, caps: Vec::new(), hours: None }
    }

    /// How far back it matters what earlier runs sent; none: it does not.
    pub fn remembers(&self) -> Option<SignedDuration> {
        self.caps.iter().map(|cap| cap.period).max()
    }

    /// Takes in what an earlier run sent, in the order of time.
    pub fn sent_before(&mut self, at: Timestamp, n_messages: u64) {
        self.caps.iter_mut().for_each(|cap| cap.count(at, n_messages));
    }

    /// Takes a place.
    pub fn take(&mut self, now: Timestamp) -> Place {
        let mut at = self.next.map_or(now, |next| next.max(now));
        for cap in &mut self.caps {
            at = cap.free_at(at);
        }
        if let Some((hours, zone)) = &self.hours {
            at = hours.opens(at, zone);
        }
        let wait = at.duration_since(now);
        if wait > SignedDuration::from_secs(WAIT_SECONDS_MAX).max(self.gap) {
            return Place::From(at);
        }
        self.caps.iter_mut().for_each(|cap| cap.count(at, 1));
        self.next = at.checked_add(self.gap).ok();
        Place::In(wait)
    }

    /// How many messages a few seconds hold: what is worth claiming ahead.
    pub fn messages_in(&self, seconds: u32) -> u32 {
        let gap = self.gap.as_nanos();
        if gap == 0 {
            return u32::MAX;
        }
        u32::try_from(i128::from(seconds) * 1_000_000_000 / gap).unwrap_or(u32::MAX)
    }
}

/// What a time may hold. Messages are counted by parts of it, so that it costs no memory; the part that is ending
/// counts in full, so that no window of that length has more.
#[derive(Debug, Clone)]
struct Cap {
    limit: u64,
    period: SignedDuration,
    part: SignedDuration,
    counts: VecDeque<(Timestamp, u64)>,
    total: u64,
}

impl Cap {
    fn new(limit: u32, hours: i64) -> Self {
        let period = SignedDuration::from_hours(hours);
        Self { limit: u64::from(limit), period, part: period / PARTS, counts: VecDeque::new(), total: 0 }
    }

    /// When what was counted in the part that begins then no longer matters.
    fn ends(&self, part: Timestamp) -> Timestamp {
        part.saturating_add(self.period + self.part).unwrap_or(Timestamp::MAX)
    }

    /// The first moment from `at` on at which one more may leave.
    fn free_at(&mut self, at: Timestamp) -> Timestamp {
        while let Some(&(part, n_messages)) = self.counts.front()
            && self.ends(part) <= at
        {
            self.counts.pop_front();
            self.total -= n_messages;
        }
        let mut left = self.total;
        let mut free = at;
        for &(part, n_messages) in &self.counts {
            if left < self.limit {
                break;
            }
            left -= n_messages;
            free = self.ends(part);
        }
        free
    }

    fn count(&mut self, at: Timestamp, n_messages: u64) {
        self.total += n_messages;
        match self.counts.back_mut() {
            Some((part, there)) if at.duration_since(*part) < self.part => *there += n_messages,
            _ => self.counts.push_back((at, n_messages)),
        }
    }
}

/// When a copy is tried again after `tries` earlier tries; none: its window has closed. `spread`, 0 to 1, says where in
/// the spread of hourly tries it stands.
pub fn next_try(tries: u32, first_try: Timestamp, now: Timestamp, retry_hours: u32, spread: f64) -> Option<Timestamp> {
    let nth = usize::try_from(tries).unwrap_or(usize::MAX);
    let wait = match RETRY_MINUTES.get(nth) {
        Some(minutes) => SignedDuration::from_mins(*minutes),
        None => {
            SignedDuration::from_secs_f64(60.0 * (60.0 - RETRY_SPREAD_MINUTES / 2.0 + spread * RETRY_SPREAD_MINUTES))
        }
    };
    let next = now.checked_add(wait).ok()?;
    let end = first_try.checked_add(SignedDuration::from_hours(i64::from(retry_hours))).ok()?;
    (next <= end).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        // 13:00 in Toronto.
        "2026-12-09T18:00:00Z".parse().unwrap()
    }

    fn pace(delivering: &Delivering) -> Pace {
        Pace::new(delivering, TimeZone::get("America/Toronto").unwrap())
    }

    fn none() -> Delivering {
        Delivering { messages_per_minute: 0, ..Delivering::default() }
    }

    #[test]
    fn a_pace_is_never_exceeded() {
        for (per_second, per_minute) in [(0, 1), (0, 30), (0, 1000), (0, 60_000), (7, 0), (2, 600)] {
            let set = Delivering { messages_per_second: per_second, messages_per_minute: per_minute, ..none() };
            let mut pace = pace(&set);
            let mut at = Vec::new();
            let mut now = start();
            for n in 0..200_u32 {
                // Callers come early, late and in bursts.
                let Place::In(wait) = pace.take(now) else {
                    now = now.checked_add(SignedDuration::from_secs(60)).unwrap();
                    continue;
                };
                at.push(now.checked_add(wait).unwrap());
                now = now.checked_add(SignedDuration::from_millis(i64::from(n * 37 % 101))).unwrap();
            }
            let gaps = [(per_second, 1), (per_minute, 60)].into_iter().filter(|(limit, _)| *limit > 0);
            let gap = gaps.map(|(limit, period)| period * 1_000_000_000 / i64::from(limit)).max().unwrap();
            assert!(at.len() > 90);
            assert!(at.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= SignedDuration::from_nanos(gap)));
        }
        assert_eq!(Pace::none().take(start()), Place::In(SignedDuration::ZERO));
        assert_eq!(pace(&Delivering::default()).messages_in(5), 2);
    }

    #[test]
    fn no_hour_and_no_day_has_more_than_it_may() {
        let mut pace = pace(&Delivering { messages_per_hour: 50, messages_per_day: 120, ..none() });
        assert_eq!(pace.remembers(), Some(SignedDuration::from_hours(24)));
        // An earlier run sent some.
        let before = start().checked_sub(SignedDuration::from_mins(30)).unwrap();
        pace.sent_before(before, 20);
        let mut left = vec![before; 20];
        let mut now = start();
        while left.len() < 400 {
            match pace.take(now) {
                Place::In(wait) => {
                    now = now.checked_add(wait).unwrap();
                    left.push(now);
                    now = now.checked_add(SignedDuration::from_secs(41)).unwrap();
                }
                Place::From(at) => {
                    assert!(at > now);
                    now = at;
                }
            }
        }
        let most = |hours: i64| {
            let within =
                |from: &Timestamp, at: &Timestamp| at.duration_since(*from) < SignedDuration::from_hours(hours);
            (0..left.len()).map(|n| left[n..].iter().take_while(|at| within(&left[n], at)).count()).max().unwrap()
        };
        assert_eq!((most(1), most(24)), (50, 120));
    }

    #[test]
    fn nothing_leaves_at_night() {
        let hours = Hours::parse("07:00-19:00");
        let mut pace = pace(&Delivering { hours, messages_per_minute: 1, ..none() });
        let mut now = start();
        let mut n_nights = 0;
        for _ in 0..2000 {
            match pace.take(now) {
                Place::In(wait) => {
                    now = now.checked_add(wait).unwrap();
                    let hour = now.in_tz("America/Toronto").unwrap().hour();
                    assert!((7..19).contains(&hour), "{now}");
                }
                Place::From(at) => {
                    n_nights += 1;
                    now = at;
                }
            }
        }
        assert_eq!(n_nights, 3);
    }

    #[test]
    fn a_deferred_copy_is_tried_after_5_15_30_60_minutes_then_hourly_until_its_window_closes() {
        let first = start();
        for spread in [0.0, 0.5, 0.999] {
            let mut now = first;
            let mut waits = Vec::new();
            for tries in 0.. {
                let Some(next) = next_try(tries, first, now, 6, spread) else { break };
                waits.push(next.duration_since(now).as_secs_f64() / 60.0);
                now = next;
            }
            assert_eq!(waits[..4], [5.0, 15.0, 30.0, 60.0]);
            let hourly = 55.0 + 10.0 * spread;
            assert!(waits[4..].iter().all(|wait| (wait - hourly).abs() < 0.01) && waits.len() >= 7, "{waits:?}");
        }
    }
}
