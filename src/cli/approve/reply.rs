//! `approve --reply`: a mail that answers a request, given as a file. Whoever else gets such a mail takes it in by the
//! same function.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::{keep, policy, refuse, show_next};
use crate::cli::Shell;
use crate::cli::exit::Exit;
use crate::cli::workspace::{self, IssueFolder};
use crate::files;
use crate::model::{Address, Approval, ApprovalReply, Asked, IssueId, Said, Words, is_same_person};
use crate::receive::read_approval;
use crate::send::{Secrets, request_id};

/// What became of a reply.
pub(in crate::cli) struct Taken {
    /// Whether it is an approval that is kept now.
    pub(in crate::cli) is_approved: bool,
    /// What is to be said of it; nothing when it was said on the way.
    pub(in crate::cli) said: Option<Words>,
}

pub(super) fn run(paths: &[PathBuf], issue: Option<&IssueId>, shell: &Shell) -> Result<Exit> {
    let asked = asked(issue, shell)?;
    let mut worst = Exit::Done;
    let mut replies = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let raw = files::read_bytes(path, files::DROPPED_BYTES_MAX)
            .with_context(|| words!("could not read the reply", "impossible de lire la réponse"))?;
        let taken = if let Some(reply) = read_approval(&raw, &asked) {
            let taken = take(&reply, &raw, shell)?;
            let Asked { issue, edition, by, .. } = &reply.asked;
            let approved = taken.is_approved;
            replies.push(serde_json::json!({
                "file": shown, "issue": issue, "edition": edition, "by": by, "approved": approved
            }));
            taken
        } else {
            replies.push(serde_json::json!({"file": shown, "issue": null, "approved": false}));
            let said = words!(
                "`{shown}` answers no request of ours: is it the reply itself, saved whole as `.eml`?",
                "`{shown}` ne répond à aucune de nos demandes : est-ce bien la réponse elle-même, enregistrée telle quelle en `.eml`?"
            );
            Taken { is_approved: false, said: Some(said) }
        };
        if let Some(said) = &taken.said {
            shell.report.warn(said);
        }
        if !taken.is_approved {
            worst = worst.max(Exit::Blocked);
        }
    }
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"replies": replies}));
    }
    Ok(worst)
}

/// Every request to which a reply may come: of one issue, or of all that have not left.
pub(in crate::cli) fn asked(issue: Option<&IssueId>, shell: &Shell) -> Result<Vec<Asked>> {
    let newsletter = &shell.config.newsletter;
    let secrets = Secrets::open(&shell.ledger()?)?;
    let issues = issue.map_or_else(|| workspace::issues(&shell.config), |issue| vec![issue.clone()]);
    let mut asked = Vec::new();
    for issue in issues {
        for request in workspace::folder(&shell.config, &issue).load_requests()? {
            // Who is no longer an approver, or has another address now, is not heard any more.
            let Some(approver) = newsletter.approvers.iter().find(|known| is_same_person(&known.name, &request.to))
            else {
                continue;
            };
            let Ok(address) = Address::parse(&approver.email) else { continue };
            let shown = (&request.edition, &request.digest);
            asked.push(Asked {
                message_id: request_id(newsletter, &issue, shown, &address, &secrets)?,
                issue: issue.clone(),
                edition: request.edition,
                digest: request.digest,
                by: approver.name.clone(),
                address,
            });
        }
    }
    Ok(asked)
}

