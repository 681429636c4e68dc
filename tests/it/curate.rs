//! The month as its editor plans and shapes it: a newsletter begun, candidates chosen, days reckoned back, events in
//! calendars, and what goes beside the mail.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::office::{CLOCK, ISSUE, Office, Said};

const ISSUE_TOML: &str = "issues/2026-12/issue.toml";

/// Runs a command in a folder that is no newsletter yet.
fn run_in(folder: &Path, clock: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cco-news"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("LC_ALL", "C.UTF-8").env(concat!("CCO_NEWS", "_NOW"), clock);
    Said::of(&command.output().unwrap())
}

#[test]
fn a_newsletter_of_each_community_is_begun_and_composed_clean() {
    let folder = tempfile::tempdir().unwrap();
    for (community, title) in [("capitals", "Nouvelles des capitales"), ("gcdigital", "Nouvelles GCNumérique")] {
        let said = run_in(folder.path(), CLOCK, &["init", community, "--community", community]).is(0);
        said.says(&[title, &format!("cd {community} && cco-news compose --offline"), "to confirm"]);
        let there = folder.path().join(community);
        run_in(&there, CLOCK, &["compose", "--offline"]).is(0).says(&["0 block, 0 warn"]);
        assert!(fs::read_to_string(there.join("issues/2026-12/editions/fr.txt")).unwrap().contains(title));
        assert!(fs::read_to_string(there.join(".gitignore")).unwrap().contains("/state/"));
    }
    run_in(folder.path(), CLOCK, &["init", "capitals"]).is(1).says(&["not empty", ".gitignore", "cco-news init"]);
    run_in(folder.path(), CLOCK, &["init", "other", "--community", "nobody"]).is(2).says(&["gcdigital", "capitals"]);
}

#[test]
fn without_a_community_it_is_the_offices_own_and_begins_with_an_issue_that_can_still_leave() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), "2028-03-30T12:00:00-04:00", &["init", "--lang", "fr"]).is(0).says(&["2028-04", "ensuite"]);
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    let root = crate::tree::root();
    for file in crate::tree::project_files().iter().filter(|file| file.starts_with("stories/")) {
        assert_eq!(fs::read(folder.path().join(file)).unwrap(), fs::read(root.join(file)).unwrap(), "{file}");
    }
    let shipped = fs::read_to_string(root.join("newsletter.toml")).unwrap();
    assert_eq!(read("newsletter.toml"), shipped.replace("first_issue = \"2026-12\"", "first_issue = \"2028-04\""));
}

#[test]
fn after_a_hand_has_been_at_it_a_new_candidate_is_one_line_more() {
    let office = Office::open();
    office.run(&["curate", ISSUE]).is(1).says(&["cco-news gather"]);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let text = office.read(ISSUE_TOML);
    // Reorder, drop, reword, comment.
    let line = |id: &str| text.lines().find(|line| line.contains(&format!("\"{id}\""))).unwrap().to_owned() + "\n";
    let (plan, share) = (line("file-one-page-plan"), line("file-share-a-tool"));
    let hand = text.replace(&plan, "").replace(&share, &format!("{share}  # after the plan\n{plan}"));
    let drop = line("file-capitals");
    let hand = hand.replace(&drop, "").replacen("dropped = []", &format!("dropped = [\n{drop}]"), 1);
    let hand =
        format!("{hand}\n[story.\"file-share-a-tool\".fr]\ntitle = \"Un outil utile à transmettre à votre équipe\"\n");
    office.write(ISSUE_TOML, &hand);
    office.write(
        "stories/late.md",
        "---\nsection: trends\ntitle: {en: \"A late story\", fr: \"Un texte tardif\"}\n---\n## en\nA word.\n## fr\nUn mot.\n",
    );
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let after = office.read(ISSUE_TOML);
    let added: Vec<&str> = after.lines().filter(|line| line.contains("file-late")).collect();
    assert_eq!(added.len(), 1);
    assert_eq!(after.replace(&format!("{}\n", added[0]), ""), hand);
    assert!(office.read("issues/2026-12/editions/fr.txt").contains("Un outil utile à transmettre à votre équipe"));
    assert!(!office.read("issues/2026-12/editions/en.txt").contains("14 capitals learn"));
}

#[test]
fn a_broken_issue_toml_is_explained_and_the_last_editions_stay() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let editions =
        || ["en.html", "fr.eml", "both.txt"].map(|name| office.read(&format!("issues/2026-12/editions/{name}")));
    let (good, before) = (office.read(ISSUE_TOML), editions());
    for (from, to, said) in [
        ("id = \"learning\"", "id = “learning”", &["line ", "straight quotes"][..]),
        ("held = []", "hold = []", &["did you mean `held`"][..]),
        ("held = []", "held = [\"file-mentoring\"]", &["twice", "first on line"][..]),
    ] {
        office.write(ISSUE_TOML, &good);
        office.edit(ISSUE_TOML, from, to);
        let hand = office.read(ISSUE_TOML);
        office.run(&["compose", ISSUE, "--offline"]).is(1).says(&["issue.toml"]).says(said);
        assert_eq!((office.read(ISSUE_TOML), editions()), (hand, before.clone()));
    }
}

