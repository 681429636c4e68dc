//! What an editor may count on.

use super::*;
use crate::model::{Kind, Lang, Origin, Severity, Story, Text};

fn newsletter() -> Newsletter {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/newsletter.toml")).unwrap();
    toml_edit::de::from_str(&text).unwrap()
}

fn story(id: &str, section: &str, langs: &[&str]) -> Story {
    let text = |lang: &str| Text { title: format!("{id} title in {lang}"), ..Text::default() };
    Story {
        id: StoryId::parse(id),
        section: Some(section.to_owned()).filter(|section| !section.is_empty()),
        kind: Kind::News,
        origin: Origin::File { file: format!("stories/{id}.md"), line: 1, twin: None },
        first_seen: "2026-11-20T12:00:00Z".parse().unwrap(),
        published: None,
        source_language: None,
        texts: langs.iter().map(|lang| (Lang::new(lang), text(lang))).collect(),
        pair: None,
        author: BTreeMap::default(),
        contact: BTreeMap::default(),
        image: None,
        event: None,
        deadline: None,
        expires: None,
        only: None,
        newer: BTreeMap::default(),
        ran_in: None,
    }
}

fn run(stories: Vec<Story>, existing: Option<&str>) -> Result<Curated> {
    curate(&Material {
        id: &IssueId::parse("2026-12").unwrap(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        harvest: &Harvest { stories, ..Harvest::default() },
        earlier: &BTreeMap::new(),
        newsletter: &newsletter(),
        existing,
        last: None,
        markdown: &|text| format!("<p>{text}</p>"),
    })
}

fn picked(curated: &Curated) -> Vec<&str> {
    curated.issue.stories().map(|story| story.id.as_str()).collect()
}

const BOTH: [&str; 2] = ["en", "fr"];

#[test]
fn whole_stories_are_proposed_and_one_language_waits() {
    let stories = vec![story("a", "tools", &BOTH), story("b", "tools", &["en"]), story("c", "", &BOTH)];
    let curated = run(stories, None).unwrap();
    assert_eq!(picked(&curated), ["a"]);
    assert!(curated.toml.contains("waiting for its translation: fr"), "{}", curated.toml);
    assert!(curated.toml.contains("id = \"to-place\""));
}

#[test]
fn a_second_run_changes_no_byte() {
    let stories = vec![story("a", "tools", &BOTH), story("b", "tools", &["en"])];
    let first = run(stories.clone(), None).unwrap().toml;
    let again = run(stories, Some(&first)).unwrap();
    assert_eq!((again.toml, again.n_new), (first, 0));
}

#[test]
fn what_the_editor_did_survives_and_only_new_candidates_are_added() {
    let first = run(vec![story("a", "tools", &BOTH), story("b", "tools", &BOTH)], None).unwrap().toml;
    // Reorder, comment, hold: by hand, carelessly.
    let hand = "# mine\n[[section]]\nid = \"tools\"\npick = [ \"b\" ] # best\ncandidates = []\nheld = [\n  \"a\" # later\n]\n\n[story.b.fr]\ntitle = \"Mon titre\"\n";
    assert_ne!(first, hand);
    let curated =
        run(vec![story("a", "tools", &BOTH), story("b", "tools", &BOTH), story("n", "tools", &BOTH)], Some(hand))
            .unwrap();
    assert_eq!(picked(&curated), ["b"]);
    let story = curated.issue.stories().next().unwrap();
    assert_eq!(story.texts[&Lang::new("fr")].title, "Mon titre");
    let expected =
        hand.replace("candidates = []", "candidates = [\n  \"n\",  # n title in en | n title in fr [2026-11-20]\n]");
    assert_eq!(curated.toml, expected);
}

#[test]
fn a_list_without_its_last_comma_is_added_to() {
    let hand = "[[section]]\nid = \"tools\"\npick = []\ncandidates = [\n  \"a\" # first, \"quoted\"\n  # a remark\n]\n";
    let curated = run(vec![story("a", "tools", &BOTH), story("n", "tools", &BOTH)], Some(hand)).unwrap();
    assert!(curated.toml.contains("\"a\", # first, \"quoted\"\n  # a remark\n  \"n\","), "{}", curated.toml);
    let again = run(vec![story("a", "tools", &BOTH), story("n", "tools", &BOTH)], Some(&curated.toml)).unwrap();
    assert_eq!(again.n_new, 0);
}

#[test]
fn an_unknown_id_is_named_with_its_line() {
    let hand = "[[section]]\nid = \"tools\"\npick = [\n  \"file-learnin\",\n]\n";
    let curated = run(vec![story("file-learning", "tools", &BOTH)], Some(hand)).unwrap();
    let finding = &curated.issue.findings[0];
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.hint.en.contains("file-learning"), "{finding:?}");
    assert_eq!(finding.place, crate::model::Place::File { file: "issue.toml".into(), line: 4, column: 1 });
}

#[test]
fn a_broken_file_is_explained() {
    for (hand, expected) in [
        ("[[section]]\nid = \"tools\"\npick = [\n  “a”,\n]\n", "line 4"),
        ("[[section]]\nid = \"tools\"\npicks = []\n", "picks"),
        ("[[section]]\nid = \"tools\"\npick = [\"a\", \"a\"]\n", "twice"),
        ("[[section]]\nid = \"tools\"\npick = [\"a\"]\ndropped = [\"a\"]\n", "twice"),
    ] {
        let error = run(vec![story("a", "tools", &BOTH)], Some(hand)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
