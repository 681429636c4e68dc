//! `restore`: a newsletter from its backup. Who left since stays out, and what may have left since is held.
//!
//! STATE's files are made ready in a folder of their own. Then, behind a mark that no command passes, the newsletter's files
//! come, what may have left is held, and the files take their places: issues that are approved, beside a ledger that knows
//! nothing of them, would leave again. Stopped anywhere and run again it does the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::super::exit::Exit;
use super::super::report::Report;
use super::super::{Shell, host, subscribers, words, workspace};
use super::{KEPT, META_AT, STATE, settle};
use crate::config::{Config, Environment};
use crate::files;
use crate::ledger::{FILE_NAME, Hold, Ledger, RESTORING, RunLock, SendLock};
use crate::model::IssueId;
use crate::packed::{self, List, Wanted};
use crate::send::{Secrets, departures, secrets};

/// Where a restore is made ready, in STATE.
const READY: &str = ".restore";
/// A log of departures: ten million lines.
const LOG_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The backup.
    file: PathBuf,
    /// Put it in the place of the ledger that is here; that one is kept beside it.
    #[arg(long)]
    replace: bool,
    /// A younger `departures.log`, saved from elsewhere: who left since the backup stays out.
    #[arg(long, value_name = "FILE")]
    departures: Option<PathBuf>,
}

/// What a restore came to.
struct Done {
    list: List,
    held: Vec<IssueId>,
    n_files: usize,
    /// Lines about departures that the backup had not; none: there was no other log to look at.
    n_later: Option<usize>,
    /// Where the ledger lies that was here before.
    aside: Option<PathBuf>,
}

/// Restores into a folder, which may have a newsletter already or be empty.
pub(in crate::cli) fn run(
    args: &Args,
    dir: Option<&Path>,
    environment: &Environment,
    report: Report,
    now: Timestamp,
) -> Result<Exit> {
    let list = packed::verify(&args.file)?;
    let config = configuration(args, &list, dir.unwrap_or_else(|| Path::new(".")))?;
    let config = Config { ledger_url: environment.ledger_url.clone(), ..config };
    let shell = Shell { config, environment: environment.clone(), report, now, waiting: None };
    let state = shell.config.state_dir()?;
    may_replace(args, &list, &state, &shell)?;
    let ready = state.join(READY);
    if ready.exists() {
        fs::remove_dir_all(&ready)?; // A restore that was stopped.
    }
    let n_later = make_ready(args, &list, &state, &ready)?;
    let guard = stand_guard(args, &state, &shell)?;
    let n_files = unpack_rest(args, &list, &shell)?;
    let held = hold(&ready, &list, &shell, &state)?;
    let aside = take_place(&guard, &state, &ready, &shell)?;
    drop(guard);
    // Replays the departures that the ledger does not know, and says how many people that keeps out.
    let ledger = subscribers::open(&shell)?;
    conclude(&Done { list, held, n_files, n_later, aside }, &ledger, &shell)
}

/// The newsletter's settings: they say where STATE lies. Those that are here are younger, and stay. The backup's are only
/// looked at: with them in their place a job would begin a new ledger.
fn configuration(args: &Args, list: &List, root: &Path) -> Result<Config> {
    fs::create_dir_all(root)?;
    let root = root.canonicalize()?;
    let config = if root.join("newsletter.toml").exists() {
        Config::load(&root)?
    } else {
        let look = root.join(READY);
        if look.exists() {
            fs::remove_dir_all(&look)?; // A restore that was stopped.
        }
        let is_setting = |name: &&String| matches!(name.as_str(), "newsletter.toml" | "sources.toml");
        let wanted: Vec<Wanted> = list.files.keys().filter(is_setting).filter_map(|name| absent(name, &look)).collect();
        packed::unpack(&args.file, &wanted)?;
        let config = Config::load(&look);
        fs::remove_dir_all(&look)?;
        Config { root, ..config? }
    };
    if config.newsletter.id != list.newsletter {
        let (ours, its) = (&config.newsletter.id, &list.newsletter);
        bail!(words!(
            "this is the backup of `{its}`, and the newsletter here is `{ours}`",
            "c'est la sauvegarde de `{its}`, et l'infolettre d'ici est `{ours}`"
        ));
    }
    Ok(config)
}

