//! Short forms, written out where a story first uses them (STY-08). Not every word of capitals is one: a word that is
//! shouted, a label before a colon, a part of a product's or a firm's name, and what is written for machines are none.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::check::html::dom::Link;
use crate::check::proof::{Hit, Part, Passage, Proof};
use crate::check::text::language;
use crate::check::text::scan;
use crate::model::{Lang, Severity, Story};

/// Short forms that every federal communicator reads without help, in either language.
const KNOWN: &[&str] = &[
    "GC", "CCO", "BCC", "PDF", "HTML", "URL", "FAQ", "FR", "EN", "CBC", "TV", "US", "UK", "UN", "HR", "RH", "IT", "TI",
    "AI", "IA", "ID", "OK", "RSVP", "ON", "QC", "BC", "AB", "MB", "SK", "NS", "NB", "PE", "NL", "YT", "NT", "NU", "DC",
    "COVID", "RCMP", "GRC", "QR", "CD", "DVD", "USB", "PIN", "CEO", "PDG", "ISBN", "HTTP", "HTTPS", "CSV", "XML",
    "WAV", "MP3", "EST", "EDT", "HNE", "HAE", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AST", "ADT", "NST", "NDT",
    "HNC", "HAC", "HNR", "HAR", "HNP", "HAP", "HNA", "HAA", "HNT", "HAT", "GST", "HST", "TPS", "TVH", "HE", "ET", "UX",
    "UI", "SMS", "PNG", "JPEG", "GIF", "CSS", "API", "PHD", "KB", "MB", "GB", "TTY", "ATS", "VIP", "DIY", "ASAP",
    "ISO", "RSS", "SEO", "WWW", "WCAG", "GPS", "NVDA", "JAWS", "ARIA", "JSON", "YAML", "SQL", "AWS", "IOS", "MVP",
    "KPI", "RFP", "DNS", "VPN", "PHP", "SVG", "GET", "POST", "README", "MIT", "NASA", "BBC", "CTV", "TED", "DRAP",
    "TERMIUM", "USA", "EU", "UE", "UTC", "GMT", "IBM", "SAP", "CAPTCHA", "SIM", "LED", "RAM", "DNA", "ADN", "HIV",
    "VIH",
];

/// Short forms that most federal communicators read without help: told, and no more.
const WELL_KNOWN: &[&str] = &[
    "TBS", "SCT", "PCO", "BCP", "ADM", "SMA", "ATIP", "AIPRP", "CSPS", "EFPC", "NCR", "RCN", "NATO", "OTAN", "CDS",
    "SNC", "OECD", "OCDE", "ONU", "WHO", "OMS", "UNESCO", "UNICEF",
];

/// Words that writers shout where they would stress them, beside the smallest words of the language.
const STRESSED: &[&str] = &[
    "only", "all", "must", "never", "always", "every", "any", "none", "both", "more", "most", "very", "before",
    "after", "until", "now", "new", "free", "first", "last", "next", "stop", "please", "yes", "seul", "seule", "seuls",
    "tous", "tout", "toutes", "toute", "jamais", "avant", "après", "aucun", "aucune", "chaque", "doit", "doivent",
    "très", "nouveau", "gratuit", "suivant", "merci", "oui", "non",
];
/// What on a screen is named by its word in capitals: the INVITE button, le bouton INVITER.
const ON_SCREEN: &[&str] =
    &["button", "buttons", "key", "keys", "icon", "bouton", "boutons", "touche", "touches", "icône"];
