//! The issue that `compose`, `check` and `archive` are measured with.

use cco_news::model::{Issue, Lang};
use serde_json::json;

/// As many as a long issue has.
pub(crate) const STORIES: usize = 40;

/// An issue of so many stories, each with some 90 words in each language, an eighth of them events.
pub(crate) fn issue(n_stories: usize) -> Issue {
    let paragraph = |lang: &str, n: usize| match lang {
        "en" => format!(
            "<p>Our colleagues rewrote page {n} on December 9, 2026, at 4:30 pm, and measured what changed. Calls fell by a third, and <a href=\"https://www.example.ca/en/{n}\">readers found their answer</a> in half the time.</p>"
        ),
        _ => format!(
            "<p>Nos collègues ont réécrit la page {n} le 9 décembre 2026 à 16 h 30 et mesuré les résultats : « un tiers d'appels en moins ». Les lecteurs ont <a href=\"https://www.example.ca/fr/{n}\">trouvé leur réponse</a> en deux fois moins de temps.</p>"
        ),
    };
    let text = |lang: &str, n: usize| {
        json!({
            "title": if lang == "en" { format!("Plain words that saved a thousand calls, part {n}") } else { format!("Des mots simples qui ont évité mille appels, partie {n}") },
            "summary": "", "url": format!("https://www.example.ca/{lang}/{n}"),
            "body": paragraph(lang, n).repeat(3),
        })
    };
    let story = |n: usize| {
        let event = json!({"starts": "2027-01-20T13:00:00", "ends": "2027-01-20T14:30:00", "language": "bilingual",
            "location": {"en": "Webcast", "fr": "Webdiffusion"}, "audience": {"en": "All", "fr": "Tous"}});
        json!({
            "id": format!("file-{n}"), "kind": if n.is_multiple_of(8) { "event" } else { "news" },
            "origin": {"file": format!("stories/{n}.md"), "line": 1}, "first_seen": "2026-11-20T12:00:00Z",
            "texts": {"en": text("en", n), "fr": text("fr", n)},
            "event": if n.is_multiple_of(8) { event } else { serde_json::Value::Null },
        })
    };
    let sections: Vec<_> = ["whatsnew", "learning", "tools", "policy"]
        .into_iter()
        .enumerate()
        .map(|(n, id)| json!({"id": id, "stories": (n * n_stories / 4..(n + 1) * n_stories / 4).map(story).collect::<Vec<_>>()}))
        .collect();
    serde_json::from_value(json!({
        "id": "2026-12", "send_at": "2026-12-09T15:00:00Z",
        "subject": {"en": "Plain words", "fr": "Des mots simples"},
        "preheader": {"en": "What saved a thousand calls", "fr": "Ce qui a évité mille appels"},
        "opening": {"en": "<p>Hello.</p>", "fr": "<p>Bonjour.</p>"},
        "sections": sections, "languages": [Lang::new("en"), Lang::new("fr")],
    }))
    .unwrap()
}
