//! LNK: links say where they lead, and lead there in the reader's language (FEDERAL 2.3 and 8). Judged without the
//! network: whether an address answers is for `check --links`.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::catalogue::{Example, Group, Rule, row};
use super::dom::Link;
use super::language::Which;
use super::proof::{Hit, Proof, Reading};
use super::sender;
use crate::model::{Lang, Severity, Words};

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    row(Group::Links, id, severity, source)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        en: "A link says where it leads: not “click here”, not “read more”",
        fr: "Un lien dit où il mène : ni « cliquez ici », ni « en savoir plus »",
        bad: Example::Text("en", "<p>To register, <a href=\"https://example.ca/en/register\">click here</a>.</p>"),
        good: Example::Text("en", "<p><a href=\"https://example.ca/en/register\">Register for the workshop</a>.</p>"),
        judge: vague,
        ..rule("LNK-01", Severity::Error, "2.3, 3.2")
    },
    Rule {
        en: "Within a language the same words lead to the same page",
        fr: "Dans une langue, les mêmes mots mènent à la même page",
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
        en: "A link to a file says its type and size: (PDF, 4.35 MB)",
        fr: "Un lien vers un fichier en dit le type et la taille : (PDF, 4,35 Mo)",
        bad: Example::Text("en", "<p>Download the <a href=\"https://example.ca/en/report.pdf\">annual report</a>.</p>"),
        good: Example::Text(
            "en",
            "<p>Download the <a href=\"https://example.ca/en/report.pdf\">annual report (PDF, 4.35 MB)</a>.</p>",
        ),
        judge: files,
        ..rule("LNK-06", Severity::Warning, "2.3")
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
fn each(proof: &Proof<'_>, mut see: impl FnMut(&Reading<'_>, &Link)) {
    for reading in proof.link_readings() {
        for link in &reading.block.links {
            if !link.href.starts_with('#') && !link.href.contains("slot.invalid") {
                see(&reading, link);
            }
        }
    }
}

fn hit_link(reading: &Reading<'_>, link: &Link, message: Words, hint: Words) -> Hit {
    let mut found = reading.hit(link.range.clone(), message, hint);
    if found.excerpt.is_empty() {
        found.excerpt = super::scan::shorten(&link.href);
    }
    found
}

const VAGUE: &[&str] = &[
    "here",
    "click here",
    "click",
    "read more",
    "learn more",
    "more",
    "this link",
    "link",
    "this page",
    "see more",
    "find out more",
    "continue",
    "continue reading",
    "more information",
    "details",
    "website",
    "view",
    "download",
    "this",
    "register here",
    "see here",
    "read here",
    "cliquez ici",
    "cliquer ici",
    "ici",
    "en savoir plus",
    "lire la suite",
    "pour en savoir plus",
    "plus",
    "ce lien",
    "lien",
    "suite",
    "voir plus",
    "cette page",
    "savoir plus",
    "plus d'information",
    "plus d'informations",
    "détails",
    "consultez",
    "télécharger",
    "lire plus",
    "inscrivez-vous ici",
    "lisez la suite",
    "apprenez-en plus",
    "apprenez-en davantage",
    "en apprendre davantage",
];

fn vague(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let text = link.text.to_lowercase().replace('’', "'");
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        if VAGUE.contains(&text) {
            hits.push(hit_link(
                reading,
                link,
                words!("the link `{text}` does not say where it leads", "le lien `{text}` ne dit pas où il mène"),
                words!(
                    "make the link of the words that name the page",
                    "faites porter le lien sur les mots qui nomment la page"
                ),
            ));
        }
    });
}

fn same_words(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let mut seen: BTreeMap<(Lang, String), String> = BTreeMap::new();
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
    });
}

/// The language that an address says its page is in.
pub(super) fn language_of(href: &str) -> Option<Which> {
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
    let names = ["lang", "language", "langue", "hl", "locale"];
    let english = has("en")
        || has("eng")
        || has("en-ca")
        || last.contains("-eng.")
        || last.ends_with("-eng")
        || last.contains("_e.")
        || last.contains("-en.")
        || field(&names, &["en", "eng", "en-ca", "e"]);
    let french = has("fr")
        || has("fra")
        || has("fr-ca")
        || last.contains("-fra.")
        || last.ends_with("-fra")
        || last.contains("_f.")
        || last.contains("-fr.")
        || field(&names, &["fr", "fra", "fr-ca", "f"]);
    let english = english || matches!(host, "blog.canada.ca" | "digital.canada.ca" | "design.canada.ca");
    let french = french || matches!(host, "blogue.canada.ca" | "numerique.canada.ca" | "conception.canada.ca");
    match (english, french) {
        (true, false) => Some(Which::English),
        (false, true) => Some(Which::French),
        _ => None,
    }
}

fn says_one_language(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "(french only)",
        "(english only)",
        "(en anglais seulement)",
        "(en français seulement)",
        "(in french only)",
        "(in english only)",
        "(anglais seulement)",
        "(disponible en anglais seulement)",
    ]
    .iter()
    .any(|notice| text.contains(notice))
}

