//! The files between the stages: one function to load each and one to save it, so that every command reads the same
//! way and no stage knows where anything lies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Shell;
use super::translate::stand;
use crate::compose::Templates;
use crate::config::Config;
use crate::files;
use crate::gather::markdown;
use crate::ledger::Ledger;
use crate::model::{
    Counts, Digest, Edition, EditionId, Finding, Harvest, InputChange, Issue, IssueId, Manifest, ManifestEdition,
    Newsletter, Part, StoryId, Texts, WebIssue, or_meant,
};

/// `check.json`: findings, and the digests for which they hold.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Checked {
    pub(super) issue: IssueId,
    pub(super) digests: BTreeMap<EditionId, Digest>,
    pub(super) blocked: bool,
    pub(super) findings: Vec<Finding>,
}

/// `sent.json`: written when an issue is frozen, and again when it is complete. It holds no recipient.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) frozen_at: jiff::Timestamp,
    pub(super) digests: BTreeMap<EditionId, Digest>,
    pub(super) counts: BTreeMap<EditionId, Counts>,
    pub(super) complete: bool,
    /// The stories that ran.
    pub(super) stories: Vec<StoryId>,
    /// Whether a person gave it up before anything of it left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) given_up: bool,
}

/// The folder of one issue.
pub(super) struct IssueFolder<'a> {
    config: &'a Config,
    pub(super) id: IssueId,
    path: PathBuf,
}

/// The folder of an issue; it need not be there yet.
pub(super) fn folder<'a>(config: &'a Config, id: &IssueId) -> IssueFolder<'a> {
    IssueFolder { config, id: id.clone(), path: config.root.join("issues").join(id.as_str()) }
}

