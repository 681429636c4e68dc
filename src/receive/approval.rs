//! Replies to requests for approval. A reply counts when it answers a request of ours by its Message-ID, which nobody
//! else can know, comes from the address that was asked, and begins with the word. What is in any doubt is left to a
//! person: an approval that was not meant is worse than one asked for twice.

use super::letter::Letter;
use super::written::{folded, written};
use crate::model::{ApprovalReply, Asked, Said};

/// Characters of a note that are kept.
const NOTE_CHARS_MAX: usize = 500;

/// The words with which an approval begins, without accents.
const APPROVES: [&str; 5] = ["approved", "approuve", "approuvee", "approuves", "approuvees"];

/// Words after which it is not clear that nothing is asked for, without accents.
const CONDITIONS: [&str; 77] = [
    "but",
    "however",
    "except",
    "unless",
    "if",
    "once",
    "provided",
    "providing",
    "subject",
    "pending",
    "after",
    "until",
    "when",
    "not",
    "isn't",
    "don't",
    "cannot",
    "can't",
    "shouldn't",
    "only",
    "assuming",
    "should",
    "must",
    "need",
    "needs",
    "needed",
    "can",
    "could",
    "would",
    "please",
    "wrong",
    "incorrect",
    "instead",
    "rather",
    "minor",
    "below",
    "attached",
    "above",
    "wait",
    "hold",
    "note",
    "mais",
    "sauf",
    "si",
    "s'il",
    "reserve",
    "condition",
    "conditions",
    "cependant",
    "toutefois",
    "apres",
    "lorsque",
    "quand",
    "pourvu",
    "pas",
    "moyennant",
    "supposant",
    "devrait",
    "devraient",
    "doit",
    "doivent",
    "faut",
    "faudrait",
    "veuillez",
    "svp",
    "stp",
    "pouvez",
    "pourriez",
    "pourrais",
    "plutot",
    "lieu",
    "joint",
    "dessous",
    "seulement",
    "juste",
    "hormis",
    "excepte",
];

/// Beginnings of words that speak of a change to be made.
const CHANGES: [&str; 48] = [
    "add",
    "adjust",
    "amend",
    "chang",
    "comment",
    "concern",
    "correct",
    "delet",
    "edit",
    "erreur",
    "error",
    "faute",
    "fix",
    "insert",
    "missing",
    "mistake",
    "modif",
    "move",
    "omit",
    "problem",
    "question",
    "remov",
    "replac",
    "rephras",
    "revis",
    "reword",
    "spell",
    "suggest",
    "swap",
    "tweak",
    "typo",
    "updat",
    "ajout",
    "attend",
    "coquille",
    "corrig",
    "enlev",
    "manqu",
    "propos",
    "remarque",
    "remplac",
    "retir",
    "revoir",
    "supprim",
    "deplac",
    "inser",
    "oubli",
    "incomplet",
];

/// Before such a word there is no condition: `no change`, `sans réserve`.
const DENIES: [&str; 7] = ["no", "without", "any", "sans", "aucun", "aucune", "zero"];

/// What may follow `please` and `veuillez`: it asks for nothing but what an approval is for.
const GOES_ON: [&str; 11] = [
    "go",
    "proceed",
    "send",
    "publish",
    "continue",
    "release",
    "distribute",
    "proceder",
    "envoyer",
    "publier",
    "aller",
];

/// Words of the person above which are no longer a mere approval.
const WORDS_MAX: usize = 60;

/// What a raw mail says to one of these requests; none when it answers none of them.
pub fn read_approval(raw: &[u8], asked: &[Asked]) -> Option<ApprovalReply> {
    if asked.is_empty() {
        return None;
    }
    let answer = Letter::read(raw);
    if answer.is_head_alone {
        return None;
    }
    let ids: Vec<&str> = answer.headers("in-reply-to").flat_map(|value| value.split([' ', '<', '>'])).collect();
    let asked = asked.iter().find(|asked| ids.contains(&asked.message_id.as_str()))?;
    let lines = written(&answer.first_text);
    let said = if is_forged(&answer, asked) {
        Said::Forged
    } else if is_automatic(&answer) {
        Said::Automatic
    } else {
        said(&lines, &asked.by)
    };
    Some(ApprovalReply { asked: asked.clone(), said, note: note(&lines) })
}

