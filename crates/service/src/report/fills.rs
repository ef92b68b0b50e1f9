//! Storing fills: exchanges return those of a few days only, but a monthly report needs all.

use crate::{Desk, Result, equity, key};
use domain::{Micros, UserId};
use store::{fill::Fill, report::Traded};

/// Maximum fills that exchanges return per request.
const MOST: u16 = 1_000;

/// Stores the user's new fills in the markets they entered since `since`; returns whether every exchange
/// answered.
pub(super) async fn collect(desk: &Desk, user: UserId, since: Micros) -> Result<bool> {
    let mut complete = true;
    // The end is exclusive; include the current time.
    let until = desk.clock.now().plus(1);
    for market in store::report::traded(&desk.db, user, since, until).await? {
        if let Err(error) = one(desk, &market).await {
            tracing::debug!(key = %market.exchange_key_id, %error, "could not read an account's fills");
            complete = false;
        }
    }
    Ok(complete)
}

async fn one(desk: &Desk, market: &Traded) -> Result<()> {
    // Skip keys that are disabled or deleted.
    let row = store::key::get_any(&desk.db, market.exchange_key_id).await?;
    let Some(row) = row.filter(|row| row.key.active) else { return Ok(()) };
    let who = key::credentials(desk, &row)?;
    let answer = desk.exchange.trades(&who, market.trade_type, &market.symbol, MOST).await;
    let trades = key::heed(desk, row.key.id, answer).await?;
    let kept = store::fill::newest(&desk.db, row.key.id, &market.symbol).await?.unwrap_or(Micros(i64::MIN));
    let mut fills = Vec::new();
    // There may be more fills with the newest stored timestamp.
    for trade in trades.into_iter().filter(|trade| trade.at >= kept) {
        let fee_usd = if trade.fee.cost.is_zero() {
            trade.fee.cost
        } else {
            trade.fee.cost * equity::price_usd(desk, &trade.fee.currency).await?
        };
        let symbol = market.symbol.clone();
        fills.push(Fill { key: row.key.id, symbol, trade: trade.id, at: trade.at, fee_usd });
    }
    if fills.is_empty() {
        return Ok(());
    }
    let mut tx = desk.db.begin().await?;
    for fill in &fills {
        store::fill::insert(&mut tx, fill).await?;
    }
    Ok(tx.commit().await?)
}
