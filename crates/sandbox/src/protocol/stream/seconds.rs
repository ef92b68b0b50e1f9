//! Candles of one second, which are not kept but made from the trades as they come.

use crate::{
    engine::MarketUpdate,
    market::{Interval, Kline, PublicTrade},
};
use domain::{Decimal, Micros};

/// The current candle of one market.
#[derive(Debug, Default)]
pub(super) struct SecondCandles(Option<Kline>);

impl SecondCandles {
    /// The candles that an update at `at` changed: the finished one, if its second is over, and the current
    /// one. The flag is set for a finished candle.
    pub(super) fn add(&mut self, at: Micros, update: &MarketUpdate) -> Vec<(Kline, bool)> {
        let start = Interval::SECOND.floor(at);
        let mut rows = Vec::new();
        let mut candle = match self.0.take() {
            Some(running) if running.start == start => running,
            Some(over) => {
                rows.push((over, true));
                quiet(start, over.close)
            }
            None => quiet(start, update.trades.first().map_or(update.price, |trade| trade.price)),
        };
        for trade in &update.trades {
            include(&mut candle, trade);
        }
        rows.push((candle, false));
        self.0 = Some(candle);
        rows
    }
}

/// A candle without trades.
const fn quiet(start: Micros, price: Decimal) -> Kline {
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

fn include(candle: &mut Kline, trade: &PublicTrade) {
    let quote = trade.price * trade.amount;
    if candle.trades == 0 {
        (candle.open, candle.high, candle.low) = (trade.price, trade.price, trade.price);
    }
    candle.high = candle.high.max(trade.price);
    candle.low = candle.low.min(trade.price);
    candle.close = trade.price;
    candle.volume += trade.amount;
    candle.quote_volume += quote;
    candle.trades += 1;
    if !trade.buyer_maker {
        candle.taker_base += trade.amount;
        candle.taker_quote += quote;
    }
}
