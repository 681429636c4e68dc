//! CLI: every mail program can show the mail, Outlook for Windows among them (FEDERAL 5.5). What programs drop is in
//! [`mod@dropped`], with its source and date.

pub(crate) mod dropped;

use std::collections::{BTreeMap, BTreeSet};

use self::dropped::Dropped;
use crate::check::accessibility::hit_in;
use crate::check::catalogue::{Class, Example, Group, Limit, Rule, limit, row};
use crate::check::html::css::{Declaration, declarations, without_comments};
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Mails, Proof};
use crate::check::text::scan;
use crate::model::{Edition, Lang, Severity};

/// Gmail cuts a mail at about 102 KB; above this the layout should be contents-first where a web copy exists.
const WIRE_BYTES: Limit = limit("CLI-01", "bytes", 90_000.0);
/// What headers, boundaries and slots add on the wire, generously.
const FRAME_BYTES: usize = 2_500;
/// The largest picture.
const PICTURE_BYTES: Limit = limit("CLI-03", "bytes", 200_000.0);
/// The widest fixed layout.
const WIDTH_PX: Limit = limit("CLI-04", "px", 640.0);
/// Characters of a preheader: shorter says nothing, longer is cut.
const PREHEADER_LEAST: Limit = limit("CLI-05", "chars_least", 40.0);
const PREHEADER_MOST: Limit = limit("CLI-05", "chars_most", 110.0);
/// Characters of a subject in English, and in French.
const SUBJECT_EN: Limit = limit("CLI-06", "chars_en", 60.0);
const SUBJECT_FR: Limit = limit("CLI-06", "chars_fr", 75.0);

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    row(Group::Client, id, severity, source)
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "At most 90 KB of HTML on the wire, since Gmail cuts longer mails; no message above the SIZE of the relay, which refuses it (E)",
        fr: "Au plus 90 Ko de HTML à l'envoi, car Gmail coupe les messages plus longs; aucun message au-dessus de la taille SIZE du relais, qui le refuse (E)",
        bad: Example::Case("a mail of 120 KB", "un message de 120 Ko"),
        limits: &[WIRE_BYTES],
        judge: wire_size,
        ..rule("CLI-01", Severity::Warning, "5.5")
    },
    Rule {
        en: "No CSS or element that mail programs drop: flex, grid, variables, calc(), @import, background pictures, scripts, forms, frames, video",
        fr: "Ni CSS ni élément que les logiciels de courriel suppriment : flex, grid, variables, calc(), @import, images de fond, scripts, formulaires, cadres, vidéo",
        bad: Example::Html("<div style=\"display:flex\">Side by side</div>"),
        good: Example::Html("<div style=\"padding:4px\">One below the other</div>"),
        judge_mails: dropped_css,
        ..rule("CLI-02", Severity::Error, "5.5")
    },
    Rule {
        en: "Pictures are PNG, JPEG or GIF, travel with the mail or come by https, have width and height, and weigh at most 200 KB",
        fr: "Les images sont en PNG, JPEG ou GIF, accompagnent le message ou viennent par https, ont une largeur et une hauteur, et pèsent au plus 200 Ko",
        bad: Example::Html("<img src=\"data:image/png;base64,AAAA\" alt=\"A chart\" width=\"10\" height=\"10\">"),
        good: Example::Html("<img src=\"cid:chart@example.ca\" alt=\"A chart\" width=\"300\" height=\"200\">"),
        limits: &[PICTURE_BYTES],
        judge_mails: pictures,
        ..rule("CLI-03", Severity::Error, "5.5")
    },
    Rule {
        en: "Nothing is fixed wider than 640 px",
        fr: "Rien n'a une largeur fixe de plus de 640 px",
        bad: Example::Html("<table role=\"presentation\" width=\"900\"><tr><td>Wide</td></tr></table>"),
        good: Example::Html("<table role=\"presentation\" width=\"600\"><tr><td>Fits</td></tr></table>"),
        limits: &[WIDTH_PX],
        judge_mails: widths,
        ..rule("CLI-04", Severity::Warning, "5.5")
    },
    Rule {
        en: "A preheader of 40 to 110 characters that does not repeat the subject",
        fr: "Un préambule de 40 à 110 caractères qui ne répète pas l'objet",
        bad: Example::Case("a preheader of two words", "un préambule de deux mots"),
        limits: &[PREHEADER_LEAST, PREHEADER_MOST],
        judge_mails: preheaders,
        ..rule("CLI-05", Severity::Warning, "5.5")
    },
    Rule {
        en: "A subject of at most 60 characters in English and 75 in French, without capitals, emoji or exclamation marks",
        fr: "Un objet d'au plus 60 caractères en anglais et 75 en français, sans majuscules, émoji ni point d'exclamation",
        bad: Example::Subject("en", "BIG NEWS FOR ALL OF YOU!"),
        good: Example::Subject("en", "News for communicators"),
        limits: &[SUBJECT_EN, SUBJECT_FR],
        judge: subjects,
        ..rule("CLI-06", Severity::Warning, "1.6, 1.3")
    },
    Rule {
        en: "Every list of fonts ends with one that all systems have",
        fr: "Chaque liste de polices se termine par une police que tous les systèmes ont",
        bad: Example::Html("<p style=\"font-family:'Noto Sans'\">Words</p>"),
        good: Example::Html("<p style=\"font-family:'Noto Sans',Arial,sans-serif\">Words</p>"),
        judge_mails: fonts,
        ..rule("CLI-07", Severity::Warning, "7")
    },
    Rule {
        en: "Both parts are there, and no header or part holds a character that breaks a message",
        fr: "Les deux parties sont là, et aucun en-tête ni aucune partie ne contient de caractère qui brise un message",
        bad: Example::Case("a header with a line break in it", "un en-tête qui contient un saut de ligne"),
        class: Class::Never,
        judge: |proof, hits| {
            well_formed(proof, hits);
            crate::check::sender::copies::well_formed(proof, hits);
        },
        ..rule("CLI-08", Severity::Error, "5.2")
    },
];

