//! Calendar files as RFC 5545 asks: what mail programs and phones take into their calendars. Times are in UTC, so that
//! no table of time zones travels with them; nothing in a file says when it was written, so that it keeps its bytes.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Octets of a line without its end (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;

/// A day or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(Date),
    /// A point in time.
    At(Timestamp),
}

/// One entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who it is, for as long as it lives: a program that has it takes a second file as a change (3.8.4.7).
    pub uid: String,
    /// Its beginning.
    pub start: Moment,
    /// Its end; of whole days the last one, since RFC 5545's excluded end (3.6.1) is added here.
    pub end: Option<Moment>,
    /// Its title.
    pub summary: String,
    /// Lines about it.
    pub description: Vec<String>,
    /// Where.
    pub location: String,
    /// Its page.
    pub url: Option<String>,
    /// Whether the person is taken at that time; a deadline takes nobody.
    pub is_busy: bool,
}

/// A calendar of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name, as programs list it.
    pub name: String,
    /// The language's tag, `fr-CA`.
    pub tag: String,
    /// DTSTAMP of every entry (3.8.7.2): when the issue is planned to leave, since the clock would change the bytes.
    pub stamp: Timestamp,
    /// Its entries.
    pub entries: Vec<Entry>,
}

impl Calendar {
    /// The file.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for content in
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//cco-news//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
        {
            line(&mut out, content);
        }
        line(&mut out, &format!("X-WR-CALNAME:{}", escaped(&self.name)));
        for entry in &self.entries {
            self.entry(entry, &mut out);
        }
        line(&mut out, "END:VCALENDAR");
        out
    }

    fn entry(&self, entry: &Entry, out: &mut String) {
        line(out, "BEGIN:VEVENT");
        line(out, &format!("UID:{}", escaped(&entry.uid)));
        line(out, &format!("DTSTAMP:{}", utc(self.stamp)));
        line(out, &moment("DTSTART", entry.start));
        match entry.end {
            // The end of whole days is the day after the last one.
            Some(Moment::Day(last)) => {
                line(out, &moment("DTEND", Moment::Day(last.tomorrow().unwrap_or(last))));
            }
            Some(end) => line(out, &moment("DTEND", end)),
            None => {}
        }
        let text = |name: &str, value: &str| format!("{name};LANGUAGE={}:{}", self.tag, escaped(value));
        line(out, &text("SUMMARY", &entry.summary));
        if !entry.description.is_empty() {
            line(out, &text("DESCRIPTION", &entry.description.join("\n")));
        }
        if !entry.location.is_empty() {
            line(out, &text("LOCATION", &entry.location));
        }
        if let Some(url) = &entry.url {
            // A URI is no text: it is not escaped, and no line end can be in it.
            line(out, &format!("URL:{}", url.replace(char::is_control, "")));
        }
        line(out, if entry.is_busy { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
        line(out, "END:VEVENT");
    }
}

/// One calendar of the entries of several, given the newest first: of two entries that are one (3.8.4.7), the newer.
pub(super) fn merged(name: &str, texts: &[&str]) -> Option<String> {
    let mut entries: Vec<(&str, &str)> = Vec::new();
    for text in texts {
        for part in text.split("BEGIN:VEVENT\r\n").skip(1) {
            let Some((entry, _)) = part.split_once("END:VEVENT") else { continue };
            // Up to DTSTAMP an entry holds its UID, folded or not.
            let uid = entry.split_once("\r\nDTSTAMP").map_or("", |(uid, _)| uid);
            if !entries.iter().any(|(known, _)| *known == uid) {
                entries.push((uid, entry));
            }
        }
    }
    let calendar =
        Calendar { name: name.to_owned(), tag: String::new(), stamp: Timestamp::UNIX_EPOCH, entries: vec![] };
    let empty = calendar.text();
    let (head, end) = empty.split_once("END:VCALENDAR")?;
    let mut body = String::new();
    for (_, entry) in &entries {
        body.extend(["BEGIN:VEVENT\r\n", entry, "END:VEVENT\r\n"]);
    }
    (!body.is_empty()).then(|| format!("{head}{body}END:VCALENDAR{end}"))
}

fn moment(name: &str, at: Moment) -> String {
    match at {
        Moment::Day(day) => format!("{name};VALUE=DATE:{}", day.strftime("%Y%m%d")),
        Moment::At(at) => format!("{name}:{}", utc(at)),
    }
}

fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT of RFC 5545, 3.3.11: backslash, semicolon and comma are escaped, a line end is `\n`, other controls go.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded (3.1): what follows a line end and a space belongs to the line before. No letter is cut.
fn line(out: &mut String, content: &str) {
    let mut n = 0;
    for c in content.chars() {
        if n + c.len_utf8() > LINE_OCTETS_MAX {
            out.push_str("\r\n ");
            n = 1;
        }
        out.push(c);
        n += c.len_utf8();
    }
    let _ = write!(out, "\r\n"); // Writing to a String does not fail.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(summary: &str, start: Moment, end: Option<Moment>) -> String {
        let entry = Entry {
            uid: "file-a@example.ca".into(),
            start,
            end,
            summary: summary.into(),
            description: vec!["Un, deux; trois".into(), "C:\\quatre".into()],
            location: String::new(),
            url: Some("https://example.ca/a;b,c".into()),
            is_busy: true,
        };
        let stamp = "2026-12-09T15:00:00Z".parse().unwrap();
        Calendar { name: "X".into(), tag: "fr-CA".into(), stamp, entries: vec![entry] }.text()
    }

    #[test]
    fn lines_are_folded_at_75_octets_and_no_letter_is_cut() {
        let title = "é".repeat(200);
        let text = calendar(&title, Moment::Day("2026-12-09".parse().unwrap()), None);
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\n'));
        assert!(text.split("\r\n").all(|line| line.len() <= LINE_OCTETS_MAX), "{text}");
        assert!(text.replace("\r\n ", "").contains(&format!("SUMMARY;LANGUAGE=fr-CA:{title}\r\n")), "{text}");
    }

    #[test]
    fn calendars_are_merged_and_the_newer_of_two_entries_stays() {
        let day = |text: &str| Moment::Day(text.parse().unwrap());
        let (newer, older) = (calendar("new", day("2026-12-09"), None), calendar("old", day("2026-12-09"), None));
        let text = merged("CCO", &[&newer, &older]).unwrap();
        assert!(
            text.contains(":new\r\n") && !text.contains(":old\r\n") && text.contains("X-WR-CALNAME:CCO\r\n"),
            "{text}"
        );
        assert_eq!((text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count()), (1, 1));
        assert_eq!(merged("CCO", &[]), None);
    }

    #[test]
    fn text_is_escaped_and_an_address_is_not() {
        let text = calendar("a\r\nEND:VEVENT\u{7}", Moment::Day("2026-12-09".parse().unwrap()), None);
        assert!(text.contains("SUMMARY;LANGUAGE=fr-CA:a\\nEND:VEVENT\r\n"), "{text}");
        assert!(text.contains(r"Un\, deux\; trois\nC:\\quatre"), "{text}");
        assert!(text.contains("URL:https://example.ca/a;b,c\r\n"), "{text}");
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 1);
    }

    #[test]
    fn whole_days_end_on_the_day_after_and_moments_are_in_utc() {
        let day = |text: &str| Moment::Day(text.parse().unwrap());
        let text = calendar("x", day("2026-12-08"), Some(day("2026-12-31")));
        assert!(text.contains("DTSTART;VALUE=DATE:20261208\r\nDTEND;VALUE=DATE:20270101\r\n"), "{text}");
        let text = calendar("x", Moment::At("2026-12-09T18:00:00Z".parse().unwrap()), None);
        assert!(text.contains("DTSTAMP:20261209T150000Z\r\nDTSTART:20261209T180000Z\r\nSUMMARY"), "{text}");
    }
}
