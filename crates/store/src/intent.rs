//! Intents: orders that we have decided to send, written before they are sent (house rule 4).

mod leg;

pub use leg::{Leg, LegStatus, LegUpdate, NewLeg, add_legs, leg_by_client_id, legs, set_leg_body, set_legs};

use crate::{
    Hash, Result, Source, Tx,
    protection::{self, NewProtection},
};
use domain::{ExchangeKeyId, IntentId, Micros, Symbol, TradeType, UserId};
use sqlx::FromRow;
use uuid::Uuid;

domain::words! {
    /// What an intent is for.
    pub Kind {
        /// Opens a position, after closing what stands.
        Open = "open",
        /// Closes what stands.
        Close = "close",
    }
}
domain::text_column!(Kind, |kind| kind.word().to_owned(), Kind::parse);

domain::words! {
    /// Where an intent stands.
    pub Status {
        /// Its orders are being sent: no other intent may work on this market of this account.
        Working = "working",
        /// Its entry stands at the exchange; stop and targets follow when it fills.
        Waiting = "waiting",
        /// Everything was sent that was to be sent.
        Done = "done",
        /// It came to nothing; `failure` says why.
        Failed = "failed",
    }
}
domain::text_column!(Status, |status| status.word().to_owned(), Status::parse);

/// An intent to store. It begins as [`Status::Working`].
#[derive(Clone, Debug)]
pub struct NewIntent {
    /// Its id, from which the client order ids are derived.
    pub id: IntentId,
    /// Whose.
    pub user_id: UserId,
    /// On which account.
    pub exchange_key_id: ExchangeKeyId,
    /// On which of the exchange's markets.
    pub trade_type: TradeType,
    /// On which pair.
    pub symbol: Symbol,
    /// What for.
    pub kind: Kind,
    /// What was asked, as JSON.
    pub request: String,
    /// The caller's key against doubling, with the hash of the body it came with.
    pub idempotency: Option<(String, Hash)>,
    /// Which instance works on it.
    pub lease_holder: Option<String>,
    /// By when it should have been finished: only health looks at it. Others take it over by the holder's own lease
    /// ([`crate::instance`]).
    pub lease_until: Micros,
    /// What is wanted of the position that it opens; none for an intent that opens none.
    pub protection: Option<NewProtection>,
    /// When it was decided.
    pub created_at: Micros,
}

/// An intent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Intent {
    /// Its id, from which the client order ids are derived.
    pub id: IntentId,
    /// Whose.
    pub user_id: UserId,
    /// On which account; the key may have been deleted since.
    pub exchange_key_id: ExchangeKeyId,
    /// On which of the exchange's markets.
    pub trade_type: TradeType,
    /// On which pair.
    pub symbol: Symbol,
    /// What for.
    pub kind: Kind,
    /// What was asked, as JSON.
    pub request: String,
    /// Where it stands.
    pub status: Status,
    /// Why it failed, as JSON.
    pub failure: Option<String>,
    /// What the caller was answered, as JSON.
    pub answer: Option<String>,
    /// The caller's key against doubling.
    pub idempotency_key: Option<String>,
    /// The hash of the body that it came with.
    pub request_hash: Option<Vec<u8>>,
    /// Which instance works on it.
    pub lease_holder: Option<String>,
    /// By when it should have been finished: only health looks at it. Others take it over by the holder's own lease
    /// ([`crate::instance`]).
    pub lease_until: Micros,
    /// When it was decided.
    pub created_at: Micros,
    /// When this row last changed.
    pub updated_at: Micros,
    /// When it was done or failed.
    pub finished_at: Option<Micros>,
}

/// Adds an intent with its legs.
///
/// # Errors
/// [`crate::Kind::Unique`] when the idempotency key was used before, or another intent works on this market of this
/// account. Drop the transaction, then ask [`by_idempotency`]: none there means the latter.
pub async fn insert(tx: &mut Tx, intent: &NewIntent, legs: &[NewLeg]) -> Result<()> {
    exec!(
        &mut *tx,
        "insert into intents (id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 'working', $8, $9, $10, $11, $12, $12)",
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
        intent.created_at
    )?;
    if let Some(protection) = intent.protection {
        protection::insert(&mut *tx, intent, protection).await?;
    }
    add_legs(tx, intent.id, legs, intent.created_at).await
}

/// An intent, whosever it is: for the desk's own work.
///
/// # Errors
/// A database error.
pub async fn get(from: impl Source, id: IntentId) -> Result<Option<Intent>> {
    rows!(
        Intent,
        from,
        fetch_optional,
        "select id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, failure, answer, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at \
         from intents where id = $1",
        id
    )
}

