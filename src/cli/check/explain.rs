//! `check --explain`: one rule, with an example that breaks it and one that is right.

use anyhow::{Result, bail};

use super::super::exit::Exit;
use super::Shell;
use crate::check::{Invariant, Rule, invariants, no_such_rule, rules};

/// Explains one rule in the person's language.
pub(super) fn run(name: &str, shell: &Shell) -> Result<Exit> {
    let name = name.to_uppercase();
    if let Some(held) = invariants().iter().find(|held| held.id == name) {
        show_invariant(held, shell);
        return Ok(Exit::Done);
    }
    let Some(rule) = rules().iter().find(|rule| rule.id == name) else {
        bail!(no_such_rule(&name));
    };
    show_rule(rule, shell);
    Ok(Exit::Done)
}

fn show_invariant(held: &Invariant, shell: &Shell) {
    let Invariant { id, source, en, fr, .. } = held;
    shell.report.line(&words!("{id} (invariant of `send`): {en}", "{id} (invariant de `send`) : {fr}"));
    shell.report.line(&words!(
        "it gives no finding: sending is tested for it",
        "elle ne donne aucune constatation : l'envoi est mis à l'essai pour elle"
    ));
    shell.report.line(&words!("source: {source}", "source : {source}"));
}

fn show_rule(rule: &Rule, shell: &Shell) {
    let report = &shell.report;
    let (group_en, group_fr) = rule.group.title();
    let (who_en, who_fr) = rule.class.title();
    let (id, source, en, fr) = (rule.id, rule.source, rule.en, rule.fr);
    let letter = rule.severity.letter();
    report.line(&words!("{id} ({letter}, {group_en}): {en}", "{id} ({letter}, {group_fr}) : {fr}"));
    report.line(&words!("may be waived by: {who_en}", "dispense possible par : {who_fr}"));
    report.line(&words!("source: {source}", "source : {source}"));
    for (label, example) in
        [(words!("breaks it:", "l'enfreint :"), &rule.bad), (words!("is right:", "est juste :"), &rule.good)]
    {
        let shown = example.shown();
        report.text(format!("{} {}", report.say(&label), report.say(&shown)));
    }
    for limit in rule.limits {
        let (name, default) = (limit.name, limit.default);
        let set = shell.config.newsletter.check.rules.get(rule.id).and_then(|set| set.limits.get(name));
        let now = set.copied().unwrap_or(default);
        report.line(&words!(
            "limit: {name} = {now} (by default {default})",
            "limite : {name} = {now} (par défaut {default})"
        ));
    }
}
