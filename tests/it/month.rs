//! A month as its people live it: compose, mend, approve, send; and what they get wrong on the way.

use std::fs;

use crate::office::{ISSUE, Office, Said};
use crate::tree;

#[test]
fn the_shipped_stories_make_a_clean_issue() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0).says(&[
        "editions/en.html",
        "editions/fr.html",
        "approve 2026-12",
    ]);
    office.run(&["check", ISSUE]).is(0);
    for edition in ["en", "fr", "both"] {
        for ending in ["mjml", "html", "txt", "eml"] {
            assert!(office.path().join(format!("issues/{ISSUE}/editions/{edition}.{ending}")).exists());
        }
    }
}

#[test]
fn composing_twice_changes_no_byte() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let all = |office: &Office| {
        let folder = office.path().join("issues").join(ISSUE);
        let mut files = tree::files(&folder);
        files.sort();
        files.iter().map(|file| (file.clone(), fs::read(folder.join(file)).unwrap())).collect::<Vec<_>>()
    };
    let before = all(&office);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    assert!(before == all(&office), "a second compose changed something");
}

#[test]
fn an_issue_goes_once_to_everyone_in_their_language() {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0).says(&["complete"]);
    let messages = office.outbox();
    assert_eq!(messages.len(), 6);
    let count =
        |tag: &str| messages.iter().filter(|text| text.contains(&format!("Content-Language: {tag}\r\n"))).count();
    assert_eq!((count("en-CA"), count("fr-CA"), count("en-CA, fr-CA")), (2, 2, 2));
    office.run(&["send", ISSUE, "--yes"]).is(0).says(&["nothing to send"]);
    assert_eq!(office.outbox().len(), 6);
    office.run(&["compose", ISSUE, "--offline"]).is(4);
    office.run(&["status"]).says(&["2027-01"]);
}

#[test]
fn nothing_leaves_without_both_approvals() {
    let office = Office::open();
    office.run(&["send", ISSUE, "--yes"]).is(1).says(&["cco-news compose"]);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["en", "approve"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "An Approver"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["fr", "approve"]);
    assert!(office.outbox().is_empty());
}

#[test]
fn without_a_yes_nothing_leaves() {
    let office = Office::ready();
    office.run(&["send", ISSUE]).is(4).says(&["--yes"]);
    office.run(&["send", ISSUE, "--dry-run"]).is(0).says(&["en", "fr"]);
    assert!(office.outbox().is_empty());
}

#[test]
fn one_byte_changed_is_named_and_nothing_leaves() {
    let story = "stories/learning-day.md";
    let cases: [(&str, &str, &str); 4] = [
        (story, "pays", "pays entier"),
        ("issues/2026-12/editions/fr.html", "<body", "<body "),
        ("issues/2026-12/issue.toml", "held = []", "held = [ ]"),
        ("issues/2026-12/approvals/fr.json", "An Approver", "An approver"),
    ];
    for (file, from, to) in cases {
        let office = Office::ready();
        office.edit(file, from, to);
        let said = office.run(&["send", ISSUE, "--yes"]);
        assert!(matches!(said.code, 1 | 4), "{}", said.text);
        let stem = file.trim_end_matches(".html");
        said.says(&[stem]);
        assert!(office.outbox().is_empty(), "{file}");
    }
}

#[test]
fn changing_one_language_voids_only_that_approval() {
    let office = Office::ready();
    office.edit("stories/learning-day.md", "partout au pays", "dans tout le pays");
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["stories/learning-day.md", "fr", "partout", "dans tout"]);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["--edition fr"]);
    let said = office.run(&["approve", ISSUE, "--edition", "fr", "--by", "An Approver"]).is(0);
    said.says(&["since the last approval", "partout", "send 2026-12"]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    assert_eq!(office.outbox().len(), 6);
}

#[test]
fn what_the_editor_wrote_survives_every_run() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let file = "issues/2026-12/issue.toml";
    let hand = office.read(file).replace("held = []", "held = []   # none this month").replace('\n', "\r\n");
    office.write(file, &format!("\u{FEFF}{hand}"));
    office.write("stories/late.md", "---\nsection: tools\ntitle: {en: \"A late story\", fr: \"Un texte tardif\"}\n---\n## en\nA word.\n## fr\nUn mot.\n");
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let after = office.read(file);
    let (before, after): (Vec<&str>, Vec<&str>) =
        (hand.lines().collect(), after.trim_start_matches('\u{FEFF}').lines().collect());
    let new: Vec<&&str> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(
        new.iter().all(|line| line.contains("file-late") || line.contains("candidates") || line.trim() == "]"),
        "{new:?}"
    );
    assert!(after.iter().any(|line| line.contains("file-late")));
    assert!(office.read(file).starts_with('\u{FEFF}') && !office.read(file).replace("\r\n", "").contains('\n'));
}

#[test]
fn a_picked_story_in_one_language_blocks_and_is_named() {
    let office = Office::open();
    office.write("stories/only-french.fr.md", "---\nsection: tools\n---\n# Un outil\n\nUn texte.\n");
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.edit("issues/2026-12/issue.toml", "  \"file-only-french\",", "#");
    office.edit(
        "issues/2026-12/issue.toml",
        "id = \"tools\"\npick = [\n",
        "id = \"tools\"\npick = [\n  \"file-only-french\",\n",
    );
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["BIL-01", "only-french"]);
}

