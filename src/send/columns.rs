//! The columns of a subscriber file, whatever their order and language, and a row of it as an entry.

use jiff::civil::Date;

use super::remarks::{self, Remark};
use crate::ledger::Entry;
use crate::model::{Address, Lang, Newsletter, Segment};

/// Columns of a list: more is another kind of file.
pub(super) const COLUMNS_MAX: usize = 100;
/// Characters of one cell: more is no name, no language and no segment.
pub(super) const CELL_CHARS_MAX: usize = 500;

/// Where each known column stands, and what the others are called.
pub(super) struct Columns {
    email: usize,
    language: Option<usize>,
    name: Option<usize>,
    format: Option<usize>,
    source: Option<usize>,
    consented_on: Option<usize>,
    basis: Option<usize>,
    further: Vec<(usize, String)>,
}

impl Columns {
    /// Reads the first row of a file.
    pub(super) fn read(header: &[String]) -> Result<Self, Remark> {
        if header.len() > COLUMNS_MAX {
            return Err(remarks::too_many_columns(header.len()));
        }
        let names: Vec<String> = header.iter().map(|cell| Segment::column_name(cell)).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let email = find(&["email", "e_mail", "email_address", "courriel", "adresse_courriel", "address", "adresse"]);
        let Some(email) = email else { return Err(remarks::no_header()) };
        let mut columns = Self {
            email,
            language: find(&["language", "lang", "langue"]),
            name: find(&["name", "nom"]),
            format: find(&["format"]),
            source: find(&["source"]),
            consented_on: find(&["consented_on", "consent", "consentement", "consenti_le"]),
            basis: find(&["basis", "fondement"]),
            further: Vec::new(),
        };
        let known = [
            Some(email),
            columns.language,
            columns.name,
            columns.format,
            columns.source,
            columns.consented_on,
            columns.basis,
        ];
        // What an export has beside says nothing: the ledger knows better.
        let is_ours = |name: &str| matches!(name, "" | "status" | "since" | "list");
        let is_further = |(index, name): &(usize, String)| !is_ours(name) && !known.contains(&Some(*index));
        columns.further = names.into_iter().enumerate().filter(is_further).collect();
        Ok(columns)
    }

    /// A row as an entry, with a remark about a field that was left out; or why it is none.
    pub(super) fn entry(&self, fields: &[String], newsletter: &Newsletter) -> Result<(Entry, Option<Remark>), Remark> {
        if let Some(remark) = fields.iter().find_map(|cell| unfit(cell)) {
            return Err(remark);
        }
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| fields.get(column)).map_or("", |text| text.trim());
            (!text.is_empty()).then(|| unguarded(text).to_owned())
        };
        let email = cell(Some(self.email)).unwrap_or_default();
        let address = Address::parse(email.trim_start_matches("mailto:"))
            .map_err(|error| (error.words(), remarks::mend_row()))?;
        let mut remark = None;
        let (language, both) = match cell(self.language).map(|text| language(&text, newsletter)) {
            None => (None, false),
            Some(Some(known)) => known,
            Some(None) => {
                remark = Some(remarks::no_language());
                (None, false)
            }
        };
        let consented_on = cell(self.consented_on).and_then(|text| {
            let date = text.get(..10).unwrap_or(&text).parse::<Date>();
            if date.is_err() {
                remark = Some(remarks::no_date());
            }
            date.ok().map(|date| date.to_string())
        });
        let entry = Entry {
            address,
            language,
            both,
            name: cell(self.name),
            format: cell(self.format).and_then(|text| format(&text)),
            source: cell(self.source),
            consented_on,
            basis: cell(self.basis),
            fields: self.further(fields),
        };
        if entry.name.iter().chain(&entry.source).any(|text| text.contains(['<', '>'])) {
            return Err(remarks::markup());
        }
        Ok((entry, remark))
    }

    /// The list's own columns, for `--only` and `--where`.
    fn further(&self, fields: &[String]) -> Option<String> {
        let cell = |(index, name): &(usize, String)| {
            let text = fields.get(*index).map_or("", |text| text.trim());
            (!text.is_empty()).then(|| (name.clone(), serde_json::Value::from(unguarded(text))))
        };
        let own: serde_json::Map<String, serde_json::Value> = self.further.iter().filter_map(cell).collect();
        (!own.is_empty()).then(|| serde_json::Value::Object(own).to_string())
    }
}

/// A cell without the apostrophe that an export puts before what a spreadsheet would take for a formula.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) => rest,
        _ => text,
    }
}

/// What no cell of a list may hold: control characters, ends of lines, marks that turn text around.
fn unfit(cell: &str) -> Option<Remark> {
    // Every byte of plain text is at most `~`; only the rest has to be looked at by character.
    if cell.len() > CELL_CHARS_MAX && cell.chars().count() > CELL_CHARS_MAX {
        return Some(remarks::long_cell());
    }
    if cell.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return None;
    }
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFF9}'..='\u{FFFB}')
    };
    cell.chars().any(is_hidden).then(remarks::hidden)
}

/// The format as people write it; anything but plain text is the usual one.
fn format(text: &str) -> Option<String> {
    let is_plain =
        matches!(text.to_lowercase().as_str(), "text" | "texte" | "plain" | "plain text" | "texte brut" | "txt");
    is_plain.then(|| "text".to_owned())
}

/// A language as people write it; the flag says that both are asked for.
fn language(text: &str, newsletter: &Newsletter) -> Option<(Option<Lang>, bool)> {
    let lower = text.trim().to_lowercase();
    let key = match lower.as_str() {
        "both" | "bilingual" | "bilingue" | "les deux" | "en/fr" | "fr/en" => return Some((None, true)),
        "english" | "anglais" | "eng" | "e" | "a" => "en",
        "french" | "français" | "francais" | "fra" | "fre" | "f" => "fr",
        other => other.split(['-', '_']).next().unwrap_or(other),
    };
    let lang = Lang::new(key);
    newsletter.languages.contains(&lang).then_some((Some(lang), false))
}
