//! Intents: orders that have been decided, recorded before they are sent to the exchange.

mod leg;

pub use leg::{
    Leg, LegStatus, LegUpdate, NewLeg, Origin, Reduction, add_legs, archivable_legs, delete_archived_legs,
    leg_by_client_id, list_legs, list_reductions, mark_archived, origin_of, page_end, set_leg_body, set_legs,
};

use crate::{
    Result, Source, TokenHash, Tx,
    protection::{self, NewProtection, Opener},
    trade,
};
use domain::{ExchangeKeyId, IntentId, Micros, PositionSlot, Symbol, TradeType, UserId};
use sqlx::FromRow;
use uuid::Uuid;

domain::words! {
    /// The purpose of an intent.
    pub Kind {
        /// Opens a position, after closing what is open on the market.
        Open = "open",
        /// Closes or changes what is open on the market.
        Close = "close",
    }
}
domain::text_column!(Kind, |kind| kind.word().to_owned(), Kind::parse);

domain::words! {
    /// The status of an intent.
    pub Status {
        /// Its orders are being sent; no other intent may work on this position of this account.
        Working = "working",
        /// Its entry rests at the exchange; stop and targets follow when it fills.
        Waiting = "waiting",
        /// Everything has been sent.
        Done = "done",
        /// It failed; `failure` has the reason.
        Failed = "failed",
    }
}
domain::text_column!(Status, |status| status.word().to_owned(), Status::parse);

/// An intent to store, with status [`Status::Working`].
#[derive(Clone, Debug)]
pub struct NewIntent {
    /// Id, from which the client order ids are derived.
    pub id: IntentId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key it trades with.
    pub exchange_key_id: ExchangeKeyId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Trading pair.
    pub symbol: Symbol,
    /// The position of the pair that it acts on.
    pub position_side: PositionSlot,
    /// Purpose of the intent.
    pub kind: Kind,
    /// The request, as JSON.
    pub request: String,
    /// The caller's idempotency key and the hash of its request body.
    pub idempotency: Option<(String, TokenHash)>,
    /// The instance that works on it.
    pub lease_holder: Option<String>,
    /// When it should be finished; used by health checks only. Other instances take it over according to the
    /// holder's own lease ([`crate::instance`]).
    pub lease_until: Micros,
    /// The wanted protection of the position it opens; `None` if it opens none.
    pub protection: Option<NewProtection>,
    /// When it was decided.
    pub created_at: Micros,
}

/// A stored intent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Intent {
    /// Id, from which the client order ids are derived.
    pub id: IntentId,
    /// The user who owns it.
    pub user_id: UserId,
    /// The exchange key it trades with; the key may have been deleted.
    pub exchange_key_id: ExchangeKeyId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Trading pair.
    pub symbol: Symbol,
    /// The position of the pair that it acts on.
    pub position_side: PositionSlot,
    /// Purpose of the intent.
    pub kind: Kind,
    /// The request, as JSON.
    pub request: String,
    /// Current status.
    pub status: Status,
    /// Why it failed, as JSON.
    pub failure: Option<String>,
    /// The caller's idempotency key.
    pub idempotency_key: Option<String>,
    /// Hash of the request body that came with the key.
    pub request_hash: Option<Vec<u8>>,
    /// The instance that works on it.
    pub lease_holder: Option<String>,
    /// When it should be finished; used by health checks only. Other instances take it over according to the
    /// holder's own lease ([`crate::instance`]).
    pub lease_until: Micros,
    /// When it was decided.
    pub created_at: Micros,
    /// When the row was last changed.
    pub updated_at: Micros,
    /// When it was done or failed.
    pub finished_at: Option<Micros>,
}

/// Adds an intent with its legs.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the idempotency key was used before, or another intent works on this position of this
/// account. Drop the transaction, then call [`by_idempotency`]: `None` means the latter.
pub async fn insert_intent(tx: &mut Tx, intent: &NewIntent, legs: &[NewLeg]) -> Result<()> {
    exec!(
        &mut *tx,
        "insert into intents (id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, position_side) \
         values ($1, $2, $3, $4, $5, $6, $7, 'working', $8, $9, $10, $11, $12, $12, $13)",
        intent.id,
        intent.user_id,
        intent.exchange_key_id,
        intent.trade_type,
        &intent.symbol,
        intent.kind,
        &intent.request,
        intent.idempotency.as_ref().map(|(key, _)| key.as_str()),
        intent.idempotency.as_ref().map(|(_, hash)| hash.as_slice()),
        intent.lease_holder.as_deref(),
        intent.lease_until,
        intent.created_at,
        intent.position_side
    )?;
    if let Some(protection) = intent.protection {
        let opener = Opener {
            intent_id: intent.id,
            user_id: intent.user_id,
            exchange_key_id: intent.exchange_key_id,
            symbol: &intent.symbol,
            position_side: intent.position_side,
            created_at: intent.created_at,
        };
        trade::insert_trade(&mut *tx, &opener, &protection).await?;
        protection::insert_protection(&mut *tx, opener, protection).await?;
    }
    add_legs(tx, intent.id, legs, intent.created_at).await
}

