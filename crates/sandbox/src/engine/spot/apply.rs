//! Carrying out of spot actions.

use super::{
    action::{SpotAction, SpotResult},
    amend, lists,
    place::place_one,
    replace,
};
use crate::{
    engine::{Account, CommandResult, Reject, markets::MarketState},
    market::MarketId,
};

/// Carries out a spot action.
pub(in crate::engine) fn apply(
    markets: &mut MarketState,
    account: &mut Account,
    market: MarketId,
    action: SpotAction,
) -> Result<CommandResult, Reject> {
    let result = match action {
        SpotAction::Place(new) => {
            let (order, fills) = place_one(markets, account, &new)?;
            SpotResult::Order((Box::new(order), fills))
        }
        SpotAction::PlaceList(new) => SpotResult::List(Box::new(lists::place(markets, account, &new)?)),
        SpotAction::Cancel(cancel) => {
            SpotResult::Cancelled(vec![replace::cancel(markets, account, market, &cancel)?])
        }
        SpotAction::CancelAll { by } => {
            SpotResult::Cancelled(replace::cancel_all(markets, account, market, &by)?)
        }
        SpotAction::CancelList { list, by } => {
            SpotResult::List(Box::new(replace::cancel_list(markets, account, market, &list, &by)?))
        }
        SpotAction::Replace(replacement) => replace::replace(markets, account, market, &replacement)?,
        SpotAction::Amend { order, amount, client_id } => {
            amend::amend(markets, account, market, &order, (amount, client_id))?
        }
    };
    Ok(CommandResult::Spot(Box::new(result)))
}
