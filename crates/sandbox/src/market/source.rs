//! Sources of the candles that play: the repeated record, a repeated cycle, or (in exchanges of older releases) an
//! endless random walk.

use super::{
    Pair,
    cycle::Cycle,
    noise::{Run, noise},
    pack::{self, Hour},
    price_path::Span,
};
use domain::{Decimal, Micros, dec, time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Above this scale a pass plays reciprocal prices, so that prices stay bounded over any number of passes.
const LARGEST_SCALE: Decimal = dec!(16);
/// The smallest volume of a candle, in volume units: enough for a trade at every beat. Four hours of the record have
/// less: one of 2017, and three of 2019 to 2021 without any trade.
const LEAST_VOLUME: i64 = 240_000;

/// One pass through the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pass {
    pub(super) number: u32,
    /// The factor applied to recorded prices. A mirrored pass divides it by them instead.
    pub(super) scale: Decimal,
    pub(super) mirrored: bool,
}

impl Pass {
    const FIRST: Self = Self { number: 0, scale: Decimal::ONE, mirrored: false };

    /// The next pass, which starts with recorded price `first` when the current price is `price`.
    fn after(self, price: i64, first: i64) -> Self {
        let (price, first) = (Decimal::from(price), Decimal::from(first.max(1)));
        let number = self.number.saturating_add(1);
        match price / first {
            scale if scale <= LARGEST_SCALE => Self { number, scale, mirrored: false },
            _ => Self { number, scale: price * first, mirrored: true },
        }
    }

    /// The pass of a number, if prices were never scaled otherwise.
    pub(super) fn numbered(number: u32) -> Self {
        let record = pack::record();
        let (Some(first), Some(last)) = (record.first(), record.last()) else { return Self::FIRST };
        (0..number).fold(Self::FIRST, |pass, _| pass.after(pass.price(last.close), first.open))
    }

    pub(super) fn price(self, recorded: i64) -> i64 {
        let recorded = Decimal::from(recorded.max(1));
        let price = if self.mirrored { self.scale / recorded } else { self.scale * recorded };
        i64::try_from(price.round()).unwrap_or(i64::MAX).max(1)
    }

    pub(super) fn span(self, hour: &Hour) -> Span {
        let (high, low) = if self.mirrored { (hour.low, hour.high) } else { (hour.high, hour.low) };
        Span {
            open: self.price(hour.open),
            high: self.price(high),
            low: self.price(low),
            close: self.price(hour.close),
            volume: hour.volume.max(LEAST_VOLUME),
        }
    }
}

/// A recorded hour as a candle.
pub(super) fn plain(hour: &Hour) -> Span {
    let Hour { open, high, low, close, volume, .. } = *hour;
    Span { open, high, low, close, volume: volume.max(LEAST_VOLUME) }
}

/// The source of a pair's next candles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Source {
    /// The record: index of the next hour, and the current pass.
    Record { next: usize, pass: Pass },
    /// A random walk of an older release: number of candles generated, and the current price.
    Synthetic { pair: Pair, made: u64, price: i64 },
    /// A repeated cycle: position of the next candle.
    Cycle { next: i64 },
}

impl Source {
    /// The record from the first hour at or after `start`, minus `before` candles.
    pub(super) fn record(start: Micros, before: usize) -> Self {
        let hour = start.0.div_euclid(time::HOUR);
        let at = pack::record().partition_point(|h| h.hour < hour);
        Self::Record { next: at.saturating_sub(before), pass: Pass::FIRST }
    }

    /// The position of the next candle on the pair's timeline.
    pub(super) fn position(&self) -> i64 {
        match self {
            Self::Record { next, pass } => {
                let length = i64::try_from(pack::record().len()).unwrap_or(1);
                i64::from(pass.number) * length + i64::try_from(*next).unwrap_or(0)
            }
            Self::Synthetic { made, .. } => i64::try_from(*made).unwrap_or(0),
            Self::Cycle { next } => *next,
        }
    }

