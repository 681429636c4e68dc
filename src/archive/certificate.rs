//! The certificate of an issue: what left, by whose approval, and that every recipient is accounted for; in text and
//! as a page, in every language that the program speaks, fit to forward. Numbers and names of approvers, no recipient.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::page::{Head, escaped, page};
use super::stories::{named, speeches};
use crate::model::{Approval, Counts, Digest, EditionId, IssueId, Newsletter, Words};

/// What a certificate says.
#[derive(Debug, Clone)]
pub struct Certified<'a> {
    /// The issue.
    pub issue: &'a IssueId,
    /// The Date of every copy.
    pub frozen_at: Timestamp,
    /// When the last copy had its outcome.
    pub completed: Timestamp,
    /// What each edition came to.
    pub counts: &'a BTreeMap<EditionId, Counts>,
    /// The digest of each edition.
    pub digests: &'a BTreeMap<EditionId, Digest>,
    /// The approvals with which it left.
    pub approvals: &'a [Approval],
    /// Between the medians of the languages.
    pub lag: Option<SignedDuration>,
    /// Whether the rest was cancelled.
    pub is_cancelled: bool,
}

/// The certificate as text and as a page.
pub fn certificate(
    certified: &Certified<'_>,
    newsletter: &Newsletter,
    zone: &TimeZone,
    style: &str,
) -> (String, String) {
    let (mut text, mut html) = (String::new(), String::new());
    let id = certified.issue;
    let title = words!("Certificate of issue {id}", "Attestation du numéro {id}");
    let speeches = speeches(newsletter);
    let heads =
        speeches.map(|speech| format!("<span lang=\"{}\">{}</span>", named(speech).0, escaped(title.say(speech))));
    // Writing to a `String` does not fail.
    let _ = writeln!(html, "<main>\n<h1>{}</h1>", heads.join(" / "));
    for speech in speeches {
        let (lang, label) = named(speech);
        let _ =
            writeln!(html, "<section lang=\"{lang}\" aria-labelledby=\"{lang}-h\">\n<h2 id=\"{lang}-h\">{label}</h2>");
        let head = title.say(speech);
        let _ = writeln!(text, "{head}\n{}\n", "=".repeat(head.chars().count()));
        for line in lines(certified, newsletter, zone) {
            let line = line.say(speech);
            let _ = writeln!(html, "<p>{}</p>", escaped(line));
            let _ = writeln!(text, "{line}\n");
        }
        html.push_str("</section>\n");
    }
    html.push_str("</main>\n");
    let title = escaped(title.say(speeches[0]));
    (text, page(&Head::of_office(named(speeches[0]).0, &title, style), &html))
}

fn lines(certified: &Certified<'_>, newsletter: &Newsletter, zone: &TimeZone) -> Vec<Words> {
    let Certified { frozen_at, completed, counts, digests, approvals, lag, is_cancelled, .. } = certified;
    let at = |moment: &Timestamp| moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let (began, ended, place) = (at(frozen_at), at(completed), &newsletter.schedule.time_zone);
    let mut lines = vec![words!(
        "It began to leave on {began} and was complete on {ended} ({place}). Every language left together.",
        "Il a commencé à partir le {began} et était complet le {ended} ({place}). Toutes les langues sont parties ensemble."
    )];
    if *is_cancelled {
        lines.push(words!(
            "Its sending was cancelled: those not yet served are counted as suppressed.",
            "Son envoi a été annulé : les personnes pas encore servies sont comptées comme retenues."
        ));
    }
    let mut all = Counts::default();
    for (edition, count) in *counts {
        lines.push(sum(edition.as_str(), edition.as_str(), count));
        all.planned += count.planned;
        all.accepted += count.accepted;
        all.refused += count.refused;
        all.unknown += count.unknown;
        all.suppressed += count.suppressed;
    }
    lines.push(sum("In all", "En tout", &all));
    lines.push(words!(
        "“Accepted” means that our mail server took responsibility for the copy; “refused”, that a mail server said no; “unknown”, that its answer never came; “suppressed”, that the person had left or could not be written to. Nothing measures whether a message was opened.",
        "« Accepté » veut dire que notre serveur de courriel a pris la copie en charge; « refusé », qu'un serveur de courriel a dit non; « inconnu », que sa réponse n'est jamais venue; « retenu », que la personne s'était désabonnée ou ne pouvait pas être jointe. Rien ne mesure si un message a été ouvert."
    ));
    if let Some(lag) = lag {
        let seconds = lag.as_secs().abs();
        lines.push(words!(
            "Between the moments at which half of each language had its copy lay {seconds} seconds.",
            "Entre les moments où la moitié de chaque langue avait sa copie, il y a eu {seconds} secondes."
        ));
    }
    for approval in *approvals {
        let (edition, by, when) = (&approval.edition, &approval.by, at(&approval.at));
        lines.push(words!(
            "The edition `{edition}` was approved by {by} on {when}, for exactly the bytes that left.",
            "L'édition `{edition}` a été approuvée par {by} le {when}, pour exactement les octets qui sont partis."
        ));
    }
    for (edition, digest) in *digests {
        let digest = digest.as_str();
        lines
            .push(words!("Digest of `{edition}` (SHA-256): {digest}", "Empreinte de `{edition}` (SHA-256) : {digest}"));
    }
    lines
}

fn sum(en: &str, fr: &str, counts: &Counts) -> Words {
    let Counts { planned, accepted, refused, unknown, suppressed, .. } = counts;
    words!(
        "{en}: {planned} planned = {accepted} accepted + {refused} refused + {unknown} unknown + {suppressed} suppressed.",
        "{fr} : {planned} prévus = {accepted} acceptés + {refused} refusés + {unknown} inconnus + {suppressed} retenus."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_the_sum_the_approvals_and_the_digests_in_both_languages() {
        let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap();
        let at: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
        let (issue, en) = (IssueId::parse("2026-12").unwrap(), EditionId::new("en"));
        let counts = Counts { planned: 10, accepted: 6, refused: 2, unknown: 1, suppressed: 1, ..Counts::default() };
        let digest = Digest::of(b"x");
        let approval = Approval::new(en.clone(), digest.clone(), "<Camille> Roy".into(), at, None);
        let certified = Certified {
            issue: &issue,
            frozen_at: at,
            completed: at,
            counts: &[(en.clone(), counts)].into(),
            digests: &[(en, digest.clone())].into(),
            approvals: &[approval],
            lag: Some(SignedDuration::from_secs(3)),
            is_cancelled: false,
        };
        let zone = newsletter.schedule.zone().unwrap();
        let (text, html) = certificate(&certified, &newsletter, &zone, "");
        for part in [
            "10 planned = 6 accepted + 2 refused + 1 unknown + 1 suppressed",
            "10 prévus = 6 acceptés + 2 refusés + 1 inconnus + 1 retenus",
            digest.as_str(),
            "2026-12-09 10:00",
            "3 seconds",
        ] {
            assert!(text.contains(part) && html.contains(part), "{part}: {text}");
        }
        assert!(html.contains("&lt;Camille&gt;") && html.contains("lang=\"fr"));
    }
}
