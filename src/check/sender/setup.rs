//! Whether the office can send at all (SND-09, SND-10 and their like): judged from what `check --setup` asked of the
//! domain name system and the relay.

use crate::check::evidence::{Record, Relay, SETUP, Setup};
use crate::check::proof::{Hit, Proof, on_file};
use crate::model::{Finding, Place, Severity, Words};

/// The file in which what is set up here is written.
const FILE: &str = "newsletter.toml";
/// An RSA key under this many characters of base64 has fewer than 2,048 bits (RFC 8301 3.2).
const RSA_CHARS_MIN: usize = 350;

fn say(hits: &mut Vec<Hit>, severity: Severity, message: Words, hint: Words) {
    hits.push(on_file(FILE, 0, message, hint).weighing(severity));
}

/// SPF, DKIM and DMARC of the sender, and whether they align (RFC 7208, 6376, 7489).
pub(crate) fn records(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let Some(setup) = &proof.evidence.setup else { return };
    spf(setup, hits);
    dkim(setup, hits);
    dmarc(setup, hits);
    for asked in setup.asked.iter().filter(|asked| asked.rule == "SND-09") {
        say(hits, asked.severity, asked.message.clone(), asked.hint.clone());
    }
}

/// The records that begin as a version says; one who does not answer is told and blocks nothing.
fn versioned<'a>(
    record: &'a Record,
    version: &str,
    what: &str,
    domain: &str,
    hits: &mut Vec<Hit>,
) -> Option<Vec<&'a str>> {
    match record {
        Record::Unknown(why) => {
            let Words { en, fr } = why;
            say(
                hits,
                Severity::Info,
                words!(
                    "{what} of {domain}: could not verify: {en}",
                    "{what} de {domain} : impossible à vérifier : {fr}"
                ),
                words!("ask again when the network is there", "recommencez quand le réseau sera là"),
            );
            None
        }
        Record::Absent => Some(Vec::new()),
        Record::Found(texts) => {
            let begins =
                |text: &&String| text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version));
            Some(texts.iter().filter(begins).map(String::as_str).collect())
        }
    }
}

fn spf(setup: &Setup, hits: &mut Vec<Hit>) {
    let domain = &setup.bounce_domain;
    let Some(found) = versioned(&setup.spf, "v=spf1", "SPF", domain, hits) else { return };
    let publish = || {
        words!(
            "ask who keeps the domain to publish one TXT record: v=spf1 … -all, with the relay in it",
            "demandez à qui tient le domaine de publier un enregistrement TXT : v=spf1 … -all, où figure le relais"
        )
    };
    match found.as_slice() {
        [] => say(
            hits,
            Severity::Error,
            words!("{domain} has no SPF record", "{domain} n'a pas d'enregistrement SPF"),
            publish(),
        ),
        [one] if has_term(one, |term| matches!(term, "+all" | "all")) => say(
            hits,
            Severity::Error,
            words!(
                "the SPF record of {domain} lets everybody send",
                "l'enregistrement SPF de {domain} laisse tout le monde envoyer"
            ),
            publish(),
        ),
        [one] if !has_term(one, |term| matches!(term, "-all" | "~all" | "?all") || term.starts_with("redirect=")) => {
            say(
                hits,
                Severity::Warning,
                words!(
                    "the SPF record of {domain} does not say what others are",
                    "l'enregistrement SPF de {domain} ne dit pas ce que sont les autres"
                ),
                publish(),
            );
        }
        [_] => {
            say(
                hits,
                Severity::Info,
                words!("SPF of {domain} is there", "le SPF de {domain} est là"),
                Words::default(),
            );
        }
        more => {
            let n = more.len();
            say(
                hits,
                Severity::Error,
                words!(
                    "{domain} has {n} SPF records, which is none (RFC 7208 4.5)",
                    "{domain} a {n} enregistrements SPF, ce qui équivaut à aucun (RFC 7208 4.5)"
                ),
                publish(),
            );
        }
    }
}

