//! That the program is at work: after a second without a word, a line on the terminal with the seconds so far, for every
//! command. A bar of a command's own takes its place.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::report::{Report, is_on_terminal};

/// How long nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two pictures of the line.
const TICK: Duration = Duration::from_millis(120);

/// The line that is shown now, and whether one may be: one process has one terminal.
static SHOWN: Mutex<Line> = Mutex::new(Line { bar: None, is_over: false });

struct Line {
    bar: Option<ProgressBar>,
    is_over: bool,
}

fn line() -> MutexGuard<'static, Line> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The line waits, or is shown, until this is dropped.
pub(super) struct Patience {
    work: Option<(Sender<()>, JoinHandle<()>)>,
}

/// Begins to wait. `command` is what the person typed.
pub(super) fn begin(command: &str, report: Report) -> Patience {
    if report.is_quiet || report.is_logged || !is_on_terminal() {
        return Patience { work: None };
    }
    let said = words!("at work: {command}", "en cours : {command}");
    let said = report.say(&said).to_owned();
    let (end, ended) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let mut line = line();
        if line.is_over {
            return;
        }
        let style = ProgressStyle::with_template("{spinner:.cyan} {msg} ({elapsed})").expect("the template is ours");
        let bar = ProgressBar::new_spinner().with_style(style).with_message(said).with_elapsed(PATIENCE);
        bar.enable_steady_tick(TICK);
        line.bar = Some(bar);
        drop(line);
        let _ = ended.recv(); // Both its word and its end are the end.
        hide();
    });
    Patience { work: Some((end, thread)) }
}

impl Drop for Patience {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.work.take() {
            drop(end);
            let _ = thread.join(); // A line that could not be shown ends nothing.
        }
    }
}

/// Takes the line away for good: a bar, a question, or a page that stays comes in its place.
pub(super) fn hide() {
    let mut line = line();
    line.is_over = true;
    if let Some(bar) = line.bar.take() {
        bar.finish_and_clear();
    }
}

/// A bar of a command's own on a terminal; nothing elsewhere.
pub(super) fn bar(is_quiet: bool, template: &str) -> ProgressBar {
    if is_quiet || !is_on_terminal() {
        return ProgressBar::hidden();
    }
    hide();
    ProgressBar::new(0).with_style(ProgressStyle::with_template(template).expect("the template is ours"))
}

/// Prints while the line makes room.
pub(super) fn aside(print: impl FnOnce()) {
    match &line().bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}
