//! What the program says about itself, in the person's language: `--help` with examples, what is wrong with a command
//! line, man pages, completions. `fr.toml` holds the French of every sentence of the help, `examples.toml` what each
//! command is used for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};

use super::exit::Exit;
use super::report::{self, Report};
use super::{Cli, Global, report_of};
use crate::config::Environment;
use crate::model::Speech;

mod mistake;
mod pages;
mod words;

pub(super) use pages::{CompletionsArgs, ManArgs, completions, man};

/// Reads the command line; else what to end with: help was shown, or what is wrong was said.
pub(super) fn parse() -> Result<Cli, ExitCode> {
    let line: Vec<OsString> = std::env::args_os().collect();
    let mut command = Cli::command();
    let read = command.try_get_matches_from_mut(&line).and_then(|matches| Cli::from_arg_matches(&matches));
    read.map_err(|error| explain(&error, &line))
}

/// Shows help, the version, or what is wrong.
fn explain(error: &clap::Error, line: &[OsString]) -> ExitCode {
    let said = said(line);
    let report = report_of(&said, &Environment::of_terminal());
    if error.kind() == ErrorKind::DisplayVersion {
        report.document(error.render().to_string().trim_end());
        return Exit::Done.into();
    }
    // The same line once more, to a command that has its words: they are made when somebody asks for them only.
    let again = command(report.speech).try_get_matches_from(line);
    let Err(error) = again.and_then(|matches| Cli::from_arg_matches(&matches)) else { return Exit::Done.into() };
    match error.kind() {
        ErrorKind::DisplayHelp => report.document(shown(&error, report).trim_end()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            report.aside(shown(&error, report).trim_end());
            return Exit::Usage.into();
        }
        _ => {
            report.error(&mistake::explained(&error, &issues(&said), report.speech).into());
            return Exit::Usage.into();
        }
    }
    Exit::Done.into()
}

fn shown(error: &clap::Error, report: Report) -> String {
    let styled = error.render();
    if report.is_coloured { styled.ansi().to_string() } else { styled.to_string() }
}

/// What the command line says of the terminal, when it cannot be read as a whole.
fn said(line: &[OsString]) -> Global {
    let words: Vec<String> =
        line.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).take_while(|word| word != "--").collect();
    let value = |name: &str| {
        words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(name)? {
            "" => words.get(at + 1).cloned(),
            rest => rest.strip_prefix('=').map(str::to_owned),
        })
    };
    Global {
        color: value("--color").unwrap_or_else(|| "auto".to_owned()),
        dir: value("--dir").map(PathBuf::from),
        json: false,
        log_format: value("--log-format").unwrap_or_else(|| "text".to_owned()),
        lang: value("--lang"),
        quiet: false,
        verbose: 0,
    }
}

/// The issues that are there, if this is a newsletter's folder.
fn issues(said: &Global) -> Vec<String> {
    let dir = said.dir.as_deref().unwrap_or_else(|| Path::new("."));
    let Ok(entries) = std::fs::read_dir(dir.join("issues")) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

/// The whole command line with its words in a language.
fn command(speech: Speech) -> clap::Command {
    let mut command = Cli::command().term_width(report::width());
    // The help options and the command `help` are there from now on only.
    command.build();
    words::spoken(command, speech)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_and_the_colour_are_known_of_a_line_that_cannot_be_read() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(said(&line("cco-news compse --lang fr")).lang.as_deref(), Some("fr"));
        let said_all = said(&line("cco-news --color=never check --lang=fr --what"));
        assert_eq!((said_all.lang.as_deref(), said_all.color.as_str()), (Some("fr"), "never"));
        assert_eq!(said(&line("cco-news compse -- --lang fr")).lang, None);
    }
}
