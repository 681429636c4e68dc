//! Who would get an issue, beside who got the last one: a list that halved or doubled over night is a mistake of
//! somebody's, and is found before anything leaves.

use std::collections::BTreeMap;

use anyhow::Result;

use super::report::ask;
use super::{Shell, office};
use crate::ledger::Ledger;
use crate::model::{Counts, EditionId, IssueId, Words};

/// Percent by which the whole audience, or one language's, may differ from last time without a question.
const DIFFERENCE_PERCENT_MAX: u64 = 10;

/// What differs from last time, a line each.
pub(super) fn differences(
    ledger: &Ledger,
    issue: &IssueId,
    planned: &BTreeMap<EditionId, Counts>,
) -> Result<Vec<Words>> {
    if issue.corrects().is_some() {
        return Ok(Vec::new());
    }
    let Some((last, before)) = ledger.last_audience(issue)? else { return Ok(Vec::new()) };
    let now: BTreeMap<&EditionId, u64> = planned.iter().map(|(edition, counts)| (edition, counts.planned)).collect();
    let mut lines = Vec::new();
    let (all_before, all_now): (u64, u64) = (before.values().sum(), now.values().sum());
    if is_other(all_before, all_now) {
        lines.push(words!(
            "{all_now} people would get it; issue {last} went to {all_before}",
            "{all_now} personnes le recevraient; le numéro {last} est allé à {all_before}"
        ));
    }
    for edition in before.keys().chain(now.keys().copied()).collect::<std::collections::BTreeSet<_>>() {
        let (was, is) = (before.get(edition).copied().unwrap_or(0), now.get(edition).copied().unwrap_or(0));
        if is_other(was, is) {
            lines.push(words!(
                "{edition}: {is} copies; issue {last} had {was}",
                "{edition} : {is} exemplaires; le numéro {last} en avait {was}"
            ));
        }
    }
    Ok(lines)
}

fn is_other(before: u64, now: u64) -> bool {
    before.abs_diff(now) * 100 > before * DIFFERENCE_PERCENT_MAX
}

/// Whether the difference is meant: by the number that a person has given, or by their yes on a terminal. A job that
/// nobody watches holds the issue, and the office is told by mail.
pub(super) fn is_meant(
    ledger: &Ledger,
    issue: &IssueId,
    planned: &BTreeMap<EditionId, Counts>,
    said: Option<u64>,
    shell: &Shell,
) -> Result<bool> {
    let lines = differences(ledger, issue, planned)?;
    let n: u64 = planned.values().map(|counts| counts.planned).sum();
    if lines.is_empty() || said == Some(n) {
        return Ok(true);
    }
    for line in &lines {
        shell.report.warn(line);
    }
    let question = words!("Is that right? Type yes:", "Est-ce exact? Tapez oui :");
    if ask(shell.report, &question) {
        return Ok(true);
    }
    let held = words!(
        "held: the audience is not that of last time. If it is right: cco-news send {issue} --audience {n}",
        "retenu : les destinataires ne sont pas ceux de la dernière fois. Si c'est exact : cco-news send {issue} --audience {n}"
    );
    shell.report.alert(&held);
    let mut paragraphs = lines;
    paragraphs.insert(
        0,
        words!(
            "Nothing has left: those who would get issue {issue} are not those of last time. If the numbers are right, run: cco-news send {issue} --audience {n}. If they are not, mend the list in `subscribers/` first.",
            "Rien n'est parti : les destinataires du numéro {issue} ne sont pas ceux de la dernière fois. Si les nombres sont exacts, lancez : cco-news send {issue} --audience {n}. Sinon, corrigez d'abord la liste dans `subscribers/`."
        ),
    );
    office::tell(
        issue,
        "audience",
        &words!("Issue {issue} is held", "Le numéro {issue} est retenu"),
        &paragraphs,
        ledger,
        shell,
    )?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::is_other;

    #[test]
    fn ten_percent_is_let_through_and_more_is_asked_about() {
        assert!(!is_other(100, 110) && !is_other(100, 90) && !is_other(0, 0));
        assert!(is_other(100, 111) && is_other(100, 89) && is_other(0, 1) && is_other(5, 0));
    }
}
