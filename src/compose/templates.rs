//! Templates and locales: the embedded ones, each replaced by a file of the same name in the newsletter's `templates/`.
//! A mistake in one is answered with its file, line and the offending text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use handlebars::{Context, Handlebars, RenderError, RenderErrorReason, TemplateError};
use serde_json::Value;

use super::locale::Locale;
use super::look::Look;
use super::rich::Styles;
use super::sound::{self, Unclosed};
use crate::files;
use crate::model::{Lang, Words};

macro_rules! embedded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../templates/", $name)))
    };
}

/// The templates in the program itself; a test holds this list against the folder.
const EMBEDDED: [(&str, &str); 34] = [
    embedded!("look.toml"),
    embedded!("mjml/edition.hbs"),
    embedded!("mjml/half.hbs"),
    embedded!("html/award.hbs"),
    embedded!("html/blocks.hbs"),
    embedded!("html/button.hbs"),
    embedded!("html/call.hbs"),
    embedded!("html/contents.hbs"),
    embedded!("html/event.hbs"),
    embedded!("html/footer.hbs"),
    embedded!("html/job.hbs"),
    embedded!("html/language.hbs"),
    embedded!("html/masthead.hbs"),
    embedded!("html/news.hbs"),
    embedded!("html/notes.hbs"),
    embedded!("html/notice.hbs"),
    embedded!("html/opening.hbs"),
    embedded!("html/person.hbs"),
    embedded!("html/picture.hbs"),
    embedded!("html/resource.hbs"),
    embedded!("html/section.hbs"),
    embedded!("html/sections.hbs"),
    embedded!("html/short.hbs"),
    embedded!("html/story.hbs"),
    embedded!("html/title.hbs"),
    embedded!("html/when.hbs"),
    embedded!("mjml/style.hbs"),
    embedded!("pages/style.css"),
    embedded!("pages/forms.css"),
    embedded!("text/edition.hbs"),
    embedded!("text/half.hbs"),
    embedded!("text/story.hbs"),
    embedded!("locales/en.ftl"),
    embedded!("locales/fr.ftl"),
];

/// The file of colours, fonts and sizes.
const LOOK: &str = "look.toml";
/// The style sheet of the pages.
const PAGE_STYLE: &str = "pages/style.css";
/// The style sheet of forms.
const FORM_STYLE: &str = "pages/forms.css";
/// The words that the public pages need beside those that begin with `serve_`.
const PAGE_WORDS: [&str; 2] = ["site_skip", "write_to"];
/// The largest template: ours are under 10 KiB.
const TEMPLATE_BYTES_MAX: u64 = 512 * 1024;

/// The tags that the MJML engine knows. Of these, the interactive ones (accordion, carousel, navbar) and `mj-include`
/// are left out: most mail programs do not show them, and an include could read any file.
const MJML_TAGS: [&str; 22] = [
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
];

/// Everything that shapes an edition.
#[derive(Debug)]
pub struct Templates {
    registry: Handlebars<'static>,
    locales: BTreeMap<Lang, Locale>,
    sources: BTreeMap<String, String>,
    overridden: BTreeMap<String, Vec<u8>>,
    look: Look,
    styles: Styles,
    /// The words that templates name; none: one of them takes them in another way.
    words: Option<BTreeSet<String>>,
}

