//! Exchange keys: a user's credentials at an exchange.

mod change;
mod check;
mod connect;
mod rights;
mod sandbox;

pub use change::{KeyChange, KeyUse, delete_check, delete_key, update_key};
pub use check::{CHECK_ROUND_S, check_due};
pub use connect::{NewKey, connect_key, create_together};
pub(crate) use rights::fit_for_entries;
pub use sandbox::{connect_sandbox, open_sandbox_account, open_sandbox_account_for, reset_sandbox};

use crate::{
    actor::Actor,
    error::{Error, Result},
    messaging::notify::{Notification, NotificationEvent, RefusedCredentials},
    platform::secrets::Sealed,
    trading::Trading,
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
pub async fn list_keys(desk: &Trading, actor: &Actor) -> Result<Vec<ExchangeKey>> {
    Ok(store::key::list_by_user(&desk.db, actor.user).await?)
}

/// Returns the balances of a key's account.
///
/// # Errors
/// Not found; 1103.
pub async fn get_balance(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<Balance> {
    let row = find_key(desk, actor, id).await?;
    let who = credentials(desk, &row)?;
    let answer = desk.exchange.balance(&who, row.key.trade_type).await;
    disable_if_unauthorized(desk, id, &who, answer).await
}

/// Returns one of the caller's own keys. Another user's key is reported as not found.
pub(crate) async fn find_key(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<KeyRow> {
    store::key::get_key(&desk.db, actor.user, id).await?.ok_or(Error::NotFound)
}

/// Decrypts a key's secret.
pub(crate) fn credentials(desk: &Trading, row: &KeyRow) -> Result<Credentials> {
    let SealedSecret { secret, data_key, master_key_id, version } = row.sealed.clone();
    let version = i32::try_from(version).map_err(Error::fault)?;
    let sealed = Sealed { secret, data_key, master_key_id, version };
    let secret = desk.sealer.open(TABLE, row.key.id.0, row.user_id.0, &sealed)?;
    let secret =
        std::str::from_utf8(&secret).map_err(|_| Error::fault("a decrypted secret is not valid text"))?;
    Ok(Credentials::new(row.key.api_key.clone(), secret))
}

/// Encrypts a secret for a key's row.
fn seal(desk: &Trading, id: ExchangeKeyId, owner: UserId, secret: &str) -> Result<SealedSecret> {
    let Sealed { secret, data_key, master_key_id, version } =
        desk.sealer.seal(TABLE, id.0, owner.0, secret.as_bytes())?;
    Ok(SealedSecret { secret, data_key, master_key_id, version: i64::from(version) })
}

/// Returns the exchange's answer to a request signed with the credentials `who`. On `Unauthorized`, disables the
/// key and notifies its owner, unless the key has other credentials by now.
pub(crate) async fn disable_if_unauthorized<T>(
    desk: &Trading,
    id: ExchangeKeyId,
    who: &Credentials,
    answer: ExchangeResult<T>,
) -> Result<T> {
    if matches!(answer, Err(ExchangeFailure::Unauthorized)) {
        disable_rejected(desk, id, who).await?;
    }
    Ok(answer?)
}

/// Returns the mode of a key's account. `rights` is what the exchange has just reported about the key.
pub(crate) async fn account_mode(
    desk: &Trading,
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

/// Reads the mode of a key's account again, because an order was rejected for it, and records it. `who` are the
/// credentials with which the order was signed.
pub(crate) async fn read_mode_again(desk: &Trading, id: ExchangeKeyId, who: &Credentials) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(()) };
    let mode = desk.exchange.account_mode(who).await?;
    note_mode(desk, &row, mode).await
}

/// Records the mode of a key's account. Notifies its owner once if the mode is not supported.
pub(crate) async fn note_mode(desk: &Trading, row: &KeyRow, mode: AccountMode) -> Result<()> {
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

/// Disables a key whose credentials the exchange rejects, and notifies its owner once, naming them. Does nothing
/// if the key has other credentials by now: the owner may renew them while requests are on their way.
pub(crate) async fn disable_rejected(desk: &Trading, id: ExchangeKeyId, who: &Credentials) -> Result<()> {
    switch_off(desk, id, who, |row, now| {
        let once = format!("key-refused:{id}:{}", row.key.updated_at.0);
        let credentials =
            RefusedCredentials { exchange: row.key.exchange_id, api_key: abbreviated(&who.api_key) };
        let event = NotificationEvent::KeyRefused { key: id, credentials: Some(credentials) };
        let notification = Notification::new(row.user_id, once.clone(), &event, now)?;
        notification.shown(once, Some(id), LiveEventKind::KeyRefused(row.key.name.clone()))
    })
    .await
}

/// Disables a key that has lost the right to trade, and notifies its owner once.
async fn lost_trading(desk: &Trading, id: ExchangeKeyId, who: &Credentials) -> Result<()> {
    switch_off(desk, id, who, |row, now| {
        let once = format!("key-rights:{id}:{}:{}", RightsChange::TradingLost, row.key.updated_at.0);
        rights::rights_notification(row, once, RightsChange::TradingLost, None, now)
    })
    .await
}

/// Shortens an API key to the parts by which its owner recognizes it.
fn abbreviated(api_key: &str) -> String {
    const SHOWN: usize = 6;
    let length = api_key.chars().count();
    if length <= 3 * SHOWN {
        return api_key.to_owned();
    }
    let head: String = api_key.chars().take(SHOWN).collect();
    let tail: String = api_key.chars().skip(length - SHOWN).collect();
    format!("{head}…{tail}")
}

/// Disables a key as rejected by its exchange and writes the owner's notification. Does nothing if the key has
/// other credentials than `who` by now, or if that was already done: two instances that find out concurrently
/// have read the same row.
async fn switch_off(
    desk: &Trading,
    id: ExchangeKeyId,
    who: &Credentials,
    notification: impl FnOnce(&KeyRow, Micros) -> Result<Notification>,
) -> Result<()> {
    let Some(row) = store::key::get_any(&desk.db, id).await? else { return Ok(()) };
    if credentials(desk, &row)? != *who {
        return Ok(());
    }
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    if !store::key::disable_rejected(&mut tx, id, &row.sealed, now).await? {
        return Ok(());
    }
    notification(&row, now)?.write(&mut tx).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_is_recognizable_and_not_complete() {
        let whole = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
        assert_eq!(abbreviated(whole), "vmPUZE…duEh8A");
        assert_eq!(abbreviated("short"), "short");
    }
}
