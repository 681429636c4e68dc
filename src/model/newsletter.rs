//! Who sends: everything that is particular to one newsletter, as `newsletter.toml` says it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Checking, Delivering, IssueId, Lang, Retention, RunSettings, Seasonal, Serving, Step, Stream, Texts};

/// `newsletter.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newsletter {
    /// A short name in ASCII: part of Message-IDs, List-Ids and tokens.
    pub id: String,
    /// The first issue that this program makes.
    pub first_issue: IssueId,
    /// Which rules apply.
    #[serde(default)]
    pub rules: RuleSet,
    /// The languages, in the order of a bilingual edition.
    pub languages: Vec<Lang>,
    /// The language in which stories are first written; parity compares the others with it.
    pub source_language: Lang,
    /// What each language is called and how the newsletter is named in it.
    pub language: BTreeMap<Lang, Language>,
    /// The office that publishes.
    pub organization: Organization,
    /// Addresses of the sender.
    pub sender: Sender,
    /// When an issue leaves.
    pub schedule: Schedule,
    /// How fast and by which way it leaves.
    #[serde(default)]
    pub delivery: Delivering,
    /// Where mail comes back, and what follows from it.
    #[serde(default)]
    pub mailbox: MailboxSettings,
    /// The public pages: where they are, and what they let people do.
    #[serde(default)]
    pub serve: Serving,
    /// What the office has decided about approvals and lateness.
    #[serde(default)]
    pub policy: Policy,
    /// Who can be asked to approve, and how they are reached.
    #[serde(rename = "approver", default)]
    pub approvers: Vec<Approver>,
    /// Who translates, and how they are reached.
    #[serde(rename = "translator", default)]
    pub translators: Vec<Translator>,
    /// What `run` does by itself.
    #[serde(default)]
    pub run: RunSettings,
    /// How `check` is set.
    #[serde(default)]
    pub check: Checking,
    /// Limits and manners of reading from the web.
    #[serde(default)]
    pub http: HttpSettings,
    /// How long what names a person is kept.
    #[serde(default)]
    pub retention: Retention,
    /// Where past issues can be read, once they can.
    #[serde(default)]
    pub archive: Archive,
    /// Text for social media.
    #[serde(default)]
    pub share: Share,
    /// Standing blocks, in Markdown.
    #[serde(default)]
    pub blocks: Blocks,
    /// Dotted keys whose values are still to confirm: sending by SMTP is blocked while one is listed (SND-14).
    #[serde(default)]
    pub to_confirm: Vec<String>,
    /// The sections, in the order of the issue.
    #[serde(rename = "section", default)]
    pub sections: Vec<Section>,
    /// Texts that return at their time of the year.
    #[serde(default)]
    pub seasonal: Vec<Seasonal>,
    /// What the office promised to carry: the table of `coverage`.
    #[serde(rename = "stream", default)]
    pub streams: Vec<Stream>,
    /// The days that lead to the planned one: the table of `calendar`.
    #[serde(rename = "step", default = "super::plan::steps")]
    pub steps: Vec<Step>,
    /// What is known of the files in `subscribers/`.
    #[serde(rename = "list", default)]
    pub lists: Vec<ListFile>,
    /// Where STATE lies, from the newsletter's folder.
    #[serde(default = "state_dir")]
    pub state_dir: String,
}

fn state_dir() -> String {
    "state".to_owned()
}

impl Newsletter {
    /// The language's entry. Configuration is refused when a listed language has none.
    pub fn language(&self, lang: &Lang) -> &Language {
        &self.language[lang]
    }

    /// Where an issue can be read on the web in a language, once the archive is there: `…/2026-12/en.html`.
    pub fn web_copy(&self, issue: &IssueId, lang: &Lang) -> Option<String> {
        let url = self.archive.url.as_deref()?;
        Some(format!("{}/{issue}/{lang}.html", url.trim_end_matches('/')))
    }

    /// The ids of its sections, in the order of the issue.
    pub fn section_ids(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|section| section.id.as_str())
    }

    /// The section by its id.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

/// Which rules `check` applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleSet {
    /// Everything federal policy asks.
    #[default]
    Federal,
    /// Parity, accessibility, sender and links; federal style is advice.
    Community,
}

/// One language of the newsletter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// BCP 47 tag: `en-CA`, `fr-CA`.
    pub tag: String,
    /// Its own name: `English`, `Français`.
    pub label: String,
    /// The newsletter's name in it: `CCO News`.
    pub title: String,
    /// One line under the name.
    #[serde(default)]
    pub tagline: String,
    /// The name in `From`.
    pub from_name: String,
}

