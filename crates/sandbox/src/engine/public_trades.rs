//! The public trades of a market and their numbers.
//!
//! Every beat of a pair is a trade on its spot market and on its perpetual, and the users' fills come in between. A
//! trade's id counts both from the beginning of the market data. The beats of the past are computed from their
//! candles; of the users' fills the latest are kept.

use super::{Engine, markets::MarketState, prints::Prints, ruleset};
use crate::market::{Interval, Kline, LATEST, Level, MarketId, PastTrade, PublicTrade, to_tick};
use domain::{Decimal, Micros, Side, time};

/// More trades than a market has in a second without fills of users.
const PER_SECOND: usize = 5;

impl MarketState {
    /// Publishes the trade of the beat that was just played.
    pub(super) fn print_beat(&mut self, market: MarketId, price: Decimal, amount: Decimal, buyer: bool) {
        let id = if self.ruleset < ruleset::TRADE_NUMBERS {
            self.ids.trade()
        } else {
            self.book(market).prints.id_of(self.tape.last_trade(market.pair))
        };
        self.print(market, PublicTrade { id, price, amount, buyer_maker: !buyer, at: self.now });
    }

    /// Publishes a trade beside the beats, and returns its id.
    pub(super) fn print_fill(&mut self, market: MarketId, level: Level, buyer_maker: bool) -> u64 {
        let Level { price, amount } = level;
        let at = self.now;
        if self.ruleset < ruleset::TRADE_NUMBERS {
            let id = self.ids.trade();
            self.print(market, PublicTrade { id, price, amount, buyer_maker, at });
            return id;
        }
        let after = self.tape.last_trade(market.pair);
        let id = (after + self.book(market).prints.count() + 1).unsigned_abs();
        let trade = PublicTrade { id, price, amount, buyer_maker, at };
        self.book_mut(market).prints.add(after, trade.clone());
        self.print(market, trade);
        id
    }

    /// Publishes the fill of a resting order, and returns its id.
    pub(super) fn give(&mut self, market: MarketId, side: Side, level: Level) -> u64 {
        // Older releases did not publish these fills.
        if self.ruleset < ruleset::TRADE_NUMBERS {
            return self.ids.trade();
        }
        self.print_fill(market, level, side == Side::Buy)
    }

    /// Begins to number trades by market in an exchange of an older release.
    pub(super) fn number_trades(&mut self) {
        let last = i64::try_from(self.ids.trade()).unwrap_or(i64::MAX);
        self.tape.number_trades(last);
        for market in MarketId::all() {
            self.book_mut(market).trades.clear();
        }
    }

    /// Adds the users' fills to candles of an interval, oldest first, which have only the beats.
    pub(super) fn add_fills(&self, market: MarketId, interval: Interval, candles: &mut [Kline]) {
        let Some(first) = candles.first().map(|candle| candle.start) else { return };
        let prints = &self.book(market).prints;
        if let [running] = &mut *candles
            && prints.latest().is_none_or(|at| at < interval.end(first))
        {
            return prints.include_since(first, running);
        }
        for trade in prints.since(first) {
            let after = candles.partition_point(|candle| candle.start <= trade.at);
            let candle = after.checked_sub(1).and_then(|at| candles.get_mut(at));
            if let Some(candle) = candle.filter(|candle| trade.at < interval.end(candle.start)) {
                candle.include(trade);
            }
        }
    }

    /// Adds the users' fills since the start of a candle to it.
    pub(super) fn add_fills_since(&self, market: MarketId, candle: &mut Kline) {
        self.book(market).prints.include_since(candle.start, candle);
    }
}

/// A selection of a market's trades.
#[derive(Clone, Copy, Debug, Default)]
pub struct TradeQuery {
    /// The smallest id.
    pub from: Option<u64>,
    /// The earliest time.
    pub start: Option<Micros>,
    /// The latest time.
    pub end: Option<Micros>,
    /// How many trades at most: the first ones if `from` or `start` is given, otherwise the last ones.
    pub limit: usize,
}

impl TradeQuery {
    fn wants(&self, trade: &PublicTrade) -> bool {
        self.from.is_none_or(|id| trade.id >= id)
            && self.start.is_none_or(|at| trade.at >= at)
            && self.end.is_none_or(|at| trade.at <= at)
    }

    const fn forward(&self) -> bool {
        self.from.is_some() || self.start.is_some()
    }
}

impl Engine {
    /// The latest public trades, oldest first, including those of the engine's users.
    #[must_use]
    pub fn trades(&self, market: MarketId, limit: usize) -> Vec<PublicTrade> {
        self.public_trades(market, &TradeQuery { limit, ..TradeQuery::default() })
    }

    /// The id of the latest public trade; zero without one.
    #[must_use]
    pub fn last_trade_id(&self, market: MarketId) -> u64 {
        self.markets.book(market).trades.back().map_or(0, |trade| trade.id)
    }

