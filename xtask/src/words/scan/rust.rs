//! Rust files: tokens from proc-macro2, comments from the gaps between the tokens.

use super::super::place::{Passage, Place};
use super::comments::{self, Comment};
use super::{Lines, Scan, literal, names};
use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use std::ops::Range;

/// Macros whose literals are logged, printed or returned as an error message.
const LOG_MACROS: [&str; 18] = [
    "anyhow",
    "bail",
    "debug",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "event",
    "info",
    "info_span",
    "print",
    "println",
    "span",
    "trace",
    "unreachable",
    "warn",
    "write",
    "writeln",
];
/// Functions whose literals are added to an error message.
const LOG_METHODS: [&str; 2] = ["context", "with_context"];
/// Functions of xtask that print: `say::note("…")`.
const PRINTERS: [&str; 4] = ["error", "line", "note", "step"];
/// Attributes whose literals are shown: of thiserror and of clap.
const SHOWN_ATTRIBUTES: [&str; 4] = ["arg", "clap", "command", "error"];

/// Reads a Rust file. With `shown`, every string literal of it is a text of the interface.
pub(super) fn scan(source: &str, shown: bool) -> Result<Scan> {
    let stream: TokenStream = source.parse().map_err(|error| anyhow!("no Rust tokens: {error}"))?;
    let mut reader = Reader { source, lines: Lines::new(source), code: Vec::new(), passages: Vec::new() };
    reader.read(stream, shown.then_some(Place::Text));
    let mut scan = comments::collect(source, &in_gaps(source, &reader.code));
    scan.passages.append(&mut reader.passages);
    // The tokens are gone, and with them the need for their places: the next file starts with an empty table.
    proc_macro2::extra::invalidate_current_thread_spans();
    Ok(scan)
}

struct Reader<'a> {
    source: &'a str,
    lines: Lines,
    /// The ranges of all tokens but documentation comments, in the order of the file.
    code: Vec<Range<usize>>,
    passages: Vec<Passage>,
}

impl Reader<'_> {
    fn read(&mut self, stream: TokenStream, place: Option<Place>) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        for (place, ident) in names::declared(&tokens) {
            let line = self.lines.line(ident.span().byte_range().start);
            self.passages.push(Passage { place, line, text: ident.to_string() });
        }
        for (at, token) in tokens.iter().enumerate() {
            let range = token.span().byte_range();
            // proc-macro2 makes tokens of a documentation comment, all with the span of the comment.
            if self.source[range.start..].starts_with("//") || self.source[range.start..].starts_with("/*") {
                continue;
            }
            match token {
                TokenTree::Group(group) => self.group(group, context(&tokens, at, group, place)),
                TokenTree::Literal(_) if is_usage(&tokens, at) => self.literal(range, Some(Place::Log)),
                TokenTree::Literal(_) => self.literal(range, place),
                TokenTree::Ident(_) | TokenTree::Punct(_) => self.code.push(range),
            }
        }
    }

    fn group(&mut self, group: &Group, place: Option<Place>) {
        let bracket = |span: Span| span.byte_range();
        self.code.push(bracket(group.span_open()));
        self.read(group.stream(), place);
        self.code.push(bracket(group.span_close()));
    }

    fn literal(&mut self, range: Range<usize>, place: Option<Place>) {
        if let Some(place) = place
            && let Some(text) = literal::text(&self.source[range.clone()])
        {
            self.passages.push(Passage { place, line: self.lines.line(range.start), text });
        }
        self.code.push(range);
    }
}

/// The kind of place of the literals in a group, by the tokens before it.
fn context(tokens: &[TokenTree], at: usize, group: &Group, outer: Option<Place>) -> Option<Place> {
    let before = |steps: usize| at.checked_sub(steps).and_then(|at| tokens.get(at));
    let ident = |steps: usize| match before(steps) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let is = |steps: usize, sign: char| matches!(before(steps), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
    let attribute = group.delimiter() == Delimiter::Bracket && (is(1, '#') || is(1, '!') && is(2, '#'));
    if attribute {
        return shown_attribute(group).then_some(Place::Log);
    }
    let among = |name: Option<String>, list: &[&str]| name.is_some_and(|name| list.contains(&name.as_str()));
    let printer = is(2, ':') && ident(4).is_some_and(|module| module == "say") && among(ident(1), &PRINTERS);
    let logs = is(1, '!') && among(ident(2), &LOG_MACROS);
    if logs || printer || among(ident(1), &LOG_METHODS) { Some(Place::Log) } else { outer }
}

/// Whether a literal is the value of `const USAGE: &str`, the help of a command.
fn is_usage(tokens: &[TokenTree], at: usize) -> bool {
    let name = at.checked_sub(5).and_then(|at| tokens.get(at));
    matches!(name, Some(TokenTree::Ident(name)) if name == "USAGE" || name == "HELP")
}

fn shown_attribute(group: &Group) -> bool {
    let first = group.stream().into_iter().next();
    first.is_some_and(|token| SHOWN_ATTRIBUTES.contains(&token.to_string().as_str()))
}

/// The comments between the tokens.
fn in_gaps(source: &str, code: &[Range<usize>]) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut end = 0;
    for range in code.iter().cloned().chain(std::iter::once(source.len()..source.len())) {
        if end < range.start {
            in_gap(source, end..range.start, &mut found);
        }
        end = range.end.max(end);
    }
    found
}

fn in_gap(source: &str, gap: Range<usize>, found: &mut Vec<Comment>) {
    let mut at = gap.start;
    while let Some(start) = source[at..gap.end].find('/').map(|found| found + at) {
        let comment = &source[start..gap.end];
        let length = if comment.starts_with("/*") {
            block(comment)
        } else {
            comment.find('\n').unwrap_or(comment.len())
        };
        let place = if documents(comment) { Place::Doc } else { Place::Note };
        found.push(Comment { range: start..start + length, place });
        at = start + length;
    }
}

fn documents(comment: &str) -> bool {
    let outer = comment.starts_with("///") && !comment.starts_with("////");
    let block = comment.starts_with("/**") && !comment.starts_with("/***") && !comment.starts_with("/**/");
    outer || block || comment.starts_with("//!") || comment.starts_with("/*!")
}

/// The length of a block comment, which may hold others.
fn block(comment: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < comment.len() {
        match comment.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    comment.len()
}

#[cfg(test)]
mod tests;
