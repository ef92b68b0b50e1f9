//! Order placement: the steps common to all markets.

use super::{
    Account, CommandResult, NewOrder, Order, Reject, Status, algo, filters, futures, markets::MarketState,
    reduce_only, spot,
};
use domain::{Decimal, OrderType, TimeInForce, TradeType};

/// Maximum number of open orders of an account per market.
const MAX_OPEN: usize = 200;

/// Accepts or rejects an order.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: NewOrder,
) -> Result<CommandResult, Reject> {
    if let Some(client) = &new.client_id {
        filters::client_id(new.market, client)?;
    }
    if new.kind.conditional() {
        return algo::place(markets, account, new);
    }
    if new.close_position {
        return Err(Reject::close_kind());
    }
    let orders = account.orders(new.market.kind);
    let spot = new.market.kind == TradeType::Spot;
    if new.client_id.as_deref().is_some_and(|client| orders.client_taken(client)) {
        return Err(if spot { Reject::duplicate_order() } else { Reject::duplicate_client_id() });
    }
    if orders.open().filter(|o| o.market == new.market).count() >= MAX_OPEN {
        return Err(if spot { Reject::filter("MAX_NUM_ORDERS") } else { Reject::too_many_orders() });
    }
    let (order, fills) = match new.market.kind {
        TradeType::Spot => spot::place(markets, account, &new)?,
        TradeType::Futures => {
            futures::check(markets, &new)?;
            reduce_only::check(markets, account, &new)?;
            futures::place(markets, account, &new, None)?
        }
    };
    Ok(CommandResult::Order { order, fills })
}

/// Limit price and time in force of a plain order. A market order has no price and ends immediately.
pub(super) fn terms(markets: &MarketState, new: &NewOrder) -> Result<(Option<Decimal>, TimeInForce), Reject> {
    if new.kind == OrderType::Market {
        return Ok((None, TimeInForce::Gtc));
    }
    let price = new.price.ok_or_else(|| Reject::mandatory("price"))?;
    filters::price(markets, new.market, price)?;
    Ok((Some(price), new.tif.unwrap_or(TimeInForce::Gtc)))
}

/// Builds the order in its initial state.
pub(super) fn order(markets: &mut MarketState, new: &NewOrder, amount: Decimal, tif: TimeInForce) -> Order {
    let id = markets.ids.order();
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
    }
}
