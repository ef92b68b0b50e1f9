//! Read-only queries.

use super::{
    Account, AccountId, Bracket, CounterpartyLedger, Engine, FuturesView, MarketStatus, brackets, margin_view,
};
use crate::market::{
    BookTicker, DayTicker, Depth, FundingPoint, Interval, Kline, MarkPrice, MarketId, Pair, Playing,
};
use domain::{Decimal, Frame, Market, Micros, Side, time};

impl Engine {
    /// The latest time the engine has seen.
    #[must_use]
    pub const fn now(&self) -> Micros {
        self.markets.now
    }

    /// An account: its key, orders, fills and spot balances.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// The account that an API key belongs to.
    #[must_use]
    pub fn account_by_key(&self, api_key: &str) -> Option<&Account> {
        self.accounts.get(self.keys.get(api_key)?)
    }

    /// All accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// An account's futures wallet, margins and positions at the current mark prices.
    #[must_use]
    pub fn futures(&self, id: AccountId) -> Option<FuturesView> {
        self.accounts.get(&id).map(|account| margin_view::view(&self.markets, account))
    }

    /// The ledger of all assets that are not held by accounts.
    #[must_use]
    pub const fn counterparty(&self) -> &CounterpartyLedger {
        &self.markets.counterparty
    }

    /// The markets and their filters.
    pub fn markets(&self) -> impl Iterator<Item = (MarketId, &Market)> {
        MarketId::all().map(|id| (id, self.markets.rules(id)))
    }

    /// The market's current filters and trading status.
    #[must_use]
    pub fn market(&self, market: MarketId) -> (&Market, MarketStatus) {
        (self.markets.rules(market), self.markets.status(market))
    }

    /// A perpetual's leverage brackets.
    #[must_use]
    pub fn brackets(&self, pair: Pair) -> &'static [Bracket] {
        brackets(pair)
    }

    /// The price of the last beat.
    #[must_use]
    pub fn price(&self, market: MarketId) -> Decimal {
        self.markets.price(market)
    }

    /// The best `limit` levels of each side of the book.
    #[must_use]
    pub fn depth(&self, market: MarketId, limit: usize) -> Depth {
        let side = |side| self.markets.levels(market, side).take(limit).collect();
        Depth {
            update_id: self.markets.book(market).update_id,
            bids: side(Side::Sell),
            asks: side(Side::Buy),
        }
    }

    /// The best bid and ask.
    #[must_use]
    pub fn book_ticker(&self, market: MarketId) -> BookTicker {
        self.markets.book_ticker(market)
    }

    /// The 24-hour ticker. Minutes in which the market was stopped are missing from it.
    #[must_use]
    pub fn day_ticker(&self, market: MarketId) -> DayTicker {
        let from = self.markets.now.plus(-time::DAY);
        self.statistics(market, from, from)
    }

    /// The statistics of a market since `from`, which is the beginning of a minute.
    #[must_use]
    pub fn ticker_since(&self, market: MarketId, from: Micros) -> DayTicker {
        self.statistics(market, from, from.plus(-1))
    }

    /// The minutes after the one that contains `since`, as the statistics of the period from `from` on.
    fn statistics(&self, market: MarketId, from: Micros, since: Micros) -> DayTicker {
        let (at, last) = (self.markets.now, self.markets.price(market));
        let trades = &self.markets.book(market).trades;
        let day = self.markets.tape.span(market, since);
        let (mut day, previous_close) = day.unwrap_or_else(|| (Kline::flat(at, last), last));
        self.markets.add_fills_since(market, &mut day);
        let last_id = trades.back().map_or(0, |t| t.id);
        DayTicker {
            from,
            at,
            day,
            last,
            last_amount: trades.back().map_or(Decimal::ZERO, |t| t.amount),
            previous_close,
            first_id: (last_id + 1).saturating_sub(day.trades),
            last_id,
            book: self.markets.book_ticker(market),
        }
    }

    /// Candles of a frame that open within `from..=to`, oldest first: the first `limit` of them if `from` is
    /// given, otherwise the last `limit`.
    #[must_use]
    pub fn klines(
        &self,
        market: MarketId,
        frame: Frame,
        from: Option<Micros>,
        to: Option<Micros>,
        limit: usize,
    ) -> Vec<Kline> {
        self.candles(market, frame.into(), from, to, limit)
    }

    /// As [`Engine::klines`], for every interval of a minute or more.
    #[must_use]
    pub fn candles(
        &self,
        market: MarketId,
        interval: Interval,
        from: Option<Micros>,
        to: Option<Micros>,
        limit: usize,
    ) -> Vec<Kline> {
        let mut rows = self.markets.tape.klines(market, interval, (from, to), limit);
        self.markets.add_fills(market, interval, &mut rows);
        rows
    }

    /// A perpetual's mark price and funding.
    #[must_use]
    pub fn mark(&self, pair: Pair) -> MarkPrice {
        self.markets.mark_price(pair)
    }

    /// Past funding payments, oldest first.
    pub fn fundings(&self, pair: Pair) -> impl DoubleEndedIterator<Item = &FundingPoint> {
        self.markets.perp(pair).paid.iter()
    }

    /// The recorded hour that is playing.
    #[must_use]
    pub fn playing(&self) -> Option<Playing> {
        self.markets.tape.playing()
    }
}
