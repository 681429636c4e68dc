//! STY: English as the Canada.ca Content Style Guide asks for it, sentences that people finish, and facts that are
//! still true on the day.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::ToSpan as _;
use regex::Regex;

use super::catalogue::{Class, Example, Group, Rule, row};
use super::proof::{Hit, Part, Proof, on_file};
use super::scan::{self, pattern};
use super::sentences::{sentences, words};
use crate::model::{Lang, Severity, Story, Words};

/// The longest sentence in English, and in French, which needs more words for the same (FEDERAL 2.3).
const SENTENCE_WORDS_MAX: (usize, usize) = (25, 30);
/// A paragraph holds one idea (FEDERAL 2.3).
const PARAGRAPH_SENTENCES_MAX: usize = 3;
/// A list longer than this is not read to its end (FEDERAL 2.3).
const LIST_ITEMS_MAX: usize = 7;
/// Facts about the office are confirmed once a year.
const FACTS_MONTHS_MAX: i32 = 12;

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    Rule { class: Class::Editor, is_fact: false, ..row(Group::Style, id, severity, source) }
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        en: "Titles end without punctuation and are not in capitals",
        fr: "Les titres anglais se terminent sans ponctuation et ne sont pas en majuscules",
        bad: Example::Title("en", "A NEW TEAM ARRIVES AT THE OFFICE"),
        good: Example::Title("en", "A new team arrives at the office"),
        judge: |proof, hits| title_marks(proof, hits, Lang::is_english),
        ..rule("STY-01", Severity::Warning, "2.3")
    },
    Rule {
        en: "Dates as December 9, 2026: no ordinal, the month first, a comma before the year",
        fr: "En anglais, les dates comme December 9, 2026 : sans ordinal, le mois d'abord, une virgule avant l'année",
        bad: Example::Text("en", "<p>We meet on December 9th, 2026.</p>"),
        good: Example::Text("en", "<p>We meet on December 9, 2026.</p>"),
        judge: dates,
        ..rule("STY-03", Severity::Warning, "2.3")
    },
    Rule {
        en: "Times as 4:30 pm and ranges with “to”",
        fr: "En anglais, les heures comme 4:30 pm et les intervalles avec « to »",
        bad: Example::Text("en", "<p>The session begins at 4:30 P.M. sharp.</p>"),
        good: Example::Text("en", "<p>The session runs from 3 pm to 4:30 pm.</p>"),
        judge: times,
        ..rule("STY-04", Severity::Warning, "2.3")
    },
    Rule {
        en: "Canadian spelling; email, website, web page, online",
        fr: "En anglais, l'orthographe canadienne; email, website, web page, online",
        bad: Example::Text("en", "<p>Organise your web site around one color.</p>"),
        good: Example::Text("en", "<p>Organize your website around one colour.</p>"),
        judge: spelling,
        ..rule("STY-05", Severity::Warning, "2.3, 2.4")
    },
    Rule {
        en: "“and”, “for example”, “%”: no &, no e.g., no percent",
        fr: "En anglais, « and », « for example », « % » : pas de &, de e.g. ni de percent",
        bad: Example::Text("en", "<p>Use charts, e.g. bars & lines.</p>"),
        good: Example::Text("en", "<p>Use charts, for example bars and lines. R&amp;D counts for 20%.</p>"),
        judge: abbreviations,
        ..rule("STY-06", Severity::Warning, "2.3")
    },
    Rule {
        en: "No contraction that is hard to read: shouldn't, could've",
        fr: "En anglais, pas de contraction difficile à lire : shouldn't, could've",
        bad: Example::Text("en", "<p>You shouldn't worry about it.</p>"),
        good: Example::Text("en", "<p>You don't need to worry about it.</p>"),
        judge: contractions,
        ..rule("STY-07", Severity::Warning, "2.3")
    },
    Rule {
        en: "A short form is written out where a story first uses it",
        fr: "Un sigle est écrit au long là où un article l'emploie d'abord",
        bad: Example::Text("en", "<p>The XQZT has a new plan.</p>"),
        good: Example::Text(
            "en",
            "<p>The Exchange of Quick Zoning Tips (XQZT) has a new plan. The XQZT meets today.</p>",
        ),
        judge: acronyms,
        ..rule("STY-08", Severity::Warning, "2.3")
    },
    Rule {
        en: "Sentences of at most 25 words in English and 30 in French, paragraphs of three sentences, lists of seven items",
        fr: "Des phrases d'au plus 25 mots en anglais et 30 en français, des paragraphes de trois phrases, des listes de sept éléments",
        bad: Example::Text(
            "en",
            "<p>This sentence goes on and on because nobody who wrote it ever stopped to ask whether a reader on a small telephone in a crowded bus would still remember how it began.</p>",
        ),
        good: Example::Text("en", "<p>This sentence stops in time.</p>"),
        judge: lengths,
        ..rule("STY-09", Severity::Warning, "2.3")
    },
    Rule {
        en: "Plain words: “to”, not “in order to”",
        fr: "En anglais, des mots simples : « to » plutôt que « in order to »",
        bad: Example::Text("en", "<p>Write early in order to be read.</p>"),
        good: Example::Text("en", "<p>Write early to be read.</p>"),
        judge: plain_words,
        ..rule("STY-11", Severity::Info, "2.3")
    },
    Rule {
        en: "On the planned day events are to come, deadlines have not passed, and facts about the office are at most 12 months old",
        fr: "Au jour prévu, les activités sont à venir, les échéances ne sont pas passées et les renseignements sur le bureau ont au plus 12 mois",
        bad: Example::Case("an event of last week", "une activité de la semaine dernière"),
        is_fact: true,
        class: Class::Approver,
        judge: fresh,
        ..rule("STY-12", Severity::Error, "0.2")
    },
];

