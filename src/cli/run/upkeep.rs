//! What is done beside the issues: the mail is read, what was kept long enough is forgotten, the archive is brought up to
//! date, a backup is made.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::super::exit::Exit;
use super::super::{archive, backup as backups, receive as inbox, subscribers, way_in, workspace};
use super::{Came, Item, State, Task, View};
use crate::files;
use crate::ledger::{Chore, Ledger};
use crate::model::{Digest, Words};

fn item(task: Task, state: State, said: Words) -> Item {
    Item::new(task, None, state, said)
}

/// The mailbox is read at every tick.
pub(super) fn receive_items(view: &View<'_>) -> Vec<Item> {
    let (state, said) = if way_in::is_named(view.shell) {
        (State::Due, words!("the mailbox is read", "la boîte est lue"))
    } else {
        let said =
            words!("no mailbox is named in `newsletter.toml`", "aucune boîte n'est indiquée dans `newsletter.toml`");
        (State::Off, said)
    };
    vec![item(Task::Receive, state, said)]
}

pub(super) fn receive(due: &Item, view: &View<'_>) -> Result<Came> {
    let mailbox = way_in::mailbox(view.shell)?.expect("an item of receiving has a mailbox");
    Ok(match inbox::receive(&mailbox, false, view.shell)? {
        Exit::Look => {
            let said = words!(
                "mail has come in that a person has to read",
                "du courriel est arrivé qu'une personne doit lire"
            );
            Came { exit: Exit::Look, item: Item { state: State::Person("mail"), said, ..due.clone() } }
        }
        exit => Came {
            exit,
            item: Item {
                state: State::Done,
                said: words!("the mailbox was read", "la boîte a été lue"),
                ..due.clone()
            },
        },
    })
}

/// Once a day, by the newsletter's own date.
fn daily(due: Item, view: &View<'_>) -> Result<Item> {
    let newsletter = &view.shell.config.newsletter;
    let today = newsletter.today(view.shell.now)?;
    Ok(match view.chore(&due)? {
        Some(chore) if chore.is_done && newsletter.today(chore.at)? == today => {
            let at = view.moment(chore.at);
            Item {
                state: State::Done,
                said: words!("done on {at}; again tomorrow", "fait le {at}; de nouveau demain"),
                ..due
            }
        }
        Some(chore) if !chore.is_done => view.failed(due, &chore),
        _ => due,
    })
}

fn keep(due: &Item, ledger: &Ledger, detail: &str, at: Timestamp) -> Result<()> {
    ledger.keep_chore("", due.task.name(), "", &Chore { at, is_done: true, detail: detail.to_owned() })
}

pub(super) fn retention_items(view: &View<'_>) -> Result<Vec<Item>> {
    let said = words!("what was kept long enough is forgotten", "ce qui a été gardé assez longtemps est oublié");
    Ok(vec![daily(item(Task::Retention, State::Due, said), view)?])
}

pub(super) fn retention(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    subscribers::enforce(ledger, view.shell)?;
    keep(due, ledger, "", view.shell.now)?;
    let said = words!("what was kept long enough is forgotten", "ce qui a été gardé assez longtemps est oublié");
    Ok(Came { exit: Exit::Done, item: Item { state: State::Done, said, ..due.clone() } })
}

/// The archive is brought up to date when what has left, or what the pages are made of, has changed; and once a day.
pub(super) fn archive_items(view: &View<'_>) -> Result<Vec<Item>> {
    if !view.shell.config.newsletter.run.archive {
        let said = words!("the archive is not kept by itself", "les archives ne se tiennent pas toutes seules");
        return Ok(vec![item(Task::Archive, State::Off, said)]);
    }
    if view.ledger.map(Ledger::is_sending).transpose()?.unwrap_or(false) {
        let said = words!(
            "the archive is brought up to date once sending has ended",
            "les archives seront mises à jour une fois l'envoi terminé"
        );
        return Ok(vec![item(Task::Archive, State::Waits(view.shell.now), said)]);
    }
    let Some(mark) = archive_mark(view)? else {
        let said = words!("no issue has left yet", "aucun numéro n'est encore parti");
        return Ok(vec![item(Task::Archive, State::Done, said)]);
    };
    let due =
        item(Task::Archive, State::Due, words!("the archive is brought up to date", "les archives sont mises à jour"));
    let is_known = view.chore(&due)?.is_some_and(|chore| !chore.is_done || chore.detail == mark);
    Ok(vec![if is_known { daily(due, view)? } else { due }])
}

/// What the archive is made of, as far as it changes when an issue leaves; none: nothing has left.
fn archive_mark(view: &View<'_>) -> Result<Option<String>> {
    let left = what_left(view)?;
    let settings = files::read_text(&view.shell.config.root.join("newsletter.toml"))?;
    Ok((!left.is_empty()).then(|| Digest::of([settings, left].concat().as_bytes()).short().to_owned()))
}

/// What has left, as the issues' own files tell it.
fn what_left(view: &View<'_>) -> Result<String> {
    let config = &view.shell.config;
    let mut text = String::new();
    for id in workspace::issues(config) {
        if let Some(sent) = workspace::folder(config, &id).load_sent()?.filter(archive::has_left) {
            text.push_str(&serde_json::to_string(&sent)?);
        }
    }
    Ok(text)
}

pub(super) fn archive(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let mark = archive_mark(view)?.unwrap_or_default();
    let exit = archive::update(view.shell)?;
    keep(due, ledger, &mark, view.shell.now)?;
    let said = words!("the archive is up to date", "les archives sont à jour");
    Ok(Came { exit, item: Item { state: State::Done, said, ..due.clone() } })
}

/// A backup is made at the interval that is set, and when an issue has left since the last one: what has left is what a
/// lost ledger would send again.
pub(super) fn backup_items(view: &View<'_>) -> Result<Vec<Item>> {
    let run = &view.shell.config.newsletter.run;
    if run.backups_kept == 0 {
        let said = words!("no backup is made by itself", "aucune sauvegarde ne se fait toute seule");
        return Ok(vec![item(Task::Backup, State::Off, said)]);
    }
    let due = item(Task::Backup, State::Due, words!("a backup is made", "une sauvegarde se fait"));
    let Some(chore) = view.chore(&due)? else { return Ok(vec![due]) };
    if !chore.is_done {
        return Ok(vec![view.failed(due, &chore)]);
    }
    // A job that ticks once a day never ticks at exactly the same moment.
    let wait = SignedDuration::from_mins(i64::from(run.backup_hours) * 60 * 9 / 10);
    let next = chore.at.saturating_add(wait).unwrap_or(chore.at);
    let now = view.shell.now;
    let is_fresh = chore.at <= now && now < next && chore.detail == left_mark(view)?;
    if !is_fresh {
        return Ok(vec![due]);
    }
    let (at, again) = (view.moment(chore.at), view.moment(next));
    let said = words!("made on {at}; again from {again}", "faite le {at}; la prochaine à partir du {again}");
    Ok(vec![Item { state: State::Waits(next), said, ..due }])
}

fn left_mark(view: &View<'_>) -> Result<String> {
    Ok(Digest::of(what_left(view)?.as_bytes()).short().to_owned())
}

pub(super) fn backup(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let mark = left_mark(view)?;
    let file = backups::rotate(ledger, view.shell)?;
    keep(due, ledger, &mark, view.shell.now)?;
    let said = words!("a backup was made: {file}", "une sauvegarde a été faite : {file}");
    Ok(Came { exit: Exit::Done, item: Item { state: State::Done, said, ..due.clone() } })
}
