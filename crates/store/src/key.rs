//! Exchange keys: a user's credentials at an exchange, with the secret sealed by the service.

mod row;
mod status;

pub use status::*;

use crate::{Result, Source, Tx};
use domain::{AccountMode, ApiKeyStatus, ExchangeId, ExchangeKey, ExchangeKeyId, Micros, TradeType, UserId};
pub(crate) use row::exchange_key;
use row::{Full, Shown};
use sqlx::FromRow;
use std::fmt;

/// A secret encrypted with its own data key, which is wrapped by a master key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// The encrypted secret.
    pub secret: Vec<u8>,
    /// The wrapped data key.
    pub data_key: Vec<u8>,
    /// Id of the master key that wraps it.
    pub master_key_id: String,
    /// Version of the sealing format.
    pub version: i64,
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret").field("master_key_id", &self.master_key_id).finish_non_exhaustive()
    }
}

/// A key with its owner and its sealed secret, as read and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The key without its secret.
    pub key: ExchangeKey,
    /// The user who owns it.
    pub user_id: UserId,
    /// The sealed secret.
    pub sealed: SealedSecret,
}

/// A change of a key; `None` leaves a field unchanged.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyUpdate<'a> {
    /// The name its owner gives it.
    pub name: Option<&'a str>,
    /// Whether it is enabled.
    pub active: Option<bool>,
    /// Result of the last request to the exchange with it.
    pub status: Option<ApiKeyStatus>,
    /// Whether the exchange accepts it only from listed IP addresses.
    pub ip_restricted: Option<bool>,
    /// The mode of its account.
    pub account_mode: Option<AccountMode>,
    /// Whether it may withdraw.
    pub may_withdraw: Option<bool>,
    /// Whether its account is also traded outside Slipstream.
    pub traded_elsewhere: Option<bool>,
    /// New credentials: the public part and the sealed secret.
    pub credentials: Option<(&'a str, &'a SealedSecret)>,
}

/// Adds a key.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the credentials are already connected for the same trade type, by any user.
pub async fn insert_key(tx: &mut Tx, row: &KeyRow) -> Result<()> {
    let KeyRow { key, user_id, sealed } = row;
    exec!(
        tx,
        "insert into exchange_keys (id, user_id, exchange_id, trade_type, strategy_type, active, name, api_key, \
           status, sandbox, ip_restricted, sealed_secret, sealed_data_key, master_key_id, seal_version, created_at, \
           updated_at, account_mode, may_withdraw, expires_at, traded_elsewhere) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        key.id,
        *user_id,
        key.exchange_id,
        key.trade_type,
        key.strategy_type,
        key.active,
        &key.name,
        &key.api_key,
        key.status,
        key.sandbox,
        key.ip_restricted,
        sealed.secret.as_slice(),
        sealed.data_key.as_slice(),
        &sealed.master_key_id,
        sealed.version,
        key.created_at,
        key.updated_at,
        key.account_mode,
        key.may_withdraw,
        key.expires_at,
        key.traded_elsewhere
    )?;
    Ok(())
}

/// Lists a user's keys, oldest first.
pub async fn list_by_user(from: impl Source, user: UserId) -> Result<Vec<ExchangeKey>> {
    let rows = rows!(
        Shown,
        from,
        fetch_all,
        "select id, exchange_id, trade_type, strategy_type, active, name, api_key, status, sandbox, ip_restricted, \
           account_mode, may_withdraw, expires_at, traded_elsewhere, created_at, updated_at \
         from exchange_keys where user_id = $1 order by id",
        user
    )?;
    Ok(rows.into_iter().map(ExchangeKey::from).collect())
}

/// Counts a user's keys.
pub async fn count_by_user(from: impl Source, user: UserId) -> Result<i64> {
    Ok(value!(i64, from, "select count(*) from exchange_keys where user_id = $1", user)?.unwrap_or(0))
}

/// Returns whether any user has connected these credentials for this trade type.
pub async fn exists(
    from: impl Source,
    exchange: ExchangeId,
    api_key: &str,
    trade_type: TradeType,
) -> Result<bool> {
    let count = value!(
        i64,
        from,
        "select count(*) from exchange_keys where exchange_id = $1 and api_key = $2 and trade_type = $3",
        exchange,
        api_key,
        trade_type
    )?;
    Ok(count.unwrap_or(0) > 0)
}

/// Returns a user's key; `None` if it does not exist or belongs to another user.
pub async fn get_key(from: impl Source, owner: UserId, id: ExchangeKeyId) -> Result<Option<KeyRow>> {
    Ok(get_any(from, id).await?.filter(|row| row.user_id == owner))
}

select! {
    keys -> Full,
    "id, user_id, exchange_id, trade_type, strategy_type, active, name, api_key, status, sandbox, \
     ip_restricted, account_mode, may_withdraw, expires_at, traded_elsewhere, sealed_secret, \
     sealed_data_key, master_key_id, seal_version, created_at, updated_at",
    "from exchange_keys"
}

/// Returns a key of any user. For internal jobs only, never for an id given by a caller.
pub async fn get_any(from: impl Source, id: ExchangeKeyId) -> Result<Option<KeyRow>> {
    let row = keys!(from, fetch_optional, "where id = $1", id)?;
    Ok(row.map(KeyRow::from))
}

