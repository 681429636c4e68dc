//! The site: past issues in, files of `public/` out. It stands apart from the mail because it is read by anybody, for
//! years, from a web server or a shared drive: every link between its pages is relative, and nothing in it knows the
//! time, so that a page changes only when what it says does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ical;
use super::page::escaped;
use crate::model::{IssueId, Lang, Language, Newsletter, SiteWords, WebHalf, WebIssue};

mod frame;
mod issue;
mod lists;
mod feeds;
mod sitemap;
#[cfg(test)]
mod tests;

/// An issue that has left.
#[derive(Debug, Clone)]
pub struct Past {
    /// What it says.
    pub web: WebIssue,
    /// When it left.
    pub left_at: Timestamp,
    /// Its pictures by file.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// Its calendar files by language and name.
    pub calendars: BTreeMap<Lang, BTreeMap<String, String>>,
}

/// What the site is made of.
#[derive(Debug)]
pub struct Site<'a> {
    /// Whose it is.
    pub newsletter: &'a Newsletter,
    /// Issues that have left, in any order.
    pub issues: &'a [Past],
    /// The words of each language.
    pub words: &'a BTreeMap<Lang, SiteWords>,
    /// The style sheet.
    pub style: &'a str,
    /// Whether the page for contributors is there.
    pub has_stories: bool,
}

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// From `public/`, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The files in the order in which they are to be written: what is pointed at comes before what points at it, and the
/// first page comes last, so that a site that is cut off half-way is still the old one, whole.
pub fn site(site: &Site<'_>) -> Vec<SiteFile> {
    let maker = Maker::of(site);
    let mut files = Vec::new();
    for past in &maker.issues {
        let id = &past.web.issue;
        for (name, bytes) in &past.pictures {
            files.push(SiteFile { path: format!("{id}/{name}"), bytes: bytes.clone() });
        }
        for (lang, calendars) in &past.calendars {
            files.extend(calendars.iter().map(|(name, text)| file(format!("{id}/{lang}/{name}"), text.clone())));
        }
    }
    for past in &maker.issues {
        files.extend(maker.halves(past).map(|half| maker.issue(past, half)));
    }
    for lang in &site.newsletter.languages {
        files.extend(maker.section_pages(lang));
        files.extend(maker.calendar(lang));
        files.extend(maker.feeds(lang));
    }
    files.extend(site.newsletter.languages.iter().map(|lang| maker.index(lang)));
    files.extend(maker.sitemap());
    files.push(maker.root());
    files
}

fn file(path: String, text: String) -> SiteFile {
    SiteFile { path, bytes: text.into_bytes() }
}

/// The site on its way into files.
struct Maker<'a> {
    site: &'a Site<'a>,
    /// The newest first.
    issues: Vec<&'a Past>,
    zone: TimeZone,
}

impl<'a> Maker<'a> {
    fn of(site: &'a Site<'a>) -> Self {
        let mut issues: Vec<&Past> = site.issues.iter().collect();
        issues.sort_by(|a, b| (b.left_at, &b.web.issue).cmp(&(a.left_at, &a.web.issue)));
        Self { site, issues, zone: site.newsletter.schedule.zone().unwrap_or(TimeZone::UTC) }
    }

    fn newsletter(&self) -> &'a Newsletter {
        self.site.newsletter
    }

    fn language(&self, lang: &Lang) -> &'a Language {
        self.newsletter().language(lang)
    }

    fn words(&self, lang: &Lang) -> &'a SiteWords {
        &self.site.words[lang]
    }

    /// The halves of an issue that the site shows: in the languages that the newsletter has.
    fn halves<'b>(&'b self, past: &'b Past) -> impl Iterator<Item = &'b WebHalf> {
        self.newsletter().languages.iter().filter_map(|lang| past.web.half(lang))
    }

    /// Issues that can be read in a language, the newest first.
    fn in_language<'b>(&'b self, lang: &'b Lang) -> impl Iterator<Item = (&'a Past, &'a WebHalf)> {
        self.issues.iter().filter_map(move |past| Some((*past, past.web.half(lang)?)))
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The issue that this one corrects, when that has left.
    fn corrected_by(&self, id: &IssueId) -> Option<&'a Past> {
        let base = id.corrects()?;
        self.issues.iter().find(|past| past.web.issue == base).copied()
    }

    /// The corrections of an issue that have left, the oldest first.
    fn corrections(&self, id: &IssueId) -> Vec<&'a Past> {
        let is_of = |past: &&&Past| past.web.issue.corrects().as_ref() == Some(id);
        let mut found: Vec<&Past> = self.issues.iter().filter(is_of).copied().collect();
        found.reverse();
        found
    }

    /// When a page about an issue last changed: the day on which it left, or its last correction did.
    fn changed_at(&self, past: &Past) -> Timestamp {
        self.corrections(&past.web.issue).last().map_or(past.left_at, |last| last.left_at.max(past.left_at))
    }

    /// When the newest issue left.
    fn newest(&self) -> Option<Date> {
        self.issues.first().map(|past| self.day(past.left_at))
    }

    /// A path of the site as an address, where the site has one.
    fn address(&self, path: &str) -> Option<String> {
        let url = self.newsletter().archive.url.as_deref()?;
        Some(format!("{}/{path}", url.trim_end_matches('/')))
    }

    /// Sections that some issue carried in a language, in the newsletter's order, with the name they had last.
    fn sections(&self, lang: &Lang) -> Vec<(&'a str, &'a str)> {
        let mut known: Vec<(&str, &str)> = Vec::new();
        for section in self.in_language(lang).flat_map(|(_, half)| &half.sections) {
            if known.iter().all(|(id, _)| *id != section.id) {
                known.push((&section.id, &section.name));
            }
        }
        let place = |id: &str| self.newsletter().sections.iter().position(|section| section.id == id);
        known.sort_by_key(|(id, _)| (place(id).unwrap_or(usize::MAX), *id));
        known
    }

    /// The calendar of all events in a language.
    fn calendar(&self, lang: &Lang) -> Option<SiteFile> {
        let texts: Vec<&str> = self
            .issues
            .iter()
            .filter_map(|past| past.calendars.get(lang)?.get(super::ALL))
            .map(String::as_str)
            .collect();
        let text = ical::merged(&self.language(lang).title, &texts)?;
        Some(file(calendar_file(lang), text))
    }

    fn has_calendar(&self, lang: &Lang) -> bool {
        self.issues
            .iter()
            .any(|past| past.calendars.get(lang).is_some_and(|calendars| calendars.contains_key(super::ALL)))
    }

    /// The languages in which a section has a page.
    fn section_languages(&self, id: &str) -> BTreeSet<&'a Lang> {
        let has = |lang: &&Lang| self.sections(lang).iter().any(|(known, _)| *known == id);
        self.newsletter().languages.iter().filter(has).collect()
    }
}

fn calendar_file(lang: &Lang) -> String {
    format!("events.{lang}.ics")
}

/// The name of an issue where it is listed: its date, and its subject when it has one.
fn listed(half: &WebHalf, words: &SiteWords) -> String {
    if half.subject.is_empty() {
        return escaped(&half.issue_of);
    }
    escaped(&format!("{}{} {}", half.date, words.colon, half.subject))
}
