//! What a named person has accepted, with a reason: bound to the words for which it was given, so that other words
//! are asked about again.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::catalogue::Class;
use super::rules;
use crate::model::{Edition, Finding, Issue, Place, Severity, Story, Waived, Waiver, Words, or_meant};

/// The rule under which a waiver itself is reported.
pub(super) const WAIVE: &str = "WAIVE";

/// The first 16 hexadecimal digits of the SHA-256 of a text's words: case, spaces and punctuation do not count, so
/// that mended typography voids nothing.
pub fn text_key(text: &str) -> String {
    let mut hash = Sha256::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        hash.update(word.to_lowercase().as_bytes());
        hash.update(b" ");
    }
    data_encoding::HEXLOWER.encode(&hash.finalize()[..8])
}

/// The key that a waiver for a story, or for the whole issue, is bound to. None: the issue has no such story.
pub fn waiver_key(issue: &Issue, editions: &[Edition], story: Option<&str>) -> Option<String> {
    match story {
        Some(id) => issue.stories().find(|story| story.id.as_str() == id).map(|story| text_key(&story_words(story))),
        None => Some(text_key(&issue_words(issue, editions))),
    }
}

/// Everything in a story that a reader sees, in all languages.
fn story_words(story: &Story) -> String {
    let mut words = String::new();
    let mut add = |text: &str| {
        words.push_str(text);
        words.push('\n');
    };
    for (lang, text) in &story.texts {
        add(lang.as_str());
        for part in [&text.title, &text.summary, &text.body] {
            add(part);
        }
        add(text.url.as_deref().unwrap_or(""));
    }
    let mut fields = vec![&story.author, &story.contact];
    if let Some(event) = &story.event {
        add(&format!("{} {:?} {:?} {:?}", event.starts, event.ends, event.register_by, event.language));
        fields.extend([&event.location, &event.audience]);
    }
    if let Some(image) = &story.image {
        add(&image.src);
        fields.push(&image.alt);
    }
    add(&format!("{:?} {:?} {:?}", story.deadline, story.expires, story.only));
    for texts in fields {
        for text in texts.values() {
            add(text);
        }
    }
    words
}

/// What a reader of any edition sees; without editions, the issue's own words.
fn issue_words(issue: &Issue, editions: &[Edition]) -> String {
    if editions.is_empty() {
        return issue.stories().map(story_words).collect();
    }
    let parts =
        |edition: &Edition| [edition.subject.clone(), edition.preheader.clone(), edition.text.clone()].join("\n");
    editions.iter().map(parts).collect::<Vec<_>>().join("\n")
}

/// Marks what is waived, and reports waivers that hold no longer or may not be. Each finding comes with its story.
pub(super) fn apply(
    found: &mut Vec<(Finding, Option<String>)>,
    issue: &Issue,
    editions: &[Edition],
    sources: &BTreeMap<String, String>,
) {
    let file = format!("issues/{}/issue.toml", issue.id);
    // Their order in the issue is that of their tables in its file.
    let lines = sources.get(&file).map(|text| tables(text)).unwrap_or_default();
    let mut said = Vec::new();
    for (at, waiver) in issue.waivers.iter().enumerate() {
        let rule = rules().iter().find(|rule| rule.id == waiver.rule);
        let key = waiver_key(issue, editions, waiver.story.as_deref());
        let mut matching: Vec<&mut Finding> = found
            .iter_mut()
            .filter(|(finding, story)| {
                finding.rule == waiver.rule && (waiver.story.is_none() && story.is_none() || *story == waiver.story)
            })
            .map(|(finding, _)| finding)
            .collect();
        let is_error = matching.iter().any(|finding| finding.severity == Severity::Error);
        let complaint = if rule.is_none() {
            Complaint::NoRule
        } else if matching.is_empty() {
            Complaint::NothingLeft
        } else if is_error && rule.is_some_and(|rule| rule.class == Class::Never) {
            Complaint::Never
        } else if waiver.by.trim().is_empty() || waiver.reason.trim().is_empty() {
            Complaint::NoReason
        } else if key.as_deref() != Some(waiver.text.as_str()) {
            Complaint::OtherWords(key.unwrap_or_default())
        } else {
            for finding in &mut matching {
                finding.waived = Some(Waived { by: waiver.by.clone(), reason: waiver.reason.clone() });
            }
            continue;
        };
        let place = Place::File { file: file.clone(), line: lines.get(at).copied().unwrap_or(0), column: 0 };
        said.push((complaint.finding(waiver, place), waiver.story.clone()));
    }
    found.extend(said);
}

