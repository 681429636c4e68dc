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
            "would forget: who left {departed}, who never confirmed {unconfirmed}, addresses of copies {copies}, letters {letters}",
            "oublierait : parties {departed}, jamais confirmées {unconfirmed}, adresses d'exemplaires {copies}, lettres {letters}"
        )
    } else {
        words!(
            "forgotten: who left {departed}, who never confirmed {unconfirmed}, addresses of copies {copies}, letters {letters}",
            "oublié : parties {departed}, jamais confirmées {unconfirmed}, adresses d'exemplaires {copies}, lettres {letters}"
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
        "rows about people that were kept long enough and are forgotten: {n}",
        "lignes sur des personnes, gardées assez longtemps et oubliées : {n}"
    ));
    Ok(())
}
