//! STY: English as the Canada.ca Content Style Guide asks for it, sentences that people finish, and facts that are
//! still true on the day.

pub(crate) mod acronyms;
pub(crate) mod titles;
pub(crate) mod lists;
pub(crate) mod days;
pub(crate) mod prose;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::ToSpan as _;

use crate::check::catalogue::{Class, Example, Group, Limit, Rule, limit, row};
use crate::check::proof::{Hit, Part, Proof, on_file};
use crate::check::text::scan::{self, Pattern, ascii_pattern, digit_pattern};
use crate::model::{Lang, Severity, Story, Words};

/// Facts about the office are confirmed once a year.
const FACTS_MONTHS: Limit = limit("STY-12", "facts_months", 12.0);

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    Rule { class: Class::Editor, is_fact: false, ..row(Group::Style, id, severity, source) }
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "Titles end without punctuation, have a capital on the first word and on names alone, and are not in capitals; a question, which many federal titles are, is told and no more",
        fr: "Les titres anglais se terminent sans ponctuation, n'ont de majuscule qu'au premier mot et aux noms, et ne sont pas en majuscules; une question, fréquente dans les titres fédéraux, est seulement signalée",
        bad: Example::Title("en", "A NEW TEAM ARRIVES AT THE OFFICE"),
        good: Example::Title("en", "A new team arrives at the office"),
        judge: |proof, hits| titles::marks(proof, hits, Lang::is_english),
        ..rule("STY-01", Severity::Warning, "2.3")
    },
    Rule {
        en: "A heading is followed by text, and a long text has one about every 200 words",
        fr: "Un intertitre est suivi d'un texte, et un long texte en a un tous les 200 mots environ",
        bad: Example::Pair(
            "<h3>Before you begin</h3><h3>What you need</h3><p>Bring a pen.</p>",
            "<h3>Avant de commencer</h3><h3>Ce qu'il vous faut</h3><p>Apportez un stylo.</p>",
        ),
        good: Example::Pair(
            "<h3>What you need</h3><p>Bring a pen.</p>",
            "<h3>Ce qu'il vous faut</h3><p>Apportez un stylo.</p>",
        ),
        limits: &[prose::HEADING_WORDS],
        judge_mails: prose::headings,
        ..rule("STY-02", Severity::Warning, "2.3")
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
        en: "A short form is written out where a story first uses it; what is written out only later, or known to most of the public service, is told and no more; names of firms and products, emphasis, labels and code are no short forms",
        fr: "Un sigle est écrit au long là où un article l'emploie d'abord; ce qui ne l'est que plus loin, ou que presque toute la fonction publique connaît, est seulement signalé; un nom d'entreprise ou de produit, un mot en relief, une étiquette ou du code n'est pas un sigle",
        bad: Example::Text("en", "<p>The XQZT has a new plan.</p>"),
        good: Example::Text(
            "en",
            "<p>The Exchange of Quick Zoning Tips (XQZT) has a new plan. The XQZT meets today.</p>",
        ),
        judge: acronyms::acronyms,
        ..rule("STY-08", Severity::Warning, "2.3")
    },
    Rule {
        en: "Sentences of at most 25 words in English and 30 in French, paragraphs of three sentences, lists of seven items; since half of federal texts go a little beyond, of each text only what is far too long is worth a look, and the rest is told",
        fr: "Des phrases d'au plus 25 mots en anglais et 30 en français, des paragraphes de trois phrases, des listes de sept éléments; comme la moitié des textes fédéraux dépassent un peu, seul ce qui est beaucoup trop long est à voir, et le reste est signalé",
        bad: Example::Text(
            "en",
            "<p>This sentence goes on and on because nobody who wrote it ever stopped to ask whether a reader on a small telephone in a crowded bus would still remember how it began.</p>",
        ),
        good: Example::Text("en", "<p>This sentence stops in time.</p>"),
        limits: &[prose::WORDS_EN, prose::WORDS_FR, prose::SENTENCES, prose::ITEMS],
        judge: prose::lengths,
        ..rule("STY-09", Severity::Warning, "2.3")
    },
    Rule {
        en: "How hard a story is to read, as a report: Flesch-Kincaid in English, Kandel-Moles in French; never a gate",
        fr: "La difficulté de lecture d'un article, à titre de rapport : Flesch-Kincaid en anglais, Kandel-Moles en français; jamais un obstacle",
        bad: Example::Case(
            "a story of a hundred words or more is measured",
            "un article d'au moins cent mots est mesuré",
        ),
        judge: prose::readability,
        ..rule("STY-10", Severity::Info, "2.3")
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
        limits: &[FACTS_MONTHS],
        judge: fresh,
        ..rule("STY-12", Severity::Error, "0.2")
    },
];

