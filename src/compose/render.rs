//! From data to HTML: MJML makes the frame that Outlook needs, and the finished HTML of each block takes the place of
//! its token afterwards, so that nothing a contributor wrote ever passes through MJML.

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use mrml::prelude::parser::ParserOptions;
use mrml::prelude::render::RenderOptions;
use serde_json::{Value, json};

use super::templates::{Templates, check_depth, explain_mjml};

/// The frame's two forms.
pub(super) struct Rendered {
    pub(super) mjml: String,
    pub(super) html: String,
}

/// Blocks of a half that are HTML of their own.
const BLOCKS: [&str; 5] = ["language", "masthead", "opening", "sections", "footer"];

/// Renders an edition's HTML.
pub(super) fn html(templates: &Templates, view: &Value) -> Result<Rendered> {
    let mut view = view.clone();
    let mut blocks = Vec::new();
    let mut token = |html: String| {
        blocks.push(html);
        format!("@@block-{}@@", blocks.len())
    };
    if view["is_bilingual"] == json!(true) {
        let notice = templates.render("html/notice", &view)?;
        view["notice_token"] = json!(token(notice));
    }
    let halves = view["halves"].as_array_mut().expect("an edition has halves");
    for half in halves {
        for name in BLOCKS {
            let html = templates.render(&format!("html/{name}"), half)?;
            half[format!("{name}_token")] = json!(token(html));
        }
    }
    let mjml = templates.render("mjml/edition", &view)?;
    let mut html = frame(&mjml)?;
    for (index, block) in blocks.iter().enumerate().rev() {
        html = html.replace(&format!("@@block-{}@@", index + 1), block.trim());
    }
    Ok(Rendered { mjml, html: tidy(&html) })
}

/// MJML to HTML. Includes stay off: a template could otherwise read any file.
fn frame(mjml: &str) -> Result<String> {
    check_depth(mjml)?;
    // mrml writes attributes as Rust shows strings: a non-breaking space would come out as `\\u{a0}`.
    let mjml = &mjml.replace('\u{a0}', "&#160;");
    let parsed = mrml::parse_with_options(mjml, &ParserOptions::default())
        .map_err(|error| explain_mjml(mjml, &error.to_string(), None))?;
    // By default it links fonts from another company's server, which would see who opens the mail.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    parsed.element.render(&options).map_err(|error| anyhow!(explain_mjml(mjml, &error.to_string(), None)))
}

/// Ends lines so that none is endless, and drops white space that says nothing but costs bytes.
fn tidy(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    // MJML says "email" in English whatever the language; the role says it already.
    let html = html.replace(" aria-roledescription=\"email\"", "");
    for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}
