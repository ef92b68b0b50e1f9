//! The wanted protection of each position opened by an intent. The row is written with the intent that opens the
//! position, changed by intents and the supervisor, and deleted only when the exchange reports the position as
//! zero.

use crate::{DecimalText, Result, Source, Tx};
use domain::{Decimal, ExchangeKeyId, IntentId, Micros, PositionSlot, Side, Symbol, UserId};
use sqlx::FromRow;

domain::words! {
    /// The wanted state of a position.
    pub Wanted {
        /// Protected by its stop.
        Stop = "STOP",
        /// Without a stop: its owner chose so, in the order or later.
        NoStop = "NO_STOP",
        /// Closed: its stop was rejected, or its entry filled after it had been abandoned.
        Closed = "CLOSED",
    }
}
domain::text_column!(Wanted, |wanted| wanted.word().to_owned(), Wanted::parse);

/// The protection that a new intent requests for the position it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewProtection {
    /// The side of the entry.
    pub side: Side,
    /// Wanted state.
    pub wanted: Wanted,
    /// The position's amount in base units before the entry, if other trades share the position; `None` for an order that
    /// replaces what is open on the market.
    pub held_before: Option<Decimal>,
}

/// The protection of the position that an intent opens.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Protection {
    /// The intent, whose legs include the stop and the take-profits.
    pub intent_id: IntentId,
    /// The owner.
    pub user_id: UserId,
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// The market.
    pub symbol: Symbol,
    /// The one of the market's positions that is protected.
    pub position_side: PositionSlot,
    /// The side of the entry.
    pub side: Side,
    /// Wanted state.
    pub wanted: Wanted,
    /// When the first fill of the entry became known; `None` before that.
    pub entered_at: Option<Micros>,
    /// When the owner was notified that the position is not in the wanted state; `None` while it is.
    // words: allow(told): the name of the column.
    pub told_at: Option<Micros>,
    /// When the position was settled. The row is kept as long as one of our requests may still arrive at the
    /// exchange.
    pub ended_at: Option<Micros>,
    /// The position's amount in base units before the entry, if the trade was opened beside others that share the position;
    /// `None` for one that replaced what was open on the market.
    pub held_before: Option<DecimalText>,
    /// The amount of a trade on a shared position that was closed outside Slipstream, in base units; `None` for nothing.
    pub lost: Option<DecimalText>,
    /// When the intent was recorded.
    pub created_at: Micros,
}

select! {
    protections -> Protection,
    "intent_id, user_id, exchange_key_id, symbol, position_side, side, wanted, entered_at, told_at, \
     ended_at, held_before, lost, created_at",
    "from protected_trades"
}

/// The intent that opens a protected position.
pub(crate) struct Opener<'a> {
    pub(crate) intent_id: IntentId,
    pub(crate) user_id: UserId,
    pub(crate) exchange_key_id: ExchangeKeyId,
    pub(crate) symbol: &'a Symbol,
    pub(crate) position_side: PositionSlot,
    pub(crate) created_at: Micros,
}

/// Adds the protection of the position that `opener` opens.
pub(crate) async fn insert_protection(
    tx: &mut Tx,
    opener: Opener<'_>,
    protection: NewProtection,
) -> Result<()> {
    exec!(
        tx,
        "insert into protected_trades \
           (intent_id, user_id, exchange_key_id, symbol, position_side, side, wanted, held_before, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        opener.intent_id,
        opener.user_id,
        opener.exchange_key_id,
        opener.symbol,
        opener.position_side,
        protection.side,
        protection.wanted,
        protection.held_before.map(DecimalText),
        opener.created_at
    )?;
    Ok(())
}

/// Lists the protections of all users, oldest first.
pub async fn list_all(from: impl Source) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "order by seq")
}

/// Lists those of one market of a key, oldest first: of both positions of an account in hedge mode.
pub async fn on_market(from: impl Source, key: ExchangeKeyId, symbol: &Symbol) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "where exchange_key_id = $1 and symbol = $2 order by seq", key, symbol)
}

/// Lists those of one position of a key, oldest first.
pub async fn of_position(
    from: impl Source,
    key: ExchangeKeyId,
    symbol: &Symbol,
    slot: PositionSlot,
) -> Result<Vec<Protection>> {
    protections!(
        from,
        fetch_all,
        "where exchange_key_id = $1 and symbol = $2 and position_side = $3 order by seq",
        key,
        symbol,
        slot
    )
}

/// Lists those of a key, oldest first.
pub async fn of_key(from: impl Source, key: ExchangeKeyId) -> Result<Vec<Protection>> {
    protections!(from, fetch_all, "where exchange_key_id = $1 order by seq", key)
}

/// Returns the protection of the position that an intent opens; `None` if it no longer exists.
pub async fn get_protection(from: impl Source, intent: IntentId) -> Result<Option<Protection>> {
    protections!(from, fetch_optional, "where intent_id = $1", intent)
}

/// Changes the wanted state.
pub async fn set_wanted(tx: &mut Tx, intent: IntentId, wanted: Wanted) -> Result<()> {
    exec!(tx, "update protected_trades set wanted = $2 where intent_id = $1", intent, wanted)?;
    Ok(())
}

/// Records the first fill of the entry; does nothing if one was recorded before.
pub async fn set_entered(tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update protected_trades set entered_at = $2 where intent_id = $1 and entered_at is null",
        intent,
        at
    )?;
    Ok(())
}

/// Records that the owner was notified that the position is not in the wanted state, or (`None`) that it is again.
pub async fn set_notified(tx: &mut Tx, intent: IntentId, at: Option<Micros>) -> Result<()> {
    exec!(tx, "update protected_trades set told_at = $2 where intent_id = $1", intent, at)?;
    Ok(())
}

/// Records how much of a trade on a shared position was closed outside Slipstream, in base units.
pub async fn set_lost(tx: &mut Tx, intent: IntentId, lost: Decimal) -> Result<()> {
    exec!(tx, "update protected_trades set lost = $2 where intent_id = $1", intent, Some(DecimalText(lost)))?;
    Ok(())
}

/// Records that the position is zero and settled.
pub async fn set_ended(tx: &mut Tx, intent: IntentId, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update protected_trades set ended_at = $2 where intent_id = $1 and ended_at is null",
        intent,
        at
    )?;
    Ok(())
}

/// Deletes the protection because the position is zero or was never opened.
pub async fn delete_protection(tx: &mut Tx, intent: IntentId) -> Result<()> {
    exec!(tx, "delete from protected_trades where intent_id = $1", intent)?;
    Ok(())
}
