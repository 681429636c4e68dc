//! What a picture says to those who do not see it (ACC-04): that there is a text, and that it says something.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::hit_in;
use crate::check::catalogue::{Limit, limit};
use crate::check::proof::{Hit, Mails, Part, Proof};
use crate::check::text::scan::{self, Pattern, pattern};
use crate::model::{Lang, Severity, Story, Words};

/// Alternative text in English, and in French (ITAO).
pub(crate) const CHARS_EN: Limit = limit("ACC-04", "chars_en", 140.0);
pub(crate) const CHARS_FR: Limit = limit("ACC-04", "chars_fr", 170.0);

/// Pictures without a text, and texts that do not do.
pub(crate) fn judge(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::silent_pictures(proof, hits);
    for story in proof.issue.stories() {
        for (lang, alt) in story.image.iter().flat_map(|image| &image.alt) {
            let repeats = |text: &String| !alt.trim().is_empty() && scan::folded_words(text) == scan::folded_words(alt);
            let is_repeated = story.texts.get(lang).is_some_and(|text| repeats(&text.title))
                || image_credit(story).is_some_and(repeats);
            let repeated = is_repeated.then(|| {
                (
                    words!(
                        "the alternative text repeats the title or the credit",
                        "le texte de remplacement répète le titre ou le crédit"
                    ),
                    words!("say what the picture shows, in one sentence", "dites en une phrase ce que montre l'image"),
                )
            });
            for (message, hint) in repeated.into_iter().chain(alt_fault(proof, alt, lang.is_french())) {
                let passage = proof.of_story(story, lang).find(|passage| passage.part == Part::Alt);
                let mut hit = match passage {
                    Some(passage) => proof.at(passage, 0..passage.block.text.len(), message, hint),
                    None => proof.on_story(story, lang, message, hint),
                };
                hit.excerpt = scan::shorten(alt);
                hits.push(hit.weighing(Severity::Warning));
            }
        }
        if story.image.as_ref().is_some_and(|image| image.alt.values().all(|alt| alt.trim().is_empty())) {
            let lang = story.source_language.as_ref().unwrap_or(proof.source());
            hits.push(proof.on_story(
                story,
                lang,
                words!("the picture has no alternative text", "l'image n'a pas de texte de remplacement"),
                words!(
                    "add `alt` in each language: what does the picture say",
                    "ajoutez `alt` dans chaque langue : que dit l'image"
                ),
            ));
        }
    }
    // A story's own texts were judged above, where they were written.
    let told: BTreeSet<&str> = proof
        .issue
        .stories()
        .filter_map(|it| it.image.as_ref())
        .flat_map(|it| it.alt.values())
        .map(|alt| alt.trim())
        .collect();
    for sheet in &proof.pages {
        for image in sheet.select("img") {
            let src = image.attr("src").unwrap_or("");
            let Some(alt) = image.attr("alt") else {
                let words = (
                    words!("a picture without `alt`", "une image sans `alt`"),
                    words!(
                        "say what it shows; alt=\"\" if it only decorates",
                        "dites ce qu'elle montre; alt=\"\" si elle ne fait que décorer"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, src, words));
                continue;
            };
            let is_french = sheet.edition.langs.iter().any(Lang::is_french);
            if let Some(words) = alt_fault(proof, alt, is_french).filter(|_| !told.contains(alt.trim())) {
                hits.push(hit_in(proof, sheet, None, alt, words).weighing(Severity::Warning));
            }
        }
    }
}

fn image_credit(story: &Story) -> Option<&String> {
    story.image.as_ref().and_then(|image| image.credit.as_ref())
}

/// Beginnings that say what everybody hears already.
const LABELS: &[&str] = &[
    "image of",
    "photo of",
    "picture of",
    "graphic of",
    "photograph of",
    "image de",
    "photo de",
    "image d'",
    "photo d'",
    "photographie de",
    "photographie d'",
    "graphique de",
    "illustration de",
    "illustration of",
    "an image of",
    "a photo of",
    "a picture of",
    "une image de",
    "une photo de",
    "an image showing",
    "image showing",
    "photo showing",
    "picture showing",
    "photograph showing",
    "graphic showing",
    "screenshot of",
    "icon of",
    "drawing of",
    "image:",
    "photo:",
    "picture:",
    "image montrant",
    "photo montrant",
    "une image montrant",
    "une photo montrant",
    "une illustration",
    "capture d'écran",
    "dessin de",
    "image :",
    "photo :",
    "image\u{a0}:",
    "photo\u{a0}:",
];
/// Words that say nothing of a picture.
const EMPTY: &[&str] = &[
    "image",
    "photo",
    "picture",
    "graphic",
    "logo",
    "graphique",
    "illustration",
    "icon",
    "icône",
    "chart",
    "banner",
    "bannière",
    "screenshot",
    "alt",
    "alt text",
    "n/a",
    "image here",
];
/// How cameras and programs name pictures, before a number.
const CAMERAS: &[&str] =
    &["img", "dsc", "dscn", "image", "photo", "picture", "pic", "screenshot", "screen shot", "scan"];

/// What is wrong with an alternative text.
fn alt_fault(proof: &Proof<'_>, alt: &str, is_french: bool) -> Option<(Words, Words)> {
    // With any article, and any word for showing.
    static LABELLED: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"^(?:(?:an?|the|this|une?|cette|la|le) |l')?(?:close-up |aerial |colou?r |black-and-white )?(?:image|photo|photograph|photographie|picture|graphic|screenshot|illustration|drawing|icon|dessin|icône|capture d'écran) (?:of|shows|showing|that shows|which shows|depicts|depicting|montre|montrant|qui montre|représente|représentant|illustre|illustrant)\b",
        )
    });
    let max = proof.count(if is_french { &CHARS_FR } else { &CHARS_EN });
    let n = alt.chars().count();
    let lower = alt.to_lowercase().replace('’', "'");
    let lower = lower.trim();
    let is_file = !lower.contains(' ')
        && lower.rsplit_once('.').is_some_and(|(_, end)| {
            matches!(end, "jpg" | "jpeg" | "png" | "gif" | "webp" | "svg" | "bmp" | "tif" | "tiff")
        });
    // `seed-library` is how a file is named, and no sentence.
    let is_file = is_file || (!lower.contains(char::is_whitespace) && lower.contains(['-', '_']));
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | ' '));
    let is_file = is_file || (stem.len() < lower.len() && CAMERAS.contains(&stem));
    let is_empty_word = EMPTY.contains(&lower);
    let message = if n > max {
        words!(
            "the alternative text has {n} characters, {max} at most",
            "le texte de remplacement a {n} caractères, {max} au plus"
        )
    } else if is_file || is_empty_word {
        words!(
            "the alternative text is a file name, or says nothing",
            "le texte de remplacement est un nom de fichier, ou ne dit rien"
        )
    } else if LABELS.iter().any(|start| lower.starts_with(start)) || LABELLED.is_match(lower) {
        words!("the alternative text says “image of”", "le texte de remplacement dit « image de »")
    } else {
        return None;
    };
    Some((message, words!("say what the picture shows, in one sentence", "dites en une phrase ce que montre l'image")))
}
