//! A line of a list, moved to another list or to another place in its own.

use std::ops::Range;

use anyhow::Result;
use toml_edit::{Document, Item, Table};

use super::Spot;
use crate::curate::document::{LISTS, insertion};
use crate::model::StoryId;

/// Moves a story's line; with it goes the comment behind it.
pub(super) fn moved(text: &str, story: &StoryId, to: &Spot, before: Option<&StoryId>) -> Result<String> {
    let (text, line) = taken(text, story)?;
    placed(&text, &line, story, to, before)
}

/// The file without a story, and the line that it had.
fn taken(text: &str, story: &StoryId) -> Result<(String, String)> {
    let document: Document<&str> = Document::parse(text)?;
    let plain = format!("  \"{story}\",\n");
    let Some((list, array, value)) = find(&document, story) else { return Ok((text.to_owned(), plain)) };
    let mut out = text.to_owned();
    let line = own_line(text, &array, &value);
    let kept = if let Some(line) = &line {
        let (head, tail) = (&text[line.start..value.end], &text[value.end..line.end]);
        let comma = if tail.trim_start().starts_with(',') { "" } else { "," };
        let end = if tail.ends_with('\n') { "" } else { "\n" };
        out.replace_range(line.clone(), "");
        format!("{head}{comma}{tail}{end}")
    } else {
        out.replace_range(with_comma(text, &array, &value), "");
        plain
    };
    let gone = text.len() - out.len();
    // An empty `held` or `dropped` is written as it began: there and back changes nothing.
    let inside = array.start..array.end - gone;
    if matches!(list, "held" | "dropped") && out[inside.start + 1..inside.end - 1].trim().is_empty() {
        out.replace_range(inside, "[]");
    }
    Ok((out, kept))
}

/// Where a story stands: its list, the array, and the value itself.
fn find(document: &Document<&str>, story: &StoryId) -> Option<(&'static str, Range<usize>, Range<usize>)> {
    let tables = document.get("section").and_then(Item::as_array_of_tables)?;
    tables.iter().find_map(|table| {
        LISTS.into_iter().find_map(|list| {
            let array = table.get(list)?.as_array()?;
            let value = array.iter().find(|value| value.as_str().is_some_and(|id| StoryId::parse(id) == *story))?;
            Some((list, array.span()?, value.span()?))
        })
    })
}

/// The line of a value that stands alone in it, with its end.
fn own_line(text: &str, array: &Range<usize>, value: &Range<usize>) -> Option<Range<usize>> {
    let start = text[..value.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[value.end..].find('\n').map_or(text.len(), |at| value.end + at + 1);
    let after = text[value.end..end].trim_start().trim_start_matches(',').trim();
    let is_alone = text[start..value.start].trim().is_empty() && (after.is_empty() || after.starts_with('#'));
    (is_alone && start > array.start && end < array.end).then_some(start..end)
}

/// A value within a line of others, with one of its commas.
fn with_comma(text: &str, array: &Range<usize>, value: &Range<usize>) -> Range<usize> {
    let after = &text[value.end..array.end - 1];
    if let Some(at) = after.find(',').filter(|at| after[..*at].trim().is_empty()) {
        let rest = &after[at + 1..];
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        return value.start..value.end + at + 1 + spaces;
    }
    let before = &text[array.start + 1..value.start];
    match before.rfind(',').filter(|at| before[at + 1..].trim().is_empty()) {
        Some(at) => array.start + 1 + at..value.end,
        None => value.clone(),
    }
}

/// The file with a line in a list.
fn placed(text: &str, line: &str, story: &StoryId, to: &Spot, before: Option<&StoryId>) -> Result<String> {
    let document: Document<&str> = Document::parse(text)?;
    let tables = document.get("section").and_then(Item::as_array_of_tables);
    let table = tables.and_then(|tables| {
        tables.iter().find(|table| table.get("id").and_then(Item::as_str) == Some(to.section.as_str()))
    });
    let Some(table) = table else {
        let id = toml_edit::value(to.section.as_str());
        return Ok(super::appended(text, &format!("[[section]]\nid = {id}\n{} = [\n{line}]\n", to.list)));
    };
    let mut out = text.to_owned();
    let Some(array) = table.get(&to.list).and_then(Item::as_array).and_then(toml_edit::Array::span) else {
        out.insert_str(behind(text, table), &format!("{} = [\n{line}]\n", to.list));
        return Ok(out);
    };
    let next = before.and_then(|id| find(&document, id)).filter(|(_, there, _)| *there == array);
    if let Some((_, _, next)) = next {
        match own_line(text, &array, &next) {
            Some(there) => out.insert_str(there.start, line),
            None => out.insert_str(next.start, &format!("\"{story}\", ")),
        }
        return Ok(out);
    }
    let (range, lines) = insertion(text, array, line);
    out.replace_range(range, &lines);
    Ok(out)
}

/// Behind the last value of a section's table: the start of the line after it.
fn behind(text: &str, table: &Table) -> usize {
    let ends = table.iter().filter_map(|(_, item)| Some(item.as_value()?.span()?.end));
    let end = ends.max().or_else(|| table.span().map(|span| span.end)).unwrap_or(text.len());
    text[end..].find('\n').map_or(text.len(), |at| end + at + 1)
}