/// Says something of every match of a pattern in the English that readers get.
fn each(proof: &Proof<'_>, hits: &mut Vec<Hit>, pattern: &Regex, words: impl Fn(&str) -> (Words, Words)) {
    for reading in proof.readings(Lang::is_english) {
        for range in scan::matches(pattern, reading.text()) {
            if !reading.is_marked(&range) {
                let (message, hint) = words(&reading.text()[range.clone()]);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
}

/// Final punctuation and capitals of titles; the French half of it is TYP-15.
pub(super) fn title_marks(proof: &Proof<'_>, hits: &mut Vec<Hit>, is: fn(&Lang) -> bool) {
    for passage in proof.in_language(is).filter(|passage| matches!(passage.part, Part::Title | Part::Heading)) {
        let text = &passage.block.text;
        let letters = text.chars().filter(|c| c.is_alphabetic());
        let (all, small) = letters.fold((0, 0), |(all, small), c| (all + 1, small + usize::from(c.is_lowercase())));
        if all > 12 && small == 0 {
            hits.push(proof.at(
                passage,
                0..text.len(),
                words!("the title is in capitals", "le titre est en majuscules"),
                words!(
                    "write it as a sentence: one capital at its beginning",
                    "écrivez-le comme une phrase : une majuscule au début"
                ),
            ));
        }
        let last = sentences(text).last().copied().unwrap_or("").split_whitespace().next_back().unwrap_or("");
        let is_abbreviation = last.trim_end_matches('.').contains('.')
            || text.ends_with("etc.")
            || text.ends_with("...")
            || last.len() <= 4;
        if text.ends_with([',', ';', ':']) || (text.ends_with('.') && !is_abbreviation) {
            hits.push(proof.at(
                passage,
                0..text.len(),
                words!("the title ends with a punctuation mark", "le titre se termine par un signe de ponctuation"),
                words!("take it off", "enlevez-le"),
            ));
        }
    }
}

const MONTHS: &str = "(?:January|February|March|April|May|June|July|August|September|October|November|December)";

fn dates(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static ORDINAL: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"\b({MONTHS}\s[0-9]{{1,2}}(?:st|nd|rd|th))\b")));
    static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(r"\b([0-9]{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTHS},?\s(?:19|20)[0-9]{{2}})\b"))
    });
    static NO_COMMA: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"\b({MONTHS}\s[0-9]{{1,2}}\s(?:19|20)[0-9]{{2}})\b")));
    for fault in [&ORDINAL, &DAY_FIRST, &NO_COMMA] {
        each(proof, hits, fault, |shown| {
            (
                words!(
                    "`{shown}` is not how a date is written",
                    "`{shown}` n'est pas une date à l'anglaise canadienne"
                ),
                words!("write December 9, 2026", "écrivez December 9, 2026"),
            )
        });
    }
}

