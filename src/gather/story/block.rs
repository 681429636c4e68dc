//! Paragraphs of a Word file or a mail to bodies, one per language, in HTML of our own writing; what comes after is the
//! same as for Markdown.

use super::split::Body;
use super::{Report, Spot, language_of};
use crate::gather::{links, text};
use crate::model::rich::escaped;
use crate::model::{Lang, Newsletter, Severity};

/// A bold line longer than this is a paragraph that somebody wanted to stress.
const BOLD_TITLE_CHARS_MAX: usize = 150;
/// A line that names a language is not longer.
const LANGUAGE_CHARS_MAX: usize = 40;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Title,
    Heading(u8),
    Item { ordered: bool, level: usize },
    Plain,
    Table,
}

/// A paragraph, an item, a heading or a table.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// Its place in the file, from 1: a paragraph's number, or a line.
    pub(super) line: usize,
    /// What is in it, as HTML; of a table, with its own tags.
    pub(super) html: String,
    /// Its words alone.
    pub(super) words: String,
    /// Whether all of it is bold.
    pub(super) bold: bool,
    /// Its foot notes: they are put at the end of its language.
    pub(super) notes: Vec<Self>,
}

impl Block {
    /// A paragraph of plain words, which may hold addresses of pages.
    pub(super) fn plain(line: usize, words: &str) -> Self {
        Self { kind: Kind::Plain, line, html: linked(words), words: words.to_owned(), bold: false, notes: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.words.trim().is_empty() && self.kind != Kind::Table
    }
}

/// As [`escaped`], with addresses of pages as links. Outlook writes them as `words <https://…>`.
fn linked(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 16);
    let mut rest = words;
    loop {
        let found = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min();
        let Some(at) = found else { break };
        let tail = &rest[at..];
        let end = tail
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»' | '“' | '”'))
            .unwrap_or(tail.len());
        let link = tail[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '’']);
        out.push_str(&escaped(rest[..at].trim_end_matches('<')));
        match links::clean(link) {
            // The address is shown as cleaned: a Safe Link fills three lines.
            Some(clean) => {
                let href = escaped(&clean);
                out.extend(["<a href=\"", &href, "\">", &href, "</a>"]);
            }
            None => out.push_str(&escaped(link)),
        }
        let after = &tail[link.len()..];
        rest = if rest[..at].ends_with('<') { after.strip_prefix('>').unwrap_or(after) } else { after };
    }
    out + &escaped(rest)
}

/// Blocks to bodies. A line that is only a language starts that language.
pub(super) fn bodies(blocks: Vec<Block>, newsletter: &Newsletter, report: &mut Report) -> Vec<Body> {
    let mut parts: Vec<(Option<Lang>, Vec<Block>)> = vec![(None, Vec::new())];
    let mut follows: Option<Spot> = None;
    for block in blocks {
        if block.is_empty() && block.notes.is_empty() {
            continue;
        }
        if let Some(lang) = language(&block, newsletter) {
            parts.push((Some(lang), Vec::new()));
            continue;
        }
        if says_that_the_other_follows(&block) {
            follows = Some(Spot { line: block.line, column: 1, excerpt: block.words.clone() });
            continue;
        }
        if let Some((_, part)) = parts.last_mut() {
            part.push(block);
        }
    }
    parts.retain(|(_, part)| !part.is_empty());
    if let (Some(spot), true) = (&follows, parts.iter().all(|(lang, _)| lang.is_none())) {
        report.add(
            Severity::Warning,
            spot,
            words!(
                "the other language follows, but no line says where it begins: all is read as one",
                "l'autre langue suit, mais aucune ligne n'indique où elle commence : tout est lu comme un seul texte"
            ),
            words!(
                "write a line `English` above the English text and a line `Français` above the French one",
                "écrivez une ligne `English` au-dessus du texte anglais et une ligne `Français` au-dessus du texte français"
            ),
        );
    }
    parts.into_iter().map(|(lang, part)| body(lang, part)).collect()
}

fn language(block: &Block, newsletter: &Newsletter) -> Option<Lang> {
    if block.words.chars().count() > LANGUAGE_CHARS_MAX || matches!(block.kind, Kind::Item { .. } | Kind::Table) {
        return None;
    }
    let word = block.words.trim_matches(|c: char| c.is_whitespace() || "[](){}:*#-–—_=".contains(c));
    // A lone `fr` is a language only as a heading; `English` is one anywhere.
    let short = word.chars().count() <= 3 && !matches!(block.kind, Kind::Heading(_));
    language_of(word, newsletter).filter(|_| !short)
}

