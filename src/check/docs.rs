//! `docs/rules.md`, written from the catalogue: what people read about the rules is what the program does.

use std::fmt::Write as _;

use super::catalogue::{Example, Group, Invariant, Rule, as_seen};
use super::grounds::GROUNDS;
use super::invariants;
use super::rules;
use crate::model::Severity;

/// The page, in Markdown.
pub fn rules_page() -> String {
    let mut page = String::from(
        "# The rules that `check` knows\n\nWritten from the rules themselves: a test compares this page with them.\n\n\
         E blocks sending, W asks for an editor's eye, F is mended by the program and reported, I is information. \
         “Waived by” says who may accept a finding, with a reason; the waiver holds for that text alone.\n\
         Numbers in brackets say where a rule comes from: [the list](#where-the-rules-come-from). ⍽ is a no-break space. \
         Limits, and what a rule weighs, can be set in newsletter.toml with a reason: `[check.rule.STY-09] limits = { words_en = 30 }, reason = \"…\"`.\n",
    );
    for group in Group::ALL {
        let (en, fr) = group.title();
        let _ = write!(page, "\n## {en} / {fr}\n"); // Writing to a string cannot fail.
        for rule in rules().iter().filter(|rule| rule.group == group) {
            entry(&mut page, rule);
        }
        for invariant in invariants().iter().filter(|it| it.id.starts_with(group.letters())) {
            held(&mut page, invariant);
        }
    }
    page.push_str("\n## Where the rules come from\n\n| | |\n| --- | --- |\n");
    for (number, en, fr) in GROUNDS {
        let _ = writeln!(page, "| {number} | {en}<br>{fr} |");
    }
    page
}

/// A rule that holds while an issue leaves.
fn held(page: &mut String, invariant: &Invariant) {
    let Invariant { id, source, en, fr, tests } = invariant;
    // Writing to a string cannot fail.
    let _ = write!(page, "\n### {id} (invariant of `send`)\n\n{en}.\n{fr}.\n\n- never a finding [{source}]\n");
    for (file, test) in *tests {
        let _ = writeln!(page, "- tested by `{test}` in `{file}`");
    }
}

fn entry(page: &mut String, rule: &Rule) {
    let Rule { id, source, en, fr, .. } = rule;
    let severity = rule.severity.letter();
    let (by, _) = rule.class.title();
    let by = if rule.severity == Severity::Info { "nobody needs to" } else { by };
    let example = |name: &str, example: &Example| {
        let shown = shown(example);
        if shown.is_empty() { String::new() } else { format!("- {name}: {shown}\n") }
    };
    let (bad, good) = (example("breaks it", &rule.bad), example("keeps it", &rule.good));
    // Writing to a string cannot fail.
    let _ = write!(page, "\n### {id} ({severity})\n\n{en}.\n{fr}.\n\n- waived by: {by} [{source}]\n{bad}{good}");
    if !rule.limits.is_empty() {
        let limits = rule.limits.iter().map(|limit| format!("`{}` = {}", limit.name, limit.default));
        let _ = writeln!(page, "- limits: {}", limits.collect::<Vec<_>>().join(", "));
    }
}

/// An example in one line of Markdown.
fn shown(example: &Example) -> String {
    let code = |text: &str| format!("`{}`", as_seen(text).replace('`', "'"));
    match example {
        Example::Text(lang, text) | Example::Title(lang, text) | Example::Subject(lang, text) => {
            format!("{} ({lang})", code(text))
        }
        Example::Pair(en, fr) => format!("{} (en), {} (fr)", code(en), code(fr)),
        Example::Html(html) => code(html),
        Example::Swap(of, put) => format!("{} where {} should be", code(put), code(of)),
        Example::Case(en, fr) => format!("{en} / {fr}"),
        Example::Clean => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page is kept in the repository for people; this test keeps it true.
    #[test]
    fn the_page_in_docs_is_the_catalogue() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let fresh = root.join("target/rules.md");
        std::fs::create_dir_all(fresh.parent().unwrap()).unwrap();
        std::fs::write(&fresh, rules_page()).unwrap();
        let kept = std::fs::read_to_string(root.join("docs/rules.md")).unwrap_or_default();
        assert!(
            kept.replace("\r\n", "\n") == rules_page(),
            "docs/rules.md is out of date: cp target/rules.md docs/rules.md"
        );
    }
}
