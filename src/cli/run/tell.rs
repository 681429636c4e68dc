//! One mail to the office with everything that waits for a person: again when something new waits, or after a day.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::super::report::is_on_terminal;
use super::super::{Shell, backup, office};
use crate::ledger::Ledger;
use crate::model::{Digest, Words};

/// The same thing is said again after this long.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);
/// What no longer waits is forgotten after this long, so that it is new when it returns.
const FORGET: SignedDuration = SignedDuration::from_hours(24 * 7);
/// The ledger's name for what was said, and when.
const META_TOLD: &str = "run.told";

/// Tells the office, unless a person is looking on or knows already.
pub(super) fn tell(waiting: &[(String, Vec<Words>)], ledger: &Ledger, shell: &Shell) -> Result<()> {
    if is_on_terminal() {
        return office::forget_untold(ledger);
    }
    // New mail is told of once, by what it is, also when it was not this run that read it.
    let is_mail = |key: &str| key.starts_with("receive ") && key.ends_with(" mail");
    let mut waiting: Vec<_> = waiting.iter().filter(|(key, _)| !is_mail(key)).cloned().collect();
    waiting.extend(office::untold(ledger)?);
    if waiting.is_empty() {
        return Ok(());
    }
    let now = shell.now;
    let mut told: BTreeMap<String, Timestamp> =
        ledger.meta(META_TOLD)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let is_known = |key: &String| told.get(key).is_some_and(|at| now.duration_since(*at).abs() < AGAIN);
    if waiting.iter().all(|(key, _)| is_known(key)) {
        return Ok(());
    }
    let newsletter = &shell.config.newsletter;
    let issue = newsletter.turn(now)?;
    let n = waiting.len();
    let subject = if n == 1 {
        words!("Something waits for you", "Quelque chose vous attend")
    } else {
        words!("{n} things wait for you", "{n} choses vous attendent")
    };
    let mut paragraphs = vec![words!(
        "The scheduled job of the newsletter needs a person. It says so again after a day, or when something new waits. What is due, what was done and what waits: cco-news run --explain",
        "La tâche planifiée de l'infolettre a besoin d'une personne. Elle le redit après un jour, ou quand il y a du nouveau. Ce qui est à faire, fait ou en attente : cco-news run --explain"
    )];
    paragraphs.extend(waiting.iter().flat_map(|(_, said)| said.iter().cloned()));
    paragraphs.push(backup::age(backup::last(ledger)?, shell)?);
    let keys: Vec<&str> = waiting.iter().map(|(key, _)| key.as_str()).collect();
    let about = format!("run-{}-{}", Digest::of(keys.join("\n").as_bytes()).short(), now.as_second());
    let letter = office::Letter {
        issue: &issue,
        about: &about,
        subject: &subject,
        paragraphs: &paragraphs,
        to: &newsletter.sender.reply_to,
    };
    if office::post(&letter, ledger, shell)? {
        office::forget_untold(ledger)?;
        told.retain(|_, at| now.duration_since(*at).abs() < FORGET);
        told.extend(waiting.iter().map(|(key, _)| (key.clone(), now)));
        ledger.set_meta(META_TOLD, &serde_json::to_string(&told)?)?;
    }
    Ok(())
}
