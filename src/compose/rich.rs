//! Rich text of stories: sanitised HTML in, the same with inline styles out, since mail programs drop style sheets;
//! and the same once more as plain text.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Node};

use super::Look;
use crate::model::rich::escaped;

/// Tags within each other; `gather` lets no deeper text in, an editor's override passes through it too.
const DEPTH_MAX: usize = 100;

const TEXT: &str = "margin:0 0 16px";
const LIST: &str = "margin:0 0 16px;padding:0 0 0 24px";
const ITEM: &str = "margin:0 0 6px";
const CODE: &str = "font-family:Consolas,'Liberation Mono',monospace";

/// Inline styles that hold a colour or a font of the look.
#[derive(Debug, Clone)]
pub(super) struct Styles {
    heading: String,
    link: String,
    quote: String,
    table: String,
    cell: String,
}

impl Styles {
    /// From the look.
    pub(super) fn of(look: &Look) -> Self {
        let (text, accent) = (look.get("light", "text"), look.get("light", "accent"));
        let (link, font) = (look.get("light", "link"), look.get("type", "heading"));
        let border = look.get("light", "line");
        let (size, height) = (look.get("type", "size"), look.get("type", "height"));
        Self {
            heading: format!("margin:8px 0 8px;font-family:{font};font-size:18px;line-height:1.4;color:{accent}"),
            link: format!("color:{link}"),
            quote: format!("margin:0 0 16px;padding:0 0 0 16px;border-left:4px solid {accent};color:{text}"),
            table: format!(
                "margin:0 0 16px;border-collapse:collapse;font-size:{size};line-height:{height};color:{text}"
            ),
            cell: format!("padding:6px 10px;border:1px solid {border};text-align:left;vertical-align:top"),
        }
    }
}

/// A French ordinal, whose end is raised (FEDERAL 2.2): `1er`, `2e`, `XXIe`; no part of an address or a word. The height of
/// the line stays as it is.
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(^|[\s(«’'“\[])(?:(1)(ers?|res?)|([0-9]{1,4}|[IVX]+[IVXLC]*)(es?))\b";
    Regex::new(pattern).expect("our pattern is sound")
});

/// Rich text in its two forms.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rich {
    /// For the HTML part.
    pub(super) html: String,
    /// For the text part: paragraphs between empty lines, not yet wrapped.
    pub(super) text: String,
}

/// Styles a fragment. `heading` is the level that its first headings get; `is_french` raises the ends of ordinals; `mend`
/// is applied to every text, with the letter before it where a bold word or a link ends there.
pub(super) fn rich(
    fragment: &str,
    heading: usize,
    is_french: bool,
    styles: &Styles,
    mend: &mut dyn FnMut(&str) -> String,
) -> Rich {
    if fragment.trim().is_empty() {
        return Rich::default();
    }
    let parsed = Html::parse_fragment(fragment);
    // Who begins with the third kind of heading means the first.
    let is_deep = !["<h1", "<h2", "<h3"].iter().any(|tag| fragment.contains(tag));
    let mut walker =
        Walker { rich: Rich::default(), heading, is_deep, is_french, last: '\n', is_code: false, styles, mend };
    walker.children(parsed.root_element(), &Place::default());
    let text = walker.rich.text;
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    Rich { html: walker.rich.html.trim().to_owned(), text: lines.join("\n").trim().to_owned() }
}

#[derive(Debug, Clone, Default)]
struct Place {
    depth: usize,
    /// The number of a list item; none: a bullet.
    number: Option<usize>,
    in_head: bool,
}

struct Walker<'a> {
    rich: Rich,
    heading: usize,
    /// No heading of the fragment is of the first three levels.
    is_deep: bool,
    is_french: bool,
    /// The last letter of the text so far, in this block.
    last: char,
    /// Within code, where no sign is typography.
    is_code: bool,
    styles: &'a Styles,
    mend: &'a mut dyn FnMut(&str) -> String,
}

