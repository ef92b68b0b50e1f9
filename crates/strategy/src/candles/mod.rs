//! Candle files: CSV to candles, all or nothing.
//!
//! Two kinds are read: with a header that names the columns (ours, and Binance's futures archive), and Binance's spot
//! archive, which has none. Moments may be ISO 8601 in UTC, or seconds, milliseconds or microseconds since the epoch.

mod columns;
mod moment;

use columns::Columns;
use domain::{Candle, Decimal, Frame, Micros, money};
use std::fmt::{self, Write as _};

/// Problems that are told one by one; the rest are counted.
pub const SHOWN: usize = 20;

/// What to do where the exchange itself has no record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// They are problems.
    #[default]
    Refuse,
    /// They stay gaps, and a candle that began late in its frame counts as the frame's: an exchange that comes back
    /// from an outage leaves both.
    Keep,
}

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing in the file but perhaps a header.
    #[error("no candles")]
    Empty,
    /// The header does not name a column that is needed.
    #[error("no column {0}")]
    NoColumn(&'static str),
    /// The row has not as many columns as it must.
    #[error("{found} columns, not {wanted}")]
    Width {
        /// As many as there are.
        found: usize,
        /// As many as there must be.
        wanted: usize,
    },
    /// No moment that can be read.
    #[error("open time is not a time: {0}")]
    NotTime(String),
    /// No number that can be kept.
    #[error("{0} is not a number: {1}")]
    NotNumber(&'static str, String),
    /// A price is zero or negative, or finer than eight decimals.
    #[error("{0} is not a price: {1}")]
    NotPrice(&'static str, Decimal),
    /// The volume is negative.
    #[error("volume is negative")]
    Volume,
    /// The high is below, or the low above, another price.
    #[error("high and low do not enclose open and close")]
    Range,
    /// It does not open where candles of the frame do.
    #[error("does not open on a full {0}")]
    OffFrame(Frame),
    /// It opens when an earlier line does.
    #[error("same time as line {0}")]
    Duplicate(usize),
    /// It opens before the line above does.
    #[error("earlier than line {0}")]
    Disorder(usize),
    /// Candles are missing before it.
    #[error("{missing} candles are missing after line {after}")]
    Gap {
        /// How many.
        missing: i64,
        /// The line before them.
        after: usize,
    },
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Counted from 1, the header included.
    pub line: usize,
    /// What.
    pub fault: Fault,
}

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The first [`SHOWN`] of them, in the order of the lines.
    pub first: Vec<Problem>,
    /// How many there are.
    pub count: usize,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Problem { line, fault }) in self.first.iter().enumerate() {
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

/// Reads a whole file of candles of one frame.
///
/// # Errors
/// Everything that is wrong with it. Then nothing of it is taken.
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
    /// The last row that had a place in time.
    last: Option<(usize, Micros)>,
    problems: Vec<Problem>,
    count: usize,
}

impl Reader {
    fn found(&mut self, line: usize, fault: Fault) {
        self.count += 1;
        if self.problems.len() < SHOWN {
            self.problems.push(Problem { line, fault });
        }
    }

    fn line(&mut self, columns: &Columns, number: usize, line: &str) {
        let row = match columns.row(line) {
            Ok(row) => row,
            Err(fault) => return self.found(number, fault),
        };
        let Some(at) = moment::read(row.at) else {
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

    /// Holds the order of time. A row out of order is one problem: the next is compared with the last in order.
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

/// So much of a rubbish field as a message can bear.
fn shortened(field: &str) -> String {
    field.chars().filter(|c| !c.is_control()).take(32).collect()
}

/// Candles as a file that [`parse`] reads.
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

/// What a file's name says of it: `BTCUSDT-1h.csv` or Binance's `BTCUSDT-1m-2022-01.csv` are BTCUSDT and a frame.
#[must_use]
pub fn named(file: &str) -> Option<(&str, Frame)> {
    let mut parts = file.strip_suffix(".csv")?.split('-');
    let pair =
        parts.next().filter(|pair| !pair.is_empty() && pair.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    Some((pair, Frame::parse(parts.next()?)?))
}
