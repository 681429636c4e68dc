//! Story files named one by one, wherever they lie: a contributor asks about a draft before dropping it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::folder::{self, Found};
use super::stem_and_language;
use crate::files;
use crate::model::{Newsletter, Severity};

/// The named files, each with its twins in other languages and its photo beside it, and findings for those that are no
/// stories.
pub(super) fn files(paths: &[PathBuf], root: &Path, newsletter: &Newsletter) -> Result<Found> {
    let mut found = Found::default();
    let stories = fs::canonicalize(root.join("stories")).unwrap_or_else(|_| root.join("stories"));
    for path in paths {
        let shown = path.display();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // The folder may be reached through links; the file itself may not be one.
        let folder = fs::canonicalize(folder)
            .with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
        files::open_regular(path)?;
        let place = Place::of(&folder, &stories);
        if files::is_ignored_name(&name) || is_picture(&name) {
            folder::note(
                &mut found.findings,
                &place.shown(&name),
                Severity::Info,
                words!("by its name this file is no story", "d'après son nom, ce fichier n'est pas un article"),
                words!("name the story's own file", "nommez le fichier de l'article lui-même"),
            );
            continue;
        }
        for name in with_twins(&folder, &name, newsletter) {
            let shown = place.shown(&name);
            if found.stories.iter().chain(&found.pictures).all(|file| file.shown != shown) {
                folder::sort_in(&folder.join(&name), name, shown, &place.below, &mut found);
            }
        }
    }
    found.stories.sort_by(|a, b| a.shown.cmp(&b.shown));
    Ok(found)
}

/// Where a folder lies, as people and as the reader of pictures are told.
struct Place {
    /// From `stories/`: for a folder elsewhere the way there leads up first.
    below: String,
    /// What stands before a file's name.
    before: String,
}

impl Place {
    fn of(folder: &Path, stories: &Path) -> Self {
        let slashed = |path: &Path| path.to_string_lossy().replace('\\', "/");
        if let Ok(inside) = folder.strip_prefix(stories) {
            let below = slashed(inside);
            let before = if below.is_empty() { "stories".to_owned() } else { format!("stories/{below}") };
            return Self { below, before };
        }
        let up = stories.components().count().saturating_sub(1);
        let below = format!("{}{}", "../".repeat(up), slashed(folder).trim_start_matches('/'));
        Self { below, before: slashed(folder) }
    }

    fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.before.trim_end_matches('/'))
    }
}

fn is_picture(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    ending.is_some_and(|ending| matches!(ending.as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp"))
}

/// `name.en.md` with `name.fr.md` and `name.jpg`; a file without a language with its photo alone.
fn with_twins(folder: &Path, name: &str, newsletter: &Newsletter) -> Vec<String> {
    let own = |name: &str| stem_and_language(name.rsplit_once('.').map_or(name, |(stem, _)| stem), newsletter);
    let (stem, lang) = own(name);
    let mut names = vec![name.to_owned()];
    if let Ok(entries) = fs::read_dir(folder) {
        let files = entries.filter_map(Result::ok).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let others = files.filter_map(|entry| entry.file_name().into_string().ok());
        names.extend(others.filter(|other| {
            let (same, other_lang) = own(other);
            let twin = is_picture(other) || (lang.is_some() && other_lang.is_some());
            other != name && !files::is_ignored_name(other) && same == stem && twin
        }));
    }
    names.sort();
    names
}
