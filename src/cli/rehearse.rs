//! `rehearse`: the whole sending, by the same path, to a mail server of our own on this machine, in a ledger of its own.
//! Nobody gets anything, and nothing of the real ledger changes.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::aside::Aside;
use super::exit::Exit;
use super::report::Colour;
use super::workspace;
use super::{Shell, changed, clock, runtime, subscribers, trial, words};
use crate::archive::{Rehearsed, rehearsal};
use crate::files;
use crate::ledger::{Entry, Ledger};
use crate::mail::{Mailer, Settings, Sink, Smtp};
use crate::model::{Approval, Delivering, Edition, IssueId, Tls};
use crate::send::{self, Ending, Leaving, Progress, Round, Secrets};

/// Rounds after which a rehearsal ends whatever is left: a day of hourly tries.
const ROUNDS_MAX: usize = 40;
/// Subscribers that are copied at once.
const COPIED_AT_ONCE: usize = 10_000;

/// Arguments of `rehearse`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let folder = workspace::folder(&shell.config, &args.issue);
    let id = &args.issue;
    if let Some(base) = id.corrects() {
        bail!(words!(
            "a correction goes to those who got issue {base}, whom only the real ledger knows: cco-news send {id} --dry-run shows them",
            "un rectificatif va à ceux qui ont reçu le numéro {base}, que seul le vrai registre connaît : cco-news send {id} --dry-run les montre"
        ));
    }
    let (manifest, editions) = folder.composed()?;
    if changed::say(&folder, &manifest, &editions, shell)? {
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
        return Ok(Exit::Blocked);
    }
    let ledger = shell.ledger()?;
    // The lists are taken in as the freeze takes them in, but into a copy.
    let aside = Aside::of(&ledger)?;
    let tried = aside.as_ref().map(Aside::ledger).transpose()?;
    subscribers::try_lists(tried, &ledger, clock(), shell)?;
    let folder_of_stage = ledger.state_dir().join("rehearsal");
    if folder_of_stage.exists() {
        fs::remove_dir_all(&folder_of_stage).with_context(|| {
            words!("could not clear the last rehearsal", "impossible d'effacer la dernière répétition")
        })?;
    }
    let stage = Ledger::open(&folder_of_stage)?;
    copy_people(tried.unwrap_or(&ledger), &stage)?;
    drop(aside);
    let began = clock();
    let rehearsed = rehearse(&stage, id, &editions, began, shell);
    drop(stage);
    // It holds addresses, and nobody needs it any more.
    fs::remove_dir_all(&folder_of_stage)
        .with_context(|| words!("could not clear the rehearsal", "impossible d'effacer la répétition"))?;
    let rehearsed = rehearsed?;
    show(&rehearsed, shell);
    let page = folder.shown("rehearsal.html");
    let html = rehearsal(&rehearsed, &shell.config.newsletter, &workspace::page_style(shell)?);
    files::write_whole(&folder.file("rehearsal.html"), html.as_bytes())?;
    shell.report.line(&words!("page: {page}", "page : {page}"));
    if shell.report.is_json {
        let Rehearsed { counts, n_twice, n_lost, took, would_take, .. } = &rehearsed;
        shell.report.json(&serde_json::json!({
            "issue": id, "editions": counts, "twice": n_twice, "lost": n_lost,
            "seconds": took.as_secs(), "would_take_seconds": would_take.as_secs(),
        }));
    }
    Ok(if rehearsed.is_good() { Exit::Done } else { Exit::CouldNot })
}

/// Copies who would be written to now.
fn copy_people(from: &Ledger, to: &Ledger) -> Result<()> {
    let mut rows = Vec::new();
    let now = clock();
    from.each_subscriber(|person| {
        if person.status == "active" {
            rows.push(Entry { both: person.both, ..Entry::new(person.address, person.language) });
        }
        if rows.len() == COPIED_AT_ONCE {
            to.take_in(std::mem::take(&mut rows), "rehearsal", now)?;
        }
        Ok(())
    })?;
    to.take_in(rows, "rehearsal", now)?;
    Ok(())
}

