//! Approvals as the office lives them: asked for and answered by mail, by people who may, under exactly these bytes.

use std::fs;
use std::process::{Command, Stdio};

use crate::office::{ISSUE, Office, Said};

const APPROVERS: &str = r#"
[[approver]]
name = "Camille Roy"
email = "camille.roy@example.ca"
languages = ["en"]

[[approver]]
name = "Dominique Côté"
email = "dominique@example.ca"
languages = ["fr"]

[[approver]]
name = "Sam Standin"
email = "sam@example.ca"
delegate = true
"#;

/// An office with approvers, and other lines in its `[policy]`.
fn office(policy: &str) -> Office {
    let office = Office::with_two_stories();
    let text = office.read("newsletter.toml").replacen("approvals = 1", &format!("approvals = 1\n{policy}"), 1);
    office.write("newsletter.toml", &format!("{text}{APPROVERS}"));
    compose(&office);
    office
}

/// Words of one language change, and an editor says that the other still means the same.
fn reword(office: &Office, before: &str, after: &str) {
    office.edit("stories/learning-day.md", before, after);
    office.run(&["translate", "keep", "file-learning-day", "--by", "An Editor"]).is(0);
}

/// Composes; two stories make a preheader that is a little short, which wants a look.
fn compose(office: &Office) {
    let said = office.run(&["compose", ISSUE, "--offline"]);
    assert!(matches!(said.code, 0 | 3), "{}", said.text);
}

/// The last request to somebody in the outbox that is not among these.
fn request(office: &Office, to: &str, but: &[String]) -> String {
    let is_it = |text: &&String| text.starts_with(&format!("To: <{to}>\r\n")) && !but.contains(text);
    office.outbox().iter().find(is_it).cloned().unwrap_or_default()
}

fn message_id(request: &str) -> String {
    request.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned()
}

/// A reply as a mail program saves it.
fn reply(office: &Office, request: &str, from: &str, words: &str) {
    let subject = "Subject: Re: request\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8";
    let id = message_id(request);
    let quoted = "On Wed, Dec 2, 2026, CCO News wrote:\r\n> begin your answer with the word Approved";
    office.write(
        "reply.eml",
        &format!("From: Somebody <{from}>\r\n{subject}\r\nIn-Reply-To: {id}\r\n\r\n{words}\r\n\r\n{quoted}\r\n"),
    );
}

fn take(office: &Office) -> Said {
    office.run(&["approve", "--reply", "reply.eml"])
}

/// Asks everybody, and everybody answers.
fn approved_by_mail(office: &Office) -> Vec<String> {
    office.run(&["approve", "--request"]).is(0);
    for (to, words) in [("camille.roy@example.ca", "Approved"), ("dominique@example.ca", "Approuvé.")] {
        reply(office, &request(office, to, &[]), to, words);
        take(office).is(0).says(&["approved: "]);
    }
    office.outbox()
}

#[test]
fn a_typo_mended_on_the_sending_day_is_asked_about_in_one_line_and_approved_by_a_reply() {
    let office = office("");
    let before = approved_by_mail(&office);
    assert_eq!(before.len(), 2, "a delegate is not asked for a whole issue");
    assert!(before.iter().all(|text| text.contains("Reply-To: <leave-quitter@cco-bcc.example>")));
    office.run(&["status"]).is(0).says(&["en ", "approved by Camille Roy", "fr ", "approved by Dominique Côté"]);

    reword(&office, "more coffee", "more tea");
    office.run(&["send", ISSUE, "--yes"]).is(4);
    compose(&office);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["not approved as it is now: en (1", "--request"]);
    let said = office.run(&["approve", "--request"]).is(0);
    said.says(&["asked: en, Camille Roy", "asked: en, Sam Standin", "“coffee” became “tea”"]);
    let after = request(&office, "camille.roy@example.ca", &before);
    let text = after.replace("=\r\n", "").replace("=E2=80=9C", "“").replace("=E2=80=9D", "”");
    assert!(text.contains("[DRAFT]") && text.contains("- “coffee” became “tea”\r\n"), "{text}");
    assert!(request(&office, "dominique@example.ca", &before).is_empty(), "French stays approved");
    office.run(&["status"]).says(&["awaited: en, Camille Roy, since 2026-12-02 09:00", "approved by Dominique Côté"]);

    // Asking again asks nobody again.
    office.run(&["approve", "--request"]).is(0).says(&["awaited: en, Camille Roy"]);
    assert_eq!(office.outbox().len(), 4);

    reply(&office, &after, "camille.roy@example.ca", "Approved");
    take(&office).is(0).says(&["approved: en", "by Camille Roy", "send 2026-12"]);
    take(&office).is(0).says(&["already approved"]);
    office.run(&["send", ISSUE, "--yes"]).is(0).says(&["complete"]);
    assert_eq!(office.outbox().len(), 4 + 6);
    take(&office).is(4).says(&["has begun to leave"]);
}

