//! An issue as it is read on the web: composed with the editions, kept beside them (`web.json`), and made into pages by
//! `archive` once the issue has left. Whatever an office changes later, its past issues say what was sent.

use serde::{Deserialize, Serialize};

use super::{IssueId, Lang};

/// `web.json`: an issue in each of its languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebIssue {
    /// Which one.
    pub issue: IssueId,
    /// Its languages, in the newsletter's order.
    pub halves: Vec<WebHalf>,
    /// Its pictures: files of `editions/`.
    #[serde(default)]
    pub pictures: Vec<String>,
}

impl WebIssue {
    /// The issue in a language.
    pub fn half(&self, lang: &Lang) -> Option<&WebHalf> {
        self.halves.iter().find(|half| half.lang == *lang)
    }
}

/// One language of an issue: typography mended, dates written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebHalf {
    /// The language.
    pub lang: Lang,
    /// Its tag, `fr-CA`.
    pub tag: String,
    /// The direction in which it is written.
    pub dir: String,
    /// The newsletter's name in it.
    pub title: String,
    /// One line under the name.
    pub tagline: String,
    /// The subject.
    #[serde(default)]
    pub subject: String,
    /// The preheader.
    #[serde(default)]
    pub preheader: String,
    /// `December 9, 2026`.
    pub date: String,
    /// `Issue of December 9, 2026`.
    pub issue_of: String,
    /// The opening.
    pub opening: WebRich,
    /// Who signs it.
    pub signature: String,
    /// Its sections, in order.
    pub sections: Vec<WebSection>,
    /// The standing blocks.
    pub contribute: WebRich,
    /// Where the office can be reached.
    pub connect: WebRich,
    /// About the newsletter.
    pub about: WebRich,
}

/// Rich text: the tags of `gather`'s allow-list without a style, and the same as plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebRich {
    /// HTML.
    pub html: String,
    /// Plain text, paragraphs between empty lines.
    pub text: String,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebSection {
    /// Its key.
    pub id: String,
    /// Where the mail's links lead, `en-policy`.
    pub anchor: String,
    /// Its heading.
    pub name: String,
    /// Its stories.
    pub stories: Vec<WebStory>,
}

/// A story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebStory {
    /// Its identity.
    pub id: String,
    /// Where the mail's links lead, `en-story-file-a`.
    pub anchor: String,
    /// What kind it is, in words; empty for news.
    pub label: String,
    /// The title.
    pub title: String,
    /// The tag of the title's language, where it is another one.
    pub title_lang: Option<String>,
    /// Where the title leads.
    pub title_url: Option<String>,
    /// Where the button leads.
    pub button_url: Option<String>,
    /// The words on it.
    pub button: Option<String>,
    /// A teaser, may be empty.
    pub summary: String,
    /// Two lines of it, for lists.
    pub teaser: String,
    /// The body.
    pub body: WebRich,
    /// Who wrote it: `By: …`.
    pub author: String,
    /// Whom to ask.
    pub contact: Option<WebContact>,
    /// Its picture.
    pub image: Option<WebImage>,
    /// Its event.
    pub event: Option<WebEvent>,
    /// The last day to act, written out.
    pub deadline: Option<String>,
    /// Why it is in one language.
    pub only: Option<WebOnly>,
}

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebContact {
    /// A name or an address.
    pub text: String,
    /// Whether it is an address.
    pub is_address: bool,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebImage {
    /// Its file, in the issue's folder of the archive.
    pub src: String,
    /// What it shows.
    pub alt: String,
    /// `Photo: …`, may be empty.
    pub credit: String,
    /// In pixels of the page.
    pub width: u32,
    /// In pixels of the page.
    pub height: u32,
}

/// When and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebEvent {
    /// Day, times and zone, written out.
    pub when: String,
    /// Where, may be empty; so may the others.
    #[serde(rename = "where")]
    pub place: String,
    /// Its language, in words.
    pub language: String,
    /// For whom.
    pub audience: String,
    /// The last day to register.
    pub register_by: Option<String>,
}

/// Third-party material in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebOnly {
    /// `French only`, behind a title in another language.
    pub suffix: Option<String>,
    /// Why.
    pub notice: String,
}

/// The words of the archive's pages in one language, as its locale has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SiteWords {
    /// Between a label and what follows, without its space.
    pub colon: String,
    /// `In this issue`.
    pub in_this_issue: String,
    /// `When`; the next four are labels of an event too.
    pub event_when: String,
    /// `Where`.
    pub event_where: String,
    /// `Language`.
    pub event_language: String,
    /// `For`.
    pub event_audience: String,
    /// `Register by`.
    pub event_register_by: String,
    /// `Deadline`.
    pub deadline: String,
    /// `Contact:`.
    pub contact: String,
    /// Heading of a block; so are the next two.
    pub contribute: String,
    /// `Stay connected`.
    pub connect: String,
    /// `About this newsletter`.
    pub about: String,
    /// `Sent by the`.
    pub sent_by: String,
    /// `Write to`.
    pub write_to: String,
    /// `Skip to the main content`.
    pub site_skip: String,
    /// `All issues`.
    pub site_all: String,
    /// `Latest issue`.
    pub site_latest: String,
    /// `By section`.
    pub site_sections: String,
    /// `Follow`: heading over feeds and calendar.
    pub site_follow: String,
    /// `Calendar of events`.
    pub site_calendar: String,
    /// `Add to your calendar`.
    pub site_add: String,
    /// `Atom feed`.
    pub site_atom: String,
    /// `JSON feed`.
    pub site_json: String,
    /// `For contributors: stories received`.
    pub site_stories: String,
    /// `Date modified`.
    pub site_modified: String,
    /// `Language`, of the list of languages.
    pub site_languages: String,
    /// `You are here`, of the trail.
    pub site_here: String,
    /// `Correction`, before its date and subject.
    pub site_correction: String,
    /// `This issue corrects`, before the issue.
    pub site_corrects: String,
    /// `No issue has left yet.`
    pub site_none: String,
}
