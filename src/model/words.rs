//! What the program says to a person, in both languages at once, so that no stage needs to know who reads.

use std::fmt;

/// The language in which the program itself speaks to the person at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Speech {
    /// English.
    #[default]
    En,
    /// French, as written in Canada.
    Fr,
}

/// One sentence in English and in French.
///
/// `{}` prints the English and `{:#}` the French, so that a chain of [`anyhow`] contexts can be printed in either.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Words {
    /// The English sentence.
    pub en: String,
    /// The French sentence.
    pub fr: String,
}

impl Words {
    /// The sentence in the language asked for.
    pub fn say(&self, speech: Speech) -> &str {
        match speech {
            Speech::En => &self.en,
            Speech::Fr => &self.fr,
        }
    }

    /// Words that are the same in both languages: a name, a number, a path.
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { fr: en.clone(), en }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { &self.fr } else { &self.en })
    }
}

impl std::error::Error for Words {}

/// Makes [`Words`] from an English and a French format string that capture variables by name.
#[macro_export]
macro_rules! words {
    ($en:literal, $fr:literal $(,)?) => {
        $crate::model::Words { en: format!($en), fr: format!($fr) }
    };
}
