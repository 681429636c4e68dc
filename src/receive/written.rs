//! What a person wrote in a reply: without what they quote, without their signature, without the lines that mail
//! servers put on top.

/// Lines that are looked at: more is a document, not a reply.
const LINES_MAX: usize = 2_000;
/// Lines over which a mail program may break `On … wrote:`.
const ATTRIBUTION_LINES_MAX: usize = 3;

/// The lines that the person wrote, without empty ones.
pub(super) fn written(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).map(str::trim).collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if is_cut(&lines[at..]) || is_signature(line) {
            break;
        }
        if let Some(n_lines) = attribution(&lines[at..]) {
            let next = lines[at + n_lines..].iter().find(|line| !line.is_empty());
            if !next.is_some_and(|line| line.starts_with('>')) {
                // Outlook quotes without marks: everything below is somebody else's.
                break;
            }
            at += n_lines;
            continue;
        }
        let is_above = kept.is_empty() && is_put_on_top(line);
        if !is_above && !line.is_empty() && !line.starts_with('>') {
            kept.push(line);
        }
        at += 1;
    }
    kept
}

/// Letters without accents in lower case, so that `APPROUVÉ` and `approuve` are one.
pub(super) fn folded(text: &str) -> String {
    let fold = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        '’' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    };
    // Accents that stand by themselves (NFD) go as well.
    text.to_lowercase().chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(fold).collect()
}

/// `On Tuesday, … wrote:` and `Le mardi …, … a écrit :`, over how many lines.
fn attribution(lines: &[&str]) -> Option<usize> {
    let first = lines.first()?;
    if !first.starts_with("On ") && !first.starts_with("Le ") {
        return None;
    }
    (1..=ATTRIBUTION_LINES_MAX.min(lines.len())).find(|n_lines| {
        let joined = folded(&lines[..*n_lines].join(" "));
        let joined = joined.trim_end();
        joined.ends_with("wrote:")
            || joined.trim_end_matches(':').trim_end().ends_with("a ecrit") && joined.ends_with(':')
    })
}

/// Where a mail program begins to quote without marks.
fn is_cut(lines: &[&str]) -> bool {
    let Some(first) = lines.first() else { return false };
    let is_rule = first.chars().count() >= 10 && first.chars().all(|c| c == '_');
    let words = folded(first);
    let words = words.trim_matches(['-', ' ']);
    let is_mark = first.starts_with("--")
        && ["original message", "message d'origine", "forwarded message", "message transfere"].contains(&words);
    let label = |line: &&&str| {
        let folded = folded(line);
        ["from:", "de:", "de :", "sent:", "envoye:", "envoye :", "date:", "date :", "to:", "a:", "a :"]
            .iter()
            .any(|label| folded.trim_start_matches('*').starts_with(label))
    };
    // A quoted header is several lines of it in a row.
    is_rule || is_mark || (label(&first) && lines.iter().take(4).filter(label).count() >= 2)
}

/// A line with which what somebody wrote has ended: their signature, what their mail program adds to it, or what their
/// institution puts below every mail.
fn is_signature(line: &str) -> bool {
    let folded = folded(line);
    let is_notice = ["this ", "the information ", "confidential", "notice", "ce ", "cette ", "le present ", "avis"]
        .iter()
        .any(|begin| folded.starts_with(begin))
        && ["intended recipient", "intended only", "destinataire", "privileged", "may contain", "peut contenir"]
            .iter()
            .any(|word| folded.contains(word));
    if is_notice {
        return true;
    }
    let begins = [
        "sent from my",
        "get outlook for",
        "envoye de mon",
        "envoye a partir de mon",
        "obtenir outlook",
        "telecharger outlook",
        "please consider the environment",
        "pensez a l'environnement",
        "veuillez penser a l'environnement",
    ];
    matches!(line, "--" | "—") || begins.iter().any(|begin| folded.starts_with(begin))
}

/// A marking of security, a gateway's warning, or a greeting.
fn is_put_on_top(line: &str) -> bool {
    let folded = folded(line);
    let marks = [
        "unclassified",
        "non classifie",
        "protected a",
        "protected b",
        "protege a",
        "protege b",
        "classification",
        "[external",
        "[externe",
    ];
    let greets =
        ["hi", "hello", "hey", "dear", "good morning", "good afternoon", "bonjour", "salut", "allo", "chere", "cher"];
    let is_greeting = greets
        .iter()
        .any(|greet| folded.strip_prefix(greet).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)));
    marks.iter().any(|mark| folded.starts_with(mark))
        || (is_greeting
            && line.chars().count() <= 60
            && line.ends_with([',', '!', ':', '.'])
            && !folded.contains("approu")
            && !folded.contains("approv"))
        || (is_greeting && line.split_whitespace().count() <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(written(text), expected, "{text}");
    }

    #[test]
    fn what_is_quoted_is_not_the_persons() {
        check("Yes.\n\nOn Tue, Dec 8, 2026 CCO News\n<news@example.ca> wrote:\n> Approved\n", &["Yes."]);
        check("Oui.\r\n\r\nLe mar. 8 déc. 2026, Nouvelles a écrit\u{a0}:\r\n> Approuvé\r\n", &["Oui."]);
        check("On Tue, CCO News wrote:\n> begin with Approved\n\nNo.\n", &["No."]);
        check("No.\n________________________________\nFrom: x\nApproved\n", &["No."]);
        check("No.\n-----Original Message-----\nApproved\n", &["No."]);
        check("Non.\n\nDe : Nouvelles\nEnvoyé : 8 décembre\nÀ : Camille\nApprouvé\n", &["Non."]);
        check("On Tuesday I wrote:\nApproved\n", &[]);
    }

    #[test]
    fn signatures_greetings_and_markings_are_not_what_is_said() {
        check("UNCLASSIFIED / NON CLASSIFIÉ\n\nHi Sam,\n\nNot yet.\n-- \nApproved Camille\n", &["Not yet."]);
        check("Bonjour Sam\n\nPas encore.\nEnvoyé de mon iPhone\nApprouvé", &["Pas encore."]);
        check("Approved\n\nThis message is confidential. If you are not the intended recipient\n", &["Approved"]);
        check("Approuvé\nCe courriel peut contenir des renseignements confidentiels.\n", &["Approuvé"]);
        check("This is what I want\n", &["This is what I want"]);
        check("Histoire approuvée.\n", &["Histoire approuvée."]);
        check("From: what I read, it is fine\n", &["From: what I read, it is fine"]);
    }
}
