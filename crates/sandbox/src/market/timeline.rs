//! The candles of a pair at every position, in the past and in the future: an endless sequence of which any part
//! can be computed without the parts before it.
//!
//! The record continues into the past as its mirror image: before its first hour come the same hours in reverse
//! order, before them the record again, and so on, so that prices are continuous and stay in the recorded range.
//! Into the future it is repeated in scaled passes. A synthetic market repeats its cycle, which ends where it begins.

use super::{
    Pair,
    blocks::{Blocks, Total},
    cycle::Cycle,
    pack,
    price_path::Span,
    source::{self, Pass},
};
use domain::{Decimal, dec};
use std::sync::LazyLock;

/// The totals of the record's blocks.
static BLOCKS: LazyLock<Blocks> = LazyLock::new(|| Blocks::new(pack::record().len(), recorded));
/// The step of the record's volumes.
const STEP: i64 = Pair::BtcUsdt.volume_step();
/// A quarter.
const QUARTER: Decimal = dec!(0.25);

/// Consecutive candles of a timeline merged into one, in the units of its pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) span: Span,
    /// The sum of price times volume, estimated from the mean prices of the candles.
    pub(super) turnover: Decimal,
    /// Volume with a buyer as taker.
    pub(super) bought: i64,
    /// Number of candles.
    pub(super) candles: i64,
}

impl Sum {
    fn of(total: &Total, candles: i64) -> Self {
        let Total { open, high, low, close, volume, bought, quarters } = *total;
        let span = Span { open, high, low, close, volume };
        let quarters = Decimal::try_from_i128_with_scale(quarters, 0).unwrap_or_default();
        Self { span, turnover: quarters * QUARTER, bought, candles }
    }

    /// Merges these candles with the following ones.
    pub(super) fn then(self, next: &Self) -> Self {
        let span = Span {
            open: self.span.open,
            high: self.span.high.max(next.span.high),
            low: self.span.low.min(next.span.low),
            close: next.span.close,
            volume: self.span.volume.saturating_add(next.span.volume),
        };
        Self {
            span,
            turnover: self.turnover + next.turnover,
            bought: self.bought.saturating_add(next.bought),
            candles: self.candles + next.candles,
        }
    }

    /// Scales the prices by a fraction.
    pub(super) fn bent(self, bend: (i64, i64)) -> Self {
        let (up, down) = (Decimal::from(bend.0), Decimal::from(bend.1.max(1)));
        let turnover = (self.turnover * up).checked_div(down).unwrap_or_default();
        Self { span: bent(&self.span, bend), turnover, ..self }
    }
}

/// A candle with its prices scaled by a fraction.
pub(super) fn bent(span: &Span, bend: (i64, i64)) -> Span {
    let price = |price| scaled(price, bend);
    Span {
        open: price(span.open),
        high: price(span.high),
        low: price(span.low),
        close: price(span.close),
        volume: span.volume,
    }
}

/// A price scaled by a fraction.
pub(super) fn scaled(price: i64, (up, down): (i64, i64)) -> i64 {
    let price = i128::from(price) * i128::from(up) / i128::from(down.max(1));
    i64::try_from(price).unwrap_or(i64::MAX).max(1)
}

/// The timeline of one pair.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timeline<'a> {
    /// The record. Position zero is its first hour.
    Record,
    /// A cycle. Position zero is its first candle.
    Cycle(&'a Cycle),
}

impl Timeline<'_> {
    /// The candle at a position.
    pub(super) fn span(self, position: i64) -> Span {
        self.sum(position, 1).map(|sum| sum.span).unwrap_or_default()
    }

    /// The `count` candles from a position on, merged; `None` if there are none.
    pub(super) fn sum(self, position: i64, count: i64) -> Option<Sum> {
        let length = match self {
            Self::Record => i64::try_from(pack::record().len()).ok()?,
            Self::Cycle(cycle) => cycle.len(),
        };
        let (mut at, end) = (position, position.saturating_add(count));
        let mut whole: Option<Sum> = None;
        while at < end && length > 0 {
            let (tile, offset) = (at.div_euclid(length), at.rem_euclid(length));
            let part = (length - offset).min(end - at);
            let sum = match self {
                Self::Record => record_part(tile, offset, part, length)?,
                Self::Cycle(cycle) => Sum::of(&cycle.total(offset, part)?, part),
            };
            whole = Some(whole.map_or(sum, |whole| whole.then(&sum)));
            at += part;
        }
        whole
    }
}