#[test]
fn what_changed_alike_in_both_languages_is_said_once_as_such() {
    let office = office("");
    approved_by_mail(&office);
    let story = "stories/learning-day.md";
    let text = office.read(story);
    office.write(
        story,
        &text.replace("22, 2027", "25, 2027").replace("22\u{a0}janvier", "25\u{a0}janvier").replace("01-22", "01-25"),
    );
    compose(&office);
    let said = office.run(&["approve", "--request"]).is(0);
    said.says(&[
        "asked: en, Camille Roy\n  “Friday, January 22” became “Monday, January 25”, both languages\nasked",
        "asked: fr, Dominique Côté\n  “vendredi 22 janvier” became “lundi 25 janvier”, both languages\nasked",
    ]);
}

#[test]
fn a_reply_that_is_no_approval_is_named_and_counts_for_nothing() {
    let office = office("");
    office.run(&["approve", "--request"]).is(0);
    let asked = request(&office, "camille.roy@example.ca", &[]);
    for (from, words, expected) in [
        (
            "camille.roy@example.ca",
            "Not approved, the date is wrong.",
            "is no approval, which begins with the word “Approved”: “Not approved",
        ),
        ("camille.roy@example.ca", "Approved, but mend the date", "may ask for something"),
        ("mallory@example.ca", "Approved", "does not come from Camille Roy"),
    ] {
        reply(&office, &asked, from, words);
        take(&office).is(4).says(&[expected]);
    }
    reply(&office, &asked, "camille.roy@example.ca", "Approved");
    let automatic = office.read("reply.eml").replacen("Subject:", "Auto-Submitted: auto-replied\r\nSubject:", 1);
    office.write("reply.eml", &automatic);
    take(&office).is(4).says(&["a program answered for Camille Roy"]);
    let other = office.read("reply.eml").replace("approve.2026-12.en.", "approve.2026-12.fr.");
    office.write("reply.eml", &other);
    take(&office).is(4).says(&["answers no request"]);
    office.run(&["approve", "--reply", "nowhere.eml"]).is(1).says(&["could not read the reply", "nowhere.eml"]);
    assert!(!office.path().join("issues/2026-12/approvals/en.json").exists());
}

#[test]
fn a_reply_to_an_earlier_edition_does_not_approve_the_new_one() {
    let office = office("");
    office.run(&["approve", "--request"]).is(0);
    let asked = request(&office, "camille.roy@example.ca", &[]);
    reword(&office, "more coffee", "more tea");
    compose(&office);
    reply(&office, &asked, "camille.roy@example.ca", "Approved");
    take(&office).is(4).says(&["has changed since", "--request"]);
}

#[test]
fn one_byte_of_an_approval_or_of_its_mail_is_named() {
    for file in ["en.json", "replies"] {
        let office = office("");
        approved_by_mail(&office);
        let folder = office.path().join("issues/2026-12/approvals");
        let path = if file == "replies" {
            fs::read_dir(folder.join(file)).unwrap().next().unwrap().unwrap().path()
        } else {
            folder.join(file)
        };
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen('C', "K", 1)).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        office.run(&["send", ISSUE, "--yes"]).is(4).says(&[&name, "not approved as it is now: ", "--request"]);
    }
}

#[test]
fn a_damaged_approval_is_told_everywhere_and_asked_for_again() {
    let file = "issues/2026-12/approvals/fr.json";
    for damage in [|text: &str| text.replacen("Dominique", "Dominiqua", 1), |text: &str| text.replacen('[', "(", 1)] {
        let office = office("");
        let asked = request(&office, "dominique@example.ca", &approved_by_mail(&office)[..0]);
        office.write(file, &damage(&office.read(file)));
        office.run(&["status"]).is(0).says(&[file, "fr 106fa9c29758: not approved", "approve 2026-12 --request"]);
        office.run(&["send", ISSUE, "--yes", "--lang", "fr"]).is(4).says(&[file, "il en faut encore 1"]);
        // Whoever is needed is asked once more, once, and their answer counts again.
        office.run(&["approve", "--request"]).is(0).says(&[file, "asked: fr, Dominique Côté", "awaited: fr"]);
        let again = office.run(&["approve", "--request"]).is(0).text;
        assert!(!again.contains("asked: ") && !again.contains(file), "{again}");
        reply(&office, &asked, "dominique@example.ca", "Approuvé");
        take(&office).is(0).says(&["approved: fr"]);
        office.run(&["send", ISSUE, "--yes"]).is(0);
    }
}

