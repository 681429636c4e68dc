//! Whether a bilingual edition is one language whole after the other (BIL-12): a notice with a jump first, then the halves,
//! each with its signature and its way out, and nowhere the two side by side or by turns.

use std::collections::{BTreeMap, BTreeSet};

use scraper::ElementRef;

use crate::check::html::sheet::{Page, Sheet};
use crate::check::proof::{Hit, Mails, Proof};
use crate::check::text::scan;
use crate::model::{Lang, Words};

/// A text of fewer characters is a name, a label or a switch, and begins no turn of the languages.
const TURN_CHARS_MIN: usize = 40;

pub(crate) fn judge(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in proof.pages.iter().filter(|sheet| sheet.edition.langs.len() > 1) {
        let mut say = |message: Words, hint: Words| hits.push(proof.on_edition(sheet.id(), message, hint));
        if !begins_with_jump(proof, sheet) {
            let lang = sheet.edition.langs.get(1).map_or("", Lang::as_str);
            say(
                words!(
                    "the bilingual edition does not begin with a notice and a jump to `{lang}`",
                    "l'édition bilingue ne commence pas par un avis et un lien vers `{lang}`"
                ),
                words!("put the notice back at the top of the template", "remettez l'avis en haut du gabarit"),
            );
        }
        for lang in sheet.edition.langs.iter().filter(|lang| !is_whole_half(proof, sheet, lang)) {
            say(
                words!(
                    "the half in `{lang}` is not whole: it lacks its signature or its link to unsubscribe",
                    "la moitié en `{lang}` n'est pas complète : il lui manque sa signature ou son lien de désabonnement"
                ),
                words!("put it back into the template", "remettez-la dans le gabarit"),
            );
        }
        if stands_side_by_side(sheet) || takes_turns(proof, sheet) {
            say(
                words!("the languages alternate or stand side by side", "les langues alternent ou sont côte à côte"),
                words!("put one language whole after the other", "placez une langue en entier après l'autre"),
            );
        }
    }
}

/// Whether the first link of all leads into the half of the second language.
fn begins_with_jump(proof: &Proof<'_>, sheet: &Page<'_>) -> bool {
    let first = sheet.blocks.iter().filter(|placed| placed.is_shown).find_map(|placed| placed.block.links.first());
    let Some(target) = first.and_then(|link| link.href.strip_prefix('#')) else { return false };
    let lang = |element: &ElementRef<'_>| tag_of(*element).map(|tag| primary(&tag));
    let second = sheet.edition.langs.get(1).map(|lang| primary(&proof.newsletter.language(lang).tag));
    let found = sheet.select("[id]").into_iter().find(|element| element.attr("id") == Some(target));
    // Where it leads nowhere, ACC-10 says so.
    found.is_none_or(|element| lang(&element) == second)
}

/// The language tag that holds at an element.
fn tag_of(element: ElementRef<'_>) -> Option<String> {
    let above = std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap));
    above.into_iter().find_map(|it| it.attr("lang").map(str::to_lowercase))
}

fn primary(tag: &str) -> String {
    tag.to_lowercase().split('-').next().unwrap_or_default().to_owned()
}

/// Whether the languages change more often than once from one text to the next.
fn takes_turns(proof: &Proof<'_>, sheet: &Sheet<'_>) -> bool {
    let mut order: Vec<&Lang> = Vec::new();
    // The notice at the top speaks the language to which it jumps.
    let is_notice = |links: &[crate::check::html::dom::Link]| links.iter().any(|link| link.href.starts_with('#'));
    let told = sheet.blocks.iter().filter(|placed| {
        let is_long = placed.block.text.chars().count() >= TURN_CHARS_MIN;
        placed.is_shown && (placed.story.is_some() || (is_long && !is_notice(&placed.block.links)))
    });
    for placed in told {
        // A title in another language (`only`) is marked inside its half and starts none.
        if let Some(lang) = placed.lang.as_ref().filter(|lang| sheet.edition.langs.contains(lang))
            && order.last() != Some(&lang)
        {
            order.push(lang);
        }
    }
    let onlies = proof.issue.stories().filter(|story| story.only.is_some()).count();
    order.len() > sheet.edition.langs.len() + 2 * onlies
}

/// Whether cells of a row, or columns of a template, hold different languages.
fn stands_side_by_side(sheet: &Page<'_>) -> bool {
    let rows = sheet.select("tr").into_iter().map(|row| row.child_elements().collect::<Vec<_>>());
    let is_column = |element: &ElementRef<'_>| {
        let class = element.attr("class").unwrap_or("");
        let style = element.attr("style").unwrap_or("");
        class.contains("mj-column") || style.replace(' ', "").contains("display:inline-block")
    };
    let columns =
        sheet.select("td, div").into_iter().map(|it| it.child_elements().filter(is_column).collect::<Vec<_>>());
    rows.chain(columns).filter(|beside| beside.len() > 1).any(|beside| {
        let claimed: BTreeSet<&str> = beside.iter().filter_map(|cell| cell.attr("lang")).collect();
        let langs: Vec<String> = beside.iter().copied().filter_map(main_language).collect();
        claimed.len() > 1 || langs.windows(2).any(|two| two[0] != two[1])
    })
}

/// The language of most of an element's words, when there are enough to read.
fn main_language(element: ElementRef<'_>) -> Option<String> {
    let mut chars: BTreeMap<String, usize> = BTreeMap::new();
    for text in element.descendants().filter(|node| node.value().is_text()) {
        let words = text.value().as_text().map_or(0, |text| text.trim().chars().count());
        if let Some(tag) = text.parent().and_then(ElementRef::wrap).and_then(tag_of).filter(|_| words > 0) {
            *chars.entry(primary(&tag)).or_default() += words;
        }
    }
    let (lang, n) = chars.into_iter().max_by_key(|(_, n)| *n)?;
    (n >= TURN_CHARS_MIN).then_some(lang)
}

/// Whether one half of a bilingual edition ends as a mail of its own does.
fn is_whole_half(proof: &Proof<'_>, sheet: &Sheet<'_>, lang: &Lang) -> bool {
    let own = || sheet.blocks.iter().filter(|placed| placed.is_shown && placed.lang.as_ref() == Some(lang));
    let leave = crate::model::Slot::Unsubscribe.token();
    let can_leave = own().any(|placed| placed.block.links.iter().any(|link| link.href.starts_with(leave)));
    let signature = proof.newsletter.blocks.signature.get(lang).map(|text| scan::folded_words(text));
    let is_signed = signature.is_none_or(|words| {
        words.is_empty()
            || own().any(|placed| scan::folded_words(&placed.block.text).windows(words.len()).any(|of| of == words))
    });
    can_leave && is_signed
}
