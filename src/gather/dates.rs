//! Dates as feeds, pages and contributors write them: ISO, RFC 822, or words in English and French.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::text;

/// What a date said: always a day, sometimes a time, sometimes the zone of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) day: Date,
    pub(super) time: Option<Time>,
    offset: Option<Offset>,
}

/// A text that holds a date is short.
const DATE_BYTES_MAX: usize = 120;
/// Outside these years a date is a mistake: there was no feed before, and no newsletter plans so far ahead.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

impl Moment {
    /// The instant; without a zone of its own it is local.
    pub(super) fn instant(&self, local: &TimeZone) -> Option<Timestamp> {
        let local_time = self.civil();
        match self.offset {
            Some(offset) => offset.to_timestamp(local_time).ok(),
            None => local.to_ambiguous_zoned(local_time).compatible().ok().map(|zoned| zoned.timestamp()),
        }
    }

    /// The day and time as written; midnight when no time was.
    pub(super) fn civil(&self) -> DateTime {
        self.day.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// The instant of a date; without a zone of its own it is local.
pub(super) fn instant(text: &str, local: &TimeZone) -> Option<Timestamp> {
    // As most feeds write it: RFC 3339 or RFC 2822, whole and right.
    let text = text.trim();
    let whole: Option<Timestamp> =
        text.parse().ok().or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()));
    let is_likely = |at: &Timestamp| YEARS.contains(&at.to_zoned(TimeZone::UTC).year());
    whole.filter(is_likely).or_else(|| parse(text)?.instant(local))
}

/// Reads a date.
pub(super) fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() > DATE_BYTES_MAX {
        return None;
    }
    let tokens = tokens(text);
    iso(&tokens).or_else(|| in_words(&tokens)).filter(|moment| YEARS.contains(&moment.day.year()))
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number { value: u32, digits: usize },
    Word(String),
    Sign(char),
}
use Token::{Number, Sign, Word};

/// Numbers, words and signs; white space only separates.
fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        let take = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, good: fn(char) -> bool| {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|c| good(*c)) {
                word.push(c);
            }
            word
        };
        if c.is_ascii_digit() {
            let digits = take(&mut chars, |c| c.is_ascii_digit());
            let value = digits.parse().unwrap_or(u32::MAX);
            out.push(Number { value, digits: digits.len() });
        } else if c.is_alphabetic() {
            out.push(Word(text::folded(&take(&mut chars, char::is_alphabetic))));
        } else {
            if !c.is_whitespace() {
                out.push(Sign(c));
            }
            chars.next();
        }
    }
    out
}

/// `2026-11-22`, `2026/11/22`, `20261122`, `2026-11`, then `T` and a time.
fn iso(tokens: &[Token]) -> Option<Moment> {
    let number = |at: usize, digits: usize| match tokens.get(at) {
        Some(&Number { value, digits: n }) if n <= digits => Some(value),
        _ => None,
    };
    let (year, month, day, rest) = match tokens {
        [Number { value, digits: 8 }, ..] => (value / 10_000, value / 100 % 100, value % 100, 1),
        [Number { value, digits: 4 }, Sign('-' | '/'), ..] => {
            let month = number(2, 2)?;
            match (tokens.get(3), number(4, 2)) {
                (Some(Sign('-' | '/')), Some(day)) => (*value, month, day, 5),
                _ => (*value, month, 1, 3),
            }
        }
        _ => return None,
    };
    let day = date(year, month, day)?;
    let (time, offset) = time_of(&tokens[rest..]);
    Some(Moment { day, time, offset })
}

