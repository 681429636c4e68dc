//! What a person can ask of the desk, and what comes of it. Each act says what the person saw: when that is no longer so,
//! nothing is written and both versions are shown.

use super::texts::{self, At};
use crate::curate::Change;
use crate::model::{StoryId, Words};

/// One thing asked for.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// A decision for `issue.toml`, in a few words.
    Change(Change, Words),
    /// New words, a field each.
    Write(Vec<Rewording>),
    /// A changed source means the same, says somebody.
    Keep(StoryId, String),
    /// The sources are asked.
    Gather,
    /// The approvers are asked.
    Ask,
    /// The last thing is taken back.
    Undo,
    /// What was taken back is done again.
    Redo,
    /// `issue.toml` is put back as it last was.
    Restore,
}

/// One text, as the person saw it and as they want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewording {
    pub(super) at: At,
    /// The mark of the text that they saw.
    pub(super) seen: String,
    /// None: the words of the source again.
    pub(super) text: Option<String>,
}

/// Two versions of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clash {
    pub(super) at: At,
    pub(super) mine: String,
    pub(super) theirs: String,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Done, in a few words.
    Done(Words),
    /// Texts that somebody else has changed since they were shown: nothing is written.
    Clash(Vec<Clash>),
    /// Not done, and why.
    Refused(Words),
}

/// The texts that are others by now than the person saw.
pub(super) fn clashes(rewordings: &[Rewording], made: &super::Made) -> Vec<Clash> {
    let clash = |one: &Rewording| {
        let theirs = texts::value(made, &one.at);
        let mine = one.text.clone().unwrap_or_default();
        let is_other = texts::mark(&theirs) != one.seen && mine != theirs;
        is_other.then(|| Clash { at: one.at.clone(), mine, theirs })
    };
    rewordings.iter().filter_map(clash).collect()
}
