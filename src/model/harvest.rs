//! What `gather` found: `harvest.json`.

use serde::{Deserialize, Serialize};

use super::{Finding, Lang, Story, StoryId};

/// Everything that was found, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Harvest {
    /// Whole, normalised stories, each once, in a stable order.
    pub stories: Vec<Story>,
    /// Sources that said nothing, each with its reason.
    pub silent: Vec<Silent>,
    /// What is wrong in contributors' files, and which items of feeds were left out.
    #[serde(default)]
    pub problems: Vec<Finding>,
    /// How many stories of sources were left out because another source, or a contributor, has the same.
    #[serde(default)]
    pub twice: usize,
    /// Stories that may be one, which only a person can say.
    #[serde(default)]
    pub unsure: Vec<Unsure>,
}

/// Two stories of a source, each in one language, that may be one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsure {
    /// The one in the language that is read first.
    pub story: StoryId,
    /// The other.
    pub twin: StoryId,
    /// How sure it is that they are one, from 0 to 1.
    pub confidence: f64,
}

/// A source that could not be read: a fact of the world, not an error of the command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    /// The source's id.
    pub source: String,
    /// The language whose address was asked.
    pub language: Lang,
    /// Why, in English, and in French beside it.
    pub reason: String,
    /// The same in French.
    #[serde(default)]
    pub reason_fr: String,
    /// Whether it was passed over on purpose (`--offline`, and nothing kept from before).
    #[serde(default)]
    pub skipped: bool,
}