/// Says something of every match of a pattern in the English that readers get.
fn each(proof: &Proof<'_>, hits: &mut Vec<Hit>, pattern: &Pattern, words: impl Fn(&str) -> (Words, Words)) {
    for reading in proof.readings(Lang::is_english) {
        for range in scan::matches(pattern, reading.text()) {
            if !reading.is_marked(&range) && !reading.is_code(&range) {
                let (message, hint) = words(&reading.text()[range.clone()]);
                hits.push(reading.hit(range, message, hint));
            }
        }
    }
}

const MONTHS: &str = "(?:January|February|March|April|May|June|July|August|September|October|November|December)";

fn dates(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static ORDINAL: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b({MONTHS}\s[0-9]{{1,2}}(?:st|nd|rd|th))\b")));
    static DAY_FIRST: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(&format!(r"\b([0-9]{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTHS},?\s(?:19|20)[0-9]{{2}})\b"))
    });
    static NO_COMMA: LazyLock<Pattern> =
        LazyLock::new(|| digit_pattern(&format!(r"\b({MONTHS}\s[0-9]{{1,2}}\s(?:19|20)[0-9]{{2}})\b")));
    static DAY_ALONE: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(&format!(
            r"\b([0-9]{{1,2}}(?:st|nd|rd|th) (?:day )?(?:of )?{MONTHS}|[0-9]{{1,2}} {MONTHS})(?:[^\p{{L}}0-9, ]|[, ]+[^0-9 ]|$)"
        ))
    });
    static SMALL: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b((?:january|february|april|june|july|august|september|october|november|december) [0-9]{1,2}|(?:on|by|until|before|after|since|from|to) (?:march|may) [0-9]{1,2})\b",
        )
    });
    // In figures a reader from abroad takes the day for the month.
    static FIGURES: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,2}/[0-9]{1,2}/(?:(?:19|20)[0-9]{2}|[0-9]{2})|[0-9]{1,2}[-.][0-9]{1,2}[-.](?:19|20)[0-9]{2})\b",
        )
    });
    // `December, 2026`, `December the 9th`, `Dec 9, 2026`.
    static LOOSE: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(&format!(
            r"\b({MONTHS},\s(?:19|20)[0-9]{{2}}|{MONTHS}\sthe\s[0-9]{{1,2}}(?:st|nd|rd|th)?|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?\s(?:19|20)[0-9]{{2}})?)\b"
        ))
    });
    for fault in [&ORDINAL, &DAY_FIRST, &NO_COMMA, &DAY_ALONE, &SMALL, &FIGURES, &LOOSE] {
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
    static FORM: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,2}(?::[0-5][0-9])?(?:\s?[AP]M\b|\s?[aApP]\.\s?[mM]\.|[ap]m\b)|(?:1[3-9]|2[0-3]):[0-5][0-9]\b|[0-9]{1,2}\s?h\s?[0-5][0-9]\b|[0-9]{1,2}\so['’]clock\b|\b12(?::00)?\s(?:noon|midnight)\b|[0-9]{1,2}:00\s?[ap]m\b|[0-9]{1,2}\s?a\.m\b|[0-9]{1,2}\s?p\.m\b|0[0-9][0-5][0-9]\s(?:hours|hrs)\b)",
        )
    });
    static RANGE: LazyLock<Pattern> = LazyLock::new(|| {
        digit_pattern(
            r"\b([0-9]{1,2}(?::[0-5][0-9])?(?:\s?[ap]m)?\s?[-–—]\s?(?:[0-9]{1,2}(?::[0-5][0-9])?\s?[ap]m|noon|midnight))\b",
        )
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
    ("colored", "coloured"),
    ("colorful", "colourful"),
    ("centered", "centred"),
    ("favors", "favours"),
    ("favorites", "favourites"),
    ("honors", "honours"),
    ("honored", "honoured"),
    ("behaviors", "behaviours"),
    ("neighborhood", "neighbourhood"),
    ("neighborhoods", "neighbourhoods"),
    ("flavor", "flavour"),
    ("rumor", "rumour"),
    ("humor", "humour"),
    ("endeavor", "endeavour"),
    ("fiber", "fibre"),
    ("liter", "litre"),
    ("kilometer", "kilometre"),
    ("kilometers", "kilometres"),
    ("gray", "grey"),
    ("offense", "offence"),
    ("labeled", "labelled"),
    ("labeling", "labelling"),
    ("modeled", "modelled"),
    ("canceling", "cancelling"),
    ("counselor", "counsellor"),
    ("counselors", "counsellors"),
    ("catalogs", "catalogues"),
    ("theaters", "theatres"),
    ("mail-out", "mailout"),
    ("home-page", "home page"),
    ("analysed", "analyzed"),
    ("analysing", "analyzing"),
    ("catalysed", "catalyzed"),
    ("armor", "armour"),
    ("harbor", "harbour"),
    ("harbors", "harbours"),
    ("odor", "odour"),
    ("parlor", "parlour"),
    ("rigor", "rigour"),
    ("savior", "saviour"),
    ("splendor", "splendour"),
    ("vapor", "vapour"),
    ("vigor", "vigour"),
    ("candor", "candour"),
    ("clamor", "clamour"),
    ("fervor", "fervour"),
    ("demeanor", "demeanour"),
    ("neighboring", "neighbouring"),
    ("labored", "laboured"),
    ("favored", "favoured"),
    ("favorable", "favourable"),
    ("honorable", "honourable"),
    ("honoring", "honouring"),
    ("behavioral", "behavioural"),
    ("coloring", "colouring"),
    ("flavors", "flavours"),
    ("endeavors", "endeavours"),
    ("rumors", "rumours"),
    ("centimeter", "centimetre"),
    ("centimeters", "centimetres"),
    ("millimeter", "millimetre"),
    ("millimeters", "millimetres"),
    ("liters", "litres"),
    ("fibers", "fibres"),
    ("caliber", "calibre"),
    ("luster", "lustre"),
    ("meager", "meagre"),
    ("somber", "sombre"),
    ("specter", "spectre"),
    ("traveler", "traveller"),
    ("travelers", "travellers"),
    ("counseled", "counselled"),
    ("dialed", "dialled"),
    ("fueled", "fuelled"),
    ("leveled", "levelled"),
    ("signaled", "signalled"),
    ("marvelous", "marvellous"),
    ("jewelry", "jewellery"),
    ("skillful", "skilful"),
    ("enrollment", "enrolment"),
    ("installment", "instalment"),
    ("installments", "instalments"),
    ("pretense", "pretence"),
    ("dialog", "dialogue"),
    ("plow", "plough"),
    ("a license", "a licence"),
    ("driver's license", "driver's licence"),
    ("to practice", "to practise"),
    ("bank check", "cheque"),
    ("pay check", "paycheque"),
    ("internet site", "website"),
    ("web-site", "website"),
];

/// Verbs that Canadians write with a z.
const IN_Z: &[&str] = &[
    "organis",
    "recognis",
    "realis",
    "prioritis",
    "summaris",
    "optimis",
    "customis",
    "emphasis",
    "minimis",
    "maximis",
    "apologis",
    "specialis",
    "standardis",
    "modernis",
    "digitis",
    "categoris",
    "finalis",
    "visualis",
    "mobilis",
    "centralis",
    "harmonis",
    "generalis",
    "familiaris",
    "utilis",
    "authoris",
    "characteris",
    "criticis",
    "equalis",
    "formalis",
    "localis",
    "materialis",
    "memoris",
    "monetis",
    "nationalis",
    "normalis",
    "personalis",
    "popularis",
    "publicis",
    "rationalis",
    "revitalis",
    "scrutinis",
    "stabilis",
    "subsidis",
    "symbolis",
    "synchronis",
    "capitalis",
    "civilis",
    "dramatis",
    "humanis",
    "idealis",
    "incentivis",
    "internalis",
    "marginalis",
    "privatis",
    "randomis",
    "reorganis",
    "sensitis",
    "systematis",
    "vandalis",
    "legalis",
    "energis",
    "economis",
    "initialis",
    "socialis",
    "strategis",
    "theoris",
];

fn spelling(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        let all: Vec<&str> = SPELLINGS.iter().map(|(written, _)| *written).collect();
        ascii_pattern(&format!(
            r"\b({}|{}|(?i:{})(?:e|es|ed|er|ers|ing|ation|ations))\b",
            all.join("|"),
            all.iter().map(|word| capital(word)).collect::<Vec<_>>().join("|"),
            IN_Z.join("|"),
        ))
    });
    for reading in proof.readings(Lang::is_english) {
        for range in scan::matches(&FAULT, reading.text()) {
            let shown = &reading.text()[range.clone()];
            // With a capital inside a sentence it belongs to a name.
            let begins =
                range.start == 0 || reading.text()[..range.start].trim_end().ends_with(['.', '!', '?', ':', '\n']);
            let lower = shown.to_lowercase();
            let is_no_name = ["web ", "e-m", "on-", "webp", "internet s"].iter().any(|start| lower.starts_with(start));
            if reading.is_marked(&range) || (!begins && shown != lower && !is_no_name) {
                continue;
            }
            let listed =
                SPELLINGS.iter().find(|(written, _)| *written == lower).map(|(_, better)| (*better).to_owned());
            let stem = IN_Z.iter().find(|stem| lower.starts_with(**stem));
            let in_z = stem.map(|stem| format!("{}z{}", &stem[..stem.len() - 1], &lower[stem.len()..]));
            let Some(better) = listed.or(in_z) else { continue };
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
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(
            r"(\b[eE]\.\s?g\.|\b[iI]\.\s?e\.|\b(?:eg|ie)[.,]|\b\p{L}[\p{L}’']* & \p{Ll}+|(?:\b[0-9][0-9.,]*\s?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)[\s-])per ?cent\b|[0-9]*[¼½¾⅓⅔]|\S*\s?—\s?\S*)",
        )
    });
    // Both with a capital may be a name: Health & Safety.
    static NAME: LazyLock<Pattern> = LazyLock::new(|| ascii_pattern(r"\b(\p{Lu}\p{Ll}+ & \p{Lu}\p{Ll}+)\b"));
    let words = |shown: &str| {
        (
            words!(
                "`{shown}`: a sign or a Latin abbreviation in running text",
                "`{shown}`\u{a0}: un signe ou une abréviation latine dans le texte"
            ),
            words!(
                "write “and”, “for example”, “that is”, “20%”; a comma or a colon in place of a dash",
                "écrivez « and », « for example », « that is », « 20% »; une virgule ou un deux-points au lieu d'un tiret"
            ),
        )
    };
    for reading in proof.readings(Lang::is_english) {
        for range in scan::matches(&FAULT, reading.text()) {
            let shown = &reading.text()[range.clone()];
            // Names of places and ridings are joined by a dash: Ottawa—Vanier.
            let joins = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
            let mut parts = shown.split('—');
            let is_name = shown.contains('—') && joins(parts.next()) && joins(parts.next());
            if reading.is_marked(&range) || is_name || reading.is_code(&range) || reading.part == Part::Alt {
                continue;
            }
            let (message, hint) = words(shown);
            hits.push(reading.hit(range, message, hint));
        }
    }
    let told = hits.len();
    each(proof, hits, &NAME, words);
    for hit in &mut hits[told..] {
        hit.severity = Some(Severity::Info);
    }
}

