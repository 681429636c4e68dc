//! What lies in the folder, by size and time, so that a change by anybody is seen: looked at again and again, since
//! shared drives announce nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::files;
use crate::model::IssueId;

/// Between two looks, on a disk of this machine: a change is shown within 300 ms.
const LOOK: Duration = Duration::from_millis(100);
/// Between two looks at a share, where each costs the server as much as opening the files.
const LOOK_AT_SHARE: Duration = Duration::from_secs(2);
/// Files that are looked at; a drop folder of years has a few hundred.
const FILES_MAX: usize = 2_000;
/// Folders within each other.
const DEPTH_MAX: usize = 4;

/// Files with their size and time.
pub(super) type Seen = BTreeMap<String, (u64, Option<SystemTime>)>;

/// How long to wait between two looks.
pub(super) fn pause(root: &Path) -> Duration {
    if files::network_share(root).is_some() { LOOK_AT_SHARE } else { LOOK }
}

/// Looks at everything that an issue is made of.
pub(super) fn look(root: &Path, id: &IssueId) -> Seen {
    let mut seen = Seen::new();
    let own = format!("issues/{id}");
    let files = ["newsletter.toml".to_owned(), "sources.toml".to_owned()];
    let of_issue = ["issue.toml", "harvest.json", "sent.json"].map(|name| format!("{own}/{name}"));
    for name in files.into_iter().chain(of_issue).chain([format!("{own}/{id}.md")]) {
        if let Ok(meta) = fs::symlink_metadata(root.join(&name)) {
            seen.insert(name, (meta.len(), meta.modified().ok()));
        }
    }
    for folder in ["stories", "templates", &format!("{own}/translations"), &format!("{own}/approvals")] {
        walk(&root.join(folder), folder, 0, &mut seen);
    }
    seen
}

fn walk(folder: &Path, shown: &str, depth: usize, seen: &mut Seen) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Ok(meta) = entry.metadata() else { continue };
        if files::is_ignored_name(&name) || seen.len() >= FILES_MAX {
            continue;
        }
        let shown = format!("{shown}/{name}");
        if meta.is_dir() && depth < DEPTH_MAX {
            walk(&entry.path(), &shown, depth + 1, seen);
        } else if meta.is_file() {
            seen.insert(shown, (meta.len(), meta.modified().ok()));
        }
    }
}

/// The files that are others, came or went.
pub(super) fn changed<'s>(before: &'s Seen, after: &'s Seen) -> Vec<&'s str> {
    let mut names: Vec<&str> =
        after.iter().filter(|(name, state)| before.get(*name) != Some(state)).map(|(name, _)| name.as_str()).collect();
    names.extend(before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str));
    names
}

/// Whether the drop folder or the sources have to be read again.
pub(super) fn is_gathered(name: &str) -> bool {
    name.starts_with("stories/") || name == "sources.toml" || name == "newsletter.toml"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_change_come_or_go_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let id = IssueId::parse("2026-12").unwrap();
        fs::create_dir_all(folder.path().join("stories/photos")).unwrap();
        fs::write(folder.path().join("stories/a.md"), "a").unwrap();
        let before = look(folder.path(), &id);
        fs::write(folder.path().join("stories/a.md"), "ab").unwrap();
        fs::write(folder.path().join("stories/photos/p.png"), "p").unwrap();
        fs::write(folder.path().join("stories/~$a.docx"), "lock").unwrap();
        let after = look(folder.path(), &id);
        assert_eq!(changed(&before, &after), ["stories/a.md", "stories/photos/p.png"]);
        assert_eq!(changed(&after, &before).len(), 2);
        assert!(is_gathered("stories/a.md") && !is_gathered("issues/2026-12/issue.toml"));
    }
}
