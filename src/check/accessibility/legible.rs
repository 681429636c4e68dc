//! Whether every run of text can be read with the eyes: contrast in both schemes, size and spacing (ACC-06, ACC-07).

use std::collections::BTreeSet;

use super::hit_in;
use crate::check::catalogue::{Limit, limit};
use crate::check::html::contrast::{Colour, contrast};
use crate::check::html::edges::{EdgeKind, Sight};
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Proof};
use crate::check::text::scan;
use crate::model::Severity;

/// WCAG 2.1, 1.4.3.
pub(crate) const CONTRAST: Limit = limit("ACC-06", "ratio", 4.5);
/// The same for large text: 24 px, or 18.66 px in bold.
pub(crate) const CONTRAST_LARGE: Limit = limit("ACC-06", "ratio_large", 3.0);
/// What the design system aims at (WCAG 2.1, 1.4.6): below it is told, and no more.
pub(crate) const CONTRAST_AIM: Limit = limit("ACC-06", "ratio_aim", 7.0);
/// Lines that mean something (WCAG 2.1, 1.4.11).
pub(crate) const CONTRAST_LINE: Limit = limit("ACC-06", "ratio_line", 3.0);
/// A ground nearer to white than this is no button's.
const GROUND_MIN: f64 = 1.5;
/// Body text (FEDERAL 3.2).
pub(crate) const SIZE_PX: Limit = limit("ACC-07", "px", 16.0);
/// Nothing at all is smaller than this.
pub(crate) const SMALL_PX: Limit = limit("ACC-07", "px_least", 12.0);
/// Line spacing (FEDERAL 3.2); 1.5 is the aim.
pub(crate) const LINE_HEIGHT: Limit = limit("ACC-07", "line_height", 1.4);
/// A run shorter than this is a label, not body text.
const BODY_RUN_CHARS_MIN: usize = 40;

/// How a scheme is named behind a figure.
fn scheme(is_dark: bool) -> (&'static str, &'static str) {
    if is_dark { (" in the dark scheme", " en mode sombre") } else { ("", "") }
}

pub(crate) fn contrasts(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    crate::check::raw::pale_colours(proof, proof.limit(&CONTRAST), hits);
    for sheet in &proof.sheets {
        texts(proof, sheet, hits);
        lines(proof, sheet, hits);
        buttons(proof, sheet, hits);
    }
}

fn texts(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let mut said = BTreeSet::new();
    for run in &sheet.runs {
        let large = run.style.size_px >= 24.0 || (run.style.is_bold && run.style.size_px >= 18.66);
        let (least, aim) = if large { (&CONTRAST_LARGE, &CONTRAST) } else { (&CONTRAST, &CONTRAST_AIM) };
        let (least, aim) = (proof.limit(least), proof.limit(aim));
        for (ink, ground, is_dark) in [(run.style.ink, run.style.ground, false), (run.dark.0, run.dark.1, true)] {
            let ratio = contrast(ink, ground);
            let min = if ratio < least { least } else { aim };
            // One word for each pair of colours: the mend is one in the template.
            if ratio >= min || !said.insert((ink.0, ground.0, large, is_dark)) {
                continue;
            }
            let is_told = min > least;
            let (ink, ground) = (ink.hex(), ground.hex());
            let ((ratio, ratio_fr), (least, least_fr), (en, fr)) =
                (scan::decimal(ratio), scan::decimal(min), scheme(is_dark));
            let words = (
                words!(
                    "{ink} on {ground} is {ratio} to 1, less than {least}{en}",
                    "{ink} sur {ground} donne {ratio_fr} pour 1, moins que {least_fr}{fr}"
                ),
                words!("take a darker ink or a lighter ground", "prenez une encre plus foncée ou un fond plus clair"),
            );
            let hit = hit_in(proof, sheet, run.story.as_deref(), &run.text, words);
            hits.push(if is_told { hit.weighing(Severity::Info) } else { hit });
        }
    }
}

/// Lines that part or surround something: the border of a button, a rule, the grid of a table of data.
fn lines(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let min = proof.limit(&CONTRAST_LINE);
    let mut said = BTreeSet::new();
    for edge in &sheet.edges {
        for (sight, is_dark) in [(&edge.light, false), (&edge.dark, true)] {
            let Sight { ink, inside, outside } = *sight;
            // A ground that stands out shows the box by itself.
            let is_shown_by_ground = edge.kind != EdgeKind::Line && contrast(inside, outside) >= min;
            let is_fine =
                edge.kind == EdgeKind::Ornament || !edge.light.is_drawn() || sight.ratio() >= min || is_shown_by_ground;
            if is_fine || !said.insert((edge.kind, ink.0, outside.0, is_dark)) {
                continue;
            }
            let what = match edge.kind {
                EdgeKind::Button => ("the border of a button", "la bordure d'un bouton"),
                EdgeKind::Line => ("a line", "un filet"),
                EdgeKind::Frame | EdgeKind::Ornament => ("a frame", "un cadre"),
            };
            let hit = faint(proof, sheet, edge.story.as_deref(), what, (ink, outside, sight.ratio(), is_dark));
            // A frame may only decorate.
            hits.push(if edge.kind == EdgeKind::Frame { hit.weighing(Severity::Warning) } else { hit });
        }
    }
}

/// Links without a line below that only their ground shows to be buttons.
fn buttons(proof: &Proof<'_>, sheet: &Sheet<'_>, hits: &mut Vec<Hit>) {
    let min = proof.limit(&CONTRAST_LINE);
    let mut said = BTreeSet::new();
    let runs = sheet.runs.iter().filter(|run| run.style.in_link && !run.style.is_underlined && !run.is_edged);
    for run in runs.filter(|run| contrast(run.style.ground, Colour::WHITE) >= GROUND_MIN) {
        for (ground, around, is_dark) in [(run.style.ground, run.around.0, false), (run.dark.1, run.around.1, true)] {
            let ratio = contrast(ground, around);
            if ratio < min && said.insert((ground.0, around.0, is_dark)) {
                let what = ("the ground of a button", "le fond d'un bouton");
                hits.push(faint(proof, sheet, run.story.as_deref(), what, (ground, around, ratio, is_dark)));
            }
        }
    }
}

/// What hardly differs from what lies beside it: two colours, how far apart they are, and in which scheme.
fn faint(
    proof: &Proof<'_>,
    sheet: &Sheet<'_>,
    story: Option<&str>,
    (what, what_fr): (&str, &str),
    (ink, ground, ratio, is_dark): (Colour, Colour, f64, bool),
) -> Hit {
    let (ink, ground, (en, fr)) = (ink.hex(), ground.hex(), scheme(is_dark));
    let ((ratio, ratio_fr), (least, least_fr)) = (scan::decimal(ratio), scan::decimal(proof.limit(&CONTRAST_LINE)));
    let words = (
        words!(
            "{what}: {ink} beside {ground} is {ratio} to 1, less than {least}{en}",
            "{what_fr} : {ink} à côté de {ground} donne {ratio_fr} pour 1, moins que {least_fr}{fr}"
        ),
        words!("take a stronger colour in the template", "prenez une couleur plus forte dans le gabarit"),
    );
    hit_in(proof, sheet, story, &ink, words)
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