/// Words that end or name a firm, and no committee, program or team.
const FIRMS: &[&str] = &[
    "Inc",
    "Ltd",
    "Ltée",
    "Corp",
    "LLC",
    "LLP",
    "GmbH",
    "Associates",
    "Partners",
    "Consulting",
    "Consultants",
    "Global",
    "Technologies",
    "Software",
    "Press",
    "Publishing",
    "Media",
    "Labs",
    "Studios",
    "Motors",
    "Airlines",
    "Bank",
];
/// So many words of a name are read on either side of a short form.
const NAME_WORDS_MAX: usize = 7;
/// A version stands in the name of a product beside at least so many words with a capital.
const PRODUCT_WORDS_MIN: usize = 2;
/// Characters by which what stands in parentheses goes on after a short form that it gives.
const AFTER_SHORT: &[&str] = &[
    ")",
    " )",
    ",",
    ";",
    ":",
    "/",
    " /",
    " –",
    "\u{a0}–",
    " —",
    " - ",
    " or ",
    " ou ",
    " in English",
    " in French",
    " en anglais",
    " en français",
];

/// One story in one language, as this rule reads it.
struct Told<'p, 'a> {
    lang: &'p Lang,
    passages: Vec<&'p Passage<'a>>,
    /// All of its text, in which a short form may be explained.
    whole: String,
    /// Its running text and headings, in which what comes first counts.
    body: String,
    /// The words that it writes in lower case.
    small: BTreeSet<String>,
}

impl<'p, 'a> Told<'p, 'a> {
    fn of(proof: &'p Proof<'a>, story: &Story, lang: &'p Lang) -> Self {
        let passages: Vec<_> = proof.of_story(story, lang).filter(|it| !it.is_strange && !it.block.is_code()).collect();
        let text = |is: fn(Part) -> bool| -> String {
            let of_part = passages.iter().filter(|passage| is(passage.part));
            of_part.flat_map(|passage| [passage.block.text.as_str(), "\n"]).collect()
        };
        let whole = text(|_| true);
        let body = text(|part| part == Part::Heading || (part.is_prose() && part != Part::Summary));
        let machine = scan::machine_ranges(&whole);
        let words = scan::words(&whole).filter(|(range, _)| !scan::overlaps(&machine, range));
        let small = words.filter(|(_, word)| word.chars().all(char::is_lowercase));
        let small = small.map(|(_, word)| word.to_owned()).collect();
        Self { lang, passages, whole, body, small }
    }

    /// Whether the story says what a short form stands for: in parentheses on either side, as a label, or by a link to
    /// the page of which it is the name.
    fn explains(&self, short: &str) -> bool {
        let opens = |(at, found): (usize, &str)| {
            let rest = &self.whole[at + found.len()..];
            AFTER_SHORT.iter().any(|after| rest.starts_with(after))
        };
        let is_own_page = |link: &Link| {
            let host = link.href.split('/').nth(2).unwrap_or_default();
            let name = host.strip_prefix("www.").unwrap_or(host).split('.').next().unwrap_or_default();
            name.eq_ignore_ascii_case(short) && scan::words(&link.text).any(|(_, word)| word == short)
        };
        self.whole.match_indices(&format!("({short}")).any(opens)
            || self.whole.match_indices(&format!("( {short}")).any(opens)
            || self.whole.contains(&format!("{short} ("))
            || self.whole.contains(&format!("{short}\u{a0}("))
            || self.passages.iter().any(|it| it.part != Part::Heading && is_label(&it.block.text, short))
            || self.passages.iter().any(|it| it.block.links.iter().any(is_own_page))
    }
}

