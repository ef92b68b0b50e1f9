//! What a market shows: trades, book, candles, mark price.

use super::Pair;
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};

/// One public trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicTrade {
    /// Its id, increasing.
    pub id: u64,
    /// At what price.
    pub price: Decimal,
    /// How much.
    pub amount: Decimal,
    /// Whether the buyer stood in the book before, so that the seller took (`isBuyerMaker`).
    pub buyer_maker: bool,
    /// When.
    pub at: Micros,
}

/// One price of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// The price.
    pub price: Decimal,
    /// How much stands there.
    pub amount: Decimal,
}

/// The book near its best prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Increases with every change.
    pub update_id: u64,
    /// Highest first.
    pub bids: Vec<Level>,
    /// Lowest first.
    pub asks: Vec<Level>,
}

/// The best prices of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BookTicker {
    /// Increases with every change.
    pub update_id: u64,
    /// Highest bid.
    pub bid: Level,
    /// Lowest ask.
    pub ask: Level,
}

/// One candle with Binance's extra columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Kline {
    /// When it opened; it ends with the microsecond before its frame's next.
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
    /// How many trades.
    pub trades: u64,
    /// Volume that buyers took, in base units.
    pub taker_base: Decimal,
    /// Volume that buyers took, in quote units.
    pub taker_quote: Decimal,
}

/// The last 24 hours of a market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayTicker {
    /// From when.
    pub from: Micros,
    /// Until when.
    pub at: Micros,
    /// All of it as one candle.
    pub day: Kline,
    /// Last price.
    pub last: Decimal,
    /// Amount of the last trade.
    pub last_amount: Decimal,
    /// The price before the day.
    pub previous_close: Decimal,
    /// First public trade kept.
    pub first_id: u64,
    /// Last public trade.
    pub last_id: u64,
    /// Best prices now.
    pub book: BookTicker,
}

impl DayTicker {
    /// Last less first price.
    #[must_use]
    pub fn change(&self) -> Decimal {
        self.last - self.day.open
    }

    /// Change in percent, three decimals.
    #[must_use]
    pub fn percent(&self) -> Decimal {
        let change = self.change() * Decimal::ONE_HUNDRED;
        change.checked_div(self.day.open).unwrap_or_default().round_dp(3)
    }

    /// Average price by volume.
    #[must_use]
    pub fn vwap(&self) -> Decimal {
        self.day.quote_volume.checked_div(self.day.volume).unwrap_or(self.last).round_dp(8).normalize()
    }
}

/// Mark price and funding of a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MarkPrice {
    /// The smoothed price that margin is reckoned with.
    pub mark: Decimal,
    /// The spot price.
    pub index: Decimal,
    /// The funding rate as it stands, for eight hours.
    pub funding_rate: Decimal,
    /// When funding is next paid.
    pub next_funding: Micros,
}

/// One funding that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingPoint {
    /// When.
    pub at: Micros,
    /// Longs paid shorts this share of their notional.
    pub rate: Decimal,
    /// The mark price then.
    pub mark: Decimal,
}

/// What the replay is playing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Playing {
    /// The pair with recorded prices.
    pub pair: Pair,
    /// The start of the recorded hour.
    pub hour: Micros,
    /// How much of it has played: 0 to 240 ticks.
    pub tick: u32,
    /// How many times the record has been played through before.
    pub pass: u32,
    /// What recorded prices are multiplied by, so that passes join; one on the first.
    pub scale: Decimal,
    /// Whether this pass plays reciprocal prices, which keeps prices bounded over many passes.
    pub mirrored: bool,
}
