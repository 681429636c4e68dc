//! A clean issue of two stories in two languages, with mails as the templates make them, for tests of rules: whatever
//! a rule says of it is a false alarm, and an example changes one thing in it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Evidence, Example};
use crate::model::{
    Blocks, Edition, EditionId, Event, Issue, IssueId, IssueSection, Lang, Newsletter, Origin, Slot, Story, StoryId,
    Text, Texts,
};

/// All that `check` takes.
pub(super) struct Sample {
    pub(super) issue: Issue,
    pub(super) newsletter: Newsletter,
    pub(super) evidence: Evidence,
    /// HTML put into the first story of the English mail, for examples of HTML.
    pub(super) html: String,
    /// What is changed in the finished English mail.
    pub(super) swap: (String, String),
}

pub(super) fn lang(key: &str) -> Lang {
    Lang::new(key)
}

pub(super) fn texts(en: &str, fr: &str) -> Texts {
    BTreeMap::from([(lang("en"), en.to_owned()), (lang("fr"), fr.to_owned())])
}

pub(super) fn story(id: &str, en: (&str, &str), fr: (&str, &str)) -> Story {
    let text = |(title, body): (&str, &str)| Text { title: title.into(), body: body.into(), ..Text::default() };
    Story {
        section: Some("whatsnew".into()),
        source_language: Some(lang("en")),
        texts: BTreeMap::from([(lang("en"), text(en)), (lang("fr"), text(fr))]),
        ..Story::new(
            StoryId::parse(id),
            Origin::File { file: format!("stories/{id}.md"), line: 1, twin: None },
            Timestamp::UNIX_EPOCH,
        )
    }
}

fn newsletter() -> Newsletter {
    let text = include_str!("../../newsletter.toml");
    let mut newsletter: Newsletter = toml_edit::de::from_str(text).expect("the shipped newsletter.toml can be read");
    // Its blocks are Markdown there, and HTML by the time that they are checked.
    newsletter.blocks = Blocks::default();
    // Its own terms are the office's affair: an example changes one language alone.
    newsletter.check.glossary.clear();
    newsletter
}

