//! `approve --request`: each approver is mailed the edition marked as a draft, with what changed since they approved it
//! and what is waived. Asked for the same bytes before, nobody is asked again.

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::kept::{self, Request, missing};
use super::{counting, policy, refuse, seen, show_next};
use crate::check::WayOut;
use crate::cli::exit::Exit;
use crate::cli::translate::stand;
use crate::cli::workspace::IssueFolder;
use crate::cli::{Shell, clock, runtime, way_out, words};
use crate::mail::Mailer;
use crate::model::{
    Address, AddressError, Approval, Approver, Edition, EditionId, Lang, Manifest, Newsletter, Outcome, Words,
    is_same_person,
};
use crate::send::dkim::Key;
use crate::send::{Draft, Secrets, draft, hand_over};

/// Somebody who was asked and has not answered.
pub(in crate::cli) struct Awaited {
    pub(in crate::cli) edition: EditionId,
    pub(in crate::cli) by: String,
    pub(in crate::cli) since: Timestamp,
}

/// Whether anybody can be asked by mail to approve an edition.
pub(in crate::cli) fn can_ask(newsletter: &Newsletter, edition: &EditionId) -> bool {
    newsletter.approvers.iter().any(|approver| approver.reads(&Lang::new(edition.as_str())))
}

/// Who was asked about the editions as they are, has not approved, and is still needed.
pub(in crate::cli) fn awaited(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<Vec<Awaited>> {
    let missing = missing(folder, editions, shell)?;
    let mut awaited: Vec<Awaited> = Vec::new();
    for request in folder.load_requests()? {
        let Some(edition) = editions.iter().find(|edition| edition.id == request.edition) else { continue };
        let is_needed = missing.iter().any(|(id, _)| *id == edition.id) && edition.digest() == request.digest;
        // What somebody said and what was damaged since has to be asked for again.
        let is_lost = !kept::held(folder, edition, shell)?.broken.is_empty();
        let is_given = counting(folder, edition, shell)?.iter().any(|given| is_same_person(&given.by, &request.to));
        if is_needed && !is_given && !is_lost {
            awaited.push(Awaited { edition: request.edition, by: request.to, since: request.at });
        }
    }
    Ok(awaited)
}

/// Asks everybody who is needed, by mail.
pub(in crate::cli) fn run(
    folder: &IssueFolder<'_>,
    manifest: &Manifest,
    editions: &[Edition],
    only: Option<&EditionId>,
    shell: &Shell,
) -> Result<Exit> {
    let newsletter = &shell.config.newsletter;
    if newsletter.approvers.is_empty() {
        bail!(words!(
            "`newsletter.toml` names nobody to ask: add `[[approver]]` with `name` and `email`, or use `--edition` and `--by`",
            "`newsletter.toml` ne nomme personne à qui demander : ajoutez `[[approver]]` avec `name` et `email`, ou utilisez `--edition` et `--by`"
        ));
    }
    if let Some(exit) = refuse(folder, manifest, editions, shell)? {
        return Ok(exit);
    }
    let broken: Vec<Words> = super::broken(folder, editions, shell)?;
    for why in &broken {
        shell.report.warn(why);
    }
    let missing = missing(folder, editions, shell)?;
    let needed: Vec<&Edition> = editions
        .iter()
        .filter(|edition| only.is_none_or(|only| *only == edition.id))
        .filter(|edition| missing.iter().any(|(id, _)| *id == edition.id))
        .collect();
    if needed.is_empty() {
        let id = &folder.id;
        shell.report.line(&words!(
            "every edition is approved as it is. next: cco-news send {id}",
            "chaque édition est approuvée telle quelle. ensuite : cco-news send {id}"
        ));
        return Ok(Exit::Done);
    }
    let desk = Desk::open(folder, editions, shell)?;
    let (mut asked, mut n_failed) = (Vec::new(), 0);
    for edition in &needed {
        let held = kept::held(folder, edition, shell)?;
        for approver in &newsletter.approvers {
            match ask(&desk, edition, approver)? {
                Some(true) => asked.push(serde_json::json!({"edition": edition.id, "by": approver.name})),
                Some(false) => n_failed += 1,
                None => {}
            }
        }
        // Whoever is needed was asked once more: what is damaged says nothing any longer.
        if !held.broken.is_empty() && n_failed == 0 {
            folder.save_approvals(&edition.id, &held.whole)?;
        }
    }
    show_next(folder, editions, shell)?;
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": folder.id, "asked": asked}));
    }
    if let Some(edition) = needed.iter().find(|edition| !can_ask(newsletter, &edition.id)) {
        let id = &edition.id;
        shell.report.warn(&words!(
            "no `[[approver]]` approves `{id}`: nobody was asked for it",
            "aucun `[[approver]]` n'approuve `{id}` : personne n'a été sollicité pour cette édition"
        ));
        return Ok(Exit::Blocked);
    }
    if !can_be_approved(folder, &needed, shell)? {
        return Ok(Exit::Blocked);
    }
    Ok(if n_failed == 0 { Exit::Done } else { Exit::CouldNot })
}

