//! Titles as a sentence (STY-01, TYP-15): no mark at their end, no line of capitals, and a capital on names alone. What
//! is a name is asked of the issue itself: a word that its own sentences write small is none.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::check::proof::{Hit, Part, Proof, on_file};
use crate::check::text::scan;
use crate::check::text::sentences::sentences;
use crate::model::{Lang, Severity, Words};

/// A title of fewer letters may be a short form.
const LETTERS_MIN: usize = 12;
/// Articles and the like, which have a capital inside a title only where every word has one; a name in English may
/// begin with an article.
const SMALLEST_FR: &[&str] = &["de", "du", "des", "et", "pour", "dans", "sur", "avec", "aux", "en", "au", "ou", "les"];
const SMALLEST_EN: &[&str] = &["of", "to", "in", "on", "at", "by", "for", "and", "or", "with", "from", "your", "our"];
/// What every federal text names, whether or not this issue does in a sentence.
const EVERYWHERE: &str = "canada canadian canadians public servants fonctionnaires ottawa québec quebec gatineau government gouvernement treasury board secretariat conseil trésor secrétariat office service services school école agency agence department ministère parliament parlement act loi part partie official languages langues officielles policy politique directive charter charte budget";
/// From so many capitals on words that no sentence of the issue knows, and not one word without, a title is in title
/// case.
const UNKNOWN_MIN: usize = 3;
/// From so many capitals on words that are no names, a title is in title case and not one name long.
const CAPITALS_MIN: usize = 2;

/// Words that begin no name, and have a capital inside a title only where every word has one.
const SMALL: &[&str] = &[
    "and", "or", "for", "with", "your", "our", "their", "from", "into", "about", "how", "why", "what", "when", "are",
    "is", "et", "ou", "pour", "avec", "dans", "vos", "votre", "nos", "notre", "leurs", "leur", "comment", "pourquoi",
    "quand", "est", "sont", "des", "aux", "chez",
];

/// Marks and capitals of the titles and headings of one language.
pub(crate) fn marks(proof: &Proof<'_>, hits: &mut Vec<Hit>, is: fn(&Lang) -> bool) {
    names_of_sections(proof, hits, is);
    let words = WordsSeen::of(proof, is);
    for passage in proof.in_language(is).filter(|passage| matches!(passage.part, Part::Title | Part::Heading)) {
        let text = &passage.block.text;
        let fault = if is_shouted(text) || is_shouted_in_part(text) {
            words!("the title is in capitals", "le titre est en majuscules")
        } else if ends_with_mark(text) {
            words!("the title ends with a punctuation mark", "le titre se termine par un signe de ponctuation")
        } else if words.are_all_capitals(text) && !is_name_with_short_form(text) {
            words!("every word of the title has a capital", "tous les mots du titre ont une majuscule")
        } else {
            continue;
        };
        let hint: Words = words!(
            "write it as a sentence: one capital at its beginning and on names, nothing at its end",
            "écrivez-le comme une phrase : une majuscule au début et aux noms, rien à la fin"
        );
        let found = proof.at(passage, 0..text.len(), fault, hint);
        // A question is a title that federal writers do publish; whoever wants it plain is told.
        hits.push(if text.ends_with('?') && !is_shouted(text) { found.weighing(Severity::Info) } else { found });
    }
}

/// The headings of the issue's sections, which stand in newsletter.toml.
fn names_of_sections(proof: &Proof<'_>, hits: &mut Vec<Hit>, is: fn(&Lang) -> bool) {
    let shown = proof.issue.sections.iter().filter(|section| !section.stories.is_empty());
    let names: Vec<(&Lang, &String)> = shown
        .filter_map(|section| proof.newsletter.section(&section.id))
        .flat_map(|section| section.name.iter().filter(|(lang, _)| is(lang)))
        .collect();
    if names.is_empty() {
        return;
    }
    let seen = WordsSeen::in_prose(proof, is);
    for (lang, name) in names {
        let fault = if is_shouted(name) {
            words!("the name of the section is in capitals", "le nom de la section est en majuscules")
        } else if ends_with_mark(name) {
            words!(
                "the name of the section ends with a punctuation mark",
                "le nom de la section se termine par un signe de ponctuation"
            )
        } else if seen.are_all_capitals(name) {
            words!(
                "every word of the section's name has a capital",
                "tous les mots du nom de la section ont une majuscule"
            )
        } else {
            continue;
        };
        let hint = words!(
            "write `name` of the section as a sentence in newsletter.toml",
            "écrivez `name` de la section comme une phrase dans newsletter.toml"
        );
        let mut told = on_file("newsletter.toml", 0, fault, hint);
        (told.language, told.excerpt) = (Some(lang.clone()), scan::shorten(name));
        hits.push(if name.ends_with('?') { told.weighing(Severity::Info) } else { told });
    }
}

