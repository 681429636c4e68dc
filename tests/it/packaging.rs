//! What makes a server of the program: units for systemd, lines for cron and for a mail server, a container. The commands
//! in them are really run; where `systemd-analyze` is not there, its share is skipped, which is said.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::office::{CLOCK, Office, Said};
use crate::tree;

/// The folder of the newsletter in everything that is shipped, and the program.
const FOLDER: &str = "/srv/cco-news";
const PROGRAM: &str = "/usr/local/bin/cco-news";
/// The instance of the units that stands for that folder.
const INSTANCE: &str = "cco-news";
/// `systemd-analyze security`: below this a unit is called "OK"; ours are far below.
const EXPOSURE_MAX: f64 = 2.0;

fn shipped(name: &str) -> String {
    tree::text(&format!("packaging/{name}")).unwrap()
}

fn units() -> Vec<String> {
    let names = tree::project_files().into_iter().filter_map(|file| {
        let name = file.strip_prefix("packaging/systemd/")?;
        (name.ends_with(".service") || name.ends_with(".timer")).then(|| name.to_owned())
    });
    names.collect()
}

/// The values of a key of a unit, or of a list of them.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// A command as shipped, for a newsletter of the test's own.
fn here(command: &str, office: &Office) -> String {
    command
        .replace("%i", INSTANCE)
        .replace(PROGRAM, env!("CARGO_BIN_EXE_cco-news"))
        .replace(FOLDER, &office.path().to_string_lossy())
}

