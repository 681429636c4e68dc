//! `approve`: a name under exactly the bytes that are there.

use anyhow::{Result, bail};

use super::exit::Exit;
use super::report::{Colour, Report};
use super::workspace::{self, IssueFolder};
use super::{Shell, changed, difference};
use crate::model::{Approval, Edition, EditionId, IssueId, Lang, Manifest, Newsletter};

/// Arguments of `approve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// The language whose edition is approved.
    #[arg(long, value_name = "LANGUAGE")]
    edition: String,
    /// Who approves.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Anything to add for the record.
    #[arg(long)]
    note: Option<String>,
    /// Take an approval back, until the issue has begun to leave.
    #[arg(long)]
    withdraw: bool,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let edition_id = edition_id(&args.edition, &shell.config.newsletter)?;
    let by = args.by.trim();
    if by.is_empty() {
        bail!(words!(
            "an approval needs a name: `--by \"Camille Roy\"`",
            "une approbation demande un nom : `--by \"Camille Roy\"`"
        ));
    }
    if workspace::has_begun(&folder)? {
        shell.report.warn(&words!(
            "issue `{id}` has begun to leave; its approvals stand",
            "le numéro `{id}` a commencé à partir; ses approbations demeurent"
        ));
        return Ok(Exit::Blocked);
    }
    let (manifest, editions) = folder.composed()?;
    let edition = editions.iter().find(|edition| edition.id == edition_id).expect("every language is composed");
    let mut approvals = folder.load_approvals(&edition_id)?;
    if args.withdraw {
        let n = approvals.len();
        approvals.retain(|approval| !is_same(&approval.by, by));
        if approvals.len() == n {
            bail!(words!("{by} has not approved `{edition_id}`", "{by} n'a pas approuvé `{edition_id}`"));
        }
        folder.save_approvals(&edition_id, &approvals, &edition.text)?;
        shell.report.line(&words!("withdrawn: {edition_id}, by {by}", "retirée : {edition_id}, par {by}"));
        return Ok(Exit::Done);
    }
    if let Some(exit) = refuse(&folder, &manifest, &editions, &edition_id, by, shell)? {
        return Ok(exit);
    }
    if let Some(before) = folder.load_approved_text(&edition_id)? {
        show_since(&before, &edition.text, shell.report);
    }
    let digest = edition.digest();
    approvals.retain(|approval| approval.digest == digest && !is_same(&approval.by, by));
    // To the millisecond, as the ledger keeps it.
    let at = jiff::Timestamp::from_millisecond(shell.now.as_millisecond())?;
    approvals.push(Approval::new(edition_id.clone(), digest.clone(), by.to_owned(), at, args.note.clone()));
    folder.save_approvals(&edition_id, &approvals, &edition.text)?;
    for waiver in &edition.waivers {
        shell.report.line(&words!("approved with the waiver {waiver}", "approuvé avec la dispense {waiver}"));
    }
    let line = words!("approved: {edition_id} {digest} by {by}", "approuvé : {edition_id} {digest} par {by}");
    shell.report.text(shell.report.paint(Colour::Green, shell.report.say(&line)));
    show_next(&folder, &editions, shell)?;
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "edition": edition_id, "digest": digest, "by": by}));
    }
    Ok(Exit::Done)
}

/// Whether two names are one person's.
fn is_same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn edition_id(name: &str, newsletter: &Newsletter) -> Result<EditionId> {
    let lang = Lang::new(name);
    if newsletter.languages.contains(&lang) {
        return Ok(EditionId::of(&lang));
    }
    let known: Vec<&str> = newsletter.languages.iter().map(Lang::as_str).collect();
    let known = known.join(", ");
    bail!(words!(
        "`{name}` is not an edition that is approved; there are {known} (the bilingual one follows from them)",
        "`{name}` n'est pas une édition qu'on approuve; il y a {known} (la bilingue en découle)"
    ))
}

