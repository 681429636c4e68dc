//! CLI: every mail program can show the mail, Outlook for Windows among them (FEDERAL 5.5). The table of what programs
//! drop follows caniemail.com as of 2026-11.

use std::collections::BTreeSet;

use super::accessibility::hit_in;
use super::catalogue::{Class, Example, Group, Rule, row};
use super::proof::{Hit, Proof};
use super::sheet::{declarations, style_text, without_comments};
use crate::model::{Edition, Lang, Severity};

/// What headers, boundaries and slots add on the wire, generously.
const FRAME_BYTES: usize = 2_500;
/// The largest picture.
const PICTURE_BYTES_MAX: usize = 200_000;
/// The widest fixed layout.
const WIDTH_PX_MAX: u32 = 640;
/// Characters of a preheader: shorter says nothing, longer is cut.
const PREHEADER_CHARS: std::ops::RangeInclusive<usize> = 40..=110;
/// Characters of a subject in English, and in French.
const SUBJECT_CHARS_MAX: (usize, usize) = (60, 75);

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    row(Group::Client, id, severity, source)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        en: "At most 90 KB of HTML on the wire: Gmail cuts longer mails",
        fr: "Au plus 90 Ko à l'envoi : Gmail coupe les messages plus longs",
        bad: Example::Case("a mail of 120 KB", "un message de 120 Ko"),
        judge: wire_size,
        ..rule("CLI-01", Severity::Warning, "5.5")
    },
    Rule {
        en: "No CSS or element that mail programs drop: flex, grid, variables, @import, scripts, forms, frames, video",
        fr: "Ni CSS ni élément que les logiciels de courriel suppriment : flex, grid, variables, @import, scripts, formulaires, cadres, vidéo",
        bad: Example::Html("<div style=\"display:flex\">Side by side</div>"),
        good: Example::Html("<div style=\"padding:4px\">One below the other</div>"),
        judge: dropped_css,
        ..rule("CLI-02", Severity::Error, "5.5")
    },
    Rule {
        en: "Pictures are PNG, JPEG or GIF, travel with the mail or come by https, have width and height, and weigh at most 200 KB",
        fr: "Les images sont en PNG, JPEG ou GIF, accompagnent le message ou viennent par https, ont une largeur et une hauteur, et pèsent au plus 200 Ko",
        bad: Example::Html("<img src=\"data:image/png;base64,AAAA\" alt=\"A chart\" width=\"10\" height=\"10\">"),
        good: Example::Html("<img src=\"cid:chart@example.ca\" alt=\"A chart\" width=\"300\" height=\"200\">"),
        judge: pictures,
        ..rule("CLI-03", Severity::Error, "5.5")
    },
    Rule {
        en: "Nothing is fixed wider than 640 px",
        fr: "Rien n'a une largeur fixe de plus de 640 px",
        bad: Example::Html("<table role=\"presentation\" width=\"900\"><tr><td>Wide</td></tr></table>"),
        good: Example::Html("<table role=\"presentation\" width=\"600\"><tr><td>Fits</td></tr></table>"),
        judge: widths,
        ..rule("CLI-04", Severity::Warning, "5.5")
    },
    Rule {
        en: "A preheader of 40 to 110 characters that does not repeat the subject",
        fr: "Un préambule de 40 à 110 caractères qui ne répète pas l'objet",
        bad: Example::Case("a preheader of two words", "un préambule de deux mots"),
        judge: preheaders,
        ..rule("CLI-05", Severity::Warning, "5.5")
    },
    Rule {
        en: "A subject of at most 60 characters in English and 75 in French, without capitals, emoji or exclamation marks",
        fr: "Un objet d'au plus 60 caractères en anglais et 75 en français, sans majuscules, émoji ni point d'exclamation",
        bad: Example::Subject("en", "BIG NEWS FOR ALL OF YOU!"),
        good: Example::Subject("en", "News for communicators"),
        judge: subjects,
        ..rule("CLI-06", Severity::Warning, "1.6, 1.3")
    },
    Rule {
        en: "Every list of fonts ends with one that all systems have",
        fr: "Chaque liste de polices se termine par une police que tous les systèmes ont",
        bad: Example::Html("<p style=\"font-family:'Noto Sans'\">Words</p>"),
        good: Example::Html("<p style=\"font-family:'Noto Sans',Arial,sans-serif\">Words</p>"),
        judge: fonts,
        ..rule("CLI-07", Severity::Warning, "7")
    },
    Rule {
        en: "Both parts are there, and no header or part holds a character that breaks a message",
        fr: "Les deux parties sont là, et aucun en-tête ni aucune partie ne contient de caractère qui brise un message",
        bad: Example::Case("a header with a line break in it", "un en-tête qui contient un saut de ligne"),
        class: Class::Never,
        judge: well_formed,
        ..rule("CLI-08", Severity::Error, "5.2")
    },
];