/// A shell that runs a command as a scheduler does: far from the newsletter, with next to nothing in its environment.
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
    shell.env(concat!("CCO_NEWS", "_NOW"), CLOCK).stdin(Stdio::null());
    shell
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn systemd_takes_every_unit_and_finds_it_locked_in() {
    if !has("systemd-analyze") {
        eprintln!("skipped: there is no `systemd-analyze` on this machine");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in units() {
        // Its instance, as `systemctl enable` makes it; the program is not installed here.
        let text = shipped(&format!("systemd/{name}")).replace(PROGRAM, env!("CARGO_BIN_EXE_cco-news"));
        fs::write(folder.path().join(name.replace('@', &format!("@{INSTANCE}"))), text).unwrap();
    }
    let judge = |arguments: &[&str], name: &str| {
        let mut command = Command::new("systemd-analyze");
        command.args(arguments).arg(folder.path().join(name)).env("SYSTEMD_LOG_LEVEL", "warning");
        command.env("SYSTEMD_UNIT_PATH", format!("{}:", folder.path().display()));
        Said::of(&command.output().unwrap())
    };
    for name in units() {
        let name = name.replace('@', &format!("@{INSTANCE}"));
        let said = judge(&["verify", "--man=no", "--recursive-errors=no"], &name);
        assert!(said.code == 0 && !said.text.contains(&name), "{name}: {}", said.text);
        if name.ends_with(".service") {
            let said = judge(&["security", "--offline=true", "--no-pager"], &name);
            let last = said.text.lines().find(|line| line.contains("Overall exposure level")).unwrap_or_default();
            let level = last.split(' ').find_map(|word| word.parse::<f64>().ok());
            assert!(level.is_some_and(|level| level <= EXPOSURE_MAX), "{name}: {}", said.text);
        } else {
            let text = shipped(&format!("systemd/{}", name.replace(&format!("@{INSTANCE}"), "@")));
            let when = values(&text, "OnCalendar")[0].to_owned();
            let said = Said::of(&Command::new("systemd-analyze").args(["calendar", &when]).output().unwrap());
            assert_eq!(said.code, 0, "{}", said.text);
        }
    }
}

#[test]
fn the_units_differ_in_what_they_run_and_in_nothing_that_locks_them_in() {
    let locks = |name: &str| {
        let text = shipped(&format!("systemd/{name}"));
        let at = text.find("# What it may do").unwrap();
        text[at..].split("\n[Install]").next().unwrap().trim().to_owned()
    };
    let services: Vec<String> = units().into_iter().filter(|name| name.ends_with(".service")).collect();
    assert_eq!(services.len(), 3);
    for name in &services {
        assert_eq!(locks(name), locks(&services[0]), "{name}");
    }
    for timer in units().iter().filter(|name| name.ends_with(".timer")) {
        assert!(services.contains(&timer.replace(".timer", ".service")), "{timer} starts nothing");
    }
}

#[test]
fn what_the_units_run_is_run_and_its_end_is_one_that_they_take_for_good() {
    let office = Office::quick();
    crate::run::offline(&office);
    office.edit("newsletter.toml", "[policy]", "[mailbox]\nmaildir = \"mail\"\n\n[policy]");
    for folder in ["mail/new", "mail/cur", "mail/tmp"] {
        fs::create_dir_all(office.path().join(folder)).unwrap();
    }
    for name in ["run", "receive"] {
        let unit = shipped(&format!("systemd/cco-news-{name}@.service"));
        let said = Said::of(&shell(&here(values(&unit, "ExecStart")[0], &office)).output().unwrap());
        let good: Vec<i32> =
            values(&unit, "SuccessExitStatus")[0].split(' ').map(|code| code.parse().unwrap()).collect();
        assert!(said.code == 0 || good.contains(&said.code), "{name}: {}", said.text);
        assert!(said.text.lines().all(|line| line.starts_with('{')), "one line of JSON each: {}", said.text);
    }
    // A folder with no newsletter is a failure, and no unit hides it.
    let nowhere = tempfile::tempdir().unwrap();
    let unit = shipped("systemd/cco-news-run@.service");
    let command =
        values(&unit, "ExecStart")[0].replace("%i", INSTANCE).replace(PROGRAM, env!("CARGO_BIN_EXE_cco-news"));
    let said = Said::of(&shell(&command.replace(FOLDER, &nowhere.path().to_string_lossy())).output().unwrap());
    assert_eq!(said.code, 2, "{}", said.text);
}

#[test]
fn the_unit_of_the_pages_answers_until_it_is_told_to_stop_and_ends_well() {
    let office = Office::without_stories();
    let text = office.read("newsletter.toml");
    office.write(
        "newsletter.toml",
        &format!("{text}\n[serve]\nurl = \"https://news.example.ca/\"\nlisten = \"127.0.0.1:0\"\n"),
    );
    let unit = shipped("systemd/cco-news-serve@.service");
    let command = here(values(&unit, "ExecStart")[0], &office);
    let mut child = shell(&format!("exec {command}")).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !said.contains("http://") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let address = said.split_once("http://").unwrap().1.split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    assert!(answer.contains("200"), "{answer}");
    // As `systemctl stop` does.
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success() && child.wait().unwrap().code() == Some(0));
}

/// The lines of a crontab that run something: its time, the account, the command.
fn jobs(crontab: &str) -> Vec<(Vec<&str>, &str, &str)> {
    // They alone begin with a time.
    let is_job = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit() || c == '*');
    let job = |line| {
        let mut parts = str::splitn(line, 7, ' ');
        let time: Vec<&str> = parts.by_ref().take(5).collect();
        (time, parts.next().unwrap(), parts.next().unwrap())
    };
    crontab.lines().filter(is_job).map(job).collect()
}

/// The minutes of an hour that a field of a crontab names.
fn minutes(field: &str) -> BTreeSet<u32> {
    let (range, step) = field.split_once('/').unwrap_or((field, "1"));
    let (from, to) = if range == "*" { ("0", "59") } else { range.split_once('-').unwrap_or((range, range)) };
    (from.parse().unwrap()..=to.parse().unwrap()).step_by(step.parse().unwrap()).collect()
}

