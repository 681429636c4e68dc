//! From the file an editor wrote to the [`Issue`] it describes: picked stories, in order, in the editor's words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use super::document::{FileSection, IssueFile, Override};
use super::{Material, Pool, TO_PLACE, season};
use crate::model::{
    Finding, Image, Issue, IssueSection, Origin, Place, Severity, Story, StoryId, Text, Texts, Words, or_meant,
};

/// The rule name of what `curate` has to say.
const RULE: &str = "CURATE";

/// Reads the picks against the harvest, and applies overrides.
pub(super) fn assemble(file: &IssueFile, pool: &Pool<'_>) -> Issue {
    let material = pool.material;
    let mut findings = doubles(material);
    let mut sections = Vec::new();
    for section in &file.sections {
        if section.picks.is_empty() {
            continue;
        }
        if section.id == TO_PLACE || material.newsletter.section(&section.id).is_none() {
            let id = &section.id;
            findings.push(finding(
                Severity::Error,
                section.line,
                words!(
                    "stories are picked in `{id}`, which is not a section of this newsletter",
                    "des textes sont choisis dans `{id}`, qui n'est pas une section de cette infolettre"
                ),
                or_meant(
                    words!(
                        "move their lines to the `pick` list of a section",
                        "déplacez leurs lignes dans la liste `pick` d'une section"
                    ),
                    id,
                    material.newsletter.section_ids(),
                ),
            ));
            continue;
        }
        let stories: Vec<Story> =
            section.picks.iter().filter_map(|(id, line)| pick(id, *line, file, pool, &mut findings)).collect();
        findings.extend(out_of_order(section, &stories));
        if !stories.is_empty() {
            sections.push(IssueSection { id: section.id.clone(), stories });
        }
    }
    if sections.is_empty() {
        findings.push(finding(
            Severity::Error,
            0,
            words!("no story is picked: the issue is empty", "aucun texte n'est choisi : le numéro est vide"),
            words!(
                "drop a story into `stories/`, or move a line from `candidates` to `pick`",
                "déposez un texte dans `stories/`, ou déplacez une ligne de `candidates` à `pick`"
            ),
        ));
    }
    name_lost_overrides(file, &sections, pool, &mut findings);
    let opening = file.words.opening.iter().map(|(lang, text)| (lang.clone(), (material.markdown)(text)));
    Issue {
        id: material.id.clone(),
        send_at: material.send_at,
        subject: trimmed(&file.words.subject),
        preheader: trimmed(&file.words.preheader),
        opening: opening.collect(),
        sections,
        waivers: file.words.waivers.clone(),
        findings,
        languages: source_first(material),
        translations: Vec::new(),
    }
}

fn trimmed(texts: &Texts) -> Texts {
    texts.iter().map(|(lang, text)| (lang.clone(), text.trim().to_owned())).collect()
}

fn source_first(material: &Material<'_>) -> Vec<crate::model::Lang> {
    let source = &material.newsletter.source_language;
    let others = material.newsletter.languages.iter().filter(|lang| *lang != source);
    std::iter::once(source).chain(others).cloned().collect()
}

