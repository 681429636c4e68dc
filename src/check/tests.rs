//! Every rule: its bad example is found by it, its good one is found by none; and what real text taught.

use std::path::Path;

use super::sample::{Sample, clean, lang, texts};
use super::{AudienceFile, Class, Example, WayOut, check, rules, text_key, waiver_key};
use crate::model::{Finding, Image, Only, Place, Severity, Tls, Waiver};

fn shown(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|it| format!("{} {} {:?} {:?} {} | {}\n", it.rule, it.severity.letter(), it.place, it.excerpt, it.message.en, it.hint.en))
        .collect()
}

fn heavy(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|it| matches!(it.severity, Severity::Error | Severity::Warning)).collect()
}

#[test]
fn a_clean_issue_has_nothing_to_say() {
    let findings = heavy(clean().findings());
    assert!(findings.is_empty(), "{}", shown(&findings));
}

#[test]
fn each_bad_example_is_found_by_its_rule_and_each_good_one_by_none() {
    let mut wrong = String::new();
    for rule in rules() {
        if !matches!(rule.bad, Example::Case(..) | Example::Clean) {
            let findings = Sample::with(&rule.bad).findings();
            if !findings.iter().any(|it| it.rule == rule.id) {
                wrong += &format!("{}: its bad example is not found\n{}", rule.id, shown(&findings));
            }
            let others = heavy(findings).into_iter().filter(|it| it.rule != rule.id).collect::<Vec<_>>();
            if !others.is_empty() {
                wrong += &format!("{}: its bad example is found by others\n{}", rule.id, shown(&others));
            }
        }
        let findings = Sample::with(&rule.good).findings();
        let said = findings.into_iter().filter(|it| it.rule == rule.id || it.severity < Severity::Fixed).collect::<Vec<_>>();
        let said: Vec<Finding> = said.into_iter().filter(|it| it.rule != "SND-14").collect();
        if !said.is_empty() {
            wrong += &format!("{}: its good example is found\n{}", rule.id, shown(&said));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
