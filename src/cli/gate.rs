//! The gate of `send`: what must hold before an issue is frozen, and what is said when it does not.

use std::collections::BTreeMap;

use anyhow::Result;

use super::exit::Exit;
use super::send::{Departure, Intent};
use super::{Shell, approve, check, words};
use crate::check::WayOut;
use crate::model::Words;

/// What must hold before an issue is frozen: checked, approved, on time, for somebody.
pub(super) fn gate(departure: &Departure<'_>, intent: &Intent, shell: &Shell) -> Result<Option<Exit>> {
    let folder = &departure.folder;
    let id = &folder.id;
    if let Some(base) = id.corrects()
        && departure.ledger.frozen(&base)?.is_none_or(|frozen| frozen.completed.is_none())
    {
        shell.report.alert(&words!(
            "held: a correction leaves once every copy of issue {base} has an outcome: cco-news status {base}",
            "retenu : un rectificatif part une fois que chaque exemplaire du numéro {base} a un résultat : cco-news status {base}"
        ));
        return Ok(Some(Exit::Blocked));
    }
    // Judged once more: by SMTP some rules look at the clock and at the sender (STY-12, SND-14).
    let checked = check::check_again(folder, shell)?;
    if checked.blocked {
        check::show_to_mend(&checked, shell);
        shell.report.alert(&words!(
            "blocked: mend it, then cco-news compose {id}",
            "bloqué : corrigez, puis cco-news compose {id}"
        ));
        return Ok(Some(Exit::Blocked));
    }
    if !is_approved(departure, shell)? {
        return Ok(Some(Exit::Blocked));
    }
    Ok(too_late(departure, intent, shell)?.then_some(Exit::Blocked))
}

/// Whether every edition is approved as it is; what is lacking is said, with what is wrong and what comes next.
fn is_approved(departure: &Departure<'_>, shell: &Shell) -> Result<bool> {
    let Departure { folder, editions, .. } = departure;
    let broken = approve::broken(folder, editions, shell)?;
    for why in &broken {
        shell.report.warn(why);
    }
    let missing = approve::missing(folder, editions, shell)?;
    if missing.is_empty() && broken.is_empty() {
        return Ok(true);
    }
    let Words { en: next, fr: next_fr } = approve::step(folder, editions, shell)?.words(&folder.id);
    if missing.is_empty() {
        // Others have approved it too; but a record that was touched is never passed over.
        let id = &folder.id;
        shell.report.alert(&words!(
            "blocked: an approval is not as it was given. If it no longer holds: cco-news approve {id} --edition … --by … --withdraw",
            "bloqué : une approbation n'est pas telle qu'elle a été donnée. Si elle ne vaut plus : cco-news approve {id} --edition … --by … --withdraw"
        ));
        return Ok(false);
    }
    // Editions that lack as many are named together: `en, fr (1 more needed)`.
    let mut lacking: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (edition, n) in &missing {
        lacking.entry(*n).or_default().push(edition.as_str());
    }
    let list = |of: fn(&Words) -> &str| -> String {
        let named = |(n, editions): (&usize, &Vec<&str>)| {
            format!("{} ({})", editions.join(", "), of(&words!("{n} more needed", "il en faut encore {n}")))
        };
        lacking.iter().map(named).collect::<Vec<_>>().join(", ")
    };
    let (en, fr) = (list(|words| &words.en), list(|words| &words.fr));
    shell.report.alert(&words!(
        "blocked: not approved as it is now: {en}. {next}",
        "bloqué : pas approuvé dans son état actuel : {fr}. {next_fr}"
    ));
    Ok(false)
}

fn too_late(departure: &Departure<'_>, intent: &Intent, shell: &Shell) -> Result<bool> {
    let newsletter = &shell.config.newsletter;
    let planned = newsletter.schedule.send_at(&departure.folder.id)?;
    let is_late = departure.now.duration_since(planned) > newsletter.policy.late_limit();
    // A correction has no planned time: the sooner the better.
    let is_awaited = departure.folder.id.corrects().is_none();
    if !is_late || !is_awaited || intent.is_late_allowed || departure.kind == WayOut::Outbox {
        return Ok(false);
    }
    let (id, planned) = (&departure.folder.id, words::moment(planned, newsletter));
    shell.report.alert(&words!(
        "held: it was planned for {planned}. If it is to leave all the same: cco-news send {id} --late",
        "retenu : le départ était prévu pour le {planned}. S'il doit partir quand même : cco-news send {id} --late"
    ));
    Ok(true)
}
