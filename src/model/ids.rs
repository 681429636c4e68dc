//! Names of issues, stories and editions: parsed once, valid from then on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a name was refused; the sentence says what a good one looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdError(pub crate::model::Words);

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for IdError {}

/// The word by which an issue's name says that it corrects another.
const CORRECTION: &str = "-correction";

/// An issue: `YYYY-MM`, or `YYYY-MM-word` for a special issue or a correction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssueId(String);

impl IssueId {
    /// Reads `2026-12` or `2026-12-special`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        let mut parts = text.splitn(3, '-');
        let (year, month, word) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        let good_month = digits(month, 2) && (1..=12).contains(&month.parse::<u8>().unwrap_or(0));
        let good_word = word.is_none_or(|word| {
            !word.is_empty()
                && word.len() <= 40
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
        if digits(year, 4) && good_month && good_word {
            return Ok(Self(text.to_owned()));
        }
        Err(IdError(words!(
            "`{text}` is not an issue: write the year and the month, as `2026-12`, or `2026-12-word` for a special issue",
            "`{text}` n'est pas un numéro : écrivez l'année et le mois, par exemple `2026-12`, ou `2026-12-mot` pour un numéro spécial"
        )))
    }

    /// The regular issue of a month.
    pub fn of_month(year: i16, month: i8) -> Self {
        Self(format!("{year:04}-{month:02}"))
    }

    /// As written: the name of its folder.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The year, 0 to 9999.
    pub fn year(&self) -> i16 {
        self.0[..4].parse().expect("an issue begins with four digits")
    }

    /// The month, 1 to 12.
    pub fn month(&self) -> i8 {
        self.0[5..7].parse().expect("an issue names its month")
    }

    /// Whether this is the month's regular issue.
    pub fn is_regular(&self) -> bool {
        self.0.len() == 7
    }

    /// The issue that this one corrects: `2026-12` for `2026-12-correction` and `2026-12-correction2`; none: it is no
    /// correction.
    pub fn corrects(&self) -> Option<Self> {
        let name = self.0.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = name.strip_suffix(CORRECTION).or_else(|| name.strip_suffix('-')?.strip_suffix(CORRECTION))?;
        Self::parse(name).ok()
    }

    /// The nth correction of this issue, from 1.
    pub fn correction(&self, n: u32) -> Result<Self, IdError> {
        let n = if n > 1 { n.to_string() } else { String::new() };
        Self::parse(&format!("{self}{CORRECTION}{n}"))
    }

    /// The regular issue of the month after this one's.
    #[must_use]
    pub fn next_month(&self) -> Self {
        if self.month() == 12 {
            Self::of_month(self.year() + 1, 1)
        } else {
            Self::of_month(self.year(), self.month() + 1)
        }
    }
}

impl fmt::Display for IssueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for IssueId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<IssueId> for String {
    fn from(id: IssueId) -> Self {
        id.0
    }
}

/// A story for as long as it lives: source id and 8 base32 characters of its first URL's SHA-256, or `file-` and the
/// file's stem. It does not change when a twin, a guid or another URL appears.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoryId(String);

impl StoryId {
    /// A story read from a feed or page: `source` and its first canonical URL.
    pub fn from_url(source: &str, canonical_url: &str) -> Self {
        use sha2::{Digest as _, Sha256};
        let hash = Sha256::digest(canonical_url.as_bytes());
        let word = data_encoding::BASE32_NOPAD.encode(&hash[..5]).to_ascii_lowercase();
        Self(format!("{source}-{word}"))
    }

    /// A story read from a file: `stem` without its language (`rédiger.fr.md` → `rédiger`).
    pub fn from_file(stem: &str) -> Self {
        let word: String = stem
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { '-' })
            .collect();
        Self(format!("file-{}", word.trim_matches('-')))
    }

    /// As a person typed it.
    pub fn parse(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// As written in `issue.toml`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An edition of an issue: a language's key, or `both` for the stacked bilingual one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditionId(String);

impl EditionId {
    /// The edition in one language.
    pub fn of(lang: &crate::model::Lang) -> Self {
        Self(lang.as_str().to_owned())
    }

    /// The stacked bilingual edition.
    pub fn both() -> Self {
        Self("both".to_owned())
    }

    /// An edition by its name in files.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// As written in file names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the stacked edition.
    pub fn is_both(&self) -> bool {
        self.0 == "both"
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_a_year_and_a_month() {
        for good in ["2026-12", "2027-01", "2026-12-special", "2026-12-correction-2"] {
            assert_eq!(IssueId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "2026", "2026-13", "2026-00", "26-12", "2026-12-", "2026-12-É", "2026-12-../..", "décembre"] {
            assert!(IssueId::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(IssueId::parse("2026-12").unwrap().next_month().as_str(), "2027-01");
    }

    #[test]
    fn a_correction_names_the_issue_that_it_corrects() {
        let id = |text: &str| IssueId::parse(text).unwrap();
        for n in 1..=12 {
            assert_eq!(id("2026-12").correction(n).unwrap().corrects(), Some(id("2026-12")));
        }
        assert_eq!(id("2026-12").correction(2).unwrap().as_str(), "2026-12-correction2");
        assert_eq!(id("2026-12-correction-2").corrects(), Some(id("2026-12")));
        assert_eq!(id("2026-12-special-correction").corrects(), Some(id("2026-12-special")));
        for other in ["2026-12", "2026-12-special", "2026-12-corrections", "2026-12-correction-x"] {
            assert_eq!(id(other).corrects(), None, "{other}");
        }
    }

    #[test]
    fn a_story_keeps_its_identity() {
        let id = StoryId::from_url("tbs-news", "https://www.canada.ca/en/news/a.html");
        assert_eq!(id, StoryId::from_url("tbs-news", "https://www.canada.ca/en/news/a.html"));
        assert_eq!(id.as_str().len(), "tbs-news-".len() + 8);
        assert_eq!(StoryId::from_file("Learning Day (1)").as_str(), "file-learning-day--1");
    }
}