impl Templates {
    /// The templates in the program itself, by file from `templates/`.
    pub fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
        EMBEDDED.into_iter()
    }

    /// The templates of a newsletter's folder: the embedded ones, with those of its `templates/` in their place.
    pub fn of(root: &Path) -> Result<Self> {
        let own = root.join("templates");
        Self::load(own.is_dir().then_some(own.as_path()))
    }

    /// The embedded templates, with those of a folder in their place.
    pub fn load(overrides: Option<&Path>) -> Result<Self> {
        let mut sources: BTreeMap<String, String> =
            EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut overridden = BTreeMap::new();
        let mut own_look = None;
        for (folder, name) in
            overrides.into_iter().flat_map(|folder| names(folder).into_iter().map(move |it| (folder, it)))
        {
            let bytes = files::read_bytes(&folder.join(&name), TEMPLATE_BYTES_MAX)?;
            let text = files::decode(&bytes);
            if sources.get(&name) == Some(&text) {
                continue;
            }
            overridden.insert(format!("templates/{name}"), bytes);
            // Words and the look add to the embedded ones instead of replacing them.
            if name == LOOK {
                own_look = Some(text);
            } else if let Some(embedded) = sources.get_mut(&name).filter(|_| name.starts_with("locales/")) {
                *embedded = format!("{embedded}\n{text}");
            } else {
                sources.insert(name, text);
            }
        }
        let look = Look::parse(&sources[LOOK], own_look.as_deref())?;
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        let mut locales = BTreeMap::new();
        for (name, source) in &sources {
            if let Some(lang) = name.strip_prefix("locales/").and_then(|name| name.strip_suffix(".ftl")) {
                locales.insert(Lang::new(lang), Locale::parse(name, lang, source)?);
            } else if let Some(name) = name.strip_suffix(".hbs") {
                registry
                    .register_template_string(name, source)
                    .map_err(|error| explain_template(&format!("{name}.hbs"), source, &error))?;
            }
        }
        if let Err(found) = sound::check(&sources) {
            let shown = shown(&sources, &found.file, found.line);
            let (file, line, message) = (found.file, found.line, found.message);
            bail!(words!(
                "`templates/{file}` line {line}: {message}\n    {shown}",
                "`templates/{file}` ligne {line} : {message:#}\n    {shown}"
            ));
        }
        let styles = Styles::of(&look);
        let words = sound::words(&sources);
        Ok(Self { registry, locales, sources, overridden, look, styles, words })
    }

    /// Files of the newsletter's `templates/` that no template includes and that take the place of none.
    pub fn unused(&self) -> Vec<String> {
        let included = sound::included(&self.sources);
        let own = self.overridden.keys().filter_map(|name| name.strip_prefix("templates/"));
        own.filter(|name| EMBEDDED.iter().all(|(known, _)| known != name))
            .filter(|name| name.strip_suffix(".hbs").is_some_and(|bare| !included.contains(bare)))
            .map(str::to_owned)
            .collect()
    }

    /// The colours, fonts and sizes.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// The style sheet of the pages: colours and fonts of the look, and what is made with them.
    pub fn page_style(&self) -> String {
        // A style element ends at its first `</`, whatever an office wrote.
        (self.look.css() + &self.sources[PAGE_STYLE]).replace("</", "<\\/")
    }

    /// What the style sheet of pages with forms has more.
    pub fn form_style(&self) -> &str {
        &self.sources[FORM_STYLE]
    }

    /// The keys of the words of the public pages.
    pub fn page_keys() -> impl Iterator<Item = &'static str> {
        let words = EMBEDDED.iter().find(|(name, _)| *name == "locales/en.ftl").map_or("", |(_, text)| text);
        let key =
            |line: &'static str| line.split_once(" = ").map(|(key, _)| key).filter(|key| key.starts_with("serve_"));
        words.lines().filter_map(key).chain(PAGE_WORDS)
    }

    /// A message of a language, with texts in it.
    pub fn words(&self, lang: &Lang, key: &str, args: &[(&str, &str)]) -> Result<String> {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, (*value).to_owned().into())).collect();
        self.locale(lang)?.say(key, &args)
    }

    /// The inline styles of rich text.
    pub(super) fn styles(&self) -> &Styles {
        &self.styles
    }

    /// The files of the newsletter's own `templates/` that differ from the embedded ones, for the manifest.
    pub fn inputs(&self) -> Vec<(String, Vec<u8>)> {
        self.overridden.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }

    /// The words of a language.
    pub fn locale(&self, lang: &Lang) -> Result<&Locale> {
        let Some(locale) = self.locales.get(lang) else {
            bail!(words!(
                "there are no words for `{lang}`: add `templates/locales/{lang}.ftl`, with the keys of `en.ftl`",
                "il n'y a pas de textes en `{lang}` : ajoutez `templates/locales/{lang}.ftl`, avec les clés de `en.ftl`"
            ));
        };
        Ok(locale)
    }

    /// Renders a template on data, which is lent for that long: a copy would cost as much as the rendering.
    pub(super) fn render(&self, name: &str, data: &mut Value) -> Result<String> {
        let mut context = Context::from(data.take());
        let rendered = self.registry.render_with_context(name, &context);
        *data = context.data_mut().take();
        rendered.map_err(|error| self.explain_render(name, &error).into())
    }

    /// The words of a language that a story needs to hold: those that templates name. Each partial copies what it
    /// stands in, and all words would be most of it.
    pub(super) fn words_of_story(&self, all: &Value) -> Value {
        match (&self.words, all) {
            (Some(names), Value::Object(all)) => {
                Value::Object(names.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect())
            }
            _ => all.clone(),
        }
    }

    fn explain_render(&self, name: &str, error: &RenderError) -> Words {
        let template = error.template_name.as_deref().unwrap_or(name);
        let file = format!("templates/{template}.hbs");
        let line = error.line_no.unwrap_or(0);
        let column = error.column_no.unwrap_or(0);
        let shown = shown(&self.sources, &format!("{template}.hbs"), line);
        let (en, fr) = match error.reason() {
            RenderErrorReason::MissingVariable(path) => {
                let path = path.as_deref().unwrap_or("?");
                (format!("there is no variable `{path}`"), format!("il n'y a pas de variable `{path}`"))
            }
            RenderErrorReason::PartialNotFound(partial) => {
                (format!("there is no partial `{partial}`"), format!("il n'y a pas de gabarit partiel `{partial}`"))
            }
            RenderErrorReason::CannotIncludeSelf => {
                ("it includes itself".to_owned(), "il s'inclut lui-même".to_owned())
            }
            other => (other.to_string(), other.to_string()),
        };
        words!(
            "`{file}` line {line}, column {column}: {en}\n    {shown}\n  docs/templates.md lists the variables and partials",
            "`{file}` ligne {line}, colonne {column} : {fr}\n    {shown}\n  docs/templates.md énumère les variables et les gabarits partiels"
        )
    }
}

