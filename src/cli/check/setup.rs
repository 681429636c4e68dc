//! `check --setup`: whether the office can send at all. Asks the domain name system and the relay, and looks at the
//! ledger, the backups, the clock and what is published.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::super::exit::Exit;
use super::super::{backup, runtime, words};
use super::{Shell, finding_json, subscribers, way_out};
use crate::check::{Asked, Evidence, Record, Relay, SETUP, Setup, check};
use crate::dns::Dns;
use crate::files;
use crate::mail::{Settings, Smtp};
use crate::model::{Address, Finding, Issue, IssueId, Severity, Texts, Words};

/// A backup that is older than the time between two issues would lose one.
const BACKUP_DAYS_MAX: i64 = 35;
/// Backups of `run` that may be missing before it is told: a server is off for a weekend.
const MISSED_MAX: i64 = 3;
/// How long a relay may say nothing while a person waits.
const PROBE_MAX: Duration = Duration::from_secs(20);
/// Bytes of one published file that are looked through.
const PUBLISHED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Published files that are looked through.
const PUBLISHED_FILES_MAX: usize = 5_000;

pub(super) fn run(shell: &Shell) -> Result<Exit> {
    let setup = ask(shell)?;
    let newsletter = &shell.config.newsletter;
    // The rules judge an issue; here it is one without a word, so that only the setup speaks.
    let issue = Issue {
        id: IssueId::of_month(newsletter.first_issue.year(), newsletter.first_issue.month()),
        send_at: shell.now,
        subject: Texts::new(),
        preheader: Texts::new(),
        opening: Texts::new(),
        sections: Vec::new(),
        waivers: Vec::new(),
        translations: Vec::new(),
        findings: Vec::new(),
        languages: newsletter.languages.clone(),
    };
    let copies = composed(shell)?;
    let evidence = Evidence { way_out: way_out::kind(shell)?, setup: Some(setup), copies, ..Evidence::at(shell.now) };
    let mut quiet = newsletter.clone();
    quiet.blocks = crate::model::Blocks::default();
    let findings: Vec<Finding> = check(&issue, &[], &quiet, &evidence);
    if shell.report.is_json {
        let all: Vec<_> = findings.iter().map(|finding| finding_json(finding, shell.report.speech)).collect();
        shell.report.json(&serde_json::json!({ "findings": all }));
    }
    for finding in &findings {
        shell.report.finding(finding);
    }
    let has = |severity| findings.iter().any(|finding| finding.severity == severity);
    Ok(match (has(Severity::Error), has(Severity::Warning)) {
        (true, _) => Exit::Blocked,
        (false, true) => Exit::Look,
        (false, false) => Exit::Done,
    })
}

/// Copies of the issue in work, once it is composed: whether the relay takes messages of their size.
fn composed(shell: &Shell) -> Result<Vec<(crate::model::EditionId, [Vec<u8>; 2])>> {
    let id = super::workspace::issue_in_work(&shell.config)?;
    let folder = super::workspace::folder(&shell.config, &id);
    let Some(issue) = folder.load_issue()? else { return Ok(Vec::new()) };
    // What was changed by hand since is another command's to say.
    let editions = folder.composed().map(|(_, editions)| editions).unwrap_or_default();
    Ok(super::evidence::copies(&editions, &issue, shell))
}

