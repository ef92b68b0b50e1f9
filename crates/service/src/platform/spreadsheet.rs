//! Lines of CSV files for spreadsheets (RFC 4180).

/// Joins fields to a line. Each field is a number, a fixed word, or a text that [`words`] has encoded.
#[must_use]
pub(crate) fn line<const N: usize>(fields: [String; N]) -> String {
    fields.join(",") + "\r\n"
}

/// Encodes user-provided text. A spreadsheet interprets a text that begins like a formula as one, so an
/// apostrophe is put before it. Quotes inside quotes are doubled.
#[must_use]
pub(crate) fn words(given: &str) -> String {
    let formula = given.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let safe = if formula { format!("'{given}") } else { given.to_owned() };
    if safe.contains([',', '"', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Decodes one field as in RFC 4180.
    fn read(field: &str) -> String {
        match field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => field.to_owned(),
        }
    }

    #[test]
    fn no_name_becomes_a_formula() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "=HYPERLINK(\"http://evil\",\"x\")"] {
            assert!(read(&words(evil)).starts_with('\''), "{evil}");
        }
        assert_eq!(words("EMA cross"), "EMA cross");
        assert_eq!(words("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    proptest! {
        #[test]
        fn every_text_reads_back(given in ".{0,40}") {
            let field = words(&given);
            let read = read(&field);
            prop_assert_eq!(read.strip_prefix('\'').filter(|_| !given.starts_with('\'')).unwrap_or(&read), given.as_str());
            let bare = !field.starts_with('"');
            prop_assert!(!bare || !field.contains([',', '"', '\r', '\n']));
        }
    }
}