/// Whether it comes from elsewhere than it was asked, or a mail server on its way says that it does. A good word of
/// such a server proves nothing, since anybody may have written it; a bad one is heeded.
fn is_forged(answer: &Letter, asked: &Asked) -> bool {
    let is_theirs = answer.only_from.as_ref().is_some_and(|from| from.key() == asked.address.key());
    let is_doubted = |results: &str| {
        let results = results.to_lowercase();
        results.contains("dmarc=fail") || results.contains("compauth=fail")
    };
    !is_theirs || answer.headers("authentication-results").any(is_doubted)
}

/// Whether a program wrote it (RFC 3834 5, and what older ones send instead).
fn is_automatic(answer: &Letter) -> bool {
    let says = |name: &str, values: &[&str]| {
        answer
            .headers(name)
            .any(|value| values.contains(&value.split(';').next().unwrap_or("").trim().to_lowercase().as_str()))
    };
    let is_submitted = answer.header("auto-submitted").is_some() && !says("auto-submitted", &["no"]);
    let is_report = answer.headers("content-type").any(|value| value.to_lowercase().starts_with("multipart/report"));
    let subject = folded(&answer.subject);
    let is_named = [
        "automatic reply",
        "auto reply",
        "autoreply",
        "out of office",
        "reponse automatique",
        "absence du bureau",
        "absent du bureau",
    ]
    .iter()
    .any(|begin| subject.starts_with(begin));
    is_submitted
        || is_report
        || is_named
        || says("precedence", &["bulk", "junk", "list", "auto_reply"])
        || says("return-path", &["<>"])
        || ["x-autoreply", "x-autorespond", "x-autoresponder"].iter().any(|name| answer.header(name).is_some())
}

fn said(lines: &[&str], by: &str) -> Said {
    let Some(first) = lines.first() else { return Said::Other };
    if !words(first).first().is_some_and(|word| APPROVES.contains(&word.as_str())) {
        return Said::Other;
    }
    let lines = unsigned(lines, by);
    let n_words: usize = lines.iter().map(|line| line.split_whitespace().count()).sum();
    let sentences = lines.iter().flat_map(|line| line.split_inclusive(['.', '!', '?', ';', '…']));
    let is_unclear = |sentence: &str| {
        // A number is another date, another hour, another amount.
        sentence.contains('?') || sentence.contains(|c: char| c.is_ascii_digit()) || is_asking(&words(sentence))
    };
    if n_words > WORDS_MAX || sentences.into_iter().any(is_unclear) { Said::Condition } else { Said::Approved }
}

/// The words of a line, without accents and marks.
fn words(line: &str) -> Vec<String> {
    let is_letter = |c: char| c.is_alphanumeric() || c == '\'';
    folded(line).split(|c| !is_letter(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The lines above the person's name; a postscript below it counts again.
fn unsigned<'a>(lines: &[&'a str], by: &str) -> Vec<&'a str> {
    let name = words(by);
    let is_name = |line: &&str| {
        let words = words(line);
        let is_whole = name.iter().all(|part| words.contains(part));
        let begins = words.first().is_some_and(|first| name.contains(first));
        begins && (words.len() == 1 || is_whole)
    };
    let signed = lines.iter().skip(1).position(is_name).map_or(lines.len(), |at| at + 1);
    let is_postscript =
        |line: &&str| ["ps", "p.s", "p. s", "p.-s", "nb", "n.b"].iter().any(|mark| folded(line).starts_with(mark));
    let below = &lines[signed..];
    let after = below.iter().position(is_postscript).map_or(&[][..], |at| &below[at..]);
    [&lines[..signed], after].concat()
}

/// Whether a sentence may ask for something.
fn is_asking(words: &[String]) -> bool {
    let thanks = words.first().is_some_and(|word| ["thanks", "thank", "merci"].contains(&word.as_str()));
    let is_change = |word: &str| {
        let bare = word.rsplit('\'').next().unwrap_or(word);
        CHANGES.iter().any(|begin| bare.starts_with(begin))
    };
    let mut is_denied = false;
    for (at, word) in words.iter().enumerate() {
        let (word, next) = (word.as_str(), words.get(at + 1).map_or("", String::as_str));
        let is_none = DENIES.contains(&word) || word == "pas" && matches!(next, "de" | "d");
        let is_linked = is_denied && matches!(word, "de" | "d" | "further" | "more" | "other" | "autre" | "autres");
        let goes_on = matches!(word, "please" | "veuillez") && GOES_ON.contains(&next);
        let is_asked = is_change(word) && !thanks || CONDITIONS.contains(&word) && !goes_on;
        if is_none || is_linked {
            is_denied = true;
        } else if is_asked && !is_denied {
            return true;
        } else if !is_asked {
            // `no changes needed`: what is denied is denied to its end.
            is_denied = false;
        }
    }
    false
}

