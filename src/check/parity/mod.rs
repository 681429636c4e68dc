//! BIL: both languages say the same, in the same order, and each in its own language.

pub(crate) mod claims;
pub(crate) mod figures;
pub(crate) mod names;
pub(crate) mod peers;
pub(crate) mod stacked;

use crate::check::catalogue::{Class, Example, Group, Limit, Rule, limit, row};
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Part, Proof, is_only};
use crate::check::text::language::Which;
use crate::check::text::scan;
use crate::model::{Lang, Severity, Story, Text, TranslationState, Words};

/// A body shorter than this says nothing by its length; the bands are those of 219 real pairs (FEDERAL 1.6).
const BODY_CHARS: Limit = limit("BIL-08", "body_chars", 600.0);
const BODY_LOW: Limit = limit("BIL-08", "body_low", 1.05);
const BODY_HIGH: Limit = limit("BIL-08", "body_high", 1.40);
const BODY_LEAST: Limit = limit("BIL-08", "body_least", 0.90);
const BODY_MOST: Limit = limit("BIL-08", "body_most", 1.60);
const TITLE_LOW: Limit = limit("BIL-08", "title_low", 0.80);
const TITLE_HIGH: Limit = limit("BIL-08", "title_high", 1.90);
/// A title may be longer by this much whatever the ratio: "Awards" is "Mises en candidature".
const TITLE_CHARS_SLACK: usize = 20;
/// French is seldom shorter than English (FEDERAL 1.6): so much is enough to look whether words were left out.
const TITLE_CHARS_SHORTER: usize = 10;

