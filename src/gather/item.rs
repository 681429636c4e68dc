//! One entry of a feed or page in one language, before it has found its twin.

use jiff::Timestamp;

use crate::model::{Text, Words};

/// An entry as its source says it, cleaned.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Item {
    /// What the feed says identifies it.
    pub(super) guid: Option<String>,
    /// Its page's canonical address.
    pub(super) url: Option<String>,
    /// Title, teaser, body and the address to show.
    pub(super) text: Text,
    /// When it was published, else updated; none: undated or impossible.
    pub(super) date: Option<Timestamp>,
    /// Who published it.
    pub(super) author: Option<String>,
    /// The picture that stands with it.
    pub(super) picture: Option<Picture>,
    /// Its types and subjects.
    pub(super) categories: Vec<String>,
}

impl Item {
    /// What its identity is made of: the address, else the guid, else the title.
    pub(super) fn key(&self) -> &str {
        self.url.as_deref().or(self.guid.as_deref()).unwrap_or(&self.text.title)
    }
}

/// A picture as its source offers it: never fetched here, never shown without an editor's word.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    /// Its address: absolute, http or https.
    pub(super) src: String,
    /// What it shows; empty: the source does not say.
    pub(super) alt: String,
    /// Who made it.
    pub(super) credit: Option<String>,
}

/// What a source said in one language.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
    /// What a person should know: items left out, a feed that is not whole.
    pub(super) notes: Vec<Words>,
}
