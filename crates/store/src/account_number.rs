//! The numbers that 3Commas programs know exchange accounts by.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, UserId};

/// Gives a key a number, unless it has one or the number is taken; whether it was given.
///
/// # Errors
/// A database error.
pub async fn insert(tx: &mut Tx, key: ExchangeKeyId, number: i64) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into account_numbers (exchange_key_id, number) values ($1, $2) on conflict do nothing",
        key,
        number
    )?;
    Ok(rows == 1)
}

/// A key's number.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, key: ExchangeKeyId) -> Result<Option<i64>> {
    value!(i64, from, "select number from account_numbers where exchange_key_id = $1", key)
}

/// The person's key of this number; none when there is none or it is another's.
///
/// # Errors
/// A database error.
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
