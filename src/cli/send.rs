//! `send`: an approved issue leaves, every language at once. Load → gate → freeze → run → record.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tokio::sync::watch;

use super::backup::settle;
use super::exit::Exit;
use super::report::{Colour, ask};
use super::steer::{Go, Steer};
use super::workspace::{self, IssueFolder, Sent};
use super::{
    Shell, approve, audience, certificate, changed, clock, gate, host, running, runtime, subscribers, trial, way_out,
    words,
};
use crate::check::WayOut;
use crate::ledger::{Asked, Ledger, Recovered};
use crate::model::{Approval, Counts, Edition, EditionId, IssueId, Manifest, Segment};
use crate::send::{self, Ended, Ending, Leaving, Progress, Round, Secrets, cancel_rest};

/// Arguments of `send`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
    /// Show who would get what, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Send although the planned time is long past.
    #[arg(long)]
    late: bool,
    /// Do not ask: for a person who has read the plan, and for jobs.
    #[arg(long)]
    yes: bool,
    /// Send it to those alone whose column has this value, as `region=Atlantic`; several must all hold. The others do
    /// not get this issue.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = Segment::parse)]
    only: Vec<Segment>,
    /// The issue went to the outbox only: send it by the mail server now.
    #[arg(long)]
    deliver: bool,
    /// How many people are to get it, when that is more or fewer than a tenth beside last time.
    #[arg(long, value_name = "PEOPLE")]
    audience: Option<u64>,
    /// The ledger is a copy, or comes from another machine, which never sends again: go on from here.
    #[arg(long)]
    take_over: bool,
}

/// How an issue is to leave.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word that a person has given, or has not")]
pub(super) struct Intent {
    pub(super) is_dry: bool,
    pub(super) is_late_allowed: bool,
    pub(super) is_confirmed: bool,
    pub(super) is_delivered_again: bool,
    /// Whether a ledger from elsewhere is to be used from here on.
    pub(super) takes_over: bool,
    /// How many people a person expects.
    pub(super) audience: Option<u64>,
    pub(super) only: Vec<Segment>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let intent = Intent {
        is_dry: args.dry_run,
        is_late_allowed: args.late,
        is_confirmed: args.yes,
        is_delivered_again: args.deliver,
        takes_over: args.take_over,
        audience: args.audience,
        only: args.only.clone(),
    };
    send(&args.issue, &intent, shell)
}

/// Everything about one departure.
pub(super) struct Departure<'a> {
    pub(super) folder: IssueFolder<'a>,
    manifest: Manifest,
    pub(super) editions: Vec<Edition>,
    approvals: Vec<Approval>,
    pub(super) ledger: Ledger,
    pub(super) kind: WayOut,
    pub(super) only: Vec<Segment>,
    /// The clock of this departure: by SMTP always the real one.
    pub(super) now: Timestamp,
}

/// Sends an issue as far as it can be sent now.
pub(super) fn send(id: &IssueId, intent: &Intent, shell: &Shell) -> Result<Exit> {
    let Some(departure) = departure(id, &intent.only, shell)? else { return Ok(Exit::Blocked) };
    if !intent.is_dry && !host::is_home(&departure.ledger, intent.takes_over, shell)? {
        return Ok(Exit::Blocked);
    }
    if let Some(why) = settle::held(id, &departure.ledger, shell)? {
        shell.report.alert(&why);
        return Ok(Exit::Blocked);
    }
    let frozen = departure.ledger.frozen(id)?;
    let sent = departure.folder.load_sent()?;
    if frozen.is_none()
        && let Some(sent) = &sent
    {
        let is_given_up = sent.given_up;
        return Ok(if is_given_up {
            changed::given_up(id, shell)
        } else {
            changed::lost_ledger(id, sent.frozen_at, shell)
        });
    }
    if let Some(frozen) = frozen.as_ref().filter(|_| sent.is_none()) {
        // The freeze was written and this file was not: it says again what the ledger knows.
        record(&departure, frozen.frozen_at, departure.ledger.counts(id)?, frozen.completed.is_some())?;
    }
    if frozen.is_none()
        && let Some(exit) = gate::gate(&departure, intent, shell)?
    {
        return Ok(exit);
    }
    if !agree(&departure, shell)? {
        return Ok(Exit::Blocked);
    }
    if intent.is_dry {
        return trial::run(departure, shell);
    }
    if intent.is_delivered_again && departure.kind != WayOut::Outbox {
        departure.ledger.deliver_again(id)?;
    }
    if departure.ledger.frozen(id)?.is_some_and(|frozen| frozen.completed.is_some()) {
        return nothing_to_send(&departure, shell);
    }
    if departure.ledger.frozen(id)?.is_none() && !is_confirmed(&departure, intent, shell)? {
        return Ok(Exit::Blocked);
    }
    freeze(&departure, shell)?;
    let ended = deliver(&departure, shell)?;
    conclude(&departure, &ended, shell)
}