fn rehearse(ledger: &Ledger, id: &IssueId, editions: &[Edition], began: Timestamp, shell: &Shell) -> Result<Rehearsed> {
    let newsletter = &shell.config.newsletter;
    // A rehearsal stands in for the approvals: it is often made before them, and nothing leaves.
    let names = (0..newsletter.policy.approvals).map(|n| format!("rehearsal {n}"));
    let approve = |edition: &Edition| {
        let approvals = names.clone().map(|by| Approval::new(edition.id.clone(), edition.digest(), by, began, None));
        approvals.collect::<Vec<_>>()
    };
    let approvals: Vec<Approval> = editions.iter().flat_map(approve).collect();
    let leaving = Leaving { issue: id, editions, manifest: "{}", approvals: &approvals, only: &[], send_at: began };
    send::freeze(ledger, newsletter, &leaving, began)?;
    let audience: u64 = ledger.counts(id)?.values().map(|counts| counts.planned).sum();
    // The office's connections; the pace is that of the machine, and what the office's would be is reckoned.
    let delivering = Delivering {
        connections: newsletter.delivery.connections,
        messages_per_minute: u32::MAX,
        tls: Tls::Required,
        // The clock jumps: nothing is waited for.
        patience_minutes: 0,
        ..Delivering::default()
    };
    let seen = runtime()?.block_on(async {
        let sink = Sink::start().await?;
        let mailer = Mailer::Smtp(Smtp::new(Settings::parse(&sink.url(), &delivering, None, None)?)?);
        // Deferred copies are tried again at once: the clock of the rehearsal jumps to their time.
        let ahead = Arc::new(Mutex::new(SignedDuration::ZERO));
        for _ in 0..ROUNDS_MAX {
            let ended = send::run(round(ledger, id, &mailer, &delivering, &ahead)?).await?;
            match ended.ending {
                Ending::Complete => return Ok(sink.seen()),
                Ending::Later(Some(next)) => {
                    *ahead.lock().unwrap_or_else(PoisonError::into_inner) =
                        next.duration_since(clock()) + SignedDuration::from_secs(1);
                }
                other => bail!(other.words(id, |at| words::moment(at, newsletter))),
            }
        }
        Ok(sink.seen())
    })?;
    let counts = ledger.counts(id)?;
    let accepted: u64 = counts.values().map(|counts| counts.accepted).sum();
    let n_taken = seen.values().filter(|seen| seen.taken > 0).count() as u64;
    Ok(Rehearsed {
        issue: id.clone(),
        n_twice: seen.values().filter(|seen| seen.taken > 1).count(),
        n_lost: accepted.abs_diff(n_taken),
        took: clock().duration_since(began),
        would_take: trial::lasts(audience, &newsletter.delivery.in_all()),
        counts,
    })
}

fn round(
    ledger: &Ledger,
    id: &IssueId,
    mailer: &Mailer,
    delivering: &Delivering,
    ahead: &Arc<Mutex<SignedDuration>>,
) -> Result<Round> {
    let (_, interrupted) = watch::channel(false);
    let ahead = Arc::clone(ahead);
    Ok(Round {
        issue: id.clone(),
        ledger: ledger.clone(),
        relays: vec![mailer.clone().into()],
        secrets: Secrets::open(ledger)?,
        keys: Vec::new(),
        delivering: delivering.clone(),
        clock: Arc::new(move || {
            let ahead = *ahead.lock().unwrap_or_else(PoisonError::into_inner);
            clock().checked_add(ahead).unwrap_or_else(|_| clock())
        }),
        interrupted,
        progress: Arc::new(|_: &Progress| {}),
        tell: Arc::new(|_| {}),
        step: Arc::new(|_| Ok(())),
    })
}

fn show(rehearsed: &Rehearsed, shell: &Shell) {
    let report = shell.report;
    for (edition, counted) in &rehearsed.counts {
        let counted = words::counted(counted);
        let (en, fr) = (counted.en, counted.fr);
        report.line(&words!("{edition}: {en}", "{edition} : {fr}"));
    }
    for line in rehearsed.lines(report.speech) {
        report.text(line);
    }
    if rehearsed.is_good() {
        let line = words!("nobody twice, nobody lost", "personne deux fois, personne de perdu");
        report.text(report.paint(Colour::Green, report.say(&line)));
    }
}
