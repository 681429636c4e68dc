//! Backups as an office needs them: made while it works, put back after a loss, and nobody gets mail by that.

use std::fs;
use std::path::{Path, PathBuf};

use crate::office::{ISSUE, Office, Said};
use crate::run::{at, offline};
use crate::tree;

const BEFORE: &str = "2026-12-09T09:00:00-05:00";
const LEAVES: &str = "2026-12-09T10:00:00-05:00";
const AFTER: &str = "2026-12-09T10:30:00-05:00";
/// People of the shipped list.
const PEOPLE: &str = "email,language\nanna@example.ca,en\nbenoit@example.ca,fr\nchloe@example.ca,fr\n";

/// An office with its issue approved and a backup of the hour before it leaves.
fn backed_up() -> (Office, PathBuf) {
    let office = Office::quick();
    offline(&office);
    office.write("subscribers/example.csv", PEOPLE);
    at(&office, BEFORE, &["subscribers", "import"]).is(0);
    let file = office.path().join("b.zip");
    at(&office, BEFORE, &["backup", "b.zip"]).is(0).says(&["found whole"]);
    (office, file)
}

/// Restores into a folder that has nothing.
fn restored(file: &Path) -> (tempfile::TempDir, Said) {
    let folder = tempfile::tempdir().unwrap();
    let said = on(folder.path(), AFTER, &["restore", file.to_str().unwrap()]);
    (folder, said)
}

fn on(folder: &Path, clock: &str, arguments: &[&str]) -> Said {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cco-news"));
    command.args(arguments).current_dir(folder).env_clear().stdin(std::process::Stdio::null());
    command.env("LC_ALL", "C.UTF-8").env(concat!("CCO_NEWS", "_NOW"), clock);
    Said::of(&command.output().unwrap())
}

/// Copies of the issue that lie in an outbox: not what the program writes to the office.
fn copies(folder: &Path) -> usize {
    let entries = fs::read_dir(folder.join("state/outbox/new")).into_iter().flatten();
    let texts = entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.filter(|text| !text.contains(crate::office::LETTER)).count()
}

fn sql(folder: &Path, sql: &str) {
    rusqlite::Connection::open(folder.join("state/cco-news.db")).unwrap().execute_batch(sql).unwrap();
}

