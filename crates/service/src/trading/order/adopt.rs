//! Adopts orders of this install that its database does not know, for example after a restore: the intent
//! that sent them is rebuilt from their client order ids, so that the position they opened is supervised.

use super::{
    account::Access,
    adopt_request::Adopting,
    client_id,
    intent::{Intent, Request},
    legs::{Leg, PlannedOrder, Role},
    seq,
};
use crate::{error::Result, trading::Trading};
use domain::{
    Decimal, IntentId, Order, OrderType, Position, TimeInForce,
    ticket::{Entry, ManualOrder, Stop},
};
use store::{
    group_commit::BatchedWrite as _,
    intent::{self as rows, LegStatus, Status},
};

/// Rebuilds and stores the intent that sent `orders`, all of one market, with its protection. Returns `false`
/// if they are not enough: the entry and a stop must be among them. `position` is one that no order of this install
/// has opened: it then stands for the entry, because it was opened elsewhere and adopted.
pub(crate) async fn adopt(
    desk: &Trading,
    access: &Access,
    id: IntentId,
    orders: &[Order],
    position: Option<&Position>,
) -> Result<bool> {
    let Some(mut intent) = rebuilt(desk, access, id, orders, position) else { return Ok(false) };
    let at = desk.clock.now();
    let (new, legs) = intent.rows(&desk.instance, None)?;
    let mut tx = desk.db.begin().await?;
    rows::insert_intent(&mut tx, &new, &legs).await?;
    intent.adopted(&desk.instance, at)?.write(&mut tx).await?;
    tx.commit().await?;
    Ok(true)
}

fn rebuilt(
    desk: &Trading,
    access: &Access,
    id: IntentId,
    orders: &[Order],
    position: Option<&Position>,
) -> Option<Intent> {
    let of = |order: &Order| client_id::parse(&order.client_order_id).filter(|parsed| parsed.intent == id);
    let mut known: Vec<(u16, &Order)> =
        orders.iter().filter_map(|order| Some((of(order)?.seq, order))).collect();
    known.sort_by_key(|(seq, _)| *seq);
    known.dedup_by_key(|(seq, _)| *seq);
    let sent =
        known.iter().filter(|(seq, _)| role(*seq) == Some(Role::Stop)).max_by_key(|(_, order)| order.at)?.1;
    let stop = Stop { trigger: sent.stop_price?, limit: sent.price.filter(|_| sent.amount.is_some()) };
    let Some((_, entry)) = known.iter().find(|(seq, _)| *seq == seq::ENTRY) else {
        let position = position.filter(|position| position.side.closing() == sent.side)?;
        return Some(rebuilt_adoption(desk, access, id, &known, (position, stop)));
    };
    let targets = known.iter().filter(|(seq, _)| role(*seq) == Some(Role::Target));
    let order = ManualOrder {
        symbol: entry.symbol.clone(),
        side: entry.side,
        entry: match (entry.kind, entry.price) {
            (OrderType::Limit, Some(price)) => match entry.time_in_force {
                time_in_force @ (TimeInForce::Ioc | TimeInForce::Fok | TimeInForce::Gtx) => {
                    Entry::TimedLimit { price, time_in_force }
                }
                // The date of an order is not reported.
                TimeInForce::Gtc | TimeInForce::Gtd | TimeInForce::GteGtc => Entry::Limit(price),
            },
            (OrderType::Stop | OrderType::StopMarket, limit) => {
                entry.stop_price.map_or(Entry::Market, |trigger| Entry::Stop { trigger, limit })
            }
            _ => Entry::Market,
        },
        amount: entry.amount.unwrap_or(entry.filled),
        targets: targets.filter_map(|(_, order)| order.stop_price.or(order.price)).collect(),
        stop: Some(stop),
        risk_percent: None,
    };
    let legs = placed_legs(&known);
    let place = (entry.symbol.clone(), entry.position_side);
    let mut intent = Intent::new(desk, id, access, place, Request::Open(order), legs);
    intent.created_at = entry.at;
    intent.status = if intent.entry_rests() { Status::Waiting } else { Status::Done };
    let replaced = known.iter().any(|(seq, _)| *seq == seq::CLOSE);
    if sent.amount.is_some() && !replaced {
        // It may share its position, and then it must not end the trade before it.
        intent.held_before = Some(Decimal::ZERO);
    }
    Some(intent)
}

/// Returns the intent that adopted a position.
fn rebuilt_adoption(
    desk: &Trading,
    access: &Access,
    id: IntentId,
    known: &[(u16, &Order)],
    (position, stop): (&Position, Stop),
) -> Intent {
    let adopting = Adopting::new(position, Some(stop), &[]);
    let planned = PlannedOrder::adding(adopting.order.side, adopting.order.amount);
    let mut legs = vec![Leg::new(seq::ENTRY, Role::Entry, Some(planned))];
    // The position contains what was added to it.
    let added = |seq: u16| role(seq) == Some(Role::Add);
    let others: Vec<_> = known.iter().copied().filter(|(seq, _)| !added(*seq)).collect();
    legs.extend(placed_legs(&others));
    let request = Request::Adopt(Box::new(adopting.clone()));
    let (place, hedged) =
        ((position.symbol.clone(), position.position_side), position.position_side.is_hedged());
    let mut intent = Intent::new(desk, id, access, place, request, legs);
    let entry = adopting.entry(intent.client_id(seq::ENTRY), &position.symbol, hedged);
    intent.created_at = entry.at;
    intent.mark(seq::ENTRY, LegStatus::Placed, Some(entry));
    intent.status = Status::Done;
    intent
}

/// Returns the legs of orders that the exchange has.
fn placed_legs(known: &[(u16, &Order)]) -> Vec<Leg> {
    let legs = known.iter().filter_map(|(seq, order)| {
        let planned = PlannedOrder::as_sent(order);
        let mut leg = Leg::new(*seq, role(*seq)?, Some(planned));
        leg.client_order_id = Some(order.client_order_id.clone());
        leg.status = LegStatus::Placed;
        leg.placed = Some((*order).clone());
        Some(leg)
    });
    legs.collect()
}

/// Returns the role of the leg with this number; `None` for closing legs.
const fn role(number: u16) -> Option<Role> {
    match number {
        seq::ENTRY | seq::SECOND_ENTRY => Some(Role::Entry),
        seq::EXCESS => Some(Role::Excess),
        number if seq::ADDS.start <= number && number < seq::ADDS.end => Some(Role::Add),
        seq::STOP => Some(Role::Stop),
        number if seq::FIRST_TARGET <= number && number < seq::RESCUE => Some(Role::Target),
        number if seq::TARGETS.start <= number && number < seq::TARGETS.end => Some(Role::Target),
        number if seq::is_protective(number) => Some(Role::Stop),
        _ => None,
    }
}
