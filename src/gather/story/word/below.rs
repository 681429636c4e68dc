//! What stands below an element of a Word document: rows, cells, words, the address in a field's code.

use super::tree::{Child, Node};

/// The rows of a table, through what wraps them, but not those of a table in it.
pub(super) fn rows_of<'a>(node: &'a Node, rows: &mut Vec<&'a Node>) {
    for child in node.nodes() {
        match child.name {
            "w:tr" => rows.push(child),
            "w:tblPr" | "w:tbl" | "mc:Fallback" => {}
            _ => rows_of(child, rows),
        }
    }
}

/// The cells of a row, likewise.
pub(super) fn cells_of(row: &Node) -> Vec<&Node> {
    let mut cells = Vec::new();
    for child in row.nodes() {
        match child.name {
            "w:tc" => cells.push(child),
            "w:trPr" | "w:tbl" | "mc:Fallback" => {}
            _ => cells.extend(cells_of(child)),
        }
    }
    cells
}

/// All words below an element, also deleted ones.
pub(super) fn all_words(node: &Node) -> String {
    let mut out = String::new();
    collect(node, &mut out);
    out
}

fn collect(node: &Node, out: &mut String) {
    for child in &node.children {
        match child {
            Child::Node(node) if node.name == "mc:Fallback" => {}
            Child::Node(node) => {
                if matches!(node.name, "w:p" | "w:tab" | "w:br") && !out.is_empty() {
                    out.push(' ');
                }
                collect(node, out);
            }
            Child::Text(text) if matches!(node.name, "w:t" | "w:delText" | "m:t") => out.push_str(text),
            Child::Text(_) => {}
        }
    }
}

/// The address in ` HYPERLINK "https://…" \l "place" `.
pub(super) fn hyperlink(code: &str) -> Option<String> {
    let rest = code.trim_start();
    let rest = rest.get(..9).filter(|name| name.eq_ignore_ascii_case("hyperlink")).map(|_| &rest[9..])?.trim_start();
    let target = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split_whitespace().next()?,
    };
    (!target.is_empty() && !target.starts_with('\\')).then(|| target.to_owned())
}
