//! Writing the events of users: one row each, from where the tabs of every instance receive it.

use crate::{error::Result, platform::Platform};
use domain::{
    ExchangeKeyId, Order, Trade, UserId,
    live::{LiveEvent, LiveEventKind},
};
use store::{JsonText, Tx};

/// The idempotency key of an order's state, so that it is recorded only once.
pub(crate) fn order_once(key: ExchangeKeyId, order: &Order) -> String {
    format!("order:{key}:{}:{}:{}", order.client_order_id, order.status, order.filled.normalize())
}

/// Records an event in the events table, from where every instance's tabs receive it.
pub(crate) async fn record(desk: &Platform, user: UserId, event: &LiveEvent) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    append(&mut tx, user, event).await?;
    Ok(tx.commit().await?)
}

/// Does the same as [`record`] within a transaction.
pub(crate) async fn append(tx: &mut Tx, user: UserId, event: &LiveEvent) -> Result<()> {
    let body = JsonText::of(event)?;
    store::event::append_event(tx, user, &body, event.at).await?;
    Ok(())
}

/// Records the state of an order, unless another instance or the sender of the order already has.
pub(crate) async fn record_order(
    desk: &Platform,
    user: UserId,
    key: ExchangeKeyId,
    order: Box<Order>,
    fill: Option<Trade>,
) -> Result<()> {
    let now = desk.clock.now();
    let once = order_once(key, &order);
    let mut tx = desk.db.begin().await?;
    if store::event::record_once(&mut tx, user, &once, now).await? {
        let what = LiveEventKind::Order(order, fill);
        append(&mut tx, user, &LiveEvent { key: Some(key), at: now, what }).await?;
    }
    Ok(tx.commit().await?)
}
