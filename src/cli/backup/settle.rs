//! What becomes of an issue that is held after a restore: a person says what left of it since the backup.

use std::fs;

use anyhow::{Result, bail};
use serde_json::json;

use super::super::exit::Exit;
use super::super::send::{self, Intent};
use super::super::{Shell, certificate, gate, subscribers, words, workspace};
use crate::ledger::{Ledger, Settled, SinceBackup};
use crate::model::{Counts, IssueId, Words};
use crate::send::Secrets;

/// What a person says left since the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Left {
    /// Nothing.
    Nothing,
    /// Perhaps some copies.
    Perhaps,
    /// Every copy.
    All,
}

/// Why an issue of a restored ledger is held, and how a person lets it go; none: it is not.
pub(in crate::cli) fn held(id: &IssueId, ledger: &Ledger, shell: &Shell) -> Result<Option<Words>> {
    let Some(hold) = ledger.restored_hold(id)? else { return Ok(None) };
    let newsletter = &shell.config.newsletter;
    let (made, at) = (words::moment(hold.backup_at, newsletter), words::moment(hold.at, newsletter));
    Ok(Some(words!(
        "held: the ledger was restored on {at} from a backup of {made}, and does not know what left of issue {id} since.
    if nothing left:           cco-news resolve {id} --nothing-left --by \"Your name\"
    if it left to everybody:   cco-news resolve {id} --all-left --by \"Your name\"
    if you do not know:        cco-news resolve {id} --may-have-left --by \"Your name\", then --log FILE with the mail server's log
    to give it up:             cco-news cancel {id}",
        "retenu : le registre a été restauré le {at} d'une sauvegarde du {made}, et ne sait pas ce qui est parti du numéro {id} depuis.
    si rien n'est parti :              cco-news resolve {id} --nothing-left --by \"Votre nom\"
    s'il est parti à tout le monde :   cco-news resolve {id} --all-left --by \"Votre nom\"
    si vous ne le savez pas :          cco-news resolve {id} --may-have-left --by \"Votre nom\", puis --log FICHIER avec le journal du serveur de courriel
    pour y renoncer :                  cco-news cancel {id}"
    )))
}

/// Settles a hold on somebody's word. Nobody gets mail by it.
pub(in crate::cli) fn settle(id: &IssueId, left: Left, by: &str, ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    if ledger.restored_hold(id)?.is_none() {
        shell.report.warn(&words!("issue {id} is not held", "le numéro {id} n'est pas retenu"));
        return Ok(Exit::Look);
    }
    if left == Left::Nothing {
        return release(id, by, ledger, shell);
    }
    if ledger.frozen(id)?.is_none() && !freeze_only(id, shell)? {
        shell.report.alert(&words!(
            "issue {id} is not here as it left, so its copies cannot be known: cco-news cancel {id} closes it, and nobody gets it",
            "le numéro {id} n'est pas ici tel qu'il est parti, on ne peut donc pas connaître ses exemplaires : cco-news cancel {id} le clôt, et personne ne le reçoit"
        ));
        return Ok(Exit::Blocked);
    }
    let (secrets, newsletter, issue) = (Secrets::open(ledger)?, shell.config.newsletter.clone(), id.clone());
    let domain = newsletter.sender.domain().to_owned();
    ledger.lift_hold(
        id,
        SinceBackup::Perhaps,
        by,
        move |edition, to| format!("<{}@{domain}>", secrets.message_id(&newsletter.id, &issue, edition, to)),
        shell.now,
    )?;
    if left == Left::All {
        let n = ledger.settle_rest(id, Settled::Accepted, by, shell.now)?;
        shell.report.line(&words!(
            "counted as accepted on the word of {by}: {n}",
            "comptés comme acceptés sur la parole de {by} : {n}"
        ));
    }
    let is_complete = ledger.complete(id, shell.now)?;
    workspace::record_counts(&shell.config, id, &ledger.counts(id)?, is_complete)?;
    certificate::save(&workspace::folder(&shell.config, id), ledger, shell)?;
    Ok(Exit::Done)
}

/// Freezes an issue of which a person says that it left, so that the ledger has a row for each copy again. Says whether it
/// could be; why not is told.
fn freeze_only(id: &IssueId, shell: &Shell) -> Result<bool> {
    if workspace::folder(&shell.config, id).load_manifest()?.is_none() {
        return Ok(false);
    }
    let Some(departure) = send::departure(id, &[], shell)? else { return Ok(false) };
    if gate::gate(&departure, &Intent { is_late_allowed: true, ..Intent::default() }, shell)?.is_some() {
        return Ok(false);
    }
    departure.ledger.wake(departure.now)?;
    subscribers::import_lists(&departure.ledger, departure.now, shell)?;
    send::freeze(&departure, shell)?;
    Ok(true)
}

/// Nothing left: the ledger is right as it is, unless a file that is younger knows better.
fn release(id: &IssueId, by: &str, ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    let folder = workspace::folder(&shell.config, id);
    let known = ledger.counts(id)?.values().map(had).sum::<u64>();
    if let Some(sent) = folder.load_sent()? {
        let n = sent.counts.values().map(had).sum::<u64>();
        if n > known {
            let file = folder.shown("sent.json");
            bail!(words!(
                "`{file}` says that {n} copies left, and the restored ledger knows of {known}: use --all-left or --may-have-left",
                "`{file}` dit que {n} exemplaires sont partis, et le registre restauré en connaît {known} : utilisez --all-left ou --may-have-left"
            ));
        }
        if ledger.frozen(id)?.is_none() && !sent.given_up {
            // It says that the issue began to leave, which a person now says is not so.
            fs::remove_file(folder.file("sent.json"))?;
        }
    }
    ledger.lift_hold(id, SinceBackup::Nothing, by, |_, _| String::new(), shell.now)?;
    shell.report.line(&words!(
        "released: issue {id} leaves again as any other: cco-news status {id}",
        "libéré : le numéro {id} part de nouveau comme tout autre : cco-news status {id}"
    ));
    if shell.report.is_json {
        shell.report.json(&json!({"issue": id, "held": false}));
    }
    Ok(Exit::Done)
}

/// Copies that a mail server has, or may have.
fn had(counts: &Counts) -> u64 {
    counts.accepted + counts.unknown
}