    /// Public trades of any time, oldest first. Their cost is in proportion to the limit.
    #[must_use]
    pub fn public_trades(&self, market: MarketId, query: &TradeQuery) -> Vec<PublicTrade> {
        let kept = &self.markets.book(market).trades;
        let oldest = kept.front().map_or(u64::MAX, |trade| trade.id);
        let recent = kept.iter().filter(|trade| query.wants(trade));
        if query.forward() {
            let mut rows = self.older(market, query, oldest, query.limit);
            let room = query.limit.saturating_sub(rows.len());
            rows.extend(recent.take(room).cloned());
            return rows;
        }
        let mut recent: Vec<_> = recent.cloned().collect();
        recent.drain(..recent.len().saturating_sub(query.limit));
        let mut rows = match query.limit - recent.len() {
            0 => Vec::new(),
            room => self.older(market, query, oldest, room),
        };
        rows.append(&mut recent);
        rows
    }

    /// The wanted trades with ids below `below`, oldest first: at most `limit`, from the end that the query starts
    /// at.
    fn older(&self, market: MarketId, query: &TradeQuery, below: u64, limit: usize) -> Vec<PublicTrade> {
        let prints = &self.markets.book(market).prints;
        let mut rows = self.older_beats(market, query, below, limit);
        let full = rows.len() == limit;
        let reached = |trade: &PublicTrade| match rows.last().filter(|_| full) {
            Some(last) if query.forward() => trade.id < last.id,
            Some(last) => trade.id > last.id,
            None => true,
        };
        let fills = prints.kept();
        let fills = fills.filter(|trade| trade.id < below && query.wants(trade) && reached(trade));
        let fills: Vec<_> = fills.cloned().collect();
        rows.extend(fills);
        rows.sort_by_key(|trade| trade.id);
        let surplus = rows.len().saturating_sub(limit);
        if query.forward() {
            rows.truncate(limit);
        } else {
            rows.drain(..surplus);
        }
        rows
    }

    /// As [`Engine::older`], without the users' fills, in the order of the search.
    fn older_beats(
        &self,
        market: MarketId,
        query: &TradeQuery,
        below: u64,
        limit: usize,
    ) -> Vec<PublicTrade> {
        let tape = &self.markets.tape;
        let prints = &self.markets.book(market).prints;
        let forward = query.forward();
        let mut minute = self.first_minute(market, query);
        let mut rows = Vec::new();
        while rows.len() < limit {
            let found = if forward {
                tape.trades_from(market.pair, minute)
            } else {
                tape.trades_until(market.pair, minute)
            };
            let Some((at, mut trades)) = found else { break };
            let late = |end: Micros| at > end.0.div_euclid(time::MINUTE);
            let first = trades.first().map_or(0, |trade| prints.id_of(trade.number));
            if forward && (query.end.is_some_and(late) || first >= below) {
                break;
            }
            if !forward {
                trades.reverse();
            }
            let trades = trades.iter().map(|trade| public(market, prints, trade));
            let wanted = trades.filter(|trade| trade.id < below && query.wants(trade));
            rows.extend(wanted.take(limit - rows.len()));
            minute = if forward { at + 1 } else { at - 1 };
        }
        rows
    }

    /// The minute that the search for trades starts in.
    fn first_minute(&self, market: MarketId, query: &TradeQuery) -> i64 {
        let minute = |at: Micros| at.0.div_euclid(time::MINUTE);
        if !query.forward() {
            return query.end.map_or(LATEST, minute);
        }
        let number = query.from.map(|id| self.markets.book(market).prints.number_of(id));
        let of_id = number.and_then(|number| self.markets.tape.minute_of_trade(market.pair, number));
        of_id.unwrap_or(i64::MIN).max(query.start.map_or(i64::MIN, minute))
    }

    /// Candles of one second that open within `from..=to`, oldest first: the first `limit` of them if `from` is
    /// given, otherwise the last `limit`.
    #[must_use]
    pub fn seconds(
        &self,
        market: MarketId,
        (from, to): (Option<Micros>, Option<Micros>),
        limit: usize,
    ) -> Vec<Kline> {
        let second = Interval::SECOND;
        let start = from.map(|from| {
            let floor = second.floor(from);
            if floor < from { second.end(floor) } else { floor }
        });
        let end = to.map(|to| second.end(second.floor(to)).plus(-1));
        let fills = self.markets.book(market).prints.kept().len();
        let query = TradeQuery { from: None, start, end, limit: (limit + 2) * PER_SECOND + fills };
        let mut candles: Vec<Kline> = Vec::new();
        for trade in self.public_trades(market, &query) {
            let start = second.floor(trade.at);
            match candles.last_mut().filter(|last| last.start == start) {
                Some(candle) => {
                    candle.include(&trade);
                    candle.close = trade.price;
                }
                None => {
                    let mut candle = Kline::flat(start, trade.price);
                    candle.include(&trade);
                    candles.push(candle);
                }
            }
        }
        if from.is_some() {
            candles.truncate(limit);
        } else {
            candles.drain(..candles.len().saturating_sub(limit));
        }
        candles
    }
}

/// A computed beat as a trade of a market.
fn public(market: MarketId, prints: &Prints, trade: &PastTrade) -> PublicTrade {
    PublicTrade {
        id: prints.id_of(trade.number),
        price: to_tick(trade.beat.price, market),
        amount: Decimal::new(trade.beat.volume, market.pair.volume_scale()),
        buyer_maker: !trade.beat.buyer,
        at: trade.at,
    }
}