/// Templates and locales of a folder, by their name from it.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = folder.join(LOOK).is_file().then(|| LOOK.to_owned()).into_iter().collect();
    for (sub, ending) in [("mjml", ".hbs"), ("html", ".hbs"), ("text", ".hbs"), ("pages", ".css"), ("locales", ".ftl")]
    {
        let Ok(entries) = std::fs::read_dir(folder.join(sub)) else { continue };
        let found = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let found = found.filter(|name| name.ends_with(ending) && !files::is_ignored_name(name));
        names.extend(found.map(|name| format!("{sub}/{name}")));
    }
    names.sort();
    names
}

fn explain_template(file: &str, source: &str, error: &TemplateError) -> Words {
    let (line, column) = error.pos().unwrap_or((0, 0));
    let shown = source.lines().nth(line.saturating_sub(1)).unwrap_or("").trim_end();
    let reason = error.reason();
    words!(
        "`templates/{file}` line {line}, column {column}: {reason}\n    {shown}\n  each `{{{{#…}}}}` needs its `{{{{/…}}}}`",
        "`templates/{file}` ligne {line}, colonne {column} : {reason}\n    {shown}\n  chaque `{{{{#…}}}}` demande son `{{{{/…}}}}`"
    )
}

/// A line of a template.
fn shown<'a>(sources: &'a BTreeMap<String, String>, file: &str, line: usize) -> &'a str {
    sources.get(file).and_then(|source| source.lines().nth(line.saturating_sub(1))).unwrap_or("").trim_end()
}

impl Templates {
    /// Refuses a rendered block, or the rendered MJML, with a tag that lacks its other half.
    pub(super) fn check_whole(&self, name: &str, markup: &str) -> Result<()> {
        let Some(Unclosed { at, tag }) = sound::unclosed(markup) else { return Ok(()) };
        let folder = name.split_once('/').map_or(name, |(folder, _)| folder);
        let blamed = sound::blame(&self.sources, &format!("{folder}/"));
        let (file, line, tag) = blamed.unwrap_or_else(|| {
            let (file, line) = self.origin(name, markup, at);
            (file, line, tag)
        });
        let shown = shown(&self.sources, &file, line);
        bail!(words!(
            "`templates/{file}` line {line}: `{tag}` lacks its other half, or more than 100 tags stand within each other\n    {shown}",
            "`templates/{file}` ligne {line} : `{tag}` n'a pas son autre moitié, ou plus de 100 balises sont imbriquées\n    {shown}"
        ))
    }

