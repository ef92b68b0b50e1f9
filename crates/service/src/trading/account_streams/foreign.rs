//! Orders that Slipstream did not send. Their fills are reported to the owner, unless the owner has declared
//! that the account is also traded elsewhere, and supervised positions on the market are inspected
//! immediately.

use crate::{
    error::Result,
    messaging::notify::{ForeignFill, Notification, NotificationEvent},
    trading::SharedTrading,
};
use domain::{ExchangeKeyId, Order, Trade, TradeType, UserId, client_order_id::is_liquidation};
use store::protection::Protection;

/// Handles a change of an order that Slipstream did not send. `fill` is the fill that caused it, if any.
pub(super) async fn order_changed(
    desk: &SharedTrading,
    owner: UserId,
    key: ExchangeKeyId,
    order: &Order,
    fill: Option<&Trade>,
) {
    // An order that the owner cancelled may have been the stop.
    if order.is_final() || fill.is_some() {
        desk.supervision.wake(key, &order.symbol);
    }
    if order.is_final()
        && !order.filled.is_zero()
        && let Err(error) = report(desk, owner, key, order).await
    {
        tracing::warn!(%key, order = %order.id, %error, "could not notify the owner of an order placed elsewhere");
    }
}

async fn report(desk: &SharedTrading, owner: UserId, key: ExchangeKeyId, order: &Order) -> Result<()> {
    let liquidation = is_liquidation(&order.client_order_id);
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(()) };
    if row.key.traded_elsewhere && !liquidation {
        return Ok(());
    }
    // The coins of a spot account are the desk's business only where it trades them.
    if row.key.trade_type == TradeType::Spot
        && !store::protection::on_market(&desk.db, key, &order.symbol).await?.iter().any(is_open)
    {
        return Ok(());
    }
    let event = NotificationEvent::ForeignFill(ForeignFill {
        key,
        symbol: order.symbol.clone(),
        side: order.side,
        amount: order.filled,
        price: order.average,
        liquidation,
    });
    // Exchanges number orders per market.
    let once = format!("foreign:{key}:{}:{}", order.symbol, order.id);
    let notification = Notification::new(owner, once, &event, desk.clock.now())?;
    let mut tx = desk.db.begin().await?;
    notification.write(&mut tx).await?;
    Ok(tx.commit().await?)
}

fn is_open(row: &Protection) -> bool {
    row.ended_at.is_none()
}
