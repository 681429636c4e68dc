//! What a reader can put into a calendar: the events of an issue and its deadlines, a file each and one for all.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ical::{Calendar, Entry, Moment};
use crate::model::{Event, Issue, Lang, Newsletter, Story};

/// The calendar of all events and deadlines of an issue.
pub const ALL: &str = "events.ics";

/// A calendar file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// Its name in the issue's calendars of one language.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What the calendar says in words of one language; they come from its locale.
pub struct EventWords<'a> {
    /// `Registration deadline`.
    pub register_by: &'a str,
    /// `Deadline`.
    pub deadline: &'a str,
    /// Between a label and what follows: `: `.
    pub colon: &'a str,
    /// Language, audience and the like of an event, a line each.
    pub about: &'a dyn Fn(&Event) -> Vec<String>,
}

/// The calendar files of an issue in one language: one per event, and `events.ics` with all events and deadlines by
/// their day. None when there is nothing to attend or to hand in.
pub fn events(issue: &Issue, newsletter: &Newsletter, lang: &Lang, words: &EventWords<'_>) -> Vec<CalendarFile> {
    let language = newsletter.language(lang);
    let calendar = |entries: Vec<Entry>| Calendar {
        name: format!("{} {}", language.title, issue.id),
        tag: language.tag.clone(),
        stamp: issue.send_at,
        entries,
    };
    let zone = newsletter.schedule.zone().unwrap_or(TimeZone::UTC);
    let mut all: Vec<(DateTime, Entry)> = Vec::new();
    let mut files = Vec::new();
    for story in issue.stories() {
        let shown = Shown { story, lang, newsletter, words, zone: &zone };
        if let Some(event) = &story.event {
            let entry = shown.event(event);
            let name = format!("{}.ics", story.id);
            files.push(CalendarFile { name, text: calendar(vec![entry.clone()]).text() });
            all.push((event.starts, entry));
        }
        let register_by = story.event.as_ref().and_then(|event| event.register_by);
        for (day, what, label) in
            [(register_by, "register", words.register_by), (story.deadline, "deadline", words.deadline)]
        {
            if let Some(day) = day {
                all.push((day.to_datetime(jiff::civil::Time::midnight()), shown.deadline(day, what, label)));
            }
        }
    }
    if all.is_empty() {
        return Vec::new();
    }
    all.sort_by(|(a, one), (b, other)| (a, &one.uid).cmp(&(b, &other.uid)));
    let entries = all.into_iter().map(|(_, entry)| entry).collect();
    files.push(CalendarFile { name: ALL.to_owned(), text: calendar(entries).text() });
    files
}

/// A story on its way into a calendar.
struct Shown<'a> {
    story: &'a Story,
    lang: &'a Lang,
    newsletter: &'a Newsletter,
    words: &'a EventWords<'a>,
    zone: &'a TimeZone,
}

impl Shown<'_> {
    fn event(&self, event: &Event) -> Entry {
        let moment = |at: DateTime| {
            if event.is_all_day() {
                return Moment::Day(at.date());
            }
            // A time that the clocks skip is taken as the one an hour later, as RFC 5545, 3.3.5 asks.
            Moment::At(at.to_zoned(self.zone.clone()).map_or(jiff::Timestamp::MIN, |at| at.timestamp()))
        };
        let mut entry = self.entry("event", moment(event.starts), String::new());
        entry.end = event.ends.filter(|ends| *ends > event.starts).map(moment);
        entry.description.extend((self.words.about)(event));
        entry.location = event.location.get(self.lang).cloned().unwrap_or_default();
        entry.is_busy = true;
        entry
    }

    fn deadline(&self, day: jiff::civil::Date, what: &str, label: &str) -> Entry {
        self.entry(what, Moment::Day(day), format!("{label}{}", self.words.colon))
    }

    fn entry(&self, what: &str, start: Moment, before: String) -> Entry {
        let text = self.story.texts.get(self.lang).or_else(|| self.story.texts.values().next());
        let text = text.cloned().unwrap_or_default();
        Entry {
            uid: format!("{}-{what}@{}", self.story.id, self.newsletter.sender.domain()),
            start,
            end: None,
            summary: before + &text.title,
            description: Some(text.summary).filter(|summary| !summary.is_empty()).into_iter().collect(),
            location: String::new(),
            url: text.url,
            is_busy: false,
        }
    }
}
