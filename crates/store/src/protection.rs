//! Manual positions whose stop or targets stand at the exchange: looked at until none does, so that what was hit is told
//! whether anybody watched or not.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, IntentId, Micros, Symbol};
use sqlx::FromRow;

/// A manual order's protection.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Protection {
    /// Whose legs they are.
    pub intent_id: IntentId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// On which market.
    pub symbol: Symbol,
}

/// Has protective orders looked at from now on.
///
/// # Errors
/// A fault.
pub async fn watch(tx: &mut Tx, protection: &Protection, at: Micros) -> Result<()> {
    exec!(
        tx,
        "insert into protections (intent_id, exchange_key_id, symbol, checked_at) values ($1, $2, $3, $4) \
         on conflict (intent_id) do nothing",
        protection.intent_id,
        protection.exchange_key_id,
        &protection.symbol,
        at
    )?;
    Ok(())
}

/// Those that were not looked at since `before`, the longest ago first.
///
/// # Errors
/// A fault.
pub async fn due(from: impl Source, before: Micros, limit: i64) -> Result<Vec<Protection>> {
    rows!(
        Protection,
        from,
        fetch_all,
        "select intent_id, exchange_key_id, symbol from protections where checked_at <= $1 \
         order by checked_at limit $2",
        before,
        limit
    )
}

/// Notes that one was looked at.
///
/// # Errors
/// A fault.
pub async fn checked(tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
    exec!(tx, "update protections set checked_at = $2 where intent_id = $1", intent, at)?;
    Ok(())
}

/// Nothing of it stands any more.
///
/// # Errors
/// A fault.
pub async fn forget(tx: &mut Tx, intent: IntentId) -> Result<()> {
    exec!(tx, "delete from protections where intent_id = $1", intent)?;
    Ok(())
}
