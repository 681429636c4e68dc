//! What may be seen of people and of secrets: nothing, wherever somebody may look who is not meant to.

#![cfg(all(test, unix))]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::office::{ISSUE, Office, Said};
use crate::relay::{Manner, Relay};

/// Seeded as passwords, as addresses and in what people write; none of them may be said.
const CANARIES: [&str; 6] =
    ["sup3r.s3cret", "c3VwM3IuczNjcmV0", "canary.reader", "canary.sender", "canary.bounced", "canary.wrong"];

/// Both streams of a command at its most talkative.
fn talk(office: &Office, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let mut command = office.command(&[&["-vv"], arguments].concat());
    command.envs(environment.iter().copied()).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1");
    Said::of(&command.output().unwrap())
}

#[test]
fn no_password_and_no_address_is_said_at_the_most_talkative() {
    let office = Office::quick();
    office.write(
        "subscribers/example.csv",
        "email,language\ncanary.reader@example.ca,en\nrefuse.canary.reader@example.ca,fr\ncanary.wrong@@example.ca,en\n",
    );
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    for part in ["new", "cur"] {
        fs::create_dir_all(office.path().join("mail").join(part)).unwrap();
    }
    let mails = [
        "From: canary.sender@example.ca\r\nSubject: Lunch?\r\n\r\nShall we, canary.sender?\r\n",
        "From: canary.sender@example.ca\r\nSubject: unsubscribe\r\n\r\n",
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: failure notice\r\n\r\n\
         Hi. This is the qmail-send program at mx.example.\r\n\r\n<canary.bounced@example.ca>:\r\n550 no such user\r\n",
    ];
    for (n, mail) in mails.iter().enumerate() {
        fs::write(office.path().join(format!("mail/new/{n}")), mail).unwrap();
    }
    let smtp = concat!("CCO_NEWS", "_SMTP_URL");
    let refusing =
        Relay::start(Manner { offers: vec!["AUTH PLAIN LOGIN"], auth: Some("535 5.7.8 no"), ..Manner::default() });
    let taking = Relay::start(Manner { offers: vec!["AUTH PLAIN LOGIN"], ..Manner::default() });
    let url = |port: u16| format!("smtp://canary.sender:sup3r.s3cret@127.0.0.1:{port}");
    let (refused, taken, away) = (url(refusing.port), url(taking.port), url(1));
    let imap = "imaps://canary.sender:sup3r.s3cret@127.0.0.1:1/INBOX";
    let send: &[&str] = &["send", ISSUE, "--yes", "--late"];
    let all: [(&[&str], &str); 9] = [
        (&["subscribers", "import"], &away),
        (&["check", ISSUE], &away),
        (send, &away),
        (send, &refused),
        (send, &taken),
        (&["status", ISSUE], &taken),
        (&["receive", "--maildir", "mail"], &taken),
        (&["receive", "--imap"], &taken),
        (&["run"], &away),
    ];
    for (arguments, url) in all {
        let said = talk(&office, arguments, &[(smtp, url), (concat!("CCO_NEWS", "_IMAP_URL"), imap)]);
        assert!(!said.text.is_empty(), "{arguments:?} says nothing");
        for canary in CANARIES {
            assert!(!said.text.contains(canary), "`{canary}` is said by {arguments:?}:\n{}", said.text);
        }
    }
    assert_eq!(taking.taken().len(), 2, "the password was the right one, and the addresses were used");
}

#[test]
fn a_secret_that_others_may_read_is_refused_and_none_stands_in_the_list_of_processes() {
    let office = Office::quick();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    let secrets = office.path().join("state/secrets.toml");
    assert_eq!(fs::metadata(&secrets).unwrap().permissions().mode() & 0o777, 0o600, "it is made private");
    let copy = fs::read_dir(office.path().join("state/outbox/new")).unwrap().next().unwrap().unwrap().path();
    for path in [office.path().join("state/cco-news.db"), copy] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is open to others: {mode:o}", path.display());
    }
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&secrets, fs::Permissions::from_mode(mode)).unwrap();
        office.run(&["serve", "--listen", "127.0.0.1:0"]).is(1).says(&["chmod 600"]);
    }
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o600)).unwrap();
    // No password is taken from the command line, nor from a file that everybody has.
    office.run(&["send", "--help"]).is(0);
    assert!(!office.run(&["send", "--help"]).text.to_lowercase().contains("password"));
    let text = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{text}\n[mailbox]\nimap = \"imaps://news:sup3r.s3cret@mx.example/\"\n"));
    let said = office.run(&["receive"]).is(2).says(&["password_command"]);
    assert!(!said.text.contains("sup3r"), "{}", said.text);
    office.write("newsletter.toml", &text);
    // While it works, its arguments hold none; its environment is its owner's alone.
    let mut child = office
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .env(concat!("CCO_NEWS", "_SMTP_URL"), "smtp://news:sup3r.s3cret@127.0.0.1:1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut said).unwrap();
    let process = format!("/proc/{}", child.id());
    let shown = fs::read(format!("{process}/cmdline")).map(|line| String::from_utf8_lossy(&line).into_owned());
    let mode = fs::metadata(format!("{process}/environ")).map(|about| about.permissions().mode() & 0o077);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(said.contains("http://") && !said.contains("sup3r"), "{said}");
    if let (Ok(shown), Ok(mode)) = (shown, mode) {
        assert!(shown.contains("serve") && !shown.contains("sup3r") && mode == 0, "{shown} {mode:o}");
    }
}