fn wire_size(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let edition = sheet.edition;
        let pictures: usize = edition.parts.iter().map(|part| part.bytes.len() * 4 / 3).sum();
        // Gmail cuts the HTML part, whatever the text part and the pictures weigh.
        let body = Edition::html_wire_bytes(&edition.html) + FRAME_BYTES;
        if body > Edition::HTML_WIRE_BYTES_MAX {
            let (kb, pictures) = (body / 1000, pictures / 1000);
            let words = (
                words!(
                    "{kb} KB of HTML on the wire, and {pictures} KB of pictures: Gmail cuts at about 100 KB",
                    "{kb} Ko de HTML à l'envoi, et {pictures} Ko d'images : Gmail coupe vers 100 Ko"
                ),
                words!(
                    "shorten the stories to teasers with a link, or pick fewer",
                    "réduisez les articles à une accroche et un lien, ou choisissez-en moins"
                ),
            );
            let mut hit = hit_in(proof, sheet, None, "", words);
            // The bilingual edition holds everything twice and goes to the few whose language is unknown: there is
            // nothing to mend in it that would not be mended in its halves.
            hit.severity = edition.id.is_both().then_some(Severity::Info);
            hits.push(hit);
        }
    }
}

/// Properties and values that Outlook for Windows, Gmail or others drop, so that the layout would break.
const DROPPED: &[(&str, &str)] = &[
    ("display", "flex"),
    ("display", "inline-flex"),
    ("display", "grid"),
    ("position", "absolute"),
    ("position", "fixed"),
    ("position", "sticky"),
    ("background-image", "url("),
    ("background", "url("),
    ("", "var("),
    ("animation", ""),
    ("filter", ""),
    ("clip-path", ""),
    ("grid-template-columns", ""),
    ("transform", ""),
];

fn dropped_css(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let mut shown: BTreeSet<String> = BTreeSet::new();
        for element in sheet.select("script, form, input, button, select, textarea, iframe, frame, video, audio, object, embed, svg, canvas, link, base") {
            shown.insert(format!("<{}>", element.value().name()));
        }
        for element in sheet.select("[style]") {
            shown.extend(dropped(element.attr("style").unwrap_or("")));
        }
        let css = without_comments(&style_text(&sheet.html));
        if css.contains("@import") {
            shown.insert("@import".to_owned());
        }
        for block in css.split('{').skip(1) {
            shown.extend(dropped(block.split('}').next().unwrap_or("")));
        }
        for handler in sheet.select("[onclick], [onload], [onerror], [onmouseover]") {
            shown.insert(format!("<{} on…>", handler.value().name()));
        }
        for what in shown {
            let words = (
                words!("`{what}`: mail programs drop it", "`{what}`\u{a0}: les logiciels de courriel le suppriment"),
                words!(
                    "use tables and inline styles in the template",
                    "utilisez des tableaux et des styles en ligne dans le gabarit"
                ),
            );
            hits.push(hit_in(proof, sheet, None, &what, words));
        }
    }
}

fn dropped(style: &str) -> Vec<String> {
    let is_dropped = |(name, value, _): &(String, String, bool)| {
        DROPPED.iter().any(|(property, part)| {
            (property.is_empty() || name == property) && value.contains(part) && value != "none"
        })
    };
    declarations(style).iter().filter(|it| is_dropped(it)).map(|(name, value, _)| format!("{name}: {value}")).collect()
}

