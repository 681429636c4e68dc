//! `check --explain`: one rule, with an example that breaks it and one that is right.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::super::exit::Exit;
use super::Shell;
use crate::check::{Class, Invariant, Limit, Rule, grounds, invariants, no_such_rule, rule_id, rules};
use crate::model::{Severity, Words};

/// Names that findings bear which no rule of the list gives, and what they are.
const OTHERS: [(&str, &str, &str); 8] = [
    (
        "STORY",
        "what is wrong or unclear in a contributor's file",
        "ce qui ne va pas, ou n'est pas clair, dans un fichier reçu",
    ),
    ("FEED", "what is wrong with an item of a source", "ce qui ne va pas dans un élément d'une source"),
    (
        "PAIR",
        "stories of feeds that may be each other's translation",
        "des textes de flux qui sont peut-être la traduction l'un de l'autre",
    ),
    ("CURATE", "what is wrong or unclear in issue.toml", "ce qui ne va pas, ou n'est pas clair, dans issue.toml"),
    ("TRANSLATE", "what came back from translation", "ce qui est revenu de la traduction"),
    ("WAIVE", "a waiver that does not hold, or no longer does", "une dispense qui ne vaut pas, ou ne vaut plus"),
    (
        "CHECK",
        "a rule that newsletter.toml sets otherwise, with the reason",
        "une règle que newsletter.toml règle autrement, avec la raison",
    ),
    ("SETUP", "what `check --setup` saw of this machine", "ce que `check --setup` a vu de cette machine"),
];

/// Explains one rule in the person's language.
pub(super) fn run(typed: &str, shell: &Shell) -> Result<Exit> {
    let name = rule_id(typed);
    if let Some(held) = invariants().iter().find(|held| held.id == name) {
        show_invariant(held, shell);
        return Ok(Exit::Done);
    }
    if let Some((id, en, fr)) = OTHERS.iter().find(|(id, _, _)| *id == name && !shell.report.is_json) {
        shell.report.line(&words!("{id}: {en}", "{id} : {fr}"));
        shell.report.line(&words!(
            "it is no rule of the list, and each finding says what helps",
            "ce n'est pas une règle de la liste, et chaque constatation dit ce qui aide"
        ));
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
        "never a finding: it holds while an issue leaves, and sending is tested for it",
        "jamais une constatation : elle vaut pendant qu'un numéro part, et l'envoi est mis à l'essai pour cela"
    ));
    show_source(source, shell);
}

fn show_source(source: &str, shell: &Shell) {
    let Words { en, fr } = grounds(source);
    shell.report.line(&words!("source: {en}", "source : {fr}"));
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

/// What a severity means to whoever makes the issue.
fn weighs(severity: Severity) -> Words {
    match severity {
        Severity::Error => words!("E: it blocks sending", "E : elle bloque l'envoi"),
        Severity::Warning => words!("W: it wants a look, and blocks nothing", "W : à regarder, ne bloque rien"),
        Severity::Fixed => words!("F: the program mends it while composing", "F : le programme corrige en composant"),
        Severity::Info => words!("I: to know", "I : à savoir"),
    }
}

fn show_rule(rule: &Rule, shell: &Shell) {
    let report = &shell.report;
    if report.is_json {
        report.json(&rule_as_json(rule, shell));
        return;
    }
    let (group_en, group_fr) = rule.group.title();
    let (who_en, who_fr) = rule.class.title();
    let (id, en, fr) = (rule.id, rule.en, rule.fr);
    report.line(&words!("{id} ({group_en}): {en}", "{id} ({group_fr}) : {fr}"));
    let Words { en, fr } = weighs(rule.severity);
    if matches!(rule.severity, Severity::Error | Severity::Warning) {
        report.line(&words!("{en}; may be waived by: {who_en}", "{fr}; dispense possible par : {who_fr}"));
    } else {
        report.line(&words!("{en}", "{fr}"));
    }
    if let Some(set) = shell.config.newsletter.check.rules.get(rule.id) {
        let reason = &set.reason;
        report.line(&words!(
            "set otherwise here ([check.rule.{id}]): {reason}",
            "réglée autrement ici ([check.rule.{id}]) : {reason}"
        ));
    }
    show_source(rule.source, shell);
    let mut is_hidden = false;
    for (label, example) in
        [(words!("breaks it:", "l'enfreint :"), &rule.bad), (words!("is right:", "est juste :"), &rule.good)]
    {
        let shown = example.shown();
        is_hidden |= shown.en.contains('⍽');
        if !shown.en.is_empty() {
            report.text(format!("{} {}", report.say(&label), report.say(&shown)));
        }
    }
    if is_hidden {
        report.line(&words!("(⍽ is a no-break space)", "(⍽ est une espace insécable)"));
    }
    for limit in rule.limits {
        let (name, default) = (limit.name, limit.default);
        let now = set_to(rule, limit, shell);
        report.line(&words!(
            "limit: {name} = {now} (by default {default})",
            "limite : {name} = {now} (par défaut {default})"
        ));
    }
    if rule.class != Class::Never && matches!(rule.severity, Severity::Error | Severity::Warning) {
        report.line(&words!(
            "to accept it for one text as it is: cco-news waive {id} STORY --why \"…\" --by \"Your name\"",
            "pour l'accepter dans un texte tel quel : cco-news waive {id} TEXTE --why \"…\" --by \"Votre nom\""
        ));
    }
}
