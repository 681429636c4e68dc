//! TYP: French as the federal government writes it, which is not as France does (FEDERAL 2.1 and 2.2).
//!
//! What `compose` mends is judged in the composed mails: only what is left there is said. TYP-01 and TYP-06 are judged
//! in the story itself, since they show a text that nobody has read over.

pub(crate) mod written;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::check::catalogue::{Example, Group, Rule, row};
use crate::check::proof::{Hit, Part, Proof, Reading};
use crate::check::text::language;
use crate::check::text::scan::{self, Pattern, pattern};
use crate::model::{Lang, Severity, Story, Words};

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    Rule { is_fact: false, ..row(Group::Typography, id, severity, source) }
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "No space before a comma, a full stop, an ellipsis or a closing parenthesis",
        fr: "Pas d'espace avant la virgule, le point, les points de suspension ni la parenthèse fermante",
        bad: Example::Text("fr", "<p>La société canadienne , avec ses 14\u{a0}capitales .</p>"),
        good: Example::Text("fr", "<p>La société canadienne, avec ses 14\u{a0}capitales (3,5\u{a0}%).</p>"),
        judge: space_before_sign,
        ..rule("TYP-01", Severity::Error, "2.1")
    },
    Rule {
        en: "A no-break space before a colon",
        fr: "Une espace insécable avant le deux-points",
        bad: Example::Text("fr", "<p>Trois conseils: lire, écouter, récrire.</p>"),
        good: Example::Text("fr", "<p>Trois conseils\u{a0}: lire, écouter, récrire.</p>"),
        judge: colon,
        ..rule("TYP-02", Severity::Fixed, "2.1")
    },
    Rule {
        en: "No space before a semicolon, a question mark or an exclamation mark",
        fr: "Pas d'espace avant le point-virgule, le point d'interrogation ni le point d'exclamation",
        bad: Example::Text("fr", "<p>Avez-vous une idée ? Écrivez-nous.</p>"),
        good: Example::Text("fr", "<p>Avez-vous une idée? Écrivez-nous.</p>"),
        judge: tall_signs,
        ..rule("TYP-03", Severity::Fixed, "2.1")
    },
    Rule {
        en: "French quotation marks « … », with no-break spaces inside, in pairs",
        fr: "Des guillemets français « … », avec des espaces insécables à l'intérieur, par paires",
        bad: Example::Text("fr", "<p>Le thème est «langage clair».</p>"),
        good: Example::Text("fr", "<p>Le thème est «\u{a0}langage clair\u{a0}».</p>"),
        judge: quotation_marks,
        ..rule("TYP-04", Severity::Warning, "2.1")
    },
    Rule {
        en: "A no-break space before %, $ and unit symbols; the sign after the number",
        fr: "Une espace insécable avant %, $ et les symboles d'unité; le signe après le nombre",
        bad: Example::Text("fr", "<p>Les coûts baissent de $100.</p>"),
        good: Example::Text("fr", "<p>Les coûts baissent de 100\u{a0}$, soit 20\u{a0}%.</p>"),
        judge: signs_and_units,
        ..rule("TYP-05", Severity::Warning, "2.1")
    },
    Rule {
        en: "No space beside the apostrophe of an elision; one kind of apostrophe in a story, which is mended",
        fr: "Pas d'espace à côté de l'apostrophe d'une élision; une seule sorte d'apostrophe dans un article, ce qui est corrigé",
        bad: Example::Text("fr", "<p>Le symbole de l' identité collective.</p>"),
        good: Example::Text("fr", "<p>Le symbole de l'identité collective.</p>"),
        judge: elision,
        ..rule("TYP-06", Severity::Error, "0.2, 2.1")
    },
    Rule {
        en: "Dates as 9 décembre 2026: no comma, month in lower case, 1er for the first",
        fr: "Les dates comme 9 décembre 2026 : sans virgule, mois en minuscules, 1er pour le premier jour",
        bad: Example::Text("fr", "<p>Nous nous réunissons le 9 Décembre, 2026.</p>"),
        good: Example::Text("fr", "<p>Nous nous réunissons le 9\u{a0}décembre 2026 et le 1er\u{a0}mars.</p>"),
        judge: written::dates,
        ..rule("TYP-07", Severity::Warning, "2.2")
    },
    Rule {
        en: "Times as 16 h 30: no am or pm, no 16h30, no 16:30",
        fr: "Les heures comme 16 h 30 : ni am ni pm, ni 16h30, ni 16:30",
        bad: Example::Text("fr", "<p>La séance commence à 16:30.</p>"),
        good: Example::Text("fr", "<p>La séance commence à 16\u{a0}h\u{a0}30.</p>"),
        judge: written::times,
        ..rule("TYP-08", Severity::Warning, "2.2")
    },
    Rule {
        en: "Thousands with a no-break space, decimals with a comma",
        fr: "Les milliers avec une espace insécable, les décimales avec une virgule",
        bad: Example::Text("fr", "<p>Plus de 4,000 personnes lisent l'infolettre.</p>"),
        good: Example::Text("fr", "<p>Plus de 4\u{a0}000 personnes lisent l'infolettre, soit 5,5\u{a0}%.</p>"),
        judge: written::digits,
        ..rule("TYP-09", Severity::Warning, "2.2")
    },
    Rule {
        en: "Ranges in words (de … à …), not with a dash; two years joined by a hyphen (2026-2027), which half of federal texts have, are told and no more",
        fr: "Les intervalles en toutes lettres (de … à …), sans tiret; deux années jointes par un trait d'union (2026-2027), fréquentes dans les textes fédéraux, sont seulement signalées",
        bad: Example::Text("fr", "<p>Inscrivez-vous pour les 10–12\u{a0}décembre.</p>"),
        good: Example::Text("fr", "<p>Inscrivez-vous pour la période du 10 au 12\u{a0}décembre.</p>"),
        judge: written::ranges,
        ..rule("TYP-10", Severity::Warning, "2.2")
    },
    Rule {
        en: "Ordinals as 1er, 1re, 2e; the mail raises their ends, the text part and titles leave them on the line",
        fr: "Les ordinaux comme 1er, 1re, 2e; le courriel met leur fin en exposant, le texte brut et les titres la laissent sur la ligne",
        bad: Example::Text("fr", "<p>C'est la 2ème édition.</p>"),
        good: Example::Text("fr", "<p>C'est la 2e édition et la 1re en ligne.</p>"),
        judge: written::ordinals,
        ..rule("TYP-11", Severity::Warning, "2.2")
    },
    Rule {
        en: "Capitals keep their accents",
        fr: "Les majuscules gardent leurs accents",
        bad: Example::Text("fr", "<p>Ecrivez à notre équipe dès aujourd'hui.</p>"),
        good: Example::Text("fr", "<p>Écrivez à notre équipe dès aujourd'hui.</p>"),
        judge: accented_capitals,
        ..rule("TYP-12", Severity::Warning, "2.2")
    },
    Rule {
        en: "French words for French readers: courriel, infolettre, site Web, par exemple",
        fr: "Des mots français : courriel, infolettre, site Web, par exemple",
        bad: Example::Text("fr", "<p>Abonnez-vous à la newsletter dès maintenant.</p>"),
        good: Example::Text("fr", "<p>Abonnez-vous à l'infolettre par courriel sur le site Web.</p>"),
        judge: french_words,
        ..rule("TYP-13", Severity::Warning, "2.2")
    },
    Rule {
        en: "Items of one list end alike: all with `;` and the last with `.`, or none with a mark",
        fr: "Les éléments d'une liste se terminent de même : tous par un `;` et le dernier par un `.`, ou tous sans signe",
        bad: Example::Text("fr", "<ul><li>lire le texte;</li><li>le récrire</li><li>le relire.</li></ul>"),
        good: Example::Text("fr", "<ul><li>lire le texte;</li><li>le récrire;</li><li>le relire.</li></ul>"),
        judge: crate::check::style::lists::end_marks,
        ..rule("TYP-14", Severity::Warning, "2.2")
    },
    Rule {
        en: "Titles end without a mark, have a capital on the first word and on names alone, and are not in capitals; a question, which many federal titles are, is told and no more",
        fr: "Les titres se terminent sans signe, n'ont de majuscule qu'au premier mot et aux noms, et ne sont pas en majuscules; une question, fréquente dans les titres fédéraux, est seulement signalée",
        bad: Example::Title("fr", "Une nouvelle équipe arrive au bureau."),
        good: Example::Title("fr", "Une nouvelle équipe arrive au bureau"),
        judge: titles,
        ..rule("TYP-15", Severity::Warning, "2.2")
    },
    Rule {
        en: "No em dash, no zero-width characters, no soft hyphens",
        fr: "Ni tiret cadratin, ni caractères sans chasse, ni traits d'union conditionnels",
        bad: Example::Text("fr", "<p>Le langage clair\u{200b} aide tout le monde.</p>"),
        good: Example::Text("fr", "<p>Le langage clair aide tout le monde.</p>"),
        judge: leftovers,
        ..rule("TYP-16", Severity::Fixed, "2.1")
    },
];

