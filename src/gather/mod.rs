//! Sources and the drop folder in, a `Harvest` out: every story once, its languages paired, nothing hostile in it. It
//! stands apart because everything that comes from outside is read, cleaned and limited here, and nowhere else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::http::{Body, Http};
use crate::model::{Finding, Harvest, Newsletter, Sources, Story, StoryId, Text, Words};

mod source;
mod feed;
mod page;
mod item;
mod decode;
mod xml;
mod markup;
mod entities;
mod dates;
mod pair;
mod grow;
mod merge;
mod alike;
mod story;
mod survey;
mod html;
mod links;
mod text;

pub use self::survey::{Held, Surveyed, survey};

/// What `gather` reads, and under which circumstances.
pub struct Reading<'a> {
    /// `sources.toml`.
    pub sources: &'a Sources,
    /// `newsletter.toml`.
    pub newsletter: &'a Newsletter,
    /// The newsletter's folder; it has `stories/`.
    pub root: &'a Path,
    /// The last harvest of this issue.
    pub before: Option<&'a Harvest>,
    /// Picked stories of feeds: they keep their text, changes go to `Story.newer`.
    pub kept: &'a BTreeSet<StoryId>,
    /// Stories whose newer text is taken.
    pub refresh: &'a BTreeSet<StoryId>,
    /// The clock.
    pub now: Timestamp,
    /// The planned send time: ages are measured from it.
    pub send_at: Timestamp,
    /// Told of each address that is done: the source's id, how many are done, how many there are.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// Reads every source and the drop folder. What cannot be read is named in the harvest; the rest goes on.
pub async fn gather(http: &Http, reading: &Reading<'_>) -> Result<Harvest> {
    let (files, problems) = read_stories(reading.root, reading.newsletter, reading.now)?;
    let mut harvest = Harvest { problems, ..Harvest::default() };
    let mut questions = pair::Questions::new(http);
    let reads = source::read_all(http, reading).await;
    let items = reads.iter().flat_map(|read| read.items.values()).map(Vec::len).sum();
    let mut stories = Vec::with_capacity(items);
    for mut read in reads {
        harvest.silent.extend(read.silent.iter().cloned());
        harvest.problems.extend(read.notes.iter().cloned());
        let (groups, doubts) = pair::twins(&mut read, reading, &mut questions).await;
        let grown = grow::stories(&read.source, groups, reading);
        for (unsure, question) in pair::questions(&doubts, &grown) {
            harvest.unsure.push(unsure);
            harvest.problems.push(question);
        }
        stories.extend(grown);
    }
    let merged = merge::merge(files, stories, reading);
    harvest.stories = merged.stories;
    harvest.problems.extend(merged.notes);
    harvest.twice = merged.twice;
    Ok(harvest)
}

/// Reads the drop folder alone: its stories, and what is wrong in its files.
pub fn read_stories(root: &Path, newsletter: &Newsletter, now: Timestamp) -> Result<(Vec<Story>, Vec<Finding>)> {
    story::read(root, newsletter, now)
}

/// Reads named story files, wherever they lie, each with its twin beside it: for a draft that is not dropped yet.
pub fn read_named_stories(
    paths: &[PathBuf],
    root: &Path,
    newsletter: &Newsletter,
    now: Timestamp,
) -> Result<(Vec<Story>, Vec<Finding>)> {
    story::read_named(paths, root, newsletter, now)
}

/// What the items of one feed say, from its bytes as a server sent them; the door for fuzzing and for trying a file.
pub fn read_feed(bytes: &[u8], charset: Option<&str>, url: &str) -> Result<Vec<Text>, Words> {
    let body = Body { bytes: bytes.to_vec(), charset: charset.map(str::to_owned), ..Body::default() };
    let items = feed::read(&body, url, &TimeZone::UTC)?.items;
    Ok(items.into_iter().map(|item| item.text).collect())
}

/// Markdown to sanitised HTML of the allow-list.
pub fn markdown(text: &str) -> String {
    html::markdown(text)
}

/// Other people's HTML to the allow-list of `model::Text::body`, written anew: absolute http, https and mailto links
/// only, without what tracks.
pub fn sanitise(html: &str) -> String {
    html::sanitise(html)
}

/// The newsletter's time zone; UTC when it is not known, which configuration has refused before.
fn zone(newsletter: &Newsletter) -> TimeZone {
    TimeZone::get(&newsletter.schedule.time_zone).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests;
