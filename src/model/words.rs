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

    /// Words as they were written in the source, where a non-breaking space cannot be seen: in French it stands before a
    /// colon and inside guillemets (RULES TYP-02, TYP-04).
    pub fn written(en: String, fr: &str) -> Self {
        let mut mended = String::with_capacity(fr.len());
        let mut rest = fr.chars().peekable();
        while let Some(c) = rest.next() {
            let is_inside = mended.ends_with('«') || rest.peek() == Some(&'»') || is_before_colon(&rest);
            mended.push(if c == ' ' && is_inside { '\u{a0}' } else { c });
        }
        Self { en, fr: mended }
    }

    /// Words that are the same in both languages: a name, a number, a path.
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { fr: en.clone(), en }
    }
}

impl From<&anyhow::Error> for Words {
    /// What a chain of contexts says, in each language; anyhow's own `{:#}` would be English in both.
    fn from(error: &anyhow::Error) -> Self {
        let causes = || error.chain();
        let (en, fr) = (causes().map(ToString::to_string), causes().map(|cause| format!("{cause:#}")));
        Self { en: en.collect::<Vec<_>>().join(": "), fr: fr.collect::<Vec<_>>().join(": ") }
    }
}

/// Whether a colon comes next that ends something: not that of an address or a time.
fn is_before_colon(rest: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut rest = rest.clone();
    rest.next() == Some(':') && rest.next().is_none_or(char::is_whitespace)
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
        $crate::model::Words::written(format!($en), &format!($fr))
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn french_gets_the_spaces_that_no_editor_shows() {
        let said = words!("a: b", "fichier « a b » : voir https://example.ca/x :80 et 10 :30");
        assert_eq!(said.fr.replace('\u{a0}', "~"), "fichier «~a b~»~: voir https://example.ca/x :80 et 10 :30");
        assert_eq!(format!("{said}|{said:#}"), format!("a: b|{}", said.fr));
    }

    #[test]
    fn a_chain_of_errors_is_said_in_each_language() {
        let error = anyhow::anyhow!("os error 5").context(words!("could not read", "impossible de lire"));
        let said = super::Words::from(&error);
        assert_eq!(
            (said.en.as_str(), said.fr.as_str()),
            ("could not read: os error 5", "impossible de lire: os error 5")
        );
    }
}
