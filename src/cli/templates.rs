//! `templates`: what an office restyles. `show` prints the template that the program holds, to begin from; `diff` says
//! what changed in it since the office made its own, so that an upgrade surprises nobody.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::exit::Exit;
use super::report::Colour;
use super::{Shell, difference};
use crate::compose::Templates;
use crate::files;

/// Arguments of `templates`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every template, and which are yours.
    List,
    /// Print a template that the program holds, as a beginning for your own.
    Show {
        /// As `html/event.hbs`, `locales/fr.ftl` or `look.toml`.
        file: String,
    },
    /// What changed in the program's templates since you made yours.
    Diff {
        /// Show how yours differ from the program's instead.
        #[arg(long)]
        yours: bool,
        /// You have taken what you want from the changes: compare with today's from now on.
        #[arg(long)]
        seen: bool,
    },
}

/// The program's templates as they were when the office made its own: file → text. It lies in `cache/`: without it,
/// today's count.
const BASE_FILE: &str = "cache/templates.json";

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    match &args.verb {
        Verb::List => {
            list(&load(shell)?, shell);
            Ok(Exit::Done)
        }
        Verb::Show { file } => Ok(show(file, shell)),
        Verb::Diff { yours, seen } => diff(*yours, *seen, shell),
    }
}

/// The templates as this newsletter has them.
pub(super) fn load(shell: &Shell) -> Result<Templates> {
    Templates::of(&shell.config.root)
}

/// The files of the office's own, from `templates/`.
fn own(templates: &Templates) -> Vec<String> {
    let inputs = templates.inputs().into_iter();
    inputs.filter_map(|(name, _)| name.strip_prefix("templates/").map(str::to_owned)).collect()
}

fn embedded(file: &str) -> Option<&'static str> {
    Templates::embedded().find(|(name, _)| *name == file).map(|(_, text)| text)
}

fn base(shell: &Shell) -> BTreeMap<String, String> {
    let text = files::read_text_if_there(&shell.config.root.join(BASE_FILE)).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

fn save(base: &BTreeMap<String, String>, shell: &Shell) -> Result<()> {
    let mut text = serde_json::to_string_pretty(base).expect("our data has string keys only");
    text.push('\n');
    files::write_whole(&shell.config.root.join(BASE_FILE), text.as_bytes())?;
    Ok(())
}

/// Remembers from which templates the office's own were made, and says when those have changed since.
pub(super) fn remember(templates: &Templates, shell: &Shell) -> Result<()> {
    let before = base(shell);
    let own = own(templates);
    let mut now = BTreeMap::new();
    let mut n_changed = 0;
    for (file, text) in own.iter().filter_map(|file| Some((file, embedded(file)?))) {
        let kept = before.get(file).cloned().unwrap_or_else(|| text.to_owned());
        n_changed += usize::from(kept != text);
        now.insert(file.clone(), kept);
    }
    if now != before {
        save(&now, shell)?;
    }
    if n_changed > 0 {
        shell.report.warn(&words!(
            "{n_changed} of your templates stand in for ones that this version changed: cco-news templates diff",
            "{n_changed} de vos gabarits remplacent des gabarits que cette version a changés : cco-news templates diff"
        ));
    }
    for file in templates.unused() {
        shell.report.warn(&words!(
            "`templates/{file}` is used by no template: is its name right? cco-news templates list",
            "aucun gabarit n'utilise `templates/{file}` : son nom est-il juste? cco-news templates list"
        ));
    }
    Ok(())
}

fn list(templates: &Templates, shell: &Shell) {
    let own = own(templates);
    let mut all: Vec<String> = Templates::embedded().map(|(name, _)| name.to_owned()).chain(own.clone()).collect();
    all.sort();
    all.dedup();
    if shell.report.is_json {
        let rows: Vec<_> = all.iter().map(|file| json!({"file": file, "yours": own.contains(file)})).collect();
        shell.report.json(&rows);
        return;
    }
    for file in &all {
        let yours = words!("  yours: templates/{file}", "  le vôtre : templates/{file}");
        let yours = if own.contains(file) { shell.report.say(&yours) } else { "" };
        shell.report.text(format!("{}{yours}", shell.report.paint(Colour::Cyan, file)));
    }
}

fn show(file: &str, shell: &Shell) -> Exit {
    let asked = file.trim_start_matches("templates/");
    let Some(text) = embedded(asked) else {
        shell.report.alert(&words!(
            "there is no template `{asked}`: cco-news templates list",
            "il n'y a pas de gabarit `{asked}` : cco-news templates list"
        ));
        return Exit::Usage;
    };
    shell.report.text(text.trim_end_matches('\n'));
    Exit::Done
}

fn diff(is_yours: bool, is_seen: bool, shell: &Shell) -> Result<Exit> {
    let templates = load(shell)?;
    let mut base = base(shell);
    let mut rows = Vec::new();
    for (file, bytes) in templates.inputs() {
        let file = file.trim_start_matches("templates/").to_owned();
        let Some(today) = embedded(&file) else { continue };
        let own = files::decode(&bytes);
        let from = base.get(&file).map_or(today, String::as_str).to_owned();
        let lines = if is_yours { difference::lines(today, &own) } else { difference::lines(&from, today) };
        if is_seen {
            base.insert(file.clone(), today.to_owned());
        }
        rows.push((file, lines));
    }
    if is_seen {
        save(&base, shell)?;
    }
    let n_changed = rows.iter().filter(|(_, lines)| !lines.is_empty()).count();
    if shell.report.is_json {
        let rows: Vec<_> = rows.iter().map(|(file, lines)| json!({"file": file, "changes": lines})).collect();
        shell.report.json(&rows);
    } else {
        show_diff(&rows, is_yours, shell);
    }
    Ok(if n_changed > 0 && !is_yours && !is_seen { Exit::Look } else { Exit::Done })
}

fn show_diff(rows: &[(String, Vec<String>)], is_yours: bool, shell: &Shell) {
    let report = shell.report;
    if rows.is_empty() {
        report.line(&words!(
            "no template is yours: the program's own are used",
            "aucun gabarit n'est le vôtre : ceux du programme servent"
        ));
    }
    for (file, lines) in rows {
        let said = match (lines.is_empty(), is_yours) {
            (true, _) => words!("unchanged since you made yours", "inchangé depuis que vous avez fait le vôtre"),
            (false, false) => words!("changed since you made yours:", "changé depuis que vous avez fait le vôtre :"),
            (false, true) => {
                words!("yours (+) beside the program's (-):", "le vôtre (+) à côté de celui du programme (-) :")
            }
        };
        report.text(format!("{}  {}", report.paint(Colour::Cyan, file), report.say(&said)));
        for line in lines {
            let colour = if line.starts_with('+') { Colour::Green } else { Colour::Red };
            report.text(format!("    {}", report.paint(colour, line)));
        }
    }
}
