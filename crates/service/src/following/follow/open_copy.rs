//! The open copied position of a follow, with the stop loss and take profits in force.

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    trading::order::trade,
};
use domain::{Decimal, FollowId, IntentId, Side};

/// An open copied position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCopy {
    /// Side of the entry.
    pub side: Side,
    /// Entered amount in base units.
    pub amount: Decimal,
    /// Average entry price.
    pub entry_price: Option<Decimal>,
    /// Leverage of the position.
    pub leverage: Option<i64>,
    /// Trigger price of the stop loss in force; `None` without one.
    pub stop: Option<Decimal>,
    /// Prices of the take profits in force.
    pub targets: Vec<Decimal>,
}

/// Returns the open copied position of a follow; `None` without one.
///
/// # Errors
/// Not found if the follow is another user's.
pub async fn open_copy(desk: &Following, actor: &Actor, follow: FollowId) -> Result<Option<OpenCopy>> {
    let Some(copy) = store::copy::open_of_follow(&desk.db, follow).await? else { return Ok(None) };
    if copy.user_id != actor.user {
        return Err(Error::NotFound);
    }
    // A copy's trade has its id.
    let view = match trade::get_trade(desk, actor, IntentId(copy.id.0)).await {
        Ok(view) => view,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(OpenCopy {
        side: view.row.side,
        amount: view.row.amount.0,
        entry_price: view.row.entry_price.map(|text| text.0),
        leverage: copy.leverage,
        stop: view.stop.map(|stop| stop.trigger),
        targets: view.targets.iter().map(|target| target.price).collect(),
    }))
}
