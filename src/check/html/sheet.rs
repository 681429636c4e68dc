//! One composed mail, parsed once: its blocks of text with language and story, and every run of text with the ink,
//! the ground and the size with which a mail program would show it, in the light and in the dark scheme.
//!
//! The cascade is as much of CSS as mail templates use: style blocks in order, `!important`, inline styles, `bgcolor`
//! and `color` attributes. Comments, and with them everything for Outlook alone, are passed over.

use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

use scraper::{ElementRef, Html, Selector};

use super::contrast::Colour;
use super::css::{CssRule, Declaration, css_rules, declarations, style_text};
use super::dom::{self, Block, BlockBuilder, Step};
use super::edges::{Borders, Edge, Sight};
use crate::check::text::language;
use crate::model::{Edition, Issue, Lang, Newsletter, Story};

/// One composed mail.
pub(crate) struct Sheet<'a> {
    pub(crate) edition: &'a Edition,
    /// The words of its `<style>` elements.
    pub(crate) style: String,
    /// Blocks of text, in reading order.
    pub(crate) blocks: Vec<Placed<'a>>,
    /// Runs of text, in reading order.
    pub(crate) runs: Vec<Run>,
    /// Lines that are drawn, in reading order.
    pub(crate) edges: Vec<Edge>,
    /// The story of each picture, in reading order.
    pub(crate) pictures: Vec<Option<String>>,
    /// The declarations of its inline styles, those of styles that are alike once: name, value, whether important.
    pub(crate) inline: Vec<Declaration>,
}

/// A mail with its tree of elements, which stays with the thread that made it.
pub(crate) struct Page<'p> {
    pub(crate) sheet: &'p Sheet<'p>,
    pub(crate) html: Html,
}

impl Page<'_> {
    /// The mail's elements that a selector of ours takes.
    pub(crate) fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("selectors of rules are tested");
        self.html.select(&selector).collect()
    }
}

impl<'p> Deref for Page<'p> {
    type Target = Sheet<'p>;

    fn deref(&self) -> &Sheet<'p> {
        self.sheet
    }
}

/// A block of text of a mail.
pub(crate) struct Placed<'a> {
    pub(crate) block: Block,
    pub(crate) lang: Option<Lang>,
    /// The story in which it stands.
    pub(crate) story: Option<String>,
    /// The same, as the issue has it.
    pub(crate) of: Option<&'a Story>,
    /// Whether it is shown.
    pub(crate) is_shown: bool,
    /// Whether it is plainly in another language than it says: rules of language then say nothing.
    pub(crate) is_strange: bool,
}

/// A run of text in one style.
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) story: Option<String>,
    pub(crate) style: Style,
    /// Ink and ground when the reader's system is dark.
    pub(crate) dark: (Colour, Colour),
    /// What lies around the ground, in the light and in the dark scheme.
    pub(crate) around: (Colour, Colour),
    /// Whether a line that can be seen goes around that ground.
    pub(crate) is_edged: bool,
}

/// What is known of how text is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of CSS that is on or off")]
pub(crate) struct Style {
    pub(crate) ink: Colour,
    pub(crate) ground: Colour,
    /// How much of the ink covers its ground, 0 to 1: that of the element and of all around it.
    pub(crate) part: f64,
    pub(crate) size_px: f64,
    /// As a multiple of the size.
    pub(crate) line_height: Option<f64>,
    pub(crate) is_bold: bool,
    pub(crate) is_justified: bool,
    pub(crate) is_underlined: bool,
    pub(crate) is_shown: bool,
    pub(crate) in_link: bool,
    pub(crate) in_heading: bool,
}

impl Style {
    const START: Self = Self {
        ink: Colour::BLACK,
        ground: Colour::WHITE,
        part: 1.0,
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

impl<'a> Sheet<'a> {
    /// Reads a mail, and gives its tree beside what was read.
    pub(crate) fn read(edition: &'a Edition, issue: &'a Issue, newsletter: &Newsletter) -> (Self, Html) {
        let html = Html::parse_document(&edition.html);
        let style = style_text(&html);
        let css = css_rules(&style);
        let mut reader = SheetReader {
            css: &css,
            anchors: issue.stories().map(|story| story.id.as_str().to_owned()).collect(),
            tags: newsletter.language.iter().map(|(lang, entry)| (entry.tag.to_lowercase(), lang.clone())).collect(),
            stack: Vec::new(),
            story: None,
            builder: BlockBuilder::default(),
            blocks_meta: Vec::new(),
            runs: Vec::new(),
            edges: Vec::new(),
            pictures: Vec::new(),
            inline: HashMap::new(),
        };
        dom::walk(&html, &mut |step| reader.step(&step));
        let (runs, meta, pictures, edges) = (reader.runs, reader.blocks_meta, reader.pictures, reader.edges);
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
        (Self { edition, style, blocks, runs, edges, pictures, inline }, html)
    }

    /// The edition's name.
    pub(crate) fn id(&self) -> &str {
        self.edition.id.as_str()
    }
}

/// What is known at one depth of the walk.
struct Level {
    style: Style,
    dark: (Colour, Colour),
    /// What lies around the ground, light and dark.
    around: (Colour, Colour),
    /// Whether a line that can be seen goes around that ground.
    is_edged: bool,
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
    edges: Vec<Edge>,
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
            around: parent.map_or((Colour::WHITE, Colour::WHITE), |level| level.around),
            is_edged: parent.is_some_and(|level| level.is_edged),
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
        let outside = (level.style.ground, level.dark.1);
        let mut borders = Borders::default();
        for declaration @ (property, value, _) in normal(false).chain(normal(true)) {
            apply(&mut level.style, property, value);
            note_colours(&mut own, property, value);
            borders.apply(declaration);
        }
        if let Some(value) = element.attr("bgcolor") {
            own.1 = own.1.or(Colour::parse(value));
        }
        let light = borders;
        for declaration @ (property, value, _) in
            matching.iter().filter(|rule| rule.is_dark).flat_map(|rule| &rule.declarations)
        {
            note_colours(&mut own, property, value);
            borders.apply(declaration);
        }
        level.dark = (own.0.unwrap_or(level.dark.0), own.1.unwrap_or(level.dark.1));
        self.edge(element, level, outside, [light, borders]);
    }

    /// Notes the lines of an element, and what lies around its ground when it has one of its own.
    fn edge(
        &mut self,
        element: ElementRef<'_>,
        level: &mut Level,
        outside: (Colour, Colour),
        [borders, in_dark]: [Borders; 2],
    ) {
        let inside = (level.style.ground, level.dark.1);
        if inside != outside {
            (level.around, level.is_edged) = (outside, false);
        }
        let inks = (borders.faintest(level.style.ink, outside.0), in_dark.faintest(level.dark.0, outside.1));
        if let ((Some(ink), Some(dark)), true) = (inks, level.style.is_shown) {
            let light = Sight { ink, inside: inside.0, outside: outside.0 };
            let dark = Sight { ink: dark, inside: inside.1, outside: outside.1 };
            level.is_edged |= light.is_drawn();
            self.edges.push(Edge { story: self.story.clone(), kind: borders.kind(element), light, dark });
        }
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
        let (story, mut style, dark) = (self.story.clone(), level.style, level.dark);
        style.ink = style.ink.over(style.ground, style.part);
        let (around, is_edged) = (level.around, level.is_edged);
        self.runs.push(Run { text: text.trim().to_owned(), story, style, dark, around, is_edged });
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
        "color" => style.ink = Colour::parse_over(value, style.ground).unwrap_or(style.ink),
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
                style.part *= part.clamp(0.0, 1.0);
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
