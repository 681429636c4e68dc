//! What leads to an issue: the draft on its day, and a word to whoever is awaited, once per step and person.

use anyhow::Result;
use jiff::Timestamp;

use super::super::approve::Step;
use super::super::exit::Exit;
use super::super::status::Standing;
use super::super::translate::stand;
use super::super::workspace::{self, IssueFolder};
use super::super::{check, compose, office, words};
use super::{Came, Item, State, Task, View};
use crate::ledger::{Chore, Ledger};
use crate::model::{Agenda, Issue, IssueId, Leaving, Severity, Words};

/// The issue that is being prepared: the one whose turn it is, or the next once that has begun to leave.
fn prepared(view: &View<'_>) -> Result<(IssueId, Agenda)> {
    let newsletter = &view.shell.config.newsletter;
    let mut id = newsletter.turn(view.shell.now)?;
    if workspace::folder(&view.shell.config, &id).load_sent()?.is_some() {
        id = id.next_month();
    }
    let agenda = newsletter.agenda(&id)?;
    Ok((id, agenda))
}

/// The draft of the issue that is being prepared.
pub(super) fn draft_items(view: &View<'_>) -> Result<Vec<Item>> {
    let (id, agenda) = prepared(view)?;
    let item = |state, said| Ok(vec![Item::new(Task::Draft, Some(&id), state, said)]);
    let Some(day) = agenda.draft().filter(|_| view.shell.config.newsletter.run.draft) else {
        return item(State::Off, words!("no draft is made by itself", "aucune ébauche ne se fait toute seule"));
    };
    let shown = view.moment(day);
    if view.shell.now < day {
        return item(State::Waits(day), words!("the draft is made on {shown}", "l'ébauche se fait le {shown}"));
    }
    let due = Item::new(
        Task::Draft,
        Some(&id),
        State::Due,
        words!("the draft is made, and the editor told", "l'ébauche se fait, et le rédacteur est averti"),
    );
    let is_begun = workspace::folder(&view.shell.config, &id).load_issue_toml()?.is_some();
    if is_begun && view.chore(&due)?.is_none() {
        return item(State::Done, words!("a person has begun it", "une personne l'a commencée"));
    }
    Ok(vec![view.once(due)?])
}

/// Makes the draft and tells the editor. When only the letter failed, the draft stays as it is: it is the editor's.
pub(super) fn draft(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let shell = view.shell;
    let id = due.issue.as_ref().expect("a draft has an issue");
    let folder = workspace::folder(&shell.config, id);
    if folder.load_manifest()?.is_none() {
        // From here on it is this run's draft, also when what follows fails.
        keep(due, ledger, false, "", shell.now)?;
        compose::run(&compose::Args::of(id), shell)?;
    }
    let newsletter = &shell.config.newsletter;
    let subject = words!("The draft of issue {id} is ready", "L'ébauche du numéro {id} est prête");
    let letter = office::Letter {
        issue: id,
        about: "draft",
        subject: &subject,
        paragraphs: &about_draft(&folder, view)?,
        to: editor(view),
    };
    if !office::post(&letter, ledger, shell)? {
        anyhow::bail!(words!("the editor could not be told", "le rédacteur n'a pas pu être averti"));
    }
    keep(due, ledger, true, "", shell.now)?;
    let title = &newsletter.language(&newsletter.source_language).title;
    let said = words!("the draft of {title} {id} is made", "l'ébauche du numéro {id} de {title} est faite");
    shell.report.line(&said);
    Ok(Came { exit: Exit::Done, item: Item { state: State::Done, said, ..due.clone() } })
}

