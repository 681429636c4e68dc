//! `archive --bundle`: one issue with everything that stands behind it, for an office's records. It is made of files that
//! hold no recipient, and the same bundle has the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::json;

use super::{FILE_BYTES_MAX, PUBLIC, load, read_all};
use crate::archive::bundle;
use crate::cli::exit::Exit;
use crate::cli::report::Colour;
use crate::cli::{Shell, workspace};
use crate::files;
use crate::model::IssueId;

/// Files of an issue's folder that go into its bundle, when they are there.
const FILES: [&str; 12] = [
    "manifest.json",
    "issue.json",
    "issue.toml",
    "web.json",
    "check.json",
    "sent.json",
    "certificate.en.txt",
    "certificate.en.html",
    "certificate.fr.txt",
    "certificate.fr.html",
    // Of issues that left with an earlier version.
    "certificate.txt",
    "certificate.html",
];
/// Folders of which every file goes into it. What approvers mailed stays with the office: it holds their addresses.
const FOLDERS: [(&str, &[&str]); 2] =
    [("editions", &["html", "txt", "eml", "mjml", "png", "jpeg", "jpg", "gif", "webp"]), ("approvals", &["json"])];

pub(super) fn keep(id: &IssueId, to: Option<&Path>, shell: &Shell) -> Result<Exit> {
    let folder = workspace::folder(&shell.config, id);
    let Some(sent) = folder.load_sent()?.filter(load::has_left) else {
        bail!(words!(
            "issue `{id}` has not left: there is nothing to keep yet",
            "le numéro `{id}` n'est pas parti : il n'y a encore rien à conserver"
        ));
    };
    let (manifest, editions) = folder.composed()?;
    let is_other = |id: &_| manifest.editions.get(id).map(|entry| &entry.digest) != sent.digests.get(id);
    if sent.digests.keys().any(is_other) || !workspace::touched(&manifest, &editions).is_empty() {
        let shown = folder.shown("editions/");
        bail!(words!("`{shown}` no longer holds what was sent", "`{shown}` ne contient plus ce qui a été envoyé"));
    }
    let mut kept = BTreeMap::new();
    for name in FILES {
        let path = folder.file(name);
        if path.exists() {
            kept.insert(name.to_owned(), files::read_bytes(&path, FILE_BYTES_MAX)?);
        }
    }
    for (name, endings) in FOLDERS {
        for entry in fs::read_dir(folder.file(name)).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let is_kept = file.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending));
            if is_kept && !files::is_ignored_name(&file) {
                kept.insert(format!("{name}/{file}"), files::read_bytes(&entry.path(), FILE_BYTES_MAX)?);
            }
        }
    }
    let mut pages = BTreeMap::new();
    read_all(&shell.config.root.join(PUBLIC).join(id.as_str()), "", 0, &mut pages)?;
    kept.extend(pages.into_iter().map(|(path, bytes)| (format!("{PUBLIC}/{path}"), bytes)));
    let kept = bundle(id, kept);
    let default = folder.file("bundle");
    let target = to.unwrap_or(&default);
    for (name, bytes) in &kept {
        files::write_whole(&target.join(name), bytes)?;
    }
    let (n_files, shown) =
        (kept.len(), target.strip_prefix(&shell.config.root).unwrap_or(target).display().to_string());
    if shell.report.is_json {
        let names: Vec<&String> = kept.keys().collect();
        shell.report.json(&json!({"issue": id, "folder": shown, "files": names}));
    }
    shell.report.line(&words!(
        "issue {id}: {n_files} files in `{shown}`, without any recipient",
        "numéro {id} : {n_files} fichiers dans `{shown}`, sans aucun destinataire"
    ));
    let label = shell.report.say(&words!("to verify, in that folder:", "pour vérifier, dans ce dossier :")).to_owned();
    shell.report.text(format!("{label} {}", shell.report.paint(Colour::Cyan, "sha256sum -c SHA256SUMS")));
    Ok(Exit::Done)
}
