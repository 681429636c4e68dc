//! `issue.toml`: read with the line of every id, and added to by inserting lines, so that comments, order and
//! spelling stay as the editor left them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Result, bail};
use serde::Deserialize;
use toml_edit::{Document, Item};

use super::{EditorPair, Pool, propose, rank};
use crate::model::{Image, Lang, Story, StoryId, Texts, Waiver, Words, toml_mistake};

/// The lists of a section.
pub const LISTS: [&str; 4] = ["pick", "candidates", "held", "dropped"];

/// `issue.toml`, read.
pub(super) struct IssueFile {
    pub(super) words: EditorWords,
    pub(super) sections: Vec<FileSection>,
    /// The line of each `[story."ID"]`.
    pub(super) reworded_at: BTreeMap<String, usize>,
    /// The line of each `[image."ID"]`.
    pub(super) pictured_at: BTreeMap<String, usize>,
}

impl IssueFile {
    /// The section and the list in which a story stands.
    pub(super) fn list_of(&self, id: &StoryId) -> Option<(&str, &str)> {
        self.sections.iter().find_map(|section| Some((section.id.as_str(), section.lists.get(id)?.as_str())))
    }
}

/// What the editor wrote in words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditorWords {
    #[serde(default)]
    pub(super) subject: Texts,
    #[serde(default)]
    pub(super) preheader: Texts,
    #[serde(default)]
    pub(super) opening: Texts,
    #[serde(default)]
    pub(super) story: BTreeMap<String, BTreeMap<Lang, Override>>,
    /// Pictures that the editor gives to stories.
    #[serde(default)]
    pub(super) image: BTreeMap<String, Image>,
    #[serde(default, rename = "waiver")]
    pub(super) waivers: Vec<Waiver>,
    #[serde(default, rename = "pair")]
    pub(super) pairs: Vec<EditorPair>,
    #[serde(default, rename = "section")]
    _sections: Vec<SectionShape>,
}

/// The editor's own text of a story in one language; what is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The title.
    pub title: Option<String>,
    /// The teaser.
    pub summary: Option<String>,
    /// The body: Markdown.
    pub body: Option<String>,
    /// The page to which the story points.
    pub url: Option<String>,
}

/// Read for its shape alone, so that a misspelt list is named; the ids themselves are read with their lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read for its shape: serde names what does not fit")]
struct SectionShape {
    id: String,
    #[serde(default)]
    pick: Vec<String>,
    #[serde(default)]
    candidates: Vec<String>,
    #[serde(default)]
    held: Vec<String>,
    #[serde(default)]
    dropped: Vec<String>,
}

