//! What an editor, a reader and a mail program may count on.

use super::*;
use crate::model::{Event, IssueId, IssueSection, Kind, Origin, Story, StoryId, Text, Texts};

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap()
}

fn texts(en: &str, fr: &str) -> Texts {
    BTreeMap::from([(Lang::new("en"), en.to_owned()), (Lang::new("fr"), fr.to_owned())])
}

fn story(id: &str, en: &str, fr: &str) -> Story {
    let text = |title: &str| Text {
        title: title.to_owned(),
        summary: String::new(),
        body: format!("<p>{title} {{{{t.evil}}}} &lt;mj-raw&gt; AT&amp;T</p>"),
        url: None,
    };
    Story {
        id: StoryId::parse(id),
        section: Some("tools".to_owned()),
        kind: Kind::News,
        origin: Origin::File { file: format!("stories/{id}.md"), line: 1, twin: None },
        first_seen: jiff::Timestamp::UNIX_EPOCH,
        published: None,
        source_language: None,
        texts: BTreeMap::from([(Lang::new("en"), text(en)), (Lang::new("fr"), text(fr))]),
        pair: None,
        author: Texts::new(),
        contact: Texts::new(),
        image: None,
        event: None,
        deadline: None,
        expires: None,
        only: None,
        newer: BTreeMap::new(),
        ran_in: None,
    }
}

fn issue() -> Issue {
    let mut event = story("file-event", "Writing for screen readers", "Rédiger pour les lecteurs d'écran");
    event.kind = Kind::Event;
    event.event = Some(Event {
        starts: "2027-01-20T13:00".parse().unwrap(),
        ends: Some("2027-01-20T14:30".parse().unwrap()),
        register_by: Some("2027-01-15".parse().unwrap()),
        language: Some("bilingual".to_owned()),
        location: texts("Webcast", "Webdiffusion"),
        audience: texts("All communicators", "Tout le monde"),
    });
    Issue {
        id: IssueId::parse("2026-12").unwrap(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        subject: texts("A < subject", "Un sujet : court"),
        preheader: texts("Before", "Avant"),
        opening: texts("<p>Hello.</p>", "<p>Bonjour !</p>"),
        sections: vec![IssueSection {
            id: "tools".to_owned(),
            stories: vec![story("file-a", "A & B", "A et B"), event],
        }],
        waivers: vec![],
        findings: vec![],
        languages: vec![Lang::new("en"), Lang::new("fr")],
    }
}

fn run(overrides: Option<&std::path::Path>) -> Result<Composed> {
    compose(&issue(), &newsletter(), &Templates::load(overrides)?, &BTreeMap::new())
}

#[test]
fn every_language_and_the_bilingual_edition_are_composed() {
    let editions = run(None).unwrap().editions;
    let ids: Vec<&str> = editions.iter().map(|edition| edition.id.as_str()).collect();
    assert_eq!(ids, ["en", "fr", "both"]);
    for edition in &editions {
        let html = &edition.html;
        assert!(html.contains(&format!("lang=\"{}\"", if edition.id.as_str() == "fr" { "fr-CA" } else { "en-CA" })));
        assert_eq!(html.matches("<h1").count(), 1, "{}", edition.id);
        for slot in crate::model::Slot::ALL {
            assert!(html.contains(slot.token()) && edition.text.contains(slot.token()));
        }
        assert!(!html.contains("@@") && !edition.text.contains("&amp;"));
        assert!(!html.contains("u{a0}") && !html.contains("fonts.googleapis"), "{html}");
    }
    assert!(editions[0].text.contains("Wednesday, January\u{a0}20, 2027, 1\u{a0}pm to 2:30\u{a0}pm (Eastern time)"));
    assert!(
        editions[1]
            .text
            .contains("Quand\u{a0}: le mercredi 20\u{a0}janvier\u{a0}2027, de 13\u{a0}h à 14\u{a0}h\u{a0}30")
    );
    assert_eq!(editions[2].subject, "A < subject | Un sujet\u{a0}: court");
}

#[test]
fn the_same_issue_gives_the_same_bytes() {
    assert!(run(None).unwrap().editions == run(None).unwrap().editions);
}

#[test]
fn what_a_contributor_writes_is_never_template_or_markup() {
    let edition = &run(None).unwrap().editions[0];
    assert!(edition.html.contains("{{t.evil}} &lt;mj-raw&gt; AT&amp;T"), "{}", edition.html);
    assert!(edition.text.contains("{{t.evil}} <mj-raw> AT&T"));
    assert!(edition.html.contains("A &amp; B"));
}

#[test]
fn french_typography_is_mended_and_reported() {
    let composed = run(None).unwrap();
    assert!(composed.editions[1].html.contains("Bonjour!"));
    assert!(composed.fixed.iter().any(|finding| finding.rule == "TYP-03"), "{:?}", composed.fixed);
}

#[test]
fn a_template_with_a_mistake_names_its_file_and_line() {
    for (name, text, expected) in [
        ("html/story.hbs", "<h3>\n{{#if url}}x\n</h3>", ["html/story.hbs", "line"]),
        ("html/story.hbs", "<h3>\n{{tittle}}</h3>", ["line 2", "tittle"]),
        ("html/story.hbs", "{{> storry}}", ["storry", "story.hbs"]),
        ("mjml/edition.hbs", "<mjml><mj-body><mj-section></mj-body></mjml>", ["MJML", "mjml/edition"]),
        ("locales/fr.ftl", "date = { $dey }\n", ["fr.ftl", "dey"]),
        ("locales/fr.ftl", "date\n", ["fr.ftl", "line"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        let error = format!("{}", run(Some(folder.path())).unwrap_err());
        assert!(expected.iter().all(|part| error.contains(part)), "{name}: {error}");
    }
}

#[test]
fn an_override_replaces_one_file_and_single_words() {
    let folder = tempfile::tempdir().unwrap();
    for sub in ["html", "locales"] {
        std::fs::create_dir_all(folder.path().join(sub)).unwrap();
    }
    std::fs::write(folder.path().join("locales/en.ftl"), "in_this_issue = Contents\n").unwrap();
    std::fs::write(folder.path().join("html/language.hbs"), "<p>here</p>").unwrap();
    let templates = Templates::load(Some(folder.path())).unwrap();
    let names: Vec<String> = templates.inputs().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["templates/html/language.hbs", "templates/locales/en.ftl"]);
    let edition = &run(Some(folder.path())).unwrap().editions[0];
    assert!(edition.html.contains("Contents") && edition.html.contains("<p>here</p>"));
}

#[test]
fn a_partial_that_includes_itself_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("html")).unwrap();
    std::fs::write(folder.path().join("html/event.hbs"), "{{> html/event}}").unwrap();
    assert!(run(Some(folder.path())).is_err());
}