/// Whether these editions can be approved as the office has it; what stands against it is said.
fn can_be_approved(folder: &IssueFolder<'_>, needed: &[&Edition], shell: &Shell) -> Result<bool> {
    let mut is_possible = true;
    for edition in needed {
        if let Some(why) = policy::too_few(folder, edition, shell)? {
            shell.report.warn(&why);
            is_possible = false;
        }
    }
    Ok(is_possible)
}

/// Everything that asking needs.
struct Desk<'a> {
    folder: &'a IssueFolder<'a>,
    editions: &'a [Edition],
    shell: &'a Shell,
    mailer: Mailer,
    secrets: Secrets,
    keys: Vec<Key>,
    now: Timestamp,
}

impl<'a> Desk<'a> {
    fn open(folder: &'a IssueFolder<'a>, editions: &'a [Edition], shell: &'a Shell) -> Result<Self> {
        let ledger = shell.ledger()?;
        let secrets = Secrets::open(&ledger)?;
        let mailer = way_out::mailer(shell, ledger.state_dir())?;
        let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
        Ok(Self { folder, editions, shell, mailer, secrets, keys: way_out::keys(shell)?, now })
    }
}

/// Asks one person about one edition; says whether the mail left, or nothing when they are not to be asked.
fn ask(desk: &Desk<'_>, edition: &Edition, approver: &Approver) -> Result<Option<bool>> {
    let Desk { folder, editions, shell, mailer, secrets, keys, now } = desk;
    let (id, digest, by) = (&edition.id, edition.digest(), &approver.name);
    let mut requests = folder.load_requests()?;
    let is_this = |known: &Request| known.edition == *id && known.digest == digest && is_same_person(&known.to, by);
    // Where an approval was damaged everybody is asked once more: what they said cannot be read any more.
    let is_lost = !kept::held(folder, edition, shell)?.broken.is_empty();
    let is_asked = !is_lost && requests.iter().any(is_this);
    let has_given = counting(folder, edition, shell)?.iter().any(|given| is_same_person(&given.by, by));
    let would = Approval::new(id.clone(), digest.clone(), by.clone(), *now, None);
    if !approver.reads(&policy::lang(edition))
        || is_asked
        || has_given
        || policy::judged(folder, edition, would, shell)?.is_err()
    {
        return Ok(None);
    }
    let to = Address::parse(&approver.email).map_err(AddressError::words)?;
    let since = seen::since_in_all(folder, edition, editions, by, shell)?;
    let kept = stand::unchanged(folder, id)?;
    let notes = notes(folder, edition, by, (&since, &kept), shell);
    let asking = Draft { issue: &folder.id, edition, to: &to, notes: &notes };
    let email = draft(&asking, &shell.config.newsletter, (secrets, keys), *now)?;
    match runtime()?.block_on(hand_over(mailer, &email))? {
        // A mail that may have arrived may be answered.
        Outcome::Accepted(_) | Outcome::Unknown(_) => {}
        Outcome::Deferred(reply) | Outcome::Refused(reply) => {
            let (code, text) = (reply.code, reply.text);
            shell.report.warn(&words!(
                "{by} could not be asked about `{id}`: {code} {text}",
                "{by} n'a pas pu être sollicité pour `{id}` : {code} {text}"
            ));
            return Ok(Some(false));
        }
    }
    let at = Timestamp::from_millisecond(now.as_millisecond())?;
    requests.retain(|known| !is_this(known));
    requests.push(Request { edition: id.clone(), digest, to: by.clone(), at });
    folder.save_requests(&requests)?;
    shell.report.line(&words!("asked: {id}, {by}", "sollicité : {id}, {by}"));
    for line in &since {
        shell.report.text(format!("  {}", shell.report.say(line)));
    }
    Ok(Some(true))
}

