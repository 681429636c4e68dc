//! One composed mail, parsed once: its blocks of text with language and story, and every run of text with the ink,
//! the ground and the size with which a mail program would show it, in the light and in the dark scheme.
//!
//! The cascade is as much of CSS as mail templates use: style blocks in order, `!important`, inline styles, `bgcolor`
//! and `color` attributes. Comments, and with them everything for Outlook alone, are passed over.

use std::collections::HashMap;
use std::rc::Rc;

use scraper::{ElementRef, Html, Selector};

use super::contrast::Colour;
use super::dom::{self, Block, BlockBuilder, Step};
use super::language;
use crate::model::{Edition, Issue, Lang, Newsletter, Story};

/// One composed mail.
pub(super) struct Sheet<'a> {
    pub(super) edition: &'a Edition,
    pub(super) html: Html,
    /// Blocks of text, in reading order.
    pub(super) blocks: Vec<Placed<'a>>,
    /// Runs of text, in reading order.
    pub(super) runs: Vec<Run>,
    /// The story of each picture, in reading order.
    pub(super) pictures: Vec<Option<String>>,
    /// The declarations of its inline styles, those of styles that are alike once: name, value, whether important.
    pub(super) inline: Vec<Declaration>,
}

/// Name, value, and whether it is important.
pub(super) type Declaration = (String, String, bool);

/// A block of text of a mail.
pub(super) struct Placed<'a> {
    pub(super) block: Block,
    pub(super) lang: Option<Lang>,
    /// The story in which it stands.
    pub(super) story: Option<String>,
    /// The same, as the issue has it.
    pub(super) of: Option<&'a Story>,
    /// Whether it is shown.
    pub(super) is_shown: bool,
    /// Whether it is plainly in another language than it says: rules of language then say nothing.
    pub(super) is_strange: bool,
}

/// A run of text in one style.
pub(super) struct Run {
    pub(super) text: String,
    pub(super) story: Option<String>,
    pub(super) style: Style,
    /// Ink and ground when the reader's system is dark.
    pub(super) dark: (Colour, Colour),
}

/// What is known of how text is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of CSS that is on or off")]
pub(super) struct Style {
    pub(super) ink: Colour,
    pub(super) ground: Colour,
    pub(super) size_px: f64,
    /// As a multiple of the size.
    pub(super) line_height: Option<f64>,
    pub(super) is_bold: bool,
    pub(super) is_justified: bool,
    pub(super) is_underlined: bool,
    pub(super) is_shown: bool,
    pub(super) in_link: bool,
    pub(super) in_heading: bool,
}

impl Style {
    const START: Self = Self {
        ink: Colour::BLACK,
        ground: Colour::WHITE,
        size_px: 16.0,
        line_height: None,
        is_bold: false,
        is_justified: false,
        is_underlined: false,
        is_shown: true,
        in_link: false,
        in_heading: false,
    };
}

/// One rule of a style block.
pub(super) struct CssRule {
    selector: Selector,
    /// What an element must be for the selector to match; asked first.
    tail: Tail,
    declarations: Vec<Declaration>,
    /// Holds in the dark scheme alone.
    is_dark: bool,
}

/// The tag or the class that ends a selector.
enum Tail {
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

    fn may_be(&self, element: ElementRef<'_>) -> bool {
        match self {
            Self::Tag(tag) => element.value().name() == tag,
            Self::Class(class) => {
                element.attr("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
            }
            Self::Any => true,
        }
    }
}

impl<'a> Sheet<'a> {
    /// Reads a mail.
    pub(super) fn new(edition: &'a Edition, issue: &'a Issue, newsletter: &Newsletter) -> Self {
        let html = Html::parse_document(&edition.html);
        let css = css_rules(&style_text(&html));
        let mut reader = SheetReader {
            css: &css,
            anchors: issue.stories().map(|story| story.id.as_str().to_owned()).collect(),
            tags: newsletter.language.iter().map(|(lang, entry)| (entry.tag.to_lowercase(), lang.clone())).collect(),
            stack: Vec::new(),
            story: None,
            builder: BlockBuilder::default(),
            blocks_meta: Vec::new(),
            runs: Vec::new(),
            pictures: Vec::new(),
            inline: HashMap::new(),
        };
        dom::walk(&html, &mut |step| reader.step(&step));
        let (runs, meta, pictures) = (reader.runs, reader.blocks_meta, reader.pictures);
        let mut inline: Vec<Declaration> =
            reader.inline.into_values().flat_map(|style| style.iter().cloned().collect::<Vec<_>>()).collect();
        inline.sort();
        inline.dedup();
        let blocks = reader.builder.finish();
        let blocks = blocks
            .into_iter()
            .zip(meta.into_iter().chain(std::iter::repeat((None, None, true))))
            .map(|(block, (lang, story, is_shown))| {
                let is_strange = lang.as_ref().is_some_and(|lang| language::strange(&block.text, lang).is_some());
                let of = story.as_deref().and_then(|id| issue.stories().find(|story| story.id.as_str() == id));
                Placed { block, lang, story, of, is_shown, is_strange }
            })
            .collect();
        Self { edition, html, blocks, runs, pictures, inline }
    }