fn ask(folder: &Path, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(folder.join("state/cco-news.db")).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn after_a_backup_of_before_the_sending_is_restored_nobody_gets_mail_and_the_issue_says_why() {
    let (office, file) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    assert_eq!(office.copies().len(), 3);
    let (folder, said) = restored(&file);
    said.is(3).says(&[
        "restored: the ledger as it was on 2026-12-09 09:00",
        "held:",
        "--nothing-left",
        "departures.log",
    ]);
    let folder = folder.path();
    for clock in [AFTER, "2026-12-09T10:35:00-05:00", "2026-12-09T11:20:00-05:00"] {
        on(folder, clock, &["run"]).is(4).says(&["held: the ledger was restored on 2026-12-09 10:30"]);
    }
    on(folder, AFTER, &["send", ISSUE, "--yes", "--late"]).is(4).says(&["held:", "--all-left"]);
    on(folder, AFTER, &["status"]).is(4).says(&["held:", "next: cco-news resolve 2026-12"]);
    on(folder, AFTER, &["--lang", "fr", "resolve", ISSUE]).is(4).says(&["retenu\u{a0}:", "si rien n'est parti"]);
    on(folder, AFTER, &["run", "--explain"]).is(4).says(&["person   send      2026-12"]);
    assert_eq!(copies(folder), 0);
    on(folder, AFTER, &["resolve", ISSUE, "--nothing-left"]).is(2);
    on(folder, AFTER, &["resolve", ISSUE, "--nothing-left", "--by", "Camille Roy"]).is(0).says(&["released"]);
    on(folder, AFTER, &["run"]).is(0);
    assert_eq!(copies(folder), 3, "once a person has said that nothing left, it leaves");
}

#[test]
fn an_issue_that_left_since_the_backup_is_complete_on_a_persons_word_and_leaves_no_more() {
    let (_office, file) = backed_up();
    let (folder, _) = restored(&file);
    let folder = folder.path();
    on(folder, AFTER, &["resolve", ISSUE, "--all-left", "--by", "Camille Roy"])
        .is(0)
        .says(&["counted as accepted on the word of Camille Roy: 3"]);
    on(folder, AFTER, &["status", ISSUE]).is(0).says(&["complete", "2 accepted"]);
    on(folder, AFTER, &["run"]).is(0);
    on(folder, AFTER, &["send", ISSUE, "--yes"]).is(0).says(&["nothing to send"]);
    assert_eq!(copies(folder), 0);
    assert!(folder.join("issues/2026-12/certificate.en.html").exists());
    assert_eq!(ask(folder, "SELECT count(*) FROM resolutions WHERE by = 'Camille Roy'"), 3);
}

#[test]
fn where_nobody_knows_the_mail_servers_log_says_what_left_and_the_rest_leaves_on_a_persons_word() {
    let (office, file) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    let ids = office.copies();
    let first = ids.iter().find(|text| text.contains("anna@example.ca")).unwrap();
    let first = first.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
    let (folder, _) = restored(&file);
    let folder = folder.path();
    let log = format!(
        "Dec  9 10:00:01 relay postfix/cleanup[9]: 4ABC: message-id={first}\nDec  9 10:00:02 relay postfix/smtp[9]: 4ABC: to=<anna@example.ca>, relay=mx[192.0.2.1]:25, dsn=2.0.0, status=sent (250 ok)\n"
    );
    fs::write(folder.join("mail.log"), log).unwrap();
    on(folder, AFTER, &["resolve", ISSUE, "--may-have-left", "--by", "Camille Roy", "--log", "mail.log"])
        .is(3)
        .says(&["says what became of 1 of 3 copies", "settled: 1 accepted"]);
    on(folder, AFTER, &["run"]);
    assert_eq!(copies(folder), 0, "what is unknown leaves no more by itself");
    on(folder, AFTER, &["resolve", ISSUE, "--resend"]).is(1).says(&["--rest"]);
    on(folder, AFTER, &["resolve", ISSUE, "--rest", "--resend", "--by", "Camille Roy"])
        .is(4)
        .says(&["2 to be sent again"]);
    on(folder, AFTER, &["send", ISSUE, "--yes"]).is(0);
    assert_eq!(copies(folder), 2);
}

#[test]
fn an_issue_that_was_leaving_when_the_backup_was_made_is_held_too() {
    let (office, _) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    sql(
        office.path(),
        "UPDATE deliveries SET state = 'planned', message_id = NULL WHERE address_key = 'chloe@example.ca'; UPDATE issues SET completed = NULL;",
    );
    at(&office, AFTER, &["backup", "half.zip"]).is(0);
    let (folder, said) = restored(&office.path().join("half.zip"));
    said.is(3).says(&["held:"]);
    let folder = folder.path();
    on(folder, AFTER, &["run"]).is(4);
    on(folder, AFTER, &["cancel", ISSUE, "--yes"]).is(0);
    on(folder, AFTER, &["run"]).is(0);
    on(folder, AFTER, &["status", ISSUE]).is(0).says(&["suppressed", "complete"]);
    assert_eq!(copies(folder), 0);
}

#[test]
fn a_file_that_knows_better_than_the_backup_is_believed() {
    let (office, file) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    // The issues lie on a drive that outlived the machine.
    fs::remove_dir_all(office.path().join("state")).unwrap();
    at(&office, AFTER, &["restore", file.to_str().unwrap()]).is(3).says(&["held:"]);
    at(&office, AFTER, &["run"]).is(4).says(&["held:"]);
    at(&office, AFTER, &["resolve", ISSUE, "--nothing-left", "--by", "Camille Roy"])
        .is(1)
        .says(&["`issues/2026-12/sent.json` says that 3 copies left"]);
    at(&office, AFTER, &["resolve", ISSUE, "--all-left", "--by", "Camille Roy"]).is(0);
    at(&office, AFTER, &["run"]).is(0);
    at(&office, AFTER, &["archive", "--check"]).is(0);
    assert_eq!(office.copies().len(), 0);
    // Or it is closed as it is.
    fs::remove_dir_all(office.path().join("state")).unwrap();
    at(&office, AFTER, &["restore", file.to_str().unwrap()]).is(3);
    at(&office, AFTER, &["cancel", ISSUE, "--yes"]).is(0);
    at(&office, AFTER, &["run"]).is(0);
    assert!(office.read("issues/2026-12/sent.json").contains("\"accepted\": 2"), "what left is still told");
}

#[test]
fn who_left_since_the_backup_stays_out_when_any_log_knows_it() {
    let (office, file) = backed_up();
    at(&office, AFTER, &["subscribers", "remove", "chloe@example.ca"]).is(0);
    let log = office.read("state/departures.log");
    let status = |folder: &Path| {
        let said = on(folder, AFTER, &["subscribers", "list", "--where", "status=left", "--json"]).json();
        said.as_array().unwrap().len()
    };
    // On the same machine the log is there.
    let said = at(&office, AFTER, &["restore", "b.zip", "--replace"]).is(3);
    said.says(&["departures since the backup that other logs knew: 1", "before-restore-"]);
    assert_eq!(status(office.path()), 1);
    // On another one it is named.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("saved.log"), log).unwrap();
    on(folder.path(), AFTER, &["restore", file.to_str().unwrap(), "--departures", "saved.log"]).is(3);
    assert_eq!(status(folder.path()), 1);
    // Without one, that is said.
    let (folder, said) = restored(&file);
    said.is(3).says(&["who left after 2026-12-09 09:00 (America/Toronto) is not known"]);
    assert_eq!(status(folder.path()), 0);
}

#[test]
fn a_number_that_stands_in_a_link_is_never_given_to_somebody_else() {
    let (office, file) = backed_up();
    let number =
        |folder: &Path, who: &str| ask(folder, &format!("SELECT id FROM subscribers WHERE address_key = '{who}'"));
    let add = |folder: &Path, clock: &str, who: &str| {
        on(folder, clock, &["subscribers", "add", who, "--language", "en", "--basis", "asked by telephone"]).is(0);
        number(folder, who)
    };
    let given = add(office.path(), AFTER, "dina@example.ca");
    let (folder, _) = restored(&file);
    let first = add(folder.path(), AFTER, "eric@example.ca");
    assert!(first > given, "{first} {given}");
    assert_eq!(number(folder.path(), "anna@example.ca"), number(office.path(), "anna@example.ca"));
    // The same backup, restored once more a second later.
    let again = "2026-12-09T10:30:01-05:00";
    on(folder.path(), again, &["restore", file.to_str().unwrap(), "--replace"]).is(3);
    assert!(add(folder.path(), again, "fay@example.ca") > first);
}

#[test]
fn a_younger_ledger_is_not_replaced_without_a_word_and_is_kept() {
    let (office, _) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    let said = at(&office, AFTER, &["restore", "b.zip"]).is(1);
    said.says(&["is younger (2026-12-09 10:00", "than the backup (2026-12-09 09:00", "--replace"]);
    at(&office, AFTER, &["status", ISSUE]).is(0).says(&["complete"]);
    at(&office, AFTER, &["restore", "b.zip", "--replace"]).is(3);
    let aside = office.path().join("state/before-restore-2026-12-09T153000Z/cco-news.db");
    let db = rusqlite::Connection::open(aside).unwrap();
    let n: i64 =
        db.query_row("SELECT count(*) FROM deliveries WHERE state = 'accepted'", [], |row| row.get(0)).unwrap();
    assert_eq!(n, 3);
}

#[test]
fn what_is_no_whole_backup_of_this_newsletter_is_refused_and_changes_nothing() {
    let (office, file) = backed_up();
    let before = tree::files(office.path());
    let bytes = fs::read(&file).unwrap();
    let refuse = |name: &str, bytes: &[u8], says: &str| {
        office.write_bytes(name, bytes);
        at(&office, AFTER, &["restore", name, "--replace"]).is(1).says(&[says]);
        fs::remove_file(office.path().join(name)).unwrap();
    };
    refuse("no.zip", b"not a zip", "is no whole backup");
    refuse("half.zip", &bytes[..bytes.len() / 2], "is no whole backup");
    let mut wrong = bytes.clone();
    for byte in wrong.iter_mut().skip(2000).take(60) {
        *byte ^= 0x55;
    }
    refuse("wrong.zip", &wrong, "is damaged");
    at(&office, AFTER, &["restore", "gone.zip"]).is(1).says(&["could not read `gone.zip`"]);
    office.edit("newsletter.toml", "id = \"cco-news\"", "id = \"other\"");
    at(&office, AFTER, &["restore", "b.zip", "--replace"]).is(1).says(&["the newsletter here is `other`"]);
    assert_eq!(tree::files(office.path()), before);
    // Nor is anything else overwritten by a backup.
    office.write("letter.docx", "mine");
    at(&office, AFTER, &["backup", "letter.docx"]).is(1).says(&["is no backup of this newsletter"]);
    assert_eq!(office.read("letter.docx"), "mine");
}

#[test]
fn a_restore_that_was_stopped_is_passed_by_no_command_and_ends_when_it_is_run_again() {
    let (office, _) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    // Stopped after the ledger that was here had been moved aside.
    office.write("state/restore.unfinished", "");
    fs::rename(office.path().join("state/cco-news.db"), office.path().join("state/elsewhere.db")).unwrap();
    for command in
        [&["run"][..], &["send", ISSUE, "--yes"], &["subscribers", "list"], &["receive", "--maildir", "stories"]]
    {
        at(&office, AFTER, command).is(1).says(&["a restore was stopped before its end"]);
    }
    at(&office, AFTER, &["restore", "b.zip"]).is(3);
    assert!(!office.path().join("state/restore.unfinished").exists());
    at(&office, AFTER, &["run"]).is(4).says(&["held:"]);
    // Stopped while it made ready: nothing had changed yet.
    fs::create_dir_all(office.path().join("state/.restore")).unwrap();
    office.write("state/.restore/cco-news.db", "half");
    at(&office, AFTER, &["restore", "b.zip", "--replace"]).is(3);
    assert!(!office.path().join("state/.restore").exists());
}

#[test]
fn run_makes_a_backup_each_day_and_when_an_issue_has_left_and_keeps_so_many() {
    let office = Office::with_two_stories();
    offline(&office);
    office.edit("newsletter.toml", "[policy]", "[run]\nbackups_kept = 3\n\n[policy]");
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
    }
    let kept = |office: &Office| {
        let mut names: Vec<String> = fs::read_dir(office.path().join("state/backups"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let run = |clock: &str| at(&office, clock, &["run"]);
    run("2026-12-09T09:00:00-05:00");
    run("2026-12-09T09:05:00-05:00");
    assert_eq!(kept(&office).len(), 1);
    run(LEAVES).is(0);
    assert_eq!(kept(&office).len(), 2, "what left is kept at once");
    run("2026-12-09T10:05:00-05:00").is(0);
    assert_eq!(kept(&office).len(), 2);
    // A job that ticks once a day, a few seconds early.
    for day in 10..14 {
        run(&format!("2026-12-{day}T09:59:50-05:00"));
    }
    assert_eq!(kept(&office).len(), 3);
    assert!(kept(&office)[2].ends_with("2026-12-13T145950Z.zip"), "{:?}", kept(&office));
    at(&office, "2026-12-13T12:00:00-05:00", &["status", ISSUE])
        .says(&["last backup: 2026-12-13 09:59", "2 hours ago"]);
    let json = at(&office, "2026-12-13T12:00:00-05:00", &["status", "--json"]).json();
    assert_eq!(json["backup"], "2026-12-13T14:59:50Z");
    at(&office, "2026-12-13T12:00:00-05:00", &["check", "--handover"]).is(0);
    assert!(office.read("issues/handover.html").contains("keeps the last 3"));
    // A folder that cannot be written is told, and tried again.
    office.edit("newsletter.toml", "backups_kept = 3", "backups_kept = 3\nbackups = \"newsletter.toml/x\"");
    run("2026-12-15T09:00:00-05:00").is(1).says(&["could not", "newsletter.toml/x"]);
    office.edit("newsletter.toml", "backups_kept = 3\nbackups = \"newsletter.toml/x\"", "backups_kept = 0");
    let said = at(&office, "2026-12-15T12:00:00-05:00", &["run", "--explain"]);
    said.says(&["off      backup"]);
    office.edit("newsletter.toml", "backups_kept = 0", "backup_hours = 0");
    run("2026-12-15T12:00:00-05:00").is(2).says(&["backup_hours"]);
}

#[test]
fn a_full_disk_leaves_the_backups_there_are_and_no_half_one() {
    let (office, file) = backed_up();
    let before = fs::read(&file).unwrap();
    let program = env!("CARGO_BIN_EXE_cco-news");
    for size in [0, 8, 64, 256] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f {size}; exec {program} backup b.zip")]);
        command.current_dir(office.path()).env_clear().env("LC_ALL", "C.UTF-8");
        command.env(concat!("CCO_NEWS", "_NOW"), AFTER);
        let said = Said::of(&command.output().unwrap());
        assert_eq!(said.code, 1, "{size}: {}", said.text);
        assert!(fs::read(&file).unwrap() == before);
    }
    let names = tree::files(office.path());
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".tmp")), "{names:?}");
    at(&office, AFTER, &["backup", "b.zip"]).is(0);
}

