//! SND: readers know who writes and why, can leave, and are not watched; the headers are right (FEDERAL 4 and 5).

pub(crate) mod copies;
mod leaving;
pub(crate) mod setup;
pub(crate) mod tracking;

use std::collections::BTreeSet;

use crate::check::WayOut;
use crate::check::accessibility::hit_in;
use crate::check::catalogue::{Class, Example, Group, Limit, Rule, limit, row};
use crate::check::html::css::declarations;
use crate::check::html::sheet::Sheet;
use crate::check::proof::{Hit, Mails, Proof, on_file};
use crate::check::text::scan;
use crate::model::{Address, Lang, Severity, Slot, Texts, Tls};

/// What large mail providers expect (FEDERAL 4); the law allows 10 business days.
const SETTLE_HOURS: Limit = limit("SND-06", "hours", 48.0);

const fn rule(id: &'static str, severity: Severity, class: Class, source: &'static str) -> Rule {
    Rule { class, ..row(Group::Sender, id, severity, source) }
}

pub(crate) const RULES: &[Rule] = &[
    Rule {
        en: "Each language says who writes, on whose behalf, the mailing address, and an e-mail address, telephone or website",
        fr: "Chaque langue dit qui écrit, au nom de qui, l'adresse postale, et une adresse de courriel, un téléphone ou un site Web",
        bad: Example::Swap("90 Elgin Street", "somewhere"),
        judge: identity,
        ..rule("SND-01", Severity::Error, Class::Never, "4")
    },
    Rule {
        en: "Each language has a link to leave and one to change language, also in the text part",
        fr: "Chaque langue a un lien pour se désabonner et un pour changer de langue, aussi dans la partie texte",
        bad: Example::Swap("https://slot.invalid/unsubscribe", "https://example.ca/en/other"),
        judge_mails: leaving::ways_out,
        ..rule("SND-02", Severity::Error, Class::Never, "4, 5.2")
    },
    Rule {
        en: "Where an https address takes requests, leaving takes one click: List-Unsubscribe-Post as it must be, an address of the reader's own that names nobody, and a GET that does nothing",
        fr: "Si une adresse https reçoit les demandes, un clic suffit pour se désabonner : List-Unsubscribe-Post en bonne forme, une adresse propre à la personne qui ne la nomme pas, et un GET sans effet",
        bad: Example::Case(
            "two readers with the same address for leaving",
            "deux personnes avec la même adresse de désabonnement",
        ),
        judge: |proof, hits| {
            copies::one_click(proof, hits);
            setup::others(proof, "SND-03", hits);
        },
        ..rule("SND-03", Severity::Error, Class::Approver, "5.2")
    },
    Rule {
        en: "Everybody on a list has a recorded basis",
        fr: "Il y a pour chaque personne inscrite un fondement consigné",
        bad: Example::Case(
            "a file in subscribers/ without a [[list]] entry or dates of consent",
            "un fichier de subscribers/ sans entrée [[list]] ni dates de consentement",
        ),
        judge: basis,
        ..rule("SND-04", Severity::Error, Class::Approver, "4, 1.2")
    },
    Rule {
        en: "A request to leave holds from the moment it is read, and is settled within 48 hours",
        fr: "Une demande de désabonnement vaut dès sa lecture, et elle est réglée en 48 heures",
        bad: Example::Case(
            "a request that came three days ago and matched nobody",
            "une demande reçue il y a trois jours et qui n'a été rattachée à personne",
        ),
        limits: &[SETTLE_HOURS],
        judge: requests,
        ..rule("SND-06", Severity::Warning, Class::Editor, "4")
    },
    Rule {
        en: "No tracking: no invisible pictures, no redirectors, no address that differs between readers but the slots",
        fr: "Aucun pistage : ni images invisibles, ni redirections, ni adresse propre à chaque personne hors des champs prévus",
        bad: Example::Html("<img src=\"https://t.example.ca/o.png?u=1\" alt=\"\" width=\"1\" height=\"1\">"),
        good: Example::Html("<img src=\"cid:a@example.ca\" alt=\"\" width=\"600\" height=\"80\">"),
        judge_mails: tracking,
        ..rule("SND-07", Severity::Error, Class::Never, "4")
    },
    Rule {
        en: "From, Reply-To and List-Id are set; the addresses are addresses, and bounces return to the sender's domain",
        fr: "From, Reply-To et List-Id sont définis; les adresses sont valides, et les retours reviennent au domaine de l'expéditeur",
        bad: Example::Case("a `reply_to` without an @", "un `reply_to` sans @"),
        judge: headers,
        ..rule("SND-08", Severity::Error, Class::Approver, "5.2")
    },
    Rule {
        en: "SPF, DKIM and DMARC of the sender's domain are there and align (asked by `check --setup`)",
        fr: "SPF, DKIM et DMARC du domaine de l'expéditeur sont là et sont alignés (demandés par `check --setup`)",
        bad: Example::Case("a domain without a DMARC record", "un domaine sans enregistrement DMARC"),
        judge: setup::records,
        ..rule("SND-09", Severity::Error, Class::Approver, "5.3")
    },
    Rule {
        en: "The connection to the relay is protected, or there is a reason why not",
        fr: "La connexion au relais est protégée, ou il y a une raison pour qu'elle ne le soit pas",
        bad: Example::Case("tls = \"none\" without tls_reason", "tls = \"none\" sans tls_reason"),
        judge: connection,
        ..rule("SND-10", Severity::Error, Class::Approver, "5.4")
    },
    Rule {
        en: "No subscriber's address stands in what is published, logged or kept in Git",
        fr: "Aucune adresse d'abonné ne figure dans ce qui est publié, journalisé ou conservé dans Git",
        bad: Example::Case(
            "a page of the archive with a reader's address in it",
            "une page des archives où figure l'adresse d'une personne abonnée",
        ),
        judge: |proof, hits| setup::others(proof, "SND-13", hits),
        ..rule("SND-13", Severity::Error, Class::Approver, "4")
    },
    Rule {
        en: "No value is still to confirm, and no sender is on .example, when the issue leaves by SMTP",
        fr: "Aucune valeur n'est à confirmer et aucun expéditeur n'est en .example quand le numéro part par SMTP",
        bad: Example::Case(
            "to_confirm is not empty and the way out is a relay",
            "to_confirm n'est pas vide et l'envoi passe par un relais",
        ),
        judge: confirmed,
        ..rule("SND-14", Severity::Info, Class::Approver, "7")
    },
];

