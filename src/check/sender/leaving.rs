//! Whether everybody sees, in each language, how to leave and how to change languages (SND-02).

use scraper::ElementRef;

use super::copies;
use crate::check::accessibility::hit_in;
use crate::check::html::css::declarations;
use crate::check::proof::{Hit, Mails};
use crate::model::{Lang, Slot};

/// Whether a language tag is one of this language: `fr-CA` of `fr`.
fn is_tag_of(tag: &str, lang: &Lang) -> bool {
    tag.to_lowercase().split('-').next() == Some(lang.as_str())
}

/// Whether a link is made so that nobody sees it. Its block may be seen all the same.
fn is_hidden(link: ElementRef<'_>) -> bool {
    const LEGIBLE_PX_MIN: f64 = 9.0;
    let too_small = |px: &str| px.trim_end_matches("px").trim().parse::<f64>().is_ok_and(|px| px < LEGIBLE_PX_MIN);
    declarations(link.attr("style").unwrap_or("")).iter().any(|(name, value, _)| match name.as_str() {
        "display" => value == "none",
        "visibility" => value == "hidden",
        "opacity" => value.parse::<f64>().is_ok_and(|part| part < 0.1),
        "font-size" => too_small(value),
        _ => false,
    })
}

pub(crate) fn ways_out(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    copies::ways_out(proof, hits);
    for sheet in &proof.pages {
        for slot in Slot::ALL {
            let token = slot.token();
            let shown = token.rsplit('/').next().unwrap_or(token);
            for lang in &sheet.edition.langs {
                let in_half = sheet.blocks.iter().any(|placed| {
                    placed.is_shown
                        && (sheet.edition.langs.len() == 1 || placed.lang.as_ref() == Some(lang))
                        && placed.block.links.iter().any(|link| {
                            // The switch to the other language is that language's.
                            let is_own = link.lang.as_ref().is_none_or(|tag| is_tag_of(tag, lang));
                            link.href.starts_with(token) && !link.text.is_empty() && is_own
                        })
                });
                if !in_half {
                    let words = (
                        words!("no link `{shown}` in `{lang}`", "aucun lien `{shown}` en `{lang}`"),
                        words!("put the slot back into the template", "remettez le champ dans le gabarit"),
                    );
                    hits.push(hit_in(proof, sheet, None, shown, words));
                }
            }
            let links = sheet.select("a[href]").into_iter();
            let mut links = links.filter(|link| link.attr("href").is_some_and(|href| href.starts_with(token)));
            if links.any(is_hidden) {
                let words = (
                    words!("the link `{shown}` is hidden", "le lien `{shown}` est masqué"),
                    words!("let it be seen as the words around it", "laissez-le visible comme les mots voisins"),
                );
                hits.push(hit_in(proof, sheet, None, shown, words));
            }
            if sheet.edition.text.matches(token).count() < sheet.edition.langs.len() {
                let words = (
                    words!(
                        "the text part has no link `{shown}` for each language",
                        "la partie texte n'a pas de lien `{shown}` pour chaque langue"
                    ),
                    words!(
                        "put the slot back into the template `edition.txt`",
                        "remettez le champ dans le gabarit `edition.txt`"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, shown, words));
            }
        }
    }
}
