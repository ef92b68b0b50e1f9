//! The orders that open a trade, as its owner sees them.

use super::{account::Access, intent::Intent, legs::Leg};
use crate::{actor::Actor, error::Result, trading::Trading};
use domain::{Decimal, ExchangeKeyId, IntentId, Micros, Order, OrderStatus, OrderType, Symbol, TimeInForce};
use store::{intent::LegStatus, protection as rows};

/// An order that opens a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryOrder {
    /// The order type.
    pub kind: OrderType,
    /// Limit price.
    pub price: Option<Decimal>,
    /// Trigger or activation price.
    pub trigger: Option<Decimal>,
    /// Ordered amount in base units.
    pub amount: Option<Decimal>,
    /// Filled amount in base units.
    pub filled: Decimal,
    /// Its status at the exchange; `None` if the exchange is not known to have it.
    pub status: Option<OrderStatus>,
    /// Its time in force.
    pub time_in_force: TimeInForce,
    /// When the exchange ends it, if it is good till a date.
    pub good_till: Option<Micros>,
}

/// A trade whose entry may still fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEntry {
    /// The trade.
    pub trade: IntentId,
    /// Its open orders: two of an OCO entry, of which the desk cancels one when the other fills.
    pub orders: Vec<EntryOrder>,
}

/// Returns the trades of a market whose entries may still fill, oldest first.
///
/// # Errors
/// 1103, 1115; if the database cannot be read.
pub async fn list_waiting_entries(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<Vec<WaitingEntry>> {
    let access = Access::any(desk, actor, id).await?;
    let mut waiting = Vec::new();
    for row in rows::on_market(&desk.db, access.row.key.id, symbol).await? {
        let intent = Intent::load(desk, row.intent_id).await?;
        if let Some(intent) = intent.filter(|intent| row.ended_at.is_none() && intent.open_entry().is_some())
        {
            let mut orders = entry_orders(&intent);
            orders.retain(|order| order.status == Some(OrderStatus::Open));
            waiting.push(WaitingEntry { trade: intent.id, orders });
        }
    }
    Ok(waiting)
}

/// Returns the orders that open a trade: one, or the two of an OCO entry; none of a position that was opened elsewhere.
pub(super) fn entry_orders(intent: &Intent) -> Vec<EntryOrder> {
    let legs = intent.entry_legs().filter(|leg| leg.status != LegStatus::Skipped && !intent.adopts());
    legs.filter_map(entry_order).collect()
}

fn entry_order(leg: &Leg) -> Option<EntryOrder> {
    let planned = leg.order.as_ref()?;
    let placed = leg.placed.as_ref();
    Some(EntryOrder {
        kind: planned.kind,
        price: planned.price,
        trigger: planned.stop_price,
        amount: planned.amount,
        filled: placed.map_or(Decimal::ZERO, |order: &Order| order.filled),
        status: placed.map(|order| order.status),
        time_in_force: planned.time_in_force,
        good_till: planned.good_till,
    })
}
