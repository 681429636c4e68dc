//! `check --explain`: one rule, with an example that breaks it and one that is right.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::super::exit::Exit;
use super::Shell;
use crate::check::{Invariant, Limit, Rule, invariants, no_such_rule, rules};
use crate::model::Words;

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
    if shell.report.is_json {
        let says = shell.report.say(&Words { en: (*en).to_owned(), fr: (*fr).to_owned() }).to_owned();
        shell.report.json(&json!({
            "rule": id, "severity": null, "group": id.split('-').next(), "says": says, "source": source,
            "waived_by": null, "bad": null, "good": null, "limits": [],
        }));
        return;
    }
    shell.report.line(&words!("{id} (invariant of `send`): {en}", "{id} (invariant de `send`) : {fr}"));
    shell.report.line(&words!(
        "it gives no finding: sending is tested for it",
        "elle ne donne aucune constatation : l'envoi est mis à l'essai pour elle"
    ));
    shell.report.line(&words!("source: {source}", "source : {source}"));
}

/// A limit of a rule as this newsletter sets it.
fn set_to(rule: &Rule, limit: &Limit, shell: &Shell) -> f64 {
    let set = shell.config.newsletter.check.rules.get(rule.id).and_then(|set| set.limits.get(limit.name));
    set.copied().unwrap_or(limit.default)
}

fn rule_as_json(rule: &Rule, shell: &Shell) -> Value {
    let report = &shell.report;
    let in_words = |(en, fr): (&str, &str)| Words { en: en.to_owned(), fr: fr.to_owned() };
    let limits: Vec<Value> = rule
        .limits
        .iter()
        .map(|limit| json!({"name": limit.name, "value": set_to(rule, limit, shell), "by_default": limit.default}))
        .collect();
    json!({
        "rule": rule.id,
        "severity": rule.severity.letter(),
        "group": rule.id.split('-').next(),
        "says": report.say(&in_words((rule.en, rule.fr))),
        "source": rule.source,
        "waived_by": report.say(&in_words(rule.class.title())),
        "bad": report.say(&rule.bad.shown()),
        "good": report.say(&rule.good.shown()),
        "limits": limits,
    })
}

fn show_rule(rule: &Rule, shell: &Shell) {
    let report = &shell.report;
    if report.is_json {
        report.json(&rule_as_json(rule, shell));
        return;
    }
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
        let now = set_to(rule, limit, shell);
        report.line(&words!(
            "limit: {name} = {now} (by default {default})",
            "limite : {name} = {now} (par défaut {default})"
        ));
    }
}
