//! LNK: links say where they lead, and lead there in the reader's language (FEDERAL 2.3 and 8). What the network knows of
//! them is in [`targets`].

pub(crate) mod link_words;
pub(crate) mod linked_files;
pub(crate) mod targets;
pub(crate) mod pages;

use std::collections::BTreeMap;

use url::{Host, Url};

use crate::check::catalogue::{Example, Group, Rule, row};
use crate::check::html::dom::Link;
use crate::check::proof::{Hit, Proof, Reading};
use crate::check::text::language::{self, Which};
use crate::model::{Lang, Severity, Words};

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    row(Group::Links, id, severity, source)
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "A link says where it leads: not “click here”, not “read more”",
        fr: "Un lien dit où il mène : ni « cliquez ici », ni « en savoir plus »",
        bad: Example::Text("en", "<p>To register, <a href=\"https://example.ca/en/register\">click here</a>.</p>"),
        good: Example::Text("en", "<p><a href=\"https://example.ca/en/register\">Register for the workshop</a>.</p>"),
        judge: link_words::vague,
        ..rule("LNK-01", Severity::Error, "2.3, 3.2")
    },
    Rule {
        en: "Within a language the same words lead to the same page, and one page has one name",
        fr: "Dans une langue, les mêmes mots mènent à la même page, et une page a un seul nom",
        bad: Example::Text(
            "en",
            "<p><a href=\"https://example.ca/en/a\">Writing guide</a>, <a href=\"https://example.ca/en/b\">writing guide</a></p>",
        ),
        good: Example::Text(
            "en",
            "<p><a href=\"https://example.ca/en/a\">Writing guide</a>, <a href=\"https://example.ca/en/b\">word list</a></p>",
        ),
        judge: same_words,
        ..rule("LNK-02", Severity::Warning, "2.3")
    },
    Rule {
        en: "An English text links to English pages, a French text to French pages",
        fr: "Un texte anglais renvoie à des pages anglaises, un texte français à des pages françaises",
        bad: Example::Text(
            "fr",
            "<p>Consultez le <a href=\"https://www.canada.ca/en/guide.html\">guide de rédaction</a>.</p>",
        ),
        good: Example::Text(
            "fr",
            "<p>Consultez le <a href=\"https://www.canada.ca/fr/guide.html\">guide de rédaction</a>.</p>",
        ),
        judge: own_language,
        ..rule("LNK-03", Severity::Error, "2.3")
    },
    Rule {
        en: "A link to a page in one language says so: (French only), (en anglais seulement)",
        fr: "Un lien vers une page dans une seule langue le dit : (en anglais seulement), (French only)",
        bad: Example::Text("fr", "<p>Lisez <a href=\"https://example.ca/en/study\" hreflang=\"en\">The study</a>.</p>"),
        good: Example::Text(
            "fr",
            "<p>Lisez <a href=\"https://example.ca/en/study\" hreflang=\"en\">The study (en anglais seulement)</a>.</p>",
        ),
        judge: one_language,
        ..rule("LNK-04", Severity::Error, "1.1")
    },
    Rule {
        en: "A link that works only on the Government of Canada network says so",
        fr: "Un lien accessible uniquement sur le réseau du gouvernement du Canada le dit",
        bad: Example::Text("en", "<p>Join us on <a href=\"https://gcxgce.sharepoint.com/x\">GCXchange</a>.</p>"),
        good: Example::Text(
            "en",
            "<p>Join us on <a href=\"https://gcxgce.sharepoint.com/x\">GCXchange (accessible only on the Government of Canada network)</a>.</p>",
        ),
        judge: network_only,
        ..rule("LNK-05", Severity::Error, "2.3")
    },
    Rule {
        en: "A link to a file says its type and size: (PDF, 4.35 MB); a link to a video its length",
        fr: "Un lien vers un fichier en dit le type et la taille : (PDF, 4,35 Mo); un lien vers une vidéo, sa durée",
        bad: Example::Text("en", "<p>Download the <a href=\"https://example.ca/en/report.pdf\">annual report</a>.</p>"),
        good: Example::Text(
            "en",
            "<p>Download the <a href=\"https://example.ca/en/report.pdf\">annual report (PDF, 4.35 MB)</a>.</p>",
        ),
        judge: linked_files::judge,
        ..rule("LNK-06", Severity::Warning, "2.3")
    },
    Rule {
        en: "A link is https and its page answers: not 404 or 410, no page that says “not found”, no chain of redirects",
        fr: "Un lien est en https et sa page répond : ni 404 ni 410, ni page qui se dit introuvable, ni chaîne de redirections",
        bad: Example::Text("en", "<p>See <a href=\"http://example.ca/en/guide\">the writing guide</a>.</p>"),
        good: Example::Text("en", "<p>See <a href=\"https://example.ca/en/guide\">the writing guide</a>.</p>"),
        judge: targets::answers,
        ..rule("LNK-07", Severity::Error, "2.3, 6.1")
    },
    Rule {
        en: "Links lead straight to a page: no wrappers, shorteners, bare numbers, passwords or tracking",
        fr: "Les liens mènent droit à une page : ni enveloppe, ni raccourci, ni adresse numérique, ni mot de passe, ni pistage",
        bad: Example::Text("en", "<p>See <a href=\"https://bit.ly/abc\">the new template</a>.</p>"),
        good: Example::Text("en", "<p>See <a href=\"https://example.ca/en/template\">the new template</a>.</p>"),
        judge: straight,
        ..rule("LNK-08", Severity::Error, "8")
    },
    Rule {
        en: "The link of an e-mail address shows that address, in lower case",
        fr: "Le lien d'une adresse de courriel montre cette adresse, en minuscules",
        bad: Example::Text("en", "<p>Write to <a href=\"mailto:info@example.ca\">Info@Example.ca</a>.</p>"),
        good: Example::Text("en", "<p>Write to <a href=\"mailto:info@example.ca\">info@example.ca</a>.</p>"),
        judge: mail_links,
        ..rule("LNK-09", Severity::Warning, "2.3")
    },
    Rule {
        en: "No punctuation is caught inside a link",
        fr: "Aucune ponctuation n'est prise dans un lien",
        bad: Example::Text("en", "<p>See <a href=\"https://example.ca/en/guide.\">the writing guide</a></p>"),
        good: Example::Text("en", "<p>See <a href=\"https://example.ca/en/guide\">the writing guide</a>.</p>"),
        judge: swallowed,
        ..rule("LNK-10", Severity::Warning, "3.2")
    },
];