/// What stands above the edition.
fn notes(
    folder: &IssueFolder<'_>,
    edition: &Edition,
    by: &str,
    (since, kept): (&[Words], &[Words]),
    shell: &Shell,
) -> Vec<Words> {
    let newsletter = &shell.config.newsletter;
    let lang = policy::lang(edition);
    let language = newsletter.language(&lang);
    let (id, title, label, digest) = (&folder.id, &language.title, &language.label, edition.digest());
    let planned = newsletter.schedule.send_at(id).map(|at| words::moment(at, newsletter)).unwrap_or_default();
    let leaves = match id.corrects() {
        Some(base) => words!("a correction of issue {base}", "rectificatif au numéro {base}"),
        None => words!("planned for {planned}", "départ prévu le {planned}"),
    };
    let (leaves_en, leaves_fr) = (leaves.en, leaves.fr);
    let mut notes = vec![words!(
        "Draft for approval: {title} {id}, {label}, {leaves_en}. {by}, to approve it exactly as it stands below, answer this message and begin your answer with the word “Approved”. Any other answer goes to the person who makes the issue.",
        "Ébauche à approuver : {title} {id}, {label}, {leaves_fr}. {by}, pour l'approuver exactement tel quel, répondez à ce message en commençant par le mot « Approuvé ». Toute autre réponse va à la personne qui prépare le numéro."
    )];
    if !newsletter.policy.mailed_reply || newsletter.policy.signed_only {
        notes.push(words!(
            "The office asks for more than an answer by mail: the approval itself is given with `cco-news approve {id} --edition {lang}`.",
            "Le bureau demande plus qu'une réponse par courriel : l'approbation elle-même se donne avec `cco-news approve {id} --edition {lang}`."
        ));
    }
    let all = |lines: Vec<&str>| lines.join("\n- ");
    if !since.is_empty() {
        let (en, fr) = (
            all(since.iter().map(|line| line.en.as_str()).collect()),
            all(since.iter().map(|line| line.fr.as_str()).collect()),
        );
        notes.push(words!(
            "Since the last approval, only this has changed:\n- {en}",
            "Depuis la dernière approbation, seul ceci a changé :\n- {fr}"
        ));
    }
    if !edition.waivers.is_empty() {
        let waivers = all(edition.waivers.iter().map(String::as_str).collect());
        notes.push(words!(
            "What the check found and a named person accepts; it is part of what you approve:\n- {waivers}",
            "Ce que la vérification a relevé et qu'une personne désignée accepte; cela fait partie de ce que vous approuvez :\n- {waivers}"
        ));
    }
    if !kept.is_empty() {
        let (en, fr) = (
            all(kept.iter().map(|line| line.en.as_str()).collect()),
            all(kept.iter().map(|line| line.fr.as_str()).collect()),
        );
        notes.push(words!(
            "Changed after its translation, and kept as it is by a named person:\n- {en}",
            "Modifié après la traduction, et maintenu tel quel par une personne désignée :\n- {fr}"
        ));
    }
    notes.push(words!("Digest of these bytes: {digest}.", "Empreinte de ces octets : {digest}."));
    notes
}
