//! Words in another language than the text around them say so with `lang` (ACC-02): titles of third-party stories, the
//! switch to the other language, the notice of a bilingual edition.

use std::ops::Range;

use super::hit_in;
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Proof};
use crate::check::text::language;
use crate::model::{Lang, Severity, Slot};

/// Small words of the other language that tell a line of the frame.
const SMALL_WORDS_MIN: usize = 3;
/// The same of the link to the other language, which is known to lead there.
const SMALL_WORDS_OF_SWITCH_MIN: usize = 1;

pub(crate) fn judge(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    only_titles(proof, hits);
    for sheet in &proof.sheets {
        switches(proof, sheet, hits);
        frame_of_both(proof, sheet, hits);
    }
    notices(proof, hits);
    asides(proof, hits);
}

/// A title in italics, a quotation or a link of a story that is plainly in another language than its text.
fn asides(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for passage in proof.passages.iter().filter(|it| !it.is_strange && it.strange_sentences.is_empty()) {
        let (block, lang) = (&passage.block, &passage.lang);
        let linked = block.links.iter().filter(|link| link.lang.is_none()).map(|link| &link.range);
        let quoted = quotations(&block.text);
        for range in block.aside.iter().chain(linked).chain(&quoted) {
            let words = &block.text[range.clone()];
            let is_whole = words.len() == block.text.len();
            if is_whole
                || crate::check::links::says_one_language(words, lang)
                || language::strange(words, lang).is_none()
            {
                continue;
            }
            let reading = proof.read(passage);
            if !reading.is_marked(range) {
                hits.push(reading.hit(
                    range.clone(),
                    words!(
                        "words that are not in `{lang}` do not say so",
                        "des mots qui ne sont pas en `{lang}` ne sont pas marqués comme tels"
                    ),
                    words!(
                        "translate them, or mark them: <span lang=…>",
                        "faites-les traduire ou marquez-les : <span lang=…>"
                    ),
                ));
                break;
            }
        }
    }
}

/// What stands between quotation marks.
fn quotations(text: &str) -> Vec<Range<usize>> {
    let pairs = [('«', '»'), ('“', '”')].into_iter();
    pairs
        .flat_map(|(open, close)| text.match_indices(open).map(move |(at, mark)| (at + mark.len(), close)))
        .filter_map(|(start, close)| text[start..].find(close).map(|length| start..start + length))
        .collect()
}

fn only_titles(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        let Some(only) = &story.only else { continue };
        let Some(title) = story.texts.get(&only.language).map(|text| text.title.trim()) else { continue };
        for sheet in proof.sheets.iter().filter(|sheet| !sheet.edition.langs.contains(&only.language)) {
            let is_unmarked = sheet.blocks.iter().any(|placed| {
                let block = &placed.block;
                let is_said = placed.lang.as_ref() == Some(&only.language)
                    || !block.marked.is_empty()
                    || block.links.iter().any(|link| link.lang.is_some());
                placed.is_shown && !is_said && !title.is_empty() && block.text.contains(title)
            });
            if is_unmarked {
                let lang = &only.language;
                let words = (
                    words!("the title in `{lang}` does not say so", "le titre en `{lang}` n'est pas marqué comme tel"),
                    words!("give it lang=`{lang}` in the template", "donnez-lui lang=`{lang}` dans le gabarit"),
                );
                hits.push(hit_in(proof, sheet, Some(story.id.as_str()), title, words));
            }
        }
    }
}

/// The link to the other language is in that language's words.
fn switches(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let token = Slot::Preferences.token();
    let others: Vec<&Lang> = proof.issue.languages.iter().filter(|lang| !sheet.edition.langs.contains(lang)).collect();
    for placed in sheet.blocks.iter().filter(|placed| placed.is_shown && placed.story.is_none()) {
        if placed.lang.as_ref().is_some_and(|lang| others.contains(&lang)) {
            continue;
        }
        for link in placed.block.links.iter().filter(|link| link.lang.is_none()) {
            // Its words are the other language's name, or plainly that language's.
            let says = |lang: &&&Lang| {
                let is_strange = placed
                    .lang
                    .as_ref()
                    .is_some_and(|own| language::strange_short(&link.text, own, SMALL_WORDS_OF_SWITCH_MIN).is_some());
                link.text == proof.newsletter.language(lang).label || (is_strange && link.href.starts_with(token))
            };
            let own = others.iter().find(says);
            if let Some(lang) = own {
                let words = (
                    words!("the link in `{lang}` does not say so", "le lien en `{lang}` n'est pas marqué comme tel"),
                    words!("give it lang=`{lang}` in the template", "donnez-lui lang=`{lang}` dans le gabarit"),
                );
                hits.push(hit_in(proof, sheet, None, &link.text, words));
            }
        }
    }
}

/// In a bilingual edition what stands between the stories is in the language of its half, or says that it is not.
fn frame_of_both(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    if sheet.edition.langs.len() < 2 {
        return;
    }
    for placed in sheet.blocks.iter().filter(|placed| placed.is_shown && placed.story.is_none()) {
        let Some(lang) = &placed.lang else { continue };
        let text = &placed.block.text;
        let is_strange = placed.is_strange
            || language::strange_short(text, lang, SMALL_WORDS_MIN).is_some()
            || crate::check::parity::claims::has_strange_line(&placed.block, lang);
        // The other edition says the same in its half: nothing to translate, something to mark.
        if is_strange && placed.block.marked.is_empty() && !is_passage(proof, text, lang) {
            let words = (
                words!(
                    "words that are not in `{lang}` do not say so",
                    "des mots qui ne sont pas en `{lang}` ne sont pas marqués comme tels"
                ),
                words!("give them their `lang` in the template", "donnez-leur leur `lang` dans le gabarit"),
            );
            hits.push(hit_in(proof, sheet, None, text, words));
        }
    }
}

/// Whether a text of this language is the issue's own: BIL-09 judges it.
fn is_passage(proof: &Proof<'_>, text: &str, lang: &Lang) -> bool {
    let words = crate::check::text::scan::folded_words(text);
    proof.passages.iter().any(|it| it.lang == *lang && crate::check::text::scan::folded_words(&it.block.text) == words)
}

/// A link that says in words that its page is in another language, and not in its code.
fn notices(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::links::each(proof, |reading, link| {
        let is_said = crate::check::links::says_one_language(&link.text, reading.lang);
        if is_said && link.lang.is_none() && !reading.is_marked(&link.range) {
            let hit = reading.hit(
                link.range.clone(),
                words!(
                    "the page is in another language, and the link has no `hreflang`",
                    "la page est dans une autre langue, et le lien n'a pas de `hreflang`"
                ),
                words!("give it hreflang", "donnez-lui hreflang"),
            );
            hits.push(hit.weighing(Severity::Info));
        }
    });
}
