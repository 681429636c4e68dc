//! A mistake in a TOML file that a person wrote: where it is, what it looks like, how it is mended.

use super::{Words, nearest};

/// What is wrong in a TOML file, with file, line, column, the line, and the mend where one is known.
pub fn toml_mistake(file: &str, text: &str, message: &str, span: Option<std::ops::Range<usize>>) -> Words {
    let at = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let shown = text.lines().nth(line - 1).unwrap_or("").trim_end();
    let caret = " ".repeat(column - 1);
    let mend = mend(message, shown);
    let message = message.lines().collect::<Vec<_>>().join(", ");
    Words {
        en: format!("`{file}` line {line}, column {column}: {message}\n    {shown}\n    {caret}^\n  {}", mend.en),
        fr: format!(
            "`{file}` ligne {line}, colonne {column}\u{a0}: {}\n    {shown}\n    {caret}^\n  {}",
            in_french(&message),
            mend.fr
        ),
    }
}

/// The parser's words, of which people meet these.
const PARSER_WORDS: [(&str, &str); 23] = [
    ("unknown field", "clé inconnue"),
    ("missing field", "clé manquante"),
    ("duplicate key", "clé en double"),
    ("duplicate field", "clé en double"),
    ("invalid type", "type inattendu"),
    ("invalid length", "longueur inattendue"),
    ("invalid basic string", "texte mal délimité"),
    ("invalid array", "liste mal écrite"),
    ("unclosed array", "liste non fermée"),
    ("missing comma between array elements", "virgule manquante entre les éléments de la liste"),
    ("extra comma in array", "virgule de trop dans la liste"),
    ("key with no value", "clé sans valeur"),
    ("string values must be quoted", "un texte se met entre guillemets"),
    ("unexpected", "inattendu\u{a0}:"),
    (" in array", " dans la liste"),
    (" in inline table", " dans le tableau"),
    ("expected value", "attendu une valeur"),
    ("expected newline", "attendu une nouvelle ligne"),
    ("expected one of", "attendu"),
    ("expected", "attendu"),
    ("unknown variant", "valeur inconnue"),
    ("there are no fields", "il n'y a pas de clé"),
    (" or ", " ou "),
];

fn in_french(message: &str) -> String {
    PARSER_WORDS.iter().fold(message.to_owned(), |text, (english, french)| text.replace(english, french))
}

fn mend(message: &str, line: &str) -> Words {
    if line.contains(['“', '”', '‘', '’', '«']) && !line.contains('"') {
        return words!(
            "use straight quotes (\") around text: a word processor has turned them",
            "mettez des guillemets droits (\") autour du texte : un traitement de texte les a changés"
        );
    }
    if let Some(near) = nearest_key(message) {
        return words!("did you mean `{near}`", "vouliez-vous dire `{near}`");
    }
    if message.contains("unknown field") {
        return words!("check the spelling of the key", "vérifiez l'orthographe de la clé");
    }
    if message.contains("missing field") {
        return words!("add the key that is missing", "ajoutez la clé qui manque");
    }
    if message.contains("duplicate key") {
        return words!(
            "a key may stand once: remove one of the two",
            "une clé n'apparaît qu'une fois : enlevez l'une des deux"
        );
    }
    if message.contains("invalid type") || message.contains("expected") {
        return words!(
            "text stands between straight quotes (\"), lists between [ and ], with commas",
            "un texte se met entre guillemets droits (\"), une liste entre [ et ], avec des virgules"
        );
    }
    words!("compare the line with the ones around it", "comparez la ligne avec celles qui l'entourent")
}

/// Of the keys that the parser names, the one that was probably meant.
fn nearest_key(message: &str) -> Option<&str> {
    let mut quoted = message.strip_prefix("unknown field")?.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    nearest(written, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_guessed() {
        assert_eq!(nearest_key("unknown field `hold`, expected one of `held`, `pick`"), Some("held"));
        assert_eq!(nearest_key("unknown field `colour`, expected `held`"), None);
    }
}
