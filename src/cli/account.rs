//! `report`: what became of an issue, as a table, as JSON, and as a page with plots; and, for the director who asks,
//! who was sent what, which is remembered.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::cell::harmless;
use super::exit::Exit;
use super::workspace::{self, IssueFolder};
use super::{Shell, words};
use crate::archive::{self, Carried};
use crate::files;
use crate::ledger::Ledger;
use crate::model::{Account, Issue, IssueId, Lang, Newsletter, Origin, Words};

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
    /// Write who was sent what, with the mail server's reply, to this CSV file; needs --by and --why.
    #[arg(long, value_name = "FILE.csv", requires = "by", requires = "why")]
    recipients: Option<PathBuf>,
    /// Who asks for the list of recipients; it is remembered.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why they ask; it is remembered.
    #[arg(long, value_name = "REASON")]
    why: Option<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    let ledger = shell.ledger_if_there()?;
    let account = ledger.as_ref().map(|ledger| ledger.account(id)).transpose()?.flatten();
    let Some((ledger, account)) = ledger.zip(account) else {
        bail!(words!(
            "issue `{id}` has not left from this machine: there is nothing to report yet",
            "le numéro `{id}` n'est pas parti de cet ordinateur : il n'y a encore rien à rapporter"
        ));
    };
    if let (Some(file), Some(by), Some(why)) = (&args.recipients, &args.by, &args.why) {
        let shown = file.display();
        let n_rows = write_recipients(file, id, (by, why), &ledger, shell)?;
        shell.report.line(&words!(
            "{n_rows} recipients in `{shown}`: it is personal information, and it is remembered that {by} asked",
            "{n_rows} destinataires dans `{shown}` : ce sont des renseignements personnels, et il est noté que {by} les a demandés"
        ));
        return Ok(Exit::Done);
    }
    let folder = workspace::folder(&shell.config, id);
    let page = save_page(&folder, &account, shell)?;
    if shell.report.is_json {
        let mut value = serde_json::to_value(&account)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("accepted_per_minute".to_owned(), json!(account.accepted_per_minute()));
            fields.insert("page".to_owned(), json!(page));
        }
        shell.report.json(&value);
    } else {
        show(&account, &page, shell);
    }
    Ok(if account.completed.is_some() { Exit::Done } else { Exit::Look })
}

/// Writes `report.html` and gives its name.
pub(super) fn save_page(folder: &IssueFolder<'_>, account: &Account, shell: &Shell) -> Result<String> {
    let newsletter = &shell.config.newsletter;
    let carried = folder.load_issue()?.map(|issue| carried(&issue, newsletter)).unwrap_or_default();
    let html =
        archive::report(account, &carried, newsletter, &newsletter.schedule.zone()?, &workspace::page_style(shell)?);
    files::write_whole(&folder.file("report.html"), html.as_bytes())?;
    Ok(folder.shown("report.html"))
}

fn carried(issue: &Issue, newsletter: &Newsletter) -> Carried {
    let is_file = |origin: &Origin| matches!(origin, Origin::File { .. });
    let authors = issue.stories().filter(|story| is_file(&story.origin));
    let contributors: BTreeSet<String> = authors.flat_map(|story| story.author.values().cloned()).collect();
    let name = |texts: &crate::model::Texts, lang: &str, id: &str| {
        texts.get(&Lang::new(lang)).or_else(|| texts.values().next()).cloned().unwrap_or_else(|| id.to_owned())
    };
    let sections = issue.sections.iter().filter_map(|section| {
        let known = newsletter.section(&section.id)?;
        Some(Words { en: name(&known.name, "en", &known.id), fr: name(&known.name, "fr", &known.id) })
    });
    Carried { contributors: contributors.into_iter().collect(), sections: sections.collect() }
}

fn show(account: &Account, page: &str, shell: &Shell) {
    let report = &shell.report;
    let (id, at) = (&account.issue, words::moment(account.frozen_at, &shell.config.newsletter));
    report.line(&words!("issue {id}, frozen on {at}", "numéro {id}, figé le {at}"));
    for (edition, counts) in &account.counts {
        let counted = words::counted(counts);
        report
            .line(&Words { en: format!("{edition}: {}", counted.en), fr: format!("{edition}\u{a0}: {}", counted.fr) });
    }
    if let Some(rate) = account.accepted_per_minute() {
        report.line(&words!("{rate:.1} copies a minute", "{rate:.1} copies à la minute"));
    }
    if let Some(lag) = account.lag_seconds {
        report
            .line(&words!("between the medians of the languages: {lag} s", "entre les médianes des langues : {lag} s"));
    }
    for refusal in &account.refusals {
        let (state, domain, code, copies) = (refusal.state.as_str(), &refusal.domain, refusal.code, refusal.copies);
        let enhanced = refusal.enhanced.as_deref().unwrap_or("");
        report.text(format!("{state:<9} {copies:>6}  {domain:<32} {code} {enhanced}").trim_end());
    }
    for (what, n) in &account.departures {
        let what = match what.as_str() {
            "left" => words!("left since", "partis depuis"),
            "bounced" => words!("addresses that are no more", "adresses qui n'existent plus"),
            _ => words!("complained", "plaintes"),
        };
        report.text(format!("{n} {}", report.say(&what)));
    }
    for (what, n) in &account.opinions {
        let what = match what.as_str() {
            "useful" => words!("found it useful", "l'ont trouvée utile"),
            _ => words!("did not find it useful", "ne l'ont pas trouvée utile"),
        };
        report.text(format!("{n} {}", report.say(&what)));
    }
    report.line(&words!("report: {page}", "rapport : {page}"));
}

/// Writes the list of recipients, whole or not at all, readable by its owner alone.
fn write_recipients(
    file: &std::path::Path,
    id: &IssueId,
    asked: (&str, &str),
    ledger: &Ledger,
    shell: &Shell,
) -> Result<u64> {
    let shown = file.display();
    let failed = || words!("could not write `{shown}`", "impossible d'écrire `{shown}`");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file).with_context(failed)?;
    let mut csv = csv::Writer::from_writer(opened);
    csv.write_record(["email", "edition", "outcome", "when", "reply", "message_id"]).with_context(failed)?;
    let mut n_rows = 0;
    ledger.each_copy(id, asked, shell.now, |copy| {
        let at = copy.at.to_string();
        let row = [copy.to.as_str(), &copy.edition, &copy.state, &at, &copy.reply, &copy.message_id];
        csv.write_record(row.map(harmless)).with_context(failed)?;
        n_rows += 1;
        Ok(())
    })?;
    let opened = csv.into_inner().map_err(|error| anyhow::Error::from(error.into_error()))?;
    opened.sync_all().with_context(failed)?;
    Ok(n_rows)
}
