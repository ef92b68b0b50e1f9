//! Prices rounded to their market's tick: an average price has more digits than any order price.

use crate::{figures, visit::Visit};
use domain::{Decimal, Symbol, TradeType, money};
use service::trading::market;
use std::collections::HashMap;

/// The tick size of each market.
#[derive(Debug, Default)]
pub(crate) struct Ticks(HashMap<Symbol, Decimal>);

impl Ticks {
    /// Reads all futures markets. If the exchange does not respond, the result is empty and the page is still
    /// shown.
    pub(crate) async fn read(visit: &Visit) -> Self {
        let markets = market::list_markets(&visit.desk, TradeType::Futures).await.unwrap_or_default();
        Self(markets.into_iter().map(|market| (market.symbol, market.tick)).collect())
    }

    /// A price rounded to its market's tick; to seven digits if the tick is unknown.
    pub(crate) fn price(&self, symbol: &Symbol, price: Decimal) -> String {
        match self.0.get(symbol) {
            Some(tick) => figures::decimal(money::round_to(price, *tick)),
            None => figures::price(price),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_ends_at_its_markets_tick() {
        let symbol: Symbol = "BTC/USDT".parse().unwrap();
        let ticks = Ticks([(symbol.clone(), Decimal::new(1, 1))].into());
        let price = |ticks: &Ticks, text| ticks.price(&symbol, money::parse(text).unwrap());
        assert_eq!(price(&ticks, "10895.61801802"), "10,895.6");
        assert_eq!(price(&ticks, "11459.766000000001"), "11,459.8");
        assert_eq!(price(&Ticks::default(), "11459.766000000001"), "11,459.77");
    }
}
