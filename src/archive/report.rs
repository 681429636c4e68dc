//! `issues/ID/report.html`: what became of an issue, in English and in French, fit to forward. Numbers only: it names
//! domains, never people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::halves::{Halves, speeches};
use super::page::{edition_name, escaped, number};
use super::plot::{Line, columns, lines};
use crate::model::{Account, Counts, EditionId, Newsletter, Speech, State, Words};

/// Refusals that the page lists; `--json` has them all.
const REFUSALS_SHOWN_MAX: usize = 20;

/// What the page shows beside the account.
#[derive(Debug, Default)]
pub struct Carried {
    /// Who contributed.
    pub contributors: Vec<String>,
    /// Sections that were carried, in both of the program's languages.
    pub sections: Vec<Words>,
}

/// The page. Writing to a `String` does not fail.
pub fn report(account: &Account, carried: &Carried, newsletter: &Newsletter, zone: &TimeZone, style: &str) -> String {
    let id = &account.issue;
    let heading = words!("Report on issue {id}", "Rapport sur le numéro {id}");
    let title = escaped(heading.say(speeches(newsletter)[0]));
    let names = escaped(&newsletter.id);
    let halves = Halves { newsletter, names: &names, title: &title, heading: &heading, footer: "", style };
    halves.page(|speech, out| Half { account, carried, zone, speech }.write(out))
}

struct Half<'a> {
    account: &'a Account,
    carried: &'a Carried,
    zone: &'a TimeZone,
    speech: Speech,
}

