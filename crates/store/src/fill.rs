//! Fills, as exchanges told them: kept because exchanges forget. Each is kept once.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, Micros, Symbol, UserId};
use sqlx::FromRow;

/// A fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// On which account.
    pub key: ExchangeKeyId,
    /// On which pair.
    pub symbol: Symbol,
    /// The exchange's number for it.
    pub trade: String,
    /// When.
    pub at: Micros,
    /// What it cost, in USD.
    pub fee_usd: Decimal,
}

/// Keeps a fill; false when it is kept already, or its key has been deleted meanwhile.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, fill: &Fill) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into fills (exchange_key_id, symbol, trade_id, at, fee_usd) \
         select id, $2, $3, cast($4 as bigint), $5 from exchange_keys where id = $1 \
         on conflict (exchange_key_id, symbol, trade_id) do nothing",
        fill.key,
        &fill.symbol,
        &fill.trade,
        fill.at,
        DecimalText(fill.fee_usd)
    )?;
    Ok(rows == 1)
}

/// What a fill cost on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Cost {
    /// The account.
    pub exchange_key_id: ExchangeKeyId,
    /// In USD.
    pub fee_usd: DecimalText,
}

/// What the fills of a person's accounts cost between two moments: one row each, added up by whoever reads them,
/// because engines do not add decimal texts.
///
/// # Errors
/// A database error.
pub async fn costs(from: impl Source, user: UserId, start: Micros, end: Micros) -> Result<Vec<Cost>> {
    rows!(
        Cost,
        from,
        fetch_all,
        "select f.exchange_key_id, f.fee_usd from fills f join exchange_keys k on k.id = f.exchange_key_id \
         where k.user_id = $1 and f.at >= $2 and f.at < $3",
        user,
        start,
        end
    )
}

/// When the newest fill of an account on a pair was made that is kept.
///
/// # Errors
/// A database error.
pub async fn newest(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<Micros>> {
    let at = value!(
        i64,
        from,
        "select max(at) from fills where exchange_key_id = $1 and symbol = $2",
        key,
        symbol
    )?;
    Ok(at.map(Micros))
}