/// A file of the backup that is not there. Lists of people are for their owner alone, and so are keys, which are what lies
/// outside the folders that are kept.
fn absent(name: &str, root: &Path) -> Option<Wanted> {
    let to = root.join(name);
    let folder = name.split('/').next().unwrap_or(name);
    let is_private = folder == "subscribers" || !KEPT.contains(&folder);
    (!to.exists()).then(|| Wanted { name: name.to_owned(), to, is_private })
}

/// Where the ledger is.
fn shown(server: Option<&Ledger>, state: &Path) -> String {
    server.map_or_else(|| state.display().to_string(), Ledger::place)
}

/// Whether there is a ledger already, other than an empty one on a server.
fn is_there(server: Option<&Ledger>, state: &Path) -> Result<bool> {
    server.map_or_else(|| Ok(state.join(FILE_NAME).exists()), |server| Ok(!server.is_empty()?))
}

/// Refuses to write over a ledger without a word, above all over one that knows more.
fn may_replace(args: &Args, list: &List, state: &Path, shell: &Shell) -> Result<()> {
    if args.replace || state.join(RESTORING).exists() {
        return Ok(());
    }
    let server = shell.config.ledger_url.as_ref().map(|_| shell.ledger()).transpose()?;
    if !is_there(server.as_ref(), state)? {
        return Ok(());
    }
    let (shown, made) = (shown(server.as_ref(), state), words::moment(list.at, &shell.config.newsletter));
    // A ledger that cannot be read cannot say how old it is.
    let ledger = server.or_else(|| Ledger::open(state).ok());
    let changed = ledger.and_then(|ledger| ledger.last_change().ok().flatten());
    if let Some(changed) = changed.filter(|changed| *changed > list.at) {
        let changed = words::moment(changed, &shell.config.newsletter);
        bail!(words!(
            "refused: the ledger in `{shown}` is younger ({changed}) than the backup ({made}), and what happened in between would be forgotten. If the backup is to take its place all the same: --replace; the one that is here is kept beside it",
            "refusé : le registre dans `{shown}` est plus récent ({changed}) que la sauvegarde ({made}), et ce qui s'est passé entre les deux serait oublié. Si la sauvegarde doit quand même prendre sa place : --replace; celui qui est ici est gardé à côté"
        ));
    }
    bail!(words!(
        "refused: there is a ledger in `{shown}` already. If the backup of {made} is to take its place: --replace; the one that is here is kept beside it",
        "refusé : il y a déjà un registre dans `{shown}`. Si la sauvegarde du {made} doit prendre sa place : --replace; celui qui est ici est gardé à côté"
    ));
}

/// Makes STATE's files ready: the ledger and the key from the backup, and every departure that any log knows. Gives the
/// number of lines that the backup had not, if there was another log.
fn make_ready(args: &Args, list: &List, state: &Path, ready: &Path) -> Result<Option<usize>> {
    let prefix = format!("{STATE}/");
    let wanted: Vec<Wanted> = list
        .files
        .keys()
        .filter_map(|name| Some((name, name.strip_prefix(&prefix)?)))
        .map(|(name, file)| Wanted { name: name.clone(), to: ready.join(file), is_private: true })
        .collect();
    if !list.files.contains_key(&format!("{STATE}/{FILE_NAME}")) {
        bail!(words!("the backup holds no ledger", "la sauvegarde ne contient pas de registre"));
    }
    packed::unpack(&args.file, &wanted)?;
    let ours = [Some(state.join(departures::FILE_NAME)), args.departures.clone()];
    let mut others = Vec::new();
    // Where the ledger outlived, no log means that nobody has left.
    let mut is_known = state.join(FILE_NAME).exists();
    for file in ours.into_iter().flatten() {
        if file.exists() {
            is_known = true;
            others.extend(log_lines(&file)?);
        } else if args.departures.as_ref() == Some(&file) {
            let shown = file.display();
            bail!(words!("could not read `{shown}`", "impossible de lire `{shown}`"));
        }
    }
    let log = ready.join(departures::FILE_NAME);
    let mut lines = if log.exists() { log_lines(&log)? } else { Vec::new() };
    let known: BTreeSet<String> = lines.iter().map(|(_, line)| line.clone()).collect();
    let later: BTreeMap<String, Timestamp> =
        others.into_iter().filter(|(_, line)| !known.contains(line)).map(|(at, line)| (line, at)).collect();
    let n_later = later.len();
    lines.extend(later.into_iter().map(|(line, at)| (at, line)));
    // The last line of a person holds.
    lines.sort();
    let text: Vec<String> = lines.into_iter().map(|(_, line)| line + "\n").collect();
    files::write_secret(&log, text.concat().as_bytes())?;
    // The key that is here may have keys of links that the backup's has not, if it is the same.
    let (here, its) = (state.join(secrets::FILE_NAME), ready.join(secrets::FILE_NAME));
    if here.exists() {
        let spare = ready.join("secrets.of-backup");
        if its.exists() {
            fs::rename(&its, &spare)?;
        }
        files::write_secret(&its, &files::read_bytes(&here, files::TEXT_BYTES_MAX)?)?;
        if spare.exists() && Secrets::open(&Ledger::open(ready)?).is_err() {
            fs::rename(&spare, &its)?;
        }
    }
    Ok(is_known.then_some(n_later))
}

