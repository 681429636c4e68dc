//! What goes beside the mail, made from the same issue: text for LinkedIn, words for calendars, thanks to contributors.
//! All of it is plain text that a person pastes or sends; nothing here leaves by itself.

use std::fmt::Write as _;

use anyhow::Result;

use super::Templates;
use super::locale::Locale;
use super::typography;
use crate::model::{Address, Event, Issue, Lang, Newsletter, Origin, Story, StoryId};

/// What LinkedIn takes, in UTF-16 units: so its form counts.
const POST_UNITS_MAX: usize = 3_000;
/// Stories that a post names: more is a list that nobody reads.
const POST_STORIES_MAX: usize = 8;
/// The file from which stories come that nobody contributed.
const OWN_FILE: &str = "newsletter.toml";

/// A word of the locale that takes no argument.
pub fn word(templates: &Templates, lang: &Lang, key: &str) -> Result<String> {
    templates.locale(lang)?.say(key, &[])
}

/// What a calendar entry says of an event beside its time and place, a line each.
pub fn event_lines(event: &Event, newsletter: &Newsletter, templates: &Templates, lang: &Lang) -> Result<Vec<String>> {
    let locale = templates.locale(lang)?;
    let mut lines = Vec::new();
    let mut add = |key: &str, value: &str| -> Result<()> {
        if !value.is_empty() {
            lines.push(format!("{}{} {value}", locale.say(key, &[])?, locale.say("colon", &[])?));
        }
        Ok(())
    };
    if let Some(key) = &event.language {
        add("event_language", &locale.language(key, &newsletter.language)?)?;
    }
    add("event_audience", event.audience.get(lang).map_or("", String::as_str))?;
    if let Some(day) = event.register_by {
        add("event_register_by", &locale.day(day)?)?;
    }
    Ok(lines)
}

/// An issue in a language of its own, with what every text here needs.
struct Beside<'a> {
    issue: &'a Issue,
    newsletter: &'a Newsletter,
    lang: &'a Lang,
    locale: &'a Locale,
}

impl<'a> Beside<'a> {
    fn new(issue: &'a Issue, newsletter: &'a Newsletter, templates: &'a Templates, lang: &'a Lang) -> Result<Self> {
        Ok(Self { issue, newsletter, lang, locale: templates.locale(lang)? })
    }

    fn mended(&self, text: &str) -> String {
        typography::mended(text, self.lang, &mut |_, _| ()).into_owned()
    }

    fn say(&self, key: &str, args: &[(&str, &str)]) -> Result<String> {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, (*value).to_owned().into())).collect();
        self.locale.say(key, &args)
    }

    /// `December 2026`.
    fn month(&self) -> Result<String> {
        let date = self.issue.send_at.to_zoned(self.newsletter.schedule.zone()?).date();
        self.locale.month_and_year(date)
    }

    fn title(&self, story: &Story) -> Option<String> {
        story.texts.get(self.lang).map(|text| self.mended(&text.title)).filter(|title| !title.is_empty())
    }

    /// A story as a line of a post: its title, and its day when it has one.
    fn line(&self, story: &Story) -> Result<Option<String>> {
        let Some(title) = self.title(story) else { return Ok(None) };
        let day = story.event.as_ref().map(|event| event.starts.date()).or(story.deadline);
        Ok(Some(match (day, story.event.is_some()) {
            (Some(day), true) => format!("- {title} ({})", self.locale.date(day)?),
            (Some(day), false) => {
                let until = self.say("share_until", &[("date", &self.locale.date(day)?)])?;
                format!("- {title} ({until})")
            }
            (None, _) => format!("- {title}"),
        }))
    }
}

/// Text to paste into LinkedIn: plain, without tracking links or emoji, hashtags last, within what its form takes.
pub fn linkedin(issue: &Issue, newsletter: &Newsletter, templates: &Templates, lang: &Lang) -> Result<String> {
    let beside = Beside::new(issue, newsletter, templates, lang)?;
    let name = &newsletter.language(lang).title;
    let mut end = String::new();
    if let Some(url) = &newsletter.archive.url {
        let _ = write!(end, "\n{}\n{url}\n", beside.say("share_read", &[])?); // Writing to a String does not fail.
    }
    let email = &newsletter.organization.email;
    let _ = writeln!(end, "\n{}", beside.say("share_subscribe", &[("email", email)])?);
    let hashtags =
        newsletter.share.hashtags.get(lang).map(|tags| tags.iter().map(|tag| hashtag(tag)).collect::<Vec<_>>());
    if let Some(hashtags) = hashtags.filter(|tags| !tags.is_empty()) {
        let _ = writeln!(end, "\n{}", hashtags.join(" "));
    }
    let subject = beside.mended(issue.subject.get(lang).map_or("", String::as_str));
    let mut text = format!("{name}{} {}\n\n", beside.say("colon", &[])?, beside.month()?);
    if !subject.is_empty() {
        let _ = write!(text, "{subject}\n\n");
    }
    let _ = writeln!(text, "{}{}", beside.say("in_this_issue", &[])?, beside.say("colon", &[])?);
    let units = |text: &str| text.encode_utf16().count();
    for story in highlights(issue) {
        let Some(line) = beside.line(story)? else { continue };
        if units(&text) + units(&line) + 1 + units(&end) > POST_UNITS_MAX {
            break;
        }
        let _ = writeln!(text, "{line}");
    }
    Ok(text + &end)
}

