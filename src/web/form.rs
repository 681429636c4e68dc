//! What a form or a mail program sends: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578), which
//! RFC 8058 allows both. Fields only: nothing is ever uploaded.

use url::form_urlencoded;

/// The fields of a form, in order. What cannot be read has none.
#[derive(Debug, Default)]
pub(super) struct Form(pub(super) Vec<(String, String)>);

impl Form {
    /// Reads the first `n_fields` of a body by its media type; one without a type is read as a browser's form.
    pub(super) fn read(content_type: &str, body: &[u8], n_fields: usize) -> Self {
        let kind = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match kind.as_str() {
            "multipart/form-data" => Self(multipart(content_type, body, n_fields).unwrap_or_default()),
            "application/x-www-form-urlencoded" | "" => Self(
                form_urlencoded::parse(body).take(n_fields).map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
            ),
            _ => Self::default(),
        }
    }

    /// The value of a field, without the space around it; empty when it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether a mail program asks that its reader leave (RFC 8058 3.2).
    pub(super) fn is_one_click(&self) -> bool {
        self.0.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("List-Unsubscribe") && value.trim().eq_ignore_ascii_case("One-Click")
        })
    }
}

fn multipart(content_type: &str, body: &[u8], n_fields: usize) -> Option<Vec<(String, String)>> {
    let boundary = content_type
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value.trim_matches('"'))?;
    let text = String::from_utf8_lossy(body);
    let mark = format!("--{boundary}");
    let parts = text.split(mark.as_str()).skip(1).take_while(|part| !part.starts_with("--")).take(n_fields);
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        let (_, name) = head.split_once("name=")?;
        let name = name.split(['\r', '\n', ';']).next()?.trim().trim_matches('"');
        Some((name.to_owned(), value.trim_end_matches(['\r', '\n']).to_owned()))
    };
    Some(parts.filter_map(field).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_click_is_understood_in_both_forms_and_in_no_other() {
        let browser = "application/x-www-form-urlencoded";
        assert!(Form::read(browser, b"List-Unsubscribe=One-Click", 32).is_one_click());
        assert!(Form::read(&format!("{browser}; charset=utf-8"), b"a=b&List-Unsubscribe=One-Click", 32).is_one_click());
        let body =
            b"--xyz\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--xyz--\r\n";
        assert!(Form::read("multipart/form-data; boundary=xyz", body, 32).is_one_click());
        assert!(Form::read("multipart/form-data; boundary=\"xyz\"", body, 32).is_one_click());
        for (kind, body) in [
            (browser, &b"List-Unsubscribe=Two-Clicks"[..]),
            ("application/json", b"{\"List-Unsubscribe\":\"One-Click\"}"),
            ("multipart/form-data", body),
            ("multipart/form-data; boundary=other", body),
            (browser, b"\xff\xfe%%%"),
        ] {
            assert!(!Form::read(kind, body, 32).is_one_click(), "{kind}");
        }
    }

    #[test]
    fn a_form_has_few_fields_and_the_first_of_a_name_counts() {
        let many = "a=1&".repeat(10_000);
        assert_eq!(Form::read("", many.as_bytes(), 32).0.len(), 32);
        let form = Form::read("", b"email=+r%40example.ca+&email=x", 32);
        assert_eq!((form.get("email"), form.get("none")), ("r@example.ca", ""));
    }
}