#[test]
fn the_lines_for_cron_are_read_and_run_as_cron_does() {
    let crontab = shipped("crontab");
    assert!(
        crontab.ends_with('\n') && !crontab.contains('%'),
        "cron takes `%` for an end of line, and wants the last one"
    );
    let variables: Vec<(&str, &str)> = crontab
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains(" * "))
        .filter_map(|line| line.split_once('='))
        .collect();
    assert!(variables.contains(&("SHELL", "/bin/sh")) && variables.contains(&("MAILTO", "\"\"")), "{variables:?}");
    let jobs = jobs(&crontab);
    assert_eq!(jobs.len(), 2);
    let every_five = |from: u32| (from..60).step_by(5).collect::<BTreeSet<u32>>();
    assert_eq!(minutes(jobs[0].0[0]), every_five(0));
    assert_eq!(minutes(jobs[1].0[0]), every_five(2), "beside the other, not at once with it");

    let office = Office::quick();
    crate::run::offline(&office);
    office.edit("newsletter.toml", "[policy]", "[mailbox]\nmaildir = \"mail\"\n\n[policy]");
    fs::create_dir_all(office.path().join("mail/new")).unwrap();
    let bin = tempfile::tempdir().unwrap();
    // The system's log, as a file.
    let log = bin.path().join("log");
    let logger = format!("#!/bin/sh\n[ \"$*\" = \"-t cco-news\" ] && cat >> {}\n", log.display());
    fs::write(bin.path().join("logger"), logger).unwrap();
    let mode: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(bin.path().join("logger"), mode).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cco-news"), bin.path().join("cco-news")).unwrap();
    for (time, account, command) in jobs {
        assert_eq!((&time[1..], account), (&["*"; 4][..], "cco-news"));
        let command = command.replace(FOLDER, &office.path().to_string_lossy());
        let path = format!("{}:/usr/bin:/bin", bin.path().display());
        let said = Said::of(&shell(&command).env("PATH", path).output().unwrap());
        assert_eq!((said.code, said.text.as_str()), (0, ""), "cron mails what is said");
    }
    let log = fs::read_to_string(log).unwrap();
    assert!(log.lines().count() > 1 && log.lines().all(|line| line.starts_with('{')), "{log}");
    assert!(office.path().join("state/cco-news.db").exists(), "the job was done");
}

