//! What a run came to, in data and in words.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::tally::Tally;
use crate::ledger::Recovered;
use crate::model::{Counts, EditionId, IssueId, Reply, Words};

/// How far a run is: its own outcomes, and how many copies were due when it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Due when the run began.
    pub due: u64,
    /// Accepted in this run.
    pub accepted: u64,
    /// Deferred in this run.
    pub deferred: u64,
    /// Refused in this run.
    pub refused: u64,
    /// Unknown after this run.
    pub unknown: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// planned = accepted + refused + unknown + suppressed, in every edition.
    Complete,
    /// Only copies that are to be tried later are left.
    Later(Option<Timestamp>),
    /// The office's hours or numbers let no more leave before then.
    Held(Timestamp),
    /// Ctrl-C.
    Interrupted,
    /// The relay cannot be reached; nobody is marked.
    Away(Reply),
    /// The relay refuses us; nobody is marked.
    AboutUs(Reply),
    /// Too many recipients are refused: the list, or our standing, needs a look.
    TooManyRefused,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub ending: Ending,
    /// What it found of an earlier run.
    pub recovered: Recovered,
    /// Its own outcomes.
    pub progress: Progress,
    /// The whole issue now.
    pub counts: BTreeMap<EditionId, Counts>,
    /// What a person should look at.
    pub warnings: Vec<Words>,
}

impl Ending {
    /// What happened and what to do, for a person; `moment` writes a time as they read it.
    pub fn words(&self, issue: &IssueId, moment: impl Fn(Timestamp) -> String) -> Words {
        match self {
            Self::Complete => words!("issue `{issue}` is complete", "le numéro `{issue}` est complet"),
            Self::Later(next) => {
                let at = next.map_or_else(String::new, moment);
                words!(
                    "some copies are to be tried again (next: {at}): run `cco-news send {issue}` then, or let `cco-news run` do it",
                    "des exemplaires sont à réessayer (prochain essai : {at}) : lancez alors `cco-news send {issue}`, ou laissez `cco-news run` le faire"
                )
            }
            Self::Held(from) => {
                let at = moment(*from);
                words!(
                    "no more may leave before {at}, by the hours and numbers in `[delivery]`: run `cco-news send {issue}` then, or let `cco-news run` do it",
                    "plus rien ne peut partir avant {at}, selon les heures et les nombres de `[delivery]` : lancez alors `cco-news send {issue}`, ou laissez `cco-news run` le faire"
                )
            }
            Self::Interrupted => words!(
                "interrupted; what was in flight is recorded: `cco-news send {issue}` goes on",
                "interrompu; ce qui était en cours est consigné : `cco-news send {issue}` continue"
            ),
            Self::Away(Reply { text, .. }) => words!(
                "the mail server cannot be reached ({text}); nobody is marked: run `cco-news send {issue}` again later",
                "le serveur de courriel est injoignable ({text}); personne n'est marqué : relancez `cco-news send {issue}` plus tard"
            ),
            Self::AboutUs(Reply { code, text, .. }) => words!(
                "the mail server refuses us, not a recipient ({code} {text}); nobody is marked: mend that, then run `cco-news send {issue}` again",
                "le serveur de courriel nous refuse, nous, et non un destinataire ({code} {text}); personne n'est marqué : corrigez cela, puis relancez `cco-news send {issue}`"
            ),
            Self::TooManyRefused => words!(
                "more than a tenth of the copies were refused: look at the list, then run `cco-news send {issue}` again",
                "plus d'un dixième des exemplaires ont été refusés : vérifiez la liste, puis relancez `cco-news send {issue}`"
            ),
        }
    }
}

/// The languages' medians are no further apart than this part of the whole run (a hundredth), or a person is told.
const LAG_PARTS_MAX: i32 = 100;

pub(super) fn progress(tally: &Tally, due: u64) -> Progress {
    let Tally { accepted, deferred, refused, unknown, .. } = *tally;
    Progress { due, accepted, deferred, refused, unknown }
}

pub(super) fn warnings(
    tally: &Tally,
    lag: Option<(SignedDuration, SignedDuration)>,
    recovered: Recovered,
) -> Vec<Words> {
    let mut warnings = Vec::new();
    if tally.is_worth_a_warning() {
        let (refused, done) = (tally.refused, tally.done());
        warnings.push(words!(
            "{refused} of {done} copies were refused: look at the list before the next issue",
            "{refused} exemplaires sur {done} ont été refusés : vérifiez la liste avant le prochain numéro"
        ));
    }
    if recovered.unknown > 0 {
        let n_copies = recovered.unknown;
        warnings.push(words!(
            "leaving when the last run ended, so that nobody knows what arrived: {n_copies}. `cco-news status` lists them; they are not sent again",
            "en cours d'envoi quand le dernier envoi s'est interrompu, sans que personne ne sache ce qui est arrivé : {n_copies}. `cco-news status` les énumère; ils ne sont pas renvoyés"
        ));
    }
    let far_apart = lag.filter(|(lag, whole)| lag.as_mins() >= 1 && *lag > *whole / LAG_PARTS_MAX);
    if let Some(minutes) = far_apart.map(|(lag, _)| lag.as_mins()) {
        warnings.push(words!(
            "half of one language had its copy {minutes} minutes before half of the other",
            "la moitié d'une langue a eu son exemplaire {minutes} minutes avant la moitié de l'autre"
        ));
    }
    warnings
}
