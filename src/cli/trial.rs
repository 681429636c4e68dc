//! `send --dry-run`: a sample of who would get what, when it would end, and the first message as it would leave.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::SignedDuration;

use super::aside::Aside;
use super::exit::Exit;
use super::send::{Departure, show_plan};
use super::{Shell, audience, subscribers, way_out, words};
use crate::check::WayOut;
use crate::model::{Address, AddressError, Delivering, EditionId};
use crate::send::dkim::Signing;
use crate::send::{self, Secrets, copy};

/// People who are shown of each edition.
const SAMPLE_PEOPLE: u32 = 3;
/// Lines that are shown of the message's body.
const BODY_LINES: usize = 12;

/// Shows what would leave. Lists are taken in as the freeze would take them in, but into a copy.
pub(super) fn run(mut departure: Departure<'_>, shell: &Shell) -> Result<Exit> {
    let is_frozen = departure.ledger.frozen(&departure.folder.id)?.is_some();
    let aside = if is_frozen { None } else { Aside::of(&departure.ledger)? };
    let tried = aside.as_ref().map(Aside::ledger).transpose()?;
    if !is_frozen {
        subscribers::try_lists(tried, &departure.ledger, departure.now, shell)?;
    }
    if let Some(tried) = tried {
        departure.ledger = tried.clone();
    }
    show_plan(&departure, shell)?;
    show(&departure, shell)?;
    // Whoever holds the copy lets it go before its folder goes.
    drop(departure);
    drop(aside);
    Ok(Exit::Done)
}

/// Shows what `send` would do now, beside the plan. Nothing is frozen, and no address is shown whole.
fn show(departure: &Departure<'_>, shell: &Shell) -> Result<()> {
    let Departure { ledger, editions, only, now, kind, folder, .. } = departure;
    let (issue, now) = (&folder.id, *now);
    let newsletter = &shell.config.newsletter;
    let ids: Vec<EditionId> = editions.iter().map(|edition| edition.id.clone()).collect();
    // Masked, two addresses may look alike: each look once.
    let mut sample: BTreeMap<EditionId, BTreeSet<String>> = BTreeMap::new();
    for (edition, to) in ledger.sample(issue, &ids, only, SAMPLE_PEOPLE)? {
        sample.entry(edition).or_default().insert(to.masked());
    }
    for (edition, people) in sample {
        let people = people.into_iter().collect::<Vec<_>>().join(", ");
        shell.report.line(&words!("for example {edition}: {people}", "par exemple {edition} : {people}"));
    }
    let planned = send::planned(ledger, issue, &ids, only)?;
    let n: u64 = planned.values().map(|counts| counts.to_send + counts.deferred).sum();
    let takes = (*kind != WayOut::Outbox).then(|| lasts(n, &newsletter.delivery.in_all()));
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({
            "issue": issue, "dry_run": true, "editions": planned,
            "would_take_seconds": takes.map(|takes| takes.as_secs()),
        }));
    }
    if let Some(takes) = takes
        && let Ok(end) = now.checked_add(takes)
    {
        let (long, end) = (words::span(takes.as_secs().unsigned_abs()), words::moment(end, newsletter));
        shell.report.line(&words!(
            "at the pace of `newsletter.toml` it would take {long}, until {end} if it left now",
            "à la cadence de `newsletter.toml`, l'envoi prendrait {long}, jusqu'au {end} s'il partait maintenant"
        ));
    }
    for line in audience::differences(ledger, issue, &planned)? {
        shell.report.warn(&line);
    }
    let Some(edition) = editions.first() else { return Ok(()) };
    let nobody = Address::parse("reader@example.ca").map_err(AddressError::words)?;
    let encoded = copy::encode(edition, newsletter, Some(now))?;
    // A key of nobody's: the tokens in it open nothing.
    let secrets = Secrets::from_key([0; 32]);
    let email = encoded.address(issue, (&nobody, 0), &secrets, &Signing::new(&way_out::keys(shell)?, &encoded, now))?;
    let n_bytes = email.bytes.len();
    let text = String::from_utf8_lossy(&email.bytes);
    let id = &edition.id;
    shell.report.line(&words!(
        "the first message of `{id}` on the wire, for an address that nobody has, {n_bytes} bytes:",
        "le premier message de `{id}` tel qu'il partirait, pour une adresse que personne n'a, {n_bytes} octets :"
    ));
    let n_head = text.lines().position(str::is_empty).unwrap_or(0);
    for line in text.lines().take(n_head + BODY_LINES) {
        shell.report.text(format!("  {line}"));
    }
    shell.report.text("  …");
    Ok(())
}

/// How long so many messages take at the office's pace: the slowest of its numbers decides.
pub(super) fn lasts(n: u64, delivering: &Delivering) -> SignedDuration {
    let Delivering { messages_per_second, messages_per_minute, messages_per_hour, messages_per_day, .. } = delivering;
    let paces = [
        (*messages_per_second, 1),
        (*messages_per_minute, 60),
        (*messages_per_hour, 3_600),
        (*messages_per_day, 86_400),
    ];
    let seconds = paces
        .into_iter()
        .filter(|(n_messages, _)| *n_messages > 0)
        .map(|(n_messages, seconds)| n.saturating_mul(seconds).div_ceil(u64::from(n_messages)));
    SignedDuration::from_secs(i64::try_from(seconds.max().unwrap_or(0)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_pace_decides_how_long_it_takes() {
        let pace =
            |minute, hour| Delivering { messages_per_minute: minute, messages_per_hour: hour, ..Delivering::default() };
        assert_eq!(lasts(4_000, &pace(30, 0)).as_mins(), 133);
        assert_eq!(lasts(4_000, &pace(30, 1_000)).as_mins(), 240);
        assert_eq!(lasts(0, &pace(30, 0)).as_mins(), 0);
    }
}
