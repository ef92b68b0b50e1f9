//! The check of reduce-only orders against the position of hedge mode (-2022) and against resting orders (-4118).

use super::{Account, NewOrder, Order, Reject, margin, markets::MarketState, ruleset, terms::PositionSlot};
use domain::Decimal;

/// Rejects a reduce-only order if resting orders on its side leave no position for it, and in hedge mode if it is
/// larger than its position.
///
/// Resting reduce-only orders count with their remaining amount. Resting orders that may open a position
/// count if there is no margin for the position that all of them together would open. Conditional orders
/// waiting for their trigger do not count. In one-way mode a sole order on its side may be larger than the
/// position, because it takes no more than the position. `except` is a resting order that the new one replaces.
pub(super) fn check(
    markets: &MarketState,
    account: &Account,
    new: &NewOrder,
    except: Option<u64>,
) -> Result<(), Reject> {
    if !new.reduce_only || markets.ruleset < ruleset::RESTING_ORDERS_COUNT {
        return Ok(());
    }
    let pair = new.market.pair;
    let position = account.perpetual(new.position());
    let closable = position.closable(new.side);
    let amount = new.amount.unwrap_or_default();
    if closable.is_zero() {
        // With nothing to reduce, a different rejection applies.
        return Ok(());
    }
    let hedged = new.terms.slot != PositionSlot::Both && markets.ruleset >= ruleset::HEDGED_CLOSES;
    if hedged && amount > closable {
        return Err(Reject::reduce_only());
    }
    let same_side = |order: &&Order| {
        order.position() == new.position() && order.side == new.side && Some(order.id) != except
    };
    let resting = account.futures_orders.open().filter(same_side);
    let reserved: Decimal = resting.filter(|order| order.reduce_only).map(Order::remaining).sum();
    if !reserved.is_zero() && reserved + amount > closable {
        return Err(Reject::reduce_only_conflict());
    }
    let mark = markets.mark(pair);
    let mut all = position;
    all.add_exposure(new.side, new.price.unwrap_or(mark) * amount.min(closable));
    let more = all.exposure(mark) - position.exposure(mark);
    if more > Decimal::ZERO && position.initial(more) > margin::available(markets, account) {
        return Err(Reject::reduce_only_conflict());
    }
    Ok(())
}