/// `(Le français suit)`, as half of all federal mails have it.
fn says_that_the_other_follows(block: &Block) -> bool {
    block.words.chars().count() <= LANGUAGE_CHARS_MAX
        && matches!(
            text::folded(&block.words).as_str(),
            "le francais suit"
                | "le francais suit l anglais"
                | "la version francaise suit"
                | "french follows"
                | "the french follows"
                | "french version follows"
                | "la version anglaise suit"
                | "l anglais suit"
                | "l anglais suit le francais"
                | "english follows"
                | "english version follows"
                | "the english follows"
                | "english message follows"
                | "french message follows"
                | "le message en francais suit"
                | "le message en anglais suit"
        )
}

/// One language's blocks as a body; its title stands first, as `h1`, and nowhere else.
fn body(lang: Option<Lang>, mut blocks: Vec<Block>) -> Body {
    let line = blocks.first().map_or(1, |block| block.line);
    let notes: Vec<Block> = blocks.iter_mut().flat_map(|block| std::mem::take(&mut block.notes)).collect();
    let title = title(&blocks).map(|at| blocks.remove(at));
    blocks.extend(notes);
    let mut out = String::new();
    if let Some(title) = &title {
        let words = escaped(title.words.trim());
        element("h1", &words, &mut out);
    }
    out.push_str(&html(&blocks));
    Body { lang, line: title.map_or(line, |title| title.line), text: out, html: true }
}

/// The title: by its style; else the first block when it is a heading or a bold line; else the first heading, else the
/// first bold line.
fn title(blocks: &[Block]) -> Option<usize> {
    let heading = |block: &Block| matches!(block.kind, Kind::Heading(_));
    let bold =
        |block: &Block| block.kind == Kind::Plain && block.bold && block.words.chars().count() <= BOLD_TITLE_CHARS_MAX;
    let first = blocks.iter().position(|block| !block.is_empty())?;
    blocks
        .iter()
        .position(|block| block.kind == Kind::Title && !block.is_empty())
        .or_else(|| (heading(&blocks[first]) || bold(&blocks[first])).then_some(first))
        .or_else(|| blocks.iter().position(|block| heading(block) && !block.is_empty()))
        .or_else(|| blocks.iter().position(|block| bold(block) && !block.is_empty()))
}

/// Blocks one after the other; items beside each other become lists.
pub(super) fn html(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut lists: Vec<&'static str> = Vec::new();
    for block in blocks {
        let Kind::Item { ordered, level } = block.kind else {
            close(&mut lists, 0, &mut out);
            let inner = &block.html;
            match block.kind {
                Kind::Table => out.push_str(inner),
                Kind::Title | Kind::Heading(1..=3) => element("h3", inner, &mut out),
                Kind::Heading(_) => element("h4", inner, &mut out),
                Kind::Plain | Kind::Item { .. } => element("p", inner, &mut out),
            }
            continue;
        };
        let name = if ordered { "ol" } else { "ul" };
        close(&mut lists, level + 1, &mut out);
        if lists.len() == level + 1 && lists.last() != Some(&name) {
            close(&mut lists, level, &mut out);
        }
        while lists.len() < level + 1 {
            lists.push(name);
            out.extend(["<", name, ">"]);
        }
        element("li", &block.html, &mut out);
    }
    close(&mut lists, 0, &mut out);
    out
}

fn element(name: &str, inner: &str, out: &mut String) {
    out.extend(["<", name, ">", inner, "</", name, ">"]);
}

fn close(lists: &mut Vec<&'static str>, down_to: usize, out: &mut String) {
    while lists.len() > down_to {
        if let Some(name) = lists.pop() {
            out.extend(["</", name, ">"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_plain_words_become_links_and_the_rest_is_escaped() {
        assert_eq!(
            linked("See <https://a.example/x?y=1&z=2>, or (http://b.example/c)."),
            "See <a href=\"https://a.example/x?y=1&amp;z=2\">https://a.example/x?y=1&amp;z=2</a>, \
             or (<a href=\"http://b.example/c\">http://b.example/c</a>)."
        );
        assert_eq!(linked("1 < 2 & \"3\""), "1 &lt; 2 &amp; &quot;3&quot;");
    }

    #[test]
    fn items_of_two_levels_and_kinds_nest() {
        let item =
            |words: &str, ordered, level| Block { kind: Kind::Item { ordered, level }, ..Block::plain(1, words) };
        let list = [item("a", false, 0), item("b", true, 1), item("c", false, 0), item("d", true, 0)];
        let html = crate::gather::sanitise(&html(&list));
        assert_eq!(html, "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul><ol><li>d</li></ol>");
    }
}
