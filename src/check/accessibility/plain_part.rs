//! The text part holds what the HTML part says (ACC-11): every story in order, paragraph by paragraph, links as
//! addresses, and nothing of HTML.

use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::sync::LazyLock;

use super::hit_in;
use crate::check::html::sheet::{Placed, Sheet};
use crate::check::proof::{Hit, Part, Proof};
use crate::check::text::scan::{self, Pattern, pattern};
use crate::model::{Lang, Words};

/// A shorter run of words stands in a text by chance, and is laid out otherwise there.
const WORDS_MIN: usize = 4;
/// Bytes by which mended typography may lengthen a paragraph.
const LENGTH_SLACK: usize = 60;

pub(crate) fn judge(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let words_of_text = format!(" {} ", scan::folded_words(&sheet.edition.text).join(" "));
        leftovers(proof, sheet, hits);
        lost_words(proof, sheet, &words_of_text, hits);
        lost_addresses(proof, sheet, hits);
        for lang in &sheet.edition.langs {
            stories_in_order(proof, sheet, lang, &words_of_text, hits);
        }
    }
}

/// Tags and entities of HTML.
fn leftovers(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    static LEFT: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)(</?(?:[a-z]|h[1-6]|br|div|span|li|ul|ol|em|strong|img|table|t[rd])(?:\s[^<>]*|/)?>|&(?:[a-z]{2,8}|#[0-9]{1,5}|#x[0-9a-f]{1,5});)",
        )
    });
    let text = &sheet.edition.text;
    // Also within an address or what looks like a hashtag: `&#39;` is neither.
    if let Some(left) = LEFT.find(text).map(|left| left.as_str()) {
        let words = (
            words!("`{left}` is left of HTML in the text part", "`{left}` reste du HTML dans la partie texte"),
            template(),
        );
        hits.push(hit_in(proof, sheet, None, left, words));
    }
}

fn template() -> Words {
    words!("look at the template of the text part", "voyez le gabarit de la partie texte")
}

fn lost_words(proof: &Proof<'_>, sheet: &Sheet<'_>, words_of_text: &str, hits: &mut Vec<Hit>) {
    let text = Searched::new(words_of_text);
    let mut prose = sheet.blocks.iter().filter(|placed| is_prose(placed) && is_of_issue(proof, placed));
    if let Some(placed) = prose.find(|placed| !says(&text, placed)) {
        let words = (
            words!(
                "the text part lacks words of the HTML part",
                "des mots de la partie HTML manquent à la partie texte"
            ),
            template(),
        );
        hits.push(hit_in(proof, sheet, placed.story.as_deref(), &placed.block.text, words));
    }
}

fn lost_addresses(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let text = Searched::new(&sheet.edition.text);
    let own = proof.passages.iter().filter(|it| it.story.is_some() && sheet.edition.langs.contains(&it.lang));
    let links = own.flat_map(|passage| passage.block.links.iter().map(move |link| (passage, link)));
    let mut lost = links.filter(|(passage, link)| {
        let shown = link.href.strip_prefix("mailto:").unwrap_or(&link.href);
        passage.part != Part::Title
            && !link.href.starts_with('#')
            && !text.contains(shown.split('?').next().unwrap_or(shown))
    });
    if let Some((passage, link)) = lost.next() {
        let words = (
            words!(
                "the text part lacks an address of the HTML part",
                "une adresse de la partie HTML manque à la partie texte"
            ),
            words!("write links as addresses", "écrivez les liens sous forme d'adresses"),
        );
        let id = passage.story.map(|story| story.id.as_str());
        hits.push(hit_in(proof, sheet, id, &link.href, words));
    }
}

