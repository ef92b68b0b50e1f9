//! What can be read without changing anything.

use super::{Account, AccountId, Bracket, Engine, FuturesView, House, brackets, margin};
use crate::market::{
    BookTicker, DayTicker, Depth, FundingPoint, Kline, Level, MarkPrice, MarketId, Pair, Playing, PublicTrade,
};
use domain::{Decimal, Frame, Market, Micros, Side, time};

impl Engine {
    /// The latest moment that the engine has seen.
    #[must_use]
    pub const fn now(&self) -> Micros {
        self.floor.now
    }

    /// An account: its key, orders, fills, spot balances.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The account of an API key.
    #[must_use]
    pub fn account_by_key(&self, api_key: &str) -> Option<&Account> {
        self.accounts.get(self.keys.get(api_key)?)
    }

    /// Every account.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// An account's futures wallet, margins and positions at the present marks.
    #[must_use]
    pub fn futures(&self, id: AccountId) -> Option<FuturesView> {
        self.accounts.get(&id).map(|account| margin::view(&self.floor, account))
    }

    /// Where every unit of every asset is that no account has.
    #[must_use]
    pub const fn house(&self) -> &House {
        &self.floor.house
    }

    /// The markets and their filters.
    pub fn markets(&self) -> impl Iterator<Item = (MarketId, &Market)> {
        MarketId::all().map(|id| (id, self.floor.rules(id)))
    }

    /// A perpetual's leverage brackets.
    #[must_use]
    pub fn brackets(&self, pair: Pair) -> &'static [Bracket] {
        brackets(pair)
    }

    /// The price of the last beat.
    #[must_use]
    pub fn price(&self, market: MarketId) -> Decimal {
        self.floor.price(market)
    }

    /// The best `limit` levels on each side.
    #[must_use]
    pub fn depth(&self, market: MarketId, limit: usize) -> Depth {
        let side = |side| self.floor.levels(market, side).take(limit).collect();
        Depth { update_id: self.floor.shelf(market).update_id, bids: side(Side::Sell), asks: side(Side::Buy) }
    }

    /// The best prices.
    #[must_use]
    pub fn book_ticker(&self, market: MarketId) -> BookTicker {
        self.floor.book_ticker(market)
    }

    /// The last 24 hours; hours in which the market stood still are simply not there.
    #[must_use]
    pub fn day_ticker(&self, market: MarketId) -> DayTicker {
        let (at, last) = (self.floor.now, self.floor.price(market));
        let from = at.plus(-time::DAY);
        let trades = &self.floor.shelf(market).trades;
        let minutes = self.floor.tape.minutes(market.pair);
        let (day, previous_close) =
            minutes.and_then(|m| m.span(market, from)).unwrap_or_else(|| (flat(at, last), last));
        DayTicker {
            from,
            at,
            day,
            last,
            last_amount: trades.back().map_or(Decimal::ZERO, |t| t.amount),
            previous_close,
            first_id: trades.front().map_or(0, |t| t.id),
            last_id: trades.back().map_or(0, |t| t.id),
            book: self.floor.book_ticker(market),
        }
    }

    /// Candles of a frame that open within `from..=to`, oldest first: the first `limit` from `from` on when it is
    /// given, else the last `limit`.
    #[must_use]
    pub fn klines(
        &self,
        market: MarketId,
        frame: Frame,
        from: Option<Micros>,
        to: Option<Micros>,
        limit: usize,
    ) -> Vec<Kline> {
        let minutes = self.floor.tape.minutes(market.pair);
        minutes.map_or_else(Vec::new, |m| m.klines(market, frame, from, to, limit))
    }

    /// The latest public trades, oldest first; those of the engine's users among them.
    #[must_use]
    pub fn trades(&self, market: MarketId, limit: usize) -> Vec<PublicTrade> {
        let trades = &self.floor.shelf(market).trades;
        trades.iter().skip(trades.len().saturating_sub(limit)).cloned().collect()
    }

    /// A perpetual's mark price and funding.
    #[must_use]
    pub fn mark(&self, pair: Pair) -> MarkPrice {
        self.floor.mark_price(pair)
    }

    /// The fundings paid, oldest first.
    pub fn fundings(&self, pair: Pair) -> impl DoubleEndedIterator<Item = &FundingPoint> {
        self.floor.perp(pair).paid.iter()
    }

    /// Which recorded hour is playing.
    #[must_use]
    pub fn playing(&self) -> Option<Playing> {
        self.floor.tape.playing()
    }
}

/// A candle in which nothing happened.
const fn flat(start: Micros, price: Decimal) -> Kline {
    Kline {
        start,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: Decimal::ZERO,
        quote_volume: Decimal::ZERO,
        trades: 0,
        taker_base: Decimal::ZERO,
        taker_quote: Decimal::ZERO,
    }
}

/// A level of nothing, where a side of the book is used up.
pub(super) const fn no_level(price: Decimal) -> Level {
    Level { price, amount: Decimal::ZERO }
}