fn times(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b([0-9]{1,2}(?::[0-5][0-9])?(?:\s?[AP]M\b|\s?[aApP]\.\s?[mM]\.|[ap]m\b)|(?:1[3-9]|2[0-3]):[0-5][0-9]\b|[0-9]{1,2}\s?h\s?[0-5][0-9]\b|[0-9]{1,2}:00\s?[ap]m\b)",
        )
    });
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"\b([0-9]{1,2}(?::[0-5][0-9])?(?:\s?[ap]m)?\s?[-–—]\s?[0-9]{1,2}(?::[0-5][0-9])?\s?[ap]m)\b")
    });
    for fault in [&FORM, &RANGE] {
        each(proof, hits, fault, |shown| {
            (
                words!(
                    "`{shown}` is not how a time is written",
                    "`{shown}` n'est pas une heure à l'anglaise canadienne"
                ),
                words!("write 4:30 pm, and 9 am to 5 pm", "écrivez 4:30 pm, et 9 am to 5 pm"),
            )
        });
    }
}

/// What is written, and what Canadians write. Parts of names (Center with a capital) are left alone.
const SPELLINGS: &[(&str, &str)] = &[
    ("e-mail", "email"),
    ("e-mails", "emails"),
    ("web site", "website"),
    ("web sites", "websites"),
    ("webpage", "web page"),
    ("webpages", "web pages"),
    ("on-line", "online"),
    ("color", "colour"),
    ("colors", "colours"),
    ("center", "centre"),
    ("centers", "centres"),
    ("honor", "honour"),
    ("favor", "favour"),
    ("favorite", "favourite"),
    ("labor", "labour"),
    ("behavior", "behaviour"),
    ("neighbor", "neighbour"),
    ("neighbors", "neighbours"),
    ("organise", "organize"),
    ("organised", "organized"),
    ("organisation", "organization"),
    ("organisations", "organizations"),
    ("recognise", "recognize"),
    ("realise", "realize"),
    ("analyse", "analyze"),
    ("defense", "defence"),
    ("programme", "program"),
    ("programmes", "programs"),
    ("traveled", "travelled"),
    ("traveling", "travelling"),
    ("canceled", "cancelled"),
    ("catalog", "catalogue"),
    ("counseling", "counselling"),
    ("theater", "theatre"),
    ("modeling", "modelling"),
    ("prioritise", "prioritize"),
    ("summarise", "summarize"),
    ("utilise", "use"),
];