/// Whether an SPF record has such a term; terms are of either case (RFC 7208 4.6.1), and the name of a host that is
/// included is none.
fn has_term(record: &str, is: impl Fn(&str) -> bool) -> bool {
    record.split_whitespace().any(|term| is(&term.to_ascii_lowercase()))
}

fn dkim(setup: &Setup, hits: &mut Vec<Hit>) {
    let domain = &setup.domain;
    let Some((selector, record)) = &setup.dkim else {
        return say(
            hits,
            Severity::Warning,
            words!(
                "no DKIM selector is known: if the relay signs, nobody here can verify its key",
                "aucun sélecteur DKIM n'est connu : si le relais signe, personne ici ne peut vérifier sa clé"
            ),
            words!(
                "ask for the selector, and write it as check.dkim_selector",
                "demandez le sélecteur, et inscrivez-le dans check.dkim_selector"
            ),
        );
    };
    let name = format!("{selector}._domainkey.{domain}");
    let found = match record {
        Record::Found(texts) => texts.iter().find(|text| text.contains("p=")),
        Record::Absent => None,
        Record::Unknown(_) => {
            versioned(record, "v=DKIM1", "DKIM", domain, hits);
            return;
        }
    };
    let tag = |text: &str, tag: &str| {
        let part = text.split(';').find_map(|part| part.trim().strip_prefix(tag).map(str::trim).map(str::to_owned));
        part.map(|value| value.split_whitespace().collect::<String>())
    };
    let publish = || {
        words!(
            "ask who keeps the domain to publish the key at {name}",
            "demandez à qui tient le domaine de publier la clé à {name}"
        )
    };
    let Some(text) = found else {
        return say(
            hits,
            Severity::Error,
            words!("no DKIM key stands at {name}", "aucune clé DKIM ne se trouve à {name}"),
            publish(),
        );
    };
    let key = tag(text, "p=").unwrap_or_default();
    let is_ed25519 = tag(text, "k=").is_some_and(|kind| kind.eq_ignore_ascii_case("ed25519"));
    if key.is_empty() {
        say(
            hits,
            Severity::Error,
            words!("the DKIM key at {name} was withdrawn", "la clé DKIM à {name} a été révoquée"),
            publish(),
        );
    } else if !is_ed25519 && key.len() < RSA_CHARS_MIN {
        say(
            hits,
            Severity::Warning,
            words!("the DKIM key at {name} has fewer than 2,048 bits", "la clé DKIM à {name} a moins de 2 048 bits"),
            publish(),
        );
    } else {
        say(
            hits,
            Severity::Info,
            words!("DKIM key at {name} is there", "la clé DKIM à {name} est là"),
            Words::default(),
        );
    }
}

fn dmarc(setup: &Setup, hits: &mut Vec<Hit>) {
    let domain = &setup.domain;
    let Some(found) = versioned(&setup.dmarc, "v=DMARC1", "DMARC", domain, hits) else { return };
    let publish = || {
        words!(
            "ask who keeps the domain to publish a TXT record at _dmarc.{domain}: v=DMARC1; p=quarantine or reject; rua=…",
            "demandez à qui tient le domaine de publier un enregistrement TXT à _dmarc.{domain} : v=DMARC1; p=quarantine ou reject; rua=…"
        )
    };
    let Some(record) = found.first().filter(|_| found.len() == 1) else {
        let n = found.len();
        let words = if n == 0 {
            words!("{domain} has no DMARC record", "{domain} n'a pas d'enregistrement DMARC")
        } else {
            words!(
                "{domain} has {n} DMARC records, which is none",
                "{domain} a {n} enregistrements DMARC, ce qui équivaut à aucun"
            )
        };
        return say(hits, Severity::Error, words, publish());
    };
    let tag = |name: &str| {
        record
            .split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim().to_ascii_lowercase())
    };
    match tag("p").as_deref() {
        Some("quarantine" | "reject") => {
            say(
                hits,
                Severity::Info,
                words!("DMARC of {domain} is there", "le DMARC de {domain} est là"),
                Words::default(),
            );
        }
        Some("none") => say(
            hits,
            Severity::Warning,
            words!(
                "DMARC of {domain} says p=none: forged mail in its name is let through",
                "le DMARC de {domain} dit p=none : de faux messages en son nom passent"
            ),
            publish(),
        ),
        _ => say(
            hits,
            Severity::Error,
            words!("DMARC of {domain} has no policy", "le DMARC de {domain} n'a pas de politique"),
            publish(),
        ),
    }
    alignment(setup, tag("aspf").as_deref() == Some("s"), hits);
}

