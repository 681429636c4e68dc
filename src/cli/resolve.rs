//! `resolve`: copies whose answer never came, settled by a relay's log or by a person's word.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::backup::settle::{self, Left};
use super::exit::Exit;
use super::workspace;
use super::{Shell, certificate, clock, words};
use crate::files;
use crate::ledger::{Ledger, Settled};
use crate::model::{Counts, IssueId};
use crate::send::{Fate, fates};

/// A day of a busy relay; more is asked for in parts.
const LOG_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Arguments of `resolve`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Args {
    /// The issue, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
    /// Message-IDs or addresses of copies that a person knows about: they arrived, or, with `--resend`, are sent again.
    #[arg(requires = "by")]
    whose: Vec<String>,
    /// Who knows.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Send those copies once more, with the same bytes and Message-ID.
    #[arg(long)]
    resend: bool,
    /// Every copy that is still unknown, once the log has said what it knows.
    #[arg(long, requires = "by", conflicts_with = "whose")]
    rest: bool,
    /// Of an issue that is held after a restore: nothing left since the backup; it leaves again as any other.
    #[arg(long, requires = "by", group = "since")]
    nothing_left: bool,
    /// Of an issue that is held after a restore: it left to everybody; every copy counts as accepted.
    #[arg(long, requires = "by", group = "since")]
    all_left: bool,
    /// Of an issue that is held after a restore: nobody knows; every copy is unknown until the log, or a person, says more.
    #[arg(long, requires = "by", group = "since")]
    may_have_left: bool,
    /// The mail server's log: of Postfix, of Exim, or a message-tracking file of Exchange.
    #[arg(long, value_name = "FILE")]
    log: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = &args.issue;
    let ledger = shell.ledger_if_there()?;
    if let Some(ledger) = &ledger
        && let Some(exit) = after_restore(args, ledger, shell)?
    {
        return Ok(exit);
    }
    let frozen = ledger.as_ref().map(|ledger| ledger.frozen(id)).transpose()?.flatten();
    let (Some(ledger), Some(_)) = (ledger, frozen) else {
        bail!(words!("issue {id} has not begun to leave", "le numéro {id} n'a pas commencé à partir"));
    };
    if args.resend && args.whose.is_empty() && !args.rest {
        bail!(words!(
            "say which copies are to leave once more: their Message-IDs, or --rest for all that are unknown",
            "dites quels exemplaires doivent repartir : leurs Message-ID, ou --rest pour tous ceux qui sont inconnus"
        ));
    }
    let mut settled = Vec::new();
    for path in &args.log {
        settled.extend(by_log(path, id, &ledger, shell)?);
    }
    let how = if args.resend { Settled::Resend } else { Settled::Accepted };
    if args.rest {
        let n = ledger.settle_rest(id, how, named(args)?, clock())?;
        settled.extend((0..n).map(|_| (None, how)));
    }
    for whose in &args.whose {
        let by = named(args)?;
        if ledger.settle(id, whose, how, by, clock())? {
            settled.push((whose.contains('<').then(|| whose.clone()), how));
        } else {
            shell.report.warn(&words!(
                "no copy that you name is unknown: cco-news resolve {id} lists those that are",
                "aucun exemplaire que vous nommez n'est inconnu : cco-news resolve {id} énumère ceux qui le sont"
            ));
        }
    }
    if !settled.is_empty() {
        // A copy that is to be sent again opens the issue; one that was the last open doubt closes nothing that was open.
        let is_complete = ledger.complete(id, clock())?;
        workspace::record_counts(&shell.config, id, &ledger.counts(id)?, is_complete)?;
        certificate::save(&workspace::folder(&shell.config, id), &ledger, shell)?;
    }
    show(id, &ledger, &settled, shell)
}

/// Whose word it is.
fn named(args: &Args) -> Result<&str> {
    match args.by.as_deref().map(str::trim).filter(|by| !by.is_empty()) {
        Some(by) => Ok(by),
        None => {
            bail!(words!("somebody's word needs a name: `--by`", "la parole de quelqu'un demande un nom : `--by`"))
        }
    }
}