/// Says something of every match of a pattern in the French that readers get. A rule whose mend is `compose`'s weighs
/// `F` while nothing is composed, and `W` when something is left.
pub(crate) fn each(
    proof: &Proof<'_>,
    hits: &mut Vec<Hit>,
    pattern: &Pattern,
    mended: bool,
    words: impl Fn(&str) -> (Words, Words),
) {
    for reading in proof.readings(Lang::is_french) {
        for range in scan::matches(pattern, reading.text()) {
            if !reading.is_marked(&range) && !reading.is_code(&range) {
                let (message, hint) = words(&reading.text()[range.clone()]);
                hits.push(weigh(reading.hit(range, message, hint), &reading, mended));
            }
        }
    }
}

fn weigh(hit: Hit, reading: &Reading<'_>, mended: bool) -> Hit {
    match (mended, reading.is_final) {
        (true, false) => hit.weighing(Severity::Fixed),
        (true, true) => hit.weighing(Severity::Warning),
        (false, _) => hit,
    }
}

/// Judges a fault that is the author's: in the story's own text, and of other people's words in what is left of it.
fn each_own(
    proof: &Proof<'_>,
    hits: &mut Vec<Hit>,
    pattern: &Pattern,
    may_be: fn(&str) -> bool,
    words: impl Fn(&str) -> (Words, Words),
) {
    let own =
        proof.in_language(Lang::is_french).filter(|passage| !passage.is_others).map(|passage| proof.read(passage));
    let others = proof.readings(Lang::is_french).into_iter();
    let others = others.filter(|reading| reading.story.is_some_and(crate::check::proof::is_others));
    for reading in own.chain(others).filter(|reading| may_be(reading.text())) {
        for range in scan::matches(pattern, reading.text()) {
            if !reading.is_marked(&range) && !reading.is_code(&range) {
                let excerpt = with_word(reading.text(), &range);
                let (message, hint) = words(&reading.text()[excerpt.clone()]);
                hits.push(reading.hit_within(range, &excerpt, message, hint));
            }
        }
    }
}

