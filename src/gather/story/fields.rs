//! The fields of front matter by their names, in English or French, with the nearest name for one that is not known.

use super::yaml::{Key, Node, Refused, Value};
use super::{Office, Report, Spot, language_of, yaml};
use crate::model::{Lang, Severity, Texts, nearest};

/// Every field with what a French contributor may call it (folded).
const NAMES: [(&str, &[&str]); 22] = [
    ("title", &["titre"]),
    ("section", &["rubrique"]),
    ("kind", &["genre", "type"]),
    ("summary", &["resume", "teaser"]),
    ("link", &["lien", "url"]),
    ("author", &["auteur", "autrice", "auteure"]),
    ("contact", &["personne ressource"]),
    ("date", &[]),
    ("image", &["photo"]),
    ("alt", &["texte de remplacement"]),
    ("credit", &[]),
    ("permission", &["autorisation"]),
    ("event", &["evenement", "activite"]),
    ("deadline", &["echeance", "date limite"]),
    ("expires", &["expire", "expiration"]),
    ("source_language", &["langue", "language", "langue source", "source language"]),
    ("only", &["seulement"]),
    ("organization", &["organisation", "organisme"]),
    ("reason", &["raison"]),
    ("location", &["lieu", "endroit"]),
    ("audience", &["public"]),
    ("src", &["fichier", "file"]),
];
/// Fields that stand at the top of a file; the others belong in `event`, `image` or `only`.
const TOP: usize = 19;

/// The fields of one map, in the order in which they were written.
pub(super) struct Fields {
    all: Vec<(&'static str, Key, Node)>,
    /// The line of the file before the first of the front matter.
    before: usize,
    lines: Vec<String>,
}

/// Whether a file without `---` begins with a field all the same.
pub(super) fn looks_like_field(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| name.len() < 30 && canonical(name, TOP).is_some())
}

/// The field's own name, from how a person wrote it.
fn canonical(name: &str, among: usize) -> Option<&'static str> {
    let folded = super::super::text::folded(name);
    NAMES[..among]
        .iter()
        .find(|(own, others)| own.replace('_', " ") == folded || others.contains(&folded.as_str()))
        .map(|(own, _)| *own)
}

/// Reads front matter that begins on line `first` of its file.
pub(super) fn read(first: usize, text: &str, report: &mut Report) -> Option<Fields> {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let before = first - 1;
    match yaml::read(text) {
        Ok(map) => {
            let mut fields = Fields { all: Vec::new(), before, lines };
            for (key, node) in map {
                fields.take(key, node, report);
            }
            Some(fields)
        }
        Err(Refused { line, column, why }) => {
            let excerpt = lines.get(line - 1).cloned().unwrap_or_default();
            let spot = Spot { line: line + before, column, excerpt };
            report.add(
                Severity::Error,
                &spot,
                words!("the fields at the top cannot be read: {why}", "les champs du haut ne peuvent être lus\u{a0}: {why}"),
                words!(
                    "write each as `name: value`, and put a value that holds `: ` or `,` in \"quotes\"",
                    "écrivez chacun sous la forme `nom: valeur`, et mettez entre \"guillemets\" une valeur qui contient `: ` ou `,`"
                ),
            );
            None
        }
    }
}

/// Whether a name is that of a field at the top of a file.
pub(super) fn is_field(name: &str) -> bool {
    canonical(name, TOP).is_some()
}

impl Fields {
    /// Fields that no front matter holds: of a form in a Word file, of a mail. `lines` are shown where one is wrong.
    pub(super) fn of_form(map: Vec<(Key, Node)>, lines: Vec<String>, report: &mut Report) -> Self {
        let mut fields = Self { all: Vec::new(), before: 0, lines };
        for (key, node) in map {
            fields.take(key, node, report);
        }
        fields
    }

    fn take(&mut self, key: Key, node: Node, report: &mut Report) {
        let known = canonical(&key.name, TOP);
        let spot = self.spot(key.line, key.column);
        match known {
            Some(name) if self.all.iter().any(|(other, ..)| *other == name) => report.add(
                Severity::Warning,
                &spot,
                words!(
                    "the field `{name}` stands twice: the first counts",
                    "le champ `{name}` figure deux fois\u{a0}: le premier compte"
                ),
                words!("keep one of them", "n'en gardez qu'un"),
            ),
            Some(name) => self.all.push((name, key, node)),
            None => unknown(&key.name, TOP, &spot, report),
        }
    }

