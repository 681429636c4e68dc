//! What the rules read: the issue's texts cut into passages, and the composed mails, each parsed once.

use std::ops::{Deref, Range};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use scraper::Html;

use super::catalogue::Limit;
use super::html::dom::{self, Block, Link};
use super::html::sheet::{Page, Sheet};
use super::locate;
use super::settings;
use super::text::language;
use super::text::scan;
use super::text::sentences::sentences;
use super::{Evidence, WayOut};
use crate::model::{Edition, Issue, Lang, Newsletter, Origin, Place, Severity, Story, Texts, Words};

/// One issue, laid out to be judged.
pub(super) struct Proof<'a> {
    pub(super) issue: &'a Issue,
    pub(super) newsletter: &'a Newsletter,
    pub(super) evidence: &'a Evidence,
    /// Every text of the issue, story by story, language by language.
    pub(super) passages: Vec<Passage<'a>>,
    /// Every composed mail.
    pub(super) sheets: Vec<Sheet<'a>>,
}

/// A proof with the trees of its mails, for the rules that look at elements. A tree stays with the thread that made it.
pub(super) struct Mails<'p> {
    proof: &'p Proof<'p>,
    pub(super) pages: Vec<Page<'p>>,
}

impl<'p> Mails<'p> {
    /// `trees` are those of the proof's mails, in their order.
    pub(super) fn new(proof: &'p Proof<'p>, trees: Vec<Html>) -> Self {
        let pages = proof.sheets.iter().zip(trees).map(|(sheet, html)| Page { sheet, html }).collect();
        Self { proof, pages }
    }
}

impl<'p> Deref for Mails<'p> {
    type Target = Proof<'p>;

    fn deref(&self) -> &Proof<'p> {
        self.proof
    }
}

/// One block of text of the issue, in one language.
pub(super) struct Passage<'a> {
    pub(super) lang: Lang,
    pub(super) story: Option<&'a Story>,
    pub(super) part: Part,
    pub(super) block: Block,
    /// Whether these are other people's words: a story of a feed or page.
    pub(super) is_others: bool,
    /// Whether the text is plainly in another language than it claims: other rules of language then say nothing.
    pub(super) is_strange: bool,
    /// Sentences of a text in its own language that are plainly in another.
    pub(super) strange_sentences: Vec<Range<usize>>,
}

/// Which part of a story, or of the issue, a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Title,
    Summary,
    Heading,
    Paragraph,
    Item,
    Cell,
    Alt,
    /// Author, contact, place, audience.
    Field,
    Subject,
    Preheader,
}

impl Part {
    /// Whether it is running text, made of sentences.
    pub(super) fn is_prose(self) -> bool {
        matches!(self, Self::Summary | Self::Paragraph | Self::Item | Self::Cell)
    }
}

/// One thing a rule found; [`super::check`] makes a finding of it.
pub(super) struct Hit {
    /// When it is not the rule's own.
    pub(super) severity: Option<Severity>,
    pub(super) language: Option<Lang>,
    pub(super) place: Place,
    /// The story, which a place in a file does not name: waivers are bound to it.
    pub(super) story: Option<String>,
    pub(super) excerpt: String,
    pub(super) message: Words,
    pub(super) hint: Words,
    pub(super) is_others: bool,
}

impl Hit {
    /// The same with another severity.
    pub(super) fn weighing(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

impl<'a> Proof<'a> {
    /// Lays out an issue, for the rules that need no elements.
    pub(super) fn new(
        issue: &'a Issue,
        editions: &'a [Edition],
        newsletter: &'a Newsletter,
        evidence: &'a Evidence,
    ) -> Self {
        Self::with_trees(issue, editions, newsletter, evidence).0
    }

    /// Lays out an issue, and gives the trees of its mails for [`Mails`].
    pub(super) fn with_trees(
        issue: &'a Issue,
        editions: &'a [Edition],
        newsletter: &'a Newsletter,
        evidence: &'a Evidence,
    ) -> (Self, Vec<Html>) {
        let mut passages = Vec::new();
        for lang in &issue.languages {
            issue_passages(issue, newsletter, lang, &mut passages);
        }
        for story in issue.stories() {
            for (lang, text) in &story.texts {
                if issue.languages.contains(lang) {
                    story_passages(story, lang, text, &mut passages);
                }
            }
        }
        let (sheets, trees) = editions.iter().map(|edition| Sheet::read(edition, issue, newsletter)).unzip();
        (Self { issue, newsletter, evidence, passages, sheets }, trees)
    }

    /// The time at which dates are judged: the planned send time; now only if that is later and it really leaves.
    pub(super) fn judged_at(&self) -> DateTime {
        let mut at = self.issue.send_at;
        if self.evidence.way_out != WayOut::Outbox && self.evidence.now > at {
            at = self.evidence.now;
        }
        at.to_zoned(self.zone()).datetime()
    }

    /// The office's time zone.
    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.newsletter.schedule.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// A limit as this newsletter sets it, or by default. A setting with which something is wrong does not hold.
    pub(super) fn limit(&self, limit: &Limit) -> f64 {
        let setting = self.newsletter.check.rules.get(limit.rule).filter(|set| settings::holds(limit.rule, set));
        setting.and_then(|set| set.limits.get(limit.name)).copied().unwrap_or(limit.default)
    }

    /// As [`Proof::limit`], for what is counted.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and a count is whole")]
    pub(super) fn count(&self, limit: &Limit) -> usize {
        self.limit(limit).round() as usize
    }

    /// The languages that parity compares with the source.
    pub(super) fn targets(&self) -> impl Iterator<Item = &'a Lang> {
        let source = self.source();
        self.issue.languages.iter().filter(move |lang| *lang != source)
    }

    /// The source language.
    pub(super) fn source(&self) -> &'a Lang {
        &self.newsletter.source_language
    }

