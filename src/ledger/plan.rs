//! The freeze: in one transaction, who gets which edition, the editions' bytes and the Date. From then on it is these.

use std::collections::BTreeMap;

use super::sql::{Connection, OptionalExtension as _, params};
use anyhow::{Result, bail};
use jiff::Timestamp;

use super::Ledger;
use super::subscribers::condition;
use crate::model::{Approval, Digest, EditionId, IssueId, Segment};

/// How many active subscribers each edition would have.
pub type Audience = BTreeMap<EditionId, u64>;

/// An edition as it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenEdition {
    /// Which one.
    pub id: EditionId,
    /// What was approved.
    pub digest: Digest,
    /// JSON of the stage that sends: what addressing needs beside the bytes.
    pub frame: String,
    /// Headers and body, slots empty.
    pub wire: Vec<u8>,
}

/// What the freeze keeps.
#[derive(Debug, Clone)]
pub struct Freeze {
    /// The issue.
    pub issue: IssueId,
    /// Its editions.
    pub editions: Vec<FrozenEdition>,
    /// `manifest.json`, as it is on the disk.
    pub manifest: String,
    /// The approvals it leaves with.
    pub approvals: Vec<Approval>,
    /// When it was to leave.
    pub send_at: Timestamp,
    /// Only those who meet every one of these conditions get it; empty: everyone.
    pub only: Vec<Segment>,
    /// The Date of every copy.
    pub now: Timestamp,
}

/// An issue that is frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenIssue {
    /// Whether this call froze it, or an earlier one.
    pub is_new: bool,
    /// The Date of every copy.
    pub frozen_at: Timestamp,
    /// When it was to leave.
    pub send_at: Timestamp,
    /// Who gets it, as conditions; empty: everyone.
    pub only: String,
    /// When its last copy had an outcome.
    pub completed: Option<Timestamp>,
    /// The digest of each edition.
    pub digests: BTreeMap<EditionId, Digest>,
}

impl Ledger {
    /// Freezes an issue; an issue that is frozen with the same editions is left as it is.
    pub fn freeze(&self, freeze: Freeze) -> Result<FrozenIssue> {
        self.db.write_now(move |db| {
            if let Some(frozen) = frozen(db, &freeze.issue)? {
                same_editions(&freeze, &frozen)?;
                same_audience(&freeze, &frozen)?;
                return Ok(frozen);
            }
            write_issue(db, &freeze)?;
            write_deliveries(db, &freeze)?;
            record_approvals(db, &freeze.issue, &freeze.approvals, freeze.now)?;
            let frozen = frozen(db, &freeze.issue)?.map(|frozen| FrozenIssue { is_new: true, ..frozen });
            frozen.ok_or_else(|| anyhow::anyhow!("an issue just written is there"))
        })
    }

    /// An issue, if it is frozen.
    pub fn frozen(&self, issue: &IssueId) -> Result<Option<FrozenIssue>> {
        self.db.read(|db| frozen(db, issue))
    }

    /// Keeps until when the office's hours and numbers hold an issue's rest.
    pub fn hold(&self, issue: &IssueId, until: Timestamp) -> Result<()> {
        self.set_meta(&format!("held {issue}"), &until.to_string())
    }

    /// Whether they hold it now.
    pub fn is_held(&self, issue: &IssueId, now: Timestamp) -> Result<bool> {
        let until = self.meta(&format!("held {issue}"))?.and_then(|until| until.parse::<Timestamp>().ok());
        Ok(until.is_some_and(|until| now < until))
    }