/// Why this edition cannot be approved as it is.
fn refuse(
    folder: &IssueFolder<'_>,
    manifest: &Manifest,
    editions: &[Edition],
    edition: &EditionId,
    by: &str,
    shell: &Shell,
) -> Result<Option<Exit>> {
    if changed::say(folder, manifest, editions, shell)? {
        let id = &folder.id;
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
        return Ok(Some(Exit::Blocked));
    }
    let may = shell.config.newsletter.policy.approvers.get(&Lang::new(edition.as_str()));
    if let Some(names) = may.filter(|names| !names.is_empty() && !names.iter().any(|name| name == by)) {
        let names = names.join(", ");
        shell.report.warn(&words!(
            "`policy.approvers` lets {names} approve `{edition}`, not {by}",
            "selon `policy.approvers`, `{edition}` est approuvé par {names}, non par {by}"
        ));
        return Ok(Some(Exit::Blocked));
    }
    let blocked = folder.load_checked()?.is_none_or(|checked| {
        let same = editions.iter().all(|edition| checked.digests.get(&edition.id) == Some(&edition.digest()));
        checked.blocked || !same
    });
    if blocked {
        let id = &folder.id;
        shell.report.warn(&words!(
            "the check found what blocks, or is of other bytes: run `cco-news check {id}`",
            "la vérification a trouvé ce qui bloque, ou porte sur d'autres octets : lancez `cco-news check {id}`"
        ));
        return Ok(Some(Exit::Blocked));
    }
    Ok(None)
}

/// What changed since the last approval, in one line or a few.
pub(super) fn show_since(before: &str, after: &str, report: Report) {
    let changes = difference::changes(before, after);
    if changes.is_empty() {
        return;
    }
    let lines: Vec<String> = difference::sentences(&changes).iter().map(|words| report.say(words).to_owned()).collect();
    let lines = lines.join("; ");
    report.line(&words!("since the last approval: {lines}", "depuis la dernière approbation : {lines}"));
}

fn show_next(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<()> {
    let id = &folder.id;
    let missing = missing(folder, editions, &shell.config.newsletter)?;
    let next = match missing.first() {
        Some((edition, _)) => words!(
            "next: cco-news approve {id} --edition {edition} --by \"Your name\"",
            "ensuite : cco-news approve {id} --edition {edition} --by \"Votre nom\""
        ),
        None => words!("next: cco-news send {id}", "ensuite : cco-news send {id}"),
    };
    shell.report.line(&next);
    Ok(())
}

/// Editions that still lack approvals of exactly these bytes, and how many.
pub(super) fn missing(
    folder: &IssueFolder<'_>,
    editions: &[Edition],
    newsletter: &Newsletter,
) -> Result<Vec<(EditionId, usize)>> {
    let needed = newsletter.policy.approvals as usize;
    let mut missing = Vec::new();
    for edition in editions.iter().filter(|edition| !edition.id.is_both()) {
        let digest = edition.digest();
        let approvals = valid(folder, &edition.id)?;
        let given = approvals.iter().filter(|approval| approval.digest == digest).count();
        if given < needed {
            missing.push((edition.id.clone(), needed - given));
        }
    }
    Ok(missing)
}

/// The approvals of an edition; one that was touched by hand is refused by name.
pub(super) fn valid(folder: &IssueFolder<'_>, edition: &EditionId) -> Result<Vec<Approval>> {
    let approvals = folder.load_approvals(edition)?;
    if let Some(bad) = approvals.iter().find(|approval| !approval.is_whole() || approval.edition != *edition) {
        let (file, by) = (folder.shown(&format!("approvals/{edition}.json")), &bad.by);
        bail!(words!(
            "the approval of {by} in `{file}` is not as it was given: ask for it again",
            "l'approbation de {by} dans `{file}` n'est pas telle qu'elle a été donnée : redemandez-la"
        ));
    }
    Ok(approvals)
}
