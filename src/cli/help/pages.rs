//! Man pages, and completions for shells: both are made from the command line itself, so that they stay true.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap_complete::Shell as CommandShell;

use super::super::exit::Exit;
use super::super::report::Report;
use super::command;
use crate::files;
use crate::model::Speech;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(in super::super) struct CompletionsArgs {
    /// The shell that is to complete commands and options.
    #[arg(value_parser = clap::value_parser!(CommandShell))]
    shell: CommandShell,
}

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(in super::super) struct ManArgs {
    /// Write the pages of every command, in English and French, below this folder, as `man1` and `fr/man1`.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// The titles that man pages are made with, and the French ones.
const TITLES: [(&str, &str); 3] =
    [(".SH NAME", ".SH NOM"), (".SH SUBCOMMANDS", ".SH COMMANDES"), (".SH EXTRA", ".SH \"À SAVOIR\"")];

pub(in super::super) fn completions(args: &CompletionsArgs, report: Report) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(report.speech), "cco-news", &mut script);
    report.document(String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}

pub(in super::super) fn man(args: &ManArgs, report: Report) -> Result<Exit> {
    let Some(dir) = &args.folder else {
        report.document(page(&command(report.speech), report.speech)?.trim_end());
        return Ok(Exit::Done);
    };
    let mut n = 0;
    for (speech, folder) in [(Speech::En, "man1"), (Speech::Fr, "fr/man1")] {
        n += write(&command(speech), speech, &dir.join(folder))?;
    }
    let shown = dir.display();
    report.line(&words!("{n} pages in `{shown}`", "{n} pages dans `{shown}`"));
    report.line(&words!("next: MANPATH=\"{shown}:\" man cco-news", "ensuite : MANPATH=\"{shown}:\" man cco-news"));
    Ok(Exit::Done)
}

/// Writes the pages of a command and of those below it; gives how many.
fn write(command: &clap::Command, speech: Speech, folder: &Path) -> Result<usize> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    files::write_whole(&folder.join(format!("{name}.1")), page(command, speech)?.as_bytes())?;
    let mut n = 1;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        n += write(below, speech, folder)?;
    }
    Ok(n)
}

fn page(command: &clap::Command, speech: Speech) -> Result<String> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut bytes)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    for (english, french) in TITLES.iter().filter(|_| speech == Speech::Fr) {
        text = text.replace(english, french);
    }
    Ok(text)
}