/// Returns the keys of the copies of a claim (`copy::claim_copies`), in one statement.
pub async fn of_claim(from: impl Source, holder: &str, until: Micros) -> Result<Vec<KeyRow>> {
    let rows = keys!(
        from,
        fetch_all,
        "where id in ( \
           select exchange_key_id from copies where status = 'QUEUED' and lease_holder = $1 and lease_until = $2)",
        holder,
        until
    )?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

/// Lists the enabled keys of all users, for internal jobs.
pub async fn list_active(from: impl Source) -> Result<Vec<KeyRow>> {
    let rows = keys!(from, fetch_all, "where active = true order by id")?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

#[derive(FromRow)]
struct Exposed {
    id: ExchangeKeyId,
}

/// Lists the active futures keys whose user-data streams should be open: those of accounts with one of our
/// positions or orders and those that follow a strategy. Keys with a supervised position come first.
pub async fn with_exposure_or_follow(from: impl Source) -> Result<Vec<ExchangeKeyId>> {
    let rows = rows!(
        Exposed,
        from,
        fetch_all,
        "select k.id from exchange_keys k \
         where k.active = true and k.trade_type = 'FUTURES' and (k.id in ( \
             select p.exchange_key_id from protected_trades p \
             union select i.exchange_key_id from intents i where i.status in ('working', 'waiting') \
             union select c.exchange_key_id from copies c where c.status = 'OPEN') \
           or k.id in (select f.exchange_key_id from follows f where f.active = true)) \
         order by case when k.id in (select p.exchange_key_id from protected_trades p) then 0 else 1 end, k.id"
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Lists the enabled spot keys of users whose programs receive events ([`crate::event_webhook::has_program`]).
pub async fn spot_with_programs(from: impl Source) -> Result<Vec<ExchangeKeyId>> {
    let rows = rows!(
        Exposed,
        from,
        fetch_all,
        "select k.id from exchange_keys k where k.active = true and k.trade_type = 'SPOT' and ( \
           exists (select 1 from event_webhooks w where w.user_id = k.user_id and w.disabled is null) \
           or exists (select 1 from told t where t.user_id = k.user_id and t.once = $1)) order by k.id",
        crate::event::READ_BY_PROGRAM
    )?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Lists all users' keys in the order of their ids, starting after `after`, to iterate over all of them (rekey).
pub async fn list_keys_after(from: impl Source, after: ExchangeKeyId, limit: i64) -> Result<Vec<KeyRow>> {
    let rows = keys!(from, fetch_all, "where id > $1 order by id limit $2", after, limit)?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

/// Returns the id that follows `after` among all users' keys, to iterate over all of them.
pub async fn next_id(from: impl Source, after: ExchangeKeyId) -> Result<Option<ExchangeKeyId>> {
    value!(ExchangeKeyId, from, "select id from exchange_keys where id > $1 order by id limit 1", after)
}

/// Updates a user's key; returns whether it exists and is theirs. Fields that are not given stay unchanged, so that
/// concurrent updates of other fields are kept.
///
/// # Errors
/// [`crate::StoreErrorKind::Unique`] if the new credentials are already connected, by any user.
pub async fn update_key(
    tx: &mut Tx,
    owner: UserId,
    id: ExchangeKeyId,
    update: &KeyUpdate<'_>,
    at: Micros,
) -> Result<bool> {
    let sealed = update.credentials.map(|(_, sealed)| sealed);
    let rows = exec!(
        tx,
        "update exchange_keys set name = coalesce($3, name), active = coalesce($4, active), \
           status = coalesce($5, status), ip_restricted = coalesce($6, ip_restricted), \
           api_key = coalesce($7, api_key), sealed_secret = coalesce($8, sealed_secret), \
           sealed_data_key = coalesce($9, sealed_data_key), master_key_id = coalesce($10, master_key_id), \
           seal_version = coalesce($11, seal_version), updated_at = $12, \
           account_mode = coalesce($13, account_mode), may_withdraw = coalesce($14, may_withdraw), \
           traded_elsewhere = coalesce($15, traded_elsewhere) \
         where id = $1 and user_id = $2",
        id,
        owner,
        update.name,
        update.active,
        update.status,
        update.ip_restricted,
        update.credentials.map(|(api_key, _)| api_key),
        sealed.map(|sealed| sealed.secret.as_slice()),
        sealed.map(|sealed| sealed.data_key.as_slice()),
        sealed.map(|sealed| sealed.master_key_id.as_str()),
        sealed.map(|sealed| sealed.version),
        at,
        update.account_mode,
        update.may_withdraw,
        update.traded_elsewhere
    )?;
    Ok(rows == 1)
}

/// Replaces the sealed secret `old` by another sealing of the same secret (rekey). Returns `false` if the key was
/// given other credentials meanwhile, or was deleted.
pub async fn reseal(tx: &mut Tx, id: ExchangeKeyId, old: &SealedSecret, new: &SealedSecret) -> Result<bool> {
    let rows = exec!(
        tx,
        "update exchange_keys set sealed_secret = $3, sealed_data_key = $4, master_key_id = $5, seal_version = $6 \
         where id = $1 and sealed_secret = $2",
        id,
        old.secret.as_slice(),
        new.secret.as_slice(),
        new.data_key.as_slice(),
        &new.master_key_id,
        new.version
    )?;
    Ok(rows == 1)
}

/// Deletes a user's key and its equity points; returns whether it existed and was theirs. Its intents are kept as
/// history.
pub async fn delete_key(tx: &mut Tx, owner: UserId, id: ExchangeKeyId) -> Result<bool> {
    Ok(exec!(tx, "delete from exchange_keys where id = $1 and user_id = $2", id, owner)? == 1)
}
