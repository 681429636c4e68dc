//! The page of an issue in one language: everything the mail said, but for what is only for its recipient.

use std::fmt::Write as _;

use super::frame::{Content, relative};
use super::{Maker, Past, SiteFile, listed};
use crate::archive::page::escaped;
use crate::model::{Lang, SiteWords, WebEvent, WebHalf, WebRich, WebStory};

/// Where an issue stands in a language: the address that its mail names.
pub(super) fn path(past: &Past, lang: &Lang) -> String {
    format!("{}/{lang}.html", past.web.issue)
}

impl Maker<'_> {
    /// The page. Writing to a `String` does not fail.
    pub(super) fn issue(&self, past: &Past, half: &WebHalf) -> SiteFile {
        let words = self.words(&half.lang);
        let path = path(past, &half.lang);
        let heading = if half.subject.is_empty() { &half.issue_of } else { &half.subject };
        let mut main = format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", escaped(heading), escaped(&half.issue_of));
        self.notes(&mut main, past, half, &path);
        main.push_str(&raised(&half.opening));
        if !half.signature.is_empty() {
            let _ = writeln!(main, "<p><strong>{}</strong></p>", escaped(&half.signature));
        }
        contents(&mut main, half, words);
        for section in &half.sections {
            let (anchor, name) = (escaped(&section.anchor), escaped(&section.name));
            let _ = writeln!(main, "<section aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{name}</h2>");
            for story in &section.stories {
                let calendar = past.calendars.get(&half.lang).and_then(|calendars| {
                    let name = format!("{}.ics", story.id);
                    calendars.contains_key(&name).then(|| format!("{}/{name}", half.lang))
                });
                article(&mut main, story, words, calendar.as_deref());
            }
            main.push_str("</section>\n");
        }
        let blocks =
            [(&words.contribute, &half.contribute), (&words.connect, &half.connect), (&words.about, &half.about)];
        for (name, block) in blocks.into_iter().filter(|(_, block)| !block.html.is_empty()) {
            let _ = writeln!(main, "<section>\n<h2>{}</h2>\n{}</section>", escaped(name), raised(block));
        }
        self.framed(&Content {
            lang: &half.lang,
            title: if half.subject.is_empty() {
                half.issue_of.clone()
            } else {
                format!("{} - {}", half.subject, half.issue_of)
            },
            crumb: Some(half.issue_of.clone()),
            description: half.preheader.clone(),
            twins: self.halves(past).map(|half| (&half.lang, self::path(past, &half.lang))).collect(),
            modified: Some(self.day(self.changed_at(past))),
            class: "issue",
            path,
            main,
        })
    }

    /// That this issue was corrected, with the date; or which one it corrects.
    fn notes(&self, out: &mut String, past: &Past, half: &WebHalf, from: &str) {
        let words = self.words(&half.lang);
        let link = |other: &Past, shown: &str| {
            format!("<a href=\"{}\">{shown}</a>", escaped(&relative(from, &path(other, &half.lang))))
        };
        for other in self.corrections(&past.web.issue) {
            let Some(correction) = other.web.half(&half.lang) else { continue };
            let link = link(other, &listed(correction, words));
            let (label, colon) = (escaped(&words.site_correction), escaped(&words.colon));
            let _ = writeln!(out, "<div class=\"box\"><p><strong>{label}{colon}</strong> {link}</p></div>");
        }
        let base = self.corrected_by(&past.web.issue);
        if let Some((other, known)) = base.and_then(|base| Some((base, base.web.half(&half.lang)?))) {
            let link = link(other, &listed(known, words));
            let (label, colon) = (escaped(&words.site_corrects), escaped(&words.colon));
            let _ = writeln!(out, "<div class=\"box\"><p><strong>{label}{colon}</strong> {link}</p></div>");
        }
    }
}

fn contents(out: &mut String, half: &WebHalf, words: &SiteWords) {
    if half.sections.is_empty() {
        return;
    }
    let heading = escaped(&words.in_this_issue);
    let _ =
        writeln!(out, "<nav class=\"toc box\" aria-labelledby=\"contents\"><h2 id=\"contents\">{heading}</h2>\n<ul>");
    for section in &half.sections {
        let _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", escaped(&section.anchor), escaped(&section.name));
    }
    out.push_str("</ul></nav>\n");
}

