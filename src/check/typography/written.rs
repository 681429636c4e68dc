//! Dates, times, numbers, ranges and ordinals as French writes them (TYP-07 to TYP-11).

use std::sync::LazyLock;

use super::each;
use crate::check::proof::{Hit, Proof};
use crate::check::text::scan::{self, Pattern, ascii_pattern, digit_pattern, pattern};
use crate::model::{Lang, Severity, Words};

const MONTHS: &str = "(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)";
const MONTHS_CAPITAL: &str = "(?:Janvier|Février|Mars|Avril|Mai|Juin|Juillet|Août|Septembre|Octobre|Novembre|Décembre)";

pub(crate) fn dates(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static CAPITAL: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b([0-9]{{1,2}}(?:er)?\s{MONTHS_CAPITAL})\b")));
    static COMMA: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b([0-9]{{1,2}}(?:er)?\s(?i:{MONTHS}),\s?(?:19|20)[0-9]{{2}})\b")));
    static FIRST: LazyLock<Pattern> = LazyLock::new(|| digit_pattern(&format!(r"\ble (1\s(?i:{MONTHS}))\b")));
    static REVERSED: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b((?i:{MONTHS})\s[0-9]{{1,2}},\s?(?:19|20)[0-9]{{2}})\b")));
    static REVERSED_BARE: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b((?:le|du|au) (?i:{MONTHS})\s[0-9]{{1,2}})\b")));
    static NAMED: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(&format!(
            r"\b((?:[eE]n|[dD]e|[fF]in|[dD]ébut|au mois de|du mois de) {MONTHS_CAPITAL}|[dD]['’](?:Avril|Août|Octobre)|\p{{Ll}}+ (?:Janvier|Février|Avril|Juin|Juillet|Août|Septembre|Octobre|Novembre|Décembre)|\p{{Ll}}+ (?:Lundi|Mardi|Mercredi|Jeudi|Vendredi|Samedi|Dimanche))\b"
        ))
    });
    // `mercredi, 9 décembre`, `09 décembre`.
    static PARTED: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(&format!(
            r"\b((?i:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche), (?:le )?[0-9]{{1,2}}(?:er)?\s{MONTHS}|0[1-9]\s{MONTHS}|[0-9]{{1,2}}(?:er)?\s(?:de )?{MONTHS},?\s(?:de|en) (?:19|20)[0-9]{{2}})\b"
        ))
    });
    // In figures a reader from abroad takes the day for the month.
    static FIGURES: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,2}/[0-9]{1,2}/(?:(?:19|20)[0-9]{2}|[0-9]{2})|[0-9]{1,2}[-.][0-9]{1,2}[-.](?:19|20)[0-9]{2})\b",
        )
    });
    // `31 juil.`; the guide keeps short forms for tables.
    static SHORT: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(r"\b([0-9]{1,2}(?:er)?\s(?:janv|févr|avr|juill?|sept|oct|nov|déc)\.)"));
    static ENGLISH: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b((?:January|February|March|April|June|July|August|September|October|November|December|Jan\.|Feb\.|Apr\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)\s[0-9]{1,2}|[0-9]{1,2}\s(?:January|February|March|April|June|July|August|September|October|November|December))\b",
        )
    });
    for fault in [&CAPITAL, &COMMA, &FIRST, &REVERSED, &REVERSED_BARE, &NAMED, &PARTED, &FIGURES, &SHORT, &ENGLISH] {
        each(proof, hits, fault, false, |shown| {
            (
                words!(
                    "`{shown}` is not how a date is written in French",
                    "`{shown}` n'est pas une date à la française"
                ),
                words!(
                    "write 9\u{a0}décembre 2026, or 1er\u{a0}décembre",
                    "écrivez 9\u{a0}décembre 2026, ou 1er\u{a0}décembre"
                ),
            )
        });
    }
}