impl Walker<'_> {
    fn text(&mut self, text: &str) {
        if text.trim().is_empty() {
            // White space between blocks says nothing; within a line it is one space.
            if !self.rich.html.ends_with('>') || !text.contains('\n') {
                self.rich.html.push(' ');
                self.rich.text.push(' ');
                self.last = ' ';
            }
            return;
        }
        let one_line = fold(text);
        let mended = if self.is_code { one_line.clone() } else { self.mended(&one_line) };
        let shown = escaped(&mended);
        if self.is_french && !self.is_code {
            self.rich.html.push_str(&ORDINAL.replace_all(&shown, "$1$2$4<sup style=\"line-height:0\">$3$5</sup>"));
        } else {
            self.rich.html.push_str(&shown);
        }
        self.rich.text.push_str(&mended);
        self.last = mended.chars().next_back().unwrap_or(self.last);
    }

    /// A text mended. A sign that follows a bold word or a link is mended as what it is: the sign after that word.
    fn mended(&mut self, text: &str) -> String {
        let is_sign = |c: char| matches!(c, ':' | ';' | '?' | '!' | ',' | '.' | '…' | ')' | '»' | '%' | '$');
        let is_after_word = self.last.is_alphanumeric() || matches!(self.last, ')' | '»' | '%');
        if !is_after_word || !text.trim_start_matches([' ', '\u{a0}', '\u{202f}']).starts_with(is_sign) {
            return (self.mend)(text);
        }
        let with_last = (self.mend)(&format!("{}{text}", self.last));
        match with_last.strip_prefix(self.last) {
            Some(rest) => rest.to_owned(),
            None => (self.mend)(text),
        }
    }

    fn children(&mut self, node: ElementRef<'_>, place: &Place) {
        let inner = Place { depth: place.depth + 1, ..place.clone() };
        for child in node.children() {
            if let Node::Text(text) = child.value() {
                self.text(text);
            } else if let Some(element) = ElementRef::wrap(child).filter(|_| inner.depth < DEPTH_MAX) {
                self.element(element, &inner);
            }
        }
    }

    fn wrapped(&mut self, node: ElementRef<'_>, place: &Place, open: &str, close: &str) {
        self.rich.html.push_str(open);
        self.children(node, place);
        self.rich.html.push_str(close);
    }

    fn block(&mut self, node: ElementRef<'_>, place: &Place, tag: &str, style: &str) {
        self.last = '\n';
        self.rich.text.push_str("\n\n");
        self.wrapped(node, place, &format!("<{tag} style=\"{style}\">"), &format!("</{tag}>"));
        self.rich.text.push_str("\n\n");
    }

    fn element(&mut self, node: ElementRef<'_>, place: &Place) {
        let (element, styles) = (node.value(), self.styles);
        match element.name() {
            "p" | "div" => self.block(node, place, "p", TEXT),
            "br" => {
                self.rich.html.push_str("<br>");
                self.rich.text.push('\n');
                self.last = '\n';
            }
            "strong" | "b" => self.wrapped(node, place, "<strong>", "</strong>"),
            "em" | "i" => self.wrapped(node, place, "<em>", "</em>"),
            "code" => {
                let was_code = std::mem::replace(&mut self.is_code, true);
                self.wrapped(node, place, &format!("<code style=\"{CODE}\">"), "</code>");
                self.is_code = was_code;
            }
            "a" => self.link(node, place),
            "ul" | "ol" => self.list(node, element.name(), place),
            "li" => self.item(node, place),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let below = usize::from(!self.is_deep && !matches!(element.name(), "h1" | "h2" | "h3"));
                let level = (self.heading + below).min(6);
                self.block(node, place, &format!("h{level}"), &styles.heading);
            }
            "blockquote" => self.block(node, place, "blockquote", &styles.quote),
            "table" => {
                self.rich.text.push_str("\n\n");
                self.wrapped(node, place, &format!("<table border=\"0\" style=\"{}\">", styles.table), "</table>");
                self.rich.text.push_str("\n\n");
            }
            "thead" => {
                let head = Place { in_head: true, ..place.clone() };
                self.wrapped(node, &head, "<thead>", "</thead>");
            }
            "tbody" => self.wrapped(node, place, "<tbody>", "</tbody>"),
            "tr" => {
                self.wrapped(node, place, "<tr>", "</tr>");
                self.rich.text.push('\n');
            }
            "th" => {
                self.last = '\n';
                let scope = if place.in_head { "col" } else { "row" };
                self.wrapped(node, place, &format!("<th scope=\"{scope}\" style=\"{}\">", styles.cell), "</th>");
                self.rich.text.push_str(" | ");
            }
            "td" => {
                self.last = '\n';
                self.wrapped(node, place, &format!("<td style=\"{}\">", styles.cell), "</td>");
                self.rich.text.push_str(" | ");
            }
            _ => self.children(node, place),
        }
    }

    fn link(&mut self, node: ElementRef<'_>, place: &Place) {
        let element = node.value();
        let Some(href) = element.attr("href") else { return self.children(node, place) };
        let lang = element.attr("hreflang").or(element.attr("lang"));
        let lang = lang.map_or_else(String::new, |lang| format!(" hreflang=\"{0}\" lang=\"{0}\"", escaped(lang)));
        let start = self.rich.text.len();
        self.wrapped(
            node,
            place,
            &format!("<a href=\"{}\"{lang} style=\"{}\">", escaped(href), self.styles.link),
            "</a>",
        );
        let shown = self.rich.text[start..].trim().to_owned();
        if href.strip_prefix("mailto:").unwrap_or(href) != shown {
            self.rich.text.extend([" (", href, ")"]);
        }
    }

    fn list(&mut self, node: ElementRef<'_>, tag: &str, place: &Place) {
        self.rich.text.push_str("\n\n");
        self.rich.html.extend(["<", tag, " style=\"", LIST, "\">"]);
        let mut number = 0;
        for child in node.children().filter_map(ElementRef::wrap) {
            number += 1;
            let own = (tag == "ol").then_some(number);
            self.element(child, &Place { depth: place.depth + 1, number: own, in_head: place.in_head });
        }
        self.rich.html.extend(["</", tag, ">"]);
        self.rich.text.push_str("\n\n");
    }

    fn item(&mut self, node: ElementRef<'_>, place: &Place) {
        let marker = place.number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
        let before = std::mem::take(&mut self.rich.text);
        self.last = '\n';
        self.wrapped(node, place, &format!("<li style=\"{ITEM}\">"), "</li>");
        let item = std::mem::replace(&mut self.rich.text, before);
        let item =
            item.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n  ");
        self.rich.text.extend(["\n", marker.as_str(), item.trim_start()]);
    }
}

