//! Lets the owner stop and resume the supervision of a position.

use super::{Known, inspect_market, shown::has_planned_stop};
use crate::{
    actor::Actor,
    error::{Error, Result},
    platform::audit::{self, AuditAction},
    trading::{SharedTrading, key, market},
};
use domain::{ExchangeKeyId, IntentId, PositionSide, Symbol, validation::Problem};
use store::protection::{self as rows, Protection, Wanted};

/// Ends or resumes the supervision of the positions that Slipstream opened on a market; in hedge mode only of the one on
/// `side`, if it is given.
///
/// An unsupervised position keeps its stop and take-profit orders at the exchange: nothing is cancelled, but
/// a stop that goes missing is not replaced. When supervision is resumed, a missing stop is placed
/// immediately.
///
/// # Errors
/// Not found, also if Slipstream opened no position on the market; 1300; a field problem if the position's
/// order asked for no stop, so that there is none to supervise.
pub async fn set_supervised(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    (symbol, side): (&Symbol, Option<PositionSide>),
    supervised: bool,
) -> Result<()> {
    let row = key::find_key(desk, actor, id).await?;
    market::find_market(desk, row.key.trade_type, symbol).await?;
    let turn = desk.locks.lock(id, symbol).await;
    let mut open = rows::on_market(&desk.db, id, symbol).await?;
    let meant = |row: &Protection| side.is_none_or(|side| row.side == side.opening());
    // In one-way mode there is one position, whatever its side has become.
    open.retain(|row| row.ended_at.is_none() && (!row.position_side.is_hedged() || meant(row)));
    if open.is_empty() {
        return Err(Error::NotFound);
    }
    let mut changed = Vec::new();
    for row in open {
        changed.extend(change_of(desk, &row, supervised).await?);
    }
    let mut tx = desk.db.begin().await?;
    for (intent, wanted) in &changed {
        rows::set_wanted(&mut tx, *intent, *wanted).await?;
        rows::set_notified(&mut tx, *intent, None).await?;
    }
    let action = if supervised { AuditAction::SupervisionResumed } else { AuditAction::SupervisionEnded };
    audit::record(desk, &mut tx, Some(actor.user), action, &format!("{id} {symbol}"), actor.from.as_ref())
        .await?;
    tx.commit().await?;
    drop(turn);
    desk.supervision.wake(id, symbol);
    if supervised && let Err(error) = inspect_market(desk, id, symbol, Known::Nothing).await {
        // It is supervised from now on: the supervisor tries again immediately.
        tracing::debug!(key = %id, %symbol, %error, "could not inspect a position after its supervision was resumed; will retry");
    }
    desk.hub.request_refresh(id, symbol);
    Ok(())
}

/// Returns the change for one position; `None` if it is already as requested. A position that is being closed
/// stays so.
async fn change_of(
    desk: &SharedTrading,
    row: &Protection,
    supervised: bool,
) -> Result<Option<(IntentId, Wanted)>> {
    match (row.wanted, supervised) {
        (Wanted::Stop, false) => Ok(Some((row.intent_id, Wanted::NoStop))),
        (Wanted::NoStop, true) if has_planned_stop(desk, row).await? => {
            Ok(Some((row.intent_id, Wanted::Stop)))
        }
        (Wanted::NoStop, true) => Err(Error::field("supervised", Problem::StopTriggerRequired)),
        _ => Ok(None),
    }
}