/// What an issue would leave with; none: it is not as it was composed, which is said.
pub(super) fn departure<'a>(id: &IssueId, only: &[Segment], shell: &'a Shell) -> Result<Option<Departure<'a>>> {
    let folder = workspace::folder(&shell.config, id);
    let (manifest, editions) = folder.composed()?;
    if changed::say(&folder, &manifest, &editions, shell)? {
        say_refused(&folder, shell)?;
        return Ok(None);
    }
    let kind = way_out::kind(shell)?;
    let mut approvals = Vec::new();
    for edition in &editions {
        approvals.extend(approve::counting(&folder, edition, shell)?);
    }
    let ledger = subscribers::open(shell)?;
    let now = if kind == WayOut::Outbox { shell.now } else { clock() };
    Ok(Some(Departure { folder, manifest, editions, approvals, ledger, kind, only: only.to_vec(), now }))
}

/// Whether the approvals on file are those the issue was frozen with: neither may have one that the other has not.
fn agree(departure: &Departure<'_>, shell: &Shell) -> Result<bool> {
    let id = &departure.folder.id;
    if departure.ledger.frozen(id)?.is_none() {
        return Ok(true);
    }
    let recorded = departure.ledger.approvals(id)?;
    let is_in = |one: &Approval, all: &[Approval]| {
        let is_same = |other: &Approval| {
            (&other.edition, &other.digest, &other.by, &other.at, &other.note)
                == (&one.edition, &one.digest, &one.by, &one.at, &one.note)
        };
        all.iter().any(is_same)
    };
    let lost = recorded.iter().find(|kept| !is_in(kept, &departure.approvals));
    let new = departure.approvals.iter().find(|given| !is_in(given, &recorded));
    let (Some(wrong), is_lost) = (lost.or(new), lost.is_some()) else { return Ok(true) };
    let (file, by) = (departure.folder.shown(&format!("approvals/{}.json", wrong.edition)), &wrong.by);
    shell.report.warn(&if is_lost {
        words!(
            "refused: the ledger has an approval by {by} that `{file}` no longer has: put the file back",
            "refusé : le registre a une approbation de {by} que `{file}` n'a plus : remettez le fichier"
        )
    } else {
        words!(
            "refused: `{file}` has an approval by {by} that the issue did not leave with: put the file back",
            "refusé : `{file}` a une approbation de {by} avec laquelle le numéro n'est pas parti : remettez le fichier"
        )
    });
    Ok(false)
}

/// Why nothing leaves when something is not as it was composed, and what helps.
fn say_refused(folder: &IssueFolder<'_>, shell: &Shell) -> Result<()> {
    let id = &folder.id;
    let next = if folder.load_sent()?.is_some() {
        words!(
            "refused: issue `{id}` left with the words as they were. Put the file back, or make a correction: `cco-news correct {id}`",
            "refusé : le numéro `{id}` est parti avec le texte d'avant. Remettez le fichier, ou faites un rectificatif : `cco-news correct {id}`"
        )
    } else {
        words!(
            "refused: what is approved is not what lies here. next: cco-news compose {id}",
            "refusé : ce qui est approuvé n'est pas ce qui est ici. ensuite : cco-news compose {id}"
        )
    };
    shell.report.alert(&next);
    Ok(())
}

