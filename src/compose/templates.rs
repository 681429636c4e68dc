//! Templates and locales: the embedded ones, each replaced by a file of the same name in the newsletter's `templates/`.
//! A mistake in one is answered with its file, line and the offending text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, bail};
use handlebars::{Handlebars, RenderError, RenderErrorReason, TemplateError};
use serde_json::Value;

use super::locale::Locale;
use crate::files;
use crate::model::{Lang, Words};

macro_rules! embedded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../templates/", $name)))
    };
}

/// The templates in the program itself; a test holds this list against the folder.
const EMBEDDED: [(&str, &str); 18] = [
    embedded!("mjml/edition.hbs"),
    embedded!("mjml/half.hbs"),
    embedded!("html/blocks.hbs"),
    embedded!("html/contents.hbs"),
    embedded!("html/event.hbs"),
    embedded!("html/footer.hbs"),
    embedded!("html/language.hbs"),
    embedded!("html/masthead.hbs"),
    embedded!("html/notice.hbs"),
    embedded!("html/opening.hbs"),
    embedded!("html/section.hbs"),
    embedded!("html/sections.hbs"),
    embedded!("html/story.hbs"),
    embedded!("text/edition.hbs"),
    embedded!("text/half.hbs"),
    embedded!("text/story.hbs"),
    embedded!("locales/en.ftl"),
    embedded!("locales/fr.ftl"),
];

/// Open tags within each other that MJML may have: its parser recurses and would abort the process (a stack of 2 MiB
/// holds some 2,000); ours has 12.
const DEPTH_MAX: usize = 100;
/// The largest template: ours are under 10 KiB.
const TEMPLATE_BYTES_MAX: u64 = 512 * 1024;

/// Everything that shapes an edition.
#[derive(Debug)]
pub struct Templates {
    registry: Handlebars<'static>,
    locales: BTreeMap<Lang, Locale>,
    sources: BTreeMap<String, String>,
    overridden: BTreeMap<String, Vec<u8>>,
}

impl Templates {
    /// The embedded templates, with those of a folder in their place.
    pub fn load(overrides: Option<&Path>) -> Result<Self> {
        let mut sources: BTreeMap<String, String> =
            EMBEDDED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut overridden = BTreeMap::new();
        if let Some(folder) = overrides {
            for name in names(folder) {
                let bytes = files::read_bytes(&folder.join(&name), TEMPLATE_BYTES_MAX)?;
                let text = files::decode(&bytes);
                if sources.get(&name) != Some(&text) {
                    overridden.insert(format!("templates/{name}"), bytes);
                }
                // Locales add to the embedded one of the same language instead of replacing it.
                let text = if name.starts_with("locales/") && sources.get(&name).is_some_and(|there| *there != text) {
                    format!("{}\n{text}", sources[&name])
                } else {
                    text
                };
                sources.insert(name, text);
            }
        }
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
        Ok(Self { registry, locales, sources, overridden })
    }

    /// The files of the newsletter's own `templates/` that differ from the embedded ones, for the manifest.
    pub fn inputs(&self) -> Vec<(String, Vec<u8>)> {
        self.overridden.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
    }

    /// The words of a language.
    pub(super) fn locale(&self, lang: &Lang) -> Result<&Locale> {
        let Some(locale) = self.locales.get(lang) else {
            bail!(words!(
                "there are no words for `{lang}`: add `templates/locales/{lang}.ftl`, with the keys of `en.ftl`",
                "il n'y a pas de textes en `{lang}` : ajoutez `templates/locales/{lang}.ftl`, avec les clés de `en.ftl`"
            ));
        };
        Ok(locale)
    }

    /// Renders a template on data.
    pub(super) fn render(&self, name: &str, data: &Value) -> Result<String> {
        self.registry.render(name, data).map_err(|error| self.explain_render(name, &error).into())
    }

    fn explain_render(&self, name: &str, error: &RenderError) -> Words {
        let template = error.template_name.as_deref().unwrap_or(name);
        let file = format!("templates/{template}.hbs");
        let line = error.line_no.unwrap_or(0);
        let column = error.column_no.unwrap_or(0);
        let source = self.sources.get(&format!("{template}.hbs")).map_or("", String::as_str);
        let shown = source.lines().nth(line.saturating_sub(1)).unwrap_or("").trim_end();
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
    let mut names = Vec::new();
    for (sub, ending) in [("mjml", ".hbs"), ("html", ".hbs"), ("text", ".hbs"), ("locales", ".ftl")] {
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

/// Refuses MJML whose tags stand too deep in each other.
pub(super) fn check_depth(mjml: &str) -> Result<()> {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, _) in mjml.match_indices('<') {
        let rest = &mjml[at + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        if rest.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !rest.starts_with('!') && !rest[..end].ends_with('/') {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    if deepest > DEPTH_MAX {
        bail!(words!(
            "the MJML has {deepest} tags within each other; at most {DEPTH_MAX} are allowed",
            "le MJML a {deepest} balises imbriquées; au plus {DEPTH_MAX} sont permises"
        ));
    }
    Ok(())
}

/// What MJML did not take, with the line of the rendered MJML.
pub(super) fn explain_mjml(mjml: &str, message: &str, at: Option<usize>) -> Words {
    let mut place = String::new();
    if let Some(at) = at.filter(|at| mjml.is_char_boundary(*at)) {
        let line = mjml[..at].matches('\n').count() + 1;
        let shown = mjml.lines().nth(line - 1).unwrap_or("").trim();
        let _ = write!(place, " ({line}: {shown})"); // Writing to a String does not fail.
    }
    words!(
        "the templates gave MJML that cannot be read: {message}{place}; look at `templates/mjml/edition.hbs` and its partials",
        "les gabarits ont donné un MJML illisible : {message}{place}; voyez `templates/mjml/edition.hbs` et ses gabarits partiels"
    )
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
