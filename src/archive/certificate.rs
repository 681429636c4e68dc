//! The certificate of an issue: what left, by whose approval, and that every recipient is accounted for; as text and as
//! a page, one of each in every language that the program speaks, fit to forward and to print. Numbers and names of
//! approvers, no recipient.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::halves::{named, speeches};
use super::page::{Head, capital, edition_name, escaped, number, page};
use super::sums::Sums;
use crate::model::{Approval, Counts, Digest, EditionId, IssueId, Lang, Newsletter, Speech, Words};

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

/// The certificate in one language.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The language's key.
    pub lang: &'static str,
    /// As text.
    pub text: String,
    /// As a page.
    pub html: String,
}

/// The certificate in every language that the program speaks, the newsletter's first one first.
pub fn certificates(
    certified: &Certified<'_>,
    newsletter: &Newsletter,
    zone: &TimeZone,
    style: &str,
) -> [Certificate; 2] {
    speeches(newsletter).map(|speech| {
        let written = Written { certified, newsletter, zone, speech };
        Certificate { lang: named(speech).0, text: written.text(), html: written.html(style) }
    })
}

/// A certificate in one language; writing to a `String` does not fail.
struct Written<'a> {
    certified: &'a Certified<'a>,
    newsletter: &'a Newsletter,
    zone: &'a TimeZone,
    speech: Speech,
}

impl Written<'_> {
    fn title(&self) -> String {
        let id = self.certified.issue;
        words!("Certificate of issue {id}", "Attestation du numéro {id}").say(self.speech).to_owned()
    }

    /// The newsletter's name and the office that sends it.
    fn sender(&self) -> String {
        let lang = Lang::new(named(self.speech).0);
        let title = self.newsletter.language.get(&lang).map_or(self.newsletter.id.as_str(), |of| of.title.as_str());
        let office = self.newsletter.organization.name.get(&lang).map_or("", String::as_str);
        if office.is_empty() { title.to_owned() } else { format!("{title}, {office}") }
    }

    fn moment(&self, at: &Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// When it left, and how.
    fn summary(&self) -> Vec<Words> {
        let Certified { frozen_at, completed, lag, is_cancelled, .. } = self.certified;
        let (began, ended) = (self.moment(frozen_at), self.moment(completed));
        let place = &self.newsletter.schedule.time_zone;
        let mut lines = vec![words!(
            "The issue began to leave on {began} and was complete on {ended} ({place}). Every language left together.",
            "Le numéro a commencé à partir le {began} et était complet le {ended} ({place}). Toutes les langues sont parties ensemble."
        )];
        if *is_cancelled {
            lines.push(words!(
                "Its sending was cancelled: those not yet served are counted as suppressed.",
                "Son envoi a été annulé : les exemplaires qui n'étaient pas encore partis sont comptés comme retenus."
            ));
        }
        if let Some(lag) = lag {
            let seconds = number(lag.as_secs().unsigned_abs(), self.speech);
            lines.push(words!(
                "Between the moments at which half of each language had its copy: {seconds} s.",
                "Entre les moments où la moitié de chaque langue avait son exemplaire : {seconds} s."
            ));
        }
        lines
    }

    fn sums(&self) -> Sums<'_> {
        Sums { counts: self.certified.counts, speech: self.speech }
    }

    fn text(&self) -> String {
        let say = |words: &Words| words.say(self.speech).to_owned();
        let (title, colon) = (self.title(), if self.speech == Speech::Fr { "\u{a0}: " } else { ": " });
        let mut out = format!("{title}\n{}\n{}\n\n", "=".repeat(title.chars().count()), self.sender());
        for line in self.summary() {
            let _ = writeln!(out, "{}\n", say(&line));
        }
        out.push_str(&self.sums().text());
        for (word, meaning) in meanings() {
            let _ = write!(out, "\n{}{colon}{}", say(&word), say(&meaning));
        }
        let _ = write!(out, "\n\n{}\n", say(&no_opens()));
        for line in self.approvals() {
            let _ = write!(out, "\n{}", say(&line));
        }
        out.push_str("\n\n");
        let _ = writeln!(out, "{}", say(&digests_head()));
        for (edition, digest) in self.digests() {
            let _ = writeln!(out, "  {}{colon}{}", capital(&say(&edition_name(edition))), digest.as_str());
        }
        out
    }

    fn html(&self, style: &str) -> String {
        let say = |words: &Words| escaped(words.say(self.speech));
        let mut out = format!(
            "<header>\n<p>{}</p>\n</header>\n<main>\n<h1>{}</h1>\n",
            escaped(&self.sender()),
            escaped(&self.title())
        );
        for line in self.summary() {
            let _ = writeln!(out, "<p>{}</p>", whole_moments(&say(&line)));
        }
        self.sums().html(&mut out);
        let _ =
            writeln!(out, "<h2>{}</h2>\n<dl class=\"facts\">", say(&words!("What the words mean", "Le sens des mots")));
        for (word, meaning) in meanings() {
            let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", say(&word), say(&meaning));
        }
        let _ = writeln!(out, "</dl>\n<p>{}</p>", say(&no_opens()));
        let _ = writeln!(out, "<h2>{}</h2>\n<ul>", say(&words!("Approvals", "Approbations")));
        for line in self.approvals() {
            let _ = writeln!(out, "<li>{}</li>", whole_moments(&say(&line)));
        }
        let _ = writeln!(out, "</ul>\n<h2>{}</h2>\n<dl class=\"facts\">", say(&digests_head()));
        for (edition, digest) in self.digests() {
            let _ = writeln!(
                out,
                "<dt>{}</dt><dd><code>{}</code></dd>",
                capital(&say(&edition_name(edition))),
                digest.as_str()
            );
        }
        out.push_str("</dl>\n</main>\n");
        page(&Head::of_office(named(self.speech).0, &escaped(&self.title()), style), &out)
    }

    /// The languages, and the bilingual edition last.
    fn digests(&self) -> impl Iterator<Item = (&EditionId, &Digest)> {
        let (both, languages): (Vec<_>, Vec<_>) = self.certified.digests.iter().partition(|(id, _)| id.is_both());
        languages.into_iter().chain(both)
    }

    fn approvals(&self) -> Vec<Words> {
        let line = |approval: &Approval| {
            let (edition, by, when) = (edition_name(&approval.edition), &approval.by, self.moment(&approval.at));
            let (en, fr) = (edition.en, edition.fr);
            words!(
                "The {en} edition was approved by {by} on {when}, for exactly the bytes that left.",
                "L'édition en {fr} a été approuvée par {by} le {when}, exactement telle qu'elle est partie."
            )
        };
        self.certified.approvals.iter().map(line).collect()
    }
}