/// The first story of each section, then the second of each, in the order of the issue.
fn highlights(issue: &Issue) -> Vec<&Story> {
    let deepest = issue.sections.iter().map(|section| section.stories.len()).max().unwrap_or(0);
    let rounds = (0..deepest).flat_map(|n| issue.sections.iter().filter_map(move |section| section.stories.get(n)));
    let chosen: Vec<&StoryId> = rounds.take(POST_STORIES_MAX).map(|story| &story.id).collect();
    issue.stories().filter(|story| chosen.contains(&&story.id)).collect()
}

/// `#GcComms` for `gc comms`: a capital at every word, since a screen reader reads capitals as the beginning of one.
fn hashtag(words: &str) -> String {
    let mut tag = "#".to_owned();
    for word in words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        tag.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        tag.extend(letters);
    }
    tag
}

/// A draft that thanks one contributor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thanks {
    /// Who is thanked, as the story names them.
    pub name: String,
    /// Where to; none: the story names no address.
    pub to: Option<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The stories for which they are thanked.
    pub stories: Vec<StoryId>,
}

/// One draft per contributor of an issue, in the language in which they wrote.
pub fn thanks(issue: &Issue, newsletter: &Newsletter, templates: &Templates) -> Result<Vec<Thanks>> {
    let mut people: Vec<(String, Vec<&Story>)> = Vec::new();
    let is_given = |story: &&Story| matches!(&story.origin, Origin::File { file, .. } if file != OWN_FILE);
    for story in issue.stories().filter(is_given) {
        let lang = language_of(story, newsletter);
        let Some(person) = person(story, lang) else { continue };
        match people.iter_mut().find(|(known, _)| *known == person) {
            Some((_, stories)) => stories.push(story),
            None => people.push((person, vec![story])),
        }
    }
    people.iter().map(|(_, stories)| draft(stories, issue, newsletter, templates)).collect()
}

/// The language in which a story was written: its own word, else the only one, else the newsletter's.
fn language_of<'a>(story: &'a Story, newsletter: &'a Newsletter) -> &'a Lang {
    let known = |lang: &&Lang| newsletter.languages.contains(*lang);
    let only = || story.texts.keys().next().filter(|_| story.texts.len() == 1);
    story.source_language.as_ref().or_else(only).filter(known).unwrap_or(&newsletter.source_language)
}

/// By what a contributor is known: the address, else the name.
fn person(story: &Story, lang: &Lang) -> Option<String> {
    let of = |texts: &crate::model::Texts| {
        texts
            .get(lang)
            .or_else(|| texts.values().next())
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    of(&story.contact).or_else(|| of(&story.author))
}

fn draft(stories: &[&Story], issue: &Issue, newsletter: &Newsletter, templates: &Templates) -> Result<Thanks> {
    let lang = language_of(stories[0], newsletter);
    let beside = Beside::new(issue, newsletter, templates, lang)?;
    let of = |texts: &crate::model::Texts| texts.get(lang).or_else(|| texts.values().next()).cloned();
    let contact = stories.iter().find_map(|story| of(&story.contact)).unwrap_or_default();
    let to = Address::parse(contact.trim()).is_ok().then(|| contact.trim().to_owned());
    let author = stories.iter().find_map(|story| of(&story.author));
    let name = author.unwrap_or_else(|| if to.is_some() { String::new() } else { contact.clone() });
    let name = name.trim().to_owned();
    let (newsletter_name, month) = (&newsletter.language(lang).title, beside.month()?);
    let named = [("newsletter", newsletter_name.as_str()), ("month", month.as_str())];
    let mut text = beside.say("thanks_hello", &[("name", if name.is_empty() { "none" } else { &name })])?;
    let titles: Vec<String> =
        stories.iter().filter_map(|story| beside.title(story)).map(|title| format!("- {title}")).collect();
    let left = issue.send_at.to_zoned(newsletter.schedule.zone()?).date();
    let date = beside.locale.date(left)?;
    let _ = write!(
        text,
        "\n\n{}\n\n{}\n",
        beside.say("thanks_ran", &[named[0], named[1], ("date", &date)])?,
        titles.join("\n")
    );
    if let Some(url) = &newsletter.archive.url {
        let _ = write!(text, "\n{}\n{url}\n", beside.say("thanks_link", &[])?);
    }
    let organization = newsletter.organization.name.get(lang).cloned().unwrap_or_default();
    let signature = newsletter.blocks.signature.get(lang).cloned().unwrap_or(organization);
    let _ = write!(text, "\n{}\n\n{}\n{signature}\n", beside.say("thanks_again", &[])?, beside.say("thanks_end", &[])?);
    Ok(Thanks {
        subject: beside.say("thanks_subject", &named)?,
        stories: stories.iter().map(|story| story.id.clone()).collect(),
        name,
        to,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashtags_are_words_to_a_screen_reader() {
        for (words, tag) in [
            ("gc comms", "#GcComms"),
            ("#GCComms", "#GCComms"),
            ("langage clair", "#LangageClair"),
            ("éditique", "#Éditique"),
        ] {
            assert_eq!(hashtag(words), tag);
        }
    }
}
