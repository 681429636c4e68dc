//! From the file an editor wrote to the [`Issue`] it describes: picked stories, in order, in the editor's words.

use std::collections::BTreeSet;

use super::document::{IssueFile, Override};
use super::{Material, TO_PLACE};
use crate::model::{Finding, Issue, IssueSection, Origin, Place, Severity, Story, StoryId, Text, Texts, Words};

/// The rule name of what `curate` has to say.
const RULE: &str = "CURATE";

/// Reads the picks against the harvest, and applies overrides.
pub(super) fn assemble(file: &IssueFile, material: &Material<'_>) -> Issue {
    let mut findings = Vec::new();
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
                words!(
                    "move their lines to the `pick` list of a section",
                    "déplacez leurs lignes dans la liste `pick` d'une section"
                ),
            ));
            continue;
        }
        let stories: Vec<Story> =
            section.picks.iter().filter_map(|(id, line)| pick(id, *line, file, material, &mut findings)).collect();
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
    name_lost_overrides(file, &sections, &mut findings);
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

fn pick(
    id: &StoryId,
    line: usize,
    file: &IssueFile,
    material: &Material<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Story> {
    let last = material.last.and_then(|issue| issue.stories().find(|story| story.id == *id));
    let found = material.harvest.stories.iter().find(|story| story.id == *id).or(last);
    let Some(story) = found else {
        findings.push(no_such_story(id, line, material));
        return None;
    };
    let mut story = story.clone();
    if let Origin::File { file, .. } = &story.origin
        && !material.harvest.stories.iter().any(|there| there.id == *id)
    {
        findings.push(finding(
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
        ));
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
                    0,
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
    Some(story)
}

fn no_such_story(id: &StoryId, line: usize, material: &Material<'_>) -> Finding {
    let near = nearest(id, material);
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

fn name_lost_overrides(file: &IssueFile, sections: &[IssueSection], findings: &mut Vec<Finding>) {
    let picked: BTreeSet<&str> =
        sections.iter().flat_map(|section| &section.stories).map(|story| story.id.as_str()).collect();
    for id in file.words.story.keys().filter(|id| !picked.contains(id.as_str())) {
        findings.push(finding(
            Severity::Info,
            0,
            words!(
                "`[story.\"{id}\"]` rewords a story that is not picked",
                "`[story.\"{id}\"]` reformule un texte qui n'est pas choisi"
            ),
            words!("pick it, or remove the table", "choisissez-le, ou enlevez le tableau"),
        ));
    }
}

fn nearest<'a>(id: &StoryId, material: &'a Material<'_>) -> Option<&'a StoryId> {
    let start: String = id.as_str().chars().take(id.as_str().chars().count().saturating_sub(3).max(5)).collect();
    material.harvest.stories.iter().map(|story| &story.id).find(|other| other.as_str().starts_with(&start))
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
