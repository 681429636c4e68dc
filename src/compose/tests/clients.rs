//! Whether mail programs support what the editions use: each element, attribute and style, against the data of
//! caniemail.com.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Selector};
use serde_json::Value;

use super::*;

/// What some version of Outlook, Gmail or Apple Mail does not support although we use it, and what it shows instead.
/// docs/templates.md has the same table for people.
const FALLBACKS: &[(&str, &str)] = &[
    ("css-at-media", "the wide layout, and the light colours"),
    ("css-at-media-prefers-color-scheme", "the program's own dark colours, made from ours"),
    ("css-border-radius", "square corners"),
    ("css-box-sizing", "the same layout: only a phone's widths use it"),
    ("css-color-scheme", "the program's own choice of scheme"),
    ("css-display-none", "the preheader is small, clear and cut off besides"),
    ("css-max-height", "the preheader is hidden by other means besides"),
    ("css-max-width", "the width in an attribute, and in a table for Outlook"),
    ("css-opacity", "the preheader is hidden by other means besides"),
    ("css-outline", "nothing is missing: there is none to remove"),
    ("css-overflow", "the preheader is hidden by other means besides"),
    ("css-overflow-wrap", "a long word is wider than its column"),
    ("css-selector-child", "the wide padding"),
    ("css-selector-class", "inline styles"),
    ("css-word-break", "a long word is wider than its column"),
    ("css-word-wrap", "a long word is wider than its column"),
    ("html-anchor-links", "the reader scrolls: the words before the link say what follows"),
    ("html-aria-label", "the title of the message"),
    ("html-role", "the structure is read without names"),
    ("html-style", "inline styles, in the light scheme"),
];

/// Styles that the data does not know by a name of their own.
const UNLISTED: &[&str] = &[
    "color",
    "font-family",
    "word-spacing",
    "border",
    "outline",
    "supported-color-schemes",
    "border-color",
    "hyphens",
];

fn data() -> Option<Vec<Value>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora/caniemail/caniemail.json");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: {file} is not here");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// Versions of mail programs in which a feature is not supported.
fn without(feature: &Value) -> Vec<String> {
    let mut without = Vec::new();
    for client in ["outlook", "gmail", "apple-mail"] {
        for (platform, versions) in feature["stats"][client].as_object().into_iter().flatten() {
            let versions: BTreeMap<&String, &Value> = versions.as_object().into_iter().flatten().collect();
            let newest = versions.keys().next_back().copied();
            for (version, support) in &versions {
                // Word has drawn mails since 2007; the office has 2016 and later. Elsewhere only the newest is in use.
                let counts = Some(*version) == newest || (platform == "windows" && version.as_str() >= "2016");
                if counts && support.as_str().is_some_and(|support| support.starts_with('n')) {
                    without.push(format!("{client} {platform} {version}"));
                }
            }
        }
    }
    without
}

fn slug_of_property(name: &str, value: &str, known: &BTreeSet<String>) -> Option<String> {
    if name == "display" && value.starts_with("none") {
        return Some("css-display-none".to_owned());
    }
    let mut part = name;
    loop {
        let slug = format!("css-{part}");
        if known.contains(&slug) {
            return Some(slug);
        }
        part = part.rsplit_once('-')?.0;
    }
}

fn slug_of_element(name: &str) -> Option<&str> {
    Some(match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "html-h1-h6",
        "ul" | "ol" | "li" => "html-lists",
        "table" | "tbody" | "thead" | "tr" | "td" | "th" => "html-table",
        "em" | "strong" => "html-strong",
        "p" => "html-p",
        "div" => "html-div",
        "img" => "image-png",
        "blockquote" => "html-blockquote",
        "style" => "html-style",
        "span" => "html-span",
        _ => return None,
    })
}

