//! A pair's one-minute candles, and longer candles aggregated from them.

use super::{Beat, Interval, Kline, MarketId, Pair, price_path::Span};
use domain::{Decimal, Micros, time};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many one-minute candles are kept: one week.
const KEPT: usize = 7 * 24 * 60;

/// A one-minute candle in the units of its pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
struct Minute {
    /// Minutes since the Unix epoch.
    start: i64,
    open: i64,
    high: i64,
    low: i64,
    close: i64,
    volume: i64,
    /// The sum of price times volume.
    turnover: Decimal,
    trades: u32,
    /// Volume with a buyer as taker.
    bought: i64,
}

/// The serialized form of a minute, without field names because there are thousands of them.
type Row = (i64, [i64; 4], i64, Decimal, u32, i64);

impl From<Row> for Minute {
    fn from((start, [open, high, low, close], volume, turnover, trades, bought): Row) -> Self {
        Self { start, open, high, low, close, volume, turnover, trades, bought }
    }
}

impl From<Minute> for Row {
    fn from(m: Minute) -> Self {
        (m.start, [m.open, m.high, m.low, m.close], m.volume, m.turnover, m.trades, m.bought)
    }
}

/// A pair's candles, oldest first; the last one is still open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Minutes {
    pair: Pair,
    rows: VecDeque<Minute>,
}

impl Minutes {
    pub(super) const fn new(pair: Pair) -> Self {
        Self { pair, rows: VecDeque::new() }
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
            bought: span.volume / 2,
        });
    }

    /// Adds a beat to the candle of its minute.
    pub(super) fn add(&mut self, start: i64, beat: &Beat) {
        let turnover = Decimal::from(beat.price) * Decimal::from(beat.volume);
        let bought = if beat.buyer { beat.volume } else { 0 };
        let traded = u32::from(beat.volume > 0);
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
                if self.rows.len() == KEPT {
                    self.rows.pop_front();
                }
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

    /// The open candle, or the `back`-th before it.
    pub(crate) fn recent(&self, market: MarketId, back: usize) -> Option<Kline> {
        let at = self.rows.len().checked_sub(back + 1)?;
        self.rows.get(at).map(|m| self.kline(m, market))
    }

    /// Candles of an interval that open within `from..=to`, oldest first: the first `limit` of them if `from` is
    /// given, otherwise the last `limit`.
    pub(crate) fn klines(
        &self,
        market: MarketId,
        interval: Interval,
        from: Option<Micros>,
        to: Option<Micros>,
        limit: usize,
    ) -> Vec<Kline> {
        // A candle is selected by its own start, so a range that cuts into one begins with the next.
        let from_minute = from.map_or(i64::MIN, |from| {
            let floor = interval.floor(from);
            let start = if floor < from { interval.end(floor) } else { floor };
            start.0.div_euclid(time::MINUTE)
        });
        let to_minute = to.map_or(i64::MAX, |to| {
            interval.end(interval.floor(to)).0.div_euclid(time::MINUTE).saturating_sub(1)
        });
        let first = self.rows.partition_point(|m| m.start < from_minute);
        let end = self.rows.partition_point(|m| m.start <= to_minute);
        let rows = self.rows.range(first..end.max(first)).map(|m| self.kline(m, market));
        if from.is_some() {
            merge(rows, interval, limit, false)
        } else {
            merge(rows.rev(), interval, limit, true)
        }
    }

    /// All minutes after the one containing `since`, merged into one candle, and the close before them.
    pub(crate) fn span(&self, market: MarketId, since: Micros) -> Option<(Kline, Decimal)> {
        let since = since.0.div_euclid(time::MINUTE);
        let first = self.rows.partition_point(|m| m.start <= since).min(self.rows.len().checked_sub(1)?);
        let mut rows = self.rows.range(first..).map(|m| self.kline(m, market));
        let mut whole = rows.next()?;
        for next in rows {
            whole = whole.merge(&next);
        }
        let before = first.checked_sub(1).and_then(|b| self.rows.get(b)).map(|m| self.kline(m, market).close);
        Some((whole, before.unwrap_or(whole.open)))
    }

    fn kline(&self, m: &Minute, market: MarketId) -> Kline {
        let price = |units| to_tick(units, market);
        let volume = |units| Decimal::new(units, self.pair.volume_scale());
        let scale = self.pair.price_scale() + self.pair.volume_scale();
        let quote_volume = m.turnover * Decimal::new(1, scale);
        let share = Decimal::from(m.bought).checked_div(Decimal::from(m.volume)).unwrap_or_default();
        Kline {
            start: Micros(m.start * time::MINUTE),
            open: price(m.open),
            high: price(m.high),
            low: price(m.low),
            close: price(m.close),
            volume: volume(m.volume),
            quote_volume,
            trades: u64::from(m.trades),
            taker_base: volume(m.bought),
            taker_quote: (quote_volume * share).round_dp(8),
        }
    }
}

/// Converts a feed price to a market's tick size, rounding halves up. The rounding is monotonic, so a high
/// stays the high.
pub(crate) fn to_tick(units: i64, market: MarketId) -> Decimal {
    let step = market.units_per_tick();
    let rounded = units.saturating_add(step / 2) / step * step;
    Decimal::new(rounded.max(step), market.pair.price_scale())
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

/// Merges minutes into candles of an interval, at most `limit` of them. Returns them oldest first.
fn merge(rows: impl Iterator<Item = Kline>, interval: Interval, limit: usize, backwards: bool) -> Vec<Kline> {
    let mut candles: VecDeque<Kline> = VecDeque::new();
    for row in rows {
        let start = interval.floor(row.start);
        let full = candles.len() == limit;
        let near = if backwards { candles.front_mut() } else { candles.back_mut() };
        match near {
            Some(candle) if candle.start == start => {
                let joined = if backwards { row.merge(candle) } else { candle.merge(&row) };
                *candle = Kline { start, ..joined };
            }
            _ if full => break,
            _ if backwards => candles.push_front(Kline { start, ..row }),
            _ => candles.push_back(Kline { start, ..row }),
        }
    }
    candles.into()
}
