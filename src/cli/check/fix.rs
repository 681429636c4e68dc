//! `check --fix`: what the program mends by itself while composing is written into `issue.toml` as the editor's own
//! words, so that everybody sees it. Contributors' files stay as they are.

use anyhow::{Context as _, Result};
use toml_edit::{DocumentMut, Item, value};

use super::super::difference;
use super::super::exit::Exit;
use super::super::report::Colour;
use super::super::workspace::IssueFolder;
use super::Shell;
use crate::compose::mended;
use crate::curate::table_at;
use crate::model::{Issue, Lang, Text, markdown};

/// One text that became another.
#[derive(Clone)]
struct Mend {
    story: Option<String>,
    lang: Lang,
    key: &'static str,
    before: String,
    after: String,
}

pub(super) fn run(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Exit> {
    let id = &folder.id;
    let (Some(issue), Some(toml)) = (folder.load_issue()?, folder.load_issue_toml()?) else {
        return Err(folder.not_composed());
    };
    let file = folder.shown("issue.toml");
    let mut document: DocumentMut =
        toml.parse().with_context(|| words!("could not read `{file}`", "impossible de lire `{file}`"))?;
    let mends = mends(&issue).into_iter().map(|mend| as_written(&document, &mend));
    // What a run before this one has written is mended already, though nothing was composed since.
    let mends: Vec<Mend> = mends.filter(|mend| written(&document, mend) != Some(mend.after.as_str())).collect();
    for mend in &mends {
        write(&mut document, mend);
        let place = mend.story.as_deref().unwrap_or("issue");
        let (lang, key) = (&mend.lang, mend.key);
        shell.report.text(format!("{place}, {lang}, {key}"));
        for change in difference::changes(&visible(&mend.before), &visible(&mend.after)) {
            shell.report.text(shell.report.paint(Colour::Red, &format!("  - {}", change.before)));
            shell.report.text(shell.report.paint(Colour::Green, &format!("  + {}", change.after)));
        }
    }
    if !mends.is_empty() {
        folder.save_issue_toml(&document.to_string())?;
    }
    let n = mends.len();
    if n > 0 {
        shell.report.line(&words!("mended in `{file}`: {n}", "corrections dans `{file}` : {n}"));
        if mends.iter().any(|mend| visible(&mend.after).contains('⍽')) {
            shell.report.line(&words!("(⍽ is a no-break space)", "(⍽ est une espace insécable)"));
        }
    }
    if shell.report.is_json {
        let all: Vec<_> = mends
            .iter()
            .map(|mend| serde_json::json!({"story": mend.story, "language": mend.lang, "key": mend.key, "before": mend.before, "after": mend.after}))
            .collect();
        shell.report.json(&serde_json::json!({"issue": id, "mended": all}));
    }
    if n == 0 {
        shell
            .report
            .line(&words!("nothing to mend: `{file}` stays as it is", "rien à corriger : `{file}` reste tel quel"));
    } else {
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
    }
    Ok(Exit::Done)
}

/// Where a mended text stands, or is to stand: the tables, and the key in the last of them.
fn place_of(mend: &Mend) -> (Vec<&str>, &str) {
    match &mend.story {
        None => (vec![mend.key], mend.lang.as_str()),
        Some(story) => (vec!["story", story, mend.lang.as_str()], mend.key),
    }
}

/// What stands there now.
fn written<'a>(document: &'a DocumentMut, mend: &Mend) -> Option<&'a str> {
    let (path, last) = place_of(mend);
    let mut at = document.as_item();
    for key in path {
        at = at.get(key)?;
    }
    at.get(last)?.as_str()
}

/// A mended body in the form that `issue.toml` has: the editor's own Markdown where there is some, else Markdown made of
/// the contributor's text. What Markdown cannot say, a table, stays HTML, which Markdown allows.
fn as_written(document: &DocumentMut, mend: &Mend) -> Mend {
    let mut mend = mend.clone();
    let Some(story) = mend.story.as_deref().filter(|_| mend.key == "body") else { return mend };
    let is_same = |text: &String| crate::gather::markdown(text) == mend.after;
    let own = document
        .get("story")
        .and_then(|stories| stories.get(story)?.get(mend.lang.as_str())?.get("body")?.as_str())
        .map(|own| (own.to_owned(), mended(own, &mend.lang, &mut |_, _| ()).into_owned()));
    if let Some((before, after)) = own.filter(|(_, after)| is_same(after)) {
        (mend.before, mend.after) = (before, after);
    } else if let Some(after) = markdown(&mend.after).filter(is_same) {
        mend.before = markdown(&mend.before).unwrap_or(mend.before);
        mend.after = after;
    }
    mend
}

