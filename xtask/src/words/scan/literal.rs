//! The text of a string literal.

use super::markup::blank;

/// The literal with quotes, escapes and `{…}` blanked, as long as it was; `None` for numbers and characters.
pub(super) fn text(literal: &str) -> Option<String> {
    let (open, close) = (literal.find('"')?, literal.rfind('"')?);
    if open == close || !matches!(&literal[..open], "" | "b" | "c") && !literal[..open].contains('r') {
        return None;
    }
    let raw = literal[..open].contains('r');
    let mut text = literal.to_owned();
    blank(&mut text, 0..open + 1, ' ');
    blank(&mut text, close..literal.len(), ' ');
    if !raw {
        blank_escapes(&mut text);
    }
    blank_placeholders(&mut text);
    Some(text)
}

fn blank_escapes(text: &mut String) {
    let mut at = 0;
    while let Some(slash) = text[at..].find('\\').map(|found| found + at) {
        let next = text[slash + 1..].chars().next().map_or(0, char::len_utf8);
        blank(text, slash..slash + 1 + next, ' ');
        at = slash + 1 + next;
    }
}

/// A placeholder separates words, so it becomes a sign and not a space.
fn blank_placeholders(text: &mut String) {
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|found| found + at) {
        let Some(close) = text[open..].find('}').map(|found| found + open) else { break };
        blank(text, open..close + 1, '~');
        at = close + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn strings_of_every_kind_are_texts() {
        assert_eq!(text(r#""a told b""#).unwrap(), " a told b ");
        assert_eq!(text(r##"r#"a "b" c"#"##).unwrap(), "   a \"b\" c  ");
        assert_eq!(text(r#"b"a""#).unwrap(), "  a ");
    }

    #[test]
    fn escapes_and_placeholders_are_no_words() {
        assert_eq!(text(r#""a\ntold""#).unwrap(), " a  told ");
        assert_eq!(text(r#""{told} left""#).unwrap(), " ~~~~~~ left ");
    }

    #[test]
    fn numbers_and_characters_are_no_texts() {
        assert_eq!(text("1_000"), None);
        assert_eq!(text("'\"'"), None);
        assert_eq!(text("'a'"), None);
    }
}
