//! Fills reported by exchanges, stored once each because exchanges do not keep them indefinitely.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, Micros, PositionSlot, Side, Symbol, UserId};
use sqlx::FromRow;

/// A fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The exchange key.
    pub key: ExchangeKeyId,
    /// Trading pair.
    pub symbol: Symbol,
    /// The exchange's trade id.
    pub trade: String,
    /// Time of the fill.
    pub at: Micros,
    /// Fee in USD.
    pub fee_usd: Decimal,
    /// The part that positions are computed from; `None` for fills that earlier versions stored.
    pub detail: Option<FillDetail>,
}

/// The part of a fill that positions are computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillDetail {
    /// Client order id of the order; `None` if the exchange no longer lists it.
    pub client_order_id: Option<String>,
    /// Side of the order.
    pub side: Side,
    /// The position that it changed.
    pub position_side: PositionSlot,
    /// Fill price.
    pub price: Decimal,
    /// Amount in base units.
    pub amount: Decimal,
    /// Realized profit in quote units, before fees.
    pub realized: Decimal,
}

/// Stores a fill. Returns `false` if it is already stored, or its key has been deleted meanwhile.
pub async fn insert(tx: &mut Tx, fill: &Fill) -> Result<bool> {
    let detail = fill.detail.as_ref();
    let rows = exec!(
        tx,
        "insert into fills (exchange_key_id, symbol, trade_id, at, fee_usd, client_order_id, side, price, amount, \
           realized, position_side) \
         select id, $2, $3, cast($4 as bigint), $5, $6, $7, $8, $9, $10, $11 from exchange_keys where id = $1 \
         on conflict (exchange_key_id, symbol, trade_id) do nothing",
        fill.key,
        &fill.symbol,
        &fill.trade,
        fill.at,
        DecimalText(fill.fee_usd),
        detail.and_then(|detail| detail.client_order_id.as_deref()),
        detail.map(|detail| detail.side),
        detail.map(|detail| DecimalText(detail.price)),
        detail.map(|detail| DecimalText(detail.amount)),
        detail.map(|detail| DecimalText(detail.realized)),
        detail.map_or(PositionSlot::Both, |detail| detail.position_side)
    )?;
    Ok(rows == 1)
}

/// The fee of a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Cost {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Fee in USD.
    pub fee_usd: DecimalText,
}

/// Lists the fees of a user's fills between two times. They are not summed in SQL, because the engines cannot add
/// decimal texts.
pub async fn list_fees(from: impl Source, user: UserId, start: Micros, end: Micros) -> Result<Vec<Cost>> {
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

/// The last stored fill, from which the next collection continues.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Newest {
    /// The exchange's trade id.
    pub trade_id: String,
    /// Time of the fill.
    pub at: Micros,
}

/// Returns the newest stored fill of a key on a pair; of several at the same time, any.
pub async fn newest_fill(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Option<Newest>> {
    rows!(
        Newest,
        from,
        fetch_optional,
        "select trade_id, at from fills where exchange_key_id = $1 and symbol = $2 \
         order by at desc, trade_id limit 1",
        key,
        symbol
    )
}

#[derive(FromRow)]
struct Row {
    exchange_key_id: ExchangeKeyId,
    symbol: Symbol,
    trade_id: String,
    at: Micros,
    fee_usd: DecimalText,
    client_order_id: Option<String>,
    side: Option<Side>,
    position_side: PositionSlot,
    price: Option<DecimalText>,
    amount: Option<DecimalText>,
    realized: Option<DecimalText>,
}

impl From<Row> for Fill {
    fn from(row: Row) -> Self {
        let figures = row.side.zip(row.price).zip(row.amount).zip(row.realized);
        let (client_order_id, position_side) = (row.client_order_id, row.position_side);
        let detail = figures.map(|(((side, price), amount), realized)| FillDetail {
            client_order_id,
            side,
            position_side,
            price: price.0,
            amount: amount.0,
            realized: realized.0,
        });
        Self {
            key: row.exchange_key_id,
            symbol: row.symbol,
            trade: row.trade_id,
            at: row.at,
            fee_usd: row.fee_usd.0,
            detail,
        }
    }
}

/// Lists the fills of a user's futures keys between two times, oldest first, restricted to a key and a pair if they are
/// given. Fills of the same time are in no order.
pub async fn list_futures(
    from: impl Source,
    user: UserId,
    (start, end): (Micros, Micros),
    key: Option<ExchangeKeyId>,
    symbol: Option<&Symbol>,
) -> Result<Vec<Fill>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select f.exchange_key_id, f.symbol, f.trade_id, f.at, f.fee_usd, f.client_order_id, f.side, \
           f.position_side, f.price, f.amount, f.realized \
         from fills f join exchange_keys k on k.id = f.exchange_key_id \
         where k.user_id = $1 and k.trade_type = 'FUTURES' and f.at >= $2 and f.at < $3 \
           and k.id = coalesce($4, k.id) and f.symbol = coalesce($5, f.symbol) \
         order by f.at",
        user,
        start,
        end,
        key,
        symbol
    )?;
    Ok(rows.into_iter().map(Fill::from).collect())
}

/// Lists a key's fills before `before`, oldest first, for the archive. The newest fill of each pair is not among them,
/// because the next collection continues from it.
pub async fn archivable(
    from: impl Source,
    key: ExchangeKeyId,
    before: Micros,
    limit: i64,
) -> Result<Vec<Fill>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select exchange_key_id, symbol, trade_id, at, fee_usd, client_order_id, side, position_side, price, amount, \
           realized \
         from fills where exchange_key_id = $1 and at < $2 and exists (select 1 from fills n \
           where n.exchange_key_id = fills.exchange_key_id and n.symbol = fills.symbol and n.at > fills.at) \
         order by at, symbol, trade_id limit $3",
        key,
        before,
        limit
    )?;
    Ok(rows.into_iter().map(Fill::from).collect())
}

/// Deletes archived fills, which are all of one key and in the order of their times; returns their number.
pub async fn delete_archived(tx: &mut Tx, fills: &[Fill]) -> Result<u64> {
    let Some(last) = fills.last() else { return Ok(0) };
    // Key and time select by the index; a list of whole primary keys would make SQLite read the table.
    bulk!(
        tx,
        "delete from fills where (symbol, trade_id) in (",
        fills,
        |fill: &Fill| [&fill.symbol, &fill.trade],
        ") and exchange_key_id = " [last.key] " and at <= " [last.at]
    )
}
