//! The stories, section by section: what is in the issue, what could be, what waits and what is dropped. Each is moved by
//! a button, a key or the mouse, and every way is the same form.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::html::{part, tag};
use super::page::{Page, Tab};
use super::{Made, findings};
use crate::curate::{Candidate, Shelf};
use crate::model::rich::as_html;
use crate::model::{Finding, Lang, Origin, Severity, Speech, Story, StoryId};

/// Titles are cut in lists, in characters.
const TITLE_MAX: usize = 160;
/// Lists that are longer begin closed below these.
const OPEN_MAX: usize = 12;

/// Everything that a list needs to know of each story, found once.
struct Known<'a> {
    made: &'a Made,
    stories: BTreeMap<&'a StoryId, (&'a Story, &'a Candidate)>,
    findings: BTreeMap<StoryId, Vec<&'a Finding>>,
    /// Second halves of pairs, which are no stories of their own any more.
    twins: Vec<StoryId>,
}

impl<'a> Known<'a> {
    fn new(made: &'a Made) -> Self {
        let all = made.candidates.iter().map(|one| (&one.id, (made.picked(&one.id).unwrap_or(&one.story), one)));
        Self {
            made,
            stories: all.collect(),
            findings: findings::by_story(made),
            twins: made.board.pairs.iter().map(|pair| StoryId::parse(&pair.twin)).collect(),
        }
    }
}

/// The text of a story's title in a language.
pub(super) fn title<'s>(story: &'s Story, lang: &Lang) -> Option<&'s str> {
    story.texts.get(lang).map(|text| text.title.as_str()).filter(|title| !title.trim().is_empty())
}

/// The newsletter's languages, the person's own first.
pub(super) fn languages(made: &Made, speech: Speech) -> Vec<&Lang> {
    let mut all: Vec<&Lang> = made.newsletter.languages.iter().collect();
    let is_own = |lang: &Lang| match speech {
        Speech::En => lang.is_english(),
        Speech::Fr => lang.is_french(),
    };
    all.sort_by_key(|lang| !is_own(lang));
    all
}