/// The lines, from 1, on which waivers begin in `issue.toml`.
fn tables(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate();
    lines.filter(|(_, line)| line.trim_start().starts_with("[[waiver]]")).map(|(at, _)| at + 1).collect()
}

/// Why a waiver does not hold.
enum Complaint {
    NoRule,
    NothingLeft,
    Never,
    NoReason,
    OtherWords(String),
}

impl Complaint {
    fn finding(&self, waiver: &Waiver, place: Place) -> Finding {
        let rule = &waiver.rule;
        let story = waiver.story.as_deref().unwrap_or("");
        let of = if story.is_empty() { Words::default() } else { words!(" for `{story}`", " pour `{story}`") };
        let (of, of_fr) = (of.en, of.fr);
        // For typing it again: a story's id stands behind the rule.
        let story = if story.is_empty() { String::new() } else { format!("{story} ") };
        let (message, hint) = match self {
            Self::NoRule => (
                words!(
                    "a waiver names `{rule}`, which is no rule",
                    "une dispense nomme `{rule}`, qui n'est pas une règle"
                ),
                or_meant(
                    words!(
                        "take the id of the finding, for example `TYP-01`",
                        "prenez le numéro de la constatation, par exemple `TYP-01`"
                    ),
                    rule,
                    rules().iter().map(|rule| rule.id),
                ),
            ),
            Self::NothingLeft => (
                words!(
                    "the waiver of {rule}{of} matches nothing any more",
                    "la dispense de {rule}{of_fr} ne correspond plus à rien"
                ),
                words!("delete its [[waiver]] from `issue.toml`", "supprimez son [[waiver]] de `issue.toml`"),
            ),
            Self::Never => (
                words!("{rule} can never be waived", "aucune dispense n'est possible pour {rule}"),
                words!(
                    "mend the text, and delete the [[waiver]] from `issue.toml`",
                    "corrigez le texte, et supprimez le [[waiver]] de `issue.toml`"
                ),
            ),
            Self::NoReason => (
                words!(
                    "the waiver of {rule}{of} does not say by whom and why",
                    "la dispense de {rule}{of_fr} ne dit pas par qui ni pourquoi"
                ),
                words!("add `by` and `reason` to its [[waiver]]", "ajoutez `by` et `reason` à son [[waiver]]"),
            ),
            Self::OtherWords(key) => (
                words!(
                    "the waiver of {rule}{of} was given for other words: the text has changed since",
                    "la dispense de {rule}{of_fr} a été donnée pour un autre texte, qui a changé depuis"
                ),
                words!(
                    "read it again; if it still holds, run `cco-news waive {rule} {story}--why …` again, or write text = \"{key}\"",
                    "relisez-le; si elle tient toujours, exécutez de nouveau `cco-news waive {rule} {story}--why …`, ou écrivez text = \"{key}\""
                ),
            ),
        };
        Finding {
            rule: WAIVE.to_owned(),
            severity: Severity::Warning,
            language: None,
            place,
            excerpt: String::new(),
            message,
            hint,
            waived: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_is_found_on_its_line() {
        assert_eq!(tables("a = 1\n[[waiver]] # one\nrule = \"x\"\n\n  [[waiver]]\n"), [2, 5]);
        assert!(tables("[waiver]\n# [[waiver]]\n").is_empty());
    }

    #[test]
    fn typography_does_not_change_a_key_and_a_word_does() {
        assert_eq!(text_key("Bonjour : « allô »"), text_key("bonjour\u{a0}:  \"Allô\"!"));
        assert_ne!(text_key("9 December"), text_key("10 December"));
        assert_eq!(text_key("x").len(), 16);
    }
}
