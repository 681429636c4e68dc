//! `run`: whatever is due now. Safe every five minutes: it sends what is approved and due, and otherwise says why not.

use anyhow::Result;
use jiff::SignedDuration;

use super::exit::Exit;
use super::send::{self, Intent};
use super::status::Standing;
use super::workspace::{self, IssueFolder};
use super::{Shell, changed, clock, subscribers, way_out, words};
use crate::check::WayOut;
use crate::ledger::{Asked, Ledger};
use crate::model::IssueId;

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Say what would be done, and do nothing.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let mut worst = Exit::Done;
    if !args.explain
        && let Some(ledger) = Ledger::open_if_there(&shell.config.state_dir()?)?
    {
        subscribers::enforce(&ledger, shell)?;
    }
    // Issues that have begun to leave come first: their retries are due whatever the month is.
    for id in workspace::issues(&shell.config) {
        if workspace::folder(&shell.config, &id).load_sent()?.is_some_and(|sent| !sent.complete) {
            worst = worst.max(go(&id, args, shell)?);
        }
    }
    worst = worst.max(corrections(shell)?);
    let id = workspace::issue_in_work(&shell.config)?;
    let folder = workspace::folder(&shell.config, &id);
    if folder.load_sent()?.is_none() {
        worst = worst.max(begin(&folder, args, shell)?);
    }
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "exit": worst as u8}));
    }
    Ok(worst)
}

/// A correction has no planned time, so it leaves when a person says so; until then, each run reminds them.
fn corrections(shell: &Shell) -> Result<Exit> {
    let mut worst = Exit::Done;
    for id in workspace::issues(&shell.config).into_iter().filter(|id| id.corrects().is_some()) {
        let folder = workspace::folder(&shell.config, &id);
        if folder.load_sent()?.is_none() {
            let next = Standing::of(&folder, shell)?.next(&id);
            shell.report.warn(&words!(
                "correction {id} waits for a person. next: {next}",
                "le rectificatif {id} attend une personne. ensuite : {next}"
            ));
            worst = worst.max(Exit::Look);
        }
    }
    Ok(worst)
}

fn go(id: &IssueId, args: &Args, shell: &Shell) -> Result<Exit> {
    if args.explain {
        shell.report.line(&words!(
            "would send issue {id}, as far as it has not left",
            "enverrait le numéro {id}, pour ce qui n'est pas parti"
        ));
        return Ok(Exit::Done);
    }
    let ledger = Ledger::open(&shell.config.state_dir()?)?;
    if ledger.is_sending()? {
        // A send that takes longer than the timer is in order: the next run looks again.
        shell.report.line(&words!(
            "another `cco-news send` or `run` is sending now: the next run looks again",
            "un autre `cco-news send` ou `run` envoie en ce moment : le prochain passage verra"
        ));
        return Ok(Exit::Done);
    }
    if ledger.control(id)?.is_some_and(|control| control.asked == Asked::Paused) {
        shell.report.line(&words!(
            "issue {id} is paused: cco-news resume {id} lets it go on",
            "le numéro {id} est en pause : cco-news resume {id} le laisse continuer"
        ));
        return Ok(Exit::Done);
    }
    let intent = Intent {
        is_dry: false,
        is_late_allowed: true,
        is_confirmed: true,
        is_delivered_again: false,
        audience: None,
        only: Vec::new(),
    };
    let exit = send::send(id, &intent, shell)?;
    // Copies that wait for their next try are in order: the next run takes them.
    let is_in_order = exit == Exit::Blocked && (ledger.is_held(id, clock())? || is_waiting(id, shell)?);
    Ok(if is_in_order { Exit::Done } else { exit })
}

fn is_waiting(id: &IssueId, shell: &Shell) -> Result<bool> {
    let standing = Standing::of(&workspace::folder(&shell.config, id), shell)?;
    Ok(!standing.has_changed && standing.counts.values().any(|counts| counts.deferred > 0))
}

fn begin(folder: &IssueFolder<'_>, args: &Args, shell: &Shell) -> Result<Exit> {
    let newsletter = &shell.config.newsletter;
    let id = &folder.id;
    let planned = newsletter.schedule.send_at(id)?;
    let shown = words::moment(planned, newsletter);
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    let late = SignedDuration::from_hours(i64::from(newsletter.policy.late_hours));
    if now < planned {
        shell.report.line(&words!(
            "issue {id} leaves on {shown}: nothing to do yet",
            "le numéro {id} part le {shown} : rien à faire pour l'instant"
        ));
        return Ok(Exit::Done);
    }
    if now.duration_since(planned) > late {
        shell.report.warn(&words!(
            "held: issue {id} was planned for {shown}; nothing leaves late by itself. A person may: cco-news send {id} --late",
            "retenu : le numéro {id} était prévu pour le {shown}; rien ne part en retard tout seul. Une personne le peut : cco-news send {id} --late"
        ));
        return Ok(Exit::Blocked);
    }
    let standing = Standing::of(folder, shell)?;
    let why = if standing.editions.is_empty() {
        Some(words!("it is not composed", "il n'est pas composé"))
    } else if standing.has_changed {
        let (manifest, editions) = folder.composed()?;
        changed::say(folder, &manifest, &editions, shell)?;
        Some(words!("its files have changed since it was composed", "ses fichiers ont changé depuis sa composition"))
    } else if standing.is_blocked {
        Some(words!("the check found what blocks", "la vérification a trouvé ce qui bloque"))
    } else if standing.missing.is_empty() {
        None
    } else {
        let names: Vec<String> = standing.missing.iter().map(|(edition, _)| edition.to_string()).collect();
        let names = names.join(", ");
        Some(words!("not approved: {names}", "pas approuvé : {names}"))
    };
    if let Some(why) = why {
        let (next, en, fr) = (standing.next(id), why.en, why.fr);
        shell.report.warn(&words!(
            "held: issue {id} was to leave on {shown}, but {en}. next: {next}",
            "retenu : le numéro {id} devait partir le {shown}, mais {fr}. ensuite : {next}"
        ));
        return Ok(Exit::Blocked);
    }
    go(id, args, shell)
}