fn ask(shell: &Shell) -> Result<Setup> {
    let newsletter = &shell.config.newsletter;
    let domain = |text: &str| Address::parse(text).map(|address| address.domain().to_owned()).unwrap_or_default();
    let (from, bounce) = (domain(&newsletter.sender.from), domain(&newsletter.sender.bounce));
    let relays = way_out::all_settings(shell)?;
    let dns = dns(shell);
    // Our own key, or that with which the relay signs.
    let own = newsletter.delivery.dkim.first();
    let selector = own.map(|key| key.selector.clone()).or_else(|| newsletter.check.dkim_selector.clone());
    let signer = own.and_then(|key| key.domain.clone()).unwrap_or_else(|| from.clone());
    // All at once: somebody waits, and what does not answer takes its time.
    let asking = async {
        let key = async {
            let selector = selector?;
            let record = record(&dns, &format!("{selector}._domainkey.{signer}")).await;
            Some((selector, record))
        };
        let probes = futures_util::future::join_all(relays.into_iter().map(|(name, settings)| probe(name, settings)));
        let (spf, dmarc, dkim, relays) = tokio::join!(record(&dns, &bounce), dmarc(&dns, &from), key, probes);
        let relays = relays.into_iter().collect::<Result<Vec<_>>>()?;
        anyhow::Ok(Setup { spf, dmarc, dkim, relays, domain: from, bounce_domain: bounce, asked: Vec::new() })
    };
    let mut setup = runtime()?.block_on(asking)?;
    setup.asked = [ledger(shell)?, backups(shell)?, clock(shell)?, published(shell)?].concat();
    setup.asked.push(requests(shell));
    setup.asked.extend(super::service::ask(shell)?);
    Ok(setup)
}

/// The name servers that are named, or the system's.
fn dns(shell: &Shell) -> Dns {
    let named = shell.config.newsletter.check.name_servers.clone();
    let servers = if named.is_empty() {
        let system = files::read_text_if_there(Path::new("/etc/resolv.conf")).ok().flatten();
        Dns::servers(&system.unwrap_or_default())
    } else {
        named
    };
    // The low bits of a clock in nanoseconds are nobody's to guess from outside.
    let id = u16::try_from(shell.now.subsec_nanosecond() % 65_521).unwrap_or(1);
    Dns::new(servers, id)
}

async fn record(dns: &Dns, name: &str) -> Record {
    match dns.texts(name).await {
        Ok(Some(texts)) => Record::Found(texts),
        Ok(None) => Record::Absent,
        Err(why) => Record::Unknown(why),
    }
}

/// RFC 7489 6.6.3: at the domain itself, else at the organization's above it.
async fn dmarc(dns: &Dns, domain: &str) -> Record {
    let own = record(dns, &format!("_dmarc.{domain}")).await;
    let above: Vec<&str> = domain.split('.').collect();
    let n = if domain.ends_with(".gc.ca") { 3 } else { 2 };
    if own != Record::Absent || above.len() <= n {
        return own;
    }
    record(dns, &format!("_dmarc.{}", above[above.len() - n..].join("."))).await
}

/// What a relay says of itself. One that says nothing is told soon: sending would wait five minutes (RFC 5321 4.5.3.2.1).
async fn probe(name: String, settings: Settings) -> Result<Relay> {
    let (address, is_loopback) = (settings.to_string(), settings.is_loopback());
    let shown = if name.is_empty() { address } else { format!("`{name}` ({address})") };
    let relay = Smtp::new(settings)?;
    let Ok(probed) = tokio::time::timeout(PROBE_MAX, relay.probe()).await else {
        let seconds = PROBE_MAX.as_secs();
        let fault = words!("no answer within {seconds} s", "aucune réponse en {seconds} s");
        return Ok(Relay { shown, fault: Some(fault), is_loopback, ..Relay::default() });
    };
    Ok(match probed {
        Ok(probed) => Relay {
            shown,
            fault: None,
            is_loopback,
            is_encrypted: probed.is_encrypted,
            auth: probed.auth,
            is_signed_in: probed.is_signed_in,
            size: probed.size,
            pipelining: probed.pipelining,
            smtputf8: probed.smtputf8,
        },
        Err(reply) => {
            let fault = if reply.code == 0 { reply.text } else { format!("{} {}", reply.code, reply.text) };
            Relay { shown, fault: Some(Words::same(fault)), is_loopback, ..Relay::default() }
        }
    })
}

fn told(rule: &'static str, severity: Severity, message: Words, hint: Words) -> Vec<Asked> {
    vec![Asked { rule, severity, message, hint }]
}