/// A fault together with the word before and the word after it.
fn with_word(text: &str, range: &Range<usize>) -> Range<usize> {
    let before = text[..range.start].trim_end();
    let start = before.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let last = text[..range.end].chars().next_back();
    let end = if last.is_some_and(char::is_whitespace) {
        text[range.end..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |at| range.end + at)
    } else {
        range.end
    };
    start..end
}

fn space_before_sign(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    // A comma before a digit is a decimal, a full stop before a letter begins a name of a host or a file.
    static COMMA: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[^\s«(\[–—-]([ \u{a0}\u{202f}]+,)(?:[^0-9]|$)"));
    static OTHERS: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r#"[^\s«(\[–—.-]([ \u{a0}\u{202f}]+(?:\.{1,3}(?:[\s»”"),]|$)|…|\)))"#));
    // The next sentence begins at once: `capitales .Ensuite`, but not `.NET`.
    static GLUED: LazyLock<Pattern> = LazyLock::new(|| pattern(r"[\p{L}0-9»%$]([ \u{a0}\u{202f}]+\.)\p{Lu}\p{Ll}{2}"));
    for fault in [&COMMA, &OTHERS, &GLUED] {
        each_own(
            proof,
            hits,
            fault,
            |_| true,
            |shown| {
                let sign = shown.trim_end().chars().rfind(|c| matches!(c, ',' | '.' | '…' | ')')).unwrap_or(',');
                (
                    words!("`{shown}`: a space before `{sign}`", "`{shown}`\u{a0}: une espace avant `{sign}`"),
                    words!("take the space out", "supprimez l'espace"),
                )
            },
        );
    }
}

fn colon(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"((?:\p{L}+|[0-9]+)[)»”%$]? ?:)(?:\s|$)"));
    each(proof, hits, &FAULT, true, |shown| {
        (
            words!(
                "`{shown}`: no no-break space before the colon",
                "`{shown}`\u{a0}: pas d'espace insécable avant le deux-points"
            ),
            words!(
                "put a no-break space (Ctrl+Shift+Space in Word)",
                "mettez une espace insécable (Ctrl+Maj+Espace dans Word)"
            ),
        )
    });
}

