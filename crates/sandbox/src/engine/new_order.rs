//! A new order: its terms, and its initial state.

use super::{NewOrder, Order, Reject, Status, filters, markets::MarketState, terms::PriceMatch};
use crate::market::MarketId;
use domain::{Decimal, OrderType, Side, TimeInForce};

/// Limit price and time in force of a plain order. A market order has no price, and is reported as GTC, as on Binance,
/// although none of it stays in the book.
pub(super) fn terms(markets: &MarketState, new: &NewOrder) -> Result<(Option<Decimal>, TimeInForce), Reject> {
    if new.kind == OrderType::Market {
        return Ok((None, TimeInForce::Gtc));
    }
    let price = new.price.ok_or_else(|| Reject::mandatory("price"))?;
    filters::price(markets, new.market, price)?;
    Ok((Some(price), new.tif.unwrap_or(TimeInForce::Gtc)))
}

/// The price of the level that an order on `side` names.
pub(super) fn matched_price(
    markets: &MarketState,
    market: MarketId,
    side: Side,
    matching: PriceMatch,
) -> Result<Decimal, Reject> {
    let (taker, index) = matching.level(side);
    markets.levels(market, taker).nth(index).map(|level| level.price).ok_or_else(Reject::no_depth)
}

/// Builds the order in its initial state.
pub(super) fn build(markets: &mut MarketState, new: &NewOrder, amount: Decimal, tif: TimeInForce) -> Order {
    let id = markets.ids.order();
    with_id(markets, id, new, amount, tif)
}

/// Builds the order that would be accepted, without giving it an id.
pub(super) fn preview(markets: &MarketState, new: &NewOrder, amount: Decimal, tif: TimeInForce) -> Order {
    with_id(markets, 0, new, amount, tif)
}

fn with_id(markets: &MarketState, id: u64, new: &NewOrder, amount: Decimal, tif: TimeInForce) -> Order {
    Order {
        id,
        client_id: new.client_id.clone().unwrap_or_else(|| markets.client_id(id)),
        market: new.market,
        side: new.side,
        kind: new.kind,
        original_kind: new.kind,
        tif,
        price: new.price.filter(|_| new.kind == OrderType::Limit).map(|p| p.normalize()),
        amount: amount.normalize(),
        quote_amount: new.quote_amount,
        filled: Decimal::ZERO,
        cost: Decimal::ZERO,
        reduce_only: new.reduce_only,
        close_position: new.close_position,
        status: Status::New,
        algo_id: None,
        trigger_price: None,
        working_type: new.working_type,
        liquidation: false,
        created: markets.now,
        updated: markets.now,
        spot: None,
        terms: new.terms,
        queue: None,
        amendments: 0,
    }
}
