//! Binance's answers, field by field. Each function writes one object of the documents; nothing is decided here.

pub(crate) mod futures;
pub(crate) mod info;
pub(crate) mod market;
pub(crate) mod spot;

use super::number;
use crate::market::MarketId;
use domain::{Decimal, TradeType};

/// A price as this market writes it: eight decimals on spot, the tick's on futures.
pub(crate) fn price(market: MarketId, value: Decimal) -> String {
    match market.kind {
        TradeType::Spot => number::asset(value),
        TradeType::Futures => number::stepped(value, market.rules().tick),
    }
}

/// An amount as this market writes it: eight decimals on spot, the lot's on futures.
pub(crate) fn amount(market: MarketId, value: Decimal) -> String {
    match market.kind {
        TradeType::Spot => number::asset(value),
        TradeType::Futures => number::stepped(value, market.rules().lot),
    }
}
