//! An issue as data for the web: the same view that the mails are rendered from, without the inline styles that only
//! mail programs need. It is composed with the editions, so that the page says what the mail said.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Templates;
use super::view::{self, Layout};
use crate::model::{Issue, Lang, Newsletter, Part, SiteWords, WebHalf, WebIssue};

/// An issue for the web, whole whatever the layout of its mails.
pub fn web(
    issue: &Issue,
    newsletter: &Newsletter,
    templates: &Templates,
    images: &BTreeMap<String, Part>,
) -> Result<WebIssue> {
    let material = view::Material { issue, newsletter, images };
    // What is mended here was mended, and reported, in the mails.
    let mut mended = view::Mended::default();
    let files: BTreeMap<String, String> =
        images.values().map(|part| (format!("cid:{}", part.cid), part.file_name())).collect();
    let mut halves = Vec::new();
    for lang in &newsletter.languages {
        let mut view = view::edition(&material, templates, std::slice::from_ref(lang), Layout::Full, &mut mended)?;
        let mut half = view["halves"][0].take();
        for_pages(&mut half, &files);
        half["subject"] = json!(view::subject(&material, lang, &mut mended));
        half["preheader"] = json!(view::preheader(&material, lang, &mut mended));
        let half: WebHalf = serde_json::from_value(half).context("a half does not have the fields of a page")?;
        halves.push(half);
    }
    let mut pictures: Vec<String> = files.into_values().collect();
    pictures.sort();
    pictures.dedup();
    Ok(WebIssue { issue: issue.id.clone(), halves, pictures })
}

/// Takes the inline styles out of rich text, and names pictures by their files.
fn for_pages(value: &mut Value, files: &BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(html) if name == "html" => *html = without_styles(html),
                    Value::String(src) if name == "src" => {
                        *src = files.get(src.as_str()).cloned().unwrap_or_default();
                    }
                    other => for_pages(other, files),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| for_pages(value, files)),
        _ => {}
    }
}

/// Rich text has its quotation marks escaped everywhere but around our own attributes: what reads like one is one.
fn without_styles(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(" style=\"") {
        out.push_str(before);
        rest = after.split_once('"').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.replace("<table border=\"0\">", "<table>")
}

/// The words of the archive's pages. A word that a locale lacks is an error that names it.
pub fn site_words(templates: &Templates, lang: &Lang) -> Result<SiteWords> {
    let locale = templates.locale(lang)?;
    serde_json::from_value(locale.plain()).or_else(|error| {
        // Serde names the key between backticks: asking the locale for it gives the sentence that people know.
        let text = error.to_string();
        let key = text.split('`').nth(1).unwrap_or_default();
        locale.say(key, &[])?;
        Err(error.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_go_and_what_only_looks_like_one_stays() {
        for (html, expected) in [
            (r#"<p style="margin:0 0 16px">a</p>"#, "<p>a</p>"),
            (r#"<a href="https://example.ca/" style="color:#fff">a</a>"#, r#"<a href="https://example.ca/">a</a>"#),
            (r#"<table border="0" style="x"><tr></tr></table>"#, "<table><tr></tr></table>"),
            ("<p>write style=&quot;x&quot;</p>", "<p>write style=&quot;x&quot;</p>"),
        ] {
            assert_eq!(without_styles(html), expected);
        }
    }
}