const fn rule(id: &'static str, severity: Severity, class: Class, source: &'static str) -> Rule {
    Rule { class, ..row(Group::Parity, id, severity, source) }
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "Every story is in every language, or is third-party material in one language with its organization and reason",
        fr: "Chaque article est dans toutes les langues, ou provient d'un tiers dans une seule langue, avec son organisation et le motif",
        bad: Example::Case(
            "a story whose French has not come back",
            "un article dont la version française n'est pas revenue",
        ),
        judge: every_language,
        ..rule("BIL-01", Severity::Error, Class::Never, "1.1")
    },
    Rule {
        en: "Editions have the same stories in the same order",
        fr: "Les éditions ont les mêmes articles dans le même ordre",
        bad: Example::Swap("story-file-second", "x"),
        judge: same_order,
        ..rule("BIL-04", Severity::Error, Class::Approver, "1.1")
    },
    Rule {
        en: "A story has as many headings and list items in each language, give or take one, and as many pictures",
        fr: "Un article a autant d'intertitres et d'éléments de liste dans chaque langue, à un près, et autant d'images",
        bad: Example::Pair("<ul><li>Write</li><li>Read</li><li>Test</li></ul>", "<ul><li>Rédiger</li></ul>"),
        good: Example::Pair("<ul><li>Write</li><li>Read</li></ul>", "<ul><li>Rédiger</li><li>Lire</li></ul>"),
        judge: same_structure,
        ..rule("BIL-05", Severity::Warning, Class::Editor, "1.6")
    },
    Rule {
        en: "A story has the same links in each language",
        fr: "Un article a les mêmes liens dans chaque langue",
        bad: Example::Pair(
            "<p>Use the <a href=\"https://example.ca/en/guide\">writing guide</a> and the <a href=\"https://example.ca/en/list\">word list</a>.</p>",
            "<p>Consultez le <a href=\"https://example.ca/fr/guide\">guide de rédaction</a> et la liste.</p>",
        ),
        good: Example::Pair(
            "<p>Use the <a href=\"https://example.ca/en/guide\">writing guide</a>.</p>",
            "<p>Consultez le <a href=\"https://example.ca/fr/guide\">guide de rédaction</a>.</p>",
        ),
        judge: peers::same_links,
        ..rule("BIL-06", Severity::Warning, Class::Editor, "1.6")
    },
    Rule {
        en: "Dates, times, amounts, telephone numbers, e-mail addresses and other numbers are the same in each language",
        fr: "Les dates, les heures, les montants, les numéros de téléphone, les adresses de courriel et les autres nombres sont les mêmes dans chaque langue",
        bad: Example::Pair("<p>We meet on December 9.</p>", "<p>Nous nous réunissons le 10\u{a0}décembre.</p>"),
        good: Example::Pair(
            "<p>Two teams meet on December 9 at 4:30 pm and share $2 million.</p>",
            "<p>Les 2\u{a0}équipes se réunissent le 9\u{a0}décembre à 16\u{a0}h\u{a0}30 et se partagent 2\u{a0}M$.</p>",
        ),
        judge: |proof, hits| {
            figures::same_figures(proof, hits);
            crate::check::raw::twin_dates(proof, hits);
        },
        ..rule("BIL-07", Severity::Error, Class::Approver, "1.6")
    },
    Rule {
        en: "French is as long as French is: 1.05 to 1.40 times a long English text, 0.80 to 1.90 times a title or teaser",
        fr: "Le français a la longueur du français : de 1,05 à 1,40 fois un long texte anglais, de 0,80 à 1,90 fois un titre ou une accroche",
        bad: Example::Case(
            "a French text half as long as the English",
            "un texte français deux fois plus court que l'anglais",
        ),
        limits: &[BODY_CHARS, BODY_LOW, BODY_HIGH, BODY_LEAST, BODY_MOST, TITLE_LOW, TITLE_HIGH],
        judge: same_length,
        ..rule("BIL-08", Severity::Warning, Class::Editor, "1.6")
    },
    Rule {
        en: "A text is in the language that it claims",
        fr: "Un texte est dans la langue qu'il annonce",
        bad: Example::Text(
            "fr",
            "<p>The community of practice meets on the first Tuesday of the month to share what works and what does not.</p>",
        ),
        good: Example::Text(
            "fr",
            "<p>Le balado The Current parle de la communauté de pratique et de ce qu'elle met en commun.</p>",
        ),
        limits: &[claims::STRANGE_CHARS],
        judge: claims::claimed_language,
        ..rule("BIL-09", Severity::Error, Class::Approver, "3.2")
    },
    Rule {
        en: "No passage of five words or more stands untranslated",
        fr: "Aucun passage de cinq mots ou plus n'est laissé sans traduction",
        bad: Example::Pair(
            "<p>Seats are limited, so register early.</p>",
            "<p>Seats are limited, so register early.</p>",
        ),
        good: Example::Pair("<p>Communications</p>", "<p>Communications</p>"),
        limits: &[claims::SAME_WORDS],
        judge: claims::translated,
        ..rule("BIL-10", Severity::Error, Class::Approver, "1.5")
    },
    Rule {
        en: "Subject, preheader and sender's name are in the edition's language; in a bilingual edition the subject has both",
        fr: "L'objet, le préambule et le nom de l'expéditeur sont dans la langue de l'édition; dans une édition bilingue, l'objet est dans les deux",
        bad: Example::Subject("fr", "What is new in the community for you"),
        good: Example::Subject("fr", "Quoi de neuf dans la collectivité"),
        judge: claims::envelope_language,
        ..rule("BIL-11", Severity::Error, Class::Never, "1.3")
    },
    Rule {
        en: "A bilingual edition is stacked: one language after the other, never side by side or by turns",
        fr: "Une édition bilingue est superposée : une langue après l'autre, jamais côte à côte ni en alternance",
        bad: Example::Case(
            "English and French story by story in turns",
            "l'anglais et le français en alternance, article par article",
        ),
        judge_mails: stacked::judge,
        ..rule("BIL-12", Severity::Error, Class::Approver, "1.2")
    },
    Rule {
        en: "Each edition links to the other language in that language's words",
        fr: "Chaque édition renvoie à l'autre langue dans les mots de celle-ci",
        bad: Example::Case(
            "no link of the English edition is in French",
            "aucun lien de l'édition française n'est en anglais",
        ),
        judge: claims::other_edition,
        ..rule("BIL-13", Severity::Warning, Class::Editor, "1.2")
    },
    Rule {
        en: "A picture's alternative text is there in every language, each in its own",
        fr: "Le texte de remplacement d'une image existe dans chaque langue, et dans cette langue",
        bad: Example::Case("a picture described in English alone", "une image décrite en anglais seulement"),
        judge: claims::alt_in_each,
        ..rule("BIL-14", Severity::Error, Class::Approver, "1.2")
    },
    Rule {
        en: "A translation says what its source says now, sentence by sentence, or a named person says that the meaning is unchanged",
        fr: "Une traduction dit ce que sa source dit maintenant, phrase par phrase, ou une personne nommée dit que le sens est inchangé",
        bad: Example::Case(
            "the English was changed after its French came back",
            "l'anglais a été modifié après le retour de sa version française",
        ),
        good: Example::Case(
            "a comma of the English was mended after its French came back",
            "une virgule de l'anglais a été corrigée après le retour de sa version française",
        ),
        judge: fresh,
        ..rule("BIL-15", Severity::Error, Class::Approver, "1.5")
    },
    Rule {
        en: "The office goes by its own short name in each language, and the terms of the newsletter's glossary by theirs",
        fr: "Le bureau porte dans chaque langue son propre sigle, et les termes du glossaire de l'infolettre, leur propre nom",
        bad: Example::Text("fr", "<p>Le CCO vous invite à sa réunion.</p>"),
        good: Example::Text("fr", "<p>Le BCC vous invite à sa réunion.</p>"),
        judge: names::judge,
        ..rule("BIL-16", Severity::Warning, Class::Editor, "0.1")
    },
    Rule {
        en: "An event says in which language it is held",
        fr: "Une activité dit dans quelle langue elle se tient",
        bad: Example::Case("an event without `language`", "une activité sans `language`"),
        judge: event_language,
        ..rule("BIL-17", Severity::Error, Class::Approver, "8")
    },
];

