//! Settles a position that has ended: notifies the owner of filled stop and take-profit orders, records a
//! copy's result, and ends the supervision.

mod closed;
mod shared;

use crate::{
    error::{Error, Result},
    messaging::notify::Notification,
    platform::user_events,
    trading::{
        Trading,
        order::{
            account::Access,
            costs,
            hits::Gains,
            intent::{Intent, Request, read},
            legs::Role,
            protection::rules::Rule,
        },
    },
};
use closed::{PastPosition, closed_trade};
use domain::{
    IntentId, Micros, Order, Side, Trade,
    copy::{Exit, Status},
    live::{LiveEvent, LiveEventKind},
};
use store::{
    copy::{CopyTrade, Ended},
    protection as rows, trade,
};

/// Number of recent orders and fills read to determine how a position ended: the most that an exchange lists at a time.
const HISTORY: u16 = 1_000;

/// Settles the flat position that `intent` opened. With `late` its row is kept for a while, because a
/// protective order may still arrive.
pub(super) async fn settle(desk: &Trading, access: &Access, intent: &Intent, late: bool) -> Result<()> {
    let mut closed = None;
    if let Some(entry) = intent.filled_entry() {
        report_rescue(desk, access, intent).await?;
        let copy = match intent.copy() {
            Some(id) => store::copy::get_copy(&desk.db, id).await?,
            None => None,
        };
        let copy = copy.filter(|copy| copy.status == Status::Open);
        if copy.is_none() {
            // Before the figures of the trade, which take more requests that may fail.
            report_hits(desk, access, intent).await?;
        }
        let (who, kind, symbol) = (&access.who, intent.trade_type, &intent.symbol);
        let mut orders = access.take(desk, desk.exchange.orders(who, kind, symbol, HISTORY).await).await?;
        let trades = access.take(desk, desk.exchange.trades(who, kind, symbol, HISTORY).await).await?;
        orders.retain(|order| order.position_side == intent.slot);
        let position = PastPosition::read(desk, access, intent, entry, (&orders, &trades)).await?;
        closed = Some(closed_trade(desk, intent, entry, &orders, &position).await?);
        if let Some(copy) = copy {
            settle_copy(desk, intent, &copy, entry, &orders, &position).await?;
        }
    }
    let (mut tx, now) = (desk.db.begin().await?, desk.clock.now());
    if let Some(closed) = &closed {
        trade::close_trade(&mut tx, intent.id, closed, now).await?;
    }
    if late {
        rows::set_ended(&mut tx, intent.id, now).await?;
    } else if Rule::EndedRowIsDeleted.holds() {
        rows::delete_protection(&mut tx, intent.id).await?;
    }
    tx.commit().await?;
    desk.hub.request_refresh(intent.key, &intent.symbol);
    Ok(())
}