/// Every link that readers get, with where it stands; slots and jumps within the mail are not pages.
pub(crate) fn each(proof: &Proof<'_>, mut see: impl FnMut(&Reading<'_>, &Link)) {
    for reading in proof.link_readings() {
        for link in &reading.block.links {
            if !link.href.starts_with('#') && !link.href.contains("slot.invalid") {
                see(&reading, link);
            }
        }
    }
}

pub(crate) fn hit_link(reading: &Reading<'_>, link: &Link, message: Words, hint: Words) -> Hit {
    let mut found = reading.hit_address(link.range.clone(), &link.href, message, hint);
    if found.excerpt.is_empty() {
        found.excerpt = crate::check::text::scan::shorten(&link.href);
    }
    found
}

fn same_words(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let mut seen: BTreeMap<(Lang, String), String> = BTreeMap::new();
    let mut names: BTreeMap<(Lang, String), String> = BTreeMap::new();
    each(proof, |reading, link| {
        let text = link.text.to_lowercase();
        if text.chars().count() < 4 {
            return;
        }
        let href = link.href.trim_end_matches('/').to_lowercase();
        let other = seen.entry((reading.lang.clone(), text)).or_insert_with(|| href.clone());
        if *other != href {
            let text = &link.text;
            hits.push(hit_link(
                reading,
                link,
                words!("`{text}` leads to two pages", "`{text}` mène à deux pages"),
                words!("name each page by its own words", "nommez chaque page par ses propres mots"),
            ));
        }
        // A title and a sentence may well name one page each in its way.
        let name = link.text.to_lowercase();
        let is_mail = href.starts_with("mailto:");
        let known = names.entry((reading.lang.clone(), href)).or_insert_with(|| name.clone());
        if *known != name && !is_mail {
            let text = &link.text;
            let hit = hit_link(
                reading,
                link,
                words!("`{text}` leads where `{known}` does", "`{text}` mène là où mène `{known}`"),
                words!("one name for one page is easier to follow", "un seul nom par page est plus facile à suivre"),
            );
            hits.push(hit.weighing(Severity::Info));
        }
    });
}

