//! The shell around the pipeline: arguments, clock, environment, terminal. One small file per command, and each reads
//! load → stage → save → report.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use crate::config::{self, Config, Environment};
use crate::ledger::Ledger;
use crate::model::{IssueId, Speech};

mod exit;
mod help;
mod report;
mod patience;
mod log;
mod workspace;
mod words;
mod difference;
mod changed;
mod way_out;
mod way_in;
mod gather;
mod init;
mod curate;
mod coverage;
mod calendar;
mod cell;
mod translate;
mod word;
mod compose;
mod correct;
mod pictures;
mod templates;
mod check;
mod waive;
mod approve;
mod test;
mod send;
mod gate;
mod steer;
mod office;
mod audience;
mod trial;
mod aside;
mod certificate;
mod rehearse;
mod control;
mod resolve;
mod status;
mod account;
mod archive;
mod receive;
mod backup;
mod host;
mod ledger;
mod run;
mod serve;
mod preview;
mod running;
mod share;
mod subscribers;
mod story;
mod sources;

use exit::Exit;
use report::Report;
#[cfg(unix)]
pub use steer::is_hangup_ignored;

/// Makes a newsletter in every language, checks it, has it approved, and sends each subscriber their own language.
///
/// Without a command: where the month stands, and the next step.
#[derive(Debug, Parser)]
#[command(name = "cco-news", version)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Global {
    /// When to use colour.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"])]
    color: String,
    /// The newsletter's folder; this one by default.
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Data for machines on standard output; all else on standard error.
    #[arg(long, global = true)]
    json: bool,
    /// How lines for people are written: as text, or each as a line of JSON on standard error.
    #[arg(long, global = true, value_name = "FORM", default_value = "text", value_parser = ["text", "json"])]
    log_format: String,
    /// The language in which the program speaks; that of your system by default.
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// Only errors and warnings.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// More about what happens; twice for all of it.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a newsletter in an empty folder.
    Init(init::Args),
    /// The monthly command: gather, curate, compose and check, then say what to do next.
    Compose(compose::Args),
    /// Read the sources and the drop folder into `harvest.json`.
    Gather(gather::Args),
    /// What contributors drop: begin, check, list or watch stories.
    Story(story::Args),
    /// What is read from the web.
    Sources(sources::Args),
    /// Propose candidates in `issue.toml`, and read what the editor decided.
    Curate(curate::Args),
    /// Which of the promised streams the last issues carried, and which are due.
    Coverage(coverage::Args),
    /// The days that lead to an issue, reckoned back from the one on which it leaves.
    Calendar(calendar::Args),
    /// The templates: list them, begin your own, see what an upgrade changed.
    Templates(templates::Args),
    /// Out to the translators, and back.
    Translate(translate::Args),
    /// The editor's desk in a browser: choose, reword, see, have it approved.
    Preview(preview::Args),
    /// Check the composed editions against the rules.
    Check(check::Args),
    /// Accept a finding by name, with a reason.
    Waive(waive::Args),
    /// Approve an edition: bound to exactly the bytes that are there.
    Approve(approve::Args),
    /// Send a copy marked as a test; it counts as nothing.
    Test(test::Args),
    /// Send an approved issue, every language at once.
    Send(send::Args),
    /// What goes beside the mail: text for LinkedIn, drafts of thanks.
    Share(share::Args),
    /// The whole sending to a mail server of our own on this machine; nobody gets anything.
    Rehearse(rehearse::Args),
    /// Let an issue that is leaving wait, from another terminal.
    Pause(control::Args),
    /// Let a paused issue go on.
    Resume(control::Args),
    /// Send no more of an issue: who has not got it never will.
    Cancel(control::CancelArgs),
    /// Settle the copies of which nobody knows whether they arrived.
    Resolve(resolve::Args),
    /// The issue as Word files, for a page of `GCXchange`.
    Word(word::Args),
    /// Where an issue stands, in plain words.
    Status(status::Args),
    /// Begin a short correction of an issue that left, for those who got it.
    Correct(correct::Args),
    /// What became of an issue: outcomes, refusals, departures, as a table and as a page to forward.
    Report(account::Args),
    /// Past issues as a web site in `public/`; check it; keep one issue with all that stands behind it.
    Archive(archive::Args),
    /// Read what came back: bounces, complaints, requests, approvals, stories.
    Receive(receive::Args),
    /// The public pages: subscribe, confirm, change, leave, and the archive.
    Serve(serve::Args),
    /// Do whatever is due now: for cron or a timer, as often as every five minutes.
    Run(run::Args),
    /// The people who get the newsletter.
    Subscribers(subscribers::Args),
    /// Completions of commands and options for a shell, to standard output.
    Completions(help::CompletionsArgs),
    /// The manual as man pages: the main page to standard output, or all of them into a folder.
    Man(help::ManArgs),
    /// Everything in one file: ledger, keys, departures, issues; while the newsletter goes on.
    Backup(backup::Args),
    /// A newsletter from its backup. Nobody gets mail by it: what may have left since is held.
    Restore(backup::restore::Args),
    /// Where the ledger is kept: a file, or PostgreSQL for several machines.
    Ledger(ledger::Args),
}

