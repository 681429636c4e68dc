//! The project's files: those that Git knows or would take, so that neither a build nor a person's own subscribers are
//! ever read or copied by a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What Git would not take, for a copy of the project that is no checkout.
const NOT_OURS: [&str; 6] = [".git", "target", "state", "cache", "issues", "public"];

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether Git can be asked.
pub(crate) fn is_checkout() -> bool {
    root().join(".git").exists() && git(&["ls-files"]).is_some()
}

/// Every file's path from the root, with `/`, sorted: tracked, or new and not ignored.
pub(crate) fn project_files() -> Vec<String> {
    let listed = root().join(".git").exists().then(|| git(&["ls-files", "--cached", "--others", "--exclude-standard"]));
    let mut files = match listed.flatten() {
        // A file that was deleted is listed until the deletion is committed.
        Some(files) => files.into_iter().filter(|file| root().join(file).exists()).collect(),
        None => walked(),
    };
    files.sort();
    files.dedup();
    files
}

/// The files that Git knows, if it can be asked.
pub(crate) fn git(arguments: &[&str]) -> Option<Vec<String>> {
    let output = Command::new("git").arg("-C").arg(root()).args(arguments).arg("-z").output().ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| names.split_terminator('\0').map(str::to_owned).collect())
}

fn walked() -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        let path = root().join(&name);
        if path.is_dir() {
            let inside = files(&path).into_iter().map(|file| Path::new(&name).join(file));
            all.extend(inside.map(|file| file.to_str().unwrap().replace('\\', "/")));
        } else {
            all.push(name);
        }
    }
    all
}

/// All files in a folder, however deep, by their paths from it; none when the folder is not there.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut inside = vec![PathBuf::new()];
    while let Some(path) = inside.pop() {
        for entry in fs::read_dir(folder.join(&path)).into_iter().flatten() {
            let entry = entry.unwrap();
            let path = path.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() { inside.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

/// The text of one of the project's files; none when it is an image or the like.
pub(crate) fn text(file: &str) -> Option<String> {
    String::from_utf8(fs::read(root().join(file)).unwrap()).ok()
}

/// Every file that is text, with its text.
pub(crate) fn texts() -> Vec<(String, String)> {
    project_files().into_iter().filter_map(|file| text(&file).map(|text| (file, text))).collect()
}

/// A fresh copy of the project in a folder of its own, as a clone would be.
pub(crate) fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_files(root(), project_files(), folder.path());
    folder
}

/// Copies all files of a folder, with who may read them.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    copy_files(from, files(from), to);
}

fn copy_files(from: &Path, files: impl IntoIterator<Item = impl AsRef<Path>>, to: &Path) {
    for file in files {
        let (from, to) = (from.join(&file), to.join(&file));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
