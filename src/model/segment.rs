//! A part of the list: everyone whose column has a value, as `--only region=Atlantic` and `--where status=left` say.

use super::Words;

/// One condition on a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The column, as [`Segment::column_name`] writes it.
    pub column: String,
    /// Its value, compared without regard to case.
    pub value: String,
}

impl Segment {
    /// Reads `column=value`.
    pub fn parse(text: &str) -> Result<Self, Words> {
        let unreadable = || {
            words!(
                "write a column and its value, as `region=Atlantic` or `status=left`",
                "écrivez une colonne et sa valeur, comme `region=Atlantique` ou `status=left`"
            )
        };
        let (column, value) = text.split_once('=').ok_or_else(unreadable)?;
        let column = Self::column_name(column);
        if column.is_empty() {
            return Err(unreadable());
        }
        Ok(Self { column, value: value.trim().to_owned() })
    }

    /// A column's name as it is kept: lower case, `_` for spaces and hyphens, letters and digits only.
    pub fn column_name(text: &str) -> String {
        let text = text.trim().trim_start_matches('\u{FEFF}').to_lowercase();
        text.chars()
            .filter_map(|c| match c {
                ' ' | '-' | '_' | '.' => Some('_'),
                c if c.is_alphanumeric() => Some(c),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_a_column_and_a_value() {
        let segment = Segment::parse("Work Region = Atlantic").unwrap();
        assert_eq!((segment.column.as_str(), segment.value.as_str()), ("work_region", "Atlantic"));
        assert_eq!(Segment::parse("note=a=b").unwrap().value, "a=b");
        for bad in ["", "region", "=x", "';--=x".trim_end_matches("=x")] {
            assert!(Segment::parse(bad).is_err(), "{bad}");
        }
    }
}
