//! Pages that lead to issues: the index of a language by year, the pages of sections, and the first page, which offers the
//! languages.

use std::fmt::Write as _;

use super::frame::{Content, relative};
use super::issue::path;
use super::{Maker, SiteFile, calendar_file, file, listed};
use crate::archive::page::{Head, escaped, page};
use crate::model::{IssueId, Lang, Texts, WebHalf};

fn section_path(id: &str, lang: &Lang) -> String {
    format!("sections/{id}/{lang}.html")
}

impl Maker<'_> {
    /// The index of a language. Writing to a `String` does not fail.
    pub(super) fn index(&self, lang: &Lang) -> SiteFile {
        let (language, words) = (self.language(lang), self.words(lang));
        let mut main = format!("<h1>{}</h1>\n", escaped(&language.title));
        if !language.tagline.is_empty() {
            let _ = writeln!(main, "<p class=\"lead\">{}</p>", escaped(&language.tagline));
        }
        self.latest(&mut main, lang);
        let mut year = None;
        for (past, half) in self.in_language(lang) {
            let of = past.web.issue.year();
            if year != Some(of) {
                main.push_str(if year.is_some() { "</ul>\n" } else { "" });
                let _ = writeln!(main, "<h2 id=\"y{of}\">{of}</h2>\n<ul class=\"issues\">");
                year = Some(of);
            }
            main.push_str(&self.item(&past.web.issue, half, &path(past, lang), true));
        }
        if year.is_some() {
            main.push_str("</ul>\n");
        } else {
            let _ = writeln!(main, "<p>{}</p>", escaped(&words.site_none));
        }
        self.ways(&mut main, lang);
        let languages = &self.newsletter().languages;
        self.framed(&Content {
            lang,
            path: format!("{lang}.html"),
            title: language.title.clone(),
            crumb: None,
            description: language.tagline.clone(),
            twins: languages.iter().map(|lang| (lang, format!("{lang}.html"))).collect(),
            modified: self.newest(),
            class: "",
            main,
        })
    }

    fn latest(&self, out: &mut String, lang: &Lang) {
        let Some((past, half)) = self.in_language(lang).next() else { return };
        let words = self.words(lang);
        let (href, name) = (path(past, lang), listed(half, words));
        let (label, colon) = (escaped(&words.site_latest), escaped(&words.colon));
        let _ = writeln!(
            out,
            "<div class=\"box\"><p><strong>{label}{colon}</strong> <a href=\"{href}\">{name}</a></p></div>"
        );
    }

    /// An issue in a list; `href` is where it stands.
    fn item(&self, id: &IssueId, half: &WebHalf, href: &str, with_preheader: bool) -> String {
        let words = self.words(&half.lang);
        let name = listed(half, words);
        let mark = self
            .corrected_by(id)
            .map_or_else(String::new, |_| format!(" <strong>({})</strong>", escaped(&words.site_correction)));
        let about = if with_preheader && !half.preheader.is_empty() {
            format!("<br><span class=\"soft\">{}</span>", escaped(&half.preheader))
        } else {
            String::new()
        };
        format!("<li><a href=\"{}\">{name}</a>{mark}{about}</li>\n", escaped(href))
    }

    /// Sections, and ways to follow.
    fn ways(&self, out: &mut String, lang: &Lang) {
        let words = self.words(lang);
        let sections = self.sections(lang);
        if !sections.is_empty() {
            let _ = writeln!(out, "<h2>{}</h2>\n<ul class=\"names\">", escaped(&words.site_sections));
            for (id, name) in sections {
                let href = escaped(&section_path(id, lang));
                let _ = writeln!(out, "<li><a href=\"{href}\">{}</a></li>", escaped(name));
            }
            out.push_str("</ul>\n");
        }
        let mut links = Vec::new();
        if self.in_language(lang).next().is_some() {
            links.push((format!("atom.{lang}.xml"), &words.site_atom));
            links.push((format!("feed.{lang}.json"), &words.site_json));
        }
        if self.has_calendar(lang) {
            links.push((calendar_file(lang), &words.site_calendar));
        }
        if self.site.has_stories {
            let is_spoken = lang.is_english() || lang.is_french();
            let anchor =
                if is_spoken { format!("#{}", if lang.is_french() { "fr" } else { "en" }) } else { String::new() };
            links.push((format!("stories.html{anchor}"), &words.site_stories));
        }
        if !links.is_empty() {
            let _ = writeln!(out, "<h2>{}</h2>\n<ul>", escaped(&words.site_follow));
            for (href, name) in links {
                let _ = writeln!(out, "<li><a href=\"{href}\">{}</a></li>", escaped(name));
            }
            out.push_str("</ul>\n");
        }
    }

    /// A page per section that some issue carried: its stories, the newest issue first.
    pub(super) fn section_pages(&self, lang: &Lang) -> Vec<SiteFile> {
        self.sections(lang).into_iter().map(|(id, name)| self.section_page(lang, id, name)).collect()
    }

    fn section_page(&self, lang: &Lang, id: &str, name: &str) -> SiteFile {
        let own = section_path(id, lang);
        let words = self.words(lang);
        let mut main = format!("<h1>{}</h1>\n", escaped(name));
        let mut newest = None;
        for (past, half) in self.in_language(lang) {
            let Some(section) = half.sections.iter().find(|section| section.id == id) else { continue };
            newest = newest.or_else(|| Some(self.day(past.left_at)));
            let to = relative(&own, &path(past, lang));
            let _ = writeln!(
                main,
                "<h2><a href=\"{}\">{}</a></h2>\n<ul class=\"issues\">",
                escaped(&to),
                listed(half, words)
            );
            for story in &section.stories {
                let tag = story.title_lang.as_deref();
                let lang = tag.map_or_else(String::new, |tag| format!(" lang=\"{}\"", escaped(tag)));
                let (href, title) = (escaped(&format!("{to}#{}", story.anchor)), escaped(&story.title));
                let _ = write!(main, "<li><a href=\"{href}\"{lang}>{title}</a>");
                if !story.teaser.is_empty() {
                    let _ = write!(main, "<br><span class=\"soft\">{}</span>", escaped(&story.teaser));
                }
                main.push_str("</li>\n");
            }
            main.push_str("</ul>\n");
        }
        self.framed(&Content {
            lang,
            title: name.to_owned(),
            crumb: Some(name.to_owned()),
            description: String::new(),
            twins: self.section_languages(id).into_iter().map(|lang| (lang, section_path(id, lang))).collect(),
            modified: newest,
            class: "",
            path: own,
            main,
        })
    }

    /// The first page: it belongs to no language, and offers each in its own words.
    pub(super) fn root(&self) -> SiteFile {
        let languages = &self.newsletter().languages;
        let names =
            |glue: &str, html: &dyn Fn(&Lang) -> String| languages.iter().map(html).collect::<Vec<_>>().join(glue);
        let title = names(" | ", &|lang| escaped(&self.language(lang).title));
        let heading = names(" / ", &|lang| {
            let language = self.language(lang);
            format!("<span lang=\"{}\">{}</span>", escaped(&language.tag), escaped(&language.title))
        });
        let mut out = format!("<main id=\"main\">\n<h1>{heading}</h1>\n<div class=\"tongues\">\n");
        for lang in languages {
            let (language, words) = (self.language(lang), self.words(lang));
            let (tag, label) = (escaped(&language.tag), escaped(&language.label));
            let _ =
                writeln!(out, "<section lang=\"{tag}\" aria-labelledby=\"{lang}\">\n<h2 id=\"{lang}\">{label}</h2>");
            let organization: &Texts = &self.newsletter().organization.name;
            let _ = writeln!(
                out,
                "<p>{}<br><span class=\"soft\">{}</span></p>",
                escaped(&language.tagline),
                escaped(organization.get(lang).map_or("", String::as_str))
            );
            let all = escaped(&words.site_all);
            let _ = writeln!(
                out,
                "<p><a class=\"button\" href=\"{lang}.html\" hreflang=\"{tag}\" aria-label=\"{all} - {label}\">{all}</a></p>"
            );
            self.latest(&mut out, lang);
            out.push_str("</section>\n");
        }
        out.push_str("</div>\n</main>\n");
        let mut more = String::new();
        for lang in languages {
            let own = format!("{lang}.html");
            let href = escaped(&self.address(&own).unwrap_or(own));
            let tag = escaped(&self.language(lang).tag);
            let _ = writeln!(more, "<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{href}\">");
        }
        let tag = languages.first().map_or("en", |lang| self.language(lang).tag.as_str());
        let head = Head { lang: tag, dir: "ltr", title: &title, style: self.site.style, more: &more };
        file("index.html".to_owned(), page(&head, &out))
    }
}
