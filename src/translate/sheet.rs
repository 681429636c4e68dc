//! What goes to translators as Word files: whole stories in their own language, with what is to be translated in black
//! and all else in grey; and the two-column sheet on which a reviser goes over what came back.

use std::collections::BTreeSet;

use super::store::{Kept, Store, Unit};
use super::unit::ISSUE;
use super::words;
use crate::model::rich::{self, Bit, Within};
use crate::model::{IssueId, Lang, Speech, Words};
use crate::word::{Block, Control, Document, Paragraph, Run, Style, Table, write};

/// The beginnings of ids: of a passage to translate, of one to revise, of one to leave.
pub(super) const TRANSLATE: &str = "cco";
pub(super) const REVISE: &str = "ccr";
pub(super) const LEAVE: &str = "ccx";

/// The name of a passage in every file that leaves: Word lets a tag have 64 letters and a bookmark 40.
pub(super) fn name(kind: &str, issue: &IssueId, lang: &Lang, key: &str, id: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(format!("{issue}\n{lang}\n{key}\n{id}").as_bytes());
    let word = data_encoding::BASE32_NOPAD.encode(&digest[..10]).to_ascii_lowercase();
    format!("{kind}_{}_{word}", lang.as_str().replace('-', ""))
}

/// What the sheets are about, beside the passages.
pub(super) struct Heading<'a> {
    pub(super) issue: &'a IssueId,
    pub(super) from: &'a Lang,
    /// The newsletter's name in the language of the document.
    pub(super) newsletter: &'a str,
    /// Tags of the two languages.
    pub(super) tags: (&'a str, &'a str),
    /// The target language's own name.
    pub(super) label: &'a str,
}

/// The language in which the sheet speaks to whoever works on it: that of its stories.
fn speech(lang: &Lang) -> Speech {
    if lang.is_french() { Speech::Fr } else { Speech::En }
}

/// A language as each of the two languages calls it; one that is neither goes by its own name.
fn called(lang: &Lang, label: &str) -> Words {
    if lang.is_french() {
        words!("French", "français")
    } else if lang.is_english() {
        words!("English", "anglais")
    } else {
        Words::same(label)
    }
}

/// What a passage is, for people.
pub(super) fn what(unit: &Unit) -> Words {
    match unit.field() {
        "title" => words!("title", "titre"),
        "summary" => words!("summary", "résumé"),
        "alt" => words!("alternative text of the picture", "texte de remplacement de l'image"),
        "location" => words!("place of the event", "lieu de l'activité"),
        "audience" => words!("audience of the event", "public de l'activité"),
        "author" => words!("author", "auteur ou autrice"),
        "contact" => words!("whom to ask", "personne ressource"),
        "subject" => words!("subject of the mail", "objet du courriel"),
        "preheader" => words!("line beside the subject", "ligne à côté de l'objet"),
        "opening" => words!("opening", "mot d'ouverture"),
        _ => words!("text", "texte"),
    }
}

/// Inline HTML as runs; addresses are grey.
pub(super) fn runs(html: &str, frozen: bool) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut open: Vec<Bit> = Vec::new();
    let mut add = |text: &str, open: &[Bit], grey: bool| {
        let link = open.iter().rev().find_map(|bit| if let Bit::Link(href) = bit { Some(href.clone()) } else { None });
        let (bold, italic) = (open.contains(&Bit::Strong), open.contains(&Bit::Em));
        let run = Run { text: text.to_owned(), bold, italic, link, tag: None, frozen: frozen || grey };
        match out.last_mut() {
            Some(last)
                if (Run { text: String::new(), ..last.clone() }) == (Run { text: String::new(), ..run.clone() }) =>
            {
                last.text.push_str(text);
            }
            _ => out.push(run),
        }
    };
    for bit in rich::bits(html) {
        match bit {
            Bit::Text(text) => {
                for word in text.split_inclusive([' ', '\n']) {
                    add(word, &open, words::is_address(word));
                }
            }
            Bit::Break => add("\n", &open, false),
            Bit::End => drop(open.pop()),
            other => open.push(other),
        }
    }
    out
}

/// Runs as inline HTML, in the one form to which both sides of a comparison are brought.
pub(super) fn html(runs: &[Run]) -> String {
    let mut bits = Vec::new();
    for linked in runs.chunk_by(|a, b| a.link == b.link) {
        bits.extend(linked[0].link.clone().map(Bit::Link));
        for group in linked.chunk_by(|a, b| (a.bold, a.italic) == (b.bold, b.italic)) {
            let text: String = group.iter().map(|run| run.text.as_str()).collect();
            let (bold, italic) = (group[0].bold && !text.trim().is_empty(), group[0].italic && !text.trim().is_empty());
            bits.extend(bold.then_some(Bit::Strong));
            bits.extend(italic.then_some(Bit::Em));
            for (at, line) in text.split('\n').enumerate() {
                bits.extend((at > 0).then_some(Bit::Break));
                bits.push(Bit::Text(line.to_owned()));
            }
            bits.extend(std::iter::repeat_n(Bit::End, usize::from(bold) + usize::from(italic)));
        }
        bits.extend(linked[0].link.is_some().then_some(Bit::End));
    }
    rich::inline(&bits).trim().to_owned()
}

/// The one form of some inline HTML.
pub(super) fn canonical(text: &str) -> String {
    html(&runs(text, false))
}

fn style(unit: &Unit) -> Style {
    match (unit.field(), unit.within) {
        ("title", _) => Style::Heading(2),
        (_, Within::Heading(level)) => Style::Heading(level.clamp(3, 4)),
        (_, Within::Item { ordered, level }) => Style::Item { ordered, level },
        (_, Within::Quote) => Style::Quote,
        _ => Style::Body,
    }
}

