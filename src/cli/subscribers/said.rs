//! What a subscriber's history says, in the person's language: the ledger and programs have fixed English words. What
//! somebody wrote, and what a mail server said, stays as it is.

use crate::model::Words;

/// A status, what was done, or what became of a copy.
pub(super) fn what(what: &str) -> Words {
    let fr = match what {
        "added" => "ajout",
        "active" => "abonnement en vigueur",
        "unconfirmed" => "à confirmer",
        "paused" => "en pause",
        "left" => "désabonnement",
        "bounced" => "adresse qui n'existe plus",
        "complained" => "plainte",
        "consent" => "consentement",
        "language" => "langue",
        "changed" => "changement",
        "moved" => "changement d'adresse",
        "planned" => "exemplaire prévu",
        "claimed" => "exemplaire en cours",
        "dotted" => "exemplaire remis, sans réponse",
        "accepted" => "exemplaire accepté",
        "deferred" => "exemplaire différé",
        "refused" => "exemplaire refusé",
        "unknown" => "sort inconnu",
        "suppressed" => "exemplaire non envoyé",
        other => other,
    };
    Words { en: what.to_owned(), fr: fr.to_owned() }
}

/// Who did it.
pub(super) fn who(who: &str) -> Words {
    match who {
        "person" => words!("the person", "la personne"),
        "office" => words!("the office", "le bureau"),
        "server" => words!("a mail server", "un serveur de courriel"),
        "file" => words!("a list", "une liste"),
        other => Words::same(other),
    }
}

/// By which way; the name of a file stays as it is.
pub(super) fn way(way: &str) -> Words {
    let fr = match way {
        "command" => "ligne de commande",
        "web" => "pages Web",
        "one-click" => "un seul clic",
        "mail" => "courriel",
        "outbox" => "boîte d'envoi",
        other => other,
    };
    Words { en: way.to_owned(), fr: fr.to_owned() }
}

/// Why, or what exactly: sentences of the program's own stand in the other language, between those of people.
pub(super) fn why(why: &str) -> Words {
    const WHOLE: [(&str, &str); 8] = [
        ("pressed the button", "a appuyé sur le bouton"),
        ("asked by their mail program", "demandé par son logiciel de courriel"),
        ("asked to pause", "a demandé une pause"),
        ("asked to resume", "a demandé de reprendre"),
        ("asked by mail", "demandé par courriel"),
        ("the list says something else", "la liste dit autre chose"),
        ("a complaint by way of their mail provider", "une plainte par son fournisseur de courriel"),
        ("both", "les deux langues"),
    ];
    const BEGINNINGS: [(&str, &str); 6] = [
        ("was ", "auparavant "),
        ("source: ", "source\u{a0}: "),
        ("consented on: ", "consentement du "),
        ("basis: ", "fondement\u{a0}: "),
        ("confirmed, ", "confirmé, "),
        ("the last: ", "le dernier\u{a0}: "),
    ];
    let part = |part: &str| {
        let whole = WHOLE.iter().find(|(en, _)| *en == part).map(|(_, fr)| (*fr).to_owned());
        let begun = || BEGINNINGS.iter().find_map(|(en, fr)| Some(format!("{fr}{}", part.strip_prefix(en)?)));
        let in_a_row = || {
            let n_issues = part.strip_suffix(" issues in a row came back")?;
            Some(format!("{n_issues} numéros de suite sont revenus"))
        };
        whole.or_else(begun).or_else(in_a_row).unwrap_or_else(|| part.to_owned())
    };
    Words { en: why.to_owned(), fr: why.split("; ").map(part).collect::<Vec<_>>().join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_words_are_in_the_persons_language_and_others_are_left() {
        assert_eq!(what("left").fr, "désabonnement");
        assert_eq!(way("lists/a.csv").fr, "lists/a.csv");
        let said = why("source: web; consented on: 2026-12-02; basis: phoned");
        assert_eq!(said.en, "source: web; consented on: 2026-12-02; basis: phoned");
        assert_eq!(said.fr, "source\u{a0}: web; consentement du 2026-12-02; fondement\u{a0}: phoned");
        assert_eq!(why("2026-12 en 250 2.0.0 OK").fr, "2026-12 en 250 2.0.0 OK");
        assert_eq!(
            why("3 issues in a row came back; the last: 5.2.2 full").fr,
            "3 numéros de suite sont revenus; le dernier\u{a0}: 5.2.2 full"
        );
    }
}