fn pictures(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        for image in sheet.select("img") {
            let src = image.attr("src").unwrap_or("");
            let end =
                src.to_lowercase().split(['?', '#']).next().unwrap_or("").rsplit('.').next().unwrap_or("").to_owned();
            let is_by_good_way = src.starts_with("https://") || src.starts_with("cid:");
            if !is_by_good_way || matches!(end.as_str(), "svg" | "webp" | "avif" | "tiff" | "bmp") {
                let words = (
                    words!(
                        "a picture that mail programs do not show",
                        "une image que les logiciels de courriel n'affichent pas"
                    ),
                    words!(
                        "use PNG or JPEG, beside the story or by https",
                        "utilisez PNG ou JPEG, à côté de l'article ou par https"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, src, words));
            } else if image.attr("width").is_none() || image.attr("height").is_none() {
                let words = (
                    words!("a picture without width or height", "une image sans largeur ou sans hauteur"),
                    words!(
                        "give both, or the layout jumps when pictures load",
                        "donnez les deux, sinon la page bouge au chargement"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, src, words).weighing(Severity::Warning));
            }
        }
        for part in sheet.edition.parts.iter().filter(|part| part.bytes.len() > PICTURE_BYTES_MAX) {
            let (kb, max) = (part.bytes.len() / 1000, PICTURE_BYTES_MAX / 1000);
            let words = (
                words!("a picture of {kb} KB, more than {max}", "une image de {kb} Ko, plus de {max}"),
                words!("make it smaller", "réduisez-la"),
            );
            hits.push(hit_in(proof, sheet, None, &part.cid, words).weighing(Severity::Warning));
        }
    }
}

fn widths(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let width =
            |text: Option<&str>| text.and_then(|text| text.trim_end_matches("px").parse::<u32>().ok()).unwrap_or(0);
        let widest = sheet.select("table[width], td[width], img[width]").iter().map(|it| width(it.attr("width"))).max();
        if let Some(px) = widest.filter(|px| *px > WIDTH_PX_MAX) {
            let words = (
                words!(
                    "something is {px} px wide; {WIDTH_PX_MAX} is the most",
                    "un élément fait {px} px de large; le maximum est {WIDTH_PX_MAX}"
                ),
                words!("make it narrower in the template", "réduisez sa largeur dans le gabarit"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
    }
}

fn preheaders(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in proof.sheets.iter().filter(|sheet| sheet.edition.langs.len() == 1) {
        let preheader = sheet.edition.preheader.trim();
        let n = preheader.chars().count();
        let (min, max) = (PREHEADER_CHARS.start(), PREHEADER_CHARS.end());
        if !PREHEADER_CHARS.contains(&n) {
            let words = (
                words!(
                    "a preheader of {n} characters; {min} to {max} are shown well",
                    "un préambule de {n} caractères; de {min} à {max} s'affichent bien"
                ),
                words!(
                    "write `preheader` in `issue.toml` in each language",
                    "écrivez `preheader` dans `issue.toml` dans chaque langue"
                ),
            );
            hits.push(hit_in(proof, sheet, None, preheader, words));
        } else if preheader == sheet.edition.subject.trim() {
            let words = (
                words!("the preheader repeats the subject", "le préambule répète l'objet"),
                words!("say what else is in the issue", "dites ce que contient aussi le numéro"),
            );
            hits.push(hit_in(proof, sheet, None, preheader, words));
        }
    }
}

fn subjects(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let subject = &sheet.edition.subject;
        let n = subject.chars().count();
        let one =
            if sheet.edition.langs.iter().any(Lang::is_french) { SUBJECT_CHARS_MAX.1 } else { SUBJECT_CHARS_MAX.0 };
        let max = if sheet.edition.langs.len() > 1 { SUBJECT_CHARS_MAX.0 + SUBJECT_CHARS_MAX.1 } else { one };
        let letters = subject.chars().filter(|c| c.is_alphabetic()).count();
        let is_shouted = letters > 8 && !subject.chars().any(char::is_lowercase);
        let has_sign = subject.contains('!') || subject.chars().any(is_emoji);
        if n > max || is_shouted || has_sign || subject.trim() != subject || subject.is_empty() {
            let words = (
                words!(
                    "a subject of {n} characters (at most {max}), in capitals, with an emoji or exclamation mark, or with a space at an end",
                    "un objet de {n} caractères (au plus {max}), en majuscules, avec un émoji ou un point d'exclamation, ou avec une espace à un bout"
                ),
                words!(
                    "write `subject` in `issue.toml`: the most telling words first",
                    "écrivez `subject` dans `issue.toml` : les mots les plus parlants d'abord"
                ),
            );
            hits.push(hit_in(proof, sheet, None, subject, words));
        }
    }
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0xFE0F)
}