/// The title that a person reads first, and its language.
pub(super) fn first_title(story: &Story, made: &Made, speech: Speech) -> (String, String) {
    let found = languages(made, speech).into_iter().find_map(|lang| Some((title(story, lang)?, lang)));
    match found {
        Some((title, lang)) => (cut(title), tag(lang, &made.newsletter).to_owned()),
        None => (story.id.to_string(), "und".to_owned()),
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= TITLE_MAX {
        return text.to_owned();
    }
    let head: String = text.chars().take(TITLE_MAX).collect();
    format!("{head}…")
}

/// Where a story came from, for people.
pub(super) fn origin(story: &Story) -> &str {
    match &story.origin {
        Origin::Source { source, .. } => source,
        Origin::File { file, .. } => file.trim_start_matches("stories/"),
    }
}

impl Page<'_> {
    /// The first page.
    pub(super) fn stories_page(&self, made: &Made) -> String {
        let heading = say!(self.speech, "Stories", "Textes");
        let mut main = format!("<h1>{heading}</h1>\n");
        if made.toml.is_none() {
            main.push_str(&findings::correction_note(self.speech));
            return self.framed(Tab::Stories, &heading, &main);
        }
        let known = Known::new(made);
        self.questions(&mut main, made);
        self.jump(&mut main, made);
        self.keys(&mut main);
        let _ = writeln!(
            main,
            "<form id=\"moves\" method=\"post\" action=\"{}\" data-moves>{}</form>\n<div class=\"shelves\">",
            self.to("/do/move"),
            self.back("")
        );
        for rack in &made.board.shelves {
            self.shelf(&mut main, rack, &known);
        }
        // Sections of the newsletter that the file does not have yet.
        for section in &made.newsletter.sections {
            if !made.board.shelves.iter().any(|rack| rack.id == section.id) {
                let rack = Shelf { id: section.id.clone(), ..Shelf::default() };
                self.shelf(&mut main, &rack, &known);
            }
        }
        main.push_str("</div>\n");
        self.beside(&mut main, made);
        self.framed(Tab::Stories, &heading, &main)
    }

    /// The way to each section, with what is in it and how much it holds.
    fn jump(&self, out: &mut String, made: &Made) {
        let label = say!(self.speech, "Sections", "Sections");
        let _ = write!(out, "<nav class=\"jump\" aria-label=\"{label}\"><ul>");
        for rack in &made.board.shelves {
            let (id, n) = (part(&rack.id), rack.pick.len());
            let size = made.newsletter.section(&rack.id).map_or(0, |section| section.size);
            let _ = write!(
                out,
                "<li><a href=\"#s-{id}\">{} <span class=\"count\">{n}/{size}</span></a></li>",
                self.section_name(made, &rack.id)
            );
        }
        out.push_str("</ul></nav>\n");
    }

    /// A section's name in the person's language, as HTML.
    pub(super) fn section_name(&self, made: &Made, id: &str) -> String {
        let section = made.newsletter.section(id);
        let name = section
            .and_then(|section| languages(made, self.speech).into_iter().find_map(|lang| section.name.get(lang)));
        name.map_or_else(|| say!(self.speech, "To place", "À placer"), |name| as_html(name))
    }

    fn keys(&self, out: &mut String) {
        let (title, keys) = (
            say!(self.speech, "Keys", "Touches"),
            [
                ("P", say!(self.speech, "into the issue", "dans le numéro")),
                ("C", say!(self.speech, "back to the candidates", "de retour parmi les propositions")),
                ("H", say!(self.speech, "hold for another month", "garder pour un autre mois")),
                ("D", say!(self.speech, "drop", "écarter")),
                ("Alt+↑ Alt+↓", say!(self.speech, "earlier, later", "plus haut, plus bas")),
                ("J K", say!(self.speech, "next story, previous story", "texte suivant, texte précédent")),
            ],
        );
        let note = say!(
            self.speech,
            "They work while a story has the focus. With the mouse, drag a story to its place.",
            "Elles agissent lorsqu'un texte a le focus. À la souris, glissez un texte à sa place."
        );
        let _ = write!(out, "<details class=\"keys\"><summary>{title}</summary><p>{note}</p><dl>");
        for (key, what) in keys {
            let _ = write!(out, "<dt><kbd>{key}</kbd></dt><dd>{what}</dd>");
        }
        out.push_str("</dl></details>\n");
    }

    fn shelf(&self, out: &mut String, rack: &Shelf, known: &Known<'_>) {
        let made = known.made;
        let (id, n) = (as_html(&rack.id), rack.pick.len());
        let name = self.section_name(made, &rack.id);
        let size = made.newsletter.section(&rack.id).map_or(0, |section| section.size);
        let of = if size > 0 { say!(self.speech, "{n} of {size}", "{n} sur {size}") } else { n.to_string() };
        let _ = writeln!(
            out,
            "<section class=\"shelf\" id=\"s-{}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{name} <span class=\"count\">{of}</span></h2>\n<div class=\"cols\">",
            part(&rack.id)
        );
        let shown = |list: &'_ [StoryId]| -> Vec<StoryId> {
            list.iter().filter(|id| !known.twins.contains(id)).cloned().collect()
        };
        self.list(out, rack, "pick", &say!(self.speech, "In the issue", "Dans le numéro"), &shown(&rack.pick), known);
        let label = say!(self.speech, "Candidates", "Propositions");
        self.list(out, rack, "candidates", &label, &shown(&rack.candidates), known);
        out.push_str("</div>\n");
        for (list, label) in [
            ("held", say!(self.speech, "Held for another month", "Gardés pour un autre mois")),
            ("dropped", say!(self.speech, "Dropped", "Écartés")),
        ] {
            let ids = shown(rack.list(list));
            if !ids.is_empty() {
                let _ = write!(out, "<details class=\"more\"><summary>{label} ({})</summary>", ids.len());
                self.list(out, rack, list, &label, &ids, known);
                out.push_str("</details>\n");
            }
        }
        out.push_str("</section>\n");
    }

    fn list(&self, out: &mut String, rack: &Shelf, list: &str, label: &str, ids: &[StoryId], known: &Known<'_>) {
        let (section, n) = (as_html(&rack.id), ids.len());
        let _ = writeln!(out, "<div class=\"col {list}\"><h3>{label} <span class=\"count\">{n}</span></h3>");
        let name = if list == "pick" { "ol" } else { "ul" };
        let _ = write!(out, "<{name} class=\"list\" data-section=\"{section}\" data-list=\"{list}\">");
        for (at, id) in ids.iter().enumerate() {
            let is_late = list == "candidates" && at >= OPEN_MAX;
            self.card(out, id, (&rack.id, list), (at == 0, at + 1 == n), is_late, known);
        }
        let _ = writeln!(out, "</{name}>");
        if ids.is_empty() {
            let said = match list {
                "pick" => {
                    say!(self.speech, "Nothing yet: pick a candidate.", "Rien encore : choisissez une proposition.")
                }
                _ => say!(self.speech, "None.", "Aucune."),
            };
            let _ = writeln!(out, "<p class=\"empty\">{said}</p>");
        }
        out.push_str("</div>\n");
    }

    fn card(
        &self,
        out: &mut String,
        id: &StoryId,
        (section, list): (&str, &str),
        (is_first, is_last): (bool, bool),
        is_late: bool,
        known: &Known<'_>,
    ) {
        let made = known.made;
        let (raw, key) = (as_html(id.as_str()), part(id.as_str()));
        let class = if is_late { "story late" } else { "story" };
        let Some((story, candidate)) = known.stories.get(id) else {
            let gone = say!(self.speech, "no story has this id any more", "aucun texte n'a plus cet id");
            let _ = writeln!(
                out,
                "<li class=\"{class}\" id=\"st-{key}\"><code>{raw}</code> <span class=\"chip E\">{gone}</span></li>"
            );
            return;
        };
        let (first, lang) = first_title(story, made, self.speech);
        let _ = write!(
            out,
            "<li class=\"{class}\" id=\"st-{key}\" data-id=\"{raw}\" data-from=\"{};{list}\" draggable=\"true\"><a class=\"title\" href=\"{}\" lang=\"{lang}\">{}</a>",
            as_html(section),
            self.to(&format!("/story/{key}")),
            as_html(&first)
        );
        for other in languages(made, self.speech).into_iter().skip(1) {
            let tag = as_html(tag(other, &made.newsletter));
            match title(story, other) {
                Some(title) if cut(title) == first => {}
                Some(title) => drop(write!(out, "<span class=\"twin\" lang=\"{tag}\">{}</span>", as_html(&cut(title)))),
                None if story.only.is_some() => {}
                None => {
                    let said = say!(self.speech, "no text in {other}", "aucun texte en {other}");
                    let _ = write!(out, "<span class=\"twin missing\">{said}</span>");
                }
            }
        }
        self.facts(out, story, candidate, known.findings.get(id).map_or(&[][..], Vec::as_slice));
        self.buttons(out, id, (section, list), (is_first, is_last), &first);
        out.push_str("</li>\n");
    }

    /// Its day, where it came from, what speaks for it, and what is found about it.
    fn facts(&self, out: &mut String, story: &Story, candidate: &Candidate, found: &[&Finding]) {
        let (day, from) = (candidate.day, as_html(origin(story)));
        let _ = write!(out, "<p class=\"facts\"><span>{day}</span> <span>{from}</span>");
        // The first reason is where it came from.
        for why in candidate.why.iter().skip(1) {
            let _ = write!(out, " <span>{}</span>", as_html(why.say(self.speech)));
        }
        if let Some(waits) = &candidate.waits {
            let _ = write!(out, " <span class=\"chip I\">{}</span>", as_html(waits.say(self.speech)));
        }
        let n = |severity| found.iter().filter(|it| it.severity == severity && it.waived.is_none()).count();
        let (errors, warnings) = (n(Severity::Error), n(Severity::Warning));
        if errors > 0 {
            let _ = write!(
                out,
                " <span class=\"chip E\">{}</span>",
                say!(self.speech, "blocking: {errors}", "bloquant : {errors}")
            );
        }
        if warnings > 0 {
            let _ = write!(
                out,
                " <span class=\"chip W\">{}</span>",
                say!(self.speech, "to look at: {warnings}", "à voir : {warnings}")
            );
        }
        out.push_str("</p>");
    }

    fn buttons(
        &self,
        out: &mut String,
        id: &StoryId,
        (section, list): (&str, &str),
        (is_first, is_last): (bool, bool),
        title: &str,
    ) {
        let (id, section, title) = (as_html(id.as_str()), as_html(section), as_html(title));
        let mut button = |verb: &str, label: &str, name: String, is_off: bool| {
            let off = if is_off { " disabled" } else { "" };
            let spoken = words!("{name}: {title}", "{name} : {title}");
            let spoken = spoken.say(self.speech);
            let _ = write!(
                out,
                "<button form=\"moves\" name=\"m\" value=\"{verb};{id};{section};{list}\" data-k=\"{verb}\" aria-label=\"{spoken}\"{off}>{label}</button>"
            );
        };
        if matches!(list, "pick") {
            button("up", "↑", say!(self.speech, "Earlier", "Plus haut"), is_first);
            button("down", "↓", say!(self.speech, "Later", "Plus bas"), is_last);
        }
        for (to, label) in [
            ("pick", say!(self.speech, "Pick", "Choisir")),
            ("candidates", say!(self.speech, "Candidates", "Propositions")),
            ("held", say!(self.speech, "Hold", "Garder")),
            ("dropped", say!(self.speech, "Drop", "Écarter")),
        ] {
            if to != list {
                button(to, &label, label.clone(), false);
            }
        }
    }

    /// Beside the lists, where there is room: what readers will see.
    fn beside(&self, out: &mut String, made: &Made) {
        let Some(lang) = languages(made, self.speech).into_iter().next() else { return };
        let label =
            say!(self.speech, "The edition as readers will see it", "L'édition telle que les lecteurs la verront");
        let _ = writeln!(
            out,
            "<aside class=\"beside\" aria-label=\"{label}\"><h2>{label}</h2><iframe title=\"{label}\" src=\"{}\" loading=\"lazy\"></iframe></aside>",
            self.to(&format!("/edition/{}/phone", part(lang.as_str())))
        );
    }
}