fn wire_size(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::sender::setup::largest(proof, hits);
    for sheet in &proof.sheets {
        let edition = sheet.edition;
        let pictures: usize = edition.parts.iter().map(|part| part.bytes.len() * 4 / 3).sum();
        // Gmail cuts the HTML part, whatever the text part and the pictures weigh.
        let body = Edition::html_wire_bytes(&edition.html) + FRAME_BYTES;
        if body > proof.count(&WIRE_BYTES) {
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

fn dropped_css(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let mut shown: BTreeSet<String> = BTreeSet::new();
        let mut css_shown: BTreeMap<String, &'static Dropped> = BTreeMap::new();
        for element in sheet.select("script, form, input, button, select, textarea, iframe, frame, video, audio, object, embed, svg, canvas, link, base") {
            shown.insert(format!("<{}>", element.value().name()));
        }
        for element in sheet.select("[background]") {
            shown.insert(format!("<{} background=…>", element.value().name()));
        }
        for element in sheet.select("[href]") {
            if element.attr("href").is_some_and(|href| href.trim().to_lowercase().starts_with("javascript:")) {
                shown.insert("javascript:".to_owned());
            }
        }
        css_shown.extend(dropped(&sheet.inline));
        let css = without_comments(&sheet.style);
        if css.contains("@import") {
            shown.insert("@import".to_owned());
        }
        for block in css.split('{').skip(1) {
            css_shown.extend(dropped(&declarations(block.split('}').next().unwrap_or(""))));
        }
        for element in sheet.select("body, body *") {
            if element.value().attrs().any(|(name, _)| name.len() > 4 && name.starts_with("on")) {
                shown.insert(format!("<{} on…>", element.value().name()));
            }
        }
        for (what, Dropped { clients, tested, .. }) in css_shown {
            let words = (
                words!(
                    "`{what}`: {clients} drop it (caniemail.com, tested {tested})",
                    "`{what}` : {clients} le suppriment (caniemail.com, essai du {tested})"
                ),
                words!(
                    "use tables and inline styles in the template",
                    "utilisez des tableaux et des styles en ligne dans le gabarit"
                ),
            );
            hits.push(hit_in(proof, sheet, None, &what, words));
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

fn dropped(all: &[Declaration]) -> Vec<(String, &'static Dropped)> {
    let found = all.iter().filter_map(|(name, value, _)| {
        let known = dropped::find(name, value)?;
        Some((format!("{name}: {value}"), known))
    });
    found.collect()
}

fn pictures(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::lost_pictures(proof, hits);
    for sheet in &proof.pages {
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
            } else if is_lost(sheet, src) {
                let words = (
                    words!("a picture that does not travel with the mail", "une image qui n'accompagne pas le message"),
                    words!("compose the issue again", "composez le numéro de nouveau"),
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
        for part in sheet.edition.parts.iter().filter(|part| part.bytes.len() > proof.count(&PICTURE_BYTES)) {
            let (kb, max) = (part.bytes.len() / 1000, proof.count(&PICTURE_BYTES) / 1000);
            let words = (
                words!("a picture of {kb} KB, more than {max}", "une image de {kb} Ko, plus de {max}"),
                words!("make it smaller", "réduisez-la"),
            );
            hits.push(hit_in(proof, sheet, None, &part.cid, words).weighing(Severity::Warning));
        }
    }
}

/// Whether a picture is named that is not among those that travel with the mail.
fn is_lost(sheet: &Sheet<'_>, src: &str) -> bool {
    let parts = &sheet.edition.parts;
    !parts.is_empty() && src.strip_prefix("cid:").is_some_and(|cid| parts.iter().all(|part| part.cid != cid))
}

fn widths(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let width =
            |text: Option<&str>| text.and_then(|text| text.trim_end_matches("px").parse::<usize>().ok()).unwrap_or(0);
        let in_style = sheet.inline.iter();
        let in_style = in_style
            .filter(|(name, value, _)| {
                matches!(name.as_str(), "width" | "min-width" | "max-width") && value.ends_with("px")
            })
            .map(|(_, value, _)| width(Some(value)));
        let set = sheet.select("table[width], td[width], th[width], img[width]");
        let widest = set.iter().map(|it| width(it.attr("width"))).chain(in_style);
        let widest = widest.chain(widths_for_outlook(&sheet.edition.html)).max();
        let most = proof.count(&WIDTH_PX);
        if sheet.select("table").iter().any(|table| table.attr("width").is_some())
            && !has_width_for_outlook(&sheet.edition.html)
        {
            let words = (
                words!(
                    "no width for Outlook on Windows, which knows no max-width",
                    "aucune largeur pour Outlook sous Windows, qui ne connaît pas max-width"
                ),
                words!(
                    "keep the `<!--[if mso]>` tables that MJML writes",
                    "gardez les tableaux `<!--[if mso]>` qu'écrit MJML"
                ),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
        if let Some(px) = widest.filter(|px| *px > most) {
            let words = (
                words!(
                    "something is {px} px wide; {most} is the most",
                    "un élément fait {px} px de large; le maximum est {most}"
                ),
                words!("make it narrower in the template", "réduisez sa largeur dans le gabarit"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
    }
}

/// The fixed widths that comments for Outlook on Windows set.
fn widths_for_outlook(html: &str) -> impl Iterator<Item = usize> {
    let comments = html.split("<!--[if mso").skip(1).filter_map(|rest| rest.split("<![endif]").next());
    comments.flat_map(|comment| comment.split("width=\"").skip(1)).filter_map(|rest| {
        let width = rest.split('"').next()?;
        width.trim_end_matches("px").parse().ok()
    })
}

/// Whether a comment for Outlook sets a width.
fn has_width_for_outlook(html: &str) -> bool {
    html.split("<!--[if mso")
        .skip(1)
        .any(|rest| rest.split("<![endif]").next().is_some_and(|part| part.contains("width")))
}

fn preheaders(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in proof.pages.iter().filter(|sheet| sheet.edition.langs.len() == 1) {
        let preheader = sheet.edition.preheader.trim();
        let n = preheader.chars().count();
        let (min, max) = (proof.count(&PREHEADER_LEAST), proof.count(&PREHEADER_MOST));
        let same = |other: &str| scan::folded_words(other) == scan::folded_words(preheader);
        let title: String = sheet.select("h1").first().map(|it| it.text().collect()).unwrap_or_default();
        if !(min..=max).contains(&n) {
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
        } else if same(&sheet.edition.subject) || same(&title) {
            let words = (
                words!("the preheader repeats the subject or the title", "le préambule répète l'objet ou le titre"),
                words!("say what else is in the issue", "dites ce que contient aussi le numéro"),
            );
            hits.push(hit_in(proof, sheet, None, preheader, words));
        } else if !sheet
            .blocks
            .iter()
            .any(|placed| same(placed.block.text.trim_end_matches(['\u{200c}', '\u{a0}', ' '])))
        {
            let words = (
                words!("the preheader is not in the mail", "le préambule n'est pas dans le message"),
                words!(
                    "put <mj-preview> back into the template `edition.mjml`",
                    "remettez <mj-preview> dans le gabarit `edition.mjml`"
                ),
            );
            hits.push(hit_in(proof, sheet, None, preheader, words));
        }
    }
}

fn subjects(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let subject = &sheet.edition.subject;
        let n = subject.chars().count();
        let (en, fr) = (proof.count(&SUBJECT_EN), proof.count(&SUBJECT_FR));
        let one = if sheet.edition.langs.iter().any(Lang::is_french) { fr } else { en };
        let max = if sheet.edition.langs.len() > 1 { en + fr + " | ".len() } else { one };
        let letters = subject.chars().filter(|c| c.is_alphabetic()).count();
        let shouts = |word: &&str| word.chars().count() > 3 && word.chars().all(char::is_uppercase);
        // One word in capitals may be a short form; a long one, or one that shouts for a living, is none.
        let is_cry =
            |word: &str| shouts(&word) && (word.chars().count() > 6 || CRIES.contains(&word.to_lowercase().as_str()));
        let is_shouted = (letters > 8 && !subject.chars().any(char::is_lowercase))
            || scan::words(subject).map(|(_, word)| word).filter(shouts).count() > 1
            || scan::words(subject).any(|(_, word)| is_cry(word));
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

/// Words that are written in capitals to be loud.
const CRIES: &[&str] = &[
    "urgent",
    "free",
    "news",
    "important",
    "reminder",
    "alert",
    "last",
    "chance",
    "action",
    "read",
    "must",
    "today",
    "only",
    "nouveau",
    "nouvelle",
    "nouvelles",
    "gratuit",
    "rappel",
    "alerte",
    "dernier",
    "lisez",
    "infolettre",
];

fn is_emoji(c: char) -> bool {
    matches!(
        u32::from(c),
        0x1F000..=0x1FAFF | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x25A0..=0x27BF | 0x2B00..=0x2BFF | 0xFE0F | 0x203C | 0x2049
    )
}

fn fonts(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
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
    for sheet in &proof.pages {
        let css = without_comments(&sheet.style);
        let sheets = css.split('{').skip(1).filter_map(|block| block.split('}').next()).map(declarations);
        let bare: BTreeSet<String> = sheets
            .flatten()
            .chain(sheet.inline.iter().cloned())
            // Of the shorthand the families follow the size: `16px/1.5 Lato, Arial`.
            .filter(|(name, value, _)| name == "font-family" || (name == "font" && value.contains("px")))
            .map(|(name, value, _)| {
                if name == "font" {
                    value
                        .rsplit("px")
                        .next()
                        .unwrap_or("")
                        .trim_start_matches(|c: char| !c.is_whitespace())
                        .trim()
                        .to_owned()
                } else {
                    value
                }
            })
            .filter(|value| {
                let last = value.rsplit(',').next().unwrap_or("").trim().trim_matches(['"', '\'', ' ']).to_owned();
                !SAFE.contains(&last.as_str())
            })
            .collect();
        let faces = sheet.select("font[face]").into_iter().filter_map(|it| it.attr("face")).map(str::to_lowercase);
        let odd = faces.filter(|face| !SAFE.contains(&face.rsplit(',').next().unwrap_or("").trim()));
        for stack in bare.into_iter().chain(odd.collect::<BTreeSet<_>>()) {
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
