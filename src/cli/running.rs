//! What a run of sending has from its shell: a clock, a pace with its time zone, and what is shown meanwhile.

use std::sync::Arc;

use indicatif::ProgressBar;
use jiff::SignedDuration;

use super::{Shell, clock};
use crate::model::{Delivering, Newsletter, RelaySettings, Words};
use crate::send::{Clock, Tell};

/// How fast and by which way; hours are read in the schedule's time zone unless they have one of their own.
pub(super) fn delivering(newsletter: &Newsletter) -> Delivering {
    let mut delivering = newsletter.delivery.clone();
    delivering.time_zone.get_or_insert_with(|| newsletter.schedule.time_zone.clone());
    delivering
}

/// The same by one of several relays.
pub(super) fn delivering_by(newsletter: &Newsletter, relay: &RelaySettings) -> Delivering {
    delivering(newsletter).by(relay)
}

/// The clock of a run: read once, and moved on by the machine's own counter, so that a clock set while copies leave
/// makes none of them late or due.
#[expect(clippy::disallowed_methods, reason = "only `cli` reads the clock")]
pub(super) fn steady_clock() -> Clock {
    let (began, counter) = (clock(), std::time::Instant::now());
    Arc::new(move || {
        began.saturating_add(SignedDuration::try_from(counter.elapsed()).unwrap_or_default()).unwrap_or(began)
    })
}

/// What happens, in lines that begin with the time of day; the bar makes room for them.
pub(super) fn tell(bar: ProgressBar, shell: &Shell) -> Tell {
    let (report, zone) = (shell.report, shell.config.newsletter.schedule.time_zone.clone());
    Arc::new(move |words: &Words| {
        let now = clock();
        let hour = now.in_tz(&zone).map_or_else(|_| now.to_string(), |local| local.strftime("%H:%M:%S").to_string());
        bar.suspend(|| report.text(format!("{hour} {}", report.say(words))));
    })
}
