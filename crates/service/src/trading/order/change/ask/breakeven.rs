//! The use case that moves a stop to where the trade costs nothing.

use super::{TradeTarget, Wish, protect};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading,
        order::{change::plan::Situation, checks::FEE_RATE, intent::Intent},
    },
};
use domain::{
    ExchangeKeyId, Market, Symbol,
    ticket::Stop,
    trade::{self, StopChange, TradeChange},
};

/// Moves the stop of an open trade to the price at which closing it costs nothing, fees of both ends included.
///
/// # Errors
/// As [`super::change_trade`]: the price must not have returned to that level.
pub async fn breakeven(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    target: TradeTarget,
) -> Result<()> {
    protect(desk, actor, id, symbol, target, Wish::Breakeven).await
}

/// Returns the change that moves the stop to where the trade costs nothing. The order type of the stop becomes market.
pub(super) fn breakeven_of(trade: &Intent, at: &Situation, market: &Market) -> Result<TradeChange> {
    let entry = at.held_price(trade).ok_or(Error::NotFound)?;
    let trigger = trade::breakeven(at.side, entry, FEE_RATE, market.tick);
    let trigger = trigger.ok_or_else(|| Error::fault("a breakeven price overflows"))?;
    let stop = StopChange::Set(Stop { trigger, limit: None });
    Ok(TradeChange { stop: Some(stop), ..TradeChange::default() })
}