pub(crate) fn acronyms(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let office: BTreeSet<&str> = proof.newsletter.organization.acronym.values().map(String::as_str).collect();
    let is_known = |short: &str| {
        KNOWN.contains(&short)
            || office.contains(short)
            || proof.newsletter.check.acronyms.iter().any(|known| known == short)
            || short.chars().all(|c| "IVXLC".contains(c))
    };
    for story in proof.issue.stories() {
        for lang in story.texts.keys().filter(|lang| lang.is_english() || lang.is_french()) {
            let told = Told::of(proof, story, lang);
            let mut said: BTreeSet<&str> = BTreeSet::new();
            for passage in &told.passages {
                let text = &passage.block.text;
                // A passage in capitals hides no short forms; STY-01 and TYP-15 see to it.
                if !text.chars().any(char::is_lowercase)
                    || matches!(passage.part, Part::Title | Part::Alt | Part::Field)
                {
                    continue;
                }
                for range in short_forms(passage) {
                    let short = &text[range.clone()];
                    if is_known(short) || is_other(passage, &range, &told) {
                        continue;
                    }
                    let is_explained = told.explains(short);
                    if (is_explained && !is_early(&told.body, short)) || !said.insert(short) {
                        continue;
                    }
                    let is_told = is_explained || WELL_KNOWN.contains(&short);
                    let hit = proof.at(
                        passage,
                        range,
                        words!(
                            "`{short}` is not given beside the name it stands for",
                            "`{short}` n'est pas donné à côté du nom qu'il abrège"
                        ),
                        words!(
                            "write the name, then ({short}) where it first stands",
                            "écrivez le nom, puis ({short}) à la première mention"
                        ),
                    );
                    hits.push(if is_told { hit.weighing(Severity::Info) } else { hit });
                }
            }
        }
    }
}

/// Whether a word of capitals is something else than a short form: a word that the story writes small too, one that is
/// shouted, or a part of a name.
fn is_other(passage: &Passage<'_>, range: &Range<usize>, told: &Told<'_, '_>) -> bool {
    let text = &passage.block.text;
    let short = &text[range.clone()];
    told.small.contains(&short.to_lowercase())
        || is_shouted(text, range)
        || is_on_screen(text, range)
        || is_in_code(&text[range.end..])
        || is_in_name(text, range, told.lang)
        || passage.block.links.iter().any(|link| {
            link.range.start <= range.start && range.end <= link.range.end && is_label(link.text.trim_start(), short)
        })
}

/// Whether a word is emphasis: a small word of the language (`NOT`, `PAS`), before an exclamation mark, or in a line of
/// capitals.
fn is_shouted(text: &str, range: &Range<usize>) -> bool {
    let is_small = |word: &str| {
        let lower = word.to_lowercase();
        (language::is_small(&lower) || STRESSED.contains(&lower.as_str())) && !KNOWN.contains(&word)
    };
    let shouts = |word: Option<&str>| {
        let word = word.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).unwrap_or_default();
        word.len() > 1 && word.chars().all(char::is_uppercase) && (word.len() > 2 || is_small(word))
    };
    is_small(&text[range.clone()])
        || text[range.end..].starts_with('!')
        || shouts(text[..range.start].split_whitespace().next_back())
        || shouts(text[range.end..].split_whitespace().next())
}

/// Whether what follows a word of capitals makes it the code of a document or a standard, which has no other name: `PSU
/// 905`, `WGS 84`. A year does not, nor what is counted.
fn is_in_code(after: &str) -> bool {
    let Some(rest) = after.strip_prefix([' ', '\u{a0}']) else { return false };
    let number = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let rest = &rest[number.len()..];
    let is_year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let goes_on =
        rest.trim_start_matches([' ', '\u{a0}']).starts_with(|c: char| c.is_alphanumeric() || "-–%$,.".contains(c))
            && !rest.starts_with([',', '.']);
    number.len() > 1 && !is_year && !goes_on
}

