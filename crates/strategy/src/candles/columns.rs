//! Mapping of CSV columns to candle fields.

use super::{Fault, shortened};
use crate::Price;
use domain::{Candle, Decimal, Micros, money};

/// The number of columns in Binance's archive, whose spot files have no header.
const ARCHIVE: usize = 12;
/// The columns that are read, in the order of [`Columns::places`].
const NAMES: [&str; 6] = ["open_time", "open", "high", "low", "close", "volume"];

/// The positions of the candle fields in a row.
pub(super) struct Columns {
    places: [usize; 6],
    width: usize,
    /// Whether the first line is a header.
    pub(super) named: bool,
}

/// The unparsed fields of a row.
pub(super) struct CandleFields<'a> {
    pub(super) at: &'a str,
    numbers: [&'a str; 5],
}

impl Columns {
    /// Determines the columns from the first line, which is a header or already a candle.
    pub(super) fn find(line: &str) -> Result<Self, Fault> {
        let fields: Vec<_> = line.split(',').map(bare).collect();
        if fields.first().is_some_and(|first| first.starts_with(|c: char| c.is_ascii_digit())) {
            let width = fields.len();
            if width != ARCHIVE && width != NAMES.len() {
                return Err(Fault::Width { found: width, wanted: ARCHIVE });
            }
            return Ok(Self { places: [0, 1, 2, 3, 4, 5], width, named: false });
        }
        let headers: Vec<_> = fields.iter().map(|field| plain(field)).collect();
        let mut places = [0; 6];
        for (place, name) in places.iter_mut().zip(NAMES) {
            let found =
                headers.iter().position(|header| header == name || aliases(name).contains(&header.as_str()));
            *place = found.ok_or(Fault::NoColumn(name))?;
        }
        Ok(Self { places, width: fields.len(), named: true })
    }

    pub(super) fn row<'a>(&self, line: &'a str) -> Result<CandleFields<'a>, Fault> {
        let mut fields = [""; 6];
        let mut found = 0;
        for (place, field) in line.split(',').enumerate() {
            found += 1;
            for (wanted, kept) in self.places.iter().zip(&mut fields) {
                if *wanted == place {
                    *kept = bare(field);
                }
            }
        }
        if found != self.width {
            return Err(Fault::Width { found, wanted: self.width });
        }
        let [at, numbers @ ..] = fields;
        Ok(CandleFields { at, numbers })
    }
}

impl CandleFields<'_> {
    pub(super) fn candle(&self, start: Micros) -> Result<Candle, Fault> {
        let [_, names @ ..] = NAMES;
        let mut read = [Decimal::ZERO; 5];
        for ((value, text), name) in read.iter_mut().zip(self.numbers).zip(names) {
            *value = money::parse(text).map_err(|_| Fault::NotNumber(name, shortened(text)))?;
        }
        let [open, high, low, close, volume] = read;
        for (price, name) in [open, high, low, close].into_iter().zip(names) {
            if Price::from_decimal(price).is_none() {
                return Err(Fault::NotPrice(name, price));
            }
        }
        if volume < Decimal::ZERO {
            return Err(Fault::Volume);
        }
        if high < open.max(close) || low > open.min(close) {
            return Err(Fault::Range);
        }
        Ok(Candle { start, open, high, low, close, volume })
    }
}

/// Removes the quotes that some programs put around each field.
fn bare(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|field| field.strip_suffix('"')).map_or(field, str::trim)
}

/// Normalizes a header: `Open time` and `open_time` are the same column.
fn plain(header: &str) -> String {
    header.to_ascii_lowercase().replace([' ', '-'], "_")
}

fn aliases(name: &str) -> &'static [&'static str] {
    match name {
        "open_time" => &["opentime", "timestamp", "time", "date", "datetime"],
        _ => &[],
    }
}