pub(crate) fn times(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,2}(?::[0-5][0-9])?\s?(?:[aApP][mM]\b|[ap]\.\s?m\.)|[0-9]{1,2}[hH]\s?[0-5][0-9]\b|[0-9]{1,2}\s[hH][0-5][0-9]\b|[0-9]{1,2}[hH]\b|[0-9]{1,2}\sH\b|[0-9]{1,2}\s?h(?:eures?)?(?:\s?[0-5][0-9])?\s(?:[aApP][mM]\b|[ap]\.\s?m\.)|(?:[01]?[0-9]|2[0-3]):[0-5][0-9])(?:[^:0-9]|$)",
        )
    });
    // `une échelle de 1:10`, `un rapport de contraste de 3:10` are ratios.
    static RATIO: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:échelles?|ratios?|rapports?|contrastes?|proportions?|formats?|cotes?)\b[^.;!?]{0,30}$")
    });
    for reading in proof.readings(Lang::is_french) {
        for range in scan::matches(&FAULT, reading.text()) {
            let shown = &reading.text()[range.clone()];
            let is_ratio =
                shown.contains(':') && !shown.contains('m') && RATIO.is_match(&reading.text()[..range.start]);
            if reading.is_marked(&range) || reading.is_code(&range) || is_ratio {
                continue;
            }
            let (message, hint) = (
                words!(
                    "`{shown}` is not how a time is written in French",
                    "`{shown}` n'est pas une heure à la française"
                ),
                words!("write 16\u{a0}h\u{a0}30", "écrivez 16\u{a0}h\u{a0}30"),
            );
            hits.push(reading.hit(range, message, hint));
        }
    }
}