fn spelling(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Regex> = LazyLock::new(|| {
        let all: Vec<&str> = SPELLINGS.iter().map(|(written, _)| *written).collect();
        pattern(&format!(
            r"\b({}|{})\b",
            all.join("|"),
            all.iter().map(|word| capital(word)).collect::<Vec<_>>().join("|")
        ))
    });
    for reading in proof.readings(Lang::is_english) {
        for range in scan::matches(&FAULT, reading.text()) {
            let shown = &reading.text()[range.clone()];
            // With a capital inside a sentence it belongs to a name.
            let begins =
                range.start == 0 || reading.text()[..range.start].trim_end().ends_with(['.', '!', '?', ':', '\n']);
            let lower = shown.to_lowercase();
            if reading.is_marked(&range) || (!begins && shown != lower) {
                continue;
            }
            let Some((_, better)) = SPELLINGS.iter().find(|(written, _)| *written == lower) else { continue };
            hits.push(reading.hit(
                range.clone(),
                words!(
                    "`{shown}` is not the Canadian federal spelling",
                    "`{shown}` n'est pas l'orthographe fédérale canadienne"
                ),
                words!("write `{better}`", "écrivez `{better}`"),
            ));
        }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn abbreviations(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(\b[eE]\.g\.|\b[iI]\.e\.|\b[a-z]+ & [a-z]+|[0-9]\s?percent\b|\b[0-9]*[¼½¾])"));
    each(proof, hits, &FAULT, |shown| {
        (
            words!(
                "`{shown}`: a sign or a Latin abbreviation in running text",
                "`{shown}`\u{a0}: un signe ou une abréviation latine dans le texte"
            ),
            words!(
                "write “and”, “for example”, “that is”, “20%”",
                "écrivez « and », « for example », « that is », « 20% »"
            ),
        )
    });
}

fn contractions(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)\b((?:should|could|would|might|must)[’']ve|(?:should|could|would|might|must)n[’']t|it[’']ll)\b")
    });
    each(proof, hits, &FAULT, |shown| {
        (
            words!("`{shown}` is hard to read for many", "`{shown}` est difficile à lire pour bien des gens"),
            words!("write it out", "écrivez-le au long"),
        )
    });
}

/// Short forms that every federal communicator reads without help, in either language.
const KNOWN: &[&str] = &[
    "GC", "CCO", "BCC", "PDF", "HTML", "URL", "FAQ", "FR", "EN", "CBC", "TV", "US", "UK", "UN", "HR", "RH", "IT", "TI",
    "AI", "IA", "ID", "OK", "NCR", "RCN", "RSVP", "ON", "QC", "BC", "AB", "MB", "SK", "NS", "NB", "PE", "NL", "YT",
    "NT", "NU", "DC", "COVID", "RCMP", "GRC", "NATO", "OTAN", "QR", "CD", "DVD", "USB", "PIN", "CEO", "PDG", "ISBN",
    "HTTP", "HTTPS", "CSV", "XML", "WAV", "MP3", "EST", "EDT", "HNE", "HAE", "HE", "ET", "UX", "UI", "SMS", "PNG",
    "JPEG", "GIF", "CSS", "API", "CSPS", "EFPC", "PHD", "KB", "MB", "GB", "TTY", "ATS", "VIP", "DIY", "ASAP", "ISO",
    "RSS", "SEO", "WWW", "TBS", "SCT", "PCO", "BCP", "DM", "SM", "ADM", "SMA", "DG", "WCAG", "GPS", "ATIP", "AIPRP",
];

fn acronyms(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static SHORT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z]{3,7}\b"));
    let office: BTreeSet<&str> = proof.newsletter.organization.acronym.values().map(String::as_str).collect();
    for story in proof.issue.stories() {
        for lang in story.texts.keys().filter(|lang| lang.is_english() || lang.is_french()) {
            let passages: Vec<_> = proof.of_story(story, lang).filter(|passage| !passage.is_strange).collect();
            let whole: String = passages.iter().flat_map(|passage| [passage.block.text.as_str(), "\n"]).collect();
            let mut said: BTreeSet<&str> = BTreeSet::new();
            for passage in &passages {
                let text = &passage.block.text;
                // A passage in capitals hides no short forms; STY-01 and TYP-15 see to it.
                if !text.chars().any(char::is_lowercase)
                    || matches!(passage.part, Part::Title | Part::Alt | Part::Field)
                {
                    continue;
                }
                for range in scan::matches(&SHORT, text) {
                    let short = &text[range.clone()];
                    let is_explained = whole.contains(&format!("({short})"))
                        || whole.contains(&format!("({short},"))
                        || whole.contains(&format!("({short};"))
                        || whole.contains(&format!("{short} ("))
                        || whole.contains(&format!("{short}\u{a0}("));
                    // In a line of capitals no word is a short form.
                    let shouts = |word: Option<&str>| {
                        word.is_some_and(|word| word.len() > 2 && word.chars().all(char::is_uppercase))
                    };
                    let is_shouted = shouts(text[..range.start].split_whitespace().next_back())
                        || shouts(text[range.end..].split_whitespace().next());
                    let is_roman = short.chars().all(|c| "IVXLC".contains(c));
                    if KNOWN.contains(&short)
                        || office.contains(short)
                        || is_explained
                        || is_roman
                        || is_shouted
                        || !said.insert(short)
                    {
                        continue;
                    }
                    hits.push(proof.at(
                        passage,
                        range,
                        words!(
                            "`{short}` is not written out in this story",
                            "`{short}` n'est pas écrit au long dans cet article"
                        ),
                        words!(
                            "write the name, then ({short}) where it first stands",
                            "écrivez le nom, puis ({short}) à la première mention"
                        ),
                    ));
                }
            }
        }
    }
}

fn lengths(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for passage in proof.passages.iter().filter(|passage| passage.part.is_prose() && !passage.is_strange) {
        let max = if passage.lang.is_french() { SENTENCE_WORDS_MAX.1 } else { SENTENCE_WORDS_MAX.0 };
        let text = &passage.block.text;
        let all = sentences(text);
        for sentence in &all {
            let n = words(sentence);
            if n > max {
                let start = text.find(sentence).unwrap_or(0);
                hits.push(proof.at(
                    passage,
                    start..start + sentence.len(),
                    words!("a sentence of {n} words", "une phrase de {n} mots"),
                    words!("cut it in two: at most {max} words", "coupez-la en deux : au plus {max} mots"),
                ));
            }
        }
        let n = all.len();
        if passage.part == Part::Paragraph && !text.contains('\n') && n > PARAGRAPH_SENTENCES_MAX + 1 {
            hits.push(proof.at(
                passage,
                0..text.len(),
                words!("a paragraph of {n} sentences", "un paragraphe de {n} phrases"),
                words!("begin a new paragraph with each idea", "commencez un nouveau paragraphe à chaque idée"),
            ));
        }
    }
    for story in proof.issue.stories() {
        for (lang, text) in &story.texts {
            let n = text
                .body
                .split("<ul")
                .skip(1)
                .map(|list| list.split("</ul").next().unwrap_or("").matches("<li").count());
            if let Some(n) = n.max().filter(|n| *n > LIST_ITEMS_MAX) {
                hits.push(proof.on_story(
                    story,
                    lang,
                    words!("a list of {n} items", "une liste de {n} éléments"),
                    words!(
                        "cut it to {LIST_ITEMS_MAX}, or part it in two",
                        "ramenez-la à {LIST_ITEMS_MAX}, ou divisez-la"
                    ),
                ));
            }
        }
    }
}

