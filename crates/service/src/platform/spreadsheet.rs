//! Lines of CSV files for spreadsheets (RFC 4180).

/// Joins fields to a line. Each field is a number, a fixed word, or a text that [`words`] has encoded.
#[must_use]
pub(crate) fn line<const N: usize>(fields: [String; N]) -> String {
    fields.join(",") + "\r\n"
}

/// Encodes user-provided text, in quotes if it needs them. Nothing in it becomes a formula.
#[must_use]
pub(crate) fn words(given: &str) -> String {
    if given.contains([',', '"', '\r', '\n']) { quoted(given) } else { without_formulas(given) }
}

/// As [`words`], always in quotes. Quotes inside quotes are doubled.
#[must_use]
pub(crate) fn quoted(given: &str) -> String {
    format!("\"{}\"", without_formulas(given).replace('"', "\"\""))
}

/// A spreadsheet interprets a text that begins like a formula as one, so an apostrophe is put before it.
///
/// In countries with a decimal comma, Excel separates the cells of a file by semicolons, and ignores quotes inside a cell.
/// What follows a semicolon, a tab or a line break therefore counts as the beginning of a text, too.
fn without_formulas(given: &str) -> String {
    let mut safe = String::with_capacity(given.len() + 1);
    let mut begins = true;
    for c in given.chars() {
        if begins && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n') {
            safe.push('\'');
        }
        safe.push(c);
        begins = matches!(c, ';' | '\t' | '\r' | '\n') || (begins && matches!(c, ' ' | '"'));
    }
    safe
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
        // Cells that are separated by semicolons: quotes, which do not begin a cell, keep none together.
        for (evil, safe) in [
            ("EMA;=1+1", "EMA;'=1+1"),
            ("EMA; @SUM(A1)", "EMA; '@SUM(A1)"),
            ("EMA\t-1", "EMA\t'-1"),
            (" =1+1", " '=1+1"),
            ("a;\"=1+1\"", "a;\"'=1+1\""),
            ("low-cap +20%", "low-cap +20%"),
        ] {
            assert_eq!(read(&words(evil)), safe, "{evil}");
        }
        // The client of a failed sign-in, which a stranger chooses and an admin exports.
        assert_eq!(
            quoted("Mozilla/5.0 (X11; =cmd|' /C calc'!A0)"),
            "\"Mozilla/5.0 (X11; '=cmd|' /C calc'!A0)\""
        );
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(
            quoted("Mozilla/5.0 (X11; Linux x86_64), like Gecko"),
            "\"Mozilla/5.0 (X11; Linux x86_64), like Gecko\""
        );
        assert_eq!(words("EMA cross"), "EMA cross");
        assert_eq!(words("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    proptest! {
        #[test]
        fn every_text_reads_back(given in ".{0,40}") {
            let field = words(&given);
            let read = read(&field);
            let added = |text: &str| text.chars().filter(|c| *c != '\'').collect::<String>();
            prop_assert_eq!(added(&read), added(&given), "nothing but apostrophes is added");
            let bare = !field.starts_with('"');
            prop_assert!(!bare || !field.contains([',', '"', '\r', '\n']));
        }
    }
}
