//! `compose`: the monthly command. Gather, curate, compose and check, and the next step.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::exit::Exit;
use super::report::Colour;
use super::workspace::{self, IssueFolder};
use super::{Shell, calendar, changed, check, correct, curate, gather, pictures, words};
use crate::compose::{Templates, compose, web};
use crate::model::{Digest, Finding, Harvest, Issue, IssueId, WebIssue};
use crate::send::copy;

/// Arguments of `compose`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// Ask no source: use what was last fetched.
    #[arg(long)]
    offline: bool,
    /// Open the editions in the browser.
    #[arg(long)]
    open: bool,
}

impl Args {
    /// For one issue, from the web too.
    pub(super) fn of(issue: &IssueId) -> Self {
        Self { issue: Some(issue.clone()), ..Self::default() }
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    if folder.load_sent()?.is_some_and(|sent| sent.given_up) {
        return Ok(changed::given_up(&id, shell));
    }
    if workspace::has_begun(&folder)? {
        shell.report.warn(&words!(
            "issue `{id}` has begun to leave: it can no longer be composed. A correction is an issue of its own: `cco-news correct {id}`",
            "le numéro `{id}` a commencé à partir : il ne peut plus être composé. Un rectificatif est un numéro à part : `cco-news correct {id}`"
        ));
        return Ok(Exit::Blocked);
    }
    shell.report.line(&words::heading(&id, &shell.config.newsletter)?);
    let (harvest, issue) = match id.corrects() {
        Some(base) => correct::read(&folder, &base, shell)?,
        None => gathered(&folder, args.offline, shell)?,
    };
    let fixed = compose_and_save(&folder, &issue, shell)?;
    let checked = check::check_and_save(&folder, fixed, shell)?;

    check::show_to_mend(&checked, shell);
    let shown = editions_shown(&folder, shell);
    let label = shell.report.say(&words!("editions:", "éditions :")).to_owned();
    for file in &shown {
        shell.report.text(format!("{label} {}", shell.report.paint(Colour::Cyan, file)));
    }
    gather::show_silent(&harvest, shell.report);
    check::show_tally(&checked, shell);
    if shell.report.is_json {
        check::json(&checked, shell);
    }
    check::show_next(&folder, &checked, shell);
    if args.open {
        open(&shown, &shell.config.root)?;
    }
    let checked = check::exit(&checked);
    Ok(checked.max(gather::exit(&harvest)))
}

/// Gathers and curates, and says what came of it.
fn gathered(folder: &IssueFolder<'_>, offline: bool, shell: &Shell) -> Result<(Harvest, Issue)> {
    let harvest = gather::harvest(folder, offline, &BTreeSet::new(), shell)?;
    gather::show_counts(&harvest, shell.report);
    let curated = curate::curate_and_save(folder, &harvest, shell)?;
    curate::show(&curated, shell);
    Ok((harvest, curated.issue))
}

/// Composes an issue and saves its editions; gives what was mended on the way.
pub(super) fn compose_and_save(folder: &IssueFolder<'_>, issue: &Issue, shell: &Shell) -> Result<Vec<Finding>> {
    let config = &shell.config;
    let templates = Templates::of(&config.root)?;
    let newsletter = workspace::with_blocks_as_html(&config.newsletter, &folder.id);
    super::templates::remember(&templates, shell)?;
    let (images, mut findings) = pictures::load(issue, config)?;
    let composed = compose(issue, &newsletter, &templates, &images)?;
    findings.extend(composed.fixed);
    let inputs: BTreeMap<String, Digest> = workspace::inputs(config, folder, issue, &templates.inputs())?;
    folder.save_editions(&composed.editions, inputs, |edition| copy::eml(edition, &config.newsletter))?;
    folder.save_web(&web(issue, &newsletter, &templates, &images)?, &images)?;
    calendar::save_events(folder, issue, &templates, shell)?;
    Ok(findings)
}

/// Makes what `archive` reads of an issue that an earlier version composed; its editions stay as they are.
pub(super) fn save_web(folder: &IssueFolder<'_>, issue: &Issue, shell: &Shell) -> Result<WebIssue> {
    let config = &shell.config;
    let templates = Templates::of(&config.root)?;
    let newsletter = workspace::with_blocks_as_html(&config.newsletter, &folder.id);
    let (images, _) = pictures::load(issue, config)?;
    let web = web(issue, &newsletter, &templates, &images)?;
    folder.save_web(&web, &images)?;
    calendar::save_events(folder, issue, &templates, shell)?;
    Ok(web)
}

fn editions_shown(folder: &IssueFolder<'_>, shell: &Shell) -> Vec<String> {
    let languages = shell.config.newsletter.languages.iter();
    languages.map(|lang| folder.shown(&format!("editions/{lang}.html"))).collect()
}

/// Shows files in the person's browser.
fn open(files: &[String], root: &Path) -> Result<()> {
    files.iter().try_for_each(|file| show_in_browser(root.join(file).as_os_str()))
}

/// Shows a file or an address in the person's browser.
pub(super) fn show_in_browser(what: &OsStr) -> Result<()> {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(program);
    command.arg(what).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let shown = what.display();
    command.spawn().with_context(|| {
        words!("could not open `{shown}` with `{program}`", "impossible d'ouvrir `{shown}` avec `{program}`")
    })?;
    Ok(())
}
