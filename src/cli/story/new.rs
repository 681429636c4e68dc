//! `story new`: an empty form in the drop folder, which explains itself.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::{form, word_form};
use crate::cli::Shell;
use crate::cli::exit::Exit;
use crate::cli::report::{self, Colour};
use crate::files;

/// A file's name stays readable in every list.
const NAME_CHARS_MAX: usize = 60;
/// What Windows keeps for its devices, whatever the ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com1", "lpt1"];

/// Arguments of `story new`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A name for the file, or the title of the story; asked for by default.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// A Word file instead of a text file.
    #[arg(long)]
    docx: bool,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let newsletter = &shell.config.newsletter;
    let asked = match &args.name {
        Some(name) => Some(name.clone()),
        None => report::ask_text(shell.report, &words!("Title of the story:", "Titre de l'article :")),
    };
    let Some(asked) = asked.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        shell.report.error(
            &words!(
                "the story has no name: cco-news story new \"A title\"",
                "l'article n'a pas de nom : cco-news story new \"Un titre\""
            )
            .into(),
        );
        return Ok(Exit::Usage);
    };
    let name = file_name(&asked);
    if name.is_empty() {
        bail!(words!(
            "`{asked}` holds no letter that a file's name can have",
            "`{asked}` ne contient aucune lettre qu'un nom de fichier peut avoir"
        ));
    }
    let ending = if args.docx { "docx" } else { "md" };
    let shown = format!("stories/{name}.{ending}");
    refuse_twice(&shell.config.root, &name)?;
    // `coffee-chat` names a file, `Coffee with a communicator` is a title.
    let is_title = args.name.is_none() || asked.contains(char::is_whitespace);
    let title = is_title.then_some(asked.as_str());
    let bytes = if args.docx {
        word_form::form(title, newsletter, shell.report.speech)
    } else {
        form::form(title, newsletter, shell.report.speech).into_bytes()
    };
    files::write_whole(&shell.config.root.join(&shown), &bytes)?;
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({ "file": shown }));
    }
    shell.report.text(shell.report.paint(Colour::Cyan, &shown));
    shell.report.line(&words!(
        "next: write your text in it, then cco-news story check {shown}",
        "ensuite : écrivez-y votre texte, puis cco-news story check {shown}"
    ));
    Ok(Exit::Done)
}

/// What is there is somebody's: also under another ending, or with a language in its name.
fn refuse_twice(root: &Path, name: &str) -> Result<()> {
    let Ok(entries) = fs::read_dir(root.join("stories")) else { return Ok(()) };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_same = |there: &String| there.to_lowercase().split('.').next() == Some(name);
    if let Some(there) = names.into_iter().find(is_same) {
        bail!(words!(
            "`stories/{there}` is there already: choose another name",
            "`stories/{there}` existe déjà : choisissez un autre nom"
        ));
    }
    Ok(())
}

/// A name that every system and share can hold: `Rédiger pour l'écran` is `rediger-pour-l-ecran`.
fn file_name(asked: &str) -> String {
    let asked = asked.strip_suffix(".md").or_else(|| asked.strip_suffix(".docx")).unwrap_or(asked);
    let asked = asked.rsplit(['/', '\\']).next().unwrap_or(asked);
    let mut name = String::new();
    for c in asked.to_lowercase().chars() {
        match plain(c) {
            Some(letters) => name.push_str(letters),
            None if c.is_alphanumeric() => name.push(c),
            // The accent of a letter that a Mac has taken apart.
            None if ('\u{300}'..='\u{36f}').contains(&c) => {}
            None if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            None => {}
        }
    }
    let name: String = name.chars().take(NAME_CHARS_MAX).collect();
    let name = name.trim_matches('-').to_owned();
    if DEVICES.contains(&name.as_str()) { format!("story-{name}") } else { name }
}

/// A French letter without its accent.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'â' | 'ä' => "a",
        'ç' => "c",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'î' | 'ï' => "i",
        'ô' | 'ö' => "o",
        'ù' | 'û' | 'ü' => "u",
        'ÿ' => "y",
        'œ' => "oe",
        'æ' => "ae",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_share_can_hold() {
        for (asked, name) in [
            ("Rédiger pour l'écran : œuvre n° 3!", "rediger-pour-l-ecran-oeuvre-n-3"),
            ("re\u{301}diger", "rediger"),
            ("coffee-chat.md", "coffee-chat"),
            ("../../etc/passwd", "passwd"),
            ("_draft", "draft"),
            ("Aux", "story-aux"),
            ("?!", ""),
            ("ᐃᓄᒃᑎᑐᑦ", "ᐃᓄᒃᑎᑐᑦ"),
        ] {
            assert_eq!(file_name(asked), name, "{asked}");
        }
        assert!(file_name(&"mot ".repeat(50)).chars().count() <= NAME_CHARS_MAX);
    }
}
