//! A mail to the office itself, when something waits for a person and nobody sits at the terminal.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use super::report::is_on_terminal;
use super::{Shell, clock, runtime, way_out};
use crate::check::WayOut;
use crate::ledger::Ledger;
use crate::model::{Address, AddressError, Digest, IssueId, Outcome, Words};
use crate::send::{Note, Secrets, hand_over, note};

/// What waits for a person, gathered by `run` for one mail: a key that stays the same as long as it waits, and its words.
pub(super) type Waiting = Mutex<Vec<(String, Vec<Words>)>>;

/// The ledger's name for what is to be told and was not yet.
const META_UNTOLD: &str = "office.untold";
/// Of more, the oldest are dropped: they are found by looking into the mailbox.
const UNTOLD_MAX: usize = 50;

/// Mails that are told of one by one: a letter of more is not read.
const TOLD_MAX: usize = 10;

/// Has the office told of new mail for a person. A mail is new once, so what is to be told is kept until it was: `run` may be
/// killed, or the relay away, and this may be the mail server's pipe or a job of its own.
pub(super) fn leave_to_person(mails: &[(String, Words)], ledger: &Ledger) -> Result<()> {
    let Some((hash, _)) = mails.first() else { return Ok(()) };
    let mut said = vec![words!(
        "mail has come in that a person has to read; `cco-news receive --dry-run` says what it is taken for",
        "du courriel est arrivé qu'une personne doit lire; `cco-news receive --dry-run` dit pour quoi il est pris"
    )];
    said.extend(mails.iter().take(TOLD_MAX).map(|(_, words)| words.clone()));
    let n_more = mails.len().saturating_sub(TOLD_MAX);
    if n_more > 0 {
        said.push(words!("and {n_more} more", "et {n_more} de plus"));
    }
    keep_untold(&format!("receive {hash}"), said, ledger)
}

/// Keeps what happened once and is to be told, until `run` has told it.
fn keep_untold(key: &str, said: Vec<Words>, ledger: &Ledger) -> Result<()> {
    let mut all = untold(ledger)?;
    all.push((key.to_owned(), said));
    let n_over = all.len().saturating_sub(UNTOLD_MAX);
    let pairs = |said: Vec<Words>| said.into_iter().map(|words| (words.en, words.fr)).collect();
    let all: Kept = all.into_iter().skip(n_over).map(|(key, said)| (key, pairs(said))).collect();
    ledger.set_meta(META_UNTOLD, &serde_json::to_string(&all)?)
}

/// As it is kept: a key, and sentences in English and French.
type Kept = Vec<(String, Vec<(String, String)>)>;

/// What is to be told and was not yet, by a key of its own each.
pub(super) fn untold(ledger: &Ledger) -> Result<Vec<(String, Vec<Words>)>> {
    let kept = ledger.meta(META_UNTOLD)?.and_then(|text| serde_json::from_str::<Kept>(&text).ok());
    let words = |said: Vec<(String, String)>| said.into_iter().map(|(en, fr)| Words { en, fr }).collect();
    Ok(kept.unwrap_or_default().into_iter().map(|(key, said)| (key, words(said))).collect())
}

/// It was told, or a person was looking on.
pub(super) fn forget_untold(ledger: &Ledger) -> Result<()> {
    if ledger.meta(META_UNTOLD)?.is_some_and(|text| text != "[]") { ledger.set_meta(META_UNTOLD, "[]") } else { Ok(()) }
}

/// One letter of the office's own program to a person of the office.
pub(super) struct Letter<'a> {
    pub(super) issue: &'a IssueId,
    /// What it is about, in a word: the same word about the same issue is the same message.
    pub(super) about: &'a str,
    pub(super) subject: &'a Words,
    pub(super) paragraphs: &'a [Words],
    pub(super) to: &'a str,
}

/// Tells the office once, in both languages, unless a person is looking on. That it could not be told is said, and is
/// no error: what waits for a person waits.
pub(super) fn tell(
    issue: &IssueId,
    about: &str,
    subject: &Words,
    paragraphs: &[Words],
    ledger: &Ledger,
    shell: &Shell,
) -> Result<()> {
    if let Some(waiting) = &shell.waiting {
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push((format!("{about} {issue}"), paragraphs.to_vec()));
        return Ok(());
    }
    if is_on_terminal() {
        return Ok(());
    }
    let said: Vec<String> = paragraphs.iter().map(|words| words.en.clone()).collect();
    let mark = Digest::of(said.join("\n").as_bytes());
    let key = format!("told:{issue}:{about}");
    if ledger.meta(&key)?.as_deref() == Some(mark.as_str()) {
        return Ok(());
    }
    let about = format!("{about}-{}", mark.short());
    let letter = Letter { issue, about: &about, subject, paragraphs, to: &shell.config.newsletter.sender.reply_to };
    if post(&letter, ledger, shell)? {
        ledger.set_meta(&key, mark.as_str())?;
    }
    Ok(())
}

/// Hands a letter over; says whether it left, and warns when it did not.
pub(super) fn post(letter: &Letter<'_>, ledger: &Ledger, shell: &Shell) -> Result<bool> {
    let newsletter = &shell.config.newsletter;
    let to = Address::parse(letter.to).map_err(AddressError::words)?;
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    let Letter { issue, about, subject, paragraphs, .. } = letter;
    let written = Note { issue, about, subject, paragraphs, to: &to };
    let email = note(&written, newsletter, (&Secrets::open(ledger)?, &way_out::keys(shell)?), now)?;
    let mailer = way_out::mailer(shell, ledger.state_dir())?;
    Ok(match runtime()?.block_on(hand_over(&mailer, &email))? {
        // A letter that may have arrived is not sent again: it asks for nothing that is not also said elsewhere.
        Outcome::Accepted(_) | Outcome::Unknown(_) => true,
        Outcome::Deferred(reply) | Outcome::Refused(reply) => {
            // Without a reply there is no code.
            let said = if reply.code == 0 { reply.text } else { format!("{} {}", reply.code, reply.text) };
            shell.report.warn(&words!(
                "the office could not be told by mail: {said}",
                "le bureau n'a pas pu être averti par courriel : {said}"
            ));
            false
        }
    })
}