/// Takes a reply in: an approval of exactly what is there is kept, with the mail; anything else is said.
pub(in crate::cli) fn take(reply: &ApprovalReply, raw: &[u8], shell: &Shell) -> Result<Taken> {
    let folder = workspace::folder(&shell.config, &reply.asked.issue);
    let not = |said: Words| Ok(Taken { is_approved: false, said: Some(said) });
    if let Some(why) = not_said(reply) {
        return not(why);
    }
    let Asked { issue, edition: id, digest, by, .. } = &reply.asked;
    if workspace::has_begun(&folder)? {
        return not(words!(
            "{by} approved `{id}` of issue `{issue}`, which has begun to leave; its approvals stand",
            "{by} a approuvé `{id}` du numéro `{issue}`, qui a commencé à partir; ses approbations demeurent"
        ));
    }
    let (manifest, editions) = folder.composed()?;
    let edition = editions.iter().find(|edition| edition.id == *id && edition.digest() == *digest);
    let Some(edition) = edition else {
        return not(words!(
            "{by} approved `{id}` as it was ({digest}), and it has changed since: ask again with `cco-news approve {issue} --request`",
            "{by} a approuvé `{id}` tel qu'il était ({digest}), et l'édition a changé depuis : redemandez avec `cco-news approve {issue} --request`"
        ));
    };
    if refuse(&folder, &manifest, &editions, shell)?.is_some() {
        return Ok(Taken { is_approved: false, said: None });
    }
    if is_known(&folder, edition, raw, shell)? {
        let line = words!("already approved: {id} by {by}", "déjà approuvé : {id} par {by}");
        shell.report.line(&line);
        return Ok(Taken { is_approved: true, said: None });
    }
    let at = jiff::Timestamp::from_millisecond(shell.now.as_millisecond())?;
    let given = Approval::new(id.clone(), digest.clone(), by.clone(), at, reply.note.clone());
    let given = match policy::judged(&folder, edition, given, shell)? {
        Ok(given) => given,
        Err(why) => return not(why),
    };
    let given = Approval { reply: Some(folder.save_reply(raw)?), ..given }.sealed();
    let is_approved = policy::is_enough(&given, shell).is_ok();
    keep(&folder, edition, given, shell)?;
    show_next(&folder, &editions, shell)?;
    Ok(Taken { is_approved, said: None })
}

/// Whether this very mail was taken in before.
fn is_known(folder: &IssueFolder<'_>, edition: &crate::model::Edition, raw: &[u8], shell: &Shell) -> Result<bool> {
    let digest = crate::model::Digest::of(raw);
    Ok(policy::counting(folder, edition, shell)?.iter().any(|given| given.reply.as_ref() == Some(&digest)))
}

/// Why a reply is no approval; none: it is one.
fn not_said(reply: &ApprovalReply) -> Option<Words> {
    let Asked { issue, edition, by, .. } = &reply.asked;
    let note = reply.note.clone().unwrap_or_default();
    Some(match reply.said {
        Said::Approved => return None,
        Said::Condition => words!(
            "the reply of {by} about `{edition}` of issue `{issue}` says more than “Approved”, and may ask for something: “{note}”. Read it; if it approves, {by} answers once more with “Approved” alone",
            "la réponse de {by} sur `{edition}` du numéro `{issue}` dit plus que « Approuvé » et demande peut-être quelque chose : « {note} ». Lisez-la; si elle approuve, {by} répond encore une fois par « Approuvé » seulement"
        ),
        Said::Other if note.is_empty() => words!(
            "the reply of {by} about `{edition}` of issue `{issue}` says nothing: an approval begins with the word “Approved”",
            "la réponse de {by} sur `{edition}` du numéro `{issue}` ne dit rien : une approbation commence par le mot « Approuvé »"
        ),
        Said::Other => words!(
            "the reply of {by} about `{edition}` of issue `{issue}` is no approval, which begins with the word “Approved”: “{note}”",
            "la réponse de {by} sur `{edition}` du numéro `{issue}` n'est pas une approbation, qui commence par le mot « Approuvé » : « {note} »"
        ),
        Said::Automatic if note.is_empty() => words!(
            "a program answered for {by} about `{edition}` of issue `{issue}`, who may not have read it",
            "un programme a répondu pour {by} sur `{edition}` du numéro `{issue}`, et {by} ne l'a peut-être pas lu"
        ),
        Said::Automatic => words!(
            "a program answered for {by} about `{edition}` of issue `{issue}`, who may not have read it: “{note}”",
            "un programme a répondu pour {by} sur `{edition}` du numéro `{issue}`, et {by} ne l'a peut-être pas lu : « {note} »"
        ),
        Said::Forged => words!(
            "a reply about `{edition}` of issue `{issue}` does not come from {by}: it counts for nothing",
            "une réponse sur `{edition}` du numéro `{issue}` ne vient pas de {by} : elle ne compte pas"
        ),
    })
}
