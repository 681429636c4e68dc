//! An edition as a screen reader says it: headings with their level, links, lists, pictures by their text, and where the
//! language changes. What is hidden, and tables that only lay out, are passed over, as screen readers do.

use scraper::{ElementRef, Html};

use super::dom::{self, Step, push_collapsed};
use crate::model::Words;

/// Something that is said: what it is, then its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bit {
    /// What is announced before the text; none: it is text alone.
    pub role: Option<Words>,
    /// The text.
    pub text: String,
    /// The tag of its language.
    pub lang: String,
}

/// What is said, a line for each block.
pub fn heard(html: &str) -> Vec<Vec<Bit>> {
    let html = Html::parse_document(html);
    let mut ear = Ear::default();
    dom::walk(&html, &mut |step| match step {
        Step::Open(element) => ear.open(element),
        Step::Text(text) if ear.unheard == 0 => push_collapsed(&mut ear.now, text),
        Step::Text(_) => {}
        Step::Close(element) => ear.close(element),
    });
    ear.end_line();
    ear.lines
}

#[derive(Default)]
struct Ear {
    lines: Vec<Vec<Bit>>,
    line: Vec<Bit>,
    /// What is announced before the words that come next.
    role: Option<Words>,
    now: String,
    langs: Vec<String>,
    /// Inside how many elements that nobody hears we are.
    unheard: usize,
}

impl Ear {
    fn open(&mut self, element: ElementRef<'_>) {
        let tag = element.value().name();
        if self.unheard > 0 || is_unheard(element) {
            self.unheard += 1;
            return;
        }
        if dom::is_block(tag) {
            self.end_line();
        }
        if let Some(lang) = element.attr("lang") {
            self.end_bit();
            if self.langs.last().is_some_and(|last| last != lang) {
                self.say(words!("language: {lang}", "langue : {lang}"));
            }
            self.langs.push(lang.to_owned());
        }
        self.announce(element, tag);
    }

    fn announce(&mut self, element: ElementRef<'_>, tag: &str) {
        match tag {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = &tag[1..];
                self.role = Some(words!("heading level {level}", "titre de niveau {level}"));
            }
            "a" if element.attr("href").is_some() => {
                self.end_bit();
                self.role = Some(words!("link", "lien"));
            }
            "img" => self.picture(element),
            "ul" | "ol" => {
                let n = element.child_elements().filter(|item| item.value().name() == "li").count();
                self.say(words!("list with items: {n}", "liste, éléments : {n}"));
                self.end_line();
            }
            "li" => self.role = Some(words!("bullet", "puce")),
            "hr" => {
                self.say(words!("separator", "séparateur"));
                self.end_line();
            }
            "br" => self.now.push(' '),
            "table" if !is_layout(element) => {
                self.say(words!("table", "tableau"));
                self.end_line();
            }
            "th" if !self.now.is_empty() || self.role.is_none() => {
                self.role = Some(words!("header cell", "cellule d'en-tête"));
            }
            _ => {
                if let Some(label) = element.attr("aria-label") {
                    let kind = element.attr("role").unwrap_or(tag).to_owned();
                    self.say(words!("{kind}: {label}", "{kind} : {label}"));
                    self.end_line();
                }
            }
        }
    }

    /// A picture by its text; one that only decorates is passed over.
    fn picture(&mut self, element: ElementRef<'_>) {
        let alt = element.attr("alt").map(str::trim);
        if alt == Some("") {
            return;
        }
        let Some(alt) = alt else {
            self.say(words!("picture without a text", "image sans texte"));
            return;
        };
        self.end_bit();
        self.role = Some(words!("picture", "image"));
        self.now.push_str(alt);
        self.end_bit();
    }

    fn close(&mut self, element: ElementRef<'_>) {
        if self.unheard > 0 {
            self.unheard -= 1;
            return;
        }
        let tag = element.value().name();
        if tag == "a" {
            self.end_bit();
        }
        if element.attr("lang").is_some() {
            self.end_bit();
            self.langs.pop();
        }
        if dom::is_block(tag) {
            self.end_line();
        }
        if matches!(tag, "ul" | "ol") {
            self.say(words!("end of the list", "fin de la liste"));
            self.end_line();
        }
    }

    /// Announces something that has no text.
    fn say(&mut self, role: Words) {
        self.end_bit();
        let lang = self.langs.last().cloned().unwrap_or_default();
        self.line.push(Bit { role: Some(role), text: String::new(), lang });
    }

    fn end_bit(&mut self) {
        let text = std::mem::take(&mut self.now);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let lang = self.langs.last().cloned().unwrap_or_default();
        self.line.push(Bit { role: self.role.take(), text: text.to_owned(), lang });
    }

    fn end_line(&mut self) {
        self.end_bit();
        self.role = None;
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }
}

fn is_unheard(element: ElementRef<'_>) -> bool {
    let style = element.attr("style").unwrap_or("").replace(' ', "").to_lowercase();
    matches!(element.value().name(), "head" | "style" | "script" | "template")
        || element.attr("aria-hidden") == Some("true")
        || element.attr("hidden").is_some()
        || style.contains("display:none")
        || style.contains("visibility:hidden")
}

/// A table that lays out is none to a screen reader.
fn is_layout(element: ElementRef<'_>) -> bool {
    matches!(element.attr("role"), Some("presentation" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(html: &str) -> Vec<String> {
        let bit = |bit: &Bit| match &bit.role {
            Some(role) => format!("[{}] {}", role.en, bit.text).trim().to_owned(),
            None => bit.text.clone(),
        };
        heard(html).iter().map(|line| line.iter().map(bit).collect::<Vec<_>>().join(" / ")).collect()
    }

    #[test]
    fn what_is_read_aloud_has_its_role_and_what_is_hidden_is_silent() {
        let html = "<html lang=\"en-CA\"><body><div style=\"display: none\">Preheader</div>\
            <table role=\"presentation\"><tr><td><h2>News</h2><p>See <a href=\"https://example.ca/\">the guide</a> now.</p>\
            <ul><li>One</li><li>Two</li></ul><img src=\"x\" alt=\"A fox\"><img src=\"y\" alt=\"\"><p lang=\"fr\">Salut</p></td></tr></table></body></html>";
        assert_eq!(
            said(html),
            [
                "[heading level 2] News",
                "See / [link] the guide / now.",
                "[list with items: 2]",
                "[bullet] One",
                "[bullet] Two",
                "[end of the list]",
                "[picture] A fox",
                "[language: fr] / Salut",
            ]
        );
        assert_eq!(
            said("<img src=\"x\"><table><tr><th>When</th></tr></table>"),
            ["[picture without a text]", "[table]", "[header cell] When"]
        );
    }
}
