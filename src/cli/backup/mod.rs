//! `backup`: the ledger, the secrets, the departures and the newsletter's own files in one file, while the newsletter goes
//! on working.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::exit::Exit;
use super::{Shell, clock, subscribers, words};
use crate::files;
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::Words;
use crate::packed::{self, List};
use crate::send::{Secrets, departures, secrets};

pub(super) mod restore;
pub(super) mod settle;

/// The ledger's name for when the last backup was made.
const META_AT: &str = "backup.at";
/// Files and folders of the newsletter that are kept too: with them a new machine goes on. `public/` is made from them.
const KEPT: [&str; 6] = ["newsletter.toml", "sources.toml", "templates", "stories", "subscribers", "issues"];
/// Where STATE's files lie in a backup.
const STATE: &str = "state";
/// The copy of the ledger while it is packed.
const COPY: &str = ".backup.db";
/// Folders within each other that are entered: ours are four deep.
const DEPTH_MAX: usize = 12;
/// How a backup is named whose name nobody chose.
const PREFIX: &str = "cco-news-backup-";
/// A write that was interrupted is of no use after this long.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file, or a folder in which it gets a name with its date. An earlier backup of this newsletter is replaced.
    file: PathBuf,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let target = if args.file.is_dir() { args.file.join(name(shell.now)) } else { args.file.clone() };
    let ledger = subscribers::open(shell)?;
    let list = make(&target, &ledger, shell)?;
    let (shown, n_files) = (target.display(), list.files.len());
    if shell.report.is_json {
        shell.report.json(&json!({"file": target, "at": list.at, "files": n_files}));
    }
    shell.report.line(&words!(
        "backup: {n_files} files in `{shown}`, read again and found whole. It holds addresses, and the key of every link that was sent: keep it where only the office can read, and on another machine",
        "sauvegarde : {n_files} fichiers dans `{shown}`, relus et trouvés intacts. Elle contient des adresses et la clé de tous les liens envoyés : gardez-la là où seul le bureau peut lire, et sur une autre machine"
    ));
    Ok(Exit::Done)
}

fn name(at: Timestamp) -> String {
    format!("{PREFIX}{}.zip", at.strftime("%Y-%m-%dT%H%M%SZ"))
}

/// Makes a backup and notes that it was made.
fn make(target: &Path, ledger: &Ledger, shell: &Shell) -> Result<List> {
    let newsletter = &shell.config.newsletter;
    let shown = target.display();
    if target.exists() && packed::list(target).ok().is_none_or(|list| list.newsletter != newsletter.id) {
        bail!(words!(
            "`{shown}` is there already and is no backup of this newsletter: name another file",
            "`{shown}` existe déjà et n'est pas une sauvegarde de cette infolettre : nommez un autre fichier"
        ));
    }
    let Some(_lock) = ledger.lock_for_backup()? else {
        bail!(words!("another backup is being made: wait for it", "une autre sauvegarde est en cours : attendez-la"));
    };
    // Without the key no Message-ID and no departure could be known again: it is made before anything needs it.
    Secrets::open(ledger)?;
    // On the ledger's own disk, and private from its first byte.
    let copy = ledger.state_dir().join(COPY);
    let _ = fs::remove_file(&copy); // What a crash left behind.
    files::remove_left_behind(ledger.state_dir(), clock().into());
    let made = packed(target, &copy, ledger, shell);
    let _ = fs::remove_file(&copy); // It is in the backup now, or of no use.
    let list = made?;
    ledger.set_meta(META_AT, &shell.now.to_string())?;
    Ok(list)
}

fn packed(target: &Path, copy: &Path, ledger: &Ledger, shell: &Shell) -> Result<List> {
    if let Some(folder) = target.parent() {
        let shown = folder.display();
        fs::create_dir_all(folder).with_context(|| {
            words!("could not make the folder `{shown}`", "impossible de créer le dossier `{shown}`")
        })?;
    }
    self::copy(ledger, copy)?;
    let mut from = BTreeMap::from([(format!("{STATE}/{FILE_NAME}"), copy.to_owned())]);
    // The log of departures is read after the ledger, so it knows at least as much.
    for name in [secrets::FILE_NAME, departures::FILE_NAME] {
        let path = ledger.state_dir().join(name);
        if path.is_file() {
            from.insert(format!("{STATE}/{name}"), path);
        }
    }
    let root = &shell.config.root;
    for name in KEPT {
        gather(root, name, 0, &mut from)?;
    }
    for name in named_files(shell) {
        gather(root, &name, 0, &mut from)?;
    }
    let list = List {
        newsletter: shell.config.newsletter.id.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: shell.now,
        files: BTreeMap::new(),
    };
    packed::write(target, list, &from, files::open_regular)
}

/// Copies the ledger into a file that only its owner may read.
fn copy(ledger: &Ledger, file: &Path) -> Result<()> {
    files::write_secret(file, b"\n")?;
    File::options().write(true).open(file)?.set_len(0)?;
    if ledger.copy_to(file)? {
        return Ok(());
    }
    bail!(words!(
        "the ledger is damaged: restore an earlier backup",
        "le registre est endommagé : restaurez une sauvegarde antérieure"
    ))
}

