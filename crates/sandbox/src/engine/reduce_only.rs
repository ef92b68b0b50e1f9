//! Reduce-only orders beside what rests already (-4118).

use super::{Account, NewOrder, Order, Reject, floor::Floor, margin, ruleset};
use domain::Decimal;

/// Refuses a reduce-only order that resting orders of its side leave no position for.
///
/// Resting reduce-only orders count with what is left of them. Resting orders that may open count when the position
/// that all of them together would open has no margin. Conditional orders that wait for their trigger do not count. An
/// order that is alone on its side may be larger than the position: it takes no more than there is.
pub(super) fn check(floor: &Floor, account: &Account, new: &NewOrder) -> Result<(), Reject> {
    if !new.reduce_only || floor.ruleset < ruleset::RESTING_ORDERS_COUNT {
        return Ok(());
    }
    let pair = new.market.pair;
    let position = account.perpetual(pair);
    let closable = position.closable(new.side);
    let amount = new.amount.unwrap_or_default();
    if closable.is_zero() {
        // There is nothing to reduce, which is another refusal.
        return Ok(());
    }
    let same_side = |order: &&Order| order.market == new.market && order.side == new.side;
    let resting = account.futures_orders.open().filter(same_side);
    let reserved: Decimal = resting.filter(|order| order.reduce_only).map(Order::remaining).sum();
    if !reserved.is_zero() && reserved + amount > closable {
        return Err(Reject::reduce_only_conflict());
    }
    let mark = floor.mark(pair);
    let mut all = position;
    all.stand(new.side, new.price.unwrap_or(mark) * amount.min(closable));
    let more = all.exposure(mark) - position.exposure(mark);
    if more > Decimal::ZERO && position.initial(more) > margin::available(floor, account) {
        return Err(Reject::reduce_only_conflict());
    }
    Ok(())
}
