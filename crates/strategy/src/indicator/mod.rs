//! Indicators, updated one bar at a time. Each returns NaN until it has enough data; comparisons with NaN are
//! false.

mod atr;
mod average;
mod extreme;
mod rsi;
mod supertrend;

#[cfg(test)]
pub(crate) mod published;

pub(crate) use atr::Atr;
pub(crate) use average::{Ema, Sma};
pub(crate) use extreme::Extreme;
pub(crate) use rsi::Rsi;
pub(crate) use supertrend::Supertrend;

/// A bar as input of the indicators.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub(crate) open: f64,
    pub(crate) high: f64,
    pub(crate) low: f64,
    pub(crate) close: f64,
    pub(crate) volume: f64,
}

/// Wilder's smoothing: the mean of the first `length` values, then moving by a fraction of 1 / `length`
/// towards each new one.
#[derive(Clone, Debug)]
struct Wilder {
    length: f64,
    seen: f64,
    value: f64,
}

impl Wilder {
    fn new(length: u32) -> Self {
        Self { length: f64::from(length), seen: 0.0, value: 0.0 }
    }

    fn next(&mut self, x: f64) -> f64 {
        if self.seen < self.length {
            self.seen += 1.0;
            self.value += x;
            if self.seen < self.length {
                return f64::NAN;
            }
            self.value /= self.length;
        } else {
            self.value = (self.value * (self.length - 1.0) + x) / self.length;
        }
        self.value
    }
}