/// The language that an address says its page is in.
pub(crate) fn language_of(href: &str) -> Option<Which> {
    let url = Url::parse(href).ok()?;
    let path = url.path().to_lowercase();
    let last = path.rsplit('/').next().unwrap_or("");
    let host = url.host_str().unwrap_or("");
    let field = |names: &[&str], values: &[&str]| {
        url.query_pairs().any(|(name, value)| {
            names.contains(&name.to_lowercase().as_str()) && values.contains(&value.to_lowercase().as_str())
        })
    };
    let has = |part: &str| {
        path.contains(&format!("/{part}/"))
            || path.ends_with(&format!("/{part}"))
            || last.starts_with(&format!("{part}."))
    };
    let names = ["lang", "language", "langue", "hl", "locale", "lng", "l"];
    let label = host.split('.').next().unwrap_or("");
    let english = has("en")
        || has("eng")
        || has("en-ca")
        || has("english")
        || has("anglais")
        || matches!(label, "en" | "english")
        || last.contains("-e.htm")
        || last.ends_with("_e")
        || last.ends_with("-en")
        || last.contains("-eng.")
        || last.ends_with("-eng")
        || last.contains("_e.")
        || last.contains("-en.")
        || field(&names, &["en", "eng", "en-ca", "en_ca", "e", "english", "anglais"]);
    let french = has("fr")
        || has("fra")
        || has("fr-ca")
        || has("french")
        || has("francais")
        || matches!(label, "fr" | "francais" | "french")
        || last.contains("-f.htm")
        || last.ends_with("_f")
        || last.ends_with("-fr")
        || last.contains("-fra.")
        || last.ends_with("-fra")
        || last.contains("_f.")
        || last.contains("-fr.")
        || field(&names, &["fr", "fra", "fr-ca", "fr_ca", "f", "french", "francais"]);
    let english = english || matches!(host, "blog.canada.ca" | "digital.canada.ca" | "design.canada.ca");
    let french = french || matches!(host, "blogue.canada.ca" | "numerique.canada.ca" | "conception.canada.ca");
    match (english, french) {
        (true, false) => Some(Which::English),
        (false, true) => Some(Which::French),
        _ => None,
    }
}

/// Whether a link says, in the reader's language, that its page is in one language only.
pub(crate) fn says_one_language(text: &str, reader: &Lang) -> bool {
    let text = text.to_lowercase().replace('\u{a0}', " ");
    let notices: &[&str] = if reader.is_french() {
        &[
            "en anglais seulement)",
            "(anglais seulement)",
            "en français seulement)",
            "(en anglais)",
            "en anglais uniquement)",
        ]
    } else {
        &[
            "(french only)",
            "(english only)",
            "in french only)",
            "in english only)",
            "available in french)",
            "(in french)",
        ]
    };
    notices.iter().any(|notice| text.contains(notice))
}

/// Whether a link is the switch to the other language: its words are that language's name.
fn is_switch(proof: &Proof<'_>, link: &Link) -> bool {
    // The switch of the frame is marked with the language it leads to, and is a slot; see `each`.
    proof.newsletter.language.values().any(|entry| link.text.contains(&entry.label))
}

fn other_language(proof: &Proof<'_>, reading: &Reading<'_>, link: &Link) -> Option<Which> {
    let own = Which::of(reading.lang)?;
    let is_only = reading.story.is_some_and(|story| story.only.is_some());
    if is_only || is_switch(proof, link) {
        return None;
    }
    language_of(&link.href).filter(|which| *which != own)
}

/// So far behind a link a notice still belongs to it.
const NOTICE_CHARS: usize = 40;

