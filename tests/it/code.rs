//! Just enough of Rust's grammar to see what a file imports and how long its functions are: comments, texts and tests
//! are blanked, and lines stay where they were. A parser would be a dependency; this is a hundred lines.

use std::collections::BTreeSet;

/// The code of a file, with comments, texts, characters and everything under `#[cfg(test)]` blanked.
pub(crate) fn bare(text: &str) -> String {
    without_tests(&without_texts(text))
}

fn without_texts(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_inside_word = bare.chars().next_back().is_some_and(is_word);
        let length = not_code(rest, is_inside_word);
        if length == 0 {
            bare.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            bare.extend(rest[..length].chars().map(blank));
            rest = &rest[length..];
        }
    }
    bare
}

fn blank(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the comment, text or character that begins here; 0 when code does.
fn not_code(rest: &str, is_inside_word: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if !is_inside_word && let Some(length) = raw_text(rest) {
        return length;
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    // `'a'` and `'\n'` are characters, `'a` is a lifetime.
    let mut chars = rest.chars();
    if chars.next() == Some('\'') && (chars.next() == Some('\\') || chars.next() == Some('\'')) {
        return quoted(rest, '\'');
    }
    0
}

fn raw_text(rest: &str) -> Option<usize> {
    let marked = rest.strip_prefix("br").or_else(|| rest.strip_prefix("cr")).or_else(|| rest.strip_prefix('r'))?;
    let opened = marked.trim_start_matches('#');
    let hashes = &marked[..marked.len() - opened.len()];
    let inside = opened.strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let start = rest.len() - inside.len();
    Some(inside.find(&end).map_or(rest.len(), |at| start + at + end.len()))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = true; // So that the opening quote does not close.
    for (at, c) in rest.char_indices() {
        if c == quote && !is_escaped {
            return at + c.len_utf8();
        }
        is_escaped = at != 0 && c == '\\' && !is_escaped;
    }
    rest.len()
}

fn without_tests(bare: &str) -> String {
    let mut bare = bare.to_owned();
    while let Some(start) = ["#[cfg(test)]", "#[cfg(all(test"].iter().filter_map(|mark| bare.find(mark)).min() {
        let end = item_end(&bare, start);
        let blanked: String = bare[start..end].chars().map(blank).collect();
        bare.replace_range(start..end, &blanked);
    }
    bare
}

/// Where the item that begins at `start` ends: after its `;` or after the brace that closes it.
fn item_end(bare: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in bare[start..].char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return start + at + 1;
                }
            }
            ';' if depth == 0 => return start + at + 1,
            _ => {}
        }
    }
    bare.len()
}

/// The first names of all paths: `use std::fs`, `toml_edit::de::from_str`, `use csv;`.
pub(crate) fn first_names(bare: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (at, _) in bare.match_indices("::") {
        let name = word_before(bare, at);
        let before = bare[..at - name.len()].trim_end();
        if !name.is_empty() && !before.ends_with("::") {
            names.insert(name);
        }
    }
    for (at, _) in bare.match_indices("use ") {
        let name = word_at(&bare[at + 4..]);
        if !bare[..at].ends_with(is_word) && !bare[at + 4 + name.len()..].starts_with("::") {
            names.insert(name);
        }
    }
    names
}

/// The names that directly follow `prefix`, also in braces: of `crate::{files, model::Words}` both.
pub(crate) fn names_after<'a>(bare: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for (at, _) in bare.match_indices(prefix) {
        if bare[..at].ends_with(is_word) {
            continue;
        }
        let rest = &bare[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => drop(names.insert(word_at(rest))),
            Some(group) => names.extend(group_names(group)),
        }
    }
    names
}

fn group_names(group: &str) -> Vec<&str> {
    let mut names = vec![word_at(group.trim_start())];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word_at(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn word_at(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

fn word_before(text: &str, end: usize) -> &str {
    let start = text[..end].rfind(|c| !is_word(c)).map_or(0, |at| at + text[at..].chars().next().unwrap().len_utf8());
    &text[start..end]
}

/// Each function's name, first line and length in lines.
pub(crate) fn functions(bare: &str) -> Vec<(&str, usize, usize)> {
    let starts = bare.match_indices("fn ").filter(|(at, _)| !bare[..*at].ends_with(is_word));
    let measured = starts.map(|(at, _)| {
        let line = bare[..at].matches('\n').count() + 1;
        let length = bare[at..item_end(bare, at)].matches('\n').count() + 1;
        (word_at(&bare[at + 3..]), line, length)
    });
    measured.filter(|(name, ..)| !name.is_empty()).collect()
}

/// How many lines have code on them. Tables, which are constants and statics of a file, are no code: they are looked
/// things up in, not read from top to bottom.
pub(crate) fn lines(bare: &str) -> usize {
    without_tables(bare).lines().filter(|line| !line.trim().is_empty()).count()
}

fn without_tables(bare: &str) -> String {
    let mut code = bare.to_owned();
    let mut at = 0;
    while let Some(length) = code[at..].find('\n').map(|end| end + 1) {
        if is_table(&code[at..at + length]) {
            let end = item_end(&code, at);
            let blanked: String = code[at..end].chars().map(blank).collect();
            code.replace_range(at..end, &blanked);
        }
        at += code[at..].find('\n').map_or(length, |end| end + 1);
    }
    code
}

/// Whether a line begins a constant or static of the file, as `pub(crate) const HOMES: …`.
fn is_table(line: &str) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let is_named = |name: Option<&&str>| name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    let kind = words.iter().position(|word| ["const", "static"].contains(word));
    kind.is_some_and(|at| at <= 1 && (at == 0 || words[0].starts_with("pub")) && is_named(words.get(at + 1)))
}

#[test]
fn texts_comments_and_tests_are_no_code() {
    let text = "use a::b; // c::d\nlet x = \"e::f\\\"\"; let y = r#\"g::h\"#; let z = ('\"', 'i', j::<'k>());\n\
                #[cfg(test)]\nmod tests {\n  use l::m;\n}\n/* n:: */ fn o() {}\n";
    assert_eq!(first_names(&bare(text)), BTreeSet::from(["a", "j"]));
    assert_eq!(bare(text).lines().count(), text.lines().count());
    assert_eq!(functions(&bare(text)), [("o", 7, 1)]);
    assert_eq!(lines(&bare(text)), 3);
}

#[test]
fn imports_are_seen_in_braces_and_in_passing() {
    let text = "use crate::{files, model::{Lang, Words}};\nfn f() -> crate::http::Http { words!(\"crate::no\") }";
    assert_eq!(names_after(&bare(text), "crate::"), BTreeSet::from(["files", "http", "model"]));
}

#[test]
fn a_function_is_measured_to_its_closing_brace() {
    let text = "fn f(a: [u8; 4]) -> u8\nwhere\n    u8: Copy,\n{\n    { a[0] }\n}\ntrait T { fn g(&self); }";
    assert_eq!(functions(text), [("f", 1, 6), ("g", 7, 1)]);
}

#[test]
fn a_table_is_no_code() {
    let text = "pub(super) const A: &[B] = &[\n    B { c: 1 },\n    B { c: 2 },\n];\nconst fn d() {\n}\nstatic E: F = 1;\nfn g() {}\n";
    assert_eq!(lines(text), 3);
}
