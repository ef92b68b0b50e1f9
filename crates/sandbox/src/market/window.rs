//! Rolling statistics of a pair's latest minutes, which change only when a minute closes. Tickers and long candles
//! read them instead of merging each minute again.

use super::{
    Kline, MarketId, Pair,
    minute::{Minute, to_tick},
};
use domain::{Decimal, Micros, time};
use std::{collections::VecDeque, ops::Range};

/// The lengths in minutes, the open one included: of the tickers of an hour, four hours and a day. The first two
/// begin with a whole minute, and are up to a minute longer than that.
const LENGTHS: [i64; 3] = [61, 241, 1_440];

/// The closed minutes of the latest `length` minutes, merged.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Minutes, the open one included.
    length: i64,
    /// The earliest minute that it covers.
    first: i64,
    /// The minute after the last one that it covers: the open one.
    next: i64,
    /// The minutes whose high is above that of all later ones, and their highs.
    highs: VecDeque<(i64, i64)>,
    /// The minutes whose low is below that of all later ones, and their lows.
    lows: VecDeque<(i64, i64)>,
    /// Volume and the takers' share of it, in the units of the pair.
    volume: Decimal,
    bought: Decimal,
    trades: u64,
    quote_volume: Decimal,
    taker_quote: Decimal,
}

/// The windows of a pair, which fill when the next minute begins.
pub(super) fn windows() -> [Window; 3] {
    LENGTHS.map(Window::new)
}

/// The window that spares the most merging of `within`, a range of places in `rows`.
pub(super) fn widest<'a>(
    windows: &'a [Window],
    rows: &VecDeque<Minute>,
    within: &Range<usize>,
) -> Option<&'a Window> {
    let inside = |window: &&Window| {
        let covered = window.covered(rows);
        !covered.is_empty() && covered.start >= within.start && covered.end <= within.end
    };
    windows.iter().filter(inside).max_by_key(|window| window.covered(rows).len())
}

impl Window {
    const fn new(length: i64) -> Self {
        Self {
            length,
            first: 0,
            next: 0,
            highs: VecDeque::new(),
            lows: VecDeque::new(),
            volume: Decimal::ZERO,
            bought: Decimal::ZERO,
            trades: 0,
            quote_volume: Decimal::ZERO,
            taker_quote: Decimal::ZERO,
        }
    }

    /// The places of the covered minutes in `rows`.
    pub(super) fn covered(&self, rows: &VecDeque<Minute>) -> Range<usize> {
        let first = rows.partition_point(|row| row.start < self.first);
        first..rows.partition_point(|row| row.start < self.next).max(first)
    }

    /// Moves the window to where minute `open` begins. All of `rows` are before it, and closed.
    pub(super) fn slide(&mut self, rows: &VecDeque<Minute>, pair: Pair, open: i64) {
        let first = open - (self.length - 1);
        let covered = self.covered(rows);
        let left = rows.partition_point(|row| row.start < first);
        for row in rows.range(covered.start..left.clamp(covered.start, covered.end)) {
            self.remove(row, pair);
        }
        for row in rows.range(left.max(covered.end)..) {
            self.add(row, pair);
        }
        (self.first, self.next) = (first, open);
    }

    /// Removes the earliest minute, which is no longer kept.
    pub(super) fn forget(&mut self, row: &Minute, pair: Pair) {
        if (self.first..self.next).contains(&row.start) {
            self.remove(row, pair);
        }
    }

    fn add(&mut self, row: &Minute, pair: Pair) {
        while self.highs.back().is_some_and(|(_, high)| *high <= row.high) {
            self.highs.pop_back();
        }
        self.highs.push_back((row.start, row.high));
        while self.lows.back().is_some_and(|(_, low)| *low >= row.low) {
            self.lows.pop_back();
        }
        self.lows.push_back((row.start, row.low));
        self.volume += Decimal::from(row.volume);
        self.bought += Decimal::from(row.bought);
        self.trades += u64::from(row.trades);
        self.quote_volume += row.quote_volume(pair);
        self.taker_quote += row.taker_quote(pair);
    }