fn pick(id: &StoryId, line: usize, file: &IssueFile, pool: &Pool<'_>, findings: &mut Vec<Finding>) -> Option<Story> {
    let material = pool.material;
    let last = material.last.and_then(|issue| issue.stories().find(|story| story.id == *id));
    let there = pool.story(id);
    let Some(story) = there.or(last) else {
        findings.push(no_such_story(id, line, pool));
        return None;
    };
    let mut story = story.clone();
    if let Origin::File { file, .. } = &story.origin
        && there.is_none()
    {
        findings.push(gone(id, line, file));
    }
    if !story.newer.is_empty() && matches!(story.origin, Origin::Source { .. }) {
        findings.push(finding(
            Severity::Info,
            line,
            words!(
                "its feed changed the text of `{id}` after it was picked",
                "le fil a changé le texte de `{id}` après qu'il a été choisi"
            ),
            words!(
                "to take the new text: `cco-news gather --refresh {id}`",
                "pour prendre le nouveau texte : `cco-news gather --refresh {id}`"
            ),
        ));
    }
    if let Some(issue) = material.earlier.get(id) {
        story.ran_in = Some(issue.to_string());
    }
    if let Some(overrides) = file.words.story.get(id.as_str()) {
        for (lang, words) in overrides {
            if !material.newsletter.languages.contains(lang) {
                findings.push(finding(
                    Severity::Warning,
                    file.reworded_at.get(id.as_str()).copied().unwrap_or(0),
                    words!(
                        "`[story.\"{id}\".{lang}]`: `{lang}` is not a language of this newsletter",
                        "`[story.\"{id}\".{lang}]` : `{lang}` n'est pas une langue de cette infolettre"
                    ),
                    words!(
                        "write the table for another language, or remove it",
                        "écrivez le tableau pour une autre langue, ou enlevez-le"
                    ),
                ));
                continue;
            }
            reword(story.texts.entry(lang.clone()).or_default(), words, material);
        }
    }
    if let Some(image) = file.words.image.get(id.as_str()) {
        if is_inside(&image.src) {
            story.image = Some(image.clone());
        } else {
            findings.push(outside(id, image, file.pictured_at.get(id.as_str()).copied().unwrap_or(0)));
        }
    }
    Some(story)
}

/// A picked story of which only the memory of the last run is left.
fn gone(id: &StoryId, line: usize, file: &str) -> Finding {
    if file == season::FILE {
        return finding(
            Severity::Error,
            line,
            words!(
                "the season of the picked text `{id}` is over, or it is no longer in `{file}`",
                "la saison du texte choisi `{id}` est passée, ou il n'est plus dans `{file}`"
            ),
            words!("remove the line", "enlevez la ligne"),
        );
    }
    finding(
        Severity::Error,
        line,
        words!(
            "the file of the picked story `{id}` is gone, or can no longer be read: `{file}`",
            "le fichier du texte choisi `{id}` a disparu, ou ne se lit plus : `{file}`"
        ),
        words!(
            "mend the file or put it back, or remove the line",
            "corrigez le fichier ou remettez-le, ou enlevez la ligne"
        ),
    )
}

/// Two stories of the harvest with one id: only the first can be picked.
fn doubles(material: &Material<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<&StoryId, &Story> = BTreeMap::new();
    let mut findings = Vec::new();
    for story in &material.harvest.stories {
        let Some(first) = seen.insert(&story.id, story) else { continue };
        let (id, first, second) = (&story.id, place_of(first), place_of(story));
        findings.push(finding(
            Severity::Error,
            0,
            words!(
                "two stories have the id `{id}`: `{first}` and `{second}`",
                "deux textes ont l'id `{id}` : `{first}` et `{second}`"
            ),
            words!(
                "rename one of the two files, or give one of the two sources another `id`, and gather again",
                "renommez l'un des deux fichiers, ou donnez un autre `id` à l'une des deux sources, puis recueillez de nouveau"
            ),
        ));
    }
    findings
}

fn place_of(story: &Story) -> &str {
    match &story.origin {
        Origin::Source { url, .. } => url,
        Origin::File { file, .. } => file,
    }
}

/// Readers expect events by their day. The order is the editor's, so this is no more than a word.
fn out_of_order(section: &FileSection, stories: &[Story]) -> Option<Finding> {
    let events = stories.iter().filter_map(|story| Some((story, story.event.as_ref()?.starts)));
    let (before, after) = events.clone().zip(events.skip(1)).find(|((_, a), (_, b))| a > b)?;
    let line = section.picks.iter().find(|(id, _)| *id == after.0.id).map_or(section.line, |(_, line)| *line);
    let (id, day, first, later) = (&after.0.id, after.1.date(), &before.0.id, before.1.date());
    Some(finding(
        Severity::Info,
        line,
        words!(
            "events are read by their day: `{id}` ({day}) stands after `{first}` ({later})",
            "les activités se lisent par date : `{id}` ({day}) vient après `{first}` ({later})"
        ),
        words!("move the line up, or leave it if you mean it", "remontez la ligne, ou laissez-la si c'est voulu"),
    ))
}