fn plain_words(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    const SWAPS: &[(&str, &str)] = &[
        ("in order to", "to"),
        ("prior to", "before"),
        ("is in need of", "needs"),
        ("utilize", "use"),
        ("make a request", "ask"),
        ("submit your application", "apply"),
    ];
    static FAULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(r"(?i)\b({})\b", SWAPS.iter().map(|(long, _)| *long).collect::<Vec<_>>().join("|")))
    });
    each(proof, hits, &FAULT, |shown| {
        let lower = shown.to_lowercase();
        let better = SWAPS.iter().find(|(long, _)| *long == lower).map_or("", |(_, short)| *short);
        (
            words!("`{shown}`: a shorter word says it", "`{shown}`\u{a0}: un mot plus court suffit"),
            words!("write `{better}`", "écrivez `{better}`"),
        )
    });
}

fn fresh(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let at = proof.judged_at();
    for story in proof.issue.stories() {
        for (message, hint, severity) in stale(story, at) {
            let lang = story.source_language.as_ref().filter(|lang| story.texts.contains_key(*lang));
            let lang = lang.or_else(|| story.texts.keys().next()).unwrap_or(proof.source());
            hits.push(proof.on_story(story, lang, message, hint).weighing(severity));
        }
    }
    let as_of = proof.newsletter.organization.as_of;
    if as_of.saturating_add(FACTS_MONTHS_MAX.months()) < at.date() {
        let hit = on_file(
            "newsletter.toml",
            0,
            words!("the facts about the office are of {as_of}", "les renseignements sur le bureau datent du {as_of}"),
            words!(
                "confirm name, address and channels, and set organization.as_of",
                "confirmez le nom, l'adresse et les canaux, puis mettez à jour organization.as_of"
            ),
        );
        hits.push(hit.weighing(Severity::Warning));
    }
}

/// What is out of date in a story at a time.
fn stale(story: &Story, at: jiff::civil::DateTime) -> Vec<(Words, Words, Severity)> {
    let mut found = Vec::new();
    let drop = || words!("drop the story, or give it its new date", "retirez l'article, ou donnez sa nouvelle date");
    if let Some(event) = &story.event {
        let starts = event.starts;
        if event.is_over(at) {
            let day = starts.date();
            found.push((
                words!(
                    "the event of {day} is over when the issue leaves",
                    "l'activité du {day} est passée à l'envoi du numéro"
                ),
                drop(),
                Severity::Error,
            ));
        }
        if event.ends.is_some_and(|ends| ends < starts) {
            found.push((
                words!("the event ends before it begins", "l'activité finit avant de commencer"),
                words!("mend `ends`", "corrigez `ends`"),
                Severity::Error,
            ));
        }
        if let Some(day) = event.register_by.filter(|day| *day < at.date()) {
            found.push((
                words!(
                    "registration closed on {day}, before the issue leaves",
                    "l'inscription a pris fin le {day}, avant l'envoi du numéro"
                ),
                drop(),
                Severity::Error,
            ));
        }
        if let Some(day) = event.register_by.filter(|day| *day > starts.date()) {
            found.push((
                words!(
                    "registration closes on {day}, after the event",
                    "l'inscription prend fin le {day}, après l'activité"
                ),
                words!("mend `register_by`", "corrigez `register_by`"),
                Severity::Warning,
            ));
        }
    }
    if let Some(day) = story.deadline.filter(|day| *day < at.date()) {
        found.push((
            words!(
                "the deadline of {day} has passed when the issue leaves",
                "l'échéance du {day} est passée à l'envoi du numéro"
            ),
            drop(),
            Severity::Error,
        ));
    }
    if let Some(day) = story.expires.filter(|day| *day < at.date()) {
        found.push((
            words!("the story was of use until {day}", "l'article n'était utile que jusqu'au {day}"),
            drop(),
            Severity::Warning,
        ));
    }
    found
}
