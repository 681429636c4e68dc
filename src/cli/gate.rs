//! The gate of `send`: what must hold before an issue is frozen, and what is said when it does not.

use anyhow::Result;

use super::exit::Exit;
use super::send::{Departure, Intent};
use super::{Shell, approve, check, words};
use crate::check::WayOut;

/// What must hold before an issue is frozen: checked, approved, on time, for somebody.
pub(super) fn gate(departure: &Departure<'_>, intent: &Intent, shell: &Shell) -> Result<Option<Exit>> {
    let Departure { folder, editions, .. } = departure;
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
    let missing = approve::missing(folder, editions, shell)?;
    if let Some((edition, n)) = missing.first() {
        let all: Vec<String> = missing.iter().map(|(edition, _)| edition.to_string()).collect();
        let all = all.join(", ");
        let by_mail = approve::can_ask(&shell.config.newsletter, edition);
        let by_mail = if by_mail { format!("cco-news approve {id} --request, or ") } else { String::new() };
        let by_mail_fr = by_mail.replace(", or ", ", ou ");
        shell.report.alert(&words!(
            "blocked: not approved as it is now: {all} ({n} more needed). next: {by_mail}cco-news approve {id} --edition {edition} --by \"Your name\"",
            "bloqué : pas approuvé dans son état actuel : {all} (il en faut encore {n}). ensuite : {by_mail_fr}cco-news approve {id} --edition {edition} --by \"Votre nom\""
        ));
        return Ok(Some(Exit::Blocked));
    }
    Ok(too_late(departure, intent, shell)?.then_some(Exit::Blocked))
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
