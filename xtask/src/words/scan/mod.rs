//! Extraction: from a file to the passages that are checked and the exceptions that are made in it.

mod comments;
mod javascript;
mod literal;
mod markdown;
mod markup;
mod names;
mod plain;
mod rust;

use super::allow::Allow;
use super::files::FileKind;
use super::place::Passage;
use anyhow::Result;

/// The contents of one file, as far as they are checked.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) passages: Vec<Passage>,
    pub(super) allows: Vec<Allow>,
}

/// Reads one file.
///
/// # Errors
/// When a Rust file has no tokens, as with an open quote.
pub(super) fn scan(source: &str, kind: FileKind) -> Result<Scan> {
    Ok(match kind {
        FileKind::Rust { shown } => rust::scan(source, shown)?,
        FileKind::Markdown => markdown::scan(source),
        FileKind::JavaScript => comments::collect(source, &javascript::comments(source)),
        FileKind::Plain(syntax) => comments::collect(source, &plain::comments(source, syntax)),
    })
}

/// Finds the line of an offset.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    fn new(source: &str) -> Self {
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect())
    }

    /// The line, counted from 1.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// The column in bytes, counted from 0.
    fn column(&self, offset: usize) -> usize {
        offset - self.0[self.line(offset) - 1]
    }
}
