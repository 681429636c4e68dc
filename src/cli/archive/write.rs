//! Writes the site over the old one so that at any moment there is a whole one: what is pointed at first, the first page
//! after it, what is no longer part of it last. A full disk half-way leaves the old pages, and the next run goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;

use crate::archive::{DIGESTS, SiteFile, digests, listed};
use crate::files;

/// What changed.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// New or changed, from `public/`.
    pub(super) written: Vec<String>,
    /// No longer part of the site.
    pub(super) removed: Vec<String>,
}

/// Writes the site. The list of digests says which files are ours: what an office has put beside them stays.
/// A write that was cut off leaves a file beside its page, which is removed later: `now` is the real clock's.
pub(super) fn write(root: &Path, site: &[SiteFile], now: SystemTime) -> Result<Written> {
    let mut done = Written::default();
    for file in site {
        if files::write_whole(&root.join(&file.path), &file.bytes)? {
            done.written.push(file.path.clone());
        }
    }
    let ours: BTreeSet<&str> = site.iter().map(|file| file.path.as_str()).collect();
    let list = root.join(DIGESTS);
    // Without the list, or with one that cannot be read, nothing is removed.
    let before = files::read_text(&list).map(|text| listed(&text)).unwrap_or_default();
    for path in before.keys().filter(|path| !ours.contains(path.as_str())) {
        if fs::remove_file(root.join(path)).is_ok() {
            done.removed.push(path.clone());
        }
        remove_empty(root, path);
    }
    let folders: BTreeSet<&Path> = site.iter().filter_map(|file| Path::new(&file.path).parent()).collect();
    for folder in folders {
        files::remove_left_behind(&root.join(folder), now);
    }
    let mut sorted: Vec<&SiteFile> = site.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let text = digests(sorted.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())));
    files::write_whole(&list, text.as_bytes())?;
    Ok(done)
}

/// Removes the folders that a file has left empty.
fn remove_empty(root: &Path, path: &str) {
    let mut folder = Path::new(path).parent();
    while let Some(inside) = folder.filter(|inside| *inside != Path::new("")) {
        // A folder that is not empty stays, and so do those it lies in.
        if fs::remove_dir(root.join(inside)).is_err() {
            break;
        }
        folder = inside.parent();
    }
}
