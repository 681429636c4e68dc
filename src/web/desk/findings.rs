//! What `check` found, where it is: message, mend, the rule explained beside it, and the way to accept it by name.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Made;
use super::html::{part, sentence, tag};
use super::page::{Page, Tab};
use super::shelves::first_title;
use crate::check::{Class, Rule, rules};
use crate::model::rich::as_html;
use crate::model::{Finding, Lang, Origin, Place, Severity, Speech, StoryId};

/// The story that a finding is about; none: the issue.
pub(super) fn story_of(finding: &Finding, made: &Made) -> Option<StoryId> {
    match &finding.place {
        Place::Edition { story, .. } => story.as_deref().map(StoryId::parse),
        Place::File { file, line, .. } if file.ends_with("issue.toml") => {
            // The line of a list names its story.
            let line = made.toml.as_deref()?.lines().nth(line.checked_sub(1)?)?;
            let id = StoryId::parse(line.split('"').nth(1)?);
            made.board.place(&id).map(|_| id)
        }
        Place::File { file, .. } => {
            let is_own = |origin: &Origin| match origin {
                Origin::File { file: own, twin, .. } => own == file || twin.as_ref() == Some(file),
                Origin::Source { .. } => false,
            };
            made.candidates.iter().find(|one| is_own(&one.story.origin)).map(|one| one.id.clone())
        }
    }
}

/// Everything that is found about stories.
pub(super) fn by_story(made: &Made) -> BTreeMap<StoryId, Vec<&Finding>> {
    let mut all: BTreeMap<StoryId, Vec<&Finding>> = BTreeMap::new();
    for finding in &made.findings {
        if let Some(story) = story_of(finding, made) {
            all.entry(story).or_default().push(finding);
        }
    }
    all
}

/// Said where a correction, which has no lists, would have them.
pub(super) fn correction_note(speech: Speech) -> String {
    let said = say!(
        speech,
        "A correction is written in its own file; here you see what becomes of it.",
        "Un rectificatif s'écrit dans son propre fichier; vous voyez ici ce qu'il devient."
    );
    format!("<p>{said}</p>\n")
}

/// What a weight means, for people.
fn weight(severity: Severity, speech: Speech) -> String {
    match severity {
        Severity::Error => say!(speech, "blocks", "bloque"),
        Severity::Warning => say!(speech, "to look at", "à voir"),
        Severity::Fixed => say!(speech, "mended by the program", "corrigé par le programme"),
        Severity::Info => say!(speech, "to know", "à savoir"),
    }
}

