//! From comments to passages: adjacent line comments are one text, without their markers.

use super::super::allow::Allow;
use super::super::place::{Passage, Place};
use super::markup::{blank, blank_code};
use super::{Lines, Scan};
use std::ops::Range;

/// One comment of a file: where it is, its marker included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) range: Range<usize>,
    pub(super) place: Place,
}

/// Opening markers. Longer ones are first.
const MARKERS: [&str; 9] = ["///", "//!", "//", "/**", "/*!", "/*", "#", "\"\"\"", "'''"];

fn marker(comment: &str) -> &'static str {
    MARKERS.into_iter().find(|marker| comment.starts_with(marker)).unwrap_or_default()
}

/// The passages and the exceptions in a file's comments, which are in the order of the file.
pub(super) fn collect(source: &str, comments: &[Comment]) -> Scan {
    let lines = Lines::new(source);
    let mut scan = Scan::default();
    let mut group: Vec<&Comment> = Vec::new();
    for comment in comments {
        let inner = source[comment.range.clone()].trim_start_matches(['/', '#', '*', '!']);
        if let Some(allow) = Allow::read(inner.trim_end_matches("*/"), lines.line(comment.range.start)) {
            scan.allows.push(allow);
            continue;
        }
        if group.last().is_some_and(|last| !continues(source, &lines, last, comment)) {
            scan.passages.push(passage(source, &lines, &group));
            group.clear();
        }
        group.push(comment);
    }
    if !group.is_empty() {
        scan.passages.push(passage(source, &lines, &group));
    }
    scan
}

/// Whether a line comment goes on with the text of the one before it.
fn continues(source: &str, lines: &Lines, last: &Comment, next: &Comment) -> bool {
    let gap = &source[last.range.end..next.range.start];
    let (above, below) = (marker(&source[last.range.clone()]), marker(&source[next.range.clone()]));
    above == below
        && matches!(below, "///" | "//!" | "//" | "#")
        && gap.chars().all(char::is_whitespace)
        && gap.matches('\n').count() == 1
        && lines.column(last.range.start) == lines.column(next.range.start)
}

fn passage(source: &str, lines: &Lines, group: &[&Comment]) -> Passage {
    let (first, last) = (group[0], group[group.len() - 1]);
    let start = first.range.start;
    let mut text = source[start..last.range.end].to_owned();
    for comment in group {
        blank_markers(&mut text, comment.range.start - start..comment.range.end - start);
    }
    blank_code(&mut text);
    let before = source[start - lines.column(start)..start].trim_start();
    let reason = before.starts_with("#[") || before.starts_with("#![");
    let place = if reason { Place::Heading } else { first.place };
    Passage { place, line: lines.line(start), text }
}

/// Blanks the markers of a comment.
fn blank_markers(text: &mut String, range: Range<usize>) {
    let marker = marker(&text[range.clone()]);
    let (start, end) = (range.start + marker.len(), range.end);
    blank(text, range.start..start, ' ');
    let close = if marker.starts_with("/*") { "*/" } else { marker };
    if !matches!(marker, "/**" | "/*!" | "/*" | "\"\"\"" | "'''") {
        return;
    }
    if text[start..end].ends_with(close) {
        blank(text, end - close.len()..end, ' ');
    }
    let mut at = start;
    let stars: Vec<usize> = text[start..end]
        .split_inclusive('\n')
        .filter_map(|line| {
            let star = at + line.len() - line.trim_start().len();
            at += line.len();
            line.trim_start().starts_with('*').then_some(star)
        })
        .collect();
    for star in stars {
        blank(text, star..star + 1, ' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passages(source: &str, starts: &[&str]) -> Vec<(usize, String)> {
        let comments: Vec<Comment> = starts
            .iter()
            .map(|text| {
                let start = source.find(text).unwrap();
                Comment { range: start..start + text.len(), place: Place::Note }
            })
            .collect();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        collect(source, &comments).passages.iter().map(|one| (one.line, words(&one.text))).collect()
    }

    #[test]
    fn adjacent_lines_are_one_text() {
        let source = "// by\n// hand\n\n// apart\n";
        let found = passages(source, &["// by", "// hand", "// apart"]);
        assert_eq!(found, [(1, "by hand".to_owned()), (4, "apart".to_owned())]);
    }

    #[test]
    fn a_comment_behind_code_is_apart_from_the_next_line() {
        let found = passages("let a = 1; // one\n// two\n", &["// one", "// two"]);
        assert_eq!(found, [(1, "one".to_owned()), (2, "two".to_owned())]);
    }

    #[test]
    fn the_reason_after_an_attribute_may_be_short() {
        let source = "#[rustfmt::skip] // a table\n";
        let comment = Comment { range: 17..source.len() - 1, place: Place::Note };
        assert_eq!(collect(source, &[comment]).passages[0].place, Place::Heading);
    }

    #[test]
    fn blocks_lose_their_stars() {
        let found = passages("/** by\n * hand */", &["/** by\n * hand */"]);
        assert_eq!(found, [(1, "by hand".to_owned())]);
    }

    #[test]
    fn an_exception_is_no_text() {
        let source = "// words: allow(told): the name is the exchange's\n";
        let comment = Comment { range: 0..source.len() - 1, place: Place::Note };
        let scan = collect(source, &[comment]);
        assert!(scan.passages.is_empty());
        assert_eq!(scan.allows[0].rules, ["told"]);
    }
}
