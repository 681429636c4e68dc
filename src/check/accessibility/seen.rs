//! What is told by the eyes alone (ACC-09, ACC-13): words in pictures, emoji or colours, an order that only looks right,
//! and logos that vanish on a dark ground. Heuristics, and so warnings.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use scraper::ElementRef;

use super::hit_in;
use crate::check::html::contrast::Colour;
use crate::check::html::css::declarations;
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Mails, Part, Proof};
use crate::check::text::scan::{self, Pattern, pattern};

/// A ground at least this light keeps a dark logo legible (relative luminance).
const LIGHT_MIN: f64 = 0.7;

pub(crate) fn by_eye_alone(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    static COLOUR: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:^|[^\p{L}])((?:items?|dates?|fields?|words?|names?|text|lines?|rows?|links?|sections?|those|ones|shown|marked|highlighted|written) in (?:red|green|blue|yellow|orange|grey|gray|purple)|(?:éléments?|dates?|champs?|mots?|noms?|texte|lignes?|liens?|sections?|ceux|celles|affichée?s?|marquée?s?|surlignée?s?|indiquée?s?|écrite?s?) en (?:rouge|vert|bleu|jaune|orange|gris|violet)|\p{Ll}+s in (?:red|green|blue|yellow|orange|grey|gray|purple) (?:are|have|must|can|need|mean|show)|\p{Ll}+s en (?:rouge|vert|bleu|jaune|orange|gris|violet) (?:sont|ont|doivent|peuvent|signifient|indiquent)|(?:red|green|blue|yellow|orange|grey|gray|purple) (?:buttons?|links?|box(?:es)?|text|items?|dates?|words?|rows?)|(?:boutons?|liens?|encadrés?|texte|éléments?|dates?|mots?|lignes?|cases?) (?:rouges?|verte?s?|bleue?s?|jaunes?|orange|grise?s?|violets?)|(?:button|box|column|menu|image|picture|photo|link|chart|table|panel)s? (?:on|at|to) the (?:right|left)|(?:bouton|encadré|colonne|menu|image|photo|lien|graphique|tableau)s? (?:de|à) (?:droite|gauche)|ci-contre)(?:[^\p{L}]|$)",
        )
    });
    static BULLET: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"(?m)^\s*([•▪◦‣●■►➤✓✔✅❌➡👉🔹🔸⭐🔴🟢🟡🔵]\u{fe0f}?\s*\S{1,20})"));
    for passage in &proof.passages {
        let text = &passage.block.text;
        if is_emoji(text) && passage.part != Part::Alt {
            hits.push(proof.at(
                passage,
                0..text.len(),
                words!("an emoji says this alone", "un émoji est seul à le dire"),
                words!("say it in words beside it", "dites-le aussi en mots"),
            ));
        }
        for range in scan::matches(&COLOUR, text) {
            hits.push(proof.at(
                passage,
                range,
                words!("this is told by a colour alone", "ceci ne se distingue que par une couleur"),
                words!(
                    "name what is meant, or mark it with a word too",
                    "nommez ce dont il s'agit, ou marquez-le aussi d'un mot"
                ),
            ));
        }
        if let Some(range) = scan::matches(&BULLET, text).into_iter().next().filter(|_| passage.part.is_prose()) {
            hits.push(proof.at(
                passage,
                range,
                words!(
                    "a list typed with signs is no list to a screen reader",
                    "une liste tapée avec des signes n'est pas une liste pour un lecteur d'écran"
                ),
                words!("make it a real list", "faites-en une vraie liste"),
            ));
        }
    }
    emoji_of_templates(proof, hits);
    typed_lists(proof, hits);
    pictures_that_speak(proof, hits);
    orders(proof, hits);
}

/// Whether a text is emoji and nothing else.
fn is_emoji(text: &str) -> bool {
    text.chars().any(is_pictograph)
        && text.chars().all(|c| is_pictograph(c) || c.is_whitespace() || c.is_ascii_punctuation())
}

/// A line of the templates that is an emoji alone, once for each.
fn emoji_of_templates(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let own: BTreeSet<&str> = proof.passages.iter().map(|passage| passage.block.text.trim()).collect();
    for sheet in &proof.sheets {
        let mut said = BTreeSet::new();
        for placed in sheet.blocks.iter().filter(|placed| placed.is_shown) {
            let text = placed.block.text.trim();
            if is_emoji(text) && !own.contains(text) && said.insert(text) {
                let words = (
                    words!("an emoji says this alone", "un émoji est seul à le dire"),
                    words!("say it in words beside it", "dites-le aussi en mots"),
                );
                hits.push(hit_in(proof, sheet, placed.story.as_deref(), text, words));
            }
        }
    }
}

/// Two paragraphs or lines that begin with a hyphen or a number are a list to the eye alone.
fn typed_lists(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    static ITEM: LazyLock<Pattern> = LazyLock::new(|| pattern(r"^(?:[-–*·o]|[0-9]{1,2}[.)]|[a-z]\))\s+\p{L}"));
    let mut before: Option<(*const crate::model::Story, &str)> = None;
    for passage in proof.passages.iter().filter(|passage| passage.part == Part::Paragraph) {
        let Some(story) = passage.story else { continue };
        let lines = passage.block.text.lines().filter(|line| ITEM.is_match(line.trim_start())).count();
        let here: (*const crate::model::Story, &str) = (story, passage.lang.as_str());
        if lines > 1 || (lines == 1 && before == Some(here)) {
            hits.push(proof.at(
                passage,
                0..passage.block.text.len(),
                words!(
                    "a list typed with signs is no list to a screen reader",
                    "une liste tapée avec des signes n'est pas une liste pour un lecteur d'écran"
                ),
                words!("make it a real list", "faites-en une vraie liste"),
            ));
            before = None;
        } else {
            before = (lines == 1).then_some(here);
        }
    }
}

fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0xFE0F | 0x200D | 0x2B50)
}

/// A story that has a picture and no words of its own.
fn pictures_that_speak(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for story in proof.issue.stories().filter(|story| story.image.is_some() && story.event.is_none()) {
        for (lang, text) in &story.texts {
            if text.body.trim().is_empty() && text.summary.trim().is_empty() && proof.issue.languages.contains(lang) {
                hits.push(proof.on_story(
                    story,
                    lang,
                    words!("the picture is all that the story says", "l'image est tout ce que dit l'article"),
                    words!("write what it says below it", "écrivez au-dessous ce qu'elle dit"),
                ));
            }
        }
    }
}

/// Reading order is that of the source: nothing may look as if it stood elsewhere.
fn orders(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        let mut said = BTreeSet::new();
        let moved = sheet.inline.iter().filter(|(name, value, _)| match name.as_str() {
            "float" => value == "right",
            "direction" => value == "rtl",
            "position" => value == "absolute" || value == "fixed",
            "order" => true,
            "flex-direction" => value.ends_with("reverse"),
            _ => false,
        });
        said.extend(moved.map(|(name, value, _)| format!("{name}: {value}")));
        // A table read from right to left shows its columns the other way round.
        let turned = sheet.select("body [dir=\"rtl\"]");
        said.extend(turned.iter().map(|it| format!("<{} dir=rtl>", it.value().name())));
        for what in said {
            let words = (
                words!(
                    "`{what}` shows things in another order than they are read",
                    "`{what}` montre les choses dans un autre ordre que celui de la lecture"
                ),
                words!(
                    "put them in the template in the order in which they are read",
                    "placez-les dans le gabarit dans l'ordre de la lecture"
                ),
            );
            hits.push(hit_in(proof, sheet, None, &what, words));
        }
    }
}

/// A PNG that lets its ground through, where that ground turns dark.
pub(crate) fn dark_logos(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.pages {
        for image in sheet.select("img") {
            let src = image.attr("src").unwrap_or("");
            let is_dark = is_transparent(sheet, src) || (is_logo(image) && !is_opaque(sheet, src));
            if !is_dark || has_light_ground(image) {
                continue;
            }
            let words = (
                words!(
                    "a transparent picture without a white ground of its own: it may vanish in the dark scheme",
                    "une image transparente sans fond blanc à elle : elle peut disparaître en mode sombre"
                ),
                words!(
                    "save it with a white ground, or give its cell bgcolor=\"#ffffff\"",
                    "enregistrez-la sur fond blanc, ou donnez à sa cellule bgcolor=\"#ffffff\""
                ),
            );
            let shown = image.attr("alt").unwrap_or(src);
            hits.push(hit_in(proof, sheet, None, shown, words));
        }
    }
}

/// Whether a picture that travels with the mail is a PNG with an alpha channel or a transparent colour.
fn is_transparent(sheet: &Sheet<'_>, src: &str) -> bool {
    let Some(cid) = src.strip_prefix("cid:") else { return false };
    let Some(part) = sheet.edition.parts.iter().find(|part| part.cid == cid) else { return false };
    let png = part.bytes.as_slice();
    // Byte 25 of a PNG is its colour type: 4 and 6 have alpha (PNG 11.2.2); `tRNS` stands before the pixels.
    let before_pixels = png.windows(4).position(|four| four == b"IDAT").unwrap_or(png.len());
    png.starts_with(b"\x89PNG")
        && (png.get(25).is_some_and(|kind| matches!(kind, 4 | 6))
            || png[..before_pixels].windows(4).any(|four| four == b"tRNS"))
}

/// Whether a picture is a logo or an official symbol, by its own words: drawn for a white page.
fn is_logo(image: ElementRef<'_>) -> bool {
    const NAMES: &[&str] = &["logo", "wordmark", "mot-symbole", "signature", "symbol of", "symbole du"];
    let said = ["alt", "src", "class", "id"].iter().filter_map(|name| image.attr(name));
    said.map(str::to_lowercase).any(|text| NAMES.iter().any(|name| text.contains(name)))
}

/// Whether a picture is known to fill its whole frame: a JPEG, or a PNG that travels with the mail and hides nothing.
fn is_opaque(sheet: &Sheet<'_>, src: &str) -> bool {
    let part = src.strip_prefix("cid:").and_then(|cid| sheet.edition.parts.iter().find(|part| part.cid == cid));
    let src = src.to_lowercase();
    part.is_some() || src.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "jpg" | "jpeg"))
}

/// Whether the picture or a cell near it has a light ground that the dark scheme leaves alone.
fn has_light_ground(image: ElementRef<'_>) -> bool {
    let near = std::iter::once(image).chain(image.ancestors().filter_map(ElementRef::wrap).take(3));
    near.into_iter().any(|element| {
        let styled = declarations(element.attr("style").unwrap_or(""));
        let ground = styled.iter().find(|(name, _, _)| name == "background-color" || name == "background");
        let colour = ground.map(|(_, value, _)| value.as_str()).or_else(|| element.attr("bgcolor"));
        colour.and_then(Colour::parse).is_some_and(|colour| colour.luminance() >= LIGHT_MIN)
    })
}
