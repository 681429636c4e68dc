//! Two stories that an editor knows to be one: `[[pair]]` of `issue.toml`. The first keeps its id and gets the other's
//! languages; the other is no story of its own any more.

use serde::Deserialize;

use crate::model::{Pair, PairHow, Story, StoryId};

/// One `[[pair]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditorPair {
    /// The story that stays.
    pub story: String,
    /// The story whose text it gets in the languages that it lacks.
    pub twin: String,
}

/// The pairs of a file; of one that cannot be read, none.
pub(super) fn pairs(text: &str) -> Vec<EditorPair> {
    super::document::read(text).map(|file| file.words.pairs).unwrap_or_default()
}

/// Joins pairs. A pair of which one half is not there, or that has a language twice, is left as it is.
pub(super) fn join(pairs: &[EditorPair], gathered: &mut Vec<&Story>, extra: &mut Vec<Story>) {
    for pair in pairs {
        let find = |id: &str| {
            let id = StoryId::parse(id);
            gathered.iter().copied().chain(extra.iter()).find(|story| story.id == id).cloned()
        };
        let (Some(story), Some(twin)) = (find(&pair.story), find(&pair.twin)) else { continue };
        let Some(joined) = joined(&story, &twin) else { continue };
        gathered.retain(|other| other.id != story.id && other.id != twin.id);
        extra.retain(|other| other.id != story.id && other.id != twin.id);
        extra.push(joined);
    }
}

/// Two stories as one; none: they have a language in common.
fn joined(story: &Story, twin: &Story) -> Option<Story> {
    if story.id == twin.id || twin.texts.keys().any(|lang| story.texts.contains_key(lang)) {
        return None;
    }
    let mut joined = story.clone();
    joined.texts.extend(twin.texts.clone());
    for (ours, theirs) in [(&mut joined.author, &twin.author), (&mut joined.contact, &twin.contact)] {
        for (lang, text) in theirs {
            ours.entry(lang.clone()).or_insert_with(|| text.clone());
        }
    }
    joined.image = joined.image.or_else(|| twin.image.clone());
    joined.event = joined.event.or_else(|| twin.event.clone());
    joined.pair = Some(Pair { how: PairHow::Editor, confidence: 1.0 });
    Some(joined)
}
