//! What leaves: issues that have begun go on, the one whose turn it is begins at its time, and what is late or stood still
//! is held.

use anyhow::Result;
use jiff::SignedDuration;

use super::super::backup::settle;
use super::super::exit::Exit;
use super::super::send::{self, Intent};
use super::super::status::Standing;
use super::super::workspace::{self, IssueFolder, Sent};
use super::super::{changed, clock};
use super::{Came, Item, State, Task, View};
use crate::ledger::{Asked, Ledger};
use crate::model::{IssueId, Leaving, Words};

/// What is to leave, and what is held.
pub(super) fn items(view: &View<'_>) -> Result<Vec<Item>> {
    let config = &view.shell.config;
    let turn = config.newsletter.turn(view.now)?;
    let before = config.newsletter.before(&turn);
    let mut items = Vec::new();
    // After a restore, only a person knows what left since the backup.
    let held = view.ledger.map(Ledger::held_issues).transpose()?.unwrap_or_default();
    for (id, ledger) in held.iter().zip(view.ledger.into_iter().cycle()) {
        if let Some(why) = settle::held(id, ledger, view.shell)? {
            items.push(item(id, State::Person("restored"), why));
        }
    }
    // Issues that have begun to leave come first: their retries are due whatever the month is.
    for id in workspace::issues(config).into_iter().filter(|id| !held.contains(id)) {
        let folder = workspace::folder(config, &id);
        match folder.load_sent()? {
            Some(sent) if !sent.complete => items.push(begun(&id, &sent, view)?),
            None if id.corrects().is_some() => items.push(correction(&folder, view)?),
            _ => {}
        }
    }
    for id in before.into_iter().chain([turn]).filter(|id| !held.contains(id)) {
        let folder = workspace::folder(config, &id);
        if folder.load_sent()?.is_none() {
            items.push(planned(&folder, view)?);
        }
    }
    Ok(items)
}

fn item(id: &IssueId, state: State, said: Words) -> Item {
    Item::new(Task::Send, Some(id), state, said)
}

/// An issue of which something has left, or may have.
fn begun(id: &IssueId, sent: &Sent, view: &View<'_>) -> Result<Item> {
    let Some(ledger) = view.ledger else {
        let state = &view.shell.config.newsletter.state_dir;
        let said = words!(
            "held: issue {id} began to leave, and there is no ledger in `{state}`: put back the one it left with",
            "retenu : le numéro {id} a commencé à partir, et il n'y a pas de registre dans `{state}` : remettez celui avec lequel il est parti"
        );
        return Ok(item(id, State::Person("no-ledger"), said));
    };
    if ledger.is_sending()? {
        // A send that takes longer than the timer is in order: the next run looks again.
        let said = words!(
            "another `cco-news send` or `run` is sending now: the next run looks again",
            "un autre `cco-news send` ou `run` envoie en ce moment : le prochain passage verra"
        );
        return Ok(item(id, State::Waits(view.now), said));
    }
    if let Some(control) = ledger.control(id)?.filter(|control| control.asked == Asked::Paused) {
        let since = view.moment(control.at);
        let said = words!(
            "issue {id} is paused since {since}: cco-news resume {id} lets it go on",
            "le numéro {id} est en pause depuis le {since} : cco-news resume {id} le laisse continuer"
        );
        return Ok(item(id, State::Waits(control.at), said));
    }
    let signs = [ledger.last_sign(id)?, ledger.resumed(id)?, Some(sent.frozen_at)];
    let last = signs.into_iter().flatten().max().unwrap_or(sent.frozen_at);
    let newsletter = &view.shell.config.newsletter;
    let still =
        SignedDuration::from_hours(i64::from(newsletter.delivery.retry_hours)).max(newsletter.policy.late_limit());
    if !ledger.is_held(id, last)? && view.now.duration_since(last) > still {
        let since = view.moment(last);
        let said = words!(
            "held: issue {id} began to leave and stands still since {since}; nothing so old leaves by itself. A person may: cco-news send {id}",
            "retenu : le numéro {id} a commencé à partir et n'avance plus depuis le {since}; rien d'aussi ancien ne part tout seul. Une personne le peut : cco-news send {id}"
        );
        return Ok(item(id, State::Person("stood-still"), said));
    }
    let said = words!("issue {id} goes on leaving", "le numéro {id} continue à partir");
    Ok(item(id, State::Due, said))
}

/// A correction has no planned time, so it leaves when a person says so; until then, they are reminded.
fn correction(folder: &IssueFolder<'_>, view: &View<'_>) -> Result<Item> {
    let id = &folder.id;
    let next = Standing::of(folder, view.shell)?.next(id);
    let said = words!(
        "correction {id} waits for a person. next: {next}",
        "le rectificatif {id} attend une personne. ensuite : {next}"
    );
    Ok(item(id, State::Person("correction"), said))
}