fn about_draft(folder: &IssueFolder<'_>, view: &View<'_>) -> Result<Vec<Words>> {
    let (id, shell) = (&folder.id, view.shell);
    let agenda = shell.config.newsletter.agenda(id)?;
    let planned = view.moment(agenda.planned);
    let n_stories = folder.load_issue()?.map_or(0, |issue: Issue| issue.stories().count());
    let checked = folder.load_checked()?;
    let count = |severity| {
        let of = |checked: &workspace::Checked| {
            checked.findings.iter().filter(|finding| finding.severity == severity && finding.waived.is_none()).count()
        };
        checked.as_ref().map_or(0, of)
    };
    let (block, warn) = (count(Severity::Error), count(Severity::Warning));
    let silent = folder.load_harvest()?.map_or(0, |harvest| harvest.silent.len());
    let file = folder.shown("issue.toml");
    let stories = words::count(n_stories, ["story", "stories"], ["article", "articles"]);
    let (en, fr) = (stories.en, stories.fr);
    let mut said = vec![
        words!(
            "Issue {id} is gathered and composed, with {en}. It leaves on {planned}, once every language is approved.",
            "Le numéro {id} est rassemblé et composé, avec {fr}. Il part le {planned}, une fois chaque langue approuvée."
        ),
        words!(
            "The check: what blocks {block}, what is to look at {warn}. Sources that were silent: {silent}.",
            "La vérification : ce qui bloque {block}, ce qui est à regarder {warn}. Sources muettes : {silent}."
        ),
        words!(
            "What stands in it is yours to choose, in `{file}` or at the desk: cco-news preview. To make it anew with what has come in since: cco-news compose {id}",
            "Son contenu est à votre choix, dans `{file}` ou au pupitre : cco-news preview. Pour le refaire avec ce qui est arrivé depuis : cco-news compose {id}"
        ),
    ];
    for step in &shell.config.newsletter.steps {
        let Some(at) = agenda.steps.get(&step.id).filter(|at| **at > shell.now) else { continue };
        let day = at.to_zoned(shell.config.newsletter.schedule.zone()?).date();
        let name = |lang: &str| step.name.get(&crate::model::Lang::new(lang)).or_else(|| step.name.values().next());
        let (en, fr) = (name("en").cloned().unwrap_or_default(), name("fr").cloned().unwrap_or_default());
        said.push(words!("{day}: {en}", "{day} : {fr}"));
    }
    Ok(said)
}

fn editor<'a>(view: &View<'a>) -> &'a str {
    let newsletter = &view.shell.config.newsletter;
    newsletter.run.editor.as_deref().unwrap_or(&newsletter.sender.reply_to)
}

fn keep(item: &Item, ledger: &Ledger, is_done: bool, detail: &str, at: Timestamp) -> Result<()> {
    let chore = Chore { at, is_done, detail: detail.to_owned() };
    ledger.keep_chore(item.issue_name(), &item.chore_name(), &item.who, &chore)
}

/// Reminders of the steps that `newsletter.toml` has: `translation`, `back`, `approval`, `approved`.
pub(super) fn remind_items(view: &View<'_>) -> Result<Vec<Item>> {
    let (id, agenda) = prepared(view)?;
    let folder = workspace::folder(&view.shell.config, &id);
    if !view.shell.config.newsletter.run.remind {
        let said = words!("nobody is reminded by itself", "personne n'est relancé automatiquement");
        return Ok(vec![Item::new(Task::Remind, Some(&id), State::Off, said)]);
    }
    let held = view.ledger.map(|ledger| ledger.restored_hold(&id)).transpose()?.flatten();
    if held.is_some() {
        let said =
            words!("nobody is reminded of an issue that is held", "personne n'est relancé pour un numéro retenu");
        return Ok(vec![Item::new(Task::Remind, Some(&id), State::Off, said)]);
    }
    let mut items = Vec::new();
    for (step, until) in [("translation", "back"), ("back", ""), ("approval", "approved"), ("approved", "")] {
        let Some(day) = agenda.steps.get(step).copied() else { continue };
        let shown = view.moment(day);
        let item = |state, who: &str, said| Item {
            what: step.to_owned(),
            who: who.to_owned(),
            ..Item::new(Task::Remind, Some(&id), state, said)
        };
        if view.shell.now < day {
            let said = words!(
                "`{step}`: whoever is then awaited is reminded on {shown}",
                "`{step}` : qui sera attendu est relancé le {shown}"
            );
            items.push(item(State::Waits(day), "", said));
            continue;
        }
        // The next step's reminder says the same with more weight.
        let is_over = agenda.steps.get(until).is_some_and(|next| *next <= view.shell.now);
        if is_over || agenda.leaving(view.shell.now) != Leaving::Early {
            continue;
        }
        let awaited = awaited(step, &folder, view)?;
        if awaited.is_empty() {
            items.push(item(
                State::Done,
                "",
                words!("`{step}`: nobody is awaited", "`{step}` : personne n'est attendu"),
            ));
        }
        for (who, _) in awaited {
            let said = words!("`{step}`: {who} is reminded", "`{step}` : {who} est relancé");
            items.push(view.once(item(State::Due, &who, said))?);
        }
    }
    Ok(items)
}

