//! The findings as SARIF 2.1.0 (OASIS), for editors and build servers that show them beside the source.

use serde_json::{Value, json};

use super::super::workspace::Checked;
use crate::check::rules;
use crate::model::{Finding, Place, Severity, Speech};

/// A log of one run.
pub(super) fn of(checked: &Checked, speech: Speech) -> Value {
    let say = |en: &'static str, fr: &'static str| match speech {
        Speech::En => en,
        Speech::Fr => fr,
    };
    let described: Vec<Value> = rules()
        .iter()
        .map(|rule| json!({"id": rule.id, "shortDescription": {"text": say(rule.en, rule.fr)}, "defaultConfiguration": {"level": level(rule.severity)}}))
        .collect();
    let results: Vec<Value> = checked.findings.iter().map(|finding| result(finding, checked, speech)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "cco-news", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Fixed | Severity::Info => "note",
    }
}

fn result(finding: &Finding, checked: &Checked, speech: Speech) -> Value {
    let issue = &checked.issue;
    let (file, region) = match &finding.place {
        Place::File { file, line, column } if *line > 0 => {
            (file.clone(), Some(json!({"startLine": line, "startColumn": (*column).max(1)})))
        }
        Place::File { file, .. } => (file.clone(), None),
        Place::Edition { edition, .. } => (format!("issues/{issue}/editions/{edition}.html"), None),
    };
    let mut location = json!({"artifactLocation": {"uri": file}});
    if let Some(region) = region {
        location["region"] = region;
    }
    let (message, hint) = (finding.message.say(speech), finding.hint.say(speech));
    let text = if hint.is_empty() { message.to_owned() } else { format!("{message}. {hint}") };
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    });
    if let Some(waived) = &finding.waived {
        result["suppressions"] =
            json!([{"kind": "external", "justification": format!("{}: {}", waived.by, waived.reason)}]);
    }
    result
}
