//! What is done beside the issues: the mail is read, what was kept long enough is forgotten, the archive is brought up to
//! date.

use anyhow::Result;
use jiff::Timestamp;

use super::super::exit::Exit;
use super::super::{archive, receive as inbox, subscribers, way_in, workspace};
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
                "mail has come in that a person has to read; `cco-news receive --dry-run` says what it is taken for",
                "du courriel est arrivé qu'une personne doit lire; `cco-news receive --dry-run` dit pour quoi il est pris"
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
    let config = &view.shell.config;
    let mut text = files::read_text(&config.root.join("newsletter.toml"))?;
    let n_bytes = text.len();
    for id in workspace::issues(config) {
        if let Some(sent) = workspace::folder(config, &id).load_sent()?.filter(archive::has_left) {
            text.push_str(&serde_json::to_string(&sent)?);
        }
    }
    Ok((text.len() > n_bytes).then(|| Digest::of(text.as_bytes()).short().to_owned()))
}

pub(super) fn archive(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let mark = archive_mark(view)?.unwrap_or_default();
    let exit = archive::update(view.shell)?;
    keep(due, ledger, &mark, view.shell.now)?;
    let said = words!("the archive is up to date", "les archives sont à jour");
    Ok(Came { exit, item: Item { state: State::Done, said, ..due.clone() } })
}