/// A line in which no `2026-12-09 10:00` is broken at a hyphen.
fn whole_moments(line: &str) -> String {
    const FORM: &[u8] = b"dddd-dd-dd dd:dd";
    let is_one = |bytes: &[u8]| {
        bytes.iter().zip(FORM).all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form })
    };
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.as_bytes().windows(FORM.len()).position(is_one) {
        // All of it is ASCII, so it begins and ends between characters.
        let (moment, after) = rest[at..].split_at(FORM.len());
        let _ = write!(out, "{}<span class=\"moment\">{moment}</span>", &rest[..at]);
        rest = after;
    }
    out + rest
}

fn digests_head() -> Words {
    words!("Digests of what left (SHA-256)", "Empreintes de ce qui est parti (SHA-256)")
}

/// What each outcome means.
fn meanings() -> [(Words, Words); 4] {
    [
        (
            words!("Accepted", "Accepté"),
            words!(
                "our mail server took responsibility for the copy",
                "notre serveur de courriel a pris l'exemplaire en charge"
            ),
        ),
        (words!("Refused", "Refusé"), words!("a mail server said no", "un serveur de courriel a dit non")),
        (
            words!("Unknown", "Inconnu"),
            words!("the server's answer never came", "la réponse du serveur n'est jamais venue"),
        ),
        (
            words!("Suppressed", "Retenu"),
            words!(
                "the person had left the list, or could not be written to",
                "la personne s'était désabonnée, ou ne pouvait pas être jointe"
            ),
        ),
    ]
}

fn no_opens() -> Words {
    words!("Nothing measures whether a message was opened.", "Rien ne mesure si un message a été ouvert.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_the_sum_the_approvals_and_the_digests_in_one_language() {
        let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap();
        let at: Timestamp = "2026-12-09T15:00:00Z".parse().unwrap();
        let (issue, en, both) = (IssueId::parse("2026-12").unwrap(), EditionId::new("en"), EditionId::both());
        let counts =
            Counts { planned: 4010, accepted: 4006, refused: 2, unknown: 1, suppressed: 1, ..Counts::default() };
        let digest = Digest::of(b"x");
        let approval = Approval::new(en.clone(), digest.clone(), "<Camille> Roy".into(), at, None);
        let certified = Certified {
            issue: &issue,
            frozen_at: at,
            completed: at,
            counts: &[(both, counts), (en.clone(), counts)].into(),
            digests: &[(en, digest.clone())].into(),
            approvals: &[approval],
            lag: Some(SignedDuration::from_secs(3)),
            is_cancelled: false,
        };
        let zone = newsletter.schedule.zone().unwrap();
        let [english, french] = certificates(&certified, &newsletter, &zone, "");
        assert_eq!((english.lang, french.lang), ("en", "fr"));
        for part in ["4,010", "8,020", "8,012", digest.as_str(), "2026-12-09 10:00", "3 s.", "CCO News, Communications"]
        {
            assert!(english.text.contains(part) && english.html.contains(part), "{part}: {}", english.text);
        }
        assert!(
            english.text.contains("  In all        8,020 =    8,012 +       4 +       2 +          2\n"),
            "{}",
            english.text
        );
        assert!(french.text.contains("8\u{a0}020") && french.html.contains("lang=\"fr\""), "{}", french.text);
        assert!(english.html.contains("&lt;Camille&gt;") && !english.html.contains('`'));
        assert!(english.html.contains("on <span class=\"moment\">2026-12-09 10:00</span> and was"), "{}", english.html);
        for (text, of_other) in [(&english.html, "Prévus"), (&french.html, "Planned"), (&french.text, "accepted")] {
            assert!(!text.contains(of_other), "{text}");
        }
    }
}
