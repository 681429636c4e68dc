//! From data to HTML: MJML makes the frame that Outlook needs, and the finished HTML of each block takes the place of
//! its token afterwards, so that nothing a contributor wrote ever passes through MJML.

use std::collections::HashMap;
use std::error::Error;

use anyhow::{Result, anyhow};
use mrml::prelude::parser::ParserOptions;
use mrml::prelude::render::RenderOptions;
use serde_json::{Value, json};

use super::templates::Templates;

/// The frame's two forms.
pub(super) struct Rendered {
    pub(super) mjml: String,
    pub(super) html: String,
}

/// Blocks of a half that are HTML of their own.
const BLOCKS: [&str; 5] = ["language", "masthead", "opening", "sections", "footer"];

/// Renders an edition's HTML.
pub(super) fn html(templates: &Templates, view: &mut Value) -> Result<Rendered> {
    let mut blocks = Vec::new();
    let mut token = |html: String| {
        blocks.push(html);
        format!("@@block-{}@@", blocks.len())
    };
    if view["is_bilingual"] == json!(true) {
        let notice = block(templates, "html/notice", view)?;
        view["notice_token"] = json!(token(notice));
    }
    // The bilingual edition has a notice in place of the link that changes language.
    let is_bilingual = view["is_bilingual"] == json!(true);
    let halves = view["halves"].as_array_mut().expect("an edition has halves");
    for half in halves {
        half["language_token"] = json!("");
        for name in BLOCKS.into_iter().filter(|name| !(is_bilingual && *name == "language")) {
            let html = block(templates, &format!("html/{name}"), half)?;
            half[format!("{name}_token")] = json!(token(html));
        }
    }
    let mjml = templates.render("mjml/edition", view)?;
    drop_tokens(view);
    let mut html = frame(templates, &mjml)?;
    for index in 1..=blocks.len() {
        Templates::check_placed(&format!("@@block-{index}@@"), &html, index)?;
    }
    for (index, block) in blocks.iter().enumerate().rev() {
        html = html.replace(&format!("@@block-{}@@", index + 1), block.trim());
    }
    Ok(Rendered { mjml, html: tidy(&html) })
}

/// Tokens are for MJML alone.
fn drop_tokens(view: &mut Value) {
    let halves = view["halves"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    halves.for_each(|half| half.retain(|name, _| !name.ends_with("_token")));
    if let Some(view) = view.as_object_mut() {
        view.retain(|name, _| name != "notice_token");
    }
}

fn block(templates: &Templates, name: &str, data: &mut Value) -> Result<String> {
    let html = templates.render(name, data)?;
    templates.check_whole(name, &html)?;
    Ok(html)
}

/// MJML to HTML. Includes stay off: a template could otherwise read any file.
fn frame(templates: &Templates, mjml: &str) -> Result<String> {
    templates.check_whole("mjml/edition", mjml)?;
    templates.check_tags(mjml)?;
    // mrml writes attributes as Rust shows strings: a non-breaking space would come out as `\\u{a0}`.
    let mjml = &mjml.replace('\u{a0}', "&#160;");
    let explain = |error: &dyn Error| {
        let message = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        anyhow!(templates.explain_mjml(mjml, &message))
    };
    let parsed = mrml::parse_with_options(mjml, &ParserOptions::default()).map_err(|error| explain(&error))?;
    // By default it links fonts from another company's server, which would see who opens the mail.
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    parsed.element.render(&options).map_err(|error| explain(&error))
}

/// Ends lines so that none is endless, and drops white space that says nothing but costs bytes.
fn tidy(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    // MJML says "email" in English whatever the language; the role says it already.
    let html = html.replace(" aria-roledescription=\"email\"", "");
    // Screen readers jump to the main part; MJML marks the mail as an article only (WCAG 2.4.1).
    let html = html.replacen("<div aria-label=", "<div role=\"main\"><div aria-label=", 1).replacen(
        "</body>",
        "</div></body>",
        1,
    );
    for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}