/// A person's intent that came with this idempotency key.
///
/// # Errors
/// A database error.
pub async fn by_idempotency(from: impl Source, user: UserId, key: &str) -> Result<Option<Intent>> {
    rows!(
        Intent,
        from,
        fetch_optional,
        "select id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, failure, answer, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at \
         from intents where user_id = $1 and idempotency_key = $2",
        user,
        key
    )
}

/// Everyone's intents that are not finished, oldest first.
///
/// # Errors
/// A database error.
pub async fn unfinished(from: impl Source) -> Result<Vec<Intent>> {
    rows!(
        Intent,
        from,
        fetch_all,
        "select id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, failure, answer, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at \
         from intents where status in ('working', 'waiting') order by id"
    )
}

/// Until when the intent was claimed that nobody has held for longest among those being worked on; a moment to come when
/// all are held.
///
/// # Errors
/// A database error.
pub async fn oldest_claim(from: impl Source) -> Result<Option<Micros>> {
    let until = value!(i64, from, "select min(lease_until) from intents where status = 'working'")?;
    Ok(until.map(Micros))
}

/// An account's intents that are not finished, oldest first.
///
/// # Errors
/// A database error.
pub async fn unfinished_for_key(from: impl Source, key: ExchangeKeyId) -> Result<Vec<Intent>> {
    rows!(
        Intent,
        from,
        fetch_all,
        "select id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, failure, answer, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at \
         from intents where exchange_key_id = $1 and status in ('working', 'waiting') order by id",
        key
    )
}

/// A person's intents, newest first, from before `before`.
///
/// # Errors
/// A database error.
pub async fn list_by_user(
    from: impl Source,
    user: UserId,
    before: Option<IntentId>,
    limit: i64,
) -> Result<Vec<Intent>> {
    let before = before.unwrap_or(IntentId(Uuid::max()));
    rows!(
        Intent,
        from,
        fetch_all,
        "select id, user_id, exchange_key_id, trade_type, symbol, kind, request, status, failure, answer, \
           idempotency_key, request_hash, lease_holder, lease_until, created_at, updated_at, finished_at \
         from intents where user_id = $1 and id < $2 order by id desc limit $3",
        user,
        before,
        limit
    )
}

/// Takes an unfinished intent that nobody else holds; whether it is ours. Who holds it renews it; of several who find it free,
/// one gets it. What an instance that has ended held is freed by [`crate::instance::give_back`].
///
/// # Errors
/// A database error.
pub async fn claim(tx: &mut Tx, id: IntentId, holder: &str, now: Micros, until: Micros) -> Result<bool> {
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

/// Gives an intent back; nothing when it is another's by now.
///
/// # Errors
/// A database error.
pub async fn release(tx: &mut Tx, id: IntentId, holder: &str) -> Result<()> {
    exec!(
        tx,
        "update intents set lease_holder = null, lease_until = 0 where id = $1 and lease_holder = $2",
        id,
        holder
    )?;
    Ok(())
}

/// Gives back every unfinished intent of a holder that works on none any more, as at shutdown; how many there were. They are
/// nobody's from `now` on.
///
/// # Errors
/// A database error.
pub async fn release_all(tx: &mut Tx, holder: &str, now: Micros) -> Result<u64> {
    exec!(
        tx,
        "update intents set lease_holder = null, lease_until = $2 \
         where lease_holder = $1 and status in ('working', 'waiting')",
        holder,
        now
    )
}

/// From working to waiting: another intent may now work on the market. False when it was not working.
///
/// # Errors
/// A database error.
pub async fn set_waiting(tx: &mut Tx, id: IntentId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = 'waiting', updated_at = $2 where id = $1 and status = 'working'",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// From waiting to working. False when it was not waiting.
///
/// # Errors
/// [`crate::Kind::Unique`] when another intent works on this market of this account.
pub async fn set_working(tx: &mut Tx, id: IntentId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = 'working', updated_at = $2 where id = $1 and status = 'waiting'",
        id,
        at
    )?;
    Ok(rows == 1)
}

/// Ends an intent as done or failed, with what was answered or why. False when it was finished already.
///
/// # Errors
/// A fault, such as a status that is no end.
pub async fn finish(
    tx: &mut Tx,
    id: IntentId,
    status: Status,
    answer: Option<&str>,
    failure: Option<&str>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update intents set status = $2, answer = $3, failure = $4, updated_at = $5, finished_at = $5, \
           lease_holder = null, lease_until = 0 \
         where id = $1 and status in ('working', 'waiting')",
        id,
        status,
        answer,
        failure,
        at
    )?;
    Ok(rows == 1)
}

/// Lets an idempotency key be used again: its request came to nothing, and nobody was answered.
///
/// # Errors
/// A database error.
pub async fn forget_idempotency(tx: &mut Tx, id: IntentId) -> Result<()> {
    exec!(tx, "update intents set idempotency_key = null, request_hash = null where id = $1", id)?;
    Ok(())
}
