//! `.csv` job lists, as Excel saves them in either language, to one story per row.

use std::collections::BTreeMap;

use super::listed::{Entry, body, section};
use super::{Office, Report, Spot, build, language_of};
use crate::gather::{dates, links, text};
use crate::model::{Kind, Lang, Severity, Text};

/// Rows of one list; a longer one is a database.
const ROWS_MAX: usize = 500;

/// Columns with what a French contributor may call them (folded); `_en` or `_fr` after any says its language.
const COLUMNS: [(&str, &[&str]); 7] = [
    ("title", &["titre", "job", "emploi", "poste", "position"]),
    ("link", &["lien", "url"]),
    ("organization", &["organisation", "organisme", "department", "ministere"]),
    ("location", &["lieu", "endroit"]),
    ("closing", &["closing date", "closes", "deadline", "cloture", "date de cloture", "date limite", "echeance"]),
    ("description", &["text", "texte", "summary", "resume"]),
    ("section", &["rubrique"]),
];

/// A column: what it is, and in which language; none: in all.
type Column = Option<(&'static str, Option<Lang>)>;

/// The rows of a list.
pub(super) fn entries(office: &Office<'_>, source: &str, lang: Option<&Lang>, report: &mut Report) -> Vec<Entry> {
    // Excel writes `sep=;` for itself, and the signs of the system's language.
    let (before, source) = match source.split_once('\n') {
        Some((first, rest)) if first.trim().to_ascii_lowercase().starts_with("sep=") => (1, rest),
        _ => (0, source),
    };
    let head = source.lines().next().unwrap_or_default();
    let delimiter = *b";,\t".iter().max_by_key(|sign| head.bytes().filter(|b| b == *sign).count()).unwrap_or(&b',');
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(source.as_bytes());
    let mut records = rows.records().filter_map(|row| {
        let row = row.ok()?;
        let line = row.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0)) + before;
        Some((line, row))
    });
    let Some((line, names)) = records.next() else {
        empty(report);
        return Vec::new();
    };
    let columns: Vec<Column> = names.iter().map(|name| column(name, office)).collect();
    if !columns.iter().flatten().any(|(name, _)| *name == "title") {
        no_title(&names, line, report);
        return Vec::new();
    }
    for (name, _) in names.iter().zip(&columns).filter(|(name, column)| column.is_none() && !name.trim().is_empty()) {
        let name = text::line(name, 40);
        report.add(
            Severity::Info,
            &Spot { line, column: 1, excerpt: name.clone() },
            words!(
                "the column `{name}` is not one of a job list, so it was not read",
                "la colonne `{name}` n'est pas celle d'une liste d'emplois\u{a0}: elle n'a pas été lue"
            ),
            known(),
        );
    }
    let mut entries = Vec::new();
    let mut n = 0;
    for (line, row) in records.filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())) {
        n += 1;
        if n <= ROWS_MAX {
            entries.extend(entry(office, &Row { line, cells: &row, columns: &columns }, lang, report));
        }
    }
    if n > ROWS_MAX {
        report.add(
            Severity::Warning,
            &Spot::default(),
            words!(
                "the list has {n} rows: only the first {ROWS_MAX} are read",
                "la liste compte {n} lignes\u{a0}: seules les {ROWS_MAX} premières sont lues"
            ),
            words!("keep only those for the newsletter", "ne gardez que celles de l'infolettre"),
        );
    } else if n == 0 {
        empty(report);
    }
    entries
}

fn column(name: &str, office: &Office<'_>) -> Column {
    let folded = text::folded(name);
    let own =
        |name: &str| COLUMNS.iter().find(|(own, others)| *own == name || others.contains(&name)).map(|(own, _)| *own);
    if let Some(column) = own(&folded) {
        return Some((column, None));
    }
    let (name, lang) = folded.rsplit_once(' ')?;
    Some((own(name)?, Some(language_of(lang, office.newsletter)?)))
}

fn known() -> crate::model::Words {
    let example = "title_en,title_fr,link_en,link_fr,organization_en,organization_fr,location,closing,description_en,description_fr";
    words!("the columns are `{example}`", "les colonnes sont `{example}`")
}

fn no_title(names: &csv::StringRecord, line: usize, report: &mut Report) {
    let is_of_people = names.iter().any(|name| {
        let folded = text::folded(name);
        folded.contains("mail") || folded.contains("courriel")
    });
    let spot = Spot { line, column: 1, excerpt: text::line(&names.iter().collect::<Vec<_>>().join(", "), 80) };
    if is_of_people {
        report.add(
            Severity::Error,
            // Without the line: without a heading it may be a person's.
            &Spot { line, column: 1, excerpt: String::new() },
            words!(
                "this is a list of people, not of jobs: it was not read",
                "c'est une liste de personnes, pas d'emplois\u{a0}: elle n'a pas été lue"
            ),
            words!(
                "move it to `subscribers/`, and out of this folder",
                "déplacez-la dans `subscribers/`, hors de ce dossier"
            ),
        );
    } else {
        report.add(
            Severity::Error,
            &spot,
            words!("the first line names no column `title`", "la première ligne ne nomme aucune colonne `title`"),
            known(),
        );
    }
}