/// White space as HTML reads it: one space, and non-breaking ones kept.
fn fold(text: &str) -> String {
    let is_space = |c: char| c == ' ' || c == '\n' || c == '\t' || c == '\r';
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_space(c) {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles() -> Styles {
        Styles::of(&Look::parse(include_str!("../../templates/look.toml"), None).unwrap())
    }

    fn check(html: &str, text: &str) {
        assert_eq!(rich(html, 4, false, &styles(), &mut str::to_owned).text, text);
    }

    #[test]
    fn plain_text_says_the_same_as_the_html() {
        check("<p>One <strong>two</strong>.</p>\n<p>Three</p>", "One two.\n\nThree");
        check("<ul>\n<li>a</li>\n<li><p>b</p></li>\n</ul>", "- a\n- b");
        check("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b");
        check("<p>See <a href=\"https://example.ca/x\">the guide</a>.</p>", "See the guide (https://example.ca/x).");
        check("<p><a href=\"mailto:info@example.ca\">info@example.ca</a></p>", "info@example.ca");
        check("<p>a<br>b</p>", "a\nb");
    }

    #[test]
    fn headings_go_below_their_story_and_text_is_escaped() {
        let rich = rich("<h3>A &lt; B</h3><p>x</p><h4>y</h4>", 4, false, &styles(), &mut str::to_owned);
        assert!(rich.html.starts_with("<h4 style") && rich.html.contains("A &lt; B") && rich.html.contains("<h5 "));
    }

    #[test]
    fn the_end_of_a_french_ordinal_is_raised_and_the_text_part_stays_as_it_is() {
        let raised = |text: &str, is_french| {
            let rich = rich(&format!("<p>{text}</p>"), 4, is_french, &styles(), &mut str::to_owned);
            assert_eq!(rich.text, text);
            rich.html.matches("<sup").count()
        };
        assert_eq!(raised("Le 1er mars, la 2e édition et le XXIe siècle (la 1re page).", true), 4);
        assert_eq!(raised("Ce guide de la Ve République, aux 3es Jeux.", true), 2);
        assert_eq!(raised("Le fichier a2e, https://example.ca/2e et Le 2e-4.", false), 0);
        assert_eq!(raised("Le fichier a2e et https://example.ca/2e.", true), 0);
    }

    #[test]
    fn a_sign_after_a_bold_word_or_a_link_is_mended_as_after_any_word() {
        let mend =
            |text: &str| crate::compose::mended(text, &crate::model::Lang::new("fr"), &mut |_, _| ()).into_owned();
        let text = |html: &str| rich(html, 4, true, &styles(), &mut |text| mend(text)).text;
        assert_eq!(text("<p>Le <strong>projet</strong> :</p>"), "Le projet\u{a0}:");
        assert_eq!(text("<p>Le <strong>projet</strong>: oui</p>"), "Le projet\u{a0}: oui");
        assert_eq!(text("<p>Le code <code>a: \"b\" ;</code></p>"), "Le code a: \"b\" ;");
        assert_eq!(text("<p>Un <em>mot</em> ! Deux</p>"), "Un mot! Deux");
        assert_eq!(text("<p>Un <em>mot</em> et deux</p>"), "Un mot et deux");
        assert_eq!(text("<p>Un mot</p><p>: deux</p>"), "Un mot\n\n: deux");
    }
}
