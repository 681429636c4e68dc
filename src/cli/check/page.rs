//! `check.html`: the findings for the translator and the director, story by story, English beside French. One whole
//! file, without script, in the colours of Canada.ca.

use std::fmt::Write as _;

use super::super::words;
use super::super::workspace::Checked;
use super::show::story_of;
use crate::model::rich::escaped;
use crate::model::{Finding, Issue, Lang, Newsletter, Place, Severity, Speech, Story, Words};

const STYLE: &str = "*{box-sizing:border-box}body{margin:0;font:16px/1.5 'Noto Sans',Arial,sans-serif;color:#333;background:#fff}\
    main,header>div{max-width:75rem;margin:0 auto;padding:0 1rem}header{border-bottom:4px solid #26374a;padding:1rem 0;color:#26374a;font-weight:700}\
    h1,h2,h3{font-family:Lato,Arial,sans-serif;line-height:1.2;color:#26374a}h1{border-bottom:6px solid #a62a1e;padding-bottom:.3rem;font-size:1.9rem}\
    h2{font-size:1.4rem;margin-top:2rem}h3{font-size:1.1rem;margin:1rem 0 .3rem}a{color:#284162}a:hover{color:#0535d2}\
    .pair{display:grid;grid-template-columns:1fr;gap:0 2rem}@media(min-width:50rem){.pair{grid-template-columns:1fr 1fr}}\
    .pair>section{min-width:0;overflow-wrap:break-word}.text{border-left:4px solid #d7e1ef;padding-left:1rem}\
    ul.found{list-style:none;padding:0;margin:.5rem 0}ul.found li{border-left:4px solid;padding:.4rem .8rem;margin:.5rem 0;background:#f5f5f5}\
    .E{border-color:#d3080c!important}.W{border-color:#ee7100!important}.F{border-color:#278400!important}.I{border-color:#269abc!important}\
    .found b{margin-right:.4rem}.hint{display:block;color:#555}q{font-style:normal;background:#fff;padding:0 .2rem}\
    code{font-family:Consolas,Menlo,monospace;font-size:.94em;background:#fff;padding:0 .2rem;overflow-wrap:anywhere}\
    q{quotes:'\u{201c}' '\u{201d}'}section:lang(fr) q{quotes:'\u{ab}\u{a0}' '\u{a0}\u{bb}'}section:lang(en) q{quotes:'\u{201c}' '\u{201d}'}\
    table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #aaa;padding:.3rem .7rem;text-align:left}caption{text-align:left;font-weight:700;padding:.3rem 0}\
    nav ul{padding-left:1.2rem}nav li{margin:.2rem 0}\
    @media print{body{font-size:10pt}header{display:none}main{max-width:none;padding:0}.pair{grid-template-columns:1fr 1fr;gap:0 1.2rem}\
    ul.found li,table,nav li{break-inside:avoid}h1,h2,h3{break-after:avoid}h1{font-size:16pt}h2{font-size:12pt;margin-top:1rem}}\
    @media screen and (prefers-color-scheme:dark){body{color:#f2f2f2;background:#15181c}header,h1,h2,h3{color:#d9e6f5}header{border-color:#6b8fb8}h1{border-color:#ffb4ab}\
    a{color:#a9c7ff}a:hover{color:#d9e6f5}ul.found li{background:#1f2429}q,code{background:#2a3138}.hint{color:#d0d5da}.text{border-color:#3d5470}td,th{border-color:#6b7680}\
    .E{border-color:#ff8a80!important}.W{border-color:#ffb74d!important}.F{border-color:#81c784!important}.I{border-color:#4fc3f7!important}}";

/// A sentence as HTML: what stands between backticks is code.
pub(super) fn sentence(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(escaped).collect();
    if parts.len().is_multiple_of(2) {
        return parts.join("`");
    }
    let code = |(at, part): (usize, &String)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() };
    parts.iter().enumerate().map(code).collect()
}

