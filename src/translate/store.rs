//! The store of translations into one language: `translations/fr.xlf`. Stories that are not in the issue any more stay,
//! since a story that is held comes back; so do passages that were cut, whose names are never given again.

use super::words;
use super::xliff;
use crate::model::rich::Within;
use crate::model::{Lang, TranslationState as State};

/// All translations into one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The language.
    pub lang: Lang,
    pub(super) stories: Vec<Kept>,
}

/// The passages of one story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// The story's id, or `issue`.
    pub(super) key: String,
    pub(super) from: Lang,
    pub(super) title: String,
    pub(super) units: Vec<Unit>,
}

/// One passage and its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// `title`, `body-3`: its name for as long as it lives.
    pub(super) id: String,
    pub(super) within: Within,
    /// Inline HTML as the story says it now.
    pub(super) source: String,
    /// Inline HTML; empty when the translators put it into the passage before.
    pub(super) target: Option<String>,
    pub(super) state: State,
    /// The source for which the translation was made, when it says something else than the source of now.
    pub(super) made_from: Option<String>,
    /// The source that the translators have, when it says something else than the source of now.
    pub(super) sent: Option<String>,
    /// Whether translators have it: also a stale one.
    pub(super) is_out: bool,
    /// Whether the translation came with the story.
    pub(super) has_arrived: bool,
    /// Of two texts that came together: the translation as it was when both agreed, when only it was changed since.
    pub(super) target_before: Option<String>,
    /// The words that came with the story, over which the translators' were taken.
    pub(super) replaces: Option<String>,
    /// Who said that a change means the same.
    pub(super) kept_by: Option<String>,
    /// Who translated or revised it, if a name was given.
    pub(super) by: Option<String>,
    /// Whether the story no longer has it.
    pub(super) is_gone: bool,
}

impl Unit {
    /// `body` of `body-3`.
    pub(super) fn field(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// Whether it is a whole body whose two languages are not built alike.
    pub(super) fn is_whole(&self) -> bool {
        is_whole(&self.source)
    }

    /// Whether its source says something else than what was translated.
    pub(super) fn is_stale(&self) -> bool {
        self.target.is_some() && self.made_from.is_some()
    }

    /// Whether translators are wanted.
    pub(super) fn is_wanted(&self) -> bool {
        !self.is_gone && !self.is_whole() && (self.target.is_none() || self.is_stale())
    }

    /// The sentences of its source that are others than those of the translation.
    pub(super) fn stale(&self) -> Vec<String> {
        match &self.made_from {
            Some(before) if self.target.is_some() => words::changed(&self.source, before),
            _ => Vec::new(),
        }
    }
}

/// Whether a passage is a whole body with its blocks.
pub(super) fn is_whole(source: &str) -> bool {
    ["<p", "<ul", "<ol", "<h3", "<h4", "<table", "<blockquote"].iter().any(|tag| source.contains(tag))
}

impl Store {
    /// An empty store.
    pub fn new(lang: Lang) -> Self {
        Self { lang, stories: Vec::new() }
    }

    /// Reads the store; none when it is no XLIFF of ours.
    pub fn read(text: &str, lang: Lang) -> Option<Self> {
        xliff::read_store(text, lang)
    }

    /// The store as XLIFF 2.1. `tag` gives a language's BCP 47 tag.
    pub fn write(&self, tag: &dyn Fn(&Lang) -> String) -> String {
        xliff::write_store(self, tag)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.stories.is_empty()
    }
}