fn own_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        if other_language(proof, reading, link).is_some()
            && !says_one_language(&link.text, reading.lang)
            && link.lang.is_none()
        {
            let lang = reading.lang;
            let href = crate::check::text::scan::shorten(&link.href);
            // Said right after the link it is said, if not where a list of links shows it.
            let after: String = reading.text().get(link.range.end..).unwrap_or("").chars().take(NOTICE_CHARS).collect();
            let is_said = says_one_language(&after, reading.lang);
            let hit = hit_link(
                reading,
                link,
                words!(
                    "a text in `{lang}` links to a page in the other language: {href}",
                    "un texte en `{lang}` renvoie à une page dans l'autre langue : {href}"
                ),
                words!(
                    "link to the page in `{lang}`; if there is none, add “(French only)” or « (en anglais seulement) » to the link",
                    "faites un lien vers la page en `{lang}`; s'il n'y en a pas, ajoutez « (en anglais seulement) » ou “(French only)” au lien"
                ),
            );
            hits.push(if is_said { hit.weighing(Severity::Info) } else { hit });
        }
    });
}

/// Small words of the other language that tell the title of a page from a name.
const SMALL_WORDS_OF_TITLE_MIN: usize = 3;
/// The same by points of spelling.
const TITLE_POINTS_MIN: usize = 4;

/// Whether a link is the title of a page in the other language, in a text of the reader's: neither its words, its code
/// nor its address say so.
fn is_foreign_title(reading: &Reading<'_>, link: &Link) -> bool {
    let is_within = link.range.len() < reading.text().len();
    // The notice belongs into the link; behind it, before the sentence ends, a reader finds it too.
    let after = reading.text()[link.range.end..].split_inclusive(['.', '!', '?', '\n', ')']).next().unwrap_or_default();
    let is_told = says_one_language(&link.text, reading.lang)
        || says_one_language(after, reading.lang)
        || reading.is_marked(&link.range);
    is_within
        && !is_told
        && link.href.starts_with("http")
        && language_of(&link.href).is_none()
        && (language::strange_short(&link.text, reading.lang, SMALL_WORDS_OF_TITLE_MIN).is_some()
            || language::strange_line(&link.text, reading.lang, TITLE_POINTS_MIN).is_some())
}

fn one_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        if let Some(language) = targets::strange_page(proof, reading, link) {
            let href = crate::check::text::scan::shorten(&link.href);
            hits.push(hit_link(
                reading,
                link,
                words!("the page is in `{language}`, and the link does not say so: {href}", "la page est en `{language}`, et le lien ne le dit pas : {href}"),
                words!(
                    "link to the page in the reader's language, or add “(French only)” or « (en anglais seulement) »",
                    "faites un lien vers la page dans la langue du texte, ou ajoutez « (en anglais seulement) » ou “(French only)”"
                ),
            ));
        }
        if link.lang.is_none() && is_foreign_title(reading, link) {
            let hit = hit_link(
                reading,
                link,
                words!(
                    "the words of the link are not in the language of the text: so may be its page",
                    "les mots du lien ne sont pas dans la langue du texte : sa page non plus, peut-être"
                ),
                words!(
                    "if the page is in one language, add “(French only)” or « (en anglais seulement) » inside the link",
                    "si la page est dans une seule langue, ajoutez « (en anglais seulement) » ou “(French only)” dans le lien"
                ),
            );
            hits.push(hit.weighing(Severity::Warning));
        }
        let Some(marked) = &link.lang else { return };
        let is_other = !marked.to_lowercase().starts_with(reading.lang.as_str());
        if is_other && !is_switch(proof, link) && !says_one_language(&link.text, reading.lang) {
            hits.push(hit_link(
                reading,
                link,
                words!(
                    "the link leads to a page in another language, and does not say so",
                    "le lien mène à une page dans une autre langue, et ne le dit pas"
                ),
                words!(
                    "add “(French only)” or « (en anglais seulement) » inside the link",
                    "ajoutez « (en anglais seulement) » ou “(French only)” dans le lien"
                ),
            ));
        }
    });
}

/// Hosts that answer on the Government of Canada network alone.
const NETWORK_ONLY: &[&str] =
    &["gcxgce.sharepoint.com", "gcpedia.gc.ca", "gcconnex.gc.ca", "gcintranet.tpsgc-pwgsc.gc.ca"];