    /// A value, when the field is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.all.iter().find(|(own, ..)| *own == name).map(|(_, _, node)| node).filter(|node| node.value != Value::Null)
    }

    /// The place of a value in the file.
    pub(super) fn spot_of(&self, node: &Node) -> Spot {
        self.spot(node.line, node.column)
    }

    fn spot(&self, line: usize, column: usize) -> Spot {
        let excerpt = self.lines.get(line.wrapping_sub(1)).map(|line| line.trim().to_owned()).unwrap_or_default();
        Spot { line: line + self.before, column, excerpt }
    }

    /// A plain text; a list is its parts joined.
    pub(super) fn text(&self, name: &str, report: &mut Report) -> Option<String> {
        let node = self.get(name)?;
        let text = plain(node);
        if text.is_none() {
            self.not_text(name, node, report);
        }
        text
    }

    /// A text per language, or one for all of `langs`.
    pub(super) fn texts(&self, name: &str, langs: &[Lang], office: &Office<'_>, report: &mut Report) -> Texts {
        self.get(name).map(|node| self.texts_of(name, node, langs, office, report)).unwrap_or_default()
    }

    pub(super) fn texts_of(
        &self,
        name: &str,
        node: &Node,
        langs: &[Lang],
        office: &Office<'_>,
        report: &mut Report,
    ) -> Texts {
        let Value::Map(map) = &node.value else {
            let Some(text) = plain(node) else {
                self.not_text(name, node, report);
                return Texts::new();
            };
            return langs.iter().map(|lang| (lang.clone(), text.clone())).collect();
        };
        let mut texts = Texts::new();
        for (key, value) in map {
            let Some(lang) = language_of(&key.name, office.newsletter) else {
                let word = &key.name;
                let all: Vec<&str> = office.newsletter.languages.iter().map(Lang::as_str).collect();
                let all = all.join(", ");
                report.add(
                    Severity::Warning,
                    &self.spot(key.line, key.column),
                    words!(
                        "`{word}` is not a language of the newsletter",
                        "`{word}` n'est pas une langue de l'infolettre"
                    ),
                    words!(
                        "its languages are {all}; a text that holds a comma needs \"quotes\"",
                        "ses langues sont {all}; un texte qui contient une virgule se met entre \"guillemets\""
                    ),
                );
                continue;
            };
            if let Some(text) = plain(value) {
                texts.insert(lang, text);
            }
        }
        texts
    }

    /// A day, with what to write when it is none.
    pub(super) fn moment(&self, name: &str, node: &Node, report: &mut Report) -> Option<super::super::dates::Moment> {
        let text = plain(node)?;
        let has_hour = text.contains(':')
            || text.to_lowercase().split(|c: char| c.is_ascii_digit()).any(|word| word.trim() == "h");
        // An hour that is none (`25:00`) must not become midnight.
        let moment = super::super::dates::parse(&text).filter(|moment| moment.time.is_some() || !has_hour);
        if moment.is_none() {
            let written = super::super::text::cut(&text, 40);
            report.add(
                Severity::Warning,
                &self.spot_of(node),
                words!(
                    "`{written}` is not a date that `{name}` can have",
                    "`{written}` n'est pas une date pour `{name}`"
                ),
                words!(
                    "write it as `2026-12-09`, with a time as `2026-12-09 13:00`",
                    "écrivez-la sous la forme `2026-12-09`, avec une heure `2026-12-09 13:00`"
                ),
            );
        }
        moment
    }

    /// The entries of a map whose keys are fields too (`event`, `image`, `only`).
    pub(super) fn inner<'a>(
        &self,
        map: &'a [(Key, Node)],
        known: &[(&'static str, &[&str])],
        report: &mut Report,
    ) -> Vec<(&'static str, &'a Node)> {
        let mut out = Vec::new();
        for (key, node) in map {
            let folded = super::super::text::folded(&key.name);
            let found =
                known.iter().find(|(own, others)| own.replace('_', " ") == folded || others.contains(&folded.as_str()));
            if let Some((name, _)) = found {
                out.push((*name, node));
            } else {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                say_unknown(&key.name, &names, &self.spot(key.line, key.column), report);
            }
        }
        out
    }

    fn not_text(&self, name: &str, node: &Node, report: &mut Report) {
        report.add(
            Severity::Warning,
            &self.spot_of(node),
            words!("`{name}` is not a text", "`{name}` n'est pas un texte"),
            words!("write `{name}: your text`", "écrivez `{name}: votre texte`"),
        );
    }
}

/// The text of a value that is one, or a list of them.
pub(super) fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.trim().to_owned()),
        Value::List(list) => list.iter().map(plain).collect::<Option<Vec<_>>>().map(|texts| texts.join(", ")),
        Value::Null => Some(String::new()),
        Value::Map(_) => None,
    }
}

fn unknown(name: &str, among: usize, spot: &Spot, report: &mut Report) {
    let names: Vec<&str> = NAMES[..among].iter().map(|(name, _)| *name).collect();
    say_unknown(name, &names, spot, report);
}

fn say_unknown(name: &str, names: &[&str], spot: &Spot, report: &mut Report) {
    let hint = if let Some(near) = nearest(name, names.iter().copied()) {
        words!("did you mean `{near}`?", "vouliez-vous dire `{near}`?")
    } else {
        let all = names.join(", ");
        words!("the fields are {all}", "les champs sont {all}")
    };
    report.add(
        Severity::Warning,
        spot,
        words!("`{name}` is not a field, so it was not read", "`{name}` n'est pas un champ\u{a0}: il n'a pas été lu"),
        hint,
    );
}
