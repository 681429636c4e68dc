//! The issues that have left, from their folders, and the site that is made of them.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::archive::{Past, Site, SiteFile, site as make};
use crate::cli::workspace::{self, IssueFolder, Sent};
use crate::cli::{Shell, calendar, compose};
use crate::compose::{Templates, site_words};
use crate::files;
use crate::model::{Counts, Lang, WebIssue};

/// Every issue of which a copy has left. One that cannot be read stops everything: the site that is there stays whole.
pub(super) fn issues(shell: &Shell) -> Result<Vec<Past>> {
    let mut issues = Vec::new();
    for id in workspace::issues(&shell.config) {
        let folder = workspace::folder(&shell.config, &id);
        let Some(sent) = folder.load_sent()?.filter(has_left) else { continue };
        let past = past(&folder, &sent, shell).with_context(|| {
            words!(
                "could not put issue `{id}` into the archive; `public/` is as it was",
                "impossible de verser le numéro `{id}` aux archives; `public/` est resté tel quel"
            )
        })?;
        issues.push(past);
    }
    Ok(issues)
}

/// Whether a copy has left, or may have. What is frozen and still here, or was cancelled before it left, is not published.
pub(in crate::cli) fn has_left(sent: &Sent) -> bool {
    let gone = |counts: &Counts| counts.accepted + counts.unknown;
    sent.counts.values().map(gone).sum::<u64>() > 0
}

fn past(folder: &IssueFolder<'_>, sent: &Sent, shell: &Shell) -> Result<Past> {
    let web = web(folder, shell)?;
    as_sent(folder, sent, &web)?;
    let mut pictures = BTreeMap::new();
    for name in &web.pictures {
        let bytes = files::read_bytes(&folder.file(&format!("editions/{name}")), files::DROPPED_BYTES_MAX)?;
        pictures.insert(name.clone(), bytes);
    }
    let mut calendars = BTreeMap::new();
    for lang in &shell.config.newsletter.languages {
        let there = folder.file(&format!("{}/{lang}", calendar::EVENTS));
        let mut of = BTreeMap::new();
        for entry in fs::read_dir(&there).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.rsplit_once('.').is_some_and(|(_, ending)| ending == "ics") && !files::is_ignored_name(&name) {
                let bytes = files::read_bytes(&entry.path(), files::TEXT_BYTES_MAX)?;
                // Line ends are part of the format: `files::decode` would change them.
                of.insert(name, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if !of.is_empty() {
            calendars.insert(lang.clone(), of);
        }
    }
    Ok(Past { web, left_at: sent.frozen_at, pictures, calendars })
}

/// The issue for the web. One that an earlier version composed has none yet: it is made from what was composed then.
fn web(folder: &IssueFolder<'_>, shell: &Shell) -> Result<WebIssue> {
    if let Some(web) = folder.load_web()? {
        return Ok(web);
    }
    let Some(issue) = folder.load_issue()? else {
        let shown = folder.shown("issue.json");
        bail!(words!("`{shown}` is gone", "`{shown}` a disparu"));
    };
    compose::save_web(folder, &issue, shell)
}

/// Refuses an issue whose titles are not those of the mails that left: nothing is published that was not sent.
fn as_sent(folder: &IssueFolder<'_>, sent: &Sent, web: &WebIssue) -> Result<()> {
    let (manifest, editions) = folder.composed()?;
    let is_other = |id: &_| manifest.editions.get(id).map(|entry| &entry.digest) != sent.digests.get(id);
    if sent.digests.keys().any(is_other) || !workspace::touched(&manifest, &editions).is_empty() {
        let shown = folder.shown("editions/");
        bail!(words!("`{shown}` no longer holds what was sent", "`{shown}` ne contient plus ce qui a été envoyé"));
    }
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for half in &web.halves {
        let is_own = |edition: &&crate::model::Edition| edition.langs == [half.lang.clone()];
        let Some(text) = editions.iter().find(is_own).map(|edition| one_line(&edition.text)) else { continue };
        for story in half.sections.iter().flat_map(|section| &section.stories) {
            if !text.contains(&one_line(&story.title)) {
                let (shown, title) = (folder.shown("web.json"), &story.title);
                bail!(words!(
                    "`{shown}` has a story that was not sent: {title}",
                    "`{shown}` contient un article qui n'a pas été envoyé : {title}"
                ));
            }
        }
    }
    Ok(())
}

/// The files of the site.
pub(super) fn site(issues: &[Past], shell: &Shell) -> Result<Vec<SiteFile>> {
    let config = &shell.config;
    let templates = Templates::of(&config.root)?;
    let mut words: BTreeMap<Lang, _> = BTreeMap::new();
    for lang in &config.newsletter.languages {
        words.insert(lang.clone(), site_words(&templates, lang)?);
    }
    let newsletter = workspace::with_blocks_as_html(&config.newsletter, &config.newsletter.first_issue);
    let has_stories = config.root.join(super::PUBLIC).join("stories.html").is_file();
    let style = templates.page_style();
    Ok(make(&Site { newsletter: &newsletter, issues, words: &words, style: &style, has_stories }))
}
