//! Order placement: the checks common to all markets, and the dispatch to the kind of order.

use super::{
    Account, AccountId, CommandResult, Engine, NewOrder, Order, Reject, SpotOrder, algo, filters, futures,
    markets::MarketState, new_order, reduce_only, ruleset, spot, terms::PositionSlot,
};
use domain::{OrderType, TradeType};

/// Maximum number of open orders of an account per market.
const MAX_OPEN: usize = 200;

/// Accepts or rejects an order.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    mut new: NewOrder,
) -> Result<CommandResult, Reject> {
    prepare(markets, account, &mut new)?;
    if new.kind.conditional() {
        return algo::place(markets, account, new);
    }
    check(account, &new)?;
    let (order, fills) = match new.market.kind {
        TradeType::Spot => spot::place_one(markets, account, &SpotOrder::from(new))?,
        TradeType::Futures => {
            futures::check(markets, &new)?;
            reduce_only::check(markets, account, &new, None)?;
            futures::place(markets, account, &new, None)?
        }
    };
    Ok(CommandResult::Order { order, fills })
}

/// Completes what follows from an order's position side and from the book, and checks its client id.
fn prepare(markets: &MarketState, account: &Account, new: &mut NewOrder) -> Result<(), Reject> {
    if let Some(client) = &new.client_id {
        filters::client_id(new.market, client)?;
    }
    if new.market.kind == TradeType::Futures {
        let slot = new.terms.slot;
        if markets.ruleset >= ruleset::POSITION_SIDES && account.dual == (slot == PositionSlot::Both) {
            return Err(Reject::position_side());
        }
        if slot.closes(new.side) && !new.close_position {
            new.reduce_only = true;
        }
        if slot != PositionSlot::Both && new.close_position && !slot.closes(new.side) {
            return Err(Reject::reduce_only());
        }
    }
    if let (Some(level), OrderType::Limit) = (new.terms.price_match, new.kind) {
        new.price = Some(new_order::matched_price(markets, new.market, new.side, level)?);
    }
    Ok(())
}

/// The checks of a plain order that do not depend on the market.
fn check(account: &Account, new: &NewOrder) -> Result<(), Reject> {
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
    Ok(())
}

impl Engine {
    /// Checks a plain futures order as if it were placed. Returns the order that would have been accepted, with the
    /// id 0.
    ///
    /// # Errors
    /// The [`Reject`] that placing it would give.
    pub fn test_order(&self, account: AccountId, order: &NewOrder) -> Result<Order, Reject> {
        let account = self.accounts.get(&account).ok_or_else(Reject::invalid_key)?;
        let mut new = order.clone();
        prepare(&self.markets, account, &mut new)?;
        if new.kind.conditional() || new.market.kind == TradeType::Spot {
            return Err(Reject::invalid_kind());
        }
        check(account, &new)?;
        futures::check(&self.markets, &new)?;
        reduce_only::check(&self.markets, account, &new, None)?;
        futures::test(&self.markets, account, &new)
    }
}
