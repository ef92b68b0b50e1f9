//! Closes what is open on a market.

use super::Placing;
use crate::{
    actor::Actor,
    error::Result,
    trading::{
        SharedTrading, market,
        order::{account::Access, change, intent::Request, legs, recover},
    },
};
use domain::{ExchangeKeyId, Symbol, TradeType};

/// Cancels a market's open orders and closes its position.
///
/// # Errors
/// 1103, 1106, 1300, 1500.
pub async fn close_position(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    market::find_market(desk, access.row.key.trade_type, symbol).await?;
    close_with(desk, access, symbol.clone(), Request::Close).await
}

/// Does the same as [`close_position`] on a futures key. On a spot key it cancels the open buy orders, and sells the coins of
/// the desk's own trades; the account's other coins and sell orders stay.
///
/// # Errors
/// 1103, 1300, 1500.
pub async fn close_market(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<()> {
    let access = Access::any(desk, actor, id).await?;
    if access.row.key.trade_type == TradeType::Futures {
        return close_position(desk, actor, id, symbol).await;
    }
    market::find_market(desk, TradeType::Spot, symbol).await?;
    change::sell_market(desk, access, symbol).await
}

/// Does the same as [`close_market`], for the panic button.
pub(crate) async fn panic_market(desk: &SharedTrading, access: Access, symbol: Symbol) -> Result<()> {
    if access.row.key.trade_type == TradeType::Spot {
        return change::sell_market(desk, access, &symbol).await;
    }
    close_with(desk, access, symbol, Request::Panic).await
}

async fn close_with(desk: &SharedTrading, access: Access, symbol: Symbol, request: Request) -> Result<()> {
    // Runs detached: it continues if the caller disconnects.
    let shared = desk.clone();
    let work = async move { Placing::new(&shared, access, None).close(symbol, request).await };
    desk.work.run(work).await
}

impl Placing<'_> {
    async fn close(self, symbol: Symbol, request: Request) -> Result<()> {
        let key = self.access.row.key.id;
        let _lock = self.desk.locks.lock(key, &symbol).await;
        recover::before_new(self.desk, &self.access, &symbol).await?;
        self.work(symbol, request, legs::closing(), None).await.map(drop)
    }
}
