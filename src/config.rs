//! What the office decided and where it is told: `newsletter.toml`, `sources.toml` and the environment. Every default
//! stands beside its field in [`Newsletter`]; every variable is named here and nowhere else.
//!
//! People write these files in Notepad, so a mistake is answered with file, line, column, the line itself and the mend.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::files;
use crate::model::{Address, IssueId, Newsletter, Sources, Speech, Words, or_meant, toml_mistake};

/// Sets the clock, RFC 3339: for examples and tests, for everything but sending by SMTP.
pub const NOW: &str = "CCO_NEWS_NOW";
/// The relay: `smtp://user:password@host:587`, `smtps://…`. Without it copies go to the outbox.
pub const SMTP_URL: &str = "CCO_NEWS_SMTP_URL";
/// The mailbox of what comes back, as `imaps://user:password@host/folder`; it wins over `[mailbox]`.
pub const IMAP_URL: &str = "CCO_NEWS_IMAP_URL";
/// The ledger, where several machines share it: `postgres://user:password@host/database`. Without it it is a file in STATE.
pub const LEDGER: &str = "CCO_NEWS_LEDGER";

/// What the environment says.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// [`NOW`].
    pub now: Option<Timestamp>,
    /// [`SMTP_URL`]; never shown.
    pub smtp_url: Option<String>,
    /// [`IMAP_URL`]; never shown.
    pub imap_url: Option<String>,
    /// [`LEDGER`]; never shown.
    pub ledger_url: Option<String>,
    /// The language of the person, from `LC_ALL`, `LC_MESSAGES` or `LANG`.
    pub speech: Speech,
    /// No colours: `NO_COLOR` is set, `CLICOLOR` is 0, or the terminal is a dumb one.
    pub is_plain: bool,
    /// Colours even where no terminal is: `CLICOLOR_FORCE` is set, to anything but 0.
    pub is_colour_forced: bool,
}

impl Environment {
    /// Reads the environment of this process.
    pub fn read() -> Result<Self> {
        let now = match variable(NOW) {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                words!(
                    "`{NOW}` is `{text}`: write a time as `2026-12-09T10:00:00-05:00`",
                    "`{NOW}` vaut `{text}` : écrivez un moment comme `2026-12-09T10:00:00-05:00`"
                )
            })?),
        };
        let (smtp_url, imap_url, ledger_url) = (variable(SMTP_URL), variable(IMAP_URL), variable(LEDGER));
        Ok(Self { now, smtp_url, imap_url, ledger_url, ..Self::of_terminal() })
    }

    /// Only what concerns the person and the terminal: of this nothing can be wrong.
    pub fn of_terminal() -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name)).or_else(system_locale);
        let is_french = locale.is_some_and(|locale| locale.to_lowercase().starts_with("fr"));
        let is = |name: &str, value: &str| variable(name).is_some_and(|set| set == value);
        Self {
            speech: if is_french { Speech::Fr } else { Speech::En },
            is_plain: variable("NO_COLOR").is_some() || is("CLICOLOR", "0") || is("TERM", "dumb"),
            is_colour_forced: variable("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            ..Self::default()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads environment variables")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The language that Windows was set to: it has no variable for it.
#[cfg(windows)]
fn system_locale() -> Option<String> {
    sys_locale::get_locale()
}

#[cfg(not(windows))]
fn system_locale() -> Option<String> {
    None
}

/// A newsletter's configuration, read and found sound.
#[derive(Debug, Clone)]
pub struct Config {
    /// The newsletter's folder.
    pub root: PathBuf,
    /// `newsletter.toml`.
    pub newsletter: Newsletter,
    /// `sources.toml`; empty when there is none.
    pub sources: Sources,
    /// Where the ledger is, when it is not in STATE; never shown.
    pub ledger_url: Option<String>,
}

impl Config {
    /// Reads `newsletter.toml` and `sources.toml` in a folder.
    pub fn load(root: &Path) -> Result<Self> {
        let path = root.join("newsletter.toml");
        let shown = root.display();
        let Some(text) = files::read_text_if_there(&path)? else {
            bail!(words!(
                "there is no `newsletter.toml` in `{shown}`: go to the newsletter's folder, or name it with `--dir`",
                "il n'y a pas de `newsletter.toml` dans `{shown}` : placez-vous dans le dossier de l'infolettre, ou nommez-le avec `--dir`"
            ));
        };
        let newsletter: Newsletter = parse("newsletter.toml", &text)?;
        check_newsletter(&newsletter, &text)?;
        let sources = match files::read_text_if_there(&root.join("sources.toml"))? {
            None => Sources::default(),
            Some(text) => {
                check_source_keys(&newsletter, &text)?;
                let sources: Sources = parse("sources.toml", &text)?;
                check_sources(&sources, &newsletter, &text)?;
                sources.check_weights().map_err(|wrong| at_line("sources.toml", &text, &wrong.at, &wrong.problem))?;
                sources
            }
        };
        Ok(Self { root: root.to_owned(), newsletter, sources, ledger_url: None })
    }

    /// Where STATE lies. A network share is refused: SQLite's locks do not hold there, and a copy could go twice.
    pub fn state_dir(&self) -> Result<PathBuf> {
        let state = self.root.join(&self.newsletter.state_dir);
        let there = state.ancestors().find(|folder| folder.exists()).unwrap_or(&self.root);
        if let Some(kind) = files::network_share(there) {
            let shown = state.display();
            bail!(words!(
                "the state of this newsletter would lie on a network share ({kind}): `{shown}`. Set `state_dir` in `newsletter.toml` to a folder on this machine's own disk",
                "l'état de cette infolettre serait sur un partage réseau ({kind}) : `{shown}`. Dans `newsletter.toml`, donnez à `state_dir` un dossier du disque de cette machine"
            ));
        }
        Ok(state)
    }
}

/// Reads a TOML file that a person wrote, and explains what cannot be read.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml_edit::de::from_str(text).map_err(|error| toml_mistake(file, text, error.message(), error.span()).into())
}

