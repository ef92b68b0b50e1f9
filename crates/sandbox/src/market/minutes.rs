//! A pair's one-minute candles, and longer candles aggregated from them. The latest ones are kept as they were
//! played; those before them are computed from the pair's timeline.

use super::{
    Beat, Interval, Kline, MarketId, Pair,
    minute::{Minute, to_tick},
    price_path::{Span, floor_volume},
    runs::{Run, Runs},
    timeline::{Sum, Timeline},
    window::{Window, widest, windows},
};
use domain::{Decimal, Micros, dec, time};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, ops::Range};

/// How many one-minute candles are kept: one day.
const KEPT: usize = 24 * 60;
/// The minute that market data begins in, which is the listing date of the perpetuals: 2019-09-25T08:00Z.
pub(crate) const HISTORY: i64 = 1_569_398_400 / 60;
/// A minute after all others.
pub(crate) const LATEST: i64 = i64::MAX - 1;
/// One half.
const HALF: Decimal = dec!(0.5);
/// Trades per computed minute.
pub(super) const TRADES: i64 = super::BEATS_PER_MINUTE as i64;

/// A pair's candles, oldest first; the last one is still open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Minutes {
    pair: Pair,
    pub(super) rows: VecDeque<Minute>,
    /// The candles of all minutes. Snapshots written before the past was computed lack this and the next field.
    #[serde(default)]
    pub(super) runs: Runs,
    /// The number of the latest trade, counted from the beginning of the market data.
    #[serde(default)]
    pub(super) counted: i64,
    /// Statistics of the latest rows, which follow from them.
    #[serde(skip, default = "windows")]
    pub(super) windows: [Window; 3],
}

impl Minutes {
    /// Creates the candles of a pair that begins to play in a minute, after `before` backfilled ones, at a position
    /// of its timeline.
    pub(super) fn new(pair: Pair, minute: i64, before: i64, position: i64) -> Self {
        let first =
            Run { minute: minute - before, candle: position - before, count: before + 1, bend: (1, 1) };
        let counted = (minute - HISTORY).max(before) * TRADES;
        Self { pair, rows: VecDeque::new(), runs: Runs::new(first), counted, windows: windows() }
    }

    /// Numbers the trades of a market from an older release, whose last trade number is `last`.
    pub(super) fn number_trades(&mut self, last: i64) {
        let first = self.rows.front().map_or(HISTORY, |row| row.start);
        let played: i64 = self.rows.iter().map(|row| i64::from(row.trades)).sum();
        self.counted = ((first - HISTORY).max(0) * TRADES + played).max(last);
    }

    /// Adds a complete candle that was not played beat by beat. Its turnover is estimated from its mean
    /// price.
    pub(super) fn backfill(&mut self, start: i64, span: &Span) {
        let mean = Decimal::from(span.open) + Decimal::from(span.high) + Decimal::from(span.low);
        let mean = (mean + Decimal::from(span.close)) / Decimal::from(4);
        self.rows.push_back(Minute {
            start,
            open: span.open,
            high: span.high,
            low: span.low,
            close: span.close,
            volume: span.volume,
            turnover: mean * Decimal::from(span.volume),
            trades: super::BEATS_PER_MINUTE,
            bought: floor_volume(span.volume / 2, self.pair.volume_step()),
        });
    }

    /// Adds a beat to the candle of its minute.
    pub(super) fn add(&mut self, start: i64, beat: &Beat) {
        let turnover = Decimal::from(beat.price) * Decimal::from(beat.volume);
        let bought = if beat.buyer { beat.volume } else { 0 };
        let traded = u32::from(beat.volume > 0);
        self.counted += i64::from(traded);
        match self.rows.back_mut().filter(|m| m.start >= start) {
            Some(minute) => {
                minute.high = minute.high.max(beat.price);
                minute.low = minute.low.min(beat.price);
                minute.close = beat.price;
                minute.volume = minute.volume.saturating_add(beat.volume);
                minute.turnover += turnover;
                minute.trades += traded;
                minute.bought = minute.bought.saturating_add(bought);
            }
            None => {
                for window in &mut self.windows {
                    window.slide(&self.rows, self.pair, start);
                }
                self.trim(KEPT - 1);
                let (price, volume) = (beat.price, beat.volume);
                let (open, high, low, close) = (price, price, price, price);
                let trades = traded;
                self.rows.push_back(Minute {
                    start,
                    open,
                    high,
                    low,
                    close,
                    volume,
                    turnover,
                    trades,
                    bought,
                });
            }
        }
    }

    /// Forgets the oldest candles but for `kept`. From then on they are computed.
    pub(super) fn trim(&mut self, kept: usize) {
        while self.rows.len() > kept {
            let Some(row) = self.rows.pop_front() else { return };
            for window in &mut self.windows {
                window.forget(&row, self.pair);
            }
        }
    }

    /// The open candle, or the `back`-th before it.
    pub(crate) fn recent(&self, market: MarketId, back: usize) -> Option<Kline> {
        let at = self.rows.len().checked_sub(back + 1)?;
        self.rows.get(at).map(|m| self.kline(m, market))
    }

