//! Public market data: trades, book, candles and mark price.

use super::Pair;
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};

/// One public trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicTrade {
    /// Its id, increasing.
    pub id: u64,
    /// The price.
    pub price: Decimal,
    /// The amount in base units.
    pub amount: Decimal,
    /// Whether the buyer was the maker, so that the seller was the taker (`isBuyerMaker`).
    pub buyer_maker: bool,
    /// Time of the trade.
    pub at: Micros,
}

/// One price level of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// The price.
    pub price: Decimal,
    /// The amount available at this price.
    pub amount: Decimal,
}

/// The top of the order book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Update id, increasing with every change.
    pub update_id: u64,
    /// Bids, highest first.
    pub bids: Vec<Level>,
    /// Asks, lowest first.
    pub asks: Vec<Level>,
}

/// The best bid and ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BookTicker {
    /// Update id, increasing with every change.
    pub update_id: u64,
    /// Highest bid.
    pub bid: Level,
    /// Lowest ask.
    pub ask: Level,
}

/// A candle with Binance's additional columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Kline {
    /// Opening time. The candle ends one microsecond before the next candle of its frame.
    pub start: Micros,
    /// First price.
    pub open: Decimal,
    /// Highest price.
    pub high: Decimal,
    /// Lowest price.
    pub low: Decimal,
    /// Last price.
    pub close: Decimal,
    /// Volume in base units.
    pub volume: Decimal,
    /// Volume in quote units.
    pub quote_volume: Decimal,
    /// Number of trades.
    pub trades: u64,
    /// Taker buy volume in base units.
    pub taker_base: Decimal,
    /// Taker buy volume in quote units.
    pub taker_quote: Decimal,
}

impl Kline {
    /// A candle without trades.
    pub(crate) const fn flat(start: Micros, price: Decimal) -> Self {
        Self {
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

    /// Adds a trade, but leaves the first and the last price as they are.
    pub(crate) fn include(&mut self, trade: &PublicTrade) {
        let quote = trade.price * trade.amount;
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.volume += trade.amount;
        self.quote_volume += quote;
        self.trades += 1;
        if !trade.buyer_maker {
            self.taker_base += trade.amount;
            self.taker_quote += quote;
        }
    }
}

/// The statistics of a market over a period, usually the last 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayTicker {
    /// Start of the period.
    pub from: Micros,
    /// End of the period.
    pub at: Micros,
    /// The whole period as one candle.
    pub day: Kline,
    /// Last price.
    pub last: Decimal,
    /// Amount of the last trade.
    pub last_amount: Decimal,
    /// The close before the period.
    pub previous_close: Decimal,
    /// Id of the oldest retained public trade.
    pub first_id: u64,
    /// Id of the latest public trade.
    pub last_id: u64,
    /// The current best bid and ask.
    pub book: BookTicker,
}

impl DayTicker {
    /// Last price minus opening price.
    #[must_use]
    pub fn change(&self) -> Decimal {
        self.last - self.day.open
    }

    /// The change in percent, rounded to three decimals.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        let change = self.change() * Decimal::ONE_HUNDRED;
        change.checked_div(self.day.open).unwrap_or_default().round_dp(3)
    }

    /// The volume-weighted average price.
    #[must_use]
    pub fn vwap(&self) -> Decimal {
        self.day.quote_volume.checked_div(self.day.volume).unwrap_or(self.last).round_dp(8).normalize()
    }
}

/// Mark price and funding of a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MarkPrice {
    /// The smoothed price used for margin calculations.
    pub mark: Decimal,
    /// The index price, which is the spot price.
    pub index: Decimal,
    /// The current funding rate, for eight hours.
    pub funding_rate: Decimal,
    /// Time of the next funding.
    pub next_funding: Micros,
}

/// A past funding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingPoint {
    /// Time of the funding.
    pub at: Micros,
    /// The funding rate: the share of their notional that longs paid to shorts.
    pub rate: Decimal,
    /// The mark price at that time.
    pub mark: Decimal,
}

/// The position of the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Playing {
    /// The pair with recorded prices.
    pub pair: Pair,
    /// The start of the recorded hour.
    pub hour: Micros,
    /// How much of the hour has played: 0 to 240 ticks.
    pub tick: u32,
    /// How many times the record has been played completely before.
    pub pass: u32,
    /// The factor applied to recorded prices so that passes join seamlessly; one on the first pass.
    pub scale: Decimal,
    /// Whether this pass plays reciprocal prices, which keeps prices bounded over many passes.
    pub mirrored: bool,
}