/// Points at the first line that holds a text, for a mistake that TOML itself does not see.
fn at_line(file: &str, text: &str, needle: &str, problem: &Words) -> Words {
    let found = text.lines().enumerate().find(|(_, line)| !line.trim_start().starts_with('#') && line.contains(needle));
    let Some((index, line)) = found else {
        return Words { en: format!("`{file}`: {}", problem.en), fr: format!("`{file}` : {}", problem.fr) };
    };
    let (number, line) = (index + 1, line.trim_end());
    Words {
        en: format!("`{file}` line {number}: {}\n    {line}", problem.en),
        fr: format!("`{file}` ligne {number} : {}\n    {line}", problem.fr),
    }
}

fn check_newsletter(newsletter: &Newsletter, text: &str) -> Result<()> {
    let wrong = |needle: &str, problem: &Words| Err(at_line("newsletter.toml", text, needle, problem).into());
    let good_id =
        |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !good_id(&newsletter.id) {
        return wrong(
            "id",
            &words!(
                "`id` takes lower-case letters, digits and hyphens",
                "`id` ne prend que des minuscules, des chiffres et des traits d'union"
            ),
        );
    }
    if newsletter.languages.is_empty() {
        return wrong("languages", &words!("name at least one language", "nommez au moins une langue"));
    }
    for lang in newsletter.languages.iter().chain([&newsletter.source_language]) {
        if !newsletter.language.contains_key(lang) {
            return wrong(
                "languages",
                &words!("add a table `[language.{lang}]`", "ajoutez un tableau `[language.{lang}]`"),
            );
        }
    }
    if !newsletter.languages.contains(&newsletter.source_language) {
        return wrong(
            "source_language",
            &words!(
                "`source_language` must be one of `languages`",
                "`source_language` doit être l'une des `languages`"
            ),
        );
    }
    for (key, value) in [
        ("from", &newsletter.sender.from),
        ("reply_to", &newsletter.sender.reply_to),
        ("bounce", &newsletter.sender.bounce),
        ("requests", &newsletter.sender.requests),
        ("email", &newsletter.organization.email),
    ] {
        if let Err(error) = Address::parse(value) {
            let why = error.words();
            let (en, fr) = (why.en, why.fr);
            return wrong(
                &format!("{key} "),
                &words!("`{key}` is not an e-mail address: {en}", "`{key}` n'est pas une adresse de courriel : {fr}"),
            );
        }
    }
    for month in 1..=12 {
        let issue = IssueId::of_month(newsletter.first_issue.year(), month);
        if let Err(problem) = newsletter.schedule.send_at(&issue) {
            let written = problem.en.split('`').nth(1).unwrap_or_default().to_owned();
            return wrong(&format!("\"{written}\""), &problem);
        }
    }
    check_approvers(newsletter, text)?;
    check_clockwork(newsletter, text)?;
    let from = newsletter.sender.from.rsplit('@').next().unwrap_or("").to_ascii_lowercase();
    if let Some((needle, problem)) = newsletter.delivery.mistake(&from) {
        return wrong(&needle, &problem);
    }
    if let Some((needle, problem)) = newsletter.serve.mistake() {
        return wrong(&needle, &problem);
    }
    check_sections(newsletter, text)
}

