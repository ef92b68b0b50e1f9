//! The protection of a position as shown to its owner.

use super::decide;
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{client_id, intent::Intent, legs::Role, sharing::current, side::entered_by},
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
    let wanted = rows::of_key(&desk.db, key).await?;
    let mut shown = Vec::with_capacity(positions.len());
    for position in positions {
        let side = entered_by(position.side);
        let here = |symbol: &Symbol, slot| *symbol == position.symbol && slot == position.position_side;
        let of_position = |row: &&Protection| here(&row.symbol, row.position_side);
        let rows: Vec<_> = wanted.iter().filter(of_position).cloned().collect();
        let mut rows = current(&rows);
        rows.retain(|row| row.side == side);
        if rows.len() > 1 {
            // Nothing of the others has filled.
            rows.retain(|row| row.entered_at.is_some());
        }
        let is_stop = |order: &&Order| {
            let closes = order.side == side.opposite() && decide::is_stop(order);
            here(&order.symbol, order.position_side) && closes
        };
        let stops: Vec<&Order> = orders.iter().filter(is_stop).collect();
        let mut state = if rows.is_empty() { ProtectionState::Foreign } else { ProtectionState::Supervised };
        for row in &rows {
            let one = state_of(desk, row, &stops, rows.len() > 1).await?;
            state = if weakness(one) > weakness(state) { one } else { state };
        }
        shown.push(PositionProtection { state, stop: stops.first().and_then(|order| order.stop_price) });
    }
    Ok(shown)
}

/// How weak a protection is: a position that several trades share is as weak as the weakest of them.
const fn weakness(state: ProtectionState) -> u8 {
    match state {
        ProtectionState::Foreign | ProtectionState::Supervised => 0,
        ProtectionState::Released => 1,
        ProtectionState::NoStop => 2,
        ProtectionState::Missing => 3,
    }
}

/// Returns the state of one trade's protection. `stops` are the open stops of its position, which it may share.
async fn state_of(
    desk: &Trading,
    row: &Protection,
    stops: &[&Order],
    shared: bool,
) -> Result<ProtectionState> {
    if row.wanted == Wanted::NoStop {
        return unsupervised(desk, row).await;
    }
    let covered = match Intent::load(desk, row.intent_id).await?.filter(|_| shared) {
        // A stop that no trade has sent may be meant for any of them.
        Some(intent) => stops.iter().any(|order| {
            let id = &order.client_order_id;
            intent.leg_by_client_id(id).is_some() || !client_id::protects(id)
        }),
        None => !stops.is_empty(),
    };
    Ok(if covered { ProtectionState::Supervised } else { ProtectionState::Missing })
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
