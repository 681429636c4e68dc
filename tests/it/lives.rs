//! The life of an installation: a folder that an earlier version wrote goes on under this one, and several newsletters
//! stand on one machine without knowing of one another.

use std::fs::{self, File};
use std::path::Path;

use crate::office::{ISSUE, LETTER, Office, Said};
use crate::run::{at, offline};
use crate::tree;

/// Two folders as version 0.1.0 left them, with its own templates: `approved/`, of which nothing has left, and `sent/`, which
/// left to six people. They were made by that version from the newsletter it shipped with.
const FIRST: &str = "tests/fixtures/earlier/0.1.0.zip";
const LEAVES: &str = "2026-12-09T10:00:00-05:00";
const AFTER: &str = "2026-12-09T10:05:00-05:00";

/// A folder of an earlier version, as it was left.
fn left_by(version: &str, state: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    zip::ZipArchive::new(File::open(tree::root().join(version)).unwrap()).unwrap().extract(folder.path()).unwrap();
    let inside = folder.path().join(state);
    assert!(inside.join("newsletter.toml").exists());
    // The folder itself, without the other one.
    let own = tempfile::tempdir().unwrap();
    tree::copy_folder(&inside, own.path());
    own
}

fn on(folder: &Path, clock: &str, arguments: &[&str]) -> Said {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cco-news"));
    command.args(arguments).current_dir(folder).env_clear().stdin(std::process::Stdio::null());
    command.env("LC_ALL", "C.UTF-8").env(concat!("CCO_NEWS", "_NOW"), clock);
    Said::of(&command.output().unwrap())
}

/// To whom copies of issues lie in an outbox.
fn recipients(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("state/outbox/new")).into_iter().flatten();
    let texts = entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let to = |text: String| {
        (!text.contains(LETTER)).then(|| text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned())
    };
    let mut all: Vec<String> = texts.filter_map(to).collect();
    all.sort();
    all
}

#[test]
fn an_issue_that_the_first_version_composed_and_had_approved_leaves_under_this_one_once() {
    let folder = left_by(FIRST, "approved");
    let folder = folder.path();
    let before = tree::files(&folder.join("issues"));
    on(folder, LEAVES, &["status"]).is(0).says(&["approved by Camille Roy", "next: cco-news send 2026-12"]);
    // A look writes nothing but the ledger's own new schema.
    assert_eq!(tree::files(&folder.join("issues")), before);
    on(folder, LEAVES, &["run"]).is(0).says(&["complete"]);
    let to = recipients(folder);
    let mut once = to.clone();
    once.dedup();
    assert_eq!((to.len(), once.len()), (6, 6), "{to:?}");
    on(folder, AFTER, &["run"]).is(0);
    assert_eq!(recipients(folder), to);
    // What is new since: archive, report, bundle, backup, each from what the first version wrote.
    on(folder, AFTER, &["archive", "--check"]).is(0);
    on(folder, AFTER, &["report", ISSUE]).is(0).says(&["2 planned = 2 accepted"]);
    on(folder, AFTER, &["archive", "--bundle", ISSUE]).is(0);
    on(folder, AFTER, &["backup", "b.zip"]).is(0);
    on(folder, AFTER, &["subscribers", "list", "--json"]).is(0);
}

#[test]
fn an_issue_that_left_under_the_first_version_is_known_to_have_left() {
    let folder = left_by(FIRST, "sent");
    let folder = folder.path();
    let to = recipients(folder);
    assert_eq!(to.len(), 6);
    on(folder, LEAVES, &["run"]).is(0);
    on(folder, AFTER, &["send", ISSUE, "--yes"]).is(0).says(&["nothing to send"]);
    assert_eq!(recipients(folder), to);
    on(folder, AFTER, &["compose", ISSUE]).is(4).says(&["has begun to leave"]);
    on(folder, AFTER, &["archive", "--check"]).is(0);
    // Who is on the list is on it, and a link of then still leads to them.
    let list = on(folder, AFTER, &["subscribers", "list", "--json"]).is(0).json();
    assert_eq!(list.as_array().unwrap().len(), 6);
    // Its backup and what comes of it are as for any other.
    on(folder, AFTER, &["backup", "b.zip"]).is(0);
    let elsewhere = tempfile::tempdir().unwrap();
    on(elsewhere.path(), AFTER, &["restore", folder.join("b.zip").to_str().unwrap()]).is(3);
    on(elsewhere.path(), AFTER, &["send", ISSUE, "--yes"]).is(0).says(&["nothing to send"]);
    assert_eq!(recipients(elsewhere.path()).len(), 0);
}

