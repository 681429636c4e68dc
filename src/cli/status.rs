//! `status`, and `cco-news` alone: where an issue stands, in plain words, and the next command.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::approve::{Awaited, Step};
use super::backup::{self, settle};
use super::exit::Exit;
use super::report::Colour;
use super::translate::stand;
use super::workspace::{self, IssueFolder};
use super::{Shell, approve, calendar, check, words};
use crate::ledger::{Asked, Control, UnknownCopy};
use crate::model::{Counts, Edition, EditionId, IssueId, Translation, Words};

/// Arguments of `status`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

/// Where an issue stands, as far as its files and the ledger tell.
#[expect(clippy::struct_excessive_bools, reason = "each is something that an issue is, or is not")]
pub(super) struct Standing {
    pub(super) editions: Vec<Edition>,
    /// Files that are no longer what was composed.
    pub(super) has_changed: bool,
    pub(super) is_checked: bool,
    pub(super) is_blocked: bool,
    /// Editions that lack approvals, and how many.
    pub(super) missing: Vec<(EditionId, usize)>,
    pub(super) approved_by: BTreeMap<EditionId, Vec<String>>,
    /// Who was asked to approve and has not answered.
    pub(super) awaited: Vec<Awaited>,
    /// What comes next of the approvals; none: there is nothing to approve yet.
    pub(super) step: Option<Step>,
    /// What is wrong with approvals that were touched by hand.
    pub(super) broken: Vec<Words>,
    pub(super) counts: BTreeMap<EditionId, Counts>,
    pub(super) unknown: Vec<UnknownCopy>,
    /// What was asked of it while it was leaving.
    pub(super) control: Option<Control>,
    /// Whether a process sends now.
    pub(super) is_sending: bool,
    /// Why it is held after a restore.
    pub(super) held: Option<Words>,
    /// Other issues that are held after a restore.
    pub(super) held_others: Vec<IssueId>,
    /// When the last backup was made, and that in words; none: there is no ledger.
    pub(super) backup: Option<(Option<jiff::Timestamp>, Words)>,
}

