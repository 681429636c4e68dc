//! The words of the help: every sentence from `fr.toml` in French, and after each command what it is used for.

use std::collections::HashMap;

use clap::{Arg, Command};
use serde::Deserialize;

use crate::model::{Speech, Words};

/// English sentence → French sentence.
const FRENCH: &str = include_str!("fr.toml");
/// Command → what it is used for.
const EXAMPLES: &str = include_str!("examples.toml");

/// Names of values, as the usage shows them; those that are the same in French are not listed.
const VALUES: &[(&str, &str)] = &[
    ("ADDRESS", "ADRESSE"),
    ("ADDRESS:PORT", "ADRESSE:PORT"),
    ("COLUMN=VALUE", "COLONNE=VALEUR"),
    ("DIR", "DOSSIER"),
    ("FILE", "FICHIER"),
    ("FILE.csv", "FICHIER.csv"),
    ("FORM", "FORME"),
    ("ISSUE", "NUMÉRO"),
    ("KEY", "CLÉ"),
    ("LANGUAGE", "LANGUE"),
    ("NAME", "NOM"),
    ("NEW", "NOUVEAU"),
    ("OLD", "ANCIEN"),
    ("PEOPLE", "PERSONNES"),
    ("REASON", "RAISON"),
    ("RULE", "RÈGLE"),
    ("SECONDS", "SECONDES"),
    ("STORY", "TEXTE"),
    ("WHEN", "QUAND"),
    ("WHOSE", "QUI"),
    ("WHY", "RAISON"),
    ("BY", "NOM"),
];

/// The French of each sentence.
type French = HashMap<String, String>;

/// What a command is used for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    /// The command line.
    pub(super) run: String,
    en: String,
    fr: String,
}

/// The examples of each command, by its name after the program's: `story new`; the program's own under `cco-news`.
pub(super) fn examples() -> HashMap<String, Vec<Example>> {
    toml_edit::de::from_str(EXAMPLES).expect("a test reads it")
}

fn french() -> French {
    let french: French = toml_edit::de::from_str(FRENCH).expect("a test reads it");
    french.into_iter().map(|(en, fr)| (en, Words::written(String::new(), &fr).fr)).collect()
}

/// A command that has been built, with its words in a language.
pub(super) fn spoken(command: Command, speech: Speech) -> Command {
    let french = if speech == Speech::Fr { Some(french()) } else { None };
    within(command, "cco-news", french.as_ref(), &examples())
}

/// One command, and those below it.
fn within(
    mut command: Command,
    path: &str,
    french: Option<&French>,
    examples: &HashMap<String, Vec<Example>>,
) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        let below = format!("{path} {name}");
        let below = below.strip_prefix("cco-news ").unwrap_or(&below).to_owned();
        command = command.mut_subcommand(name, |command| within(command, &below, french, examples));
    }
    let speech = if french.is_some() { Speech::Fr } else { Speech::En };
    let parts: Vec<String> = [note(path), shown(examples.get(path).map_or(&[][..], Vec::as_slice))]
        .into_iter()
        .flatten()
        .map(|words| words.say(speech).to_owned())
        .collect();
    if !parts.is_empty() {
        command = command.after_help(parts.join("\n\n"));
    }
    let everywhere = words!("Everywhere", "Partout");
    let everywhere = heading(everywhere.say(speech), speech);
    command = command.mut_args(|arg| {
        let is_everywhere = arg.is_global_set() || ["help", "version"].contains(&arg.get_id().as_str());
        if is_everywhere { arg.help_heading(everywhere.clone()) } else { arg }
    });
    match french {
        Some(french) => in_french(command, french),
        None => command,
    }
}

/// clap writes the colon; in French a space goes before it that does not break.
fn heading(text: &str, speech: Speech) -> String {
    if speech == Speech::Fr { format!("{text}\u{a0}") } else { text.to_owned() }
}