fn ledger(shell: &Shell) -> Result<Vec<Asked>> {
    let state = shell.config.state_dir()?;
    let shown = state.display();
    Ok(match shell.ledger_if_there() {
        Ok(Some(_)) => told(
            SETUP,
            Severity::Info,
            words!("the ledger in `{shown}` opens", "le registre dans `{shown}` s'ouvre"),
            Words::default(),
        ),
        Ok(None) => told(
            SETUP,
            Severity::Info,
            words!(
                "there is no ledger in `{shown}` yet: the first `send` makes it",
                "il n'y a pas encore de registre dans `{shown}` : le premier `send` le crée"
            ),
            Words::default(),
        ),
        Err(error) => told(
            SETUP,
            Severity::Error,
            Words::from(&error),
            words!("restore it from a backup", "restaurez-le d'une sauvegarde"),
        ),
    })
}

/// The last backup: the one that the ledger knows of, or a younger file that looks like one.
fn backups(shell: &Shell) -> Result<Vec<Asked>> {
    let state = shell.config.state_dir()?;
    let kept = backup::folder(shell)?;
    let folders = [shell.config.root.join("backups"), kept.clone(), shell.config.root.clone()];
    let is_backup = |name: &str| name.contains("backup") || name.contains("sauvegarde");
    let files = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok().map(|entries| (folder, entries)))
        .flat_map(|(folder, entries)| {
            entries.filter_map(Result::ok).map(move |entry| (folder.ends_with("backups"), entry))
        })
        .filter(|(is_inside, entry)| *is_inside || is_backup(&entry.file_name().to_string_lossy()))
        .filter_map(|(_, entry)| entry.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().ok())
        .filter_map(|at| jiff::Timestamp::try_from(at).ok());
    let known = match shell.ledger_if_there() {
        Ok(Some(ledger)) => backup::last(&ledger)?,
        _ => None,
    };
    let run = &shell.config.newsletter.run;
    let is_made = run.backups_kept > 0;
    let days_max = if is_made { i64::from(run.backup_hours) * MISSED_MAX / 24 + 1 } else { BACKUP_DAYS_MAX };
    let hint = || {
        words!(
            "make one, and keep it on another machine: cco-news backup FOLDER",
            "faites-en une, et gardez-la sur une autre machine : cco-news backup DOSSIER"
        )
    };
    let Some(at) = files.chain(known).max() else {
        let message = words!("no backup is known here", "aucune sauvegarde n'est connue ici");
        return Ok(told(SETUP, Severity::Warning, message, hint()));
    };
    let days = shell.now.duration_since(at).as_hours() / 24;
    let severity = if days > days_max { Severity::Warning } else { Severity::Info };
    let age = words::count(usize::try_from(days).unwrap_or(0), ["day", "days"], ["jour", "jours"]);
    let (en, fr) = (age.en, age.fr);
    let message = words!("the last backup is {en} old", "la dernière sauvegarde a {fr}");
    let mut all = told(SETUP, severity, message, hint());
    if is_made && is_on_one_disk(&state, &kept) {
        let shown = kept.display();
        all.extend(told(
            SETUP,
            Severity::Info,
            words!(
                "backups lie on the ledger's own disk, in `{shown}`: they do not outlive it",
                "les sauvegardes se trouvent sur le disque même du registre, dans `{shown}` : elles ne lui survivraient pas"
            ),
            words!(
                "name a folder elsewhere: `backups` under `[run]`",
                "nommez un dossier ailleurs : `backups` sous `[run]`"
            ),
        ));
    }
    Ok(all)
}

/// Whether two folders lie on one file system; a folder that is not there yet is its parent's.
#[cfg(unix)]
fn is_on_one_disk(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let disk = |path: &Path| path.ancestors().find_map(|path| std::fs::metadata(path).ok()).map(|meta| meta.dev());
    disk(one).is_some() && disk(one) == disk(other)
}

#[cfg(not(unix))]
fn is_on_one_disk(_: &Path, _: &Path) -> bool {
    false
}

