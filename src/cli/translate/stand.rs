//! The stores of an issue between the stages: loaded, brought up to the issue, put into it, saved; and where the
//! translations stand, in words.

use anyhow::{Result, bail};

use crate::cli::report::Report;
use crate::cli::workspace::IssueFolder;
use crate::cli::{Shell, curate};
use crate::files;
use crate::gather::read_stories;
use crate::model::{
    EditionId, Finding, Harvest, Issue, Lang, Origin, Place, Severity, Translation, TranslationState as State, Words,
};
use crate::translate::{self, Store};

/// The store of a language, below the issue's folder.
pub(in crate::cli) fn file_name(lang: &Lang) -> String {
    format!("translations/{lang}.xlf")
}

/// The stores as they lie on disk, one for each language.
pub(super) fn load(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Vec<Store>> {
    let mut stores = Vec::new();
    for lang in &shell.config.newsletter.languages {
        let name = file_name(lang);
        let store = match files::read_text_if_there(&folder.file(&name))? {
            None => Store::new(lang.clone()),
            Some(text) => {
                let Some(store) = Store::read(&text, lang.clone()) else {
                    let shown = folder.shown(&name);
                    bail!(words!(
                        "`{shown}` is damaged: it holds the translations, so put back the last good one, or remove it to begin again",
                        "`{shown}` est endommagé : il contient les traductions; remettez la dernière bonne version, ou supprimez-le pour recommencer"
                    ));
                };
                store
            }
        };
        stores.push(store);
    }
    Ok(stores)
}

/// Saves the stores that hold something; says whether anything was written.
pub(in crate::cli) fn save(folder: &IssueFolder<'_>, stores: &[Store], shell: &Shell) -> Result<bool> {
    let newsletter = &shell.config.newsletter;
    let tag = |lang: &Lang| newsletter.language.get(lang).map_or(lang.to_string(), |language| language.tag.clone());
    let mut has_written = false;
    for store in stores {
        let path = folder.file(&file_name(&store.lang));
        if !store.is_empty() || path.exists() {
            has_written |= files::write_whole(&path, store.write(&tag).as_bytes())?;
        }
    }
    Ok(has_written)
}

/// Brings the stores up to an issue as it was curated, saves them, and puts translations into the issue.
pub(in crate::cli) fn into_issue(folder: &IssueFolder<'_>, issue: &mut Issue, shell: &Shell) -> Result<()> {
    let mut stores = load(folder, shell)?;
    for store in &mut stores {
        translate::sync(issue, store);
    }
    save(folder, &stores, shell)?;
    translate::apply(issue, &stores);
    let warnings: Vec<Finding> = issue.translations.iter().filter_map(changed_while_out).collect();
    issue.findings.extend(warnings);
    Ok(())
}

/// An edit while the translators have the text: they translate what is no longer said.
fn changed_while_out(it: &Translation) -> Option<Finding> {
    let first = it.changed_while_out.first()?;
    let (lang, name) = (&it.language, name(it));
    let (en, fr) = (name.en, name.fr);
    Some(Finding {
        rule: "TRANSLATE".to_owned(),
        severity: Severity::Warning,
        language: Some(it.from.clone()),
        place: Place::Edition {
            edition: it.from.to_string(),
            story: it.story.as_ref().map(|story| story.as_str().to_owned()),
        },
        excerpt: first.clone(),
        message: words!(
            "{en} was changed while the translators have it (`{lang}`)",
            "{fr} a été modifié pendant que les traducteurs l'ont (`{lang}`)"
        ),
        hint: words!(
            "tell them: cco-news translate export --to {lang} writes what they need now",
            "avisez-les : cco-news translate export --to {lang} écrit ce qu'il leur faut maintenant"
        ),
        waived: None,
    })
}

/// What a translation is of, for people.
pub(super) fn name(it: &Translation) -> Words {
    match &it.story {
        Some(story) => words!("story `{story}`", "l'article `{story}`"),
        None => words!("the issue's own words", "les textes du numéro lui-même"),
    }
}

/// An issue as its files say it at this moment, without what translations put in; nothing is saved. None: nothing has
/// been gathered.
pub(in crate::cli) fn fresh(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Option<Issue>> {
    let (Some(mut harvest), Some(_)) = (folder.load_harvest()?, folder.load_issue_toml()?) else { return Ok(None) };
    read_again(&mut harvest, shell)?;
    Ok(Some(curate::curated(folder, &harvest, shell)?.issue))
}

/// Contributors' files may have changed since they were gathered.
fn read_again(harvest: &mut Harvest, shell: &Shell) -> Result<()> {
    let (stories, _) = read_stories(&shell.config.root, &shell.config.newsletter, shell.now)?;
    for story in harvest.stories.iter_mut().filter(|story| matches!(story.origin, Origin::File { .. })) {
        if let Some(now) = stories.iter().find(|now| now.id == story.id) {
            story.texts.clone_from(&now.texts);
            (story.image, story.event) = (now.image.clone(), now.event.clone());
            (story.author, story.contact) = (now.author.clone(), now.contact.clone());
        }
    }
    Ok(())
}

/// An issue and its stores as they are at this moment; an issue that was never gathered is an error that says so.
pub(in crate::cli) fn now(folder: &IssueFolder<'_>, shell: &Shell) -> Result<(Issue, Vec<Store>)> {
    let id = &folder.id;
    if id.corrects().is_some() {
        bail!(words!(
            "a correction is written in every language at once: there is nothing to translate",
            "une correction s'écrit dans toutes les langues à la fois : il n'y a rien à traduire"
        ));
    }
    let Some(issue) = fresh(folder, shell)? else {
        return Err(folder.not_composed());
    };
    let mut stores = load(folder, shell)?;
    for store in &mut stores {
        translate::sync(&issue, store);
    }
    Ok((issue, stores))
}

/// How far the translations of an issue are at this moment, for `status`; nothing is saved.
pub(in crate::cli) fn standing(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Vec<Translation>> {
    if fresh_is_impossible(folder)? {
        return Ok(Vec::new());
    }
    let (mut issue, stores) = now(folder, shell)?;
    translate::apply(&mut issue, &stores);
    Ok(issue.translations)
}

fn fresh_is_impossible(folder: &IssueFolder<'_>) -> Result<bool> {
    Ok(folder.id.corrects().is_some() || folder.load_harvest()?.is_none() || folder.load_issue_toml()?.is_none())
}

/// What an editor has to know of the translations, line by line.
pub(in crate::cli) fn lines(all: &[Translation], report: Report) -> Vec<String> {
    let mut lines = Vec::new();
    for it in all {
        let lang = &it.language;
        let name = name(it);
        let (en, fr) = (name.en, name.fr);
        if it.missing > 0 {
            let (n, m) = (it.missing, it.passages);
            let state = match it.state {
                State::Out => words!("with the translators", "chez les traducteurs"),
                _ => words!("to be translated", "à traduire"),
            };
            let (state_en, state_fr) = (state.en, state.fr);
            lines.push(words!(
                "{lang}: {en}: {n} of {m} passages {state_en}",
                "{lang} : {fr} : {n} passages sur {m} {state_fr}"
            ));
        }
        for sentence in it.stale.iter().filter(|_| it.is_source) {
            lines.push(words!(
                "{lang}: {en}: not changed with the translation, which now says: “{sentence}”",
                "{lang} : {fr} : reste à changer avec la traduction, qui dit maintenant : « {sentence} »"
            ));
        }
        for sentence in it.stale.iter().filter(|_| !it.is_source) {
            lines.push(words!(
                "{lang}: {en}: stale; its source now says: “{sentence}”",
                "{lang} : {fr} : à revoir, car la source dit maintenant : « {sentence} »"
            ));
        }
        for by in &it.kept_by {
            lines.push(words!(
                "{lang}: {en}: {by} says that the meaning is unchanged",
                "{lang} : {fr} : {by} dit que le sens est inchangé"
            ));
        }
    }
    lines.iter().map(|words| report.say(words).to_owned()).collect()
}

/// Who said that a changed source means the same as its translation in an edition: its approver is told.
pub(in crate::cli) fn unchanged(folder: &IssueFolder<'_>, edition: &EditionId) -> Result<Vec<Words>> {
    let translations = folder.load_issue()?.map(|issue| issue.translations).unwrap_or_default();
    let own = translations.into_iter().filter(|it| it.language.as_str() == edition.as_str());
    let lines = own.flat_map(|it| {
        let story = it.story.as_ref().map_or("issue", |story| story.as_str()).to_owned();
        it.kept_by.into_iter().map(move |by| {
            words!(
                "`{story}` was changed after it was translated; {by} says that the meaning is unchanged",
                "`{story}` a été modifié après sa traduction; {by} dit que le sens est inchangé"
            )
        })
    });
    Ok(lines.collect())
}