/// The lines of a log of departures, each with its moment; what is no such line is left out.
fn log_lines(file: &Path) -> Result<Vec<(Timestamp, String)>> {
    let text = files::decode(&files::read_bytes(file, LOG_BYTES_MAX)?);
    let line = |line: &str| Some((line.split_whitespace().next()?.parse().ok()?, line.to_owned()));
    Ok(text.lines().filter_map(line).collect())
}

/// The newsletter's own files: what is here is younger, and stays.
fn unpack_rest(args: &Args, list: &List, shell: &Shell) -> Result<usize> {
    let prefix = format!("{STATE}/");
    let rest = list.files.keys().filter(|name| !name.starts_with(&prefix));
    let wanted: Vec<Wanted> = rest.filter_map(|name| absent(name, &shell.config.root)).collect();
    packed::unpack(&args.file, &wanted)?;
    Ok(wanted.len())
}

/// Makes the ledger safe before it has its place. Every issue that may have left since the backup is held: those it did not
/// see complete, up to the one whose turn it is.
fn hold(ready: &Path, list: &List, shell: &Shell, state: &Path) -> Result<Vec<IssueId>> {
    let newsletter = &shell.config.newsletter;
    let ledger = Ledger::open(ready)?;
    let mut ids: BTreeSet<IssueId> = ledger.open_issues()?.into_iter().chain(ledger.held_issues()?).collect();
    ids.extend(workspace::issues(&shell.config).into_iter().filter(|id| *id >= newsletter.first_issue));
    let current = newsletter.turn(shell.now)?;
    let mut id = newsletter.turn(list.at)?.min(current.clone());
    while id <= current {
        ids.insert(id.clone());
        id = id.next_month();
    }
    let mut held = Vec::new();
    for id in ids {
        let is_complete = ledger.frozen(&id)?.is_some_and(|frozen| frozen.completed.is_some());
        let is_given_up = workspace::folder(&shell.config, &id).load_sent()?.is_some_and(|sent| sent.given_up);
        if !is_complete && !is_given_up {
            held.push(id);
        }
    }
    ledger.hold_restored(&held, Hold { backup_at: list.at, at: shell.now })?;
    ledger.raise_numbers(shell.now)?;
    departures::read_again(&ledger)?;
    ledger.set_meta(META_AT, &list.at.to_string())?;
    host::settle_in(&ledger, state)?;
    // One file, without a journal beside it.
    ledger.scrub(false)?;
    Ok(held)
}

/// What keeps others away while files change places, and what is there before.
struct Guard {
    /// They go first: a right on a server is given back through its ledger.
    _locks: Option<(SendLock, RunLock)>,
    /// The ledger on a server, where there is one.
    server: Option<Ledger>,
    /// Whether there is a ledger already, other than an empty one.
    is_there: bool,
}

/// Nobody sends and no job runs from here on: the locks of the ledger that is here, and a mark that outlives this program.
fn stand_guard(args: &Args, state: &Path, shell: &Shell) -> Result<Guard> {
    let mark = state.join(RESTORING);
    let server = shell.config.ledger_url.as_ref().map(|url| Ledger::open_to_restore(state, url)).transpose()?;
    let is_there = is_there(server.as_ref(), state)?;
    let before = if is_there && !mark.exists() { server.clone().or_else(|| Ledger::open(state).ok()) } else { None };
    let locks = match &before {
        None => None,
        Some(_) if !args.replace => bail!(words!(
            "refused: another program has made a ledger meanwhile",
            "refusé : un autre programme a créé un registre entre-temps"
        )),
        Some(ledger) => match (ledger.lock_for_sending_alone(), ledger.lock_for_run()?) {
            (Ok(send), Some(run)) => Some((send, run)),
            _ => bail!(words!(
                "refused: `cco-news send` or `run` is at work here: wait for it, or stop it",
                "refusé : `cco-news send` ou `run` est à l'œuvre ici : attendez sa fin, ou arrêtez-le"
            )),
        },
    };
    files::write_secret(&mark, b"A restore is under way. If it was stopped: run the same `cco-news restore` again.\n")?;
    files::sync_folder(state)?;
    Ok(Guard { _locks: locks, server, is_there })
}

