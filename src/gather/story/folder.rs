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
    /// The photo that belongs to it, from the newsletter's folder.
    pub(super) photo: Option<String>,
}

/// What lies in the folder.
#[derive(Default)]
pub(super) struct Found {
    /// Files that may be stories, by name.
    pub(super) stories: Vec<Dropped>,
    /// Pictures, by name.
    pub(super) pictures: Vec<Dropped>,
    /// For what is not read.
    pub(super) findings: Vec<Finding>,
    /// Lock files of Word and `LibreOffice`, each with its folder.
    locks: Vec<(String, String)>,
}

/// The files to read, and findings for those that are not.
pub(super) fn files(root: &Path) -> Result<Found> {
    let top = root.join("stories");
    let mut found = Found::default();
    if top.is_dir() {
        walk(&top, "", 0, &mut found)?;
    }
    found.stories.sort_by(|a, b| a.shown.cmp(&b.shown));
    found.pictures.sort_by(|a, b| a.shown.cmp(&b.shown));
    wait_for_open(&mut found);
    if found.stories.len() > FILES_MAX {
        let n = found.stories.len();
        note(
            &mut found.findings,
            "stories",
            Severity::Warning,
            words!(
                "the folder holds {n} files: only the first {FILES_MAX} are read",
                "le dossier contient {n} fichiers\u{a0}: seuls les {FILES_MAX} premiers sont lus"
            ),
            words!("move old stories out of it", "sortez-en les anciens articles"),
        );
        found.stories.truncate(FILES_MAX);
    }
    Ok(found)
}

/// Word puts `~$arning.docx` beside an open `Learning.docx`, `LibreOffice` `.~lock.Learning.docx#`: the file is half
/// written, and is read when it is closed. A lock without its file was left behind, and says nothing.
fn wait_for_open(found: &mut Found) {
    for (folder, lock) in std::mem::take(&mut found.locks) {
        let Some(at) = found.stories.iter().position(|file| file.folder == folder && is_lock_of(&lock, &file.name))
        else {
            continue;
        };
        let file = found.stories.remove(at);
        let name = &file.name;
        let (program, lock) = if lock.starts_with('.') { ("LibreOffice", lock) } else { ("Word", lock) };
        note(
            &mut found.findings,
            &file.shown,
            Severity::Info,
            words!("open in {program}: `{name}` waited for", "ouvert dans {program} : `{name}` attendu"),
            words!(
                "close it; if nobody has it open, delete the file `{lock}` beside it",
                "fermez-le; si personne ne l'a ouvert, supprimez le fichier `{lock}` à côté"
            ),
        );
    }
}

/// Word puts its mark over the first two letters of a long name, and before a short one.
fn is_lock_of(lock: &str, name: &str) -> bool {
    if let Some(open) = lock.strip_prefix(".~lock.").and_then(|rest| rest.strip_suffix('#')) {
        return open == name;
    }
    let Some(rest) = lock.strip_prefix("~$") else { return false };
    let mut letters = name.chars();
    (0..=2).any(|n| {
        let same = letters.as_str().eq_ignore_ascii_case(rest);
        if n < 2 {
            letters.next();
        }
        same
    })
}

fn walk(folder: &Path, below: &str, depth: usize, found: &mut Found) -> Result<()> {
    let shown = folder.display();
    let entries = fs::read_dir(folder)
        .with_context(|| words!("could not read the folder `{shown}`", "impossible de lire le dossier `{shown}`"))?;
    for entry in entries {
        let entry = entry.with_context(|| {
            words!("could not read the folder `{shown}`", "impossible de lire le dossier `{shown}`")
        })?;
        if found.stories.len() + found.pictures.len() > FILES_MAX * 2 {
            break;
        }
        let Ok(name) = entry.file_name().into_string() else {
            let name = entry.file_name().to_string_lossy().into_owned();
            note(
                &mut found.findings,
                &path_shown(below, &name),
                Severity::Warning,
                words!("the file's name is not readable text", "le nom du fichier n'est pas du texte lisible"),
                words!("rename it with plain letters", "renommez-le avec des lettres simples"),
            );
            continue;
        };
        if files::is_ignored_name(&name) {
            if (name.starts_with("~$") || name.starts_with(".~lock.")) && found.locks.len() < FILES_MAX {
                found.locks.push((below.to_owned(), name));
            }
            continue;
        }
        let shown = path_shown(below, &name);
        // Of the entry itself, not of what a link points to.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if depth + 1 > DEPTH_MAX {
                note(
                    &mut found.findings,
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
            walk(&entry.path(), &below, depth + 1, found)?;
        } else if !kind.is_file() {
            note(
                &mut found.findings,
                &shown,
                Severity::Warning,
                words!(
                    "it is a link or a device, not a file: it was not read",
                    "c'est un lien ou un périphérique, pas un fichier\u{a0}: il n'a pas été lu"
                ),
                words!("put the file itself in its place", "mettez le fichier lui-même à cet endroit"),
            );
        } else {
            sort_in(&entry.path(), name, shown, below, found);
        }
    }
    Ok(())
}

/// Puts a file where its ending says: among the stories, the pictures, or the findings.
pub(super) fn sort_in(path: &Path, name: String, shown: String, below: &str, found: &mut Found) {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let extension = extension.to_lowercase();
    let stories = matches!(extension.as_str(), "md" | "markdown" | "txt" | "docx" | "eml" | "msg" | "ics" | "csv");
    // Pictures lie beside their story.
    let pictures = matches!(extension.as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp");
    if !stories && !pictures {
        let (severity, message, hint) = unsupported(&extension);
        return note(&mut found.findings, &shown, severity, message, hint);
    }
    let file = Dropped {
        path: path.to_owned(),
        stem: stem.to_owned(),
        extension,
        folder: below.to_owned(),
        shown,
        name,
        photo: None,
    };
    if stories { found.stories.push(file) } else { found.pictures.push(file) }
}

/// The bytes of a file; when it cannot be read, that is said.
pub(super) fn bytes(file: &Dropped, bytes_max: u64, report: &mut Report) -> Option<Vec<u8>> {
    match files::read_bytes(&file.path, bytes_max) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            let Words { en, fr } = Words::from(&error);
            report.add(
                Severity::Error,
                &Spot::default(),
                words!("the file could not be read: {en}", "le fichier n'a pu être lu\u{a0}: {fr}"),
                words!("close it elsewhere, and drop it again", "fermez-le ailleurs et déposez-le de nouveau"),
            );
            None
        }
    }
}

fn unsupported(extension: &str) -> (Severity, Words, Words) {
    let as_text = words!(
        "copy its text into a file that ends in `.md`: a title after `# `, then the text",
        "copiez son texte dans un fichier qui se termine par `.md`\u{a0}: un titre après `# `, puis le texte"
    );
    let (message, hint) = match extension {
        "doc" | "docm" | "dotx" | "odt" | "rtf" | "pages" => (
            words!("files of type `.{extension}` are not read", "les fichiers de type `.{extension}` ne sont pas lus"),
            words!(
                "save it as a Word file (`.docx`): File, Save As, Word Document",
                "enregistrez-le en fichier Word (`.docx`) : Fichier, Enregistrer sous, Document Word"
            ),
        ),
        "pdf" => (
            words!("files of type `.pdf` are not read", "les fichiers de type `.pdf` ne sont pas lus"),
            words!(
                "put the Word file in its place, or copy its text into a file that ends in `.md`",
                "mettez le fichier Word à sa place, ou copiez son texte dans un fichier qui se termine par `.md`"
            ),
        ),
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
            super::picture::mend(extension),
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
