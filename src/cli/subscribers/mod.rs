//! `subscribers`: the people who get the newsletter, as the ledger knows them. Each deed of the office is kept in the
//! person's history.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;

use super::Shell;
use super::exit::Exit;
use crate::ledger::Ledger;
use crate::model::{Address, AddressError, Segment};
use crate::send::departures;

mod lists;
mod show;
mod said;
mod change;
mod moving;
mod erase;
mod retention;

pub(super) use lists::{import_lists, lists, try_lists};
pub(super) use retention::enforce;

/// Arguments of `subscribers`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add one person, with the basis on which they are written to.
    Add(change::Add),
    /// Forget a person: everything goes but a keyed hash that keeps them out.
    Erase {
        /// Their address.
        address: String,
    },
    /// The list as CSV that a spreadsheet opens without harm.
    Export {
        /// Only those whose column has this value, as `language=fr`; several must all hold.
        #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = Segment::parse)]
        segments: Vec<Segment>,
    },
    /// What was done about a person: by whom, when, by which way.
    History {
        /// Their address, or one that was theirs.
        address: String,
        /// Everything that is kept about them, as JSON: to answer a request for access.
        #[arg(long)]
        export: bool,
    },
    /// Take the files of `subscribers/` into the ledger.
    Import {
        /// See what it would come to, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Everyone, with language and standing.
    List {
        /// Only those whose column has this value, as `status=left`; several must all hold.
        #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = Segment::parse)]
        segments: Vec<Segment>,
    },
    /// An address becomes another; or, with `--domain`, every address of a domain.
    Move(moving::Args),
    /// Take a person out: they get nothing further, and no file brings them back.
    Remove {
        /// Their address.
        address: String,
        /// Why, for the history.
        #[arg(long, default_value = "asked the office", hide_default_value = true)]
        reason: String,
    },
    /// Bring back a person who had left or bounced, with the reason.
    Restore {
        /// Their address.
        address: String,
        /// What they asked, and when: it is kept in the history.
        #[arg(long)]
        reason: String,
    },
    /// Forget what has been kept long enough, as `[retention]` in `newsletter.toml` says; `run` does it too.
    Retention {
        /// See what would be forgotten, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let ledger = open(shell)?;
    let exit = match &args.what {
        What::Add(add) => change::add(&ledger, add, shell),
        What::Erase { address } => erase::run(&ledger, &read(address)?, shell),
        What::Export { segments } => show::export(&ledger, segments, shell),
        What::History { address, export } => show::history(&ledger, &read(address)?, *export, shell),
        What::Import { dry_run } => lists::run(&ledger, *dry_run, shell),
        What::List { segments } => show::list(&ledger, segments, shell),
        What::Move(args) => moving::run(&ledger, args, shell),
        What::Remove { address, reason } => change::remove(&ledger, &read(address)?, reason, shell),
        What::Restore { address, reason } => change::restore(&ledger, &read(address)?, reason, shell),
        What::Retention { dry_run } => retention::run(&ledger, *dry_run, shell),
    }?;
    departures::settle(&ledger, shell.now)?;
    Ok(exit)
}

/// Opens the ledger, and takes out whom the log of departures knows and a restored ledger does not.
pub(super) fn open(shell: &Shell) -> Result<Ledger> {
    let ledger = shell.ledger()?;
    let n_people = departures::settle(&ledger, shell.now)?;
    // Who is paused until today is shown, and taken, as a reader again.
    ledger.wake(shell.now)?;
    if n_people > 0 {
        shell.report.warn(&words!(
            "had left, stood in the ledger again as after a backup is restored, and are taken out: {n_people}",
            "personnes parties, revenues dans le registre comme après la restauration d'une sauvegarde, et retirées : {n_people}"
        ));
    }
    Ok(ledger)
}

fn read(address: &str) -> Result<Address> {
    Address::parse(address)
        .map_err(AddressError::words)
        .context(words!("this is not an address", "ce n'est pas une adresse"))
}

/// Says that nobody has an address; it is shown, since the person has just typed it.
fn unknown(address: &Address, shell: &Shell) -> Exit {
    let typed = address.as_str();
    shell.report.warn(&words!(
        "`{typed}` is not in the ledger: `cco-news subscribers list` shows who is",
        "`{typed}` n'est pas dans le registre : `cco-news subscribers list` montre qui y est"
    ));
    Exit::Look
}

/// A file of the newsletter, from its folder, with `/`.
fn shown(path: &std::path::Path, shell: &Shell) -> String {
    path.strip_prefix(&shell.config.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn folder(shell: &Shell) -> PathBuf {
    shell.config.root.join("subscribers")
}
