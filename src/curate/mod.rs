//! Curate: from everything that was found to the issue that a person decided. In comes the harvest, what ran in
//! earlier issues, and the `issue.toml` that is there; out goes the same file with new candidates in it, and the
//! [`Issue`] it describes.
//!
//! It stands apart because `issue.toml` belongs to two: the program proposes, the editor decides. So the program only
//! inserts lines, and a decision survives every later run.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;

use crate::model::{Harvest, Issue, IssueId, Newsletter, StoryId};

mod document;
mod propose;
mod assemble;

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
    /// In which earlier issue a story ran.
    pub earlier: &'a BTreeMap<StoryId, IssueId>,
    /// The newsletter.
    pub newsletter: &'a Newsletter,
    /// `issue.toml` as it stands, decoded; none: this is the first time.
    pub existing: Option<&'a str>,
    /// The issue of the last run: picked stories of feeds keep the text they had in it.
    pub last: Option<&'a Issue>,
    /// Markdown to sanitised HTML, for what the editor writes.
    pub markdown: &'a dyn Fn(&str) -> String,
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
}

/// Proposes, inserts what is new, and reads what the editor decided.
pub fn curate(material: &Material<'_>) -> Result<Curated> {
    let (toml, n_new) = match material.existing {
        None => (propose::first_file(material)?, material.harvest.stories.len()),
        Some(text) => document::insert_candidates(text, material)?,
    };
    let document = document::read(&toml)?;
    let issue = assemble::assemble(&document, material);
    Ok(Curated { toml, n_new, issue })
}

#[cfg(test)]
mod tests;