/// The candles of one tile of the record: a pass from zero on, before it the record and its mirror image in turn.
fn record_part(tile: i64, offset: i64, part: i64, length: i64) -> Option<Sum> {
    let mirror = tile < 0 && tile.rem_euclid(2) == 1;
    let start = if mirror { length - offset - part } else { offset };
    let range = usize::try_from(start).ok()?..usize::try_from(start + part).ok()?;
    let pass = Pass::numbered(u32::try_from(tile.max(0)).unwrap_or(u32::MAX));
    if pass.mirrored {
        // Reciprocal prices have no common factor, so the turnover is added up candle by candle.
        let spans = range.map(|index| Sum::of(&Total::of(&pass.span(&hour(index)), STEP), 1));
        return spans.reduce(|all, next| all.then(&next));
    }
    let total = BLOCKS.sum(range, recorded)?;
    let sum = Sum::of(&if mirror { total.reversed() } else { total }, part);
    if tile <= 0 {
        return Some(sum);
    }
    let price = |price| pass.price(price);
    let Span { open, high, low, close, volume } = sum.span;
    let span = Span { open: price(open), high: price(high), low: price(low), close: price(close), volume };
    let turnover = sum.turnover.checked_mul(pass.scale).unwrap_or_default();
    Some(Sum { span, turnover, ..sum })
}

fn hour(index: usize) -> pack::Hour {
    pack::record().get(index).copied().unwrap_or_default()
}

fn recorded(index: usize) -> Total {
    Total::of(&source::plain(&hour(index)), STEP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(timeline: Timeline<'_>, from: i64, parts: [i64; 3]) {
        let whole = timeline.sum(from, parts.iter().sum()).unwrap();
        let mut at = from;
        let mut joined: Option<Sum> = None;
        for part in parts {
            if let Some(sum) = timeline.sum(at, part) {
                joined = Some(joined.map_or(sum, |joined| joined.then(&sum)));
            }
            at += part;
        }
        assert_eq!(joined, Some(whole));
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(
            from in -200_000_i64..46_000, one in 1_i64..3_000, two in 0_i64..60_000, three in 0_i64..900, seed: u64,
        ) {
            // Sums of scaled passes are rounded, so the range ends with the first pass.
            let end = 46_982_i64.max(from + one);
            let (two, three) = (two.min(end - from - one), three.min(end - from - one - two).max(0));
            check(Timeline::Record, from, [one, two, three]);
            let cycle = Cycle::new(Pair::EthUsdt, seed);
            check(Timeline::Cycle(&cycle), from, [one, two, three]);
        }
    }

    #[test]
    fn the_past_joins_the_record_with_continuous_prices() {
        let length = i64::try_from(pack::record().len()).unwrap();
        for position in [-1, -length - 1, -2 * length - 1, -3 * length - 1] {
            let (before, after) = (Timeline::Record.span(position), Timeline::Record.span(position + 1));
            assert_eq!(before.close, after.open, "{position}");
        }
        let record = Timeline::Record.span(-2 * length + 7);
        assert_eq!(record, Sum::of(&recorded(7), 1).span, "two tiles back the record itself plays");
    }

    #[test]
    fn single_candles_of_later_passes_are_those_that_play() {
        let length = i64::try_from(pack::record().len()).unwrap();
        for number in 1..6 {
            let pass = Pass::numbered(number);
            let position = i64::from(number) * length + 11;
            let played = Sum::of(&Total::of(&pass.span(&hour(11)), STEP), 1).span;
            assert_eq!(Timeline::Record.span(position), played, "pass {number}");
        }
    }
}