    /// The bytes of a frozen issue.
    pub fn frozen_editions(&self, issue: &IssueId) -> Result<Vec<FrozenEdition>> {
        self.db.read(|db| {
            let mut query = db.prepare("SELECT edition, digest, frame, wire FROM editions WHERE issue = ?1")?;
            let rows = query.query_map([issue.as_str()], |row| {
                Ok(FrozenEdition {
                    id: EditionId::new(&row.get::<String>(0)?),
                    digest: Digest::from_hex(&row.get::<String>(1)?),
                    frame: row.get(2)?,
                    wire: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<super::sql::Result<_>>()?)
        })
    }

    /// Who would get which edition if the issue were frozen now.
    pub fn audience(&self, issue: &IssueId, editions: &[EditionId]) -> Result<Audience> {
        self.audience_of(issue, editions, &[])
    }

    /// As [`Ledger::audience`], of those who meet every condition.
    pub fn audience_of(&self, issue: &IssueId, editions: &[EditionId], only: &[Segment]) -> Result<Audience> {
        self.db.read(|db| audience(db, issue, editions, only))
    }

    /// Makes the copies that are only in the outbox due again, with the same bytes and Message-IDs: for the day on which
    /// a relay is there. Gives their number.
    pub fn deliver_again(&self, issue: &IssueId) -> Result<u64> {
        let issue = issue.clone();
        self.db.write_now(move |db| {
            let n = db.execute(
                "UPDATE deliveries SET state = 'planned', way_out = NULL, tries = 0, first_try = NULL, next_try = NULL
                 WHERE issue = ?1 AND state = 'accepted' AND way_out = 'outbox'",
                [issue.as_str()],
            )?;
            db.execute("UPDATE issues SET completed = NULL WHERE issue = ?1", [issue.as_str()])?;
            Ok(n as u64)
        })
    }

    /// Keeps approvals as they were read; the same one twice is one.
    pub fn record_approvals(&self, issue: &IssueId, approvals: &[Approval], now: Timestamp) -> Result<()> {
        let (issue, approvals) = (issue.clone(), approvals.to_vec());
        self.db.write_now(move |db| record_approvals(db, &issue, &approvals, now))
    }

    /// The approvals on record.
    pub fn approvals(&self, issue: &IssueId) -> Result<Vec<Approval>> {
        self.db.read(|db| {
            let mut query = db.prepare(
                "SELECT edition, digest, by, at, note FROM approvals WHERE issue = ?1 ORDER BY edition, at, by",
            )?;
            let mut rows = query.query([issue.as_str()])?;
            let mut approvals = Vec::new();
            while let Some(row) = rows.next()? {
                let edition = EditionId::new(&row.get::<String>(0)?);
                let digest = Digest::from_hex(&row.get::<String>(1)?);
                let at = Timestamp::from_millisecond(row.get(3)?)?;
                approvals.push(Approval::new(edition, digest, row.get(2)?, at, row.get(4)?));
            }
            Ok(approvals)
        })
    }
}

fn frozen(db: &Connection, issue: &IssueId) -> Result<Option<FrozenIssue>> {
    let sql = "SELECT frozen_at, send_at, completed, audience FROM issues WHERE issue = ?1";
    let row: Option<(i64, i64, Option<i64>, String)> = db
        .query_row(sql, [issue.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((frozen_at, send_at, completed, only)) = row else { return Ok(None) };
    let mut query = db.prepare("SELECT edition, digest FROM editions WHERE issue = ?1")?;
    let digests = query.query_map([issue.as_str()], |row| {
        Ok((EditionId::new(&row.get::<String>(0)?), Digest::from_hex(&row.get::<String>(1)?)))
    })?;
    Ok(Some(FrozenIssue {
        is_new: false,
        frozen_at: Timestamp::from_millisecond(frozen_at)?,
        send_at: Timestamp::from_millisecond(send_at)?,
        only,
        completed: completed.map(Timestamp::from_millisecond).transpose()?,
        digests: digests.collect::<super::sql::Result<_>>()?,
    }))
}

fn same_editions(freeze: &Freeze, frozen: &FrozenIssue) -> Result<()> {
    let issue = &freeze.issue;
    for (id, there) in &frozen.digests {
        let given = freeze.editions.iter().find(|edition| edition.id == *id).map(|edition| &edition.digest);
        if given != Some(there) {
            bail!(words!(
                "issue `{issue}` was frozen with another `{id}` edition ({there}): what left cannot be changed; `cco-news correct {issue}` sends a correction",
                "le numéro `{issue}` a été figé avec une autre édition `{id}` ({there}) : ce qui est parti ne peut pas être changé; `cco-news correct {issue}` envoie un rectificatif"
            ));
        }
    }
    Ok(())
}

/// A second `send` with another `--only` cannot reach others: who gets the issue was decided with the first.
fn same_audience(freeze: &Freeze, frozen: &FrozenIssue) -> Result<()> {
    let (issue, asked, there) = (&freeze.issue, segments_text(&freeze.only), &frozen.only);
    if !freeze.only.is_empty() && asked != *there {
        let there = if there.is_empty() { "*" } else { there };
        bail!(words!(
            "issue `{issue}` was frozen for `{there}`, not for `{asked}`: for others make another issue, as `{issue}-special`",
            "le numéro `{issue}` a été figé pour `{there}`, pas pour `{asked}` : pour d'autres, faites un autre numéro, comme `{issue}-special`"
        ));
    }
    Ok(())
}

fn segments_text(only: &[Segment]) -> String {
    only.iter().map(|segment| format!("{}={}", segment.column, segment.value)).collect::<Vec<_>>().join(" ")
}

fn write_issue(db: &Connection, freeze: &Freeze) -> Result<()> {
    db.execute(
        "INSERT INTO issues (issue, send_at, frozen_at, manifest, audience) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            freeze.issue.as_str(),
            freeze.send_at.as_millisecond(),
            freeze.now.as_millisecond(),
            freeze.manifest,
            segments_text(&freeze.only)
        ],
    )?;
    for edition in &freeze.editions {
        db.execute(
            "INSERT INTO editions (issue, edition, digest, frame, wire) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![freeze.issue.as_str(), edition.id.as_str(), edition.digest.as_str(), edition.frame, edition.wire],
        )?;
    }
    Ok(())
}

/// A correction goes to all who got what it corrects, so there may be nobody left who is still to get that.
fn corrected_has_left(db: &Connection, issue: &IssueId) -> Result<()> {
    let Some(base) = issue.corrects() else { return Ok(()) };
    match frozen(db, &base)? {
        None => bail!(words!(
            "issue `{base}` has not left from here: there is nothing to correct",
            "le numéro `{base}` n'est pas parti d'ici : il n'y a rien à corriger"
        )),
        Some(FrozenIssue { completed: None, .. }) => bail!(words!(
            "issue `{base}` is still leaving: its correction waits until every copy has an outcome",
            "le numéro `{base}` part encore : son rectificatif attend que chaque exemplaire ait un résultat"
        )),
        Some(_) => Ok(()),
    }
}

/// Plans a row for every active subscriber, or for those whom a correction reaches. Its rank spreads each edition evenly
/// from 0 to 1, so that taking rows by rank sends the languages in proportion.
fn write_deliveries(db: &Connection, freeze: &Freeze) -> Result<()> {
    let ids: Vec<EditionId> = freeze.editions.iter().map(|edition| edition.id.clone()).collect();
    corrected_has_left(db, &freeze.issue)?;
    let audience = audience(db, &freeze.issue, &ids, &freeze.only)?;
    if audience.is_empty() {
        bail!(words!(
            "there is nobody to send to: put addresses in a file in `subscribers/`",
            "il n'y a personne à qui envoyer : mettez des adresses dans un fichier de `subscribers/`"
        ));
    }
    for (id, n_people) in &audience {
        if !ids.contains(id) {
            let issue = &freeze.issue;
            bail!(words!(
                "{n_people} subscribers have no language of their own and get the `{id}` edition, which issue `{issue}` does not have: run `cco-news compose {issue}`",
                "{n_people} abonnés n'ont pas indiqué de langue et reçoivent l'édition `{id}`, que le numéro `{issue}` n'a pas : lancez `cco-news compose {issue}`"
            ));
        }
    }
    let people = people(&freeze.issue, &ids, &freeze.only);
    db.execute(
        &format!(
            "INSERT INTO deliveries (issue, address_key, address, language, edition, plain, rank, changed)
             SELECT ?1, address_key, address, language, edition, plain,
                    (row_number() OVER (PARTITION BY edition ORDER BY address_key) - 0.5)
                        / count(*) OVER (PARTITION BY edition), ?2
             FROM ({people}) AS people"
        ),
        params![freeze.issue.as_str(), freeze.now.as_millisecond()],
    )?;
    Ok(())
}

fn audience(db: &Connection, issue: &IssueId, editions: &[EditionId], only: &[Segment]) -> Result<Audience> {
    let people = people(issue, editions, only);
    let mut query = db.prepare(&format!("SELECT edition, count(*) FROM ({people}) AS people GROUP BY 1"))?;
    let rows = query.query_map([], |row| {
        let n_people: i64 = row.get(1)?;
        Ok((EditionId::new(&row.get::<String>(0)?), n_people.unsigned_abs()))
    })?;
    Ok(rows.collect::<super::sql::Result<_>>()?)
}

/// Who asked for text without HTML.
const PLAIN: &str = "coalesce(format = 'text', false)";

/// The SQL of everybody who is to get an issue: `address_key`, `address`, `language`, `edition`,
/// `plain`. A correction goes to
/// those who got what it corrects, or perhaps did, each in the edition that they got; who has left since gets nothing.
pub(super) fn people(issue: &IssueId, editions: &[EditionId], only: &[Segment]) -> String {
    let only = condition(only);
    // An issue's name holds digits, small letters and hyphens: it is safe as SQL text.
    if let Some(base) = issue.corrects() {
        return format!(
            "SELECT s.address_key, s.address, s.language, d.edition, {PLAIN} AS plain FROM deliveries d
             JOIN (SELECT * FROM subscribers WHERE status = 'active' AND {only}) s ON s.address_key = d.address_key
             WHERE d.issue = '{base}' AND d.state IN ('accepted', 'unknown')"
        );
    }
    let edition = edition_of(editions);
    format!(
        "SELECT address_key, address, language, {edition} AS edition, {PLAIN} AS plain FROM subscribers
         WHERE status = 'active' AND {only}"
    )
}

/// The SQL that names a subscriber's edition: their language's, else the bilingual one; a newsletter of one edition
/// has that one for everybody.
fn edition_of(editions: &[EditionId]) -> String {
    // Edition names are keys of `newsletter.toml`; as SQL text their quotes are doubled.
    let quoted = |id: &EditionId| format!("'{}'", id.as_str().replace('\'', "''"));
    if let [only] = editions {
        return quoted(only);
    }
    let languages: Vec<String> = editions.iter().filter(|id| !id.is_both()).map(quoted).collect();
    if languages.is_empty() {
        return "'both'".to_owned();
    }
    let languages = languages.join(", ");
    format!("CASE WHEN NOT both AND language IN ({languages}) THEN language ELSE 'both' END")
}

fn record_approvals(db: &Connection, issue: &IssueId, approvals: &[Approval], now: Timestamp) -> Result<()> {
    for approval in approvals {
        db.prepare_cached("INSERT INTO approvals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")?
            .execute(params![
                issue.as_str(),
                approval.edition.as_str(),
                approval.digest.as_str(),
                approval.by,
                approval.at.as_millisecond(),
                approval.note,
                now.as_millisecond()
            ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;

    #[test]
    fn the_edition_of_a_subscriber_is_theirs_or_both() {
        let ids = [EditionId::new("en"), EditionId::of(&Lang::new("fr")), EditionId::both()];
        assert_eq!(edition_of(&ids), "CASE WHEN NOT both AND language IN ('en', 'fr') THEN language ELSE 'both' END");
        assert_eq!(edition_of(&[EditionId::new("o'k")]), "'o''k'");
        assert_eq!(edition_of(&[]), "'both'");
    }
}
