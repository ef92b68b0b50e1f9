//! Price and amount filters of markets, with the rejection that each kind of market reports.

use super::{Reject, markets::MarketState};
use crate::market::MarketId;
use domain::{Decimal, Side, TradeType, market::FilterFailure};

/// Checks a price against tick size and range.
pub(super) fn price(markets: &MarketState, market: MarketId, price: Decimal) -> Result<(), Reject> {
    let rules = markets.rules(market);
    let spot = market.kind == TradeType::Spot;
    if price <= Decimal::ZERO {
        return Err(if spot { Reject::filter("PRICE_FILTER") } else { Reject::price_not_positive() });
    }
    rules.check_price(price).map_err(|failure| match failure {
        _ if spot => Reject::filter(failure.filter()),
        FilterFailure::Price(bound) if bound == rules.max_price => Reject::price_too_high(),
        FilterFailure::Price(_) => Reject::price_too_low(),
        _ if price.normalize().scale() > rules.tick.scale() => Reject::precision(),
        _ => Reject::price_off_tick(),
    })
}

/// Checks an amount against lot size and range.
pub(super) fn amount(markets: &MarketState, market: MarketId, amount: Decimal) -> Result<(), Reject> {
    let rules = markets.rules(market);
    let spot = market.kind == TradeType::Spot;
    if amount <= Decimal::ZERO {
        return Err(if spot { Reject::filter("LOT_SIZE") } else { Reject::quantity_not_positive() });
    }
    rules.check_amount(amount).map_err(|failure| match failure {
        _ if spot => Reject::filter(failure.filter()),
        _ if amount.normalize().scale() > rules.lot.scale() => Reject::precision(),
        FilterFailure::MinAmount(_) => Reject::quantity_too_small(),
        FilterFailure::MaxAmount(_) => Reject::quantity_too_large(),
        _ => Reject::quantity_off_step(),
    })
}

/// Checks the notional of an order.
pub(super) fn notional(
    markets: &MarketState,
    market: MarketId,
    price: Decimal,
    amount: Decimal,
) -> Result<(), Reject> {
    let rules = markets.rules(market);
    rules.check_notional(price, amount).map_err(|_| match market.kind {
        TradeType::Spot => Reject::filter("NOTIONAL"),
        TradeType::Futures => Reject::min_notional(rules.min_notional),
    })
}

/// Checks that a limit price is not too far from `reference`: a buy price above it or a sell price below it.
pub(super) fn band(
    markets: &MarketState,
    market: MarketId,
    side: Side,
    price: Decimal,
    reference: Decimal,
) -> Result<(), Reject> {
    let rules = markets.rules(market);
    let (down, up) = rules.price_band;
    let (lowest, highest) =
        (rules.price_to_tick(reference * down, Side::Sell), rules.price_to_tick(reference * up, Side::Buy));
    let spot = market.kind == TradeType::Spot;
    match side {
        Side::Buy if price > highest && spot => Err(Reject::filter("PERCENT_PRICE_BY_SIDE")),
        Side::Sell if price < lowest && spot => Err(Reject::filter("PERCENT_PRICE_BY_SIDE")),
        Side::Buy if price > highest => Err(Reject::above_band(highest)),
        Side::Sell if price < lowest => Err(Reject::below_band(lowest)),
        _ => Ok(()),
    }
}

/// Checks a client id: 1 to 36 characters of the set that Binance allows.
pub(super) fn client_id(market: MarketId, id: &str) -> Result<(), Reject> {
    let spot = market.kind == TradeType::Spot;
    let allowed = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || (!spot && matches!(b, b'.' | b':' | b'/'))
    };
    if (1..=36).contains(&id.len()) && id.bytes().all(allowed) {
        return Ok(());
    }
    Err(if spot { Reject::spot_client_id() } else { Reject::client_id() })
}