/// Stories that parity compares, with the source's text: both languages there, not third-party.
pub(crate) fn pairs<'p>(proof: &'p Proof<'_>) -> impl Iterator<Item = (&'p Story, &'p Lang)> {
    proof.issue.stories().filter(|story| story.only.is_none()).flat_map(move |story| {
        proof
            .targets()
            .filter(|lang| story.texts.contains_key(*lang) && story.texts.contains_key(proof.source()))
            .map(move |lang| (story, lang))
    })
}

fn every_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        if let Some(only) = &story.only {
            only_is_right(proof, story, &only.language, hits);
            continue;
        }
        let has_body = story.texts.values().any(|text| !text.body.trim().is_empty());
        for lang in &proof.issue.languages {
            let text = story.texts.get(lang);
            let id = &story.id;
            let is_complete =
                text.is_some_and(|text| !text.title.trim().is_empty() && (!has_body || !text.body.trim().is_empty()));
            if is_complete {
                hits.extend(half_told(proof, story, lang));
            } else {
                let what = if let Some(what) = under_way(proof, story, lang, 0) {
                    what
                } else if text.is_none() {
                    words!("story `{id}` is not in `{lang}` yet", "l'article `{id}` n'est pas encore en `{lang}`")
                } else {
                    words!(
                        "story `{id}` lacks its title or its text in `{lang}`",
                        "il manque à l'article `{id}` son titre ou son texte en `{lang}`"
                    )
                };
                hits.push(proof.on_story(
                    story,
                    lang,
                    what,
                    words!(
                        "cco-news translate export --to {lang} writes it for the translators; or drop the story from `issue.toml`",
                        "cco-news translate export --to {lang} l'écrit pour les traducteurs; ou retirez l'article de `issue.toml`"
                    ),
                ));
            }
        }
    }
    for (name, texts) in [("subject", &proof.issue.subject), ("opening", &proof.issue.opening)] {
        let has = |lang: &Lang| texts.get(lang).is_some_and(|text| !text.trim().is_empty());
        if proof.issue.languages.iter().any(has) {
            for lang in proof.issue.languages.iter().filter(|lang| !has(lang)) {
                hits.push(proof.on_edition(
                    lang.as_str(),
                    words!("the issue has no `{name}` in `{lang}`", "le numéro n'a pas de `{name}` en `{lang}`"),
                    words!(
                        "write it in `issue.toml`, in every language",
                        "écrivez-le dans `issue.toml`, dans chaque langue"
                    ),
                ));
            }
        }
    }
}

