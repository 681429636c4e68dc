//! The form at the top of a Word file: a table of two columns, a field's name and its value, in English or French.
//! Further paragraphs below a name are not read: in the form of `story new --docx` they say what the field is for.

use super::content::{Cell, Form};
use crate::gather::story::fields::{self, Fields};
use crate::gather::story::yaml::{Key, Node, Value};
use crate::gather::story::{Report, language_of};
use crate::gather::text;
use crate::model::Newsletter;

/// What stands in `event` or `image` in front matter; a form has no rows in rows.
const INNER: [(&str, &str, &[&str]); 7] = [
    ("event", "starts", &["starts", "start", "debut", "commence", "event starts", "debut de l activite"]),
    ("event", "ends", &["ends", "end", "fin", "event ends", "fin de l activite"]),
    ("event", "register_by", &["register by", "inscription", "inscription avant", "date limite d inscription"]),
    ("event", "language", &["event language", "language of the event", "langue de l activite"]),
    ("event", "location", &["location", "lieu", "endroit", "where", "ou"]),
    ("event", "audience", &["audience", "public", "for whom", "pour qui"]),
    ("event", "starts", &["event", "evenement", "activite", "when", "quand"]),
];
/// Of all names in the table, so many must be fields: a table of anything else is the story's.
const KNOWN_PERCENT_MIN: usize = 60;

/// The fields of a form; none when the table is no form.
pub(super) fn fields(form: &Form, newsletter: &Newsletter, lines: &[String], report: &mut Report) -> Option<Fields> {
    let rows: Vec<(&Cell, &Cell)> = form
        .rows
        .iter()
        .filter_map(|row| match row.as_slice() {
            [name, value] if !name.first.is_empty() => Some((name, value)),
            _ => None,
        })
        .collect();
    if rows.is_empty() || form.rows.iter().any(|row| row.len() > 2) {
        return None;
    }
    let known = rows.iter().filter(|(name, _)| is_known(&split(&name.first, newsletter).0)).count();
    if known * 100 < rows.len() * KNOWN_PERCENT_MIN {
        return None;
    }
    let mut map: Vec<(Key, Node)> = Vec::new();
    for (name, value) in rows {
        let (plain, lang) = split(&name.first, newsletter);
        let written = match (&value.link, is_link(&plain)) {
            (Some(link), true) => link.clone(),
            _ => value.words.trim().to_owned(),
        };
        if written.is_empty() {
            continue;
        }
        let key = |name: &str| Key { name: name.to_owned(), line: name_line(form, value), column: 1 };
        let leaf = Node { value: Value::Text(written), line: value.line, column: 1 };
        let leaf = match lang {
            Some(lang) => Node { value: Value::Map(vec![(key(&lang), leaf)]), line: value.line, column: 1 },
            None => leaf,
        };
        match inner(&plain) {
            Some((parent, own)) => {
                let inside = Node { value: Value::Map(vec![(key(own), leaf)]), line: value.line, column: 1 };
                put(&mut map, key(parent), inside);
            }
            None => put(&mut map, key(&plain), leaf),
        }
    }
    Some(Fields::of_form(map, lines.to_vec(), report))
}

fn name_line(form: &Form, value: &Cell) -> usize {
    form.rows
        .iter()
        .find(|row| row.last().is_some_and(|cell| cell.line == value.line))
        .map_or(value.line, |r| r[0].line)
}

/// A row is added to what is there: the same field in another language, another entry of the event.
fn put(map: &mut Vec<(Key, Node)>, key: Key, node: Node) {
    let same = map.iter_mut().find(|(own, _)| text::folded(&own.name) == text::folded(&key.name));
    match same {
        Some((_, Node { value: Value::Map(before), .. })) => match node.value {
            Value::Map(more) => {
                for (key, node) in more {
                    put(before, key, node);
                }
            }
            _ => map.push((key, node)),
        },
        _ => map.push((key, node)),
    }
}

/// `Titre (français)`, `Title – English`, `Lien en anglais`: a field and its language.
fn split(name: &str, newsletter: &Newsletter) -> (String, Option<String>) {
    let trimmed = name.trim().trim_end_matches([':', '*', '\u{A0}', ' ']);
    let folded = text::folded(trimmed);
    if let Some((before, last)) = folded.rsplit_once(' ')
        && let Some(lang) = language_of(last, newsletter)
    {
        let before = before.strip_suffix(" en").or_else(|| before.strip_suffix(" in")).unwrap_or(before);
        if is_known(before) {
            return (before.to_owned(), Some(lang.as_str().to_owned()));
        }
    }
    (trimmed.to_owned(), None)
}

fn inner(name: &str) -> Option<(&'static str, &'static str)> {
    let folded = text::folded(name);
    INNER.iter().find(|(.., names)| names.contains(&folded.as_str())).map(|(parent, own, _)| (*parent, *own))
}

fn is_known(name: &str) -> bool {
    inner(name).is_some() || fields::is_field(name)
}

fn is_link(name: &str) -> bool {
    matches!(text::folded(name).as_str(), "link" | "lien" | "url")
}