/// Shows the plan and asks; without a terminal, only `--yes` says yes.
fn is_confirmed(departure: &Departure<'_>, intent: &Intent, shell: &Shell) -> Result<bool> {
    if departure.ledger.frozen(&departure.folder.id)?.is_none() {
        departure.ledger.wake(departure.now)?;
        subscribers::import_lists(&departure.ledger, departure.now, shell)?;
    }
    let n = show_plan(departure, shell)?;
    let id = &departure.folder.id;
    if n == 0 {
        if id.corrects().is_some() {
            shell.report.warn(&words!(
                "nobody would get it: whoever got what it corrects has left since",
                "personne ne le recevrait : ceux qui ont reçu ce qu'il corrige sont partis depuis"
            ));
            return Ok(false);
        }
        shell.report.warn(&words!(
            "nobody would get it: put a list into `subscribers/`, as `email,language`",
            "personne ne le recevrait : mettez une liste dans `subscribers/`, sous la forme `email,language`"
        ));
        return Ok(false);
    }
    let ids: Vec<EditionId> = departure.editions.iter().map(|edition| edition.id.clone()).collect();
    let planned = send::planned(&departure.ledger, id, &ids, &departure.only)?;
    if !audience::is_meant(&departure.ledger, id, &planned, intent.audience, shell)? {
        return Ok(false);
    }
    if intent.is_confirmed || intent.audience == Some(n) {
        return Ok(true);
    }
    let question =
        words!("Send issue {id} to {n} people? Type yes:", "Envoyer le numéro {id} à {n} personnes? Tapez oui :");
    if ask(shell.report, &question) {
        return Ok(true);
    }
    shell.report.alert(&words!(
        "not sent: nothing leaves without a typed yes, or `--yes`",
        "pas envoyé : rien ne part sans un oui tapé au clavier, ou `--yes`"
    ));
    Ok(false)
}

/// Who would get what, by which way. Gives the number of people.
pub(super) fn show_plan(departure: &Departure<'_>, shell: &Shell) -> Result<u64> {
    let ids: Vec<EditionId> = departure.editions.iter().map(|edition| edition.id.clone()).collect();
    let planned = send::planned(&departure.ledger, &departure.folder.id, &ids, &departure.only)?;
    for edition in &departure.editions {
        let n = planned.get(&edition.id).map_or(0, |counts| counts.planned);
        let (id, subject) = (&edition.id, &edition.subject);
        let copies = words::count(usize::try_from(n)?, ["copy", "copies"], ["exemplaire", "exemplaires"]);
        let (en, fr) = (copies.en, copies.fr);
        shell.report.line(&words!("{id}: {en}, “{subject}”", "{id} : {fr}, « {subject} »"));
    }
    let planned_for = shell.config.newsletter.schedule.send_at(&departure.folder.id)?;
    if let Some(base) = departure.folder.id.corrects() {
        shell.report.line(&words!(
            "to those whose copy of issue {base} was accepted or is unknown, and who have not left since",
            "à ceux dont l'exemplaire du numéro {base} a été accepté ou est inconnu, et qui ne sont pas partis depuis"
        ));
    } else if departure.now < planned_for {
        let planned_for = words::moment(planned_for, &shell.config.newsletter);
        shell.report.line(&words!(
            "planned for {planned_for}; `send` leaves now, `cco-news run` waits",
            "prévu pour le {planned_for}; `send` part maintenant, `cco-news run` attend"
        ));
    }
    let way = way_out::name(departure.kind);
    let (en, fr) = (way.en, way.fr);
    shell.report.line(&words!("way out: {en}", "voie de sortie : {fr}"));
    Ok(planned.values().map(|counts| counts.planned).sum())
}