impl Half<'_> {
    fn say(&self, words: &Words) -> String {
        escaped(words.say(self.speech))
    }

    fn heading(&self, out: &mut String, words: &Words) {
        let _ = writeln!(out, "<h3>{}</h3>", self.say(words));
    }

    fn paragraph(&self, out: &mut String, words: &Words) {
        let _ = writeln!(out, "<p>{}</p>", self.say(words));
    }

    fn write(&self, out: &mut String) {
        self.summary(out);
        self.editions(out);
        self.over_time(out);
        self.refusals(out);
        self.audience(out);
        self.contents(out);
        self.heading(out, &words!("Why there are no opens and clicks", "Pourquoi il n'y a ni ouvertures ni clics"));
        self.paragraph(
            out,
            &words!(
                "This newsletter tracks nobody: it has no hidden image and no redirected link. Programs open mail and follow links before people do, so such figures would say little, and measuring them would collect information about readers that the office does not need. “Accepted” means that our mail server took the copy; it does not say that it was read.",
                "Cette infolettre ne suit personne : elle ne contient ni image cachée ni lien redirigé. Des programmes ouvrent les courriels et suivent les liens avant les gens; de tels chiffres diraient peu de choses, et les mesurer reviendrait à recueillir sur les lecteurs des renseignements dont le bureau n'a pas besoin. « Acceptée » veut dire que notre serveur de courriel a pris la copie; cela ne dit pas qu'elle a été lue."
            ),
        );
    }

    fn summary(&self, out: &mut String) {
        let account = self.account;
        let total = Counts::sum(account.counts.values());
        let (planned, accepted) = (self.number(total.planned), self.number(total.accepted));
        let at = self.moment(account.frozen_at);
        self.paragraph(
            out,
            &words!(
                "The issue was frozen on {at} for {planned} recipients. {accepted} copies were accepted by the mail server.",
                "Le numéro a été figé le {at} pour {planned} destinataires. {accepted} copies ont été acceptées par le serveur de courriel."
            ),
        );
        if let Some(done) = account.completed {
            let done = self.moment(done);
            self.paragraph(
                out,
                &words!(
                    "Every recipient had an outcome by {done}.",
                    "Chaque destinataire avait un résultat le {done}."
                ),
            );
        } else {
            self.paragraph(out, &words!("It is not complete yet.", "Il n'est pas encore complet."));
        }
        if let Some(rate) = account.accepted_per_minute() {
            let rate = self.decimal(rate);
            self.paragraph(out, &words!("{rate} copies a minute.", "{rate} copies à la minute."));
        }
        if let Some(lag) = account.lag_seconds {
            let lag = self.number(lag.unsigned_abs());
            self.paragraph(
                out,
                &words!("Between the medians of the languages: {lag} s.", "Entre les médianes des langues : {lag} s."),
            );
        }
    }

    fn editions(&self, out: &mut String) {
        self.heading(out, &words!("Outcomes", "Résultats"));
        let heads = [
            words!("Edition", "Édition"),
            words!("Planned", "Prévues"),
            words!("Accepted", "Acceptées"),
            words!("Refused", "Refusées"),
            words!("Unknown", "Inconnues"),
            words!("Suppressed", "Retirées"),
            words!("Still to do", "À faire"),
        ];
        let row = |counts: &Counts| {
            let left = counts.to_send + counts.in_flight + counts.deferred;
            [counts.planned, counts.accepted, counts.refused, counts.unknown, counts.suppressed, left]
                .map(|n| self.number(n))
                .to_vec()
        };
        let mut rows: Vec<(String, Vec<String>)> =
            self.in_order().map(|edition| (self.edition(edition), row(&self.account.counts[edition]))).collect();
        rows.push((
            words!("All", "Toutes").say(self.speech).to_owned(),
            row(&Counts::sum(self.account.counts.values())),
        ));
        let caption = words!(
            "Planned = accepted + refused + unknown + suppressed",
            "Prévues = acceptées + refusées + inconnues + retirées"
        );
        self.table(out, &caption, &heads, &rows);
    }

    fn over_time(&self, out: &mut String) {
        let outcomes = &self.account.outcomes;
        let Some((first, last)) = outcomes.first().zip(outcomes.last()) else { return };
        self.heading(out, &words!("How it left", "Comment il est parti"));
        let mut sums: BTreeMap<&EditionId, Curve> = BTreeMap::new();
        for span in outcomes {
            let (sum, points) = sums.entry(&span.edition).or_insert_with(|| (0.0, vec![(0.0, 0.0)]));
            #[expect(clippy::cast_precision_loss, reason = "counts and seconds on a plot")]
            let (accepted, seconds) = (span.accepted as f64, span.seconds as f64);
            *sum += accepted;
            points.push((span.from.duration_since(first.from).as_secs_f64() + seconds, *sum));
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds on a plot")]
        let length = last.from.duration_since(first.from).as_secs_f64() + last.seconds as f64;
        let drawn: Vec<Line> = self
            .in_order()
            .filter_map(|edition| Some((edition, sums.remove(edition)?)))
            .map(|(edition, (sum, mut points))| {
                points.push((length, sum));
                Line { name: self.edition(edition), points }
            })
            .collect();
        let title = words!("Copies accepted over time, per edition", "Copies acceptées au fil du temps, par édition");
        out.push_str(&lines(
            title.say(self.speech),
            &drawn,
            length,
            (&self.moment(first.from), &self.moment(last.from)),
        ));
    }

    fn refusals(&self, out: &mut String) {
        self.heading(out, &words!("Refusals and departures", "Refus et départs"));
        if self.account.refusals.is_empty() {
            self.paragraph(out, &words!("Nothing was refused.", "Rien n'a été refusé."));
        } else {
            let heads = [
                words!("Domain", "Domaine"),
                words!("Outcome", "Résultat"),
                words!("Code", "Code"),
                words!("Copies", "Copies"),
            ];
            let rows: Vec<(String, Vec<String>)> = self
                .account
                .refusals
                .iter()
                .take(REFUSALS_SHOWN_MAX)
                .map(|refusal| {
                    let code = if refusal.code == 0 { "—".to_owned() } else { refusal.code.to_string() };
                    let code = refusal.enhanced.as_ref().map_or(code.clone(), |enhanced| format!("{code} {enhanced}"));
                    (refusal.domain.clone(), vec![self.state(refusal.state), code, self.number(refusal.copies)])
                })
                .collect();
            let caption =
                words!("What mail servers did not take, by domain", "Ce que les serveurs n'ont pas pris, par domaine");
            self.table(out, &caption, &heads, &rows);
        }
        let of = |what: &str| self.number(self.account.departures.get(what).copied().unwrap_or(0));
        let (left, bounced, complained) = (of("left"), of("bounced"), of("complained"));
        self.paragraph(
            out,
            &words!(
                "Since then: {left} left, {bounced} addresses are no more, {complained} complained.",
                "Depuis : {left} départs, {bounced} adresses qui n'existent plus, {complained} plaintes."
            ),
        );
        let of = |what: &str| self.account.opinions.get(what).copied().unwrap_or(0);
        if !self.account.opinions.is_empty() {
            let (yes, no) = (self.number(of("useful")), self.number(of("not-useful")));
            self.paragraph(
                out,
                &words!(
                    "“Was this useful?” was answered yes {yes} times, and no {no} times.",
                    "À la question « Vous a-t-elle été utile? », on a répondu oui {yes} fois, et non {no} fois."
                ),
            );
        }
    }

    fn audience(&self, out: &mut String) {
        let audience = &self.account.audience;
        if audience.is_empty() {
            return;
        }
        self.heading(out, &words!("The audience, issue by issue", "Le public, numéro par numéro"));
        #[expect(clippy::cast_precision_loss, reason = "a count on a plot")]
        let sums: Vec<(String, f64)> = audience
            .iter()
            .map(|(issue, editions)| (issue.to_string(), editions.values().sum::<u64>() as f64))
            .collect();
        let title = words!("Recipients of the last twelve issues", "Destinataires des douze derniers numéros");
        plot(out, &columns(title.say(self.speech), &sums));
        let editions: Vec<&EditionId> = self.in_order().collect();
        let mut heads = vec![words!("Issue", "Numéro")];
        heads.extend(editions.iter().map(|edition| Words::same(self.edition(edition))));
        let rows: Vec<(String, Vec<String>)> = audience
            .iter()
            .map(|(issue, counts)| {
                let cells = editions.iter().map(|edition| self.number(counts.get(*edition).copied().unwrap_or(0)));
                (issue.to_string(), cells.collect())
            })
            .collect();
        self.table(out, &words!("Recipients per edition", "Destinataires par édition"), &heads, &rows);
    }

    fn contents(&self, out: &mut String) {
        let carried = self.carried;
        if !carried.sections.is_empty() {
            self.heading(out, &words!("What it carried", "Ce qu'il contenait"));
            list(out, carried.sections.iter().map(|section| section.say(self.speech).to_owned()));
        }
        if !carried.contributors.is_empty() {
            self.heading(out, &words!("With thanks to", "Avec nos remerciements à"));
            list(out, carried.contributors.iter().cloned());
        }
    }

    fn table(&self, out: &mut String, caption: &Words, heads: &[Words], rows: &[(String, Vec<String>)]) {
        let _ = write!(out, "<table class=\"numbers\">\n<caption>{}</caption>\n<thead><tr>", self.say(caption));
        for head in heads {
            let _ = write!(out, "<th scope=\"col\">{}</th>", self.say(head));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for (name, cells) in rows {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(name));
            for (index, cell) in cells.iter().enumerate() {
                let label = heads.get(index + 1).map(|head| self.say(head)).unwrap_or_default();
                let _ = write!(out, "<td data-label=\"{label}\">{}</td>", escaped(cell));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n");
    }

    /// The languages, and the bilingual edition last.
    fn in_order(&self) -> impl Iterator<Item = &EditionId> {
        let (both, languages): (Vec<_>, Vec<_>) = self.account.counts.keys().partition(|edition| edition.is_both());
        languages.into_iter().chain(both)
    }

    fn edition(&self, edition: &EditionId) -> String {
        edition_name(edition).say(self.speech).to_owned()
    }

    fn state(&self, state: State) -> String {
        let words = match state {
            State::Refused => words!("refused", "refusée"),
            State::Deferred => words!("put off", "différée"),
            State::Unknown => words!("unknown", "inconnue"),
            _ => Words::same(state.as_str()),
        };
        words.say(self.speech).to_owned()
    }

    /// `4,000`, `4 000`.
    fn number(&self, n: u64) -> String {
        number(n, self.speech)
    }

    fn decimal(&self, n: f64) -> String {
        let text = format!("{n:.1}");
        if self.speech == Speech::Fr { text.replace('.', ",") } else { text }
    }

    fn moment(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

fn list(out: &mut String, items: impl Iterator<Item = String>) {
    out.push_str("<ul class=\"names\">");
    for item in items {
        let _ = write!(out, "<li>{}</li>", escaped(&item));
    }
    out.push_str("</ul>\n");
}

/// The copies so far, and the points of the line that they draw.
type Curve = (f64, Vec<(f64, f64)>);

/// A plot keeps a size at which it can be read; on a phone it scrolls, by keyboard too.
fn plot(out: &mut String, svg: &str) {
    let _ = writeln!(out, "<div class=\"plot\" tabindex=\"0\">{svg}</div>");
}
