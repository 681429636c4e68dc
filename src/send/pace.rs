//! How many now: a steady gap between messages, and when a deferred copy is tried again. Pure.

use jiff::{SignedDuration, Timestamp};

/// Waits after the first tries, in minutes; then hourly. RFC 5321 4.5.4.1 asks for half an hour "except where the
/// failure is known to be short", as greylisting is.
const RETRY_MINUTES: [i64; 4] = [5, 15, 30, 60];

/// Spreads messages evenly: `per_minute` in any minute, never more. 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    gap: SignedDuration,
    next: Option<Timestamp>,
}

impl Pace {
    /// A pace of so many messages a minute.
    pub fn new(per_minute: u32) -> Self {
        let gap = if per_minute == 0 { 0 } else { 60_000_000_000 / i64::from(per_minute) };
        Self { gap: SignedDuration::from_nanos(gap), next: None }
    }

    /// Takes a place; the time for which its message has to wait.
    pub fn take(&mut self, now: Timestamp) -> SignedDuration {
        let at = self.next.map_or(now, |next| next.max(now));
        self.next = at.checked_add(self.gap).ok();
        at.duration_since(now)
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

/// When a copy is tried again after `tries` earlier tries; none: its window has closed.
pub fn next_try(tries: u32, first_try: Timestamp, now: Timestamp, retry_hours: u32) -> Option<Timestamp> {
    let nth = usize::try_from(tries).unwrap_or(usize::MAX);
    let minutes = RETRY_MINUTES.get(nth).copied().unwrap_or(60);
    let next = now.checked_add(SignedDuration::from_mins(minutes)).ok()?;
    let end = first_try.checked_add(SignedDuration::from_hours(i64::from(retry_hours))).ok()?;
    (next <= end).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_never_exceeded() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        for per_minute in [1, 30, 1000, 60_000] {
            let mut pace = Pace::new(per_minute);
            let mut at = Vec::new();
            let mut now = start;
            for n in 0..200_u32 {
                // Callers come early, late and in bursts.
                let wait = pace.take(now);
                at.push(now.checked_add(wait).unwrap());
                now = now.checked_add(SignedDuration::from_millis(i64::from(n * 37 % 101))).unwrap();
            }
            let gap = SignedDuration::from_nanos(60_000_000_000 / i64::from(per_minute));
            assert!(at.windows(2).all(|pair| pair[1].duration_since(pair[0]) >= gap));
        }
        assert_eq!(Pace::new(0).take(start), SignedDuration::ZERO);
        assert_eq!(Pace::new(30).messages_in(5), 2);
    }

    #[test]
    fn a_deferred_copy_is_tried_after_5_15_30_60_minutes_then_hourly_until_its_window_closes() {
        let first = Timestamp::from_second(1_800_000_000).unwrap();
        let mut now = first;
        let mut waits = Vec::new();
        for tries in 0.. {
            let Some(next) = next_try(tries, first, now, 5) else { break };
            waits.push(next.duration_since(now).as_mins());
            now = next;
        }
        assert_eq!(waits, [5, 15, 30, 60, 60, 60, 60]);
    }
}