/// The text that a reader of one language sees in a mail, as words.
fn half(sheet: &Sheet<'_>, lang: &Lang) -> String {
    let is_single = sheet.edition.langs.len() == 1;
    let mut words = vec![String::new()];
    for placed in &sheet.blocks {
        if placed.is_shown && (is_single || placed.lang.as_ref() == Some(lang)) {
            words.extend(scan::folded_words(&placed.block.text));
            for link in &placed.block.links {
                words.extend(scan::folded_words(&link.href));
            }
        }
    }
    words.push(String::new());
    words.join(" ")
}

fn says(half: &str, text: &str) -> bool {
    let words = scan::folded_words(text);
    words.is_empty() || half.contains(&format!(" {} ", words.join(" ")))
}

fn identity(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let office = &proof.newsletter.organization;
    for sheet in &proof.sheets {
        for lang in &sheet.edition.langs {
            let half = half(sheet, lang);
            let of = |texts: &Texts| texts.get(lang).cloned().unwrap_or_default();
            let asked = [
                ("organization.name", of(&office.name)),
                ("organization.on_behalf_of", of(&office.on_behalf_of)),
                ("organization.address", of(&office.address)),
            ];
            let contacts = [Some(&office.email), office.telephone.as_ref(), office.website.get(lang)];
            let can_be_reached =
                contacts.into_iter().flatten().any(|contact| !contact.is_empty() && says(&half, contact));
            let mut missing: Vec<&str> =
                asked.iter().filter(|(_, text)| !says(&half, text)).map(|(key, _)| *key).collect();
            for (key, text) in &asked {
                if text.trim().is_empty() && *key != "organization.on_behalf_of" {
                    missing.push(key);
                }
            }
            if !can_be_reached {
                missing.push("organization.email");
            }
            let plain = format!(" {} ", scan::folded_words(&sheet.edition.text).join(" "));
            for (key, _) in asked.iter().filter(|(_, text)| says(&half, text) && !says(&plain, text)) {
                let words = (
                    words!("`{key}` is not in the text part", "`{key}` n'est pas dans la partie texte"),
                    words!(
                        "put it back into the template of the text part",
                        "remettez-le dans le gabarit de la partie texte"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, key, words));
            }
            for key in missing {
                let words = (
                    words!("`{key}` is not in the mail in `{lang}`", "`{key}` n'est pas dans le message en `{lang}`"),
                    words!(
                        "fill it in newsletter.toml, and let the template show it",
                        "remplissez-le dans newsletter.toml, et affichez-le dans le gabarit"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, key, words));
            }
        }
    }
}

