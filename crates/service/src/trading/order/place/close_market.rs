//! Closes a market: its position, or the two of an account in hedge mode, with their orders.

use super::Placing;
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, key, market,
        order::{account::Access, intent::Request, legs, recover},
    },
};
use domain::{ExchangeKeyId, PositionSide, PositionSlot, Symbol};
use std::collections::BTreeSet;

/// Cancels a market's open orders and closes its position; both positions of an account in hedge mode.
///
/// # Errors
/// 1103, 1106, 1300, 1500.
pub async fn close_position(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
) -> Result<()> {
    close_side(desk, actor, id, symbol, None).await
}

/// Does the same as [`close_position`] for one of the two positions of an account in hedge mode; without a `side`, and in
/// one-way mode, for all that is open on the market.
///
/// # Errors
/// As [`close_position`].
pub async fn close_side(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    side: Option<PositionSide>,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    market::find_market(desk, access.row.key.trade_type, symbol).await?;
    close_with(desk, access, symbol.clone(), side, Request::Close).await
}

/// Does the same as [`close_position`], for the panic button.
pub(crate) async fn panic_market(desk: &SharedTrading, access: Access, symbol: Symbol) -> Result<()> {
    close_with(desk, access, symbol, None, Request::Panic).await
}

async fn close_with(
    desk: &SharedTrading,
    access: Access,
    symbol: Symbol,
    side: Option<PositionSide>,
    request: Request,
) -> Result<()> {
    let shared = desk.clone();
    let work = async move {
        let id = access.row.key.id;
        match Placing::new(&shared, access, None).close(&symbol, side, request.clone()).await {
            // The account's position mode has changed since it was last read, and is known now.
            Err(error) if error.is_of_mode() => {
                let row = store::key::get_any(&shared.db, id).await?.ok_or(Error::NotFound)?;
                let access = Access { who: key::credentials(&shared, &row)?, row };
                Placing::new(&shared, access, None).close(&symbol, side, request).await
            }
            closed => closed,
        }
    };
    // Runs detached: it continues if the caller disconnects.
    desk.work.run(work).await
}

impl Placing<'_> {
    /// Closes one of a market's positions, or all of them, each with an intent of its own. One that cannot be closed does not
    /// keep the other open.
    async fn close(self, symbol: &Symbol, side: Option<PositionSide>, request: Request) -> Result<()> {
        let key = self.access.row.key.id;
        let _lock = self.desk.locks.lock(key, symbol).await;
        let mut outcome = Ok(());
        for slot in self.closed_slots(symbol).await? {
            let meant =
                side.is_none_or(|side| PositionSlot::opened_by(side.opening(), slot.is_hedged()) == slot);
            if meant && let Err(error) = self.close_one(symbol, slot, request.clone()).await {
                outcome = Err(error);
            }
        }
        outcome
    }

    /// Returns the positions that a close of a market concerns. The known mode of an account that cannot be traded does not
    /// include its position mode, and what is open there must be closed all the same.
    async fn closed_slots(&self, symbol: &Symbol) -> Result<Vec<PositionSlot>> {
        let mode = self.access.row.key.account_mode;
        let mut slots = mode.positions().to_vec();
        if mode.problem().is_some() {
            let (who, exchange) = (&self.access.who, &self.desk.exchange);
            let open = exchange.positions_for_stop(who, symbol).await;
            let open = self.access.take(self.desk, open).await?;
            let orders = exchange.open_orders_for_stop(who, symbol).await;
            let orders = self.access.take(self.desk, orders).await?;
            let found = open.iter().map(|held| held.position_side);
            let found: BTreeSet<_> = found.chain(orders.iter().map(|order| order.position_side)).collect();
            if !found.is_empty() {
                slots = found.into_iter().collect();
            }
        }
        Ok(slots)
    }

    async fn close_one(&self, symbol: &Symbol, slot: PositionSlot, request: Request) -> Result<()> {
        recover::before_new(self.desk, &self.access, symbol, slot).await?;
        self.work((symbol.clone(), slot), request, legs::closing(), None).await.map(drop)
    }
}