/// Files that `newsletter.toml` names and that lie in the newsletter's folder: keys and certificates.
fn named_files(shell: &Shell) -> Vec<String> {
    let newsletter = &shell.config.newsletter;
    let keys = newsletter.delivery.dkim.iter().map(|key| key.key_file.clone());
    let mailbox = &newsletter.mailbox;
    let others = [
        newsletter.delivery.ca_file.clone(),
        newsletter.policy.allowed_signers.clone(),
        mailbox.ca_file.clone(),
        mailbox.password_file.clone(),
    ];
    let is_inside =
        |name: &String| Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    keys.chain(others.into_iter().flatten()).filter(is_inside).map(|name| name.replace('\\', "/")).collect()
}

/// A file, or all files of a folder. Links are not followed.
fn gather(root: &Path, name: &str, depth: usize, from: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    let path = root.join(name);
    let Ok(meta) = fs::symlink_metadata(&path) else { return Ok(()) };
    if meta.is_file() && !files::is_ignored_name(name.rsplit('/').next().unwrap_or(name)) {
        from.insert(name.to_owned(), path);
    } else if meta.is_dir() && depth < DEPTH_MAX {
        for entry in fs::read_dir(&path)? {
            let inside = entry?.file_name();
            gather(root, &format!("{name}/{}", inside.to_string_lossy()), depth + 1, from)?;
        }
    }
    Ok(())
}

/// Where `run` keeps its backups.
pub(super) fn folder(shell: &Shell) -> Result<PathBuf> {
    Ok(match &shell.config.newsletter.run.backups {
        Some(folder) => shell.config.root.join(folder),
        None => shell.config.state_dir()?.join("backups"),
    })
}

/// For `run`: a backup among those it keeps; the oldest ones beyond their number go. Gives its name.
pub(super) fn rotate(ledger: &Ledger, shell: &Shell) -> Result<String> {
    let folder = folder(shell)?;
    let made = name(shell.now);
    make(&folder.join(&made), ledger, shell)?;
    let names = || -> Result<Vec<String>> {
        let entries = fs::read_dir(&folder)?;
        Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
    };
    let is_ours = |name: &String| name.strip_prefix(PREFIX).is_some_and(|rest| rest.strip_suffix("Z.zip").is_some());
    let mut all: Vec<String> = names()?.into_iter().filter(is_ours).collect();
    // Names are dates: they sort by age.
    all.sort();
    let n_old = all.len().saturating_sub(shell.config.newsletter.run.backups_kept as usize);
    let old = all.into_iter().take(n_old).filter(|old| *old != made);
    let left_behind = names()?.into_iter().filter(|name| {
        name.strip_prefix('.').is_some_and(|name| name.starts_with(PREFIX)) && is_left_behind(&folder.join(name))
    });
    for name in old.chain(left_behind) {
        // One that stays is found again the next time.
        let _ = fs::remove_file(folder.join(name));
    }
    Ok(made)
}

fn is_left_behind(path: &Path) -> bool {
    let at = fs::metadata(path).and_then(|meta| meta.modified()).ok().and_then(|at| Timestamp::try_from(at).ok());
    at.is_some_and(|at| clock().duration_since(at) > LEFT_BEHIND)
}

/// When the last backup was made, as far as the ledger knows.
pub(super) fn last(ledger: &Ledger) -> Result<Option<Timestamp>> {
    Ok(ledger.meta(META_AT)?.and_then(|at| at.parse().ok()))
}

/// How old the last backup is, and where backups lie.
pub(super) fn age(last: Option<Timestamp>, shell: &Shell) -> Result<Words> {
    let shown = folder(shell)?.display().to_string();
    let is_made = shell.config.newsletter.run.backups_kept > 0;
    Ok(match last {
        Some(at) => {
            let ago = ago(shell.now.duration_since(at));
            let at = words::moment(at, &shell.config.newsletter);
            let (ago_en, ago_fr) = (ago.en, ago.fr);
            let (en, fr) = if is_made {
                (format!("; `run` keeps them in `{shown}`"), format!("; `run` les garde dans `{shown}`"))
            } else {
                ("; `run` makes none".to_owned(), "; `run` n'en fait aucune".to_owned())
            };
            words!("last backup: {at}, {ago_en} ago{en}", "dernière sauvegarde : {at}, il y a {ago_fr}{fr}")
        }
        None => words!("no backup has been made yet", "aucune sauvegarde n'a encore été faite"),
    })
}

/// How long ago something was, as people say it: the first two of days and hours that count.
fn ago(since: SignedDuration) -> Words {
    let hours = since.as_hours().max(0);
    let (days, hours) = (usize::try_from(hours / 24).unwrap_or(usize::MAX), usize::try_from(hours % 24).unwrap_or(0));
    let days_words = words::count(days, ["day", "days"], ["jour", "jours"]);
    let hours_words = words::count(hours, ["hour", "hours"], ["heure", "heures"]);
    match (days, hours) {
        (0, 0) => words!("less than an hour", "moins d'une heure"),
        (0, _) => hours_words,
        (_, 0) => days_words,
        _ => {
            let (en, fr, hours_en, hours_fr) = (days_words.en, days_words.fr, hours_words.en, hours_words.fr);
            words!("{en} and {hours_en}", "{fr} et {hours_fr}")
        }
    }
}