/// Everything that the editions use, by its name in the data; and the styles that have none.
fn used(known: &BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut used, mut unlisted) = (BTreeSet::new(), BTreeSet::new());
    let mut property = |name: &str, value: &str| {
        let name = name.trim();
        if name.starts_with("mso-") || name.starts_with('-') || name.is_empty() {
            return;
        }
        match slug_of_property(name, value.trim(), known) {
            Some(slug) => used.insert(slug),
            None => unlisted.insert(name.to_owned()),
        };
    };
    let mut others = BTreeSet::new();
    for edition in every_kind() {
        let page = Html::parse_document(&edition.html);
        for element in page.select(&Selector::parse("body *, style").unwrap()) {
            let element_value = element.value();
            others.extend(slug_of_element(element_value.name()).map(str::to_owned));
            for (name, value) in element_value.attrs() {
                let slug = format!("html-{name}");
                if known.contains(&slug) && name != "style" {
                    others.insert(slug);
                }
                if name == "href" && value.starts_with('#') {
                    others.insert("html-anchor-links".to_owned());
                }
                if name == "href" && value.starts_with("mailto:") {
                    others.insert("html-mailto-links".to_owned());
                }
                if name == "style" {
                    value
                        .split(';')
                        .filter_map(|one| one.split_once(':'))
                        .for_each(|(name, value)| property(name, value));
                }
            }
            if element_value.name() == "style" {
                let css: String = element.text().collect();
                for (at, slug) in [
                    ("@media", "css-at-media"),
                    ("prefers-color-scheme", "css-at-media-prefers-color-scheme"),
                    ("@import", "css-at-import"),
                    ("@font-face", "css-at-font-face"),
                    (" > ", "css-selector-child"),
                    (":root", "css-pseudo-class-root"),
                    (".card", "css-selector-class"),
                    ("!important", "css-important"),
                ] {
                    if css.contains(at) && known.contains(slug) {
                        others.insert(slug.to_owned());
                    }
                }
                for block in css.split('{').skip(1).filter_map(|block| block.split('}').next()) {
                    block
                        .split(';')
                        .filter_map(|one| one.split_once(':'))
                        .for_each(|(name, value)| property(name, value));
                }
            }
        }
    }
    used.extend(others);
    (used, unlisted)
}

/// Editions with a story of every kind, a picture, a table and a quotation.
fn every_kind() -> Vec<Edition> {
    let composed = run_with(|issue, newsletter| {
        newsletter.archive.url = Some("https://news.example.ca/".to_owned());
        let event = issue.sections[0].stories[1].clone();
        for kind in [Kind::Job, Kind::Award, Kind::Person, Kind::Resource, Kind::Call, Kind::News] {
            let mut story = story(&format!("file-{kind:?}").to_lowercase(), "A title", "Un titre");
            story.kind = kind;
            story.deadline = Some("2027-01-15".parse().unwrap());
            story.author = texts("Somebody", "Quelqu'un");
            story.contact = texts("info@example.ca", "info@example.ca");
            for text in story.texts.values_mut() {
                text.url = Some("https://www.example.ca/page".to_owned());
                text.body = "<h3>x</h3><blockquote><p>a</p></blockquote><ul><li>b</li></ul><table><thead><tr><th>c</th></tr></thead><tbody><tr><td>d</td></tr></tbody></table><p><em>e</em></p>".to_owned();
            }
            issue.sections[0].stories.push(story);
        }
        issue.sections[0].stories.push(event);
    });
    composed.editions
}

#[test]
fn what_the_editions_use_is_supported_or_has_a_fallback() {
    let Some(data) = data() else { return };
    let features: BTreeMap<String, &Value> =
        data.iter().filter_map(|feature| Some((feature["slug"].as_str()?.to_owned(), feature))).collect();
    let known: BTreeSet<String> = features.keys().cloned().collect();
    let (used, unlisted) = used(&known);
    let unlisted: Vec<&String> = unlisted.iter().filter(|name| !UNLISTED.contains(&name.as_str())).collect();
    assert!(unlisted.is_empty(), "styles that the data does not know: {unlisted:?}");
    let mut without_fallback = Vec::new();
    for slug in &used {
        let without = without(features[slug]);
        if !without.is_empty() && !FALLBACKS.iter().any(|(known, _)| known == slug) {
            without_fallback.push(format!("{slug}: {}", without.join(", ")));
        }
    }
    assert!(without_fallback.is_empty(), "used without a fallback:\n{}", without_fallback.join("\n"));
    for (slug, _) in FALLBACKS {
        assert!(used.contains(*slug) && !without(features[*slug]).is_empty(), "{slug} needs no fallback any more");
    }
    // Positive control: the reading of the data finds what is known not to work.
    assert!(!without(features["css-border-radius"]).is_empty() && !without(features["css-display-flex"]).is_empty());
}

#[test]
fn the_table_of_fallbacks_is_in_the_documents() {
    let document = include_str!("../../../docs/templates.md");
    for (slug, fallback) in FALLBACKS {
        assert!(document.contains(&format!("| `{slug}` | {fallback} |")), "| `{slug}` | {fallback} |");
    }
}
