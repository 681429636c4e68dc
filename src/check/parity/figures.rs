//! Figures that one language has and the other has not (BIL-07): of each story as a whole, of what the issue says
//! around the stories, and paragraph by paragraph where both languages have the same paragraphs.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::pairs;
use crate::check::html::dom::Block;
use crate::check::proof::{Hit, Part, Passage, Proof};
use crate::check::text::language::Which;
use crate::check::text::numbers::{self, Figures};
use crate::check::text::scan;
use crate::model::{Lang, Severity, Story, Words};

/// One kind of figure that one language has and the other has not.
struct Missing {
    kind: (&'static str, &'static str),
    shown: Vec<String>,
    severity: Severity,
}

pub(crate) fn same_figures(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for (story, lang) in pairs(proof) {
        let of = |lang: &Lang| proof.of_story(story, lang).filter(|passage| counts(passage, story)).collect::<Vec<_>>();
        let (ours, theirs) = (of(proof.source()), of(lang));
        // What is not in its language yet is BIL-09's or BIL-10's.
        if is_strange(&theirs) || ours.iter().any(|passage| passage.is_strange) {
            continue;
        }
        let before = hits.len();
        compare(proof, &ours, &theirs, lang, &mut |lacks, said| hits.push(on_story(proof, story, lacks, said)));
        if hits.len() == before {
            by_paragraph(proof, &ours, &theirs, hits);
        }
    }
    for lang in proof.targets() {
        around_the_stories(proof, lang, hits);
    }
}

/// Subject and preheader, then the opening and the standing blocks: as much the as its stories.
fn around_the_stories(proof: &Proof<'_>, lang: &Lang, hits: &mut Vec<Hit>) {
    for is_envelope in [true, false] {
        let of = |lang: &Lang| {
            let own = proof.passages.iter().filter(|it| it.story.is_none() && it.lang == *lang);
            own.filter(|it| matches!(it.part, Part::Subject | Part::Preheader) == is_envelope).collect::<Vec<_>>()
        };
        let (ours, theirs) = (of(proof.source()), of(lang));
        if ours.is_empty() || theirs.is_empty() || is_strange(&theirs) || is_strange(&ours) {
            continue;
        }
        compare(proof, &ours, &theirs, lang, &mut |lacks, (words, severity)| {
            hits.push(proof.on_edition(lacks.as_str(), words, hint()).weighing(severity));
        });
    }
}

/// Whether a passage's figures are compared; an alternative text only where the other language has one too.
fn counts(passage: &Passage<'_>, story: &Story) -> bool {
    let is_own = |(lang, alt): (&Lang, &String)| {
        !alt.trim().is_empty() && crate::check::text::language::strange_short(alt, lang, 2).is_none()
    };
    let has_all = || story.image.as_ref().is_some_and(|image| image.alt.len() > 1 && image.alt.iter().all(is_own));
    passage.part != Part::Alt || has_all()
}

