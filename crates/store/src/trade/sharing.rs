//! Trades that share a position.

use super::{TradeRow, trades};
use crate::{Result, Source};
use domain::{ExchangeKeyId, Micros, Symbol, UserId};
use sqlx::FromRow;

/// Lists the trades that have shared a position with this one, oldest first. They were open on its side of its market at the
/// same time, and the later one of each pair was opened beside the other.
pub async fn list_sharing(from: impl Source, trade: &TradeRow) -> Result<Vec<TradeRow>> {
    let Some(opened_at) = trade.opened_at else { return Ok(Vec::new()) };
    let mut others = trades!(
        from,
        fetch_all,
        "where exchange_key_id = $1 and symbol = $2 and side = $3 and intent_id <> $4 \
           and opened_at is not null and opened_at <= $6 and (closed_at is null or closed_at >= $5) \
         order by intent_id",
        trade.exchange_key_id,
        trade.symbol.clone(),
        trade.side,
        trade.intent_id,
        opened_at,
        trade.closed_at.unwrap_or(Micros(i64::MAX))
    )?;
    others.retain(|other| if other.intent_id > trade.intent_id { other.beside } else { trade.beside });
    Ok(others)
}

/// A market of an exchange key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SharedMarket {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
}

/// Lists the markets on which trades of a user have shared a position.
pub async fn list_shared_markets(from: impl Source, user: UserId) -> Result<Vec<SharedMarket>> {
    rows!(
        SharedMarket,
        from,
        fetch_all,
        "select distinct exchange_key_id, symbol from trades where user_id = $1 and beside = true",
        user
    )
}
