//! The sum of an issue's copies, edition by edition, as a table: planned = accepted + refused + unknown + suppressed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::page::{capital, edition_name, escaped, number};
use crate::model::{Counts, EditionId, Speech};

/// The parts of a sum, as the columns of its table.
pub(super) const PARTS: usize = 5;

/// The sum in one language.
pub(super) struct Sums<'a> {
    pub(super) counts: &'a BTreeMap<EditionId, Counts>,
    pub(super) speech: Speech,
}

impl Sums<'_> {
    pub(super) fn caption(&self) -> &'static str {
        match self.speech {
            Speech::En => "Copies: planned = accepted + refused + unknown + suppressed",
            Speech::Fr => "Exemplaires\u{a0}: prévus = acceptés + refusés + inconnus + retenus",
        }
    }

    pub(super) fn heads(&self) -> [&'static str; PARTS + 1] {
        match self.speech {
            Speech::En => ["Edition", "Planned", "Accepted", "Refused", "Unknown", "Suppressed"],
            Speech::Fr => ["Édition", "Prévus", "Acceptés", "Refusés", "Inconnus", "Retenus"],
        }
    }

    /// The languages, the bilingual edition, and all of them: a name and the parts of its sum.
    pub(super) fn rows(&self) -> Vec<(String, [u64; PARTS])> {
        let parts =
            |counts: &Counts| [counts.planned, counts.accepted, counts.refused, counts.unknown, counts.suppressed];
        let (both, languages): (Vec<_>, Vec<_>) = self.counts.iter().partition(|(id, _)| id.is_both());
        let mut rows: Vec<(String, [u64; PARTS])> = languages
            .into_iter()
            .chain(both)
            .map(|(id, counts)| (capital(edition_name(id).say(self.speech)), parts(counts)))
            .collect();
        let all = parts(&Counts::sum(self.counts.values()));
        rows.push((words!("In all", "En tout").say(self.speech).to_owned(), all));
        rows
    }

    /// As HTML; writing to a `String` does not fail.
    pub(super) fn html(&self, out: &mut String) {
        let heads = self.heads();
        let _ = write!(out, "<table class=\"numbers\">\n<caption>{}</caption>\n<thead><tr>", escaped(self.caption()));
        for head in heads {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(head));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for (name, parts) in self.rows() {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(&name));
            for (head, n) in heads[1..].iter().zip(parts) {
                let _ = write!(out, "<td data-label=\"{}\">{}</td>", escaped(head), number(n, self.speech));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }

    /// As lines of text, in columns.
    pub(super) fn text(&self) -> String {
        let mut rows: Vec<Vec<String>> = vec![self.heads().map(str::to_owned).to_vec()];
        rows.extend(
            self.rows().into_iter().map(|(name, parts)| {
                std::iter::once(name).chain(parts.iter().map(|n| number(*n, self.speech))).collect()
            }),
        );
        let widths: Vec<usize> =
            (0..=PARTS).map(|n| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0)).collect();
        let mut out = format!("{}\n", self.caption());
        for row in &rows {
            let (name, width) = (&row[0], widths[0]);
            let _ = write!(out, "  {name:width$}");
            for (sign, (cell, width)) in ["", "=", "+", "+", "+"].iter().zip(row[1..].iter().zip(&widths[1..])) {
                let _ = write!(out, " {sign:1} {cell:>width$}");
            }
            out.push('\n');
        }
        out
    }
}
