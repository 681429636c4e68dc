//! One decision written into `issue.toml` for an editor who makes it elsewhere than in a text editor: a line moved, a
//! text reworded, a waiver or a pair added. Nothing else of the file changes: comments, order and spelling stay.

use std::fmt;

use anyhow::Result;
use toml_edit::{DocumentMut, value};

use super::board::{Board, board};
use crate::model::{Lang, StoryId, Waiver};

mod lists;
mod texts;

pub use texts::table_at;

#[cfg(test)]
mod tests;

/// A list of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The section.
    pub section: String,
    /// `pick`, `candidates`, `held` or `dropped`.
    pub list: String,
}

/// What is reworded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Of a story.
    Title,
    /// Of a story.
    Summary,
    /// Of a story: Markdown.
    Body,
    /// Of a story.
    Url,
    /// Of the issue.
    Subject,
    /// Of the issue.
    Preheader,
    /// Of the issue: Markdown.
    Opening,
}

impl Field {
    /// What a story has.
    pub const STORY: [Self; 4] = [Self::Title, Self::Summary, Self::Body, Self::Url];
    /// What an issue has.
    pub const ISSUE: [Self; 3] = [Self::Subject, Self::Preheader, Self::Opening];

    /// As written in the file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Url => "url",
            Self::Subject => "subject",
            Self::Preheader => "preheader",
            Self::Opening => "opening",
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A story goes to a list: before another, or to its end.
    Move {
        /// Which.
        story: StoryId,
        /// Where the editor saw it.
        from: Spot,
        /// Where it goes.
        to: Spot,
        /// Before which.
        before: Option<StoryId>,
    },
    /// A text is reworded, or the editor's words are taken back.
    Reword {
        /// Which story; none: the issue itself.
        story: Option<StoryId>,
        /// In which language.
        lang: Lang,
        /// Which text.
        field: Field,
        /// The new words; none: those of the source again.
        text: Option<String>,
    },
    /// A finding is accepted.
    Waive(Waiver),
    /// A waiver is taken back.
    Unwaive {
        /// Its rule.
        rule: String,
        /// Its story.
        story: Option<String>,
    },
    /// Two stories are one.
    Pair {
        /// The one that stays.
        story: StoryId,
        /// The one that becomes part of it.
        twin: StoryId,
    },
    /// Two stories are two after all.
    Unpair {
        /// The one that stayed.
        story: StoryId,
    },
}

/// Why a decision is not written.
#[derive(Debug)]
pub enum Refusal {
    /// The file cannot be read, or could not be after it.
    Broken(anyhow::Error),
    /// The story stands elsewhere than the editor saw; none: it is gone.
    Elsewhere(Option<Spot>),
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.section, self.list)
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

/// Writes one decision into the file's text. What comes out can be read again.
pub fn change(text: &str, change: &Change) -> Result<String, Refusal> {
    let there = board(text)?;
    let out = match change {
        Change::Move { story, from, to, before } => {
            let now =
                there.place(story).map(|(section, list)| Spot { section: section.to_owned(), list: list.to_owned() });
            if now.as_ref() != Some(from) {
                return Err(Refusal::Elsewhere(now));
            }
            lists::moved(text, story, to, before.as_ref())?
        }
        Change::Reword { story, lang, field, text: words } => {
            texts::reworded(text, story.as_ref(), lang, *field, words.as_deref())?
        }
        Change::Waive(waiver) => appended(&without_waiver(text, &there, waiver)?, &waiver_table(waiver)),
        Change::Unwaive { rule, story } => without(text, "waiver", |table| {
            table.get("rule").and_then(toml_edit::Item::as_str) == Some(rule)
                && table.get("story").and_then(toml_edit::Item::as_str) == story.as_deref()
        })?,
        Change::Pair { story, twin } => paired(text, &there, story, twin)?,
        Change::Unpair { story } => {
            without(text, "pair", |table| table.get("story").and_then(toml_edit::Item::as_str) == Some(story.as_str()))?
        }
    };
    board(&out)?;
    Ok(out)
}

/// The same waiver given again is given for other words: the old one goes.
fn without_waiver(text: &str, there: &Board, waiver: &Waiver) -> Result<String> {
    let is_same = |other: &Waiver| other.rule == waiver.rule && other.story == waiver.story;
    if !there.waivers.iter().any(is_same) {
        return Ok(text.to_owned());
    }
    without(text, "waiver", |table| {
        table.get("rule").and_then(toml_edit::Item::as_str) == Some(&waiver.rule)
            && table.get("story").and_then(toml_edit::Item::as_str) == waiver.story.as_deref()
    })
}

/// A whole `[[waiver]]`.
pub fn waiver_table(waiver: &Waiver) -> String {
    let Waiver { rule, story, by, reason, text } = waiver;
    let story = story.as_ref().map_or_else(String::new, |story| format!("story = {}\n", value(story.as_str())));
    format!(
        "[[waiver]]\nrule = {}\n{story}by = {}\nreason = {}\ntext = {}  # the words it was given for\n",
        value(rule.as_str()),
        value(by.trim()),
        value(reason.trim()),
        value(text.as_str())
    )
}

fn paired(text: &str, there: &Board, story: &StoryId, twin: &StoryId) -> Result<String> {
    let mut out = text.to_owned();
    // A half of another is no story of its own: it cannot stay in the issue.
    if let Some((section, "pick")) = there.place(twin) {
        let to = Spot { section: section.to_owned(), list: "dropped".to_owned() };
        out = lists::moved(&out, twin, &to, None)?;
    }
    let table = format!("[[pair]]\nstory = {}\ntwin = {}\n", value(story.as_str()), value(twin.as_str()));
    Ok(appended(&out, &table))
}

/// A table at the end of the file.
fn appended(text: &str, table: &str) -> String {
    let gap = if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    format!("{text}{gap}{table}")
}

/// The file without the tables of an array that fit.
fn without(text: &str, array: &str, fits: impl Fn(&toml_edit::Table) -> bool) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    if let Some(tables) = document.get_mut(array).and_then(toml_edit::Item::as_array_of_tables_mut) {
        tables.retain(|table| !fits(table));
        if tables.is_empty() {
            document.remove(array);
        }
    }
    Ok(document.to_string())
}
