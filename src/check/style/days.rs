//! Days that the words of an issue name: a weekday that is not that date's, a deadline in a sentence that has passed, an
//! event whose text names another day (STY-12). Fields are [`super`]'s.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Weekday};
use regex::Captures;

use crate::check::proof::{Hit, Part, Passage, Proof};
use crate::check::text::numbers::Figures;
use crate::check::text::scan::{Pattern, pattern};
use crate::check::text::sentences::sentences;
use crate::model::{Event, Severity, Story};

const EN_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const FR_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const EN_DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const FR_DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// A whole date, with the weekday before it when there is one.
static EN_DATE: LazyLock<Pattern> = LazyLock::new(|| {
    let (days, months) = (EN_DAYS.join("|"), EN_MONTHS.join("|"));
    pattern(&format!(r"(?i)(?:\b({days}),?\s)?\b({months})\s([0-9]{{1,2}}),?\s((?:19|20)[0-9]{{2}})\b"))
});
static FR_DATE: LazyLock<Pattern> = LazyLock::new(|| {
    let (days, months) = (FR_DAYS.join("|"), FR_MONTHS.join("|"));
    pattern(&format!(r"(?i)(?:\b({days}),?\s)?\b([0-9]{{1,2}})(?:er)?\s({months}),?\s((?:19|20)[0-9]{{2}})\b"))
});

/// A sentence that asks the reader to act.
static ASKS: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:please |to [\p{L} ]+, |pour [\p{L} ]+, |veuillez )?(?:register|sign up|apply|submit|send|nominate|rsvp|respond|reply|save your|book|reserve|tell us|inscri|postulez|soumett|envoy|présentez|répondez|réservez|proposez|posez|déposez|transmettez|remplissez|confirmez|communiquez|votez|vote|complete|confirm|fill (?:in|out)|enter|faites-nous|dites-nous)",
    )
});

/// One date of a text.
struct Named {
    range: std::ops::Range<usize>,
    weekday: Option<Weekday>,
    date: Date,
}

fn dates(text: &str, is_french: bool) -> Vec<Named> {
    if !text.contains("20") && !text.contains("19") {
        return Vec::new();
    }
    let (regex, days, months): (&Pattern, _, _) =
        if is_french { (&FR_DATE, FR_DAYS, FR_MONTHS) } else { (&EN_DATE, EN_DAYS, EN_MONTHS) };
    let (month_at, day_at) = if is_french { (3, 2) } else { (2, 3) };
    let named = |found: Captures<'_>| {
        let month = months.iter().position(|name| *name == found[month_at].to_lowercase())?;
        let month = i8::try_from(month + 1).ok()?;
        let date = Date::new(found[4].parse().ok()?, month, found[day_at].parse().ok()?).ok()?;
        let weekday = found.get(1).and_then(|name| {
            let at = days.iter().position(|day| *day == name.as_str().to_lowercase())?;
            Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
        });
        Some(Named { range: found.get(0)?.range(), weekday, date })
    };
    regex.captures_iter(text).filter_map(named).collect()
}

/// Judges the dates in the office's own words; other people's are their own.
pub(crate) fn in_texts(proof: &Proof<'_>, at: DateTime, hits: &mut Vec<Hit>) {
    for passage in proof.passages.iter().filter(|passage| !passage.is_others && !passage.is_strange) {
        let is_french = passage.lang.is_french();
        if !is_french && !passage.lang.is_english() {
            continue;
        }
        let text = &passage.block.text;
        for named in dates(text, is_french) {
            if named.weekday.is_some_and(|weekday| weekday != named.date.weekday()) {
                let date = named.date;
                hits.push(
                    proof
                        .at(
                            passage,
                            named.range.clone(),
                            words!("{date} is another day of the week", "le {date} tombe un autre jour de la semaine"),
                            words!(
                                "look at the calendar, and mend the one that is wrong",
                                "voyez le calendrier, et corrigez ce qui est faux"
                            ),
                        )
                        .weighing(Severity::Warning),
                );
            }
            let is_asked = || {
                let before = &text[..named.range.start];
                let start = sentences(before).last().map_or(0, |last| before.rfind(last).unwrap_or(0));
                ASKS.is_match(text[start..].trim_start())
            };
            if named.date < at.date() && is_asked() {
                let date = named.date;
                hits.push(
                    proof
                        .at(
                            passage,
                            named.range.clone(),
                            words!(
                                "readers are asked to act by {date}, which has passed when the issue leaves",
                                "on demande d'agir d'ici le {date}, date passée à l'envoi du numéro"
                            ),
                            words!(
                                "give the new date, or drop the sentence",
                                "donnez la nouvelle date, ou retirez la phrase"
                            ),
                        )
                        .weighing(Severity::Warning),
                );
            }
        }
    }
    for story in proof.issue.stories() {
        if let Some(event) = story.event.as_ref().filter(|event| !event.is_over(at)) {
            of_event(proof, story, event, hits);
        }
    }
}

/// An event whose text names days, and not one that its fields know.
fn of_event(proof: &Proof<'_>, story: &Story, event: &Event, hits: &mut Vec<Hit>) {
    let last = event.ends.unwrap_or(event.starts).date();
    let extra = [event.register_by, story.deadline, story.expires].into_iter().flatten();
    let known: Vec<(u8, u8)> = event
        .starts
        .date()
        .series(jiff::Span::new().days(1))
        .take_while(|day| *day <= last)
        .take(40)
        .chain(extra)
        .filter_map(|day| Some((u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?)))
        .collect();
    for lang in story.texts.keys().filter(|lang| proof.issue.languages.contains(lang)) {
        let is_body = |passage: &&Passage<'_>| passage.part != Part::Field && passage.part != Part::Alt;
        let texts: Vec<&str> =
            proof.of_story(story, lang).filter(is_body).map(|passage| passage.block.text.as_str()).collect();
        let said = Figures::of(&texts.join("\n"), lang).dates;
        if !said.is_empty() && !said.iter().any(|date| known.contains(date)) {
            let day = event.starts.date();
            let message = words!(
                "the text names days, and not that of the event, {day}",
                "le texte nomme des jours, mais pas celui de l'activité, le {day}"
            );
            let hint = words!("compare the text with `event`", "comparez le texte avec `event`");
            hits.push(proof.on_story(story, lang, message, hint).weighing(Severity::Warning));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_dates_are_read_with_their_weekday() {
        let one = |text: &str, is_french| {
            let all = dates(text, is_french);
            all.first().map(|named| (named.date.to_string(), named.weekday))
        };
        let wednesday = Some(Weekday::Wednesday);
        assert_eq!(one("on Wednesday, December 9, 2026.", false), Some(("2026-12-09".into(), wednesday)));
        assert_eq!(one("le mercredi 9\u{a0}décembre\u{a0}2026.", true), Some(("2026-12-09".into(), wednesday)));
        assert_eq!(one("le 1er mars 2027", true), Some(("2027-03-01".into(), None)));
        assert_eq!(one("on December 9", false), None);
        assert_eq!(one("on February 30, 2027", false), None);
    }
}
