//! Whether each text is in the language it claims: half of BIL, the half that looks at one language at a time.

use std::collections::HashSet;

use super::pairs;
use crate::check::catalogue::{Limit, limit};
use crate::check::html::dom::Block;
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Part, Passage, Proof};
use crate::check::text::language;
use crate::check::text::scan;
use crate::check::text::sentences;
use crate::model::{Lang, Language, Severity};

/// From here on a passage in the wrong language is an error; below it may be a quotation.
pub(crate) const STRANGE_CHARS: Limit = limit("BIL-09", "chars", 200.0);
/// From this many words on two passages are the same text and not the same name.
pub(crate) const SAME_WORDS: Limit = limit("BIL-10", "words", 5.0);
/// Small words of the other language, with none of its own, that give a subject away.
const SMALL_WORDS_MIN: usize = 2;
/// Points of spelling that tell the language of a line.
const LINE_POINTS_MIN: usize = 2;
/// A longer text has small words enough.
const LINE_CHARS_MAX: usize = 120;
/// The same for a title or another short text of a story, in which a name may bring two.
const SMALL_WORDS_OF_TITLE_MIN: usize = 3;

pub(crate) fn claimed_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    claimed_by_frame(proof, hits);
    for passage in &proof.passages {
        let is_strange_title = || is_strange_line(&passage.block.text, &passage.lang);
        if !passage.is_strange && passage.strange_sentences.is_empty() && !is_strange_title() {
            continue;
        }
        let is_marked = !passage.block.marked.is_empty();
        let is_only = passage.story.is_some_and(|story| story.only.is_some());
        // The subject and its like are BIL-11's, alternative texts BIL-14's.
        let is_elsewhere = matches!(passage.part, Part::Subject | Part::Preheader | Part::Alt);
        // BIL-10 tells of a sentence that stands in both languages; of a shorter line nobody else does.
        let text = &passage.block.text;
        let is_told = || {
            let first = passage.strange_sentences.first();
            has_twin(proof, passage, text) || first.is_some_and(|range| has_twin(proof, passage, &text[range.clone()]))
        };
        if is_marked || is_only || is_elsewhere || is_told() || is_announced(passage) {
            continue;
        }
        let is_long = passage.is_strange && text.chars().count() >= proof.count(&STRANGE_CHARS);
        let lang = &passage.lang;
        let range = passage.strange_sentences.first().cloned().unwrap_or(0..text.len());
        let hit = proof.at(
            passage,
            range,
            words!("this text is not in `{lang}`", "ce texte n'est pas en `{lang}`"),
            words!(
                "translate it; for a quotation, mark its language with <span lang=…>",
                "faites-le traduire; pour une citation, indiquez sa langue avec <span lang=…>"
            ),
        );
        hits.push(hit.weighing(if is_long { Severity::Error } else { Severity::Warning }));
    }
}

/// Whether what is in the other language is the name of a page that the text says to be in that language alone.
fn is_announced(passage: &Passage<'_>) -> bool {
    let (text, lang) = (passage.block.text.as_str(), &passage.lang);
    if passage.block.links.is_empty() || !crate::check::links::says_one_language(text, lang) {
        return false;
    }
    let mut rest = text.to_owned();
    for link in passage.block.links.iter().rev() {
        rest.replace_range(link.range.clone(), " ");
    }
    !is_strange_line(&rest, lang) && language::strange(&rest, lang).is_none()
}

/// Whether a short text is in the other language: by so many of its small words, or by how its words are spelled.
fn is_strange_short(text: &str, lang: &Lang, small_words_min: usize) -> bool {
    language::strange_short(text, lang, small_words_min).is_some()
        || language::strange_line(text, lang, LINE_POINTS_MIN).is_some()
}

/// The same of a title or a line of a story; a longer text has small words enough.
fn is_strange_line(text: &str, lang: &Lang) -> bool {
    if text.chars().count() > LINE_CHARS_MAX {
        return language::strange_short(text, lang, SMALL_WORDS_OF_TITLE_MIN).is_some();
    }
    is_strange_short(text, lang, SMALL_WORDS_OF_TITLE_MIN)
}

/// Whether one of several lines of a block, as of an address, is plainly in the other language.
pub(crate) fn has_strange_line(block: &Block, lang: &Lang) -> bool {
    block.text.contains('\n') && block.text.lines().any(|line| language::strange(line, lang).is_some())
}

