//! `pause`, `resume`, `cancel`: what a person asks of an issue that is leaving, from another terminal. A running `send`
//! looks at it each second.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};

use super::exit::Exit;
use super::report::ask;
use super::workspace;
use super::{Shell, certificate, clock, way_out, words};
use crate::check::WayOut;
use crate::ledger::{Asked, Ledger, SinceBackup};
use crate::model::{Counts, EditionId, IssueId};
use crate::send::cancel_rest;

/// How long `cancel` waits for a running `send` to finish what is in flight, in tenths of a second.
const WAIT_TENTHS_MAX: u32 = 100;

/// Arguments of `pause` and `resume`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
}

/// Arguments of `cancel`.
#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

pub(super) fn pause(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    let ledger = leaving(id, shell)?;
    ledger.ask(id, Asked::Paused, clock())?;
    shell.report.line(&words!(
        "paused: issue {id} sends nothing until cco-news resume {id}",
        "en pause : le numéro {id} n'envoie rien avant cco-news resume {id}"
    ));
    json(id, "paused", shell);
    Ok(Exit::Done)
}

pub(super) fn resume(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    let ledger = leaving(id, shell)?;
    if ledger.control(id)?.is_some_and(|control| control.asked == Asked::Cancelled) {
        bail!(words!(
            "issue {id} was cancelled: it cannot go on",
            "le numéro {id} a été annulé : il ne peut pas reprendre"
        ));
    }
    let line = if ledger.go_on(id)? {
        ledger.note_resumed(id, clock())?;
        words!(
            "resumed: a waiting `send` goes on within a second; if there is none: cco-news send {id}",
            "repris : un `send` en attente continue dans la seconde; s'il n'y en a pas : cco-news send {id}"
        )
    } else {
        words!("issue {id} was not paused", "le numéro {id} n'était pas en pause")
    };
    shell.report.line(&line);
    json(id, "resumed", shell);
    Ok(Exit::Done)
}

pub(super) fn cancel(args: &CancelArgs, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    if let Some(ledger) = shell.ledger_if_there()?
        && ledger.restored_hold(id)?.is_some()
        && ledger.frozen(id)?.is_none()
    {
        return give_up_held(args, &ledger, shell);
    }
    if !workspace::has_begun(&workspace::folder(&shell.config, id))? {
        return give_up(args, shell);
    }
    let ledger = leaving(id, shell)?;
    let left: u64 = ledger.counts(id)?.values().map(|counts| counts.to_send + counts.in_flight + counts.deferred).sum();
    let question = words!(
        "Cancel issue {id}? {left} people would never get it. Type yes:",
        "Annuler le numéro {id}? {left} personnes ne le recevraient jamais. Tapez oui :"
    );
    if !args.yes && !ask(shell.report, &question) {
        shell.report.alert(&words!(
            "not cancelled: it takes a typed yes, or `--yes`",
            "pas annulé : il faut un oui tapé au clavier, ou `--yes`"
        ));
        return Ok(Exit::Blocked);
    }
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    ledger.ask(id, Asked::Cancelled, now)?;
    lift(id, &ledger, shell)?;
    for _ in 0..WAIT_TENTHS_MAX {
        if !ledger.is_sending()? || is_complete(&ledger.counts(id)?) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    if ledger.is_sending()? && !is_complete(&ledger.counts(id)?) {
        shell.report.warn(&words!(
            "the running `send` finishes what is in flight, and then cancels the rest",
            "le `send` en cours termine ce qui est en train de partir, puis annule le reste"
        ));
        return Ok(Exit::Look);
    }
    let counts = if is_complete(&ledger.counts(id)?) {
        ledger.counts(id)?
    } else {
        cancel_rest(&ledger, id, now, &(Arc::new(|_| Ok(())) as crate::send::Step))?
    };
    workspace::record_counts(&shell.config, id, &counts, is_complete(&counts))?;
    certificate::save(&workspace::folder(&shell.config, id), &ledger, shell)?;
    for (edition, counted) in &counts {
        let counted = words::counted(counted);
        let (en, fr) = (counted.en, counted.fr);
        shell.report.line(&words!("{edition}: {en}", "{edition} : {fr}"));
    }
    shell.report.line(&words!("cancelled: issue {id}", "annulé : numéro {id}"));
    json(id, "cancelled", shell);
    Ok(Exit::Done)
}

/// Gives up an issue of which nothing has left: it never does, and the next one is in work.
fn give_up(args: &CancelArgs, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    let question = words!(
        "Give up issue {id}? Nothing of it has left, and nothing ever would. Type yes:",
        "Renoncer au numéro {id}? Rien n'en est parti, et rien n'en partirait jamais. Tapez oui :"
    );
    if !args.yes && !ask(shell.report, &question) {
        shell.report.alert(&words!(
            "not cancelled: it takes a typed yes, or `--yes`",
            "pas annulé : il faut un oui tapé au clavier, ou `--yes`"
        ));
        return Ok(Exit::Blocked);
    }
    let sent = workspace::Sent {
        frozen_at: shell.now,
        digests: BTreeMap::new(),
        counts: BTreeMap::new(),
        complete: true,
        stories: Vec::new(),
        given_up: true,
    };
    workspace::folder(&shell.config, id).save_sent(&sent)?;
    shell
        .report
        .line(&words!("cancelled: issue {id}; nothing of it has left", "annulé : numéro {id}; rien n'en est parti"));
    json(id, "cancelled", shell);
    Ok(Exit::Done)
}

/// Gives up an issue that is held after a restore and that the ledger knows nothing of: what its own file says of what left
/// stays said.
fn give_up_held(args: &CancelArgs, ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    let folder = workspace::folder(&shell.config, &args.issue);
    let exit = match folder.load_sent()? {
        None => give_up(args, shell)?,
        Some(sent) => {
            folder.save_sent(&workspace::Sent { complete: true, ..sent })?;
            let id = &args.issue;
            shell.report.line(&words!("cancelled: issue {id}", "annulé : numéro {id}"));
            json(id, "cancelled", shell);
            Exit::Done
        }
    };
    if exit == Exit::Done {
        lift(&args.issue, ledger, shell)?;
    }
    Ok(exit)
}

/// What is cancelled need not be held any more.
fn lift(id: &IssueId, ledger: &Ledger, shell: &Shell) -> Result<()> {
    ledger.lift_hold(id, SinceBackup::GivenUp, "cancel", |_, _| String::new(), shell.now).map(|_| ())
}

/// The ledger, when it has an issue that is leaving.
fn leaving(id: &IssueId, shell: &Shell) -> Result<Ledger> {
    let ledger = shell.ledger_if_there()?;
    let frozen = ledger.as_ref().map(|ledger| ledger.frozen(id)).transpose()?.flatten();
    let (Some(ledger), Some(frozen)) = (ledger, frozen) else {
        bail!(words!("issue {id} has not begun to leave", "le numéro {id} n'a pas commencé à partir"));
    };
    if frozen.completed.is_some() {
        bail!(words!(
            "issue {id} is complete: every copy has its outcome",
            "le numéro {id} est complet : chaque exemplaire a son résultat"
        ));
    }
    Ok(ledger)
}

fn is_complete(counts: &BTreeMap<EditionId, Counts>) -> bool {
    counts.values().all(Counts::is_complete)
}

fn json(id: &IssueId, what: &str, shell: &Shell) {
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "asked": what}));
    }
}
