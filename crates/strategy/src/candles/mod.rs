//! Candle files: parses CSV to candles, all or nothing.
//!
//! Two kinds are accepted: files with a header that names the columns (Slipstream's own, and Binance's
//! futures archive), and Binance's spot archive, which has none. Times may be ISO 8601 in UTC, or seconds,
//! milliseconds or microseconds since the Unix epoch.

mod columns;
mod timestamp;

use columns::Columns;
use domain::{Candle, Decimal, Frame, Micros, money};
use std::fmt::{self, Write as _};

/// The number of problems reported individually; further ones are only counted.
pub const SHOWN: usize = 20;

/// How to treat candles that are missing in the exchange's own record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// Report them as problems.
    #[default]
    Refuse,
    /// Keep them as gaps, and accept a candle that began late in its frame as the frame's. An exchange that
    /// resumes after an outage leaves both.
    Keep,
}

/// The fault of one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file has no rows, or only a header.
    #[error("no candles")]
    Empty,
    /// The header lacks a required column.
    #[error("no column {0}")]
    NoColumn(&'static str),
    /// The row has the wrong number of columns.
    #[error("{found} columns, not {wanted}")]
    Width {
        /// The number of columns in the row.
        found: usize,
        /// The required number.
        wanted: usize,
    },
    /// The opening time cannot be parsed.
    #[error("open time is not a time: {0}")]
    NotTime(String),
    /// A field is not a valid number.
    #[error("{0} is not a number: {1}")]
    NotNumber(&'static str, String),
    /// A price is not positive, or has more than eight decimal places.
    #[error("{0} is not a price: {1}")]
    NotPrice(&'static str, Decimal),
    /// The volume is negative.
    #[error("volume is negative")]
    Volume,
    /// The high is below, or the low above, another price.
    #[error("high and low do not enclose open and close")]
    Range,
    /// The candle does not open on a boundary of the frame.
    #[error("does not open on a full {0}")]
    OffFrame(Frame),
    /// An earlier line has the same opening time.
    #[error("same time as line {0}")]
    Duplicate(usize),
    /// The candle opens before the previous line's.
    #[error("earlier than line {0}")]
    Disorder(usize),
    /// Candles are missing before this one.
    #[error("{missing} candles are missing after line {after}")]
    Gap {
        /// The number of missing candles.
        missing: i64,
        /// The last line before the gap.
        after: usize,
    },
}

/// A problem in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProblem {
    /// The line number, counted from 1 including the header.
    pub line: usize,
    /// The fault.
    pub fault: Fault,
}

/// The problems for which a file was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The first [`SHOWN`] problems, in line order.
    pub first: Vec<LineProblem>,
    /// The total number of problems.
    pub count: usize,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, LineProblem { line, fault }) in self.first.iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            write!(f, "{end}line {line}: {fault}")?;
        }
        match self.count - self.first.len() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

/// Parses a whole file of candles of one frame.
///
/// # Errors
/// All problems found, in which case no candle is accepted.
pub fn parse(text: &str, frame: Frame, gaps: Gaps) -> Result<Vec<Candle>, Problems> {
    let mut reader = Reader { frame, gaps, candles: Vec::new(), last: None, problems: Vec::new(), count: 0 };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).peekable();
    match lines.peek().map(|&(number, line)| (number, Columns::find(line))) {
        None => reader.found(1, Fault::Empty),
        Some((number, Err(fault))) => reader.found(number, fault),
        Some((number, Ok(columns))) => {
            if columns.named {
                lines.next();
            }
            if lines.peek().is_none() {
                reader.found(number, Fault::Empty);
            }
            lines.for_each(|(number, line)| reader.line(&columns, number, line));
        }
    }
    let Reader { candles, problems: first, count, .. } = reader;
    if count == 0 { Ok(candles) } else { Err(Problems { first, count }) }
}

struct Reader {
    frame: Frame,
    gaps: Gaps,
    candles: Vec<Candle>,
    /// The last row in chronological order.
    last: Option<(usize, Micros)>,
    problems: Vec<LineProblem>,
    count: usize,
}

impl Reader {
    fn found(&mut self, line: usize, fault: Fault) {
        self.count += 1;
        if self.problems.len() < SHOWN {
            self.problems.push(LineProblem { line, fault });
        }
    }

    fn line(&mut self, columns: &Columns, number: usize, line: &str) {
        let row = match columns.row(line) {
            Ok(row) => row,
            Err(fault) => return self.found(number, fault),
        };
        let Some(at) = timestamp::read(row.at) else {
            return self.found(number, Fault::NotTime(shortened(row.at)));
        };
        let start = self.frame.floor(at);
        if start != at && self.gaps == Gaps::Refuse {
            return self.found(number, Fault::OffFrame(self.frame));
        }
        self.place(number, start);
        match row.candle(start) {
            Ok(candle) => self.candles.push(candle),
            Err(fault) => self.found(number, fault),
        }
    }

    /// Checks the chronological order. A row out of order is one problem: the next row is compared with the
    /// last one in order.
    fn place(&mut self, number: usize, start: Micros) {
        if let Some((line, before)) = self.last {
            let steps = start.since(before) / self.frame.micros();
            match steps {
                0 => return self.found(number, Fault::Duplicate(line)),
                ..0 => return self.found(number, Fault::Disorder(line)),
                2.. if self.gaps == Gaps::Refuse => {
                    self.found(number, Fault::Gap { missing: steps - 1, after: line });
                }
                _ => {}
            }
        }
        self.last = Some((number, start));
    }
}

/// A part of an invalid field that is short enough for a message.
fn shortened(field: &str) -> String {
    field.chars().filter(|c| !c.is_control()).take(32).collect()
}

/// Renders candles as a file that [`parse`] accepts.
#[must_use]
pub fn render(candles: &[Candle]) -> String {
    let mut text = String::from("open_time,open,high,low,close,volume\n");
    for c in candles {
        let [open, high, low, close, volume] = [c.open, c.high, c.low, c.close, c.volume].map(money::text);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{},{open},{high},{low},{close},{volume}", c.start);
    }
    text
}

/// The pair and frame that a file's name states: `BTCUSDT-1h.csv`, or Binance's `BTCUSDT-1m-2022-01.csv`.
#[must_use]
pub fn named(file: &str) -> Option<(&str, Frame)> {
    let mut parts = file.strip_suffix(".csv")?.split('-');
    let pair =
        parts.next().filter(|pair| !pair.is_empty() && pair.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    Some((pair, Frame::parse(parts.next()?)?))
}
