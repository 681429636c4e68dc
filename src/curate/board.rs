//! What an editor sees of `issue.toml` elsewhere than in a text editor: its lists in their order, and the words.

use std::collections::BTreeMap;

use anyhow::Result;

use super::document::{self, Override};
use super::pair::EditorPair;
use crate::model::{Lang, StoryId, Texts, Waiver};

/// `issue.toml` as an editor decided it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// Its sections, in the order of the file.
    pub shelves: Vec<Shelf>,
    /// The subject, a language each.
    pub subject: Texts,
    /// The preheader, a language each.
    pub preheader: Texts,
    /// The opening, a language each: Markdown.
    pub opening: Texts,
    /// The editor's own words for stories, by id.
    pub reworded: BTreeMap<String, BTreeMap<Lang, Override>>,
    /// What is waived.
    pub waivers: Vec<Waiver>,
    /// Stories that are one.
    pub pairs: Vec<EditorPair>,
}

/// One section: four lists of ids, each in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The section.
    pub id: String,
    /// In the issue.
    pub pick: Vec<StoryId>,
    /// Could be in it.
    pub candidates: Vec<StoryId>,
    /// For another month.
    pub held: Vec<StoryId>,
    /// Not wanted.
    pub dropped: Vec<StoryId>,
}

impl Shelf {
    /// One of its lists, by its name in the file.
    pub fn list(&self, name: &str) -> &[StoryId] {
        match name {
            "pick" => &self.pick,
            "candidates" => &self.candidates,
            "held" => &self.held,
            "dropped" => &self.dropped,
            _ => &[],
        }
    }
}

impl Board {
    /// The section and the list in which a story stands.
    pub fn place(&self, id: &StoryId) -> Option<(&str, &'static str)> {
        self.shelves.iter().find_map(|shelf| {
            let list = document::LISTS.into_iter().find(|list| shelf.list(list).contains(id))?;
            Some((shelf.id.as_str(), list))
        })
    }

    /// The editor's words for a story in a language.
    pub fn rewording(&self, id: &StoryId, lang: &Lang) -> Option<&Override> {
        self.reworded.get(id.as_str())?.get(lang)
    }
}

/// Reads `issue.toml`; a mistake is explained with its line.
pub fn board(text: &str) -> Result<Board> {
    let file = document::read(text)?;
    let shelf = |section: &document::FileSection| {
        let ids = |list: &str| section.ids.iter().filter(|(_, at, _)| *at == list).map(|(id, ..)| id.clone()).collect();
        Shelf {
            id: section.id.clone(),
            pick: ids("pick"),
            candidates: ids("candidates"),
            held: ids("held"),
            dropped: ids("dropped"),
        }
    };
    Ok(Board {
        shelves: file.sections.iter().map(shelf).collect(),
        subject: file.words.subject,
        preheader: file.words.preheader,
        opening: file.words.opening,
        reworded: file.words.story,
        waivers: file.words.waivers,
        pairs: file.words.pairs,
    })
}
