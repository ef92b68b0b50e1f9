//! Builders of Binance's response bodies. Each function writes one documented object and contains no logic.

pub(crate) mod futures;
pub(crate) mod futures_orders;
pub(crate) mod info;
pub(crate) mod market;
pub(crate) mod spot;
pub(crate) mod spot_list;
pub(crate) mod statistics;

use super::number;
use crate::market::MarketId;
use domain::{Decimal, TradeType};

/// Formats a price as this market does: eight decimals on spot, the tick's decimals on futures.
pub(crate) fn price(market: MarketId, value: Decimal) -> String {
    match market.kind {
        TradeType::Spot => number::asset(value),
        TradeType::Futures => number::stepped(value, market.rules().tick),
    }
}

/// Formats an amount as this market does: eight decimals on spot, the lot's decimals on futures.
pub(crate) fn amount(market: MarketId, value: Decimal) -> String {
    match market.kind {
        TradeType::Spot => number::asset(value),
        TradeType::Futures => number::stepped(value, market.rules().lot),
    }
}
