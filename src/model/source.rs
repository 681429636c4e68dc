//! What is read from the web: `sources.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Lang, Texts};

/// `sources.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Feeds.
    #[serde(rename = "feed", default)]
    pub feeds: Vec<Feed>,
    /// Pages without a feed.
    #[serde(rename = "page", default)]
    pub pages: Vec<Page>,
}

/// The heaviest source.
pub const WEIGHT_MAX: u8 = 10;

/// Neither more nor less than others.
const fn weight() -> u8 {
    5
}

impl Sources {
    /// The weight of a source by its id; a source that is no longer listed has the usual one.
    pub fn weight(&self, id: &str) -> u8 {
        let feed = self.feeds.iter().find(|feed| feed.id == id).map(|feed| feed.weight);
        feed.or_else(|| self.pages.iter().find(|page| page.id == id).map(|page| page.weight)).unwrap_or_else(weight)
    }
}

/// One feed with its twin in each language. Keys that are languages hold addresses.
#[derive(Debug, Clone, Deserialize)]
pub struct Feed {
    /// Stable: part of every story's identity.
    pub id: String,
    /// The section its stories are proposed for.
    #[serde(default)]
    pub section: Option<String>,
    /// How twins are found.
    #[serde(default)]
    pub pair: PairBy,
    /// Only items with one of these words are kept, when there are any.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Items with one of these words are dropped.
    #[serde(default)]
    pub drop: Vec<String>,
    /// At most this many items, the newest.
    #[serde(default)]
    pub max: Option<usize>,
    /// Items older than this are left out, in days.
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// How much its stories weigh when a section is filled: 0 (last) to 10 (first).
    #[serde(default = "weight")]
    pub weight: u8,
    /// The one language of a third-party source.
    #[serde(default)]
    pub only: Option<Lang>,
    /// Whose it is; asked for with `only`.
    #[serde(default)]
    pub organization: Option<String>,
    /// Why one language is right; asked for with `only`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether private addresses may be fetched: for an intranet feed, and for tests.
    #[serde(default)]
    pub allow_private: bool,
    /// The address per language: `en = "https://…"`.
    #[serde(flatten)]
    pub urls: BTreeMap<Lang, String>,
}

/// One page without a feed, read with CSS selectors. `a@href` takes an attribute.
#[derive(Debug, Clone, Deserialize)]
pub struct Page {
    /// Stable: part of every story's identity.
    pub id: String,
    /// The section its stories are proposed for.
    #[serde(default)]
    pub section: Option<String>,
    /// How twins are found.
    #[serde(default)]
    pub pair: PairBy,
    /// Each story.
    pub item: String,
    /// Its title, within the item.
    pub title: String,
    /// Its link, `a@href`.
    #[serde(default)]
    pub link: Option<String>,
    /// Its date, `time@datetime` or words.
    #[serde(default)]
    pub date: Option<String>,
    /// Its summary.
    #[serde(default)]
    pub summary: Option<String>,
    /// Its image, `img@src`.
    #[serde(default)]
    pub image: Option<String>,
    /// The link to the next page of the list, `a.next@href`.
    #[serde(default)]
    pub next: Option<String>,
    /// How many pages of the list are read, the first included.
    #[serde(default)]
    pub pages: Option<usize>,
    /// Only items with one of these words are kept, when there are any.
    #[serde(default)]
    pub keep: Vec<String>,
    /// Items with one of these words are dropped.
    #[serde(default)]
    pub drop: Vec<String>,
    /// At most this many items, the newest.
    #[serde(default)]
    pub max: Option<usize>,
    /// Items older than this are left out, in days.
    #[serde(default)]
    pub max_age_days: Option<u32>,
    /// How much its stories weigh when a section is filled: 0 (last) to 10 (first).
    #[serde(default = "weight")]
    pub weight: u8,
    /// The one language of a third-party source.
    #[serde(default)]
    pub only: Option<Lang>,
    /// Whose it is; asked for with `only`.
    #[serde(default)]
    pub organization: Option<String>,
    /// Why one language is right; asked for with `only`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whether private addresses may be fetched.
    #[serde(default)]
    pub allow_private: bool,
    /// The address per language.
    #[serde(flatten)]
    pub urls: Texts,
}

/// How the twins of a source are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PairBy {
    /// The metadata of a Canada.ca page names its peer.
    Peer,
    /// `<link rel="alternate" hreflang>` on the page.
    Hreflang,
    /// One item a day in each language.
    Date,
    /// Both feeds use the same guid.
    Guid,
    /// A scored one-to-one assignment.
    #[default]
    Score,
    /// Not at all.
    None,
}
