//! CSS that mail programs drop so that a layout falls apart: a table with its source and the date of each test. What
//! they drop without harm (rounded corners, shadows) is not in it.

/// A property, or one of its values, that is dropped.
pub(crate) struct Dropped {
    /// The property; empty: any.
    pub(crate) property: &'static str,
    /// A part of the value; empty: any; `#rem`: a number in that unit.
    pub(crate) value: &'static str,
    /// Which programs drop it.
    pub(crate) clients: &'static str,
    /// When that was last tested.
    pub(crate) tested: &'static str,
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
    row("", "calc(", OUTLOOK, "2020-02-25"),
    row("", "clamp(", OUTLOOK, "2021-05-07"),
    row("", "min(", OUTLOOK, "2021-05-07"),
    row("", "max(", OUTLOOK, "2021-05-07"),
    row("", "light-dark(", BOTH, "2024-08-14"),
    row("", "conic-gradient(", BOTH, "2023-01-02"),
    row("", "#rem", OUTLOOK, "2020-02-25"),
    row("", "#vw", OUTLOOK, "2020-02-25"),
    row("", "#vh", OUTLOOK, "2023-10-01"),
    row("", "#vmin", OUTLOOK, "2020-02-25"),
    row("", "#vmax", OUTLOOK, "2020-02-25"),
    row("", "#ch", OUTLOOK, "2020-02-25"),
    row("gap", "", OUTLOOK, "2022-12-28"),
    row("row-gap", "", OUTLOOK, "2022-12-28"),
    row("column-gap", "", OUTLOOK, "2022-12-28"),
    row("flex-direction", "", OUTLOOK, "2023-01-17"),
    row("flex-wrap", "", OUTLOOK, "2023-01-16"),
    row("justify-content", "", BOTH, "2021-03-09"),
    row("align-items", "", BOTH, "2023-12-19"),
    row("inset", "", BOTH, "2024-05-29"),
    row("margin-inline", "", BOTH, "2022-07-12"),
    row("margin-block", "", BOTH, "2022-07-12"),
    row("padding-inline", "", BOTH, "2022-07-13"),
    row("padding-block", "", BOTH, "2022-07-13"),
    row("inline-size", "", BOTH, "2019-02-28"),
    row("block-size", "", BOTH, "2022-07-14"),
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
pub(crate) fn find(name: &str, value: &str) -> Option<&'static Dropped> {
    if matches!(value, "none" | "initial" | "inherit" | "auto" | "horizontal-tb" | "normal") {
        return None;
    }
    if name.starts_with("--") {
        return DROPPED.iter().find(|row| row.value == "var(");
    }
    DROPPED.iter().find(|row| (row.property.is_empty() || row.property == name) && holds(value, row.value))
}

/// Whether a value has a part in it: as it stands, a function by its whole name, a number in a unit.
fn holds(value: &str, part: &str) -> bool {
    if let Some(unit) = part.strip_prefix('#') {
        return value.match_indices(unit).any(|(at, _)| {
            value[..at].ends_with(|c: char| c.is_ascii_digit())
                && !value[at + unit.len()..].starts_with(char::is_alphanumeric)
        });
    }
    value.match_indices(part).any(|(at, _)| {
        !part.ends_with('(') || part == "gradient(" || !value[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_date_and_is_found() {
        for row in DROPPED {
            assert!(row.tested.parse::<jiff::civil::Date>().is_ok(), "{}", row.property);
            let value = if row.value.is_empty() { "1".to_owned() } else { row.value.replace('#', "2") };
            let name = if row.property.is_empty() { "color" } else { row.property };
            assert!(find(name, &value).is_some(), "{name}");
        }
        assert!(find("display", "block").is_none() && find("transform", "none").is_none());
        assert!(find("--ink", "#333").is_some());
        for (name, value) in
            [("width", "calc(100% - 20px)"), ("font-size", "1.5rem"), ("width", "50vw"), ("width", "min(90%, 600px)")]
        {
            assert!(find(name, value).is_some(), "{name}: {value}");
        }
        for (name, value) in
            [("width", "600px"), ("font-family", "Search, Arial"), ("background", "linear(1)"), ("color", "#1ec0ff")]
        {
            assert!(find(name, value).is_none(), "{name}: {value}");
        }
    }
}
