//! What the rules ask of the world, collected from the edges: story files, lists of subscribers, links that were asked
//! before, and two people's copies of each edition.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::workspace::IssueFolder;
use super::{Shell, links, subscribers, way_out};
use crate::check::{Audience, AudienceFile, Evidence};
use crate::files;
use crate::model::{Address, Edition, EditionId, Issue, Origin, Silent};
use crate::send::{Secrets, copy, dkim::Signing, import};

/// Two people that nobody is: their copies are compared and never leave.
const READERS: [&str; 2] = ["a.reader@example.ca", "b.reader@example.ca"];

/// Collects all that is known without asking the network.
pub(super) fn collect(
    folder: &IssueFolder<'_>,
    issue: &Issue,
    editions: &[Edition],
    silent: Vec<Silent>,
    shell: &Shell,
) -> Result<Evidence> {
    Ok(Evidence {
        way_out: way_out::kind(shell)?,
        audience: audience(shell)?,
        sources: sources(folder, issue, shell)?,
        silent,
        links: links::kept(shell),
        links_note: Some(words!("nobody asked them today", "personne ne les a interrogés aujourd'hui")),
        copies: copies(editions, issue, shell),
        ..Evidence::at(shell.now)
    })
}

/// The text of every file that a person wrote for the issue.
pub(super) fn sources(folder: &IssueFolder<'_>, issue: &Issue, shell: &Shell) -> Result<BTreeMap<String, String>> {
    let root = &shell.config.root;
    let mut sources = BTreeMap::new();
    for story in issue.stories() {
        if let Origin::File { file, twin, .. } = &story.origin {
            for name in std::iter::once(file).chain(twin) {
                // A story file that has gone since is found by the manifest, not by the rules.
                if let Some(text) = files::read_text_if_there(&root.join(name))? {
                    sources.insert(name.clone(), text);
                }
            }
        }
    }
    if let Some(text) = folder.load_issue_toml()? {
        sources.insert(folder.shown("issue.toml"), text);
    }
    Ok(sources)
}

/// Two copies of each edition. One that cannot be addressed is found by the rules that judge its parts.
pub(super) fn copies(editions: &[Edition], issue: &Issue, shell: &Shell) -> Vec<(EditionId, [Vec<u8>; 2])> {
    let newsletter = &shell.config.newsletter;
    let (secrets, signing) = (Secrets::of_samples(), Signing::default());
    let of = |edition: &Edition| {
        let encoded = copy::encode(edition, newsletter, Some(issue.send_at)).ok()?;
        let copy = |to: &str, number: i64| {
            let to = Address::parse(to).ok()?;
            Some(encoded.address(&issue.id, (&to, number), &secrets, &signing).ok()?.bytes)
        };
        Some((edition.id.clone(), [copy(READERS[0], 1)?, copy(READERS[1], 2)?]))
    };
    editions.iter().filter_map(of).collect()
}

fn audience(shell: &Shell) -> Result<Audience> {
    let mut files = Vec::new();
    for path in subscribers::lists(shell)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let summary = import::summary(files::open_regular(&path)?, &file, &shell.config.newsletter)?;
        let is_listed = shell.config.newsletter.lists.iter().any(|list| list.file == file);
        files.push(AudienceFile {
            rows: summary.rows,
            has_basis: is_listed || summary.has_consent,
            first_without: summary.first_without,
            file,
        });
    }
    // Requests are settled by then or never: what a year brought is enough.
    let since = shell.now - jiff::SignedDuration::from_hours(24 * 366);
    let ledger = shell.ledger_if_there()?;
    let waiting = ledger.map(|ledger| ledger.requests_waiting(since)).transpose()?.unwrap_or_default();
    Ok(Audience { files, waiting })
}
