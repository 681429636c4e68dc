//! The office's rules for approvals: who may, what a delegate may, what makes one count.

use anyhow::Result;

use super::kept::held;
use super::seen::{self, Seen};
use crate::cli::Shell;
use crate::cli::workspace::IssueFolder;
use crate::model::{Approval, Edition, Lang, Standing, Story, Words, is_same_person};

/// The approvals that count for exactly these bytes: one a person, by people who may, in the way the office asks.
pub(in crate::cli) fn counting(folder: &IssueFolder<'_>, edition: &Edition, shell: &Shell) -> Result<Vec<Approval>> {
    let digest = edition.digest();
    let mut counting: Vec<Approval> = Vec::new();
    let whole = held(folder, edition, shell)?.whole;
    for approval in whole.into_iter().filter(|approval| approval.digest == digest) {
        let is_twice = counting.iter().any(|other| is_same_person(&other.by, &approval.by));
        let standing = shell.config.newsletter.standing(&lang(edition), &approval.by);
        let may = match standing {
            Standing::Full => true,
            // Whether it was a small change was judged when it was given; it is in the seal.
            Standing::Delegate => approval.delegate,
            Standing::Nobody => false,
        };
        if may && !is_twice && is_enough(&approval, shell).is_ok() && author(folder, &approval.by, shell)?.is_none() {
            counting.push(approval);
        }
    }
    Ok(counting)
}

/// An approval as it may be given, or why it may not.
pub(super) fn judged(
    folder: &IssueFolder<'_>,
    edition: &Edition,
    given: Approval,
    shell: &Shell,
) -> Result<Result<Approval, Words>> {
    let newsletter = &shell.config.newsletter;
    let (id, by, lang) = (&edition.id, given.by.clone(), lang(edition));
    if let Some(why) = author(folder, &by, shell)? {
        return Ok(Err(why));
    }
    Ok(match newsletter.standing(&lang, &by) {
        Standing::Full => Ok(given),
        Standing::Delegate => match small(folder, edition, shell)? {
            None => Ok(Approval { delegate: true, ..given }.sealed()),
            Some(why) => Err(why),
        },
        Standing::Nobody => {
            let names = newsletter.may_approve(&lang).join(", ");
            Err(words!(
                "`newsletter.toml` lets {names} approve `{id}`, not {by}",
                "selon `newsletter.toml`, `{id}` est approuvé par {names}, non par {by}"
            ))
        }
    })
}

/// Why an edition cannot get as many approvals as the office asks for, whoever answers; none: it can.
pub(super) fn too_few(folder: &IssueFolder<'_>, edition: &Edition, shell: &Shell) -> Result<Option<Words>> {
    let (newsletter, lang) = (&shell.config.newsletter, lang(edition));
    let mut names: Vec<&str> = Vec::new();
    for name in newsletter.may_approve(&lang) {
        if !names.iter().any(|other| is_same_person(other, name)) && author(folder, name, shell)?.is_none() {
            names.push(name);
        }
    }
    let (n, needed, id) = (names.len(), newsletter.policy.approvals as usize, &edition.id);
    let is_anybody = newsletter.may_approve(&lang).is_empty();
    let has_full = names.iter().any(|name| newsletter.standing(&lang, name) == Standing::Full);
    if is_anybody || n >= needed && has_full {
        return Ok(None);
    }
    let names = if n == 0 { "–".to_owned() } else { names.join(", ") };
    Ok(Some(words!(
        "`{id}` cannot be approved as newsletter.toml stands: approvals needed {needed}, people who may give one: {names}. See [policy] and [[approver]]",
        "`{id}` ne peut pas être approuvée selon newsletter.toml : approbations nécessaires {needed}, personnes qui peuvent en donner une : {names}. Voyez [policy] et [[approver]]"
    )))
}

/// Whether an approval is given in the way the office asks.
pub(super) fn is_enough(approval: &Approval, shell: &Shell) -> Result<(), Words> {
    let policy = &shell.config.newsletter.policy;
    if policy.signed_only && approval.signature.is_none() {
        return Err(words!(
            "it does not count yet: the office asks for a signature (`--sign KEY`)",
            "elle ne compte pas encore : le bureau demande une signature (`--sign CLÉ`)"
        ));
    }
    if approval.reply.is_some() && !policy.mailed_reply {
        return Err(words!(
            "it does not count yet: a mailed reply is not enough for the office (`mailed_reply`)",
            "elle ne compte pas encore : une réponse par courriel ne suffit pas au bureau (`mailed_reply`)"
        ));
    }
    Ok(())
}

/// Why a person may not approve what they made; none: they made none of it, or the office does not mind.
fn author(folder: &IssueFolder<'_>, by: &str, shell: &Shell) -> Result<Option<Words>> {
    let policy = &shell.config.newsletter.policy;
    if policy.authors_approve {
        return Ok(None);
    }
    if policy.editors.iter().any(|editor| is_same_person(editor, by)) {
        return Ok(Some(words!(
            "{by} makes the issue, and may not approve it (`authors_approve = false`)",
            "{by} prépare le numéro et ne peut pas l'approuver (`authors_approve = false`)"
        )));
    }
    let Some(issue) = folder.load_issue()? else { return Ok(None) };
    let wrote = |story: &Story| story.author.values().any(|author| is_same_person(author, by));
    Ok(issue.stories().find(|story| wrote(story)).map(|story| {
        let story = &story.id;
        words!(
            "{by} wrote the story `{story}`, and may not approve the issue (`authors_approve = false`)",
            "{by} a écrit le texte `{story}` et ne peut pas approuver le numéro (`authors_approve = false`)"
        )
    }))
}

/// Why a change is too large for a delegate; none: it is small, or a story was dropped.
fn small(folder: &IssueFolder<'_>, edition: &Edition, shell: &Shell) -> Result<Option<Words>> {
    let max = shell.config.newsletter.policy.delegate_words;
    // Measured from the last full approval, so that many small changes do not become a large one.
    let whole = held(folder, edition, shell)?.whole;
    let full = whole.into_iter().filter(|approval| !approval.delegate).max_by_key(|approval| approval.at);
    let before = full.and_then(|approval| folder.load_seen(&approval.digest));
    let Some(before) = before else {
        return Ok(Some(words!(
            "a delegate only follows an approver, and nobody has approved this edition yet",
            "un délégué ne fait que suivre un approbateur, et personne n'a encore approuvé cette édition"
        )));
    };
    let after = Seen::of(edition, folder)?;
    let n_words = seen::n_words(&before, &after);
    if seen::is_drop(&before, &after) || n_words.is_some_and(|n_words| n_words <= max as usize) {
        return Ok(None);
    }
    Ok(Some(match n_words {
        Some(n_words) => words!(
            "words changed since the last full approval: {n_words}; a delegate may approve {max}, or a dropped story",
            "mots modifiés depuis la dernière approbation complète : {n_words}; un délégué peut en approuver {max}, ou le retrait d'un texte"
        ),
        None => words!(
            "more than words has changed since the last full approval: it needs an approver",
            "plus que des mots a changé depuis la dernière approbation complète : il faut un approbateur"
        ),
    }))
}

pub(super) fn lang(edition: &Edition) -> Lang {
    Lang::new(edition.id.as_str())
}
