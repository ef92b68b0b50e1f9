//! Order placement: the checks common to all markets, and the dispatch to the kind of order.

use super::{
    Account, CommandResult, NewOrder, Reject, SpotOrder, algo, filters, futures, markets::MarketState,
    reduce_only, spot,
};
use domain::TradeType;

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
        TradeType::Spot => spot::place_one(markets, account, &SpotOrder::from(new))?,
        TradeType::Futures => {
            futures::check(markets, &new)?;
            reduce_only::check(markets, account, &new)?;
            futures::place(markets, account, &new, None)?
        }
    };
    Ok(CommandResult::Order { order, fills })
}