/// No-break spaces are what is mended most; a person sees none of them.
fn visible(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], "⍽")
}

fn mends(issue: &Issue) -> Vec<Mend> {
    let mut all = Vec::new();
    let mut add = |story: Option<&str>, lang: &Lang, key: &'static str, before: &str, is_html: bool| {
        let mut noted = false;
        let mut mend = |text: &str| mended(text, lang, &mut |_, _| noted = true).into_owned();
        let after = if is_html { outside_tags(before, &mut mend) } else { mend(before) };
        // Ordinary spaces that become no-break ones are mended in silence at every composing.
        if noted && after != before {
            all.push(Mend {
                story: story.map(str::to_owned),
                lang: lang.clone(),
                key,
                before: before.to_owned(),
                after,
            });
        }
    };
    for (key, texts) in [("subject", &issue.subject), ("preheader", &issue.preheader)] {
        for (lang, text) in texts {
            add(None, lang, key, text, false);
        }
    }
    for story in issue.stories() {
        for (lang, Text { title, summary, body, .. }) in &story.texts {
            for (key, text, is_html) in [("title", title, false), ("summary", summary, false), ("body", body, true)] {
                add(Some(story.id.as_str()), lang, key, text, is_html);
            }
        }
    }
    all
}

/// Mends the text between tags; a body is sanitised HTML, in which `<` begins a tag and nothing else.
fn outside_tags(html: &str, mend: &mut dyn FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&mend(&rest[..open]));
        let close = rest[open..].find('>').map_or(rest.len(), |at| open + at + 1);
        out.push_str(&rest[open..close]);
        rest = &rest[close..];
    }
    out.push_str(&mend(rest));
    out
}

/// Writes the mended text where an editor would: `subject.fr`, or `[story."ID".fr] title`. An editor's own text is
/// mended in its place.
fn write(document: &mut DocumentMut, mend: &Mend) {
    let (path, last) = place_of(mend);
    let at = table_at(document, &path);
    match at.get_mut(last).and_then(Item::as_value_mut) {
        Some(there) => {
            let decor = there.decor().clone();
            *there = mend.after.as_str().into();
            *there.decor_mut() = decor;
        }
        None => {
            at.insert(last, value(mend.after.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_mended_between_tags_and_tags_are_left_alone() {
        let mut mend = |text: &str| text.replace(" ?", "?");
        assert_eq!(
            outside_tags("<p title=\"a ?\">Oui ? <em>Non ?</em></p>", &mut mend),
            "<p title=\"a ?\">Oui? <em>Non?</em></p>"
        );
    }

    #[test]
    fn what_an_editor_wrote_stays_where_it_is() {
        let text = "# Mine\nsubject = { fr = \"Prêts ?\" } # yes\n\n[story.\"file-a\".fr]\ntitle = \"Un ?\"\nurl = \"https://example.ca/fr\"\n";
        let mut document: DocumentMut = text.parse().unwrap();
        let mend = |story: Option<&str>, key| Mend {
            story: story.map(str::to_owned),
            lang: Lang::new("fr"),
            key,
            before: String::new(),
            after: "Mieux".to_owned(),
        };
        write(&mut document, &mend(None, "subject"));
        write(&mut document, &mend(Some("file-a"), "title"));
        write(&mut document, &mend(Some("file-b"), "summary"));
        let out = document.to_string();
        for part in [
            "# Mine",
            "# yes",
            "subject = { fr = \"Mieux\" }",
            "title = \"Mieux\"\nurl = ",
            "[story.file-b.fr]\nsummary = \"Mieux\"",
        ] {
            assert!(out.contains(part), "{part}\n{out}");
        }
    }
}
