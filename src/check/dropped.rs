//! CSS that mail programs drop so that a layout falls apart: a table with its source and the date of each test. What
//! they drop without harm (rounded corners, shadows) is not in it.

/// A property, or one of its values, that is dropped.
pub(super) struct Dropped {
    /// The property; empty: any.
    pub(super) property: &'static str,
    /// A part of the value; empty: any.
    pub(super) value: &'static str,
    /// Which programs drop it.
    pub(super) clients: &'static str,
    /// When that was last tested.
    pub(super) tested: &'static str,
}

const OUTLOOK: &str = "Outlook";
const BOTH: &str = "Outlook, Gmail";

const fn row(property: &'static str, value: &'static str, clients: &'static str, tested: &'static str) -> Dropped {
    Dropped { property, value, clients, tested }
}

/// Source: caniemail.com (MIT licence), features of CSS, read in November 2026.
const DROPPED: &[Dropped] = &[
    row("display", "flex", OUTLOOK, "2021-11-02"),
    row("display", "grid", OUTLOOK, "2019-02-28"),
    row("grid-template", "", BOTH, "2023-01-09"),
    row("grid-template-columns", "", BOTH, "2023-01-09"),
    row("grid-template-rows", "", BOTH, "2023-01-09"),
    row("grid-template-areas", "", BOTH, "2023-01-09"),
    row("position", "absolute", BOTH, "2021-05-16"),
    row("position", "fixed", BOTH, "2021-05-16"),
    row("position", "sticky", BOTH, "2021-05-16"),
    row("background-image", "url(", OUTLOOK, "2023-07-24"),
    row("background-image", "gradient(", OUTLOOK, "2023-07-24"),
    row("background", "url(", OUTLOOK, "2023-07-24"),
    row("", "var(", BOTH, "2020-02-25"),
    row("animation", "", BOTH, "2026-04-07"),
    row("animation-name", "", BOTH, "2026-04-07"),
    row("filter", "", BOTH, "2024-01-03"),
    row("backdrop-filter", "", BOTH, "2024-01-17"),
    row("clip-path", "", BOTH, "2021-03-09"),
    row("mask-image", "", BOTH, "2024-11-27"),
    row("shape-outside", "", BOTH, "2024-02-28"),
    row("transform", "", BOTH, "2019-02-28"),
    row("column-count", "", OUTLOOK, "2019-02-28"),
    row("columns", "", OUTLOOK, "2022-08-02"),
    row("aspect-ratio", "", BOTH, "2023-12-19"),
    row("object-fit", "", OUTLOOK, "2021-07-15"),
    row("writing-mode", "", OUTLOOK, "2022-05-04"),
    row("mix-blend-mode", "", OUTLOOK, "2020-12-12"),
];

/// What is known of a declaration that is dropped.
pub(super) fn find(name: &str, value: &str) -> Option<&'static Dropped> {
    if matches!(value, "none" | "initial" | "inherit" | "auto" | "horizontal-tb" | "normal") {
        return None;
    }
    if name.starts_with("--") {
        return DROPPED.iter().find(|row| row.value == "var(");
    }
    DROPPED.iter().find(|row| (row.property.is_empty() || row.property == name) && value.contains(row.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_date_and_is_found() {
        for row in DROPPED {
            assert!(row.tested.parse::<jiff::civil::Date>().is_ok(), "{}", row.property);
            let value = if row.value.is_empty() { "1" } else { row.value };
            let name = if row.property.is_empty() { "color" } else { row.property };
            assert!(find(name, value).is_some(), "{name}");
        }
        assert!(find("display", "block").is_none() && find("transform", "none").is_none());
        assert!(find("--ink", "#333").is_some());
    }
}