/// What is wanting in a language in which the story stands for the rest: a passage that has no translation, a summary, a
/// title of its own.
fn half_told(proof: &Proof<'_>, story: &Story, lang: &Lang) -> Option<Hit> {
    let id = &story.id;
    let mend = words!(
        "write it in every language, in the story or in `issue.toml`",
        "écrivez-le dans chaque langue, dans l'article ou dans `issue.toml`"
    );
    // An alternative text that is missing is BIL-14's.
    let lacks_alt = story.image.as_ref().is_some_and(|image| {
        let alts = image.alt.iter().filter(|(_, alt)| !alt.trim().is_empty());
        !alts.clone().any(|(own, _)| own == lang) && alts.count() > 0
    });
    if let Some(what) = under_way(proof, story, lang, usize::from(lacks_alt)) {
        return Some(proof.on_story(story, lang, what, mend));
    }
    // Sources give a teaser as it comes; what a person wrote was meant for both languages.
    if crate::check::proof::is_others(story) {
        return None;
    }
    let text = story.texts.get(lang)?;
    let others = || proof.issue.languages.iter().filter(|other| *other != lang).filter_map(|it| story.texts.get(it));
    let what = if text.summary.trim().is_empty() && others().any(|other| !other.summary.trim().is_empty()) {
        words!("story `{id}` has no summary in `{lang}`", "l'article `{id}` n'a pas de résumé en `{lang}`")
    } else if is_stand_in(text) && !others().any(is_stand_in) {
        words!(
            "story `{id}` has no title in `{lang}`: its first words stand in its place",
            "l'article `{id}` n'a pas de titre en `{lang}` : ses premiers mots en tiennent lieu"
        )
    } else {
        return None;
    };
    Some(proof.on_story(story, lang, what, mend))
}

/// Whether a title is but the first words of the text: nobody wrote one.
fn is_stand_in(text: &Text) -> bool {
    let title = scan::folded_words(&text.title);
    let body = crate::check::html::dom::blocks(&text.body);
    let first = if text.summary.trim().is_empty() { body.first().map(|block| block.text.as_str()) } else { None };
    let first = scan::folded_words(first.unwrap_or(&text.summary));
    let is_cut = text.title.ends_with('…') || text.title.ends_with('.');
    !title.is_empty() && first.starts_with(&title) && (is_cut || first.len() == title.len())
}

/// How far a translation has come that lacks more than so many passages.
fn under_way(proof: &Proof<'_>, story: &Story, lang: &Lang, elsewhere: usize) -> Option<Words> {
    let mut all = proof.issue.translations.iter();
    let it = all.find(|it| it.story.as_ref() == Some(&story.id) && it.language == *lang && it.missing > elsewhere)?;
    let (id, missing, passages) = (&story.id, it.missing, it.passages);
    Some(match it.state {
        TranslationState::Out => words!(
            "story `{id}` is with the translators: {missing} of {passages} passages are not in `{lang}` yet",
            "l'article `{id}` est chez les traducteurs : {missing} passages sur {passages} ne sont pas encore en `{lang}`"
        ),
        _ => words!(
            "story `{id}` is to be translated: {missing} of {passages} passages are not in `{lang}` yet",
            "l'article `{id}` est à traduire : {missing} passages sur {passages} ne sont pas encore en `{lang}`"
        ),
    })
}

