//! Whether a translation fits its source: its links, addresses and numbers.

use super::words;
use crate::model::Words;
use crate::model::rich::{self, Bit};

/// What does not fit, in words for the editor; the translation is taken all the same, since a person wrote it.
pub(super) fn misfits(source: &str, target: &str) -> Vec<Words> {
    let mut misfits = Vec::new();
    let (own, others) = (links(source), links(target));
    if own.len() != others.len() {
        let (n, m) = (own.len(), others.len());
        misfits.push(words!(
            "{n} links in the source, {m} in the translation",
            "{n} liens dans la source, {m} dans la traduction"
        ));
    }
    for link in others.iter().filter(|link| !own.contains(link)) {
        misfits.push(words!(
            "a link leads elsewhere than in the source: {link}",
            "un lien mène ailleurs que dans la source : {link}"
        ));
    }
    let target_words = rich::words(target);
    for address in rich::words(source).split_whitespace().filter(|word| words::is_address(word)) {
        let address = address.trim_matches(|c: char| !c.is_alphanumeric());
        if !target_words.contains(address) {
            // It may be a person's: it is not shown.
            misfits.push(words!(
                "an address of the source is not in the translation",
                "une adresse de la source n'est pas dans la traduction"
            ));
        }
    }
    let numbers = words::numbers(target);
    // 4:30 pm is 16 h 30; `2 p.m.` is 14 h; a number of one digit may be a word.
    let is_there = |n: u64| numbers.contains(&n);
    let is_lost = |n: &u64| {
        let n = *n;
        let other_half = (13..24).contains(&n).then(|| n - 12).or((n <= 12).then_some(n + 12));
        n > 9 && !is_there(n) && !other_half.is_some_and(is_there)
    };
    let lost: Vec<String> = words::numbers(source).into_iter().filter(is_lost).map(|n| n.to_string()).collect();
    if !lost.is_empty() {
        let lost = lost.join(", ");
        misfits.push(words!(
            "a number of the source is not in the translation: {lost}",
            "un nombre de la source n'est pas dans la traduction : {lost}"
        ));
    }
    misfits
}

fn links(html: &str) -> Vec<String> {
    let link = |bit| if let Bit::Link(href) = bit { Some(href) } else { None };
    rich::bits(html).into_iter().filter_map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_on_the_way_is_named() {
        let source = "On <a href=\"https://example.ca/en\">December 19</a> at 4:30 pm, write to team@example.gc.ca.";
        let good = "Le <a href=\"https://example.ca/en\">19 décembre</a> à 16 h 30, écrivez à team@example.gc.ca.";
        assert_eq!(misfits(source, good), []);
        let bad = "Le 18 décembre à 16 h 30, écrivez-nous.";
        let said: Vec<String> = misfits(source, bad).into_iter().map(|words| words.en).collect();
        assert!(said[0].starts_with("1 links in the source, 0"), "{said:?}");
        assert!(said[1].starts_with("an address") && said[2].ends_with("19"), "{said:?}");
        assert!(!said.concat().contains("team@"), "an address may be a person's");
    }
}
