//! Candles of one second, which are not kept but made from the trades as they come.

use crate::{
    engine::MarketUpdate,
    market::{Interval, Kline, PublicTrade},
};
use domain::Micros;

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
                Kline::flat(start, over.close)
            }
            None => Kline::flat(start, update.trades.first().map_or(update.price, |trade| trade.price)),
        };
        for trade in &update.trades {
            include(&mut candle, trade);
        }
        rows.push((candle, false));
        self.0 = Some(candle);
        rows
    }
}

fn include(candle: &mut Kline, trade: &PublicTrade) {
    if candle.trades == 0 {
        (candle.open, candle.high, candle.low) = (trade.price, trade.price, trade.price);
    }
    candle.include(trade);
    candle.close = trade.price;
}
