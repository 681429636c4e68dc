//! What is decided elsewhere is written as an editor would, and nothing else of the file changes.

use super::*;

const FILE: &str = "# Mine\n[subject]\nen = \"A\" # short\nfr = \"B\"\n\n# Tools\n[[section]]\nid = \"tools\"\npick = [\n  \"file-a\",  # A | B [2026-12-01]\n  # my lead\n  \"file-b\"\n]\ncandidates = [\n  \"file-c\",  # C\n]\nheld = []\ndropped = [\"file-d\", \"file-e\"]\n\n[[section]]\nid = \"awards\"\npick = []\n";

fn moves(text: &str, story: &str, from: (&str, &str), to: (&str, &str), before: Option<&str>) -> String {
    let spot = |(section, list): (&str, &str)| Spot { section: section.to_owned(), list: list.to_owned() };
    let asked = Change::Move {
        story: StoryId::parse(story),
        from: spot(from),
        to: spot(to),
        before: before.map(StoryId::parse),
    };
    change(text, &asked).unwrap()
}

fn words(text: &str, story: Option<&str>, field: Field, words: Option<&str>) -> String {
    let asked = Change::Reword {
        story: story.map(StoryId::parse),
        lang: Lang::new("fr"),
        field,
        text: words.map(str::to_owned),
    };
    change(text, &asked).unwrap()
}

/// Lines that are in one text and not in the other.
fn difference(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let only =
        |a: &str, b: &str| a.lines().filter(|line| !b.lines().any(|other| other == *line)).map(str::to_owned).collect();
    (only(before, after), only(after, before))
}

#[test]
fn a_line_moves_with_its_comment_and_nothing_else_does() {
    let held = moves(FILE, "file-c", ("tools", "candidates"), ("tools", "held"), None);
    assert_eq!(held, FILE.replace("  \"file-c\",  # C\n", "").replace("held = []", "held = [\n  \"file-c\",  # C\n]"));
    assert_eq!(moves(&held, "file-c", ("tools", "held"), ("tools", "candidates"), None), FILE, "there and back");
    let first = moves(FILE, "file-b", ("tools", "pick"), ("tools", "pick"), Some("file-a"));
    assert!(first.contains("pick = [\n  \"file-b\",\n  \"file-a\",  # A | B [2026-12-01]\n  # my lead\n]"), "{first}");
    let last = moves(FILE, "file-c", ("tools", "candidates"), ("tools", "pick"), None);
    assert!(last.contains("  \"file-b\",\n  \"file-c\",  # C\n]\ncandidates = [\n]"), "{last}");
}

#[test]
fn lists_of_every_shape_are_moved_from_and_to() {
    let from_a_line = moves(FILE, "file-d", ("tools", "dropped"), ("awards", "pick"), None);
    assert!(from_a_line.contains("dropped = [\"file-e\"]") && from_a_line.contains("pick = [\n  \"file-d\",\n]"));
    let of_a_line = moves(FILE, "file-e", ("tools", "dropped"), ("awards", "held"), None);
    assert!(
        of_a_line.contains("dropped = [\"file-d\"]") && of_a_line.contains("pick = []\nheld = [\n  \"file-e\",\n]\n")
    );
    let into_a_line = moves(FILE, "file-a", ("tools", "pick"), ("tools", "dropped"), Some("file-e"));
    assert!(into_a_line.contains("dropped = [\"file-d\", \"file-a\", \"file-e\"]"), "{into_a_line}");
    let new_section = moves(FILE, "file-a", ("tools", "pick"), ("careers", "candidates"), None);
    assert!(
        new_section
            .ends_with("\n\n[[section]]\nid = \"careers\"\ncandidates = [\n  \"file-a\",  # A | B [2026-12-01]\n]\n")
    );
}

