//! `init`: a newsletter in an empty folder, of the office that this project ships or of another community. Its files are
//! data in the program: the office's own are those of the repository's root, once.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;

use super::exit::Exit;
use super::report::{Colour, Report};
use crate::config::Config;
use crate::files;
use crate::model::IssueId;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An empty folder, or one that is not there yet; this one by default.
    dir: Option<PathBuf>,
    /// Whose newsletter to begin with.
    #[arg(long, value_name = "NAME", default_value = "cco", value_parser = ["cco", "gcdigital", "capitals"])]
    community: String,
}

/// A file of the new newsletter, and its text.
type Embedded = (&'static str, &'static str);

macro_rules! embedded {
    ($folder:literal, $name:literal) => {
        ($name, include_str!(concat!("../../", $folder, $name)))
    };
}

/// What every newsletter begins with.
const SHARED: [Embedded; 2] = [embedded!("", ".gitignore"), embedded!("", "subscribers/example.csv")];

/// The office's own: the repository's root. A test holds these lists against the folders.
const CCO: [Embedded; 35] = [
    embedded!("", "newsletter.toml"),
    embedded!("", "sources.toml"),
    embedded!("", "stories/accessible-email.md"),
    embedded!("", "stories/accessible-open-house.en.md"),
    embedded!("", "stories/accessible-open-house.fr.md"),
    embedded!("", "stories/annual-report.md"),
    embedded!("", "stories/assignment-advisor.md"),
    embedded!("", "stories/awards-review.md"),
    embedded!("", "stories/boot-camp.md"),
    embedded!("", "stories/borrow-a-colleague.md"),
    embedded!("", "stories/canada-ca-blog.md"),
    embedded!("", "stories/capitals.md"),
    embedded!("", "stories/data-stories.md"),
    embedded!("", "stories/digital-talent.md"),
    embedded!("", "stories/find-your-community.md"),
    embedded!("", "stories/gcdigital-directions.md"),
    embedded!("", "stories/hire-and-keep.md"),
    embedded!("", "stories/key-messengers.md"),
    embedded!("", "stories/learning-day.md"),
    embedded!("", "stories/learning-plan.md"),
    embedded!("", "stories/mentoring.md"),
    embedded!("", "stories/new-look.md"),
    embedded!("", "stories/new-tool-questions.md"),
    embedded!("", "stories/one-page-plan.md"),
    embedded!("", "stories/plain-language.md"),
    embedded!("", "stories/policy-internal.md"),
    embedded!("", "stories/screen-readers.en.md"),
    embedded!("", "stories/screen-readers.fr.md"),
    embedded!("", "stories/share-a-tool.md"),
    embedded!("", "stories/speak-or-volunteer.en.md"),
    embedded!("", "stories/speak-or-volunteer.fr.md"),
    embedded!("", "stories/steering-committee.md"),
    embedded!("", "stories/story-ideas.en.md"),
    embedded!("", "stories/story-ideas.fr.md"),
    embedded!("", "stories/style-guide.md"),
];

/// The community of those who build digital services.
const GCDIGITAL: [Embedded; 6] = [
    embedded!("communities/gcdigital/", "newsletter.toml"),
    embedded!("communities/gcdigital/", "sources.toml"),
    embedded!("communities/gcdigital/", "stories/automated-decisions.md"),
    embedded!("communities/gcdigital/", "stories/digital-talent.md"),
    embedded!("communities/gcdigital/", "stories/help-shape.md"),
    embedded!("communities/gcdigital/", "stories/plain-passwords.md"),
];

/// Canada's capital cities.
const CAPITALS: [Embedded; 6] = [
    embedded!("communities/capitals/", "newsletter.toml"),
    embedded!("communities/capitals/", "sources.toml"),
    embedded!("communities/capitals/", "stories/citizenship-programs.md"),
    embedded!("communities/capitals/", "stories/fourteen-capitals.md"),
    embedded!("communities/capitals/", "stories/share-a-practice.md"),
    embedded!("communities/capitals/", "stories/winter-lights.md"),
];

/// What may lie in a folder that counts as empty: a repository that was just begun.
const NOTHING: [&str; 2] = [".git", ".DS_Store"];

