//! What mail systems say when they return a message, read from `rules.toml`: a new system is a line of data.

use regex::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use crate::model::BounceClass;

/// The patterns compile to about 3 MB; the limit is there for the day somebody adds a wild one.
const REGEX_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The rules, ready to match.
pub struct Rules {
    opens: RegexSet,
    strong: RegexSet,
    delays: RegexSet,
    original: RegexSet,
    reasons: Vec<(BounceClass, RegexSet)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    system: Vec<System>,
    original: Vec<Original>,
    reason: Vec<Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    #[expect(dead_code, reason = "who says it: for whoever reads the file")]
    server: String,
    #[serde(default)]
    delayed: bool,
    #[serde(default)]
    strong: bool,
    opens: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    #[expect(dead_code, reason = "who says it: for whoever reads the file")]
    server: String,
    begins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    class: BounceClass,
    #[expect(dead_code, reason = "who says it: for whoever reads the file")]
    server: String,
    says: Vec<String>,
}

impl Rules {
    /// The rules that are shipped. Compiling them takes a few milliseconds: once a run.
    pub fn shipped() -> Self {
        let file: File = toml_edit::de::from_str(include_str!("rules.toml")).expect("a test reads the shipped rules");
        let of = |delayed: bool| {
            let systems = file.system.iter().filter(move |system| system.delayed == delayed);
            set(systems.flat_map(|system| system.opens.iter().map(|text| pattern(text))))
        };
        let strong = file.system.iter().filter(|system| system.strong);
        // With nothing but rules and stars before it: whoever forwards a report writes something first.
        let begins =
            |text: &String| format!("^[^\\w]*{}", pattern(text.trim_start_matches(|c: char| !c.is_alphanumeric())));
        let strong = set(strong.flat_map(|system| system.opens.iter().map(begins)));
        let plain = |text: &String| regex::escape(text);
        Self {
            opens: of(false),
            strong,
            delays: of(true),
            original: set(file.original.iter().flat_map(|original| original.begins.iter().map(plain))),
            reasons: file.reason.iter().map(|reason| (reason.class, set(reason.says.iter().map(plain)))).collect(),
        }
    }

    /// Whether a text, in the form of [`folded`], begins as the report of a mail system does.
    pub(super) fn is_report(&self, text: &str) -> bool {
        self.opens.is_match(text) || self.delays.is_match(text)
    }

    /// Whether a text begins with a sentence that no person writes.
    pub(super) fn begins_strongly(&self, text: &str) -> bool {
        self.strong.is_match(text)
    }

    /// Whether a text only says that a server is still trying.
    pub(super) fn is_delay(&self, text: &str) -> bool {
        self.delays.is_match(text)
    }

    /// Whether the copy of the original begins with this line.
    pub(super) fn begins_original(&self, line: &str) -> bool {
        self.original.is_match(line)
    }

    /// What a text says about the address.
    pub(super) fn reason(&self, text: &str) -> Option<BounceClass> {
        self.reasons.iter().find(|(_, says)| says.is_match(text)).map(|(class, _)| *class)
    }
}

/// A sentence of a report: plain, but for `[a-z]+`, `[^ ]+` and `[0-9]+`.
fn pattern(text: &str) -> String {
    let mut out = regex::escape(text);
    for class in ["[a-z]+", "[^ ]+", "[0-9]+"] {
        out = out.replace(&regex::escape(class), class);
    }
    out
}

fn set(patterns: impl Iterator<Item = String>) -> RegexSet {
    RegexSetBuilder::new(patterns)
        .size_limit(REGEX_BYTES_MAX)
        .dfa_size_limit(REGEX_BYTES_MAX)
        .build()
        .expect("escaped text is a pattern")
}

/// Lower case, straight apostrophes, single spaces.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_space = true;
    for c in text.chars() {
        let c = match c {
            '\u{2019}' => '\'',
            '\u{a0}' => ' ',
            c => c,
        };
        if c.is_whitespace() {
            if !is_space {
                out.push(' ');
            }
            is_space = true;
        } else {
            out.extend(c.to_lowercase());
            is_space = false;
        }
    }
    out
}