/// Whether a title is one name and the short form of it: `Harbour Safety Office (HSO)`. A name has its capitals.
fn is_name_with_short_form(text: &str) -> bool {
    let Some((name, short)) = text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) else { return false };
    let words = name.split([' ', '-', '\u{a0}']).filter(|word| word.starts_with(char::is_uppercase));
    let initials: String = words.filter_map(|word| word.chars().next()).collect();
    short.chars().count() > 1 && initials == short
}

/// What stands between quotation marks in a title: the name of something, with its own capitals. A title that is quoted
/// as a whole is read as any other.
fn quoted(title: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (open, close) in [('“', '”'), ('«', '»'), ('"', '"')] {
        let mut from = 0;
        while let Some(start) = title[from..].find(open).map(|at| from + at) {
            let inside = start + open.len_utf8();
            let Some(end) = title[inside..].find(close).map(|at| inside + at) else { break };
            found.push(start..end);
            from = end + close.len_utf8();
        }
    }
    found.retain(|range| scan::words(title).any(|(word, _)| !scan::overlaps(std::slice::from_ref(range), &word)));
    found
}

fn is_shouted(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (all, small) = letters.fold((0, 0), |(all, small), c| (all + 1, small + usize::from(c.is_lowercase())));
    all > LETTERS_MIN && small == 0
}

/// Whether words in a row are in capitals, and no short forms: those are short, and seldom three in a row.
fn is_shouted_in_part(text: &str) -> bool {
    const WORDS_MIN: usize = 3;
    const LETTERS_MIN: usize = 4;
    let mut row = 0;
    scan::words(text).any(|(_, word)| {
        let is_loud = word.chars().count() >= LETTERS_MIN && word.chars().all(char::is_uppercase);
        row = if is_loud { row + 1 } else { 0 };
        row >= WORDS_MIN
    })
}

fn ends_with_mark(text: &str) -> bool {
    let last = sentences(text).last().copied().unwrap_or("").split_whitespace().next_back().unwrap_or("");
    let is_abbreviation = last.trim_end_matches('.').contains('.')
        || text.ends_with("etc.")
        || text.ends_with("...")
        || (last.len() <= 4 && last.starts_with(char::is_uppercase));
    text.ends_with([',', ';', ':', '!', '?']) || (text.ends_with('.') && !is_abbreviation)
}

/// The words of a name that have a capital behind its first word, in lower case.
fn capitals(name: &str) -> impl Iterator<Item = String> {
    let words = scan::words(name).skip(1).filter(|(_, word)| word.starts_with(char::is_uppercase));
    words.map(|(_, word)| word.to_lowercase())
}

/// How the sentences of an issue write their words.
struct WordsSeen {
    /// In lower case.
    small: BTreeSet<String>,
    /// With a capital where no sentence begins, in lower case here: they may be names.
    named: BTreeSet<String>,
    is_french: bool,
}

impl WordsSeen {
    fn of(proof: &Proof<'_>, is: fn(&Lang) -> bool) -> Self {
        let mut seen = Self::in_prose(proof, is);
        // What newsletter.toml names is a name in every title.
        let sections = proof.newsletter.sections.iter();
        let names = sections.flat_map(|section| section.name.iter().filter(|(lang, _)| is(lang)).map(|(_, name)| name));
        seen.named.extend(names.flat_map(|name| capitals(name)));
        seen
    }

    /// What the sentences of the issue say, and the office's own name.
    fn in_prose(proof: &Proof<'_>, is: fn(&Lang) -> bool) -> Self {
        let is_french = is(&Lang::new("fr"));
        let mut seen = Self { small: BTreeSet::new(), named: BTreeSet::new(), is_french };
        let prose = proof.in_language(is).filter(|passage| passage.part.is_prose() || passage.part == Part::Field);
        for passage in prose {
            for sentence in sentences(&passage.block.text) {
                for (index, (_, word)) in scan::words(sentence).enumerate() {
                    if !word.starts_with(char::is_uppercase) {
                        seen.small.insert(word.to_owned());
                    } else if index > 0 {
                        seen.named.insert(word.to_lowercase());
                    }
                }
            }
        }
        seen.named.extend(EVERYWHERE.split(' ').map(str::to_owned));
        let organization = &proof.newsletter.organization;
        let office = [&organization.name, &organization.on_behalf_of].into_iter().flat_map(|texts| texts.values());
        seen.named.extend(office.flat_map(|name| capitals(name)));
        seen
    }

