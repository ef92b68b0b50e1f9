//! Closed candles in the form that the evaluator takes.

use crate::ticks::{self, Price};
use domain::{Candle, Micros};

/// A closed candle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Opening time.
    pub at: Micros,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Volume in base units; used only by indicators.
    pub volume: f64,
}

impl Bar {
    /// Converts a candle; `None` if a price is not positive, has more than eight decimal places, or is
    /// outside the range of high and low.
    #[must_use]
    pub fn from_candle(candle: &Candle) -> Option<Self> {
        let price = Price::from_decimal;
        let (open, high) = (price(candle.open)?, price(candle.high)?);
        let (low, close) = (price(candle.low)?, price(candle.close)?);
        if high < open.max(close) || low > open.min(close) {
            return None;
        }
        Some(Self { at: candle.start, open, high, low, close, volume: ticks::opinion(candle.volume) })
    }

    /// A period of which only the first and last price are known.
    #[must_use]
    pub fn between(at: Micros, first: Price, last: Price) -> Self {
        Self { at, open: first, high: first.max(last), low: first.min(last), close: last, volume: 0.0 }
    }
}

/// Bars in columns, oldest first, as the input of a backtest.
#[derive(Clone, Debug, Default)]
pub struct Series {
    at: Vec<Micros>,
    open: Vec<Price>,
    high: Vec<Price>,
    low: Vec<Price>,
    close: Vec<Price>,
    volume: Vec<f64>,
}

impl Series {
    /// Appends a bar, which must be later than the last.
    pub fn push(&mut self, bar: &Bar) {
        self.at.push(bar.at);
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
    }

    /// The number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are no bars.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The bars, oldest first.
    pub fn bars(&self) -> impl DoubleEndedIterator<Item = Bar> + '_ {
        let prices = self.open.iter().zip(&self.high).zip(&self.low).zip(&self.close);
        let rows = self.at.iter().zip(prices).zip(&self.volume);
        rows.map(|((&at, (((&open, &high), &low), &close)), &volume)| Bar {
            at,
            open,
            high,
            low,
            close,
            volume,
        })
    }
}

impl FromIterator<Bar> for Series {
    fn from_iter<I: IntoIterator<Item = Bar>>(bars: I) -> Self {
        let mut series = Self::default();
        bars.into_iter().for_each(|bar| series.push(&bar));
        series
    }
}
