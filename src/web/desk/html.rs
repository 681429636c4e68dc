//! HTML that is safe by the way it is written: everything that anybody wrote passes [`as_html`].

use crate::model::rich::as_html;
use crate::model::{Lang, Newsletter, Speech};

/// A sentence of ours as HTML, in the person's language.
macro_rules! say {
    ($speech:expr, $en:literal, $fr:literal) => {
        $crate::model::rich::as_html(words!($en, $fr).say($speech))
    };
}

/// A sentence of ours, in which what people wrote stands between backticks.
pub(super) fn sentence(text: &str) -> String {
    let mut parts = text.split('`').peekable();
    let (mut out, mut is_code) = (String::new(), false);
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is a backtick.
        let is_closed = parts.peek().is_some();
        match (is_code, is_closed) {
            (true, true) => out.extend(["<code>", &as_html(part), "</code>"]),
            (true, false) => out.extend(["`", &as_html(part)]),
            (false, _) => out.push_str(&as_html(part)),
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
        assert_eq!(as_html("<b a='\"'>&\u{202e}x"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;x");
        assert_eq!(sentence("read `a<b` and ` c"), "read <code>a&lt;b</code> and ` c");
        assert_eq!(part("file a/é"), "file%20a%2F%C3%A9");
    }
}