/// More often than this, “I” is no slip of the office but the voice of an author.
const FIRST_PERSON_MAX: usize = 2;

fn contractions(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(
            r"(?i)\b((?:should|could|would|might|must)[’']ve|(?:should|could|would|might|must|sha|need|ought|may)n[’']t|it[’']ll|that[’']ll|there[’']ll|who[’']ll|ain[’']t|y[’']all)\b",
        )
    });
    static FIRST_PERSON: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(r"(?:^|[\s(])(I|I[’'](?:m|ve|d|ll)|[mM]y|[mM]yself|[mM]ine)(?:[\s,;:!?]|\.(?:\s|$)|$)")
    });
    // A story with a byline, other people's words and what stands between quotation marks may say “I”.
    let mut said: BTreeMap<Option<&str>, Vec<Hit>> = BTreeMap::new();
    for reading in proof.readings(Lang::is_english) {
        let is_ours =
            reading.story.is_none_or(|story| story.author.is_empty() && !crate::check::proof::is_others(story));
        if !is_ours || reading.text().contains(['“', '”', '"']) {
            continue;
        }
        // A question may be the reader's own, who asks it (`What can I expect?`); so may what a list lets them choose
        // (`I can't find the form`).
        let is_asked = matches!(reading.part, Part::Heading | Part::Title) && reading.text().ends_with('?');
        let is_chosen = reading.part == Part::Item && reading.text().starts_with("I ");
        for range in scan::matches(&FIRST_PERSON, reading.text()) {
            if reading.is_marked(&range) || is_asked || is_chosen {
                continue;
            }
            let shown = reading.text()[range.clone()].to_owned();
            let hit = reading.hit(
                range,
                words!("`{shown}` in the office's own words", "`{shown}` dans les mots du bureau"),
                words!("write “we” and “our”, or name the author", "écrivez « we » et « our », ou nommez l'auteur"),
            );
            said.entry(reading.story.map(|story| story.id.as_str())).or_default().push(hit);
        }
    }
    // Who says “I” all along tells their own story, which lacks a byline and no other word.
    for all in said.into_values() {
        let is_slip = all.len() <= FIRST_PERSON_MAX;
        hits.extend(all.into_iter().map(|hit| if is_slip { hit } else { hit.weighing(Severity::Info) }));
    }
    each(proof, hits, &FAULT, |shown| {
        (
            words!("`{shown}` is hard to read for many", "`{shown}` est difficile à lire pour bien des gens"),
            words!("write it out", "écrivez-le au long"),
        )
    });
}

