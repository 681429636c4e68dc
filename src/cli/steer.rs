//! What steers a running `send`: Ctrl-C, and what was asked from another terminal; and the bar that shows how far it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use indicatif::ProgressBar;
use tokio::sync::watch;

use super::exit::Exit;
use super::report::Report;
use super::{patience, words};
use crate::ledger::{Asked, Ledger};
use crate::model::{EditionId, IssueId, Speech, Words};

/// How often the ledger is asked whether to pause or to cancel: the promise is "within a second".
const LOOK_WAIT: Duration = Duration::from_millis(500);
/// Looks between two countings for the bar of which the last took long: counting may cost a twentieth of the time.
const COUNT_SHARE: u32 = 20;
/// Copies that would have left in the time without one after which a run waits for something.
const WAITS_AFTER: f64 = 10.0;

/// Steers the sending of one issue.
pub(super) struct Steer {
    ledger: Ledger,
    issue: IssueId,
    report: Report,
    pub(super) bar: ProgressBar,
    signalled: watch::Receiver<bool>,
}

/// When a copy last left: how far the bar was, for how many looks it has been there, and how fast copies left then.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    position: u64,
    n_looks: u32,
    per_second: f64,
}

impl Last {
    fn is_waiting(self) -> bool {
        let missed = LOOK_WAIT.as_secs_f64() * f64::from(self.n_looks) * self.per_second;
        self.n_looks > 2 && missed > WAITS_AFTER
    }
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    /// Send.
    On,
    /// Send no more, ever.
    Cancelled,
    /// A person pressed Ctrl-C.
    Interrupted,
}

impl Steer {
    /// Begins to listen; needs a runtime.
    pub(super) fn begin(ledger: &Ledger, issue: &IssueId, report: Report) -> Self {
        let (signals, signalled) = watch::channel(false);
        tokio::spawn(listen(signals));
        Self { ledger: ledger.clone(), issue: issue.clone(), report, bar: bar(report.is_quiet), signalled }
    }

    /// Whether a person has pressed Ctrl-C.
    pub(super) fn is_signalled(&self) -> bool {
        *self.signalled.borrow()
    }

    /// What was asked of the issue; while it is paused, waits.
    pub(super) async fn go(&self) -> Result<Go> {
        let mut is_told = false;
        loop {
            if self.is_signalled() {
                return Ok(Go::Interrupted);
            }
            match self.ledger.control(&self.issue)?.map(|control| control.asked) {
                None => {
                    if is_told {
                        self.say(&words!("resumed", "repris"));
                    }
                    return Ok(Go::On);
                }
                Some(Asked::Cancelled) => return Ok(Go::Cancelled),
                Some(Asked::Paused) => {
                    if !is_told {
                        let id = &self.issue;
                        self.say(&words!(
                            "paused; cco-news resume {id} lets it go on",
                            "en pause; cco-news resume {id} le laisse continuer"
                        ));
                    }
                    is_told = true;
                }
            }
            self.look_again().await;
        }
    }

    fn say(&self, words: &Words) {
        self.bar.suspend(|| self.report.alert(words));
    }

    async fn look_again(&self) {
        let mut signalled = self.signalled.clone();
        tokio::select! {
            _ = signalled.wait_for(|signalled| *signalled) => {}
            () = tokio::time::sleep(LOOK_WAIT) => {}
        }
    }

    /// Turns true when this run is to stop: at Ctrl-C, or when something is asked of the issue. The task ends with it.
    pub(super) fn stops(self: &Arc<Self>) -> (watch::Receiver<bool>, tokio::task::JoinHandle<()>) {
        let (stop, stopped) = watch::channel(false);
        let steer = Arc::clone(self);
        let task = tokio::spawn(async move {
            let (mut n_skips, mut last) = (0, Last::default());
            loop {
                steer.look_again().await;
                last = steer.show_speed(last);
                // A ledger that cannot be read stops the run by itself.
                let is_asked = steer.ledger.control(&steer.issue).is_ok_and(|control| control.is_some());
                if steer.is_signalled() || is_asked {
                    stop.send_replace(true);
                    return;
                }
                if n_skips == 0 {
                    n_skips = steer.show_counts();
                } else {
                    n_skips -= 1;
                }
            }
        });
        (stopped, task)
    }

