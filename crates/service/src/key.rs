//! Exchange keys: a user's credentials at an exchange.

mod change;
mod check;
mod connect;
mod rights;
mod sandbox;

pub use change::{KeyChange, KeyUse, delete, delete_check, update};
pub use check::{CHECK_ROUND_S, check_due};
pub use connect::{NewKey, create, create_together};
pub(crate) use rights::fit_for_entries;
pub use sandbox::{connect_sandbox, open_sandbox_account, open_sandbox_account_for, reset_sandbox};

use crate::{
    Actor, Desk, Error, Result, Sealed,
    notify::{Notification, NotificationEvent},
};
use domain::{
    AccountMode, Balance, ExchangeKey, ExchangeKeyId, Micros, TradeType, UserId,
    live::{LiveEventKind, RightsChange},
};
use exchange::{Credentials, ExchangeFailure, ExchangeResult, KeyRights};
use store::key::{KeyRow, SealedSecret};

/// The table name that is bound into each sealed secret.
const TABLE: &str = "exchange_keys";

/// Returns the caller's keys, in the order they were connected.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list(desk: &Desk, actor: &Actor) -> Result<Vec<ExchangeKey>> {
    Ok(store::key::list_by_user(&desk.db, actor.user).await?)
}

/// Returns the balances of a key's account.
///
/// # Errors
/// Not found; 1103.
pub async fn balance(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<Balance> {
    let row = find(desk, actor, id).await?;
    let who = credentials(desk, &row)?;
    let answer = desk.exchange.balance(&who, row.key.trade_type).await;
    disable_if_unauthorized(desk, id, answer).await
}

/// Returns one of the caller's own keys. Another user's key is reported as not found.
pub(crate) async fn find(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<KeyRow> {
    store::key::get(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)
}

/// Decrypts a key's secret.
pub(crate) fn credentials(desk: &Desk, row: &KeyRow) -> Result<Credentials> {
    let SealedSecret { secret, data_key, master_key_id, version } = row.sealed.clone();
    let version = i32::try_from(version).map_err(Error::fault)?;
    let sealed = Sealed { secret, data_key, master_key_id, version };
    let secret = desk.sealer.open(TABLE, row.key.id.0, row.user_id.0, &sealed)?;
    let secret =
        std::str::from_utf8(&secret).map_err(|_| Error::fault("a decrypted secret is not valid text"))?;
    Ok(Credentials::new(row.key.api_key.clone(), secret))
}

/// Encrypts a secret for a key's row.
fn seal(desk: &Desk, id: ExchangeKeyId, owner: UserId, secret: &str) -> Result<SealedSecret> {
    let Sealed { secret, data_key, master_key_id, version } =
        desk.sealer.seal(TABLE, id.0, owner.0, secret.as_bytes())?;
    Ok(SealedSecret { secret, data_key, master_key_id, version: i64::from(version) })
}

/// Returns the exchange's answer. On `Unauthorized`, disables the key and notifies its owner.
pub(crate) async fn disable_if_unauthorized<T>(
    desk: &Desk,
    id: ExchangeKeyId,
    answer: ExchangeResult<T>,
) -> Result<T> {
    if matches!(answer, Err(ExchangeFailure::Unauthorized)) {
        refused(desk, id).await?;
    }
    Ok(answer?)
}

/// Checks that a key's account is in a supported mode.
///
/// # Errors
/// A field problem that names the account's mode and what to change.
pub(crate) fn mode_fits(mode: AccountMode) -> Result<()> {
    mode.problem().map_or(Ok(()), |problem| Err(Error::field("apiKey", problem)))
}

/// Returns the mode of a key's account. `rights` is what the exchange has just reported about the key.
pub(crate) async fn account_mode(
    desk: &Desk,
    who: &Credentials,
    kind: TradeType,
    rights: &KeyRights,
) -> ExchangeResult<AccountMode> {
    match kind {
        TradeType::Spot => Ok(AccountMode::OneWay),
        TradeType::Futures if rights.portfolio_margin => Ok(AccountMode::Portfolio),
        TradeType::Futures => desk.exchange.account_mode(who).await,
    }
}

/// Records the mode of a key's account. Notifies its owner once if the mode is not supported.
pub(crate) async fn note_mode(desk: &Desk, row: &KeyRow, mode: AccountMode) -> Result<()> {
    if mode == row.key.account_mode {
        return Ok(());
    }
    let (now, id) = (desk.clock.now(), row.key.id);
    let mut tx = desk.db.begin().await?;
    if store::key::set_account_mode(&mut tx, id, mode, now).await? && mode.problem().is_some() {
        let once = format!("account-mode:{id}:{}", row.key.updated_at.0);
        let notification = Notification::new(
            row.user_id,
            once.clone(),
            &NotificationEvent::AccountMode { key: id, mode },
            now,
        )?;
        notification
            .shown(once, Some(id), LiveEventKind::AccountMode(row.key.name.clone()))?
            .write(&mut tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Disables a key that the exchange rejects, and notifies its owner once.
pub(crate) async fn refused(desk: &Desk, id: ExchangeKeyId) -> Result<()> {
    switch_off(desk, id, |row, now| {
        let once = format!("key-refused:{id}:{}", row.key.updated_at.0);
        let notification =
            Notification::new(row.user_id, once.clone(), &NotificationEvent::KeyRefused { key: id }, now)?;
        notification.shown(once, Some(id), LiveEventKind::KeyRefused(row.key.name.clone()))
    })
    .await
}

/// Disables a key that has lost the right to trade, and notifies its owner once.
async fn lost_trading(desk: &Desk, id: ExchangeKeyId) -> Result<()> {
    switch_off(desk, id, |row, now| {
        let once = format!("key-rights:{id}:{}:{}", RightsChange::TradingLost, row.key.updated_at.0);
        rights::rights_notification(row, once, RightsChange::TradingLost, None, now)
    })
    .await
}

/// Disables a key as rejected by its exchange and writes the owner's notification. Does nothing if that was
/// already done: two instances that find out concurrently have read the same row.
async fn switch_off(
    desk: &Desk,
    id: ExchangeKeyId,
    notification: impl FnOnce(&KeyRow, Micros) -> Result<Notification>,
) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(()) };
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if !store::key::refuse(&mut tx, id, now).await? {
        return Ok(());
    }
    notification(&row, now)?.write(&mut tx).await?;
    Ok(tx.commit().await?)
}