/// Whether a word is what stands on a button, a key or a sign: the text says so, or quotes the one word.
fn is_on_screen(text: &str, range: &Range<usize>) -> bool {
    let is_quoted = text[..range.start].trim_end_matches([' ', '\u{a0}', '\u{202f}']).ends_with(['“', '"', '«'])
        && text[range.end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']).starts_with(['”', '"', '»']);
    if is_quoted {
        return true;
    }
    let is_thing = |word: Option<&str>| {
        word.is_some_and(|word| ON_SCREEN.contains(&word.trim_matches(|c: char| !c.is_alphabetic())))
    };
    is_thing(text[..range.start].split_whitespace().next_back())
        || is_thing(text[range.end..].split_whitespace().next())
}

/// Whether a text begins with a word of capitals as a label: `WARNING: …`, `CRS – the system of coordinates`.
fn is_label(text: &str, short: &str) -> bool {
    let Some(rest) = text.strip_prefix(short) else { return false };
    let rest = rest.trim_start_matches([' ', '\u{a0}']);
    let after = [":", "- ", "– ", "— "].iter().find_map(|mark| rest.strip_prefix(mark));
    after.is_some_and(|rest| rest.split_whitespace().nth(1).is_some())
}

/// Whether a word of capitals stands in the name of a firm or a product, which nobody writes out: beside `Inc.` or
/// `Associates`, beside a version, and in French before a word with a capital, since French names do not end so.
fn is_in_name(text: &str, range: &Range<usize>, lang: &Lang) -> bool {
    let before = text[..range.start].strip_suffix([' ', '\u{a0}']).unwrap_or_default();
    let after = text[range.end..].strip_prefix([' ', '\u{a0}']).unwrap_or_default();
    let mut name: Vec<&str> =
        run(before.rsplit([' ', '\u{a0}']), |word| word.ends_with([',', '.', ';', ':', '!', '?']));
    let is_followed = after.split([' ', '\u{a0}']).next().is_some_and(|word| begins_name(word) && !is_capitals(word));
    if lang.is_french() && is_followed {
        return true;
    }
    name.extend(run(after.split([' ', '\u{a0}']), |_| false));
    let bare = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let words: Vec<String> = name.iter().map(bare).collect();
    let n_capitals = words.iter().filter(|word| begins_name(word)).count();
    words.iter().any(|word| FIRMS.contains(&word.as_str()))
        || name.iter().any(|word| word.ends_with("Group's") || word.ends_with("Group’s"))
        || (n_capitals >= PRODUCT_WORDS_MIN && words.iter().any(|word| is_version(word)))
}

/// The words of a name that go on from a short form, up to the first that belongs to none.
fn run<'t>(words: impl Iterator<Item = &'t str>, ends_before: fn(&str) -> bool) -> Vec<&'t str> {
    let mut name = Vec::new();
    for word in words.take(NAME_WORDS_MAX) {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_number = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit());
        if ends_before(word) || !(begins_name(inner) || is_version(inner) || is_number) {
            break;
        }
        name.push(word);
        if word.ends_with([',', ';', ':', '!', '?', ')', '»', '”', '’', '\'']) {
            break;
        }
    }
    name
}

fn begins_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().any(char::is_alphabetic)
}

fn is_capitals(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase)
}

/// `18.04`, `1000V`, `L1`, `R2`: no year, and no number of things.
fn is_version(word: &str) -> bool {
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    has_digit && (word.contains('.') || word.chars().any(char::is_uppercase)) && !word.contains('-')
}

/// Words of three to seven capitals, outside of what is written for machines, code and other languages.
fn short_forms(passage: &Passage<'_>) -> Vec<Range<usize>> {
    let text = &passage.block.text;
    let is_short = |word: &str| (3..=7).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut found: Vec<_> = scan::words(text).filter(|(_, word)| is_short(word)).map(|(range, _)| range).collect();
    if !found.is_empty() {
        let machine = scan::machine_ranges(text);
        let is_marked = |range: &Range<usize>| {
            passage.block.marked.iter().any(|(other, _)| other.start < range.end && range.start < other.end)
        };
        found.retain(|range| {
            !scan::overlaps(&machine, range)
                && !scan::overlaps(&passage.block.code, range)
                && !is_marked(range)
                && !is_glued(text, range)
        });
    }
    found
}