/// A grey line of ours, with an id by which it is known when it comes back.
fn remark(text: &str, style: Style) -> Block {
    Block::Paragraph(grey(text, style))
}

fn grey(text: &str, style: Style) -> Paragraph {
    use sha2::{Digest as _, Sha256};
    let digest = data_encoding::BASE32_NOPAD.encode(&Sha256::digest(text.as_bytes())[..10]).to_ascii_lowercase();
    let control = Control { tag: format!("{LEAVE}_{digest}"), title: String::new(), locked: true };
    let run = Run { frozen: true, ..Run::plain(text) };
    Paragraph { style, runs: vec![run], control: Some(control) }
}

/// The stories that have something to translate, whole, in their own language.
pub(super) fn stories(store: &Store, stories: &[&Kept], heading: &Heading<'_>) -> Vec<u8> {
    let speech = speech(heading.from);
    let (newsletter, issue) = (heading.newsletter, heading.issue);
    let Words { en, fr } = called(&store.lang, heading.label);
    let title =
        words!("{newsletter}, {issue}: for translation into {en}", "{newsletter}, {issue} : à traduire en {fr}");
    let title = title.say(speech).to_owned();
    let how = words!(
        "Type the translation over the black text. Grey text is context, or is not to be translated. Save the file under any name and send it back.",
        "Tapez la traduction par-dessus le texte noir. Le texte gris sert de contexte, ou ne se traduit pas. Enregistrez le fichier sous le nom de votre choix et renvoyez-le."
    );
    let mut blocks = vec![remark(&title, Style::Title), remark(how.say(speech), Style::Note)];
    for kept in stories {
        let own = if kept.key == ISSUE {
            words!("The mail itself", "Le courriel lui-même")
        } else {
            let key = &kept.key;
            words!("Story {key}", "Article {key}")
        };
        blocks.push(remark(own.say(speech), Style::Heading(1)));
        for unit in kept.units.iter().filter(|unit| !unit.is_gone) {
            if !matches!(unit.field(), "title" | "summary" | "body" | "opening") {
                let label = what(unit);
                let (en, fr) = (label.en, label.fr);
                blocks.push(remark(words!("{en}:", "{fr} :").say(speech), Style::Note));
            }
            blocks.push(Block::Paragraph(paragraph(unit, kept, store, heading)));
        }
    }
    document(title, heading, blocks)
}

fn paragraph(unit: &Unit, kept: &Kept, store: &Store, heading: &Heading<'_>) -> Paragraph {
    let is_wanted = unit.is_wanted();
    let kind = if is_wanted { TRANSLATE } else { LEAVE };
    let source =
        if unit.is_whole() { rich::escaped(&words::one_line(&rich::words(&unit.source))) } else { unit.source.clone() };
    let control = Control {
        tag: name(kind, heading.issue, &store.lang, &kept.key, &unit.id),
        title: unit.id.clone(),
        locked: !is_wanted,
    };
    Paragraph { style: style(unit), runs: runs(&source, !is_wanted), control: Some(control) }
}

/// Every passage in two columns: what was said, and how it was translated.
pub(super) fn review(store: &Store, stories: &[&Kept], heading: &Heading<'_>) -> Vec<u8> {
    let speech = speech(&store.lang);
    let (newsletter, issue) = (heading.newsletter, heading.issue);
    let Words { en, fr } = called(&store.lang, heading.label);
    let title =
        words!("{newsletter}, {issue}: review of the {en} text", "{newsletter}, {issue} : révision du texte en {fr}");
    let title = title.say(speech).to_owned();
    let how = words!(
        "Correct the right column. Save the file under any name and send it back.",
        "Corrigez la colonne de droite. Enregistrez le fichier sous le nom de votre choix et renvoyez-le."
    );
    let mut blocks = vec![remark(&title, Style::Title), remark(how.say(speech), Style::Note)];
    for kept in stories {
        let cell = |runs: Vec<Run>, control| vec![Paragraph { style: Style::Body, runs, control }];
        let head = |tag: &str| vec![grey(tag, Style::Body)];
        let mut rows = vec![vec![head(heading.tags.0), head(heading.tags.1)]];
        for unit in kept.units.iter().filter(|unit| !unit.is_gone && !unit.is_whole()) {
            let control = Control {
                tag: name(REVISE, heading.issue, &store.lang, &kept.key, &unit.id),
                title: unit.id.clone(),
                locked: false,
            };
            let mut target = runs(unit.target.as_deref().unwrap_or_default(), false);
            for run in &mut target {
                run.tag = Some(heading.tags.1.to_owned());
            }
            if target.is_empty() {
                target.push(Run::plain("…"));
            }
            rows.push(vec![cell(runs(&unit.source, true), None), cell(target, Some(control))]);
        }
        let mail = words!("The mail itself", "Le courriel lui-même");
        let own = match (kept.title.as_str(), kept.key.as_str()) {
            ("", ISSUE) => mail.say(speech),
            ("", key) => key,
            (title, _) => title,
        };
        blocks.push(remark(own, Style::Heading(1)));
        blocks.push(Block::Table(Table { widths: vec![50, 50], has_header: true, rows }));
    }
    document(title, heading, blocks)
}

fn document(title: String, heading: &Heading<'_>, blocks: Vec<Block>) -> Vec<u8> {
    write(&Document {
        title,
        tag: heading.tags.0.to_owned(),
        author: heading.newsletter.to_owned(),
        header: String::new(),
        blocks,
    })
}

/// The languages from which a store has something that is wanted, in order.
pub(super) fn sources(store: &Store) -> BTreeSet<&Lang> {
    store.stories.iter().map(|kept| &kept.from).collect()
}