pub(crate) fn digits(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"(?:^|[^0-9.,])([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{4,}\s?\$|[0-9]+\.[0-9]{1,2}\s?(?:%|\$|M\$|millions?|milliards?|km|kg|Mo|Ko|Go|fois|points?|heures?|jours?|mois|semaines?|minutes?|secondes?|mètres?|litres?|tonnes?|degrés?|ans\b))(?:[^0-9,]|,(?:[^0-9]|$)|$)",
        )
    });
    // Telephones and numbers of rooms, laws and versions are not parted; nor are years.
    static LONG: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"(?:^|[^\p{L}0-9.,/°$'’-])((?:1[0-4]|[3-9][0-9]|2[2-9])[0-9]{2}\s\p{Ll}{4,}|[0-9]{5,}\s(?:de\s)?\p{Ll}{4,}|[0-9]{1,3}\.[0-9]{3}\s\p{Ll}{4,})",
        )
    });
    static YEAR: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(r"(?:^|[^\p{L}0-9.,/°$'’-])(1[5-8][05]0\s\p{Ll}{4,}|2[01]00\s\p{Ll}{3,}s\b)"));
    static DOTTED: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"(?:^|\s)([0-9]{1,3}\.[0-9]{3}\s(?:personnes|abonnés|pages|employés|fonctionnaires|messages|visites|visiteurs|lecteurs|membres|réponses|appels)\b)",
        )
    });
    static NAMES: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(
            r"(?i)(?:\bno|n°|numéro|poste|pièce|salle|bureau|case|code|version|loi|article|rue|art\.|p\.|ligne|formulaire|dossier|processus|(?:du|au|le|un|ce|votre|notre|son|leur|de) compte|local|référence)[\s\u{a0}]*$|\b(?:nos|numéros|lignes|postes|pièces|salles|codes|formulaires|dossiers)[\s\u{a0}]*[\s\u{a0}]*$",
        )
    });
    static DATES: LazyLock<Pattern> =
        LazyLock::new(|| ascii_pattern(r"(?i)(?:année|an|en|de|depuis|dès|et|à)[\s\u{a0}]*$"));
    each(proof, hits, &FAULT, false, digits_words);
    each(proof, hits, &DOTTED, false, digits_words);
    for reading in proof.readings(Lang::is_french) {
        let years = scan::matches(&YEAR, reading.text()).into_iter();
        let years = years.filter(|range| !DATES.is_match(&reading.text()[..range.start])).collect::<Vec<_>>();
        for range in scan::matches(&LONG, reading.text()).into_iter().chain(years) {
            if !reading.is_marked(&range) && !NAMES.is_match(&reading.text()[..range.start]) {
                let (message, hint) = digits_words(&reading.text()[range.clone()]);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
}

fn digits_words(shown: &str) -> (Words, Words) {
    (
        words!("`{shown}` is not how a number is written in French", "`{shown}` n'est pas un nombre à la française"),
        words!("write 4\u{a0}000 and 5,5", "écrivez 4\u{a0}000 et 5,5"),
    )
}

pub(crate) fn ranges(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,4}(?:\s?h)?\s?[–—]\s?[0-9]{1,4}|[0-9]{1,4}(?:\s?h)?\s-\s[0-9]{1,4}|[0-9]{1,2}\s?h-[0-9]{1,2}\s?h|[0-9]{1,2}\s?h(?:\s?[0-5][0-9])?\s?[–—-]\s?(?:midi|minuit|[0-9]{1,2}\s?h))\b",
        )
    });
    static DAYS: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(&format!(
            r"\b([0-9]{{1,2}}-[0-9]{{1,2}}\s(?:{MONTHS}|h\b)|[0-9]{{1,2}}\s?h(?:\s?[0-5][0-9])?\s?-\s?[0-9]{{1,2}}\s?h)"
        ))
    });
    static SPANS: LazyLock<Pattern> = LazyLock::new(|| {
        let day = "(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)";
        ascii_pattern(&format!(
            r"(?i)\b({day}s?\s?[–—-]\s?{day}|{MONTHS}\s?[–—-]\s?{MONTHS}|(?:pages?|p\.|articles?|chapitres?)\s[0-9]{{1,3}}\s?-\s?[0-9]{{1,3}})\b"
        ))
    });
    static COUNTED: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"(?:^|[^\p{L}0-9-])([0-9]{1,3}(?:\s?[%$])?\s?-\s?[0-9]{1,3}\s?(?:[%$]|(?:ans|fois|mois|km|kg|[a-z]\p{Ll}{4,})\b))",
        )
    });
    // From one day of a month to another, from one amount to another: the dash stands between words.
    static WHOLE: LazyLock<Pattern> = LazyLock::new(|| {
        let day = format!(r"(?:1er|[0-9]{{1,2}})\s{MONTHS}(?:\s(?:19|20)[0-9]{{2}})?");
        digit_pattern(&format!(
            r"(?:^|[^\p{{L}}0-9-])({day}\s?[–—-]\s?{day}|[0-9]{{1,3}}(?:\s[0-9]{{3}})*(?:,[0-9]+)?\s?(?:[MGk]?\$|%)\s?[–—-]\s?[0-9]{{1,3}}(?:\s[0-9]{{3}})*(?:,[0-9]+)?\s?(?:[MGk]?\$|%))(?:[^\p{{L}}0-9]|$)"
        ))
    });
    // Two years that follow each other; `2026-12-09` is a date and `2026-12` the name of an issue. Half of what federal
    // writers publish has fiscal years with a hyphen, which is told and no more.
    static YEARS: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(r"\b((?:19|20)[0-9]{2}-(?:(?:19|20)[0-9]{2}|[0-9]{2}))(?:[^0-9-]|$)"));
    // `les salles 8-110 et 8-112` names two rooms.
    static ROOMS: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(
            r"(?i)\b(?:salles?|pièces?|bureaux?|locaux|local|chambres?|formulaires?|dossiers?|numéros?|nos?|codes?)\b[^.;:!?]{0,40}$",
        )
    });
    for fault in [&DAYS, &SPANS, &FAULT, &WHOLE] {
        each(proof, hits, fault, false, range_words);
    }
    for reading in proof.readings(Lang::is_french) {
        for range in scan::matches(&COUNTED, reading.text()) {
            if !reading.is_marked(&range) && !reading.is_code(&range) && !ROOMS.is_match(&reading.text()[..range.start])
            {
                let (message, hint) = range_words(&reading.text()[range.clone()]);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
    let told = hits.len();
    each(proof, hits, &YEARS, false, range_words);
    for hit in &mut hits[told..] {
        hit.severity = Some(Severity::Info);
    }
}

fn range_words(shown: &str) -> (Words, Words) {
    (
        words!("`{shown}`: a range with a dash", "`{shown}`\u{a0}: un intervalle avec un tiret"),
        words!("write de … à …, du … au …", "écrivez de … à …, du … au …"),
    )
}

pub(crate) fn ordinals(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r"\b((?:[0-9]+(?:ème|eme|ième|ieme|ère|ière|iere|ier|nde|nd|st|rd|th|è)|[XVI]+(?:ème|ième))s?|1es?)\b")
    });
    each(proof, hits, &FAULT, false, |shown| {
        (
            words!(
                "`{shown}` is not how an ordinal is written in French",
                "`{shown}` n'est pas un ordinal à la française"
            ),
            words!("write 1er, 1re, 2e", "écrivez 1er, 1re, 2e"),
        )
    });
}
