//! What a person typed into a story file and the program took out or mended on the way in: characters that nobody sees
//! (TYP-16) and addresses that do not lead straight to a page (LNK-08). It is nowhere to be seen any more, and is told.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::html::contrast::{Colour, contrast};
use super::links::crooked;
use super::proof::{Hit, Proof, on_file};
use super::text::scan::{self, Pattern, pattern};
use crate::model::{Origin, Severity, Story, Words};

/// The Markdown files of an issue's stories: name, text, story.
fn files<'p>(proof: &'p Proof<'_>) -> Vec<(&'p String, &'p str, &'p Story)> {
    let stories = proof.issue.stories().filter_map(|story| match &story.origin {
        Origin::File { file, twin, .. } => Some(std::iter::once(file).chain(twin).map(move |file| (file, story))),
        Origin::Source { .. } => None,
    });
    stories
        .flatten()
        .filter(|(file, _)| file.to_lowercase().ends_with(".md"))
        .filter_map(|(file, story)| Some((file, proof.evidence.sources.get(file)?.as_str(), story)))
        .collect()
}

fn at(file: &str, line: usize, column: usize, story: &Story, excerpt: &str, words: (Words, Words)) -> Hit {
    let mut hit = on_file(file, line, words.0, words.1);
    if let crate::model::Place::File { column: place, .. } = &mut hit.place {
        *place = column;
    }
    hit.story = Some(story.id.as_str().to_owned());
    hit.excerpt = scan::shorten(excerpt);
    hit
}

/// TYP-16: what was taken out of a file.
pub(super) fn leftovers(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static HIDDEN: LazyLock<Pattern> = LazyLock::new(|| pattern("\\S*[\u{200b}\u{200c}\u{2060}\u{ad}\u{feff}]+\\S*"));
    static TWICE: LazyLock<Pattern> =
        LazyLock::new(|| pattern("[\\p{L}0-9,.;:!?»)’']([ \u{a0}]{2,})[\\p{L}0-9«(\u{201c}]"));
    // Columns of a table, the space behind a key, a number or a bullet lay out; they are no text.
    static LAYOUT: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^\s*(?:\||[\w-]+:\s|[-*+]\s|[0-9]+[.)]\s|>|    )"));
    for (file, text, story) in files(proof) {
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let hidden = HIDDEN.find(line);
            let twice = TWICE.find(line).filter(|_| !LAYOUT.is_match(line));
            for found in hidden.into_iter().chain(twice) {
                let column = line[..found.start()].chars().count() + 1;
                let shown = named(found.as_str());
                let words = (
                    words!(
                        "`{shown}`: a character that nobody sees, or a second space, was taken out",
                        "`{shown}` : un caractère invisible ou une deuxième espace a été supprimé"
                    ),
                    Words::default(),
                );
                hits.push(at(file, index + 1, column, story, found.as_str(), words).weighing(Severity::Fixed));
            }
        }
    }
}

/// Characters that nobody sees, by their names: `a[U+200B]b`.
fn named(text: &str) -> String {
    let is_hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{a0}');
    let name = |c: char| if is_hidden(c) { format!("[U+{:04X}]", u32::from(c)) } else { c.to_string() };
    text.chars().map(name).collect()
}

static PICTURE: LazyLock<Pattern> =
    LazyLock::new(|| pattern(r#"(?i)!\[([^\]]*)\]\([^)]*\)|<img\b(?:[^>]*\balt\s*=\s*["']([^"']*)["'])?[^>]*>"#));

/// Pictures in the words of a Markdown file, which do not travel with a mail: each with what it says to who does not
/// see it.
fn pictures(proof: &Proof<'_>, mut see: impl FnMut(&str, &dyn Fn((Words, Words)) -> Hit)) {
    for (file, text, story) in files(proof) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains("![") || line.contains('<')) {
            for found in PICTURE.captures_iter(line) {
                let Some(whole) = found.get(0) else { continue };
                let alt = found.get(1).or(found.get(2)).map_or("", |alt| alt.as_str()).trim();
                let column = line[..whole.start()].chars().count() + 1;
                see(alt, &|words| at(file, index + 1, column, story, whole.as_str(), words));
            }
        }
    }
}

/// ACC-04: pictures in the words that say nothing.
pub(super) fn silent_pictures(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    pictures(proof, |alt, hit| {
        if alt.is_empty() {
            let words = (
                words!("the picture has no alternative text", "l'image n'a pas de texte de remplacement"),
                words!(
                    "say between the brackets what it shows: ![Two people read](photo.jpg)",
                    "dites entre les crochets ce qu'elle montre : ![Deux personnes lisent](photo.jpg)"
                ),
            );
            hits.push(hit(words).weighing(Severity::Warning));
        }
    });
}

