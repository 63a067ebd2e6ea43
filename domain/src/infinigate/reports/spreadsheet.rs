//! Tables as CSV files that a spreadsheet can open without running what is in them.

use infini_mcp_core::tool::{Error, Result};

/// The table as CSV, with its heading.
///
/// # Errors
/// When the table cannot be written, which no content can cause.
pub fn csv(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(heading).map_err(Error::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|field| guarded(field))).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

/// A field that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
fn guarded(field: &str) -> String {
    let is_number = field.parse::<f64>().is_ok_and(f64::is_finite) && !field.contains(['e', 'E']);
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        return format!("'{field}");
    }
    field.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        for (field, expected) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+49 431 555", "'+49 431 555"),
            ("-cmd", "'-cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("-1+2", "'-1+2"),
            ("-12.50", "-12.50"),
            ("+3", "+3"),
            ("-inf", "'-inf"),
            ("Example GmbH", "Example GmbH"),
            ("", ""),
        ] {
            assert_eq!(guarded(field), expected);
        }
    }

    #[test]
    fn commas_quotes_and_line_breaks_stay_within_their_field() {
        let text = csv(&["name", "net"], [vec!["Weber, \"Huber\"\nPartner".to_owned(), "-1.5".to_owned()]]).unwrap();
        assert_eq!(text, "name,net\n\"Weber, \"\"Huber\"\"\nPartner\",-1.5\n");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.get(0), Some("Weber, \"Huber\"\nPartner"));
    }
}