/// The clean issue.
pub(super) fn clean() -> Sample {
    let mut second = story(
        "file-second",
        (
            "Writing for screen readers",
            "<p>Join us on January 20, 2027, from 1 pm to 2:30 pm. Write to <a href=\"mailto:info@example.ca\">info@example.ca</a>.</p>",
        ),
        (
            "Rédiger pour les lecteurs d'écran",
            "<p>Soyez des nôtres le 20\u{a0}janvier 2027, de 13\u{a0}h à 14\u{a0}h\u{a0}30. Écrivez à <a href=\"mailto:info@example.ca\">info@example.ca</a>.</p>",
        ),
    );
    second.event = Some(Event {
        starts: "2027-01-20T13:00".parse().unwrap(),
        ends: Some("2027-01-20T14:30".parse().unwrap()),
        register_by: Some("2027-01-15".parse().unwrap()),
        language: Some("bilingual".into()),
        location: texts("Webcast", "Webdiffusion"),
        audience: texts("All communicators", "Spécialistes des communications"),
    });
    let first = story(
        "file-first",
        ("A plain welcome", "<p>Good writing takes time. Our colleagues share what they do.</p>"),
        ("Un accueil en toute simplicité", "<p>Bien écrire prend du temps. Nos collègues disent comment ils font.</p>"),
    );
    let issue = Issue {
        id: IssueId::parse("2026-12").unwrap(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        subject: texts("News for communicators", "Des nouvelles pour les communicateurs"),
        preheader: texts(
            "Screen readers, a plain welcome, and a date to keep in January",
            "Des lecteurs d'écran, un accueil simple et une date à retenir en janvier",
        ),
        opening: texts("<p>Welcome to our December issue.</p>", "<p>Bienvenue dans notre numéro de décembre.</p>"),
        sections: vec![IssueSection { id: "whatsnew".into(), stories: vec![first, second] }],
        waivers: vec![],
        findings: vec![],
        languages: vec![lang("en"), lang("fr")],
        translations: Vec::new(),
    };
    let evidence = Evidence::at("2026-11-22T12:00:00Z".parse().unwrap());
    Sample { issue, newsletter: newsletter(), evidence, html: String::new(), swap: (String::new(), String::new()) }
}

impl Sample {
    /// The clean issue with an example in it. `Case` and `Clean` change nothing.
    pub(super) fn with(example: &Example) -> Self {
        let mut sample = clean();
        let first = &mut sample.issue.sections[0].stories[0];
        let mut set = |key: &str, change: &dyn Fn(&mut Text)| change(first.texts.get_mut(&lang(key)).unwrap());
        match *example {
            Example::Text(key, body) => set(key, &|text| text.body = body.to_owned()),
            Example::Title(key, title) => set(key, &|text| text.title = title.to_owned()),
            Example::Pair(en, fr) => {
                set("en", &|text| text.body = en.to_owned());
                set("fr", &|text| text.body = fr.to_owned());
            }
            Example::Subject(key, subject) => drop(sample.issue.subject.insert(lang(key), subject.to_owned())),
            Example::Html(html) => html.clone_into(&mut sample.html),
            Example::Swap(of, put) => sample.swap = (of.to_owned(), put.to_owned()),
            Example::Case(..) | Example::Clean => {}
        }
        sample
    }

    /// What `check` says of it.
    pub(super) fn findings(&self) -> Vec<crate::model::Finding> {
        super::check(&self.issue, &self.editions(), &self.newsletter, &self.evidence)
    }

    /// The mails, as plain as they can be and right.
    pub(super) fn editions(&self) -> Vec<Edition> {
        let langs = self.issue.languages.clone();
        let mut editions: Vec<Edition> = langs.iter().map(|lang| self.edition(std::slice::from_ref(lang))).collect();
        editions.push(self.edition(&langs));
        editions
    }

    fn edition(&self, langs: &[Lang]) -> Edition {
        let id = if langs.len() > 1 { EditionId::both() } else { EditionId::of(&langs[0]) };
        let join = |texts: &Texts| {
            langs.iter().map(|lang| texts.get(lang).cloned().unwrap_or_default()).collect::<Vec<_>>().join(" | ")
        };
        let tag = &self.newsletter.language(&langs[0]).tag;
        let halves: String = langs.iter().map(|lang| self.half(lang, langs.len() > 1)).collect();
        let notice = if langs.len() > 1 {
            "<p lang=\"fr-CA\">Le français suit l'anglais. <a href=\"#fr\">Aller à la version française</a></p>"
        } else {
            ""
        };
        let preheader = join(&self.issue.preheader);
        let mut html = format!(
            "<!doctype html><html lang=\"{tag}\" dir=\"ltr\"><head><title>News</title><style>a{{color:#284162}}\
             @media (prefers-color-scheme: dark){{body{{background-color:#1a1a1a!important;color:#f2f2f2!important}}a{{color:#a8c8f0!important}}}}</style></head>\
             <body style=\"background-color:#ffffff;color:#333333;font-family:Arial,sans-serif;font-size:16px;line-height:1.5\">\
             <div style=\"display:none\">{preheader}</div><!--[if mso]><table width=\"600\"><tr><td><![endif]-->{notice}{halves}</body></html>"
        );
        if id.as_str() == "en" && !self.swap.0.is_empty() {
            assert!(html.contains(&self.swap.0), "{}", self.swap.0);
            html = html.replace(&self.swap.0, &self.swap.1);
        }
        let text = langs.iter().map(|lang| self.text_half(lang)).collect();
        let from =
            langs.iter().map(|lang| self.newsletter.language(lang).from_name.clone()).collect::<Vec<_>>().join(" | ");
        let headers = vec![
            ("From".to_owned(), format!("{from} <{}>", self.newsletter.sender.from)),
            ("Reply-To".to_owned(), "info@example.ca".to_owned()),
            ("List-Id".to_owned(), format!("<news-{id}.example.ca>")),
        ];
        Edition {
            id,
            langs: langs.to_vec(),
            subject: join(&self.issue.subject),
            preheader: join(&self.issue.preheader),
            mjml: String::new(),
            html,
            text,
            parts: vec![],
            headers,
            audience: String::new(),
            waivers: vec![],
        }
    }

    fn half(&self, lang: &Lang, is_both: bool) -> String {
        let entry = self.newsletter.language(lang);
        let office = &self.newsletter.organization;
        let prefix = if is_both { format!("{lang}-") } else { String::new() };
        let section = &self.newsletter.section("whatsnew").expect("the shipped section").name[lang];
        let anchor = if is_both { format!("<a name=\"{lang}\" id=\"{lang}\"></a>") } else { String::new() };
        let mut html = format!(
            "<div lang=\"{}\">{anchor}<h1>{}</h1>{}<h2>{section}</h2>",
            entry.tag,
            entry.title,
            self.switch(lang, is_both)
        );
        for (index, story) in self.issue.stories().enumerate() {
            let Some(text) = story.texts.get(lang) else { continue };
            let id = &story.id;
            // A picture stands in every language.
            let is_here = lang.as_str() == "en" || self.html.contains("<img");
            let extra = if index == 0 && is_here && !is_both { self.html.as_str() } else { "" };
            let mut title = text.title.clone();
            if let Some(url) = &text.url {
                title = format!("<a href=\"{url}\">{title}</a>");
            }
            let block = format!(
                "<table role=\"presentation\" width=\"600\"><tr><td id=\"{prefix}story-{id}\"><a name=\"{prefix}story-{id}\"></a><h3>{title}</h3>{}{}{extra}</td></tr></table>",
                text.summary, text.body
            );
            html.push_str(&block);
        }
        let name = &office.name[lang];
        let behalf = &office.on_behalf_of[lang];
        let address = &office.address[lang];
        let email = &office.email;
        let (leave, change) = (Slot::Unsubscribe.token(), Slot::Preferences.token());
        let (a, b) =
            if lang.is_french() { ("Se désabonner", "Changer de langue") } else { ("Unsubscribe", "Change language") };
        html + &format!(
            "<div id=\"{prefix}about\"><p>{name}, {behalf}</p><p>{address}</p><p>{email}</p><p><a href=\"{leave}\">{a}</a></p><p><a href=\"{change}\">{b}</a></p></div></div>"
        )
    }

    /// The link of a single edition to the other language.
    fn switch(&self, lang: &Lang, is_both: bool) -> String {
        let others = self.issue.languages.iter().filter(|other| *other != lang && !is_both);
        let link = |other: &Lang| {
            let entry = self.newsletter.language(other);
            format!("<p><a lang=\"{}\" href=\"{}\">{}</a></p>", entry.tag, Slot::Preferences.token(), entry.label)
        };
        others.map(link).collect()
    }

    fn text_half(&self, lang: &Lang) -> String {
        let mut text = String::new();
        for story in self.issue.stories() {
            let Some(own) = story.texts.get(lang) else { continue };
            text.push_str(&[own.title.as_str(), "\n", own.url.as_deref().unwrap_or(""), "\n\n"].concat());
            text.push_str(&own.summary);
            text.push('\n');
            for block in super::html::dom::blocks(&own.body) {
                text.push_str(&[block.text.as_str(), "\n"].concat());
            }
            for link in super::html::dom::blocks(&own.body).iter().flat_map(|block| &block.links) {
                text.push_str(&[link.href.trim_start_matches("mailto:"), "\n"].concat());
            }
        }
        let office = &self.newsletter.organization;
        text.push_str(
            &[&office.name[lang], "\n", &office.on_behalf_of[lang], "\n", &office.address[lang], "\n"].concat(),
        );
        text + &format!("{}\n{}\n", Slot::Unsubscribe.token(), Slot::Preferences.token())
    }
}
