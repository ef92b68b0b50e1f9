//! Trails a stop behind the peak.

use super::{access, prices::Seen};
use crate::{
    error::Result,
    trading::{
        SharedTrading, market,
        order::{
            change::{Automatic, in_force, move_automatically},
            intent::Intent,
        },
    },
};
use domain::{
    Decimal, Side,
    trade::{self, StopChange},
};
use store::{
    automation::{self, ActiveAutomation},
    protection,
};

/// Moves the stop if the peak is far enough above it, or below it for a short position. A stop that the price has already
/// passed stays where it is: it is at most a step away.
pub(super) async fn work(
    desk: &SharedTrading,
    row: &ActiveAutomation,
    peak: Decimal,
    seen: Seen,
) -> Result<()> {
    let (id, side, automation, now) = (row.intent_id, row.side, row.automation(), desk.clock.boot());
    let market = market::find_market(desk, row.trade_type, &row.symbol).await?;
    let stop = automation.trailing_stop(side, peak, market.tick);
    let Some((stop, step)) = stop.zip(automation.smallest_step(peak, market.tick)) else { return Ok(()) };
    let further = |before: Decimal| gained(side, before, stop) >= step;
    if !desk.automations.must_compare(id, further, now) {
        return keep_peak(desk, row, peak, step).await;
    }
    let intent = Intent::load(desk, id).await?;
    let wanted = protection::get_protection(&desk.db, id).await?.filter(|row| row.ended_at.is_none());
    let (Some(intent), Some(wanted)) = (intent, wanted) else { return Ok(()) };
    desk.automations.record_comparison(id, stop, now);
    let Some(StopChange::Set(current)) = in_force(&intent, &wanted).stop else { return Ok(()) };
    let moved = automation.trail(side, peak, current, market.tick);
    let Some(_) = moved.filter(|moved| trade::gains(side, moved.trigger, seen.now)) else {
        return keep_peak(desk, row, peak, step).await;
    };
    let Some(access) = access(desk, row).await? else { return Ok(()) };
    let change = Automatic::Trail { automation, peak };
    move_automatically(desk, access, row.symbol.clone(), id, change).await?;
    desk.automations.record_move(id, desk.clock.boot());
    Ok(())
}

/// Writes a peak that has gained a step, now and then, although the stop is still better than the trailing one: after a
/// restart, the peak counts.
async fn keep_peak(desk: &SharedTrading, row: &ActiveAutomation, peak: Decimal, step: Decimal) -> Result<()> {
    let further = row.peak.is_none_or(|stored| gained(row.side, stored.0, peak) >= step);
    if !further || !desk.automations.keeps_peak(row.intent_id, desk.clock.boot()) {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    automation::set_peak(&mut tx, row.intent_id, peak).await?;
    Ok(tx.commit().await?)
}

/// Returns by how much a price is better than another for a position entered on this side.
fn gained(side: Side, from: Decimal, to: Decimal) -> Decimal {
    match side {
        Side::Buy => to - from,
        Side::Sell => from - to,
    }
}
