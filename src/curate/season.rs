//! Texts of `newsletter.toml` that return at their time of the year, as stories: so they are ranked, translated,
//! reworded and checked like any other.

use super::Material;
use super::rank::today;
use crate::model::{Kind, Lang, Origin, Seasonal, Story, StoryId, Text, Texts, YearDay};

/// Where their text stands.
pub(super) const FILE: &str = "newsletter.toml";

/// The stories of the season in which the issue leaves. Each issue has its own, so that next year's is a new one.
pub(super) fn stories(material: &Material<'_>) -> Vec<Story> {
    let day = YearDay::from(today(material));
    let in_season = material.newsletter.seasonal.iter().filter(|seasonal| seasonal.is_in_season(day));
    in_season.map(|seasonal| story(seasonal, material)).collect()
}

/// Whether an id is one of theirs: no file has it, since theirs begin with `file-`, and no source with this name may be
/// expected to have an id that ends in the issue's.
pub(super) fn is_seasonal(id: &StoryId, material: &Material<'_>) -> bool {
    material.newsletter.seasonal.iter().any(|seasonal| id_of(seasonal, material) == *id)
}

fn id_of(seasonal: &Seasonal, material: &Material<'_>) -> StoryId {
    StoryId::parse(&format!("season-{}-{}", seasonal.id, material.id))
}

fn story(seasonal: &Seasonal, material: &Material<'_>) -> Story {
    let of = |texts: &Texts, lang: &Lang| texts.get(lang).map_or("", |text| text.trim()).to_owned();
    let text = |lang: &Lang| Text {
        title: of(&seasonal.title, lang),
        summary: of(&seasonal.summary, lang),
        body: (material.markdown)(&of(&seasonal.text, lang)),
        url: Some(of(&seasonal.link, lang)).filter(|url| !url.is_empty()),
    };
    Story {
        section: Some(seasonal.section.clone()),
        kind: if seasonal.kind == Kind::Event { Kind::Call } else { seasonal.kind },
        texts: material.newsletter.languages.iter().map(|lang| (lang.clone(), text(lang))).collect(),
        ..Story::new(
            id_of(seasonal, material),
            Origin::File { file: FILE.to_owned(), line: 0, twin: None },
            material.send_at,
        )
    }
}