/// The clock and the zone in which dates are read: a person sees at once whether they are right.
fn clock(shell: &Shell) -> Result<Vec<Asked>> {
    let newsletter = &shell.config.newsletter;
    let now = words::moment(shell.now, newsletter);
    let next =
        words::moment(newsletter.schedule.send_at(&super::workspace::issue_in_work(&shell.config)?)?, newsletter);
    let mut told = told(
        SETUP,
        Severity::Info,
        words!(
            "the clock says {now}; the next issue leaves {next}",
            "l'horloge indique {now}; le prochain numéro part le {next}"
        ),
        Words::default(),
    );
    // A file from the future means that the clock has gone back.
    let marks = ["newsletter.toml", "issues"].map(|name| shell.config.root.join(name));
    let newest = marks.iter().filter_map(|path| std::fs::metadata(path).ok()?.modified().ok());
    let is_back = newest
        .filter_map(|at| jiff::Timestamp::try_from(at).ok())
        .max()
        .is_some_and(|at| shell.environment.now.is_none() && at.duration_since(shell.now).as_hours() >= 1);
    if is_back {
        told.push(Asked {
            rule: SETUP,
            severity: Severity::Error,
            message: words!(
                "files here are younger than the clock",
                "des fichiers d'ici sont plus récents que l'horloge"
            ),
            hint: words!("set the clock of this machine", "réglez l'horloge de cette machine"),
        });
    }
    Ok(told)
}

fn requests(shell: &Shell) -> Asked {
    let to =
        Address::parse(&shell.config.newsletter.sender.requests).map(|address| address.masked()).unwrap_or_default();
    Asked {
        rule: SETUP,
        severity: Severity::Info,
        message: words!(
            "requests to leave come by mail to {to}",
            "les demandes de désabonnement arrivent par courriel à {to}"
        ),
        hint: words!(
            "send it a mail, and see whether a person or the program reads it",
            "envoyez-lui un message, et voyez si une personne ou le programme le lit"
        ),
    }
}

/// Addresses of subscribers in what is published, and lists of them in Git.
fn published(shell: &Shell) -> Result<Vec<Asked>> {
    let root = &shell.config.root;
    let mut found = Vec::new();
    for file in published_files(&root.join("public")) {
        let Ok(bytes) = files::read_bytes(&file, PUBLISHED_BYTES_MAX) else { continue };
        found.extend(addresses(&String::from_utf8_lossy(&bytes)).into_iter().map(|address| (file.clone(), address)));
    }
    let mut leaks = Vec::new();
    if !found.is_empty() {
        for list in subscribers::lists(shell)? {
            let text = files::read_text(&list)?.to_lowercase();
            leaks.extend(
                found.iter().filter(|(_, address)| text.contains(address.as_str())).map(|(file, _)| file.clone()),
            );
        }
    }
    let mut told: Vec<Asked> = Vec::new();
    let mut say = |shown: String| {
        told.push(Asked {
            rule: "SND-13",
            severity: Severity::Error,
            message: words!(
                "`{shown}` holds the address of a subscriber",
                "`{shown}` contient l'adresse d'une personne abonnée"
            ),
            hint: words!("take it out, and out of Git's history too", "retirez-la, aussi de l'historique de Git"),
        });
    };
    leaks.sort();
    leaks.dedup();
    leaks.iter().map(|file| file.strip_prefix(root).unwrap_or(file).display().to_string()).for_each(&mut say);
    let git = std::process::Command::new("git").arg("-C").arg(root).args(["ls-files", "subscribers", "state"]).output();
    if let Ok(output) = git {
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        names.lines().filter(|name| !name.ends_with("example.csv")).map(str::to_owned).for_each(&mut say);
    }
    Ok(told)
}

fn published_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let (mut all, mut inside) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = inside.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => inside.push(entry.path()),
                Ok(kind) if kind.is_file() && all.len() < PUBLISHED_FILES_MAX => all.push(entry.path()),
                _ => {}
            }
        }
    }
    all
}

/// Whatever looks like an address, in lower case.
fn addresses(text: &str) -> std::collections::BTreeSet<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+' | '%');
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.contains('@'));
    words
        .filter_map(|word| Address::parse(word.trim_matches('.')).ok())
        .map(|address| address.as_str().to_lowercase())
        .collect()
}
