//! What `check`, `gather` and `curate` have to say about a text: a rule, a place, a message and the mend.

use serde::{Deserialize, Serialize};

use super::{Lang, Words};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Blocks sending.
    #[serde(rename = "E")]
    Error,
    /// Needs an editor's eye.
    #[serde(rename = "W")]
    Warning,
    /// Was mended by the program, and is reported.
    #[serde(rename = "F")]
    Fixed,
    /// Information.
    #[serde(rename = "I")]
    Info,
}

impl Severity {
    /// `E`, `W`, `F` or `I`.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Error => "E",
            Self::Warning => "W",
            Self::Fixed => "F",
            Self::Info => "I",
        }
    }
}

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id: `TYP-04`; `STORY` for a contributor's file, `FEED` for an item of a source, `CURATE`.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// The language of the text, when it is in one.
    pub language: Option<Lang>,
    /// Where.
    pub place: Place,
    /// The offending text, short.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
    /// What is wrong.
    pub message: Words,
    /// What to do.
    pub hint: Words,
    /// Who accepted it, and why.
    #[serde(default)]
    pub waived: Option<Waived>,
}

impl Serialize for Words {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("en", &self.en)?;
        map.serialize_entry("fr", &self.fr)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Both {
            en: String,
            fr: String,
        }
        let both = Both::deserialize(from)?;
        Ok(Self { en: both.en, fr: both.fr })
    }
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Place {
    /// In a file that a person writes; line and column from 1, 0 when it is the whole file.
    File {
        /// From the newsletter's folder.
        file: String,
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// In a composed edition.
    Edition {
        /// `en`, `fr`, `both`.
        edition: String,
        /// The story, when it is in one.
        story: Option<String>,
    },
}

/// A finding that a named person has accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}
