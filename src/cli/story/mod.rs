//! `story`: what contributors drop, from the empty form to the page that says what became of it.

use anyhow::Result;
use clap::Subcommand;

use super::Shell;
use super::exit::Exit;

mod new;
mod form;
mod word_form;
mod check;
pub(super) mod caret;
mod judge;
mod place;
mod list;
mod watch;
mod page;

pub(super) use page::save as save_page;

/// Arguments of `story`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Begin a story: a file in `stories/` that explains every field.
    New(new::Args),
    /// Say whether stories are good, and what to mend.
    Check(check::Args),
    /// Every story of the drop folder, and where it ran.
    List,
    /// Keep looking at the drop folder, and say what came in; Ctrl-C ends it.
    Watch(watch::Args),
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    match &args.what {
        What::New(args) => new::run(args, shell),
        What::Check(args) => check::run(args, shell),
        What::List => list::run(shell),
        What::Watch(args) => watch::run(args, shell),
    }
}
