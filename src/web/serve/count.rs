//! What happened since the program began, as counts that name nobody (Prometheus text format).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Fault, Serve};

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Count {
    /// Requests, but for those of programs that watch.
    Request,
    /// Forms that changed something, or asked for a letter.
    Change,
    /// Requests that were turned away.
    Refused,
    /// Requests that could not be answered.
    Fault,
    /// Letters handed over.
    Letter,
    /// Letters that were refused, or are tried again.
    LetterNot,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Counts([AtomicU64; 6]);

/// Each count, what it is called and what it is.
const NAMES: [(Count, &str, &str); 6] = [
    (Count::Request, "requests", "Requests answered."),
    (Count::Change, "changes", "Forms that changed something or asked for a letter."),
    (Count::Refused, "refused", "Requests turned away."),
    (Count::Fault, "faults", "Requests that could not be answered."),
    (Count::Letter, "letters", "Letters handed over."),
    (Count::LetterNot, "letters_failed", "Tries of letters that failed."),
];

impl Counts {
    pub(super) fn add(&self, count: Count) {
        self.0[count as usize].fetch_add(1, Ordering::Relaxed);
    }
}

impl Serve {
    /// Every count, and how many people there are of each status.
    pub(super) async fn metrics(&self) -> Result<String, Fault> {
        let (standing, waiting) = self.look(|ledger| Ok((ledger.standing()?, ledger.letters_waiting()?))).await?;
        let mut out = String::new();
        // Writing to a String does not fail.
        for (count, name, what) in NAMES {
            let value = self.counts.0[count as usize].load(Ordering::Relaxed);
            let _ = write!(
                out,
                "# HELP cco_news_{name}_total {what}\n# TYPE cco_news_{name}_total counter\ncco_news_{name}_total {value}\n"
            );
        }
        out.push_str("# HELP cco_news_subscribers People by status.\n# TYPE cco_news_subscribers gauge\n");
        for (status, n) in standing {
            let _ = writeln!(out, "cco_news_subscribers{{status=\"{status}\"}} {n}");
        }
        let _ = write!(
            out,
            "# HELP cco_news_letters_waiting Letters that wait.\n# TYPE cco_news_letters_waiting gauge\n\
             cco_news_letters_waiting {waiting}\n"
        );
        Ok(out)
    }
}
