//! `archive`: past issues as a static site in `public/`; `--check` looks at it from outside; `--bundle` keeps one issue with
//! everything that stands behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::exit::Exit;
use super::report::Colour;
use super::{Shell, clock, words, workspace};
use crate::archive::{DIGESTS, addresses, faults};
use crate::files;
use crate::model::{IssueId, Newsletter};
use crate::xml;

mod load;
mod keep;
mod write;

/// Where the site lies in the newsletter's folder.
const PUBLIC: &str = "public";

/// The largest file of a site that `--check` reads: a page is under 1 MiB.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Folders within each other that `--check` enters: ours are three deep.
const DEPTH_MAX: usize = 12;

/// Arguments of `archive`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Look at the site instead: links, feeds, twins, nothing private.
    #[arg(long, conflicts_with = "bundle")]
    check: bool,
    /// Put one issue into a folder instead: what was sent, approvals, waivers, checks, counts; no recipient.
    #[arg(long, value_name = "ISSUE", value_parser = IssueId::parse)]
    bundle: Option<IssueId>,
    /// Where the bundle goes; `issues/ISSUE/bundle` by default.
    #[arg(long, value_name = "DIR", requires = "bundle")]
    to: Option<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    if let Some(id) = &args.bundle {
        return keep::keep(id, args.to.as_deref(), shell);
    }
    if args.check { check(shell) } else { update(shell) }
}

/// Whether a copy of an issue has left, or may have: only then is it published.
pub(super) use load::has_left;

/// Brings the site up to date with the issues that have left.
pub(super) fn update(shell: &Shell) -> Result<Exit> {
    let issues = load::issues(shell)?;
    let site = load::site(&issues, shell)?;
    let written = write::write(&shell.config.root.join(PUBLIC), &site, clock().into())?;
    let (n_files, n_written, n_removed) = (site.len(), written.written.len(), written.removed.len());
    if shell.report.is_json {
        let ids: Vec<&IssueId> = issues.iter().map(|past| &past.web.issue).collect();
        let (written, removed) = (&written.written, &written.removed);
        shell.report.json(&json!({"issues": ids, "files": n_files, "written": written, "removed": removed}));
    }
    let count = words::count(issues.len(), ["issue", "issues"], ["numéro", "numéros"]);
    let (en, fr) = (count.en, count.fr);
    shell.report.line(&words!(
        "{en} in `{PUBLIC}/`: {n_files} files, {n_written} new or changed, {n_removed} removed",
        "{fr} dans `{PUBLIC}/` : {n_files} fichiers, {n_written} nouveaux ou modifiés, {n_removed} supprimés"
    ));
    if issues.is_empty() {
        shell.report.line(&words!(
            "no issue has left yet: the pages say so, and fill once `cco-news send` has sent one",
            "aucun numéro n'est encore parti : les pages le disent, et se rempliront quand `cco-news send` en aura envoyé un"
        ));
    }
    let label = shell.report.say(&words!("first page:", "première page :")).to_owned();
    shell.report.text(format!("{label} {}", shell.report.paint(Colour::Cyan, &format!("{PUBLIC}/index.html"))));
    Ok(Exit::Done)
}

fn check(shell: &Shell) -> Result<Exit> {
    let newsletter = &shell.config.newsletter;
    let root = shell.config.root.join(PUBLIC);
    let mut files = BTreeMap::new();
    read_all(&root, "", 0, &mut files)?;
    if !files.contains_key(DIGESTS) {
        bail!(words!(
            "there is no archive yet: run `cco-news archive`",
            "il n'y a pas encore d'archives : lancez `cco-news archive`"
        ));
    }
    let known = known(shell)?;
    let is_xml = |text: &str| xml::parse(text).is_some();
    let faults = faults(&files, &known, newsletter.archive.url.as_deref(), &is_xml);
    if shell.report.is_json {
        let faults: Vec<_> = faults
            .iter()
            .map(|fault| json!({"file": format!("{PUBLIC}/{}", fault.file), "message": shell.report.say(&fault.message)}))
            .collect();
        shell.report.json(&json!({"files": files.len(), "faults": faults}));
    }
    for fault in &faults {
        let place = shell.report.paint(Colour::Red, &format!("{PUBLIC}/{}", fault.file));
        let label = if shell.report.speech == crate::model::Speech::Fr { "\u{a0}:" } else { ":" };
        shell.report.alert(&crate::model::Words::same(format!("{place}{label} {}", shell.report.say(&fault.message))));
    }
    let (n_files, n_faults) = (files.len(), faults.len());
    if faults.is_empty() {
        shell.report.line(&words!(
            "{n_files} files: every link leads somewhere, feeds and calendars can be read, languages link one another, nothing is private",
            "{n_files} fichiers : chaque lien mène quelque part, les fils et calendriers sont lisibles, les langues se renvoient l'une à l'autre, rien n'est privé"
        ));
        return Ok(Exit::Done);
    }
    let count = words::count(n_faults, ["fault", "faults"], ["défaut", "défauts"]);
    let (en, fr) = (count.en, count.fr);
    shell.report.alert(&words!(
        "{en} in {n_files} files; `cco-news archive` writes its own pages anew",
        "{fr} dans {n_files} fichiers; `cco-news archive` réécrit ses propres pages"
    ));
    Ok(Exit::Look)
}

/// Every file of a folder, by its path from it. Links are not followed; what begins with a dot is a system's.
fn read_all(root: &Path, inside: &str, depth: usize, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    let folder = root.join(inside);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
    for entry in entries {
        let shown = folder.display();
        let entry = entry.with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        let kind = entry.file_type()?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEPTH_MAX {
            read_all(root, &path, depth + 1, files)?;
        } else if kind.is_file() {
            files.insert(path.clone(), files::read_bytes(&root.join(&path), FILE_BYTES_MAX)?);
        }
    }
    Ok(())
}

/// The addresses that the newsletter publishes: its own, and those that stand in issues that have left.
fn known(shell: &Shell) -> Result<BTreeSet<String>> {
    let Newsletter { organization, sender, blocks, .. } = &shell.config.newsletter;
    let mut texts = vec![organization.email.clone(), sender.from.clone(), sender.reply_to.clone()];
    for of in [&blocks.opening, &blocks.contribute, &blocks.connect, &blocks.about] {
        texts.extend(of.values().cloned());
    }
    for id in workspace::issues(&shell.config) {
        if let Some(web) = workspace::folder(&shell.config, &id).load_web()? {
            texts.push(serde_json::to_string(&web)?);
        }
    }
    Ok(texts.iter().flat_map(|text| addresses(text)).collect())
}