#[test]
fn an_approval_that_was_touched_holds_the_issue_even_where_others_are_enough() {
    let office = Office::quick();
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "Another"]).is(0);
    office.edit("issues/2026-12/approvals/en.json", "Another", "Anothor");
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["approvals/en.json", "Anothor", "--withdraw"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "Anothor", "--withdraw"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(0);
}

#[test]
fn a_request_is_a_letter_and_an_absence_is_told() {
    let office = office("");
    office.run(&["approve", "--request"]).is(0);
    let asked = request(&office, "camille.roy@example.ca", &[]);
    let head = asked.split("\r\n\r\n").next().unwrap();
    for name in ["List-", "Precedence", "X-Auto-Response-Suppress"] {
        assert!(!head.contains(name), "{head}");
    }
    reply(&office, &asked, "camille.roy@example.ca", "Away until January; ask Sam.");
    let away = office.read("reply.eml").replacen("Subject: Re:", "Subject: Automatic reply:", 1);
    office.write("reply.eml", &away);
    take(&office).is(4).says(&["a program answered for Camille Roy", "Away until January; ask Sam."]);
}

#[test]
fn as_many_approve_as_the_office_asks_and_too_few_is_said_when_asking() {
    let office = office("");
    office.edit("newsletter.toml", "approvals = 1", "approvals = 2");
    compose(&office);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "camille ROY"]).is(0).says(&["by Camille Roy"]);
    office.run(&["status"]).says(&["approved by Camille Roy, 1 more needed"]);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["en (1 more needed), fr (2 more needed)"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "Sam Standin"]).is(0).says(&["as a delegate"]);
    office.edit("newsletter.toml", "approvals = 2", "approvals = 3");
    compose(&office);
    let said = office.run(&["approve", "--request"]).is(4);
    said.says(&["`fr` cannot be approved", "needed 3, people who may give one: Dominique Côté, Sam Standin"]);
}

#[test]
fn only_who_may_approves_and_nobody_what_they_made() {
    let office = office("authors_approve = false\neditors = [\"Camille Roy\"]");
    let by = |name: &str| office.run(&["approve", ISSUE, "--edition", "en", "--by", name]);
    by("A Stranger").is(4).says(&["Camille Roy, Sam Standin", "not A Stranger"]);
    by("camille roy").is(4).says(&["makes the issue"]);
    by("Sam Standin").is(4).says(&["nobody has approved this edition yet"]);
    // Nobody but a delegate is left for English, which is said at once.
    office.run(&["approve", "--request"]).is(4).says(&[
        "`en` cannot be approved",
        "give one: Sam Standin",
        "asked: fr",
    ]);
    assert!(request(&office, "camille.roy@example.ca", &[]).is_empty());
}

#[test]
fn a_delegate_approves_a_small_change_or_a_dropped_story_and_no_more() {
    let office = office("delegate_words = 2");
    approved_by_mail(&office);
    let sam = |edition: &str| office.run(&["approve", ISSUE, "--edition", edition, "--by", "Sam Standin"]);
    reword(&office, "more coffee", "more tea");
    compose(&office);
    sam("en").is(0).says(&["as a delegate", "send 2026-12"]);
    reword(&office, "more tea", "a great deal less tea, and none");
    compose(&office);
    sam("en").is(4).says(&["words changed since the last full approval: 7"]);
    reword(&office, "a great deal less tea, and none", "more coffee");
    office.edit("issues/2026-12/issue.toml", "  \"file-mentoring\",", "  #");
    compose(&office);
    sam("en").is(0);
    sam("fr").is(0);
    office.run(&["send", ISSUE, "--yes"]).is(0);
}

#[test]
fn a_mailed_reply_is_not_enough_where_the_office_says_so() {
    let office = office("mailed_reply = false");
    office.run(&["approve", "--request"]).is(0);
    reply(&office, &request(&office, "camille.roy@example.ca", &[]), "camille.roy@example.ca", "Approved");
    take(&office).is(4).says(&["does not count yet"]);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["not approved as it is now: en, fr"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "Camille Roy"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["not approved as it is now: fr"]);
}

#[test]
fn an_approval_can_be_taken_back_until_the_issue_leaves() {
    let office = office("");
    approved_by_mail(&office);
    let back = ["approve", ISSUE, "--edition", "fr", "--by", "Dominique Côté", "--withdraw"];
    office.run(&back).is(0).says(&["withdrawn"]);
    office.run(&back).is(1).says(&["has not approved"]);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["now: fr"]);
    office.run(&["approve", ISSUE, "--edition", "fr", "--by", "Dominique Côté"]).is(0);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&back).is(4).says(&["its approvals stand"]);
}

