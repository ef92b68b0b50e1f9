//! Moves the stop to breakeven after a number of take-profits have filled.

use super::access;
use crate::{
    error::Result,
    trading::{
        SharedTrading, Trading, market,
        order::{
            account::Access,
            change::{Automatic, move_automatically},
            checks::fee_rate,
            intent::Intent,
            legs::{Leg, Role},
        },
    },
};
use domain::{Decimal, Order, OrderStatus, Side, trade};
use store::{
    automation::{self, ActiveAutomation},
    intent::LegStatus,
};

/// Moves the stop if the take-profits before that have filled and the price allows it. Until then it is tried again.
/// Returns whether the stop was moved, or found where it belongs.
pub(super) async fn work(desk: &SharedTrading, row: &ActiveAutomation) -> Result<bool> {
    let (id, needed) = (row.intent_id, row.automation().breakeven_after.unwrap_or(u16::MAX));
    if !desk.automations.is_ready(id, needed) && !desk.automations.may_check(id, desk.clock.boot()) {
        return Ok(false);
    }
    let (Some(access), Some(intent)) = (access(desk, row).await?, Intent::load(desk, id).await?) else {
        return Ok(false);
    };
    if !desk.automations.is_ready(id, needed) {
        if count_filled(desk, &access, &intent, row.side, needed.into()).await? < usize::from(needed) {
            return Ok(false);
        }
        desk.automations.record_ready(id, needed);
    }
    // Without this, the position would be read each time only to find the price on the wrong side.
    if !is_beyond_breakeven(desk, &intent, row.side).await? {
        return Ok(false);
    }
    let change = Automatic::Breakeven { after: needed };
    move_automatically(desk, access, row.symbol.clone(), id, change).await?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    // Its owner may have changed it meanwhile, and then it is not done.
    let settings = automation::get_automation(&mut tx, id).await?.map(|row| row.automation());
    if settings.is_some_and(|settings| settings.breakeven_after == Some(needed)) {
        automation::set_breakeven(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    desk.automations.record_move(id, desk.clock.boot());
    Ok(true)
}

/// Returns how many take-profits have filled in full, up to `needed`. Those that were last seen open are looked up, the
/// nearest first: their fills may have been missed.
async fn count_filled(
    desk: &Trading,
    access: &Access,
    intent: &Intent,
    side: Side,
    needed: usize,
) -> Result<usize> {
    let mut filled = intent.count_filled_targets();
    let placed = |leg: &&Leg| leg.status == LegStatus::Placed;
    let mut open: Vec<&Leg> = intent.wanted_targets().filter(placed).collect();
    let price = |leg: &&Leg| leg.order.as_ref().and_then(|order| order.price).unwrap_or(Decimal::ZERO);
    open.sort_by_key(price);
    if side == Side::Sell {
        open.reverse();
    }
    for leg in open {
        if filled >= needed {
            break;
        }
        let id = intent.client_id(leg.seq);
        let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
        let (kind, symbol) = (intent.trade_type, &intent.symbol);
        let answer = desk.exchange.find_order(&access.who, kind, symbol, &id, conditional).await;
        let found = access.take(desk, answer).await?;
        if !found.as_ref().is_some_and(is_filled) {
            break;
        }
        filled += 1;
    }
    Ok(filled)
}

/// Whether the last price has passed the breakeven price. If that is not known, the change finds out.
async fn is_beyond_breakeven(desk: &Trading, intent: &Intent, side: Side) -> Result<bool> {
    let market = market::find_market(desk, intent.trade_type, &intent.symbol).await?;
    let last = market::last_price(desk, intent.trade_type, &intent.symbol).await?;
    let entry = intent.average_entry();
    let price =
        entry.and_then(|entry| trade::breakeven(side, entry, fee_rate(intent.trade_type), market.tick));
    Ok(price.is_none_or(|price| trade::gains(side, price, last)))
}

impl Intent {
    /// Returns how many take-profits are known to have filled in full.
    pub(in crate::trading::order) fn count_filled_targets(&self) -> usize {
        let filled = |leg: &&Leg| leg.role == Role::Target && leg.placed.as_ref().is_some_and(is_filled);
        self.legs.iter().filter(filled).count()
    }
}

fn is_filled(order: &Order) -> bool {
    order.status == OrderStatus::Closed && !order.filled.is_zero()
}