fn plain_words(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    const SWAPS: &[(&str, &str)] = &[
        ("in order to", "to"),
        ("prior to", "before"),
        ("is in need of", "needs"),
        ("utilize", "use"),
        ("make a request", "ask"),
        ("submit your application", "apply"),
        ("you shall", "you must"),
        ("obtain", "get"),
        ("at this point in time", "now"),
        ("due to the fact that", "because"),
        ("in the event that", "if"),
        ("with regard to", "about"),
        ("a large number of", "many"),
        ("make requests", "ask"),
        ("commence", "start"),
        ("endeavour to", "try to"),
        ("with the exception of", "except"),
        ("in spite of the fact that", "although"),
        ("for the purpose of", "for"),
        ("on a monthly basis", "monthly"),
        ("in the near future", "soon"),
        ("subsequent to", "after"),
        ("facilitate", "help"),
    ];
    static FAULT: LazyLock<Pattern> = LazyLock::new(|| {
        ascii_pattern(&format!(
            r"(?i)\b({})",
            SWAPS.iter().map(|(long, _)| *long).map(|long| format!("{long}\\b")).collect::<Vec<_>>().join("|")
        ))
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
    days::in_texts(proof, at, hits);
    for story in proof.issue.stories() {
        for (message, hint, severity) in stale(story, at) {
            let lang = story.source_language.as_ref().filter(|lang| story.texts.contains_key(*lang));
            let lang = lang.or_else(|| story.texts.keys().next()).unwrap_or(proof.source());
            hits.push(proof.on_story(story, lang, message, hint).weighing(severity));
        }
    }
    let as_of = proof.newsletter.organization.as_of;
    let months = i32::try_from(proof.count(&FACTS_MONTHS)).unwrap_or(i32::MAX).min(1_200);
    if as_of.saturating_add(months.months()) < at.date() {
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