#[test]
fn a_departure_under_the_first_version_holds_and_no_import_brings_it_back() {
    let folder = left_by(FIRST, "approved");
    let folder = folder.path();
    let db = rusqlite::Connection::open(folder.join("state/cco-news.db")).unwrap();
    let n = db
        .execute("UPDATE subscribers SET status = 'left' WHERE address_key = 'lectrice.francophone@example.ca'", [])
        .unwrap();
    assert_eq!(n, 1);
    drop(db);
    on(folder, LEAVES, &["subscribers", "import"]).is(0).says(&["1 kept away"]);
    on(folder, LEAVES, &["run"]).is(0);
    assert_eq!(recipients(folder).len(), 5);
    assert!(!recipients(folder).iter().any(|to| to.contains("lectrice.francophone@")));
}

/// Two newsletters of one office on one machine, with a reader who is on both lists.
fn two() -> [Office; 2] {
    let offices = [Office::quick(), Office::quick()];
    for (office, id) in offices.iter().zip(["cco-news", "gcdigital"]) {
        offline(office);
        office.edit("newsletter.toml", "id = \"cco-news\"", &format!("id = \"{id}\""));
        office.write("subscribers/example.csv", "email,language\nboth.lists@example.ca,en\nother@example.ca,fr\n");
        assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
        for language in ["en", "fr"] {
            office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
        }
    }
    offices
}

#[test]
fn two_newsletters_on_one_machine_send_by_their_own_jobs_and_leaving_one_leaves_that_one() {
    let [one, other] = two();
    // Both jobs at once, as a timer starts them.
    let start = |office: &Office| {
        let mut command = office.command(&["run"]);
        command.env(concat!("CCO_NEWS", "_NOW"), LEAVES).stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    for child in [start(&one), start(&other)] {
        let said = Said::of(&child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{}", said.text);
    }
    let copy =
        |office: &Office| office.copies().into_iter().find(|text| text.contains("both.lists@example.ca")).unwrap();
    assert_eq!((one.copies().len(), other.copies().len()), (2, 2));
    let header = |copy: &str, name: &str| {
        let head = copy.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        head.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{name} {head}"))
            .trim()
            .to_owned()
    };
    let [first, second] = [copy(&one), copy(&other)];
    assert_ne!(header(&first, "Message-ID:"), header(&second, "Message-ID:"));
    assert_ne!(header(&first, "List-Unsubscribe:"), header(&second, "List-Unsubscribe:"));

    // The reader leaves the first by the link of that copy, and the mail is brought to both.
    let link = header(&first, "List-Unsubscribe:");
    let link = link.trim_matches(['<', '>']);
    let (address, subject) = link.strip_prefix("mailto:").unwrap().split_once("?subject=").unwrap();
    let subject = subject.split('>').next().unwrap().replace("%20", " ");
    let mail = format!("From: somebody.else@example.ca\nTo: {address}\nSubject: {subject}\n\nPlease.\n");
    let left = |office: &Office| {
        let list = office.run(&["subscribers", "list", "--where", "status=left", "--json"]).is(0).json();
        list.as_array().unwrap().len()
    };
    for office in [&other, &one] {
        office.write("leave.mbox", &format!("From x Wed Dec  9 12:00:00 2026\n{mail}\n"));
        at(office, AFTER, &["receive", "--mbox", "leave.mbox"]);
    }
    assert_eq!((left(&one), left(&other)), (1, 0), "a link of one newsletter is nothing to the other");
    for office in [&one, &other] {
        at(office, "2026-12-09T10:10:00-05:00", &["run"]);
        office.run(&["status", ISSUE]).says(&["complete"]);
    }
    // Nor is a backup of one taken for the other's.
    at(&one, AFTER, &["backup", "b.zip"]).is(0);
    let file = one.path().join("b.zip");
    at(&other, AFTER, &["restore", file.to_str().unwrap(), "--replace"])
        .is(1)
        .says(&["this is the backup of `cco-news`"]);
}
