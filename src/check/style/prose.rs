//! Sentences that people finish: headings, lengths and how hard a text is to read (STY-02, STY-09, STY-10), in English
//! and in French.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::lists::lists;
use crate::check::catalogue::{Limit, limit};
use crate::check::proof::{Hit, Mails, Part, Proof};
use crate::check::text::scan::{self, Pattern, pattern};
use crate::check::text::sentences::{sentences, words};
use crate::model::{Severity, Words};

/// The longest sentence in English, and in French, which needs more words for the same (FEDERAL 2.3).
pub(crate) const WORDS_EN: Limit = limit("STY-09", "words_en", 25.0);
pub(crate) const WORDS_FR: Limit = limit("STY-09", "words_fr", 30.0);
/// A paragraph holds one idea (FEDERAL 2.3).
pub(crate) const SENTENCES: Limit = limit("STY-09", "sentences", 3.0);
/// A list longer than this is not read to its end (FEDERAL 2.3).
pub(crate) const ITEMS: Limit = limit("STY-09", "items", 7.0);
/// A text without a heading for longer than this is not scanned (FEDERAL 2.3).
pub(crate) const HEADING_WORDS: Limit = limit("STY-02", "words", 200.0);
/// A shorter text gives no measure of reading.
const MEASURED_WORDS_MIN: usize = 100;

/// Half of what federal writers publish has a sentence a little too long (FEDERAL 2.3): of each story the longest is
/// worth a look, from this many times the limit on, and the others are told.
const FAR_TOO_LONG: f64 = 1.4;

pub(crate) fn lengths(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    // The longest sentence and paragraph of each text: how long, and which hit.
    let mut longest: BTreeMap<(Option<&str>, &str, bool), (usize, usize)> = BTreeMap::new();
    for passage in proof.passages.iter().filter(|passage| passage.part.is_prose() && !passage.is_strange) {
        let limit = if passage.lang.is_french() { &WORDS_FR } else { &WORDS_EN };
        let max = proof.count(limit);
        let text = &passage.block.text;
        let all = sentences(text);
        let mut add = |hit: Hit, n: usize, limit: &Limit, is_paragraph: bool| {
            hits.push(hit.weighing(Severity::Info));
            let is_far = is_above(n, proof.limit(limit) * FAR_TOO_LONG);
            let key = (passage.story.map(|story| story.id.as_str()), passage.lang.as_str(), is_paragraph);
            if is_far && longest.get(&key).is_none_or(|(most, _)| n > *most) {
                longest.insert(key, (n, hits.len() - 1));
            }
        };
        for sentence in &all {
            let n = words(sentence);
            if n > max {
                let start = text.find(sentence).unwrap_or(0);
                let hit = proof.at(
                    passage,
                    start..start + sentence.len(),
                    words!("a sentence of {n} words", "une phrase de {n} mots"),
                    words!("cut it in two: at most {max} words", "coupez-la en deux : au plus {max} mots"),
                );
                add(hit, n, limit, false);
            }
        }
        let n = all.len();
        if passage.part == Part::Paragraph && !text.contains('\n') && n > proof.count(&SENTENCES) {
            let hit = proof.at(
                passage,
                0..text.len(),
                words!("a paragraph of {n} sentences", "un paragraphe de {n} phrases"),
                words!("begin a new paragraph with each idea", "commencez un nouveau paragraphe à chaque idée"),
            );
            add(hit, n, &SENTENCES, true);
        }
    }
    for (_, at) in longest.into_values() {
        hits[at].severity = Some(Severity::Warning);
    }
    long_lists(proof, hits);
}

#[expect(clippy::cast_precision_loss, reason = "words of one sentence are far fewer than 2^52")]
fn is_above(n: usize, most: f64) -> bool {
    n as f64 > most
}

fn long_lists(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        for (lang, text) in &story.texts {
            let items_max = proof.count(&ITEMS);
            if let Some(n) = lists(&text.body).iter().map(Vec::len).max().filter(|n| *n > items_max) {
                hits.push(proof.on_story(
                    story,
                    lang,
                    words!("a list of {n} items", "une liste de {n} éléments"),
                    words!("cut it to {items_max}, or part it in two", "ramenez-la à {items_max}, ou divisez-la"),
                ));
            }
        }
    }
}

/// Headings that follow one another, and texts that go on without one.
pub(crate) fn headings(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let n = sheet.select("h1").len();
        if n > sheet.edition.langs.len() {
            let words = (
                words!("{n} main headings in one mail", "{n} titres principaux dans un même message"),
                words!("keep one for each language", "n'en gardez qu'un par langue"),
            );
            hits.push(crate::check::accessibility::hit_in(proof, sheet, None, "", words).weighing(Severity::Info));
        }
    }
    for story in proof.issue.stories() {
        for lang in story.texts.keys().filter(|lang| proof.issue.languages.contains(lang)) {
            let parts = proof
                .of_story(story, lang)
                .filter(|passage| matches!(passage.part, Part::Heading | Part::Paragraph | Part::Item | Part::Cell));
            let (mut heading, mut since) = (None, 0);
            let mut longest = 0;
            for passage in parts {
                if passage.part != Part::Heading {
                    heading = None;
                    since += words(&passage.block.text);
                    longest = longest.max(since);
                    continue;
                }
                since = 0;
                if heading.is_some() {
                    hits.push(proof.at(passage, 0..passage.block.text.len(), stacked(), text_below()));
                }
                heading = Some(passage);
            }
            if let Some(last) = heading {
                let message = words!("a heading with nothing below it", "un intertitre sans rien au-dessous");
                hits.push(proof.at(last, 0..last.block.text.len(), message, text_below()));
            }
            if longest > proof.count(&HEADING_WORDS) {
                let hit = proof.on_story(
                    story,
                    lang,
                    words!("{longest} words without a heading", "{longest} mots sans intertitre"),
                    words!(
                        "a heading about every 200 words helps readers scan",
                        "un intertitre tous les 200 mots environ aide à parcourir le texte"
                    ),
                );
                hits.push(hit.weighing(Severity::Info));
            }
        }
    }
}

