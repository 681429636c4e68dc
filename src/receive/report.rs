//! Reports for machines: delivery status notifications (RFC 3464), with the tolerance that real ones need, and
//! complaints (RFC 5965).

use super::bounce::{class_of, find_status, is_own_report, short};
use super::letter::Letter;
use super::rules::{Rules, folded};
use crate::model::{Address, BounceClass, Bounced, Notice};

/// A report on more recipients than one copy has is none of ours.
const RECIPIENTS_MAX: usize = 100;

/// The fields of one recipient.
#[derive(Default)]
struct Group<'a> {
    address: Option<Address>,
    action: &'a str,
    status: Option<String>,
    diagnostic: String,
}

/// A complaint; none when the mail is none. Providers also report the opposite, which asks for nothing.
pub(super) fn complaint(letter: &Letter) -> Option<Notice> {
    let feedback = letter.feedback.as_deref().filter(|_| is_own_report(letter))?;
    let fields = fields(feedback);
    let kind = fields.iter().find(|(name, _)| name == "feedback-type").map_or("abuse", |(_, value)| value);
    if matches!(kind.to_ascii_lowercase().as_str(), "not-spam" | "dmarc" | "auth-failure") {
        return Some(Notice::Report);
    }
    let recipient_fields = ["original-rcpt-to", "removal-recipient"];
    let mut recipients = fields.iter().filter(|(name, _)| recipient_fields.contains(&name.as_str()));
    let reader = recipients.find_map(|(_, value)| address(value));
    Some(Notice::Complaint(reader.or_else(|| letter.original_header("to").and_then(address))))
}

/// What a delivery status notification says; none when the mail holds none.
pub(super) fn delivery(letter: &Letter, rules: &Rules) -> Option<Notice> {
    if !is_own_report(letter) {
        return None;
    }
    let inline = letter.text.contains("inal-Recipient:").then_some(&letter.text);
    let sources = if letter.statuses.is_empty() {
        inline.into_iter().collect()
    } else {
        letter.statuses.iter().collect::<Vec<_>>()
    };
    let texts: Vec<(String, String)> = sources.iter().flat_map(|text| fields(text)).collect();
    let groups = groups(&texts);
    if groups.is_empty() {
        return None;
    }
    let said = folded(&letter.text);
    let bounced: Vec<Bounced> = groups.into_iter().filter_map(|group| bounced(group, &said, letter, rules)).collect();
    Some(if bounced.is_empty() { Notice::Report } else { Notice::Bounce(bounced) })
}

/// Every field, names in lower case; an empty name separates blocks. Continued lines are joined.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            fields.push((String::new(), String::new()));
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut().filter(|(name, _)| !name.is_empty()) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

/// A group is what stands between two empty lines, or begins with a second `Final-Recipient`: some servers forget the
/// empty line.
fn groups(fields: &[(String, String)]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut group = Group::default();
    let mut has_recipient = false;
    let mut has_final = false;
    for (name, value) in fields {
        let is_recipient = matches!(name.as_str(), "final-recipient" | "original-recipient" | "x-actual-recipient");
        if name.is_empty() || (name == "final-recipient" && has_final) {
            if has_recipient {
                groups.push(std::mem::take(&mut group));
            }
            (group, has_recipient, has_final) = (Group::default(), false, false);
        }
        match name.as_str() {
            // What the sender wrote leads back to the list; where it was forwarded to does not.
            "original-recipient" => group.address = address(value).or(group.address),
            "final-recipient" => {
                group.address = group.address.or_else(|| address(value));
                has_final = true;
            }
            "x-actual-recipient" => group.address = group.address.or_else(|| address(value)),
            "action" => group.action = value,
            "status" => group.status = find_status(value),
            "diagnostic-code" => value.clone_into(&mut group.diagnostic),
            _ => {}
        }
        has_recipient |= is_recipient;
    }
    if has_recipient {
        groups.push(group);
    }
    groups.truncate(RECIPIENTS_MAX);
    groups
}

fn bounced(group: Group<'_>, said: &str, letter: &Letter, rules: &Rules) -> Option<Bounced> {
    let status = find_status(&group.diagnostic).filter(|status| !status.ends_with(".0.0")).or(group.status);
    let action = group.action.trim().to_ascii_lowercase();
    let action = action.split([' ', ';', '(']).next().unwrap_or("");
    let class = match action {
        "delivered" | "relayed" | "expanded" | "deliverable" => return None,
        "delayed" => BounceClass::Delayed,
        _ if rules.is_delay(said)
            && status.as_deref().is_none_or(|status| status.starts_with('4'))
            && action != "failed" =>
        {
            BounceClass::Delayed
        }
        _ => {
            let about = folded(&group.diagnostic);
            class_of(status.as_deref(), &about, rules)
                .or_else(|| class_of(status.as_deref(), said, rules))
                .unwrap_or(BounceClass::Soft)
        }
    };
    let text = if group.diagnostic.is_empty() { letter.subject.clone() } else { group.diagnostic };
    let copy_to = || letter.original_header("to").and_then(address);
    Some(Bounced { address: group.address.or_else(copy_to), class, status, text: short(&text) })
}

/// `rfc822; <a@b.ca>`, as servers write it.
pub(super) fn address(value: &str) -> Option<Address> {
    let value = value.split_once(';').map_or(value, |(_, rest)| rest);
    let word =
        value.split([' ', ',', '(']).map(trimmed).find(|word| word.contains('@')).unwrap_or_else(|| trimmed(value));
    Address::parse(word).ok()
}

/// Without what stands around an address.
pub(super) fn trimmed(word: &str) -> &str {
    let word = word.trim().trim_matches(|c: char| "<>()[]{}\"'`,;:.!?*|=«»".contains(c));
    word.strip_prefix("mailto:")
        .or_else(|| word.strip_prefix("SMTP:"))
        .or_else(|| word.strip_prefix("smtp:"))
        .unwrap_or(word)
}
