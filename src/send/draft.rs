//! A request for approval: the edition as it is, marked as a draft, with what the approver has to know above it. Its
//! Message-ID carries the digest, so that a reply says what was read.

use anyhow::Result;
use jiff::Timestamp;

use super::copy;
use super::dkim::{Key, Signing};
use super::links::NOBODY;
use super::secrets::Secrets;
use super::test::{is_french, with_notes};
use crate::mail::Email;
use crate::model::{Address, Edition, IssueId, Newsletter, Speech, Words};

/// What is asked, and of whom.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The issue.
    pub issue: &'a IssueId,
    /// The edition, as it lies on the disk.
    pub edition: &'a Edition,
    /// Who is asked.
    pub to: &'a Address,
    /// What stands above the edition, a paragraph each, in the edition's language.
    pub notes: &'a [Words],
}

/// What an issue carries to keep automatic replies away and to sort it among newsletters: a request is a letter to one
/// person, whose absence the office wants to hear of.
const OF_ISSUES: [&str; 4] = ["List-Id", "List-Archive", "Precedence", "X-Auto-Response-Suppress"];

/// The request as a mail. A reply goes to the mailbox that takes requests.
pub fn draft(
    draft: &Draft<'_>,
    newsletter: &Newsletter,
    (secrets, keys): (&Secrets, &[Key]),
    now: Timestamp,
) -> Result<Email> {
    let Draft { issue, edition, to, notes } = draft;
    let (mark, speech) = if is_french(edition) { ("ÉBAUCHE", Speech::Fr) } else { ("DRAFT", Speech::En) };
    let notes: Vec<String> = notes.iter().map(|note| note.say(speech).to_owned()).collect();
    let mut marked = with_notes(edition, mark, &notes);
    marked.headers.retain(|(name, _)| !OF_ISSUES.contains(&name.as_str()));
    marked.headers.extend(OF_ISSUES.map(|name| (name.to_owned(), String::new())));
    let mut answered = newsletter.clone();
    answered.sender.reply_to.clone_from(&newsletter.sender.requests);
    let mut encoded = copy::encode(&marked, &answered, Some(now))?;
    // The links to leave work for nobody: they are made for a newsletter that does not exist.
    encoded.frame.newsletter = format!("draft of {}", newsletter.id);
    let local = secrets.request_id(&newsletter.id, issue, (&edition.id, &edition.digest()), to);
    encoded.address_to_show(&local, (to, NOBODY), secrets, &Signing::new(keys, &encoded, now))
}

/// The Message-ID of a request, without angle brackets: what a reply to it names.
pub fn request_id(
    newsletter: &Newsletter,
    issue: &IssueId,
    shown: (&crate::model::EditionId, &crate::model::Digest),
    to: &Address,
    secrets: &Secrets,
) -> Result<String> {
    let local = secrets.request_id(&newsletter.id, issue, shown, to);
    Ok(format!("{local}@{}", copy::domain(newsletter)?))
}