#[test]
fn the_alias_hands_a_bounce_to_the_program_and_the_answer_is_one_that_mail_servers_know() {
    let aliases = shipped("aliases");
    let lines: Vec<&str> = aliases.lines().filter(|line| !line.starts_with('#')).collect();
    let command = lines[0].strip_prefix("news-bounces: \"|").and_then(|rest| rest.strip_suffix('"')).unwrap();
    let office = Office::quick();
    office.run(&["subscribers", "import"]).is(0);
    let pipe = |command: &str, mail: &str| {
        let mut child =
            shell(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).unwrap();
        Said::of(&child.wait_with_output().unwrap())
    };
    let leaves =
        "From: anglophone.reader@example.ca\r\nTo: news@example.gc.ca\r\nSubject: unsubscribe\r\n\r\nPlease.\r\n";
    let said = pipe(&here(command, &office), leaves);
    assert_eq!(said.code, 0, "{}", said.text);
    let left = office.run(&["subscribers", "list", "--where", "status=left", "--json"]).json();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    // A slip in a file, and a newsletter that is not there, as on a disk that is not mounted: the mail server
    // keeps the mail, and tries again.
    let settings = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{settings}\n[[slip"));
    assert_eq!(pipe(&here(command, &office), leaves).code, 75);
    fs::rename(office.path().join("newsletter.toml"), office.path().join("elsewhere.toml")).unwrap();
    assert_eq!(pipe(&here(command, &office), leaves).code, 75);
}

#[test]
fn the_container_is_made_of_files_that_are_there_and_holds_nothing_of_the_office() {
    let text = shipped("Containerfile").replace("\\\n", " ");
    let lines: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"];
    assert!(lines.iter().all(|line| known.contains(&line[0])), "{lines:?}");
    let copied: Vec<&str> = lines
        .iter()
        .filter(|line| line[0] == "COPY" && !line[1].starts_with("--from"))
        .flat_map(|line| line[1..line.len() - 1].to_vec())
        .collect();
    for name in &copied {
        assert!(tree::root().join(name).exists(), "{name}");
    }
    let is_copied = |file: &str| copied.iter().any(|name| file == *name || file.starts_with(&format!("{name}/")));
    assert!(!is_copied("state") && !is_copied("subscribers/list.csv") && !is_copied("issues"));
    // Everything that is built in is there to be built in.
    let manifest = tree::text("Cargo.toml").unwrap();
    let benches = manifest.matches("[[bench]]").count();
    assert!(benches == 0 || is_copied("benches/x.rs"), "Cargo reads the manifest's targets");
    let is_code = |file: &str| file.starts_with("src/") && file.ends_with(".rs") && !file.contains("/tests");
    for (file, code) in tree::texts().into_iter().filter(|(file, _)| is_code(file)) {
        let beyond = code
            .match_indices("include_str!(\"")
            .map(|(at, start)| code[at + start.len()..].split('"').next().unwrap());
        for name in beyond {
            let path = tree::root().join(&file).parent().unwrap().join(name).canonicalize().unwrap();
            let name = path.strip_prefix(tree::root()).unwrap().to_string_lossy().into_owned();
            assert!(is_copied(&name), "{file} has `{name}` in it");
        }
    }
    for name in ["communities", "stories", "subscribers/example.csv", ".gitignore", "templates", "newsletter.toml"] {
        assert!(is_copied(name), "`cco-news init` writes {name}");
    }
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).unwrap().trim_end_matches('"');
    assert!(lines[0][1].contains(&format!("rust:{rust}")), "{:?}", lines[0]);
    assert!(text.contains("cargo build --release --locked --bin cco-news"));
    let last = |word: &str| lines.iter().rfind(|line| line[0] == word).unwrap()[1..].join(" ");
    assert!(last("USER").split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "not root, by number");
    // What it starts is what the program takes.
    let array = |word: &str| serde_json::from_str::<Vec<String>>(&last(word)).unwrap();
    let office = Office::quick();
    crate::run::offline(&office);
    let command = [array("ENTRYPOINT"), array("CMD")].concat();
    assert_eq!((command[0].as_str(), last("WORKDIR")), ("cco-news", "/newsletter".to_owned()));
    let arguments: Vec<String> =
        command[1..].iter().map(|word| word.replace("/newsletter", &office.path().to_string_lossy())).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = office.run(&arguments);
    assert!(matches!(said.code, 0 | 4), "{}", said.text);
}

#[test]
fn both_guides_to_installing_name_everything_that_is_shipped() {
    let [en, fr] = ["docs/install.md", "docs/install.fr.md"].map(|file| tree::text(file).unwrap());
    let commands = |text: &str| {
        let line = |line: &&str| line.starts_with("    ");
        let command = |line: &str| line.split(" # ").next().unwrap().trim().replace("relais.example", "relay.example");
        text.lines().filter(line).map(command).collect::<Vec<_>>()
    };
    assert_eq!(commands(&en), commands(&fr), "the same commands in both languages");
    let all = commands(&en).join("\n");
    for unit in units().iter().filter(|name| !name.contains("receive@.service") && !name.contains("run@.service")) {
        assert!(all.contains(&unit.replace('@', &format!("@{INSTANCE}"))), "{unit}");
    }
    for file in tree::project_files().iter().filter(|file| file.starts_with("packaging/")) {
        let is_named = en.contains(file.as_str()) || file.starts_with("packaging/systemd/");
        assert!(is_named, "{file}");
    }
    for (file, text) in tree::texts() {
        let is_document = file.ends_with(".md") && (!file.contains('/') || file.starts_with("docs/"));
        for line in text.lines().filter(|line| is_document && line.contains("cargo install --path")) {
            assert!(line.contains("cargo install --path . --locked"), "{file}: {line}");
        }
    }
    // What a person is told to type is what the program takes.
    let office = Office::quick();
    for command in all.lines().filter(|line| line.starts_with("cco-news --dir")) {
        let words: Vec<&str> = command.split(' ').skip(3).collect();
        let said = office.run(&words);
        assert!(said.code != 2, "{command}: {}", said.text);
    }
}