/// What a command has at hand.
struct Shell {
    config: Config,
    environment: Environment,
    report: Report,
    now: Timestamp,
    /// What waits for a person, when `run` gathers it for one mail; else each is told by itself.
    waiting: Option<office::Waiting>,
}

impl Shell {
    /// The issue asked for, or the one in work.
    fn issue(&self, asked: Option<&IssueId>) -> Result<IssueId> {
        asked.map_or_else(|| workspace::issue_in_work(&self.config), |id| Ok(id.clone()))
    }

    /// The ledger; it is made on first use.
    fn ledger(&self) -> Result<Ledger> {
        workspace::ledger(&self.config)
    }

    /// The ledger, if there is one.
    fn ledger_if_there(&self) -> Result<Option<Ledger>> {
        workspace::ledger_if_there(&self.config)
    }
}

/// Runs the program on this process's arguments, environment and clock.
pub fn run() -> std::process::ExitCode {
    let cli = match help::parse() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(error) => {
            report_of(&cli.global, &Environment::of_terminal()).error(&error);
            return Exit::Usage.into();
        }
    };
    let report = report_of(&cli.global, &environment);
    start_log(cli.global.verbose, report);
    let now = environment.now.unwrap_or_else(clock);
    let done = match cli.command {
        // These need no newsletter.
        Some(Command::Init(args)) => init::run(&args, cli.global.dir.as_deref(), report, now),
        Some(Command::Restore(args)) => {
            let _patience = patience::begin("restore", report);
            backup::restore::run(&args, cli.global.dir.as_deref(), &environment, report, now)
        }
        Some(Command::Completions(args)) => Ok(help::completions(&args, report)),
        Some(Command::Man(args)) => help::man(&args, report),
        command => match config::root(cli.global.dir.as_deref()).and_then(|root| Config::load(&root)) {
            Ok(config) => {
                let config = Config { ledger_url: environment.ledger_url.clone(), ..config };
                let _patience = waits(command.as_ref()).map(|name| patience::begin(name, report));
                dispatch(command, &Shell { config, environment, report, now, waiting: None })
            }
            Err(error) => {
                report.error(&error);
                // A mail server returns the mail of a pipe that fails in any other way: not because of a slip in a file.
                let is_pipe = matches!(&command, Some(Command::Receive(args)) if args.is_pipe());
                return if is_pipe { Exit::TryAgain.into() } else { Exit::Usage.into() };
            }
        },
    };
    match done {
        Ok(exit) => exit.into(),
        Err(error) => {
            report.error(&error);
            Exit::CouldNot.into()
        }
    }
}

/// What a person waits for, by its name; not what stays until it is told to end.
fn waits(command: Option<&Command>) -> Option<&'static str> {
    Some(match command? {
        Command::Check(_) => "check",
        Command::Word(_) => "word",
        Command::Translate(_) => "translate",
        Command::Approve(_) => "approve",
        Command::Test(_) => "test",
        Command::Report(_) => "report",
        Command::Archive(_) => "archive",
        Command::Receive(_) => "receive",
        Command::Subscribers(_) => "subscribers",
        Command::Send(_) => "send",
        Command::Rehearse(_) => "rehearse",
        Command::Resolve(_) => "resolve",
        Command::Status(_) => "status",
        Command::Curate(_) => "curate",
        Command::Compose(_) => "compose",
        Command::Gather(_) => "gather",
        Command::Run(_) => "run",
        Command::Backup(_) => "backup",
        Command::Ledger(_) => "ledger",
        _ => return None,
    })
}

