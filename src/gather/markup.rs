//! A scanner that cuts XML or tag soup into pieces without building anything: for depth scans and repairs before a
//! parser that recurses or gives up may see the text. Linear in the text, whatever it holds.

/// A piece of markup; joined together the pieces are the text again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Characters, entities, and any `<` that begins nothing.
    Text(&'a str),
    /// `<name …>` or `<name …/>`.
    Open(&'a str),
    /// `</name>`.
    Close(&'a str),
    /// `<![CDATA[…]]>`.
    Cdata(&'a str),
    /// A comment, a processing instruction, a document type with its inner subset.
    Aside(&'a str),
}

/// Elements that have no end in HTML.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements that HTML closes by itself: a hundred open `<li>` are not a hundred deep.
const SELF_CLOSING: [&str; 10] = ["p", "li", "tr", "td", "th", "dt", "dd", "option", "thead", "tbody"];

/// Cuts a text into pieces.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut scan = Scan { text, at: 0, missing: [false; MARKS.len()], ahead: None };
    std::iter::from_fn(move || scan.next_piece())
}

/// What ends something.
const MARKS: [&str; 4] = ["-->", "]]>", ">", "]"];

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Marks of which there are no more: looking for each again and again would make the scan quadratic.
    missing: [bool; MARKS.len()],
    /// What begins at `at`, when it is already known.
    ahead: Option<(Kind, usize)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Open,
    Close,
    Cdata,
    Aside,
}

impl<'a> Scan<'a> {
    fn next_piece(&mut self) -> Option<Piece<'a>> {
        if self.at >= self.text.len() {
            return None;
        }
        let begin = self.at;
        if let Some((kind, end)) = self.ahead.take().or_else(|| self.markup(begin)) {
            self.at = end;
            let piece = &self.text[begin..end];
            return Some(match kind {
                Kind::Open => Piece::Open(piece),
                Kind::Close => Piece::Close(piece),
                Kind::Cdata => Piece::Cdata(piece),
                Kind::Aside => Piece::Aside(piece),
            });
        }
        // Text, up to a `<` that begins something.
        let mut end = begin + 1;
        loop {
            let Some(found) = self.text.as_bytes().get(end..).and_then(|rest| rest.iter().position(|&b| b == b'<'))
            else {
                end = self.text.len();
                break;
            };
            end += found;
            self.ahead = self.markup(end);
            if self.ahead.is_some() {
                break;
            }
            end += 1;
        }
        self.at = end;
        Some(Piece::Text(&self.text[begin..end]))
    }

    /// The end of the first mark from a place on.
    fn after(&mut self, mark: usize, from: usize) -> Option<usize> {
        if self.missing[mark] {
            return None;
        }
        let found = self.text.get(from..).and_then(|rest| rest.find(MARKS[mark]));
        self.missing[mark] = found.is_none();
        Some(from + found? + MARKS[mark].len())
    }

    /// What begins at a place, and where it ends.
    fn markup(&mut self, at: usize) -> Option<(Kind, usize)> {
        let [comment, cdata, angle_mark, bracket] = [0, 1, 2, 3];
        let rest = &self.text[at..];
        if !rest.starts_with('<') {
            return None;
        }
        if rest.starts_with("<!--") {
            return Some((Kind::Aside, self.after(comment, at + 4)?));
        }
        if rest.starts_with("<![CDATA[") {
            return Some((Kind::Cdata, self.after(cdata, at + 9)?));
        }
        let angle = self.after(angle_mark, at + 1)?;
        if rest.starts_with("<?") {
            return Some((Kind::Aside, angle));
        }
        if rest.starts_with("<!") {
            // An inner subset holds `>` of its own.
            let inner = self.text[at..angle].contains('[');
            let end = if inner { self.after(bracket, at).and_then(|end| self.after(angle_mark, end)) } else { None };
            return Some((Kind::Aside, end.unwrap_or(angle)));
        }
        let bytes = rest.as_bytes();
        let letter = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80);
        if rest.starts_with("</") && letter(2) {
            return Some((Kind::Close, angle));
        }
        letter(1).then(|| (Kind::Open, end_of_tag(bytes).map_or(angle, |end| at + end)))
    }
}

/// The end of a tag, over `>` in quotes. A quote counts only after `=`, as browsers read it.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let (mut quote, mut before) = (None, b' ');
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (None, b'>') => return Some(at + 1),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// The name in a tag, as written.
pub(super) fn name(tag: &str) -> &str {
    let inner = tag.trim_start_matches(['<', '/']);
    let end = inner.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(inner.len());
    &inner[..end]
}

/// How deep HTML nests, at most: elements without an end or that HTML ends by itself do not count.
pub(super) fn html_depth(text: &str) -> usize {
    depth(text, |tag| {
        let name = name(tag).to_ascii_lowercase();
        !VOID.contains(&name.as_str()) && !SELF_CLOSING.contains(&name.as_str())
    })
}

fn depth(text: &str, counts: impl Fn(&str) -> bool) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for piece in pieces(text) {
        match piece {
            Piece::Open(tag) if !tag.ends_with("/>") && counts(tag) => {
                now += 1;
                most = most.max(now);
            }
            Piece::Close(tag) if counts(tag) => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined(text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Text(t) | Piece::Open(t) | Piece::Close(t) | Piece::Cdata(t) | Piece::Aside(t) => t,
            })
            .collect()
    }

    #[test]
    fn tags_comments_and_what_only_looks_like_them_are_told_apart() {
        let text = r#"<!DOCTYPE a [<!ENTITY b "c>">]><a b="x>y">1 < 2<!-- <i> --><c/><![CDATA[<d>]]></a>"#;
        let all: Vec<Piece<'_>> = pieces(text).collect();
        assert_eq!(all[1], Piece::Open(r#"<a b="x>y">"#));
        assert_eq!(all[2], Piece::Text("1 < 2"));
        assert_eq!(all[4], Piece::Open("<c/>"));
        assert_eq!(all[5], Piece::Cdata("<![CDATA[<d>]]>"));
        assert_eq!(depth(text, |_| true), 1);
        assert_eq!(html_depth("<ul><li>a<li>b<li><b>c</b></ul><p>d<p>e<br>"), 2);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[<>/!?\\[\\]\"'=a-c -]{0,60}") {
            prop_assert_eq!(joined(&text), text);
        }
    }
}