/// `Sun, 22 Nov 2026 10:00:00 EST`, `November 22, 2026`, `1er décembre 2026 à 13 h 30`.
fn in_words(tokens: &[Token]) -> Option<Moment> {
    let (at, month) = tokens.iter().enumerate().find_map(|(at, token)| match token {
        Word(word) => Some((at, month(word)?)),
        _ => None,
    })?;
    let short = |token: &Token| match token {
        Number { value, digits: 1..=2 } => Some(*value),
        _ => None,
    };
    let skipped = |token: &&Token| match token {
        Word(word) => matches!(word.as_str(), "er" | "st" | "nd" | "rd" | "th" | "of" | "de" | "le"),
        Sign(sign) => matches!(sign, '.' | ',' | '-'),
        Number { .. } => false,
    };
    let before = tokens[..at].iter().rev().find(|token| !skipped(token)).and_then(short);
    let after = tokens[at + 1..].iter().position(|token| !skipped(&token)).map(|n| at + 1 + n);
    let (day, next) = match (before, after) {
        (Some(day), _) => (day, at + 1),
        (None, Some(after)) => (short(&tokens[after])?, after + 1),
        (None, None) => return None,
    };
    // `+0000` has four digits too.
    let is_year = |value: u32| i16::try_from(value).is_ok_and(|year| YEARS.contains(&year));
    let full = tokens.iter().position(|token| matches!(token, Number { digits: 4, value } if is_year(*value)));
    let (year, year_at) = if let Some((Number { value, .. }, at)) = full.map(|at| (&tokens[at], at)) {
        (*value, at)
    } else {
        // RFC 822 wrote two digits: straight after the month.
        let at = next + tokens.get(next..)?.iter().position(|token| !skipped(&token))?;
        let value = short(&tokens[at])?;
        (if value < 70 { 2000 + value } else { 1900 + value }, at)
    };
    let day = date(year, month, day)?;
    // The time follows the date; asctime puts it between the day and the year.
    let (time, offset) = match time_of(&tokens[(year_at + 1).min(tokens.len())..]) {
        (None, _) if year_at > next => time_of(&tokens[next..year_at]),
        found => found,
    };
    Some(Moment { day, time, offset })
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `10:00:00.5-05:00`, `1:30 p.m. EST`, `13 h 30`.
fn time_of(tokens: &[Token]) -> (Option<Time>, Option<Offset>) {
    let number = |at: usize| match tokens.get(at) {
        Some(&Number { value, digits: 1..=2 }) => i8::try_from(value).ok(),
        _ => None,
    };
    let sign = |at: usize, sign: char| tokens.get(at) == Some(&Sign(sign));
    let word = |at: usize, text: &str| matches!(tokens.get(at), Some(Word(word)) if word == text);
    let Some(at) = (0..tokens.len()).find(|&at| {
        number(at).is_some()
            && ((sign(at + 1, ':') && number(at + 2).is_some()) || word(at + 1, "h") || half(tokens, at + 1).is_some())
    }) else {
        return (None, None);
    };
    let mut hour = number(at).unwrap_or(0);
    let (mut minute, mut second, mut next) = (0, 0, at + 1);
    if sign(next, ':') || word(next, "h") {
        let colon = sign(next, ':');
        next += 1;
        if let Some(value) = number(next) {
            minute = value;
            next += 1;
        }
        if colon && sign(next, ':') {
            second = number(next + 1).unwrap_or(0).min(59);
            next += 2;
        }
        // Fractions of a second do not matter to a newsletter.
        if sign(next, '.') && matches!(tokens.get(next + 1), Some(Number { .. })) {
            next += 2;
        }
    }
    if let Some((afternoon, length)) = half(tokens, next) {
        hour = hour % 12 + if afternoon { 12 } else { 0 };
        next += length;
    }
    if hour == 24 && minute == 0 {
        (hour, minute, second) = (23, 59, 59);
    }
    (Time::new(hour, minute, second, 0).ok(), offset(&tokens[next.min(tokens.len())..]))
}

/// `p.m.`, `am`: whether it is the afternoon, and how many tokens say so.
fn half(tokens: &[Token], at: usize) -> Option<(bool, usize)> {
    let Some(Word(word)) = tokens.get(at) else { return None };
    match (word.as_str(), tokens.get(at + 1), tokens.get(at + 2)) {
        ("am", ..) => Some((false, 1)),
        ("pm", ..) => Some((true, 1)),
        (letter @ ("a" | "p"), Some(Sign('.')), Some(Word(m))) if m == "m" => Some((letter == "p", 4)),
        _ => None,
    }
}

fn offset(tokens: &[Token]) -> Option<Offset> {
    let seconds = match tokens {
        [Sign(sign @ ('+' | '-')), Number { value, digits }, rest @ ..] => {
            let (hours, minutes) = match (digits, rest) {
                (4, _) => (value / 100, value % 100),
                (2, [Sign(':'), Number { value: minutes, digits: 2 }, ..]) => (*value, *minutes),
                (2, _) => (*value, 0),
                _ => return None,
            };
            let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
            if *sign == '-' { -seconds } else { seconds }
        }
        [Sign('('), rest @ ..] => return offset(rest),
        [Word(name), ..] => match name.as_str() {
            "z" | "ut" | "utc" | "gmt" | "tu" => 0,
            "ndt" | "hat" => -9_000,
            "nst" | "hnt" => -12_600,
            "adt" | "haa" => -3 * 3600,
            "ast" | "hna" | "edt" | "hae" => -4 * 3600,
            "est" | "hne" | "cdt" | "hac" => -5 * 3600,
            "cst" | "hnc" | "mdt" | "har" => -6 * 3600,
            "mst" | "hnr" | "pdt" | "hap" => -7 * 3600,
            "pst" | "hnp" => -8 * 3600,
            _ => return None,
        },
        _ => return None,
    };
    Offset::from_seconds(seconds).ok()
}

/// The number of a month by its name or abbreviation in English or French, folded.
fn month(word: &str) -> Option<u32> {
    Some(match word {
        "january" | "jan" | "janvier" | "janv" => 1,
        "february" | "feb" | "fevrier" | "fevr" | "fev" => 2,
        "march" | "mar" | "mars" => 3,
        "april" | "apr" | "avril" | "avr" => 4,
        "may" | "mai" => 5,
        "june" | "jun" | "juin" => 6,
        "july" | "jul" | "juillet" | "juil" => 7,
        "august" | "aug" | "aout" => 8,
        "september" | "sept" | "sep" | "septembre" => 9,
        "october" | "oct" | "octobre" => 10,
        "november" | "nov" | "novembre" => 11,
        "december" | "dec" | "decembre" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_words_of_both_languages_and_in_numbers() {
        for (text, expected) in [
            ("2026-11-22T10:00:00-05:00", "2026-11-22T15:00:00Z"),
            ("2026-11-22T10:00:00.123Z", "2026-11-22T10:00:00Z"),
            ("2026-11-22 13:00", "2026-11-22T18:00:00Z"),
            ("20261122", "2026-11-22T05:00:00Z"),
            ("Sun, 22 Nov 2026 10:00:00 EST", "2026-11-22T15:00:00Z"),
            ("Sun, 22 Nov 26 10:00 +0000", "2026-11-22T10:00:00Z"),
            ("22 Nov 2026 10:00:00 GMT", "2026-11-22T10:00:00Z"),
            ("Sun Nov 22 10:00:00 2026", "2026-11-22T15:00:00Z"),
            ("22 novembre 2026", "2026-11-22T05:00:00Z"),
            ("November 22, 2026", "2026-11-22T05:00:00Z"),
            ("Nov. 22nd, 2026 at 1:30 p.m.", "2026-11-22T18:30:00Z"),
            ("Le dimanche 1er décembre 2026, à 13 h 30 (HNE)", "2026-12-01T18:30:00Z"),
            ("dim., 22 nov. 2026 10:00:00 -0500", "2026-11-22T15:00:00Z"),
            ("Publié le 5 août 2026", "2026-08-05T04:00:00Z"),
            ("12 a.m., July 1, 2026", "2026-07-01T04:00:00Z"),
        ] {
            let local = TimeZone::get("America/Toronto").unwrap();
            let read = parse(text).and_then(|moment| moment.instant(&local));
            assert_eq!(read.map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "",
            "soon",
            "2026-02-31",
            "31 février 2026",
            "9999-01-01",
            "0001-01-01T00:00:00Z",
            "2026-13-01",
            "May",
            "le 5",
            "11/12/2026",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
