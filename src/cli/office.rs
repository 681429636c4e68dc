//! A mail to the office itself, when something waits for a person and nobody sits at the terminal.

use anyhow::Result;

use super::report::is_on_terminal;
use super::{Shell, clock, runtime, way_out};
use crate::check::WayOut;
use crate::ledger::Ledger;
use crate::model::{Address, AddressError, Digest, IssueId, Outcome, Words};
use crate::send::{Note, Secrets, hand_over, note};

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
    if is_on_terminal() {
        return Ok(());
    }
    let newsletter = &shell.config.newsletter;
    let said: Vec<String> = paragraphs.iter().map(|words| words.en.clone()).collect();
    let mark = Digest::of(said.join("\n").as_bytes());
    let key = format!("told:{issue}:{about}");
    if ledger.meta(&key)?.as_deref() == Some(mark.as_str()) {
        return Ok(());
    }
    let to = Address::parse(&newsletter.sender.reply_to).map_err(AddressError::words)?;
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    let written = Note { issue, about: &format!("{about}-{}", mark.short()), subject, paragraphs, to: &to };
    let email = note(&written, newsletter, (&Secrets::open(ledger)?, &way_out::keys(shell)?), now)?;
    let mailer = way_out::mailer(shell, ledger.state_dir())?;
    match runtime()?.block_on(hand_over(&mailer, &email))? {
        Outcome::Accepted(_) | Outcome::Unknown(_) => ledger.set_meta(&key, mark.as_str())?,
        Outcome::Deferred(reply) | Outcome::Refused(reply) => {
            let (code, text) = (reply.code, reply.text);
            shell.report.warn(&words!(
                "the office could not be told by mail: {code} {text}",
                "le bureau n'a pas pu être averti par courriel : {code} {text}"
            ));
        }
    }
    Ok(())
}
