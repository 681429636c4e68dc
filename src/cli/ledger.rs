//! `ledger`: where all memory is kept, and its move from a file onto a server and back.

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;

use super::exit::Exit;
use super::{Shell, clock, host};
use crate::ledger::{Ledger, Seat, Transfer, Transferring};
use crate::mail::Outbox;

/// Arguments of `ledger`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Move everything between the file in STATE and the PostgreSQL of `CCO_NEWS_LEDGER`; every table is counted and compared.
    Move {
        /// Onto the server, or back into the file.
        #[arg(long, value_name = "WHERE", value_parser = ["postgres", "sqlite"])]
        to: String,
        /// See what would move, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let What::Move { to, dry_run } = &args.what;
    let to = if to == "postgres" { Seat::Server } else { Seat::File };
    let Some(url) = &shell.config.ledger_url else {
        bail!(words!(
            "set CCO_NEWS_LEDGER to the address of the PostgreSQL database: `postgres://user:password@host/database`",
            "donnez dans CCO_NEWS_LEDGER l'adresse de la base PostgreSQL : `postgres://utilisateur:motdepasse@hôte/base`"
        ));
    };
    let state_dir = shell.config.state_dir()?;
    let moved = Transferring {
        state_dir: &state_dir,
        url,
        to,
        is_dry: *dry_run,
        now: clock(),
        is_in_outbox: |state_dir, id| Outbox::new(state_dir).has(id),
        step: &|_| Ok(()),
    }
    .run()?;
    if to == Seat::File && !dry_run {
        host::settle_in(&Ledger::open(&state_dir)?, &state_dir)?;
    }
    report(&moved, to, *dry_run, shell);
    Ok(Exit::Done)
}

fn report(moved: &Transfer, to: Seat, is_dry: bool, shell: &Shell) {
    let Transfer { from, to: place, is_done_before, tables } = moved;
    let (rows, n_tables): (u64, usize) = (tables.iter().map(|table| table.rows).sum(), tables.len());
    if shell.report.is_json {
        let tables: Vec<_> = tables
            .iter()
            .map(|table| json!({"table": table.table, "rows": table.rows, "digest": table.digest}))
            .collect();
        shell.report.json(&json!({
            "from": from, "to": place, "dry_run": is_dry, "before": is_done_before, "rows": rows, "tables": tables,
        }));
    }
    if *is_done_before {
        shell.report.line(&words!("it was moved to `{place}` already", "il a déjà été déplacé vers `{place}`"));
        return;
    }
    for table in tables.iter().filter(|table| table.rows > 0) {
        let (name, rows) = (&table.table, table.rows);
        shell.report.line(&words!("{name}: {rows}", "{name} : {rows}"));
    }
    if is_dry {
        shell.report.line(&words!(
            "would move {rows} rows in {n_tables} tables from `{from}` to `{place}`; nothing was changed",
            "déplacerait {rows} lignes dans {n_tables} tables de `{from}` vers `{place}`; rien n'a été modifié"
        ));
        return;
    }
    shell.report.line(&words!(
        "moved {rows} rows in {n_tables} tables from `{from}` to `{place}`, counted and compared",
        "{rows} lignes dans {n_tables} tables déplacées de `{from}` vers `{place}`, comptées et comparées"
    ));
    shell.report.line(&match to {
        Seat::Server => words!(
            "from now on every machine needs CCO_NEWS_LEDGER and the same `secrets.toml`. `{from}` is closed and refuses every command; it still holds addresses: remove it after the next backup",
            "désormais, chaque machine a besoin de CCO_NEWS_LEDGER et du même `secrets.toml`. `{from}` est fermé et refuse toute commande; il contient encore des adresses : supprimez-le après la prochaine sauvegarde"
        ),
        Seat::File => words!(
            "from now on leave CCO_NEWS_LEDGER out, and send from this machine alone. The tables in `{from}` are closed and refuse every command; they still hold addresses: drop them after the next backup",
            "désormais, retirez CCO_NEWS_LEDGER et n'envoyez que depuis cette machine. Les tables de `{from}` sont fermées et refusent toute commande; elles contiennent encore des adresses : supprimez-les après la prochaine sauvegarde"
        ),
    });
}
