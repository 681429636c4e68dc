//! What an office keeps of an issue, in one folder that explains itself and that `sha256sum -c` verifies: lists of digests,
//! and the note that goes with a bundle.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::{Digest, IssueId};

/// The list of digests of the site, as `sha256sum -c` reads it: also what tells our files from those of others.
pub const DIGESTS: &str = "files.sha256";
/// The list of digests in a bundle.
const SUMS: &str = "SHA256SUMS";
const NOTE: &str = "README.txt";

/// A list of digests: two spaces between digest and name. Writing to a `String` does not fail.
pub fn digests<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut out = String::new();
    for (name, bytes) in files {
        let _ = writeln!(out, "{}  {name}", Digest::of(bytes).as_str());
    }
    out
}

/// The names and digests of a list. A line that is none, or that would lead out of the folder, is left out.
pub fn listed(text: &str) -> BTreeMap<String, Digest> {
    let line = |line: &str| {
        let (digest, name) = line.split_once("  ")?;
        let is_inside = !name.is_empty()
            && !name.contains('\\')
            && !name.contains(':')
            && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        (is_inside && is_digest).then(|| (name.to_owned(), Digest::from_hex(digest)))
    };
    text.lines().filter_map(line).collect()
}

/// Adds the note and the list of digests to what is kept of an issue.
pub fn bundle(issue: &IssueId, mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    files.insert(NOTE.to_owned(), note(issue).into_bytes());
    let list = digests(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    files.insert(SUMS.to_owned(), list.into_bytes());
    files
}

fn note(issue: &IssueId) -> String {
    format!(
        "Issue {issue}: what was sent, and on whose word. No recipient is in here.\n\n\
         editions/       each edition as it left, before it was addressed: HTML, text, message; pictures\n\
         manifest.json   subjects, headers, digests of the editions and of every file that went in; waivers\n\
         issue.json      the issue as it was composed; issue.toml: as the editor wrote it\n\
         web.json        the issue as its web page says it\n\
         check.json      what the check found, and who accepted what\n\
         approvals/      who approved which bytes, and when\n\
         sent.json       when it left, and how many copies had which outcome; certificate: the same in words\n\
         public/         its pages on the web, if they are there\n\n\
         To verify: sha256sum -c {SUMS}\n\n\
         Numéro {issue}\u{a0}: ce qui a été envoyé, et sur la parole de qui. Aucun destinataire n'y figure.\n\n\
         editions/       chaque édition telle qu'elle est partie, avant d'être adressée\u{a0}: HTML, texte, message; images\n\
         manifest.json   objets, en-têtes, empreintes des éditions et de chaque fichier utilisé; dérogations\n\
         issue.json      le numéro tel qu'il a été composé; issue.toml\u{a0}: tel que le rédacteur l'a écrit\n\
         web.json        le numéro tel que sa page Web le dit\n\
         check.json      ce que la vérification a trouvé, et qui a accepté quoi\n\
         approvals/      qui a approuvé quels octets, et quand\n\
         sent.json       quand il est parti, et combien de copies ont eu quel résultat; certificate\u{a0}: la même chose en mots\n\
         public/         ses pages sur le Web, si elles y sont\n\n\
         Pour vérifier\u{a0}: sha256sum -c {SUMS}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written_and_leads_nowhere_else() {
        let text = digests([("2026-12/en.html", b"a".as_slice()), ("index.html", b"b")]);
        let read = listed(&text);
        assert_eq!(read["index.html"], Digest::of(b"b"));
        assert_eq!(read.len(), 2);
        let digest = Digest::of(b"x");
        for name in ["../newsletter.toml", "/etc/passwd", "a/../../b", "C:/x", "a\\b", ""] {
            assert!(listed(&format!("{}  {name}\n", digest.as_str())).is_empty(), "{name}");
        }
        assert!(listed("what is this\nabc  x").is_empty());
    }
}