    /// Whether most words of a title have a capital that they have in no sentence.
    fn are_all_capitals(&self, title: &str) -> bool {
        let quoted = quoted(title);
        let words = scan::words(title).filter(|(range, _)| !scan::overlaps(&quoted, range));
        let words: Vec<&str> = words.map(|(_, word)| word).collect();
        let (mut capitals, mut undue, mut unknown) = (0, 0, 0);
        let mut small = 0;
        let smallest = |word: &&str| {
            let lower = word.to_lowercase();
            let list = if self.is_french { SMALLEST_FR } else { SMALLEST_EN };
            word.starts_with(char::is_uppercase)
                && word.chars().any(char::is_lowercase)
                && list.contains(&lower.as_str())
        };
        let n_smallest = words.iter().skip(1).filter(|word| smallest(word)).count();
        for word in words.iter().skip(1).filter(|word| word.chars().count() > 2) {
            let lower = word.to_lowercase();
            if !word.starts_with(char::is_uppercase) {
                small += usize::from(word.chars().count() > 3 && !SMALL.contains(word));
                continue;
            }
            if word.chars().all(char::is_uppercase) {
                continue;
            }
            capitals += 1;
            let is_small_word = SMALL.contains(&lower.as_str());
            undue += usize::from(is_small_word || (self.small.contains(&lower) && !self.named.contains(&lower)));
            unknown += usize::from(!self.named.contains(&lower));
        }
        let is_all = small == 0 && unknown >= UNKNOWN_MIN && unknown * 2 > capitals;
        // Two will do where a sentence of the issue has one of them without.
        let is_all = is_all || (small == 0 && undue > 0 && unknown >= CAPITALS_MIN && unknown * 2 > capitals);
        (undue >= CAPITALS_MIN && undue * 2 > capitals && small < capitals)
            || (n_smallest > 0 && capitals >= CAPITALS_MIN && small < capitals)
            || is_all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_at_the_end_is_seen_and_an_abbreviation_is_none() {
        for (title, expected) in [
            ("A new team arrives", false),
            ("A new team arrives.", true),
            ("What's new?", true),
            ("Join us!", true),
            ("News from Acme Inc.", false),
            ("Offices in Washington D.C.", false),
            ("Charts, tables, etc.", false),
        ] {
            assert_eq!(ends_with_mark(title), expected, "{title}");
        }
    }

    #[test]
    fn a_name_with_its_short_form_is_told_from_a_title_that_ends_with_one() {
        assert!(is_name_with_short_form("Harbour Safety Office (HSO)"));
        assert!(is_name_with_short_form("Real-Time Text for Meetings (RTTM)"));
        assert!(!is_name_with_short_form("General Requests for Harbour Safety (HS)"));
        assert!(!is_name_with_short_form("Harbour Safety Office"));
    }

    #[test]
    fn title_case_is_told_from_a_name_by_how_the_issue_writes_its_words() {
        let seen = WordsSeen {
            small: ["writing", "screen", "readers", "learning", "day"].map(str::to_owned).into(),
            named: ["learning", "day", "canada", "treasury", "board", "canadian", "public", "servants"]
                .map(str::to_owned)
                .into(),
            is_french: false,
        };
        for (title, expected) in [
            ("Writing For Screen Readers", true),
            ("Writing for Screen Readers", true),
            ("Writing for screen readers", false),
            ("Annual Learning Day", false),
            ("Two free talks on “Writing Plainly for Screen Readers”", false),
            ("“Writing For Screen Readers”", true),
            ("Free Talks Of “Plain Words” For Busy Editors", true),
            ("New Tools for Busy Editors", true),
            ("A Guide To Grants", true),
            ("Secretariat of the Treasury Board of Canada", false),
            ("Communications 101 Boot Camp for Canadian Public Servants", false),
        ] {
            assert_eq!(seen.are_all_capitals(title), expected, "{title}");
        }
    }
}