/// CLI-03: pictures in the words that were taken out.
pub(super) fn lost_pictures(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    pictures(proof, |_, hit| {
        let words = (
            words!("a picture within the words was taken out", "une image dans le texte a été retirée"),
            words!(
                "a story has one picture: name it as `image`, with its `alt`",
                "un article a une seule image : nommez-la dans `image`, avec son `alt`"
            ),
        );
        hits.push(hit(words).weighing(Severity::Fixed));
    });
}

/// ACC-06: colours of a story's own HTML, which do not travel with a mail, and would have been hard to read.
pub(super) fn pale_colours(proof: &Proof<'_>, least: f64, hits: &mut Vec<Hit>) {
    static TAG: LazyLock<Pattern> = LazyLock::new(|| pattern(r"(?i)<[a-z][^>]*color[^>]*>"));
    static INK: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r#"(?i)(?:^|[\s;"'])color\s*[:=]\s*["']?\s*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|[a-z]+)"#));
    static GROUND: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(r#"(?i)(?:background(?:-color)?\s*:|bgcolor\s*=)\s*["']?\s*(#[0-9a-f]{3,8}|rgba?\([^)]*\)|[a-z]+)"#)
    });
    for (file, text, story) in files(proof) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.contains('<')) {
            for tag in TAG.find_iter(line) {
                let colour = |pattern: &Pattern| Colour::parse(pattern.captures(tag.as_str())?.get(1)?.as_str());
                let (Some(ink), ground) = (colour(&INK), colour(&GROUND).unwrap_or(Colour::WHITE)) else { continue };
                let ratio = contrast(ink, ground);
                if ratio >= least {
                    continue;
                }
                let (ink, ground) = (ink.hex(), ground.hex());
                let ((ratio, ratio_fr), (least, least_fr)) = (scan::decimal(ratio), scan::decimal(least));
                let words = (
                    words!(
                        "{ink} on {ground} is {ratio} to 1, less than {least}: the colour was taken out",
                        "{ink} sur {ground} donne {ratio_fr} pour 1, moins que {least_fr} : la couleur a été retirée"
                    ),
                    Words::default(),
                );
                let column = line[..tag.start()].chars().count() + 1;
                hits.push(at(file, index + 1, column, story, tag.as_str(), words).weighing(Severity::Fixed));
            }
        }
    }
}

/// BIL-07: dates that two files of one story give otherwise, of which the story took those of one.
pub(super) fn twin_dates(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static DATE: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"^\s*(starts|ends|register_by|deadline|expires):\s*[\x22']?([0-9][0-9: T-]*[0-9])"));
    // What stands at the top of a file: each date with its line.
    let dates = |text: &str| -> Vec<(usize, String, String)> {
        let top = text.lines().enumerate().skip(1).take_while(|(_, line)| line.trim_end() != "---");
        let found = top.filter_map(|(index, line)| {
            let found = DATE.captures(line)?;
            Some((index + 1, found[1].to_owned(), found[2].replace('T', " ")))
        });
        found.collect()
    };
    for story in proof.issue.stories() {
        let Origin::File { file, twin: Some(twin), .. } = &story.origin else { continue };
        let (Some(first), Some(second)) = (proof.evidence.sources.get(file), proof.evidence.sources.get(twin)) else {
            continue;
        };
        let ours = dates(first);
        for (line, key, date) in dates(second) {
            let Some((_, _, other)) = ours.iter().find(|(_, own, other)| *own == key && *other != date) else {
                continue;
            };
            let words = (
                words!(
                    "`{key}` is {date} here, and {other} in `{file}`",
                    "`{key}` vaut {date} ici, et {other} dans `{file}`"
                ),
                words!("give both files the same date", "donnez la même date aux deux fichiers"),
            );
            hits.push(at(twin, line, 0, story, &date, words));
        }
    }
}

