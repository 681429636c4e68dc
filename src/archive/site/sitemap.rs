//! `sitemap.xml` for search engines, each page with its twins. Its addresses must be absolute (sitemaps.org), so a site
//! without an address has none.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::issue::path;
use super::{Maker, SiteFile, file};
use crate::archive::page::escaped;
use crate::model::Lang;

impl Maker<'_> {
    /// The map. Writing to a `String` does not fail.
    pub(super) fn sitemap(&self) -> Option<SiteFile> {
        self.newsletter().archive.url.as_ref()?;
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
        );
        let languages = &self.newsletter().languages;
        let first: Vec<(&Lang, String)> = languages.iter().map(|lang| (lang, format!("{lang}.html"))).collect();
        self.places(&mut out, &first, self.newest());
        for past in &self.issues {
            let twins: Vec<(&Lang, String)> =
                self.halves(past).map(|half| (&half.lang, path(past, &half.lang))).collect();
            self.places(&mut out, &twins, Some(self.day(self.changed_at(past))));
        }
        out.push_str("</urlset>\n");
        Some(file("sitemap.xml".to_owned(), out))
    }

    /// One page in each of its languages.
    fn places(&self, out: &mut String, twins: &[(&Lang, String)], changed: Option<Date>) {
        for (_, own) in twins {
            let _ = write!(out, "<url><loc>{}</loc>", self.escaped_address(own));
            if let Some(day) = changed {
                let _ = write!(out, "<lastmod>{day}</lastmod>");
            }
            for (lang, twin) in twins {
                let _ = write!(
                    out,
                    "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>",
                    escaped(&self.language(lang).tag),
                    self.escaped_address(twin)
                );
            }
            out.push_str("</url>\n");
        }
    }

    fn escaped_address(&self, path: &str) -> String {
        escaped(&self.address(path).unwrap_or_default())
    }
}