/// What is to be known beside options and examples.
fn note(path: &str) -> Option<Words> {
    match path {
        "cco-news" => Some(words!(
            "Exit codes: 0 done · 1 could not · 2 usage or configuration · 3 done, but look · 4 blocked · 130 interrupted",
            "Codes de sortie : 0 fait · 1 impossible · 2 usage ou configuration · 3 fait, mais à regarder · 4 bloqué · 130 interrompu"
        )),
        "serve" => Some(words!(
            "A web server with TLS stands before it and hands everything on, without changing paths. `/healthz` says whether it is well, `/metrics` counts, for this machine alone. It finishes what is under way at Ctrl-C or SIGTERM. docs/serve.md has a unit for systemd and the lines for nginx.",
            "Un serveur Web avec TLS se tient devant et transmet tout, sans changer les chemins. `/healthz` dit si tout va bien, `/metrics` compte, pour cette machine seulement. À Ctrl-C ou SIGTERM, ce qui est en cours est terminé. docs/serve.md donne une unité pour systemd et les lignes pour nginx."
        )),
        _ => None,
    }
}

fn shown(examples: &[Example]) -> Option<Words> {
    let list = |head: &str, of: fn(&Example) -> &str| {
        let lines = examples.iter().map(|example| format!("\n  {}\n      {}", example.run, of(example)));
        format!("{head}{}", lines.collect::<String>())
    };
    (!examples.is_empty()).then(|| Words {
        en: list("Examples:", |example| &example.en),
        fr: list("Exemples\u{a0}:", |example| &example.fr),
    })
}

fn in_french(mut command: Command, french: &French) -> Command {
    let translated = |english: String| french.get(&english).cloned().unwrap_or(english);
    if let Some(about) = command.get_about().map(ToString::to_string) {
        command = command.about(translated(about));
    }
    if let Some(about) = command.get_long_about().map(ToString::to_string) {
        command = command.long_about(translated(about));
    }
    command
        .mut_args(|arg| argument_in_french(arg, &translated))
        .subcommand_help_heading(heading("Commandes", Speech::Fr))
        .subcommand_value_name("COMMANDE")
        .help_template("{before-help}{about-with-newline}\nUtilisation\u{a0}: {usage}\n\n{all-args}{after-help}")
}

fn argument_in_french(mut arg: Arg, translated: &impl Fn(String) -> String) -> Arg {
    // What clap says of values is English: it is said here instead.
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let default: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let mut more = String::new();
    if arg.get_action().takes_values() {
        if !default.is_empty() && !arg.is_hide_default_value_set() {
            more = format!(" [par défaut\u{a0}: {}]", default.join(" "));
        }
        if !values.is_empty() && !arg.is_hide_possible_values_set() {
            more = format!("{more} [valeurs possibles\u{a0}: {}]", values.join(", "));
        }
        arg = arg.hide_default_value(true).hide_possible_values(true);
        let names: Option<Vec<String>> =
            arg.get_value_names().map(|names| names.iter().map(|name| value_name(name)).collect());
        if let Some(names) = names {
            arg = arg.value_names(names);
        } else {
            let name = value_name(&arg.get_id().as_str().to_uppercase());
            arg = arg.value_name(name);
        }
    }
    if arg.get_help_heading().is_none() {
        let title = if arg.is_positional() { "Arguments" } else { "Options" };
        arg = arg.help_heading(heading(title, Speech::Fr));
    }
    if let Some(long) = arg.get_long_help().map(ToString::to_string) {
        arg = arg.long_help(translated(long) + &more);
    }
    match arg.get_help().map(ToString::to_string) {
        Some(help) => arg.help(translated(help) + &more),
        None => arg,
    }
}

