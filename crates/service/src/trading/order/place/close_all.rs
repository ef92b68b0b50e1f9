//! Closes every position of an account, or that of one market.

use super::close_market;
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, market,
        order::{account::Access, spot},
    },
};
use domain::{Decimal, ExchangeKeyId, PositionSide, Symbol, TradeType};
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

/// Closes every position of a key as [`close_market`] does, or only that of `symbol`, all at the same time. Those of a spot
/// key are what the desk's own trades hold.
/// Markets without a position are left alone, with their orders.
///
/// # Errors
/// Not found; 1103, 1300. Failures of single positions are in their results.
pub async fn close_positions(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: Option<&Symbol>,
) -> Result<Vec<ClosedPosition>> {
    let access = Access::any(desk, actor, id).await?;
    if let Some(symbol) = symbol {
        market::find_market(desk, access.row.key.trade_type, symbol).await?;
    }
    let positions = match access.row.key.trade_type {
        TradeType::Futures => {
            let positions = desk.exchange.positions(&access.who, symbol).await;
            access.take(desk, positions).await?
        }
        TradeType::Spot => spot::held_positions(desk, id, symbol).await?,
    };
    let each = positions.into_iter().map(|position| async move {
        let outcome = close_market(desk, actor, id, &position.symbol).await;
        if let Err(Error::Fault(fault)) = &outcome {
            tracing::error!(key = %id, symbol = %position.symbol, "could not close a position: {fault:#}");
        }
        ClosedPosition { symbol: position.symbol, side: position.side, amount: position.contracts, outcome }
    });
    Ok(join_all(each).await)
}
