//! The pages as a browser, a screen reader and somebody hostile meet them.

use super::*;
use crate::model::{Place, Texts, Words};

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap()
}

fn contribution(title: &str, findings: Vec<Finding>) -> Contribution {
    Contribution {
        files: vec!["stories/a.md".to_owned()],
        titles: Texts::from([(Lang::new("fr"), title.to_owned())]),
        missing: vec![Lang::new("en")],
        findings,
        ran_in: None,
    }
}

fn finding(excerpt: &str, message: Words) -> Finding {
    Finding {
        rule: "STORY".to_owned(),
        severity: Severity::Warning,
        language: None,
        place: Place::File { file: "stories/a.md".to_owned(), line: 3, column: 1 },
        excerpt: excerpt.to_owned(),
        message,
        hint: Words::same("`x` <b>"),
        waived: None,
    }
}

#[test]
fn what_is_hostile_stays_text() {
    let evil = "<script>alert(1)</script>\"' onload=x \u{202e}& </td>\u{1b}[31m";
    let mut hostile = contribution(evil, vec![finding(evil, words!("`{evil}` is wrong", "`{evil}` est erroné"))]);
    hostile.files = vec!["stories/<img src=x onerror=alert(1)>.md".to_owned()];
    let html = stories(&[hostile], &newsletter(), "").html;
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>"), "{html}");
    assert!(!html.contains('\u{202e}') && !html.contains('\u{1b}'));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp; &lt;/td&gt;"));
    assert_eq!(html.matches("<tr>").count(), 4, "a head and a row per language");
}

#[test]
fn one_language_is_good_and_goes_to_translation() {
    let html = stories(&[contribution("Un outil", Vec::new())], &newsletter(), "").html;
    assert!(html.contains("Received, good, goes to translation"));
    assert!(html.contains("Reçu, c&#39;est bon, part en traduction"));
    assert!(html.contains("<span lang=\"fr-CA\">Un outil</span>"));
    assert!(
        html.contains("1 contribution: 1 good, 0 to look at")
            && html.contains("1 contribution\u{a0}: 1 bonne, 0 à voir")
    );
}

#[test]
fn the_page_is_a_table_that_a_screen_reader_can_walk() {
    let mut ran = contribution("Un outil", vec![finding("x", words!("`y` is wrong", "`y` est erroné"))]);
    ran.ran_in = Some(IssueId::parse("2026-11").unwrap());
    let page = stories(&[ran], &newsletter(), "");
    let html = &page.html;
    assert_eq!(page.path, "public/stories.html");
    assert_eq!((html.matches("<h1>").count(), html.matches("<caption>").count()), (1, 2));
    assert_eq!((html.matches("scope=\"col\"").count(), html.matches("scope=\"row\"").count()), (10, 2));
    assert!(html.contains("<section id=\"en\" lang=\"en\"") && html.contains("<section id=\"fr\" lang=\"fr\""));
    assert!(
        html.contains("Line 3: <code>y</code> is wrong") && html.contains("Ligne 3\u{a0}: <code>y</code> est erroné")
    );
    assert!(html.contains(">2026-11</td>"));
    assert!(html.contains("content=\"default-src 'none'; img-src 'self' file:;"));
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"));
}

#[test]
fn addresses_are_masked() {
    let said = finding("contact: camille@example.ca.", words!("`camille@example.ca` x", "`camille@example.ca` x"));
    let html = stories(&[contribution("Écrire à <camille@example.ca>", vec![said])], &newsletter(), "").html;
    assert!(!html.contains("camille"), "{html}");
}
