//! A copy for the office itself: marked as a test in its subject and at its top, and counted nowhere.

use anyhow::Result;
use jiff::Timestamp;

use super::copy;
use super::dkim::{Key, Signing};
use super::links::NOBODY;
use super::secrets::Secrets;
use crate::mail::{Email, Handed, Mailer};
use crate::model::{Address, Edition, IssueId, Newsletter, Outcome};

/// Sends a test of an edition to one address; what the way out said comes back. The links to leave work for nobody:
/// they are made for a newsletter that does not exist.
pub async fn test_copy(
    mailer: &Mailer,
    newsletter: &Newsletter,
    (edition, to): (&Edition, &Address),
    (secrets, keys): (&Secrets, &[Key]),
    now: Timestamp,
) -> Result<Outcome> {
    let marked = marked(edition);
    let mut encoded = copy::encode(&marked, newsletter, Some(now))?;
    encoded.frame.newsletter = format!("test of {}", newsletter.id);
    // The time is part of the name, so that a second test is a second message.
    let issue = IssueId::parse(&format!("0000-01-test-{}", now.as_millisecond()))?;
    hand_over(mailer, &encoded.address(&issue, (to, NOBODY), secrets, &Signing::new(keys, &encoded, now))?).await
}

/// Hands over one message that no ledger counts; what the way out said comes back.
pub async fn hand_over(mailer: &Mailer, email: &Email) -> Result<Outcome> {
    let mut line = mailer.line();
    let handed = line.hand_over(email, async { Ok(()) }).await?;
    line.close().await;
    Ok(match handed {
        Handed::Done(outcome) => outcome,
        Handed::AboutUs(reply) => Outcome::Refused(reply),
        Handed::Away(reply) => Outcome::Deferred(reply),
    })
}

fn marked(edition: &Edition) -> Edition {
    let french = is_french(edition);
    let (mark, note) = if french {
        ("ESSAI", "Ceci est un essai, envoyé avant l'approbation. Les liens de désabonnement n'y fonctionnent pas.")
    } else {
        ("TEST", "This is a test, sent before approval. The links to unsubscribe do not work in it.")
    };
    with_notes(edition, mark, &[note.to_owned()])
}

pub(super) fn is_french(edition: &Edition) -> bool {
    edition.langs.first().is_some_and(crate::model::Lang::is_french)
}

/// An edition that says at its top what it is: a mark in the subject, and paragraphs above everything else.
pub(super) fn with_notes(edition: &Edition, mark: &str, notes: &[String]) -> Edition {
    let mut marked = edition.clone();
    marked.subject = format!("[{mark}] {}", edition.subject);
    marked.text = format!("*** {} ***\n\n{}", notes.join("\n\n"), edition.text);
    let paragraph = |note: &String| {
        let escaped = note.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
        format!("<p style=\"margin:0;padding:12px;background:#fff3cd;color:#000;font-family:sans-serif\">{escaped}</p>")
    };
    let boxes: String = notes.iter().map(paragraph).collect();
    let at = edition.html.find("<body").and_then(|body| Some(body + edition.html[body..].find('>')? + 1)).unwrap_or(0);
    marked.html.insert_str(at, &boxes);
    marked
}
