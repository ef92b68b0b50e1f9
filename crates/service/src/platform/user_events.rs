//! Writing the events of users: one row each, from where the tabs of every instance receive it.

use crate::{error::Result, platform::Platform};
use domain::{ExchangeKeyId, Order, UserId, live::LiveEvent};
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