/// Every issue that has a folder, oldest first.
pub(super) fn issues(config: &Config) -> Vec<IssueId> {
    let Ok(entries) = fs::read_dir(config.root.join("issues")) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| IssueId::parse(&name).ok()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The issue in work: the earliest regular one from `first_issue` that is not complete.
pub(super) fn issue_in_work(config: &Config) -> Result<IssueId> {
    let mut id = config.newsletter.first_issue.clone();
    while folder(config, &id).load_sent()?.is_some_and(|sent| sent.complete) {
        id = id.next_month();
    }
    Ok(id)
}

/// In which other issue each story ran.
pub(super) fn ran_before(config: &Config, but: &IssueId) -> Result<BTreeMap<StoryId, IssueId>> {
    let mut ran = BTreeMap::new();
    // A correction has a text of its own, which is no story.
    for id in issues(config).into_iter().filter(|id| id != but && id.corrects().is_none()) {
        if let Some(sent) = folder(config, &id).load_sent()? {
            ran.extend(sent.stories.into_iter().map(|story| (story, id.clone())));
        }
    }
    Ok(ran)
}

impl IssueFolder<'_> {
    /// A file of the folder, as people are told of it: from the newsletter's folder.
    pub(super) fn shown(&self, name: &str) -> String {
        format!("issues/{}/{name}", self.id)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A file of JSON, if it is there.
    pub(super) fn load<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let shown = self.shown(name);
        let Some(text) = files::read_text_if_there(&self.file(name))? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).with_context(|| {
            words!(
                "`{shown}` is damaged; remove it and run `cco-news compose` again",
                "`{shown}` est endommagé; supprimez-le et relancez `cco-news compose`"
            )
        })
    }

    /// Saves a file of JSON; says whether its bytes are new.
    pub(super) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<bool> {
        let mut text = serde_json::to_string_pretty(value).expect("our data has string keys only");
        text.push('\n');
        files::write_whole(&self.file(name), text.as_bytes())
    }

    pub(super) fn load_harvest(&self) -> Result<Option<Harvest>> {
        self.load("harvest.json")
    }

    pub(super) fn save_harvest(&self, harvest: &Harvest) -> Result<bool> {
        self.save("harvest.json", harvest)
    }

    pub(super) fn load_issue(&self) -> Result<Option<Issue>> {
        self.load("issue.json")
    }

    pub(super) fn save_issue(&self, issue: &Issue) -> Result<bool> {
        self.save("issue.json", issue)
    }

    /// `issue.toml` as it stands, decoded.
    pub(super) fn load_issue_toml(&self) -> Result<Option<String>> {
        files::read_text_if_there(&self.file("issue.toml"))
    }

    /// Saves `issue.toml` with the line ends and the byte-order mark that the editor's program gave it.
    pub(super) fn save_issue_toml(&self, text: &str) -> Result<bool> {
        let path = self.file("issue.toml");
        let there = fs::read(&path).unwrap_or_default();
        let mut out =
            if there.windows(2).any(|pair| pair == b"\r\n") { text.replace('\n', "\r\n") } else { text.to_owned() };
        if there.starts_with("\u{FEFF}".as_bytes()) {
            out.insert(0, '\u{FEFF}');
        }
        if files::decode(&there) == text {
            return Ok(false);
        }
        files::write_whole(&path, out.as_bytes())
    }

    pub(super) fn load_checked(&self) -> Result<Option<Checked>> {
        self.load("check.json")
    }

    pub(super) fn save_checked(&self, checked: &Checked) -> Result<bool> {
        self.save("check.json", checked)
    }

    pub(super) fn load_sent(&self) -> Result<Option<Sent>> {
        self.load("sent.json")
    }

    pub(super) fn save_sent(&self, sent: &Sent) -> Result<bool> {
        self.save("sent.json", sent)
    }

    /// `web.json`: the issue as it is read on the web.
    pub(super) fn load_web(&self) -> Result<Option<WebIssue>> {
        self.load("web.json")
    }

    /// Saves the issue for the web, and its pictures, which no mail need carry.
    pub(super) fn save_web(&self, web: &WebIssue, images: &BTreeMap<String, Part>) -> Result<bool> {
        for part in images.values() {
            files::write_whole(&self.file(&format!("editions/{}", part.file_name())), &part.bytes)?;
        }
        self.save("web.json", web)
    }

    pub(super) fn load_manifest(&self) -> Result<Option<Manifest>> {
        self.load("manifest.json")
    }

    /// Writes the editions' files, and last the manifest that vouches for them.
    pub(super) fn save_editions(
        &self,
        editions: &[Edition],
        inputs: BTreeMap<String, Digest>,
        eml: impl Fn(&Edition) -> Result<Vec<u8>>,
    ) -> Result<Manifest> {
        let mut entries = BTreeMap::new();
        for edition in editions {
            let message = eml(edition)?;
            let write = |ending: &str, bytes: &[u8]| {
                files::write_whole(&self.file(&format!("editions/{}.{ending}", edition.id)), bytes)
            };
            write("mjml", edition.mjml.as_bytes())?;
            write("html", edition.html.as_bytes())?;
            write("txt", edition.text.as_bytes())?;
            write("eml", &message)?;
            let mut parts = Vec::new();
            for part in &edition.parts {
                let name = part.file_name();
                files::write_whole(&self.file(&format!("editions/{name}")), &part.bytes)?;
                parts.push((part.cid.clone(), part.media_type.clone(), name));
            }
            entries.insert(edition.id.clone(), entry(edition, parts, message.len()));
        }
        let manifest = Manifest { issue: self.id.clone(), editions: entries, inputs };
        self.save_manifest(&manifest)?;
        Ok(manifest)
    }

    pub(super) fn save_manifest(&self, manifest: &Manifest) -> Result<()> {
        self.save("manifest.json", manifest).map(|_| ())
    }

    /// Reads the editions back from their files.
    pub(super) fn load_editions(&self, manifest: &Manifest) -> Result<Vec<Edition>> {
        let languages = &self.config.newsletter.languages;
        let order = |id: &EditionId| languages.iter().position(|lang| EditionId::of(lang) == *id).unwrap_or(usize::MAX);
        let mut editions = Vec::new();
        for (id, entry) in &manifest.editions {
            let read = |ending: &str| {
                let bytes = files::read_bytes(&self.file(&format!("editions/{id}.{ending}")), files::TEXT_BYTES_MAX)?;
                Ok::<_, anyhow::Error>(String::from_utf8_lossy(&bytes).into_owned())
            };
            let mut parts = Vec::new();
            for (cid, media_type, name) in &entry.parts {
                let bytes = files::read_bytes(&self.file(&format!("editions/{name}")), files::DROPPED_BYTES_MAX)?;
                parts.push(Part { cid: cid.clone(), media_type: media_type.clone(), bytes });
            }
            editions.push(Edition {
                id: id.clone(),
                langs: entry.langs.clone(),
                subject: entry.subject.clone(),
                preheader: entry.preheader.clone(),
                mjml: read("mjml")?,
                html: read("html")?,
                text: read("txt")?,
                parts,
                headers: entry.headers.clone(),
                audience: entry.audience.clone(),
                waivers: entry.waivers.clone(),
            });
        }
        editions.sort_by_key(|edition| order(&edition.id));
        Ok(editions)
    }

    /// That there is nothing to work on yet; or that another issue was probably meant.
    pub(super) fn not_composed(&self) -> anyhow::Error {
        let id = &self.id;
        let there = issues(self.config);
        // Only of an issue that nobody has begun is another one meant.
        let others = there.iter().filter(|_| !there.contains(id)).map(IssueId::as_str);
        let first = words!(
            "issue `{id}` is not composed yet: run `cco-news compose {id}`",
            "le numéro `{id}` n'est pas encore composé : lancez `cco-news compose {id}`"
        );
        or_meant(first, id.as_str(), others).into()
    }

    /// The manifest and the editions it vouches for; without them there is nothing to check, approve or send.
    pub(super) fn composed(&self) -> Result<(Manifest, Vec<Edition>)> {
        let Some(manifest) = self.load_manifest()? else { return Err(self.not_composed()) };
        let editions = self.load_editions(&manifest)?;
        Ok((manifest, editions))
    }
}

/// Writes into `sent.json` what the ledger counts now.
pub(super) fn record_counts(
    config: &Config,
    id: &IssueId,
    counts: &BTreeMap<EditionId, Counts>,
    complete: bool,
) -> Result<()> {
    let folder = folder(config, id);
    if let Some(sent) = folder.load_sent()? {
        folder.save_sent(&Sent { counts: counts.clone(), complete, ..sent })?;
    }
    Ok(())
}

