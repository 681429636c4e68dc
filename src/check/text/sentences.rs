//! Sentences and words of a text, cut as a reader would: not at abbreviations, decimals or initials.

/// A full stop after one of these ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "m", "mr", "mrs", "ms", "dr", "st", "ste", "mme", "mlle", "me", "jr", "sr", "vs", "etc", "e.g", "i.e", "p", "ex",
    "c.-à-d", "no", "art", "par", "tél", "tel", "ext", "fig", "vol", "a.m", "p.m", "inc", "ltd", "hon", "prof", "gen",
    "gouv", "dept", "janv", "févr", "sept", "oct", "nov", "déc", "jan", "feb", "aug", "dec", "approx", "env", "min",
    "max",
];

/// A shorter quotation is a part of its sentence, whatever follows: `he said “Yes.” Mary nodded`.
const QUOTED_WORDS_MIN: usize = 5;

/// The sentences of a text, trimmed, with their end marks.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = match c {
            '\n' => true,
            '?' | '!' | '…' => next.is_none_or(char::is_whitespace),
            // Before a closing quotation mark the sentence that quotes goes on.
            '.' => {
                next.is_none_or(char::is_whitespace)
                    && !text[at + 1..].trim_start().starts_with(['»', '”'])
                    && (!is_abbreviation(&text[start..at]) || ends_a_list(text, start, at))
            }
            // Or ends there, where it quotes a sentence of some length and another begins.
            '»' | '”' => {
                let quoted = text[start..at].rsplit(['«', '“']).next().unwrap_or("");
                quoted.trim_end().ends_with('.')
                    && words(quoted) >= QUOTED_WORDS_MIN
                    && text[at..].chars().skip(1).find(|c| !c.is_whitespace()).is_some_and(char::is_uppercase)
            }
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            push_trimmed(&mut found, &text[start..end]);
            start = end;
        }
    }
    push_trimmed(&mut found, &text[start..]);
    found
}

fn push_trimmed<'a>(found: &mut Vec<&'a str>, text: &'a str) {
    let text = text.trim();
    if text.chars().any(char::is_alphanumeric) {
        found.push(text);
    }
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || "(«\"'’".contains(c)).next().unwrap_or("");
    let lower = word.to_lowercase();
    // One capital is an initial: `J. Tremblay`.
    ABBREVIATIONS.contains(&lower.as_str()) || (word.chars().count() == 1 && word.chars().all(char::is_uppercase))
}

/// Whether a full stop is that of `etc.` before a word that begins a sentence.
fn ends_a_list(text: &str, start: usize, at: usize) -> bool {
    let begins = text[at + 1..].trim_start().chars().next().is_some_and(char::is_uppercase);
    begins && text[start..at].to_lowercase().ends_with("etc")
}

/// How many words a sentence has. An elided word (`l'identité`) counts once, an address or a number once.
pub(crate) fn words(sentence: &str) -> usize {
    sentence.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_a_reader_would() {
        let cut =
            sentences("Dr. Roy met J. Tremblay at 4:30 p.m. today. Was it 2.5 million? Yes! M. Roy dit « oui. » Fin");
        assert_eq!(
            cut,
            ["Dr. Roy met J. Tremblay at 4:30 p.m. today.", "Was it 2.5 million?", "Yes!", "M. Roy dit « oui. » Fin"]
        );
        let cut = sentences("They aim “to make forms that people like.” Forms are sent by mail, “as before.” it said.");
        assert_eq!(cut.len(), 2, "{cut:?}");
        assert_eq!(sentences("Bring pens, paper, etc. We bring tea, milk, etc. and cups.").len(), 2);
        assert_eq!(words("L'identité de l'équipe : 4 000 personnes"), 6);
    }
}
