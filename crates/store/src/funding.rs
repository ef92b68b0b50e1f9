//! Funding payments reported by exchanges, stored once each because exchanges do not keep them indefinitely.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, Micros, Symbol, UserId};
use sqlx::FromRow;

/// A funding payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The exchange key.
    pub key: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// The exchange's id of the payment.
    pub id: String,
    /// Time of the payment.
    pub at: Micros,
    /// Amount paid in quote units; negative if it was received.
    pub paid: Decimal,
}

#[derive(FromRow)]
struct Row {
    exchange_key_id: ExchangeKeyId,
    symbol: Symbol,
    payment_id: String,
    at: Micros,
    paid: DecimalText,
}

impl From<Row> for Payment {
    fn from(row: Row) -> Self {
        Self {
            key: row.exchange_key_id,
            symbol: row.symbol,
            id: row.payment_id,
            at: row.at,
            paid: row.paid.0,
        }
    }
}

/// Stores a payment. Returns `false` if it is already stored, or its key has been deleted meanwhile.
pub async fn insert(tx: &mut Tx, payment: &Payment) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into funding_payments (exchange_key_id, symbol, payment_id, at, paid) \
         select id, $2, $3, cast($4 as bigint), $5 from exchange_keys where id = $1 \
         on conflict (exchange_key_id, symbol, payment_id) do nothing",
        payment.key,
        &payment.symbol,
        &payment.id,
        payment.at,
        DecimalText(payment.paid)
    )?;
    Ok(rows == 1)
}

/// Returns the newest stored payment of a key on a pair.
pub async fn newest(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<Payment>> {
    let row = rows!(
        Row,
        from,
        fetch_optional,
        "select exchange_key_id, symbol, payment_id, at, paid from funding_payments \
         where exchange_key_id = $1 and symbol = $2 order by at desc, payment_id limit 1",
        key,
        symbol
    )?;
    Ok(row.map(Payment::from))
}

/// Lists the payments of a user's keys between two times, oldest first.
pub async fn list_between(
    from: impl Source,
    user: UserId,
    start: Micros,
    end: Micros,
) -> Result<Vec<Payment>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select f.exchange_key_id, f.symbol, f.payment_id, f.at, f.paid \
         from funding_payments f join exchange_keys k on k.id = f.exchange_key_id \
         where k.user_id = $1 and f.at >= $2 and f.at < $3 order by f.at, f.payment_id",
        user,
        start,
        end
    )?;
    Ok(rows.into_iter().map(Payment::from).collect())
}
