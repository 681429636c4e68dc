//! What every page of the site has around its content: the way back, the other languages, the date, the office.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::{Maker, SiteFile, file};
use crate::archive::page::{Head, escaped, page};
use crate::model::Lang;

/// A page without its frame.
pub(super) struct Content<'a> {
    pub(super) lang: &'a Lang,
    /// From `public/`.
    pub(super) path: String,
    /// Text.
    pub(super) title: String,
    /// The name of the page in the trail; none: it is the first one.
    pub(super) crumb: Option<String>,
    /// Text, may be empty.
    pub(super) description: String,
    /// Where the same stands in each language, this one too.
    pub(super) twins: Vec<(&'a Lang, String)>,
    pub(super) modified: Option<Date>,
    /// A class of the main part.
    pub(super) class: &'static str,
    /// HTML.
    pub(super) main: String,
}

/// The path of one file of the site as seen from another.
pub(super) fn relative(from: &str, to: &str) -> String {
    let folders: Vec<&str> = from.split('/').collect();
    let folders = &folders[..folders.len() - 1];
    let parts: Vec<&str> = to.split('/').collect();
    let same = folders.iter().zip(&parts[..parts.len() - 1]).take_while(|(a, b)| a == b).count();
    format!("{}{}", "../".repeat(folders.len() - same), parts[same..].join("/"))
}

impl Maker<'_> {
    /// A whole page. Writing to a `String` does not fail.
    pub(super) fn framed(&self, content: &Content<'_>) -> SiteFile {
        let language = self.language(content.lang);
        let words = self.words(content.lang);
        let here = |to: &str| escaped(&relative(&content.path, to));
        let mut out = format!("<a class=\"skip\" href=\"#main\">{}</a>\n", escaped(&words.site_skip));
        let first = format!("{}.html", content.lang);
        let name = escaped(&language.title);
        let _ = write!(out, "<header>\n<p><a href=\"{}\">{name}</a>", here(&first));
        self.other_languages(&mut out, content);
        out.push_str("</p>\n</header>\n");
        if let Some(crumb) = &content.crumb {
            let _ = writeln!(
                out,
                "<nav class=\"trail\" aria-label=\"{}\"><ol><li><a href=\"{}\">{}</a></li><li aria-current=\"page\">{}</li></ol></nav>",
                escaped(&words.site_here),
                here(&first),
                escaped(&words.site_all),
                escaped(crumb)
            );
        }
        let class = if content.class.is_empty() { String::new() } else { format!(" class=\"{}\"", content.class) };
        let _ = write!(out, "<main id=\"main\"{class}>\n{}", content.main);
        if let Some(day) = content.modified {
            let (label, colon) = (escaped(&words.site_modified), escaped(&words.colon));
            let _ = writeln!(
                out,
                "<dl class=\"modified\"><dt>{label}{colon}</dt> <dd><time datetime=\"{day}\">{day}</time></dd></dl>"
            );
        }
        out.push_str("</main>\n");
        self.footer(&mut out, content.lang);
        let title = if content.title == language.title {
            escaped(&content.title)
        } else {
            escaped(&format!("{} - {}", content.title, language.title))
        };
        let more = self.links(content);
        let head = Head { lang: &language.tag, dir: "ltr", title: &title, style: self.site.style, more: &more };
        file(content.path.clone(), page(&head, &out))
    }

    /// The same page in the other languages, each in its own words.
    fn other_languages(&self, out: &mut String, content: &Content<'_>) {
        let others: Vec<String> = content
            .twins
            .iter()
            .filter(|(lang, _)| *lang != content.lang)
            .map(|(lang, path)| {
                let language = self.language(lang);
                let (tag, label) = (escaped(&language.tag), escaped(&language.label));
                let href = escaped(&relative(&content.path, path));
                format!("<a href=\"{href}\" hreflang=\"{tag}\" lang=\"{tag}\">{label}</a>")
            })
            .collect();
        if !others.is_empty() {
            let _ = write!(out, " <span>{}</span>", others.join(" | "));
        }
    }

    fn links(&self, content: &Content<'_>) -> String {
        let words = self.words(content.lang);
        let mut more = String::new();
        if !content.description.is_empty() {
            let _ = writeln!(more, "<meta name=\"description\" content=\"{}\">", escaped(&content.description));
        }
        if let Some(day) = content.modified {
            let _ = writeln!(more, "<meta name=\"dcterms.modified\" content=\"{day}\">");
        }
        if let Some(address) = self.address(&content.path) {
            let _ = writeln!(more, "<link rel=\"canonical\" href=\"{}\">", escaped(&address));
        }
        for (lang, path) in &content.twins {
            let href = self.address(path).unwrap_or_else(|| relative(&content.path, path));
            let (tag, href) = (escaped(&self.language(lang).tag), escaped(&href));
            let _ = writeln!(more, "<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{href}\">");
        }
        if self.in_language(content.lang).next().is_some() {
            let lang = content.lang;
            for (kind, path, name) in [
                ("application/atom+xml", format!("atom.{lang}.xml"), &words.site_atom),
                ("application/feed+json", format!("feed.{lang}.json"), &words.site_json),
            ] {
                let href = escaped(&relative(&content.path, &path));
                let _ = writeln!(
                    more,
                    "<link rel=\"alternate\" type=\"{kind}\" title=\"{}\" href=\"{href}\">",
                    escaped(name)
                );
            }
        }
        more
    }

    pub(super) fn footer(&self, out: &mut String, lang: &Lang) {
        let (words, organization) = (self.words(lang), &self.newsletter().organization);
        let name = escaped(organization.name.get(lang).map_or("", String::as_str));
        let email = escaped(&organization.email);
        let name = match organization.website.get(lang) {
            Some(url) if !name.is_empty() => format!("<a href=\"{}\">{name}</a>", escaped(url)),
            _ => name,
        };
        let _ = write!(
            out,
            "<footer>\n<p>{name}<br>{} <a href=\"mailto:{email}\">{email}</a></p>\n</footer>\n",
            escaped(&words.write_to)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_the_page_they_stand_on() {
        for (from, to, expected) in [
            ("en.html", "2026-12/en.html", "2026-12/en.html"),
            ("2026-12/en.html", "2026-12/fr.html", "fr.html"),
            ("2026-12/en.html", "en.html", "../en.html"),
            ("sections/policy/en.html", "2026-12/en.html", "../../2026-12/en.html"),
            ("sections/policy/en.html", "sections/tools/en.html", "../tools/en.html"),
        ] {
            assert_eq!(relative(from, to), expected);
        }
    }
}