/// Whether SPF speaks for the sender's domain (RFC 7489 3.1.2).
fn alignment(setup: &Setup, is_strict: bool, hits: &mut Vec<Hit>) {
    let domain = &setup.domain;
    let is_aligned = if is_strict {
        setup.domain == setup.bounce_domain
    } else {
        super::organizational(&setup.domain) == super::organizational(&setup.bounce_domain)
    };
    if !is_aligned {
        let bounce = &setup.bounce_domain;
        say(
            hits,
            Severity::Warning,
            words!(
                "SPF does not align: bounces return to {bounce}, mail is from {domain}",
                "SPF n'est pas aligné : les retours vont à {bounce}, le message vient de {domain}"
            ),
            words!(
                "put sender.bounce on the domain of sender.from, or rely on DKIM alone",
                "placez sender.bounce dans le domaine de sender.from, ou ne comptez que sur DKIM"
            ),
        );
    }
}

/// The relay: whether it answers, protects what is said to it and lets us in.
pub(crate) fn relay(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let Some(setup) = &proof.evidence.setup else { return };
    others(proof, "SND-10", hits);
    if setup.relays.is_empty() {
        return say(
            hits,
            Severity::Info,
            words!(
                "no relay is named: copies go to the outbox",
                "aucun relais n'est nommé : les copies vont dans la boîte d'envoi"
            ),
            words!("set CCO_NEWS_SMTP_URL to send", "définissez CCO_NEWS_SMTP_URL pour envoyer"),
        );
    }
    for relay in &setup.relays {
        one_relay(relay, hits);
    }
}

fn one_relay(relay: &Relay, hits: &mut Vec<Hit>) {
    let Relay { shown, fault, is_encrypted, is_loopback, auth, is_signed_in, size, pipelining, smtputf8 } = relay;
    if let Some(Words { en, fr }) = fault {
        return say(
            hits,
            Severity::Error,
            words!("{shown}: {en}", "{shown} : {fr}"),
            words!(
                "look at CCO_NEWS_SMTP_URL and [delivery], and ask who keeps the relay",
                "voyez CCO_NEWS_SMTP_URL et [delivery], et demandez à qui tient le relais"
            ),
        );
    }
    if !is_encrypted && !is_loopback {
        say(
            hits,
            Severity::Warning,
            words!("{shown} is spoken to in the clear", "on parle en clair à {shown}"),
            words!(
                "set tls = \"required\" in [delivery] as soon as the relay has it",
                "mettez tls = \"required\" dans [delivery] dès que le relais le permet"
            ),
        );
    }
    let yes = |is: &bool| if *is { ("yes", "oui") } else { ("no", "non") };
    let ((tls, tls_fr), (signed, signed_fr), (pipe, pipe_fr), (utf8, utf8_fr)) =
        (yes(is_encrypted), yes(is_signed_in), yes(pipelining), yes(smtputf8));
    let auth = if auth.is_empty() { "-".to_owned() } else { auth.join(" ") };
    say(
        hits,
        Severity::Info,
        words!(
            "{shown} answers: TLS {tls}, AUTH {auth} (signed in: {signed}), SIZE {size}, PIPELINING {pipe}, SMTPUTF8 {utf8}",
            "{shown} répond : TLS {tls_fr}, AUTH {auth} (authentifié : {signed_fr}), SIZE {size}, PIPELINING {pipe_fr}, SMTPUTF8 {utf8_fr}"
        ),
        Words::default(),
    );
}

