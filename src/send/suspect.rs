//! Addresses that are well formed and probably wrong: a role that no person reads, a domain with a slip of the finger.
//! They are taken, and named once, when they first come.

use crate::model::{Address, Words};

/// Mailboxes of a role, in both languages: nobody in particular reads them, or a program does.
const ROLES: [&str; 22] = [
    "abuse",
    "admin",
    "administrator",
    "billing",
    "contact",
    "do-not-reply",
    "donotreply",
    "helpdesk",
    "hostmaster",
    "info",
    "mailer-daemon",
    "ne-pas-repondre",
    "nepasrepondre",
    "no-reply",
    "noreply",
    "postmaster",
    "renseignements",
    "root",
    "sales",
    "security",
    "support",
    "webmaster",
];

/// Domains at which people have their mail: one letter away from them is nearly always a slip.
const COMMON: [&str; 17] = [
    "gmail.com",
    "hotmail.com",
    "hotmail.ca",
    "outlook.com",
    "live.ca",
    "yahoo.com",
    "yahoo.ca",
    "icloud.com",
    "sympatico.ca",
    "videotron.ca",
    "rogers.com",
    "bell.net",
    "canada.ca",
    "tbs-sct.gc.ca",
    "pco-bcp.gc.ca",
    "forces.gc.ca",
    "statcan.gc.ca",
];

/// Domains that look like a slip of one above and are not.
const REAL: [&str; 8] =
    ["mail.com", "ymail.com", "email.com", "live.com", "yahoo.co", "hotmail.co", "outlook.co", "cloud.com"];

/// Ends of domains that do not exist, and what was meant.
const ENDS: [(&str, &str); 9] = [
    (".con", ".com"),
    (".cmo", ".com"),
    (".vom", ".com"),
    (".comm", ".com"),
    (".cg.ca", ".gc.ca"),
    (".gc.c", ".gc.ca"),
    (".gc.cs", ".gc.ca"),
    (".gcc.ca", ".gc.ca"),
    (".gc.ca.ca", ".gc.ca"),
];

/// What makes an address suspect, and the mend.
pub(super) fn suspect(address: &Address) -> Option<(Words, Words)> {
    let (local, domain) = (address.local().to_lowercase(), address.domain());
    if let Some(meant) = meant(domain) {
        return Some((
            words!(
                "the domain looks like a slip: `{domain}`, was `{meant}` meant",
                "le domaine ressemble à une faute de frappe : `{domain}`; s'agit-il de `{meant}`"
            ),
            words!(
                "check it with the person; the row was taken",
                "vérifiez auprès de la personne; la ligne a été prise"
            ),
        ));
    }
    if ROLES.contains(&local.as_str()) {
        return Some((
            words!(
                "this is the address of a role, not of a person",
                "c'est l'adresse d'une fonction, pas d'une personne"
            ),
            words!(
                "write to a person who has asked for it; the row was taken",
                "écrivez à une personne qui l'a demandé; la ligne a été prise"
            ),
        ));
    }
    (!local.is_ascii()).then(|| {
        (
            words!(
                "the part before the @ has letters that many mail servers refuse",
                "la partie avant le @ contient des lettres que bien des serveurs refusent"
            ),
            words!(
                "ask the person for a plain address; the row was taken",
                "demandez à la personne une adresse sans accents; la ligne a été prise"
            ),
        )
    })
}

fn meant(domain: &str) -> Option<String> {
    if COMMON.contains(&domain) || REAL.contains(&domain) {
        return None;
    }
    if let Some((end, mend)) = ENDS.iter().find(|(end, _)| domain.ends_with(end)) {
        return Some(format!("{}{mend}", domain.trim_end_matches(end)));
    }
    COMMON.iter().find(|common| is_one_off(domain, common)).map(|common| (*common).to_owned())
}

/// Whether one letter was left out, added, changed, or swapped with its neighbour.
fn is_one_off(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let same_head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same_head..], &b[same_head..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Less => *a == b[1..],
        std::cmp::Ordering::Greater => a[1..] == *b,
        std::cmp::Ordering::Equal => {
            a[1..] == b[1..] || (a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_roles_are_named_and_people_are_not() {
        let said = |text: &str| suspect(&Address::parse(text).unwrap()).map(|(what, _)| what.en).unwrap_or_default();
        let at = |domain: &str| said(&format!("a@{domain}"));
        for (slip, meant) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("hotmaill.com", "hotmail.com"),
            ("canda.ca", "canada.ca"),
            ("tbs-sct.cg.ca", "tbs-sct.gc.ca"),
            ("example.con", "example.com"),
        ] {
            assert!(at(slip).contains(&format!("`{meant}`")), "{slip}: {}", at(slip));
        }
        assert!(said("Info@example.ca").contains("role"));
        assert!(said("hélène@example.ca").contains("letters"));
        for fine in ["gmail.com", "example.ca", "canada.ca", "example.gc.ca", "mail.com"] {
            assert_eq!(at(fine), "", "{fine}");
        }
    }
}