/// The office that publishes; facts with the date on which they were true, since offices move.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// The date on which these facts were last confirmed.
    #[serde(deserialize_with = "super::date::one")]
    pub as_of: Date,
    /// Its name.
    pub name: Texts,
    /// Its short form, if it has one.
    #[serde(default)]
    pub acronym: Texts,
    /// On whose behalf it sends.
    #[serde(default)]
    pub on_behalf_of: Texts,
    /// Its mailing address, one line.
    pub address: Texts,
    /// The address to which readers write.
    pub email: String,
    /// A telephone number, if there is one.
    #[serde(default)]
    pub telephone: Option<String>,
    /// Its page on the web.
    #[serde(default)]
    pub website: Texts,
}

/// Addresses of the sender.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// `From`.
    pub from: String,
    /// `Reply-To`: a mailbox that a person reads.
    pub reply_to: String,
    /// The envelope sender, to which bounces return.
    pub bounce: String,
    /// Whether the mail server of `bounce` keeps `bounces+anything@…` for `bounces@…` (RFC 5233): then every copy has an
    /// envelope sender of its own.
    #[serde(default)]
    pub verp: bool,
    /// The mailbox that takes requests to leave or to change language.
    pub requests: String,
    /// The domain of List-Ids and Message-IDs; by default that of `from`.
    #[serde(default)]
    pub domain: Option<String>,
}

impl Sender {
    /// The domain of List-Ids, Message-IDs and calendar entries.
    pub fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or_else(|| self.from.rsplit('@').next().unwrap_or("localhost"))
    }
}

/// Where mail comes back, and what follows from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailboxSettings {
    /// The Maildir of the addresses of `[sender]`, from the newsletter's folder.
    pub maildir: Option<String>,
    /// The folder on a mail server, as `imaps://user@server.example/INBOX`.
    pub imap: Option<String>,
    /// The folder into which what was handled is moved.
    pub handled: String,
    /// A command that prints the mailbox's password.
    pub password_command: Option<String>,
    /// A file that holds the mailbox's password and that its owner alone may read.
    pub password_file: Option<String>,
    /// A command that prints an access token: signs in by XOAUTH2.
    pub token_command: Option<String>,
    /// The certificate of the one authority that is believed (PEM).
    pub ca_file: Option<String>,
    /// Issues in a row that come back before an address is taken out, when each bounce alone would not do it.
    pub soft_issues: u32,
}

impl Default for MailboxSettings {
    fn default() -> Self {
        Self {
            maildir: None,
            imap: None,
            handled: "Handled".to_owned(),
            password_command: None,
            password_file: None,
            token_command: None,
            ca_file: None,
            soft_issues: 3,
        }
    }
}

impl MailboxSettings {
    /// What is wrong with them, and near which text: never the one that holds a password.
    pub fn mistake(&self) -> Option<(String, super::Words)> {
        let url = url::Url::parse(self.imap.as_deref()?).ok()?;
        url.password().map(|_| {
            let problem = words!(
                "no password in this file: let `password_command` print it, or name a `password_file`",
                "pas de mot de passe dans ce fichier : laissez `password_command` l'afficher, ou indiquez un `password_file`"
            );
            ("[mailbox]".to_owned(), problem)
        })
    }
}

/// When an issue leaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// `second wednesday`, `last working wednesday`, or a day of the month as `15`.
    pub day: String,
    /// Other days for some months, keyed `01` to `12`.
    #[serde(default)]
    pub months: BTreeMap<String, String>,
    /// Local time, `10:00`.
    pub time: String,
    /// IANA name of the time zone in which all dates of the newsletter are read.
    #[serde(default = "toronto")]
    pub time_zone: String,
    /// Days on which nothing leaves; the working day before is taken.
    #[serde(default, deserialize_with = "super::date::list")]
    pub holidays: Vec<Date>,
}

fn toronto() -> String {
    "America/Toronto".to_owned()
}

/// What the office has decided about approvals and lateness.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// How many different people approve each language.
    pub approvals: u32,
    /// Who may approve, per language, beside the `[[approver]]` tables; neither: anyone who can run the command.
    pub approvers: BTreeMap<Lang, Vec<String>>,
    /// Who makes the issue; with `authors_approve = false` they approve none.
    pub editors: Vec<String>,
    /// Whether an editor, or the author of a story, may approve the issue.
    pub authors_approve: bool,
    /// Whether a mailed reply is an approval; else it only says that somebody has read.
    pub mailed_reply: bool,
    /// Words that may have changed since a full approval for a delegate's to be enough.
    pub delegate_words: u32,
    /// The file of keys that may sign, as `ssh-keygen` reads it (`ALLOWED SIGNERS`).
    pub allowed_signers: Option<String>,
    /// Whether only a signed approval counts.
    pub signed_only: bool,
    /// What becomes of an issue whose time has passed.
    pub late: Late,
    /// Hours after the planned time within which `run` still sends; later it holds and says so.
    pub late_hours: u32,
    /// Candidates older than this at the planned time are left out, in days.
    pub max_age_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            approvals: 1,
            approvers: BTreeMap::new(),
            editors: Vec::new(),
            authors_approve: true,
            mailed_reply: true,
            delegate_words: 10,
            allowed_signers: None,
            signed_only: false,
            late: Late::Send,
            late_hours: 4,
            max_age_days: 45,
        }
    }
}

