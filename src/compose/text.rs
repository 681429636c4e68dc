//! The text part: composed from the issue by its own templates, never stripped from HTML.

use anyhow::Result;
use serde_json::Value;

use super::Templates;

/// Characters of a line (RFC 5322 2.1.1 asks for at most 78). Addresses are never broken.
const LINE_CHARS: usize = 76;

/// Renders and wraps the text part.
pub(super) fn text(templates: &Templates, view: &mut Value) -> Result<String> {
    let rendered = templates.render("text/edition", view)?;
    let mut out = String::with_capacity(rendered.len());
    let mut n_empty = 1;
    for line in rendered.lines().map(str::trim_end) {
        n_empty = if line.trim().is_empty() { n_empty + 1 } else { 0 };
        // One empty line between paragraphs, whatever the templates leave.
        if n_empty < 2 {
            wrap(line, &mut out);
        }
    }
    Ok(out.trim_end().to_owned() + "\n")
}

/// Wraps one line; what begins a list item keeps its indent on the lines that follow.
fn wrap(line: &str, out: &mut String) {
    let indent = line.len() - line.trim_start().len();
    let marker = line.trim_start().find(' ').filter(|at| {
        let head = &line.trim_start()[..*at];
        head == "-" || (head.ends_with('.') && head[..head.len() - 1].chars().all(|c| c.is_ascii_digit()))
    });
    let hang = " ".repeat(indent + marker.map_or(0, |at| at + 1));
    let mut width = 0;
    for (n, word) in line.trim_start().split(' ').filter(|word| !word.is_empty()).enumerate() {
        let chars = word.chars().count();
        if n == 0 {
            out.push_str(&line[..indent]);
            width = indent;
        } else if width + 1 + chars > LINE_CHARS {
            out.push('\n');
            out.push_str(&hang);
            width = hang.len();
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += chars;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_and_addresses_are_not_broken() {
        let mut out = String::new();
        let url = format!("https://example.ca/{}", "x".repeat(90));
        wrap(&format!("- {} {url}", "word ".repeat(20).trim()), &mut out);
        assert!(out.lines().all(|line| line.chars().count() <= LINE_CHARS || line.trim() == url), "{out}");
        assert!(out.lines().skip(1).all(|line| line.starts_with("  ")), "{out}");
    }
}
