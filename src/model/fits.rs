//! What `newsletter.toml` plans ahead must fit its sections and its languages.

use std::collections::BTreeSet;

use super::{Lang, Newsletter, Sources, Texts, WEIGHT_MAX, Words, or_meant};

/// What does not fit: the text at whose line it stands in the file, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// As it is written.
    pub at: String,
    /// What is wrong.
    pub problem: Words,
}

type Fits = Result<(), Misfit>;

/// The standing parts that a stream may name.
const BLOCKS: [&str; 5] = ["masthead", "opening", "contribute", "connect", "about"];

/// Seasonal texts, streams and steps: known sections, whole languages, each id once in its list.
pub(super) fn plan(newsletter: &Newsletter) -> Fits {
    let section = |id: &str| {
        let problem = words!("there is no section `{id}`", "il n'y a pas de section `{id}`");
        let is_there = newsletter.section(id).is_some();
        is_there.then_some(()).ok_or_else(|| wrong(id, &or_meant(problem, id, newsletter.section_ids())))
    };
    for seasonal in &newsletter.seasonal {
        let id = &seasonal.id;
        section(&seasonal.section)?;
        whole(&seasonal.title, newsletter).map_err(|lang| nameless(id, &lang, &words!("a title", "de titre")))?;
        // What is written in one language is written in all: it is sent in all.
        for texts in [&seasonal.summary, &seasonal.text, &seasonal.link] {
            if !texts.is_empty() {
                whole(texts, newsletter)
                    .map_err(|lang| nameless(id, &lang, &words!("all its texts", "tous ses textes")))?;
            }
        }
    }
    for stream in &newsletter.streams {
        let id = &stream.id;
        whole(&stream.name, newsletter).map_err(|lang| nameless(id, &lang, &words!("a name", "de nom")))?;
        if let Some(id) = &stream.section {
            section(id)?;
        }
        let block = stream.block.as_deref().filter(|block| !BLOCKS.contains(block));
        if let Some(block) = block {
            let known = BLOCKS.join("`, `");
            let problem = words!(
                "`{block}` is no standing part: write one of `{known}`",
                "`{block}` n'est pas une partie permanente : écrivez l'une de `{known}`"
            );
            return Err(wrong(block, &problem));
        }
        if stream.section.is_some() == stream.block.is_some() {
            let problem = words!(
                "stream `{id}` names either a `section` or a `block`",
                "le volet `{id}` nomme soit une `section`, soit un `block`"
            );
            return Err(wrong(id, &problem));
        }
        if stream.every == 0 {
            return Err(wrong(id, &words!("`every` is 1 or more", "`every` vaut 1 ou plus")));
        }
    }
    for step in &newsletter.steps {
        whole(&step.name, newsletter).map_err(|lang| nameless(&step.id, &lang, &words!("a name", "de nom")))?;
    }
    once(newsletter.seasonal.iter().map(|one| &one.id))?;
    once(newsletter.streams.iter().map(|one| &one.id))?;
    once(newsletter.steps.iter().map(|one| &one.id))
}

/// Weights are between 0 and [`WEIGHT_MAX`].
pub(super) fn weights(sources: &Sources) -> Fits {
    let feeds = sources.feeds.iter().map(|feed| feed.weight);
    let Some(weight) = feeds.chain(sources.pages.iter().map(|page| page.weight)).find(|weight| *weight > WEIGHT_MAX)
    else {
        return Ok(());
    };
    let problem = words!("a weight is between 0 and {WEIGHT_MAX}", "un poids est compris entre 0 et {WEIGHT_MAX}");
    Err(Misfit { at: format!("weight = {weight}"), problem })
}

fn wrong(id: &str, problem: &Words) -> Misfit {
    Misfit { at: format!("\"{id}\""), problem: problem.clone() }
}

fn nameless(id: &str, lang: &Lang, what: &Words) -> Misfit {
    let (en, fr) = (&what.en, &what.fr);
    wrong(id, &words!("`{id}` lacks {en} in `{lang}`", "`{id}` n'a pas {fr} en `{lang}`"))
}

/// The first language of the newsletter that a text lacks.
fn whole(texts: &Texts, newsletter: &Newsletter) -> Result<(), Lang> {
    let lacks = |lang: &&Lang| texts.get(lang).is_none_or(|text| text.trim().is_empty());
    newsletter.languages.iter().find(lacks).map_or(Ok(()), |lang| Err(lang.clone()))
}

fn once<'a>(ids: impl Iterator<Item = &'a String>) -> Fits {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(wrong(id, &words!("`{id}` stands twice", "`{id}` figure deux fois")));
        }
    }
    Ok(())
}
