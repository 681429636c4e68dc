//! What every public page has around its content: its title, the way to the other languages, the office. Nothing on a page
//! runs, and nothing is loaded but one style sheet of ours.

use std::fmt::Write as _;

use super::Serve;
use crate::model::rich::escaped;
use crate::model::{Lang, PublicPage};

/// Where the style sheet of the pages lies.
pub(super) const STYLE: &str = "/pages.css";

/// A page without its frame.
pub(super) struct Content {
    /// Text.
    pub(super) title: String,
    /// HTML.
    pub(super) main: String,
    /// Whether a form on it has a mistake.
    pub(super) is_wrong: bool,
}

/// Where a page stands, in any language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) lang: Lang,
    /// None: somewhere else.
    pub(super) page: Option<PublicPage>,
    /// The link of a person, or nothing.
    pub(super) link: String,
}

impl Place {
    /// The page of the same kind and person in the same language.
    pub(super) fn to(&self, page: PublicPage, link: &str) -> Self {
        Self { lang: self.lang.clone(), page: Some(page), link: link.to_owned() }
    }
}

/// The words of a language, with what nearly every sentence names.
pub(super) struct Speaker<'a> {
    serve: &'a Serve,
    pub(super) lang: &'a Lang,
}

impl Speaker<'_> {
    /// A message as text. That all are there was seen when the program began.
    pub(super) fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// As [`Speaker::say`], with more arguments.
    pub(super) fn say_with(&self, key: &str, args: &[(&str, &str)]) -> String {
        let newsletter = &self.serve.newsletter;
        let (title, email) = (&newsletter.language(self.lang).title, &newsletter.organization.email);
        let all: Vec<(&str, &str)> =
            [("title", title.as_str()), ("email", email.as_str())].into_iter().chain(args.iter().copied()).collect();
        self.serve.templates.words(self.lang, key, &all).unwrap_or_else(|_| key.to_owned())
    }

    /// A message as HTML, in which the office's address is a link.
    pub(super) fn html(&self, key: &str) -> String {
        self.html_with(key, &[])
    }

    /// As [`Speaker::html`], with more arguments.
    pub(super) fn html_with(&self, key: &str, args: &[(&str, &str)]) -> String {
        let email = escaped(&self.serve.newsletter.organization.email);
        escaped(&self.say_with(key, args)).replace(&email, &format!("<a href=\"mailto:{email}\">{email}</a>"))
    }

    /// A paragraph.
    pub(super) fn paragraph(&self, key: &str) -> String {
        format!("<p>{}</p>\n", self.html(key))
    }
}

impl Serve {
    /// The words of a language.
    pub(super) const fn speaker<'a>(&'a self, lang: &'a Lang) -> Speaker<'a> {
        Speaker { serve: self, lang }
    }

    /// The path of a place, for links and forms.
    pub(super) fn path(&self, place: &Place) -> String {
        let (base, lang) = (&self.base, &place.lang);
        match place.page {
            None => format!("{base}/{lang}.html"),
            Some(page) if place.link.is_empty() => format!("{base}/{lang}/{}", page.path(lang)),
            Some(page) => format!("{base}/{lang}/{}/{}", page.path(lang), place.link),
        }
    }

    /// A whole page.
    pub(super) fn framed(&self, place: &Place, content: &Content) -> String {
        let words = self.speaker(&place.lang);
        let language = self.newsletter.language(&place.lang);
        let (tag, name, base) = (escaped(&language.tag), escaped(&language.title), &self.base);
        let mark = if content.is_wrong { words.say("serve_error") + " " } else { String::new() };
        let title = escaped(&format!("{mark}{} - {}", content.title, language.title));
        let home = if self.public.join(format!("{}.html", place.lang)).is_file() {
            self.path(&Place { page: None, ..place.clone() })
        } else {
            self.path(&place.to(PublicPage::Subscribe, ""))
        };
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
             <link rel=\"stylesheet\" href=\"{base}{STYLE}\">\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">{}</a>\n<header>\n<p><a href=\"{home}\">{name}</a>",
            words.html("site_skip")
        );
        // Writing to a String does not fail.
        for lang in self.newsletter.languages.iter().filter(|lang| **lang != place.lang) {
            let other = self.newsletter.language(lang);
            let (tag, label) = (escaped(&other.tag), escaped(&other.label));
            let path = self.path(&Place { lang: lang.clone(), ..place.clone() });
            let _ = write!(out, " <span><a href=\"{path}\" hreflang=\"{tag}\" lang=\"{tag}\">{label}</a></span>");
        }
        let heading = escaped(&content.title);
        let _ = write!(out, "</p>\n</header>\n<main id=\"main\">\n<h1>{heading}</h1>\n{}</main>\n", content.main);
        self.footer(&mut out, place);
        out
    }

    fn footer(&self, out: &mut String, place: &Place) {
        let (words, organization) = (self.speaker(&place.lang), &self.newsletter.organization);
        let name = escaped(organization.name.get(&place.lang).map_or("", String::as_str));
        let email = escaped(&organization.email);
        let privacy = self.path(&place.to(PublicPage::Privacy, ""));
        let _ = write!(
            out,
            "<footer>\n<p>{name}<br>{} <a href=\"mailto:{email}\">{email}</a><br><a href=\"{privacy}\">{}</a></p>\n\
             </footer>\n</body>\n</html>\n",
            words.html("write_to"),
            words.html("serve_privacy_title")
        );
    }
}