fn tall_signs(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"([\p{L}0-9»)]+[ \u{a0}\u{202f}]+[;?!])(?:[\s»”)]|$)"));
    each(proof, hits, &FAULT, true, |shown| {
        (
            words!("`{shown}`: a space before the sign", "`{shown}`\u{a0}: une espace avant le signe"),
            words!(
                "take the space out: in Canada there is none",
                "supprimez l'espace\u{a0}: au Canada, il n'y en a pas"
            ),
        )
    });
}

fn quotation_marks(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static NARROW: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"(«[^\u{a0}\u{202f}][^»]{0,20}|[^«]{0,20}[^\u{a0}\u{202f}]»)"));
    static FOREIGN: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r#"(["“][^"“”«»]{2,}["”]|["“”]\s?«|»\s?["“”]|<<\s?\p{L}|[„‟][^"“”«»]{2,}["“”‟]|‹[^‹›«»]{2,}›)"#)
    });
    each(proof, hits, &NARROW, true, |shown| {
        (
            words!(
                "`{shown}`: no no-break space inside the quotation mark",
                "`{shown}`\u{a0}: pas d'espace insécable à l'intérieur du guillemet"
            ),
            words!("put a no-break space after « and before »", "mettez une espace insécable après « et avant »"),
        )
    });
    for reading in proof.readings(Lang::is_french) {
        for range in scan::matches(&FOREIGN, reading.text()) {
            // Within « … » the second pair is “ ”, as it should be; code quotes as its language does.
            let before = &reading.text()[..range.start];
            let is_inside = before.matches('«').count() > before.matches('»').count();
            let shown = &reading.text()[range.clone()];
            let is_code = before.ends_with('=') || reading.is_code(&range);
            if (is_inside && shown.starts_with('“')) || reading.is_marked(&range) || is_code {
                continue;
            }
            let (message, hint) = (
                words!(
                    "{shown}: English quotation marks in French",
                    "{shown}\u{a0}: des guillemets anglais en français"
                ),
                words!("write « … »", "écrivez « … »"),
            );
            hits.push(reading.hit(range, message, hint));
        }
    }
    let readings = proof.readings(Lang::is_french);
    for (index, reading) in readings.iter().enumerate() {
        let (open, close) = (reading.text().matches('«').count(), reading.text().matches('»').count());
        // A quotation of several paragraphs opens each of them, and closes once.
        let goes_on = open == close + 1
            && reading.text().starts_with('«')
            && readings.get(index + 1).is_some_and(|next| next.text().starts_with('«'));
        if open != close && !goes_on {
            let at = reading.text().find(['«', '»']).unwrap_or(0);
            let end = reading.text()[at..].find(char::is_whitespace).map_or(reading.text().len(), |length| at + length);
            hits.push(reading.hit(
                at..end,
                words!(
                    "{open} opening and {close} closing quotation marks",
                    "{open} guillemets ouvrants et {close} fermants"
                ),
                words!("close what was opened", "fermez ce qui a été ouvert"),
            ));
        }
    }
}

fn signs_and_units(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static LOOSE: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"([0-9] ?[%$¢€]|[0-9] ?(?:km|kg|mg|g|cm|mm|ml|mL|ha|Mo|Ko|Go|To|MHz|GHz|kWh|°C|[MGk]\$)(?:[^\p{L}]|$))",
        )
    });
    static BEFORE: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?:^|[^0-9\s\u{a0}][\s\u{a0}]?|[^0-9\s\u{a0}]\s)([$€]\s?[0-9][0-9 ,.\u{a0}]*)|(?:^|\s)(%\s?[0-9]+)(?:\s|$)",
        )
    });
    each(proof, hits, &LOOSE, true, |shown| {
        (
            words!(
                "`{shown}`: no no-break space before the sign",
                "`{shown}`\u{a0}: pas d'espace insécable avant le signe"
            ),
            words!(
                "put a no-break space between number and sign",
                "mettez une espace insécable entre le nombre et le signe"
            ),
        )
    });
    each(proof, hits, &BEFORE, false, |shown| {
        (
            words!("`{shown}`: the sign stands before the number", "`{shown}`\u{a0}: le signe est avant le nombre"),
            words!(
                "in French the dollar sign follows: 100\u{a0}$",
                "en français, le signe suit le nombre\u{a0}: 100\u{a0}$"
            ),
        )
    });
}

