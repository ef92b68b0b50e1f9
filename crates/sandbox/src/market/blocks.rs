//! Sums over ranges of candles that do not visit each candle.

use super::price_path::{Span, floor_volume};
use std::ops::Range;

/// Number of candles in a block.
const SIZE: usize = 64;

/// Consecutive candles merged into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) open: i64,
    pub(super) high: i64,
    pub(super) low: i64,
    pub(super) close: i64,
    pub(super) volume: i64,
    /// The volume with a buyer as taker: half of each candle's.
    pub(super) bought: i64,
    /// Four times the sum of mean price times volume.
    pub(super) quarters: i128,
}

impl Total {
    /// One candle, with its volumes on a step.
    pub(super) fn of(span: &Span, step: i64) -> Self {
        let Span { open, high, low, close, volume } = *span;
        let volume = floor_volume(volume, step);
        let prices = i128::from(open) + i128::from(high) + i128::from(low) + i128::from(close);
        let quarters = prices * i128::from(volume);
        Self { open, high, low, close, volume, bought: floor_volume(volume / 2, step), quarters }
    }

    /// Merges these candles with the following ones.
    pub(super) fn then(self, next: &Self) -> Self {
        Self {
            open: self.open,
            high: self.high.max(next.high),
            low: self.low.min(next.low),
            close: next.close,
            volume: self.volume.saturating_add(next.volume),
            bought: self.bought.saturating_add(next.bought),
            quarters: self.quarters.saturating_add(next.quarters),
        }
    }

    /// The same candles in the reverse order of time.
    pub(super) const fn reversed(self) -> Self {
        Self { open: self.close, close: self.open, ..self }
    }
}

/// The totals of all whole blocks of a sequence of candles.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks(Vec<Total>);

impl Blocks {
    pub(super) fn new(len: usize, total: impl Fn(usize) -> Total) -> Self {
        let blocks = (0..len / SIZE).filter_map(|block| fold(block * SIZE..(block + 1) * SIZE, &total));
        Self(blocks.collect())
    }

    /// The total of the candles of a range; `None` if it is empty. Visits at most two blocks of candles, and one
    /// total for each block between them.
    pub(super) fn sum(&self, range: Range<usize>, total: impl Fn(usize) -> Total) -> Option<Total> {
        let (first, end) = (range.start.div_ceil(SIZE), range.end / SIZE);
        if first >= end {
            return fold(range, &total);
        }
        let middle = self.0.get(first..end)?.iter().copied().reduce(|all, next| all.then(&next));
        let parts = [fold(range.start..first * SIZE, &total), middle, fold(end * SIZE..range.end, &total)];
        parts.into_iter().flatten().reduce(|all, next| all.then(&next))
    }
}

fn fold(range: Range<usize>, total: &impl Fn(usize) -> Total) -> Option<Total> {
    range.map(total).reduce(|all, next| all.then(&next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::noise;
    use proptest::prelude::*;

    fn total(index: usize) -> Total {
        let draw = |salt| i64::try_from(noise(5, &[index as u64, salt]) % 1_000).unwrap();
        let (open, close) = (2_000 + draw(1), 2_000 + draw(2));
        let (high, low) = (open.max(close) + draw(3), open.min(close) - draw(4));
        Total::of(&Span { open, high, low, close, volume: draw(5) }, 10)
    }

    proptest! {
        #[test]
        fn a_sum_of_blocks_is_the_sum_of_the_candles(start in 0_usize..700, len in 0_usize..700) {
            let blocks = Blocks::new(1_000, total);
            let range = start..(start + len).min(1_000);
            prop_assert_eq!(blocks.sum(range.clone(), total), fold(range, &total));
        }
    }
}
