//! Which of the streams that the office promised were carried in the last issues, and which are due.

use super::rank::words_of;
use crate::model::{Blocks, Issue, IssueId, Newsletter, Story, StoryId, Stream, has_words};

/// One stream over the last issues.
#[derive(Debug, Clone)]
pub struct Carried<'a> {
    /// The stream.
    pub stream: &'a Stream,
    /// The earlier issues that carried it, oldest first.
    pub issues: Vec<&'a IssueId>,
    /// The stories of the issue in work that carry it.
    pub here: Vec<&'a StoryId>,
    /// Whether the issue in work carries it, by a story or a standing part.
    pub is_here: bool,
    /// Whether its turn has come: it stood in none of the last `every` issues, and does not in this one.
    pub is_due: bool,
}

/// Every stream of the newsletter, in its order. `past` holds the regular issues that left, oldest first; `now` is the
/// issue in work.
pub fn coverage<'a>(newsletter: &'a Newsletter, past: &'a [Issue], now: Option<&'a Issue>) -> Vec<Carried<'a>> {
    newsletter.streams.iter().map(|stream| carried(stream, newsletter, past, now)).collect()
}

fn carried<'a>(
    stream: &'a Stream,
    newsletter: &'a Newsletter,
    past: &'a [Issue],
    now: Option<&'a Issue>,
) -> Carried<'a> {
    let is_standing = stream.block.as_deref().is_some_and(|block| stands(block, &newsletter.blocks));
    let has = |issue: &&Issue| is_standing || stories(stream, issue).next().is_some();
    let issues: Vec<&IssueId> = past.iter().filter(has).map(|issue| &issue.id).collect();
    let here: Vec<&StoryId> = now.into_iter().flat_map(|issue| stories(stream, issue)).map(|story| &story.id).collect();
    let is_here = is_standing || !here.is_empty();
    let was_lately = past.iter().rev().take(stream.every.saturating_sub(1)).any(|issue| has(&issue));
    Carried { stream, issues, is_here, is_due: !is_here && !was_lately, here }
}

fn stories<'a>(stream: &'a Stream, issue: &'a Issue) -> impl Iterator<Item = &'a Story> {
    let sections = issue.sections.iter().filter(|section| Some(&section.id) == stream.section.as_ref());
    sections.flat_map(|section| &section.stories).filter(|story| {
        stream.words.is_empty() || {
            let text = words_of(story);
            stream.words.iter().any(|word| has_words(&text, word))
        }
    })
}

/// Whether a standing part says anything.
fn stands(block: &str, blocks: &Blocks) -> bool {
    let texts = match block {
        "opening" => &blocks.opening,
        "contribute" => &blocks.contribute,
        "connect" => &blocks.connect,
        "about" => &blocks.about,
        _ => return true, // The masthead is in every issue.
    };
    texts.values().any(|text| !text.trim().is_empty())
}