/// Decides who gets what; whoever is frozen stays as they are.
pub(super) fn freeze(departure: &Departure<'_>, shell: &Shell) -> Result<()> {
    let folder = &departure.folder;
    let path = folder.file("manifest.json");
    let shown = folder.shown("manifest.json");
    let manifest =
        fs::read_to_string(path).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
    let planned = shell.config.newsletter.schedule.send_at(&folder.id)?;
    let leaving = Leaving {
        issue: &folder.id,
        editions: &departure.editions,
        manifest: &manifest,
        approvals: &departure.approvals,
        only: &departure.only,
        send_at: if folder.id.corrects().is_some() { departure.now } else { planned },
    };
    let frozen = send::freeze(&departure.ledger, &shell.config.newsletter, &leaving, departure.now)?;
    record(departure, frozen.frozen_at, BTreeMap::new(), false)
}

/// Writes `sent.json`: from now on `compose` leaves the issue alone.
fn record(
    departure: &Departure<'_>,
    frozen_at: Timestamp,
    counts: BTreeMap<EditionId, Counts>,
    complete: bool,
) -> Result<()> {
    let stories = departure.folder.load_issue()?.map(|issue| issue.stories().map(|story| story.id.clone()).collect());
    let digests = departure.manifest.editions.iter().map(|(id, entry)| (id.clone(), entry.digest.clone())).collect();
    let stories = stories.unwrap_or_default();
    departure.folder.save_sent(&Sent { frozen_at, digests, counts, complete, stories, given_up: false })?;
    Ok(())
}

/// Sends until it ends, is cancelled, or a person stops it; while it is paused, waits.
fn deliver(departure: &Departure<'_>, shell: &Shell) -> Result<Ended> {
    let id = &departure.folder.id;
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let steer = Arc::new(Steer::begin(&departure.ledger, id, shell.report));
        loop {
            match steer.go().await? {
                Go::On => {}
                Go::Interrupted => return ended_as(Ending::Interrupted, departure),
                Go::Cancelled => {
                    cancel_rest(&departure.ledger, id, departure.now, &step())?;
                    return ended_as(Ending::Complete, departure);
                }
            }
            let (interrupted, task) = steer.stops();
            let ended = send::run(round(departure, &steer, interrupted, shell)?).await;
            task.abort();
            let ended = ended?;
            if ended.ending != Ending::Interrupted || steer.is_signalled() {
                steer.bar.finish_and_clear();
                return Ok(ended);
            }
        }
    });
    if departure.ledger.control(id)?.is_some_and(|control| control.asked == Asked::Cancelled) {
        shell.report.alert(&words!("issue {id} was cancelled", "le numéro {id} a été annulé"));
    }
    ended
}

fn step() -> send::Step {
    Arc::new(|_| Ok(()))
}

/// An end that no run came to.
fn ended_as(ending: Ending, departure: &Departure<'_>) -> Result<Ended> {
    let counts = departure.ledger.counts(&departure.folder.id)?;
    Ok(Ended { ending, recovered: Recovered::default(), progress: Progress::default(), counts, warnings: Vec::new() })
}

fn round(departure: &Departure<'_>, steer: &Steer, interrupted: watch::Receiver<bool>, shell: &Shell) -> Result<Round> {
    let ledger = departure.ledger.clone();
    let (now, is_outbox) = (departure.now, departure.kind == WayOut::Outbox);
    let shown = steer.bar.clone();
    Ok(Round {
        issue: departure.folder.id.clone(),
        secrets: Secrets::open(&ledger)?,
        relays: way_out::relays(shell, ledger.state_dir())?,
        ledger,
        keys: way_out::keys(shell)?,
        delivering: running::delivering(&shell.config.newsletter),
        clock: if is_outbox { Arc::new(move || now) } else { running::steady_clock() },
        interrupted,
        progress: Arc::new(move |progress: &Progress| {
            shown.set_length(progress.due);
            // What is to be tried again is not done.
            shown.set_position(progress.accepted + progress.refused + progress.unknown);
        }),
        tell: running::tell(steer.bar.clone(), shell),
        step: step(),
    })
}

