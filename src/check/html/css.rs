//! Style sheets of mails: their rules, and what a `style` attribute declares.

use scraper::{ElementRef, Html, Selector};

/// Name, value, and whether it is important.
pub(crate) type Declaration = (String, String, bool);

/// One rule of a style block.
pub(super) struct CssRule {
    pub(super) selector: Selector,
    /// What an element must be for the selector to match; asked first.
    pub(super) tail: Tail,
    pub(super) declarations: Vec<Declaration>,
    /// Holds in the dark scheme alone.
    pub(super) is_dark: bool,
}

/// The tag or the class that ends a selector.
pub(super) enum Tail {
    Tag(String),
    Class(String),
    Any,
}

impl Tail {
    fn of(selector: &str) -> Self {
        let last = selector.rsplit([' ', '>', '+', '~']).next().unwrap_or("");
        let name = |text: &str| {
            text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                .map_or(text, |end| &text[..end])
                .to_owned()
        };
        match last.strip_prefix('.') {
            _ if selector.contains(['(', '[', '"']) => Self::Any,
            Some(class) => Self::Class(name(class)),
            None if last.starts_with(|c: char| c.is_ascii_alphabetic()) => Self::Tag(name(last).to_ascii_lowercase()),
            None => Self::Any,
        }
    }

    pub(super) fn may_be(&self, element: ElementRef<'_>) -> bool {
        match self {
            Self::Tag(tag) => element.value().name() == tag,
            Self::Class(class) => {
                element.attr("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
            }
            Self::Any => true,
        }
    }
}

/// The text of all style blocks of a mail.
pub(crate) fn style_text(html: &Html) -> String {
    let selector = Selector::parse("style").expect("a fixed selector");
    html.select(&selector).flat_map(|style| style.text().collect::<Vec<_>>()).collect::<Vec<_>>().join("\n")
}

/// `color: #333; margin: 0 !important` as names, values and whether they are important.
pub(crate) fn declarations(text: &str) -> Vec<Declaration> {
    text.split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| {
            let value = value.trim().to_ascii_lowercase();
            let plain = value.strip_suffix("!important").map(|value| value.trim().to_owned());
            let is_important = plain.is_some();
            (name.trim().to_ascii_lowercase(), plain.unwrap_or(value), is_important)
        })
        .collect()
}

/// The rules of a style block that hold on a wide screen, and in the dark scheme. Selectors that no mail program
/// matches in the message itself (`:hover`, `[data-ogsc]`) are left out or match nothing.
pub(super) fn css_rules(css: &str) -> Vec<CssRule> {
    let mut rules = Vec::new();
    let css = without_comments(css);
    let mut rest = css.as_str();
    while let Some((prelude, body, after)) = next_rule(rest) {
        rest = after;
        let head = prelude.trim().to_ascii_lowercase();
        if head.starts_with("@media") {
            let is_dark = head.contains("prefers-color-scheme") && head.contains("dark");
            let is_wide = head.contains("min-width") || head == "@media all" || head.starts_with("@media screen");
            if is_dark || (is_wide && !head.contains("max-width")) {
                let mut inner = body;
                while let Some((prelude, body, after)) = next_rule(inner) {
                    push_rules(&mut rules, prelude, body, is_dark);
                    inner = after;
                }
            }
        } else if !head.starts_with('@') {
            push_rules(&mut rules, prelude, body, false);
        }
    }
    rules
}

fn push_rules(rules: &mut Vec<CssRule>, prelude: &str, body: &str, is_dark: bool) {
    for text in prelude.split(',').map(str::trim) {
        if let Ok(selector) = Selector::parse(text) {
            rules.push(CssRule { selector, tail: Tail::of(text), declarations: declarations(body), is_dark });
        }
    }
}

pub(crate) fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The next `prelude { body }` and what follows it; braces within the body are matched.
fn next_rule(css: &str) -> Option<(&str, &str, &str)> {
    let open = css.find('{')?;
    let mut depth = 0_usize;
    for (at, c) in css[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    let prelude = css[..open].rsplit(';').next().unwrap_or("");
                    return Some((prelude, &css[open + 1..open + at], &css[open + at + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}
