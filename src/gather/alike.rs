//! Whether two departments announce the same thing: the same day, no number or name that speaks against it, and titles
//! that are the same but for a word or two. In doubt they are two: an editor sees a double, but not what is gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::pair::words;
use super::text;
use crate::model::{Lang, Origin, Story};

/// Common words of all words of two titles, from which they are one announcement.
const TITLES_MIN: f64 = 0.8;
/// Below this, titles in a second language contradict those in the first.
const TITLES_OTHER_MIN: f64 = 0.5;
/// Titles of fewer words say too little (`News release`).
const TITLE_WORDS_MIN: usize = 3;
/// Teasers of so many words that share less than this part of the shorter one's are of two stories: every minister has
/// a `Public itinerary`.
const SUMMARY_WORDS_MIN: usize = 8;
const SUMMARY_MIN: f64 = 0.3;

/// Stories by day and the rarest words of their titles, so that not every story is compared with every other.
pub(super) struct Announcements {
    zone: TimeZone,
    by_word: HashMap<(Date, Lang, String), Vec<usize>>,
}

impl Announcements {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, by_word: HashMap::new() }
    }

    /// Takes a story that is shown, with its place in the list.
    pub(super) fn add(&mut self, story: &Story, at: usize) {
        for key in self.keys(story) {
            self.by_word.entry(key).or_default().push(at);
        }
    }

    /// The story of another source that announces the same.
    pub(super) fn find(&self, story: &Story, stories: &[Story]) -> Option<usize> {
        let near: BTreeSet<usize> =
            self.keys(story).into_iter().filter_map(|key| self.by_word.get(&key)).flatten().copied().collect();
        near.into_iter().find(|at| source(&stories[*at]) != source(story) && is_same(&stories[*at], story))
    }

    /// Two sets of words that share four of five have one of their first few in common, in whichever order. Long words
    /// first: they are rare.
    fn keys(&self, story: &Story) -> Vec<(Date, Lang, String)> {
        let (Some(published), Some(_)) = (story.published, source(story)) else { return Vec::new() };
        let day = published.to_zoned(self.zone.clone()).date();
        let mut keys = Vec::new();
        for (lang, text) in &story.texts {
            let mut all = words::of(&text.title);
            all.sort_by_key(|word| (std::cmp::Reverse(word.len()), word.clone()));
            all.dedup();
            // All but four fifths, and one: as many may differ before the likeness is too small.
            let few = all.len() - (all.len() * 4).div_ceil(5) + 1;
            keys.extend(all.into_iter().take(few).map(|word| (day, lang.clone(), word)));
        }
        keys
    }
}

fn source(story: &Story) -> Option<&str> {
    match &story.origin {
        Origin::Source { source, .. } => Some(source),
        Origin::File { .. } => None,
    }
}

fn is_same(a: &Story, b: &Story) -> bool {
    let shared: BTreeMap<_, _> =
        a.texts.iter().filter_map(|(lang, text)| Some((lang, (text, b.texts.get(lang)?)))).collect();
    let mut found = false;
    for (first, second) in shared.values() {
        let likeness = likeness(&first.title, &second.title);
        let (one, other) = (words::of(&first.summary), words::of(&second.summary));
        let long = one.len().min(other.len()) >= SUMMARY_WORDS_MIN;
        if likeness < TITLES_OTHER_MIN
            || numbers(&first.title) != numbers(&second.title)
            || (long && part(&one, &other) < SUMMARY_MIN)
            || names_differ(&first.title, &second.title)
        {
            return false;
        }
        found |= likeness >= TITLES_MIN;
    }
    found
}

/// The common part of all words of two titles; none for titles that say too little.
fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (words::of(a), words::of(b));
    if a.len().min(b.len()) < TITLE_WORDS_MIN {
        return 0.0;
    }
    let common = common(&a, &b);
    ratio(common, a.len() + b.len() - common)
}

fn part(a: &[String], b: &[String]) -> f64 {
    ratio(common(a, b), a.len().min(b.len()))
}

fn common(a: &[String], b: &[String]) -> usize {
    a.iter().filter(|word| b.contains(word)).count()
}

#[expect(clippy::cast_precision_loss, reason = "counts of the words of a title")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn numbers(title: &str) -> BTreeSet<String> {
    let folded = text::folded(title);
    folded.split(' ').filter(|word| word.contains(|c: char| c.is_ascii_digit())).map(str::to_owned).collect()
}

/// `… in Winnipeg` and `… in Regina`: each has a name that the other lacks.
fn names_differ(a: &str, b: &str) -> bool {
    let names = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| word.starts_with(char::is_uppercase)).map(text::folded).collect()
    };
    let all = |text: &str| text::folded(text).split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let only = |here: &str, there: &str| names(here).difference(&all(there)).next().is_some();
    only(a, b) && only(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        likeness(a, b) >= TITLES_MIN && numbers(a) == numbers(b) && !names_differ(a, b)
    }

    #[test]
    fn one_announcement_is_known_by_its_title_and_two_are_kept_apart() {
        for (a, b, expected) in [
            (
                "Government of Canada protects more land in Yukon",
                "Government of Canada protects more land in Yukon",
                true,
            ),
            (
                "Canada and Yukon announce more protected land near Old Crow",
                "Canada and Yukon announce more protected land near Old Crow today",
                true,
            ),
            (
                "Government of Canada invests in housing in Winnipeg",
                "Government of Canada invests in housing in Regina",
                false,
            ),
            (
                "Canada invests $2 million in new affordable homes for families in Moncton",
                "Canada invests $3 million in new affordable homes for families in Moncton",
                false,
            ),
            (
                "Minister Roy announces support for young farmers and growers in every province",
                "Minister Diallo announces support for young farmers and growers in every province",
                false,
            ),
            ("News release", "News release", false),
        ] {
            assert_eq!(same(a, b), expected, "{a} / {b}");
        }
    }
}
