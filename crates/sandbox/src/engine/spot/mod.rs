//! Spot orders: placement, conditions, order lists, cancellation and amendment.
//!
//! ```text
//! place -> rules (terms, filters) -> entry (book | rest | wait) -> fill -> lists (activate | end)
//! tick  -> resting orders -> trigger (stop price, trailing delta) -> entry
//! ```

mod action;
mod amend;
mod check;
mod entry;
mod fill;
pub(crate) mod limits;
mod lists;
mod order_list;
mod replace;
mod reserve;
mod rules;
mod terms;
mod trigger;

pub(super) use action::apply;
pub use action::{
    CancelRestriction, Cancellation, Cancelled, Placed, Replacement, SpotAction, SpotAmendment, SpotResult,
};
pub(super) use fill::fill;
pub(super) use lists::after_end;
pub use order_list::{Contingency, ListReport, ListStatus, ListedOrder, NewList, OrderList};
pub(super) use reserve::{lock, withdraw};
pub use terms::{Phase, RejectReason, SelfTradePrevention, SpotOptions, SpotOrder, SpotTerms};

use super::{Account, Fill, Order, Reject, markets::MarketState};
use rules::Checked;

/// Accepts or rejects a single order.
pub(super) fn place_one(
    markets: &mut MarketState,
    account: &mut Account,
    new: &SpotOrder,
) -> Result<(Order, Vec<Fill>), Reject> {
    let checked = rules::check(markets, new)?;
    rules::capacity(markets, account, &[new])?;
    enter(markets, account, new, &checked)
}

/// Lets a checked order enter the market, or rejects it.
fn enter(
    markets: &mut MarketState,
    account: &mut Account,
    new: &SpotOrder,
    checked: &Checked,
) -> Result<(Order, Vec<Fill>), Reject> {
    rules::unused(account, new.order.client_id.as_deref())?;
    let ids = markets.ids.clone();
    let mut order = entry::draft(markets, new, checked);
    let entered = entry::prepare(markets, &mut order, checked.want)
        .and_then(|way| entry::afford(account, &order, &way).map(|()| way));
    match entered {
        Ok(way) => {
            let fills = entry::open(markets, account, &mut order, way);
            Ok((order, fills))
        }
        Err(reject) => {
            // A rejected order uses up no id.
            markets.ids = ids;
            Err(reject)
        }
    }
}
