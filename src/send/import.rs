//! Subscriber files as Excel and people write them: any order of columns, `,` `;` or tabs, UTF-8, UTF-16 or
//! Windows-1252. Rows come out one by one; each bad one is named by line with its reason, and the others are taken.

use std::io::{self, Read};

use anyhow::Result;
use csv::ByteRecord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::lines::{ROW_BYTES_MAX, text_of};
use crate::ledger::{Entry, Imported, Ledger};
use crate::model::{Address, Finding, Lang, ListFile, Newsletter, Place, Severity, Words};

/// Rows written in one transaction: another process waits for the ledger no longer than one of these.
const BATCH_ROWS: usize = 5_000;
/// Findings of one file that are said; the rest is counted.
const FINDINGS_MAX: usize = 1_000;

/// What a file says of its rows, without a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Good rows.
    pub rows: u64,
    /// Whether every good row says when its person consented.
    pub has_consent: bool,
    /// The line of the first that does not.
    pub first_without: Option<u64>,
    /// Good rows by language; the empty key: none or both.
    pub languages: std::collections::BTreeMap<String, u64>,
    /// What is wrong with others.
    pub findings: Vec<Finding>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// New subscribers.
    pub added: u64,
    /// Subscribers of whom something changed.
    pub changed: u64,
    /// Subscribers as before.
    pub same: u64,
    /// Rows of an address that was in this import before.
    pub twice: u64,
    /// Rows of people who left, bounced or paused.
    pub kept_away: u64,
    /// What is wrong with some rows.
    pub findings: Vec<Finding>,
}

/// Looks at a file; `name` is how findings name it.
pub fn summary(input: impl Read, name: &str, newsletter: &Newsletter) -> Result<Summary> {
    let mut summary = Summary { has_consent: true, ..Summary::default() };
    summary.findings = each_row(input, name, newsletter, |line, entry| {
        summary.rows += 1;
        if entry.consented_on.is_none() {
            summary.has_consent = false;
            summary.first_without.get_or_insert(line);
        }
        let language = entry.language.filter(|_| !entry.both).map_or_else(String::new, |lang| lang.as_str().to_owned());
        *summary.languages.entry(language).or_default() += 1;
        Ok(())
    })?;
    Ok(summary)
}

/// Takes a file in. `import` names the whole import, so that an address that stands in two of its files is seen.
pub fn take_in(
    ledger: &Ledger,
    newsletter: &Newsletter,
    (input, name): (impl Read, &str),
    import: &str,
    now: Timestamp,
) -> Result<Taken> {
    let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let list = newsletter.lists.iter().find(|list| list.file == file_name);
    let mut batch = Batch::default();
    let mut findings = each_row(input, name, newsletter, |line, entry| {
        batch.rows.push((line, with_list(entry, list)));
        if batch.rows.len() < BATCH_ROWS { Ok(()) } else { batch.write(ledger, import, now) }
    })?;
    batch.write(ledger, import, now)?;
    findings.extend(batch.doubles.iter().map(|line| finding(name, *line, Severity::Warning, twice())));
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(Taken { findings, ..batch.taken })
}

/// Rows on their way into the ledger, and what became of those before them.
#[derive(Default)]
struct Batch {
    rows: Vec<(u64, Entry)>,
    doubles: Vec<u64>,
    taken: Taken,
}

impl Batch {
    fn write(&mut self, ledger: &Ledger, import: &str, now: Timestamp) -> Result<()> {
        let (lines, rows): (Vec<u64>, Vec<Entry>) = std::mem::take(&mut self.rows).into_iter().unzip();
        for (line, imported) in lines.into_iter().zip(ledger.take_in(rows, import, now)?) {
            let taken = &mut self.taken;
            match imported {
                Imported::Added => taken.added += 1,
                Imported::Changed => taken.changed += 1,
                Imported::Same => taken.same += 1,
                Imported::KeptAway => taken.kept_away += 1,
                Imported::Twice => {
                    taken.twice += 1;
                    if self.doubles.len() < FINDINGS_MAX {
                        self.doubles.push(line);
                    }
                }
            }
        }
        Ok(())
    }
}

fn with_list(entry: Entry, list: Option<&ListFile>) -> Entry {
    let Some(list) = list else { return entry };
    let since = list.since.map(|since| since.to_string());
    Entry { basis: Some(list.basis.clone()), consented_on: entry.consented_on.or(since), ..entry }
}

fn twice() -> Remark {
    (
        words!("the address stands in the list before", "l'adresse figure déjà plus haut dans la liste"),
        words!(
            "one copy is sent; the language of the last row holds: delete one of the rows",
            "une seule copie est envoyée; la langue de la dernière ligne prévaut : supprimez l'une des lignes"
        ),
    )
}

