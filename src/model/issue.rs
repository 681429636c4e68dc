//! An issue as the editor decided it: what `curate` gives and `compose` and `check` read (`issue.json`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Finding, IssueId, Lang, Story, Texts, Translation};

/// An issue: the picked stories with the editor's words in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Which one.
    pub id: IssueId,
    /// The planned send time; dates in stories are judged at it.
    pub send_at: Timestamp,
    /// The subject, without the newsletter's name.
    pub subject: Texts,
    /// The line that mail programs show beside the subject.
    pub preheader: Texts,
    /// The opening: sanitised HTML.
    pub opening: Texts,
    /// Sections with at least one story, in order.
    pub sections: Vec<IssueSection>,
    /// Findings that a named person has accepted, with a reason.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// What `curate` had to say: unknown ids, stories that changed after they were picked.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// The newsletter's languages, source first: what parity compares.
    pub languages: Vec<Lang>,
    /// How far each story's translation is; empty before `translate` has looked.
    #[serde(default)]
    pub translations: Vec<Translation>,
}

impl Issue {
    /// All picked stories, in the order of the issue.
    pub fn stories(&self) -> impl Iterator<Item = &Story> {
        self.sections.iter().flat_map(|section| &section.stories)
    }
}

/// One section of an issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IssueSection {
    /// The section's key in `newsletter.toml`.
    pub id: String,
    /// Its stories, in order.
    pub stories: Vec<Story>,
}

/// A finding that a named person has accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule.
    pub rule: String,
    /// The story; none: the whole edition.
    #[serde(default)]
    pub story: Option<String>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// First 16 hexadecimal digits of the SHA-256 of the text it was given for: another text voids it.
    #[serde(default)]
    pub text: String,
}
