//! `run` as a scheduler calls it: at any frequency, twice at once, after weeks off, with a clock that is wrong.

use std::fs;

use cco_news::ledger::Ledger;

use crate::office::{ISSUE, LETTER, Office, Said};

/// A newsletter that reads nothing from the web.
pub(crate) fn offline(office: &Office) {
    office.write("sources.toml", "");
}

/// Runs a command at a moment.
pub(crate) fn at(office: &Office, clock: &str, arguments: &[&str]) -> Said {
    Said::of(&office.command(arguments).env(concat!("CCO_NEWS", "_NOW"), clock).output().unwrap())
}

/// What the program wrote to people of the office.
fn letters(office: &Office) -> Vec<String> {
    office.outbox().into_iter().filter(|text| text.contains(LETTER)).collect()
}

/// The letters with a word in them, as they are read: words of a subject that is folded or encoded do not count.
fn letters_with(office: &Office, word: &str) -> usize {
    letters(office).iter().filter(|text| text.replace("=\r\n", "").contains(word)).count()
}

#[test]
fn the_draft_is_made_on_its_day_once_and_the_editor_is_told() {
    let office = Office::with_two_stories();
    offline(&office);
    at(&office, "2026-11-18T07:55:00-05:00", &["run"]).is(0);
    assert!(!office.path().join("issues/2026-12/issue.toml").exists());
    let said = at(&office, "2026-11-18T08:00:00-05:00", &["run"]);
    said.is(0).says(&["the draft of CCO News 2026-12 is made"]);
    let toml = office.read("issues/2026-12/issue.toml");
    assert_eq!(letters_with(&office, "is gathered and composed, with 2 stories"), 1);
    office.write(
        "stories/late.md",
        "---\nsection: tools\ntitle: {en: \"Late\", fr: \"Tardif\"}\n---\n## en\nA word.\n## fr\nUn mot.\n",
    );
    at(&office, "2026-11-18T08:05:00-05:00", &["run"]).is(0);
    at(&office, "2026-11-19T08:05:00-05:00", &["run"]).is(0);
    assert_eq!(office.read("issues/2026-12/issue.toml"), toml, "the draft is the editor's from then on");
    assert_eq!(letters(&office).len(), 1);
}

