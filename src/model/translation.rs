//! How far the translations of an issue are: what `translate` found, and `check`, `status` and the approver are told.

use serde::{Deserialize, Serialize};

use super::{Lang, StoryId};

/// How far a translation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TranslationState {
    /// Nobody has it.
    Missing,
    /// The translators have it.
    Out,
    /// It came back.
    Back,
    /// It came back, and somebody has gone over it.
    Revised,
    /// It arrived with the story, or the translators call it final.
    Approved,
}

impl TranslationState {
    /// As written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Out => "out",
            Self::Back => "back",
            Self::Revised => "revised",
            Self::Approved => "approved",
        }
    }
}

/// How far a story, or the issue's own words, are in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// The story; none: subject, preheader and opening.
    pub story: Option<StoryId>,
    /// The language it is needed in.
    pub language: Lang,
    /// The language it comes from.
    pub from: Lang,
    /// That of the passage that is least far.
    pub state: TranslationState,
    /// How many passages it has.
    pub passages: usize,
    /// How many of them have no translation.
    pub missing: usize,
    /// Sentences of the source that are others than those the translation was made from.
    #[serde(default)]
    pub stale: Vec<String>,
    /// Sentences that changed while the translators had them.
    #[serde(default)]
    pub changed_while_out: Vec<String>,
    /// Who said that a changed source means the same.
    #[serde(default)]
    pub kept_by: Vec<String>,
    /// Whether it is the source that is behind: its translation alone was changed since both agreed.
    #[serde(default)]
    pub is_source: bool,
    /// Whether the story's text in this language is the store's and not its contributor's.
    #[serde(default)]
    pub is_filled: bool,
}
