//! Whether templates can be rendered at all: nothing includes itself, nothing is nested without end, every tag that is
//! opened is closed. What would crash or swallow the rest of a mail is said with its file and line instead.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Words;

/// Tags within each other. MJML's parser recurses and would abort the process (a stack of 2 MiB holds some 2,000), so
/// do Handlebars' blocks; ours have under 20.
const DEPTH_MAX: usize = 100;

/// A mistake in a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsound {
    /// `mjml/edition.hbs`.
    pub(super) file: String,
    /// From 1; 0: unknown.
    pub(super) line: usize,
    pub(super) message: Words,
}

/// What stands in `{{…}}`, with where it begins.
fn expressions(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source.match_indices("{{").filter_map(|(at, _)| {
        let inside = source[at + 2..].trim_start_matches(['{', '~']);
        let start = source.len() - inside.len();
        Some((at, &source[start..start + inside.find("}}")?]))
    })
}

fn line(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}

/// Checks templates before anything is rendered. `sources` holds them by file: `html/story.hbs`.
pub(super) fn check(sources: &BTreeMap<String, String>) -> Result<(), Unsound> {
    for (file, source) in sources {
        let mut depth = 0_usize;
        for (at, inside) in expressions(source) {
            depth = if inside.starts_with('#') {
                depth + 1
            } else {
                depth - usize::from(inside.starts_with('/') && depth > 0)
            };
            if depth > DEPTH_MAX {
                let message = words!(
                    "more than {DEPTH_MAX} blocks stand within each other",
                    "plus de {DEPTH_MAX} blocs sont imbriqués"
                );
                return Err(Unsound { file: file.clone(), line: line(source, at), message });
            }
        }
    }
    cycle(sources)
}

/// The partials that a template includes, with their places. One whose name is looked up may be that of any kind.
fn partials(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, inside) in expressions(source) {
        let Some(name) = inside.strip_prefix('>').or_else(|| inside.strip_prefix("#>")).map(str::trim_start) else {
            continue;
        };
        if name.starts_with('(') {
            found.extend(super::view::PARTIALS.iter().map(|name| (at, (*name).to_owned())));
        } else {
            let name = name.split([' ', '\n', '~', '}']).next().unwrap_or("").trim_matches(['"', '\'']);
            found.push((at, name.to_owned()));
        }
    }
    found
}

/// Every partial that some template includes.
pub(super) fn included(sources: &BTreeMap<String, String>) -> BTreeSet<String> {
    sources.values().flat_map(|source| partials(source)).map(|(_, name)| name).collect()
}

/// The words that templates name as `t.WORD`; none: one of them takes `t` in a way that names no word.
pub(super) fn words(sources: &BTreeMap<String, String>) -> Option<BTreeSet<String>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut words = BTreeSet::new();
    let templates = sources.iter().filter(|(file, _)| file.strip_suffix(".hbs").is_some());
    for (at, inside) in templates.flat_map(|(_, source)| ts(source)) {
        let rest = &inside[at + 1..];
        if inside[..at].ends_with(is_name) || rest.starts_with(is_name) {
            continue;
        }
        let word = rest.strip_prefix('.')?;
        let word = &word[..word.find(|c| !is_name(c)).unwrap_or(word.len())];
        if word.is_empty() {
            return None;
        }
        words.insert(word.to_owned());
    }
    Some(words)
}

/// Every `t` within a template's Handlebars.
fn ts(source: &str) -> impl Iterator<Item = (usize, &str)> {
    expressions(source).flat_map(|(_, inside)| inside.match_indices('t').map(move |(at, _)| (at, inside)))
}

/// Handlebars refuses a template that includes itself, not two that include each other.
fn cycle(sources: &BTreeMap<String, String>) -> Result<(), Unsound> {
    let edges: BTreeMap<&str, Vec<(usize, String)>> =
        sources.iter().filter_map(|(file, source)| Some((file.strip_suffix(".hbs")?, partials(source)))).collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in edges.keys() {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        while let Some((name, next)) = path.last_mut() {
            let (name, at_edge) = (*name, *next);
            *next += 1;
            let Some((at, to)) = edges.get(name).and_then(|list| list.get(at_edge)) else {
                done.insert(name);
                path.pop();
                continue;
            };
            if path.iter().any(|(open, _)| open == to) {
                let file = format!("{name}.hbs");
                let message = if name == to {
                    words!("it includes itself", "il s'inclut lui-même")
                } else {
                    words!("`{to}` includes itself through it", "`{to}` s'inclut lui-même à travers lui")
                };
                return Err(Unsound { line: line(&sources[&file], *at), file, message });
            }
            if let Some((known, _)) = edges.get_key_value(to.as_str()).filter(|(known, _)| !done.contains(*known)) {
                path.push((known, 0));
            }
        }
    }
    Ok(())
}

/// Elements that have no end tag (HTML, 13.1.2).
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "!doctype"];

/// A tag without its other half.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// Where the tag begins.
    pub(super) at: usize,
    /// `<td>`, or `</td>` if that is the half that is there.
    pub(super) tag: String,
}

