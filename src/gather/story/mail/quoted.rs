//! What is not the story in a mail: headers that a mail program quotes, signatures, earlier mails. Dropped as far as is
//! safe, and said where words go.

use crate::gather::story::block::{Block, Kind};
use crate::gather::story::{Report, Spot};
use crate::gather::text;
use crate::model::{Severity, Words};

/// A note above a forwarded mail is dropped when it is short, as notes are.
const NOTE_CHARS_MAX: usize = 600;
/// And when there is a story below it.
const STORY_CHARS_MIN: usize = 80;
/// A label of a quoted header is short.
const LABEL_CHARS_MAX: usize = 24;

/// How a mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Sent to the office itself.
    Straight,
    /// Somebody else's, forwarded.
    Forward,
    /// An answer: the story is above what it answers.
    Reply,
}

/// A subject without `Fwd:`, `TR:`, `RE:` and the like, and what they say.
pub(super) fn subject(written: &str) -> (String, Way) {
    let mut rest = written.trim();
    let mut way = Way::Straight;
    while let Some((mark, after)) = rest.split_once([':', '\u{FF1A}']) {
        match text::folded(mark).as_str() {
            "fwd" | "fw" | "tr" | "transf" | "transfere" | "wg" => way = Way::Forward,
            "re" | "rep" | "aw" | "reponse" if way == Way::Straight => way = Way::Reply,
            "re" | "rep" | "aw" | "reponse" => {}
            // `[EXTERNAL]` and `UNCLASSIFIED` stay: somebody may mean them.
            _ => break,
        }
        rest = after.trim_start_matches([' ', '\u{A0}', '\t']);
    }
    (text::line(rest, text::TITLE_CHARS_MAX), way)
}

/// The words of each line of a block.
fn lines(block: &Block) -> Vec<String> {
    block.html.split("<br>").map(|line| text::of_html(line, line.len())).collect()
}

/// The story in a mail's blocks.
pub(super) fn story(blocks: &[Block], way: Way, report: &mut Report) -> Vec<Block> {
    let mut regions: Vec<Vec<Block>> = vec![Vec::new()];
    let mut signed = false;
    let mut at = 0;
    while at < blocks.len() {
        let header = header(&blocks[at..]);
        if let Some((taken, rest)) = header {
            regions.push(rest.into_iter().collect());
            signed = false;
            at += taken;
            continue;
        }
        let block = &blocks[at];
        at += 1;
        if signed {
            continue;
        }
        let (kept, ended) = without_signature(block);
        signed = ended;
        if let (Some(region), Some(kept)) = (regions.last_mut(), kept) {
            region.push(kept);
        }
    }
    let mut regions = regions.into_iter();
    let above = regions.next().unwrap_or_default();
    let Some(below) = regions.next() else { return above };
    let older: Vec<Block> = regions.flatten().collect();
    dropped(&older, report, Severity::Info, |words| {
        words!(
            "earlier mails below it were left out: {words}",
            "les courriels plus anciens qui suivent ont été laissés de côté : {words}"
        )
    });
    let size = |blocks: &[Block]| blocks.iter().map(|block| block.words.chars().count()).sum::<usize>();
    if way == Way::Reply && size(&above) > 0 {
        dropped(&below, report, Severity::Info, |words| {
            words!(
                "the mail that it answers was left out: {words}",
                "le courriel auquel il répond a été laissé de côté : {words}"
            )
        });
        return above;
    }
    if size(&below) < STORY_CHARS_MIN || size(&above) > NOTE_CHARS_MAX {
        return above.into_iter().chain(below).collect();
    }
    dropped(&above, report, Severity::Warning, |words| {
        words!(
            "the note above the forwarded mail was left out: {words}",
            "la note au-dessus du courriel transféré a été laissée de côté : {words}"
        )
    });
    below
}

/// Says what went, by its first words.
fn dropped(blocks: &[Block], report: &mut Report, severity: Severity, message: impl Fn(&str) -> Words) {
    let words = blocks.iter().map(|block| masked(block.words.trim())).collect::<Vec<_>>().join(" ");
    let Some(first) = blocks.iter().find(|block| !block.words.trim().is_empty()) else { return };
    let shown = format!("« {} »", text::cut(words.trim(), 60));
    let spot = Spot { line: first.line, column: 1, excerpt: masked(&first.words) };
    report.add(
        severity,
        &spot,
        message(&shown),
        words!(
            "if it belongs to the story, copy it into a file of its own that ends in `.md`",
            "si elle fait partie de l'article, copiez-la dans un fichier à part qui se termine par `.md`"
        ),
    );
}