pub(crate) fn is_network_only(proof: &Proof<'_>, href: &str) -> bool {
    is_internal(href, &proof.newsletter.check.network_only)
}

fn is_internal(href: &str, more: &[String]) -> bool {
    let Ok(url) = Url::parse(href) else { return false };
    let host = url.host_str().unwrap_or("").to_lowercase();
    let known = NETWORK_ONLY.iter().copied().chain(more.iter().map(String::as_str));
    let is_listed = known.into_iter().any(|it| host == *it || host.ends_with(&format!(".{it}")));
    let labels: Vec<&str> = host.split('.').collect();
    is_listed
        || host.starts_with("intranet.")
        || labels.contains(&"prv")
        || labels.contains(&"intranet")
        || labels
            .first()
            .is_some_and(|label| matches!(*label, "intra" | "gcdocs" | "gcpedia" | "gcconnex" | "gcintranet"))
        || host.ends_with(".sharepoint.com")
}

fn network_only(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let notice = if reading.lang.is_french() {
            "accessible uniquement sur le réseau du gouvernement du Canada"
        } else {
            "accessible only on the Government of Canada network"
        };
        let said = reading.text().replace('\u{a0}', " ").to_lowercase();
        if is_network_only(proof, &link.href) && !said.contains(&notice.to_lowercase()) {
            hits.push(hit_link(
                reading,
                link,
                words!(
                    "the page opens on the Government of Canada network only",
                    "la page ne s'ouvre que sur le réseau du gouvernement du Canada"
                ),
                words!("add ({notice})", "ajoutez ({notice})"),
            ));
        }
    });
}

/// Addresses that hide where they lead.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "buff.ly",
    "is.gd",
    "rebrand.ly",
    "lnkd.in",
    "aka.ms",
    "cutt.ly",
    "t.ly",
    "shorturl.at",
    "bitly.com",
    "tiny.cc",
    "rb.gy",
    "v.gd",
    "s.id",
    "fb.me",
    "wp.me",
    "dlvr.it",
    "trib.al",
    "amzn.to",
    "short.io",
    "soo.gd",
    "bl.ink",
    "qr.ae",
    "adf.ly",
    "db.tt",
    "msft.it",
    "1drv.ms",
];

/// Why an address does not lead straight to a page.
pub(crate) fn crooked(href: &str) -> Option<(Words, Severity)> {
    let error = |words| Some((words, Severity::Error));
    let Ok(url) = Url::parse(href) else {
        return error(words!("it is not a whole address", "ce n'est pas une adresse complète"));
    };
    if matches!(url.scheme(), "mailto" | "tel") {
        return None;
    }
    if !matches!(url.scheme(), "http" | "https") {
        return error(words!("it is neither https nor mailto", "ce n'est ni https ni mailto"));
    }
    let host = url.host_str().unwrap_or("").trim_start_matches("www.").to_lowercase();
    if !url.username().is_empty() || url.password().is_some() {
        return error(words!("it holds a name or a password", "elle contient un nom ou un mot de passe"));
    }
    if matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) {
        return error(words!("it is a bare number", "c'est une adresse numérique"));
    }
    if SHORTENERS.contains(&host.as_str()) {
        return error(words!("a shortener hides the page", "un raccourci cache la page"));
    }
    if crate::check::sender::tracking::is_tracking(href) {
        return error(words!("it counts or names readers", "elle compte ou nomme les lecteurs"));
    }
    let is_campaign = |name: &str| {
        name.starts_with("utm_")
            || matches!(
                name,
                "fbclid"
                    | "gclid"
                    | "igshid"
                    | "dclid"
                    | "msclkid"
                    | "mc_cid"
                    | "yclid"
                    | "twclid"
                    | "_ga"
                    | "pk_campaign"
                    | "wt.mc_id"
                    | "cmpid"
            )
    };
    if url.query_pairs().any(|(name, _)| is_campaign(&name.to_lowercase())) {
        return Some((
            words!("it carries tracking fields", "elle contient des paramètres de pistage"),
            Severity::Warning,
        ));
    }
    None // Whether it is http is LNK-07's.
}