/// What the person wrote, in one line, for the record.
fn note(lines: &[&str]) -> Option<String> {
    let text: String = lines.join(" ").chars().filter(|c| !c.is_control()).take(NOTE_CHARS_MAX).collect();
    let is_word_alone = APPROVES.contains(&folded(text.trim_end_matches(['.', '!', ' '])).as_str());
    (!text.is_empty() && !is_word_alone).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Digest, EditionId, IssueId};

    const ID: &str = "approve.2026-12.en.0123456789ab.word@example.ca";

    fn asked() -> Vec<Asked> {
        let one = |id: &str, email: &str| Asked {
            issue: IssueId::parse("2026-12").unwrap(),
            edition: EditionId::new("en"),
            digest: Digest::of(b"x"),
            by: "Camille Roy".into(),
            address: Address::parse(email).unwrap(),
            message_id: id.into(),
        };
        vec![one("other@example.ca", "other@example.ca"), one(ID, "camille.roy@example.ca")]
    }

    fn mail(headers: &str, body: &str) -> String {
        let head = "To: leave@example.ca\r\nSubject: Re: [DRAFT] CCO News\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
        let from = if headers.contains("From:") { "" } else { "From: Camille Roy <Camille.Roy@Example.ca>\r\n" };
        format!("{from}{head}{headers}In-Reply-To:\r\n <{ID}>\r\n\r\n{}", body.replace('\n', "\r\n"))
    }

    fn heard(raw: &str) -> Option<ApprovalReply> {
        let reply = read_approval(raw.as_bytes(), &asked())?;
        assert_eq!(reply.asked.by, "Camille Roy");
        Some(reply)
    }

    #[track_caller]
    fn says(body: &str, expected: Said) {
        assert_eq!(heard(&mail("", body)).unwrap().said, expected, "{body}");
    }

    #[test]
    fn a_reply_that_begins_with_the_word_is_an_approval() {
        for body in [
            "Approved",
            "APPROVED.\n\nCamille",
            "Approuvé",
            "approuve!",
            "Approuve\u{301}e, merci.",
            "**Approved**",
            "Approved, no changes. Thank you!",
            "Approuvé sans réserve.",
            "Approved – please go ahead.",
            "UNCLASSIFIED / NON CLASSIFIÉ\n\nHi Sam,\n\nApproved.\n\n-- \nCamille Roy\nNot a lawyer",
            "Approved\n\nOn Tue, Dec 8, 2026, CCO News <news@example.ca> wrote:\n> but if not\n",
            "On Tue, CCO News wrote:\n> To approve it, reply\n\nApproved\n",
            "Approved. No further changes needed.",
            "Approuvé, aucune autre correction. Merci pour les ajouts!",
            "Approuvé, pas de commentaires.",
            "Approved.\n\nCamille Roy (she/her)\nIf you need this in another format, call 613-555-0100",
            "Approved!\nCamille\nManager, Communications",
            "Approved, please proceed.\n\nThis message may contain privileged information. If it is not for you, delete it.",
        ] {
            says(body, Said::Approved);
        }
        assert_eq!(heard(&mail("", "Approved.")).unwrap().note, None);
        assert_eq!(heard(&mail("", "Approved.\nWell done")).unwrap().note.unwrap(), "Approved. Well done");
    }

    #[test]
    fn anything_else_is_not() {
        for body in [
            "Not approved",
            "Non approuvé",
            "Pas approuvé.",
            "I approve of most of it",
            "Approuver?",
            "Approval pending",
            "Yes",
            "",
            "Who has approved it?\n\nApproved",
            "Looks good\n> Approved",
            "No.\n\n-----Original Message-----\nApproved",
            "Non\n-- \nApprouvé",
        ] {
            says(body, Said::Other);
        }
    }

    #[test]
    fn an_approval_with_a_condition_is_left_to_a_person() {
        for body in [
            "Approved, but change the date",
            "Approved once the date is right",
            "Approved?",
            "Approved. Not!",
            "Approved\nFix the link first",
            "Approuvé, sauf le titre",
            "Approuvé sous réserve",
            "Approuvé si la date est bonne",
            "Approved with minor edits below:\n- Learning Day",
            "Approved, assuming the date is right",
            "Approved. One typo: teh",
            "Approved. The date is Dec. 10",
            "Approved, please use the long name",
            "Approved with the changes we spoke of",
            "Approuvé. Veuillez revoir le titre",
            "Approuvé, il faut juste une virgule",
            "Approuvé. Quelques coquilles à mon avis",
            "Approved\nCamille\nPS: the second title is wrong",
            "Approved\nAsk Camille Roy about the title before, the link is missing",
        ] {
            says(body, Said::Condition);
        }
    }

    #[test]
    fn a_program_cannot_approve() {
        for headers in [
            "Auto-Submitted: auto-replied\r\n",
            "Auto-Submitted: auto-generated (vacation); owner=x\r\n",
            "Precedence: bulk\r\n",
            "X-Autoreply: yes\r\n",
            "Return-Path: <>\r\n",
        ] {
            assert_eq!(heard(&mail(headers, "Approved")).unwrap().said, Said::Automatic, "{headers}");
        }
        let absent = mail("", "Approved")
            .replace("Subject: Re: [DRAFT] CCO News", "Subject: =?utf-8?q?R=C3=A9ponse_automatique?= : Re: x");
        assert_eq!(heard(&absent).unwrap().said, Said::Automatic);
        assert_eq!(heard(&mail("Auto-Submitted: no\r\n", "Approved")).unwrap().said, Said::Approved);
    }

    #[test]
    fn nobody_else_can_approve() {
        for headers in [
            "From: Camille Roy <camille.roy@other.example>\r\n",
            "From: \"camille.roy@example.ca\" <x@example.ca>\r\n",
            "From: camille.roy@example.ca, x@example.ca\r\n",
            "From: Camille Roy <camille.roy@example.ca>\r\nFrom: x@example.ca\r\n",
            "Authentication-Results: mx.example.ca;\r\n dmarc=fail header.from=example.ca\r\n",
        ] {
            assert_eq!(heard(&mail(headers, "Approved")).unwrap().said, Said::Forged, "{headers}");
        }
    }

    #[test]
    fn a_mail_that_answers_no_request_says_nothing() {
        let without = mail("", "Approved").replace("In-Reply-To", "References");
        assert!(read_approval(without.as_bytes(), &asked()).is_none());
        let guessed = mail("", "Approved").replace("word@", "sword@");
        assert!(read_approval(guessed.as_bytes(), &asked()).is_none());
        for noise in ["", "\r\n\r\n", "Approved", "From: \r\nIn-Reply-To: <>\r\n\r\n"] {
            assert!(read_approval(noise.as_bytes(), &asked()).is_none());
        }
        let nested = format!("{}\r\n", "Content-Type: multipart/mixed; boundary=x\r\n".repeat(400));
        assert!(read_approval(format!("In-Reply-To: <{ID}>\r\n{nested}").as_bytes(), &asked()).is_none());
    }

    #[test]
    fn the_style_sheet_of_a_reply_says_nothing() {
        let raw = mail("", "<html><head><title>RE</title><STYLE type=\"text/css\">P { margin: 0 }</STYLE></head><body><!-- <p>No</p> --><p>Approved</p><div id=\"divRplyFwdMsg\"><b>From:</b> CCO News<br><b>Sent:</b> today<br></div>but not</body></html>")
            .replace("text/plain", "text/html");
        assert_eq!(heard(&raw).unwrap().said, Said::Approved);
        let open = mail("", "<style><p>Approved</p>").replace("text/plain", "text/html");
        assert_eq!(heard(&open).unwrap().said, Said::Approved, "what nothing closes hides nothing");
    }

    #[test]
    fn a_reply_in_html_alone_is_read() {
        let raw = mail("", "<div>Approuv&eacute;.</div><br><div>Le mar. 8 déc. 2026, Nouvelles a écrit&nbsp;:</div><blockquote>mais non</blockquote>")
            .replace("text/plain", "text/html");
        assert_eq!(heard(&raw).unwrap().said, Said::Approved);
    }
}