    /// Passages of one language, in which the rules of that language hold.
    pub(super) fn in_language(&self, is: fn(&Lang) -> bool) -> impl Iterator<Item = &Passage<'a>> {
        self.passages.iter().filter(move |passage| is(&passage.lang) && !passage.is_strange && !passage.block.is_code())
    }

    /// Passages of a story in a language.
    pub(super) fn of_story(&self, story: &Story, lang: &Lang) -> impl Iterator<Item = &Passage<'a>> {
        self.passages.iter().filter(move |passage| {
            passage.story.is_some_and(|other| std::ptr::eq(other, story)) && passage.lang == *lang
        })
    }

    /// A hit at some words of a passage.
    pub(super) fn at(&self, passage: &Passage<'_>, range: Range<usize>, message: Words, hint: Words) -> Hit {
        self.read(passage).hit(range, message, hint)
    }

    /// A passage as a rule of language reads it.
    pub(super) fn read<'p>(&'p self, passage: &'p Passage<'_>) -> Reading<'p> {
        let edition = passage.lang.as_str();
        Reading {
            proof: self,
            block: &passage.block,
            lang: &passage.lang,
            story: passage.story,
            part: passage.part,
            edition,
            is_final: false,
        }
    }

    /// The texts of one language as readers will get them: those of the composed mails, in which typography was
    /// mended; without mails, the issue's own.
    pub(super) fn readings(&self, is: fn(&Lang) -> bool) -> Vec<Reading<'_>> {
        if self.sheets.is_empty() {
            return self.in_language(is).map(|passage| self.read(passage)).collect();
        }
        // The bilingual edition repeats the others' words.
        let single = self.sheets.iter().filter(|sheet| sheet.edition.langs.len() == 1);
        // Subject, preheader and the words of pictures stand in no block that is shown.
        let is_beside = |part: Part| matches!(part, Part::Subject | Part::Preheader | Part::Alt);
        let beside = self.in_language(is).filter(|passage| is_beside(passage.part)).map(|passage| self.read(passage));
        single.flat_map(|sheet| self.final_readings(sheet, is)).chain(beside).collect()
    }

    /// Every block with links: of the stories as written, and of what the composed mails add to them.
    pub(super) fn link_readings(&self) -> Vec<Reading<'_>> {
        let mut readings: Vec<Reading<'_>> = self.passages.iter().map(|passage| self.read(passage)).collect();
        for sheet in self.sheets.iter().filter(|sheet| sheet.edition.langs.len() == 1) {
            let frame = self.final_readings(sheet, |_| true).into_iter();
            readings.extend(frame.filter(|reading| reading.story.is_none()));
        }
        readings.retain(|reading| !reading.block.links.is_empty());
        readings
    }

    fn final_readings<'p>(&'p self, sheet: &'p Sheet<'a>, is: fn(&Lang) -> bool) -> Vec<Reading<'p>> {
        let mut readings = Vec::new();
        let blocks = sheet.blocks.iter().filter(|it| it.is_shown && !it.is_strange && !it.block.is_code());
        for placed in blocks {
            let Some(lang) = placed.lang.as_ref().filter(|lang| is(lang)) else { continue };
            let part = part_of(&placed.block.tag);
            readings.push(Reading {
                proof: self,
                block: &placed.block,
                lang,
                story: placed.of,
                part,
                edition: sheet.id(),
                is_final: true,
            });
        }
        readings
    }

    /// A hit about a whole story in a language.
    pub(super) fn on_story(&self, story: &Story, lang: &Lang, message: Words, hint: Words) -> Hit {
        let title =
            story.texts.get(lang).or_else(|| story.texts.values().next()).map_or("", |text| text.title.as_str());
        let place = self.find_in_files(story, lang, title, 0).unwrap_or_else(|| edition_place(lang, Some(story)));
        Hit {
            severity: None,
            language: Some(lang.clone()),
            place,
            story: Some(story.id.as_str().to_owned()),
            excerpt: scan::shorten(title),
            message,
            hint,
            is_others: is_others(story),
        }
    }

    /// A hit about a whole edition or the newsletter.
    pub(super) fn on_edition(&self, edition: &str, message: Words, hint: Words) -> Hit {
        let language = self.issue.languages.iter().find(|lang| lang.as_str() == edition).cloned();
        let place = Place::Edition { edition: edition.to_owned(), story: None };
        Hit { severity: None, language, place, story: None, excerpt: String::new(), message, hint, is_others: false }
    }

    fn find_in_files(&self, story: &Story, lang: &Lang, around: &str, offset: usize) -> Option<Place> {
        let Origin::File { file, twin, .. } = &story.origin else { return None };
        let mut files: Vec<&String> = std::iter::once(file).chain(twin).collect();
        // Of a pair `name.en.md`, `name.fr.md`, the one of the language comes first.
        let own = format!(".{lang}.");
        files.sort_by_key(|file| !file.contains(&own));
        files.into_iter().find_map(|file| {
            let (line, column) = locate::locate(self.evidence.sources.get(file)?, lang, around, offset)?;
            Some(Place::File { file: file.clone(), line, column })
        })
    }
}