/// What becomes of an issue whose time has passed, by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Late {
    /// It leaves within `late_hours`, and is held afterwards.
    #[default]
    Send,
    /// It is held at once.
    Hold,
}

/// A person or an office that translates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translator {
    /// Their name.
    pub name: String,
    /// Where reminders go.
    pub email: String,
    /// The languages into which they translate; empty: every one.
    #[serde(default)]
    pub languages: Vec<Lang>,
}

/// A person who can be asked to approve.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Their name, as it stands in the records.
    pub name: String,
    /// Where requests go, and from where a reply counts.
    pub email: String,
    /// The languages they approve; empty: every one.
    #[serde(default)]
    pub languages: Vec<Lang>,
    /// Whether they only stand in: for small changes after a full approval, or for dropping a story.
    #[serde(default)]
    pub delegate: bool,
}

impl Approver {
    /// Whether they approve a language.
    pub fn reads(&self, lang: &Lang) -> bool {
        self.languages.is_empty() || self.languages.contains(lang)
    }
}

/// What a person's word for an edition is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It approves.
    Full,
    /// It approves small changes.
    Delegate,
    /// It approves nothing.
    Nobody,
}

impl Newsletter {
    /// What a person's word for a language's edition is worth, whoever wrote it.
    pub fn standing(&self, lang: &Lang, name: &str) -> Standing {
        let named = self.policy.approvers.get(lang).map(Vec::as_slice).unwrap_or_default();
        let mut listed = self.approvers.iter().filter(|approver| approver.reads(lang)).peekable();
        if named.is_empty() && listed.peek().is_none() {
            return Standing::Full;
        }
        if named.iter().any(|other| is_same_person(other, name)) {
            return Standing::Full;
        }
        match listed.find(|approver| is_same_person(&approver.name, name)) {
            Some(approver) if approver.delegate => Standing::Delegate,
            Some(_) => Standing::Full,
            None => Standing::Nobody,
        }
    }

    /// A person's name as the newsletter writes it, where it knows them.
    pub fn name_of<'a>(&'a self, lang: &Lang, typed: &'a str) -> &'a str {
        let known = self.may_approve(lang);
        known.into_iter().find(|name| is_same_person(name, typed)).unwrap_or(typed)
    }

    /// Who may approve a language, by name, for the person who asks.
    pub fn may_approve(&self, lang: &Lang) -> Vec<&str> {
        let named = self.policy.approvers.get(lang).map(Vec::as_slice).unwrap_or_default();
        let listed = self.approvers.iter().filter(|approver| approver.reads(lang));
        named.iter().map(String::as_str).chain(listed.map(|approver| approver.name.as_str())).collect()
    }
}

/// Whether two names are one person's: the case of letters and the space around them say nothing.
pub fn is_same_person(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// Limits and manners of reading from the web.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// The outbound proxy, `http://proxy.example:8080`; the environment's is never used.
    pub proxy: Option<String>,
    /// A contact shown in the User-Agent; by default the organization's address.
    pub contact: Option<String>,
}

/// What goes beside the mail: text for social media.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Share {
    /// Per language, each with a capital at every word: a screen reader then reads them as words.
    pub hashtags: BTreeMap<Lang, Vec<String>>,
}

/// Where past issues can be read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Archive {
    /// The address of the archive's first page, with a closing slash; none: no web copy is mentioned.
    pub url: Option<String>,
}

/// Standing blocks of every issue, in Markdown per language.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blocks {
    /// The opening, when the editor writes none.
    pub opening: Texts,
    /// Who signs the opening.
    pub signature: Texts,
    /// Call for contributions.
    pub contribute: Texts,
    /// Where the office can be reached and followed.
    pub connect: Texts,
    /// About the newsletter, and privacy.
    pub about: Texts,
}

/// One section of the issue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its key in stories and sources.
    pub id: String,
    /// Its heading.
    pub name: Texts,
    /// How many stories are proposed for it.
    #[serde(default = "section_size")]
    pub size: usize,
    /// Words, in any language, that make a story rank higher here.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Words that keep a story of a feed from being proposed here by itself.
    #[serde(default)]
    pub drop: Vec<String>,
}

fn section_size() -> usize {
    4
}

/// What is known of one file in `subscribers/` (SND-04).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    /// The file's name in `subscribers/`.
    pub file: String,
    /// On what basis its people are written to: `consent`, `internal distribution`.
    pub basis: String,
    /// Since when.
    #[serde(default, deserialize_with = "super::date::maybe")]
    pub since: Option<Date>,
    /// Anything that proves it.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether a person absent from the file has left.
    #[serde(default)]
    pub complete: bool,
}
