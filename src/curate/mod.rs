//! Curate: from everything that was found to the issue that a person decided. In comes the harvest, what ran in
//! earlier issues, and the `issue.toml` that is there; out goes the same file with new candidates in it, and the
//! [`Issue`] it describes.
//!
//! It stands apart because `issue.toml` belongs to two: the program proposes, the editor decides. So the program only
//! inserts lines, and a decision survives every later run.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Harvest, Issue, IssueId, Newsletter, Sources, Speech, Story, StoryId, Words};

mod rank;
mod season;
mod document;
mod propose;
mod assemble;
mod coverage;
mod pair;
mod board;
mod edit;

pub use board::{Board, Shelf, board};
pub use coverage::{Carried, coverage};
pub use document::{LISTS, Override, held};
pub use edit::{Change, Field, Refusal, Spot, change, table_at, waiver_table};
pub use pair::EditorPair;

/// The section for stories that name none.
const TO_PLACE: &str = "to-place";

/// What `curate` works from.
pub struct Material<'a> {
    /// The issue.
    pub id: &'a IssueId,
    /// When it is planned to leave.
    pub send_at: Timestamp,
    /// What `gather` found.
    pub harvest: &'a Harvest,
    /// What an editor held for this month, with the issue in which they did, and is in the harvest no longer or still.
    pub held_over: &'a [(Story, IssueId)],
    /// In which earlier issue a story ran.
    pub earlier: &'a BTreeMap<StoryId, IssueId>,
    /// The newsletter.
    pub newsletter: &'a Newsletter,
    /// What is read: the weight of each source.
    pub sources: &'a Sources,
    /// `issue.toml` as it stands, decoded; none: this is the first time.
    pub existing: Option<&'a str>,
    /// The issue of the last run: picked stories of feeds keep the text they had in it.
    pub last: Option<&'a Issue>,
    /// Markdown to sanitised HTML, for what the editor writes.
    pub markdown: &'a dyn Fn(&str) -> String,
    /// The language of the editor, for what comments say.
    pub speech: Speech,
}

/// What `curate` gives.
#[derive(Debug)]
pub struct Curated {
    /// `issue.toml`, to be written when it differs from what is there.
    pub toml: String,
    /// How many candidates were added.
    pub n_new: usize,
    /// The issue as the file now describes it.
    pub issue: Issue,
    /// Every story that could be in it, by section, the best first.
    pub candidates: Vec<Candidate>,
}

/// A story that could be in the issue, and what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The story's id.
    pub id: StoryId,
    /// The story as it was gathered, without the editor's words.
    pub story: Story,
    /// The day under which it is listed: that of its event, or of its publication.
    pub day: Date,
    /// The section for which it is ranked.
    pub section: String,
    /// What speaks for it, in points: only their order means anything.
    pub points: i64,
    /// Of what the points are made.
    pub why: Vec<Words>,
    /// Why it is not proposed by itself.
    pub waits: Option<Words>,
    /// In which list of `issue.toml` it stands.
    pub list: String,
}

/// Everything that could be in the issue: what was gathered, what was held, what the season brings.
struct Pool<'a> {
    material: &'a Material<'a>,
    /// What was gathered, each id once.
    gathered: Vec<&'a Story>,
    extra: Vec<Story>,
    held: BTreeMap<StoryId, IssueId>,
}

impl<'a> Pool<'a> {
    fn new(material: &'a Material<'a>) -> Self {
        let mut ids: BTreeSet<&StoryId> = BTreeSet::new();
        let mut gathered = material.harvest.stories.iter().filter(|story| ids.insert(&story.id)).collect();
        let held_over = material.held_over.iter().map(|(story, _)| story);
        let mut extra: Vec<Story> = held_over.filter(|story| ids.insert(&story.id)).cloned().collect();
        extra.extend(season::stories(material));
        // A file that cannot be read is explained where it is read.
        pair::join(&pair::pairs(material.existing.unwrap_or("")), &mut gathered, &mut extra);
        let held = material.held_over.iter().map(|(story, issue)| (story.id.clone(), issue.clone())).collect();
        Self { material, gathered, extra, held }
    }

    fn stories(&self) -> impl Iterator<Item = &Story> {
        self.gathered.iter().copied().chain(&self.extra)
    }

    fn story(&self, id: &StoryId) -> Option<&Story> {
        self.stories().find(|story| story.id == *id)
    }
}

/// Proposes, inserts what is new, and reads what the editor decided.
pub fn curate(material: &Material<'_>) -> Result<Curated> {
    let pool = Pool::new(material);
    let (toml, n_new) = match material.existing {
        None => (propose::first_file(&pool)?, pool.stories().count()),
        Some(text) => document::insert_candidates(text, &pool)?,
    };
    let file = document::read(&toml)?;
    let issue = assemble::assemble(&file, &pool);
    Ok(Curated { n_new, issue, candidates: propose::candidates(&file, &pool), toml })
}

#[cfg(test)]
mod tests;
