//! What is wrong with a command line, with the word that was probably meant and how the command is written.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::{Speech, Words, or_meant};

/// A mistake, in both languages; `error` comes from a command line with its words in `speech`.
/// `issues` are those that are there.
pub(super) fn explained(error: &clap::Error, issues: &[String], speech: Speech) -> Words {
    let what = what(error, issues);
    let usage = text(error, ContextKind::Usage);
    let usage = usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ");
    let command = usage.split(' ').take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let command = command.collect::<Vec<_>>().join(" ");
    if usage.is_empty() {
        return what;
    }
    let how = words!(
        "\n  usage: {usage}\n  more: {command} --help",
        "\n  utilisation : {usage}\n  en savoir plus : {command} --help"
    );
    match speech {
        Speech::En => Words { en: what.en + &how.en, fr: what.fr },
        Speech::Fr => Words { en: what.en, fr: what.fr + &how.fr },
    }
}

fn what(error: &clap::Error, issues: &[String]) -> Words {
    let arg = text(error, ContextKind::InvalidArg);
    let value = text(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = text(error, ContextKind::InvalidSubcommand);
            let near = list(error, ContextKind::SuggestedSubcommand);
            with_meant(words!("`{name}` is not a command", "`{name}` n'est pas une commande"), &near)
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            let near = list(error, ContextKind::SuggestedArg);
            let near = near.iter().map(|near| near.split(' ').next().unwrap_or(near).to_owned()).collect::<Vec<_>>();
            with_meant(words!("there is no option `{arg}`", "il n'y a pas d'option `{arg}`"), &near)
        }
        ErrorKind::UnknownArgument => words!("`{arg}` is too much here", "`{arg}` est de trop ici"),
        ErrorKind::InvalidValue if value.is_empty() => words!("`{arg}` needs a value", "`{arg}` demande une valeur"),
        ErrorKind::InvalidValue => {
            let known = list(error, ContextKind::ValidValue).join(", ");
            let wrong = words!(
                "`{value}` is not a value of `{arg}`, which takes {known}",
                "`{value}` n'est pas une valeur de `{arg}`, qui accepte {known}"
            );
            with_meant(wrong, &list(error, ContextKind::SuggestedValue))
        }
        ErrorKind::ValueValidation => or_meant(refused(error, &arg, &value), &value, issues.iter().map(String::as_str)),
        ErrorKind::ArgumentConflict => {
            let other = quoted(&list(error, ContextKind::PriorArg));
            if other.is_empty() || other == format!("`{arg}`") {
                return words!("`{arg}` may stand once", "`{arg}` n'apparaît qu'une fois");
            }
            words!("`{arg}` does not go with {other}", "`{arg}` ne va pas avec {other}")
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = quoted(&list(error, ContextKind::InvalidArg));
            words!("this is missing: {missing}", "il manque : {missing}")
        }
        ErrorKind::MissingSubcommand => {
            let known = list(error, ContextKind::ValidSubcommand).join(", ");
            words!("a command is missing: {known}", "il manque une commande : {known}")
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            words!("`{arg}` needs more values", "`{arg}` demande plus de valeurs")
        }
        ErrorKind::TooManyValues => words!("`{value}` is too much for `{arg}`", "`{value}` est de trop pour `{arg}`"),
        ErrorKind::NoEquals => words!("write `{arg}=` and the value", "écrivez `{arg}=` et la valeur"),
        ErrorKind::InvalidUtf8 => words!(
            "the command line holds bytes that are no text",
            "la ligne de commande contient des octets qui ne sont pas du texte"
        ),
        _ => words!("the command line cannot be read", "la ligne de commande est illisible"),
    }
}

/// A value that its own reader refused. Ours say why in both languages; others' words are for the English only.
fn refused(error: &clap::Error, arg: &str, value: &str) -> Words {
    let wrong = words!("`{value}` does not do for `{arg}`", "`{value}` ne convient pas pour `{arg}`");
    let Some(why) = std::error::Error::source(error) else { return wrong };
    let (en, fr) = (format!("{why}"), format!("{why:#}"));
    if en == fr { Words { en: format!("{}: {en}", wrong.en), fr: wrong.fr } } else { Words { en, fr } }
}

fn with_meant(wrong: Words, near: &[String]) -> Words {
    // The likeliest is the last.
    let Some(near) = near.last() else { return wrong };
    let Words { en, fr } = wrong;
    words!("{en}; did you mean `{near}`?", "{fr}; vouliez-vous dire `{near}`?")
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn text(error: &clap::Error, kind: ContextKind) -> String {
    list(error, kind).into_iter().next().unwrap_or_default()
}

fn list(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}