/// Who is awaited at a step: their name, and their address.
fn awaited(step: &str, folder: &IssueFolder<'_>, view: &View<'_>) -> Result<Vec<(String, String)>> {
    let newsletter = &view.shell.config.newsletter;
    let office = || vec![("editor".to_owned(), editor(view).to_owned())];
    if matches!(step, "translation" | "back") {
        let missing = stand::standing(folder, view.shell)?;
        let missing: Vec<_> = missing.iter().filter(|it| it.missing > 0 || !it.stale.is_empty()).collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let reads = |languages: &[crate::model::Lang]| {
            languages.is_empty() || missing.iter().any(|it| languages.contains(&it.language))
        };
        let named = newsletter.translators.iter().filter(|one| reads(&one.languages));
        let named: Vec<_> = named.map(|one| (one.name.clone(), one.email.clone())).collect();
        return Ok(if step == "translation" || named.is_empty() { office() } else { named });
    }
    let standing = Standing::of(folder, view.shell)?;
    if standing.missing.is_empty() && !standing.is_blocked && !standing.editions.is_empty() {
        return Ok(Vec::new());
    }
    if step == "approval" {
        let is_asked = !standing.awaited.is_empty() && standing.step != Some(Step::Ask);
        return Ok(if is_asked { Vec::new() } else { office() });
    }
    let mut asked: Vec<(String, String)> = Vec::new();
    for awaited in &standing.awaited {
        let known = newsletter.approvers.iter().find(|one| crate::model::is_same_person(&one.name, &awaited.by));
        if let Some(approver) = known.filter(|one| asked.iter().all(|(name, _)| *name != one.name)) {
            asked.push((approver.name.clone(), approver.email.clone()));
        }
    }
    Ok(if asked.is_empty() { office() } else { asked })
}

/// Reminds one person of one step.
pub(super) fn remind(due: &Item, ledger: &Ledger, view: &View<'_>) -> Result<Came> {
    let id = due.issue.as_ref().expect("a reminder has an issue");
    let folder = workspace::folder(&view.shell.config, id);
    let (step, who) = (due.what.as_str(), due.who.as_str());
    let Some((_, to)) = awaited(step, &folder, view)?.into_iter().find(|(name, _)| name == who) else {
        return Ok(Came { exit: Exit::Done, item: Item { state: State::Done, ..due.clone() } });
    };
    let (subject, mut paragraphs) = words_of(step, who, &folder, view)?;
    if step == "approval"
        && let Some(checked) = folder.load_checked()?
    {
        let blocking = checked.findings.iter().filter(|finding| check::is_blocking(finding)).count();
        if blocking > 0 {
            let found = words::count(
                blocking,
                ["thing that blocks", "things that block"],
                ["point qui bloque", "points qui bloquent"],
            );
            let (en, fr) = (found.en, found.fr);
            paragraphs.push(words!("The check found {en}.", "La vérification a trouvé {fr}."));
        }
    }
    let about = format!("remind-{step}-{}", crate::model::Digest::of(who.as_bytes()).short());
    let letter = office::Letter { issue: id, about: &about, subject: &subject, paragraphs: &paragraphs, to: &to };
    if !office::post(&letter, ledger, view.shell)? {
        anyhow::bail!(words!("{who} could not be reminded", "{who} n'a pas pu être relancé"));
    }
    keep(due, ledger, true, "", view.shell.now)?;
    let said = words!("`{step}`: {who} was reminded", "`{step}` : {who} a été relancé");
    view.shell.report.line(&said);
    Ok(Came { exit: Exit::Done, item: Item { state: State::Done, said, ..due.clone() } })
}