/// A block of text as a rule of language reads it, from the issue or from a composed mail.
pub(super) struct Reading<'p> {
    proof: &'p Proof<'p>,
    pub(super) block: &'p Block,
    pub(super) lang: &'p Lang,
    pub(super) story: Option<&'p Story>,
    pub(super) part: Part,
    edition: &'p str,
    /// Whether this is what readers get: nobody mends it any more.
    pub(super) is_final: bool,
}

impl Reading<'_> {
    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.block.text
    }

    /// A hit at some words.
    pub(super) fn hit(&self, range: Range<usize>, message: Words, hint: Words) -> Hit {
        let excerpt = range.clone();
        self.hit_within(range, &excerpt, message, hint)
    }

    /// A hit at a fault, shown with the words around it.
    pub(super) fn hit_within(&self, fault: Range<usize>, excerpt: &Range<usize>, message: Words, hint: Words) -> Hit {
        const NEIGHBOURS: usize = 24;
        let text = &self.block.text;
        let wide = scan::widen(text, &fault, NEIGHBOURS);
        let place = self
            .story
            .and_then(|story| self.proof.find_in_files(story, self.lang, &text[wide.clone()], fault.start - wide.start))
            .unwrap_or_else(|| Place::Edition {
                edition: self.edition.to_owned(),
                story: self.story.map(|story| story.id.as_str().to_owned()),
            });
        Hit {
            severity: None,
            language: Some(self.lang.clone()),
            place,
            story: self.story.map(|story| story.id.as_str().to_owned()),
            excerpt: scan::shorten(&text[excerpt.clone()]),
            message,
            hint,
            is_others: self.story.is_some_and(is_others),
        }
    }

    /// As [`Reading::hit`], at the story's own link where its file names that: a title says nothing of it.
    pub(super) fn hit_address(&self, range: Range<usize>, href: &str, message: Words, hint: Words) -> Hit {
        let found = self.hit(range, message, hint);
        let (Part::Title, Place::File { file, .. }) = (&self.part, &found.place) else { return found };
        let Some((line, column)) =
            self.proof.evidence.sources.get(file).and_then(|source| locate::locate_address(source, href))
        else {
            return found;
        };
        Hit { place: Place::File { file: file.clone(), line, column }, excerpt: scan::shorten(href), ..found }
    }

    /// Whether these words are code, which has rules of its own.
    pub(super) fn is_code(&self, range: &Range<usize>) -> bool {
        self.block.code.iter().any(|code| code.start < range.end && range.start < code.end)
    }

    /// Whether these words say that they are in another language.
    pub(super) fn is_marked(&self, range: &Range<usize>) -> bool {
        self.block.marked.iter().any(|(other, _)| other.start < range.end && range.start < other.end)
    }
}