fn stories_in_order(proof: &Proof<'_>, sheet: &Sheet<'_>, lang: &Lang, words_of_text: &str, hits: &mut Vec<Hit>) {
    let text = &sheet.edition.text;
    let mut from = 0;
    for story in proof.issue.stories() {
        let Some(own) = story.texts.get(lang).or_else(|| story.texts.values().next()) else { continue };
        let as_is = |title: &str| format!(" {} ", scan::folded_words(title).join(" "));
        // A title whose typography was mended stands in both parts as it was mended.
        let mended = sheet.blocks.iter().find(|placed| {
            placed.block.tag.starts_with('h')
                && placed.of.is_some_and(|of| std::ptr::eq(of, story))
                && !is_other(placed, lang)
        });
        let titles = [Some(own.title.as_str()), mended.map(|placed| placed.block.text.as_str())];
        let found = titles.into_iter().flatten().find_map(|title| words_of_text[from..].find(&as_is(title)));
        let has_link = own.url.as_deref().is_none_or(|url| text.contains(url));
        if let Some(at) = found
            && has_link
        {
            from += at;
            continue;
        }
        let id = story.id.as_str();
        let words = if found.is_some() {
            (
                words!("the text part lacks the address of `{id}`", "la partie texte n'a pas l'adresse de `{id}`"),
                words!("write links as addresses", "écrivez les liens sous forme d'adresses"),
            )
        } else {
            (
                words!(
                    "the text part lacks `{id}`, or has it elsewhere",
                    "la partie texte n'a pas `{id}`, ou l'a ailleurs"
                ),
                template(),
            )
        };
        hits.push(hit_in(proof, sheet, Some(id), &own.title, words));
    }
}

/// Whether a block stands in another half of a bilingual edition.
fn is_other(placed: &Placed<'_>, lang: &Lang) -> bool {
    placed.lang.as_ref().is_some_and(|own| own != lang)
}

/// Running text of a story; what stands in the frame is laid out in its own way in each part.
fn is_prose(placed: &Placed<'_>) -> bool {
    placed.is_shown && placed.story.is_some() && matches!(placed.block.tag.as_str(), "p" | "li" | "blockquote")
}

/// Whether a block is a paragraph of the issue, and not of the template.
fn is_of_issue(proof: &Proof<'_>, placed: &Placed<'_>) -> bool {
    let words = OnceCell::new();
    // Nearly every paragraph is as it was written; the others had their typography mended.
    let has_words_of = |text: &str| {
        text == placed.block.text
            || scan::folded_words(text) == *words.get_or_init(|| scan::folded_words(&placed.block.text))
    };
    proof.passages.iter().any(|passage| {
        passage.story.zip(placed.of).is_some_and(|(a, b)| std::ptr::eq(a, b))
            && placed.lang.as_ref() == Some(&passage.lang)
            && passage.block.text.len().abs_diff(placed.block.text.len()) < LENGTH_SLACK
            && has_words_of(&passage.block.text)
    })
}

/// A long text in which things are looked for in about the order in which they stand there.
struct Searched<'a> {
    text: &'a str,
    /// Where the last thing was found.
    from: Cell<usize>,
}

impl<'a> Searched<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, from: Cell::new(0) }
    }

    /// Whether the text has this, from where the last thing was on, else anywhere.
    fn contains(&self, wanted: &str) -> bool {
        let from = self.from.get();
        let found = self.text[from..].find(wanted).map(|at| from + at).or_else(|| self.text.find(wanted));
        self.from.set(found.unwrap_or(from));
        found.is_some()
    }
}

/// Whether every run of a block's words is in the text: links cut it, since their addresses stand between.
fn says(text: &Searched<'_>, placed: &Placed<'_>) -> bool {
    let block = &placed.block;
    let mut cuts: Vec<usize> = vec![0, block.text.len()];
    cuts.extend(block.links.iter().flat_map(|link| [link.range.start, link.range.end]));
    cuts.extend(block.text.match_indices([':', '\n']).map(|(at, _)| at));
    cuts.sort_unstable();
    cuts.windows(2).all(|cut| {
        let words = scan::folded_words(whole_words(&block.text, cut[0]..cut[1]));
        words.len() < WORDS_MIN || text.contains(&format!(" {} ", words.join(" ")))
    })
}

/// A run without what is left of a word at its ends, where a link begins or ends within one: `see`+`the guide`.
fn whole_words(text: &str, run: Range<usize>) -> &str {
    let is_cut = |at: usize| {
        let (before, after) = text.split_at(at);
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    };
    let mut own = &text[run.clone()];
    if is_cut(run.end) {
        own = own.trim_end_matches(char::is_alphanumeric);
    }
    if is_cut(run.start) {
        own = own.trim_start_matches(char::is_alphanumeric);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_within_a_word_loses_no_word_but_that_one() {
        let text = "ask at thedesk of the library";
        let desk = text.find("desk").unwrap();
        assert_eq!(whole_words(text, 0..desk), "ask at ");
        assert_eq!(whole_words(text, desk..text.len()), " of the library");
        assert_eq!(whole_words(text, 0..6), "ask at");
    }
}