/// Ends the supervision of an intent's position.
pub(super) async fn delete(desk: &Trading, intent: IntentId) -> Result<()> {
    if !Rule::EndedRowIsDeleted.holds() {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    rows::delete_protection(&mut tx, intent).await?;
    Ok(tx.commit().await?)
}

/// Notifies the owner of the protective orders that were filled.
async fn report_hits(desk: &Trading, access: &Access, intent: &Intent) -> Result<()> {
    let (who, kind, symbol) = (&access.who, intent.trade_type, &intent.symbol);
    if !Rule::HitIsNotified.holds() {
        return Ok(());
    }
    let (mut filled, mut hidden) = (Vec::new(), false);
    for leg in intent.legs.iter().filter(|leg| leg.is_protective() && leg.placed.is_some()) {
        let id = intent.client_id(leg.seq);
        let conditional = leg.order.as_ref().is_some_and(|order| order.kind.conditional());
        let found = desk.exchange.find_order(who, kind, symbol, &id, conditional).await;
        let found = access.take(desk, found).await?;
        hidden |= found.is_none();
        filled.extend(found.filter(|order| order.is_final() && !order.filled.is_zero()));
    }
    if hidden {
        // Looking up a single order may lag behind the list of orders.
        filled = access.take(desk, desk.exchange.orders(who, kind, symbol, HISTORY).await).await?;
    }
    report_filled(desk, access, intent, &filled).await
}

/// Notifies the owner that the position was closed because it could not be protected. The run that closed it
/// normally does so, unless it was killed before; the idempotency key makes it a single notification. The end of a time
/// limit was notified when it was reached.
async fn report_rescue(desk: &Trading, access: &Access, intent: &Intent) -> Result<()> {
    let (who, kind, symbol) = (&access.who, intent.trade_type, &intent.symbol);
    if store::automation::is_over(&desk.db, intent.id).await? {
        return Ok(());
    }
    for leg in intent.legs.iter().filter(|leg| leg.role == Role::Rescue) {
        let order = match &leg.placed {
            Some(order) => Some(order.clone()),
            None => {
                let id = intent.client_id(leg.seq);
                access.take(desk, desk.exchange.find_order(who, kind, symbol, &id, false).await).await?
            }
        };
        if order.is_some_and(|order| !order.filled.is_zero()) && Rule::ClosingIsNotified.holds() {
            let mut tx = desk.db.begin().await?;
            intent.unprotected(desk.clock.now())?.write(&mut tx).await?;
            return Ok(tx.commit().await?);
        }
    }
    Ok(())
}

/// Notifies the owner of the filled protective orders among `ended`.
pub(super) async fn report_filled(
    desk: &Trading,
    access: &Access,
    intent: &Intent,
    ended: &[Order],
) -> Result<()> {
    if ended.iter().all(|order| order.filled.is_zero()) {
        return Ok(());
    }
    let (who, kind, symbol) = (&access.who, intent.trade_type, &intent.symbol);
    let trades = access.take(desk, desk.exchange.trades(who, kind, symbol, HISTORY).await).await?;
    // The owner is notified even if a price is unknown, and then without a profit.
    let trades = costs::known_fees(desk, &trades, symbol.quote()).await.unwrap_or_default();
    let gains = Gains::of(desk, intent).await?;
    let mut tx = desk.db.begin().await?;
    for hit in hits(&gains, ended, &trades, None, desk.clock.now())? {
        hit.write(&mut tx).await?;
    }
    Ok(tx.commit().await?)
}

/// Records how a copied position that `entry` opened has ended: the reason from its last closing order, the profit from
/// its fills, fees and funding; without a profit if one of them is unknown.
async fn settle_copy(
    desk: &Trading,
    intent: &Intent,
    copy: &CopyTrade,
    entry: &Order,
    orders: &[Order],
    position: &PastPosition,
) -> Result<()> {
    let side = copy.side.ok_or_else(|| Error::fault("an open copy has no side"))?;
    let symbol = &copy.symbol;
    let last = last_closing(orders, &position.fills, side, entry.at);
    let exit = match last {
        Some(order) => exit_by(desk, intent, &order.client_order_id).await?,
        None => Exit::Elsewhere,
    };
    let figures = position.figures();
    let (price, profit) = (figures.price, figures.profit);
    let ended = Ended { exit, price, profit };
    let now = desk.clock.now();
    let what = LiveEventKind::CopyEnded {
        strategy: copy.strategy_name.clone(),
        symbol: symbol.clone(),
        exit,
        profit_usd: profit.map(|usd| usd.round_dp(2)),
    };
    let gains = Gains::of(desk, intent).await?;
    let mut tx = desk.db.begin().await?;
    if store::copy::close_copy(&mut tx, copy.id, ended, now).await? {
        let event = LiveEvent { key: Some(copy.exchange_key_id), at: now, what };
        for hit in hits(&gains, orders, position.priced_fills(), last, now)? {
            hit.write(&mut tx).await?;
        }
        user_events::append(&mut tx, copy.user_id, &event).await?;
    }
    tx.commit().await?;
    desk.accounts.note_order(copy.exchange_key_id);
    Ok(())
}

/// Builds the notifications of filled protective orders, each with its own realized profit. The `last` one is
/// not shown separately on the pages, which show it as the copy's end.
fn hits(
    gains: &Gains<'_>,
    orders: &[Order],
    trades: &[Trade],
    last: Option<&Order>,
    now: Micros,
) -> Result<Vec<Notification>> {
    let (mut hits, intent) = (Vec::new(), gains.intent);
    for order in orders.iter().filter(|order| order.is_final() && !order.filled.is_zero()) {
        let role = intent.leg_by_client_id(&order.client_order_id).map(|leg| leg.role);
        let Some(role @ (Role::Stop | Role::Target)) = role else { continue };
        let profit = gains.of_order(trades, order);
        let hit = intent.hit(role, order, profit, now)?;
        let ends = last.is_some_and(|last| last.id == order.id);
        hits.extend(if ends { hit.map(Notification::unshown) } else { hit });
    }
    Ok(hits)
}

/// Returns the exit reason of a copied position from its last closing order.
async fn exit_by(desk: &Trading, intent: &Intent, client_order_id: &str) -> Result<Exit> {
    match intent.leg_by_client_id(client_order_id).map(|leg| leg.role) {
        Some(Role::Stop) => return Ok(Exit::Stop),
        Some(Role::Target) => return Ok(Exit::Target),
        Some(Role::Rescue) => {
            let over = store::automation::is_over(&desk.db, intent.id).await?;
            return Ok(if over { Exit::TimeLimit } else { Exit::Unprotected });
        }
        _ => {}
    }
    let Some((id, _)) = store::intent::leg_by_client_id(&desk.db, client_order_id).await? else {
        return Ok(Exit::Elsewhere);
    };
    let row = store::intent::get_intent(&desk.db, id).await?;
    let Some(row) = row.filter(|row| row.exchange_key_id == intent.key) else { return Ok(Exit::Elsewhere) };
    Ok(match read::<Request>(&row.request)? {
        Request::Exit(exiting) => exiting.why,
        Request::Panic => Exit::Panic,
        Request::Reduce(reducing) if reducing.copy.is_some() => Exit::Signal,
        Request::Close | Request::Open(_) | Request::Reduce(_) => Exit::Manual,
        Request::Adopt(_)
        | Request::Enter(_)
        | Request::Protect(_)
        | Request::Add(_)
        | Request::CancelEntries => Exit::Elsewhere,
    })
}

/// Returns the order that closed the last of a position: the order of its last fill, because a stop is older
/// than a target that was hit before it. The orders are newest first.
fn last_closing<'a>(orders: &'a [Order], trades: &[Trade], side: Side, since: Micros) -> Option<&'a Order> {
    let closing = trades.iter().filter(|trade| trade.side != side).max_by_key(|trade| trade.at);
    let filled = closing.and_then(|trade| orders.iter().find(|order| order.id == trade.order));
    let closed = |o: &&Order| o.side != side && !o.filled.is_zero() && o.at >= since;
    filled.or_else(|| orders.iter().find(closed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Decimal, Fee, OrderStatus, OrderType, TimeInForce};

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    fn trade(side: Side, price: &str, amount: &str, realized: &str) -> Trade {
        Trade {
            id: String::new(),
            order: String::new(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(0),
            side,
            maker: false,
            price: d(price),
            amount: d(amount),
            cost: d(price) * d(amount),
            fee: Fee { cost: d("0.1"), currency: "USDT".into() },
            realized: d(realized),
            position_side: domain::PositionSlot::Both,
        }
    }

    fn order(id: &str, at: i64) -> Order {
        Order {
            id: id.into(),
            client_order_id: format!("slip-{id}"),
            at: Micros(at),
            symbol: "BTC/USDT".parse().unwrap(),
            kind: OrderType::StopMarket,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: true,
            side: Side::Sell,
            price: None,
            stop_price: None,
            callback_rate: None,
            amount: None,
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ONE,
            remaining: None,
            status: OrderStatus::Closed,
            position_side: domain::PositionSlot::Both,
        }
    }

    #[test]
    fn a_position_ends_by_the_order_of_its_last_fill() {
        let orders = [order("target", 3), order("stop", 2), order("before", 1)];
        let filled =
            |id: &str, at| Trade { order: id.into(), at: Micros(at), ..trade(Side::Sell, "9", "1", "0") };
        let last = |trades: &[Trade]| last_closing(&orders, trades, Side::Buy, Micros(2)).unwrap().id.clone();
        assert_eq!(last(&[filled("target", 5), filled("stop", 9)]), "stop");
        assert_eq!(last(&[]), "target", "where no fill is known");
        assert!(last_closing(&orders, &[], Side::Sell, Micros(0)).is_none());
    }
}
