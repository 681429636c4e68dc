//! Which files of the drop folder are stories. Nothing is followed out of it; what cannot be read is named.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{Report, Spot};
use crate::files;
use crate::model::{Finding, Severity, Words};

/// Folders in folders in folders; deeper is a copy of somebody's disk.
const DEPTH_MAX: usize = 3;
/// A year of a busy office is a few hundred.
const FILES_MAX: usize = 2_000;

/// A file that may be a story.
pub(super) struct Dropped {
    pub(super) path: PathBuf,
    /// From the newsletter's folder, with `/`.
    pub(super) shown: String,
    /// Its name.
    pub(super) name: String,
    /// Its name without the last extension.
    pub(super) stem: String,
    pub(super) extension: String,
    /// Its folder within `stories/`, empty for the top.
    pub(super) folder: String,
}

/// The files to read, by name, and findings for those that are not.
pub(super) fn files(root: &Path) -> Result<(Vec<Dropped>, Vec<Finding>)> {
    let top = root.join("stories");
    let mut found = Vec::new();
    let mut findings = Vec::new();
    if top.is_dir() {
        walk(&top, "", 0, &mut found, &mut findings)?;
    }
    found.sort_by(|a, b| a.shown.cmp(&b.shown));
    if found.len() > FILES_MAX {
        let n = found.len();
        note(
            &mut findings,
            "stories",
            Severity::Warning,
            words!(
                "the folder holds {n} files: only the first {FILES_MAX} are read",
                "le dossier contient {n} fichiers\u{a0}: seuls les {FILES_MAX} premiers sont lus"
            ),
            words!("move old stories out of it", "sortez-en les anciens articles"),
        );
        found.truncate(FILES_MAX);
    }
    Ok((found, findings))
}

fn walk(folder: &Path, below: &str, depth: usize, found: &mut Vec<Dropped>, findings: &mut Vec<Finding>) -> Result<()> {
    let shown = folder.display();
    let entries = fs::read_dir(folder)
        .with_context(|| words!("could not read the folder `{shown}`", "impossible de lire le dossier `{shown}`"))?;
    for entry in entries {
        let entry = entry.with_context(|| {
            words!("could not read the folder `{shown}`", "impossible de lire le dossier `{shown}`")
        })?;
        if found.len() > FILES_MAX * 2 {
            break;
        }
        let Ok(name) = entry.file_name().into_string() else {
            let name = entry.file_name().to_string_lossy().into_owned();
            note(
                findings,
                &path_shown(below, &name),
                Severity::Warning,
                words!("the file's name is not readable text", "le nom du fichier n'est pas du texte lisible"),
                words!("rename it with plain letters", "renommez-le avec des lettres simples"),
            );
            continue;
        };
        if files::is_ignored_name(&name) {
            continue;
        }
        let shown = path_shown(below, &name);
        // Of the entry itself, not of what a link points to.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if depth + 1 > DEPTH_MAX {
                note(
                    findings,
                    &shown,
                    Severity::Warning,
                    words!(
                        "folders deeper than {DEPTH_MAX} are not read",
                        "les dossiers au-delà de {DEPTH_MAX} niveaux ne sont pas lus"
                    ),
                    words!("move its stories up", "remontez ses articles"),
                );
                continue;
            }
            let below = if below.is_empty() { name } else { format!("{below}/{name}") };
            walk(&entry.path(), &below, depth + 1, found, findings)?;
        } else if !kind.is_file() {
            note(
                findings,
                &shown,
                Severity::Warning,
                words!(
                    "it is a link or a device, not a file: it was not read",
                    "c'est un lien ou un périphérique, pas un fichier\u{a0}: il n'a pas été lu"
                ),
                words!("put the file itself in its place", "mettez le fichier lui-même à cet endroit"),
            );
        } else {
            sort_in(&entry.path(), name, shown, below, found, findings);
        }
    }
    Ok(())
}

/// Puts a file where its ending says: among the stories, or among the findings.
pub(super) fn sort_in(
    path: &Path,
    name: String,
    shown: String,
    below: &str,
    found: &mut Vec<Dropped>,
    findings: &mut Vec<Finding>,
) {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let extension = extension.to_lowercase();
    match extension.as_str() {
        "md" | "markdown" | "txt" | "ics" | "csv" => found.push(Dropped {
            path: path.to_owned(),
            stem: stem.to_owned(),
            extension,
            folder: below.to_owned(),
            shown,
            name,
        }),
        // Pictures lie beside their story.
        "jpg" | "jpeg" | "png" | "gif" | "webp" => {}
        other => {
            let (severity, message, hint) = unsupported(other);
            note(findings, &shown, severity, message, hint);
        }
    }
}

fn unsupported(extension: &str) -> (Severity, Words, Words) {
    let as_text = words!(
        "copy its text into a file that ends in `.md`: a title after `# `, then the text",
        "copiez son texte dans un fichier qui se termine par `.md`\u{a0}: un titre après `# `, puis le texte"
    );
    let (message, hint) = match extension {
        "eml" | "msg" => {
            (words!("mails are not read from this folder", "les courriels ne sont pas lus dans ce dossier"), as_text)
        }
        "xlsx" | "xls" => (
            words!("files of type `.{extension}` are not read", "les fichiers de type `.{extension}` ne sont pas lus"),
            words!(
                "save a job list as `.csv` (in Excel: Save As, CSV UTF-8)",
                "enregistrez une liste d'emplois en `.csv` (dans Excel\u{a0}: Enregistrer sous, CSV UTF-8)"
            ),
        ),
        "heic" | "heif" | "svg" | "tif" | "tiff" | "bmp" | "avif" => (
            words!(
                "pictures of type `.{extension}` are not shown by mail programs",
                "les images de type `.{extension}` ne s'affichent pas dans les courriels"
            ),
            words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`"),
        ),
        "" => (
            words!(
                "the file's name has no ending, so it was not read",
                "le nom du fichier n'a pas d'extension\u{a0}: il n'a pas été lu"
            ),
            as_text,
        ),
        _ => (
            words!("files of type `.{extension}` are not read", "les fichiers de type `.{extension}` ne sont pas lus"),
            as_text,
        ),
    };
    (Severity::Warning, message, hint)
}

fn path_shown(below: &str, name: &str) -> String {
    if below.is_empty() { format!("stories/{name}") } else { format!("stories/{below}/{name}") }
}

/// A finding about a whole file.
pub(super) fn note(findings: &mut Vec<Finding>, file: &str, severity: Severity, message: Words, hint: Words) {
    let mut report = Report { file: file.to_owned(), findings: Vec::new() };
    report.add(severity, &Spot::default(), message, hint);
    findings.append(&mut report.findings);
}
