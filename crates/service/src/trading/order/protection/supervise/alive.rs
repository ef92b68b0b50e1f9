//! The short inspection: only the stop is looked up.

use super::super::Watched;
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{account::Access, intent::Intent, legs::Leg},
    },
};
use domain::OrderType;
use store::intent::LegStatus;

/// Whether a watched position's stop is alive at the exchange, queried by its id: one request of weight 1,
/// while reading position and orders costs 7. A closePosition stop that is alive covers a position of any
/// size, and so does one over everything that was entered.
pub(in crate::trading::order) async fn stop_is_alive(
    desk: &Trading,
    access: &Access,
    watched: &Watched,
) -> Result<bool> {
    let Some(intent) = Intent::load(desk, watched.intent).await? else { return Ok(false) };
    let whole = |leg: &&Leg| leg.status == LegStatus::Placed && covers_whole(&intent, leg);
    let Some(leg) = intent.wanted_stop_leg().filter(whole) else { return Ok(false) };
    // A stop that this one has replaced must be cancelled, and it takes a full inspection to see that it is gone.
    if intent.outdated_stops().next().is_some() {
        return Ok(false);
    }
    let id = intent.client_id(leg.seq);
    let answer = desk.exchange.find_order(&access.who, intent.trade_type, &intent.symbol, &id, true).await;
    let found = access.take(desk, answer).await?;
    Ok(found.is_some_and(|order| !order.is_final() && order.kind == OrderType::StopMarket))
}

/// Whether a stop market order covers all that its intent may hold: it has no amount, or that of an entry that has
/// ended.
fn covers_whole(intent: &Intent, leg: &Leg) -> bool {
    let Some(order) = leg.order.as_ref().filter(|order| order.kind == OrderType::StopMarket) else {
        return false;
    };
    let ended = intent.filled_entry().is_some() && !intent.entry_rests();
    let entered = intent.entered().filter(|_| ended);
    order.amount.is_none_or(|amount| entered.is_some_and(|entered| amount >= entered))
}
