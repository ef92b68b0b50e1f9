//! Orders that Slipstream did not send: their fills are reported to the owner, unless they said that the account is also traded
//! elsewhere, and what is supervised on the market is inspected at once.

use crate::{
    Result, SharedDesk,
    notify::{Event, ForeignFill, Telling},
};
use domain::{ExchangeKeyId, Order, Trade, UserId};

/// What the client order ids of Binance's own liquidation orders begin with. Source: Binance USD-M futures, "Event: Order Update",
/// special client order ids.
const LIQUIDATION: &str = "autoclose-";

/// An order that Slipstream did not send has changed; `fill` changed it, if one did.
pub(super) async fn order_changed(
    desk: &SharedDesk,
    owner: UserId,
    key: ExchangeKeyId,
    order: &Order,
    fill: Option<&Trade>,
) {
    // One that the owner cancelled may have been the stop.
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

async fn report(desk: &SharedDesk, owner: UserId, key: ExchangeKeyId, order: &Order) -> Result<()> {
    let liquidation = is_liquidation(order);
    let Some(row) = store::key::get_any(&desk.db, key).await? else { return Ok(()) };
    if row.key.traded_elsewhere && !liquidation {
        return Ok(());
    }
    let event = Event::ForeignFill(ForeignFill {
        key,
        symbol: order.symbol.clone(),
        side: order.side,
        amount: order.filled,
        price: order.average,
        liquidation,
    });
    // Exchanges number orders by market.
    let once = format!("foreign:{key}:{}:{}", order.symbol, order.id);
    let telling = Telling::new(owner, once, &event, desk.clock.now())?;
    let mut tx = desk.db.begin().await?;
    telling.write(&mut tx).await?;
    Ok(tx.commit().await?)
}

fn is_liquidation(order: &Order) -> bool {
    order.client_order_id.starts_with(LIQUIDATION)
}
