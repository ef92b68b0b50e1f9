//! The open trades of a market, as their owner sees them.

use crate::{
    error::Result,
    trading::{
        Trading,
        order::{
            intent::Intent,
            legs::{Leg, PlannedOrder},
            seq,
            sharing::{current, held_by_each},
            side::entered_by,
        },
    },
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, OrderType, Position, Symbol,
    ticket::Stop,
    trade::{Automation, OpenTrade, StopChange, TargetShare, TradeChange},
};
use std::collections::HashMap;
use store::{
    automation,
    protection::{self as rows, Protection, Wanted},
};

/// Decimals of a share.
const DECIMALS: u32 = 4;

/// Returns the open and waiting trades of a market, oldest first. `positions` are what the exchange reports of it.
///
/// The caller has verified that the account belongs to the user.
///
/// # Errors
/// If the database cannot be read.
pub(in crate::trading::order) async fn open_trades(
    desk: &Trading,
    key: ExchangeKeyId,
    symbol: &Symbol,
    positions: &[Position],
) -> Result<Vec<OpenTrade>> {
    let mut all = Vec::new();
    for row in current(&rows::on_market(&desk.db, key, symbol).await?) {
        if let Some(intent) = Intent::load(desk, row.intent_id).await? {
            all.push((intent, row));
        }
    }
    let mut held: HashMap<IntentId, Decimal> = HashMap::new();
    for position in positions {
        let place = (position.position_side, entered_by(position.side));
        let holds = |(_, row): &&(Intent, Protection)| (row.position_side, row.side) == place;
        let on_position: Vec<_> = all.iter().filter(holds).cloned().collect();
        let ids: Vec<_> = on_position.iter().map(|(intent, _)| intent.id).collect();
        held.extend(ids.into_iter().zip(held_by_each(desk, on_position, position.contracts).await?));
    }
    let mut trades = Vec::new();
    for (intent, row) in all.iter().filter(|(_, row)| row.wanted != Wanted::Closed) {
        let version = version_of(desk, intent).await?;
        let settings = automation::get_automation(&desk.db, intent.id).await?;
        let settings = settings.map(|row| row.automation()).unwrap_or_default();
        let shown = open_trade(intent, row, held.get(&intent.id).copied(), version);
        trades.extend(shown.map(|trade| OpenTrade { automation: settings, ..trade }));
    }
    Ok(trades)
}

/// Returns the version of a trade: it grows with each change by its owner, and with each stop and take-profit that
/// replaces another. Moves that the desk decides do not count.
pub(in crate::trading::order) async fn version_of(desk: &Trading, intent: &Intent) -> Result<i64> {
    let row = store::trade::get_trade(&desk.db, intent.id).await?;
    let moves = automation::get_automation(&desk.db, intent.id).await?.map_or(0, |row| row.moves);
    Ok(row.map_or(0, |row| row.version).saturating_add(intent.protection_version()).saturating_sub(moves))
}

/// Returns one open trade, which holds an amount of a position; `None` if that is gone, or if nothing is known of its entry.
fn open_trade(intent: &Intent, row: &Protection, held: Option<Decimal>, version: i64) -> Option<OpenTrade> {
    let entry = intent.open_entry().or_else(|| intent.leg_order(seq::ENTRY))?;
    let rests = intent.entry_rests();
    let base = match held {
        Some(held) if !rests && !held.is_zero() => held,
        _ if rests => intent.request.opens()?.amount,
        _ => return None,
    };
    let share = |leg: &Leg| {
        let price = leg.order.as_ref()?.price?;
        let share = leg.unfilled().checked_div(base)?.round_dp(DECIMALS).min(Decimal::ONE);
        Some(TargetShare { price, share })
    };
    Some(OpenTrade {
        id: intent.id,
        version,
        side: row.side,
        entry: rests.then(|| entry.client_order_id.clone()),
        entered: intent.entered().unwrap_or_default(),
        stop: intent.wanted_stop().filter(|_| row.wanted == Wanted::Stop).and_then(stop_of),
        targets: intent.wanted_targets().filter_map(share).collect(),
        automation: Automation::default(),
    })
}

/// Returns the stop and the take-profits that are in force, as a change that would ask for them. Their shares are those
/// of what was entered.
pub(in crate::trading::order) fn in_force(intent: &Intent, row: &Protection) -> TradeChange {
    let base = intent.entered().or_else(|| Some(intent.request.opens()?.amount)).unwrap_or_default();
    let stop = intent.wanted_stop().filter(|_| row.wanted == Wanted::Stop).and_then(stop_of);
    let share = |leg: &Leg| {
        let price = leg.order.as_ref()?.price?;
        Some(TargetShare { price, share: leg.unfilled().checked_div(base)?.round_dp(DECIMALS) })
    };
    TradeChange {
        stop: Some(stop.map_or(StopChange::Remove { confirmed: true }, StopChange::Set)),
        targets: Some(intent.wanted_targets().filter_map(share).collect()),
        ..TradeChange::default()
    }
}

fn stop_of(planned: &PlannedOrder) -> Option<Stop> {
    let limit = planned.price.filter(|_| planned.kind == OrderType::Stop);
    Some(Stop { trigger: planned.stop_price?, limit })
}
