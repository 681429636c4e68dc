//! What comes next on the way to an approval, the same wherever it is said.

use anyhow::Result;

use super::{awaited, can_ask, missing};
use crate::cli::Shell;
use crate::cli::workspace::IssueFolder;
use crate::model::{Edition, EditionId, IssueId, Words};

/// What a person does next about the approvals of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Step {
    /// Every edition is approved as it is.
    Send,
    /// Somebody can be asked by mail, and was not.
    Ask,
    /// Everybody who is needed was asked, and has not answered.
    Wait,
    /// Nobody can be asked by mail: the approval is given at the terminal.
    Give(EditionId),
}

/// What comes next for these editions.
pub(in crate::cli) fn step(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<Step> {
    let newsletter = &shell.config.newsletter;
    let missing = missing(folder, editions, shell)?;
    let Some((first, _)) = missing.first() else { return Ok(Step::Send) };
    let awaited = awaited(folder, editions, shell)?;
    let is_awaited = |edition: &EditionId| awaited.iter().any(|asked| asked.edition == *edition);
    if missing.iter().any(|(edition, _)| can_ask(newsletter, edition) && !is_awaited(edition)) {
        return Ok(Step::Ask);
    }
    let by_hand = missing.iter().find(|(edition, _)| !is_awaited(edition)).map(|(edition, _)| edition);
    let is_by_mail = newsletter.policy.mailed_reply && !newsletter.policy.signed_only;
    Ok(match by_hand {
        Some(edition) => Step::Give(edition.clone()),
        None if is_by_mail => Step::Wait,
        None => Step::Give(first.clone()),
    })
}

impl Step {
    /// The command, as a person would type it, without words of any language.
    pub(in crate::cli) fn command(&self, id: &IssueId) -> String {
        match self {
            Self::Send => format!("cco-news send {id}"),
            Self::Ask => format!("cco-news approve {id} --request"),
            Self::Wait => format!("cco-news approve {id} --reply ….eml"),
            Self::Give(edition) => format!("cco-news approve {id} --edition {edition} --by \"…\""),
        }
    }

    /// The same as a sentence, with the other way where there is one.
    pub(in crate::cli) fn words(&self, id: &IssueId) -> Words {
        let Words { en, fr } = self.said(id);
        words!("next: {en}", "ensuite : {fr}")
    }

    fn said(&self, id: &IssueId) -> Words {
        match self {
            Self::Send | Self::Ask => Words::same(self.command(id)),
            Self::Wait => words!(
                "once they have answered, cco-news receive, or cco-news approve {id} --reply FILE.eml",
                "une fois la réponse reçue, cco-news receive, ou cco-news approve {id} --reply FICHIER.eml"
            ),
            Self::Give(edition) => words!(
                "cco-news approve {id} --edition {edition} --by \"Your name\"",
                "cco-news approve {id} --edition {edition} --by \"Votre nom\""
            ),
        }
    }
}
