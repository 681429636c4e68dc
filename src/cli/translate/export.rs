//! `translate export`: what is missing or stale, as files for the translators.

use std::path::PathBuf;

use anyhow::{Result, bail};
use serde_json::json;

use super::stand;
use crate::cli::exit::Exit;
use crate::cli::report::Colour;
use crate::cli::workspace::{self, IssueFolder};
use crate::cli::{Shell, words};
use crate::files;
use crate::model::{Digest, IssueId, Lang};
use crate::translate::{Exported, Store, export};

/// Arguments of `translate export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// The language to translate into; every language that lacks something by default.
    #[arg(long, value_name = "LANGUAGE")]
    to: Option<String>,
    /// The folder for the files; `translations/` of the issue by default.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let to = args.to.as_deref().map(|name| language(name, shell)).transpose()?;
    let (issue, mut stores) = stand::now(&folder, shell)?;
    let keys: Vec<&str> = std::iter::once("issue").chain(issue.stories().map(|story| story.id.as_str())).collect();
    let mut written = Vec::new();
    for store in stores.iter_mut().filter(|store| to.as_ref().is_none_or(|to| store.lang == *to)) {
        for exported in export(store, &id, &keys, &shell.config.newsletter) {
            written.push(write(&folder, store, exported, args, shell)?);
        }
    }
    save_quietly(&folder, &stores, shell)?;
    if written.is_empty() {
        shell.report.line(&words!(
            "nothing is missing or stale: there is nothing to translate",
            "rien ne manque et rien n'est périmé : il n'y a rien à traduire"
        ));
    } else {
        shell.report.line(&words!(
            "next: send them to the translators, then cco-news translate import FILE",
            "ensuite : envoyez-les aux traducteurs, puis cco-news translate import FICHIER"
        ));
    }
    if shell.report.is_json {
        shell.report.json(&json!({"issue": id, "exports": written}));
    }
    Ok(Exit::Done)
}

/// A language of the newsletter by its key.
fn language(name: &str, shell: &Shell) -> Result<Lang> {
    let (lang, all) = (Lang::new(name), &shell.config.newsletter.languages);
    if all.contains(&lang) {
        return Ok(lang);
    }
    let all: Vec<&str> = all.iter().map(Lang::as_str).collect();
    let all = all.join(", ");
    bail!(words!(
        "`{name}` is not a language of this newsletter; there are {all}",
        "`{name}` n'est pas une langue de cette infolettre; il y a {all}"
    ))
}

fn write(
    folder: &IssueFolder<'_>,
    store: &Store,
    it: Exported,
    args: &Args,
    shell: &Shell,
) -> Result<serde_json::Value> {
    let (id, from, to) = (&folder.id, &it.from, &store.lang);
    let stem = format!("{id}-{from}-{to}");
    let place = |name: &str| match &args.out {
        Some(dir) => (dir.join(name), dir.join(name).display().to_string()),
        None => (folder.file(&format!("translations/{name}")), folder.shown(&format!("translations/{name}"))),
    };
    let (passages, n_words) = (it.passages, it.words);
    let n = words::count(it.stories, ["story", "stories"], ["article", "articles"]);
    let parts = words::count(passages, ["passage", "passages"], ["passage", "passages"]);
    let length = words::count(n_words, ["word", "words"], ["mot", "mots"]);
    let en = [n.en, parts.en, length.en].join(", ");
    let fr = [n.fr, parts.fr, length.fr].join(", ");
    shell.report.line(&words!("{from} to {to}: {en}", "de {from} à {to} : {fr}"));
    let mut shown_all = Vec::new();
    let files = [
        (format!("{stem}.xlf"), it.xliff.into_bytes()),
        (format!("{stem}.docx"), it.docx),
        (format!("{stem}-review.docx"), it.review),
    ];
    for (name, bytes) in files {
        let (path, shown) = place(&name);
        files::write_whole(&path, &bytes)?;
        shell.report.text(format!("  {}", shell.report.paint(Colour::Cyan, &shown)));
        shown_all.push(shown);
    }
    Ok(
        json!({"from": from, "to": to, "stories": it.stories, "passages": passages, "words": n_words, "files": shown_all}),
    )
}

/// Saves the stores. That translators have a text changes no word of an edition: where the manifest vouches for the
/// store as it was, it goes on vouching for it.
fn save_quietly(folder: &IssueFolder<'_>, stores: &[Store], shell: &Shell) -> Result<()> {
    let manifest = folder.load_manifest()?;
    let names: Vec<String> = stores.iter().map(|store| folder.shown(&stand::file_name(&store.lang))).collect();
    let digest = |name: &String| {
        let bytes = files::read_bytes(&shell.config.root.join(name), files::TEXT_BYTES_MAX).ok()?;
        Some(Digest::of(&bytes))
    };
    let before: Vec<Option<Digest>> = names.iter().map(digest).collect();
    if !stand::save(folder, stores, shell)? {
        return Ok(());
    }
    let Some(mut manifest) = manifest else { return Ok(()) };
    if !workspace::changes(&shell.config.root, &manifest)
        .iter()
        .all(|change| names.iter().any(|name| change.is_of(name)))
    {
        return Ok(());
    }
    for (name, before) in names.iter().zip(before) {
        if let (Some(entry), Some(now)) = (manifest.inputs.get_mut(name), digest(name))
            && before.as_ref() == Some(entry)
        {
            *entry = now;
        }
    }
    folder.save_manifest(&manifest)
}
