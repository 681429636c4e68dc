//! The words of one language: every word that the program puts into an edition, and how dates and times are written.

use std::fmt;

use anyhow::{Result, bail};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::{Date, Time};
use serde_json::{Map, Value};

use crate::model::{Event, Lang, Language};

/// One language's words: every word that the program puts into an issue or a page, its plural rules, and how it writes
/// dates, times and numbers.
pub struct Locale {
    file: String,
    bundle: FluentBundle<FluentResource>,
    /// The messages that take no argument.
    plain: Value,
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.file)
    }
}

impl Locale {
    /// Reads a Fluent file; of two messages with one key, the later one holds.
    pub(super) fn parse(file: &str, lang: &str, source: &str) -> Result<Self> {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => {
                let error = &errors[0];
                let line = source[..error.pos.start.min(source.len())].matches('\n').count() + 1;
                let shown = source.lines().nth(line - 1).unwrap_or("");
                bail!(words!(
                    "`templates/{file}` line {line}: {error}\n    {shown}",
                    "`templates/{file}` ligne {line} : {error}\n    {shown}"
                ));
            }
        };
        let mut bundle = FluentBundle::new_concurrent(vec![lang.parse().unwrap_or_default()]);
        // Isolation marks would be characters of their own in subjects and text.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        let mut locale = Self { file: file.to_owned(), bundle, plain: Value::Null };
        let plain = keys(source).into_iter().filter_map(|key| Some((key.clone(), locale.say(&key, &[]).ok()?.into())));
        locale.plain = Value::Object(plain.collect::<Map<_, _>>());
        Ok(locale)
    }
}

/// The keys of a Fluent file: what stands before `=` at the beginning of a line.
fn keys(source: &str) -> Vec<String> {
    let key = |line: &str| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        is_key.then(|| key.to_owned())
    };
    source.lines().filter_map(key).collect()
}

impl Locale {
    /// A message with its arguments. A key that is missing is an error, never the words of another language.
    pub fn say(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> Result<String> {
        let file = &self.file;
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            bail!(words!("`templates/{file}` has no `{key}`", "`templates/{file}` n'a pas de `{key}`"));
        };
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if let Some(error) = errors.first() {
            bail!(words!("`templates/{file}`, `{key}`: {error}", "`templates/{file}`, `{key}` : {error}"));
        }
        Ok(text)
    }

    /// The messages that take no argument, for templates: `{{t.in_this_issue}}`.
    pub(super) fn plain(&self) -> Value {
        self.plain.clone()
    }

    /// A number as the language writes it, from its plain decimal form: `4,000.5` or `4 000,5` from `4000.5`.
    pub fn number(&self, plain: &str) -> Result<String> {
        let (whole, fraction) = plain.split_once('.').map_or((plain, ""), |(whole, fraction)| (whole, fraction));
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        let group = self.say("thousands_mark", &[])?;
        let mut out = sign.to_owned();
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                out.push_str(&group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push_str(&self.say("decimal_mark", &[])?);
            out.push_str(fraction);
        }
        Ok(out)
    }

    /// A message about a number of things, `$n` for the plural rule and `$number` as written: `1 story`, `4,000 stories`.
    pub fn count(&self, key: &str, n: usize) -> Result<String> {
        self.say(key, &[("n", n.into()), ("number", self.number(&n.to_string())?.into())])
    }

    /// A month by its number, 1 to 12.
    pub fn month(&self, month: i8) -> Result<String> {
        self.say(&format!("month_{month}"), &[])
    }

    /// `December 9, 2026`, `9 décembre 2026`.
    pub fn date(&self, date: Date) -> Result<String> {
        let month = self.month(date.month())?;
        self.say("date", &[("day", date.day().into()), ("month", month.into()), ("year", year(date))])
    }

    /// `December 2026`, `décembre 2026`.
    pub fn month_and_year(&self, date: Date) -> Result<String> {
        let month = self.month(date.month())?;
        self.say("month_and_year", &[("month", month.into()), ("year", year(date))])
    }

    /// `Wednesday, December 9, 2026`, `le mercredi 9 décembre 2026`.
    pub fn day(&self, date: Date) -> Result<String> {
        let weekday = self.say(&format!("weekday_{}", date.weekday().to_monday_one_offset()), &[])?;
        self.say("day", &[("weekday", weekday.into()), ("date", self.date(date)?.into())])
    }

    /// A language's name for a reader of this one; a language that these words do not know is called as it calls itself.
    pub(super) fn language(&self, key: &str, known: &std::collections::BTreeMap<Lang, Language>) -> Result<String> {
        let label = known.get(&Lang::new(key)).map_or(key, |language| language.label.as_str());
        self.say("language_name", &[("key", key.to_owned().into()), ("label", label.to_owned().into())])
    }

    /// As [`Locale::day`], without the article that French puts before it.
    fn bare_day(&self, date: Date) -> Result<String> {
        let weekday = self.say(&format!("weekday_{}", date.weekday().to_monday_one_offset()), &[])?;
        self.say("bare_day", &[("weekday", weekday.into()), ("date", self.date(date)?.into())])
    }

    /// `4:30 pm`, `16 h 30`.
    pub fn time(&self, time: Time) -> Result<String> {
        let hour = time.hour();
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let minute2 = format!("{:02}", time.minute());
        let half = if hour < 12 { "am" } else { "pm" };
        self.say(
            "time",
            &[
                ("hour", hour.into()),
                ("hour12", hour12.into()),
                ("minute", time.minute().into()),
                ("minute2", minute2.into()),
                ("half", half.into()),
            ],
        )
    }

