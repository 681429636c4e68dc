//! What `gather` found: `harvest.json`.

use serde::{Deserialize, Serialize};

use super::{Finding, Lang, Story};

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