    /// The mail's elements that a selector of ours takes.
    pub(super) fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("selectors of rules are tested");
        self.html.select(&selector).collect()
    }

    /// The edition's name.
    pub(super) fn id(&self) -> &str {
        self.edition.id.as_str()
    }
}

/// The text of all style blocks of a mail.
pub(super) fn style_text(html: &Html) -> String {
    let selector = Selector::parse("style").expect("a fixed selector");
    html.select(&selector).flat_map(|style| style.text().collect::<Vec<_>>()).collect::<Vec<_>>().join("\n")
}

/// What is known at one depth of the walk.
struct Level {
    style: Style,
    dark: (Colour, Colour),
    lang: Option<Lang>,
    is_silent: bool,
}

/// Language, story and whether it is shown, of each block as it ends.
type BlockMeta = (Option<Lang>, Option<String>, bool);

/// The state of one walk through a mail.
struct SheetReader<'c> {
    css: &'c [CssRule],
    anchors: Vec<String>,
    tags: HashMap<String, Lang>,
    stack: Vec<Level>,
    story: Option<String>,
    builder: BlockBuilder,
    blocks_meta: Vec<BlockMeta>,
    runs: Vec<Run>,
    pictures: Vec<Option<String>>,
    /// Inline styles that were read: templates say the same to many elements.
    inline: HashMap<String, Rc<[Declaration]>>,
}

impl SheetReader<'_> {
    fn step(&mut self, step: &Step<'_>) {
        // A block that ends at this step stood in what was known before it.
        let before = self.meta();
        match step {
            Step::Open(element) => {
                self.builder.step(step);
                self.note_blocks(&before);
                self.open(*element);
            }
            Step::Text(text) => {
                self.builder.step(step);
                self.run(text);
            }
            Step::Close(_) => {
                self.builder.step(step);
                self.note_blocks(&before);
                self.stack.pop();
            }
        }
    }

    fn meta(&self) -> BlockMeta {
        let level = self.stack.last();
        (level.and_then(|level| level.lang.clone()), self.story.clone(), level.is_none_or(|level| level.style.is_shown))
    }

    fn note_blocks(&mut self, meta: &BlockMeta) {
        while self.blocks_meta.len() < self.builder.count() {
            self.blocks_meta.push(meta.clone());
        }
    }

    fn open(&mut self, element: ElementRef<'_>) {
        if let Some(id) = element.attr("id").or_else(|| element.attr("name")) {
            let is_for = |anchor: &&String| {
                id == *anchor || id.strip_suffix(anchor.as_str()).is_some_and(|rest| rest.ends_with(['-', '_']))
            };
            self.story = self.anchors.iter().find(is_for).cloned();
        }
        if element.value().name() == "img" {
            self.pictures.push(self.story.clone());
        }
        let parent = self.stack.last();
        let mut level = Level {
            style: parent.map_or(Style::START, |level| level.style),
            dark: parent.map_or((Colour::BLACK, Colour::WHITE), |level| level.dark),
            lang: parent.and_then(|level| level.lang.clone()),
            is_silent: parent.is_some_and(|level| level.is_silent),
        };
        if let Some(tag) = element.attr("lang") {
            level.lang = Some(self.language(tag));
        }
        let tag = element.value().name();
        level.is_silent |= matches!(tag, "style" | "script" | "title" | "head");
        let style = &mut level.style;
        match tag {
            "a" if element.attr("href").is_some() => {
                style.in_link = true;
                style.is_underlined = true;
                style.ink = Colour([0, 0, 238]);
                level.dark.0 = style.ink;
            }
            "strong" | "b" | "th" => style.is_bold = true,
            "small" => style.size_px *= 5.0 / 6.0,
            "font" => {
                if let Some(size) = element.attr("size").and_then(|size| size.parse::<usize>().ok()) {
                    style.size_px = [10.0, 10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0].get(size).copied().unwrap_or(16.0);
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                style.in_heading = true;
                style.is_bold = true;
            }
            _ => {}
        }
        self.cascade(element, &mut level);
        self.stack.push(level);
    }

    /// Applies attributes, style blocks, the inline style, then what is important, first light and then dark.
    fn cascade(&mut self, element: ElementRef<'_>, level: &mut Level) {
        for (attribute, property) in [("bgcolor", "background-color"), ("color", "color"), ("align", "text-align")] {
            if let Some(value) = element.attr(attribute) {
                apply(&mut level.style, property, value);
            }
        }
        let matching: Vec<&CssRule> =
            self.css.iter().filter(|rule| rule.tail.may_be(element) && rule.selector.matches(&element)).collect();
        let inline = self.inline(element.attr("style").unwrap_or(""));
        let normal = |important: bool| {
            let sheet = matching.iter().filter(|rule| !rule.is_dark).flat_map(|rule| &rule.declarations);
            sheet.chain(inline.iter()).filter(move |(_, _, is)| *is == important)
        };
        let mut own = (None, None);
        for (property, value, _) in normal(false).chain(normal(true)) {
            apply(&mut level.style, property, value);
            note_colours(&mut own, property, value);
        }
        if let Some(value) = element.attr("bgcolor") {
            own.1 = own.1.or(Colour::parse(value));
        }
        for (property, value, _) in matching.iter().filter(|rule| rule.is_dark).flat_map(|rule| &rule.declarations) {
            note_colours(&mut own, property, value);
        }
        level.dark = (own.0.unwrap_or(level.dark.0), own.1.unwrap_or(level.dark.1));
    }

    fn inline(&mut self, style: &str) -> Rc<[Declaration]> {
        if let Some(known) = self.inline.get(style) {
            return Rc::clone(known);
        }
        let read: Rc<[Declaration]> = declarations(style).into();
        self.inline.insert(style.to_owned(), Rc::clone(&read));
        read
    }

    fn run(&mut self, text: &str) {
        let Some(level) = self.stack.last() else { return };
        if level.is_silent || !level.style.is_shown || !text.chars().any(|c| !c.is_whitespace() && c != '\u{200c}') {
            return;
        }
        let (story, style, dark) = (self.story.clone(), level.style, level.dark);
        self.runs.push(Run { text: text.trim().to_owned(), story, style, dark });
    }

    fn language(&self, tag: &str) -> Lang {
        let tag = tag.to_lowercase();
        let short = || Lang::new(tag.split('-').next().unwrap_or(&tag));
        self.tags.get(&tag).cloned().unwrap_or_else(short)
    }
}