#[test]
fn mistakes_in_files_are_answered_with_their_line() {
    let office = Office::open();
    let newsletter = office.read("newsletter.toml");
    office.edit("newsletter.toml", "rules = \"federal\"", "rules = “federal”");
    office.run(&["compose"]).is(2).says(&["newsletter.toml", "line ", "rules = “federal”", "straight quotes"]);
    office.run(&["compose", "--lang", "fr"]).is(2).says(&["ligne", "guillemets droits"]);
    office.write("newsletter.toml", &newsletter);
    let sources = office.read("sources.toml");
    office.write("sources.toml", &sources.replacen("section = \"policy\"", "section = \"polices\"", 1));
    office.run(&["compose"]).is(2).says(&["sources.toml", "polices"]);
    office.write("sources.toml", &sources);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.edit("issues/2026-12/issue.toml", "held = []", "holded = []");
    office.run(&["compose", ISSUE, "--offline"]).is(1).says(&["issue.toml", "holded"]);
}

#[test]
fn a_list_that_is_empty_or_double_is_no_surprise() {
    let office = Office::ready();
    office.write("subscribers/example.csv", "email,language\nA@example.ca,en\na@EXAMPLE.ca,en\nnot an address,fr\n");
    let said = office.run(&["send", ISSUE, "--yes"]);
    said.says(&["example.csv"]);
    assert_eq!(office.outbox().len(), 1);

    let office = Office::ready();
    office.write("subscribers/example.csv", "email,language\n");
    let said = office.run(&["send", ISSUE, "--yes"]);
    assert!(matches!(said.code, 1 | 4), "{}", said.text);
    said.says(&["subscribers"]);
}

#[test]
fn a_test_copy_is_marked_and_counts_for_nothing() {
    let office = Office::ready();
    office.run(&["test", ISSUE, "--to", "editor@example.gc.ca"]).is(0);
    let messages = office.outbox();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|text| text.contains("[TEST]") || text.contains("[ESSAI]")));
    office.run(&["send", ISSUE, "--yes"]).is(0);
    assert_eq!(office.outbox().len(), 9);
}

#[test]
fn run_waits_for_the_planned_time_and_then_sends_once() {
    let office = Office::ready();
    let at =
        |clock: &str| Said::of(&office.command(&["run"]).env(concat!("CCO_NEWS", "_NOW"), clock).output().unwrap());
    at("2026-12-09T09:55:00-05:00").is(0).says(&["2026-12-09 10:00"]);
    assert!(office.outbox().is_empty());
    at("2026-12-09T10:00:00-05:00").is(0);
    assert_eq!(office.outbox().len(), 6);
    at("2026-12-09T10:05:00-05:00").is(0);
    assert_eq!(office.outbox().len(), 6);
}

#[test]
fn run_holds_what_is_late_and_says_so() {
    let office = Office::ready();
    let mut command = office.command(&["run"]);
    command.env(concat!("CCO_NEWS", "_NOW"), "2026-12-12T10:00:00-05:00");
    Said::of(&command.output().unwrap()).is(4).says(&["--late"]);
    assert!(office.copies().is_empty());
}

#[test]
fn a_lost_ledger_sends_nothing_again() {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    fs::rename(office.path().join("state"), office.path().join("elsewhere")).unwrap();
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["state", "knows nothing of it"]);
    assert!(office.outbox().is_empty());
}

#[test]
fn an_issue_that_left_stays_closed_when_only_the_ledger_knows() {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    fs::remove_file(office.path().join("issues/2026-12/sent.json")).unwrap();
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["has begun to leave"]);
    office.run(&["send", ISSUE, "--yes"]).is(0).says(&["nothing to send"]);
    assert!(office.path().join("issues/2026-12/sent.json").exists());
    assert_eq!(office.outbox().len(), 6);
}

#[test]
fn a_picked_story_that_broke_or_went_blocks_and_is_named() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.edit("stories/mentoring.md", "en: \"", "en: \"\" \"");
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["stories/mentoring.md"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "An Approver"]).is(4);
    fs::remove_file(office.path().join("stories/mentoring.md")).unwrap();
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["file-mentoring", "stories/mentoring.md"]);
}

#[test]
fn quiet_keeps_what_must_be_heard() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline", "-q"]).is(0);
    office.run(&["send", ISSUE, "--yes", "-q"]).is(4).says(&["not approved"]);
}

#[test]
fn an_event_of_the_day_itself_and_one_of_several_days_are_not_over() {
    let office = Office::open();
    let story = |name: &str, event: &str| {
        let text = format!(
            "---\nsection: learning\ntitle: {{en: {name}, fr: {name} aussi}}\nevent: {{{event}, language: bilingual}}\n---\n## en\nCome.\n## fr\nVenez.\n"
        );
        office.write(&format!("stories/{name}.md"), &text);
    };
    story("sameday", "starts: 2026-12-09");
    story("several", "starts: 2026-12-08 9:00, ends: 2026-12-11 16:00");
    story("nohour", "starts: 2026-12-12 25:00");
    let said = office.run(&["compose", ISSUE, "--offline"]);
    said.is(3).says(&["nohour.md", "25:00"]);
    let text = office.read("issues/2026-12/editions/fr.txt");
    assert!(text.contains("le mercredi 9\u{a0}décembre\u{a0}2026\n"), "{text}");
    assert!(text.contains("du mardi 8\u{a0}décembre\u{a0}2026"), "{text}");
}
