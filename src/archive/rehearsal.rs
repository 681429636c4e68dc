//! `issues/ID/rehearsal.html`: what a rehearsal of the sending came to, in English and in French. Numbers only.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::SignedDuration;

use super::halves::{Halves, speeches};
use super::page::{escaped, number, sentence};
use super::sums::Sums;
use crate::model::{Counts, EditionId, IssueId, Newsletter, Speech, Words};

/// What a rehearsal came to.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// The issue.
    pub issue: IssueId,
    /// What each edition came to.
    pub counts: BTreeMap<EditionId, Counts>,
    /// People who were sent it more than once.
    pub n_twice: usize,
    /// Copies that the ledger holds for accepted and the server never had, or the other way round.
    pub n_lost: u64,
    /// How long it took.
    pub took: SignedDuration,
    /// How long the real sending takes at the office's pace.
    pub would_take: SignedDuration,
}

impl Rehearsed {
    /// Whether everybody is accounted for.
    pub fn is_good(&self) -> bool {
        self.n_twice == 0 && self.n_lost == 0 && self.counts.values().all(Counts::is_complete)
    }

    /// What it came to, in sentences.
    pub fn lines(&self, speech: Speech) -> Vec<String> {
        let n = |n: u64| number(n, speech);
        let (twice, lost) = (n(self.n_twice as u64), n(self.n_lost));
        let (took, would_take) = (lasting(self.took), lasting(self.would_take));
        let (took, would_take) = (took.say(speech), would_take.say(speech));
        let lines = [
            words!(
                "Nobody was sent anything: a mail server of the program's own, on this machine, accepted, deferred and refused as real ones do.",
                "Personne n'a rien reçu : un serveur de courriel propre au programme, sur cette machine, a accepté, différé et refusé comme le font les vrais."
            ),
            words!("Sent twice: {twice}. Lost: {lost}.", "Envoyés deux fois : {twice}. Perdus : {lost}."),
            words!(
                "It took {took}; at the pace of `newsletter.toml` the sending takes {would_take}.",
                "Cela a pris {took}; à la cadence de `newsletter.toml`, l'envoi prend {would_take}."
            ),
        ];
        lines.iter().map(|line| line.say(speech).to_owned()).collect()
    }
}

/// A time, as people say it.
fn lasting(time: SignedDuration) -> Words {
    let (seconds, minutes) = (time.as_secs(), time.as_mins());
    match minutes {
        0..2 => words!("{seconds} seconds", "{seconds} secondes"),
        2..120 => words!("{minutes} minutes", "{minutes} minutes"),
        _ => {
            let (hours, minutes) = (minutes / 60, minutes % 60);
            words!("{hours} h {minutes} min", "{hours} h {minutes} min")
        }
    }
}

/// The page. Writing to a `String` does not fail.
pub fn rehearsal(rehearsed: &Rehearsed, newsletter: &Newsletter, style: &str) -> String {
    let id = &rehearsed.issue;
    let heading = words!("Rehearsal of issue {id}", "Répétition du numéro {id}");
    let title = escaped(heading.say(speeches(newsletter)[0]));
    let names = escaped(&newsletter.id);
    let halves = Halves { newsletter, names: &names, title: &title, heading: &heading, footer: "", style };
    halves.page(|speech, out| half(rehearsed, speech, out))
}

fn half(rehearsed: &Rehearsed, speech: Speech, out: &mut String) {
    let (class, verdict) = if rehearsed.is_good() {
        ("good", words!("Nobody twice, nobody lost.", "Personne deux fois, personne de perdu."))
    } else {
        ("mend", words!("Something is not as it should be.", "Quelque chose ne va pas."))
    };
    let _ = writeln!(out, "<p class=\"{class}\">{}</p>", escaped(verdict.say(speech)));
    for line in rehearsed.lines(speech) {
        let _ = writeln!(out, "<p>{}</p>", sentence(&line));
    }
    Sums { counts: &rehearsed.counts, speech }.html(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_says_the_sum_in_both_languages_and_whether_it_went_well() {
        let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap();
        let counts = Counts { planned: 4000, accepted: 3940, refused: 60, ..Counts::default() };
        let mut rehearsed = Rehearsed {
            issue: IssueId::parse("2026-12").unwrap(),
            counts: [(EditionId::new("en"), counts)].into(),
            n_twice: 0,
            n_lost: 0,
            took: SignedDuration::from_secs(7),
            would_take: SignedDuration::from_mins(134),
        };
        let html = rehearsal(&rehearsed, &newsletter, "");
        for part in
            ["3,940", "3\u{a0}940", "Nobody twice", "7 seconds", "2 h 14 min", "width=device-width", "Répétition"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        rehearsed.n_lost = 1;
        assert!(rehearsal(&rehearsed, &newsletter, "").contains("class=\"mend\""));
    }
}
