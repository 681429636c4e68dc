//! HTML that is safe by the way it is written: everything that anybody wrote passes [`esc`].

use crate::model::{Lang, Newsletter, Speech};

/// A sentence of ours as HTML, in the person's language.
macro_rules! say {
    ($speech:expr, $en:literal, $fr:literal) => {
        $crate::web::desk::html::esc(words!($en, $fr).say($speech))
    };
}

/// Text as HTML; what no reader can see, or would turn the line around, is left out.
pub(super) fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A sentence of ours, in which what people wrote stands between backticks.
pub(super) fn sentence(text: &str) -> String {
    let mut parts = text.split('`').peekable();
    let (mut out, mut is_code) = (String::new(), false);
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is a backtick.
        let is_closed = parts.peek().is_some();
        match (is_code, is_closed) {
            (true, true) => out.extend(["<code>", &esc(part), "</code>"]),
            (true, false) => out.extend(["`", &esc(part)]),
            (false, _) => out.push_str(&esc(part)),
        }
        is_code = !is_code;
    }
    out
}

/// The tag of a language: `fr-CA` for `fr`.
pub(super) fn tag<'a>(lang: &'a Lang, newsletter: &'a Newsletter) -> &'a str {
    newsletter.language.get(lang).map_or(lang.as_str(), |language| language.tag.as_str())
}

/// The tag of the language in which the desk speaks.
pub(super) const fn own_tag(speech: Speech) -> &'static str {
    match speech {
        Speech::En => "en-CA",
        Speech::Fr => "fr-CA",
    }
}

/// As it stands in addresses.
pub(super) const fn own_key(speech: Speech) -> &'static str {
    match speech {
        Speech::En => "en",
        Speech::Fr => "fr",
    }
}

/// Text for a part of an address.
pub(super) fn part(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_anybody_wrote_is_markup() {
        assert_eq!(esc("<b a='\"'>&\u{202e}x"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;x");
        assert_eq!(sentence("read `a<b` and ` c"), "read <code>a&lt;b</code> and ` c");
        assert_eq!(part("file a/é"), "file%20a%2F%C3%A9");
    }
}
