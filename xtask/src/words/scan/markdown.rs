//! Markdown: one passage for each paragraph.

use super::super::allow::Allow;
use super::super::place::{Passage, Place};
use super::Scan;
use super::markup::blank_code;

/// Reads a Markdown file.
pub(super) fn scan(source: &str) -> Scan {
    let mut text = source.to_owned();
    blank_code(&mut text);
    let mut scan = Scan::default();
    let mut open: Option<Passage> = None;
    for (at, (line, original)) in text.lines().zip(source.lines()).enumerate() {
        let comment = original.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        if let Some(allow) = comment.and_then(|inner| Allow::read(inner, at + 1)) {
            scan.allows.push(allow);
            scan.passages.extend(open.take());
        } else if line.trim().is_empty() {
            scan.passages.extend(open.take());
        } else {
            let passage = open.get_or_insert_with(|| Passage {
                place: Place::Markdown,
                line: at + 1,
                text: String::new(),
            });
            passage.text.push_str(line);
            passage.text.push('\n');
        }
    }
    scan.passages.extend(open);
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_passages() {
        let scan = scan("# Title\n\nOne\ntwo `told`.\n\n```sh\ntold\n```\nThree\n");
        let found: Vec<(usize, String)> = scan
            .passages
            .iter()
            .map(|one| (one.line, one.text.split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect();
        let expected = [(1, "# Title"), (3, "One two xxxx ."), (9, "Three")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn an_exception_is_an_html_comment() {
        let scan = scan("<!-- words: allow(told): quoted from a letter -->\nThey were told.\n");
        assert_eq!((scan.allows.len(), scan.passages.len(), scan.passages[0].line), (1, 1, 2));
    }
}
