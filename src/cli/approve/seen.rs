//! What an approver has seen, kept beside their approval, so that the next request shows only what became of it.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::after;
use super::kept::held;
use crate::cli::Shell;
use crate::cli::difference::{self, Change};
use crate::cli::workspace::IssueFolder;
use crate::model::{Digest, Edition, StoryId, Words, is_same_person};

/// An edition as somebody has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    subject: String,
    preheader: String,
    text: String,
    links: Vec<String>,
    waivers: Vec<String>,
    audience: String,
    stories: Vec<StoryId>,
    /// The HTML without its words and addresses.
    frame: Digest,
    /// Pictures and headers.
    rest: Digest,
}

impl Seen {
    pub(super) fn of(edition: &Edition, folder: &IssueFolder<'_>) -> Result<Self> {
        let stories = folder.load_issue()?.map(|issue| issue.stories().map(|story| story.id.clone()).collect());
        let (frame, links) = frame(&edition.html);
        let mut rest: Vec<u8> = edition.parts.iter().flat_map(|part| part.bytes.iter().copied()).collect();
        rest.extend(edition.headers.iter().flat_map(|(name, value)| format!("{name}: {value}\n").into_bytes()));
        Ok(Self {
            subject: edition.subject.clone(),
            preheader: edition.preheader.clone(),
            text: edition.text.clone(),
            links,
            waivers: edition.waivers.clone(),
            audience: edition.audience.clone(),
            stories: stories.unwrap_or_default(),
            frame: Digest::of(frame.as_bytes()),
            rest: Digest::of(&rest),
        })
    }
}

/// The tags of an HTML without their addresses, and the addresses.
fn frame(html: &str) -> (String, Vec<String>) {
    let (mut frame, mut links) = (String::new(), Vec::new());
    for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or(rest)) {
        frame.push('<');
        match tag.split_once("href=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?))) {
            Some((before, (link, behind))) => {
                links.push(link.to_owned());
                frame.push_str(before);
                frame.push_str(behind);
            }
            None => frame.push_str(tag),
        }
    }
    (frame, links)
}

/// Keeps what is seen now under its digest.
pub(super) fn keep(folder: &IssueFolder<'_>, edition: &Edition) -> Result<()> {
    folder.save_seen(&edition.digest(), &Seen::of(edition, folder)?)
}

/// What a person last approved of an edition, or, when they never did, what anybody last approved.
fn last(folder: &IssueFolder<'_>, edition: &Edition, by: Option<&str>, shell: &Shell) -> Result<Option<Seen>> {
    let digest = edition.digest();
    let mut approvals = held(folder, edition, shell)?.whole;
    approvals.retain(|approval| approval.digest != digest);
    approvals.sort_by_key(|approval| approval.at);
    let own = by.and_then(|by| approvals.iter().rfind(|approval| is_same_person(&approval.by, by)));
    Ok(own.or(approvals.last()).and_then(|approval| folder.load_seen(&approval.digest)))
}

/// What became of an edition since a person approved it, a line each; nothing when nobody ever did.
pub(super) fn since(
    folder: &IssueFolder<'_>,
    edition: &Edition,
    by: Option<&str>,
    shell: &Shell,
) -> Result<Vec<Words>> {
    Ok(match last(folder, edition, by, shell)? {
        Some(before) => lines(&before, &Seen::of(edition, folder)?),
        None => Vec::new(),
    })
}

/// As [`since`], with what every language has in common said as such.
pub(super) fn since_in_all(
    folder: &IssueFolder<'_>,
    edition: &Edition,
    others: &[Edition],
    by: &str,
    shell: &Shell,
) -> Result<Vec<Words>> {
    let mine = changed(folder, edition, by, shell)?;
    let mut is_in_all = !mine.is_empty();
    for other in others.iter().filter(|other| other.id != edition.id && !other.id.is_both()) {
        is_in_all = is_in_all && difference::are_same(&mine, &changed(folder, other, by, shell)?);
    }
    let lines = since(folder, edition, Some(by), shell)?;
    let in_all = words!("both languages", "dans les deux langues");
    Ok(if is_in_all { lines.iter().map(|line| after(line, &in_all)).collect() } else { lines })
}

fn changed(folder: &IssueFolder<'_>, edition: &Edition, by: &str, shell: &Shell) -> Result<Vec<Change>> {
    let before = last(folder, edition, Some(by), shell)?;
    Ok(before.map(|before| difference::changes(&before.text, &edition.text)).unwrap_or_default())
}

