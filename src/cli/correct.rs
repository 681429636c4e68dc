//! `correct`: a correction is an issue of its own, made of one text in every language, for those who got what it
//! corrects. This begins it; from then on it is composed, checked, approved and sent as any issue.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::exit::Exit;
use super::report::Colour;
use super::status::Standing;
use super::workspace::{self, IssueFolder};
use super::{Shell, words};
use crate::compose::Templates;
use crate::files;
use crate::gather::read_named_stories;
use crate::model::{
    Finding, Harvest, Issue, IssueId, IssueSection, Newsletter, Origin, Place, Speech, Story, Texts, Waiver,
};

/// An issue that needs more corrections than these needs something else.
const CORRECTIONS_MAX: u32 = 9;
/// The one section of a correction.
const SECTION: &str = "correction";

/// Arguments of `correct`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue that left, as `2026-12`.
    #[arg(value_parser = IssueId::parse)]
    issue: IssueId,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let base = args.issue.corrects().unwrap_or_else(|| args.issue.clone());
    if !workspace::has_begun(&workspace::folder(&shell.config, &base))? {
        bail!(words!(
            "issue `{base}` has not begun to leave: change its text, and run `cco-news compose {base}`",
            "le numéro `{base}` n'a pas commencé à partir : changez son texte, et lancez `cco-news compose {base}`"
        ));
    }
    let folder = in_work(&base, shell)?;
    let (id, file) = (&folder.id, text_file(&folder));
    let shown = folder.shown(&file);
    let path = folder.file(&file);
    if !path.exists() {
        let form = form(&base, &shell.config.newsletter, shell.report.speech);
        files::write_whole(&path, form.as_bytes())?;
    }
    say_whom(&base, id, shell)?;
    shell.report.text(shell.report.paint(Colour::Cyan, &shown));
    let standing = Standing::of(&folder, shell)?;
    let next = standing.next(id);
    shell.report.line(&if standing.editions.is_empty() {
        words!(
            "next: write what was wrong and what is right into it, in every language, then {next}",
            "ensuite : écrivez-y ce qui était inexact et ce qui est juste, dans chaque langue, puis {next}"
        )
    } else {
        words!("next: {next}", "ensuite : {next}")
    });
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "corrects": base, "file": shown, "next": next}));
    }
    Ok(Exit::Done)
}

/// The correction that has not begun to leave, or the next one.
fn in_work<'a>(base: &IssueId, shell: &'a Shell) -> Result<IssueFolder<'a>> {
    for n in 1..=CORRECTIONS_MAX {
        let folder = workspace::folder(&shell.config, &base.correction(n)?);
        if !workspace::has_begun(&folder)? {
            return Ok(folder);
        }
    }
    bail!(words!(
        "issue `{base}` has {CORRECTIONS_MAX} corrections: what is still wrong belongs into the next issue",
        "le numéro `{base}` a {CORRECTIONS_MAX} rectificatifs : ce qui reste inexact a sa place dans le prochain numéro"
    ))
}

/// To how many it would go, and what it waits for.
fn say_whom(base: &IssueId, id: &IssueId, shell: &Shell) -> Result<()> {
    let Some(ledger) = shell.ledger_if_there()? else { return Ok(()) };
    let Some(frozen) = ledger.frozen(base)? else { return Ok(()) };
    let n = usize::try_from(ledger.audience(id, &[])?.values().sum::<u64>())?;
    let people = words::count(n, ["person", "people"], ["personne", "personnes"]);
    let (en, fr) = (people.en, people.fr);
    shell.report.line(&words!(
        "correction {id}: to the {en} who got issue {base}, or perhaps did, and have not left since",
        "rectificatif {id} : pour ceux qui ont reçu le numéro {base}, ou l'ont peut-être reçu, et ne sont pas partis depuis ({fr})"
    ));
    if frozen.completed.is_none() {
        shell.report.warn(&words!(
            "issue {base} is still leaving, and the correction waits for it; if no more of it is to leave: cco-news cancel {base}",
            "le numéro {base} part encore, et le rectificatif l'attend; s'il ne doit plus en partir : cco-news cancel {base}"
        ));
    }
    Ok(())
}

/// The name of the file in which a correction is written.
fn text_file(folder: &IssueFolder<'_>) -> String {
    format!("{}.md", folder.id)
}