/// What the templates say around the stories, in the language of their half.
fn claimed_by_frame(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let known: HashSet<Vec<String>> =
        proof.passages.iter().map(|passage| scan::folded_words(&passage.block.text)).collect();
    for sheet in proof.sheets.iter().filter(|sheet| sheet.edition.langs.len() == 1) {
        for placed in sheet.blocks.iter().filter(|placed| placed.is_shown && placed.story.is_none()) {
            let (block, Some(lang)) = (&placed.block, &placed.lang) else { continue };
            let is_strange = placed.is_strange || is_strange_line(&block.text, lang) || has_strange_line(block, lang);
            let is_told = !block.marked.is_empty() || block.links.iter().any(|link| link.lang.is_some());
            if !is_strange || is_told || known.contains(&scan::folded_words(&block.text)) {
                continue;
            }
            let is_long = block.text.chars().count() >= proof.count(&STRANGE_CHARS);
            let words = (
                words!("this text of the templates is not in `{lang}`", "ce texte des gabarits n'est pas en `{lang}`"),
                words!("write it in `templates/locales/{lang}.ftl`", "écrivez-le dans `templates/locales/{lang}.ftl`"),
            );
            let hit = crate::check::accessibility::hit_in(proof, sheet, None, &block.text, words);
            hits.push(hit.weighing(if is_long { Severity::Error } else { Severity::Warning }));
        }
    }
}

/// Whether these words of a passage stand in another language of the same story too, as a passage or as a sentence.
fn has_twin(proof: &Proof<'_>, passage: &Passage<'_>, text: &str) -> bool {
    let Some(story) = passage.story.filter(|_| is_segment(proof, text)) else { return false };
    let words = scan::folded_words(text);
    proof.passages.iter().any(|other| {
        other.lang != passage.lang
            && other.story.is_some_and(|other| std::ptr::eq(other, story))
            && segments(other).any(|segment| scan::folded_words(segment) == words)
    })
}

/// Whether a text is long enough to be the same by no chance, and more than a name.
fn is_segment(proof: &Proof<'_>, text: &str) -> bool {
    sentences::words(text) >= proof.count(&SAME_WORDS) && is_to_translate(text)
}

/// A passage as a whole, then each of its sentences: what translators get.
fn segments<'p>(passage: &'p Passage<'_>) -> impl Iterator<Item = &'p str> {
    let text = passage.block.text.as_str();
    let all = sentences::sentences(text).into_iter().filter(move |sentence| sentence.len() < text.len());
    std::iter::once(text).chain(all)
}

/// Whether a text is a sentence that somebody has to translate, and not a name or an address: it has words in lower case,
/// and one of them carries meaning.
fn is_to_translate(text: &str) -> bool {
    let machine = scan::machine_ranges(text);
    let small = scan::words(text).filter(|(range, word)| {
        word.len() > 1 && word.chars().all(char::is_lowercase) && !scan::overlaps(&machine, range)
    });
    let (mut all, mut carrying) = (0, 0);
    for (_, word) in small {
        all += 1;
        carrying += usize::from(word.chars().count() > 3 && !language::is_small(word));
    }
    all >= 3 || (all >= 2 && carrying > 0)
}

pub(crate) fn translated(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for (story, lang) in pairs(proof) {
        let ours: Vec<&Passage<'_>> = proof.of_story(story, proof.source()).collect();
        // Alternative texts are BIL-14's.
        let theirs = proof.of_story(story, lang).filter(|passage| passage.part != Part::Alt).collect::<Vec<_>>();
        compare(proof, &ours, &theirs, lang, hits);
    }
    // The opening and the standing blocks; the subject and the preheader are BIL-11's.
    for lang in proof.targets() {
        let of = |lang: &Lang| {
            let own = proof.passages.iter().filter(|it| it.story.is_none() && it.lang == *lang);
            own.filter(|it| !matches!(it.part, Part::Subject | Part::Preheader)).collect::<Vec<_>>()
        };
        compare(proof, &of(proof.source()), &of(lang), lang, hits);
    }
}

/// Whether words are nearly all of a block.
fn covers(block: &Block, range: &std::ops::Range<usize>) -> bool {
    range.len() * 5 >= block.text.len() * 4
}

/// Whether a block says that it is in another language.
fn says_its_language(block: &Block) -> bool {
    block.marked.iter().any(|(range, _)| covers(block, range))
        || block.links.iter().any(|link| link.lang.is_some() && covers(block, &link.range))
}