#[test]
fn a_copied_state_is_noticed_and_refused_until_a_person_takes_it_over() {
    let (office, _) = backed_up();
    at(&office, BEFORE, &["run"]);
    let copy = tempfile::tempdir().unwrap();
    tree::copy_folder(office.path(), copy.path());
    let copy = copy.path();
    for arguments in [&["run"][..], &["send", ISSUE, "--yes"]] {
        on(copy, LEAVES, arguments).is(4).says(&["refused: the ledger here is a copy", "--take-over"]);
    }
    on(copy, LEAVES, &["run", "--explain"]).is(4).says(&["is a copy"]);
    on(copy, LEAVES, &["receive", "--maildir", "stories"]).is(4).says(&["is a copy"]);
    assert_eq!(copies(copy), 0);
    on(copy, LEAVES, &["status", ISSUE]).is(0);
    on(copy, LEAVES, &["send", ISSUE, "--yes", "--take-over"]).is(0);
    assert_eq!(copies(copy), 3);
    on(copy, LEAVES, &["run"]).is(0);
    // From another machine.
    let meta = "UPDATE meta SET value = replace(value, '\"machine\":\"', '\"machine\":\"other') WHERE key = 'home'";
    sql(office.path(), meta);
    if ask(office.path(), "SELECT count(*) FROM meta WHERE key = 'home' AND value LIKE '%other%'") == 1 {
        at(&office, LEAVES, &["run"]).is(4).says(&["comes from another machine"]);
        at(&office, LEAVES, &["--lang", "fr", "run"])
            .is(4)
            .says(&["refusé\u{a0}: le registre d'ici vient d'une autre machine"]);
        at(&office, LEAVES, &["run", "--take-over"]).is(0);
        assert_eq!(office.copies().len(), 3);
    }
}

