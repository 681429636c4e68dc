//! HTML that is safe by the way it is written: what comes from outside passes [`escaped`], and a page says itself that
//! it runs and loads nothing.

use std::fmt::Write as _;

use crate::model::{Address, Lang, Newsletter};

/// Nothing is loaded and nothing runs, whatever a text holds; the one style sheet is in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The look of Canada.ca, without its official symbols: they are not ours to ship.
const STYLE: &str = "
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#333;font:1rem/1.55 'Noto Sans',Arial,Helvetica,sans-serif}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:.9rem}
header p{margin:0;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between}
h1,h2,caption{font-family:Lato,Arial,Helvetica,sans-serif;font-weight:700;line-height:1.2;overflow-wrap:anywhere}
h1{font-size:2.1rem;margin:1.4rem 0 1.2rem;padding-bottom:.6rem;position:relative}
h1::after{content:'';position:absolute;left:0;bottom:0;width:72px;height:6px;background:#a62a1e}
h2{font-size:1.6rem;margin:2rem 0 .5rem;color:#26374a}
p{max-width:65ch}
header p,footer p{max-width:none}
a{color:#284162}
a:visited{color:#7834bc}
a:hover,a:focus{color:#0535d2}
a:focus-visible{outline:3px solid #0535d2;outline-offset:2px}
table{border-collapse:collapse;table-layout:fixed;width:100%;margin:1rem 0}
caption{text-align:left;font-size:1.15rem;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.55rem .6rem;border-bottom:1px solid #8c8c8c;overflow-wrap:break-word}
thead th{background:#f2f2f2;border-bottom:2px solid #26374a}
tbody th{font-weight:400}
th:nth-child(1){width:19%}
th:nth-child(2){width:25%}
th:nth-child(3){width:15%}
th:nth-child(5){width:10%}
th code{font-size:.9rem}
code{font-family:Consolas,'Liberation Mono',monospace;font-size:.92em;background:#f2f2f2;padding:0 .2em;white-space:pre-wrap}
td ul{margin:0;padding-left:1.1rem}
td li+li{margin-top:.4rem}
.good{color:#26374a}
.mend{color:#a62a1e}
.good,.mend{font-weight:700}
h3{font:700 1.25rem/1.2 Lato,Arial,Helvetica,sans-serif;margin:1.6rem 0 .4rem}
svg{display:block;width:100%;max-width:48rem;height:auto;margin:.6rem 0}
.plot{overflow-x:auto}
.plot svg{min-width:32rem}
.names{columns:18rem;max-width:60rem}
.numbers th,.numbers td{width:auto}
.numbers td{font-variant-numeric:tabular-nums}
.numbers tbody th{font-weight:700}
footer{margin-top:2.5rem;padding-top:.8rem;padding-bottom:2rem;border-top:4px solid #26374a;color:#595959}
@media (max-width:46rem){
h1{font-size:1.7rem}
table,caption,tbody,tr,th,td{display:block;width:auto}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-top:2px solid #26374a;padding:.4rem 0}
tbody th:nth-child(1),td{width:auto;border:0;padding:.2rem 0}
td::before{content:attr(data-label);display:block;font-weight:700;color:#595959;font-size:.9rem}
}
@media (max-width:46rem){
.numbers td{display:flex;justify-content:space-between;gap:1rem}
}
@media print{a{color:inherit}}
";

/// A whole page. `title` and `content` are HTML.
pub(super) fn page(lang: &str, title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{content}</body>\n</html>\n"
    )
}

/// Text as HTML; what no reader can see, or would turn the line around, is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A sentence of ours, in which what people wrote stands between backticks. Addresses are nobody's business.
pub(super) fn sentence(text: &str) -> String {
    let masked = masked(text);
    let mut parts = masked.split('`').peekable();
    let (mut out, mut is_code) = (String::new(), false);
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is a backtick.
        let is_closed = parts.peek().is_some();
        if is_code && is_closed {
            let _ = write!(out, "<code>{}</code>", escaped(part)); // Writing to a String does not fail.
        } else {
            out.push_str(if is_code { "`" } else { "" });
            out.push_str(&escaped(part));
        }
        is_code = !is_code;
    }
    out
}

/// The text with each address in it masked.
pub(super) fn masked(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "<>()[]{}\"'`,;:|".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_edge).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let bare = word.trim_end_matches(['.', '!', '?']);
        match Address::parse(bare) {
            Ok(address) if word.contains('@') => out.push_str(&(address.masked() + &word[bare.len()..])),
            _ => out.push_str(word),
        }
        let edge = after.chars().next().map_or(0, char::len_utf8);
        out.push_str(&after[..edge]);
        rest = &after[edge..];
    }
    out
}

/// The tag of a language: `fr-CA` for `fr`.
pub(super) fn tag<'a>(lang: &'a Lang, newsletter: &'a Newsletter) -> &'a str {
    newsletter.language.get(lang).map_or(lang.as_str(), |language| language.tag.as_str())
}