fn no_such_story(id: &StoryId, line: usize, pool: &Pool<'_>) -> Finding {
    let near = nearest(id, pool);
    finding(
        Severity::Error,
        line,
        words!("no story has the id `{id}`", "aucun texte n'a l'id `{id}`"),
        match near {
            Some(near) => words!(
                "did you mean `{near}`; else remove the line",
                "vouliez-vous dire `{near}`; sinon, enlevez la ligne"
            ),
            None => words!(
                "remove the line, or put its file back into `stories/`",
                "enlevez la ligne, ou remettez son fichier dans `stories/`"
            ),
        },
    )
}

fn reword(text: &mut Text, words: &Override, material: &Material<'_>) {
    if let Some(title) = &words.title {
        title.trim().clone_into(&mut text.title);
    }
    if let Some(summary) = &words.summary {
        summary.trim().clone_into(&mut text.summary);
    }
    if let Some(body) = &words.body {
        text.body = (material.markdown)(body);
    }
    if let Some(url) = &words.url {
        text.url = (!url.trim().is_empty()).then(|| url.trim().to_owned());
    }
}

/// Whether a picture's path stays in the newsletter's folder.
fn is_inside(src: &str) -> bool {
    let path = Path::new(src);
    !src.is_empty()
        && !src.contains("://")
        && !src.contains('\\')
        && path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn outside(id: &StoryId, image: &Image, line: usize) -> Finding {
    let src = &image.src;
    finding(
        Severity::Error,
        line,
        words!(
            "`[image.\"{id}\"]`: `{src}` is no file of this folder",
            "`[image.\"{id}\"]`\u{a0}: `{src}` n'est pas un fichier de ce dossier"
        ),
        words!(
            "save the picture in the newsletter's folder, and write its path from there, as `stories/photo.jpg`",
            "enregistrez l'image dans le dossier de l'infolettre, et écrivez son chemin à partir de là, comme `stories/photo.jpg`"
        ),
    )
}

/// Words and pictures that somebody gave to a story which is not in the issue.
fn name_lost_overrides(file: &IssueFile, sections: &[IssueSection], pool: &Pool<'_>, findings: &mut Vec<Finding>) {
    let picked: BTreeSet<&str> =
        sections.iter().flat_map(|section| &section.stories).map(|story| story.id.as_str()).collect();
    let stories = file.words.story.keys().map(|id| ("story", id, file.reworded_at.get(id)));
    let images = file.words.image.keys().map(|id| ("image", id, file.pictured_at.get(id)));
    for (table, id, line) in stories.chain(images).filter(|(_, id, _)| !picked.contains(id.as_str())) {
        let line = line.copied().unwrap_or(0);
        let story = StoryId::parse(id);
        if pool.story(&story).is_some() {
            findings.push(finding(
                Severity::Info,
                line,
                words!(
                    "`[{table}.\"{id}\"]` is for a story that is not picked",
                    "`[{table}.\"{id}\"]` concerne un texte qui n'est pas choisi"
                ),
                words!("pick it, or remove the table", "choisissez-le, ou enlevez le tableau"),
            ));
            continue;
        }
        // Words that somebody wrote would be lost without a word.
        findings.push(finding(
            Severity::Warning,
            line,
            words!(
                "`[{table}.\"{id}\"]` is for a story that is gone, or never was",
                "`[{table}.\"{id}\"]` concerne un texte qui n'est plus là, ou n'a jamais existé"
            ),
            match nearest(&story, pool) {
                Some(near) => words!(
                    "did you mean `{near}`; else remove the table",
                    "vouliez-vous dire `{near}`; sinon, enlevez le tableau"
                ),
                None => words!("correct the id, or remove the table", "corrigez l'id, ou enlevez le tableau"),
            },
        ));
    }
}

fn nearest<'a>(id: &StoryId, pool: &'a Pool<'_>) -> Option<&'a StoryId> {
    let start: String = id.as_str().chars().take(id.as_str().chars().count().saturating_sub(3).max(5)).collect();
    pool.stories().map(|story| &story.id).find(|other| *other != id && other.as_str().starts_with(&start))
}

fn finding(severity: Severity, line: usize, message: Words, hint: Words) -> Finding {
    Finding {
        rule: RULE.to_owned(),
        severity,
        language: None,
        place: Place::File { file: "issue.toml".to_owned(), line, column: 1 },
        excerpt: String::new(),
        message,
        hint,
        waived: None,
    }
}