    /// Returns the next candle, given the close of the previous one and the pair's cycle.
    pub(super) fn next(&mut self, seed: u64, last: i64, cycle: impl FnOnce() -> Arc<Cycle>) -> Span {
        match self {
            Self::Record { next, pass } => {
                let record = pack::record();
                if *next >= record.len() {
                    *next = 0;
                    *pass = pass.after(last, record.first().map_or(1, |h| h.open));
                }
                let hour = record.get(*next).copied().unwrap_or_default();
                *next += 1;
                pass.span(&hour)
            }
            Self::Synthetic { pair, made, price } => {
                let span = Temper::of(*pair).candle(*price, noise(seed, &[pair.number() as u64, *made]));
                *made += 1;
                *price = span.close;
                span
            }
            Self::Cycle { next } => {
                let span = cycle().span(*next);
                *next += 1;
                span
            }
        }
    }

    /// The recorded hour of the last candle returned, and its pass.
    pub(super) fn playing(&self) -> Option<(Micros, Pass)> {
        let Self::Record { next, pass } = self else { return None };
        let hour = pack::record().get(next.checked_sub(1)?)?;
        Some((Micros(hour.hour * time::HOUR), *pass))
    }
}

/// The parameters of a random walk of an older release.
struct Temper {
    /// The price at the start, to which the random walk reverts, in price units.
    anchor: i64,
    /// Largest move per candle, in millionths.
    swing: i64,
    /// Mean volume per candle, in volume units.
    volume: i64,
}

impl Temper {
    const fn of(pair: Pair) -> Self {
        match pair {
            Pair::BtcUsdt => Self { anchor: 1_000_000, swing: 8_000, volume: 2_000_000_000 },
            Pair::EthUsdt => Self { anchor: 180_000, swing: 10_000, volume: 150_000_000 },
            Pair::SolUsdt => Self { anchor: 9_000, swing: 16_000, volume: 200_000_000 },
            // Older releases had no other markets.
            _ => Self { anchor: 5_200, swing: 12_000, volume: 300_000_000 },
        }
    }

    fn candle(&self, open: i64, key: u64) -> Span {
        let mut run = Run::new(key);
        // Reverting by a hundredth of the distance per candle keeps the price near the anchor for years.
        let home = (self.anchor - open) / 100;
        let moved = |millionths: i64| open / 1_000 * millionths / 1_000;
        let close = (open + home + moved(run.bell(self.swing))).clamp(self.anchor / 20, self.anchor * 20);
        let high = open.max(close) + moved(run.below(self.swing / 3));
        let low = open.min(close) - moved(run.below(self.swing / 3));
        let volume = self.volume / 2 + run.below(self.volume);
        Span { open, high, low: low.max(1), close, volume }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_wraps_with_continuous_prices() {
        let cycle = || Arc::new(Cycle::new(Pair::BtcUsdt, 0));
        let mut source = Source::record(Micros(i64::MAX), 1);
        let mut last = source.next(0, 0, cycle);
        assert_eq!(last.close, 1_654_240);
        for pass in 1..=6 {
            let first = source.next(0, last.close, cycle);
            assert_eq!(first.open, last.close, "pass {pass}");
            let (hour, now) = source.playing().unwrap();
            assert_eq!((hour.to_string().as_str(), now.number), ("2017-08-17T04:00:00.000Z", pass));
            let mut before = first;
            for _ in 1..pack::record().len() {
                last = source.next(0, before.close, cycle);
                assert!(last.low > 0 && last.low <= last.open.min(last.close));
                assert!(last.high >= last.open.max(last.close) && last.high < 10_000_000_000);
                before = last;
            }
        }
    }

    #[test]
    fn starts_at_the_requested_hour() {
        let start = Micros::from_date("2020-10-01").unwrap();
        let mut source = Source::record(start, 0);
        source.next(0, 0, || Arc::new(Cycle::new(Pair::BtcUsdt, 0)));
        assert_eq!(source.playing().unwrap().0, start);
    }

    #[test]
    fn synthetic_candles_join_and_stay_near_their_anchor() {
        for pair in [Pair::EthUsdt, Pair::SolUsdt, Pair::XrpUsdt] {
            let cycle = || Arc::new(Cycle::new(pair, 3));
            let mut source = Source::Synthetic { pair, made: 0, price: Temper::of(pair).anchor };
            let mut last = source.next(3, 0, cycle);
            for _ in 0..20_000 {
                let next = source.next(3, last.close, cycle);
                assert_eq!(next.open, last.close);
                assert!(next.low <= next.open.min(next.close) && next.high >= next.open.max(next.close));
                last = next;
            }
            let anchor = Temper::of(pair).anchor;
            assert!((anchor / 3..anchor * 3).contains(&last.close), "{pair:?} {}", last.close);
        }
    }
}