#[test]
fn a_waiver_after_the_approval_asks_again_and_is_shown() {
    let office = office("");
    let before = approved_by_mail(&office);
    office.run(&["waive", "cli5", "--why", "the minister says so", "--by", "Sam"]).is(0);
    compose(&office);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["now: en, fr"]);
    office.run(&["approve", "--request"]).is(0).says(&["a new waiver: CLI-05: the minister says so"]);
    let asked = request(&office, "camille.roy@example.ca", &before).replace("=\r\n", "");
    assert!(asked.matches("the minister says so").count() >= 2, "{asked}");
}

#[test]
fn a_waiver_of_nothing_is_told_at_once_and_where_it_stands_later() {
    let office = office("");
    let waive = |rule: &str| office.run(&["waive", rule, "file-mentoring", "--why", "so be it", "--by", "Sam"]);
    waive("STY-09").is(3).says(&["found nothing of STY-09 in `file-mentoring`"]);
    waive("STY-09").is(3);
    let toml = office.read("issues/2026-12/issue.toml");
    assert_eq!(toml.matches("[[waiver]]").count(), 1, "given again, it takes the place of the first");
    compose(&office);
    let line = toml.lines().position(|line| line == "[[waiver]]").unwrap() + 1;
    let place = format!("issue.toml:{line}  the waiver of STY-09 for `file-mentoring` matches nothing");
    office.run(&["check", ISSUE]).is(3).says(&[&place]);
}

#[test]
fn an_approval_recorded_and_an_approval_on_file_must_agree() {
    let office = office("");
    approved_by_mail(&office);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    fs::remove_file(office.path().join("issues/2026-12/approvals/fr.json")).unwrap();
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["approvals/fr.json", "Dominique Côté"]);
}

#[test]
fn a_signature_is_made_and_checked_by_ssh_keygen() {
    let is_there = Command::new("ssh-keygen").arg("-V").stderr(Stdio::null()).stdin(Stdio::null()).status();
    if is_there.is_err() {
        eprintln!("skipped: no ssh-keygen");
        return;
    }
    let office = office("signed_only = true\nallowed_signers = \"signers\"");
    let key = |name: &str| {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
            .arg(office.path().join(name))
            .status();
        assert!(made.unwrap().success());
        office.read(&format!("{name}.pub"))
    };
    let (camille, dominique, _) = (key("camille"), key("dominique"), key("mallory"));
    office.write("signers", &format!("camille.roy@example.ca {camille}dominique@example.ca {dominique}"));
    let approve = |edition: &str, by: &str, key: &str| {
        office.run(&["approve", ISSUE, "--edition", edition, "--by", by, "--sign", key])
    };
    approve("en", "Camille Roy", "mallory").is(1).says(&["signature of Camille Roy does not fit"]);
    office.run(&["approve", ISSUE, "--edition", "en", "--by", "Camille Roy"]).is(0).says(&["asks for a signature"]);
    approve("en", "Camille Roy", "camille").is(0);
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["now: fr"]);
    approve("fr", "Dominique Côté", "dominique").is(0);
    // A key that is taken off the list no longer signs.
    office.write("signers", &format!("camille.roy@example.ca {camille}"));
    office.run(&["send", ISSUE, "--yes"]).is(4).says(&["approvals/fr.json", "the signature of Dominique Côté"]);
    office.write("signers", &format!("camille.roy@example.ca {camille}dominique@example.ca {dominique}"));
    office.run(&["send", ISSUE, "--yes"]).is(0);
}

#[test]
fn what_a_person_kept_is_named_to_who_approves_the_translation() {
    let office = office("");
    reword(&office, "more coffee", "more tea");
    compose(&office);
    office.run(&["approve", "--request"]).is(0);
    let asked = |to: &str| request(&office, to, &[]).replace("=\r\n", "");
    let (english, french) = (asked("camille.roy@example.ca"), asked("dominique@example.ca"));
    assert!(french.contains("An Editor dit que le sens est"), "{french}");
    assert!(!english.contains("An Editor"), "its own words are not a translation");
    office.run(&["translate", "keep", "learning-day", "--by", "X"]).is(1).says(&["did you mean `file-learning-day`?"]);
}

#[test]
fn the_next_step_is_the_approval_that_is_lacking() {
    let office = Office::quick();
    let check = || office.run(&["check", ISSUE]);
    check().says(&["next: cco-news send 2026-12"]);
    office.run(&["approve", ISSUE, "--edition", "fr", "--by", "An Approver", "--withdraw"]).is(0);
    check().says(&["approve 2026-12 --edition fr"]);
}