/// The newsletter's ledger: on the server that the environment names, or in STATE.
pub(super) fn ledger(config: &Config) -> Result<Ledger> {
    let state = config.state_dir()?;
    match &config.ledger_url {
        Some(url) => Ledger::open_on_server(&state, url),
        None => Ledger::open(&state),
    }
}

/// As [`ledger`], if there is one: for commands that only look.
pub(super) fn ledger_if_there(config: &Config) -> Result<Option<Ledger>> {
    match &config.ledger_url {
        Some(_) => ledger(config).map(Some),
        None => Ledger::open_if_there(&config.state_dir()?),
    }
}

/// Whether an issue has begun to leave: its own file says so, or, when that could not be written, this machine's ledger.
pub(super) fn has_begun(folder: &IssueFolder<'_>) -> Result<bool> {
    if folder.load_sent()?.is_some() {
        return Ok(true);
    }
    let ledger = ledger_if_there(folder.config)?;
    Ok(ledger.map(|ledger| ledger.frozen(&folder.id)).transpose()?.flatten().is_some())
}

/// Editions whose files are no longer what was composed.
pub(super) fn touched(manifest: &Manifest, editions: &[Edition]) -> Vec<EditionId> {
    let is_touched =
        |edition: &&Edition| manifest.editions.get(&edition.id).is_none_or(|entry| entry.digest != edition.digest());
    editions.iter().filter(is_touched).map(|edition| edition.id.clone()).collect()
}

fn entry(edition: &Edition, parts: Vec<(String, String, String)>, wire_bytes: usize) -> ManifestEdition {
    ManifestEdition {
        digest: edition.digest(),
        langs: edition.langs.clone(),
        subject: edition.subject.clone(),
        preheader: edition.preheader.clone(),
        headers: edition.headers.clone(),
        audience: edition.audience.clone(),
        waivers: edition.waivers.clone(),
        parts,
        wire_bytes,
    }
}

/// The files that go into an issue: configuration, decisions, the picked contributors' files, pictures, overridden
/// templates. Feeds are in through `issue.json`, whose picks are in `issue.toml`.
pub(super) fn inputs(
    config: &Config,
    folder: &IssueFolder<'_>,
    issue: &Issue,
    templates: &[(String, Vec<u8>)],
) -> Result<BTreeMap<String, Digest>> {
    let mut names: BTreeSet<String> = ["newsletter.toml".to_owned(), folder.shown("issue.toml")].into();
    names.extend(config.newsletter.languages.iter().map(|lang| folder.shown(&stand::file_name(lang))));
    for story in issue.stories() {
        if let crate::model::Origin::File { file, twin, .. } = &story.origin {
            names.insert(file.clone());
            names.extend(twin.clone());
        }
        names.extend(story.image.as_ref().map(|image| image.src.clone()).filter(|src| !src.contains("://")));
    }
    let mut inputs: BTreeMap<String, Digest> =
        templates.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
    for name in names {
        let path = config.root.join(&name);
        if path.exists() {
            inputs.insert(name, Digest::of(&files::read_bytes(&path, files::DROPPED_BYTES_MAX)?));
        }
    }
    Ok(inputs)
}

/// Inputs that are no longer what the editions were composed from.
pub(super) fn changes(root: &Path, manifest: &Manifest) -> Vec<InputChange> {
    let change = |(name, digest): (&String, &Digest)| {
        let path = root.join(name);
        if !path.exists() {
            return Some(InputChange::Gone(name.clone()));
        }
        let same = files::read_bytes(&path, files::DROPPED_BYTES_MAX).is_ok_and(|bytes| Digest::of(&bytes) == *digest);
        (!same).then(|| InputChange::Changed(name.clone()))
    };
    manifest.inputs.iter().filter_map(change).collect()
}

/// The style sheet of pages. A mistake in the office's templates is told by `compose`; a page of the office's own is
/// written all the same.
pub(super) fn page_style(shell: &Shell) -> Result<String> {
    let own = Templates::of(&shell.config.root);
    Ok(own.or_else(|_| Templates::load(None))?.page_style())
}

/// The standing blocks are Markdown in `newsletter.toml`; templates get them as sanitised HTML. A correction says what it
/// corrects and who sends it, and nothing else.
pub(super) fn with_blocks_as_html(newsletter: &Newsletter, id: &IssueId) -> Newsletter {
    let mut newsletter = newsletter.clone();
    let blocks = &mut newsletter.blocks;
    if id.corrects().is_some() {
        for texts in [&mut blocks.opening, &mut blocks.contribute, &mut blocks.connect, &mut blocks.signature] {
            texts.clear();
        }
    }
    let html = |texts: &mut Texts| texts.values_mut().for_each(|text| *text = markdown(text));
    for texts in [&mut blocks.opening, &mut blocks.contribute, &mut blocks.connect, &mut blocks.about] {
        html(texts);
    }
    newsletter
}
