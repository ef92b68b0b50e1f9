//! The numeric account ids used by programs that speak the 3Commas API.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, UserId};

/// Assigns a number to a key, unless the key has one or the number is taken; returns whether it was assigned.
pub async fn insert(tx: &mut Tx, key: ExchangeKeyId, number: i64) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into account_numbers (exchange_key_id, number) values ($1, $2) on conflict do nothing",
        key,
        number
    )?;
    Ok(rows == 1)
}

/// Returns a key's number.
pub async fn get(from: impl Source, key: ExchangeKeyId) -> Result<Option<i64>> {
    value!(i64, from, "select number from account_numbers where exchange_key_id = $1", key)
}

/// Returns a user's key by its number; `None` if it does not exist or belongs to another user.
pub async fn key_of(from: impl Source, owner: UserId, number: i64) -> Result<Option<ExchangeKeyId>> {
    value!(
        ExchangeKeyId,
        from,
        "select k.id from account_numbers n join exchange_keys k on k.id = n.exchange_key_id \
         where n.number = $2 and k.user_id = $1",
        owner,
        number
    )
}
