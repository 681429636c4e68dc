//! A page for the office of which each half is in one of the program's languages, that of the newsletter's first one first.

use std::fmt::Write as _;

use super::page::{Head, escaped, page};
use crate::model::{Lang, Newsletter, Speech, Words};

/// What stands around the halves.
pub(super) struct Halves<'a> {
    pub(super) newsletter: &'a Newsletter,
    /// Whose page it is: HTML.
    pub(super) names: &'a str,
    /// What the browser calls it: HTML.
    pub(super) title: &'a str,
    pub(super) heading: &'a Words,
    /// HTML; empty: it has none.
    pub(super) footer: &'a str,
    pub(super) style: &'a str,
}

impl Halves<'_> {
    /// The page, with what `half` writes in each language. Writing to a `String` does not fail.
    pub(super) fn page(&self, half: impl Fn(Speech, &mut String)) -> String {
        let speeches = speeches(self.newsletter);
        let links = speeches.map(|speech| {
            let (lang, label) = named(speech);
            format!("<a href=\"#{lang}\" lang=\"{lang}\" hreflang=\"{lang}\">{label}</a>")
        });
        let mut out = format!(
            "<header>\n<p><span>{}</span><span>{}</span></p>\n</header>\n<main>\n",
            self.names,
            links.join(" | ")
        );
        let heads = speeches
            .map(|speech| format!("<span lang=\"{}\">{}</span>", named(speech).0, escaped(self.heading.say(speech))));
        let _ = writeln!(out, "<h1>{}</h1>", heads.join(" / "));
        for speech in speeches {
            let (lang, label) = named(speech);
            let _ = writeln!(
                out,
                "<section id=\"{lang}\" lang=\"{lang}\" aria-labelledby=\"{lang}-h\">\n<h2 id=\"{lang}-h\">{label}</h2>"
            );
            half(speech, &mut out);
            out.push_str("</section>\n");
        }
        out.push_str("</main>\n");
        out.push_str(self.footer);
        page(&Head::of_office(named(speeches[0]).0, self.title, self.style), &out)
    }
}

/// The program's two languages, that of the newsletter's first one first.
pub(super) fn speeches(newsletter: &Newsletter) -> [Speech; 2] {
    let is_french_first = newsletter.languages.first().is_some_and(Lang::is_french);
    if is_french_first { [Speech::Fr, Speech::En] } else { [Speech::En, Speech::Fr] }
}

pub(super) fn named(speech: Speech) -> (&'static str, &'static str) {
    match speech {
        Speech::En => ("en", "English"),
        Speech::Fr => ("fr", "Français"),
    }
}