/// Whether a word hangs on the signs of code: `WIDTH=600`, `EPSG:4326`, `GDPS.ETA_TT`.
fn is_glued(text: &str, range: &Range<usize>) -> bool {
    let is_sign = |c: char| "=&_\\{}<>|#".contains(c);
    let (before, after) = (&text[..range.start], &text[range.end..]);
    before.ends_with(is_sign)
        || after.starts_with(is_sign)
        || (after.starts_with([':', '.']) && after[1..].starts_with(|c: char| c.is_ascii_digit() || c.is_uppercase()))
        || (before.ends_with('.') && before[..before.len() - 1].ends_with(char::is_uppercase))
}

/// Whether a body uses a short form before it writes it out.
fn is_early(body: &str, short: &str) -> bool {
    let first = scan::words(body).find(|(_, word)| *word == short).map(|(range, _)| range);
    let explained = ["(", " ("].iter().filter_map(|open| {
        if *open == "(" { body.find(&format!("({short}")) } else { body.find(&format!("{short} (")) }
    });
    first.zip(explained.min()).is_some_and(|(first, explained)| first.start + 1 < explained)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_capitals_in_a_firms_or_a_products_name_is_no_short_form() {
        for (lang, text, expected) in [
            ("en", "a study by QVRT Research Associates shows", true),
            ("en", "QVRT Global published it", true),
            ("en", "the Harbour Group’s QVRT reports", true),
            ("en", "runs on Maple Linux 22.04 QVRT Server", true),
            ("en", "the QVRT Cloud Router 1000V", true),
            ("en", "a copy of ‘ QVRT Maple Desk Server 2016 Edition L1’", true),
            ("fr", "le routeur QVRT Cloud", true),
            ("en", "the QVRT Steering Committee", false),
            ("en", "the Annual QVRT Conference 2027", false),
            ("en", "meets at QVRT. Associates come too", false),
            ("en", "the QVRT has a plan", false),
            ("fr", "le Comité directeur du QVRT se réunit", false),
            ("fr", "la trousse du QVRT. Elle aide", false),
        ] {
            let at = text.find("QVRT").unwrap();
            assert_eq!(is_in_name(text, &(at..at + 4), &Lang::new(lang)), expected, "{text}");
        }
    }

    #[test]
    fn emphasis_and_labels_are_no_short_forms() {
        for (text, word, expected) in [
            ("You must NOT reply to this", "NOT", true),
            ("Il ne faut PAS répondre", "PAS", true),
            ("The day was GREAT!", "GREAT", true),
            ("For managers ONLY", "ONLY", true),
            ("Pour TOUS les gestionnaires", "TOUS", true),
            ("Ask the QVRT first", "QVRT", false),
        ] {
            let at = text.find(word).unwrap();
            assert_eq!(is_shouted(text, &(at..at + word.len())), expected, "{text}");
        }
        assert!(is_in_code(" 905)") && is_in_code(" 84, the system") && is_in_code("\u{a0}938"));
        assert!(
            !is_in_code(" 2027") && !is_in_code(" 45 colleagues") && !is_in_code(" 1-800-555") && !is_in_code(" 3")
        );
        assert!(is_on_screen("Press the QVRT button", &(10..14)) && is_on_screen("le bouton QVRT", &(10..14)));
        assert!(!is_on_screen("Press the QVRT team", &(10..14)));
        assert!(is_on_screen("a sign: « QVRT »", &(11..15)) && !is_on_screen("a “plan of QVRT”", &(13..17)));
        assert!(is_glued("QVRT=600", &(0..4)) && is_glued("QVRT:4326", &(0..4)) && is_glued("A.QVRT_T", &(2..6)));
        assert!(!is_glued("QVRT. It", &(0..4)) && !is_glued("QVRT: it", &(0..4)));
        assert!(is_label("WARNING: keep the file closed", "WARNING"));
        assert!(is_label("QVRT – the quick table", "QVRT"));
        assert!(!is_label("QVRT members meet", "QVRT"));
        assert!(!is_label("QVRT: yes", "QVRT"));
    }
}
