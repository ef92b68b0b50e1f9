//! An order changed at the exchange: what was copied is followed up first, then the intent that the order belongs to.

use crate::{Result, SharedDesk, order};
use domain::{CopyId, Order};

/// Follows up an order of ours that changed at the exchange, in a task of its own.
pub(crate) fn touched(desk: &SharedDesk, order: &Order) {
    let (desk, order) = (desk.clone(), order.clone());
    tokio::spawn(async move {
        if let Err(error) = follow_up(&desk, &order).await {
            tracing::warn!(order = %order.client_order_id, %error, "an order is not followed up");
        }
    });
}

async fn follow_up(desk: &SharedDesk, order: &Order) -> Result<()> {
    if order::protects(&order.client_order_id)
        && let Some((id, _)) = store::intent::leg_by_client_id(&desk.db, &order.client_order_id).await?
        && let Some(copy) = store::copy::get(&desk.db, CopyId(id.0)).await?
    {
        super::protection_changed(desk, copy, order).await?;
    }
    order::changed(desk, order).await
}
