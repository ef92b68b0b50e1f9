//! Placement of single spot orders.

use super::{
    entry,
    rules::{self, Checked},
    spot_order::SpotOrder,
};
use crate::engine::{Account, Fill, Order, Reject, markets::MarketState};

/// Accepts or rejects a single order.
pub(in crate::engine) fn place_one(
    markets: &mut MarketState,
    account: &mut Account,
    new: &SpotOrder,
) -> Result<(Order, Vec<Fill>), Reject> {
    let checked = rules::check(markets, new)?;
    rules::capacity(markets, account, &[new])?;
    enter(markets, account, new, &checked)
}

/// Lets a checked order enter the market, or rejects it.
pub(super) fn enter(
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