fn words_of(step: &str, who: &str, folder: &IssueFolder<'_>, view: &View<'_>) -> Result<(Words, Vec<Words>)> {
    let (id, shell) = (&folder.id, view.shell);
    let planned = view.moment(shell.config.newsletter.agenda(id)?.planned);
    let leaves = words!(
        "Issue {id} leaves on {planned}, if both languages are there and approved.",
        "Le numéro {id} part le {planned}, si les deux langues sont prêtes et approuvées."
    );
    Ok(match (step, who) {
        ("translation", _) => (
            words!(
                "Issue {id}: texts wait to go to translation",
                "Numéro {id} : des textes attendent d'aller en traduction"
            ),
            vec![
                words!(
                    "Some texts of issue {id} are in one language only. To hand them over: cco-news translate export {id}; which they are: cco-news status {id}",
                    "Des textes du numéro {id} ne sont que dans une langue. Pour les remettre : cco-news translate export {id}; lesquels : cco-news status {id}"
                ),
                leaves,
            ],
        ),
        ("back", _) => (
            words!("Issue {id}: translations are awaited", "Numéro {id} : des traductions sont attendues"),
            vec![
                words!(
                    "Translations of issue {id} were to be back today, and some passages are still missing. If you have them, please answer with the file; if they will be late, please say until when.",
                    "Des traductions du numéro {id} devaient être de retour aujourd'hui, et des passages manquent encore. Si vous les avez, répondez en joignant le fichier; si elles tardent, dites jusqu'à quand."
                ),
                leaves,
            ],
        ),
        ("approval", _) => (
            words!("Issue {id}: approval is to be asked for", "Numéro {id} : l'approbation est à demander"),
            vec![
                words!(
                    "Today issue {id} goes to approval, and nobody was asked yet about the editions as they are. Where it stands: cco-news status {id}; to ask: cco-news approve {id} --request",
                    "Aujourd'hui le numéro {id} part pour approbation, et personne n'a encore été sollicité pour les éditions telles quelles. Où il en est : cco-news status {id}; pour demander : cco-news approve {id} --request"
                ),
                leaves,
            ],
        ),
        (_, "editor") => (
            words!("Issue {id} is not approved yet", "Le numéro {id} n'est pas encore approuvé"),
            vec![
                words!(
                    "Issue {id} was to be approved by today. Where it stands: cco-news status {id}",
                    "Le numéro {id} devait être approuvé aujourd'hui. Où il en est : cco-news status {id}"
                ),
                leaves,
            ],
        ),
        _ => {
            let standing = Standing::of(folder, shell)?;
            let of = standing.awaited.iter().filter(|awaited| crate::model::is_same_person(&awaited.by, who));
            let editions: Vec<String> = of.map(|awaited| awaited.edition.to_string()).collect();
            let editions = editions.join(", ");
            (
                words!("Issue {id} waits for your approval", "Le numéro {id} attend votre approbation"),
                vec![
                    words!(
                        "{who}, you were mailed the draft of issue {id} ({editions}). To approve it, answer that message and begin your answer with the word “Approved”. Any other answer goes to the person who makes the issue.",
                        "{who}, l'ébauche du numéro {id} vous a été envoyée ({editions}). Pour l'approuver, répondez à ce message-là en commençant par le mot « Approuvé ». Toute autre réponse va à la personne qui prépare le numéro."
                    ),
                    leaves,
                ],
            )
        }
    })
}
