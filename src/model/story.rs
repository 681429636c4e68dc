//! A story as every stage sees it: from a feed, a page or a contributor's file, in one language or all.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::{Lang, StoryId, Texts};

/// A story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Story {
    /// Who it is, for as long as it lives.
    pub id: StoryId,
    /// The section it is proposed for; none: to place.
    #[serde(default)]
    pub section: Option<String>,
    /// What kind of story it is: decides its partial in the templates.
    #[serde(default)]
    pub kind: Kind,
    /// Where it came from.
    pub origin: Origin,
    /// When it was first seen by `gather`.
    pub first_seen: Timestamp,
    /// When its source says it was published; never later than `first_seen`.
    #[serde(default)]
    pub published: Option<Timestamp>,
    /// The language in which it was written.
    #[serde(default)]
    pub source_language: Option<Lang>,
    /// Its text in each language that has arrived.
    pub texts: BTreeMap<Lang, Text>,
    /// How its languages were found to belong together; none: it has only one.
    #[serde(default)]
    pub pair: Option<Pair>,
    /// Who wrote it, per language.
    #[serde(default)]
    pub author: Texts,
    /// Whom to ask, per language.
    #[serde(default)]
    pub contact: Texts,
    /// Its picture.
    #[serde(default)]
    pub image: Option<Image>,
    /// The picture that its feed or page offers. It is in no edition: few feeds say what it shows in both languages, or
    /// that it may be used. An editor who knows both takes it into `issue.toml` as `[image."ID"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_image: Option<Box<Image>>,
    /// Its event.
    #[serde(default)]
    pub event: Option<Event>,
    /// The last day to act.
    #[serde(default)]
    pub deadline: Option<Date>,
    /// The day after which it is of no use.
    #[serde(default)]
    pub expires: Option<Date>,
    /// Set when it is third-party material in one language.
    #[serde(default)]
    pub only: Option<Only>,
    /// Texts that its feed changed after an editor had picked it.
    #[serde(default)]
    pub newer: BTreeMap<Lang, Text>,
    /// The issue in which it ran before.
    #[serde(default)]
    pub ran_in: Option<String>,
}

impl Story {
    /// A story of which no more is known than where it came from, and since when.
    pub fn new(id: StoryId, origin: Origin, first_seen: Timestamp) -> Self {
        Self {
            id,
            section: None,
            kind: Kind::default(),
            origin,
            first_seen,
            published: None,
            source_language: None,
            texts: BTreeMap::new(),
            pair: None,
            author: Texts::new(),
            contact: Texts::new(),
            image: None,
            offered_image: None,
            event: None,
            deadline: None,
            expires: None,
            only: None,
            newer: BTreeMap::new(),
            ran_in: None,
        }
    }
}

/// A story's text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// The title: plain text.
    pub title: String,
    /// A teaser: plain text, may be empty.
    #[serde(default)]
    pub summary: String,
    /// The body: sanitised HTML of the allow-list (`p br a strong em code ul ol li h3 h4 blockquote table thead tbody tr
    /// th td`), re-serialised, may be empty.
    #[serde(default)]
    pub body: String,
    /// The page to which the story points: absolute, http or https.
    #[serde(default)]
    pub url: Option<String>,
}

/// What kind of story it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// News.
    #[default]
    News,
    /// An event; has `event`.
    Event,
    /// A job.
    Job,
    /// An award.
    Award,
    /// A person.
    Person,
    /// A tool, template or study.
    Resource,
    /// A call to contribute, volunteer or nominate.
    Call,
}

/// Where a story came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Origin {
    /// A feed or page.
    Source {
        /// The source's id.
        source: String,
        /// The first address at which it was seen.
        url: String,
    },
    /// A contributor's file.
    File {
        /// From the newsletter's folder, with `/`: `stories/learning.md`. A pair names its first file.
        file: String,
        /// Where the story begins in it, from 1.
        line: usize,
        /// The twin's file of a pair `name.en.md`, `name.fr.md`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        twin: Option<String>,
    },
}

/// How two languages were found to be one story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// By which way.
    pub how: PairHow,
    /// From 0 to 1.
    pub confidence: f64,
}

/// By which way twins were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PairHow {
    /// Page metadata.
    Peer,
    /// `hreflang` on the page.
    Hreflang,
    /// The same guid.
    Guid,
    /// The same day.
    Date,
    /// Scored assignment.
    Score,
    /// One file, or two with one name.
    File,
    /// A person said so.
    Editor,
}

/// A picture of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// A file beside the story (`stories/photo.jpg`), or an https address.
    pub src: String,
    /// What it shows, per language.
    #[serde(default)]
    pub alt: Texts,
    /// Who made it.
    #[serde(default)]
    pub credit: Option<String>,
    /// What says that it may be used.
    #[serde(default)]
    pub permission: Option<String>,
}

/// An event; local times in the newsletter's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it begins.
    pub starts: DateTime,
    /// When it ends.
    #[serde(default)]
    pub ends: Option<DateTime>,
    /// The last day to register.
    #[serde(default)]
    pub register_by: Option<Date>,
    /// `bilingual`, or the key of its language.
    #[serde(default)]
    pub language: Option<String>,
    /// Where, per language.
    #[serde(default)]
    pub location: Texts,
    /// For whom, per language.
    #[serde(default)]
    pub audience: Texts,
}

impl Event {
    /// Whether no hour was given: the event takes the whole day, or whole days.
    pub fn is_all_day(&self) -> bool {
        let is_midnight = |at: DateTime| at.time() == jiff::civil::Time::midnight();
        is_midnight(self.starts) && self.ends.is_none_or(is_midnight)
    }

    /// Whether nobody can go there any more: it has ended; without an end, it has begun; without an hour, its last day
    /// has passed.
    pub fn is_over(&self, at: DateTime) -> bool {
        let last = self.ends.unwrap_or(self.starts);
        if self.is_all_day() { last.date() < at.date() } else { last < at }
    }
}

/// Third-party material in one language, with the reason that allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// Its language.
    pub language: Lang,
    /// Whose it is.
    #[serde(default)]
    pub organization: Option<String>,
    /// Why one language is right.
    #[serde(default)]
    pub reason: Option<String>,
}