select! {
    intents -> Intent,
    "id, user_id, exchange_key_id, trade_type, symbol, position_side, kind, request, status, failure, \
     idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at",
    "from intents"
}

/// Returns an intent of any user, for internal use.
pub async fn get_intent(from: impl Source, id: IntentId) -> Result<Option<Intent>> {
    intents!(from, fetch_optional, "where id = $1", id)
}

/// Returns a user's intent with this idempotency key.
pub async fn by_idempotency(from: impl Source, user: UserId, key: &str) -> Result<Option<Intent>> {
    intents!(from, fetch_optional, "where user_id = $1 and idempotency_key = $2", user, key)
}

/// Lists all unfinished intents, oldest first.
pub async fn list_unfinished(from: impl Source) -> Result<Vec<Intent>> {
    // Sorted here: for `order by id` SQLite would read all intents that there ever were, in the order of their ids.
    let mut unfinished = intents!(from, fetch_all, "where status in ('working', 'waiting')")?;
    unfinished.sort_unstable_by_key(|intent| intent.id);
    Ok(unfinished)
}

/// Returns the earliest deadline (`lease_until`) of the intents being worked on. It is in the future if none is
/// overdue.
pub async fn oldest_claim(from: impl Source) -> Result<Option<Micros>> {
    let until = value!(i64, from, "select min(lease_until) from intents where status = 'working'")?;
    Ok(until.map(Micros))
}

/// Lists a key's unfinished intents, oldest first.
pub async fn unfinished_for_key(from: impl Source, key: ExchangeKeyId) -> Result<Vec<Intent>> {
    intents!(
        from,
        fetch_all,
        "where exchange_key_id = $1 and status in ('working', 'waiting') order by id",
        key
    )
}

/// Lists a user's intents, newest first, starting before `before`.
pub async fn list_by_user(
    from: impl Source,
    user: UserId,
    before: Option<IntentId>,
    limit: i64,
) -> Result<Vec<Intent>> {
    let before = before.unwrap_or(IntentId(Uuid::max()));
    intents!(from, fetch_all, "where user_id = $1 and id < $2 order by id desc limit $3", user, before, limit)
}

/// Claims an unfinished intent that no other instance holds; returns whether the claim succeeded. The holder renews
/// it by claiming again; if several find it free, one gets it. Intents of a stopped instance are freed by
/// [`crate::instance::give_back`].
pub async fn claim_intent(
    tx: &mut Tx,
    id: IntentId,
    holder: &str,
    now: Micros,
    until: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set lease_holder = $2, lease_until = $4, updated_at = $3 \
         where id = $1 and status in ('working', 'waiting') \
           and (lease_holder is null or lease_holder = $2)",
        id,
        holder,
        now,
        until
    )?;
    Ok(rows == 1)
}

/// Releases an intent, which is free from `now` on; does nothing if another instance holds it by now.
pub async fn release_intent(tx: &mut Tx, id: IntentId, holder: &str, now: Micros) -> Result<()> {
    exec!(
        tx,
        "update intents set lease_holder = null, lease_until = $3 where id = $1 and lease_holder = $2",
        id,
        holder,
        now
    )?;
    Ok(())
}

/// Releases every unfinished intent of a holder that has stopped working, as at shutdown; returns their number.
/// They are free from `now` on.
pub async fn release_all(tx: &mut Tx, holder: &str, now: Micros) -> Result<u64> {
    exec!(
        tx,
        "update intents set lease_holder = null, lease_until = $2 \
         where lease_holder = $1 and status in ('working', 'waiting')",
        holder,
        now
    )
}

/// Changes the status from working to waiting, so that another intent can work on the position. Returns `false` if
/// it was not working.
pub async fn set_waiting(tx: &mut Tx, id: IntentId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = 'waiting', updated_at = $2 where id = $1 and status = 'working'",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// Changes the status from waiting to working, so that no other intent begins work on the position. Returns `false` if
/// it was not waiting.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] while another intent is being worked on the position.
pub async fn set_working(tx: &mut Tx, id: IntentId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = 'working', updated_at = $2 where id = $1 and status = 'waiting'",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// Ends an intent as done or failed, with the reason. Returns `false` if it was already finished.
///
/// # Errors
/// A database error, for example if `status` is not a final status.
pub async fn finish_intent(
    tx: &mut Tx,
    id: IntentId,
    status: Status,
    failure: Option<&str>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = $2, failure = $3, updated_at = $4, finished_at = $4, \
           lease_holder = null, lease_until = 0 \
         where id = $1 and status in ('working', 'waiting')",
        id,
        status,
        failure,
        at
    )?;
    Ok(rows == 1)
}

/// Makes an idempotency key usable again, because its request had no effect and got no response.
pub async fn forget_idempotency(tx: &mut Tx, id: IntentId) -> Result<()> {
    exec!(tx, "update intents set idempotency_key = null, request_hash = null where id = $1", id)?;
    Ok(())
}