fn fresh(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for translation in &proof.issue.translations {
        let (lang, from) = (&translation.language, &translation.from);
        for sentence in &translation.stale {
            let message = words!(
                "the `{lang}` text is stale: its source in `{from}` now says something else",
                "le texte en `{lang}` est périmé : sa source en `{from}` dit maintenant autre chose"
            );
            let name = translation.story.as_ref().map_or("issue", |story| story.as_str());
            let mend = words!(
                "translate it again (cco-news translate export --to {lang}), or, if the meaning is the same: cco-news translate keep {name} --by \"Your name\"",
                "faites-le retraduire (cco-news translate export --to {lang}) ou, si le sens est le même : cco-news translate keep {name} --by \"Votre nom\""
            );
            let story = translation.story.as_ref().and_then(|id| proof.issue.stories().find(|story| story.id == *id));
            let mut hit = match story {
                Some(story) => proof.on_story(story, lang, message, mend),
                None => proof.on_edition(lang.as_str(), message, mend),
            };
            hit.excerpt.clone_from(sentence);
            // A translation may be mended without its source: what the source says is still what was translated.
            hits.push(if translation.is_source { hit.weighing(Severity::Info) } else { hit });
        }
    }
}

fn only_is_right(proof: &Proof<'_>, story: &Story, lang: &Lang, hits: &mut Vec<Hit>) {
    if !is_only(story) {
        hits.push(proof.on_story(
            story,
            lang,
            words!(
                "the story is in one language, and does not say whose it is and why",
                "l'article est dans une seule langue, et ne dit pas de qui il provient ni pourquoi"
            ),
            words!(
                "an editor adds `organization` and `reason` to `only`",
                "une rédactrice ou un rédacteur ajoute `organization` et `reason` à `only`"
            ),
        ));
    }
    let url = story.texts.get(lang).and_then(|text| text.url.as_deref()).unwrap_or("");
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    if host == "canada.ca" || host.ends_with(".canada.ca") || host.ends_with(".gc.ca") {
        hits.push(proof.on_story(
            story,
            lang,
            words!(
                "`{host}` is subject to the Official Languages Act: its material never runs in one language",
                "`{host}` est assujetti à la Loi sur les langues officielles : ses textes ne paraissent jamais dans une seule langue"
            ),
            words!("find the page in the other language, or have it translated", "trouvez la page dans l'autre langue, ou faites-la traduire"),
        ));
    }
}

fn same_order(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let expected: Vec<&str> = proof.issue.stories().map(|story| story.id.as_str()).collect();
    for sheet in &proof.sheets {
        for lang in &sheet.edition.langs {
            let mut seen: Vec<&str> = Vec::new();
            for placed in &sheet.blocks {
                let in_half = sheet.edition.langs.len() == 1 || placed.lang.as_ref() == Some(lang);
                if let Some(story) = placed.story.as_deref().filter(|_| in_half)
                    && !seen.contains(&story)
                {
                    seen.push(story);
                }
            }
            if seen == expected {
                hits.extend(sections_out_of_order(proof, sheet, lang));
                continue;
            }
            let missing: Vec<&str> = expected.iter().copied().filter(|id| !seen.contains(id)).collect();
            let what = if missing.is_empty() {
                words!(
                    "stories stand in another order in `{lang}`",
                    "les articles sont dans un autre ordre en `{lang}`"
                )
            } else {
                let names = missing.join("`, `");
                words!("not in the edition in `{lang}`: `{names}`", "absent de l'édition en `{lang}` : `{names}`")
            };
            hits.push(proof.on_edition(sheet.id(), what, compose_again()));
        }
    }
}

