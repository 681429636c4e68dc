//! Rules that a newsletter sets otherwise, in `[check.rule.ID]`: each setting is said, with its reason, wherever the
//! findings are, and one that cannot hold is something to look at.

use super::catalogue::{Class, Rule};
use super::{invariants, rules};
use crate::model::{Finding, Newsletter, Place, RuleSetting, SetTo, Severity, Words, or_meant};

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

/// Whether what is set for a rule holds: there is such a rule, and nothing is wrong with the setting.
pub(super) fn holds(id: &str, setting: &RuleSetting) -> bool {
    rules().iter().find(|rule| rule.id == id).is_some_and(|rule| fault(rule, setting).is_none())
}

/// Every setting, as a finding.
pub(super) fn said(newsletter: &Newsletter) -> Vec<Finding> {
    newsletter.check.rules.iter().map(|(id, setting)| say(id, setting)).collect()
}

fn say(id: &str, setting: &RuleSetting) -> Finding {
    let rule = rules().iter().find(|rule| rule.id == id);
    let fault = match rule {
        None if invariants().iter().any(|held| held.id == id) => Some((
            words!(
                "{id} holds while an issue leaves, and cannot be set otherwise",
                "{id} vaut pendant qu'un numéro part et ne peut pas être réglée autrement"
            ),
            words!("delete [check.rule.{id}] from newsletter.toml", "supprimez [check.rule.{id}] de newsletter.toml"),
        )),
        None => Some((
            words!("[check.rule] names `{id}`, which is no rule", "[check.rule] nomme `{id}`, qui n'est pas une règle"),
            or_meant(
                words!("`docs/rules.md` has the ids", "`docs/rules.md` donne les numéros"),
                id,
                rules().iter().map(|rule| rule.id),
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
    let is_light = matches!(rule.severity, Severity::Fixed | Severity::Info);
    if is_light && matches!(setting.severity, Some(SetTo::E | SetTo::W)) {
        let letter = rule.severity.letter();
        return Some((
            words!(
                "{id} never weighs more than {letter}: it mends, or only tells",
                "{id} ne pèse jamais plus que {letter} : elle corrige, ou ne fait qu'informer"
            ),
            words!("delete [check.rule.{id}] from newsletter.toml", "supprimez [check.rule.{id}] de newsletter.toml"),
        ));
    }
    if setting.severity.is_none() && setting.limits.is_empty() {
        return Some((
            words!("[check.rule.{id}] sets nothing", "[check.rule.{id}] ne règle rien"),
            words!("add `severity` or `limits`, or delete it", "ajoutez `severity` ou `limits`, ou supprimez-la"),
        ));
    }
    if let Some((name, value)) = setting.limits.iter().find(|(_, value)| !value.is_finite() || **value < 0.0) {
        return Some((
            words!("{id}: {name} = {value} is no limit", "{id} : {name} = {value} n'est pas une limite"),
            words!("write a number from 0 up", "écrivez un nombre à partir de 0"),
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
