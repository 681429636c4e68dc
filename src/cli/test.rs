//! `test`: copies for the office itself, marked as a test, counted nowhere.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::exit::Exit;
use super::workspace;
use super::{Shell, changed, clock, runtime, way_out};
use crate::check::WayOut;
use crate::model::{Address, EditionId, IssueId, Outcome};
use crate::send::{Secrets, test_copy};

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
    /// Where to.
    #[arg(long, value_name = "ADDRESS", required = true, num_args = 1..)]
    to: Vec<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let folder = workspace::folder(&shell.config, &args.issue);
    let (manifest, editions) = folder.composed()?;
    if changed::say(&folder, &manifest, &editions, shell)? {
        let id = &args.issue;
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
        return Ok(Exit::Blocked);
    }
    let mut people = Vec::new();
    for text in &args.to {
        match Address::parse(text) {
            Ok(address) => people.push(address),
            Err(error) => {
                let why = error.words();
                let (en, fr) = (why.en, why.fr);
                bail!(words!("`--to`: {en}", "`--to` : {fr}"));
            }
        }
    }
    let ledger = shell.ledger()?;
    let secrets = Secrets::open(&ledger)?;
    let mailer = way_out::mailer(shell, ledger.state_dir())?;
    let keys = way_out::keys(shell)?;
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    let runtime = runtime()?;
    let (mut n_failed, mut sent) = (0, Vec::new());
    for edition in &editions {
        for to in &people {
            let outcome = runtime.block_on(test_copy(
                &mailer,
                &shell.config.newsletter,
                (edition, to),
                (&secrets, &keys),
                now,
            ))?;
            let id = &edition.id;
            sent.push(as_json(id, to, &outcome));
            match outcome {
                Outcome::Accepted(_) => {
                    shell.report.line(&words!("test: {id} to {to}: accepted", "essai : {id} à {to} : accepté"));
                }
                Outcome::Deferred(reply) | Outcome::Refused(reply) | Outcome::Unknown(reply) => {
                    n_failed += 1;
                    let (code, text) = (reply.code, reply.text);
                    shell
                        .report
                        .warn(&words!("test: {id} to {to}: {code} {text}", "essai : {id} à {to} : {code} {text}"));
                }
            }
        }
    }
    if shell.report.is_json {
        shell.report.json(&json!({"issue": args.issue, "sent": sent}));
    }
    Ok(if n_failed == 0 { Exit::Done } else { Exit::CouldNot })
}

fn as_json(edition: &EditionId, to: &Address, outcome: &Outcome) -> Value {
    let (state, reply) = match outcome {
        Outcome::Accepted(reply) => ("accepted", reply),
        Outcome::Deferred(reply) => ("deferred", reply),
        Outcome::Refused(reply) => ("refused", reply),
        Outcome::Unknown(reply) => ("unknown", reply),
    };
    json!({"edition": edition, "to": to.to_string(), "state": state, "reply": reply.text})
}