pub(super) fn run(args: &Args, dir: Option<&Path>, report: Report, now: Timestamp) -> Result<Exit> {
    let folder = args.dir.as_deref().or(dir).unwrap_or_else(|| Path::new("."));
    let shown = folder.display();
    if let Some(there) = something_in(folder)? {
        bail!(words!(
            "`{shown}` is not empty: it holds `{there}`. Name a new folder: cco-news init FOLDER",
            "`{shown}` n'est pas vide : on y trouve `{there}`. Nommez un nouveau dossier : cco-news init DOSSIER"
        ));
    }
    for (name, text) in SHARED.iter().chain(files_of(&args.community)) {
        files::write_whole(&folder.join(name), text.as_bytes())?;
    }
    let config = Config::load(folder)?;
    let first = first_issue(&config, now)?;
    let file = folder.join("newsletter.toml");
    let text = files::read_text(&file)?;
    let shipped = &config.newsletter.first_issue;
    let text = text.replace(&format!("first_issue = \"{shipped}\""), &format!("first_issue = \"{first}\""));
    files::write_whole(&file, text.as_bytes())?;
    say(&config, folder, &first, report);
    Ok(Exit::Done)
}

/// The issue that a newsletter begun now can still make: the shipped one, or the first that has not left yet.
fn first_issue(config: &Config, now: Timestamp) -> Result<IssueId> {
    let mut id = config.newsletter.first_issue.clone();
    while config.newsletter.schedule.send_at(&id)? < now {
        id = id.next_month();
    }
    Ok(id)
}

fn say(config: &Config, folder: &Path, first: &IssueId, report: Report) {
    let shown = folder.display();
    let languages = &config.newsletter.languages;
    let titles: Vec<&str> = languages.iter().map(|lang| config.newsletter.language(lang).title.as_str()).collect();
    let titles = titles.join(" / ");
    report.line(&words!("{titles}: begun in `{shown}`", "{titles} : commencé dans `{shown}`"));
    report.line(&words!(
        "first issue: {first}; it has stories to try it with",
        "premier numéro : {first}; il contient des textes pour l'essayer"
    ));
    let n = config.newsletter.to_confirm.len();
    if n > 0 {
        report.line(&words!(
            "to confirm before anything leaves by SMTP: {n}, listed at the top of `newsletter.toml`",
            "à confirmer avant tout envoi par SMTP : {n}, énumérés au début de `newsletter.toml`"
        ));
    }
    let step = if folder == Path::new(".") { String::new() } else { format!("cd {shown} && ") };
    let next = report.paint(Colour::Cyan, &format!("{step}cco-news compose --offline"));
    report.line(&words!("next: {next}", "ensuite : {next}"));
    if report.is_json {
        let json = serde_json::json!({
            "folder": folder, "first_issue": first, "languages": languages, "to_confirm": config.newsletter.to_confirm,
        });
        report.json(&json);
    }
}

/// The first thing that lies in a folder; none: it is empty, or not there.
fn something_in(folder: &Path) -> Result<Option<String>> {
    let shown = folder.display();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries.with_context(|| words!("could not look into `{shown}`", "impossible de lire `{shown}`"))?,
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.retain(|name| !NOTHING.contains(&name.as_str()));
    Ok(names.into_iter().min())
}

fn files_of(community: &str) -> &'static [Embedded] {
    match community {
        "gcdigital" => &GCDIGITAL,
        "capitals" => &CAPITALS,
        _ => &CCO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(community: &[Embedded], folder: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut there: Vec<String> = fs::read_dir(root.join("stories"))
            .unwrap()
            .map(|entry| format!("stories/{}", entry.unwrap().file_name().into_string().unwrap()))
            .filter(|name| !files::is_ignored_name(name.trim_start_matches("stories/")))
            .collect();
        there.extend(["newsletter.toml".to_owned(), "sources.toml".to_owned()]);
        there.sort();
        let mut listed: Vec<&str> = community.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(listed, there, "left: what `init` writes; right: what lies in `{folder}`");
    }

    #[test]
    fn what_lies_in_the_folders_is_what_a_new_newsletter_gets() {
        check(&CCO, "");
        check(&GCDIGITAL, "communities/gcdigital");
        check(&CAPITALS, "communities/capitals");
    }
}