/// One `[[section]]`.
pub(super) struct FileSection {
    pub(super) id: String,
    pub(super) line: usize,
    pub(super) picks: Vec<(StoryId, usize)>,
    /// Every id with its list and line, in the order of the file.
    pub(super) ids: Vec<(StoryId, &'static str, usize)>,
    /// Every id with the list in which it stands.
    lists: BTreeMap<StoryId, String>,
    /// Where the `candidates` array lies in the text; none: there is no such list.
    candidates: Option<Range<usize>>,
}

/// Reads the file; a mistake is explained with its line.
pub(super) fn read(text: &str) -> Result<IssueFile> {
    let words: EditorWords =
        toml_edit::de::from_str(text).map_err(|error| explain(text, error.message(), error.span()))?;
    let document = Document::parse(text).map_err(|error| explain(text, error.message(), error.span()))?;
    let line_of = |span: Option<Range<usize>>| span.map_or(0, |span| text[..span.start].matches('\n').count() + 1);
    let mut sections = Vec::new();
    let mut listed = Vec::new();
    let reworded_at = tables_at("story", &document, &line_of);
    let pictured_at = tables_at("image", &document, &line_of);
    let Some(tables) = document.get("section").and_then(Item::as_array_of_tables) else {
        return Ok(IssueFile { words, sections, reworded_at, pictured_at });
    };
    for table in tables {
        let mut section = FileSection {
            id: table.get("id").and_then(Item::as_str).unwrap_or_default().to_owned(),
            line: line_of(table.span()),
            picks: Vec::new(),
            ids: Vec::new(),
            lists: BTreeMap::new(),
            candidates: None,
        };
        for list in LISTS {
            let Some(array) = table.get(list).and_then(Item::as_array) else { continue };
            let ids = array.iter().filter_map(|value| Some((StoryId::parse(value.as_str()?), line_of(value.span()))));
            for (id, line) in ids {
                section.lists.insert(id.clone(), list.to_owned());
                listed.push((id.clone(), line));
                section.ids.push((id.clone(), list, line));
                if list == "pick" {
                    section.picks.push((id, line));
                }
            }
            if list == "candidates" {
                section.candidates = array.span();
            }
        }
        sections.push(section);
    }
    refuse_doubles(text, &listed)?;
    Ok(IssueFile { words, sections, reworded_at, pictured_at })
}

/// Where each story is reworded or given a picture: at its own table, or at that of its first language.
fn tables_at(
    name: &str,
    document: &Document<&str>,
    line_of: &impl Fn(Option<Range<usize>>) -> usize,
) -> BTreeMap<String, usize> {
    let tables = document.get(name).and_then(Item::as_table_like);
    let first = |item: &Item| {
        let inside = item.as_table_like().into_iter().flat_map(toml_edit::TableLike::iter);
        inside.filter_map(|(_, item)| item.span()).chain(item.span()).min_by_key(|span| span.start)
    };
    let all = tables.into_iter().flat_map(toml_edit::TableLike::iter);
    all.map(|(id, item)| (id.to_owned(), line_of(first(item)))).collect()
}

fn explain(text: &str, message: &str, span: Option<Range<usize>>) -> Words {
    toml_mistake("issue.toml", text, message, span)
}

/// One id in two places: the editor has decided twice, and only they know which.
fn refuse_doubles(text: &str, listed: &[(StoryId, usize)]) -> Result<()> {
    let mut seen: BTreeMap<&StoryId, usize> = BTreeMap::new();
    for (id, line) in listed {
        if let Some(first) = seen.insert(id, *line) {
            let shown = text.lines().nth(line - 1).unwrap_or("").trim();
            bail!(words!(
                "`issue.toml` line {line}: `{id}` stands twice, first on line {first}\n    {shown}\n  keep the line in the list that you mean, and remove the other",
                "`issue.toml` ligne {line} : `{id}` figure deux fois, d'abord à la ligne {first}\n    {shown}\n  gardez la ligne dans la liste voulue, et enlevez l'autre"
            ));
        }
    }
    Ok(())
}

/// The stories that an editor holds for another month.
pub fn held(text: &str) -> Result<BTreeSet<StoryId>> {
    let sections = read(text)?.sections;
    Ok(sections
        .into_iter()
        .flat_map(|section| section.lists)
        .filter(|(_, list)| list == "held")
        .map(|(id, _)| id)
        .collect())
}

/// Adds what is new as candidates, and nothing else. Gives the text and how many were added.
pub(super) fn insert_candidates(text: &str, pool: &Pool<'_>) -> Result<(String, usize)> {
    let file = read(text)?;
    let fresh: Vec<&Story> = pool.stories().filter(|story| file.list_of(&story.id).is_none()).collect();
    let mut by_section: BTreeMap<&str, Vec<&Story>> = BTreeMap::new();
    let mut added = BTreeSet::new();
    for story in fresh.into_iter().filter(|story| added.insert(&story.id)) {
        by_section.entry(rank::section_of(story, pool.material)).or_default().push(story);
    }
    let n_new = added.len();
    // From the end to the beginning, so that earlier places stay where they were.
    let mut inserts: Vec<(Range<usize>, String)> = Vec::new();
    let mut appended = String::new();
    let newsletter = pool.material.newsletter;
    let order = |id: &str| newsletter.sections.iter().position(|section| section.id == id).unwrap_or(usize::MAX);
    let mut by_section: Vec<(&str, Vec<&Story>)> = by_section.into_iter().collect();
    by_section.sort_by_key(|(id, _)| order(id));
    for (id, stories) in by_section {
        let ranked = rank::rank(stories, id, pool);
        let lines: String = ranked.iter().map(|one| propose::line(one, pool.material)).collect();
        match file.sections.iter().find(|section| section.id == id && section.candidates.is_some()) {
            Some(section) => inserts.push(insertion(text, section.candidates.clone().expect("it has a list"), &lines)),
            None => appended.push_str(&propose::section_table(id, "", &lines, pool.material)),
        }
    }
    inserts.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut out = text.to_owned();
    for (range, lines) in inserts {
        out.replace_range(range, &lines);
    }
    if !appended.is_empty() {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&appended);
    }
    Ok((out, n_new))
}

/// Where lines go into an array `[ … ]`, and what is put there.
pub(super) fn insertion(text: &str, array: Range<usize>, lines: &str) -> (Range<usize>, String) {
    let inside = &text[array.start + 1..array.end - 1];
    if let Some(newline) = inside.rfind('\n') {
        // The closing bracket has its own line: ours go before that line, after a comma if the last one has none.
        let at = array.start + 1 + newline + 1;
        let body = &inside[..newline];
        if needs_comma(body) {
            let end = array.start + 1 + code_end(body);
            return (end..at, format!(",{}{lines}", &text[end..at]));
        }
        return (at..at, lines.to_owned());
    }
    let items = inside.trim();
    let kept = if items.is_empty() { String::new() } else { format!("  {},\n", items.trim_end_matches(',')) };
    (array.start..array.end, format!("[\n{kept}{lines}]"))
}

/// Whether the last value of an array's inside lacks its comma.
fn needs_comma(body: &str) -> bool {
    body[..code_end(body)].ends_with(['"', '\''])
}

/// The end of the last line of an array that holds more than a comment; comments behind values are passed over. Ids
/// hold neither `#` nor escaped quotes.
fn code_end(body: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or("").trim_end();
        if !code.trim().is_empty() {
            end = at + code.len();
        }
        at += line.len();
    }
    end
}
