//! `translate`: out to the translators and back, and the named word that a meaning is unchanged.

use anyhow::Result;
use clap::Subcommand;

use super::Shell;
use super::exit::Exit;

mod export;
mod import;
mod keep;
pub(super) mod stand;

/// Arguments of `translate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write what is missing or stale for the translators: XLIFF 2.1, Word, and a sheet of two columns.
    Export(export::Args),
    /// Take back what they send, whatever the file is called.
    Import(import::Args),
    /// Say, by name, that a changed story means the same.
    Keep(keep::Args),
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    match &args.what {
        What::Export(args) => export::run(args, shell),
        What::Import(args) => import::run(args, shell),
        What::Keep(args) => keep::run(args, shell),
    }
}
