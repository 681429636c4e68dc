//! Small sentences that several commands say.

use anyhow::Result;
use jiff::Timestamp;

use crate::model::{Counts, InputChange, Issue, IssueId, Newsletter, Words, or_meant};

/// A moment in the newsletter's time zone.
pub(super) fn moment(at: Timestamp, newsletter: &Newsletter) -> String {
    let zone = newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC);
    format!("{} ({})", at.to_zoned(zone).strftime("%Y-%m-%d %H:%M"), newsletter.schedule.time_zone)
}

/// An issue, and when it is to leave or what it corrects.
pub(super) fn heading(id: &IssueId, newsletter: &Newsletter) -> Result<Words> {
    if let Some(base) = id.corrects() {
        return Ok(words!("{id}, a correction of issue {base}", "{id}, rectificatif au numéro {base}"));
    }
    let planned = moment(newsletter.schedule.send_at(id)?, newsletter);
    Ok(words!("issue {id}, planned for {planned}", "numéro {id}, prévu pour le {planned}"))
}

/// `1 story`, `2 stories`, `aucun texte`.
pub(super) fn count(n: usize, en: [&str; 2], fr: [&str; 2]) -> Words {
    Words {
        en: format!("{n} {}", if n == 1 { en[0] } else { en[1] }),
        // In French 0 and 1 are singular.
        fr: format!("{n} {}", if n < 2 { fr[0] } else { fr[1] }),
    }
}

/// That a story is not in an issue, and which was probably meant.
pub(super) fn not_picked(story: &str, issue: &Issue) -> Words {
    let id = &issue.id;
    let ids: Vec<&str> = issue.stories().map(|own| own.id.as_str()).collect();
    let wrong = words!(
        "no story `{story}` is picked in issue `{id}`",
        "aucun texte `{story}` n'est choisi dans le numéro `{id}`"
    );
    let named = ids.iter().copied().filter(|own| is_near(own, story)).min();
    or_meant(wrong, named.unwrap_or(story), ids)
}

/// Whether a person may have meant a story: the name of its file, with or without folder, language and ending.
fn is_near(id: &str, typed: &str) -> bool {
    let name = typed.rsplit(['/', '\\']).next().unwrap_or(typed).to_lowercase();
    let stem = name.split('.').next().unwrap_or(&name);
    !stem.is_empty() && (id.strip_prefix("file-").is_some_and(|own| own == stem || own.starts_with(stem)) || id == stem)
}

/// What became of a file that went into an issue.
pub(super) fn change(change: &InputChange) -> Words {
    match change {
        InputChange::Changed(file) => words!("`{file}` has changed", "`{file}` a changé"),
        InputChange::Gone(file) => words!("`{file}` is gone", "`{file}` a disparu"),
    }
}

/// How long something takes, rounded up: `20 s`, `14 min`, `2 h 05`; the same in both languages.
pub(super) fn span(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        _ if seconds < 60 => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

/// The counts of an edition in one line: the sum that must hold, and what is still open.
pub(super) fn counted(counts: &Counts) -> Words {
    let join = |parts: &[(u64, &str)], glue: &str| {
        let said: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        said.join(glue)
    };
    let Counts { planned, to_send, in_flight, accepted, deferred, refused, unknown, suppressed } = *counts;
    let line = |names: [&str; 8]| {
        let done = [(accepted, names[1]), (refused, names[2]), (unknown, names[3]), (suppressed, names[4])];
        let open = [(to_send, names[5]), (in_flight, names[6]), (deferred, names[7])];
        let (done, open) = (join(&done, " + "), join(&open, ", "));
        let mut text = format!("{planned} {}", names[0]);
        if !done.is_empty() {
            text = format!("{text} = {done}");
        }
        if open.is_empty() { text } else { format!("{text}; {open}") }
    };
    Words {
        en: line(["planned", "accepted", "refused", "unknown", "suppressed", "to send", "being sent", "deferred"]),
        fr: line([
            "prévus",
            "acceptés",
            "refusés",
            "inconnus",
            "retenus",
            "à envoyer",
            "en cours d'envoi",
            "remis à plus tard",
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_as_people_say_it() {
        let said: Vec<String> = [0, 59, 60, 61, 3_599, 3_600, 7_990].map(span).to_vec();
        assert_eq!(said, ["0 s", "59 s", "1 min", "2 min", "1 h 00", "1 h 00", "2 h 14"]);
    }

    #[test]
    fn the_name_of_a_file_leads_to_its_story() {
        for typed in ["learning-day", "stories/learning-day.md", "learning-day.fr.md", "Learning", "file-learning-day"]
        {
            assert!(is_near("file-learning-day", typed), "{typed}");
        }
        assert!(!is_near("file-learning-day", "mentoring") && !is_near("file-learning-day", ""));
    }
}