/// A hit about a line of a file that the office keeps.
pub(super) fn on_file(file: &str, line: usize, message: Words, hint: Words) -> Hit {
    let place = Place::File { file: file.to_owned(), line, column: 0 };
    Hit { severity: None, language: None, place, story: None, excerpt: String::new(), message, hint, is_others: false }
}

/// Whether a story is in other people's words.
pub(super) fn is_others(story: &Story) -> bool {
    matches!(story.origin, Origin::Source { .. })
}

/// Whether a story is third-party material in one language, with all that makes that right.
pub(super) fn is_only(story: &Story) -> bool {
    let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    story.only.as_ref().is_some_and(|only| said(&only.organization) && said(&only.reason))
}

fn edition_place(lang: &Lang, story: Option<&Story>) -> Place {
    Place::Edition { edition: lang.as_str().to_owned(), story: story.map(|story| story.id.as_str().to_owned()) }
}

fn issue_passages<'a>(issue: &'a Issue, newsletter: &'a Newsletter, lang: &Lang, out: &mut Vec<Passage<'a>>) {
    let mut add = |part: Part, block: Block| out.push(passage(lang, None, part, block));
    let plain = |texts: &Texts| texts.get(lang).map(|text| plain_block(text)).filter(|block| !block.text.is_empty());
    for (part, texts) in [(Part::Subject, &issue.subject), (Part::Preheader, &issue.preheader)] {
        if let Some(block) = plain(texts) {
            add(part, block);
        }
    }
    let blocks = &newsletter.blocks;
    let opening = issue.opening.get(lang).filter(|text| !text.trim().is_empty()).or_else(|| blocks.opening.get(lang));
    let standing = [&blocks.contribute, &blocks.connect, &blocks.about].map(|texts| texts.get(lang));
    for html in opening.into_iter().chain(standing.into_iter().flatten()) {
        for block in dom::blocks(html) {
            add(part_of(&block.tag), block);
        }
    }
}

fn story_passages<'a>(story: &'a Story, lang: &Lang, text: &'a crate::model::Text, out: &mut Vec<Passage<'a>>) {
    let mut add = |part: Part, block: Block| {
        if !block.text.is_empty() || !block.links.is_empty() {
            out.push(passage(lang, Some(story), part, block));
        }
    };
    let mut title = plain_block(&text.title);
    if let Some(url) = &text.url {
        let range = 0..title.text.len();
        title.links.push(Link { text: title.text.clone(), href: url.clone(), lang: None, range });
    }
    add(Part::Title, title);
    add(Part::Summary, plain_block(&text.summary));
    for block in dom::blocks(&text.body) {
        add(part_of(&block.tag), block);
    }
    let mut fields = vec![(Part::Field, &story.author), (Part::Field, &story.contact)];
    if let Some(event) = &story.event {
        fields.extend([(Part::Field, &event.location), (Part::Field, &event.audience)]);
    }
    if let Some(image) = &story.image {
        fields.push((Part::Alt, &image.alt));
    }
    for (part, texts) in fields {
        if let Some(words) = texts.get(lang) {
            add(part, plain_block(words));
        }
    }
}

fn passage<'a>(lang: &Lang, story: Option<&'a Story>, part: Part, block: Block) -> Passage<'a> {
    let text = &block.text;
    let is_strange = !block.is_code() && language::strange(text, lang).is_some();
    let all = if is_strange || block.is_code() { Vec::new() } else { sentences(text) };
    let strange_sentences = all
        .into_iter()
        .filter(|sentence| sentence.len() < text.len() && is_strange_sentence(sentence, lang))
        .filter_map(|sentence| text.find(sentence).map(|start| start..start + sentence.len()))
        .collect();
    Passage {
        lang: lang.clone(),
        story,
        part,
        block,
        is_others: story.is_some_and(is_others),
        is_strange,
        strange_sentences,
    }
}

/// Whether a sentence is in the other language, also when it is short and has hardly a small word.
fn is_strange_sentence(sentence: &str, lang: &Lang) -> bool {
    const CHARS_MAX: usize = 120;
    const POINTS_MIN: usize = 4;
    language::strange(sentence, lang).is_some()
        || (sentence.len() <= CHARS_MAX && language::strange_line(sentence, lang, POINTS_MIN).is_some())
}

fn plain_block(text: &str) -> Block {
    let mut block = Block { tag: "p".to_owned(), ..Block::default() };
    dom::push_collapsed(&mut block.text, text);
    block.text.truncate(block.text.trim_end().len());
    block
}

fn part_of(tag: &str) -> Part {
    match tag {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Part::Heading,
        "li" => Part::Item,
        "td" | "th" => Part::Cell,
        _ => Part::Paragraph,
    }
}