/// Words without addresses of people.
pub(super) fn masked(words: &str) -> String {
    words.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// A quoted header at the beginning of some blocks: how many it takes, and what is left of the last one.
fn header(blocks: &[Block]) -> Option<(usize, Option<Block>)> {
    let (mut labels, mut marked, mut answered) = (Vec::new(), false, false);
    for (at, block) in blocks.iter().enumerate().take(16) {
        let plain = matches!(block.kind, Kind::Plain | Kind::Heading(_));
        let all = if plain { lines(block) } else { vec!["…".to_owned()] };
        for (n, line) in all.iter().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if is_mark(line) && labels.is_empty() {
                marked = true;
            } else if is_answer(line) && labels.is_empty() {
                answered = true;
            } else if let Some(label) = label(line) {
                labels.push(label);
            } else {
                let from = labels.contains(&"from") && labels.len() >= 2;
                // Lines before the header's own are the story's: then it begins in a later block.
                if !(from || (marked && (labels.len() >= 2 || at > 0 || n > 0)) || answered) {
                    return None;
                }
                let rest = all[n..].join(" ");
                return Some(if n == 0 { (at.max(1), None) } else { (at + 1, Some(Block::plain(block.line, &rest))) })
                    .filter(|(taken, rest)| *taken > 0 && (at > 0 || rest.is_some()));
            }
        }
    }
    let from = labels.contains(&"from") && labels.len() >= 2;
    (from || marked || answered).then(|| (blocks.len().min(16), None))
}

fn is_mark(line: &str) -> bool {
    let dashed = line.starts_with("--") || line.starts_with("__");
    let words = text::folded(line);
    let names = [
        "original message",
        "forwarded message",
        "message d origine",
        "message original",
        "message transfere",
        "forwarded by",
        "courriel transfere",
    ];
    (dashed && names.iter().any(|name| words.starts_with(name)))
        || matches!(
            words.as_str(),
            "begin forwarded message" | "debut du message reexpedie" | "debut du message transfere"
        )
        || (line.chars().count() >= 20 && line.chars().all(|c| c == '_'))
}

/// `On Monday, … wrote:` and `Le lundi …, … a écrit :`.
fn is_answer(line: &str) -> bool {
    let line = line.trim_end();
    line.ends_with(':')
        && line.chars().count() < 200
        && ((line.starts_with("On ") && line.ends_with("wrote:"))
            || (line.starts_with("Le ")
                && line.trim_end_matches([':', ' ', '\u{A0}', '\u{202F}']).ends_with("a écrit")))
}

/// Which header a line quotes.
fn label(line: &str) -> Option<&'static str> {
    let (name, _) = line.trim_start_matches(['*', '>', ' ']).split_once(':')?;
    if name.chars().count() > LABEL_CHARS_MAX {
        return None;
    }
    Some(match text::folded(name).as_str() {
        "from" | "de" | "expediteur" => "from",
        "sent" | "date" | "envoye" | "envoye le" => "date",
        "to" | "a" | "destinataire" | "destinataires" => "to",
        "cc" | "cci" | "bcc" | "reply to" | "repondre a" | "importance" | "priority" | "attachments" | "attachment"
        | "pieces jointes" | "piece jointe" => "other",
        "subject" | "objet" | "sujet" => "subject",
        _ => return None,
    })
}

/// A block up to its signature, and whether one begins in it.
fn without_signature(block: &Block) -> (Option<Block>, bool) {
    if block.kind != Kind::Plain {
        return (Some(block.clone()), false);
    }
    let all = lines(block);
    let Some(at) = all.iter().position(|line| matches!(line.trim(), "--" | "—" | "-- ") || is_device(line)) else {
        return (Some(block.clone()), false);
    };
    let ended = !is_device(&all[at]);
    let kept: Vec<&str> = all[..at].iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    (Some(Block::plain(block.line, &kept.join(" "))).filter(|_| !kept.is_empty()), ended)
}

fn is_device(line: &str) -> bool {
    let words = text::folded(line);
    let begins = [
        "sent from my",
        "sent from outlook",
        "get outlook for",
        "envoye de mon",
        "envoye depuis mon",
        "envoye a partir de mon",
        "obtenez outlook pour",
        "obtenir outlook pour",
        "telecharger outlook pour",
    ];
    words.len() < 60 && begins.iter().any(|begin| words.starts_with(begin))
}
