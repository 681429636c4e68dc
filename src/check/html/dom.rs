//! Blocks of text in HTML: a paragraph, a heading, a list item, a cell, each with its words in one piece and its
//! links, whatever inline elements cut it up. Walked without recursion, since depth is the attacker's to choose.

use std::ops::Range;

use scraper::{ElementRef, Html, Node};

/// One block of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// The element that holds it: `p`, `li`, `h3`, `td`, `div`.
    pub(crate) tag: String,
    /// Its words, white space collapsed, no-break spaces kept, `<br>` as a line end.
    pub(crate) text: String,
    /// Its links.
    pub(crate) links: Vec<Link>,
    /// Passages that say that they are in another language.
    pub(crate) marked: Vec<(Range<usize>, String)>,
    /// What is code, or typed as it stands.
    pub(crate) code: Vec<Range<usize>>,
    /// What stands out: in italics, or as a title or a quotation.
    pub(crate) aside: Vec<Range<usize>>,
}

impl Block {
    /// Whether all of it is code: nothing to translate, nothing to spell.
    pub(crate) fn is_code(&self) -> bool {
        let covered: usize = self.code.iter().map(ExactSizeIterator::len).sum();
        covered > 0 && covered >= self.text.len()
    }
}

/// A link as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// What is underlined.
    pub(crate) text: String,
    /// Where it leads.
    pub(crate) href: String,
    /// Its own language, by `lang` or `hreflang`.
    pub(crate) lang: Option<String>,
    /// Where its text lies in the block.
    pub(crate) range: Range<usize>,
}

/// Elements that begin a block of their own.
pub(crate) fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "p" | "li"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "td"
            | "th"
            | "div"
            | "ul"
            | "ol"
            | "blockquote"
            | "table"
            | "tr"
            | "tbody"
            | "thead"
            | "body"
            | "html"
            | "head"
            | "caption"
            | "center"
            | "section"
            | "dl"
            | "dt"
            | "dd"
            | "pre"
            | "hr"
            | "address"
            | "figure"
            | "figcaption"
    )
}

/// Adds text to a block: runs of ASCII white space become one space, none at its beginning.
pub(crate) fn push_collapsed(block: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            if !block.is_empty() && !block.ends_with([' ', '\n']) {
                block.push(' ');
            }
        } else {
            block.push(c);
        }
    }
}

