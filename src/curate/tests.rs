//! What an editor may count on.

use std::fmt::Write as _;

use super::*;
use crate::model::{Kind, Lang, Origin, Severity, Story, Text};

fn newsletter() -> Newsletter {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/newsletter.toml")).unwrap();
    toml_edit::de::from_str(&text).unwrap()
}

fn story(id: &str, section: &str, langs: &[&str]) -> Story {
    let text = |lang: &str| Text { title: format!("{id} title in {lang}"), ..Text::default() };
    Story {
        section: Some(section.to_owned()).filter(|section| !section.is_empty()),
        texts: langs.iter().map(|lang| (Lang::new(lang), text(lang))).collect(),
        ..Story::new(
            StoryId::parse(id),
            Origin::File { file: format!("stories/{id}.md"), line: 1, twin: None },
            "2026-11-20T12:00:00Z".parse().unwrap(),
        )
    }
}

fn run(stories: Vec<Story>, existing: Option<&str>) -> Result<Curated> {
    run_with(&newsletter(), stories, &[], existing)
}

fn run_with(
    newsletter: &Newsletter,
    stories: Vec<Story>,
    held_over: &[(Story, IssueId)],
    existing: Option<&str>,
) -> Result<Curated> {
    let sources: Sources = toml_edit::de::from_str(SOURCES).unwrap();
    curate(&Material {
        id: &IssueId::parse("2026-12").unwrap(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        harvest: &Harvest { stories, ..Harvest::default() },
        held_over,
        earlier: &BTreeMap::new(),
        newsletter,
        sources: &sources,
        existing,
        last: None,
        markdown: &|text| format!("<p>{text}</p>"),
        speech: Speech::En,
    })
}

fn picked(curated: &Curated) -> Vec<&str> {
    curated.issue.stories().map(|story| story.id.as_str()).collect()
}

/// Two feeds of different weight.
const SOURCES: &str = "[[feed]]\nid = \"heavy\"\nweight = 9\nen = \"https://example.ca/a\"\n\n[[feed]]\nid = \"light\"\nweight = 1\nen = \"https://example.ca/b\"\n";

/// A story of a feed, published some days before the issue leaves.
fn from_feed(id: &str, source: &str, section: &str, days: i64) -> Story {
    let at: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
    Story {
        origin: Origin::Source { source: source.to_owned(), url: format!("https://example.ca/{id}") },
        published: Some(at - jiff::SignedDuration::from_hours(24 * days)),
        ..story(id, section, &BOTH)
    }
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
    let expected = hand.replace(
        "candidates = []",
        "candidates = [\n  \"n\",  # n title in en | n title in fr [2026-11-20, contributor]\n]",
    );
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

fn sized(section: &str, size: usize, more: &str) -> Newsletter {
    let mut newsletter = newsletter();
    newsletter.seasonal.clear();
    let found = newsletter.sections.iter_mut().find(|known| known.id == section).unwrap();
    found.size = size;
    found.keywords = more.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    newsletter
}

/// Story, source, days before the issue leaves; then who is picked, in order.
fn fills(size: usize, keywords: &str, stories: &[(&str, &str, i64)], expected: &[&str]) {
    let stories = stories.iter().map(|(id, source, days)| match *source {
        "file" => story(id, "tools", &BOTH),
        source => from_feed(id, source, "tools", *days),
    });
    let curated = run_with(&sized("tools", size, keywords), stories.collect(), &[], None).unwrap();
    assert_eq!(picked(&curated), expected, "{}", curated.toml);
}

#[test]
fn a_section_is_filled_to_its_size_by_what_speaks_for_each_story() {
    // A contributor before any feed; then the fresher; the heavier source; the one with a keyword.
    fills(2, "", &[("feed", "heavy", 0), ("gift", "file", 0), ("old", "heavy", 30)], &["gift", "feed"]);
    fills(1, "", &[("old", "heavy", 30), ("new", "heavy", 2)], &["new"]);
    fills(1, "", &[("aa", "light", 2), ("bb", "heavy", 2)], &["bb"]);
    fills(1, "bb", &[("aa", "heavy", 2), ("bb", "heavy", 4)], &["bb"]);
    // One source does not fill a section while another has something nearly as good.
    fills(2, "", &[("aa", "heavy", 0), ("bb", "heavy", 1), ("cc", "other", 1)], &["aa", "bb"]);
    fills(
        3,
        "",
        &[("aa", "heavy", 0), ("bb", "heavy", 1), ("cc", "heavy", 2), ("dd", "other", 0)],
        &["aa", "bb", "dd"],
    );
    fills(0, "", &[("aa", "heavy", 0)], &[]);
}

#[test]
fn what_is_proposed_says_why() {
    let newsletter = sized("tools", 2, "title");
    let curated = run_with(&newsletter, vec![from_feed("aa", "heavy", "tools", 1)], &[], None).unwrap();
    assert!(curated.toml.contains("[2026-12-08, heavy, \"title\"]\n"), "{}", curated.toml);
    let one = &curated.candidates[0];
    assert_eq!((one.id.as_str(), one.section.as_str(), one.list.as_str()), ("aa", "tools", "pick"));
    assert!(one.points > 0 && one.why.len() == 2 && one.waits.is_none(), "{one:?}");
}

#[test]
fn words_to_drop_keep_a_story_of_a_feed_out_of_the_proposal() {
    let mut newsletter = sized("tools", 3, "");
    newsletter.sections.iter_mut().find(|section| section.id == "tools").unwrap().drop = vec!["titl*".to_owned()];
    let stories = vec![from_feed("aa", "heavy", "tools", 1), story("bb", "tools", &BOTH)];
    let curated = run_with(&newsletter, stories, &[], None).unwrap();
    assert_eq!(picked(&curated), ["bb"]);
    assert!(curated.toml.contains("(holds \"titl*\")"), "{}", curated.toml);
}

fn event(id: &str, starts: &str, register_by: Option<&str>) -> Story {
    let event = crate::model::Event {
        starts: starts.parse().unwrap(),
        ends: None,
        register_by: register_by.map(|day| day.parse().unwrap()),
        language: None,
        location: BTreeMap::default(),
        audience: BTreeMap::default(),
    };
    Story { event: Some(event), kind: Kind::Event, ..story(id, "learning", &BOTH) }
}

#[test]
fn events_are_proposed_by_their_day_and_one_that_cannot_be_joined_waits() {
    let stories = vec![
        event("a-late", "2027-01-20T13:00", None),
        event("b-soon", "2026-12-10T13:00", None),
        event("c-closed", "2026-12-15T13:00", Some("2026-12-08")),
        event("d-over", "2026-12-08T13:00", None),
        event("e-middle", "2026-12-16T13:00", Some("2026-12-14")),
    ];
    let curated = run(stories, None).unwrap();
    assert_eq!(picked(&curated), ["b-soon", "e-middle", "a-late"]);
    for said in
        ["(registration closed on 2026-12-08)", "(over since 2026-12-08)", "[2026-12-16, contributor, by 2026-12-14]"]
    {
        assert!(curated.toml.contains(said), "{said}: {}", curated.toml);
    }
    assert!(curated.issue.findings.is_empty(), "{:?}", curated.issue.findings);
}

#[test]
fn events_out_of_their_order_are_left_and_named() {
    let stories = || vec![event("late", "2027-01-20T13:00", None), event("soon", "2026-12-10T13:00", None)];
    let hand = "[[section]]\nid = \"learning\"\npick = [\n  \"late\",\n  \"soon\",\n]\n";
    let curated = run(stories(), Some(hand)).unwrap();
    assert_eq!(picked(&curated), ["late", "soon"]);
    let finding = &curated.issue.findings[0];
    assert_eq!(finding.severity, Severity::Info);
    assert_eq!(finding.place, crate::model::Place::File { file: "issue.toml".into(), line: 5, column: 1 });
}

#[test]
fn what_was_held_comes_back_as_a_candidate_even_when_its_feed_has_forgotten_it() {
    let held = [(from_feed("kept", "heavy", "tools", 40), IssueId::parse("2026-11").unwrap())];
    let newsletter = sized("tools", 1, "");
    let curated = run_with(&newsletter, vec![from_feed("new", "heavy", "tools", 1)], &held, None).unwrap();
    assert_eq!(picked(&curated), ["kept"]);
    assert!(curated.toml.contains("held in 2026-11"), "{}", curated.toml);
    let hand = "[[section]]\nid = \"tools\"\npick = [\n  \"new\",\n]\ncandidates = [\n]\n";
    let curated = run_with(&newsletter, vec![from_feed("new", "heavy", "tools", 1)], &held, Some(hand)).unwrap();
    assert_eq!((curated.n_new, picked(&curated)), (1, vec!["new"]));
    let added: Vec<&str> = curated.toml.lines().filter(|line| !hand.contains(line)).collect();
    assert!(added.len() == 1 && added[0].starts_with("  \"kept\","), "{added:?}");
}

#[test]
fn a_seasonal_text_comes_in_its_season_and_is_reworded_like_any_other() {
    let mut newsletter = newsletter();
    newsletter.seasonal = toml_edit::de::from_str::<Seasons>(
        "[[seasonal]]\nid = \"close\"\nsection = \"awards\"\nfrom = \"12-01\"\nuntil = \"12-31\"\ntitle = { en = \"In\", fr = \"Dedans\" }\ntext = { en = \"x\", fr = \"y\" }\n\n[[seasonal]]\nid = \"open\"\nsection = \"awards\"\nfrom = \"11-01\"\nuntil = \"11-30\"\ntitle = { en = \"Out\", fr = \"Dehors\" }\n",
    )
    .unwrap()
    .seasonal;
    let curated = run_with(&newsletter, Vec::new(), &[], None).unwrap();
    assert_eq!(picked(&curated), ["season-close-2026-12"]);
    assert_eq!(curated.issue.stories().next().unwrap().texts[&Lang::new("fr")].body, "<p>y</p>");
    assert!(curated.issue.findings.is_empty(), "{:?}", curated.issue.findings);
    let hand = format!("{}\n[story.\"season-close-2026-12\".fr]\ntitle = \"Autrement\"\n", curated.toml);
    let again = run_with(&newsletter, Vec::new(), &[], Some(&hand)).unwrap();
    assert_eq!(again.issue.stories().next().unwrap().texts[&Lang::new("fr")].title, "Autrement");
    assert_eq!((again.toml, again.n_new), (hand, 0));
}

#[derive(serde::Deserialize)]
struct Seasons {
    seasonal: Vec<crate::model::Seasonal>,
}

#[test]
fn words_for_a_story_that_is_gone_are_not_lost_without_a_word() {
    let hand = "[[section]]\nid = \"tools\"\npick = [\"a\"]\n\n[story.\"file-learnin\".fr]\ntitle = \"Titre\"\n\n[story.b.en]\ntitle = \"T\"\n";
    let stories = vec![story("a", "tools", &BOTH), story("b", "tools", &BOTH), story("file-learning", "", &BOTH)];
    let findings = run(stories, Some(hand)).unwrap().issue.findings;
    let said: Vec<_> =
        findings.iter().map(|finding| (finding.severity, &finding.place, finding.hint.en.as_str())).collect();
    let place = |line| crate::model::Place::File { file: "issue.toml".into(), line, column: 1 };
    assert_eq!(said[0], (Severity::Info, &place(8), "pick it, or remove the table"));
    assert_eq!(said[1], (Severity::Warning, &place(5), "did you mean `file-learning`; else remove the table"));
}

#[test]
fn a_picture_given_to_a_story_stands_in_place_of_its_own() {
    let given = |id: &str, src: &str| {
        let hand = format!(
            "[[section]]\nid = \"tools\"\npick = [\"a\"]\n\n[image.{id}]\nsrc = \"{src}\"\nalt = {{ en = \"Two people\", fr = \"Deux personnes\" }}\n"
        );
        let issue = run(vec![story("a", "tools", &BOTH)], Some(&hand)).unwrap().issue;
        let said: Vec<String> = issue.findings.iter().map(|finding| finding.message.en.clone()).collect();
        (issue.stories().next().unwrap().image.clone().map(|image| image.src), said.join("\n"))
    };
    assert_eq!(given("a", "stories/p.jpg"), (Some("stories/p.jpg".to_owned()), String::new()));
    for src in ["../secret.jpg", "/etc/passwd", "https://example.ca/p.jpg", ""] {
        let (image, said) = given("a", src);
        assert!(image.is_none() && said.contains("is no file of this folder"), "{src}: {said}");
    }
    assert!(given("gone", "stories/p.jpg").1.contains("is gone, or never was"));
}

#[test]
fn two_stories_with_one_id_block_and_both_are_named() {
    let mut other = story("a", "tools", &BOTH);
    other.origin = Origin::File { file: "stories/other.docx".into(), line: 1, twin: None };
    let curated = run(vec![story("a", "tools", &BOTH), other], None).unwrap();
    let finding = &curated.issue.findings[0];
    assert_eq!(finding.severity, Severity::Error);
    assert!(["stories/a.md", "stories/other.docx"].iter().all(|file| finding.message.fr.contains(file)), "{finding:?}");
}

#[test]
fn streams_are_due_when_their_turn_has_come() {
    let newsletter: Newsletter = {
        let mut newsletter = newsletter();
        newsletter.streams = toml_edit::de::from_str::<Streams>(
            "[[stream]]\nid = \"tools\"\nname = { en = \"Tools\" }\nsection = \"tools\"\nevery = 2\n\n[[stream]]\nid = \"words\"\nname = { en = \"W\" }\nsection = \"tools\"\nwords = [\"nowhere\"]\n\n[[stream]]\nid = \"about\"\nname = { en = \"A\" }\nblock = \"about\"\n",
        )
        .unwrap()
        .stream;
        newsletter
    };
    let tools = run(vec![story("a", "tools", &BOTH)], None).unwrap().issue;
    let other = run(vec![story("a", "courses", &BOTH)], None).unwrap().issue;
    let due = |past: &[Issue], now: &Issue| {
        coverage(&newsletter, past, Some(now)).iter().map(|one| one.is_due).collect::<Vec<_>>()
    };
    assert_eq!(due(&[], &tools), [false, true, false]);
    assert_eq!(due(std::slice::from_ref(&tools), &other), [false, true, false]);
    assert_eq!(due(&[tools.clone(), other.clone()], &other), [true, true, false]);
    let now = coverage(&newsletter, &[], Some(&tools)).remove(0);
    assert_eq!(now.here, [&StoryId::parse("a")]);
}

#[derive(serde::Deserialize)]
struct Streams {
    stream: Vec<crate::model::Stream>,
}

/// A list as an editor may leave it: on one line or several, with or without the last comma, with either quotes,
/// with remarks.
fn written(name: &str, ids: &[String], style: u8) -> String {
    let quote = if style & 1 == 0 { '"' } else { '\'' };
    if style & 2 == 0 {
        let ids: Vec<String> = ids.iter().map(|id| format!("{quote}{id}{quote}")).collect();
        return format!("{name} = [ {} ]\n", ids.join(",  "));
    }
    let mut out = format!("{name} = [   # mine ]\n");
    for (at, id) in ids.iter().enumerate() {
        let comma = if at + 1 == ids.len() && style & 4 == 0 { "" } else { "," };
        let remark = if style & 8 == 0 { "" } else { "  # a \"remark\", ['one']" };
        let _ = writeln!(out, "\t{quote}{id}{quote}{comma}{remark}");
    }
    if style & 16 != 0 {
        out.push_str("  # the last word\n\n");
    }
    out + "]\n"
}

proptest::proptest! {
    #[test]
    fn whatever_the_editor_left_a_new_candidate_is_all_that_changes(
        moves in proptest::collection::vec((0_usize..2, 0_usize..4), 0..9),
        styles in proptest::collection::vec(0_u8..32, 8),
        where_new in 0_usize..3,
    ) {
        let sections = ["tools", "courses"];
        let names = ["pick", "candidates", "held", "dropped"];
        let mut stories = Vec::new();
        let mut lists: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        for (at, (section, list)) in moves.iter().enumerate() {
            let id = format!("s{at}");
            stories.push(story(&id, sections[*section], &BOTH));
            lists.entry((*section, *list)).or_default().insert(0, id);
        }
        let mut hand = "# By hand.\n[subject]\nen = 'x'   # short\n\n".to_owned();
        for (at, section) in sections.iter().enumerate() {
            let _ = writeln!(hand, "[[section]]   # {section}\nid = \"{section}\"");
            for (list, name) in names.iter().enumerate() {
                let ids = lists.get(&(at, list)).cloned().unwrap_or_default();
                hand.push_str(&written(name, &ids, styles[at * 4 + list]));
            }
        }
        hand.push_str("\n[story.s0.fr]   # kept\ntitle = \"Autre\"\n");
        let new = story("new", ["tools", "courses", "trends"][where_new], &BOTH);
        stories.push(new);
        let curated = run(stories.clone(), Some(&hand)).unwrap();
        proptest::prop_assert_eq!(curated.n_new, 1);
        // Every decision is what it was, and the order within each list.
        let (before, after) = (document::read(&hand).unwrap(), document::read(&curated.toml).unwrap());
        for section in &before.sections {
            let same = after.sections.iter().find(|other| other.id == section.id).unwrap();
            let ids = |section: &document::FileSection| section.picks.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
            proptest::prop_assert_eq!(ids(section), ids(same));
        }
        let others = |text: &str| -> Vec<String> { text.lines().filter(|line| !line.contains("\"new\"")).map(str::to_owned).collect() };
        let is_open = where_new < 2 && styles[where_new * 4 + 1] & 2 != 0;
        let has_comma = !lists.contains_key(&(where_new, 1)) || styles[where_new.min(1) * 4 + 1] & 4 != 0;
        if is_open && has_comma {
            proptest::prop_assert_eq!(others(&curated.toml), others(&hand), "{}", curated.toml);
            proptest::prop_assert_eq!(curated.toml.lines().count(), hand.lines().count() + 1);
        } else {
            // One line gets its comma, or a list its lines: every remark is still there.
            proptest::prop_assert_eq!(curated.toml.matches('#').count() - hand.matches('#').count(), 1 + usize::from(where_new == 2));
            let lost = others(&hand).into_iter().filter(|line| !curated.toml.contains(line.trim_end_matches(['\t', ' ']))).count();
            proptest::prop_assert!(lost <= 1, "{}\n---\n{}", hand, curated.toml);
        }
        let again = run(stories, Some(&curated.toml)).unwrap();
        proptest::prop_assert_eq!((again.toml, again.n_new), (curated.toml, 0));
    }
}