/// A whole page around a body.
pub(super) fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en-CA\" dir=\"ltr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{STYLE}</style></head>\n<body><header><div>cco-news</div></header><main>{body}</main></body></html>\n",
        escaped(title)
    )
}

/// The report of one issue.
pub(super) fn page(issue: &Issue, checked: &Checked, newsletter: &Newsletter) -> String {
    let id = &issue.id;
    let of = |story: Option<&Story>| -> Vec<&Finding> {
        let is_here = |finding: &&Finding| match (story, story_of(finding, issue)) {
            (None, None) => true,
            (Some(story), Some(other)) => std::ptr::eq(story, other),
            _ => false,
        };
        checked.findings.iter().filter(is_here).collect()
    };
    let title = |story: &Story, speech: Speech| {
        let lang = language(newsletter, speech);
        let text = lang.and_then(|lang| story.texts.get(lang)).or_else(|| story.texts.values().next());
        text.map_or_else(|| story.id.to_string(), |text| text.title.clone())
    };
    let mut parts: Vec<Part<'_>> = Vec::new();
    for story in issue.stories() {
        let text = |speech: Speech| match language(newsletter, speech).and_then(|lang| story.texts.get(lang)) {
            // Bodies are sanitised HTML of an allow-list; titles and summaries are plain.
            Some(text) => format!("<div class=\"text\"><p>{}</p>{}</div>", escaped(&text.summary), lowered(&text.body)),
            None => "<p>–</p>".to_owned(),
        };
        parts.push(Part {
            titles: Words { en: title(story, Speech::En), fr: title(story, Speech::Fr) },
            findings: of(Some(story)),
            texts: Words { en: text(Speech::En), fr: text(Speech::Fr) },
        });
    }
    let whole = words!("The issue as a whole", "Le numéro dans son ensemble");
    parts.push(Part { titles: whole, findings: of(None), texts: Words::default() });
    let names: Vec<String> =
        newsletter.languages.iter().map(|lang| escaped(&newsletter.language(lang).title)).collect();
    let leaves = words::moment(issue.send_at, newsletter);
    let mut body = format!(
        "<h1>{id}: findings <span lang=\"fr-CA\">| constatations</span></h1><p>{}, {leaves}</p>{}{}",
        names.join(" | "),
        tally(checked),
        contents(&parts)
    );
    for (at, part) in parts.iter().enumerate() {
        block(&mut body, at, part);
    }
    frame(&format!("{id}: check | vérification"), &body)
}

/// A story, or the issue around them: its title, what was found, and its text as HTML, in both languages.
struct Part<'a> {
    titles: Words,
    findings: Vec<&'a Finding>,
    texts: Words,
}