/// One step of a walk through a tree.
pub(crate) enum Step<'a> {
    /// An element begins.
    Open(ElementRef<'a>),
    /// Text.
    Text(&'a str),
    /// An element ends.
    Close(ElementRef<'a>),
}

/// Visits a whole tree in reading order. Comments, and with them what is meant for Outlook alone, are passed over.
pub(crate) fn walk<'a>(html: &'a Html, visit: &mut dyn FnMut(Step<'a>)) {
    let root = html.tree.root();
    let mut node = root;
    loop {
        match node.value() {
            Node::Text(text) => visit(Step::Text(text)),
            _ => {
                if let Some(element) = ElementRef::wrap(node) {
                    visit(Step::Open(element));
                }
            }
        }
        if let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        loop {
            if let Some(element) = ElementRef::wrap(node) {
                visit(Step::Close(element));
            }
            if node == root {
                return;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            match node.parent() {
                Some(parent) => node = parent,
                None => return,
            }
        }
    }
}

/// A fragment's blocks, in reading order. Text that stands in no element is a block `p`.
pub(crate) fn blocks(fragment: &str) -> Vec<Block> {
    if fragment.trim().is_empty() {
        return Vec::new();
    }
    let html = Html::parse_fragment(fragment);
    let mut builder = BlockBuilder::default();
    walk(&html, &mut |step| builder.step(&step));
    builder.finish()
}

/// Makes blocks out of steps; also used by [`super::sheet`] for whole mails.
#[derive(Default)]
pub(crate) struct BlockBuilder {
    done: Vec<Block>,
    now: Block,
    tags: Vec<String>,
    link: Option<Link>,
    marks: Vec<(usize, String)>,
    /// Where the outermost code began, and how deep we are in it.
    code: (usize, usize),
    /// Where each passage that stands out began.
    asides: Vec<usize>,
    /// Inside how many elements whose text nobody reads we are.
    unread: usize,
}

/// Elements whose text nobody reads.
fn is_unread(tag: &str) -> bool {
    matches!(tag, "style" | "script" | "title" | "template")
}

impl BlockBuilder {
    /// Takes one step in.
    pub(crate) fn step(&mut self, step: &Step<'_>) {
        match step {
            Step::Open(element) => self.open(*element),
            Step::Text(text) if self.unread == 0 => push_collapsed(&mut self.now.text, text),
            Step::Text(_) => {}
            Step::Close(element) => self.close(*element),
        }
    }

    fn open(&mut self, element: ElementRef<'_>) {
        let tag = element.value().name();
        self.unread += usize::from(is_unread(tag));
        if is_block(tag) {
            self.flush();
            self.tags.push(tag.to_owned());
            return;
        }
        match tag {
            "br" => self.now.text.push('\n'),
            "em" | "i" | "cite" | "q" => self.asides.push(self.now.text.len()),
            "code" | "kbd" | "samp" | "tt" => {
                if self.code.1 == 0 {
                    self.code.0 = self.now.text.len();
                }
                self.code.1 += 1;
            }
            "a" => {
                let href = element.attr("href").unwrap_or("").to_owned();
                let lang = element.attr("lang").or_else(|| element.attr("hreflang")).map(str::to_owned);
                let start = self.now.text.len();
                self.link = Some(Link { href, lang, range: start..start, text: String::new() });
            }
            _ => {}
        }
        if let Some(lang) = element.attr("lang") {
            self.marks.push((self.now.text.len(), lang.to_owned()));
        }
    }

    fn close(&mut self, element: ElementRef<'_>) {
        let tag = element.value().name();
        self.unread -= usize::from(is_unread(tag));
        if is_block(tag) {
            self.flush();
            self.tags.pop();
            return;
        }
        if matches!(tag, "code" | "kbd" | "samp" | "tt") {
            self.code.1 = self.code.1.saturating_sub(1);
            if self.code.1 == 0 {
                let end = self.now.text.len();
                self.now.code.push(self.code.0.min(end)..end);
            }
        }
        if matches!(tag, "em" | "i" | "cite" | "q")
            && let Some(start) = self.asides.pop()
        {
            let end = self.now.text.len();
            self.now.aside.push(start.min(end)..end);
        }
        if element.attr("lang").is_some()
            && let Some((start, lang)) = self.marks.pop()
        {
            let end = self.now.text.len();
            self.now.marked.push((start.min(end)..end, lang));
        }
        if tag == "a"
            && let Some(mut link) = self.link.take()
        {
            let end = self.now.text.len();
            let start = link.range.start.min(end);
            self.now.text[start..end].trim().clone_into(&mut link.text);
            link.range = start..end;
            if !link.href.is_empty() {
                self.now.links.push(link);
            }
        }
    }

    /// How many blocks have ended so far.
    pub(crate) fn count(&self) -> usize {
        self.done.len()
    }

    /// Ends the block in work; one without words and links is nothing.
    pub(crate) fn flush(&mut self) {
        let mut block = std::mem::take(&mut self.now);
        block.text.truncate(block.text.trim_end_matches([' ', '\n']).len());
        if block.text.is_empty() && block.links.is_empty() {
            return;
        }
        let inline = |tag: &&String| !matches!(tag.as_str(), "html" | "body" | "tr" | "tbody" | "table");
        block.tag = self.tags.iter().rfind(inline).cloned().unwrap_or_else(|| "p".to_owned());
        self.done.push(block);
    }

    /// All blocks.
    pub(crate) fn finish(mut self) -> Vec<Block> {
        self.flush();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_elements_do_not_cut_a_sentence() {
        let blocks = blocks(
            "<p>Read  <a href=\"https://example.ca/a\">the <strong>guide</strong></a>\n now.</p><ul><li>One</li><li><p>Two</p></li></ul>tail",
        );
        let texts: Vec<_> = blocks.iter().map(|block| (block.tag.as_str(), block.text.as_str())).collect();
        assert_eq!(texts, [("p", "Read the guide now."), ("li", "One"), ("p", "Two"), ("p", "tail")]);
        assert_eq!(blocks[0].links[0].text, "the guide");
        assert_eq!(&blocks[0].text[blocks[0].links[0].range.clone()], "the guide");
    }

    #[test]
    fn a_passage_in_another_language_is_known() {
        let blocks = blocks("<p>See <span lang=\"fr\">Le Devoir</span> today</p>");
        assert_eq!(blocks[0].marked, [(4..13, "fr".to_owned())]);
    }

    #[test]
    fn deep_nesting_is_walked_without_recursion() {
        let deep = format!("{}x{}", "<div>".repeat(3000), "</div>".repeat(3000));
        assert_eq!(blocks(&deep).len(), 1);
    }
}
