//! `approve`: a name under exactly the bytes that are there; at the terminal, or asked for and answered by mail.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::exit::Exit;
use super::report::Colour;
use super::translate::stand;
use super::workspace::{self, IssueFolder};
use super::{Shell, changed, words};
use crate::model::{Approval, Edition, EditionId, IssueId, Lang, Manifest, Newsletter, Words, is_same_person};

mod kept;
mod policy;
mod seen;
mod request;
mod reply;
mod sign;
mod step;

pub(super) use kept::{broken, missing};
pub(super) use policy::counting;
pub(super) use reply::{asked, take};
pub(super) use request::can_ask;
pub(super) use request::{Awaited, awaited, run as request};
pub(super) use step::{Step, step};

/// Arguments of `approve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// The language whose edition is approved, or asked about.
    #[arg(long, value_name = "LANGUAGE", required_unless_present_any = ["request", "reply"])]
    edition: Option<String>,
    /// Who approves.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["request", "reply"])]
    by: Option<String>,
    /// Anything to add for the record.
    #[arg(long)]
    note: Option<String>,
    /// Sign it with this SSH key, as `ssh-keygen -Y sign` does.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
    /// Take an approval back, until the issue has begun to leave.
    #[arg(long)]
    withdraw: bool,
    /// Mail the editions to the approvers of `newsletter.toml` who have not approved them as they are.
    #[arg(long, conflicts_with_all = ["by", "withdraw", "reply", "sign"])]
    request: bool,
    /// A reply to such a mail, saved as `.eml`.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["by", "edition", "withdraw", "sign"])]
    reply: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    if !args.reply.is_empty() {
        return reply::run(&args.reply, args.issue.as_ref(), shell);
    }
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let only = args.edition.as_deref().map(|name| edition_id(name, &shell.config.newsletter)).transpose()?;
    if workspace::has_begun(&folder)? {
        shell.report.warn(&words!(
            "issue `{id}` has begun to leave; its approvals stand",
            "le numéro `{id}` a commencé à partir; ses approbations demeurent"
        ));
        return Ok(Exit::Blocked);
    }
    let (manifest, editions) = folder.composed()?;
    let (Some(edition_id), Some(by)) = (only.clone(), args.by.as_deref().map(str::trim)) else {
        return request::run(&folder, &manifest, &editions, only.as_ref(), shell);
    };
    if by.is_empty() {
        bail!(words!(
            "an approval needs a name: `--by \"Camille Roy\"`",
            "une approbation demande un nom : `--by \"Camille Roy\"`"
        ));
    }
    // A person has one name in the records, however it was typed.
    let by = shell.config.newsletter.name_of(&Lang::new(edition_id.as_str()), by);
    let edition = editions.iter().find(|edition| edition.id == edition_id).expect("every language is composed");
    if args.withdraw {
        return withdraw(&folder, edition, by, shell);
    }
    if let Some(exit) = refuse(&folder, &manifest, &editions, shell)? {
        return Ok(exit);
    }
    // To the millisecond, as the ledger keeps it.
    let at = jiff::Timestamp::from_millisecond(shell.now.as_millisecond())?;
    let given = Approval::new(edition_id, edition.digest(), by.to_owned(), at, args.note.clone());
    let given = match policy::judged(&folder, edition, given, shell)? {
        Ok(given) => given,
        Err(why) => {
            shell.report.warn(&why);
            return Ok(Exit::Blocked);
        }
    };
    let given = match &args.sign {
        Some(key) => sign::signed(given, &id, key, &shell.config)?,
        None => given,
    };
    for line in seen::since(&folder, edition, Some(by), shell)? {
        let (en, fr) = (line.en, line.fr);
        shell.report.line(&words!("since the last approval: {en}", "depuis la dernière approbation : {fr}"));
    }
    keep(&folder, edition, given, shell)?;
    show_next(&folder, &editions, shell)?;
    if shell.report.is_json {
        let digest = edition.digest();
        shell.report.json(&serde_json::json!({"issue": id, "edition": edition.id, "digest": digest, "by": by}));
    }
    Ok(Exit::Done)
}