fn compare(proof: &Proof<'_>, ours: &[&Passage<'_>], theirs: &[&Passage<'_>], lang: &Lang, hits: &mut Vec<Hit>) {
    let sources: HashSet<Vec<String>> = ours.iter().map(|passage| scan::folded_words(&passage.block.text)).collect();
    for passage in theirs.iter().filter(|passage| !passage.block.is_code() && !says_its_language(&passage.block)) {
        let text = passage.block.text.as_str();
        if !is_segment(proof, text) || !sources.contains(&scan::folded_words(text)) {
            sentence_left(proof, ours, passage, hits);
            continue;
        }
        // Whoever has the other's words is the one to translate.
        let is_source_strange = language::strange_short(text, proof.source(), SMALL_WORDS_MIN).is_some();
        let at: &Passage<'_> = if is_source_strange {
            ours.iter().find(|other| other.block.text == text).unwrap_or(passage)
        } else {
            passage
        };
        let (has, lang) = (if is_source_strange { lang } else { proof.source() }, &at.lang);
        let hit = proof.at(
            at,
            0..at.block.text.len(),
            words!(
                "the text in `{lang}` is word for word the one in `{has}`",
                "le texte en `{lang}` est mot pour mot celui en `{has}`"
            ),
            words!("translate it", "faites-le traduire"),
        );
        // The title of a page that has but one language stays as it is; whether it says so is LNK-04's.
        let is_title =
            passage.part != Part::Title && passage.block.links.iter().any(|link| covers(&passage.block, &link.range));
        hits.push(if is_title { hit.weighing(Severity::Warning) } else { hit });
    }
}

/// One sentence of a passage stands as its source has it. A name or a title in it may be marked.
fn sentence_left(proof: &Proof<'_>, ours: &[&Passage<'_>], passage: &Passage<'_>, hits: &mut Vec<Hit>) {
    let is_left = |sentence: &&str| {
        language::strange_short(sentence, &passage.lang, 1).is_some() && is_segment(proof, sentence) && {
            let words = scan::folded_words(sentence);
            ours.iter().flat_map(|own| segments(own)).any(|own| scan::folded_words(own) == words)
        }
    };
    let text = passage.block.text.as_str();
    let Some(sentence) = segments(passage).skip(1).find(is_left) else { return };
    let Some(start) = text.find(sentence) else { return };
    let range = start..start + sentence.len();
    if proof.read(passage).is_marked(&range) {
        return;
    }
    let (has, lang) = (proof.source(), &passage.lang);
    hits.push(proof.at(
        passage,
        range,
        words!(
            "a sentence in `{lang}` is word for word the one in `{has}`",
            "une phrase en `{lang}` est mot pour mot celle en `{has}`"
        ),
        words!("translate it", "faites-le traduire"),
    ));
}

pub(crate) fn envelope_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for passage in &proof.passages {
        let text = &passage.block.text;
        let is_strange = |part: &str| is_strange_short(part, &passage.lang, SMALL_WORDS_MIN);
        // Word for word the source's, and more than a name.
        let is_same = || {
            passage.lang != *proof.source()
                && is_to_translate(text)
                && proof.passages.iter().any(|other| {
                    other.story.is_none()
                        && other.part == passage.part
                        && other.lang == *proof.source()
                        && scan::folded_words(&other.block.text) == scan::folded_words(text)
                })
        };
        if matches!(passage.part, Part::Subject | Part::Preheader)
            && (text.split(['|', ':', ';', '–', '—']).any(is_strange) || is_same())
        {
            let lang = &passage.lang;
            // A phrase that is borrowed, as in `Chez nous: regional stories`, is in that language too.
            hits.push(proof.at(
                passage,
                0..text.len(),
                words!("this is not in `{lang}` alone", "ceci n'est pas en `{lang}` seulement"),
                words!(
                    "write it in `issue.toml` in the edition's language, and in no other",
                    "écrivez-le dans `issue.toml` dans la langue de l'édition, et dans aucune autre"
                ),
            ));
        }
    }
    for sheet in &proof.sheets {
        bilingual_subject(proof, sheet, hits);
        sender_name(proof, sheet, hits);
    }
}

/// In a bilingual edition the subject is that of each language, in the order of the body.
fn bilingual_subject(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let edition = sheet.edition;
    let halves = edition.langs.iter().map(|lang| {
        let single = proof.sheets.iter().find(|other| other.edition.langs == std::slice::from_ref(lang));
        single.map(|single| single.edition.subject.as_str())
    });
    let joined = halves.collect::<Option<Vec<_>>>().map(|halves| halves.join(" | "));
    let is_wrong = !edition.subject.contains(" | ") || joined.is_some_and(|joined| joined != edition.subject);
    if edition.langs.len() > 1 && is_wrong {
        hits.push(proof.on_edition(
            sheet.id(),
            words!(
                "the subject of the bilingual edition is not that of each language, in the order of the body",
                "l'objet de l'édition bilingue n'est pas celui de chaque langue, dans l'ordre du message"
            ),
            words!(
                "write both, parted by ` | `, in the order of the body",
                "écrivez les deux, séparées par ` | `, dans l'ordre du message"
            ),
        ));
    }
}

/// Whether one of the names that stand side by side in a sender's name is the other language's.
fn has_part(name: &str, other: &Language) -> bool {
    let parts = name.split(['|', '/', '·', '•', '–', '—']).map(str::trim).collect::<Vec<_>>();
    parts.len() > 1 && parts.iter().any(|part| *part == other.from_name || *part == other.title)
}

