//! Cells of CSV files that an office opens in a spreadsheet.

/// A cell that no spreadsheet takes for a formula: an apostrophe goes before what would begin one.
pub(super) fn harmless(cell: &str) -> String {
    let begins = cell.trim_start_matches([' ', '\u{a0}']).chars().next();
    let is_formula =
        begins.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_of_an_export_begins_a_formula() {
        for evil in ["=cmd|'/c calc'!A1", "+1", "-2", "@x", "\tx", " =1", "＝1", "\r=1"] {
            assert!(harmless(evil).starts_with('\''), "{evil:?}");
        }
        for fine in ["a@example.ca", "O'Brien", "", "1-2"] {
            assert_eq!(harmless(fine), fine);
        }
    }
}