fn compose_again() -> Words {
    words!(
        "compose the issue again; look at changes in `templates/`",
        "composez le numéro de nouveau; voyez ce qui a changé dans `templates/`"
    )
}

/// The first section whose heading is missing, stands in another order than the issue's, or over other stories.
fn sections_out_of_order(proof: &Proof<'_>, sheet: &Sheet<'_>, lang: &Lang) -> Option<Hit> {
    let is_single = sheet.edition.langs.len() == 1;
    let names: Vec<(Vec<String>, &str)> = proof
        .issue
        .sections
        .iter()
        .filter(|section| !section.stories.is_empty())
        .filter_map(|section| {
            let name = proof.newsletter.section(&section.id)?.name.get(lang)?;
            Some((scan::folded_words(name), name.as_str()))
        })
        .collect();
    // A section is its heading, then its stories.
    let mut seen: Vec<(&str, Vec<&str>)> = Vec::new();
    for placed in sheet.blocks.iter().filter(|placed| is_single || placed.lang.as_ref() == Some(lang)) {
        match placed.story.as_deref() {
            Some(story) => {
                if let Some((_, stories)) = seen.last_mut().filter(|(_, stories)| stories.last() != Some(&story)) {
                    stories.push(story);
                }
            }
            None if placed.block.tag.starts_with('h') => {
                let words = scan::folded_words(&placed.block.text);
                seen.extend(names.iter().find(|(own, _)| *own == words).map(|(_, name)| (*name, Vec::new())));
            }
            None => {}
        }
    }
    let sections = proof.issue.sections.iter().filter(|section| !section.stories.is_empty());
    let wrong = sections.zip(&names).enumerate().find_map(|(index, (section, (_, name)))| {
        let expected: Vec<&str> = section.stories.iter().map(|story| story.id.as_str()).collect();
        (names.len() == proof.issue.sections.iter().filter(|it| !it.stories.is_empty()).count()
            && seen.get(index).is_none_or(|(own, stories)| own != name || *stories != expected))
        .then_some(*name)
    })?;
    Some(proof.on_edition(
        sheet.id(),
        words!("the section `{wrong}` is not where it belongs", "la section `{wrong}` n'est pas à sa place"),
        compose_again(),
    ))
}

fn same_structure(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for (story, lang) in pairs(proof) {
        let count =
            |lang: &Lang, part: Part| proof.of_story(story, lang).filter(|passage| passage.part == part).count();
        for (part, en, fr) in
            [(Part::Heading, "headings", "intertitres"), (Part::Item, "list items", "éléments de liste")]
        {
            let (source, target) = (count(proof.source(), part), count(lang, part));
            if source.abs_diff(target) > 1 {
                let from = proof.source();
                hits.push(proof.on_story(
                    story,
                    lang,
                    words!(
                        "{en}: {source} in `{from}`, {target} in `{lang}`",
                        "{fr} : {source} en `{from}`, {target} en `{lang}`"
                    ),
                    words!("look whether a part was left out", "vérifiez si une partie a été oubliée"),
                ));
            }
        }
    }
    same_pictures(proof, hits);
}

/// As many pictures in each language's mail, story by story.
fn same_pictures(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let single = |lang: &Lang| proof.sheets.iter().find(|sheet| sheet.edition.langs == std::slice::from_ref(lang));
    let Some(source) = single(proof.source()) else { return };
    for sheet in proof.targets().filter_map(single) {
        let stories = proof.issue.stories().map(|story| Some(story.id.as_str()));
        for story in stories.chain([None]) {
            let count = |sheet: &Sheet<'_>| sheet.pictures.iter().filter(|of| of.as_deref() == story).count();
            let (n, m) = (count(source), count(sheet));
            if n != m {
                let (from, lang) = (source.id(), sheet.id());
                let words = (
                    words!("pictures: {n} in `{from}`, {m} in `{lang}`", "images : {n} en `{from}`, {m} en `{lang}`"),
                    words!("give each language the same pictures", "donnez les mêmes images à chaque langue"),
                );
                hits.push(
                    crate::check::accessibility::hit_in(proof, sheet, story, "", words).weighing(Severity::Error),
                );
            }
        }
    }
}

