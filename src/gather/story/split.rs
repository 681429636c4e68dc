//! A story file's text in its parts: front matter, and a body per language.

use crate::model::{Lang, Newsletter};

use super::fields;
use super::language_of;

/// The parts of a file, each with the line on which it begins, from 1.
pub(super) struct Parts {
    pub(super) front: Option<(usize, String)>,
    /// Whether the line that should end the front matter is missing.
    pub(super) unclosed: bool,
    pub(super) bodies: Vec<Body>,
}

/// A body; without a language until somebody knows it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Body {
    pub(super) lang: Option<Lang>,
    pub(super) line: usize,
    pub(super) text: String,
    /// Whether the text is HTML of our own writing, of a Word file or a mail; else it is Markdown.
    pub(super) html: bool,
}

impl Body {
    /// Its words without marks, to tell their language and to show them.
    pub(super) fn words(&self) -> String {
        if self.html { super::super::text::of_html(&self.text, self.text.len()) } else { self.text.clone() }
    }
}

/// Cuts a file. Word turns `---` into a dash, and people forget one of the two lines.
pub(super) fn split(text: &str, newsletter: &Newsletter) -> Parts {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(lines.len());
    let opened = lines.get(first).is_some_and(|line| is_fence(line));
    let bare = !opened && lines.get(first).is_some_and(|line| fields::looks_like_field(line));
    if !opened && !bare {
        return Parts { front: None, unclosed: false, bodies: bodies(&lines, 0, newsletter) };
    }
    let begin = if opened { first + 1 } else { first };
    let close = lines[begin..].iter().position(|line| is_fence(line) || line.trim_end() == "...").map(|at| begin + at);
    // Without an end, the front matter ends where something else than fields begins.
    let end = close.unwrap_or_else(|| {
        let other = |line: &&str| line.trim().is_empty() || line.starts_with('#');
        lines[begin..].iter().position(other).map_or(lines.len(), |at| begin + at)
    });
    let front = Some((begin + 1, lines[begin..end].join("\n")));
    let rest = if close.is_some() { end + 1 } else { end };
    Parts {
        front,
        unclosed: close.is_none() && opened,
        bodies: bodies(&lines[rest.min(lines.len())..], rest, newsletter),
    }
}

fn is_fence(line: &str) -> bool {
    let line = line.trim();
    let dashes = line.chars().all(|c| matches!(c, '-' | '–' | '—'));
    dashes && (line.chars().count() >= 3 || line.contains(['–', '—']))
}

/// A heading that is only a language starts that language; headings in code do not.
fn bodies(lines: &[&str], before: usize, newsletter: &Newsletter) -> Vec<Body> {
    let mut all = vec![Body { line: before + 1, ..Body::default() }];
    let mut in_code = false;
    for (at, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            in_code = !in_code;
        }
        let heading =
            line.strip_prefix('#').filter(|_| !in_code).map(|rest| rest.trim_matches(['#', ' ', '\t', ':', '\u{A0}']));
        if let Some(lang) = heading.and_then(|word| language_of(word, newsletter)) {
            all.push(Body { lang: Some(lang), line: before + at + 2, ..Body::default() });
        } else if let Some(body) = all.last_mut() {
            body.text.push_str(line);
            body.text.push('\n');
        }
    }
    all.retain(|body| !body.text.trim().is_empty());
    all
}

/// The title of a body: its first line, when that is a heading. `any`: also one below the first level.
pub(super) fn title(body: &Body, any: bool) -> Option<(String, Body)> {
    if body.html {
        let (title, rest) = body.text.strip_prefix("<h1>")?.split_once("</h1>")?;
        let title = super::super::text::of_html(title, super::super::text::TITLE_CHARS_MAX);
        return Some((title, Body { text: rest.to_owned(), lang: body.lang.clone(), ..*body }));
    }
    let (at, line) = body.text.lines().enumerate().find(|(_, line)| !line.trim().is_empty())?;
    let marks = line.bytes().take_while(|b| *b == b'#').count();
    let text = line[marks..].trim().trim_end_matches('#').trim();
    if marks == 0 || marks > 6 || text.is_empty() || (marks > 1 && !any) {
        return None;
    }
    let rest = body.text.lines().skip(at + 1).fold(String::new(), |text, line| text + line + "\n");
    // `# *Title*` is a title; its marks are not part of it.
    let plain = super::super::text::of_html(&super::super::html::markdown(text), super::super::text::TITLE_CHARS_MAX);
    Some((plain, Body { lang: body.lang.clone(), line: body.line + at + 1, text: rest, html: false }))
}