/// CLI-01: what is above the relay's SIZE is refused, whatever else is right with it.
pub(crate) fn largest(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    // Any of several may get any copy: the one that takes least decides.
    let relays = proof.evidence.setup.iter().flat_map(|setup| &setup.relays);
    let Some(size) = relays.map(|relay| relay.size).filter(|size| *size > 0).min() else { return };
    for (edition, copies) in &proof.evidence.copies {
        let bytes = copies[0].len() as u64;
        if bytes > size {
            let hit = proof.on_edition(
                edition.as_str(),
                words!(
                    "a message of {bytes} bytes is above the relay's SIZE of {size}: it would be refused",
                    "un message de {bytes} octets dépasse la taille SIZE du relais, {size} : il serait refusé"
                ),
                words!(
                    "pick fewer stories or smaller pictures",
                    "choisissez moins d'articles ou de plus petites images"
                ),
            );
            hits.push(hit.weighing(Severity::Error));
        }
    }
}

/// What was asked that no rule of the list is about: ledger, backups, clock, mailbox.
pub(crate) fn around(evidence: &crate::check::Evidence) -> Vec<Finding> {
    let asked = evidence.setup.iter().flat_map(|setup| &setup.asked).filter(|asked| asked.rule == SETUP);
    let finding = |asked: &crate::check::Asked| Finding {
        rule: SETUP.to_owned(),
        severity: asked.severity,
        language: None,
        place: Place::File { file: FILE.to_owned(), line: 0, column: 0 },
        excerpt: String::new(),
        message: asked.message.clone(),
        hint: asked.hint.clone(),
        waived: None,
    };
    asked.map(finding).collect()
}