fn same_length(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for (story, lang) in pairs(proof) {
        let kinds = (Which::of(proof.source()), Which::of(lang));
        let (english, french) = match kinds {
            (Some(Which::English), Some(Which::French)) => (proof.source(), lang),
            (Some(Which::French), Some(Which::English)) => (lang, proof.source()),
            // The bands were measured for this pair of languages alone.
            _ => continue,
        };
        let length = |lang: &Lang, is: fn(Part) -> bool| -> usize {
            proof
                .of_story(story, lang)
                .filter(|passage| is(passage.part))
                .map(|passage| passage.block.text.chars().count())
                .sum()
        };
        let body = |part: Part| matches!(part, Part::Heading | Part::Paragraph | Part::Item | Part::Cell);
        let (en, fr) = (length(english, body), length(french, body));
        if en.max(fr) > proof.count(&BODY_CHARS) && en.min(fr) > 0 {
            let percent = fr * 100 / en;
            let within =
                |low: &Limit, high: &Limit| (percent_of(proof, low)..=percent_of(proof, high)).contains(&percent);
            let severity = if within(&BODY_LOW, &BODY_HIGH) {
                None
            } else if within(&BODY_LEAST, &BODY_MOST) {
                Some(Severity::Warning)
            } else {
                Some(Severity::Error)
            };
            if let Some(severity) = severity {
                hits.push(length_hit(proof, story, lang, percent).weighing(severity));
            }
        }
        let titles = percent_of(proof, &TITLE_LOW)..=percent_of(proof, &TITLE_HIGH);
        for is in [|part: Part| part == Part::Title, |part: Part| part == Part::Summary] {
            let (en, fr) = (length(english, is), length(french, is));
            let slack = if fr < en { TITLE_CHARS_SHORTER } else { TITLE_CHARS_SLACK };
            if en > 0 && fr > 0 && en.abs_diff(fr) > slack && !titles.contains(&(fr * 100 / en)) {
                hits.push(length_hit(proof, story, lang, fr * 100 / en));
            }
        }
    }
}

/// A ratio as whole percents.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and a ratio is small")]
fn percent_of(proof: &Proof<'_>, ratio: &Limit) -> usize {
    (proof.limit(ratio) * 100.0).round() as usize
}

fn length_hit(proof: &Proof<'_>, story: &Story, lang: &Lang, percent: usize) -> Hit {
    proof.on_story(
        story,
        lang,
        words!(
            "the French is {percent}% as long as the English",
            "le français fait {percent} % de la longueur de l'anglais"
        ),
        words!("look whether a sentence is missing on one side", "vérifiez s'il manque une phrase d'un côté"),
    )
}

fn event_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories() {
        let Some(event) = &story.event else { continue };
        let said = event.language.as_deref().map(str::trim).unwrap_or_default().to_lowercase();
        let is_known = said == "bilingual" || proof.issue.languages.iter().any(|lang| lang.as_str() == said);
        if !is_known {
            let keys: Vec<&str> = proof.issue.languages.iter().map(Lang::as_str).collect();
            let keys = keys.join("`, `");
            let lang = story.source_language.as_ref().unwrap_or(proof.source());
            let what: Words = if said.is_empty() {
                words!(
                    "the event does not say in which language it is held",
                    "l'activité ne dit pas dans quelle langue elle se tient"
                )
            } else {
                words!("`{said}` is not a language of the newsletter", "`{said}` n'est pas une langue de l'infolettre")
            };
            hits.push(proof.on_story(
                story,
                lang,
                what,
                words!(
                    "add `language: bilingual`, or `{keys}`, to `event`",
                    "ajoutez `language: bilingual`, ou `{keys}`, à `event`"
                ),
            ));
        }
    }
}