/// What a person says, or is told, of an issue that is held after a restore; none: go on as with any other.
fn after_restore(args: &Args, ledger: &Ledger, shell: &Shell) -> Result<Option<Exit>> {
    let id = &args.issue;
    let left = match (args.nothing_left, args.all_left, args.may_have_left) {
        (true, _, _) => Left::Nothing,
        (_, true, _) => Left::All,
        (_, _, true) => Left::Perhaps,
        _ => {
            let Some(why) = settle::held(id, ledger, shell)? else { return Ok(None) };
            shell.report.alert(&why);
            return Ok(Some(Exit::Blocked));
        }
    };
    let exit = settle::settle(id, left, named(args)?, ledger, shell)?;
    // What is unknown from then on is shown, and settled by a log that is named at once.
    Ok((exit != Exit::Done || left == Left::Nothing).then_some(exit))
}

fn by_log(
    path: &std::path::Path,
    id: &IssueId,
    ledger: &Ledger,
    shell: &Shell,
) -> Result<Vec<(Option<String>, Settled)>> {
    let bytes = files::read_bytes(path, LOG_BYTES_MAX)
        .with_context(|| words!("could not read the log", "impossible de lire le journal"))?;
    let text = files::decode(&bytes);
    let bare = |id: &String| id.trim_matches(['<', '>']).to_owned();
    let wanted: BTreeSet<String> = ledger.unknown(id)?.iter().map(|copy| bare(&copy.message_id)).collect();
    let shown = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut settled = Vec::new();
    for (message_id, fate) in fates(&text, &wanted) {
        let how = match fate {
            Fate::Accepted => Settled::Accepted,
            Fate::Refused => Settled::Refused,
        };
        if ledger.settle(id, &message_id, how, &shown, clock())? {
            settled.push((Some(format!("<{message_id}>")), how));
        }
    }
    let (n_wanted, n_settled) = (wanted.len(), settled.len());
    shell.report.line(&words!(
        "`{shown}`: says what became of {n_settled} of {n_wanted} copies",
        "`{shown}` : dit ce que sont devenus {n_settled} exemplaires sur {n_wanted}"
    ));
    Ok(settled)
}

fn show(id: &IssueId, ledger: &Ledger, settled: &[(Option<String>, Settled)], shell: &Shell) -> Result<Exit> {
    let count = |how: Settled| settled.iter().filter(|(_, other)| *other == how).count();
    let (accepted, refused, resend) = (count(Settled::Accepted), count(Settled::Refused), count(Settled::Resend));
    if !settled.is_empty() {
        shell.report.line(&words!(
            "settled: {accepted} accepted, {refused} refused, {resend} to be sent again",
            "réglé : {accepted} acceptés, {refused} refusés, {resend} à renvoyer"
        ));
    }
    let unknown = ledger.unknown(id)?;
    for copy in &unknown {
        let (message_id, recipient, since) =
            (&copy.message_id, &copy.to, words::moment(copy.since, &shell.config.newsletter));
        shell.report.line(&words!(
            "unknown: {message_id} to {recipient}, since {since}",
            "inconnu : {message_id} à {recipient}, depuis le {since}"
        ));
    }
    if !unknown.is_empty() {
        shell.report.line(&words!(
            "next: cco-news resolve {id} --log FILE, or cco-news resolve {id} MESSAGE-ID --by \"Your name\" (it arrived; with --resend it leaves once more; --rest in place of MESSAGE-ID: all of them)",
            "ensuite : cco-news resolve {id} --log FICHIER, ou cco-news resolve {id} MESSAGE-ID --by \"Votre nom\" (il est arrivé; avec --resend il repart une fois; --rest au lieu de MESSAGE-ID : tous)"
        ));
    }
    let is_complete = ledger.counts(id)?.values().all(Counts::is_complete);
    if resend > 0 {
        shell.report.line(&words!("next: cco-news send {id}", "ensuite : cco-news send {id}"));
    } else if unknown.is_empty() && is_complete {
        shell.report.line(&words!("nothing is unknown of issue {id}", "rien n'est inconnu du numéro {id}"));
    }
    if shell.report.is_json {
        let unknown: Vec<_> = unknown
            .iter()
            .map(|copy| serde_json::json!({"message_id": copy.message_id, "recipient": copy.to.masked(), "since": copy.since}))
            .collect();
        shell.report.json(&serde_json::json!({
            "issue": id, "settled": {"accepted": accepted, "refused": refused, "resend": resend},
            "unknown": unknown, "complete": is_complete,
        }));
    }
    Ok(if !unknown.is_empty() {
        Exit::Look
    } else if is_complete {
        Exit::Done
    } else {
        Exit::Blocked
    })
}
