//! `check --handover`: a page for whoever comes next, in both languages: who approves, where keys and backups lie, what
//! expires when, and the next dates. It holds no secret and no subscriber.

use anyhow::Result;
use jiff::ToSpan as _;

use super::super::exit::Exit;
use super::super::{backup, words, workspace};
use super::Shell;
use super::page::{frame, sentence};
use crate::files;
use crate::model::rich::escaped;
use crate::model::{Approver, Speech, Words};

/// How many issues ahead are named.
const ISSUES: usize = 6;

pub(super) fn run(shell: &Shell) -> Result<Exit> {
    let sections = sections(shell)?;
    let newsletter = &shell.config.newsletter;
    let name = escaped(
        &newsletter
            .languages
            .iter()
            .map(|lang| newsletter.language(lang).title.as_str())
            .collect::<Vec<_>>()
            .join(" | "),
    );
    let half = |speech: Speech| -> String {
        let mut html = String::new();
        for (title, items) in &sections {
            html.push_str(&["<h3>", &escaped(title.say(speech)), "</h3><ul>"].concat());
            for item in items {
                html.push_str(&["<li>", &sentence(item.say(speech)), "</li>"].concat());
            }
            html.push_str("</ul>");
        }
        html
    };
    let (en, fr) = (half(Speech::En), half(Speech::Fr));
    let body = format!(
        "<h1>{name}: handover <span lang=\"fr-CA\">| transmission</span></h1><div class=\"pair\"><section lang=\"en-CA\"><h2>For whoever comes next</h2>{en}</section>\
         <section lang=\"fr-CA\"><h2>Pour la personne qui prend la relève</h2>{fr}</section></div>"
    );
    let path = shell.config.root.join("issues/handover.html");
    files::write_whole(&path, frame("Handover | Transmission", &body).as_bytes())?;
    shell.report.line(&words!("written: issues/handover.html", "écrit : issues/handover.html"));
    if shell.report.is_json {
        let all: Vec<_> = sections
            .iter()
            .map(|(title, items)| {
                let items: Vec<&str> = items.iter().map(|item| item.say(shell.report.speech)).collect();
                serde_json::json!({"title": title.say(shell.report.speech), "items": items})
            })
            .collect();
        shell.report.json(&serde_json::json!({"file": "issues/handover.html", "sections": all}));
    }
    Ok(Exit::Done)
}

fn sections(shell: &Shell) -> Result<Vec<(Words, Vec<Words>)>> {
    Ok(vec![
        (words!("Who approves", "Qui approuve"), approvers(shell)),
        (words!("Where things lie", "Où se trouvent les choses"), places(shell)?),
        (words!("What expires", "Ce qui arrive à échéance"), expiries(shell)),
        (words!("Next dates", "Prochaines dates"), dates(shell)?),
        (words!("Still to confirm", "À confirmer encore"), to_confirm(shell)),
        (words!("Every month", "Chaque mois"), month()),
    ])
}

fn approvers(shell: &Shell) -> Vec<Words> {
    let policy = &shell.config.newsletter.policy;
    let n = policy.approvals;
    let mut items =
        vec![words!("People who approve each language: {n}", "Personnes qui approuvent chaque langue : {n}")];
    let newsletter = &shell.config.newsletter;
    for lang in &newsletter.languages {
        let label = &newsletter.language(lang).label;
        let named = policy.approvers.get(lang).into_iter().flatten().map(|name| words!("{name}", "{name}"));
        let asked = newsletter.approvers.iter().filter(|it| it.languages.is_empty() || it.languages.contains(lang));
        let asked = asked.map(|Approver { name, delegate, .. }| {
            if *delegate {
                words!(
                    "{name} (asked by mail, for small changes)",
                    "{name} (sur demande par courriel, pour les petits changements)"
                )
            } else {
                words!("{name} (asked by mail)", "{name} (sur demande par courriel)")
            }
        });
        let all: Vec<Words> = named.chain(asked).collect();
        let join = |of: fn(&Words) -> &str| all.iter().map(of).collect::<Vec<_>>().join(", ");
        let (en, fr) = (join(|it| &it.en), join(|it| &it.fr));
        items.push(if all.is_empty() {
            words!("{label}: anyone who can run the command", "{label} : toute personne qui peut lancer la commande")
        } else {
            words!("{label}: {en}", "{label} : {fr}")
        });
    }
    items
}

