//! Rules that a newsletter sets otherwise, in `[check.rule.ID]`: each setting is said, with its reason, wherever the
//! findings are, and one that cannot hold is something to look at.

use super::catalogue::{Class, Rule};
use super::rules;
use crate::model::{Finding, Newsletter, Place, RuleSetting, SetTo, Severity, Words};

/// The rule under which settings themselves are reported.
const CHECK: &str = "CHECK";

/// What a finding weighs in this newsletter; none: it is not told.
pub(super) fn weight(rule: &Rule, severity: Severity, newsletter: &Newsletter) -> Option<Severity> {
    let setting = newsletter.check.rules.get(rule.id).filter(|setting| fault(rule, setting).is_none());
    let Some(to) = setting.and_then(|setting| setting.severity) else { return Some(severity) };
    match (severity, to) {
        (_, SetTo::Off) => None,
        (Severity::Error | Severity::Warning, SetTo::E) => Some(Severity::Error),
        (Severity::Error | Severity::Warning, SetTo::W) => Some(Severity::Warning),
        (Severity::Error | Severity::Warning, SetTo::I) => Some(Severity::Info),
        // What was mended, and what is only told, is not made heavier.
        (Severity::Fixed | Severity::Info, _) => Some(severity),
    }
}

/// Every setting, as a finding.
pub(super) fn said(newsletter: &Newsletter) -> Vec<Finding> {
    newsletter.check.rules.iter().map(|(id, setting)| say(id, setting)).collect()
}

fn say(id: &str, setting: &RuleSetting) -> Finding {
    let rule = rules().iter().find(|rule| rule.id == id);
    let fault = match rule {
        None => Some((
            words!("[check.rule] names `{id}`, which is no rule", "[check.rule] nomme `{id}`, qui n'est pas une règle"),
            words!(
                "`cco-news check --explain {id}` lists the ids",
                "`cco-news check --explain {id}` énumère les numéros"
            ),
        )),
        Some(rule) => fault(rule, setting),
    };
    let is_fine = fault.is_none();
    let (message, hint) = fault.unwrap_or_else(|| {
        let to = shown(setting);
        let reason = &setting.reason;
        (words!("{id} is set to {to}: {reason}", "{id} est réglée à {to} : {reason}"), Words::default())
    });
    Finding {
        rule: CHECK.to_owned(),
        severity: if is_fine { Severity::Info } else { Severity::Warning },
        language: None,
        place: Place::File { file: "newsletter.toml".to_owned(), line: 0, column: 0 },
        excerpt: format!("[check.rule.{id}]"),
        message,
        hint,
        waived: None,
    }
}

/// Why a setting does not hold.
fn fault(rule: &Rule, setting: &RuleSetting) -> Option<(Words, Words)> {
    let id = rule.id;
    if setting.reason.trim().is_empty() {
        return Some((
            words!(
                "{id} is set otherwise without a reason, so that nothing changes",
                "{id} est réglée autrement sans raison : rien ne change"
            ),
            words!("add `reason` to [check.rule.{id}]", "ajoutez `reason` à [check.rule.{id}]"),
        ));
    }
    if rule.class == Class::Never && setting.severity.is_some_and(|to| to != SetTo::E) {
        return Some((
            words!("{id} can never be softened", "{id} ne peut jamais être assouplie"),
            words!("delete [check.rule.{id}] from newsletter.toml", "supprimez [check.rule.{id}] de newsletter.toml"),
        ));
    }
    let names: Vec<&str> = rule.limits.iter().map(|limit| limit.name).collect();
    let unknown = setting.limits.keys().find(|name| !names.contains(&name.as_str()))?;
    let known = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    Some((
        words!("{id} has no limit `{unknown}`", "{id} n'a pas de limite `{unknown}`"),
        words!("its limits: {known}", "ses limites : {known}"),
    ))
}

/// A setting in one line: `I, words_en = 30`.
fn shown(setting: &RuleSetting) -> String {
    let to = setting.severity.map(|to| match to {
        SetTo::E => "E",
        SetTo::W => "W",
        SetTo::I => "I",
        SetTo::Off => "off",
    });
    let limits = setting.limits.iter().map(|(name, value)| format!("{name} = {value}"));
    to.map(str::to_owned).into_iter().chain(limits).collect::<Vec<_>>().join(", ")
}