fn elision(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static AFTER: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:[ldnmtsjc]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|aujourd|quelqu|entr)([’'][ \u{a0}\u{202f}]+)\p{L}",
        )
    });
    static BEFORE: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r"(?i)\b(?:[ldnmtsjc]|qu|jusqu|lorsqu|puisqu|aujourd)([ \u{a0}\u{202f}]+[’'][ \u{a0}\u{202f}]*)\p{L}")
    });
    for fault in [&AFTER, &BEFORE] {
        each_own(proof, hits, fault, has_loose_apostrophe, |shown| {
            (
                words!(
                    "`{shown}`: a space beside the apostrophe",
                    "`{shown}`\u{a0}: une espace à côté de l'apostrophe"
                ),
                words!("take the space out", "supprimez l'espace"),
            )
        });
    }
    two_apostrophes(proof, hits);
}

/// Whether a text has an apostrophe with a space beside it: hardly any has, and this is asked sooner than a pattern.
fn has_loose_apostrophe(text: &str) -> bool {
    text.match_indices(['\'', '’']).any(|(at, sign)| {
        text[..at].ends_with(char::is_whitespace) || text[at + sign.len()..].starts_with(char::is_whitespace)
    })
}

/// One kind of apostrophe in a story: `compose` gives all of them the more frequent kind, as half of what federal
/// writers publish mixes them (FEDERAL 2.1).
fn two_apostrophes(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let mut seen: BTreeMap<&str, (bool, bool, &Story, bool)> = BTreeMap::new();
    let readings = proof.readings(Lang::is_french);
    let shown = readings.iter().filter(|it| !matches!(it.part, Part::Alt | Part::Subject | Part::Preheader));
    for (reading, story) in shown.filter_map(|reading| reading.story.map(|story| (reading, story))) {
        let has = |sign: char| {
            reading.text().match_indices(sign).any(|(at, found)| {
                reading.text()[..at].ends_with(char::is_alphabetic)
                    && reading.text()[at + found.len()..].starts_with(char::is_alphabetic)
            })
        };
        let entry = seen.entry(story.id.as_str()).or_insert((false, false, story, reading.is_final));
        entry.0 |= has('\'');
        entry.1 |= has('’');
    }
    for (_, _, story, is_final) in seen.into_values().filter(|(straight, curly, ..)| *straight && *curly) {
        let Some(lang) = story.texts.keys().find(|lang| lang.is_french()) else { continue };
        let hit = proof.on_story(
            story,
            lang,
            words!(
                "straight and curly apostrophes in one story",
                "des apostrophes droites et courbes dans un même article"
            ),
            words!("take one of the two", "n'en gardez qu'une sorte"),
        );
        hits.push(hit.weighing(if is_final { Severity::Warning } else { Severity::Fixed }));
    }
}