/// The sender's name is that of the edition's languages.
fn sender_name(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let edition = sheet.edition;
    let from = edition.header("From");
    // A name that two languages share is nobody's mistake, unless the newsletter has a name in each.
    let borrowed = |lang: &Lang| {
        let own = proof.newsletter.language(lang);
        proof.newsletter.languages.iter().filter(|other| *other != lang).any(|other| {
            let other = proof.newsletter.language(other);
            own.title != other.title
                && (own.from_name == other.title
                    || own.from_name == other.from_name && own.from_name != own.title
                    || has_part(&own.from_name, other))
        }) || is_strange_short(&own.from_name, lang, SMALL_WORDS_MIN)
    };
    let is_own = |from: &str| {
        let names: Vec<&str> =
            edition.langs.iter().map(|lang| proof.newsletter.language(lang).from_name.as_str()).collect();
        (from.starts_with(&names.join(" | ")) && !edition.langs.iter().all(borrowed)) || from.contains("=?")
    };
    if let Some(from) = from.filter(|from| !is_own(from) && !from.starts_with(['<'])) {
        let name = from.split('<').next().unwrap_or("").trim();
        hits.push(proof.on_edition(
            sheet.id(),
            words!(
                "the sender's name `{name}` is not this edition's",
                "le nom de l'expéditeur `{name}` n'est pas celui de cette édition"
            ),
            words!(
                "set `from_name` in newsletter.toml for each language",
                "définissez `from_name` dans newsletter.toml pour chaque langue"
            ),
        ));
    }
}

pub(crate) fn other_edition(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in proof.sheets.iter().filter(|sheet| sheet.edition.langs.len() == 1) {
        for other in proof.issue.languages.iter().filter(|lang| !sheet.edition.langs.contains(lang)) {
            let entry = proof.newsletter.language(other);
            let (label, tag) = (&entry.label, entry.tag.to_lowercase());
            let mut links =
                sheet.blocks.iter().filter(|it| it.is_shown && it.story.is_none()).flat_map(|it| &it.block.links);
            let leads = |link: &crate::check::html::dom::Link| {
                let is_marked = link.lang.as_ref().is_some_and(|lang| lang.to_lowercase() == tag);
                let is_own =
                    language::strange_short(&link.text, sheet.edition.langs.first().unwrap_or(other), 1).is_some();
                link.text.contains(label.as_str()) || (is_marked && is_own)
            };
            if !links.any(leads) {
                hits.push(proof.on_edition(
                    sheet.id(),
                    words!(
                        "no link leads to the other language in its words, as `{label}`",
                        "aucun lien ne mène à l'autre langue dans ses mots, comme `{label}`"
                    ),
                    words!(
                        "put the link to the other language back at the top of the template",
                        "remettez en haut du gabarit le lien vers l'autre langue"
                    ),
                ));
            }
        }
    }
}

/// Whether two alternative texts are word for word the same sentence; a name, in capitals, is the same in both.
fn is_same_alt(alt: &str, source: Option<&String>) -> bool {
    let small = alt.split_whitespace().filter(|word| word.chars().all(char::is_lowercase));
    small.filter(|word| !language::is_small(word)).count() >= SMALL_WORDS_MIN
        && source.is_some_and(|source| scan::folded_words(source) == scan::folded_words(alt))
}

pub(crate) fn alt_in_each(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories().filter(|story| story.only.is_none()) {
        let Some(image) = &story.image else { continue };
        let has = |lang: &Lang| image.alt.get(lang).is_some_and(|alt| !alt.trim().is_empty());
        if !proof.issue.languages.iter().any(has) {
            continue; // No text at all is ACC-04's.
        }
        for lang in &proof.issue.languages {
            let alt = image.alt.get(lang).map_or("", String::as_str);
            let is_same = lang != proof.source() && is_same_alt(alt, image.alt.get(proof.source()));
            let is_strange = is_same || alt.split(['/', '|']).any(|part| is_strange_short(part, lang, SMALL_WORDS_MIN));
            if has(lang) && !is_strange {
                continue;
            }
            let what = if is_strange {
                words!(
                    "the alternative text `{alt}` is not in `{lang}`",
                    "le texte de remplacement `{alt}` n'est pas en `{lang}`"
                )
            } else {
                words!(
                    "the picture has no alternative text in `{lang}`",
                    "l'image n'a pas de texte de remplacement en `{lang}`"
                )
            };
            let mend = words!("write `alt` in each language", "écrivez `alt` dans chaque langue");
            hits.push(proof.on_story(story, lang, what, mend));
        }
    }
}
