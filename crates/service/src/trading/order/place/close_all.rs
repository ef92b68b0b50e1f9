//! Closes every position of an account, or that of one market.

use super::close_side;
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{SharedTrading, market, order::account::Access},
};
use domain::{Decimal, ExchangeKeyId, PositionSide, Symbol};
use futures::future::join_all;

/// The result of closing one position.
#[derive(Debug)]
pub struct ClosedPosition {
    /// The market.
    pub symbol: Symbol,
    /// Long or short.
    pub side: PositionSide,
    /// The size before, in base units.
    pub amount: Decimal,
    /// `Ok` if the position is closed and the orders of its market are cancelled, otherwise the reason.
    pub outcome: Result<()>,
}

/// Closes every position of a futures key as [`super::close_position`] does, or only those of `symbol` or on `side`, all at the
/// same time.
/// Markets without a position are left alone, with their orders.
///
/// # Errors
/// Not found; 1103, 1106, 1300. Failures of single positions are in their results.
pub async fn close_positions(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: Option<&Symbol>,
    side: Option<PositionSide>,
) -> Result<Vec<ClosedPosition>> {
    let access = Access::futures(desk, actor, id).await?;
    if let Some(symbol) = symbol {
        market::find_market(desk, access.row.key.trade_type, symbol).await?;
    }
    let positions = desk.exchange.positions(&access.who, symbol).await;
    let mut positions = access.take(desk, positions).await?;
    positions.retain(|position| side.is_none_or(|side| position.side == side));
    let each = positions.into_iter().map(|position| async move {
        let outcome = close_side(desk, actor, id, &position.symbol, Some(position.side)).await;
        if let Err(Error::Fault(fault)) = &outcome {
            tracing::error!(key = %id, symbol = %position.symbol, "could not close a position: {fault:#}");
        }
        ClosedPosition { symbol: position.symbol, side: position.side, amount: position.contracts, outcome }
    });
    Ok(join_all(each).await)
}