fn empty(report: &mut Report) {
    report.add(
        Severity::Error,
        &Spot::default(),
        words!("the list has no rows", "la liste ne contient aucune ligne"),
        known(),
    );
}

struct Row<'a> {
    line: usize,
    cells: &'a csv::StringRecord,
    columns: &'a [Column],
}

impl Row<'_> {
    /// The cell of a column in a language, or the one that is for all.
    fn get(&self, name: &str, lang: Option<&Lang>) -> Option<&str> {
        let cell = |wanted: Option<&Lang>| {
            let at = self.columns.iter().position(|column| {
                column.as_ref().is_some_and(|(own, lang)| *own == name && lang.as_ref() == wanted)
            })?;
            self.cells.get(at).map(str::trim).filter(|cell| !cell.is_empty())
        };
        cell(lang).or_else(|| cell(None))
    }

    /// The cell of a column in whichever language has one.
    fn any(&self, name: &str) -> Option<&str> {
        let mut all = self.columns.iter().zip(self.cells.iter());
        all.find(|(column, cell)| column.as_ref().is_some_and(|(own, _)| *own == name) && !cell.trim().is_empty())
            .map(|(_, cell)| cell.trim())
    }

    fn spot(&self, excerpt: &str) -> Spot {
        Spot { line: self.line, column: 1, excerpt: text::line(excerpt, 80) }
    }
}

fn entry(office: &Office<'_>, row: &Row<'_>, lang: Option<&Lang>, report: &mut Report) -> Option<Entry> {
    let tagged = row.columns.iter().flatten().any(|(name, lang)| *name == "title" && lang.is_some());
    let langs: Vec<Lang> = match lang {
        Some(lang) => vec![lang.clone()],
        None if tagged => office.newsletter.languages.clone(),
        None => vec![build::guess(&row.cells.iter().collect::<Vec<_>>().join(" "), office)],
    };
    let texts: BTreeMap<Lang, Text> =
        langs.into_iter().filter_map(|lang| Some((lang.clone(), text_in(row, &lang, report)?))).collect();
    if texts.is_empty() {
        report.add(
            Severity::Warning,
            &row.spot(&row.cells.iter().collect::<Vec<_>>().join(", ")),
            words!(
                "this row has no title, so it was left out",
                "cette ligne n'a pas de titre\u{a0}: elle a été écartée"
            ),
            words!("write the job's title in its column", "inscrivez le titre de l'emploi dans sa colonne"),
        );
        return None;
    }
    let deadline = row.any("closing").and_then(|written| {
        let moment = dates::parse(written);
        if moment.is_none() {
            report.add(
                Severity::Warning,
                &row.spot(written),
                words!("`{written}` is not a closing date", "`{written}` n'est pas une date de clôture"),
                words!("write it as `2026-12-09`", "écrivez-la sous la forme `2026-12-09`"),
            );
        }
        Some(moment?.day)
    });
    let written = row.any("section");
    let found = written.and_then(|written| section(written, office));
    if let (Some(written), None) = (written, &found) {
        let written = text::line(written, 60);
        report.add(
            Severity::Warning,
            &row.spot(&written),
            words!(
                "`{written}` is not a section of the newsletter",
                "`{written}` n'est pas une rubrique de l'infolettre"
            ),
            words!("leave it empty if you do not know", "laissez-la vide si vous ne savez pas"),
        );
    }
    let key = row.any("link").map_or_else(
        || format!("{} {}", row.any("title").unwrap_or_default(), row.any("organization").unwrap_or_default()),
        |link| links::canonical(link).unwrap_or_else(|| link.to_owned()),
    );
    Some(Entry { line: row.line, key, kind: Kind::Job, section: found, texts, event: None, deadline })
}

/// The row in one language, when it has a title in it.
fn text_in(row: &Row<'_>, lang: &Lang, report: &mut Report) -> Option<Text> {
    let title = text::line(row.get("title", Some(lang))?, text::TITLE_CHARS_MAX);
    let about: Vec<&str> = ["organization", "location"].iter().filter_map(|name| row.get(name, Some(lang))).collect();
    let link = row.get("link", Some(lang));
    let url = link.and_then(links::clean).filter(|link| !link.starts_with("mailto:"));
    if let (Some(link), None) = (link, &url) {
        let link = text::line(link, 80);
        report.add(
            Severity::Warning,
            &row.spot(&link),
            words!("`{link}` is not a web address", "`{link}` n'est pas une adresse Web"),
            words!(
                "copy the whole address from the browser, with `https://`",
                "copiez l'adresse complète du navigateur, avec `https://`"
            ),
        );
    }
    Some(Text {
        title,
        summary: text::line(&about.join(" – "), text::SUMMARY_CHARS_MAX),
        body: row.get("description", Some(lang)).map(body).unwrap_or_default(),
        url,
    })
}
