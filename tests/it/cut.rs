//! Killed at many moments, as by `kill -9` or a power cut, while a backup is made, while one is put back, while pages are
//! published: what was there is whole, nobody gets mail by it, and the same command again ends what was begun.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::office::{ISSUE, LETTER, Office, Said};
use crate::run::{at, offline};
use crate::tree;

const BEFORE: &str = "2026-12-09T09:00:00-05:00";
const LEAVES: &str = "2026-12-09T10:00:00-05:00";
const AFTER: &str = "2026-12-09T10:30:00-05:00";
/// Moments at which a command is killed, spread over the time that it takes.
const KILLS: u32 = 8;

fn command(folder: &Path, clock: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cco-news"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.env("LC_ALL", "C.UTF-8").env(concat!("CCO_NEWS", "_NOW"), clock);
    command
}

fn on(folder: &Path, clock: &str, arguments: &[&str]) -> Said {
    Said::of(&command(folder, clock, arguments).output().unwrap())
}

/// Kills a command after a share of the time that it took whole; whether it had ended before.
#[expect(clippy::disallowed_methods, reason = "the moment of a kill is a moment of the real clock")]
fn killed(mut command: Command, after: Duration) -> bool {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while began.elapsed() < after && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
    let has_ended = child.try_wait().unwrap().is_some();
    let _ = child.kill(); // It may have ended by itself meanwhile.
    child.wait().unwrap();
    has_ended
}

/// How long a command takes when it is left alone.
#[expect(clippy::disallowed_methods, reason = "what is measured is the real clock")]
fn whole(mut command: Command) -> Duration {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(matches!(status.code(), Some(0 | 3)));
    began.elapsed()
}

/// Each moment of a command that took so long.
fn moments(took: Duration) -> impl Iterator<Item = Duration> {
    (1..=KILLS).map(move |n| took * n / KILLS)
}

/// Two hours later: no process can still be writing what was cut off.
#[expect(clippy::disallowed_methods, reason = "a file's time is the real clock's")]
fn age(folder: &Path) {
    for name in tree::files(folder).iter().filter(|name| name.to_string_lossy().ends_with(".tmp")) {
        let file = fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_hours(2)).unwrap();
    }
}

/// Copies of the issue in an outbox: not what the program writes to the office.
fn copies(folder: &Path) -> usize {
    let entries = fs::read_dir(folder.join("state/outbox/new")).into_iter().flatten();
    let texts = entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.filter(|text| !text.contains(LETTER)).count()
}

/// An office with its issue approved, three readers, and a backup of the hour before it leaves.
fn backed_up() -> (Office, PathBuf) {
    let office = Office::quick();
    offline(&office);
    office.write("subscribers/example.csv", "email,language\na@example.ca,en\nb@example.ca,fr\nc@example.ca,fr\n");
    at(&office, BEFORE, &["subscribers", "import"]).is(0);
    at(&office, BEFORE, &["backup", "b.zip"]).is(0);
    let file = office.path().join("b.zip");
    (office, file)
}

#[test]
fn killed_while_it_makes_a_backup_the_one_before_is_whole_and_so_is_the_next() {
    let (office, file) = backed_up();
    let make = |clock: &str| command(office.path(), clock, &["backup", "b.zip"]);
    let took = whole(make(BEFORE));
    let mut n_cut = 0;
    for (n, after) in moments(took).enumerate() {
        let before = fs::read(&file).unwrap();
        let clock = format!("2026-12-09T09:{:02}:00-05:00", n + 1);
        n_cut += usize::from(!killed(make(&clock), after));
        let list = cco_news::packed::verify(&file).unwrap();
        let is_new = list.at == clock.parse().unwrap();
        assert!(is_new || fs::read(&file).unwrap() == before, "the one before, or the new one, whole");
    }
    assert!(n_cut > 0, "some were cut");
    age(office.path());
    at(&office, BEFORE, &["backup", "b.zip"]).is(0);
    let rest: Vec<_> = tree::files(office.path())
        .into_iter()
        .filter(|name| name.to_string_lossy().contains(".tmp") || name.ends_with(".backup.db"))
        .collect();
    assert!(rest.is_empty(), "the next one clears up: {rest:?}");
    at(&office, LEAVES, &["run"]).is(0);
    assert_eq!(office.copies().len(), 3);
}

#[test]
fn killed_while_it_puts_a_backup_back_on_a_new_machine_nobody_gets_mail_by_the_job_that_ticks_on() {
    let (office, file) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    let file = file.to_str().unwrap();
    let took = whole(command(tempfile::tempdir().unwrap().path(), AFTER, &["restore", file]));
    let mut n_cut = 0;
    for after in moments(took) {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        n_cut += usize::from(!killed(command(folder, AFTER, &["restore", file]), after));
        // The timer knows nothing of it.
        let said = on(folder, AFTER, &["run"]);
        assert!(matches!(said.code, 1 | 2 | 4), "{}", said.text);
        assert_eq!(copies(folder), 0, "after {after:?}: {}", said.text);
        // The person does the same again.
        let again = on(folder, AFTER, &["restore", file]);
        if again.code != 3 {
            again.is(1).says(&["refused: there is a ledger"]);
        }
        on(folder, AFTER, &["run"]).is(4).says(&["held: the ledger was restored"]);
        assert_eq!(copies(folder), 0);
    }
    assert!(n_cut > 0);
    // Between the newsletter's files and the ledger, whichever moment was met above: approved issues, and no memory of them.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    on(folder, AFTER, &["restore", file]).is(3);
    fs::remove_dir_all(folder.join("state")).unwrap();
    fs::create_dir(folder.join("state")).unwrap();
    fs::write(folder.join("state/restore.unfinished"), "").unwrap();
    on(folder, AFTER, &["run"]).is(1).says(&["a restore was stopped before its end"]);
    on(folder, AFTER, &["send", ISSUE, "--yes"]).is(1);
    assert_eq!(copies(folder), 0);
    on(folder, AFTER, &["restore", file]).is(3);
    on(folder, AFTER, &["run"]).is(4).says(&["held: the ledger was restored"]);
    assert_eq!(copies(folder), 0);
}

