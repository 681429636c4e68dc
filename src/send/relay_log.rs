//! What a mail server's own log says of copies whose answer never came. It proves only that the server had a copy: one
//! that is not in the log may be in another, and stays unknown. Pure.

use std::collections::{BTreeMap, BTreeSet};

/// What a log says of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The server took responsibility for it.
    Accepted,
    /// The server turned it away.
    Refused,
}

/// Lines that are read: a busy relay's day.
const LINES_MAX: usize = 20_000_000;

/// The copies of which a log says something, by Message-ID without angle brackets. The log is one of Postfix, of Exim,
/// or a message-tracking file of Exchange (comma-separated); which one is seen by its lines.
pub fn fates(log: &str, wanted: &BTreeSet<String>) -> BTreeMap<String, Fate> {
    let is_wanted = |id: &str| wanted.get(id.trim().trim_matches(['<', '>', '"'])).cloned();
    let header = log.lines().take(20).find(|line| is_header(line));
    if let Some(header) = header {
        return exchange(log, header, &is_wanted);
    }
    let mut fates = exim(log, &is_wanted);
    fates.extend(postfix(log, &is_wanted));
    fates
}

/// Postfix writes the Message-ID once, under a queue id; that the queue manager has the id says that it was taken.
fn postfix(log: &str, is_wanted: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Fate> {
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    let mut fates = BTreeMap::new();
    for line in log.lines().take(LINES_MAX) {
        let Some((_, said)) = line.split_once("postfix").and_then(|(_, rest)| rest.split_once("]: ")) else { continue };
        let Some((queue_id, what)) = said.split_once(": ") else { continue };
        if let Some(id) = what.strip_prefix("message-id=").and_then(is_wanted) {
            ids.insert(queue_id, id);
        }
        let Some(id) = ids.get(queue_id) else { continue };
        if what.contains("(queue active)") || what.contains("status=sent") || what.contains("status=deferred") {
            fates.insert(id.clone(), Fate::Accepted);
        } else if what.starts_with("milter-reject: END-OF-MESSAGE") || what.starts_with("reject: END-OF-MESSAGE") {
            fates.entry(id.clone()).or_insert(Fate::Refused);
        }
    }
    fates
}

/// Exim writes `<=` when a message has arrived whole, with `id=`.
fn exim(log: &str, is_wanted: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Fate> {
    let arrived = log.lines().take(LINES_MAX).filter(|line| line.contains(" <= "));
    let ids = arrived.flat_map(|line| line.split(' ').filter_map(|word| word.strip_prefix("id=")).collect::<Vec<_>>());
    ids.filter_map(is_wanted).map(|id| (id, Fate::Accepted)).collect()
}

fn is_header(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.contains(',')
        && !lower.contains('=')
        && ["message-id", "message_id", "messageid", "message id"].iter().any(|name| lower.contains(name))
}

/// Exchange: `#Fields:` and columns; the events that say "had it", and the one that says "turned away".
fn exchange(log: &str, header: &str, is_wanted: &dyn Fn(&str) -> Option<String>) -> BTreeMap<String, Fate> {
    let names = header.trim_start_matches('\u{feff}').trim_start_matches("#Fields:");
    let folded = |name: &str| name.trim().trim_matches('"').to_lowercase().replace(['-', '_', ' '], "");
    let names: Vec<String> = names.split(',').map(folded).collect();
    let column = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let Some(id_at) = column(&["messageid"]) else { return BTreeMap::new() };
    let event_at = column(&["eventid", "event", "status", "deliverystatus"]);
    let body: String = log.lines().filter(|line| !line.starts_with('#') && *line != header).fold(
        String::with_capacity(log.len()),
        |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        },
    );
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut fates = BTreeMap::new();
    // A row that cannot be read says nothing.
    for row in rows.records().take(LINES_MAX).flatten() {
        let Some(id) = row.get(id_at).and_then(is_wanted) else { continue };
        let event = event_at.and_then(|at| row.get(at)).unwrap_or("").trim().to_lowercase();
        match event.as_str() {
            "receive" | "deliver" | "delivered" | "send" | "sendexternal" | "submit" | "transfer" | "expand"
            | "expanded" | "resolved" | "gettingstatus" | "pending" | "quarantined" | "filteredasspam" => {
                fates.insert(id, Fate::Accepted);
            }
            "fail" | "failed" => {
                fates.entry(id).or_insert(Fate::Refused);
            }
            _ => {}
        }
    }
    fates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, expected: &[(&str, Fate)]) {
        let wanted = ["a@example.ca", "b@example.ca", "c@example.ca"].map(str::to_owned).into();
        let expected: BTreeMap<String, Fate> = expected.iter().map(|(id, fate)| ((*id).to_owned(), *fate)).collect();
        assert_eq!(fates(log, &wanted), expected, "{log}");
    }

    #[test]
    fn a_log_of_postfix_says_what_it_queued() {
        check(
            "Dec  9 10:00:01 mx postfix/cleanup[12]: 4F1A2: message-id=<a@example.ca>\n\
             Dec  9 10:00:01 mx postfix/qmgr[9]: 4F1A2: from=<news@example.ca>, size=60000, nrcpt=1 (queue active)\n\
             Dec  9 10:00:02 mx postfix/cleanup[12]: 4F1A3: message-id=<b@example.ca>\n\
             Dec  9 10:00:03 mx postfix/smtpd[8]: lost connection after DATA from x[192.0.2.1]\n\
             Dec  9 10:00:04 mx postfix/cleanup[12]: 4F1A4: message-id=<other@example.ca>\n\
             Dec  9 10:00:04 mx postfix/qmgr[9]: 4F1A4: from=<x@example.ca>, size=1, nrcpt=1 (queue active)\n\
             Dec  9 10:00:05 mx postfix/cleanup[12]: 4F1A5: message-id=<c@example.ca>\n\
             Dec  9 10:00:05 mx postfix/cleanup[12]: 4F1A5: milter-reject: END-OF-MESSAGE from x: 5.7.1 spam\n",
            &[("a@example.ca", Fate::Accepted), ("c@example.ca", Fate::Refused)],
        );
    }

    #[test]
    fn a_log_of_exim_says_what_arrived() {
        check(
            "2026-12-09 10:00:01 1rAbC-0001 <= news@example.ca H=x P=esmtps S=60000 id=a@example.ca\n\
             2026-12-09 10:00:02 1rAbC-0001 => reader@example.ca R=dnslookup\n\
             2026-12-09 10:00:03 H=x rejected after DATA: id=b@example.ca\n",
            &[("a@example.ca", Fate::Accepted)],
        );
    }

    #[test]
    fn a_tracking_file_of_exchange_says_what_it_received() {
        check(
            "#Software: Microsoft Exchange Server\r\n#Fields: date-time,event-id,internal-message-id,message-id,recipient-address\r\n\
             2026-12-09T15:00:01Z,RECEIVE,1,<a@example.ca>,reader@example.ca\r\n\
             2026-12-09T15:00:02Z,FAIL,2,<b@example.ca>,reader@example.ca\r\n\
             2026-12-09T15:00:02Z,DSN,2,<c@example.ca>,reader@example.ca\r\n",
            &[("a@example.ca", Fate::Accepted), ("b@example.ca", Fate::Refused)],
        );
        check(
            "\"Received\",\"Sender address\",\"Message ID\",\"Status\"\n\"x\",\"y\",\"<a@example.ca>\",\"Delivered\"\n",
            &[("a@example.ca", Fate::Accepted)],
        );
        check("Received,MessageId,Status\nx,<a@example.ca>,Delivered\n", &[("a@example.ca", Fate::Accepted)]);
        check("", &[]);
    }
}
