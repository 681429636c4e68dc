//! Compose: an issue becomes its editions, one per language and the stacked bilingual one. In come the issue, the
//! newsletter and the templates; out come HTML and text with empty slots, and a report of what was mended on the way.
//!
//! It stands apart, and is pure, so that an edition is made once and the same input gives the same bytes on any
//! machine. Rich text of stories never goes through MJML, which refuses what people write: the MJML carries tokens,
//! and sanitised HTML takes their place afterwards.

use std::collections::BTreeMap;

use anyhow::Result;

use self::view::Layout;
use crate::model::{Edition, EditionId, Finding, Issue, IssueId, Lang, Newsletter, Part};

mod templates;
mod sound;
mod look;
mod locale;
mod typography;
mod rich;
mod picture;
mod view;
mod render;
mod text;
mod beside;
mod web;
mod word_file;

pub use beside::{Thanks, event_lines, linkedin, thanks, word};
pub use locale::Locale;
pub use look::Look;
pub use picture::{FILE_BYTES_MAX, Fault, Prepared, prepare};
pub use templates::Templates;
pub use typography::mended;
pub use web::{site_words, web};
pub use word_file::word_file;

/// What `compose` gives.
#[derive(Debug)]
pub struct Composed {
    /// Each language in order, then `both` when there are two or more.
    pub editions: Vec<Edition>,
    /// Typography that was mended, one finding per story, language and rule.
    pub fixed: Vec<Finding>,
}

/// Composes every edition of an issue. `images` holds the pictures by their [`crate::model::Image::src`].
pub fn compose(
    issue: &Issue,
    newsletter: &Newsletter,
    templates: &Templates,
    images: &BTreeMap<String, Part>,
) -> Result<Composed> {
    let mut editions = Vec::new();
    let mut mended = view::Mended::default();
    let material = view::Material { issue, newsletter, images };
    for lang in &newsletter.languages {
        editions.push(edition(&material, templates, std::slice::from_ref(lang), &mut mended)?);
    }
    if newsletter.languages.len() > 1 {
        // The halves say the same again: what was mended in them is kept, and already reported.
        editions.push(edition(&material, templates, &newsletter.languages, &mut mended)?);
    }
    Ok(Composed { editions, fixed: mended.findings() })
}

fn edition(
    material: &view::Material<'_>,
    templates: &Templates,
    langs: &[Lang],
    mended: &mut view::Mended,
) -> Result<Edition> {
    let id = if langs.len() == 1 { EditionId::of(&langs[0]) } else { EditionId::both() };
    let mut view = view::edition(material, templates, langs, Layout::Full, mended)?;
    let mut rendered = render::html(templates, &mut view)?;
    let text = text::text(templates, &mut view)?;
    let bytes = Edition::html_wire_bytes(&rendered.html);
    // Without a web copy there is nowhere to send the reader, and the whole is better than a part (RULES CLI-01).
    if bytes > Edition::HTML_WIRE_BYTES_MAX && material.newsletter.archive.url.is_some() {
        for layout in [Layout::ContentsFirst, Layout::TitlesOnly] {
            view = view::edition(material, templates, langs, layout, mended)?;
            rendered = render::html(templates, &mut view)?;
            if Edition::html_wire_bytes(&rendered.html) <= Edition::HTML_WIRE_BYTES_MAX {
                break;
            }
        }
        mended.layout(&id, bytes, Edition::html_wire_bytes(&rendered.html));
    }
    let subject = joined(langs, |lang| view::subject(material, lang, mended));
    let preheader = joined(langs, |lang| view::preheader(material, lang, mended));
    Ok(Edition {
        headers: headers(material.newsletter, &id, langs),
        audience: audience(&material.issue.id, &id),
        waivers: waivers(material.issue),
        parts: parts(material, &rendered.html),
        text,
        mjml: rendered.mjml,
        html: rendered.html,
        langs: langs.to_vec(),
        subject,
        preheader,
        id,
    })
}

/// `EN | FR`, in the order of the body (RULES BIL-11).
fn joined(langs: &[Lang], text: impl FnMut(&Lang) -> String) -> String {
    langs.iter().map(text).collect::<Vec<_>>().join(" | ")
}

fn audience(issue: &IssueId, id: &EditionId) -> String {
    if let Some(base) = issue.corrects() {
        return format!("got {base} as {id}, accepted or unknown");
    }
    if id.is_both() { "language = both or unknown".to_owned() } else { format!("language = {id}") }
}

/// The waivers of the issue, each in one line: they are part of what is approved.
fn waivers(issue: &Issue) -> Vec<String> {
    let line = |waiver: &crate::model::Waiver| {
        let story = waiver.story.as_deref().map_or_else(String::new, |story| format!(" ({story})"));
        format!("{}{story}: {} [{}]", waiver.rule, waiver.reason, waiver.by)
    };
    issue.waivers.iter().map(line).collect()
}

/// The pictures that the HTML shows: in one that stands contents-first, none.
fn parts(material: &view::Material<'_>, html: &str) -> Vec<Part> {
    let sources = material.issue.stories().filter_map(|story| story.image.as_ref());
    let pictures = sources.filter_map(|image| material.images.get(&image.src));
    let mut parts: Vec<Part> = pictures.filter(|part| html.contains(&format!("cid:{}", part.cid))).cloned().collect();
    parts.sort_by(|a, b| a.cid.cmp(&b.cid));
    parts.dedup();
    parts
}

/// Headers that are the same in every copy: RFC 2919 List-Id per edition, RFC 3282 Content-Language, and what keeps
/// out-of-office replies away.
fn headers(newsletter: &Newsletter, id: &EditionId, langs: &[Lang]) -> Vec<(String, String)> {
    let of = |get: &dyn Fn(&crate::model::Language) -> &str, glue: &str| {
        langs.iter().map(|lang| get(newsletter.language(lang))).collect::<Vec<_>>().join(glue)
    };
    let domain = newsletter.sender.domain.as_deref();
    let domain = domain.unwrap_or_else(|| newsletter.sender.from.rsplit('@').next().unwrap_or("localhost"));
    let names = of(&|language| &language.from_name, " | ");
    let titles = of(&|language| &language.title, " | ");
    let labels = of(&|language| &language.label, ", ");
    let mut headers = vec![
        ("From".to_owned(), format!("{names} <{}>", newsletter.sender.from)),
        ("Reply-To".to_owned(), newsletter.sender.reply_to.clone()),
        ("List-Id".to_owned(), format!("{titles} ({labels}) <{}-{id}.{domain}>", newsletter.id)),
        ("Content-Language".to_owned(), of(&|language| &language.tag, ", ")),
        ("Precedence".to_owned(), "bulk".to_owned()),
        ("X-Auto-Response-Suppress".to_owned(), "OOF, AutoReply".to_owned()),
    ];
    if let Some(url) = &newsletter.archive.url {
        headers.push(("List-Archive".to_owned(), format!("<{url}>")));
    }
    headers
}

#[cfg(test)]
mod tests;
