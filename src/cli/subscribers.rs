//! `subscribers`: the people who get the newsletter, as the ledger knows them.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::exit::Exit;
use super::{Shell, send};
use crate::ledger::Ledger;

/// Arguments of `subscribers`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take the files of `subscribers/` into the ledger.
    Import,
    /// Everyone, with language and standing.
    List,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let ledger = Ledger::open(&shell.config.state_dir()?)?;
    match args.what {
        What::Import => {
            send::import_lists(&ledger, shell.now, shell)?;
            Ok(Exit::Done)
        }
        What::List => list(&ledger, shell),
    }
}

fn list(ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    let mut people: Vec<Value> = Vec::new();
    ledger.each_subscriber(|person| {
        let language = if person.both { json!("both") } else { json!(person.language) };
        if shell.report.is_json {
            people.push(json!({
                "email": person.address.as_str(),
                "language": language,
                "status": person.status,
                "since": person.since,
                "source": person.source,
            }));
        } else {
            let language = language.as_str().unwrap_or("?").to_owned();
            shell.report.text(format!("{:<40} {language:<5} {}", person.address.as_str(), person.status));
        }
        Ok(())
    })?;
    if shell.report.is_json {
        shell.report.json(&people);
    }
    Ok(Exit::Done)
}