#[test]
fn a_state_that_was_moved_goes_on_and_a_file_put_back_by_hand_does_not() {
    let (office, _) = backed_up();
    at(&office, BEFORE, &["run"]);
    let state = office.path().join("state");
    // Moved, and nothing stayed behind.
    fs::rename(&state, office.path().join("elsewhere")).unwrap();
    office.edit("newsletter.toml", "rules = \"federal\"", "state_dir = \"elsewhere\"\nrules = \"federal\"");
    at(&office, BEFORE, &["run"]).is(0);
    fs::rename(office.path().join("elsewhere"), &state).unwrap();
    office.edit("newsletter.toml", "state_dir = \"elsewhere\"\n", "");
    at(&office, BEFORE, &["run"]).is(0);
    // A copy of the file alone, put back after the issue has left.
    let ledger = state.join("cco-news.db");
    fs::copy(&ledger, office.path().join("saved.db")).unwrap();
    at(&office, LEAVES, &["send", ISSUE, "--yes"]).is(0);
    fs::remove_file(office.path().join("issues/2026-12/sent.json")).unwrap();
    fs::rename(office.path().join("saved.db"), &ledger).unwrap();
    at(&office, LEAVES, &["run"]).is(4).says(&["is not the file that was used last", "cco-news restore"]);
    assert_eq!(office.copies().len(), 3);
}