fn accented_capitals(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    // Words that are English as well (Education, Edition) are left out: names of programs hold them.
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?:^|[^\p{L}])(Etats?|Etant|Etapes?|Etudes?|Etudi(?:ante?s?|er|ez)|Etre|Etes|Ecoles?|Ecout(?:e[zr]?|ant)|Ecri(?:re|vez|t|te|ts|tes|ture|vains?)|Egale?s?|Egalement|Egalité|Egaux|Egypte|Elabor(?:er|ez|ation)|Elèves?|Elargi(?:r|ssez)|Elimine[zr]|Eligib(?:le|les|ilité)|Elus?|Energies?|Energétique|Equipes?|Equipements?|Equité|Equilibre|Equivalent|Evénements?|Evite[zr]|Evalue[zr]|Eventuel(?:le|s|les)?|Evidemment|Evolue[zr]|Echanges?|Echange[zr]|Echantillons?|Echéanc(?:e|es|ier)|Echecs?|Echelles?|Eclair(?:er|ez|age)|Ecologi(?:e|que|ques)|Economi(?:e|es|que|ques|ser|sez)|Ecarts?|Ecrans?|Ecosystèmes?|Editeurs?|Editrices?|Electroni(?:que|ques)|Emissions? (?:de|d')|Emettre|Emette[zr]|Enoncés?|Enumér|Epargne[zr]?|Epoques?|Epreuves?|Etabl(?:ir|it|issements?|issez)|Etende[zr]|Etendue?s?|Eté|Etoiles?|Etrangers?|Etranges?|Etroite?s?|Etiquettes? (?:de|d')|Evaluations? (?:de|des|du|en|d')|Editions? (?:de|des|du|en|d'|spéciale)|Education (?:de|des|et la|à)|Evolutions? (?:de|des|du|d')|Elections? (?:de|des|du|et)|Iles?|ECOLES?|ETATS?|ETUDES?|EQUIPES?|EVENEMENTS?|ECRIVEZ|Ca (?:va|fait|ne|se|vous|y|marche|suffit|commence)|A (?:eux|elles?|lui|moi|toi|soi|la|l'|l’|partir|noter|propos|titre|compter|venir|ce|cette|ces|vos|votre|notre|nos|tous|toutes|quoi|qui|quel|quelle|lire|suivre|retenir|travers|moins|mesure|chaque|distance|savoir|bientôt|présent|part|côté|cause|défaut|vous|nous|Ottawa|Montréal|Québec|Toronto|Gatineau|Halifax|Vancouver|Winnipeg|Calgary|Edmonton|Moncton|Iqaluit|Regina|Victoria|Fredericton|Charlottetown|Whitehorse|Yellowknife))(?:[^\p{L}]|$)",
        )
    });
    // At the head of a sentence, before a name: `A Alert`, and no longer text of capitals.
    static TO_A_NAME: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?:^|[.!?»] )(A \p{Lu}\p{Ll}{2,})"));
    // `A la charge de lire` has a verb: who or what has it stands elsewhere.
    static VERB: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"^\s(?:charge|chance|capacité|possibilité|responsabilité|tâche) (?:de |d['’])(?:l['’]|les? |la )?\p{Ll}+(?:er|ir|re|oir)(?:[^\p{L}]|$)",
        )
    });
    // And before a word in lower case: `A l'automne`. No French sentence begins with the verb.
    static TO_A_WORD: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"(?:^|[.!?»] )(A (?:[ld]['’]\p{L}+|\p{Ll}+))(?:[^\p{L}]|$)"));
    for reading in proof.readings(Lang::is_french) {
        for range in [&FAULT, &TO_A_NAME].into_iter().flat_map(|fault| scan::matches(fault, reading.text())) {
            let shown = &reading.text()[range.clone()];
            let is_verb = shown == "A la" && VERB.is_match(&reading.text()[range.end..]);
            if !is_verb && !reading.is_marked(&range) && !reading.is_code(&range) {
                let (message, hint) = missing_accent(shown);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
    for reading in proof.readings(Lang::is_french) {
        if reading.story.is_some_and(|story| story.only.is_some()) {
            continue;
        }
        for range in scan::matches(&TO_A_WORD, reading.text()) {
            let rest = &reading.text()[range.start..];
            let sentence = &rest[..rest.find(['.', '!', '?']).unwrap_or(rest.len())];
            let shown = &reading.text()[range.clone()];
            // Latin has no accents; an English title begins with its article; what the list has is told above.
            let is_none = LATIN.contains(&shown.trim_start_matches("A "))
                || language::strange_short(sentence, reading.lang, 1).is_some()
                || language::strange_line(sentence, reading.lang, 2).is_some()
                || FAULT.is_match(shown)
                || reading.is_marked(&range);
            if !is_none {
                let (message, hint) = missing_accent(shown);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
}

/// Words of Latin that follow an `a` of their own.
const LATIN: &[&str] = &["priori", "posteriori", "minima", "maxima", "fortiori", "contrario", "cappella", "capella"];

fn missing_accent(shown: &str) -> (Words, Words) {
    (
        words!(
            "`{shown}`: an accent is missing on the capital",
            "`{shown}`\u{a0}: il manque un accent sur la majuscule"
        ),
        words!("write É, À, Î", "écrivez É, À, Î"),
    )
}

fn french_words(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?:^|[^\p{L}\p{N}_])([eE]-?mails?|mails?|newsletters?|[wW]eb ?sites?|[sS]ites? web|[pP]ages? web|p\.\s?ex\.|c\.?-à-d\.?|[eE]tc(?:\.{2,}|\.?…)|webinars?|feedbacks?|deadlines?|workshops?|podcasts?|hashtags?|blogs?|checklists?|brainstormings?|meetings?|templates?|[sS]ites? [iI]nternet|smartphones?|toolkits?|networking|c\.[ \u{a0}]?à[ \u{a0}]?d\.|cad\.|i\.e\.|e\.g\.)(?:[^\p{L}-]|$)",
        )
    });
    // With a capital inside a sentence it is a name: CCO Newsletter.
    static BEGINS: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?:^|[.!?:]\s)(Newsletters?|Webinars?)\b"));
    for fault in [&FAULT, &BEGINS] {
        each(proof, hits, fault, false, french_word);
    }
}

