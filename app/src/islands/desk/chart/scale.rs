//! The mapping of prices and times to chart coordinates. Integers throughout: positions in tenths of a pixel,
//! prices in ticks.

use crate::islands::desk::Bar;

/// Width of the price axis, in tenths of a pixel.
pub(super) const AXIS: i64 = 720;
/// Height of the time axis, in tenths of a pixel.
pub(super) const FOOT: i64 = 240;
/// Space above the highest price, for the legend, in tenths of a pixel.
const TOP: i64 = 260;
/// Empty slots after the newest candle.
pub(super) const PAD: usize = 3;

/// The mapping for one window of candles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) slots: i64,
    /// Lowest and highest price shown, in ticks.
    pub(super) lo: i64,
    pub(super) hi: i64,
    /// The largest volume, in lots.
    pub(super) volume: i64,
}

impl Scale {
    /// A scale that shows all of `bars`. Its bounds are coarse, so that a changing price rarely redraws every
    /// candle.
    pub(super) fn new(size: (i64, i64), slots: usize, bars: impl Iterator<Item = Bar>) -> Self {
        let (mut lo, mut hi, mut volume) = (i64::MAX, i64::MIN, 1);
        for bar in bars {
            lo = lo.min(bar.3);
            hi = hi.max(bar.2);
            volume = volume.max(bar.5);
        }
        if lo > hi {
            (lo, hi) = (0, 1);
        }
        let step = ((hi - lo) / 16).max(1);
        let (lo, hi) = (lo.div_euclid(step) * step, (hi / step + 1) * step);
        let coarse = (volume / 8).max(1);
        Self {
            width: (size.0 * 10).max(AXIS + 1_000),
            height: (size.1 * 10).max(FOOT + TOP + 1_000),
            slots: i64::try_from(slots).unwrap_or(1).max(1),
            lo,
            hi,
            volume: (volume / coarse + 1) * coarse,
        }
    }

    /// Right edge of the plot.
    pub(super) const fn right(&self) -> i64 {
        self.width - AXIS
    }

    /// Lower edge of the plot.
    pub(super) const fn bottom(&self) -> i64 {
        self.height - FOOT
    }

    /// The x coordinate of a slot's middle.
    pub(super) const fn x(&self, slot: i64) -> i64 {
        (2 * slot + 1) * self.right() / (2 * self.slots)
    }

    /// Half the width of a candle.
    pub(super) fn half(&self) -> i64 {
        (self.right() * 7 / (self.slots * 20)).clamp(4, 90)
    }

    /// The y coordinate of a price.
    pub(super) fn y(&self, price: i64) -> i64 {
        TOP + (self.hi - price) * (self.bottom() - TOP) / (self.hi - self.lo).max(1)
    }

    /// The y coordinate of a volume's top: volumes occupy the lowest fifth.
    pub(super) const fn volume_y(&self, volume: i64) -> i64 {
        self.bottom() - volume * (self.bottom() / 5) / self.volume
    }

    /// The slot at an x coordinate.
    pub(super) fn slot_at(&self, x: i64) -> i64 {
        (x * self.slots / self.right().max(1)).clamp(0, self.slots - 1)
    }

    /// The price at a y coordinate.
    pub(super) fn price_at(&self, y: i64) -> i64 {
        self.hi - (y - TOP) * (self.hi - self.lo) / (self.bottom() - TOP).max(1)
    }

    /// Prices of the grid lines: round ones, about 60 pixels apart.
    pub(super) fn grid(&self) -> Vec<i64> {
        let lines = ((self.bottom() - TOP) / 600).max(2);
        let step = round_step((self.hi - self.lo) / lines);
        let first = self.lo.div_euclid(step) + 1;
        (first..).map(|n| n * step).take_while(|p| *p < self.hi).collect()
    }

    /// The number of candles between two labels of the time axis.
    pub(super) fn every(&self) -> i64 {
        let least = (900 * self.slots / self.right().max(1)).max(1);
        [1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60, 120, 240].into_iter().find(|n| *n >= least).unwrap_or(480)
    }
}

/// The least of 1, 2, 5 times a power of ten that is not below `least`.
fn round_step(least: i64) -> i64 {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            if factor * power >= least {
                return factor * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> Scale {
        let bars = [Bar(0, 100, 180, 90, 150, 40), Bar(60, 150, 200, 140, 190, 80)];
        Scale::new((960, 420), 10, bars.into_iter())
    }

    #[test]
    fn places_and_prices_are_each_others_inverse() {
        let s = scale();
        for price in [90, 120, 150, 199] {
            assert!((s.price_at(s.y(price)) - price).abs() <= 1, "{price}");
        }
        for slot in 0..10 {
            assert_eq!(s.slot_at(s.x(slot)), slot);
        }
    }

    #[test]
    fn everything_is_inside_the_plot() {
        let s = scale();
        assert!(s.y(s.hi) >= 0 && s.y(90) <= s.bottom());
        assert!(s.volume_y(80) >= s.bottom() * 4 / 5 && s.volume_y(0) == s.bottom());
        assert!(s.grid().iter().all(|p| (s.lo..s.hi).contains(p)) && s.grid().len() >= 2);
    }

    #[test]
    fn nothing_to_show_is_no_failure() {
        let s = Scale::new((0, 0), 0, std::iter::empty());
        assert!(s.right() > 0 && s.grid().len() < 10);
    }

    #[test]
    fn steps_are_round() {
        assert_eq!([1, 3, 7, 11, 49, 501].map(round_step), [1, 5, 10, 20, 50, 1_000]);
    }
}
