//! Rich text as the Markdown that an editor would write: the other way round than `gather` reads it.

use super::rich::{Bit, Line, Within, bits, lines};

/// A body as Markdown. None: it has a table, for which Markdown has no sign.
pub fn markdown(html: &str) -> Option<String> {
    if html.contains("<table") {
        return None;
    }
    let mut out = String::new();
    let mut numbers: Vec<usize> = Vec::new();
    let mut last: Option<Within> = None;
    for Line { range, within } in lines(html) {
        if let Some(last) = last {
            let is_tight = matches!((last, within), (Within::Item { .. }, Within::Item { .. }));
            out.push_str(if is_tight { "\n" } else { "\n\n" });
        }
        let text = inline(&bits(&html[range]));
        match within {
            Within::Item { ordered, level } => {
                let level = usize::from(level);
                if !matches!(last, Some(Within::Item { .. })) {
                    numbers.clear();
                }
                numbers.truncate(level + 1);
                numbers.resize(level + 1, 0);
                numbers[level] += 1;
                let mark = if ordered { format!("{}. ", numbers[level]) } else { "- ".to_owned() };
                out.push_str(&"    ".repeat(level));
                out.push_str(&mark);
                out.push_str(&text.replace('\n', &format!("\n{}", " ".repeat(level * 4 + mark.len()))));
            }
            Within::Heading(level) => {
                out.push_str(&"#".repeat(usize::from(level)));
                out.push(' ');
                out.push_str(&text.replace('\n', " "));
            }
            Within::Quote => {
                if matches!(last, Some(Within::Quote)) {
                    // Two paragraphs of one quotation.
                    out.truncate(out.trim_end().len());
                    out.push_str("\n>\n");
                }
                out.push_str("> ");
                out.push_str(&text.replace('\n', "\n> "));
            }
            Within::Paragraph | Within::Cell { .. } => out.push_str(&guarded(&text)),
        }
        last = Some(within);
    }
    out.push('\n');
    Some(out)
}

fn inline(bits: &[Bit]) -> String {
    let mut out = String::new();
    let mut ends: Vec<String> = Vec::new();
    // The fence of the code in which the walk is: no sign means anything there.
    let mut fence: Option<String> = None;
    for (at, bit) in bits.iter().enumerate() {
        match (bit, &fence) {
            (Bit::End, Some(marks)) => {
                out.push_str(marks);
                fence = None;
                continue;
            }
            (Bit::Text(text), Some(_)) => {
                out.push_str(&text.replace('\n', " "));
                continue;
            }
            (Bit::Break, Some(marks)) => {
                out.extend([marks.as_str(), "\\\n", marks.as_str()]);
                continue;
            }
            _ => {}
        }
        match bit {
            Bit::Text(text) => out.push_str(&escaped(text)),
            Bit::Code => {
                let marks = fence_for(&bits[at + 1..]);
                out.push_str(&marks);
                fence = Some(marks);
            }
            Bit::Link(href) => {
                out.push('[');
                ends.push(format!("]({})", href.replace('(', "%28").replace(')', "%29").replace(' ', "%20")));
            }
            Bit::Strong => {
                out.push_str("**");
                ends.push("**".to_owned());
            }
            Bit::Em => {
                out.push('*');
                ends.push("*".to_owned());
            }
            Bit::End => out.push_str(&ends.pop().unwrap_or_default()),
            Bit::Break => out.push_str("\\\n"),
        }
    }
    out.push_str(&fence.unwrap_or_default());
    out.push_str(&ends.into_iter().rev().collect::<String>());
    out
}

/// What code stands between: one more backtick than any run of them in it. It may not begin or end with one.
fn fence_for(bits: &[Bit]) -> String {
    let code = bits.iter().take_while(|bit| **bit != Bit::End);
    let runs = code.filter_map(|bit| if let Bit::Text(text) = bit { Some(text) } else { None });
    let longest = runs.flat_map(|text| text.split(|c| c != '`').map(str::len)).max().unwrap_or(0);
    "`".repeat(longest + 1)
}

/// Signs that would mean something in Markdown; an underscore within a word means nothing.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let is_word = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
        let is_inside = at > 0 && is_word(chars.get(at - 1)) && is_word(chars.get(at + 1));
        match c {
            '\\' | '*' | '[' | ']' | '`' | '<' | '~' => out.extend(['\\', *c]),
            '_' if !is_inside => out.extend(['\\', '_']),
            // What reads like an entity would become one.
            '&' if chars.get(at + 1).is_some_and(|c| c.is_ascii_alphabetic() || *c == '#') => out.push_str("&amp;"),
            '\n' => out.push(' '),
            c => out.push(*c),
        }
    }
    out
}

/// A paragraph that begins like a list, a heading or a quotation is none.
fn guarded(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['#', '-', '+', '>', '=']) { format!("\\{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_becomes_the_markdown_that_an_editor_would_write() {
        let html = "<p>See <a href=\"https://example.ca/a\">the <strong>guide</strong></a>.</p><h3>Why</h3><ul><li>one</li><li>two</li></ul><blockquote><p>x*y</p></blockquote>";
        let expected = "See [the **guide**](https://example.ca/a).\n\n### Why\n\n- one\n- two\n\n> x\\*y\n";
        assert_eq!(markdown(html).as_deref(), Some(expected));
        let code = markdown("<p>Type <code>a_*b</code>, then <code>x`y<br>z</code>.</p>");
        assert_eq!(code.as_deref(), Some("Type `a_*b`, then ``x`y``\\\n``z``.\n"));
        assert_eq!(markdown("<p>a</p><table><tr><th>b</th></tr></table>"), None);
    }
}