/// Moves what is here aside, and what is ready into its place. Gives where the former ledger lies.
fn take_place(guard: &Guard, state: &Path, ready: &Path, shell: &Shell) -> Result<Option<PathBuf>> {
    let (mark, server) = (state.join(RESTORING), &guard.server);
    let aside =
        guard.is_there.then(|| state.join(format!("before-restore-{}", shell.now.strftime("%Y-%m-%dT%H%M%SZ"))));
    if let Some(aside) = &aside {
        fs::create_dir_all(aside)?;
        let journals = [format!("{FILE_NAME}-wal"), format!("{FILE_NAME}-shm")];
        let files = if let Some(server) = server {
            super::copy(server, &aside.join(FILE_NAME))?;
            Vec::new()
        } else {
            [FILE_NAME.to_owned()].into_iter().chain(journals).collect()
        };
        for name in files.into_iter().chain([secrets::FILE_NAME.to_owned()]) {
            if state.join(&name).exists() {
                fs::rename(state.join(&name), aside.join(&name))?;
            }
        }
    }
    // The ledger last: with it everything is there.
    if let Some(server) = server {
        server.become_as(ready)?;
        departures::read_again(server)?;
    }
    for name in [secrets::FILE_NAME, departures::FILE_NAME, FILE_NAME] {
        if ready.join(name).exists() && (name != FILE_NAME || server.is_none()) {
            let shown = state.join(name).display().to_string();
            fs::rename(ready.join(name), state.join(name))
                .with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
        }
    }
    files::sync_folder(state)?;
    fs::remove_file(&mark)?;
    files::sync_folder(state)?;
    let _ = fs::remove_dir_all(ready); // Nothing of use is left in it.
    Ok(aside)
}

fn conclude(done: &Done, ledger: &Ledger, shell: &Shell) -> Result<Exit> {
    let Done { list, held, n_files, n_later, aside } = done;
    let (report, newsletter) = (&shell.report, &shell.config.newsletter);
    let made = words::moment(list.at, newsletter);
    report.line(&words!(
        "restored: the ledger as it was on {made}, and {n_files} files that were not here",
        "restauré : le registre tel qu'il était le {made}, et {n_files} fichiers qui n'étaient pas ici"
    ));
    if let Some(aside) = aside {
        let shown = aside.display();
        report.line(&words!(
            "the ledger that was here lies in `{shown}`: it holds addresses, remove it when you no longer need it",
            "le registre qui était ici se trouve dans `{shown}` : il contient des adresses, supprimez-le quand vous n'en aurez plus besoin"
        ));
    }
    if let Some(n) = n_later {
        report.line(&words!(
            "departures since the backup that other logs knew: {n}",
            "départs depuis la sauvegarde que d'autres journaux connaissaient : {n}"
        ));
    } else {
        report.warn(&words!(
            "there was no younger `departures.log`: who left after {made} is not known, and may get the next issue. If you find one: cco-news restore … --replace --departures FILE",
            "il n'y avait pas de `departures.log` plus récent : on ne sait pas qui est parti après le {made}, et ces personnes pourraient recevoir le prochain numéro. Si vous en trouvez un : cco-news restore … --replace --departures FICHIER"
        ));
    }
    report.warn(&words!(
        "who subscribed, moved or changed language after {made} is not known here either",
        "on ne sait pas non plus ici qui s'est abonné, a changé d'adresse ou de langue après le {made}"
    ));
    if newsletter.serve.url.is_some() {
        report.line(&words!("start `cco-news serve` again", "redémarrez `cco-news serve`"));
    }
    for id in held {
        if let Some(why) = settle::held(id, ledger, shell)? {
            report.warn(&why);
        }
    }
    if report.is_json {
        let json = json!({"at": list.at, "files": n_files, "held": held, "departures": n_later, "aside": aside});
        report.json(&json);
    }
    Ok(Exit::Look)
}