impl Page<'_> {
    /// What is found about a story, or about the issue itself: in one language, or (`None`) in no single one.
    pub(super) fn findings_of(&self, made: &Made, story: Option<&StoryId>, lang: Option<&Lang>) -> String {
        let is_here = |finding: &&Finding| {
            let known = finding.language.as_ref().filter(|lang| made.newsletter.languages.contains(lang));
            story_of(finding, made).as_ref() == story && known == lang && finding.severity <= Severity::Warning
        };
        let found: Vec<&Finding> = made.findings.iter().filter(is_here).collect();
        let about = format!("{}-{}", story.map_or("issue", StoryId::as_str), lang.map_or("all", Lang::as_str));
        self.found(made, &found, &about)
    }

    fn found(&self, made: &Made, found: &[&Finding], about: &str) -> String {
        if found.is_empty() {
            return String::new();
        }
        let items: String = found
            .iter()
            .enumerate()
            .map(|(at, finding)| self.finding(made, finding, &format!("w-{}-{at}", part(about))))
            .collect();
        format!("<ul class=\"found\">{items}</ul>\n")
    }

    fn finding(&self, made: &Made, finding: &Finding, id: &str) -> String {
        let (letter, rule, weight) =
            (finding.severity.letter(), as_html(&finding.rule), weight(finding.severity, self.speech));
        let message = sentence(finding.message.say(self.speech));
        let class = if finding.waived.is_some() { "waived" } else { letter };
        let mut out = format!(
            "<li class=\"{class}\"><p><strong>{rule}</strong> <span class=\"chip {class}\">{weight}</span> {message}"
        );
        if !finding.excerpt.is_empty() {
            let lang = finding.language.as_ref().map_or("", |lang| tag(lang, &made.newsletter));
            let _ = write!(out, " <q lang=\"{}\">{}</q>", as_html(lang), as_html(&finding.excerpt));
        }
        out.push_str("</p>");
        if let Place::File { file, line, .. } = &finding.place
            && *line > 0
        {
            let _ = write!(out, "<p class=\"soft\"><code>{}:{line}</code></p>", as_html(file));
        }
        match &finding.waived {
            Some(waived) => {
                let (by, reason) = (&waived.by, &waived.reason);
                let said = say!(self.speech, "accepted by {by}: {reason}", "accepté par {by} : {reason}");
                let _ = write!(out, "<p>{said}</p>{}", self.unwaive(made, finding));
            }
            None if !finding.hint.en.is_empty() => {
                let _ = write!(out, "<p class=\"hint\">{}</p>", sentence(finding.hint.say(self.speech)));
            }
            None => {}
        }
        if let Some(rule) = rules().iter().find(|rule| rule.id == finding.rule) {
            out.push_str("<div class=\"more\">");
            out.push_str(&self.explained(made, rule));
            if finding.waived.is_none() && rule.class != Class::Never && !made.has_begun {
                out.push_str(&self.waive(finding, id));
            }
            out.push_str("</div>");
        }
        out.push_str("</li>");
        out
    }

    /// The same as `check --explain` says.
    fn explained(&self, made: &Made, rule: &Rule) -> String {
        let (en, fr) = (rule.en, rule.fr);
        let (who_en, who_fr) = rule.class.title();
        let (group_en, group_fr) = rule.group.title();
        let (bad, good, source) = (rule.bad.shown(), rule.good.shown(), rule.source);
        let speech = self.speech;
        let mut out = format!(
            "<details><summary>{}</summary><p>{}: {}</p><dl><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd>",
            say!(speech, "Explain", "Expliquer"),
            say!(speech, "{group_en}", "{group_fr}"),
            say!(speech, "{en}", "{fr}"),
            say!(speech, "Breaks it", "L'enfreint"),
            as_html(bad.say(speech)),
            say!(speech, "Is right", "Est juste"),
            as_html(good.say(speech)),
            say!(speech, "May be accepted by", "Peut être accepté par"),
            say!(speech, "{who_en}", "{who_fr}"),
            say!(speech, "Source", "Source"),
            as_html(source)
        );
        for limit in rule.limits {
            let (name, default) = (limit.name, limit.default);
            let set = made.newsletter.check.rules.get(rule.id).and_then(|set| set.limits.get(name));
            let now = set.copied().unwrap_or(default);
            let _ = write!(
                out,
                "<dt>{}</dt><dd>{}</dd>",
                say!(speech, "Limit", "Limite"),
                say!(speech, "{name} = {now} (by default {default})", "{name} = {now} (par défaut {default})")
            );
        }
        out.push_str("</dl></details>");
        out
    }

    fn waive(&self, finding: &Finding, id: &str) -> String {
        let (summary, why, button) = (
            say!(self.speech, "Accept it", "L'accepter"),
            say!(self.speech, "Why it is right all the same", "Pourquoi c'est juste malgré tout"),
            say!(self.speech, "Accept: the approver is told", "Accepter : l'approbateur en est informé"),
        );
        let story = match &finding.place {
            Place::Edition { story, .. } => story.as_deref().unwrap_or(""),
            Place::File { .. } => "",
        };
        format!(
            "<details><summary>{summary}</summary><form method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"rule\" value=\"{}\"><input type=\"hidden\" name=\"story\" value=\"{}\">{}<p class=\"field\"><label for=\"{id}-why\">{why}</label><input id=\"{id}-why\" name=\"why\" required maxlength=\"500\"></p><button>{button}</button></form></details>",
            self.to("/do/waive"),
            self.back(""),
            as_html(&finding.rule),
            as_html(story),
            self.name_field(&format!("{id}-by")),
        )
    }

    fn unwaive(&self, made: &Made, finding: &Finding) -> String {
        let story = match &finding.place {
            Place::Edition { story, .. } => story.as_deref(),
            Place::File { .. } => None,
        };
        let own =
            made.board.waivers.iter().find(|waiver| waiver.rule == finding.rule && waiver.story.as_deref() == story);
        if own.is_none() || made.has_begun {
            return String::new();
        }
        let (label, rule) = (say!(self.speech, "Take it back", "Revenir là-dessus"), as_html(&finding.rule));
        format!(
            "<form method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"rule\" value=\"{rule}\"><input type=\"hidden\" name=\"story\" value=\"{}\"><button class=\"quiet\" aria-label=\"{label}: {rule}\">{label}</button></form>",
            self.to("/do/unwaive"),
            self.back(""),
            as_html(story.unwrap_or(""))
        )
    }

    /// Everything that is found, by story.
    pub(super) fn findings_page(&self, made: &Made) -> String {
        let heading = say!(self.speech, "Findings", "Constatations");
        let mut main = format!("<h1>{heading}</h1>\n");
        let state = if made.is_blocked {
            say!(self.speech, "The issue may not leave yet.", "Le numéro ne peut pas encore partir.")
        } else {
            say!(self.speech, "Nothing blocks the issue.", "Rien ne bloque le numéro.")
        };
        let _ = writeln!(main, "<p>{state}</p>");
        let is_heavy = |finding: &&Finding| finding.severity <= Severity::Warning;
        let of = |story: Option<&StoryId>| -> Vec<&Finding> {
            made.findings.iter().filter(is_heavy).filter(|it| story_of(it, made).as_ref() == story).collect()
        };
        let whole = of(None);
        if !whole.is_empty() {
            let title = say!(self.speech, "The issue as a whole", "Le numéro dans son ensemble");
            let _ = writeln!(main, "<section><h2>{title}</h2>{}</section>", self.found(made, &whole, "whole"));
        }
        let mut ids: Vec<StoryId> = made.issue.stories().map(|story| story.id.clone()).collect();
        ids.extend(by_story(made).into_keys());
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        for id in ids {
            let found = of(Some(&id));
            if found.is_empty() {
                continue;
            }
            let (title, lang) = made
                .story(&id)
                .map_or_else(|| (id.to_string(), "und".to_owned()), |story| first_title(story, made, self.speech));
            let href = self.to(&format!("/story/{}", part(id.as_str())));
            let _ = writeln!(
                main,
                "<section><h2><a href=\"{href}\" lang=\"{lang}\">{}</a></h2>{}</section>",
                as_html(&title),
                self.found(made, &found, id.as_str())
            );
        }
        self.light(&mut main, made);
        self.framed(Tab::Findings, &heading, &main)
    }

    /// What was mended and what is only to know.
    fn light(&self, out: &mut String, made: &Made) {
        for (severity, title) in [
            (Severity::Fixed, say!(self.speech, "Mended by the program", "Corrigé par le programme")),
            (Severity::Info, say!(self.speech, "To know", "À savoir")),
        ] {
            let found: Vec<&Finding> = made.findings.iter().filter(|it| it.severity == severity).collect();
            if !found.is_empty() {
                let _ = writeln!(
                    out,
                    "<details><summary>{title} ({})</summary>{}</details>",
                    found.len(),
                    self.found(made, &found, severity.letter())
                );
            }
        }
    }
}
