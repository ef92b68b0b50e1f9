//! The protection that is wanted for each position that an intent of ours opens. A row is written with the intent that opens
//! the position, changed by intents and the supervisor, and deleted only when the exchange shows the position at zero.

use crate::{Result, Source, Tx};
use domain::{ExchangeKeyId, IntentId, Micros, Side, Symbol, UserId};
use sqlx::FromRow;

domain::words! {
    /// What is wanted of a position.
    pub Wanted {
        /// It has its stop.
        Stop = "STOP",
        /// It has no stop: its owner chose so, in the order or later.
        NoStop = "NO_STOP",
        /// It is closed: its stop was refused, or its entry had been given up before it filled.
        Closed = "CLOSED",
    }
}
domain::text_column!(Wanted, |wanted| wanted.word().to_owned(), Wanted::parse);

domain::words! {
    /// Which of a market's positions. Accounts in one-way mode have one.
    pub PositionSide {
        /// The only position of an account in one-way mode.
        Both = "BOTH",
        /// The long position of an account in hedge mode.
        Long = "LONG",
        /// The short position of an account in hedge mode.
        Short = "SHORT",
    }
}
domain::text_column!(PositionSide, |side| side.word().to_owned(), PositionSide::parse);

/// What a new intent says of the position that it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewProtection {
    /// The side of the entry.
    pub side: Side,
    /// What is wanted.
    pub wanted: Wanted,
}

/// The protection that is wanted for the position that an intent opens.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Protection {
    /// The intent: its legs hold the stop and the take-profits.
    pub intent_id: IntentId,
    /// The owner.
    pub user_id: UserId,
    /// The account.
    pub exchange_key_id: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// Which of the market's positions.
    pub position_side: PositionSide,
    /// The side of the entry.
    pub side: Side,
    /// What is wanted.
    pub wanted: Wanted,
    /// When the desk first knew of a fill of the entry; none before that.
    pub entered_at: Option<Micros>,
    /// When the owner was told that the position is not as wanted; none when it is.
    pub told_at: Option<Micros>,
    /// When the position was settled. The row is kept for as long as a request of ours may still arrive at the exchange.
    pub ended_at: Option<Micros>,
    /// When the intent was written.
    pub created_at: Micros,
}

/// The columns of [`Protection`], written once.
macro_rules! protections {
    ($from:expr, $method:ident, $rest:literal $(, $bind:expr)* $(,)?) => {
        rows!(
            Protection,
            $from,
            $method,
            "select intent_id, user_id, exchange_key_id, symbol, position_side, side, wanted, entered_at, told_at, \
               ended_at, created_at from protected_trades " + $rest
            $(, $bind)*
        )
    };
}

/// Adds the protection of the position that `intent` opens.
///
/// # Errors
/// A database error.
pub(crate) async fn insert(
    tx: &mut Tx,
    intent: &crate::intent::NewIntent,
    protection: NewProtection,
) -> Result<()> {
    exec!(
        tx,
        "insert into protected_trades \
           (intent_id, user_id, exchange_key_id, symbol, position_side, side, wanted, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        intent.id,
        intent.user_id,
        intent.exchange_key_id,
        &intent.symbol,
        PositionSide::Both,
        protection.side,
        protection.wanted,
        intent.created_at
    )?;
    Ok(())
}

/// Everyone's, oldest first.
///
/// # Errors
/// A database error.
pub async fn all(from: impl Source) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "order by seq")
}

/// Those of one account's market, oldest first.
///
/// # Errors
/// A database error.
pub async fn on_market(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "where exchange_key_id = $1 and symbol = $2 order by seq", key, symbol)
}

/// Those of one account, oldest first.
///
/// # Errors
/// A database error.
pub async fn of_key(from: impl Source, key: ExchangeKeyId) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "where exchange_key_id = $1 order by seq", key)
}

/// That of the position which an intent opens; none when there is none any more.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, intent: IntentId) -> Result<Option<Protection>> {
    protections!(from, fetch_optional, "where intent_id = $1", intent)
}

/// Changes what is wanted.
///
/// # Errors
/// A database error.
pub async fn set_wanted(tx: &mut Tx, intent: IntentId, wanted: Wanted) -> Result<()> {
    exec!(tx, "update protected_trades set wanted = $2 where intent_id = $1", intent, wanted)?;
    Ok(())
}

/// Notes the first fill of the entry; nothing when one was noted before.
///
/// # Errors
/// A database error.
pub async fn set_entered(tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update protected_trades set entered_at = $2 where intent_id = $1 and entered_at is null",
        intent,
        at
    )?;
    Ok(())
}

/// Notes that the owner was told that the position is not as wanted, or (none) that it is again.
///
/// # Errors
/// A database error.
pub async fn set_told(tx: &mut Tx, intent: IntentId, at: Option<Micros>) -> Result<()> {
    exec!(tx, "update protected_trades set told_at = $2 where intent_id = $1", intent, at)?;
    Ok(())
}

/// Notes that the position is at zero and was settled.
///
/// # Errors
/// A database error.
pub async fn set_ended(tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update protected_trades set ended_at = $2 where intent_id = $1 and ended_at is null",
        intent,
        at
    )?;
    Ok(())
}

/// The position is at zero, or there never was one.
///
/// # Errors
/// A database error.
pub async fn delete(tx: &mut Tx, intent: IntentId) -> Result<()> {
    exec!(tx, "delete from protected_trades where intent_id = $1", intent)?;
    Ok(())
}