/// An issue of which nothing has left.
fn planned(folder: &IssueFolder<'_>, view: &View<'_>) -> Result<Item> {
    let id = &folder.id;
    let agenda = view.shell.config.newsletter.agenda(id)?;
    let shown = view.moment(agenda.planned);
    match agenda.leaving(view.now) {
        Leaving::Early => {
            let said = words!(
                "issue {id} leaves on {shown}: nothing to do yet",
                "le numéro {id} part le {shown} : rien à faire pour l'instant"
            );
            Ok(item(id, State::Waits(agenda.planned), said))
        }
        Leaving::Late => {
            let said = if folder.load_manifest()?.is_some() {
                words!(
                    "held: issue {id} was planned for {shown}; nothing leaves late by itself. A person may: cco-news send {id} --late; or let it be: cco-news cancel {id}",
                    "retenu : le numéro {id} était prévu pour le {shown}; rien ne part en retard tout seul. Une personne le peut : cco-news send {id} --late; ou y renoncer : cco-news cancel {id}"
                )
            } else {
                words!(
                    "issue {id} was planned for {shown} and was never composed. If it is to be: cco-news compose {id}; if not: cco-news cancel {id}",
                    "le numéro {id} était prévu pour le {shown} et n'a jamais été composé. S'il doit paraître : cco-news compose {id}; sinon : cco-news cancel {id}"
                )
            };
            Ok(item(id, State::Person("late"), said))
        }
        Leaving::Due => {
            let Some((reason, why)) = obstacle(folder, view)? else {
                return Ok(item(id, State::Due, words!("issue {id} leaves now", "le numéro {id} part maintenant")));
            };
            let next = Standing::of(folder, view.shell)?.next(id);
            let (until, en, fr) = (view.moment(agenda.until), why.en, why.fr);
            let said = words!(
                "held: issue {id} was to leave on {shown}, but {en}. next: {next}. It leaves by itself until {until}",
                "retenu : le numéro {id} devait partir le {shown}, mais {fr}. ensuite : {next}. Il part tout seul jusqu'au {until}"
            );
            Ok(item(id, State::Person(reason), said))
        }
    }
}

/// Why an issue whose time has come cannot leave.
fn obstacle(folder: &IssueFolder<'_>, view: &View<'_>) -> Result<Option<(&'static str, Words)>> {
    let standing = Standing::of(folder, view.shell)?;
    Ok(if standing.editions.is_empty() {
        Some(("not-composed", words!("it is not composed", "il n'est pas composé")))
    } else if standing.has_changed {
        let (manifest, editions) = folder.composed()?;
        changed::say(folder, &manifest, &editions, view.shell)?;
        Some((
            "changed",
            words!("its files have changed since it was composed", "ses fichiers ont changé depuis sa composition"),
        ))
    } else if standing.is_blocked {
        Some(("blocked", words!("the check found what blocks", "la vérification a trouvé ce qui bloque")))
    } else if standing.missing.is_empty() {
        None
    } else {
        let names: Vec<String> = standing.missing.iter().map(|(edition, _)| edition.to_string()).collect();
        let names = names.join(", ");
        Some(("not-approved", words!("not approved: {names}", "pas approuvé : {names}")))
    })
}

/// Lets an issue leave, or go on leaving.
pub(super) fn go(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let id = due.issue.as_ref().expect("an item of sending has an issue");
    let intent = Intent { is_late_allowed: true, is_confirmed: true, ..Intent::default() };
    let exit = match send::send(id, &intent, view.shell) {
        Ok(exit) => exit,
        Err(_) if ledger.is_sending()? => {
            let said = words!("another process sends it", "un autre processus l'envoie");
            return Ok(Came { exit: Exit::Done, item: item(id, State::Waits(view.now), said) });
        }
        Err(error) => return Err(error),
    };
    let state = |state, said| Ok(Came { exit, item: item(id, state, said) });
    match exit {
        Exit::Done => state(State::Done, words!("issue {id} has left", "le numéro {id} est parti")),
        Exit::Look => state(
            State::Person("look"),
            words!(
                "issue {id} has left, and some copies want a look: cco-news status {id}",
                "le numéro {id} est parti, et quelques exemplaires sont à voir : cco-news status {id}"
            ),
        ),
        // Copies that wait for their next try, or for the office's hours, are in order: the next run takes them.
        Exit::Blocked if ledger.is_held(id, clock())? || is_waiting(id, view)? => {
            let said = words!(
                "some copies of issue {id} are tried again later",
                "des exemplaires du numéro {id} seront réessayés plus tard"
            );
            Ok(Came { exit: Exit::Done, item: item(id, State::Waits(view.now), said) })
        }
        Exit::Interrupted => state(State::Waits(view.now), words!("interrupted", "interrompu")),
        _ if has_told(view) => {
            state(State::Off, words!("issue {id} is held, as told", "le numéro {id} est retenu, comme il est dit"))
        }
        _ => state(
            State::Person("stopped"),
            words!(
                "issue {id} could not leave, or not to everybody. What happened: cco-news status {id}; to try again: cco-news send {id}",
                "le numéro {id} n'a pas pu partir, ou pas pour tout le monde. Ce qui s'est passé : cco-news status {id}; pour réessayer : cco-news send {id}"
            ),
        ),
    }
}

/// Whether sending itself has said what it waits for.
fn has_told(view: &View<'_>) -> bool {
    view.shell.waiting.as_ref().is_some_and(|waiting| waiting.lock().is_ok_and(|waiting| !waiting.is_empty()))
}

fn is_waiting(id: &IssueId, view: &View<'_>) -> Result<bool> {
    let standing = Standing::of(&workspace::folder(&view.shell.config, id), view.shell)?;
    Ok(!standing.has_changed && standing.counts.values().any(|counts| counts.deferred > 0))
}