fn basis(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for file in proof.evidence.audience.files.iter().filter(|file| !file.has_basis && file.rows > 0) {
        let (name, rows) = (&file.file, file.rows);
        let line = usize::try_from(file.first_without.unwrap_or(0)).unwrap_or(0);
        hits.push(on_file(
            &format!("subscribers/{name}"),
            line,
            words!(
                "`subscribers/{name}` ({rows} rows) does not say on what basis its people are written to",
                "`subscribers/{name}` ({rows} lignes) ne dit pas à quel titre on écrit à ces personnes"
            ),
            words!(
                "fill `consented_on` in every row, or add to newsletter.toml: [[list]] file = \"{name}\", basis = \"internal distribution\", since = 2026-01-01, note = \"…\"",
                "remplissez `consented_on` à chaque ligne, ou ajoutez à newsletter.toml : [[list]] file = \"{name}\", basis = \"internal distribution\", since = 2026-01-01, note = \"…\""
            ),
        ));
    }
}

fn tracking(proof: &Mails<'_>, hits: &mut Vec<Hit>) {
    copies::alike(proof, hits);
    for sheet in &proof.pages {
        for image in sheet.select("img") {
            let src = image.attr("src").unwrap_or("");
            let is_tiny = ["width", "height"]
                .iter()
                .any(|name| image.attr(name).is_some_and(|px| matches!(px.trim_end_matches("px"), "0" | "1")));
            let style = declarations(image.attr("style").unwrap_or(""));
            let is_tiny = is_tiny
                || style.iter().any(|(name, value, _)| match name.as_str() {
                    "width" | "height" | "max-width" | "max-height" => {
                        matches!(value.trim_end_matches("px"), "0" | "1")
                    }
                    "display" => value == "none",
                    "visibility" => value == "hidden",
                    "opacity" => value == "0",
                    _ => false,
                });
            let is_asked_for = src.starts_with("http") && (src.contains('?') || tracking::is_counter(src));
            if is_tiny || is_asked_for {
                let words = (
                    words!("a picture that can count readers", "une image qui peut compter les lecteurs"),
                    words!(
                        "put the picture beside the story; delete invisible ones",
                        "placez l'image à côté de l'article; supprimez celles qui sont invisibles"
                    ),
                );
                hits.push(hit_in(proof, sheet, None, src, words));
            }
        }
        let css = &sheet.style;
        let inline = sheet.select("[style*=\"url(\"]");
        let grounds = inline.iter().filter_map(|it| it.attr("style")).chain(std::iter::once(css.as_str()));
        let is_asked = |style: &str| {
            style.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).any(|url| {
                let url = url.trim_matches(['"', '\'', ' ']);
                url.starts_with("http") && (url.contains('?') || tracking::is_counter(url))
            })
        };
        if grounds.into_iter().any(is_asked) {
            let words = (
                words!(
                    "a background picture that can count readers",
                    "une image de fond qui peut compter les lecteurs"
                ),
                words!("delete it from the template", "supprimez-la du gabarit"),
            );
            hits.push(hit_in(proof, sheet, None, "", words));
        }
        let mut said = BTreeSet::new();
        for placed in &sheet.blocks {
            for link in &placed.block.links {
                // The address of a reader's own stands in the two links that are for it, and in no other.
                let is_told_of =
                    Slot::ALL.iter().any(|slot| link.href.contains(slot.token()) && link.href != slot.token());
                if (tracking::is_tracking(&link.href) || is_told_of) && said.insert(&link.href) {
                    let words = (
                        words!(
                            "a link that tells who reads, or counts clicks",
                            "un lien qui dit qui lit, ou qui compte les clics"
                        ),
                        words!("link to the page itself", "faites un lien vers la page elle-même"),
                    );
                    hits.push(hit_in(proof, sheet, placed.story.as_deref(), &link.href, words));
                }
            }
        }
    }
}