    /// When an event is: day, from when to when, and in which time.
    pub(super) fn when(&self, event: &Event, zone: &str) -> Result<String> {
        if event.is_all_day() {
            return match event.ends.map(jiff::civil::DateTime::date).filter(|last| *last > event.starts.date()) {
                Some(last) => {
                    let (first, last) = (self.bare_day(event.starts.date())?, self.bare_day(last)?);
                    self.say("when_whole_days", &[("first", first.into()), ("last", last.into())])
                }
                None => self.day(event.starts.date()),
            };
        }
        let (starts, ends) = (event.starts, event.ends);
        let zone = self.say("zone", &[("zone", zone.replace('/', "_").into())])?;
        let (day, start) = (self.day(starts.date())?, self.time(starts.time())?);
        let first_day = self.bare_day(starts.date())?;
        let mut args: Vec<(&str, FluentValue<'_>)> =
            vec![("day", day.into()), ("start", start.into()), ("zone", zone.into())];
        match ends {
            Some(ends) if ends.date() == starts.date() => {
                args.push(("end", self.time(ends.time())?.into()));
                self.say("when_range", &args)
            }
            Some(ends) => {
                args.push(("first_day", first_day.into()));
                args.push(("last_day", self.bare_day(ends.date())?.into()));
                args.push(("end", self.time(ends.time())?.into()));
                self.say("when_days", &args)
            }
            None => self.say("when_start", &args),
        }
    }
}

/// Years are names, not amounts: no thousands separator.
fn year(date: Date) -> FluentValue<'static> {
    date.year().to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lang: &str, source: &str, expected: [&str; 6]) {
        let locale = Locale::parse("x.ftl", lang, source).unwrap();
        let event = Event {
            starts: "2026-12-01T13:00".parse().unwrap(),
            ends: Some("2026-12-01T14:30".parse().unwrap()),
            register_by: None,
            language: None,
            location: crate::model::Texts::new(),
            audience: crate::model::Texts::new(),
        };
        let whole = Event {
            starts: "2026-12-01T00:00".parse().unwrap(),
            ends: Some("2026-12-03T00:00".parse().unwrap()),
            ..event.clone()
        };
        let starts = event.starts;
        let said = [
            locale.date("2026-12-09".parse().unwrap()).unwrap(),
            locale.day(starts.date()).unwrap(),
            locale.time("16:30".parse().unwrap()).unwrap(),
            locale.when(&event, "America/Toronto").unwrap(),
            locale.when(&whole, "America/Toronto").unwrap(),
            locale.month_and_year(starts.date()).unwrap(),
        ];
        assert_eq!(said.map(|text| text.replace('\u{a0}', "~")), expected);
    }

    #[test]
    fn dates_and_times_are_written_as_each_language_writes_them() {
        check(
            "en",
            include_str!("../../templates/locales/en.ftl"),
            [
                "December~9, 2026",
                "Tuesday, December~1, 2026",
                "4:30~pm",
                "Tuesday, December~1, 2026, 1~pm to 2:30~pm (Eastern time)",
                "Tuesday, December~1, 2026, to Thursday, December~3, 2026",
                "December~2026",
            ],
        );
        check(
            "fr",
            include_str!("../../templates/locales/fr.ftl"),
            [
                "9~décembre~2026",
                "le mardi 1er~décembre~2026",
                "16~h~30",
                "le mardi 1er~décembre~2026, de 13~h à 14~h~30 (heure de l'Est)",
                "du mardi 1er~décembre~2026 au jeudi 3~décembre~2026",
                "décembre~2026",
            ],
        );
    }

    #[test]
    fn numbers_and_plurals_follow_the_language() {
        let en = Locale::parse("en.ftl", "en", include_str!("../../templates/locales/en.ftl")).unwrap();
        let fr = Locale::parse("fr.ftl", "fr", include_str!("../../templates/locales/fr.ftl")).unwrap();
        let said = |locale: &Locale, plain| locale.number(plain).unwrap().replace('\u{a0}', "~");
        for (plain, english, french) in [
            ("0", "0", "0"),
            ("999", "999", "999"),
            ("4000", "4,000", "4~000"),
            ("-1234567.5", "-1,234,567.5", "-1~234~567,5"),
            ("5.52", "5.52", "5,52"),
        ] {
            assert_eq!((said(&en, plain), said(&fr, plain)), (english.into(), french.into()));
        }
        // Zero is plural in English and singular in French.
        let n = |locale: &Locale, n| locale.count("n_stories", n).unwrap().replace('\u{a0}', "~");
        assert_eq!([n(&en, 0), n(&en, 1), n(&en, 4000)], ["0~stories", "1~story", "4,000~stories"]);
        assert_eq!([n(&fr, 0), n(&fr, 1), n(&fr, 4000)], ["0~article", "1~article", "4~000~articles"]);
    }

    #[test]
    fn a_missing_word_is_an_error_and_not_english() {
        let locale = Locale::parse("iu.ftl", "iu", "hello = x\n").unwrap();
        assert!(locale.say("in_this_issue", &[]).unwrap_err().to_string().contains("in_this_issue"));
    }
}