fn dispatch(command: Option<Command>, shell: &Shell) -> Result<Exit> {
    match command {
        None => status::run(&status::Args::default(), shell),
        Some(Command::Init(_) | Command::Restore(_) | Command::Completions(_) | Command::Man(_)) => {
            unreachable!("they are run before there is a newsletter")
        }
        Some(Command::Compose(args)) => compose::run(&args, shell),
        Some(Command::Gather(args)) => gather::run(&args, shell),
        Some(Command::Story(args)) => story::run(&args, shell),
        Some(Command::Sources(args)) => sources::run(&args, shell),
        Some(Command::Curate(args)) => curate::run(&args, shell),
        Some(Command::Coverage(args)) => coverage::run(&args, shell),
        Some(Command::Calendar(args)) => calendar::run(&args, shell),
        Some(Command::Share(args)) => share::run(&args, shell),
        Some(Command::Templates(args)) => templates::run(&args, shell),
        Some(Command::Translate(args)) => translate::run(&args, shell),
        Some(Command::Word(args)) => word::run(&args, shell),
        Some(Command::Preview(args)) => preview::run(&args, shell),
        Some(Command::Check(args)) => check::run(&args, shell),
        Some(Command::Waive(args)) => waive::run(&args, shell),
        Some(Command::Approve(args)) => approve::run(&args, shell),
        Some(Command::Test(args)) => test::run(&args, shell),
        Some(Command::Send(args)) => send::run(&args, shell),
        Some(Command::Rehearse(args)) => rehearse::run(&args, shell),
        Some(Command::Pause(args)) => control::pause(&args, shell),
        Some(Command::Resume(args)) => control::resume(&args, shell),
        Some(Command::Cancel(args)) => control::cancel(&args, shell),
        Some(Command::Resolve(args)) => resolve::run(&args, shell),
        Some(Command::Status(args)) => status::run(&args, shell),
        Some(Command::Correct(args)) => correct::run(&args, shell),
        Some(Command::Report(args)) => account::run(&args, shell),
        Some(Command::Archive(args)) => archive::run(&args, shell),
        Some(Command::Receive(args)) => receive::run(&args, shell),
        Some(Command::Serve(args)) => serve::run(&args, shell),
        Some(Command::Run(args)) => run::run(&args, shell),
        Some(Command::Subscribers(args)) => subscribers::run(&args, shell),
        Some(Command::Backup(args)) => backup::run(&args, shell),
        Some(Command::Ledger(args)) => ledger::run(&args, shell),
    }
}

fn report_of(global: &Global, environment: &Environment) -> Report {
    let speech = match global.lang.as_deref() {
        Some("fr") => Speech::Fr,
        Some(_) => Speech::En,
        None => environment.speech,
    };
    let is_coloured = match global.color.as_str() {
        "always" => true,
        "never" => false,
        _ if environment.is_plain => false,
        _ => environment.is_colour_forced || report::is_seen(),
    };
    let is_logged = global.log_format == "json";
    Report {
        speech,
        is_json: global.json,
        is_quiet: global.quiet,
        is_coloured: is_coloured && !is_logged,
        is_logged,
        part: None,
    }
}

/// The one subscriber, on standard error. Other crates' lines are capped at warnings: some of them log what they send.
fn start_log(verbose: u8, report: Report) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(report.is_coloured)
        .with_target(false)
        .with_writer(std::io::stderr);
    if report.is_logged {
        log.event_format(log::Json).init();
    } else {
        log.init();
    }
}

/// The one reading of the clock.
#[expect(clippy::disallowed_methods, reason = "only `cli` reads the clock")]
fn clock() -> Timestamp {
    Timestamp::now()
}

/// The runtime of the commands that wait for the network. One thread: what they do is wait, and sending costs a fifth
/// less CPU on it than on several.
fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