#[test]
fn whoever_is_awaited_is_reminded_once_per_step_and_person() {
    let office = Office::with_two_stories();
    offline(&office);
    office.write(
        "newsletter.toml",
        &format!(
            "{}\n[[approver]]\nname = \"Camille Roy\"\nemail = \"camille@example.gc.ca\"\n[[translator]]\nname = \"The bureau\"\nemail = \"bureau@example.ca\"\nlanguages = [\"fr\"]\n",
            office.read("newsletter.toml")
        ),
    );
    office.write("stories/tool.en.md", "---\nsection: tools\n---\n# A tool\n\nA word.\n");
    at(&office, "2026-11-18T08:00:00-05:00", &["run"]);
    office.edit("issues/2026-12/issue.toml", "  \"file-tool\",", "#");
    office.edit(
        "issues/2026-12/issue.toml",
        "id = \"tools\"\npick = [\n",
        "id = \"tools\"\npick = [\n  \"file-tool\",\n",
    );
    at(&office, "2026-11-19T08:00:00-05:00", &["compose", ISSUE, "--offline"]).is(4);
    for clock in ["2026-11-23T08:00:00-05:00", "2026-11-23T08:05:00-05:00", "2026-11-24T08:00:00-05:00"] {
        at(&office, clock, &["run"]);
    }
    assert_eq!(letters_with(&office, "translate export 2026-12"), 1);
    for clock in ["2026-12-02T08:00:00-05:00", "2026-12-02T09:00:00-05:00"] {
        at(&office, clock, &["run"]);
    }
    assert_eq!(
        letters_with(&office, "<bureau@example.ca>"),
        1,
        "the translators are told on the day it was to be back"
    );

    office.edit("issues/2026-12/issue.toml", "  \"file-tool\",\n", "");
    let said = at(&office, "2026-12-03T09:00:00-05:00", &["compose", ISSUE, "--offline"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
    for clock in ["2026-12-04T08:00:00-05:00", "2026-12-04T12:00:00-05:00"] {
        at(&office, clock, &["run"]);
    }
    assert_eq!(letters_with(&office, "approve 2026-12 --request"), 1);
    at(&office, "2026-12-04T13:00:00-05:00", &["approve", ISSUE, "--request"]).is(0);
    for clock in ["2026-12-08T08:00:00-05:00", "2026-12-08T08:05:00-05:00", "2026-12-09T08:00:00-05:00"] {
        at(&office, clock, &["run"]);
    }
    assert_eq!(letters_with(&office, "you were mailed the draft of issue 2026-12 (en, fr)"), 1);
}

#[test]
fn what_waits_for_a_person_is_one_mail_a_day_until_something_new_waits() {
    let office = Office::with_two_stories();
    offline(&office);
    assert!(matches!(at(&office, "2026-12-08T09:00:00-05:00", &["compose", ISSUE, "--offline"]).code, 0 | 3));
    let told = |office: &Office| letters_with(office, "cco-news run --explain");
    for minutes in [0, 5, 10, 15] {
        let clock = format!("2026-12-09T10:{minutes:02}:00-05:00");
        at(&office, &clock, &["run"]).is(4).says(&["but not approved: en, fr", "leaves by itself until"]);
    }
    assert_eq!(told(&office), 1);
    at(&office, "2026-12-09T14:05:00-05:00", &["run"]).is(4).says(&["--late"]);
    assert_eq!(told(&office), 2, "that it is late is new");
    at(&office, "2026-12-10T09:00:00-05:00", &["run"]).is(4);
    assert_eq!(told(&office), 2);
    at(&office, "2026-12-10T14:10:00-05:00", &["run"]).is(4);
    assert_eq!(told(&office), 3);
    office.run(&["cancel", ISSUE]).is(4);
    office.run(&["cancel", ISSUE, "--yes"]).is(0).says(&["nothing of it has left"]);
    at(&office, "2026-12-12T14:10:00-05:00", &["run"]).is(0);
    assert_eq!(told(&office), 3);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["was cancelled before anything of it left"]);
    office.run(&["compose", ISSUE]).is(4).says(&["sent.json"]);
    office.run(&["status"]).says(&["2027-01"]);
}

#[test]
fn new_mail_is_told_however_short_ago_the_last_was_and_by_whichever_way_it_came_in() {
    let office = Office::with_two_stories();
    offline(&office);
    office.edit("newsletter.toml", "[policy]", "[mailbox]\nmaildir = \"mail\"\n\n[policy]");
    fs::create_dir_all(office.path().join("mail/new")).unwrap();
    let mail = |name: &str| {
        let text = format!("From: {name}@example.ca\nTo: office@example.ca\nSubject: A question of {name}\n\nWhen?\n");
        office.write(&format!("mail/new/{name}"), &text);
    };
    let run = |clock: &str| at(&office, &format!("2026-11-10T{clock}:00-05:00"), &["run"]);
    let told = |word: &str| letters_with(&office, word);
    mail("anna");
    run("09:00").is(4).says(&["a mail from a***@"]);
    assert_eq!(told("a mail from a***@"), 1);
    run("09:05").is(0);
    assert_eq!(letters(&office).len(), 1, "it is told once");
    mail("benoit");
    run("09:10").is(4);
    assert_eq!((told("a mail from b***@"), letters(&office).len()), (1, 2), "another matter, ten minutes later");
    // Read by a job of its own, while a sending lasts: the next run tells.
    mail("chloe");
    at(&office, "2026-11-10T09:12:00-05:00", &["receive"]).is(3);
    assert_eq!(letters(&office).len(), 2);
    run("09:15").is(0);
    assert_eq!((told("a mail from c***@"), letters(&office).len()), (1, 3));
    run("09:20").is(0);
    assert_eq!(letters(&office).len(), 3);
}

#[test]
fn explain_shows_everything_and_changes_nothing() {
    let office = Office::with_two_stories();
    offline(&office);
    let said = at(&office, "2026-12-02T09:00:00-05:00", &["run", "--explain"]).is(0);
    said.says(&["due      draft     2026-12", "waits    send      2026-12", "2026-12-09 10:00 (America/Toronto)"]);
    assert!(!office.path().join("state").exists() && !office.path().join("issues").exists());
    let json = at(&office, "2026-12-02T09:00:00-05:00", &["run", "--explain", "--json"]).is(0).json();
    let send = json["steps"].as_array().unwrap().iter().find(|step| step["step"] == "send").unwrap().clone();
    assert_eq!((&send["state"], &send["until"]), (&"waits".into(), &"2026-12-09T15:00:00Z".into()));
    let french = at(&office, "2026-12-02T09:00:00-05:00", &["--lang", "fr", "run", "--explain"]).is(0);
    french.says(&["à faire  draft", "le numéro 2026-12 part le"]);
}

#[test]
fn after_three_weeks_off_nothing_old_leaves() {
    let office = Office::quick();
    offline(&office);
    at(&office, "2026-12-30T10:00:00-05:00", &["run"]).is(4).says(&["held: issue 2026-12"]);
    assert_eq!(letters(&office).len(), office.outbox().len());

    // An issue that was leaving when the machine stopped.
    let office = Office::quick();
    offline(&office);
    at(&office, "2026-12-09T10:00:00-05:00", &["run"]).is(0);
    let n_sent = office.outbox().len();
    let ledger = Ledger::open(&office.path().join("state")).unwrap();
    let unknown = ledger.unknown(&cco_news::model::IssueId::parse(ISSUE).unwrap()).unwrap();
    assert!(unknown.is_empty() && n_sent > 0);
    drop(ledger);
    let sql = "UPDATE deliveries SET state = 'planned', way_out = NULL WHERE address_key IN (SELECT address_key FROM deliveries LIMIT 2); UPDATE issues SET completed = NULL;";
    rusqlite::Connection::open(office.path().join("state/cco-news.db")).unwrap().execute_batch(sql).unwrap();
    office.edit("issues/2026-12/sent.json", "\"complete\": true", "\"complete\": false");
    at(&office, "2026-12-30T10:00:00-05:00", &["run"]).is(4).says(&["stands still since"]);
    assert_eq!(office.outbox().len(), n_sent + 1, "the office alone is told");
    at(&office, "2026-12-10T09:00:00-05:00", &["run"]).says(&["complete"]);
}

#[test]
fn two_runs_at_once_send_each_copy_once() {
    let office = Office::quick();
    offline(&office);
    let rows: Vec<String> = (0..200).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    office.write("subscribers/example.csv", &format!("email,language\n{}", rows.concat()));
    let start = || {
        let mut command = office.command(&["run"]);
        command.env(concat!("CCO_NEWS", "_NOW"), "2026-12-09T10:00:00-05:00");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let runs: Vec<_> = (0..3).map(|_| start()).collect();
    for run in runs {
        let said = Said::of(&run.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{}", said.text);
    }
    at(&office, "2026-12-09T10:05:00-05:00", &["run"]).is(0);
    assert_eq!(office.outbox().len(), 200);
    office.run(&["status", ISSUE]).is(0).says(&["complete"]);
}

#[test]
fn a_clock_that_was_set_back_is_told_and_sends_nothing_twice() {
    let office = Office::quick();
    offline(&office);
    at(&office, "2026-12-09T10:00:00-05:00", &["run"]).is(0);
    let n_sent = office.outbox().len();
    at(&office, "2026-12-09T08:00:00-05:00", &["run"]).is(3).says(&["at the last run it said 2026-12-09 10:00"]);
    at(&office, "2026-12-09T08:05:00-05:00", &["run"]).is(0);
    at(&office, "2026-12-09T10:00:00-05:00", &["run"]).is(0);
    assert_eq!(office.outbox().len(), n_sent + 1);
}

#[test]
fn what_fails_stops_nothing_else_and_is_tried_again() {
    let office = Office::quick();
    offline(&office);
    office.edit("newsletter.toml", "[policy]", "[mailbox]\nmaildir = \"no-such-mailbox\"\n\n[policy]");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
    }
    // A folder where a page of the archive is to be: it cannot be written.
    fs::create_dir_all(office.path().join("public/index.html")).unwrap();
    let said = at(&office, "2026-12-09T10:00:00-05:00", &["run", "--json"]).is(1);
    let json = said.json();
    let state =
        |step: &str| json["steps"].as_array().unwrap().iter().find(|one| one["step"] == step).unwrap()["state"].clone();
    assert_eq!((state("receive"), state("send"), state("archive")), ("failed".into(), "done".into(), "failed".into()));
    assert_eq!(json["waiting"].as_array().unwrap().len(), 2);
    assert_eq!(letters(&office).len(), 1, "one mail about both");
    fs::remove_dir(office.path().join("public/index.html")).unwrap();
    at(&office, "2026-12-09T10:05:00-05:00", &["run"]).is(1).says(&["tried again from"]);
    assert!(!office.path().join("public/index.html").exists());
    at(&office, "2026-12-09T11:00:00-05:00", &["run"]).is(1);
    assert!(office.path().join("public/index.html").exists());
    assert_eq!(letters(&office).len(), 1);
}

#[test]
fn a_full_disk_leaves_the_old_archive_whole() {
    let office = Office::quick();
    offline(&office);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--check"]).is(0);
    let files = |office: &Office| crate::tree::files(&office.path().join("public"));
    let (before, index) = (files(&office), office.read("public/2026-12/en.html"));
    // Pages are longer than the program may write from here on; small files are not.
    office.edit("newsletter.toml", "tagline = \"For communicators", "tagline = \"Still for communicators");
    let full = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_cco-news");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f 6; exec {program} {arguments}")]);
        command
            .current_dir(office.path())
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env(concat!("CCO_NEWS", "_NOW"), crate::office::CLOCK);
        Said::of(&command.output().unwrap())
    };
    full("archive").is(1).says(&["is there room on the disk"]);
    assert!(files(&office) == before && office.read("public/2026-12/en.html") == index, "the old site is whole");
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--check"]).is(0);
    assert!(office.read("public/index.html").contains("Still for"));
}

#[test]
fn every_line_of_a_json_log_is_json() {
    let office = Office::with_two_stories();
    offline(&office);
    let said = at(&office, "2026-12-09T10:00:00-05:00", &["--log-format", "json", "-v", "run"]).is(4);
    assert_eq!(said.out, "");
    let lines: Vec<serde_json::Value> = said.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let held = lines.iter().find(|line| line["step"] == "send").unwrap();
    assert!(held["level"] == "warn" && held["message"].as_str().unwrap().starts_with("held:"), "{held}");
    assert!(lines.iter().all(|line| line["at"].is_string() && line["level"].is_string()));
}