fn french_word(shown: &str) -> (Words, Words) {
    let instead = match shown.to_lowercase().as_str() {
        text if text.contains("mail") => "courriel",
        text if text.starts_with("newsletter") => "infolettre",
        text if text.starts_with('p') && text.contains("ex") => "par exemple",
        text if text.starts_with("c.") || text.starts_with("c-") => "c'est-à-dire",
        text if text.starts_with("etc") => "etc.",
        text if text.starts_with("page") => "page Web",
        text if text.starts_with("webin") => "webinaire",
        text if text.starts_with("feed") => "rétroaction",
        text if text.starts_with("dead") => "date limite",
        text if text.starts_with("work") => "atelier",
        text if text.starts_with("podcast") => "balado",
        text if text.starts_with("hash") => "mot-clic",
        text if text.starts_with("blog") => "blogue",
        text if text.starts_with("check") => "liste de vérification",
        text if text.starts_with("brain") => "remue-méninges",
        text if text.starts_with("meet") => "réunion",
        text if text.starts_with("templ") => "gabarit",
        text if text.starts_with("smart") => "téléphone intelligent",
        text if text.starts_with("tool") => "boîte à outils",
        text if text.starts_with("netw") => "réseautage",
        text if text.starts_with("cad") || text.starts_with("i.e") => "c'est-à-dire",
        text if text.starts_with("e.g") => "par exemple",
        _ => "site Web",
    };
    (
        words!("`{shown}` in a French text", "`{shown}` dans un texte français"),
        words!("write `{instead}`", "écrivez `{instead}`"),
    )
}

fn titles(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::style::titles::marks(proof, hits, Lang::is_french);
}

/// Whether a character is a pictogram, or one of the signs that change the one before it.
fn is_pictogram(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn leftovers(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"([\p{L}0-9]*[\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}]+|\S*\s?—\s?\S*)"));
    // These are nobody's language: every language is read, the titles of other people too.
    for reading in proof.readings(|_| true) {
        for range in scan::matches(&FAULT, reading.text()) {
            // In English the em dash is STY-06's.
            if reading.lang.is_english() && reading.text()[range.clone()].contains('—') {
                continue;
            }
            // Names of places and ridings are joined by one: Ottawa—Vanier.
            let joins = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
            let shown = &reading.text()[range.clone()];
            // A joiner makes one sign of several: a family, a flag.
            if shown == "\u{200d}" && reading.text()[range.end..].starts_with(is_pictogram) {
                continue;
            }
            let mut parts = shown.split('—');
            let is_name = shown.contains('—') && joins(parts.next()) && joins(parts.next());
            if reading.part != Part::Alt && !is_name {
                let shown: String = reading.text()[range.clone()].escape_debug().to_string();
                let hit = reading.hit(
                    range,
                    words!(
                        "`{shown}`: an em dash or a character that nobody sees",
                        "`{shown}`\u{a0}: un tiret cadratin ou un caractère invisible"
                    ),
                    words!(
                        "write a comma, a colon or a full stop; delete what is invisible",
                        "écrivez une virgule, un deux-points ou un point; supprimez ce qui est invisible"
                    ),
                );
                hits.push(weigh(hit, &reading, true));
            }
        }
    }
    crate::check::raw::leftovers(proof, hits);
}