/// The file as it begins: it explains itself in the person's language.
fn form(base: &IssueId, newsletter: &Newsletter, speech: Speech) -> String {
    let about = words!(
        "# A correction of issue {base}, for those who got it, each in the edition that they got.\n\
         # Say what was wrong and what is right, as briefly as you can. Every language leaves, or none.\n#\n\
         # What is corrected, in a few words: the subject becomes “Correction: …”.\ntitle:\n",
        "# Un rectificatif au numéro {base}, pour ceux qui l'ont reçu, chacun dans l'édition reçue.\n\
         # Dites ce qui était inexact et ce qui est juste, aussi brièvement que possible. Toutes les langues partent, ou aucune.\n#\n\
         # Ce qui est corrigé, en quelques mots : l'objet devient « Rectificatif : … ».\ntitre:\n"
    );
    let mut out = format!("---\n{}", about.say(speech));
    // Writing to a String does not fail.
    for lang in &newsletter.languages {
        let _ = writeln!(out, "  {lang}: \"\"");
    }
    out.push_str("---\n");
    for lang in &newsletter.languages {
        let _ = write!(out, "\n## {lang}\n\n");
    }
    out
}

/// What `issue.toml` may say of a correction.
#[derive(Debug, Default, Deserialize)]
struct Waivers {
    #[serde(rename = "waiver", default)]
    waivers: Vec<Waiver>,
}

/// Reads a correction's text as an issue of one story, and saves both as the stages after it expect them.
pub(super) fn read(folder: &IssueFolder<'_>, base: &IssueId, shell: &Shell) -> Result<(Harvest, Issue)> {
    let (config, newsletter) = (&shell.config, &shell.config.newsletter);
    let file = text_file(folder);
    let shown = folder.shown(&file);
    if !folder.file(&file).exists() {
        bail!(words!(
            "`{shown}` is not there: begin it with `cco-news correct {base}`",
            "`{shown}` n'existe pas : commencez-le par `cco-news correct {base}`"
        ));
    }
    let (stories, problems) = read_named_stories(&[folder.file(&file)], &config.root, newsletter, shell.now)?;
    let problems: Vec<Finding> = problems.into_iter().map(|finding| placed(finding, &shown)).collect();
    let is_said = |story: &Story| story.texts.values().any(|text| !format!("{}{}", text.title, text.body).is_empty());
    let Some(mut story) = stories.into_iter().next().filter(is_said) else {
        bail!(words!(
            "`{shown}` is still empty: write a title and a text in every language",
            "`{shown}` est encore vide : écrivez un titre et un texte dans chaque langue"
        ));
    };
    let send_at = newsletter.schedule.send_at(&folder.id)?;
    story.section = Some(SECTION.to_owned());
    story.origin = Origin::File { file: shown, line: 1, twin: None };
    // So that reading the same file twice gives the same.
    story.first_seen = send_at;
    story.published = None;
    let (subject, preheader) = headed(&story, send_at, shell)?;
    let waivers = folder.load_issue_toml()?.map(|text| toml_edit::de::from_str::<Waivers>(&text)).transpose()?;
    let issue = Issue {
        id: folder.id.clone(),
        send_at,
        subject,
        preheader,
        opening: Texts::default(),
        sections: vec![IssueSection { id: SECTION.to_owned(), stories: vec![story.clone()] }],
        waivers: waivers.unwrap_or_default().waivers,
        findings: Vec::new(),
        translations: Vec::new(),
        languages: newsletter.languages.clone(),
    };
    let harvest = Harvest { stories: vec![story], problems, ..Harvest::default() };
    folder.save_harvest(&harvest)?;
    folder.save_issue(&issue)?;
    Ok((harvest, issue))
}

/// A finding where people look for it: the file by its name from the newsletter's folder.
fn placed(mut finding: Finding, shown: &str) -> Finding {
    if let Place::File { file, .. } = &mut finding.place {
        shown.clone_into(file);
    }
    finding
}

/// The subject, which begins with the word for a correction, and the line beside it, in every language.
fn headed(story: &Story, send_at: jiff::Timestamp, shell: &Shell) -> Result<(Texts, Texts)> {
    let newsletter = &shell.config.newsletter;
    let templates = Templates::of(&shell.config.root)?;
    let date = send_at.to_zoned(newsletter.schedule.zone()?).date();
    let (mut subject, mut preheader) = (Texts::default(), Texts::default());
    for lang in &newsletter.languages {
        let locale = templates.locale(lang)?;
        let (word, colon) = (locale.say("correction", &[])?, locale.say("colon", &[])?);
        let text = story.texts.get(lang).cloned().unwrap_or_default();
        let title = text.title.trim();
        let is_headed = title.to_lowercase().starts_with(&word.to_lowercase());
        subject.insert(
            lang.clone(),
            match title {
                "" => word,
                title if is_headed => title.to_owned(),
                title => format!("{word}{colon} {title}"),
            },
        );
        let line = locale.say("correction_to", &[("date", locale.date(date)?.into())])?;
        preheader.insert(lang.clone(), if text.summary.is_empty() { line } else { text.summary });
    }
    Ok((subject, preheader))
}