    /// Removes the earliest covered minute.
    fn remove(&mut self, row: &Minute, pair: Pair) {
        for extremes in [&mut self.highs, &mut self.lows] {
            if extremes.front().is_some_and(|(minute, _)| *minute == row.start) {
                extremes.pop_front();
            }
        }
        self.volume -= Decimal::from(row.volume);
        self.bought -= Decimal::from(row.bought);
        self.trades -= u64::from(row.trades);
        self.quote_volume -= row.quote_volume(pair);
        self.taker_quote -= row.taker_quote(pair);
    }

    /// The covered minutes as one candle of a market; `None` if there are none.
    pub(super) fn candle(&self, rows: &VecDeque<Minute>, market: MarketId) -> Option<Kline> {
        let mut covered = rows.range(self.covered(rows));
        let first = covered.next()?;
        let last = covered.next_back().unwrap_or(first);
        let unit = Decimal::new(1, market.pair.volume_scale());
        Some(Kline {
            start: Micros(first.start * time::MINUTE),
            open: to_tick(first.open, market),
            high: to_tick(self.highs.front()?.1, market),
            low: to_tick(self.lows.front()?.1, market),
            close: to_tick(last.close, market),
            volume: self.volume * unit,
            quote_volume: self.quote_volume,
            trades: self.trades,
            taker_base: self.bought * unit,
            taker_quote: self.taker_quote,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Beat, minutes::Minutes, timeline::Timeline};
    use proptest::prelude::*;

    const BEGIN: i64 = 29_000_000;

    /// A pair's minutes, of which the earliest ones are computed.
    fn minutes() -> Minutes {
        Minutes::new(Pair::BtcUsdt, BEGIN, 30, 50)
    }

    fn play(all: &mut Minutes, minute: i64, price: i64, volume: i64) {
        if all.rows.back().is_none_or(|row| row.start < minute) {
            all.runs.note(minute, 80 + minute - BEGIN, (1, 1));
        }
        all.add(minute, &Beat { price, volume, buyer: price % 2 == 0, candle_volume: volume });
    }

    /// Checks that statistics are those of merging every minute.
    fn same_as_merged(all: &Minutes, back: i64) {
        let mut plain = all.clone();
        plain.windows = windows();
        let last = all.rows.back().map_or(BEGIN, |row| row.start);
        for market in [MarketId::spot(Pair::BtcUsdt), MarketId::futures(Pair::BtcUsdt)] {
            for back in [0, 1, 59, 60, 61, 240, 241, 1_439, 1_440, 1_441, back] {
                let since = Micros((last - back) * time::MINUTE + 7);
                let span = |all: &Minutes| all.span(Timeline::Record, market, since);
                assert_eq!(span(all), span(&plain), "{back} minutes back");
            }
        }
    }

    #[test]
    fn a_full_day_slides() {
        let mut all = minutes();
        for minute in 0..1_700 {
            let (price, volume) = (5_000_000 + (minute * 7_919) % 90_001, (minute * 31) % 977);
            play(&mut all, BEGIN + minute, price, volume);
            play(&mut all, BEGIN + minute, price - 13, 5);
            if minute % 131 == 0 || minute > 1_690 {
                same_as_merged(&all, minute / 2);
            }
        }
        assert_eq!(all.rows.len(), 1_440);
        assert!(all.windows.iter().all(|window| !window.covered(&all.rows).is_empty()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn a_window_is_the_merge_of_its_minutes(
            steps in prop::collection::vec(
                (prop_oneof![4 => Just(0_i64), 12 => Just(1_i64), 1 => 2_i64..90, 1 => 200_i64..2_000],
                    1_000_i64..9_000_000, 0_i64..5_000), 1..160),
            kept in 1_usize..80, cut in 0_usize..160, reload in 0_usize..160, back in 0_i64..3_000,
        ) {
            let (mut all, mut minute) = (minutes(), BEGIN);
            for (number, (ahead, price, volume)) in steps.into_iter().enumerate() {
                minute += ahead;
                play(&mut all, minute, price, volume);
                if number == cut {
                    all.trim(kept);
                }
                if number == reload {
                    all = serde_json::from_str(&serde_json::to_string(&all).unwrap()).unwrap();
                }
                if number % 16 == 0 {
                    same_as_merged(&all, back);
                }
            }
            same_as_merged(&all, back);
        }
    }
}