/// Whether a link is the switch to the other language: its words are that language's name.
fn is_switch(proof: &Proof<'_>, link: &Link) -> bool {
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

fn own_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        if other_language(proof, reading, link).is_some() && !says_one_language(&link.text) && link.lang.is_none() {
            let lang = reading.lang;
            let href = super::scan::shorten(&link.href);
            hits.push(hit_link(
                reading,
                link,
                words!("a text in `{lang}` links to a page in the other language: {href}", "un texte en `{lang}` renvoie à une page dans l'autre langue : {href}"),
                words!(
                    "link to the page in `{lang}`; if there is none, add “(French only)” or « (en anglais seulement) » to the link",
                    "faites un lien vers la page en `{lang}`; s'il n'y en a pas, ajoutez « (en anglais seulement) » ou “(French only)” au lien"
                ),
            ));
        }
    });
}

fn one_language(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let Some(marked) = &link.lang else { return };
        let is_other = !marked.to_lowercase().starts_with(reading.lang.as_str());
        if is_other && !is_switch(proof, link) && !says_one_language(&link.text) {
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

fn is_network_only(href: &str) -> bool {
    let Ok(url) = Url::parse(href) else { return false };
    let host = url.host_str().unwrap_or("").to_lowercase();
    let is_listed = NETWORK_ONLY.iter().any(|it| host == *it || host.ends_with(&format!(".{it}")));
    let labels: Vec<&str> = host.split('.').collect();
    is_listed
        || host.starts_with("intranet.")
        || labels.contains(&"prv")
        || labels.contains(&"intranet")
        || (host.ends_with(".sharepoint.com") && (labels[0].starts_with("gc") || labels[0].ends_with("gc")))
}

fn network_only(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let notice = if reading.lang.is_french() {
            "accessible uniquement sur le réseau du gouvernement du Canada"
        } else {
            "accessible only on the Government of Canada network"
        };
        let said = reading.text().replace('\u{a0}', " ");
        if is_network_only(&link.href) && !said.contains(notice) {
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

fn files(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    const TYPES: &[&str] =
        &["pdf", "docx", "doc", "xlsx", "xls", "pptx", "ppt", "zip", "odt", "csv", "epub", "mp4", "mp3"];
    each(proof, |reading, link| {
        let Ok(url) = Url::parse(&link.href) else { return };
        let path = url.path().to_lowercase();
        let end = path.rsplit('.').next().unwrap_or("");
        let kind = end.trim_end_matches('x').to_uppercase();
        let said = reading.text().to_uppercase();
        if url.scheme().starts_with("http")
            && TYPES.contains(&end)
            && path.contains('.')
            && !said.contains(&format!("({kind}"))
            && !said.contains(&format!("({}", end.to_uppercase()))
        {
            let kind = end.to_uppercase();
            hits.push(hit_link(
                reading,
                link,
                words!(
                    "the link leads to a {kind} file, and does not say so",
                    "le lien mène à un fichier {kind}, et ne le dit pas"
                ),
                words!("add ({kind}, 4.35 MB) with its size", "ajoutez ({kind}, 4,35 Mo) avec sa taille"),
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
    "youtu.be.short",
];

/// Why an address does not lead straight to a page.
fn crooked(href: &str) -> Option<(Words, Severity)> {
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
    if sender::is_tracking(href) {
        return error(words!("it counts or names readers", "elle compte ou nomme les lecteurs"));
    }
    let is_campaign = |name: &str| name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "igshid");
    if url.query_pairs().any(|(name, _)| is_campaign(&name.to_lowercase())) {
        return Some((
            words!("it carries tracking fields", "elle contient des paramètres de pistage"),
            Severity::Warning,
        ));
    }
    (url.scheme() == "http").then(|| (words!("it is http, not https", "c'est http, et non https"), Severity::Warning))
}

fn straight(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        if let Some((Words { en, fr }, severity)) = crooked(&link.href) {
            let href = super::scan::shorten(&link.href);
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
        if !link.text.contains('@') || link.text == address.to_lowercase() {
            return;
        }
        hits.push(hit_link(
            reading,
            link,
            words!(
                "the link shows another address than it writes to, or capitals",
                "le lien montre une autre adresse que celle du lien, ou des majuscules"
            ),
            words!(
                "write the address in lower case, the same in text and link",
                "écrivez l'adresse en minuscules, la même dans le texte et le lien"
            ),
        ));
    });
}

fn swallowed(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let is_title = link.range == (0..reading.text().len());
        let in_text = !is_title && link.text.ends_with(['.', ',', ';', ':']) && !link.text.ends_with("...");
        let in_href =
            link.href.ends_with(['.', ',', ';', '»', '”']) || (link.href.ends_with(')') && !link.href.contains('('));
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
            assert_eq!(is_network_only(href), expected, "{href}");
        }
    }
}