fn check_approvers(newsletter: &Newsletter, text: &str) -> Result<()> {
    if newsletter.policy.approvals == 0 {
        let problem =
            words!("at least one person approves each language", "au moins une personne approuve chaque langue");
        return Err(at_line("newsletter.toml", text, "approvals", &problem).into());
    }
    for approver in &newsletter.approvers {
        let (name, email) = (&approver.name, &approver.email);
        let problem = if name.trim().is_empty() {
            Some(words!("an approver has no name", "un approbateur n'a pas de nom"))
        } else if let Err(error) = Address::parse(email) {
            let why = error.words();
            let (en, fr) = (why.en, why.fr);
            Some(words!("the address of {name}: {en}", "l'adresse de {name} : {fr}"))
        } else {
            approver.languages.iter().find(|lang| !newsletter.languages.contains(lang)).map(|lang| {
                words!(
                    "{name} approves `{lang}`, which is no language of this newsletter",
                    "{name} approuve `{lang}`, qui n'est pas une langue de cette infolettre"
                )
            })
        };
        if let Some(problem) = problem {
            return Err(at_line("newsletter.toml", text, &format!("\"{name}\""), &problem).into());
        }
    }
    if newsletter.policy.signed_only && newsletter.policy.allowed_signers.is_none() {
        let problem = words!(
            "`signed_only` needs `allowed_signers`: the file of the keys that may sign",
            "`signed_only` demande `allowed_signers` : le fichier des clés qui peuvent signer"
        );
        return Err(at_line("newsletter.toml", text, "signed_only", &problem).into());
    }
    Ok(())
}

/// What `run` does by itself, and whom it writes to.
fn check_clockwork(newsletter: &Newsletter, text: &str) -> Result<()> {
    for translator in &newsletter.translators {
        let (name, email) = (&translator.name, &translator.email);
        if let Err(error) = Address::parse(email) {
            let why = error.words();
            let (en, fr) = (why.en, why.fr);
            let problem = words!("the address of {name}: {en}", "l'adresse de {name} : {fr}");
            return Err(at_line("newsletter.toml", text, &format!("\"{name}\""), &problem).into());
        }
    }
    match newsletter.run.mistake().or_else(|| newsletter.mailbox.mistake()) {
        Some((needle, problem)) => Err(at_line("newsletter.toml", text, &needle, &problem).into()),
        None => Ok(()),
    }
}

fn check_sections(newsletter: &Newsletter, text: &str) -> Result<()> {
    let mut seen = BTreeSet::new();
    for section in &newsletter.sections {
        let id = &section.id;
        if !seen.insert(id) {
            let problem = words!("two sections have the id `{id}`", "deux sections ont l'id `{id}`");
            return Err(at_line("newsletter.toml", text, &format!("\"{id}\""), &problem).into());
        }
        for lang in &newsletter.languages {
            if section.name.get(lang).is_none_or(|name| name.trim().is_empty()) {
                let problem =
                    words!("section `{id}` has no name in `{lang}`", "la section `{id}` n'a pas de nom en `{lang}`");
                return Err(at_line("newsletter.toml", text, &format!("\"{id}\""), &problem).into());
            }
        }
    }
    newsletter.check_plan().map_err(|wrong| at_line("newsletter.toml", text, &wrong.at, &wrong.problem).into())
}

/// Keys of a source. Any other key is a language of the newsletter, with an address.
const SOURCE_KEYS: [&str; 22] = [
    "id",
    "section",
    "pair",
    "keep",
    "drop",
    "max",
    "max_age_days",
    "weight",
    "only",
    "organization",
    "reason",
    "allow_private",
    "item",
    "title",
    "link",
    "date",
    "summary",
    "image",
    "next",
    "pages",
    "feed",
    "page",
];

/// Names a key that is neither; serde would take it for a language without an address.
fn check_source_keys(newsletter: &Newsletter, text: &str) -> Result<()> {
    for (index, line) in text.lines().enumerate() {
        let Some((key, _)) = line.split_once('=') else { continue };
        let key = key.trim_end();
        let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !is_key || SOURCE_KEYS.contains(&key) || newsletter.languages.iter().any(|lang| lang.as_str() == key) {
            continue;
        }
        let (number, shown) = (index + 1, line.trim_end());
        bail!(words!(
            "`sources.toml` line {number}, column 1: `{key}` is neither a key of a source nor a language of this newsletter\n    {shown}\n    ^\n  docs/sources.md lists the keys",
            "`sources.toml` ligne {number}, colonne 1 : `{key}` n'est ni une clé de source ni une langue de cette infolettre\n    {shown}\n    ^\n  docs/sources.md énumère les clés"
        ));
    }
    Ok(())
}

