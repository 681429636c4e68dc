//! Where the MJML engine gives other HTML than MJML itself does. What our frame uses must be the same; what else differs
//! is known by name, so that an upgrade of the engine that changes anything is seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mrml::prelude::render::RenderOptions;
use regex::{Captures, Regex};
use scraper::{ElementRef, Html, Node};

/// The four ways in which the engine's HTML differs from that of MJML. docs/templates.md has them for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// MJML writes `alt=""` where a picture has no text; the engine writes nothing.
    EmptyAlt,
    /// The engine writes `vertical-align` as an attribute of cells around buttons and spacers, where it does nothing.
    VerticalAlign,
    /// The widths of columns stand in another order in the style sheet.
    OrderOfWidths,
    /// MJML leaves an empty style sheet.
    EmptyStyle,
}

const ALL: [Difference; 4] =
    [Difference::EmptyAlt, Difference::VerticalAlign, Difference::OrderOfWidths, Difference::EmptyStyle];

fn cases() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpora/mrml-compare/packages/mrml-core/resources/compare/success");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not here", folder.display());
        return None;
    };
    let mut cases: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    cases.retain(|path| path.extension().is_some_and(|end| end == "mjml"));
    cases.sort();
    Some(cases)
}

/// HTML without what says nothing: white space, the order of attributes and of declarations, and some differences.
fn plain(html: &str, without: &[Difference]) -> String {
    fn walk(node: ElementRef<'_>, without: &[Difference], out: &mut String) {
        for child in node.children() {
            match child.value() {
                Node::Text(text) => out.push_str(&squeezed(text)),
                Node::Comment(comment) => {
                    let _ = write!(out, "<!--{}-->", conditional(comment)); // Writing to a String does not fail.
                }
                _ => {}
            }
            let Some(element) = ElementRef::wrap(child) else { continue };
            let name = element.value().name();
            let text: String = if name == "style" { element.text().map(squeezed).collect() } else { String::new() };
            if name == "style" && text.is_empty() && without.contains(&Difference::EmptyStyle) {
                continue;
            }
            let is_same = |(key, value): &(&str, String)| {
                !(*key == "alt" && value.is_empty() && without.contains(&Difference::EmptyAlt)
                    || *key == "vertical-align" && without.contains(&Difference::VerticalAlign))
            };
            let attributes = element.value().attrs().map(|(name, value)| (name, attribute(name, value)));
            let attributes: BTreeMap<&str, String> = attributes.filter(is_same).collect();
            let _ = write!(out, "\n<{name} {attributes:?}>");
            if name == "style" && without.contains(&Difference::OrderOfWidths) {
                let mut rules: Vec<&str> = text.split(['{', '}', ';']).collect();
                rules.sort_unstable();
                out.push_str(&rules.join(";"));
            } else {
                walk(element, without, out);
            }
        }
    }
    // Two comments for Outlook with nothing between them are one.
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<!\[endif\]-->\s*<!--\[if mso \| IE\]>").unwrap());
    let mut out = String::new();
    walk(Html::parse_document(&BETWEEN.replace_all(html, "")).root_element(), without, &mut out);
    out
}

/// What only Outlook reads: its tags with their attributes in order, without empty ones.
fn conditional(comment: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([a-z:]+)\b([^>]*)>").unwrap());
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"([a-z:-]+)="([^"]*)""#).unwrap());
    let tag = |found: &Captures<'_>| {
        let mut all: Vec<String> = ATTRIBUTE
            .captures_iter(&found[2])
            .filter(|found| !found[2].is_empty())
            .map(|found| format!("{}={}", &found[1], attribute(&found[1], &found[2])))
            .collect();
        all.sort();
        format!("<{} {}>", &found[1], all.join(" "))
    };
    squeezed(&TAG.replace_all(comment, tag))
}

fn attribute(name: &str, value: &str) -> String {
    if name == "style" {
        let mut all: Vec<String> = value.split(';').map(squeezed).filter(|one| !one.is_empty()).collect();
        all.sort();
        return all.join(";");
    }
    let mut words: Vec<&str> = value.split_whitespace().collect();
    if name == "class" {
        words.sort_unstable();
    }
    words.join(" ")
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn the_engine_differs_from_mjml_in_four_known_ways_only() {
    let Some(cases) = cases() else { return };
    let mut different = Vec::new();
    let mut needed = [0; ALL.len()];
    for case in &cases {
        let Ok(expected) = std::fs::read_to_string(case.with_extension("html")) else { continue };
        let mjml = std::fs::read_to_string(case).unwrap();
        let got = mrml::parse(&mjml).ok().and_then(|parsed| parsed.element.render(&RenderOptions::default()).ok());
        let is_same =
            |without: &[Difference]| got.as_deref().map(|got| plain(got, without)) == Some(plain(&expected, without));
        if is_same(&[]) {
            continue;
        }
        if !is_same(&ALL) {
            different.push(case.file_stem().unwrap().to_owned());
        }
        for (n, difference) in ALL.into_iter().enumerate() {
            let others: Vec<Difference> = ALL.into_iter().filter(|other| *other != difference).collect();
            needed[n] += usize::from(!is_same(&others));
        }
    }
    assert!(different.is_empty(), "differs from MJML, of {}: {different:?}", cases.len());
    assert!(needed.iter().all(|n| *n > 0), "a difference that is gone by now: {needed:?} of {ALL:?}");
}

#[test]
fn our_frame_uses_no_tag_that_the_differences_touch() {
    let touched = ["<mj-button", "<mj-image", "<mj-social", "<mj-spacer", "<mj-group", "<mj-carousel"];
    for (file, text) in super::Templates::embedded().filter(|(file, _)| file.starts_with("mjml/")) {
        let found: Vec<&&str> = touched.iter().filter(|tag| text.contains(**tag)).collect();
        assert!(found.is_empty(), "{file}: {found:?}");
    }
}
