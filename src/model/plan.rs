//! What an office plans ahead, as `newsletter.toml` says it: blocks that return with their season, streams that each get
//! their turn, and the steps that lead to a send date.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Kind, Lang, Misfit, Newsletter, Sources, Texts, fits};

/// `[[seasonal]]`: a text that returns at its time of the year, as a story of a section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seasonal {
    /// Its key: part of the story's id.
    pub id: String,
    /// The section in which it stands.
    pub section: String,
    /// What kind of story it is.
    #[serde(default = "call")]
    pub kind: Kind,
    /// The first day of its season.
    pub from: YearDay,
    /// The last day; before `from`, the season crosses the new year.
    pub until: YearDay,
    /// Its title.
    pub title: Texts,
    /// A teaser.
    #[serde(default)]
    pub summary: Texts,
    /// Its text, in Markdown.
    #[serde(default)]
    pub text: Texts,
    /// The page to which it points.
    #[serde(default)]
    pub link: Texts,
}

const fn call() -> Kind {
    Kind::Call
}

impl Seasonal {
    /// Whether a day of the year is in its season.
    pub fn is_in_season(&self, day: YearDay) -> bool {
        if self.from <= self.until {
            (self.from..=self.until).contains(&day)
        } else {
            day >= self.from || day <= self.until
        }
    }
}

/// A day of any year, written `"11-01"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl YearDay {
    /// Reads `11-01`: a month and one of its days.
    pub fn parse(text: &str) -> Option<Self> {
        let (month, day) = text.trim().split_once('-')?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // 2000 is a leap year: 29 February may begin or end a season.
        jiff::civil::Date::new(2000, month, day).ok().map(Self::from)
    }
}

impl From<jiff::civil::Date> for YearDay {
    fn from(date: jiff::civil::Date) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

impl<'de> Deserialize<'de> for YearDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a day of the year: write month and day, as \"11-01\""))
        })
    }
}

/// `[[stream]]`: something that the office promised to carry, and how often it is due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Its key.
    pub id: String,
    /// What it is called.
    pub name: Texts,
    /// The section whose stories carry it.
    #[serde(default)]
    pub section: Option<String>,
    /// The standing part that carries it in every issue: `masthead`, `opening`, `contribute`, `connect`, `about`.
    #[serde(default)]
    pub block: Option<String>,
    /// Of the section's stories, only those with one of these words; empty: all of them.
    #[serde(default)]
    pub words: Vec<String>,
    /// It is due when this many regular issues have passed without it.
    #[serde(default = "once_a_year")]
    pub every: usize,
}

const fn once_a_year() -> usize {
    12
}

/// `[[step]]`: a day before the planned one by which something is done.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its key: part of the calendar entry's identity.
    pub id: String,
    /// What is done, per language.
    pub name: Texts,
    /// Working days before the day on which the issue leaves.
    pub working_days_before: u32,
}

/// The steps of a newsletter that names none: what a translation of 20 stories and an approval take.
pub(super) fn steps() -> Vec<Step> {
    let step = |id: &str, en: &str, fr: &str, working_days_before| Step {
        id: id.to_owned(),
        name: [("en", en), ("fr", fr)].map(|(lang, name)| (Lang::new(lang), name.to_owned())).into(),
        working_days_before,
    };
    vec![
        step("close", "Stories close", "Date limite de remise des textes", 15),
        step("translation", "To translation", "Envoi à la traduction", 12),
        step("back", "Back from translation", "Retour de la traduction", 5),
        step("approval", "To approval", "Envoi pour approbation", 3),
        step("approved", "Approved", "Approbation reçue", 1),
    ]
}

impl Newsletter {
    /// Whether seasonal texts, streams and steps fit the sections and the languages.
    pub fn check_plan(&self) -> Result<(), Misfit> {
        fits::plan(self)
    }
}

impl Sources {
    /// Whether each weight is one that a source may have.
    pub fn check_weights(&self) -> Result<(), Misfit> {
        fits::weights(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_may_cross_the_new_year() {
        let season = |from: &str, until: &str| Seasonal {
            id: "x".into(),
            section: "awards".into(),
            kind: Kind::Call,
            from: YearDay::parse(from).unwrap(),
            until: YearDay::parse(until).unwrap(),
            title: Texts::new(),
            summary: Texts::new(),
            text: Texts::new(),
            link: Texts::new(),
        };
        let is_in = |from: &str, until: &str, day: &str| season(from, until).is_in_season(YearDay::parse(day).unwrap());
        assert!(is_in("11-01", "11-30", "11-25") && !is_in("11-01", "11-30", "12-01"));
        assert!(is_in("12-15", "01-31", "01-02") && is_in("12-15", "01-31", "12-15"));
        assert!(!is_in("12-15", "01-31", "02-01"));
    }

    #[test]
    fn a_day_that_no_year_has_is_refused() {
        assert!(YearDay::parse("02-29").is_some());
        for bad in ["02-30", "13-01", "11", "november", "11-0", ""] {
            assert!(YearDay::parse(bad).is_none(), "{bad}");
        }
    }
}
