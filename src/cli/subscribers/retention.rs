//! `subscribers retention`, and what `run` does each time: what was kept long enough is forgotten.

use anyhow::Result;
use serde_json::json;

use super::super::Shell;
use super::super::exit::Exit;
use crate::ledger::Ledger;
use crate::send::retention::{Forgotten, forget};

pub(super) fn run(ledger: &Ledger, is_dry: bool, shell: &Shell) -> Result<Exit> {
    let forgotten = forget(ledger, &shell.config.newsletter.retention, is_dry, shell.now)?;
    let Forgotten { departed, unconfirmed, copies, letters } = forgotten;
    let said = if is_dry {
        words!(
            "would forget: {departed} people who left, {unconfirmed} who never confirmed, the addresses of {copies} copies, {letters} letters",
            "oublierait : {departed} personnes parties, {unconfirmed} jamais confirmées, les adresses de {copies} exemplaires, {letters} lettres"
        )
    } else {
        words!(
            "forgotten: {departed} people who left, {unconfirmed} who never confirmed, the addresses of {copies} copies, {letters} letters",
            "oubliés : {departed} personnes parties, {unconfirmed} jamais confirmées, les adresses de {copies} exemplaires, {letters} lettres"
        )
    };
    shell.report.line(&said);
    if shell.report.is_json {
        shell.report.json(&json!({
            "dry_run": is_dry, "departed": departed, "unconfirmed": unconfirmed, "copies": copies, "letters": letters,
        }));
    }
    Ok(Exit::Done)
}

/// For `run`: enforces the table, and says so only when something was forgotten.
pub(crate) fn enforce(ledger: &Ledger, shell: &Shell) -> Result<()> {
    let forgotten = forget(ledger, &shell.config.newsletter.retention, false, shell.now)?;
    if forgotten == Forgotten::default() {
        return Ok(());
    }
    let Forgotten { departed, unconfirmed, copies, letters } = forgotten;
    let n = departed + unconfirmed + copies + letters;
    shell.report.line(&words!(
        "{n} rows about people were kept long enough, and are forgotten",
        "{n} lignes sur des personnes ont été gardées assez longtemps, et sont oubliées"
    ));
    Ok(())
}
