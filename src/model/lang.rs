//! A language is a key of `newsletter.toml`, never an enum: a third one is files only.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The key of a language in `newsletter.toml`: `en`, `fr`, `iu`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// A language by its key; letters are folded to lower case.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_ascii_lowercase())
    }

    /// The key as written in files.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether French typography applies: it hangs on the tag, not on the newsletter.
    pub fn is_french(&self) -> bool {
        self.0 == "fr" || self.0.starts_with("fr-")
    }

    /// Whether English style applies.
    pub fn is_english(&self) -> bool {
        self.0 == "en" || self.0.starts_with("en-")
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in each language that has it.
pub type Texts = BTreeMap<Lang, String>;
