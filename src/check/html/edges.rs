//! Lines that a mail draws: borders of buttons, cells, headings and boxes, with what lies on both sides of each, in the
//! light and in the dark scheme (WCAG 2.1, 1.4.11). A line in the colour of its ground only makes space, and is none.

use scraper::ElementRef;

use super::contrast::{Colour, contrast};
use super::css::Declaration;

/// A wider line is a band of colour, and a line beside a box is its ornament: both are there to look at.
const RULE_PX_MAX: f64 = 4.0;
/// Below this a line cannot be seen, and is there to make space.
const SEEN_MIN: f64 = 1.1;

/// A line that an element draws.
pub(crate) struct Edge {
    pub(crate) story: Option<String>,
    pub(crate) kind: EdgeKind,
    pub(crate) light: Sight,
    pub(crate) dark: Sight,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EdgeKind {
    /// Shows that words can be followed.
    Button,
    /// Parts one thing from another: a rule, the grid of a table of data.
    Line,
    /// Goes around a box, which would be one without it.
    Frame,
    /// A bar beside a box, a band of colour: means nothing.
    Ornament,
}

/// A line as it is seen: its colour, that of the element, and that around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sight {
    pub(crate) ink: Colour,
    pub(crate) inside: Colour,
    pub(crate) outside: Colour,
}

impl Sight {
    /// How far the line stands out, on the side where it does more.
    pub(crate) fn ratio(&self) -> f64 {
        contrast(self.ink, self.inside).max(contrast(self.ink, self.outside))
    }

    /// Whether it is meant to be seen.
    pub(crate) fn is_drawn(&self) -> bool {
        self.ratio() >= SEEN_MIN
    }
}

/// What is declared of one side: its width in px, whether its style draws, its colour; a colour that nobody names is that
/// of the text, one that lets all through is none.
#[derive(Debug, Clone, Copy, Default)]
struct Side {
    width: Option<f64>,
    is_styled: bool,
    ink: Option<Colour>,
    is_clear: bool,
}

/// The borders of an element, from the top clockwise.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Borders([Side; 4]);

impl Borders {
    /// Takes in a declaration; others than of borders are passed over.
    pub(super) fn apply(&mut self, (property, value, _): &Declaration) {
        let Some(rest) = property.strip_prefix("border") else { return };
        let names = ["-top", "-right", "-bottom", "-left"];
        let side = names.iter().position(|name| rest.starts_with(name));
        let what = side.map_or(rest, |index| &rest[names[index].len()..]);
        let parts = parts(value);
        for (index, own) in self.0.iter_mut().enumerate().filter(|(index, _)| side.is_none_or(|only| only == *index)) {
            // `border-color: a b`: a above and below, b on both sides.
            let one = match (side, parts.len()) {
                (Some(_), _) | (None, 0 | 1) => parts.first(),
                (None, 2) => parts.get(index % 2),
                (None, n) => parts.get(index.min(n - 1)).or(parts.get(1)),
            };
            match what {
                "" => {
                    *own = Side::default();
                    for part in &parts {
                        own.take(part);
                    }
                }
                "-color" | "-width" | "-style" => {
                    if let Some(part) = one {
                        own.take(part);
                    }
                }
                _ => {}
            }
        }
    }

    /// The colour of each side that is drawn.
    fn drawn(&self, text: Colour) -> impl Iterator<Item = Colour> {
        self.0.into_iter().filter(Side::is_drawn).map(move |side| side.ink.unwrap_or(text))
    }

    /// What the lines of an element do.
    pub(super) fn kind(&self, element: ElementRef<'_>) -> EdgeKind {
        let tag = element.value().name();
        if is_link(element) || (matches!(tag, "td" | "table" | "div" | "p" | "span") && is_all_link(element)) {
            return EdgeKind::Button;
        }
        let is_layout = |table: &ElementRef<'_>| matches!(table.attr("role"), Some("presentation" | "none"));
        let mut above = element.ancestors().filter_map(ElementRef::wrap);
        if matches!(tag, "td" | "th")
            && above.find(|it| it.value().name() == "table").is_some_and(|table| !is_layout(&table))
        {
            return EdgeKind::Line;
        }
        let is_rule = |side: &Side| side.is_drawn() && side.width.unwrap_or(3.0) <= RULE_PX_MAX;
        let [top, _, bottom, _] = &self.0;
        match self.0.iter().filter(|side| side.is_drawn()).count() {
            4 => EdgeKind::Frame,
            _ if is_rule(top) || is_rule(bottom) => EdgeKind::Line,
            _ => EdgeKind::Ornament,
        }
    }

    /// The colour that stands out least, which is the line's.
    pub(super) fn faintest(&self, text: Colour, ground: Colour) -> Option<Colour> {
        self.drawn(text).min_by(|a, b| contrast(*a, ground).total_cmp(&contrast(*b, ground)))
    }
}

impl Side {
    fn is_drawn(&self) -> bool {
        self.is_styled && !self.is_clear && self.width.unwrap_or(3.0) > 0.0
    }

    fn take(&mut self, part: &str) {
        match part {
            "none" | "hidden" => self.is_styled = false,
            "solid" | "dashed" | "dotted" | "double" | "groove" | "ridge" | "inset" | "outset" => self.is_styled = true,
            "transparent" => self.is_clear = true,
            "thin" | "medium" | "thick" => self.width = Some(3.0),
            _ => {
                let number = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                if let Ok(width) = number.parse() {
                    self.width = Some(width);
                } else if let Some(ink) = Colour::parse(part) {
                    (self.ink, self.is_clear) = (Some(ink), false);
                }
            }
        }
    }
}

/// The parts of a value; the spaces within `rgb( … )` part nothing.
fn parts(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if depth > 0 || !c.is_whitespace() => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn is_link(element: ElementRef<'_>) -> bool {
    element.value().name() == "a" && element.attr("href").is_some()
}

/// Whether all words of an element are one link's.
fn is_all_link(element: ElementRef<'_>) -> bool {
    let n = |element: ElementRef<'_>| -> usize {
        element.text().map(|text| text.chars().filter(|c| !c.is_whitespace()).count()).sum()
    };
    let links: Vec<_> = element.descendent_elements().filter(|it| is_link(*it)).collect();
    let [link] = links.as_slice() else { return false };
    n(*link) > 0 && n(*link) == n(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(style: &str) -> Vec<String> {
        let mut borders = Borders::default();
        for declaration in super::super::css::declarations(style) {
            borders.apply(&declaration);
        }
        borders.drawn(Colour::BLACK).map(Colour::hex).collect()
    }

    #[test]
    fn borders_are_read_as_a_browser_reads_them() {
        let none: [&str; 0] = [];
        assert_eq!(of("border:1px solid #ccc"), ["#cccccc"; 4]);
        assert_eq!(of("border-bottom:3px solid rgb(1, 2, 3)"), ["#010203"]);
        assert_eq!(of("border:0"), none);
        assert_eq!(of("border:2px solid #ccc;border:none"), none);
        assert_eq!(of("border-width:0 0 1px 0;border-style:solid;border-color:red"), ["#ff0000"]);
        assert_eq!(of("border:1px solid transparent"), none);
        assert_eq!(of("border-left:4px solid"), ["#000000"]);
        assert_eq!(of("border-collapse:collapse;border-radius:4px"), none);
        assert_eq!(of("border:1px solid red;border-top-color:blue"), ["#0000ff", "#ff0000", "#ff0000", "#ff0000"]);
    }
}