fn stacked() -> Words {
    words!("a heading right below a heading", "un intertitre juste sous un intertitre")
}

fn text_below() -> Words {
    words!("write a sentence between them, or take one out", "écrivez une phrase entre les deux, ou retirez-en un")
}

/// How hard each story is to read. Never a gate: the guide says that such tools must not be used to judge a text.
pub(crate) fn readability(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        for lang in story.texts.keys().filter(|lang| lang.is_english() || lang.is_french()) {
            let prose: Vec<&str> = proof
                .of_story(story, lang)
                .filter(|passage| passage.part.is_prose() && !passage.is_strange)
                .flat_map(|passage| sentences(&passage.block.text))
                .collect();
            let Some(measure) = measure(&prose, lang.is_french()) else { continue };
            let Measure { score, per_sentence, passive } = measure;
            let (score, score_fr) = scan::decimal(score);
            let (en, fr) = if lang.is_french() {
                ("Kandel-Moles ease", "facilité de Kandel-Moles")
            } else {
                ("Flesch-Kincaid grade", "niveau Flesch-Kincaid")
            };
            hits.push(proof.on_story(
                story,
                lang,
                words!(
                    "{en} {score}; {per_sentence:.0} words a sentence; {passive}% of sentences in the passive voice",
                    "{fr} {score_fr}; {per_sentence:.0} mots par phrase; {passive} % des phrases à la voix passive"
                ),
                Words::default(),
            ));
        }
    }
}

/// What was measured of a text.
struct Measure {
    score: f64,
    per_sentence: f64,
    /// Percent.
    passive: usize,
}

/// None: the text is too short to be measured.
#[expect(clippy::cast_precision_loss, reason = "words of one story are far fewer than 2^52")]
fn measure(prose: &[&str], french: bool) -> Option<Measure> {
    static PASSIVE: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:^|[\s(])(?:is|are|was|were|be|been|being)\s+(?:\p{L}+ly\s+)?\p{L}+(?:ed|wn|ought|ade|uilt|ent|ept)(?:[^\p{L}]|$)|(?:^|[\s(])(?:est|sont|été|être|était|étaient|sera|seront)\s+(?:\p{L}+ment\s+)?\p{L}+(?:é|ée|és|ées|it|ite|its|ites)(?:[^\p{L}]|$)",
        )
    });
    let (mut all, mut syllables, mut passive) = (0, 0, 0);
    for sentence in prose {
        for (_, word) in scan::words(sentence) {
            all += 1;
            syllables += syllables_of(word, french);
        }
        passive += usize::from(PASSIVE.is_match(sentence));
    }
    if all < MEASURED_WORDS_MIN {
        return None;
    }
    let per_sentence = all as f64 / prose.len() as f64;
    let per_word = syllables as f64 / all as f64;
    let score = if french {
        207.0 - 1.015 * per_sentence - 73.6 * per_word
    } else {
        0.39 * per_sentence + 11.8 * per_word - 15.59
    };
    Some(Measure { score, per_sentence, passive: passive * 100 / prose.len() })
}

/// Groups of vowels; a silent e at the end counts for none.
fn syllables_of(word: &str, french: bool) -> usize {
    let lower = word.to_lowercase();
    let is_vowel = |c: char| "aeiouyàâäéèêëîïôöùûüœæ".contains(c);
    let mut groups = 0;
    let mut before = false;
    for c in lower.chars() {
        let now = is_vowel(c);
        groups += usize::from(now && !before);
        before = now;
    }
    let ends: &[&str] = if french { &["e", "es", "ent"] } else { &["e", "es", "ed"] };
    let is_silent = groups > 1
        && !lower.ends_with("le")
        && ends.iter().any(|end| lower.strip_suffix(end).is_some_and(|rest| !rest.ends_with(is_vowel)));
    (groups - usize::from(is_silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_counted_as_they_are_said() {
        for (word, french, expected) in [
            ("plain", false, 1),
            ("language", false, 2),
            ("table", false, 2),
            ("communication", false, 5),
            ("langage", true, 2),
            ("idée", true, 2),
            ("B2B", false, 1),
        ] {
            assert_eq!(syllables_of(word, french), expected, "{word}");
        }
    }

    #[test]
    fn a_plain_text_is_measured_as_plainer_than_a_heavy_one() {
        let plain = ["We help you write. You can ask us now.", "The work is done by a team of two."].repeat(8);
        let heavy =
            ["Organizational considerations necessitate comprehensive interdepartmental collaboration mechanisms."]
                .repeat(15);
        let grade = |prose: &[&str]| measure(prose, false).unwrap().score;
        assert!(grade(&plain) + 10.0 < grade(&heavy), "{} {}", grade(&plain), grade(&heavy));
        assert!(measure(&plain[..2], false).is_none());
    }
}