/// Reads rows one after another and gives the good ones, with their line, to `take`.
fn each_row(
    input: impl Read,
    name: &str,
    newsletter: &Newsletter,
    mut take: impl FnMut(u64, Entry) -> Result<()>,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let Some((input, delimiter)) = text_of(input)? else { return Ok(findings) };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(input);
    let mut record = ByteRecord::new();
    let mut columns: Option<Columns> = None;
    let mut n_unsaid = 0;
    loop {
        let began = reader.position().byte();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                    findings.push(finding(name, reader.position().line(), Severity::Error, too_long()));
                    break;
                }
                csv::ErrorKind::Io(error) => {
                    return Err(anyhow::Error::from(error)
                        .context(words!("could not read `{name}`", "impossible de lire `{name}`")));
                }
                // With flexible rows of bytes there is no other.
                _ => break,
            },
        }
        // Every row ends in one line end here; those inside quotes are counted off.
        let n_lines = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(n_lines);
        if reader.position().byte() - began > ROW_BYTES_MAX {
            findings.push(finding(name, line, Severity::Error, too_long()));
            continue;
        }
        let fields: Vec<String> = record.iter().map(field).collect();
        if fields.iter().all(String::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Columns::read(&fields);
            if columns.is_none() {
                findings.push(finding(name, line, Severity::Error, no_header()));
                break;
            }
            continue;
        };
        match columns.entry(&fields, newsletter) {
            Ok((entry, remark)) => {
                findings.extend(remark.map(|remark| finding(name, line, Severity::Warning, remark)));
                take(line, entry)?;
            }
            Err(reason) => findings.push(finding(name, line, Severity::Error, reason)),
        }
        if findings.len() > FINDINGS_MAX {
            n_unsaid += findings.len() - FINDINGS_MAX;
            findings.truncate(FINDINGS_MAX);
        }
    }
    if n_unsaid > 0 {
        findings.push(finding(name, 0, Severity::Error, too_many(n_unsaid)));
    }
    Ok(findings)
}

/// What is wrong, and the mend.
type Remark = (Words, Words);

/// Where each known column stands.
struct Columns {
    email: usize,
    language: Option<usize>,
    name: Option<usize>,
    format: Option<usize>,
    source: Option<usize>,
    consented_on: Option<usize>,
}

impl Columns {
    fn read(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| {
            header.iter().position(|cell| {
                let cell = cell.trim().trim_start_matches('\u{FEFF}').to_lowercase().replace([' ', '-'], "_");
                names.contains(&cell.as_str())
            })
        };
        Some(Self {
            email: find(&["email", "e_mail", "email_address", "courriel", "adresse_courriel", "address", "adresse"])?,
            language: find(&["language", "lang", "langue"]),
            name: find(&["name", "nom"]),
            format: find(&["format"]),
            source: find(&["source"]),
            consented_on: find(&["consented_on", "consent", "consentement", "consenti_le"]),
        })
    }

    /// A row as an entry, with a remark about a field that was left out; or why it is none.
    fn entry(&self, fields: &[String], newsletter: &Newsletter) -> Result<(Entry, Option<Remark>), Remark> {
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| fields.get(column)).map_or("", |text| text.trim());
            (!text.is_empty()).then(|| text.to_owned())
        };
        let email = cell(Some(self.email)).unwrap_or_default();
        let address =
            Address::parse(email.trim_start_matches("mailto:")).map_err(|error| (error.words(), mend_row()))?;
        let mut remark = None;
        let (language, both) = match cell(self.language).map(|text| language(&text, newsletter)) {
            None => (None, false),
            Some(Some(known)) => known,
            Some(None) => {
                remark = Some(no_language());
                (None, false)
            }
        };
        let consented_on = cell(self.consented_on).and_then(|text| {
            let date = text.get(..10).unwrap_or(&text).parse::<Date>();
            if date.is_err() {
                remark = Some(no_date());
            }
            date.ok().map(|date| date.to_string())
        });
        let entry = Entry {
            address,
            language,
            both,
            name: cell(self.name),
            format: cell(self.format),
            source: cell(self.source),
            consented_on,
            basis: None,
        };
        Ok((entry, remark))
    }
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

fn field(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        // Excel on Windows writes the code page of the machine.
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.trim().to_owned(),
    }
}

fn finding(file: &str, line: u64, severity: Severity, (message, hint): Remark) -> Finding {
    let place = Place::File { file: file.to_owned(), line: usize::try_from(line).unwrap_or(0), column: 0 };
    let (rule, language, excerpt) = ("LIST".to_owned(), None, String::new());
    Finding { rule, severity, language, place, excerpt, message, hint, waived: None }
}

fn mend_row() -> Words {
    words!(
        "mend the address in this row; the other rows were taken",
        "corrigez l'adresse de cette ligne; les autres lignes ont été prises"
    )
}

fn no_language() -> Remark {
    (
        words!("the language is none of the newsletter's", "la langue n'est pas l'une de celles de l'infolettre"),
        words!(
            "write `en`, `fr` or `both`; until then this person gets the bilingual edition",
            "écrivez `en`, `fr` ou `both`; d'ici là, cette personne reçoit l'édition bilingue"
        ),
    )
}

fn no_date() -> Remark {
    (
        words!("the day of consent is not a date", "le jour du consentement n'est pas une date"),
        words!("write it as 2026-11-30", "écrivez-le sous la forme 2026-11-30"),
    )
}

fn no_header() -> Remark {
    (
        words!("the first row does not name the columns", "la première ligne ne nomme pas les colonnes"),
        words!(
            "begin the file with `email,language,name,format,source,consented_on`",
            "commencez le fichier par `email,language,name,format,source,consented_on`"
        ),
    )
}

fn too_long() -> Remark {
    (
        words!(
            "the row is too long: a quotation mark may be missing",
            "la ligne est trop longue : il manque peut-être un guillemet"
        ),
        words!(
            "close the quotation mark, or save the file again from Excel as CSV",
            "fermez le guillemet, ou enregistrez de nouveau le fichier en CSV dans Excel"
        ),
    )
}

fn too_many(n_rows: usize) -> Remark {
    (
        words!("{n_rows} more rows are bad", "{n_rows} autres lignes sont erronées"),
        words!("is this the right file", "est-ce le bon fichier"),
    )
}