fn value_name(english: &str) -> String {
    VALUES.iter().find(|(name, _)| *name == english).map_or(english, |(_, french)| french).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{CommandFactory as _, Parser as _};

    use super::super::super::Cli;
    use super::*;

    /// Every command by its path, with what it says of itself in English.
    fn sentences(command: &Command, path: &str, all: &mut Vec<(String, BTreeSet<String>)>) {
        let mut said: BTreeSet<String> =
            [command.get_about(), command.get_long_about()].into_iter().flatten().map(ToString::to_string).collect();
        for arg in command.get_arguments() {
            said.extend([arg.get_help(), arg.get_long_help()].into_iter().flatten().map(ToString::to_string));
            assert!(arg.get_help().is_some(), "{path}: `{}` says nothing of itself", arg.get_id());
        }
        all.push((path.to_owned(), said));
        for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
            let name = format!("{path} {}", below.get_name());
            sentences(below, name.strip_prefix("cco-news ").unwrap_or(&name), all);
        }
    }

    fn built() -> Command {
        let mut command = Cli::command();
        command.build();
        command
    }

    #[test]
    fn every_sentence_of_the_help_is_in_french_and_no_other_is() {
        let mut all = Vec::new();
        sentences(&built(), "cco-news", &mut all);
        let french = french();
        let help = built().find_subcommand("help").and_then(|help| Some(help.get_about()?.to_string()));
        let said: BTreeSet<String> = all.into_iter().flat_map(|(_, said)| said).chain(help).collect();
        let missing: Vec<&String> = said.iter().filter(|english| !french.contains_key(*english)).collect();
        assert!(missing.is_empty(), "without French in src/cli/help/fr.toml: {missing:#?}");
        let stale: Vec<&String> = french.keys().filter(|english| !said.contains(*english)).collect();
        assert!(stale.is_empty(), "in src/cli/help/fr.toml, and no longer said: {stale:#?}");
    }

    #[test]
    fn every_command_has_an_example_that_the_program_takes() {
        let mut all = Vec::new();
        sentences(&built(), "cco-news", &mut all);
        let examples = examples();
        for (path, _) in &all {
            let command = path
                .split(' ')
                .filter(|word| *word != "cco-news")
                .try_fold(built(), |command, word| command.find_subcommand(word).cloned());
            let is_group = path != "cco-news" && command.is_some_and(|command| command.is_subcommand_required_set());
            assert!(is_group || examples.contains_key(path), "`{path}` has no example in src/cli/help/examples.toml");
        }
        for (path, examples) in &examples {
            assert!(all.iter().any(|(known, _)| known == path), "`{path}` is no command");
            for example in examples {
                let words: Vec<String> = split(&example.run);
                let is_of_it = path.split(' ').all(|name| words.iter().any(|word| word == name));
                assert!(is_of_it, "`{}` is no example of `{path}`", example.run);
                let read = Cli::try_parse_from(&words);
                assert!(
                    read.is_ok(),
                    "`{}`: {}",
                    example.run,
                    read.err().map(|error| error.to_string()).unwrap_or_default()
                );
            }
        }
    }

    /// Words of a command line, with quotes.
    fn split(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for c in line.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(String::new()),
                _ => words.last_mut().expect("there is always one").push(c),
            }
        }
        words.into_iter().take_while(|word| !["|", ">"].contains(&word.as_str())).collect()
    }

    fn whole_help(command: &mut Command) -> String {
        let mut help = command.render_long_help().to_string() + &command.render_help().to_string();
        for below in command.get_subcommands_mut().filter(|below| below.get_name() != "help") {
            help.push_str(&whole_help(below));
        }
        help
    }

    #[test]
    fn help_in_french_has_no_english_in_it() {
        let help = whole_help(&mut spoken(built(), Speech::Fr));
        for english in ["Usage:", "Options:", "Commands:", "Print ", "default:", "possible values", " the ", "COMMAND]"]
        {
            let line = help.lines().find(|line| line.contains(english));
            assert!(line.is_none(), "`{english}` in {line:?}");
        }
        assert!(help.contains("Utilisation\u{a0}: cco-news [OPTIONS] [COMMANDE]"), "{help}");
    }
}
