//! The protection of a position as shown to its owner.

use super::decide;
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{legs::Role, side::entered_by},
    },
};
use domain::{
    ExchangeKeyId, Order, Position, Symbol,
    live::{PositionProtection, ProtectionState},
};
use store::{
    intent::{self, LegStatus},
    protection::{self as rows, Protection, Wanted},
};

/// Returns the protection of each of `positions`. `positions` and `orders` are what the exchange reports for
/// the account of `key`.
///
/// The caller has verified that the account belongs to the user.
///
/// # Errors
/// If the database cannot be read.
pub(crate) async fn shown(
    desk: &Trading,
    key: ExchangeKeyId,
    positions: &[Position],
    orders: &[Order],
) -> Result<Vec<PositionProtection>> {
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted = rows::of_key(&desk.db, key).await?;
    wanted.retain(|row| row.ended_at.is_none());
    let mut shown = Vec::with_capacity(positions.len());
    for position in positions {
        let side = entered_by(position.side);
        let here = |symbol: &Symbol, slot| *symbol == position.symbol && slot == position.position_side;
        let row = wanted.iter().rev().find(|row| here(&row.symbol, row.position_side) && row.side == side);
        let stops = |order: &&Order| {
            let closes = order.side == side.opposite() && decide::is_stop(order);
            here(&order.symbol, order.position_side) && closes
        };
        let stop = orders.iter().find(stops).and_then(|order| order.stop_price);
        let state = match row {
            None => ProtectionState::Foreign,
            Some(row) if row.wanted == Wanted::NoStop => unsupervised(desk, row).await?,
            Some(_) if stop.is_none() => ProtectionState::Missing,
            Some(_) => ProtectionState::Supervised,
        };
        shown.push(PositionProtection { state, stop });
    }
    Ok(shown)
}

/// Distinguishes a position that never had a stop from one whose owner has ended the supervision.
async fn unsupervised(desk: &Trading, row: &Protection) -> Result<ProtectionState> {
    let planned = has_planned_stop(desk, row).await?;
    Ok(if planned { ProtectionState::Released } else { ProtectionState::NoStop })
}

/// Whether a position has a stop of its order or of a later change that was not removed.
pub(super) async fn has_planned_stop(desk: &Trading, row: &Protection) -> Result<bool> {
    let legs = intent::list_legs(&desk.db, row.intent_id).await?;
    Ok(legs.iter().any(|leg| leg.role == Role::Stop.word() && leg.status != LegStatus::Done))
}