fn places(shell: &Shell) -> Result<Vec<Words>> {
    let state = shell.config.state_dir()?;
    let (root, state) = (shell.config.root.display(), state.display());
    let delivery = &shell.config.newsletter.delivery;
    let mut items = vec![
        words!("The newsletter: `{root}`", "L'infolettre : `{root}`"),
        words!(
            "The memory of who was sent what (the ledger), and the copies that wait: `{state}`",
            "La mémoire des envois (le registre) et les copies en attente : `{state}`"
        ),
        words!(
            "The key on which every link in every sent newsletter hangs: `{state}/secrets.toml`. Without it nobody can leave by a link. Keep a copy off this machine",
            "La clé dont dépend chaque lien de chaque infolettre envoyée : `{state}/secrets.toml`. Sans elle, personne ne peut se désabonner par un lien. Gardez-en une copie hors de cette machine"
        ),
        words!(
            "The relay and its password: the variable `CCO_NEWS_SMTP_URL` of the job that sends",
            "Le relais et son mot de passe : la variable `CCO_NEWS_SMTP_URL` de la tâche qui envoie"
        ),
    ];
    if delivery.password_command.is_some() {
        items.push(words!(
            "The password comes from the command in `delivery.password_command`",
            "Le mot de passe vient de la commande inscrite dans `delivery.password_command`"
        ));
    }
    for key in &delivery.dkim {
        let (selector, file) = (&key.selector, &key.key_file);
        items.push(words!(
            "The DKIM key {selector}, with which copies are signed: `{file}`",
            "La clé DKIM {selector}, qui signe les copies : `{file}`"
        ));
    }
    if let Some(file) = &delivery.ca_file {
        items.push(words!(
            "The relay's certificate authority: `{file}`",
            "L'autorité de certification du relais : `{file}`"
        ));
    }
    items.extend(backups(shell)?);
    items.push(words!(
        "Who gets the newsletter: `subscribers/` holds lists that were taken in; the ledger knows who left since",
        "Qui reçoit l'infolettre : `subscribers/` contient les listes importées; le registre sait qui est parti depuis"
    ));
    Ok(items)
}

/// Where backups lie, how old the last one is, and what to do with it.
fn backups(shell: &Shell) -> Result<Vec<Words>> {
    let run = &shell.config.newsletter.run;
    let (folder, kept, hours) = (backup::folder(shell)?.display().to_string(), run.backups_kept, run.backup_hours);
    let mut items = vec![if kept > 0 {
        words!(
            "Backups: `{folder}`. `run` makes one every {hours} hours and keeps the last {kept}; they hold addresses and keys",
            "Sauvegardes : `{folder}`. `run` en fait une toutes les {hours} heures et garde les {kept} dernières; elles contiennent des adresses et des clés"
        )
    } else {
        words!(
            "Backups: `run` makes none. Ask who makes them, or make one: `cco-news backup FOLDER`",
            "Sauvegardes : `run` n'en fait aucune. Demandez qui s'en charge, ou faites-en une : `cco-news backup DOSSIER`"
        )
    }];
    if let Some(ledger) = shell.ledger_if_there()? {
        items.push(backup::age(backup::last(&ledger)?, shell)?);
    }
    items.push(words!(
        "After a loss: `cco-news restore FILE`. Nobody gets mail by it; what may have left since the backup is held until you say",
        "Après une perte : `cco-news restore FICHIER`. Personne ne reçoit de courriel pour autant; ce qui a pu partir depuis la sauvegarde est retenu jusqu'à votre décision"
    ));
    Ok(items)
}

fn expiries(shell: &Shell) -> Vec<Words> {
    let newsletter = &shell.config.newsletter;
    let facts = newsletter.organization.as_of.saturating_add(12.months());
    let mut items = vec![words!(
        "Facts about the office (name, address, channels): confirm them by {facts}, and set `organization.as_of`",
        "Renseignements sur le bureau (nom, adresse, canaux) : confirmez-les d'ici le {facts}, et mettez à jour `organization.as_of`"
    )];
    match newsletter.schedule.holidays.iter().max() {
        Some(last) => {
            items.push(words!("The list of holidays ends on {last}", "La liste des jours fériés s'arrête au {last}"));
        }
        None => items.push(words!("No holidays are listed", "Aucun jour férié n'est inscrit")),
    }
    items.push(words!(
        "The relay's certificate and password, and the DKIM key: ask who keeps them",
        "Le certificat et le mot de passe du relais, et la clé DKIM : demandez à qui les tient"
    ));
    items
}

fn dates(shell: &Shell) -> Result<Vec<Words>> {
    let newsletter = &shell.config.newsletter;
    let mut id = workspace::issue_in_work(&shell.config)?;
    let mut items = Vec::new();
    for _ in 0..ISSUES {
        let at = words::moment(newsletter.schedule.send_at(&id)?, newsletter);
        items.push(words!("Issue {id}: {at}", "Numéro {id} : {at}"));
        id = id.next_month();
    }
    Ok(items)
}

fn to_confirm(shell: &Shell) -> Vec<Words> {
    let keys = &shell.config.newsletter.to_confirm;
    if keys.is_empty() {
        return vec![words!("Nothing", "Rien")];
    }
    keys.iter().map(|key| Words::same(format!("`{key}`"))).collect()
}

fn month() -> Vec<Words> {
    vec![
        words!("`cco-news compose`, and mend what it says", "`cco-news compose`, puis corriger ce qui est signalé"),
        words!(
            "`cco-news check --links`, and `cco-news check --setup`",
            "`cco-news check --links`, et `cco-news check --setup`"
        ),
        words!("`cco-news approve --request`, for each language", "`cco-news approve --request`, pour chaque langue"),
        words!("`cco-news send`, then `cco-news status`", "`cco-news send`, puis `cco-news status`"),
    ]
}