fn straight(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::links(proof, hits);
    each(proof, |reading, link| {
        if let Some((Words { en, fr }, severity)) = crooked(&link.href) {
            let href = crate::check::text::scan::shorten(&link.href);
            let hit = hit_link(
                reading,
                link,
                words!("{href}: {en}", "{href} : {fr}"),
                words!("link to the page itself by https", "faites un lien https vers la page elle-même"),
            );
            hits.push(hit.weighing(severity));
        }
    });
}

fn mail_links(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        // With a subject it is a button to do something, not an address to copy.
        let Some(address) = link.href.strip_prefix("mailto:").filter(|address| !address.contains('?')) else { return };
        // A full stop that was taken into the link is LNK-10's.
        let shown = link.text.trim_end_matches(['.', ',', ';', ':', '!']);
        if shown == address.trim_end_matches('.') && shown == shown.to_lowercase() {
            return;
        }
        // Words that say what to do hide the address from who would copy or print it, unless it stands beside them.
        let is_address = link.text.contains('@');
        let is_beside = reading.text().contains(address) && address == address.to_lowercase();
        let severity = if is_address || !is_beside { Severity::Warning } else { Severity::Info };
        let hit = hit_link(
            reading,
            link,
            words!(
                "the link does not show the address it writes to, in lower case",
                "le lien ne montre pas, en minuscules, l'adresse à laquelle il écrit"
            ),
            words!(
                "write the address in lower case, the same in text and link",
                "écrivez l'adresse en minuscules, la même dans le texte et le lien"
            ),
        );
        hits.push(hit.weighing(severity));
    });
}

/// Whether the last word is a short form that has its full stop: `Acme Inc.`, `U.S.`.
fn is_abbreviated(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or("");
    (last.trim_end_matches('.').contains('.') && !last.contains(['@', '/']) && !last.starts_with("www."))
        || matches!(last, "Inc." | "Ltd." | "etc." | "Co." | "Jr." | "St." | "ltée.")
}

fn swallowed(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::jumps(proof, hits);
    each(proof, |reading, link| {
        let is_title = link.range == (0..reading.text().len());
        let opened = |open: char, close: char| {
            let n = |c: char| link.text.matches(c).count();
            n(open) != n(close) && (link.text.ends_with(close) || link.text.starts_with(open))
        };
        let is_caught = link.text.ends_with(['.', ',', ';', ':', '!'])
            && !link.text.ends_with("...")
            && !is_abbreviated(&link.text);
        let in_text = !is_title && (is_caught || opened('(', ')') || opened('«', '»') || opened('“', '”'));
        let in_href = link.href.ends_with(['.', ',', ';', '»', '”', '!', '\'', '"'])
            || link.href.ends_with("%20")
            || (link.href.ends_with(')') && !link.href.contains('('));
        if in_text || in_href {
            hits.push(hit_link(
                reading,
                link,
                words!("a punctuation mark stands inside the link", "un signe de ponctuation est pris dans le lien"),
                words!("end the link before it", "terminez le lien avant lui"),
            ));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_its_language() {
        for (href, expected) in [
            ("https://www.canada.ca/en/news/a.html", Some(Which::English)),
            ("https://www.canada.ca/fr/nouvelles/a.html", Some(Which::French)),
            ("https://www150.statcan.gc.ca/n1/daily-quotidien/1-fra.htm", Some(Which::French)),
            ("https://example.ca/page?lang=eng", Some(Which::English)),
            ("https://example.ca/enfants/fromage", None),
            ("https://ccco-occ.ca/news/", None),
            ("mailto:info@example.ca", None),
        ] {
            assert_eq!(language_of(href), expected, "{href}");
        }
    }

    #[test]
    fn hosts_of_the_federal_network_are_known() {
        for (href, expected) in [
            ("https://gcxgce.sharepoint.com/teams/x", true),
            ("https://intranet.example.gc.ca/x", true),
            ("https://x.prv/y", true),
            ("https://www.canada.ca/en/x", false),
        ] {
            assert_eq!(is_internal(href, &[]), expected, "{href}");
        }
    }
}