    /// Refuses a frame in which a block has no place: the edition would go out without its stories.
    pub(super) fn check_placed(token: &str, html: &str, number: usize) -> Result<()> {
        if html.matches(token).count() == 1 {
            return Ok(());
        }
        bail!(words!(
            "`templates/mjml/half.hbs` or `edition.hbs`: block {number} stands nowhere, or twice: each of `{{{{{{language_token}}}}}}`, `{{{{{{masthead_token}}}}}}`, `{{{{{{opening_token}}}}}}`, `{{{{{{sections_token}}}}}}` and `{{{{{{footer_token}}}}}}` stands once in a half",
            "`templates/mjml/half.hbs` ou `edition.hbs` : le bloc {number} n'est nulle part, ou y est deux fois : chacun de `{{{{{{language_token}}}}}}`, `{{{{{{masthead_token}}}}}}`, `{{{{{{opening_token}}}}}}`, `{{{{{{sections_token}}}}}}` et `{{{{{{footer_token}}}}}}` figure une fois par moitié"
        ))
    }

    /// Refuses MJML tags that MJML does not know: it would let them through as they are, and the layout would be lost.
    pub(super) fn check_tags(&self, mjml: &str) -> Result<()> {
        for (at, _) in mjml.match_indices("<mj-") {
            let name = mjml[at + 1..].split([' ', '>', '/', '\n']).next().unwrap_or("");
            if !MJML_TAGS.contains(&name) {
                return Err(self.explain_mjml(mjml, &format!("`<{name}>` at position {at}")).into());
            }
        }
        Ok(())
    }

    /// From which line of which template something rendered came: the one that reads the same, up to its variables.
    fn origin(&self, name: &str, rendered: &str, at: usize) -> (String, usize) {
        let at = rendered.floor_char_boundary(at);
        let line = rendered[..at].matches('\n').count();
        let said = rendered.lines().nth(line).unwrap_or("").trim();
        let folder = name.split_once('/').map_or(name, |(folder, _)| folder);
        let prefix = |template: &str| template.trim().split("{{").next().unwrap_or("").to_owned();
        let mut best = (format!("{name}.hbs"), 0, 3);
        for (file, source) in self.sources.iter().filter(|(file, _)| file.starts_with(folder)) {
            for (n, template) in source.lines().enumerate() {
                let prefix = prefix(template);
                if said.starts_with(&prefix) && prefix.len() > best.2 {
                    best = (file.clone(), n + 1, prefix.len());
                }
            }
        }
        (best.0, best.1)
    }

    /// What MJML did not take, with the template it came from. MJML says where as bytes from the start, or as a line.
    pub(super) fn explain_mjml(&self, mjml: &str, message: &str) -> Words {
        let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok();
        let at = message.split_once("at position ").and_then(|(_, rest)| digits(rest));
        let at = at.or_else(|| {
            let (_, rest) = message.rsplit_once(" at ")?;
            mjml.split_inclusive('\n').take(digits(rest)?.checked_sub(1)?).map(str::len).reduce(|a, b| a + b)
        });
        let (file, line) = at.map_or(("mjml/edition.hbs".to_owned(), 0), |at| self.origin("mjml/edition", mjml, at));
        let shown = shown(&self.sources, &file, line);
        words!(
            "`templates/{file}` line {line}: MJML does not take it: {message}\n    {shown}\n  look at `templates/mjml/`; `editions/` still holds the last good edition",
            "`templates/{file}` ligne {line} : MJML ne l'accepte pas : {message}\n    {shown}\n  voyez `templates/mjml/`; `editions/` contient encore la dernière bonne édition"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_folder_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let embedded: Vec<String> = EMBEDDED.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut sorted = embedded.clone();
        sorted.sort();
        assert_eq!(sorted, names(&folder));
    }
}