fn note_colours(own: &mut (Option<Colour>, Option<Colour>), property: &str, value: &str) {
    match property {
        "color" => own.0 = Colour::parse(value).or(own.0),
        "background-color" | "background" => own.1 = background(value).or(own.1),
        _ => {}
    }
}

fn background(value: &str) -> Option<Colour> {
    Colour::parse(value).or_else(|| value.split_whitespace().find_map(Colour::parse))
}

fn apply(style: &mut Style, property: &str, value: &str) {
    match property {
        "color" => style.ink = Colour::parse(value).unwrap_or(style.ink),
        "background-color" | "background" => style.ground = background(value).unwrap_or(style.ground),
        "font-size" => style.size_px = pixels(value, style.size_px).unwrap_or(style.size_px),
        // `bold 12px/1.2 Arial, sans-serif`: what is before the families.
        "font" => {
            for part in value.split_whitespace().take_while(|part| !part.contains(',')) {
                let (size, spacing) = part.split_once('/').unwrap_or((part, ""));
                if let Some(px) = pixels(size, style.size_px) {
                    style.size_px = px;
                    style.line_height = spacing.parse().ok().or(style.line_height);
                }
            }
        }
        "font-weight" => style.is_bold = value == "bold" || value.parse::<u32>().is_ok_and(|weight| weight >= 600),
        "line-height" => {
            let factor = value.parse::<f64>().ok();
            let part =
                value.strip_suffix('%').and_then(|part| part.trim().parse::<f64>().ok()).map(|part| part / 100.0);
            let fixed = || pixels(value, style.size_px).filter(|_| style.size_px > 0.0).map(|px| px / style.size_px);
            style.line_height = factor.or(part).or_else(fixed);
        }
        "text-align" => style.is_justified = value == "justify",
        "text-decoration" | "text-decoration-line" => style.is_underlined = value.contains("underline"),
        "display" if value == "none" => style.is_shown = false,
        "visibility" if value == "hidden" => style.is_shown = false,
        // Text that lets its ground through is nearer to it.
        "opacity" => {
            if let Ok(part) = value.parse::<f64>() {
                style.ink = style.ink.over(style.ground, part);
            }
        }
        _ => {}
    }
}

fn pixels(value: &str, parent: f64) -> Option<f64> {
    let number = |suffix: &str| value.strip_suffix(suffix).and_then(|number| number.trim().parse::<f64>().ok());
    let keyword = match value {
        "xx-small" => Some(9.0),
        "x-small" => Some(10.0),
        "small" => Some(13.0),
        "medium" => Some(16.0),
        "large" => Some(18.0),
        "smaller" => Some(parent / 1.2),
        _ => None,
    };
    number("px")
        .or(keyword)
        .or_else(|| number("pt").map(|pt| pt * 4.0 / 3.0))
        .or_else(|| number("rem").map(|rem| rem * 16.0))
        .or_else(|| number("em").map(|em| em * parent))
        .or_else(|| number("%").map(|part| part * parent / 100.0))
}

/// `color: #333; margin: 0 !important` as names, values and whether they are important.
pub(super) fn declarations(text: &str) -> Vec<Declaration> {
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
fn css_rules(css: &str) -> Vec<CssRule> {
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

pub(super) fn without_comments(css: &str) -> String {
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