#[test]
fn a_story_that_stands_elsewhere_by_now_is_not_moved() {
    let spot = |list: &str| Spot { section: "tools".to_owned(), list: list.to_owned() };
    let asked = Change::Move { story: StoryId::parse("file-a"), from: spot("held"), to: spot("dropped"), before: None };
    assert!(matches!(change(FILE, &asked), Err(Refusal::Elsewhere(Some(now))) if now == spot("pick")));
    let broken = FILE.replace("id = \"tools\"", "id = \u{201c}tools\u{201d}");
    let Err(Refusal::Broken(error)) = change(&broken, &asked) else { panic!("it is broken") };
    assert!(error.to_string().contains("line 8"), "{error}");
}

#[test]
fn words_are_put_where_an_editor_would_and_taken_back_without_a_trace() {
    let subject = words(FILE, None, Field::Subject, Some("L’été"));
    assert_eq!(difference(FILE, &subject), (vec!["fr = \"B\"".to_owned()], vec!["fr = \"L’été\"".to_owned()]));
    let title = words(FILE, Some("file-a"), Field::Title, Some("Titre"));
    assert_eq!(title, format!("{FILE}\n[story.\"file-a\".fr]\ntitle = \"Titre\"\n"));
    let body = words(&title, Some("file-a"), Field::Body, Some("Un\n\nDeux \"trois\""));
    assert_eq!(
        board(&body).unwrap().reworded["file-a"][&Lang::new("fr")].body.as_deref(),
        Some("Un\n\nDeux \"trois\"")
    );
    assert!(body.starts_with(&title), "{body}");
    let back = words(&words(&body, Some("file-a"), Field::Body, None), Some("file-a"), Field::Title, None);
    assert_eq!(back, FILE);
    let preheader = words(FILE, None, Field::Preheader, Some("P"));
    assert!(preheader.ends_with("\n[preheader]\nfr = \"P\"\n"), "{preheader}");
}

#[test]
fn tables_of_every_spelling_are_reworded() {
    for (text, expected) in [
        ("subject = { en = \"A\", fr = \"B\" } # yes\n", "subject = { en = \"A\", fr = \"N\" } # yes\n"),
        ("subject.fr = 'B'\n", "subject.fr = \"N\"\n"),
        ("[subject] # s\n[opening]\nen = \"\"\n", "[subject] # s\nfr = \"N\"\n[opening]\nen = \"\"\n"),
        ("[subject]\nen = \"A\"", "[subject]\nen = \"A\"\nfr = \"N\"\n"),
    ] {
        assert_eq!(words(text, None, Field::Subject, Some("N")), expected);
    }
    let inline =
        words("story = { \"file-a\" = { en = { title = \"x\" } } }\n", Some("file-a"), Field::Title, Some("N"));
    assert_eq!(board(&inline).unwrap().reworded["file-a"].len(), 2, "{inline}");
}

#[test]
fn a_waiver_given_again_takes_the_place_of_the_old_one() {
    let waiver = |text: &str| Waiver {
        rule: "STY-09".to_owned(),
        story: Some("file-a".to_owned()),
        by: "Sam".to_owned(),
        reason: "a name".to_owned(),
        text: text.to_owned(),
    };
    let once = change(FILE, &Change::Waive(waiver("1"))).unwrap();
    assert!(once.starts_with(FILE));
    let again = change(&once, &Change::Waive(waiver("2"))).unwrap();
    assert_eq!(board(&again).unwrap().waivers, [waiver("2")]);
    let back = Change::Unwaive { rule: "STY-09".to_owned(), story: Some("file-a".to_owned()) };
    assert_eq!(change(&again, &back).unwrap(), FILE);
}

#[test]
fn a_pair_takes_its_second_half_out_of_the_issue() {
    let (story, twin) = (StoryId::parse("file-a"), StoryId::parse("file-b"));
    let out = change(FILE, &Change::Pair { story: story.clone(), twin }).unwrap();
    let there = board(&out).unwrap();
    assert_eq!(there.place(&StoryId::parse("file-b")), Some(("tools", "dropped")));
    assert_eq!(there.pairs.len(), 1);
    let apart = change(&out, &Change::Unpair { story }).unwrap();
    assert!(board(&apart).unwrap().pairs.is_empty());
}