/// The first tag of HTML or MJML without its other half, or the one that stands too deep.
pub(super) fn unclosed(markup: &str) -> Option<Unclosed> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(found) = markup[at..].find('<') {
        let start = at + found;
        let rest = &markup[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at = start + comment.find("-->").map_or(rest.len(), |end| end + 7);
            continue;
        }
        let end = tag_end(rest);
        at = start + end;
        let inside = rest[1..end].trim_end_matches('>');
        let is_close = inside.starts_with('/');
        let name = inside.trim_start_matches('/').split([' ', '\n', '\t', '/', '>']).next().unwrap_or("");
        if name.is_empty() || VOID.iter().any(|void| void.eq_ignore_ascii_case(name)) || inside.ends_with('/') {
            continue;
        }
        if !is_close {
            open.push((start, name));
            if open.len() > DEPTH_MAX {
                return Some(Unclosed { at: start, tag: format!("<{name}>") });
            }
        } else if open.last().is_some_and(|(_, last)| *last == name) {
            open.pop();
        } else {
            // Of two halves that do not match, the one that was opened and never closed is to blame, if there is one.
            let is_stray = open.iter().all(|(_, known)| *known != name);
            return Some(match open.last().filter(|_| !is_stray) {
                Some((at, last)) => Unclosed { at: *at, tag: format!("<{last}>") },
                None => Unclosed { at: start, tag: format!("</{name}>") },
            });
        }
    }
    open.last().map(|(at, name)| Unclosed { at: *at, tag: format!("<{name}>") })
}

/// Where a tag ends; `>` within quotes does not end it.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Which template holds the tag without its other half, and where: the first of a folder that is not whole in itself.
pub(super) fn blame(sources: &BTreeMap<String, String>, folder: &str) -> Option<(String, usize, String)> {
    let mut of_folder = sources.iter().filter(|(file, _)| file.starts_with(folder));
    of_folder.find_map(|(file, source)| {
        let found = unclosed(&bare(source))?;
        Some((file.clone(), line(source, found.at), found.tag))
    })
}

/// A template without its Handlebars, every byte in its place.
fn bare(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(start) = source[at..].find("{{").map(|found| at + found) {
        let end = source[start..].find("}}").map_or(source.len(), |end| start + end + 2);
        let end = end + source[end..].bytes().take_while(|byte| *byte == b'}').count();
        out.push_str(&source[at..start]);
        let inside = source[start..end].trim_start_matches(['{', '~']);
        let fill =
            if inside.starts_with(['#', '/', '!', '>', 'e']) && !inside.starts_with("event") { ' ' } else { 'x' };
        out.extend(source[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { fill }));
        at = end;
    }
    out.push_str(&source[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn partials_that_include_each_other_are_found_before_they_crash() {
        let found =
            check(&sources(&[("html/a.hbs", "x\n{{> html/b}}"), ("html/b.hbs", "{{~> html/a }}")])).unwrap_err();
        assert_eq!((found.file.as_str(), found.line), ("html/b.hbs", 1));
        let found = check(&sources(&[("html/a.hbs", "x\n\n{{> html/a}}")])).unwrap_err();
        assert_eq!((found.file.as_str(), found.line), ("html/a.hbs", 3));
        let twice =
            sources(&[("html/a.hbs", "{{> html/b}}{{> html/b}}"), ("html/b.hbs", "x"), ("html/c.hbs", "{{> html/b}}")]);
        assert_eq!(check(&twice), Ok(()));
        let deep = sources(&[("html/a.hbs", &"{{#if a}}".repeat(101))]);
        assert!(check(&deep).is_err());
        let looked_up =
            sources(&[("html/story.hbs", "{{> (lookup this \"partial\")}}"), ("html/job.hbs", "{{> html/story}}")]);
        assert!(check(&looked_up).is_err());
    }

    #[test]
    fn the_words_that_templates_name_are_known_unless_one_takes_them_all() {
        let words = |text: &str| words(&sources(&[("html/a.hbs", text), ("locales/en.ftl", "{{t}}")]));
        let named = words("t {{t.a}}{{#if ../t.b-c}}{{title}}{{left.t.d}}{{/if}}{{> html/t_x at=t.e}}").unwrap();
        assert_eq!(named.into_iter().collect::<Vec<_>>(), ["a", "b-c", "d", "e"]);
        for whole in ["{{#with t}}{{a}}{{/with}}", "{{lookup t kind}}", "{{t/a}}", "{{t.[a]}}", "{{lookup this \"t\"}}"]
        {
            assert_eq!(words(whole), None, "{whole}");
        }
    }

    #[test]
    fn a_tag_without_its_other_half_is_found() {
        let tag = |markup: &str| unclosed(markup).map(|found| found.tag);
        assert_eq!(tag("<p>a<br>b <img src=\"a>b\"></p><!-- <td> -->"), None);
        assert_eq!(tag("<table><tr><td>x</tr></table>").as_deref(), Some("<td>"));
        assert_eq!(tag("<p>x</p></td>").as_deref(), Some("</td>"));
        assert_eq!(tag("<p>x").as_deref(), Some("<p>"));
        assert_eq!(tag(&"<div>".repeat(200)).as_deref(), Some("<div>"));
        let blamed =
            blame(&sources(&[("html/a.hbs", "<{{h}}>x</{{h}}>"), ("html/b.hbs", "{{#if a}}\n<td>{{/if}}")]), "html/");
        assert_eq!(blamed, Some(("html/b.hbs".to_owned(), 2, "<td>".to_owned())));
    }

    #[test]
    fn the_shipped_templates_are_whole() {
        let all: BTreeMap<String, String> =
            super::super::Templates::embedded().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        assert_eq!(check(&all), Ok(()));
        assert_eq!(blame(&all, "html/"), None);
        assert_eq!(blame(&all, "mjml/"), None);
    }
}