#[test]
fn killed_while_it_puts_a_backup_in_the_place_of_a_younger_ledger_either_holds_and_nobody_gets_mail() {
    let (office, _) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    let restore = ["restore", "b.zip", "--replace"];
    let copy = |office: &Office| {
        let folder = tempfile::tempdir().unwrap();
        tree::copy_folder(office.path(), folder.path());
        // The copy is the only one from here on.
        on(folder.path(), AFTER, &["run", "--take-over"]).is(0);
        folder
    };
    let took = whole(command(copy(&office).path(), AFTER, &restore));
    let mut n_cut = 0;
    for after in moments(took) {
        let folder = copy(&office);
        let folder = folder.path();
        n_cut += usize::from(!killed(command(folder, AFTER, &restore), after));
        on(folder, AFTER, &["run"]);
        on(folder, AFTER, &["send", ISSUE, "--yes", "--late"]);
        assert_eq!(copies(folder), 3, "after {after:?}, no more than had left before");
        on(folder, AFTER, &restore).is(3);
        on(folder, AFTER, &["run"]).is(4).says(&["held: the ledger was restored"]);
        assert_eq!(copies(folder), 3);
    }
    assert!(n_cut > 0);
}

#[test]
fn killed_while_it_publishes_every_page_is_an_old_one_or_a_new_one_whole() {
    let (office, _) = backed_up();
    at(&office, LEAVES, &["run"]).is(0);
    let public = office.path().join("public");
    let pages = || -> BTreeMap<PathBuf, Vec<u8>> {
        let files = tree::files(&public).into_iter();
        files.map(|name| (name.clone(), fs::read(public.join(&name)).unwrap())).collect()
    };
    let old = pages();
    office.edit("newsletter.toml", "tagline = \"For communicators", "tagline = \"Still for communicators");
    at(&office, AFTER, &["archive"]).is(0);
    let new = pages();
    assert!(old != new && old.keys().eq(new.keys()));
    let put_back = |site: &BTreeMap<PathBuf, Vec<u8>>| {
        for (name, bytes) in site {
            fs::write(public.join(name), bytes).unwrap();
        }
    };
    put_back(&old);
    let took = whole(command(office.path(), AFTER, &["archive"]));
    let mut n_mixed = 0;
    for after in moments(took) {
        put_back(&old);
        killed(command(office.path(), AFTER, &["archive"]), after);
        let now = pages();
        let is_page = |name: &&PathBuf| !name.to_string_lossy().ends_with(".tmp");
        for name in now.keys().filter(is_page) {
            assert!(now[name] == old[name] || now[name] == new[name], "{}", name.display());
        }
        assert!(old.keys().all(|name| now.contains_key(name)), "no page is gone");
        n_mixed += usize::from(now != old && now != new);
        at(&office, AFTER, &["archive"]).is(0);
        at(&office, AFTER, &["archive", "--check"]).is(0);
        // What the kill left beside a page goes once no process can be writing it any more.
        let left: Vec<PathBuf> = pages().into_keys().filter(|name| !new.contains_key(name)).collect();
        age(&public);
        if !left.is_empty() {
            at(&office, AFTER, &["archive"]).is(0);
        }
        assert!(pages() == new, "and nothing is left behind");
    }
    eprintln!("killed between two pages: {n_mixed} of {KILLS}");
}

#[test]
fn a_backup_that_is_made_while_an_issue_leaves_holds_it_when_it_is_put_back() {
    let office = Office::quick();
    offline(&office);
    let rows: Vec<String> = (0..3000).map(|n| format!("reader{n}@example.ca,{}\n", ["en", "fr"][n % 2])).collect();
    office.write("subscribers/example.csv", &format!("email,language\n{}", rows.concat()));
    at(&office, BEFORE, &["subscribers", "import"]).is(0);
    let mut sending =
        command(office.path(), LEAVES, &["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let n_left = || fs::read_dir(office.path().join("state/outbox/new")).into_iter().flatten().count();
    while n_left() < 100 && sending.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    at(&office, LEAVES, &["backup", "b.zip"]).is(0).says(&["found whole"]);
    let n_at_backup = n_left();
    sending.wait().unwrap();
    assert_eq!(office.copies().len(), 3000, "a backup keeps no copy back");
    let folder = tempfile::tempdir().unwrap();
    let file = office.path().join("b.zip");
    on(folder.path(), AFTER, &["restore", file.to_str().unwrap()]).is(3).says(&["held:"]);
    let said = on(folder.path(), AFTER, &["run"]).is(4);
    said.says(&["held: the ledger was restored"]);
    on(folder.path(), AFTER, &["send", ISSUE, "--yes"]).is(4).says(&["held:"]);
    assert_eq!(copies(folder.path()), 0, "{n_at_backup} had left when it was made");
    // Everything that is in doubt is said before anything may leave again.
    on(folder.path(), AFTER, &["resolve", ISSUE, "--all-left", "--by", "Camille Roy"]).is(0);
    on(folder.path(), AFTER, &["run"]).is(0);
    on(folder.path(), AFTER, &["status", ISSUE]).is(0).says(&["complete"]);
    assert_eq!(copies(folder.path()), 0);
}