fn is_strange(passages: &[&Passage<'_>]) -> bool {
    passages.iter().any(|passage| passage.is_strange || !passage.strange_sentences.is_empty())
}

/// Says what each side has and the other lacks, and which language lacks it.
fn compare(
    proof: &Proof<'_>,
    ours: &[&Passage<'_>],
    theirs: &[&Passage<'_>],
    lang: &Lang,
    say: &mut dyn FnMut(&Lang, (Words, Severity)),
) {
    let read = |passages: &[&Passage<'_>], lang: &Lang| {
        let texts: Vec<_> = passages.iter().map(|passage| apart(&passage.block)).collect();
        Figures::of(&texts.join(BETWEEN), lang)
    };
    let source = proof.source();
    let (a, b) = (read(ours, source), read(theirs, lang));
    for (has, lacks, a, b) in [(source, lang, &a, &b), (lang, source, &b, &a)] {
        for missing in missing(a, b) {
            let (en, fr) = missing.kind;
            let shown = missing.shown.join(", ");
            let words =
                words!("{en} {shown}: in `{has}`, not in `{lacks}`", "{fr} {shown} : en `{has}`, non en `{lacks}`");
            say(lacks, (words, missing.severity));
        }
    }
}

/// Stands between two paragraphs or cells: a number ends with its own.
const BETWEEN: &str = "\n¦\n";

/// A text whose links stand apart from the words that touch them: what is glued to an address is none of it.
fn apart(block: &Block) -> Cow<'_, str> {
    let text = block.text.as_str();
    let is_glued = |at: &usize| {
        let (before, after) = text.split_at(*at);
        before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric)
    };
    let ends = block.links.iter().flat_map(|link| [link.range.start, link.range.end]);
    let mut cuts: Vec<usize> = ends.filter(is_glued).collect();
    if cuts.is_empty() {
        return Cow::Borrowed(text);
    }
    cuts.sort_unstable();
    let mut spaced = text.to_owned();
    for cut in cuts.into_iter().rev() {
        spaced.insert(cut, ' ');
    }
    Cow::Owned(spaced)
}

fn hint() -> Words {
    words!(
        "compare both texts and mend the one that is wrong",
        "comparez les deux textes et corrigez celui qui est faux"
    )
}

fn on_story(proof: &Proof<'_>, story: &Story, lacks: &Lang, (words, severity): (Words, Severity)) -> Hit {
    proof.on_story(story, lacks, words, hint()).weighing(severity)
}

/// A story whose figures agree as a whole may still have two of them exchanged: paragraphs that stand for one another
/// are compared, and one that has something else *instead* is told. What merely moved to a neighbour is nothing.
fn by_paragraph(proof: &Proof<'_>, ours: &[&Passage<'_>], theirs: &[&Passage<'_>], hits: &mut Vec<Hit>) {
    let parts = |passages: &[&Passage<'_>]| passages.iter().map(|passage| passage.part).collect::<Vec<_>>();
    if parts(ours) != parts(theirs) {
        return;
    }
    let read = |passages: &[&Passage<'_>]| -> Vec<Figures> {
        passages.iter().map(|passage| Figures::of(&apart(&passage.block), &passage.lang)).collect()
    };
    let (all_ours, all_theirs) = (read(ours), read(theirs));
    let partners = partners(ours, theirs);
    for (at, own) in ours.iter().enumerate() {
        let Some(there) = partners[at] else { continue };
        let other = theirs[there];
        let (a, b) = (&all_ours[at], &all_theirs[there]);
        for gone in missing(a, b) {
            let Some(instead) = missing(b, a).into_iter().find(|it| it.kind == gone.kind) else { continue };
            // Here or there, what stands beside us bears another name.
            let is_named_at = |away: usize| {
                let here = shared(own, other);
                shared(own, theirs[away]) > here || shared(ours[away], other) > here
            };
            if is_elsewhere(at, &all_ours, &all_theirs, &is_named_at) {
                break;
            }
            let (en, fr) = gone.kind;
            let (was, is) = (gone.shown.join(", "), instead.shown.join(", "));
            let (has, lacks) = (&own.lang, &other.lang);
            let words =
                words!("{en} {was} in `{has}` is {is} in `{lacks}`", "{fr} {was} en `{has}` devient {is} en `{lacks}`");
            let hit = proof.at(other, 0..other.block.text.len(), words, hint());
            hits.push(hit.weighing(Severity::Warning));
        }
    }
}

/// Which paragraph of the other language stands for each. Each language may give its own session first: what is under
/// the name of a language is compared with what is under that name, as far as both have as much of it.
fn partners(ours: &[&Passage<'_>], theirs: &[&Passage<'_>]) -> Vec<Option<usize>> {
    let (a, b) = (sessions(ours), sessions(theirs));
    let mut partners: Vec<Option<usize>> = (0..ours.len()).map(Some).collect();
    let is_moved = |at: &usize| a[*at].is_some() && b[*at].is_some() && a[*at] != b[*at];
    let moved: Vec<usize> = (0..ours.len()).filter(is_moved).collect();
    for session in [Which::English, Which::French] {
        let of = |all: &[Option<Which>]| moved.iter().copied().filter(|at| all[*at] == Some(session)).collect();
        let (own, other): (Vec<usize>, Vec<usize>) = (of(&a), of(&b));
        for (index, at) in own.iter().enumerate() {
            partners[*at] = if own.len() == other.len() { Some(other[index]) } else { None };
        }
    }
    partners
}

/// The language whose session each paragraph is about: it names one, or stands in the list or under the heading of one.
fn sessions(passages: &[&Passage<'_>]) -> Vec<Option<Which>> {
    let mut under = None;
    let mut was_item = false;
    let session = |passage: &&Passage<'_>| {
        let text = passage.block.text.to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let own = match (names(&["english", "anglais"]), names(&["french", "français"])) {
            (true, false) => Some(Which::English),
            (false, true) => Some(Which::French),
            _ => None,
        };
        let is_item = passage.part == Part::Item;
        if passage.part == Part::Heading || (!is_item && (own.is_some() || was_item)) {
            under = own;
        }
        was_item = is_item;
        own.or(under)
    };
    passages.iter().map(session).collect()
}

/// How many words two paragraphs share that both languages write alike: names of places, people and products.
fn shared(own: &Passage<'_>, other: &Passage<'_>) -> usize {
    let is_name = |word: &String| word.chars().count() >= NAME_CHARS_MIN && word.chars().all(char::is_alphabetic);
    let names = |passage: &Passage<'_>| -> BTreeSet<String> {
        scan::folded_words(&passage.block.text).into_iter().filter(is_name).collect()
    };
    names(own).intersection(&names(other)).count()
}

/// A shorter word is shared by chance.
const NAME_CHARS_MIN: usize = 4;

/// Whether a paragraph stands at another place in the other language: in exchange for one with more figures or fewer,
/// since two values that were mixed up come one for one, or where its names stand, as in a list that each language puts
/// in its own alphabetical order.
fn is_elsewhere(at: usize, ours: &[Figures], theirs: &[Figures], is_named_at: &dyn Fn(usize) -> bool) -> bool {
    let agree = |a: &Figures, b: &Figures| missing(a, b).is_empty() && missing(b, a).is_empty();
    let is_moved = |there: usize| {
        let (fits_away, fits_back) = (agree(&ours[at], &theirs[there]), agree(&ours[there], &theirs[at]));
        let is_exchange = ours[at].count() != ours[there].count() && fits_away && fits_back;
        there != at && (is_exchange || ((fits_away || fits_back) && is_named_at(there)))
    };
    (0..ours.len()).any(is_moved)
}

fn missing(a: &Figures, b: &Figures) -> Vec<Missing> {
    let mut found = Vec::new();
    let mut add = |kind, severity, shown: Vec<String>| {
        if !shown.is_empty() {
            found.push(Missing { kind, shown, severity });
        }
    };
    let dates =
        a.dates.iter().filter(|date| !b.supports_date(**date)).map(|(month, day)| format!("{month:02}-{day:02}"));
    add(("date", "date"), Severity::Error, dates.collect());
    let unclear = a.unclear_dates.iter().filter(|date| !b.supports_unclear(**date));
    add(("date", "date"), Severity::Error, unclear.map(|(one, two)| format!("{one:02}/{two:02}")).collect());
    let times =
        a.times.iter().filter(|time| !b.supports_time(**time)).map(|(hour, minute)| format!("{hour}:{minute:02}"));
    // A time that the other language does not give at all may stand in its event block; another time is an error.
    let time_severity = if b.times.is_empty() { Severity::Warning } else { Severity::Error };
    add(("time", "heure"), time_severity, times.collect());
    let amounts = a.amounts.iter().filter(|amount| !b.supports_amount(**amount)).map(|amount| numbers::shown(*amount));
    add(("amount", "montant"), Severity::Error, amounts.collect());
    let strings = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    add(("telephone", "téléphone"), Severity::Error, strings(&a.telephones, &b.telephones));
    // The address itself stays out of the message: it may be a person's.
    let emails: Vec<String> = strings(&a.emails, &b.emails);
    let masked = emails
        .iter()
        .map(|email| crate::model::Address::parse(email).map_or_else(|_| "@".to_owned(), |it| it.masked()));
    add(("e-mail address", "adresse de courriel"), Severity::Error, masked.collect());
    for (kind, shown) in a.telling.missing_in(&b.telling) {
        add(kind, Severity::Warning, shown);
    }
    let lacking = a.numbers.union(&a.words).copied().filter(|number| !b.supports(*number));
    // `1 national capital` is `la capitale nationale`: where another number stands instead, that one is told.
    let (lone, more): (Vec<_>, Vec<_>) = lacking.partition(|number| *number == numbers::ONE);
    add(("number", "nombre"), Severity::Warning, more.into_iter().map(numbers::shown).collect());
    add(("number", "nombre"), Severity::Info, lone.into_iter().map(numbers::shown).collect());
    found
}