#[test]
fn a_story_that_was_held_returns_next_month() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let text = office.read(ISSUE_TOML);
    let line = text.lines().find(|line| line.contains("file-data-stories")).unwrap();
    let hand = text.replacen(&format!("{line}\n"), "", 1).replacen("held = []", "held = [\"file-data-stories\"]", 1);
    office.write(ISSUE_TOML, &hand);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    fs::remove_file(office.path().join("stories/data-stories.md")).unwrap();
    office.run(&["compose", "2027-01", "--offline"]);
    let next = office.read("issues/2027-01/issue.toml");
    let line = next.lines().find(|line| line.contains("file-data-stories")).unwrap();
    assert!(line.contains("held in 2026-12"), "{line}");
    let json = office.run(&["curate", "2027-01", "--json"]).json();
    let one = json["candidates"].as_array().unwrap().iter().find(|one| one["id"] == "file-data-stories").unwrap();
    assert!(
        one["points"].as_i64().unwrap() > 0 && one["why"].as_array().unwrap().contains(&"held in 2026-12".into()),
        "{one}"
    );
}

#[test]
fn two_files_of_one_name_are_two_stories_and_said() {
    let office = Office::open();
    office.write("stories/boot-camp.txt", "Title here\n\nSome text.\n");
    office.run(&["gather", ISSUE, "--offline"]).is(3).says(&["boot-camp", "one story, remove one of the files"]);
}

#[test]
fn the_days_are_reckoned_back_and_written_for_calendars() {
    let office = Office::open();
    office.run(&["calendar", ISSUE, "--ics"]).is(0).says(&["Wed 2026-11-18  Stories close", "calendar.ics"]);
    let text = office.read("issues/2026-12/calendar.ics");
    assert!(text.contains("UID:cco-news-2026-12-close@cco-bcc.example\r\n"), "{text}");
    assert!(
        text.contains("DTSTART;VALUE=DATE:20261118\r\n") && text.contains("DTSTART:20261209T150000Z\r\n"),
        "{text}"
    );
    let json = office.run(&["calendar", ISSUE, "--json"]).json();
    assert_eq!((&json["steps"][2]["id"], &json["steps"][2]["working_days_left"]), (&"back".into(), &0.into()));
    office.run(&["--lang", "fr"]).says(&["calendrier\u{a0}: Retour de la traduction, 2026-12-02 (aujourd'hui)"]);
    office.edit("newsletter.toml", "section = \"mentoring\"\nfrom", "section = \"mentorat\"\nfrom");
    office.run(&["calendar"]).is(2).says(&["newsletter.toml", "mentorat"]);
}

#[test]
fn events_and_deadlines_are_in_calendar_files_until_they_leave_the_issue() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let event = "issues/2026-12/calendar/fr/file-screen-readers.ics";
    let all = office.read("issues/2026-12/calendar/fr/events.ics");
    let one = office.read(event).replace("\r\n ", "");
    assert!(one.contains("UID:file-screen-readers-event@cco-bcc.example\r\n"), "{one}");
    assert!(one.contains("DTSTAMP:20261209T150000Z\r\n") && one.contains("\r\nDTEND:"), "{one}");
    assert!(one.contains("SUMMARY;LANGUAGE=fr-CA:") && one.contains("Langue\u{a0}: "), "{one}");
    assert!(all.replace("\r\n ", "").contains("Date limite\u{a0}: "), "{all}");
    assert_eq!(all.matches("BEGIN:VEVENT").count(), all.matches("END:VEVENT").count());
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    assert_eq!(office.read("issues/2026-12/calendar/fr/events.ics"), all);
    let text = office.read(ISSUE_TOML);
    let line = text.lines().find(|line| line.contains("\"file-screen-readers\"")).unwrap();
    office.write(ISSUE_TOML, &text.replacen(&format!("{line}\n"), "", 1));
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    assert!(!office.path().join(event).exists());
    assert!(!office.read("issues/2026-12/calendar/fr/events.ics").contains("screen-readers"));
}

#[test]
fn streams_that_are_due_are_named() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let json = office.run(&["coverage", "--json"]).is(0).json();
    let streams = json["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 29);
    assert!(streams.iter().all(|stream| stream["due"] == false), "{json}");
    let text = office.read(ISSUE_TOML);
    let line = text.lines().find(|line| line.contains("\"file-key-messengers\"")).unwrap();
    office.write(ISSUE_TOML, &text.replacen(&format!("{line}\n"), "", 1));
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["coverage", "--lang", "fr"]).is(0).says(&["attendu   Blogue Key Messengers"]);
}

#[test]
fn what_goes_beside_the_mail_is_written_and_thanks_wait_for_the_issue_to_leave() {
    let office = Office::open();
    office.edit("stories/share-a-tool.md", "kind:", "author: {en: \"Camille Roy\", fr: \"Camille Roy\"}\ncontact: {en: \"camille.roy@example.gc.ca\", fr: \"camille.roy@example.gc.ca\"}\nkind:");
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["share", ISSUE]).is(0).says(&["linkedin.fr.txt", "once the issue has left"]);
    let post = office.read("issues/2026-12/share/linkedin.fr.txt");
    assert!(
        post.starts_with("Nouvelles du BCC\u{a0}: décembre\u{a0}2026\n") && post.ends_with("#LangageClair\n"),
        "{post}"
    );
    assert!(
        post.encode_utf16().count() <= 3_000 && !post.contains("utm_") && post.matches("\n- ").count() == 8,
        "{post}"
    );
    assert!(!office.path().join("issues/2026-12/share/thanks").exists());
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
    }
    office.run(&["send", ISSUE, "--yes"]).is(0);
    let n = office.outbox().len();
    office.run(&["share"]).is(0).says(&["thanks/file-share-a-tool.txt", "nothing was sent"]);
    let thanks = office.read("issues/2026-12/share/thanks/file-share-a-tool.txt");
    for said in ["To: Camille Roy <camille.roy@example.gc.ca>", "Hello Camille Roy,", "December\u{a0}9, 2026", "- "] {
        assert!(thanks.contains(said), "{said}: {thanks}");
    }
    assert_eq!(office.outbox().len(), n);
}