fn fonts(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    const SAFE: &[&str] = &[
        "sans-serif",
        "serif",
        "monospace",
        "arial",
        "helvetica",
        "verdana",
        "georgia",
        "tahoma",
        "calibri",
        "courier new",
        "times new roman",
        "trebuchet ms",
        "segoe ui",
        "inherit",
        "initial",
    ];
    for sheet in &proof.sheets {
        let css = without_comments(&style_text(&sheet.html));
        let sheets = css.split('{').skip(1).filter_map(|block| block.split('}').next()).map(declarations);
        let inline =
            sheet.select("[style]").into_iter().map(|element| declarations(element.attr("style").unwrap_or("")));
        let bare: BTreeSet<String> = sheets
            .chain(inline.collect::<Vec<_>>())
            .flatten()
            .filter(|(name, _, _)| name == "font-family")
            .map(|(_, value, _)| value)
            .filter(|value| {
                let last = value.rsplit(',').next().unwrap_or("").trim().trim_matches(['"', '\'', ' ']).to_owned();
                !SAFE.contains(&last.as_str())
            })
            .collect();
        for stack in bare {
            let words = (
                words!(
                    "the fonts `{stack}` end with one that some systems lack",
                    "les polices `{stack}` se terminent par une police absente de certains systèmes"
                ),
                words!("end the list with Arial, sans-serif", "terminez la liste par Arial, sans-serif"),
            );
            hits.push(hit_in(proof, sheet, None, &stack, words));
        }
    }
}

fn well_formed(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let is_bad = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    for sheet in &proof.sheets {
        let edition = sheet.edition;
        let mut wrong: Vec<String> = Vec::new();
        let subject = ("Subject".to_owned(), edition.subject.clone());
        for (name, value) in edition.headers.iter().chain(std::iter::once(&subject)) {
            let good_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
            if !good_name || value.chars().any(char::is_control) {
                wrong.push(name.escape_debug().to_string());
            }
        }
        for (name, part) in [("text", &edition.text), ("html", &edition.html)] {
            if part.trim().is_empty() || part.chars().any(is_bad) {
                wrong.push(name.to_owned());
            }
        }
        for name in wrong {
            let words = (
                words!(
                    "`{name}` is empty or has a control character in it",
                    "`{name}` est vide ou contient un caractère de commande"
                ),
                words!(
                    "find it in `issue.toml`, in the story or in newsletter.toml, and delete it",
                    "trouvez-le dans `issue.toml`, dans l'article ou dans newsletter.toml, et supprimez-le"
                ),
            );
            hits.push(hit_in(proof, sheet, None, &name, words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_on_the_wire_is_estimated_within_two_percent() {
        for text in
            ["plain words\n".repeat(400), "été à l'œuvre, déjà = 3\n".repeat(300), "<td style=\"a\">x</td>".repeat(500)]
        {
            let real = quoted_printable::encode(text.replace('\n', "\r\n").as_bytes());
            let real = String::from_utf8(real).unwrap().replace("=0D=0A", "\r\n").len();
            let estimate = Edition::html_wire_bytes(&text);
            assert!(estimate.abs_diff(real) * 50 <= real + 500, "{estimate} {real}");
        }
    }
}
