//! Whether every run of text can be read with the eyes: contrast in both schemes, size and spacing (ACC-06, ACC-07).

use std::collections::BTreeSet;

use super::hit_in;
use crate::check::catalogue::{Limit, limit};
use crate::check::html::contrast::contrast;
use crate::check::proof::{Hit, Proof};
use crate::check::text::scan;

/// WCAG 2.1, 1.4.3.
pub(crate) const CONTRAST: Limit = limit("ACC-06", "ratio", 4.5);
/// The same for large text: 24 px, or 18.66 px in bold.
pub(crate) const CONTRAST_LARGE: Limit = limit("ACC-06", "ratio_large", 3.0);
/// Body text (FEDERAL 3.2).
pub(crate) const SIZE_PX: Limit = limit("ACC-07", "px", 16.0);
/// Nothing at all is smaller than this.
pub(crate) const SMALL_PX: Limit = limit("ACC-07", "px_least", 12.0);
/// Line spacing (FEDERAL 3.2); 1.5 is the aim.
pub(crate) const LINE_HEIGHT: Limit = limit("ACC-07", "line_height", 1.4);
/// A run shorter than this is a label, not body text.
const BODY_RUN_CHARS_MIN: usize = 40;

pub(crate) fn contrasts(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::pale_colours(proof, proof.limit(&CONTRAST), hits);
    for sheet in &proof.sheets {
        let mut said = BTreeSet::new();
        for run in &sheet.runs {
            let large = run.style.size_px >= 24.0 || (run.style.is_bold && run.style.size_px >= 18.66);
            let min = proof.limit(if large { &CONTRAST_LARGE } else { &CONTRAST });
            for (ink, ground, is_dark) in [(run.style.ink, run.style.ground, false), (run.dark.0, run.dark.1, true)] {
                let ratio = contrast(ink, ground);
                // One word for each pair of colours: the mend is one in the template.
                if ratio >= min || !said.insert((ink.0, ground.0, large, is_dark)) {
                    continue;
                }
                let (ink, ground) = (ink.hex(), ground.hex());
                let ((ratio, ratio_fr), (least, least_fr)) = (scan::decimal(ratio), scan::decimal(min));
                let (en, fr) = if is_dark { (" in the dark scheme", " en mode sombre") } else { ("", "") };
                let words = (
                    words!(
                        "{ink} on {ground} is {ratio} to 1, less than {least}{en}",
                        "{ink} sur {ground} donne {ratio_fr} pour 1, moins que {least_fr}{fr}"
                    ),
                    words!(
                        "take a darker ink or a lighter ground",
                        "prenez une encre plus foncée ou un fond plus clair"
                    ),
                );
                hits.push(hit_in(proof, sheet, run.story.as_deref(), &run.text, words));
            }
        }
    }
}

pub(crate) fn sizes(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for sheet in &proof.sheets {
        let mut said = BTreeSet::new();
        for run in &sheet.runs {
            let is_body = !run.style.in_heading && run.text.chars().count() >= BODY_RUN_CHARS_MIN;
            let min = proof.limit(if is_body { &SIZE_PX } else { &SMALL_PX });
            let closest = proof.limit(&LINE_HEIGHT);
            let size = run.style.size_px;
            let spacing = run.style.line_height;
            let words = if size < min {
                (
                    words!("text of {size} px; {min} is the least", "texte de {size} px; le minimum est {min}"),
                    words!("make it larger in the template", "agrandissez-le dans le gabarit"),
                )
            } else if is_body && spacing.is_some_and(|spacing| spacing < closest) {
                (
                    words!("lines closer than {closest}", "interligne inférieur à {closest}"),
                    words!("set line-height to 1.5", "mettez line-height à 1.5"),
                )
            } else if run.style.is_justified {
                (words!("justified text", "texte justifié"), words!("align it left", "alignez-le à gauche"))
            } else {
                continue;
            };
            if said.insert(words.0.en.clone()) {
                hits.push(hit_in(proof, sheet, run.story.as_deref(), &run.text, words));
            }
        }
    }
}
