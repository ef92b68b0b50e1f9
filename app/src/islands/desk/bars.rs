//! Candles as the chart draws them: in whole ticks and lots, so that the browser needs neither decimals nor
//! floats for pixel positions.

#[cfg(any(feature = "islands", test))]
use domain::Frame;
use domain::money::Arithmetic as _;
use domain::{Candle, Decimal, Market};
use serde::{Deserialize, Serialize};

/// One candle: start in seconds, open, high, low, close in ticks, volume in lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar(pub i64, pub i64, pub i64, pub i64, pub i64, pub i64);

impl Bar {
    /// Converts a candle of a market.
    #[must_use]
    pub fn new(candle: &Candle, market: &Market) -> Self {
        let ticks = |price| in_steps(price, market.tick);
        Self(
            candle.start.seconds(),
            ticks(candle.open),
            ticks(candle.high),
            ticks(candle.low),
            ticks(candle.close),
            in_steps(candle.volume, market.lot),
        )
    }

    /// Whether it closed at or above its open.
    pub(crate) const fn rises(&self) -> bool {
        self.4 >= self.1
    }
}

/// A value in steps, rounded; zero if it does not fit.
pub(crate) fn in_steps(value: Decimal, step: Decimal) -> i64 {
    value.over(step).and_then(|count| i64::try_from(count.round()).ok()).unwrap_or_default()
}

/// The candles of a chart: the closed ones and the one still forming.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bars {
    /// Closed candles, oldest first.
    pub settled: Vec<Bar>,
    /// The candle still forming.
    pub forming: Bar,
    /// The minute of the last update of `forming`, and its volume so far: longer intervals sum up minutes.
    pub minute: (i64, i64),
}

impl Bars {
    /// Converts candles, oldest first, the last of which is still forming.
    #[must_use]
    pub fn new(candles: &[Candle], market: &Market) -> Self {
        let mut settled: Vec<_> = candles.iter().map(|c| Bar::new(c, market)).collect();
        let forming = settled.pop().unwrap_or_default();
        Self { settled, forming, minute: (0, 0) }
    }

    /// Applies an update of the current minute's candle; returns whether a bar was closed.
    #[cfg(any(feature = "islands", test))]
    pub(crate) fn minute(&mut self, minute: Bar, frame: Frame) -> bool {
        let length = frame.micros() / domain::time::SECOND;
        let start = minute.0.div_euclid(length) * length;
        // The volume of an update is the minute's total, so only the increase is added. Of the first minute,
        // a part may already be included.
        let told_before = self.minute.0 == minute.0;
        let fresh = if told_before {
            minute.5 - self.minute.1
        } else if self.minute.0 == 0 {
            0
        } else {
            minute.5
        };
        self.minute = (minute.0, minute.5);
        let bar = &mut self.forming;
        if start < bar.0 {
            return false;
        }
        if start > bar.0 && bar.0 > 0 {
            self.settled.push(*bar);
            *bar = Bar(start, minute.1, minute.2, minute.3, minute.4, minute.5);
            return true;
        }
        if frame == Frame::M1 {
            *bar = minute;
        } else {
            (bar.0, bar.2, bar.3, bar.4) = (start, bar.2.max(minute.2), bar.3.min(minute.3), minute.4);
            bar.5 += fresh.max(0);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Bars {
        Bars { settled: vec![Bar(0, 10, 12, 9, 11, 5)], forming: Bar(300, 11, 13, 10, 12, 7), minute: (0, 0) }
    }

    #[test]
    fn minutes_add_up_to_a_longer_frame() {
        let mut bars = start();
        assert!(!bars.minute(Bar(420, 12, 15, 12, 14, 3), Frame::M5));
        assert!(!bars.minute(Bar(420, 12, 15, 8, 9, 5), Frame::M5));
        assert!(!bars.minute(Bar(480, 9, 10, 9, 10, 4), Frame::M5));
        // The part of minute 420 from the first update is already included in the seven.
        assert_eq!(bars.forming, Bar(300, 11, 15, 8, 10, 13));
    }

    #[test]
    fn a_new_period_settles_the_old_one() {
        let mut bars = start();
        assert!(bars.minute(Bar(600, 12, 12, 12, 12, 1), Frame::M5));
        assert_eq!(bars.settled.len(), 2);
        assert_eq!(bars.forming, Bar(600, 12, 12, 12, 12, 1));
        assert!(!bars.minute(Bar(300, 1, 1, 1, 1, 1), Frame::M5), "an old minute changes nothing");
        assert_eq!(bars.forming.4, 12);
    }

    #[test]
    fn one_minute_bars_are_replaced_whole() {
        let mut bars = Bars { forming: Bar(60, 1, 2, 1, 2, 9), ..Bars::default() };
        bars.minute(Bar(60, 1, 5, 1, 4, 12), Frame::M1);
        assert_eq!(bars.forming, Bar(60, 1, 5, 1, 4, 12));
    }
}
