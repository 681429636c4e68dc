//! The mailbox on a server, through a real one: Dovecot, started here with a configuration of its own. Without it, or
//! without the rights that it needs, these tests skip themselves and say so; `.ci/run` sees that they have run.

#![cfg(test)]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::office::{ISSUE, LETTER, Office, Said};

const READER: &str = "anglophone.reader@example.ca";
const SECRET: &str = "a-secret-of-the-mailbox";
/// How long the server is waited for, in tenths of a second.
const PATIENCE: u32 = 100;

/// A running Dovecot with one mailbox.
struct Dovecot {
    folder: tempfile::TempDir,
    child: Child,
    port: u16,
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // It is asked first, so that its own children end with it.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Dovecot {
    /// None: it is not here, or may not be started.
    fn start() -> Option<Self> {
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout == b"0\n");
        if !is_root || Command::new("dovecot").arg("--version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no Dovecot here, or no right to start it");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls");
        for (name, to) in [("relay.pem", "cert.pem"), ("relay.key", "key.pem")] {
            fs::copy(tls.join(name), folder.path().join(to)).unwrap();
        }
        fs::create_dir(folder.path().join("run")).unwrap();
        let (port, clear) = (free_port(), free_port());
        let here = folder.path().display();
        let config = format!(
            "base_dir = {here}/run\nstate_dir = {here}/run\nlog_path = {here}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
             ssl = required\nssl_cert = <{here}/cert.pem\nssl_key = <{here}/key.pem\nauth_mechanisms = plain\n\
             mail_location = maildir:{here}/mail\nfirst_valid_uid = 1\n\
             passdb {{\n driver = static\n args = password={SECRET}\n}}\n\
             userdb {{\n driver = static\n args = uid=nobody gid=nogroup home={here}/mail\n}}\n\
             service imap-login {{\n inet_listener imap {{\n port = {clear}\n }}\n inet_listener imaps {{\n port = {port}\n }}\n}}\n\
             service stats {{\n unix_listener stats-writer {{\n mode = 0666\n }}\n}}\n"
        );
        fs::write(folder.path().join("dovecot.conf"), config).unwrap();
        for part in ["mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        let owned = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder.path().join("mail")).status();
        assert!(owned.unwrap().success());
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(folder.path().join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let dovecot = Self { folder, child, port };
        for _ in 0..PATIENCE {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(dovecot);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!(
            "Dovecot does not listen: {}",
            fs::read_to_string(dovecot.folder.path().join("log")).unwrap_or_default()
        );
    }

    fn mail(&self, part: &str) -> PathBuf {
        self.folder.path().join("mail").join(part)
    }

    /// Puts a mail into the folder, as the server's own delivery does.
    fn put(&self, name: &str, mail: &str) {
        fs::write(self.mail("tmp").join(name), mail).unwrap();
        fs::rename(self.mail("tmp").join(name), self.mail("new").join(name)).unwrap();
    }

    /// How many mails are in the folder and its subfolder.
    fn counts(&self) -> (usize, usize) {
        let count = |parts: [&str; 2]| -> usize {
            parts.iter().map(|part| fs::read_dir(self.mail(part)).map_or(0, Iterator::count)).sum()
        };
        (count(["new", "cur"]), count([".Handled/new", ".Handled/cur"]))
    }

    /// An office whose mailbox this is; its issue has left.
    fn office(&self) -> Office {
        let office = Office::quick();
        office.run(&["send", ISSUE, "--yes"]).is(0);
        let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls/ca.pem");
        fs::copy(tls, office.path().join("ca.pem")).unwrap();
        office.write("imap.password", &format!("{SECRET}\n"));
        fs::set_permissions(office.path().join("imap.password"), fs::Permissions::from_mode(0o600)).unwrap();
        let text = office.read("newsletter.toml");
        let port = self.port;
        office.write(
            "newsletter.toml",
            &format!(
                "{text}\n[mailbox]\nimap = \"imaps://bounces%40example.ca@localhost:{port}/INBOX\"\n\
                 password_file = \"imap.password\"\nca_file = \"ca.pem\"\n"
            ),
        );
        office
    }
}

/// A bounce of a reader's copy, by its Message-ID.
fn bounce(office: &Office) -> String {
    let copy = office.outbox().into_iter().find(|copy| copy.contains(&format!("To: <{READER}>"))).unwrap();
    let copy = copy.replace("\r\n ", " ");
    let id = copy.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim();
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n--B\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {READER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--B\r\n\
         Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\n\r\nx\r\n--B--\r\n"
    )
}

fn receive(office: &Office, more: &[&str]) -> Said {
    office.run(&[&["receive"], more].concat())
}

const PERSONAL: &str = "From: A Person <person@example.ca>\r\nSubject: Hello\r\n\r\nA question.\r\n";

#[test]
fn a_mailbox_on_a_server_is_read_once_and_only_what_was_handled_is_moved() {
    let Some(dovecot) = Dovecot::start() else { return };
    let office = dovecot.office();
    dovecot.put("1.bounce", &bounce(&office));
    dovecot.put("2.person", PERSONAL);
    // More than one batch, and one that is larger than what is read of a mail.
    for n in 0..40 {
        dovecot.put(&format!("3.{n:02}"), &format!("{PERSONAL}Number {n}.\r\n"));
    }
    dovecot.put("4.large", &format!("{PERSONAL}{}", "A line of a large mail.\r\n".repeat(60_000)));
    receive(&office, &["--dry-run"]).is(0).says(&["5.1.1"]);
    assert_eq!(dovecot.counts(), (43, 0), "a look moves nothing");
    receive(&office, &[]).is(3).says(&["1 suppressed", "42 personal"]);
    assert_eq!(dovecot.counts(), (42, 1));
    office.run(&["subscribers", "history", READER]).is(0).says(&["bounced", "5.1.1"]);
    receive(&office, &["--imap"]).is(0).says(&["mails read: 0"]);
    // New mail is read, old mail is not read again.
    dovecot.put("5.person", &format!("{PERSONAL}Another.\r\n"));
    receive(&office, &[]).is(3).says(&["mails read: 1 personal"]);
    // Other numbers for the same mails: each is known by its bytes, and nobody is told of it again. Dovecot numbers a folder
    // by the second in which it was made.
    std::thread::sleep(Duration::from_millis(1_100));
    for entry in fs::read_dir(dovecot.mail("")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("dovecot") {
            fs::remove_file(path).unwrap();
        }
    }
    receive(&office, &[]).is(0).says(&["mails read: 43 known"]);
    assert_eq!(dovecot.counts(), (43, 1));
}

#[test]
fn the_scheduled_job_reads_the_mailbox_on_a_server_tells_what_waits_and_goes_on_when_it_is_away() {
    let Some(dovecot) = Dovecot::start() else { return };
    let office = dovecot.office();
    office.write("sources.toml", "");
    let told = || office.outbox().into_iter().filter(|text| text.contains(LETTER)).count();
    dovecot.put("1.bounce", &bounce(&office));
    dovecot.put("2.person", PERSONAL);
    office.run(&["run", "--explain"]).says(&["due      receive", "the mailbox is read"]);
    assert_eq!((dovecot.counts(), told()), ((2, 0), 0), "a look moves nothing and tells nobody");
    office.run(&["run"]).is(4).says(&["a mail from p***@"]);
    assert_eq!((dovecot.counts(), told()), ((1, 1), 1));
    office.run(&["subscribers", "history", READER]).is(0).says(&["bounced", "5.1.1"]);
    office.run(&["run"]).is(0);
    assert_eq!(told(), 1);
    drop(dovecot);
    // What can be done without the mailbox is done, and the office is told that it is away.
    let json = office.run(&["run", "--json"]).is(1).json();
    let step = |name: &str| json["steps"].as_array().unwrap().iter().find(|one| one["step"] == name).unwrap().clone();
    assert_eq!((step("receive")["state"].as_str(), step("archive")["state"].as_str()), (Some("failed"), Some("done")));
    assert_eq!(told(), 2);
}

#[test]
fn a_mailbox_that_cannot_be_opened_says_why_and_shows_no_secret() {
    let Some(dovecot) = Dovecot::start() else { return };
    let office = dovecot.office();
    let password = office.path().join("imap.password");
    fs::set_permissions(&password, fs::Permissions::from_mode(0o644)).unwrap();
    receive(&office, &[]).is(1).says(&["chmod 600"]);
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    office.write("imap.password", "wrong-secret");
    let said = receive(&office, &["-vv"]).is(1).says(&["check the user and the password"]);
    assert!(!said.text.contains("wrong-secret"), "{}", said.text);
    // A certificate of nobody whom we believe.
    office.write("imap.password", SECRET);
    office.edit("newsletter.toml", "ca_file = \"ca.pem\"\n", "");
    let said = receive(&office, &["-vv"]).is(1).says(&["certificate"]);
    assert!(!said.text.contains(SECRET), "{}", said.text);
    // The environment wins, also with its password.
    office.edit("newsletter.toml", "[mailbox]\n", "[mailbox]\nca_file = \"ca.pem\"\n");
    office.edit("newsletter.toml", "password_file = \"imap.password\"\n", "");
    let url = format!("imaps://news:{SECRET}@localhost:{}", dovecot.port);
    let output = office.command(&["receive"]).env("CCO_NEWS_IMAP_URL", url).output().unwrap();
    Said::of(&output).is(0).says(&["mails read: 0"]);
    drop(dovecot);
    receive(&office, &[]).is(1);
}
