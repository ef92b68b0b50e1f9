//! Cancellation of orders by their owner, on either kind of market.

use super::{
    Account, AlgoStatus, CommandResult, Order, OrderRef, Reject, Status, Which, ending, markets::MarketState,
    spot,
};
use crate::market::MarketId;
use domain::TradeType;

/// Cancels one order. `by` is the client id of the request.
pub(super) fn cancel_order(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    which: Which,
    order: &OrderRef,
    by: Option<&str>,
) -> Result<CommandResult, Reject> {
    if which == Which::Algo {
        let algo = account.algos.find(order).filter(|a| a.status == AlgoStatus::New && a.pair == market.pair);
        let id = algo.ok_or_else(Reject::unknown_order)?.id;
        let ended = ending::end_algo(markets, account, id, AlgoStatus::Canceled);
        return ended.map(CommandResult::Algo).ok_or_else(Reject::unknown_order);
    }
    let found = account.orders(market.kind).find(order).filter(|o| o.status.open() && o.market == market);
    let id = found.ok_or_else(Reject::unknown_order)?.id;
    let order = end(markets, account, market.kind, id, by).ok_or_else(Reject::unknown_order)?;
    after(markets, account, &order);
    Ok(CommandResult::Order { order, fills: Vec::new() })
}

/// Cancels all open orders of a market. `by` is the client id of the request.
pub(super) fn cancel_all_orders(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    which: Which,
    by: Option<&str>,
) -> CommandResult {
    if which == Which::Algo {
        let ids = account.open_algo_ids(|a| a.pair == market.pair);
        let cancel = |id| ending::end_algo(markets, account, id, AlgoStatus::Canceled);
        return CommandResult::Algos(ids.into_iter().filter_map(cancel).collect());
    }
    let ids = account.open_order_ids(market.kind, |o| o.market == market);
    let ended = ids.into_iter().filter_map(|id| end(markets, account, market.kind, id, by));
    let ended: Vec<_> = ended.collect();
    if let Some(last) = ended.last() {
        after(markets, account, last);
    }
    CommandResult::Orders(ended)
}

/// Cancels one open order, and on spot with it the rest of its list.
pub(super) fn end(
    markets: &mut MarketState,
    account: &mut Account,
    kind: TradeType,
    id: u64,
    by: Option<&str>,
) -> Option<Order> {
    match kind {
        TradeType::Spot => spot::end(markets, account, id, Status::Canceled, by),
        TradeType::Futures => ending::end(markets, account, id, Status::Canceled),
    }
}

/// Follow-up on the futures market: orders that have lost their purpose expire.
fn after(markets: &mut MarketState, account: &mut Account, order: &Order) {
    if order.market.kind == TradeType::Futures {
        ending::after(markets, account, order, false);
    }
}
