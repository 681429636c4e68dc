//! What is said of the rows of a subscriber file: what is wrong, and the mend.

use super::columns::{CELL_CHARS_MAX, COLUMNS_MAX};
use crate::model::{Finding, Place, Severity, Words};

/// What is wrong, and the mend.
pub(super) type Remark = (Words, Words);

pub(super) fn twice() -> Remark {
    (
        words!("the address stands in the list before", "l'adresse figure déjà plus haut dans la liste"),
        words!(
            "one copy is sent; the language of the last row holds: delete one of the rows",
            "une seule copie est envoyée; la langue de la dernière ligne prévaut : supprimez l'une des lignes"
        ),
    )
}

pub(super) fn finding(file: &str, line: u64, severity: Severity, (message, hint): Remark) -> Finding {
    let place = Place::File { file: file.to_owned(), line: usize::try_from(line).unwrap_or(0), column: 0 };
    let (rule, language, excerpt) = ("LIST".to_owned(), None, String::new());
    Finding { rule, severity, language, place, excerpt, message, hint, waived: None }
}

pub(super) fn mend_row() -> Words {
    words!(
        "mend the address in this row; the other rows were taken",
        "corrigez l'adresse de cette ligne; les autres lignes ont été prises"
    )
}

pub(super) fn no_language() -> Remark {
    (
        words!("the language is none of the newsletter's", "la langue n'est pas l'une de celles de l'infolettre"),
        words!(
            "write `en`, `fr` or `both`; until then this person gets the bilingual edition",
            "écrivez `en`, `fr` ou `both`; d'ici là, cette personne reçoit l'édition bilingue"
        ),
    )
}

pub(super) fn no_date() -> Remark {
    (
        words!("the day of consent is not a date", "le jour du consentement n'est pas une date"),
        words!("write it as 2026-11-30", "écrivez-le sous la forme 2026-11-30"),
    )
}

pub(super) fn no_header() -> Remark {
    (
        words!("the first row does not name the columns", "la première ligne ne nomme pas les colonnes"),
        words!(
            "begin the file with `email,language,name,format,source,consented_on`",
            "commencez le fichier par `email,language,name,format,source,consented_on`"
        ),
    )
}

pub(super) fn no_text() -> Remark {
    (
        words!("the file is not text, so it is no list", "le fichier n'est pas du texte, donc pas une liste"),
        words!("in Excel, save it as “CSV UTF-8”", "dans Excel, enregistrez-le au format « CSV UTF-8 »"),
    )
}

pub(super) fn too_many_columns(n_columns: usize) -> Remark {
    (
        words!(
            "the file has {n_columns} columns, and a list has at most {COLUMNS_MAX}",
            "le fichier a {n_columns} colonnes, et une liste en a au plus {COLUMNS_MAX}"
        ),
        words!("keep the columns that are needed", "gardez les colonnes nécessaires"),
    )
}

pub(super) fn long_cell() -> Remark {
    (
        words!("a cell has more than {CELL_CHARS_MAX} characters", "une cellule a plus de {CELL_CHARS_MAX} caractères"),
        words!("shorten it; a quotation mark may be missing", "raccourcissez-la; il manque peut-être un guillemet"),
    )
}

pub(super) fn hidden() -> Remark {
    (
        words!(
            "a cell has a hidden character: a control character, the end of a line, or a mark that turns text around",
            "une cellule contient un caractère caché : un caractère de commande, une fin de ligne ou une marque qui inverse le sens du texte"
        ),
        words!(
            "type the cell again; the other rows were taken",
            "retapez la cellule; les autres lignes ont été prises"
        ),
    )
}

pub(super) fn markup() -> Remark {
    (
        words!("a name has no `<` or `>`", "un nom ne contient pas de `<` ni de `>`"),
        words!("type it again; the other rows were taken", "retapez-le; les autres lignes ont été prises"),
    )
}

pub(super) fn has_moved() -> Remark {
    (
        words!(
            "this address has become another, which gets the copy",
            "cette adresse est devenue une autre, qui reçoit l'exemplaire"
        ),
        words!("put the new address in its place", "mettez la nouvelle adresse à sa place"),
    )
}

pub(super) fn was_erased() -> Remark {
    (
        words!(
            "this person was erased from the list at their request: not taken",
            "cette personne a été effacée de la liste à sa demande : pas prise"
        ),
        words!("delete this row", "supprimez cette ligne"),
    )
}

pub(super) fn lost_most(n_people: u64) -> Remark {
    (
        words!(
            "this complete list no longer has {n_people} people, more than half: nobody was taken out",
            "cette liste complète n'a plus {n_people} personnes, plus de la moitié : personne n'a été retiré"
        ),
        words!(
            "is the file whole; if so, take them out with `cco-news subscribers remove`",
            "le fichier est-il entier; si oui, retirez-les avec `cco-news subscribers remove`"
        ),
    )
}

pub(super) fn too_long() -> Remark {
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

pub(super) fn too_many(n_rows: usize) -> Remark {
    (
        words!("more rows that are bad: {n_rows}", "autres lignes erronées : {n_rows}"),
        words!("is this the right file", "est-ce le bon fichier"),
    )
}