    /// Shows the speed and how long the rest would take, or that it waits. Takes and gives when a copy last left.
    fn show_speed(&self, last: Last) -> Last {
        let is = self.bar.position();
        let last = if is == last.position {
            Last { n_looks: last.n_looks.saturating_add(1), ..last }
        } else {
            Last { position: is, n_looks: 0, per_second: self.bar.per_sec() }
        };
        let said =
            if last.is_waiting() { words!("waiting", "en attente") } else { speed(last.per_second, self.bar.eta()) };
        self.bar.set_prefix(self.report.say(&said).to_owned());
        last
    }

    /// Shows the counts of each language under the bar; gives for how many looks that is enough.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long counting takes decides how often it is done; nothing is recorded"
    )]
    fn show_counts(&self) -> u32 {
        if self.bar.is_hidden() {
            return u32::MAX;
        }
        let began = std::time::Instant::now();
        if let Ok(counts) = self.ledger.counts(&self.issue) {
            let line = |(edition, counts): (&EditionId, &crate::model::Counts)| {
                let counted = words::counted(counts);
                match self.report.speech {
                    Speech::En => format!("{edition}: {}", counted.en),
                    Speech::Fr => format!("{edition} : {}", counted.fr),
                }
            };
            // The bilingual edition last, as everywhere.
            let (both, own): (Vec<_>, Vec<_>) = counts.iter().partition(|(edition, _)| edition.is_both());
            self.bar.set_message(own.into_iter().chain(both).map(line).collect::<Vec<_>>().join("\n"));
        }
        u32::try_from(began.elapsed().as_millis() / LOOK_WAIT.as_millis()).unwrap_or(0).saturating_mul(COUNT_SHARE)
    }
}

fn bar(is_quiet: bool) -> ProgressBar {
    patience::bar(is_quiet, "{bar:24.cyan} {pos}/{len} {prefix}\n{msg}")
}

/// How fast copies leave and how long the rest would take: `42/s, 3 min left`.
fn speed(per_second: f64, left: Duration) -> Words {
    if per_second * 60.0 < 1.0 {
        return Words::default();
    }
    let fast = if per_second < 1.0 { format!("{:.0}/min", per_second * 60.0) } else { format!("{per_second:.0}/s") };
    let left = words::span(left.as_secs());
    words!("{fast}, {left} left", "{fast}, encore {left}")
}

/// Ctrl-C, SIGTERM, or a terminal that is closed: finish what is in flight and record it; a second one stops at once.
pub(super) async fn listen(signals: watch::Sender<bool>) {
    while let Some(asked) = signal().await {
        // A terminal that closes may say so twice, of itself and by its shell.
        if *signals.borrow() && asked == Signal::Stop {
            stop_at_once();
        }
        signals.send_replace(true);
    }
}

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Stop,
    #[cfg(unix)]
    HungUp,
}

/// The next signal; none: there is no hearing them here.
#[cfg(unix)]
async fn signal() -> Option<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return None };
    // `nohup` asks to outlive the terminal: whoever listens to the signal would not.
    let mut hung_up = if is_hangup_ignored() { None } else { signal(SignalKind::hangup()).ok() };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.ok().map(|()| Signal::Stop),
        asked = terminate.recv() => asked.map(|()| Signal::Stop),
        Some(()) = async { hung_up.as_mut()?.recv().await } => Some(Signal::HungUp),
    }
}

/// Whether SIGHUP, the first signal, was ignored when this process began (proc(5), `SigIgn`); where there is no such
/// file, it was not.
#[cfg(unix)]
pub fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
async fn signal() -> Option<Signal> {
    tokio::signal::ctrl_c().await.ok().map(|()| Signal::Stop)
}

#[expect(clippy::exit, reason = "the person has asked twice; the ledger knows what is in flight")]
fn stop_at_once() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_said_in_whole_numbers_and_the_rest_as_people_say_it() {
        let said = |per_second, seconds| speed(per_second, Duration::from_secs(seconds));
        assert_eq!(said(37.86, 15), words!("38/s, 15 s left", "38/s, encore 15 s"));
        assert_eq!(said(0.5, 7_990), words!("30/min, 2 h 14 left", "30/min, encore 2 h 14"));
        assert_eq!(said(9.6, 61), words!("10/s, 2 min left", "10/s, encore 2 min"));
        assert_eq!(said(0.0, 0), Words::default());
    }

    #[test]
    fn a_run_waits_when_ten_copies_could_have_left_and_none_did() {
        let waits = |per_second, n_looks| Last { position: 1, n_looks, per_second }.is_waiting();
        assert!(waits(100.0, 3) && !waits(100.0, 2));
        assert!(!waits(0.5, 20) && waits(0.5, 41), "a slow pace is no wait");
        assert!(!Last::default().is_waiting());
    }
}