impl Standing {
    /// Reads the issue's files, and the ledger if this machine has one.
    pub(super) fn of(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Self> {
        let manifest = folder.load_manifest()?;
        let mut standing = Self {
            editions: Vec::new(),
            has_changed: false,
            is_checked: false,
            is_blocked: false,
            missing: Vec::new(),
            approved_by: BTreeMap::new(),
            awaited: Vec::new(),
            step: None,
            broken: Vec::new(),
            counts: BTreeMap::new(),
            unknown: Vec::new(),
            control: None,
            is_sending: false,
            held: None,
            held_others: Vec::new(),
            backup: None,
        };
        if let Some(manifest) = manifest {
            standing.editions = folder.load_editions(&manifest)?;
            standing.has_changed = !workspace::touched(&manifest, &standing.editions).is_empty()
                || !workspace::changes(&shell.config.root, &manifest).is_empty();
            standing.missing = approve::missing(folder, &standing.editions, shell)?;
            for edition in &standing.editions {
                let names = approve::counting(folder, edition, shell)?.into_iter();
                standing.approved_by.insert(edition.id.clone(), names.map(|given| given.by).collect());
            }
            standing.awaited = approve::awaited(folder, &standing.editions, shell)?;
            standing.step = Some(approve::step(folder, &standing.editions, shell)?);
            standing.broken = approve::broken(folder, &standing.editions, shell)?;
        }
        if let Some(checked) = folder.load_checked()? {
            standing.is_checked = standing.editions.iter().all(|e| checked.digests.get(&e.id) == Some(&e.digest()));
            standing.is_blocked = checked.blocked;
        }
        if let Some(ledger) = shell.ledger_if_there()? {
            standing.counts = ledger.counts(&folder.id)?;
            standing.unknown = ledger.unknown(&folder.id)?;
            standing.control = ledger.control(&folder.id)?;
            // What has an outcome for everybody is not leaving, whatever another issue does.
            standing.is_sending = !standing.counts.is_empty() && !standing.is_complete() && ledger.is_sending()?;
            standing.held = settle::held(&folder.id, &ledger, shell)?;
            standing.held_others = ledger.held_issues()?;
            standing.held_others.retain(|other| *other != folder.id);
            let last = backup::last(&ledger)?;
            standing.backup = Some((last, backup::age(last, shell)?));
        }
        Ok(standing)
    }

    /// Whether every recipient has an outcome.
    pub(super) fn is_complete(&self) -> bool {
        !self.counts.is_empty() && self.counts.values().all(Counts::is_complete)
    }

    fn is_paused(&self) -> bool {
        self.control.is_some_and(|control| control.asked == Asked::Paused)
    }

    /// The next command, as a person would type it.
    pub(super) fn next(&self, id: &IssueId) -> String {
        if self.held.is_some() || self.is_complete() && !self.unknown.is_empty() {
            format!("cco-news resolve {id}")
        } else if self.is_complete() {
            "cco-news compose".to_owned()
        } else if self.is_paused() {
            format!("cco-news resume {id}")
        } else if self.is_sending {
            format!("cco-news status {id}")
        } else if !self.counts.is_empty() {
            format!("cco-news send {id}")
        } else if self.editions.is_empty() || self.has_changed || self.is_blocked {
            format!("cco-news compose {id}")
        } else if !self.is_checked {
            format!("cco-news check {id}")
        } else {
            self.step.as_ref().map_or_else(|| format!("cco-news compose {id}"), |step| step.command(id))
        }
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let standing = Standing::of(&folder, shell)?;
    if shell.report.is_json {
        let translations = translations(&folder, &standing, shell)?;
        shell.report.json(&json(&id, &standing, &translations));
    } else {
        show(&folder, &standing, shell)?;
    }
    Ok(if !standing.unknown.is_empty() {
        Exit::Look
    } else if standing.held.is_some() || !standing.counts.is_empty() && !standing.is_complete() {
        Exit::Blocked
    } else {
        Exit::Done
    })
}

fn show(folder: &IssueFolder<'_>, standing: &Standing, shell: &Shell) -> Result<()> {
    let report = &shell.report;
    let newsletter = &shell.config.newsletter;
    let id = &folder.id;
    report.line(&words::heading(id, newsletter)?);
    for other in corrections_in_work(id, shell)? {
        report.line(&words!(
            "a correction is in work: cco-news status {other}",
            "un rectificatif est en préparation : cco-news status {other}"
        ));
    }
    if standing.counts.is_empty()
        && id.corrects().is_none()
        && let Some(step) = calendar::next(id, shell)?
    {
        report.line(&step);
    }
    if standing.editions.is_empty() {
        report.line(&words!("not composed yet", "pas encore composé"));
    } else if standing.has_changed {
        let line =
            words!("its files have changed since it was composed", "ses fichiers ont changé depuis sa composition");
        report.text(report.paint(Colour::Yellow, report.say(&line)));
    }
    for line in stand::lines(&translations(folder, standing, shell)?, *report) {
        report.text(report.paint(Colour::Yellow, &line));
    }
    if standing.is_blocked {
        report.line(&words!("the check found what blocks", "la vérification a trouvé ce qui bloque"));
    }
    for edition in &standing.editions {
        report.line(&edition_line(edition, standing));
    }
    for why in &standing.broken {
        report.text(report.paint(Colour::Yellow, report.say(why)));
    }
    for Awaited { edition, by, since } in &standing.awaited {
        let since = words::moment(*since, newsletter);
        report.line(&words!(
            "awaited: {edition}, {by}, since {since}",
            "en attente : {edition}, {by}, depuis le {since}"
        ));
    }
    show_leaving(id, standing, shell);
    show_held(standing, shell);
    if standing.is_complete() {
        report.text(report.paint(
            Colour::Green,
            report.say(&words!(
                "complete: every recipient has an outcome",
                "complet : chaque destinataire a un résultat"
            )),
        ));
    }
    if let Some((checked, true)) = folder.load_checked()?.map(|checked| (checked, standing.is_blocked)) {
        check::show_to_mend(&checked, shell);
    }
    if let Some((_, age)) = &standing.backup {
        report.line(age);
    }
    let next = standing.next(id);
    report.line(&words!("next: {next}", "ensuite : {next}"));
    Ok(())
}

/// What was asked of an issue that leaves, whether it is leaving now, and the copies of which nobody knows.
fn show_leaving(id: &IssueId, standing: &Standing, shell: &Shell) {
    let (report, newsletter) = (&shell.report, &shell.config.newsletter);
    if let Some(control) = standing.control {
        let since = words::moment(control.at, newsletter);
        report.line(&match control.asked {
            Asked::Paused => words!("paused since {since}", "en pause depuis le {since}"),
            Asked::Cancelled => words!("cancelled on {since}", "annulé le {since}"),
        });
    }
    if standing.is_sending && standing.control.is_none() {
        report.line(&words!(
            "leaving now: a `send` or `run` is at work; `cco-news pause {id}` makes it wait",
            "en cours d'envoi : un `send` ou un `run` est à l'œuvre; `cco-news pause {id}` le fait attendre"
        ));
    }
    for copy in &standing.unknown {
        let (message_id, recipient, since) = (&copy.message_id, &copy.to, words::moment(copy.since, newsletter));
        report.line(&words!(
            "unknown: {message_id} to {recipient}, since {since}: it may have arrived, and is not sent again",
            "inconnu : {message_id} à {recipient}, depuis le {since} : il est peut-être arrivé, et ne repart pas"
        ));
    }
}

/// Corrections of other issues that have not left yet: whoever asks where the month stands wants to know.
fn corrections_in_work(id: &IssueId, shell: &Shell) -> Result<Vec<IssueId>> {
    let mut found = Vec::new();
    for other in workspace::issues(&shell.config) {
        let is_other = other != *id && other.corrects().is_some();
        let sent = workspace::folder(&shell.config, &other).load_sent()?;
        if is_other && !sent.is_some_and(|sent| sent.complete) {
            found.push(other);
        }
    }
    Ok(found)
}

/// What is held after a restore: this issue, and others.
fn show_held(standing: &Standing, shell: &Shell) {
    let report = &shell.report;
    if let Some(why) = &standing.held {
        report.text(report.paint(Colour::Yellow, report.say(why)));
    }
    for other in &standing.held_others {
        report.line(&words!(
            "held since a restore: cco-news resolve {other}",
            "retenu depuis une restauration : cco-news resolve {other}"
        ));
    }
}

/// How far the translations are at this moment; of an issue that has begun to leave, nothing is left to say.
fn translations(folder: &IssueFolder<'_>, standing: &Standing, shell: &Shell) -> Result<Vec<Translation>> {
    if standing.counts.is_empty() { stand::standing(folder, shell) } else { Ok(Vec::new()) }
}

fn edition_line(edition: &Edition, standing: &Standing) -> Words {
    let id = &edition.id;
    let digest = edition.digest();
    let names = standing.approved_by.get(id).map(|names| names.join(", ")).unwrap_or_default();
    let approved = if id.is_both() {
        words!("follows from the halves", "découle des deux moitiés")
    } else if names.is_empty() {
        words!("not approved", "pas approuvée")
    } else {
        match standing.missing.iter().find(|(missing, _)| missing == id) {
            Some((_, n)) => {
                words!("approved by {names}, {n} more needed", "approuvée par {names}; il en faut encore {n}")
            }
            None => words!("approved by {names}", "approuvée par {names}"),
        }
    };
    let (mut en, mut fr) = (format!("{id} {digest}: {}", approved.en), format!("{id} {digest} : {}", approved.fr));
    if let Some(counts) = standing.counts.get(id) {
        let counted = words::counted(counts);
        en = format!("{en}; {}", counted.en);
        fr = format!("{fr}; {}", counted.fr);
    }
    Words { en, fr }
}

fn json(id: &IssueId, standing: &Standing, translations: &[Translation]) -> Value {
    let mut editions = Map::new();
    for edition in &standing.editions {
        let counts = standing.counts.get(&edition.id).copied().unwrap_or_default();
        let mut entry = json!({
            "digest": edition.digest(),
            "approved_by": standing.approved_by.get(&edition.id).cloned().unwrap_or_default(),
            "awaited": standing.awaited.iter().filter(|awaited| awaited.edition == edition.id)
                .map(|awaited| json!({"by": awaited.by, "since": awaited.since})).collect::<Vec<_>>(),
        });
        let fields = entry.as_object_mut().expect("it is an object");
        if let Value::Object(numbers) = serde_json::to_value(counts).expect("numbers") {
            fields.extend(numbers);
        }
        fields.insert("complete".to_owned(), json!(standing.counts.contains_key(&edition.id) && counts.is_complete()));
        editions.insert(edition.id.to_string(), entry);
    }
    let unknown: Vec<Value> = standing
        .unknown
        .iter()
        .map(|copy| json!({"message_id": copy.message_id, "recipient": copy.to.masked(), "since": copy.since}))
        .collect();
    let control = standing.control.map(|control| match control.asked {
        Asked::Paused => "paused",
        Asked::Cancelled => "cancelled",
    });
    let is_open = |it: &&Translation| it.missing > 0 || !it.stale.is_empty() || !it.kept_by.is_empty();
    let open: Vec<&Translation> = translations.iter().filter(is_open).collect();
    json!({
        "issue": id, "corrects": id.corrects(), "editions": editions, "unknown": unknown,
        "translations": open, "control": control, "held": standing.held.is_some(),
        "backup": standing.backup.as_ref().and_then(|(at, _)| *at),
        "next": standing.next(id),
    })
}
