//! Small sentences that several commands say.

use jiff::Timestamp;

use crate::model::{InputChange, Newsletter, Words};

/// A moment in the newsletter's time zone.
pub(super) fn moment(at: Timestamp, newsletter: &Newsletter) -> String {
    let zone = newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC);
    format!("{} ({})", at.to_zoned(zone).strftime("%Y-%m-%d %H:%M"), newsletter.schedule.time_zone)
}

/// `1 story`, `2 stories`, `aucun texte`.
pub(super) fn count(n: usize, en: [&str; 2], fr: [&str; 2]) -> Words {
    Words {
        en: format!("{n} {}", if n == 1 { en[0] } else { en[1] }),
        // In French 0 and 1 are singular.
        fr: format!("{n} {}", if n < 2 { fr[0] } else { fr[1] }),
    }
}

/// What became of a file that went into an issue.
pub(super) fn change(change: &InputChange) -> Words {
    match change {
        InputChange::Changed(file) => words!("`{file}` has changed", "`{file}` a changé"),
        InputChange::Gone(file) => words!("`{file}` is gone", "`{file}` a disparu"),
        InputChange::Added(file) => words!("`{file}` is new", "`{file}` est nouveau"),
    }
}
