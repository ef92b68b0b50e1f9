//! Blanking what is not prose in comments and Markdown: code, link targets, addresses.

use std::ops::Range;

/// Overwrites a range with `by`, but keeps its line breaks, so that every offset and line stays what it was.
pub(super) fn blank(text: &mut String, range: Range<usize>, by: char) {
    let masked: String = text[range.clone()]
        .chars()
        .flat_map(|c| std::iter::repeat_n(if c == '\n' { c } else { by }, c.len_utf8()))
        .collect();
    text.replace_range(range, &masked);
}

/// Blanks fenced blocks, inline code, link targets and addresses. Inline code becomes one word that no rule has.
pub(super) fn blank_code(text: &mut String) {
    blank_fences(text);
    let mut at = 0;
    while let Some(open) = text[at..].find('`').map(|found| found + at) {
        let ticks = text[open..].bytes().take_while(|byte| *byte == b'`').count();
        let inner = open + ticks;
        let Some(close) = text[inner..].find(&text[open..inner]).map(|found| found + inner) else { break };
        blank(text, inner..close, 'x');
        let end = close + ticks;
        let linked = text[..open].ends_with('[') && text[end..].starts_with(']');
        let pad = usize::from(linked);
        blank(text, open - pad..inner, ' ');
        blank(text, close..end + pad, ' ');
        at = end;
    }
    blank_between(text, "](", |c| c == ')', ' ');
    for scheme in ["http://", "https://"] {
        blank_between(text, scheme, |c| c.is_whitespace() || matches!(c, ')' | '>' | '"'), 'x');
    }
}

fn blank_fences(text: &mut String) {
    let mut open: Option<&str> = None;
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        if open.is_some() || mark.is_some() {
            found.push(start..start + line.len());
        }
        open = match (open, mark) {
            (None, mark) => mark,
            (Some(opened), Some(mark)) if opened == mark => None,
            (opened, _) => opened,
        };
        start += line.len();
    }
    for range in found {
        blank(text, range, ' ');
    }
}

/// Blanks from each `start` to the first sign behind it that ends it.
fn blank_between(text: &mut String, start: &str, ends: impl Fn(char) -> bool, by: char) {
    let mut at = 0;
    while let Some(found) = text[at..].find(start).map(|found| found + at) {
        let inner = found + start.len();
        let end = text[inner..].find(&ends).map_or(text.len(), |end| end + inner);
        blank(text, found..end, by);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::blank_code;

    fn blanked(text: &str) -> String {
        let mut text = text.to_owned();
        blank_code(&mut text);
        text
    }

    #[test]
    fn code_becomes_a_word_that_no_rule_has() {
        assert_eq!(blanked("See `told` and ``a ` b``."), "See  xxxx  and   xxxxx  .");
        assert_eq!(blanked("[`None`] when"), "  xxxx   when");
    }

    #[test]
    fn fences_targets_and_addresses_are_blank() {
        assert_eq!(blanked("a\n```rust\ntold\n```\nb").split_whitespace().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(blanked("[text](told.md) b"), "[text         ) b");
        assert!(!blanked("at https://told.example/x b").contains("told"));
    }

    #[test]
    fn offsets_stay() {
        let text = "ü `ü`\nlast";
        assert_eq!(blanked(text).len(), text.len());
        assert_eq!(blanked(text).find("last"), text.find("last"));
    }
}