    /// The candles of a range of minutes as one, which starts at `start`; `None` if there are none.
    fn merged(
        &self,
        timeline: Timeline<'_>,
        market: MarketId,
        start: Micros,
        range: Range<i64>,
    ) -> Option<Kline> {
        let mut whole: Option<Kline> = None;
        let mut add = |next: Kline| {
            whole = Some(whole.as_ref().map_or(next, |whole| whole.merge(&next)));
        };
        for run in self.runs.within(self.computed(range.clone())) {
            if let Some(sum) = timeline.sum(run.candle, run.count) {
                add(self.estimated(&sum.bent(run.bend), market));
            }
        }
        let first = self.rows.partition_point(|row| row.start < range.start);
        let end = self.rows.partition_point(|row| row.start < range.end).max(first);
        let window = widest(&self.windows, &self.rows, &(first..end));
        let covered = window.map_or(end..end, |window| window.covered(&self.rows));
        for row in self.rows.range(first..covered.start) {
            add(self.kline(row, market));
        }
        if let Some(candle) = window.and_then(|window| window.candle(&self.rows, market)) {
            add(candle);
        }
        for row in self.rows.range(covered.end..end) {
            add(self.kline(row, market));
        }
        whole.map(|whole| Kline { start, ..whole })
    }

    /// Candles of an interval of at least a minute that open within `from..=to`, oldest first: the first `limit` of
    /// them if `from` is given, otherwise the last `limit`.
    pub(super) fn klines(
        &self,
        timeline: Timeline<'_>,
        (market, interval): (MarketId, Interval),
        (from, to): (Option<Micros>, Option<Micros>),
        limit: usize,
    ) -> Vec<Kline> {
        let minute = |at: Micros| at.0.div_euclid(time::MINUTE);
        let opening = |minute: i64| interval.floor(Micros(minute * time::MINUTE));
        let (Some(first), Some(last)) = (self.next(HISTORY), self.previous(LATEST)) else {
            return Vec::new();
        };
        let to = to.map_or(opening(last), |to| interval.floor(to).min(opening(last)));
        let candle =
            |start: Micros| self.merged(timeline, market, start, minute(start)..minute(interval.end(start)));
        let mut candles = VecDeque::new();
        if let Some(from) = from {
            // A candle is selected by its own start, so a range that cuts into one begins with the next.
            let floor = interval.floor(from);
            let mut start = if floor < from { interval.end(floor) } else { floor }.max(opening(first));
            while start <= to && candles.len() < limit {
                candles.extend(candle(start));
                start = self.opening_after(interval, start);
            }
        } else {
            let mut start = to;
            while start >= opening(first) && candles.len() < limit {
                if let Some(candle) = candle(start) {
                    candles.push_front(candle);
                }
                let Some(before) = self.previous(minute(start) - 1) else { break };
                start = opening(before);
            }
        }
        candles.into()
    }

    /// The opening of the first candle after the one that starts at `start`; downtimes are skipped.
    fn opening_after(&self, interval: Interval, start: Micros) -> Micros {
        let end = interval.end(start);
        let next = self.next(end.0.div_euclid(time::MINUTE));
        next.map_or(Micros(i64::MAX), |minute| interval.floor(Micros(minute * time::MINUTE)).max(end))
    }

    /// All minutes after the one containing `since`, merged into one candle, and the close before them.
    pub(super) fn span(
        &self,
        timeline: Timeline<'_>,
        market: MarketId,
        since: Micros,
    ) -> Option<(Kline, Decimal)> {
        let last = self.previous(LATEST)?;
        let first = self.next(since.0.div_euclid(time::MINUTE) + 1).unwrap_or(last);
        let start = Micros(first * time::MINUTE);
        let whole = self.merged(timeline, market, start, first..last + 1)?;
        let before = self.previous(first - 1).and_then(|minute| {
            self.merged(timeline, market, start, minute..minute + 1).map(|candle| candle.close)
        });
        Some((whole, before.unwrap_or(whole.open)))
    }

    /// A computed candle.
    fn estimated(&self, sum: &Sum, market: MarketId) -> Kline {
        let price = |units| to_tick(units, market);
        let volume = |units| Decimal::new(units, self.pair.volume_scale());
        let quote_volume = sum.turnover * Decimal::new(1, self.pair.price_scale() + self.pair.volume_scale());
        Kline {
            start: Micros(0),
            open: price(sum.span.open),
            high: price(sum.span.high),
            low: price(sum.span.low),
            close: price(sum.span.close),
            volume: volume(sum.span.volume),
            quote_volume,
            trades: (sum.candles * TRADES).unsigned_abs(),
            taker_base: volume(sum.bought),
            taker_quote: quote_volume * HALF,
        }
    }

    fn kline(&self, m: &Minute, market: MarketId) -> Kline {
        let price = |units| to_tick(units, market);
        let volume = |units| Decimal::new(units, self.pair.volume_scale());
        Kline {
            start: Micros(m.start * time::MINUTE),
            open: price(m.open),
            high: price(m.high),
            low: price(m.low),
            close: price(m.close),
            volume: volume(m.volume),
            quote_volume: m.quote_volume(self.pair),
            trades: u64::from(m.trades),
            taker_base: volume(m.bought),
            taker_quote: m.taker_quote(self.pair),
        }
    }
}

impl Kline {
    /// Merges this candle with the following one.
    #[must_use]
    pub fn merge(&self, next: &Self) -> Self {
        Self {
            start: self.start,
            open: self.open,
            high: self.high.max(next.high),
            low: self.low.min(next.low),
            close: next.close,
            volume: self.volume + next.volume,
            quote_volume: self.quote_volume + next.quote_volume,
            trades: self.trades + next.trades,
            taker_base: self.taker_base + next.taker_base,
            taker_quote: self.taker_quote + next.taker_quote,
        }
    }
}
