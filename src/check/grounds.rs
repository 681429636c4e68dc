//! Where rules come from: each row of the catalogue names sections of the federal references by number, and here a number
//! is the work that a person can look up.

use crate::model::Words;

/// Section, and what it is, in English and in French.
pub(super) const GROUNDS: &[(&str, &str, &str)] = &[
    ("0.1", "the community's own names", "les noms propres à la collectivité"),
    ("0.2", "mistakes met in federal texts", "des erreurs relevées dans des textes fédéraux"),
    (
        "1.1",
        "Directive on Official Languages for Communications and Services; Content Style Guide of Canada.ca, 7.2",
        "Directive sur les langues officielles pour les communications et services; Guide de rédaction du contenu de Canada.ca, 7.2",
    ),
    ("1.2", "federal practice for bilingual e-mail", "la pratique fédérale des courriels bilingues"),
    (
        "1.3",
        "federal practice for subject lines and names of senders",
        "la pratique fédérale des objets et des noms d'expéditeur",
    ),
    (
        "1.4",
        "both languages at the same time (official languages)",
        "les deux langues en même temps (langues officielles)",
    ),
    ("1.5", "work with the Translation Bureau", "le travail avec le Bureau de la traduction"),
    ("1.6", "measured on pairs of published federal texts", "mesuré sur des paires de textes fédéraux publiés"),
    (
        "2.1",
        "French punctuation in Canada: Office québécois de la langue française, Le guide du rédacteur",
        "la ponctuation du français au Canada : Office québécois de la langue française, Le guide du rédacteur",
    ),
    (
        "2.2",
        "Content Style Guide of Canada.ca in French, chapter 4",
        "Guide de rédaction du contenu de Canada.ca, chapitre 4",
    ),
    ("2.3", "Content Style Guide of Canada.ca", "Guide de rédaction du contenu de Canada.ca, en anglais"),
    ("2.4", "Canadian spelling, as usage has it", "l'orthographe canadienne de l'anglais, selon l'usage"),
    (
        "3.2",
        "CAN/ASC – EN 301 549, WCAG 2.1 AA; advice on accessible e-mail of a11y.canada.ca",
        "CAN/ASC – EN 301 549, WCAG 2.1 AA; conseils sur les courriels accessibles d'a11y.canada.ca",
    ),
    ("3.3", "dark mode in mail programs", "le mode sombre des logiciels de courriel"),
    (
        "3.4",
        "what published mail most often gets wrong (Email Markup Consortium)",
        "ce que les courriels publiés font le plus souvent mal (Email Markup Consortium)",
    ),
    (
        "4",
        "Canada's anti-spam legislation, as a standard of conduct; Directive on Privacy Practices",
        "la Loi canadienne anti-pourriel, comme norme de conduite; Directive sur les pratiques relatives à la protection de la vie privée",
    ),
    (
        "5.2",
        "internet standards of mail (RFC 5322, 2369, 2919, 8058) and what large mail services ask of senders",
        "les normes Internet du courriel (RFC 5322, 2369, 2919, 8058) et ce que les grands services demandent aux expéditeurs",
    ),
    (
        "5.3",
        "Email Management Services Configuration Requirements of the Government of Canada",
        "Exigences de configuration des services de gestion des courriels du gouvernement du Canada",
    ),
    ("5.4", "how federal teams send bulk mail", "la façon dont les équipes fédérales envoient du courriel en nombre"),
    ("5.5", "what mail programs show (caniemail.com)", "ce que les logiciels de courriel affichent (caniemail.com)"),
    ("6.1", "how pages of Canada.ca answer", "la façon dont les pages de Canada.ca répondent"),
    ("7", "the look of the Government of Canada (federal identity)", "l'image de marque du gouvernement du Canada"),
    ("8", "federal newsletters that were published", "des infolettres fédérales publiées"),
];

/// What the sections that a rule names are: `Content Style Guide of Canada.ca (2.3)`.
pub fn grounds(source: &str) -> Words {
    let of = |pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str| -> String {
        let named = |section: &str| {
            let known = GROUNDS.iter().find(|(number, _, _)| *number == section);
            known.map_or_else(|| section.to_owned(), |row| format!("{} ({section})", pick(row)))
        };
        source.split(',').map(|section| named(section.trim())).collect::<Vec<_>>().join("; ")
    };
    Words { en: of(|row| row.1), fr: of(|row| row.2) }
}

#[cfg(test)]
mod tests {
    use super::super::{invariants, rules};
    use super::*;

    #[test]
    fn every_source_of_a_rule_is_a_work_that_a_person_can_look_up() {
        let sources = rules().iter().map(|rule| rule.source).chain(invariants().iter().map(|held| held.source));
        let mut used = std::collections::BTreeSet::new();
        for section in sources.flat_map(|source| source.split(',')) {
            let section = section.trim();
            assert!(GROUNDS.iter().any(|(number, _, _)| *number == section), "{section}");
            used.insert(section);
        }
        assert!(GROUNDS.iter().all(|(number, _, _)| used.contains(number) || *number == "3.4" || *number == "1.4"));
        assert_eq!(grounds("2.4").en, "Canadian spelling, as usage has it (2.4)");
    }
}