fn headers(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    copies::named(proof, hits);
    let sender = &proof.newsletter.sender;
    let all = [
        ("from", &sender.from),
        ("reply_to", &sender.reply_to),
        ("bounce", &sender.bounce),
        ("requests", &sender.requests),
    ];
    for (key, text) in all {
        if Address::parse(text).is_err() {
            hits.push(on_file(
                "newsletter.toml",
                0,
                words!("sender.{key} is not an e-mail address", "sender.{key} n'est pas une adresse de courriel"),
                words!(
                    "write one bare address, for example news-nouvelles@example.gc.ca",
                    "écrivez une seule adresse, par exemple news-nouvelles@example.gc.ca"
                ),
            ));
        }
    }
    if let (Ok(from), Ok(bounce)) = (Address::parse(&sender.from), Address::parse(&sender.bounce))
        && organizational(from.domain()) != organizational(bounce.domain())
    {
        let hit = on_file(
            "newsletter.toml",
            0,
            words!(
                "sender.bounce is not on the domain of sender.from: SPF does not align",
                "sender.bounce n'est pas dans le domaine de sender.from : SPF n'est pas aligné"
            ),
            words!("use one domain for both", "utilisez un seul domaine pour les deux"),
        );
        hits.push(hit.weighing(Severity::Warning));
    }
    answered_by_nobody(proof, hits);
    from_another(proof, hits);
    one_list_each(proof, hits);
    for sheet in &proof.sheets {
        // Without any header the edition gets them all when it is addressed.
        let has = |name: &str| {
            sheet.edition.headers.iter().any(|(it, value)| {
                it.eq_ignore_ascii_case(name) && value.contains(if name == "List-Id" { '.' } else { '@' })
            })
        };
        for name in ["From", "Reply-To", "List-Id"] {
            if !sheet.edition.headers.is_empty() && !has(name) {
                let words = (
                    words!("the header {name} is missing", "l'en-tête {name} est absent"),
                    words!("look at [sender] in newsletter.toml", "voyez [sender] dans newsletter.toml"),
                );
                hits.push(hit_in(proof, sheet, None, name, words));
            }
        }
    }
}

/// Reply-To is a mailbox that a person reads.
fn answered_by_nobody(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let sender = &proof.newsletter.sender;
    let local = sender.reply_to.split('@').next().unwrap_or("").to_lowercase().replace(['-', '_', '.'], "");
    if ["noreply", "donotreply", "nereponds", "nerepondezpas", "nepasrepondre", "nerespond", "pasdereponse"]
        .iter()
        .any(|start| local.starts_with(start))
    {
        hits.push(on_file(
            "newsletter.toml",
            0,
            words!(
                "sender.reply_to is an address that nobody reads",
                "sender.reply_to est une adresse que personne ne lit"
            ),
            words!("put a mailbox that a person reads", "mettez une boîte qu'une personne lit"),
        ));
    }
}

/// What stands between the angle brackets of a header, in lower case; without them the whole of it.
fn in_angles(value: &str) -> String {
    value.rsplit('<').next().unwrap_or("").trim_end_matches('>').trim().to_lowercase()
}

/// What is composed is from the address that newsletter.toml names now.
fn from_another(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let from = proof.newsletter.sender.from.to_lowercase();
    for sheet in &proof.sheets {
        let Some(address) = sheet.edition.header("From").map(in_angles) else { continue };
        if address.contains('@') && address != from {
            let words = (
                words!("the edition is not from sender.from", "l'édition ne vient pas de sender.from"),
                words!("compose the issue again", "composez le numéro de nouveau"),
            );
            hits.push(hit_in(proof, sheet, None, "From", words));
        }
    }
}

/// Each edition is a list of its own (RFC 2919).
fn one_list_each(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let mut seen = BTreeSet::new();
    for sheet in &proof.sheets {
        let list = sheet.edition.header("List-Id").map(in_angles);
        if list.is_some_and(|list| !list.is_empty() && !seen.insert(list)) {
            let words = (
                words!("two editions have one List-Id", "deux éditions ont le même List-Id"),
                words!(
                    "compose the issue again: each edition has its own",
                    "composez le numéro de nouveau : chaque édition a le sien"
                ),
            );
            hits.push(hit_in(proof, sheet, None, "List-Id", words));
        }
    }
}