/// LNK-08: addresses that were unwrapped, cleaned or dropped.
pub(super) fn links(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static TARGET: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"\]\(\s*<?([^)\s>]+)|<([a-z][a-z0-9+.-]*:[^>\s]+)>|\b(?:en|fr|link):\s*[\x22']?([a-z][a-z0-9+.-]*://[^\s\x22',}]+)",
        )
    });
    let kept: BTreeSet<&str> =
        proof.passages.iter().flat_map(|passage| &passage.block.links).map(|link| link.href.as_str()).collect();
    for (file, text, story) in files(proof) {
        for (index, line) in text.lines().enumerate() {
            for found in TARGET.captures_iter(line) {
                let Some(target) = found.get(1).or(found.get(2)).or(found.get(3)) else { continue };
                let href = target.as_str();
                // A picture is no link.
                if PICTURE.find_iter(line).any(|picture| picture.range().contains(&target.start())) {
                    continue;
                }
                // What readers get is judged where it stands; a jump or a file beside the story is no address.
                if kept.contains(href) || href.starts_with('#') || !href.contains([':', '.']) {
                    continue;
                }
                let Some((Words { en, fr }, severity)) = crooked(href) else { continue };
                let is_mended = severity == Severity::Warning || super::sender::tracking::is_tracking(href);
                let href = scan::shorten(href);
                let column = line[..target.start()].chars().count() + 1;
                let words = if is_mended {
                    (words!("{href}: {en}; it was cleaned", "{href} : {fr}; elle a été nettoyée"), Words::default())
                } else {
                    (
                        words!("{href}: {en}; the link was taken out", "{href} : {fr}; le lien a été retiré"),
                        words!("link to the page itself by https", "faites un lien https vers la page elle-même"),
                    )
                };
                let severity = if is_mended { Severity::Fixed } else { Severity::Error };
                hits.push(at(file, index + 1, column, story, &href, words).weighing(severity));
            }
        }
    }
}

/// LNK-10: jumps within a story, which a message cannot follow: they were taken out.
pub(super) fn jumps(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static JUMP: LazyLock<Pattern> = LazyLock::new(|| pattern(r"\]\(\s*<?(#[^)\s>]*)"));
    let kept: BTreeSet<&str> =
        proof.passages.iter().flat_map(|passage| &passage.block.links).map(|link| link.href.as_str()).collect();
    for (file, text, story) in files(proof) {
        for (index, line) in text.lines().enumerate() {
            for target in JUMP.captures_iter(line).filter_map(|found| found.get(1)) {
                if kept.contains(target.as_str()) {
                    continue;
                }
                let column = line[..target.start()].chars().count() + 1;
                let words = (
                    words!(
                        "a jump within a story leads nowhere: it was taken out",
                        "un renvoi à l'intérieur d'un article ne mène nulle part : il a été retiré"
                    ),
                    words!("link to a page, or take the link out", "faites un lien vers une page ou retirez le lien"),
                );
                hits.push(at(file, index + 1, column, story, target.as_str(), words));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::clean;
    use crate::model::Severity;

    fn said(line: &str) -> Vec<(String, Severity)> {
        let mut sample = clean();
        sample.evidence.sources.insert("stories/file-first.md".into(), format!("---\ntitle: x\n---\n{line}\n"));
        let found = sample.findings().into_iter().filter(|it| it.rule == "TYP-16" || it.rule == "LNK-08");
        found.map(|it| (it.rule, it.severity)).collect()
    }

    #[test]
    fn a_picture_within_the_words_is_told_and_is_no_broken_link() {
        let about = |line: &str| {
            let mut sample = clean();
            sample.evidence.sources.insert("stories/file-first.md".into(), format!("---\ntitle: x\n---\n{line}\n"));
            let found =
                sample.findings().into_iter().filter(|it| matches!(it.rule.as_str(), "ACC-04" | "CLI-03" | "LNK-08"));
            found.map(|it| [it.rule.as_str(), it.severity.letter()].join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(about("![A chart](/img/chart.png)"), ["CLI-03 F"]);
        assert_eq!(about("![](/img/chart.png)"), ["ACC-04 W", "CLI-03 F"]);
        assert_eq!(about("<img src=\"a.png\" alt=\"A chart\">"), ["CLI-03 F"]);
    }

    #[test]
    fn what_was_mended_or_dropped_on_the_way_in_is_told() {
        for line in ["two  spaces", "so\u{ad}ft", "a\u{200b}b", "deux\u{a0} espaces"] {
            assert_eq!(said(line), [("TYP-16".to_owned(), Severity::Fixed)], "{line}");
        }
        for line in ["one space", "- a list", "| a   | table |", "    code  here", "line  "] {
            assert_eq!(said(line), [], "{line}");
        }
        for href in ["https://example.ca/a?utm_source=x", "https://nam02.safelinks.protection.outlook.com/?url=x"] {
            assert_eq!(said(&format!("[a]({href})")), [("LNK-08".to_owned(), Severity::Fixed)], "{href}");
        }
        for href in ["https://a:b@example.ca/x", "ftp://example.ca/x", "www.example.ca/x", "file:///H:/x.html"] {
            assert_eq!(said(&format!("[a]({href})")), [("LNK-08".to_owned(), Severity::Error)], "{href}");
        }
        assert_eq!(said("[a](https://example.ca/en/x) and [b](#below)"), []);
        assert_eq!(said("![A chart](/img/chart.png)"), []);
    }
}