/// Records how it ended, and says so.
fn conclude(departure: &Departure<'_>, ended: &Ended, shell: &Shell) -> Result<Exit> {
    let report = &shell.report;
    let id = &departure.folder.id;
    let frozen_at = departure.ledger.frozen(id)?.map_or(departure.now, |frozen| frozen.frozen_at);
    let is_complete = ended.ending == Ending::Complete;
    record(departure, frozen_at, ended.counts.clone(), is_complete)?;
    for warning in &ended.warnings {
        report.warn(warning);
    }
    show_counts(departure, &ended.counts, shell);
    if let Some(lag) = departure.ledger.lag(id)? {
        let seconds = lag.as_secs().abs();
        report.line(&words!(
            "between the languages' medians: {seconds} s",
            "entre les médianes des langues : {seconds} s"
        ));
    }
    if let Some(file) = certificate::save(&departure.folder, &departure.ledger, shell)? {
        report.line(&words!("certificate: {file}", "attestation : {file}"));
    }
    let n_unknown: u64 = ended.counts.values().map(|counts| counts.unknown).sum();
    if n_unknown > 0 {
        report.warn(&words!(
            "{n_unknown} unknown: the reply never came, so it may have arrived, and is not sent again. To settle it: cco-news resolve {id}",
            "{n_unknown} sans réponse du serveur : c'est peut-être arrivé, et cela ne repart pas. Pour trancher : cco-news resolve {id}"
        ));
    }
    let said = ended.ending.words(id, |at| words::moment(at, &shell.config.newsletter));
    let colour = if is_complete { Colour::Green } else { Colour::Yellow };
    report.text(report.paint(colour, report.say(&said)));
    if report.is_json {
        report.json(&serde_json::json!({"issue": id, "complete": is_complete, "editions": ended.counts}));
    }
    let wants_a_look = ended.counts.values().any(|counts| counts.unknown + counts.refused > 0);
    Ok(match ended.ending {
        Ending::Complete if wants_a_look => Exit::Look,
        Ending::Complete => Exit::Done,
        Ending::Later(_) | Ending::Held(_) => Exit::Blocked,
        Ending::Interrupted => Exit::Interrupted,
        Ending::Away(_) | Ending::AboutUs(_) | Ending::TooManyRefused => Exit::CouldNot,
    })
}

fn show_counts(departure: &Departure<'_>, counts: &BTreeMap<EditionId, Counts>, shell: &Shell) {
    for edition in &departure.editions {
        let Some(counts) = counts.get(&edition.id) else { continue };
        let (id, counted) = (&edition.id, words::counted(counts));
        let (en, fr) = (counted.en, counted.fr);
        shell.report.line(&words!("{id}: {en}", "{id} : {fr}"));
    }
}

/// An issue that is complete; and, when it only went to the outbox, what a mail server would make possible.
fn nothing_to_send(departure: &Departure<'_>, shell: &Shell) -> Result<Exit> {
    let id = &departure.folder.id;
    let counts = departure.ledger.counts(id)?;
    let frozen_at = departure.ledger.frozen(id)?.map_or(departure.now, |frozen| frozen.frozen_at);
    record(departure, frozen_at, counts.clone(), true)?;
    show_counts(departure, &counts, shell);
    shell
        .report
        .line(&words!("nothing to send: issue {id} is complete", "rien à envoyer : le numéro {id} est complet"));
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "complete": true, "editions": counts}));
    }
    let ways = departure.ledger.ways_out(id)?;
    if departure.kind != WayOut::Outbox && !ways.is_empty() && ways.iter().all(|way| way.way_out == "outbox") {
        shell.report.line(&words!(
            "every copy went to the outbox, none by the mail server; to send them now: cco-news send {id} --deliver",
            "tous les exemplaires sont allés à la boîte d'envoi, aucun par le serveur de courriel; pour les envoyer maintenant : cco-news send {id} --deliver"
        ));
        return Ok(Exit::Look);
    }
    Ok(if counts.values().any(|counts| counts.unknown > 0) { Exit::Look } else { Exit::Done })
}
