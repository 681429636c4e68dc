//! An editor's words: `subject.fr`, or `[story."ID".fr] title`. What is there is replaced in its place; a table that is
//! not there yet is added at the end.

use std::ops::Range;

use anyhow::Result;
use toml_edit::{Document, DocumentMut, Item, Table, TableLike, value};

use super::Field;
use crate::curate::document;
use crate::model::{Lang, StoryId};

/// Writes a text, or takes it out.
pub(super) fn reworded(
    text: &str,
    story: Option<&StoryId>,
    lang: &Lang,
    field: Field,
    words: Option<&str>,
) -> Result<String> {
    let (path, key) = match story {
        Some(story) => (vec!["story", story.as_str(), lang.as_str()], field.key()),
        None => (vec![field.key()], lang.as_str()),
    };
    match words {
        Some(words) => written(text, &path, key, words),
        None => taken_out(text, &path, key),
    }
}

/// As a file is written by hand: several lines stand between three quotation marks.
fn encoded(words: &str) -> String {
    value(words).to_string().trim().to_owned()
}

fn written(text: &str, path: &[&str], key: &str, words: &str) -> Result<String> {
    let document: Document<&str> = Document::parse(text)?;
    let table = at(document.as_table(), path);
    if let Some(span) = table.and_then(|table| table.get(key)?.span()) {
        return Ok(replaced(text, span, &encoded(words)));
    }
    let line = format!("{key} = {}\n", encoded(words));
    let written = match table_of_its_own(document.as_table(), path) {
        Some(table) => {
            let at = behind(text, table);
            let gap = if text[..at].ends_with('\n') || at == 0 { "" } else { "\n" };
            replaced(text, at..at, &format!("{gap}{line}"))
        }
        None => super::appended(text, &format!("[{}]\n{line}", header(path))),
    };
    if document::read(&written).is_ok() {
        return Ok(written);
    }
    // The tables are written in a way of their own, as `story = { … }`: the parser finds the place.
    let mut document: DocumentMut = text.parse()?;
    table_at(&mut document, path).insert(key, value(words));
    Ok(document.to_string())
}

/// The table at a path; made where it is not there, in place of what is none.
pub fn table_at<'d>(document: &'d mut DocumentMut, path: &[&str]) -> &'d mut dyn TableLike {
    let mut at: &mut dyn TableLike = document.as_table_mut();
    for (depth, name) in path.iter().enumerate() {
        let mut table = Table::new();
        table.set_implicit(depth + 1 < path.len());
        let item = at.entry(name).or_insert(Item::Table(table));
        if !item.is_table_like() {
            *item = Item::Table(Table::new());
        }
        at = item.as_table_like_mut().expect("it is a table now");
    }
    at
}

fn taken_out(text: &str, path: &[&str], key: &str) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    remove(document.as_table_mut(), path, key);
    Ok(document.to_string())
}

/// Takes a key out, and with it the tables of stories that hold nothing any more.
fn remove(table: &mut dyn TableLike, path: &[&str], key: &str) {
    let Some((name, rest)) = path.split_first() else {
        table.remove(key);
        return;
    };
    let Some(inner) = table.get_mut(name).and_then(Item::as_table_like_mut) else { return };
    remove(inner, rest, key);
    if inner.is_empty() {
        table.remove(name);
    }
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

fn at<'t>(table: &'t Table, path: &[&str]) -> Option<&'t dyn TableLike> {
    let mut at: &dyn TableLike = table;
    for name in path {
        at = at.get(name)?.as_table_like()?;
    }
    Some(at)
}

/// The table, if it has a line `[…]` of its own.
fn table_of_its_own<'t>(root: &'t Table, path: &[&str]) -> Option<&'t Table> {
    let mut table = root;
    for name in path {
        table = table.get(name)?.as_table()?;
    }
    (!table.is_implicit() && !table.is_dotted()).then_some(table)
}

/// The start of the line after a table's last value, or after its own line.
fn behind(text: &str, table: &Table) -> usize {
    let ends = table.iter().filter_map(|(_, item)| Some(item.as_value()?.span()?.end));
    let header = table.span().map(|span| span.start);
    let end = ends.max().or(header).unwrap_or(text.len());
    text[end..].find('\n').map_or(text.len(), |at| end + at + 1)
}

/// `story."file-a".fr`; the names of stories are always quoted.
fn header(path: &[&str]) -> String {
    let is_bare = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase());
    let quoted = |name: &&str| if is_bare(name) { (*name).to_owned() } else { value(*name).to_string() };
    path.iter().map(|name| quoted(name).trim().to_owned()).collect::<Vec<_>>().join(".")
}