/// Rich text that stands right below a section's heading: its own begin one level higher than in a story.
fn raised(rich: &WebRich) -> String {
    if rich.html.is_empty() {
        return String::new();
    }
    let html = rich.html.replace("<h4>", "<h3>").replace("</h4>", "</h3>");
    html.replace("<h5>", "<h4>").replace("</h5>", "</h4>") + "\n"
}

/// A story. Its link on another page leads here: see `WebStory::anchor`.
fn article(out: &mut String, story: &WebStory, words: &SiteWords, calendar: Option<&str>) {
    let _ = writeln!(out, "<article id=\"{}\">", escaped(&story.anchor));
    if !story.label.is_empty() {
        let _ = writeln!(out, "<p class=\"label\">{}</p>", escaped(&story.label));
    }
    title(out, story);
    if let Some(image) = &story.image {
        let (src, alt) = (escaped(&image.src), escaped(&image.alt));
        let _ = write!(
            out,
            "<figure><img src=\"{src}\" alt=\"{alt}\" width=\"{}\" height=\"{}\">",
            image.width, image.height
        );
        if !image.credit.is_empty() {
            let _ = write!(out, "<figcaption class=\"soft\">{}</figcaption>", escaped(&image.credit));
        }
        out.push_str("</figure>\n");
    }
    if !story.summary.is_empty() {
        let _ = writeln!(out, "<p><strong>{}</strong></p>", escaped(&story.summary));
    }
    if let Some(event) = &story.event {
        facts(out, event, words, calendar);
    }
    if !story.body.html.is_empty() {
        let _ = writeln!(out, "{}", story.body.html);
    }
    if let Some(day) = &story.deadline {
        let (label, colon, day) = (escaped(&words.deadline), escaped(&words.colon), escaped(day));
        let _ = writeln!(out, "<p><strong>{label}{colon}</strong> {day}</p>");
    }
    if let (Some(url), Some(label)) = (&story.button_url, &story.button) {
        // Several stories have the same button: its name says which one it is of.
        let (url, label, of) = (escaped(url), escaped(label), escaped(&story.title));
        let _ = writeln!(
            out,
            "<p><a class=\"button\" href=\"{url}\" aria-label=\"{label}{} {of}\">{label}</a></p>",
            escaped(&words.colon)
        );
    }
    if let Some(contact) = &story.contact {
        let text = escaped(&contact.text);
        let text = if contact.is_address { format!("<a href=\"mailto:{text}\">{text}</a>") } else { text };
        let _ = writeln!(out, "<p>{} {text}</p>", escaped(&words.contact));
    }
    if !story.author.is_empty() {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escaped(&story.author));
    }
    if let Some(only) = &story.only {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escaped(&only.notice));
    }
    out.push_str("</article>\n");
}

fn title(out: &mut String, story: &WebStory) {
    let suffix = story.only.as_ref().and_then(|only| only.suffix.as_deref());
    let text = escaped(&story.title) + &suffix.map_or_else(String::new, |suffix| format!(" ({})", escaped(suffix)));
    let tag = story.title_lang.as_deref().map(escaped);
    let lang = tag.as_ref().map_or_else(String::new, |tag| format!(" lang=\"{tag}\""));
    let text = match &story.title_url {
        Some(url) => {
            let hreflang = tag.as_ref().map_or_else(String::new, |tag| format!(" hreflang=\"{tag}\""));
            format!("<a href=\"{}\"{hreflang}>{text}</a>", escaped(url))
        }
        None => text,
    };
    let _ = writeln!(out, "<h3{lang}>{text}</h3>");
}

fn facts(out: &mut String, event: &WebEvent, words: &SiteWords, calendar: Option<&str>) {
    out.push_str("<div class=\"box\"><dl class=\"facts\">\n");
    let register_by = event.register_by.as_deref().unwrap_or("");
    for (label, value) in [
        (&words.event_when, event.when.as_str()),
        (&words.event_where, &event.place),
        (&words.event_language, &event.language),
        (&words.event_audience, &event.audience),
        (&words.event_register_by, register_by),
    ] {
        if !value.is_empty() {
            let (label, colon, value) = (escaped(label), escaped(&words.colon), escaped(value));
            let _ = writeln!(out, "<dt>{label}{colon}</dt><dd>{value}</dd>");
        }
    }
    out.push_str("</dl>");
    if let Some(file) = calendar {
        let _ = write!(out, "<p><a href=\"{}\">{}</a></p>", escaped(file), escaped(&words.site_add));
    }
    out.push_str("</div>\n");
}