/// The part of a domain under which an organization stands: three labels under `gc.ca`, two elsewhere.
pub(crate) fn organizational(domain: &str) -> String {
    let labels: Vec<&str> = domain.rsplit('.').collect();
    let n = if domain.ends_with(".gc.ca") { 3 } else { 2 };
    labels[..labels.len().min(n)].join(".")
}

/// Requests that wait: none may be older than the limit.
fn requests(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let (hours_max, now) = (proof.limit(&SETTLE_HOURS), proof.evidence.now);
    let waited = |since: &jiff::Timestamp| now.duration_since(*since).as_secs_f64() / 3600.0;
    let late: Vec<_> = proof.evidence.audience.waiting.iter().filter(|since| waited(since) > hours_max).collect();
    let Some(oldest) = late.iter().min() else { return };
    // The law counts neither weekends nor holidays.
    let schedule = &proof.newsletter.schedule;
    let zone = proof.zone();
    let day = |time: jiff::Timestamp| time.to_zoned(zone.clone()).date();
    let (n, days) = (late.len(), schedule.working_days_between(day(**oldest), day(now)));
    hits.push(on_file(
        "state",
        0,
        words!(
            "requests to leave that are older than {hours_max} hours and not settled: {n}; the oldest has waited {days} of the 10 business days that the law allows",
            "demandes de désabonnement de plus de {hours_max} heures qui ne sont pas réglées : {n}; la plus ancienne attend depuis {days} des 10 jours ouvrables que la loi accorde"
        ),
        words!("settle them today", "réglez-les aujourd'hui"),
    ));
}

fn connection(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    setup::relay(proof, hits);
    let delivery = &proof.newsletter.delivery;
    if delivery.tls != Tls::None {
        return;
    }
    let has_reason = delivery.tls_reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    if has_reason {
        // A matter of every month where mail really goes that way; elsewhere to know.
        let severity = if proof.evidence.way_out == WayOut::Smtp { Severity::Warning } else { Severity::Info };
        let hit = on_file(
            "newsletter.toml",
            0,
            words!("mail goes to the relay in the clear", "le courrier part en clair vers le relais"),
            words!("ask whether the relay speaks TLS by now", "demandez si le relais prend désormais en charge TLS"),
        );
        hits.push(hit.weighing(severity));
    } else {
        hits.push(on_file(
            "newsletter.toml",
            0,
            words!("delivery.tls is `none`, without a reason", "delivery.tls vaut `none`, sans raison"),
            words!(
                "set tls = \"required\", or write delivery.tls_reason",
                "mettez tls = \"required\", ou écrivez delivery.tls_reason"
            ),
        ));
    }
}

fn confirmed(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let severity = if proof.evidence.way_out == WayOut::Smtp { Severity::Error } else { Severity::Info };
    for key in &proof.newsletter.to_confirm {
        let hit = on_file(
            "newsletter.toml",
            0,
            words!("`{key}` is still to confirm", "`{key}` est encore à confirmer"),
            words!("confirm it, and take it out of to_confirm", "confirmez-le, et retirez-le de to_confirm"),
        );
        hits.push(hit.weighing(severity));
    }
    let sender = &proof.newsletter.sender;
    let all = [
        ("from", &sender.from),
        ("reply_to", &sender.reply_to),
        ("bounce", &sender.bounce),
        ("requests", &sender.requests),
    ];
    let reserved: Vec<&str> = all.iter().filter(|(_, text)| text.ends_with(".example")).map(|(key, _)| *key).collect();
    if !reserved.is_empty() {
        let keys = reserved.join(", ");
        let hit = on_file(
            "newsletter.toml",
            0,
            words!(
                "the sender ({keys}) is on the reserved domain .example",
                "l'expéditeur ({keys}) est dans le domaine réservé .example"
            ),
            words!("put the office's own addresses into [sender]", "mettez les adresses du bureau dans [sender]"),
        );
        hits.push(hit.weighing(severity));
    }
}
