//! Whether two departments announce the same thing: the same day, no number or name that speaks against it, and titles
//! that are the same but for a word or two. In doubt they are two: an editor sees a double, but not what is gone.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::pair::words;
use super::text;
use crate::model::{Origin, Story};

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

/// Stories by day, numbers and the rarest words of their titles, so that not every story is compared with every other.
pub(super) struct Announcements {
    zone: TimeZone,
    /// Words by number: numbers are compared faster.
    words: HashMap<String, u32>,
    /// The last face of each key; the others hang on it. A list for each would be most of the memory.
    by_key: HashMap<Key, usize>,
    hung: Vec<Hung>,
    faces: Vec<Face>,
}

/// A face under a key, and the place of the one that was there before.
struct Hung {
    face: usize,
    before: Option<usize>,
}

/// A day, the figures of a title and one of its words.
type Key = (Date, u32, u32);

/// What a story is compared by first.
struct Face {
    /// Its place in the list of stories.
    at: usize,
    titles: Vec<Title>,
}

/// A title in one language: its words and all its figures, by number.
struct Title {
    lang: u32,
    words: Vec<u32>,
    figures: u32,
}

impl Announcements {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, words: HashMap::new(), by_key: HashMap::new(), hung: Vec::new(), faces: Vec::new() }
    }

    /// The story of another source that announces the same; otherwise this one is taken, for place `at` in the list.
    pub(super) fn find_or_add(&mut self, story: &Story, at: usize, stories: &[Story]) -> Option<usize> {
        let (titles, keys) = self.face(story)?;
        let is_other = |other: usize| source(&stories[other]) != source(story);
        let mut others: Vec<usize> = keys.iter().flat_map(|key| self.under(key)).collect();
        others.sort_unstable();
        others.dedup();
        let near = others.into_iter().map(|face| &self.faces[face]).filter(|face| near(&face.titles, &titles));
        let found = near.map(|face| face.at).find(|other| is_other(*other) && is_same(&stories[*other], story));
        if found.is_none() {
            for key in keys {
                let before = self.by_key.insert(key, self.hung.len());
                self.hung.push(Hung { face: self.faces.len(), before });
            }
            self.faces.push(Face { at, titles });
        }
        found
    }

    /// The faces of a key.
    fn under(&self, key: &Key) -> impl Iterator<Item = usize> {
        let first = self.by_key.get(key).map(|at| &self.hung[*at]);
        std::iter::successors(first, |hung| hung.before.map(|at| &self.hung[at])).map(|hung| hung.face)
    }

    fn face(&mut self, story: &Story) -> Option<(Vec<Title>, Vec<Key>)> {
        source(story)?;
        let day = story.published?.to_zoned(self.zone.clone()).date();
        let (mut titles, mut keys) = (Vec::with_capacity(story.texts.len()), Vec::new());
        for (lang, text) in &story.texts {
            let mut all = words::of(&text.title);
            // Two sets of words that share four of five have one of their first few in common, in whichever order.
            // Long words first: they are rare.
            all.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            let few = all.len() - (all.len() * 4).div_ceil(5) + 1;
            let figures = self.number(numbers(&text.title));
            let mut words: Vec<u32> = all.into_iter().map(|word| self.number(word)).collect();
            keys.extend(words.iter().take(few).map(|word| (day, figures, *word)));
            words.sort_unstable();
            titles.push(Title { lang: self.number(lang.as_str().to_owned()), words, figures });
        }
        Some((titles, keys))
    }

    fn number(&mut self, word: String) -> u32 {
        // A harvest has fewer words than there are numbers; if not, some would only be alike.
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.words.entry(word).or_insert(next)
    }
}

fn source(story: &Story) -> Option<&str> {
    match &story.origin {
        Origin::Source { source, .. } => Some(source),
        Origin::File { .. } => None,
    }
}

/// Numbers alike, and in one language titles alike, with none that contradict in another.
fn near(a: &[Title], b: &[Title]) -> bool {
    let mut found = false;
    for title in a {
        let Some(other) = b.iter().find(|other| other.lang == title.lang) else { continue };
        if title.figures != other.figures {
            return false;
        }
        let likeness = likeness(&title.words, &other.words);
        if likeness < TITLES_OTHER_MIN {
            return false;
        }
        found |= likeness >= TITLES_MIN;
    }
    found
}

/// Whether nothing in the words of two near stories speaks against it.
fn is_same(a: &Story, b: &Story) -> bool {
    a.texts.iter().filter_map(|(lang, text)| Some((text, b.texts.get(lang)?))).all(|(first, second)| {
        let (one, other) = (words::of(&first.summary), words::of(&second.summary));
        let short = one.len().min(other.len());
        let common = one.iter().filter(|word| other.contains(word)).count();
        let is_told_apart = short >= SUMMARY_WORDS_MIN && ratio(common, short) < SUMMARY_MIN;
        !is_told_apart && !names_differ(&first.title, &second.title)
    })
}

/// The common part of all words of two titles, sorted; none for titles that say too little.
fn likeness(a: &[u32], b: &[u32]) -> f64 {
    if a.len().min(b.len()) < TITLE_WORDS_MIN {
        return 0.0;
    }
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(one), Some(other)) = (a.get(i), b.get(j)) {
        common += usize::from(one == other);
        (i, j) = (i + usize::from(one <= other), j + usize::from(other <= one));
    }
    ratio(common, a.len() + b.len() - common)
}

#[expect(clippy::cast_precision_loss, reason = "counts of the words of a title")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The figures of a title in order, each once.
fn numbers(title: &str) -> String {
    if !title.bytes().any(|byte| byte.is_ascii_digit()) {
        return String::new();
    }
    let folded = text::folded(title);
    let figures: BTreeSet<&str> =
        folded.split(' ').filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect();
    figures.into_iter().collect::<Vec<_>>().join(" ")
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
        let mut all = Announcements::new(TimeZone::UTC);
        let mut words = |title| {
            let mut words: Vec<u32> = words::of(title).into_iter().map(|word| all.number(word)).collect();
            words.sort_unstable();
            words
        };
        likeness(&words(a), &words(b)) >= TITLES_MIN && numbers(a) == numbers(b) && !names_differ(a, b)
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