/// Whatever else was asked and is not the relay's nor the domain's.
pub(crate) fn others(proof: &Proof<'_>, rule: &str, hits: &mut Vec<Hit>) {
    let Some(setup) = &proof.evidence.setup else { return };
    for asked in setup.asked.iter().filter(|asked| asked.rule == rule) {
        say(hits, asked.severity, asked.message.clone(), asked.hint.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sample::clean;

    const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn found(texts: &[&str]) -> Record {
        Record::Found(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn right() -> Setup {
        Setup {
            domain: "news.example.ca".into(),
            bounce_domain: "bounce.example.ca".into(),
            spf: found(&["other=1", "v=spf1 include:_spf.allmail.example -all"]),
            dkim: Some(("cco".into(), found(&[KEY]))),
            dmarc: found(&["v=DMARC1; p=reject; rua=mailto:dmarc@example.ca"]),
            ..Setup::default()
        }
    }

    /// The heaviest thing said of the records.
    fn verdict(change: impl FnOnce(&mut Setup)) -> (Severity, String) {
        let mut sample = clean();
        let mut setup = right();
        change(&mut setup);
        sample.evidence.setup = Some(setup);
        let proof = Proof::new(&sample.issue, &[], &sample.newsletter, &sample.evidence);
        let mut hits = Vec::new();
        records(&proof, &mut hits);
        let worst = hits.into_iter().min_by_key(|hit| hit.severity).unwrap();
        (worst.severity.unwrap(), worst.message.en)
    }

    fn assert_verdict(severity: Severity, part: &str, change: impl FnOnce(&mut Setup)) {
        let (said, message) = verdict(change);
        assert!(said == severity && message.contains(part), "{said:?}: {message}, not {severity:?}: {part}");
    }

    #[test]
    fn what_no_rule_asks_for_stands_under_none_and_a_size_that_is_refused_is_an_error() {
        let mut sample = clean();
        let told = |rule| crate::check::Asked {
            rule,
            severity: Severity::Warning,
            message: words!("old", "vieux"),
            hint: Words::default(),
        };
        let relays = [0, 10, 50].map(|size| Relay { size, is_loopback: true, ..Relay::default() }).to_vec();
        sample.evidence.setup = Some(Setup { asked: vec![told(SETUP), told("SND-03")], relays, ..right() });
        let copies = [b"0123456789ab".to_vec(), b"0123456789ab".to_vec()];
        sample.evidence.copies = vec![(crate::model::EditionId::both(), copies)];
        let found = sample.findings();
        let of = |rule: &str, severity| found.iter().filter(|it| it.rule == rule && it.severity == severity).count();
        assert_eq!((of(SETUP, Severity::Warning), of("SND-03", Severity::Warning)), (1, 1));
        assert_eq!((of("SND-10", Severity::Warning), of("CLI-01", Severity::Error)), (0, 1));
        sample.evidence.setup.as_mut().unwrap().relays[1].size = 12;
        assert!(!sample.findings().iter().any(|it| it.rule == "CLI-01"));
    }

    #[test]
    fn right_records_block_nothing() {
        assert_verdict(Severity::Info, "is there", |_| {});
        assert_verdict(Severity::Info, "is there", |it| it.spf = found(&["V=SPF1 ip4:192.0.2.1 ~ALL"]));
        assert_verdict(Severity::Info, "is there", |it| it.spf = found(&["v=spf1 redirect=_spf.example.ca"]));
        assert_verdict(Severity::Info, "is there", |it| it.dmarc = found(&["v=DMARC1; p=quarantine"]));
    }

    #[test]
    fn an_spf_record_is_one_and_says_who_may_not_send() {
        assert_verdict(Severity::Error, "no SPF record", |it| it.spf = Record::Absent);
        assert_verdict(Severity::Error, "no SPF record", |it| it.spf = found(&["google-site-verification=x"]));
        assert_verdict(Severity::Error, "2 SPF records", |it| it.spf = found(&["v=spf1 -all", "v=spf1 mx -all"]));
        assert_verdict(Severity::Error, "lets everybody", |it| it.spf = found(&["v=spf1 mx +all"]));
        assert_verdict(Severity::Warning, "what others are", |it| {
            it.spf = found(&["v=spf1 include:_spf.allmail.example"]);
        });
        let silent = || Record::Unknown(words!("no answer", "pas de réponse"));
        assert_verdict(Severity::Info, "", |it| it.spf = silent());
        assert_verdict(Severity::Info, "", |it| it.dkim = Some(("cco".into(), silent())));
    }

    #[test]
    fn a_signing_key_is_there_whole_and_long() {
        assert_verdict(Severity::Warning, "no DKIM selector", |it| it.dkim = None);
        let key = |record| move |it: &mut Setup| it.dkim = Some(("cco".into(), record));
        assert_verdict(Severity::Error, "cco._domainkey.news.example.ca", key(Record::Absent));
        assert_verdict(Severity::Error, "withdrawn", key(found(&["v=DKIM1; p="])));
        assert_verdict(
            Severity::Warning,
            "2,048 bits",
            key(found(&["v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"])),
        );
    }

    #[test]
    fn dmarc_has_a_policy_and_is_aligned() {
        assert_verdict(Severity::Error, "no DMARC record", |it| it.dmarc = Record::Absent);
        assert_verdict(Severity::Error, "2 DMARC records", |it| {
            it.dmarc = found(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]);
        });
        assert_verdict(Severity::Error, "no policy", |it| it.dmarc = found(&["v=DMARC1; rua=mailto:a@example.ca"]));
        assert_verdict(Severity::Warning, "p=none", |it| it.dmarc = found(&["v=DMARC1;p=none"]));
        assert_verdict(Severity::Warning, "not align", |it| it.bounce_domain = "mailer.example".into());
        assert_verdict(Severity::Warning, "not align", |it| {
            it.dmarc = found(&["v=DMARC1; p=reject; aspf=s"]);
        });
    }
}