/// Where something blocks or wants a look, with how often: a long report is not read from end to end.
fn contents(parts: &[Part<'_>]) -> String {
    let mut items = String::new();
    for (at, part) in parts.iter().enumerate() {
        let n = |severity| part.findings.iter().filter(|it| it.severity == severity && it.waived.is_none()).count();
        let (errors, warnings) = (n(Severity::Error), n(Severity::Warning));
        if errors + warnings > 0 {
            let Words { en, fr } = &part.titles;
            let (en, fr) = (escaped(en), escaped(fr));
            // Writing to a string cannot fail.
            let _ = write!(
                items,
                "<li><a href=\"#part-{at}\">{en} <span lang=\"fr-CA\">| {fr}</span></a> E\u{a0}{errors}, W\u{a0}{warnings}</li>"
            );
        }
    }
    if items.is_empty() {
        return items;
    }
    format!(
        "<nav aria-labelledby=\"where\"><h2 id=\"where\">What to mend <span lang=\"fr-CA\">| À corriger</span></h2><ul>{items}</ul></nav>"
    )
}

/// Headings of a text stand below those of its story; `h4` and `h5` of this page.
fn lowered(html: &str) -> String {
    html.replace("<h4", "<h5")
        .replace("</h4>", "</h5>")
        .replace("<h3", "<h4")
        .replace("</h3>", "</h4>")
        .replace("<p></p>", "")
}

/// The newsletter's language that a person of a speech reads.
pub(super) fn language(newsletter: &Newsletter, speech: Speech) -> Option<&Lang> {
    newsletter.languages.iter().find(|lang| match speech {
        Speech::En => lang.is_english(),
        Speech::Fr => lang.is_french(),
    })
}

fn tally(checked: &Checked) -> String {
    let n = |severity| checked.findings.iter().filter(|it| it.severity == severity && it.waived.is_none()).count();
    let waived = checked.findings.iter().filter(|it| it.waived.is_some()).count();
    let row = |class: &str, en: &str, fr: &str, n: usize| {
        format!("<tr><th scope=\"row\">{class}</th><td>{en}</td><td lang=\"fr-CA\">{fr}</td><td>{n}</td></tr>")
    };
    let state = if checked.blocked {
        "<p><strong>It may not leave yet.</strong> <strong lang=\"fr-CA\">Il ne peut pas encore partir.</strong></p>"
    } else {
        "<p><strong>Nothing blocks it.</strong> <strong lang=\"fr-CA\">Rien ne le bloque.</strong></p>"
    };
    format!(
        "{state}<table><caption>Findings <span lang=\"fr-CA\">| Constatations</span></caption><tr><td></td><th scope=\"col\">English</th><th scope=\"col\" lang=\"fr-CA\">Français</th><th scope=\"col\">n</th></tr>{}{}{}{}{}</table>",
        row("E", "blocks", "bloque", n(Severity::Error)),
        row("W", "wants a look", "à voir", n(Severity::Warning)),
        row("F", "mended by the program", "corrigé par le programme", n(Severity::Fixed)),
        row("I", "to know", "à savoir", n(Severity::Info)),
        row("–", "accepted by a person", "accepté par une personne", waived),
    )
}

fn block(body: &mut String, at: usize, part: &Part<'_>) {
    let half = |speech: Speech, tag: &str| {
        let found: String = part.findings.iter().map(|finding| item(finding, speech)).collect();
        let list = if found.is_empty() { String::new() } else { format!("<ul class=\"found\">{found}</ul>") };
        let (title, text) = (escaped(part.titles.say(speech)), part.texts.say(speech));
        format!("<section lang=\"{tag}\"><h2>{title}</h2>{list}{text}</section>")
    };
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "<div class=\"pair\" id=\"part-{at}\">{}{}</div>",
        half(Speech::En, "en-CA"),
        half(Speech::Fr, "fr-CA")
    );
}

/// Where a person finds it: the file and the line; a place in the composed mail is the story's own.
fn place(finding: &Finding, speech: Speech) -> String {
    let Place::File { file, line, .. } = &finding.place else { return String::new() };
    let file = escaped(file);
    let said = match line {
        0 => Words::same(file),
        _ => words!("{file}, line {line}", "{file}, ligne {line}"),
    };
    format!("<span class=\"hint\">{}</span>", said.say(speech))
}

fn item(finding: &Finding, speech: Speech) -> String {
    let letter = finding.severity.letter();
    let (message, hint) = (sentence(finding.message.say(speech)), sentence(finding.hint.say(speech)));
    let lang = finding.language.as_ref().map_or("", Lang::as_str);
    let quoted = if finding.excerpt.is_empty() {
        String::new()
    } else {
        format!(" <q lang=\"{lang}\">{}</q>", escaped(&finding.excerpt))
    };
    let waived = finding.waived.as_ref().map_or_else(String::new, |waived| {
        let (by, reason) = (&waived.by, &waived.reason);
        let said = words!("accepted by {by}: {reason}", "accepté par {by} : {reason}");
        format!("<span class=\"hint\">{}</span>", escaped(said.say(speech)))
    });
    format!(
        "<li class=\"{letter}\"><b>{letter} {}</b>{message}{quoted}<span class=\"hint\">{hint}</span>{}{waived}</li>",
        finding.rule,
        place(finding, speech)
    )
}