fn lines(before: &Seen, after: &Seen) -> Vec<Words> {
    let text = difference::changes(&before.text, &after.text);
    let mut lines = difference::sentences(&text);
    for (en, fr, was, is) in [
        ("subject", "objet", &before.subject, &after.subject),
        ("preheader", "préambule", &before.preheader, &after.preheader),
        ("audience", "destinataires", &before.audience, &after.audience),
    ] {
        if was != is {
            lines.push(words!("{en}: “{was}” became “{is}”", "{fr} : « {was} » est devenu « {is} »"));
        }
    }
    let is_said =
        |link: &&String| text.iter().any(|change| change.before.contains(*link) || change.after.contains(*link));
    for link in after.links.iter().filter(|link| !before.links.contains(link) && !is_said(link)) {
        lines.push(words!("a link now leads to {link}", "un lien mène maintenant à {link}"));
    }
    for waiver in after.waivers.iter().filter(|waiver| !before.waivers.contains(waiver)) {
        lines.push(words!("a new waiver: {waiver}", "une nouvelle dispense : {waiver}"));
    }
    for waiver in before.waivers.iter().filter(|waiver| !after.waivers.contains(waiver)) {
        lines.push(words!("no longer waived: {waiver}", "n'est plus accepté : {waiver}"));
    }
    if lines.is_empty() && before != after {
        lines.push(words!(
            "no word has changed, only the layout, a picture or a header",
            "aucun mot n'a changé, seulement la mise en page, une image ou un en-tête"
        ));
    }
    lines
}

/// How many words differ, when nothing but words does.
pub(super) fn n_words(before: &Seen, after: &Seen) -> Option<usize> {
    let is_words_alone = before.frame == after.frame
        && before.rest == after.rest
        && before.links == after.links
        && before.audience == after.audience
        && before.waivers == after.waivers;
    let count = |a: &str, b: &str| difference::changes(a, b).iter().map(Change::n_words).sum::<usize>();
    is_words_alone.then(|| {
        count(&before.text, &after.text)
            + count(&before.subject, &after.subject)
            + count(&before.preheader, &after.preheader)
    })
}

/// Whether all that happened is that stories went.
pub(super) fn is_drop(before: &Seen, after: &Seen) -> bool {
    let mut left = before.stories.iter();
    let is_shorter = after.stories.len() < before.stories.len()
        && after.stories.iter().all(|story| left.any(|other| other == story));
    let is_less = difference::changes(&before.text, &after.text).iter().all(|change| change.after.is_empty());
    let same = before.subject == after.subject
        && before.audience == after.audience
        && after.links.iter().all(|link| before.links.contains(link));
    is_shorter && is_less && same && after.waivers.iter().all(|waiver| before.waivers.contains(waiver))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str, stories: &[&str]) -> Seen {
        Seen {
            subject: "s".into(),
            preheader: "p".into(),
            text: text.into(),
            links: vec![],
            waivers: vec![],
            audience: "a".into(),
            stories: stories.iter().map(|id| StoryId::parse(id)).collect(),
            frame: Digest::of(b""),
            rest: Digest::of(b""),
        }
    }

    fn said(before: &Seen, after: &Seen) -> Vec<String> {
        lines(before, after).into_iter().map(|line| line.en).collect()
    }

    #[test]
    fn everything_that_is_approved_is_compared() {
        let before = seen("on Dec. 9 at", &["x"]);
        assert_eq!(said(&before, &before), Vec::<String>::new());
        assert_eq!(said(&before, &seen("on Dec. 10 at", &["x"])), ["“Dec. 9” became “Dec. 10”"]);
        let waived = Seen { waivers: vec!["STY-09: why [Sam]".into()], ..before.clone() };
        assert_eq!(said(&before, &waived), ["a new waiver: STY-09: why [Sam]"]);
        assert_eq!(said(&waived, &before), ["no longer waived: STY-09: why [Sam]"]);
        let linked = Seen { links: vec!["https://example.ca/x".into()], ..before.clone() };
        assert_eq!(said(&before, &linked), ["a link now leads to https://example.ca/x"]);
        let subject = Seen { subject: "t".into(), ..before.clone() };
        assert_eq!(said(&before, &subject), ["subject: “s” became “t”"]);
        let framed = Seen { frame: Digest::of(b"x"), ..before.clone() };
        assert!(said(&before, &framed)[0].contains("layout"));
    }

    #[test]
    fn a_small_change_is_of_words_alone_and_a_drop_only_takes_away() {
        let before = seen("one two three four", &["a", "b"]);
        assert_eq!(n_words(&before, &seen("one 2 three 4", &["a", "b"])), Some(3));
        assert_eq!(n_words(&before, &Seen { links: vec!["x".into()], ..before.clone() }), None);
        assert!(is_drop(&before, &seen("one four", &["a"])));
        assert!(!is_drop(&before, &seen("one five four", &["a"])));
        assert!(!is_drop(&before, &seen("one four", &["a", "b"])));
        assert!(!is_drop(&before, &seen("one four", &["c"])));
    }

    #[test]
    fn links_are_no_part_of_the_frame() {
        let (a, links) = frame("<p><a class=\"x\" href=\"https://example.ca/1\" title=\"t\">One</a></p>");
        let (b, _) = frame("<p><a class=\"x\" href=\"https://example.ca/2\" title=\"t\">Two</a></p>");
        assert_eq!((a, links), (b, vec!["https://example.ca/1".to_owned()]));
    }
}