fn check_sources(sources: &Sources, newsletter: &Newsletter, text: &str) -> Result<()> {
    let feeds = sources.feeds.iter().map(|feed| (&feed.id, feed.section.as_ref(), &feed.urls));
    let pages = sources.pages.iter().map(|page| (&page.id, page.section.as_ref(), &page.urls));
    let mut seen = BTreeSet::new();
    for (id, section, urls) in feeds.chain(pages) {
        let wrong = |needle: &str, problem: &Words| Err(at_line("sources.toml", text, needle, problem).into());
        let quoted = format!("\"{id}\"");
        if !seen.insert(id) {
            return wrong(&quoted, &words!("two sources have the id `{id}`", "deux sources ont l'id `{id}`"));
        }
        if let Some(section) = section
            && newsletter.section(section).is_none()
        {
            let problem = words!(
                "`newsletter.toml` has no section `{section}`",
                "`newsletter.toml` n'a pas de section `{section}`"
            );
            return wrong(&format!("\"{section}\""), &or_meant(problem, section, newsletter.section_ids()));
        }
        for (lang, url) in urls {
            if !newsletter.languages.contains(lang) {
                return wrong(
                    &format!("{lang} "),
                    &words!(
                        "`{lang}` is neither a key of a source nor a language of this newsletter",
                        "`{lang}` n'est ni une clé de source ni une langue de cette infolettre"
                    ),
                );
            }
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return wrong(url, &words!("an address begins with `https://`", "une adresse commence par `https://`"));
            }
        }
        if urls.is_empty() {
            return wrong(
                &quoted,
                &words!(
                    "source `{id}` has no address: add `en = \"https://…\"`",
                    "la source `{id}` n'a pas d'adresse : ajoutez `en = \"https://…\"`"
                ),
            );
        }
    }
    Ok(())
}

/// The newsletter's folder: the one asked for, or this one.
pub fn root(dir: Option<&Path>) -> Result<PathBuf> {
    let dir = dir.unwrap_or_else(|| Path::new("."));
    let shown = dir.display();
    // On Windows the canonical path is one that few programs open and nobody reads (`\\?\C:\…`).
    let path = if cfg!(windows) { std::path::absolute(dir) } else { dir.canonicalize() };
    let path = path.ok().filter(|path| path.is_dir());
    path.with_context(|| words!("there is no folder `{shown}`", "il n'y a pas de dossier `{shown}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> String {
        files::read_text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("newsletter.toml")).unwrap()
    }

    fn check(change: impl Fn(&str) -> String, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("newsletter.toml"), change(&shipped())).unwrap();
        let error = Config::load(folder.path()).unwrap_err();
        for speech in [format!("{error}"), format!("{error:#}")] {
            assert!(expected.iter().all(|part| speech.contains(part)), "{speech}");
        }
    }

    #[test]
    fn the_shipped_configuration_is_sound() {
        let config = Config::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(config.newsletter.languages.len(), 2);
    }

    #[test]
    fn a_mistake_is_answered_with_its_line_and_its_mend() {
        check(|text| text.replace("first_issue", "frist_issue"), &["newsletter.toml", "frist_issue", "^"]);
        check(|text| text.replace("rules = \"federal\"", "rules = “federal”"), &["rules = “federal”", "(\")"]);
        check(|text| text.replace("last working wednesday", "someday"), &["someday", "second wednesday"]);
        check(|text| text.replace("[language.fr]", "[language.xx]"), &["[language.fr]"]);
        check(|text| text.replace("news-nouvelles@cco-bcc.example", "nobody"), &["`from`", "nobody"]);
        check(|text| text.replace("id = \"awards\"", "id = \"tools\""), &["`tools`"]);
        let approver = |name: &str, email: &str, more: &str| {
            format!("\n[[approver]]\nname = \"{name}\"\nemail = \"{email}\"\n{more}")
        };
        check(|text| format!("{text}{}", approver("Camille", "nobody", "")), &["Camille", "@"]);
        check(
            |text| format!("{text}{}", approver("Camille", "c@example.ca", "languages = [\"xx\"]")),
            &["Camille", "`xx`"],
        );
        check(|text| text.replace("approvals = 1", "signed_only = true"), &["`allowed_signers`"]);
    }

    #[test]
    fn notepads_marks_and_line_ends_are_no_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("\u{FEFF}{}", shipped().replace('\n', "\r\n"));
        std::fs::write(folder.path().join("newsletter.toml"), text).unwrap();
        Config::load(folder.path()).unwrap();
    }
}
