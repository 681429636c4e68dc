//! Rules that no finding can tell of: they hold while `send` runs, whatever the issue says, and are tested there. They
//! stand in the catalogue so that all rules can be found in one place.

use super::catalogue::Invariant;

/// Every invariant, in the order of the list.
pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "BIL-02",
        source: "1.1, 1.4",
        en: "Every edition is composed, checked, approved and planned before the first message leaves, with the digests of all in one manifest",
        fr: "Toutes les éditions sont composées, vérifiées, approuvées et planifiées avant que parte le premier message, et un seul manifeste en contient les empreintes",
        tests: &[
            ("tests/it/month.rs", "nothing_leaves_without_both_approvals"),
            ("tests/it/ledger.rs", "no_edition_leaves_alone_or_unapproved"),
        ],
    },
    Invariant {
        id: "BIL-03",
        source: "1.4",
        en: "Languages are interleaved while an issue leaves, and the lag between their medians is reported",
        fr: "Les langues partent en alternance, et l'écart entre leurs médianes est indiqué",
        tests: &[("tests/it/ledger.rs", "everyone_gets_their_edition_once_and_a_second_send_has_nothing_to_do")],
    },
    Invariant {
        id: "SND-05",
        source: "4",
        en: "Who left, or bounced for good, is never in the plan: suppression wins over every import, and is looked up again at the last moment",
        fr: "Les personnes qui se sont désabonnées, ou dont l'adresse ne fonctionne plus, ne sont jamais dans le plan : le retrait l'emporte sur toute importation, et il est vérifié de nouveau au dernier moment",
        tests: &[
            ("tests/it/ledger.rs", "who_left_is_not_brought_back_by_a_file"),
            ("tests/it/ledger.rs", "who_leaves_between_the_freeze_and_the_claim_is_suppressed"),
            ("tests/it/ledger.rs", "a_dead_address_is_refused_and_gets_no_further_issue"),
        ],
    },
    Invariant {
        id: "SND-11",
        source: "1.4, 5.4",
        en: "The configured pace and daily cap hold (30 a minute when nothing is said), and a run that was broken off goes on without duplicates",
        fr: "Le rythme et le plafond quotidien configurés sont respectés (30 par minute par défaut), et un envoi interrompu reprend sans doublon",
        tests: &[
            ("src/send/pace.rs", "a_pace_is_never_exceeded"),
            ("tests/it/ledger.rs", "stopped_at_any_operation_and_run_again_nobody_is_sent_twice_and_nobody_is_lost"),
        ],
    },
    Invariant {
        id: "SND-12",
        source: "5.2",
        en: "A share of refusals above 5% is said, and above 10% after 100 messages stops the run",
        fr: "Une part de refus supérieure à 5 % est signalée, et au-delà de 10 % après 100 messages elle arrête l'envoi",
        tests: &[("src/send/tally.rs", "a_run_warns_at_five_percent_and_stops_at_ten")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_is_held_by_a_test_that_is_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for invariant in INVARIANTS {
            for (file, name) in invariant.tests {
                let text = std::fs::read_to_string(root.join(file)).unwrap();
                assert!(text.contains(&format!("fn {name}()")), "{}: {file} has no test `{name}`", invariant.id);
            }
        }
    }
}
