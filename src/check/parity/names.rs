//! Names that have one form in each language (BIL-16): the office's own, and those of the newsletter's glossary.

use std::cell::OnceCell;

use super::pairs;
use crate::check::proof::{Hit, Passage, Proof};
use crate::check::text::scan;
use crate::model::{Lang, Texts};

pub(crate) fn judge(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    glossary(proof, hits);
    let acronyms = &proof.newsletter.organization.acronym;
    for passage in proof.passages.iter().filter(|passage| !passage.is_strange) {
        let Some(own) = acronyms.get(&passage.lang) else { continue };
        for (_, other) in acronyms.iter().filter(|(lang, other)| **lang != passage.lang && *other != own) {
            let text = &passage.block.text;
            let machine = scan::machine_ranges(text);
            for (range, _) in scan::words(text).filter(|(range, word)| {
                word == other
                    && !scan::overlaps(&machine, range)
                    && (passage.lang != *proof.source() || is_the_office(text, range))
            }) {
                let lang = &passage.lang;
                hits.push(proof.at(
                    passage,
                    range,
                    words!(
                        "`{other}` is the short name in another language",
                        "`{other}` est le sigle dans une autre langue"
                    ),
                    words!("write `{own}` in `{lang}`", "écrivez `{own}` en `{lang}`"),
                ));
            }
        }
    }
}

/// In English `BCC` is also the blind copy of a mail: with an article before it, and no field after it, it is the office.
fn is_the_office(text: &str, range: &std::ops::Range<usize>) -> bool {
    let before = text[..range.start].to_lowercase();
    let after = text[range.end..].trim_start().to_lowercase();
    let is_field = ["field", "line", "box", "copy"].iter().any(|word| after.starts_with(word));
    ["the ", "our ", "from the ", "at "].iter().any(|word| before.ends_with(word)) && !is_field
}

/// Terms that have one word in each language: where the source has one, the translation has the other.
fn glossary(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let terms = terms(proof);
    for (story, lang) in pairs(proof) {
        let whole = |lang: &Lang| -> String {
            proof.of_story(story, lang).flat_map(|passage| [passage.block.text.as_str(), "\n"]).collect()
        };
        let (source, target) = (Said::of(&whole(proof.source())), Said::of(&whole(lang)));
        for term in &proof.newsletter.check.glossary {
            let (Some(ours), Some(theirs)) = (term.get(proof.source()), term.get(lang)) else { continue };
            let is_borrowed = is_name(ours) && target.says(ours);
            if !source.says(ours) || ours == theirs || target.says(theirs) || is_borrowed {
                continue;
            }
            hits.push(proof.on_story(
                story,
                lang,
                words!("`{ours}` is not called `{theirs}` here", "`{ours}` ne s'appelle pas `{theirs}` ici"),
                words!("write `{theirs}` in `{lang}`", "écrivez `{theirs}` en `{lang}`"),
            ));
        }
    }
    // The name in another language is wrong, even where the right one stands too.
    let is_ours =
        |passage: &&Passage<'_>| !passage.is_strange && passage.story.is_none_or(|story| story.only.is_none());
    for passage in proof.passages.iter().filter(is_ours) {
        let (text, lang) = (&passage.block.text, &passage.lang);
        let said = Said::of(text);
        for term in &terms {
            let Some(own) = term.get(lang) else { continue };
            let mut others = term.iter().filter(|(other, name)| *other != lang && is_name(name));
            let Some((_, other)) = others.find(|(_, name)| !own.contains(name.as_str()) && said.says(name)) else {
                continue;
            };
            let range = text.find(other.as_str()).map_or(0..text.len(), |at| at..at + other.len());
            if proof.read(passage).is_marked(&range) {
                continue;
            }
            hits.push(proof.at(
                passage,
                range,
                words!("`{other}` is the name in another language", "`{other}` est le nom dans une autre langue"),
                words!("write `{own}` in `{lang}`", "écrivez `{own}` en `{lang}`"),
            ));
        }
    }
}

/// The office's glossary, and the names that it bears itself.
fn terms(proof: &Proof<'_>) -> Vec<Texts> {
    let newsletter = proof.newsletter;
    let titles = newsletter.language.iter().map(|(lang, entry)| (lang.clone(), entry.title.clone())).collect();
    let own = [newsletter.organization.name.clone(), titles];
    newsletter.check.glossary.iter().cloned().chain(own).collect()
}

/// Whether a term is a name, which has one form in each language.
fn is_name(term: &str) -> bool {
    term.chars().any(char::is_uppercase)
}

/// A word without the mark of the plural: `panneaux` and `panneau` are one.
fn singular(word: &str) -> &str {
    if word.chars().count() > 3 { word.trim_end_matches(['s', 'x']) } else { word }
}

/// A text as terms are looked for in it: made once, however many terms there are.
struct Said {
    plain: String,
    lower: OnceCell<String>,
}

impl Said {
    fn of(text: &str) -> Self {
        let plain = text.chars().map(|c| match c {
            '\u{a0}' => ' ',
            '’' => '\'',
            c => c,
        });
        Self { plain: plain.collect(), lower: OnceCell::new() }
    }

    /// Whether the text has a term that is no name, in the singular or the plural.
    fn says_in_any_number(&self, term: &str) -> bool {
        let lower = self.lower.get_or_init(|| self.plain.to_lowercase());
        if !lower.contains(singular(term.split(' ').next().unwrap_or(term))) {
            return false;
        }
        let words = |text: &str| scan::words(text).map(|(_, word)| singular(word).to_owned()).collect::<Vec<_>>();
        let (all, term) = (words(lower), words(&term.to_lowercase()));
        !term.is_empty() && all.windows(term.len()).any(|of| of == term.as_slice())
    }

    /// Whether the text has a term as whole words; case counts only where the term has capitals.
    fn says(&self, term: &str) -> bool {
        let text = &self.plain;
        if !is_name(term) {
            return self.says_in_any_number(term);
        }
        let is_open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        text.match_indices(term)
            .any(|(at, _)| is_open(text[..at].chars().next_back()) && is_open(text[at + term.len()..].chars().next()))
    }
}