/// Keeps an approval, and says so.
fn keep(folder: &IssueFolder<'_>, edition: &Edition, given: Approval, shell: &Shell) -> Result<()> {
    let (id, digest, by) = (&edition.id, edition.digest(), given.by.clone());
    // What is broken counts for nothing, and does not outlive the next approval.
    let mut approvals = kept::held(folder, edition, shell)?.whole;
    approvals.retain(|approval| approval.digest != digest || !is_same_person(&approval.by, &by));
    let is_delegate = given.delegate;
    let is_enough = policy::is_enough(&given, shell);
    approvals.push(given);
    seen::keep(folder, edition)?;
    folder.save_approvals(id, &approvals)?;
    for waiver in &edition.waivers {
        shell.report.line(&words!("approved with the waiver {waiver}", "approuvé avec la dispense {waiver}"));
    }
    for line in stand::unchanged(folder, id)? {
        shell.report.line(&line);
    }
    let line = if is_delegate {
        words!(
            "approved: {id} {digest} by {by}, as a delegate",
            "approuvé : {id} {digest} par {by}, à titre de délégué"
        )
    } else {
        words!("approved: {id} {digest} by {by}", "approuvé : {id} {digest} par {by}")
    };
    shell.report.text(shell.report.paint(Colour::Green, shell.report.say(&line)));
    if let Err(why) = is_enough {
        shell.report.warn(&why);
    }
    Ok(())
}

fn withdraw(folder: &IssueFolder<'_>, edition: &Edition, by: &str, shell: &Shell) -> Result<Exit> {
    let (id, digest) = (&edition.id, edition.digest());
    let kept::Held { mut whole, broken } = kept::held(folder, edition, shell)?;
    let n = whole.len();
    whole.retain(|approval| approval.digest != digest || !is_same_person(&approval.by, by));
    let is_broken = broken.iter().any(|broken| broken.by.as_ref().is_some_and(|name| is_same_person(name, by)));
    if whole.len() == n && !is_broken {
        bail!(words!(
            "{by} has not approved `{id}` as it is now; nothing is taken back",
            "{by} n'a pas approuvé `{id}` dans son état actuel; rien n'est retiré"
        ));
    }
    folder.save_approvals(id, &whole)?;
    shell.report.line(&words!("withdrawn: {id}, by {by}", "retirée : {id}, par {by}"));
    if shell.report.is_json {
        let digest = edition.digest();
        let said = serde_json::json!({"issue": folder.id, "edition": id, "digest": digest, "by": by});
        shell.report.json(&said);
    }
    Ok(Exit::Done)
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

/// Why nothing can be approved, or asked for, as it is.
fn refuse(folder: &IssueFolder<'_>, manifest: &Manifest, editions: &[Edition], shell: &Shell) -> Result<Option<Exit>> {
    let id = &folder.id;
    if changed::say(folder, manifest, editions, shell)? {
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
        return Ok(Some(Exit::Blocked));
    }
    let blocked = folder.load_checked()?.is_none_or(|checked| {
        let same = editions.iter().all(|edition| checked.digests.get(&edition.id) == Some(&edition.digest()));
        checked.blocked || !same
    });
    if blocked {
        shell.report.warn(&words!(
            "the check found what blocks, or is of other bytes: run `cco-news check {id}`",
            "la vérification a trouvé ce qui bloque, ou porte sur d'autres octets : lancez `cco-news check {id}`"
        ));
        return Ok(Some(Exit::Blocked));
    }
    Ok(None)
}

fn show_next(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<()> {
    for Awaited { edition, by, since } in awaited(folder, editions, shell)? {
        let since = words::moment(since, &shell.config.newsletter);
        shell.report.line(&words!(
            "awaited: {edition}, {by}, since {since}",
            "en attente : {edition}, {by}, depuis le {since}"
        ));
    }
    shell.report.line(&step(folder, editions, shell)?.words(&folder.id));
    Ok(())
}

/// A sentence behind another.
fn after(before: &Words, more: &Words) -> Words {
    Words { en: format!("{}, {}", before.en, more.en), fr: format!("{}, {}", before.fr, more.fr) }
}
