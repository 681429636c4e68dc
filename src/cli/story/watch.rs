//! `story watch`: looks at the drop folder again and again, since shares give no events; says what came in once it has
//! stopped changing, and keeps the contributors' page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::judge::{self, files_of};
use super::{check, page};
use crate::archive::Contribution;
use crate::cli::exit::Exit;
use crate::cli::report::Colour;
use crate::cli::{Shell, clock, runtime};
use crate::files;
use crate::gather::read_stories;
use crate::model::{Finding, Place, Story};

/// Folders in folders, as the reader goes.
const DEPTH_MAX: usize = 3;
/// Files that are watched: what the reader reads, and a picture for each.
const FILES_MAX: usize = 4_000;

/// Arguments of `story watch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

/// How large a file is, and when it was written.
type Stamp = (u64, Option<SystemTime>);
/// The files of the folder.
type Seen = BTreeMap<String, Stamp>;

/// What was seen at the last look, and what was last said.
#[derive(Default)]
struct Watched {
    last: Seen,
    said: Seen,
}

impl Watched {
    /// Takes a look. The names that have changed since they were last spoken of, and are as they were one look ago.
    fn look(&mut self, seen: Seen) -> BTreeSet<String> {
        let names: BTreeSet<String> = seen.keys().chain(self.said.keys()).cloned().collect();
        let settled = |name: &String| {
            let (now, before) = (seen.get(name), self.last.get(name));
            (now == before && now != self.said.get(name)).then(|| name.clone())
        };
        let changed: BTreeSet<String> = names.iter().filter_map(settled).collect();
        for name in &changed {
            match seen.get(name) {
                Some(stamp) => self.said.insert(name.clone(), *stamp),
                None => self.said.remove(name),
            };
        }
        self.last = seen;
        changed
    }

    /// Files that are still being written.
    fn unsettled(&self) -> BTreeSet<String> {
        self.last
            .iter()
            .filter(|(name, stamp)| self.said.get(*name) != Some(stamp))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let every = args.every;
    shell.report.line(&words!(
        "watching `stories/` every {every} s; `public/stories.html` says what came in; Ctrl-C ends it",
        "surveillance de `stories/` toutes les {every} s; `public/stories.html` dit ce qui est arrivé; Ctrl-C y met fin"
    ));
    runtime()?.block_on(watch(Duration::from_secs(every), shell))
}

async fn watch(every: Duration, shell: &Shell) -> Result<Exit> {
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    let mut watched = Watched::default();
    // What lies there at the start has long been dropped: it goes on the page, and is not spoken of.
    let seen = seen(&shell.config.root);
    watched.look(seen.clone());
    watched.look(seen);
    step(&BTreeSet::new(), &watched, shell)?;
    let mut changed = BTreeSet::new();
    loop {
        tokio::select! {
            _ = &mut stop => return Ok(Exit::Interrupted),
            () = tokio::time::sleep(every) => {}
        }
        if !shell.config.root.join("stories").is_dir() {
            continue; // A share that has gone away comes back, and nobody has taken every story.
        }
        changed.extend(watched.look(self::seen(&shell.config.root)));
        if changed.is_empty() {
            continue;
        }
        match step(&changed, &watched, shell) {
            Ok(()) => changed.clear(),
            // A file in use, a full disk: it is said, and tried again at the next look.
            Err(error) => shell.report.error(&error),
        }
    }
}

/// Reads the folder, says what is to be said of what changed, and writes the page.
fn step(changed: &BTreeSet<String>, watched: &Watched, shell: &Shell) -> Result<()> {
    let config = &shell.config;
    // A watch lasts for days: the time is that of the look.
    let now = shell.environment.now.unwrap_or_else(clock);
    let (mut stories, mut findings) = read_stories(&config.root, &config.newsletter, now)?;
    let unsettled = watched.unsettled();
    stories.retain(|story| is_settled(story, &unsettled));
    findings.retain(|finding| !is_of(finding, &unsettled));
    let (contributions, sources) = judge::judge(&stories, findings, shell)?;
    for name in changed.iter().filter(|name| !watched.last.contains_key(*name)) {
        shell.report.line(&words!("`{name}` is gone", "`{name}` a disparu"));
    }
    let is_changed = |of: &&Contribution| of.files.iter().any(|file| changed.contains(file));
    for contribution in contributions.iter().filter(is_changed) {
        check::show(contribution, &sources, shell);
    }
    if page::write(&contributions, shell)? {
        let line =
            shell.report.say(&words!("wrote `public/stories.html`", "`public/stories.html` est écrit")).to_owned();
        shell.report.text(shell.report.paint(Colour::Cyan, &line));
    }
    Ok(())
}

fn is_settled(story: &Story, unsettled: &BTreeSet<String>) -> bool {
    files_of(story).iter().all(|file| !unsettled.contains(file))
}

fn is_of(finding: &Finding, files: &BTreeSet<String>) -> bool {
    matches!(&finding.place, Place::File { file, .. } if files.contains(file))
}

/// What lies in the drop folder, pictures too.
fn seen(root: &Path) -> Seen {
    let mut seen = Seen::new();
    walk(&root.join("stories"), "stories", 0, &mut seen);
    seen
}

fn walk(folder: &Path, shown: &str, depth: usize, seen: &mut Seen) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(meta) = fs::symlink_metadata(entry.path()) else { continue };
        if files::is_ignored_name(&name) || seen.len() >= FILES_MAX {
            continue;
        }
        let shown = format!("{shown}/{name}");
        if meta.is_dir() && depth < DEPTH_MAX {
            walk(&entry.path(), &shown, depth + 1, seen);
        } else if !meta.is_dir() {
            seen.insert(shown, (meta.len(), meta.modified().ok()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(files: &[(&str, u64)]) -> Seen {
        files.iter().map(|(name, size)| ((*name).to_owned(), (*size, None))).collect()
    }

    fn look(watched: &mut Watched, files: &[(&str, u64)]) -> Vec<String> {
        watched.look(seen(files)).into_iter().collect()
    }

    #[test]
    fn a_file_is_spoken_of_once_it_has_stopped_growing() {
        let mut watched = Watched::default();
        assert!(look(&mut watched, &[("a", 1)]).is_empty());
        assert!(look(&mut watched, &[("a", 2), ("b", 5)]).is_empty());
        assert_eq!(watched.unsettled().len(), 2);
        assert_eq!(look(&mut watched, &[("a", 3), ("b", 5)]), ["b"]);
        assert_eq!(look(&mut watched, &[("a", 3), ("b", 5)]), ["a"]);
        assert!(look(&mut watched, &[("a", 3), ("b", 5)]).is_empty());
        assert!(watched.unsettled().is_empty());
    }

    #[test]
    fn a_file_that_is_gone_is_spoken_of_once() {
        let mut watched = Watched::default();
        look(&mut watched, &[("a", 1)]);
        look(&mut watched, &[("a", 1)]);
        assert!(look(&mut watched, &[]).is_empty(), "a program that saves may have taken it away for a moment");
        assert_eq!(look(&mut watched, &[]), ["a"]);
        assert!(look(&mut watched, &[]).is_empty());
    }
}
