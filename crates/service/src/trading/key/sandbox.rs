//! Accounts on the embedded exchange: opened, connected and reset with one request each.

use super::{NewKey, connect::create_paper, find_key};
use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::step_up,
    platform::{
        audit,
        throttle::{self, Bucket},
    },
    trading::{Trading, order, sandbox_control::SandboxControl},
};
use domain::{ExchangeId, ExchangeKey, ExchangeKeyId, StrategyType, TradeType, first_day::FirstDayChoice};
use exchange::Credentials;
use zeroize::Zeroizing;

/// Opens a paper account at the sandbox exchange. No key is stored: the caller creates one as with any exchange.
///
/// # Errors
/// Not found if the install has no sandbox; too many accounts in one day; unavailable if the sandbox does not
/// answer.
pub async fn open_sandbox_account(desk: &Trading, actor: &Actor) -> Result<Credentials> {
    let control = control(desk)?;
    throttle::count(desk, &[Bucket::Sandbox(actor.user)]).await?;
    let opened = control.open().await?;
    record_opened(desk, actor, &opened.api_key).await?;
    Ok(opened)
}

/// As [`open_sandbox_account`], for the owner of an RSA or Ed25519 pair. Returns the API key of the pair.
///
/// # Errors
/// As [`open_sandbox_account`]. Field: `publicKey`.
pub async fn open_sandbox_account_for(desk: &Trading, actor: &Actor, public_key: &str) -> Result<String> {
    let control = control(desk)?;
    throttle::count(desk, &[Bucket::Sandbox(actor.user)]).await?;
    let api_key = control.open_for(public_key).await?;
    record_opened(desk, actor, &api_key).await?;
    Ok(api_key)
}

async fn record_opened(desk: &Trading, actor: &Actor, api_key: &str) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    let action = audit::AuditAction::SandboxOpened;
    audit::record(desk, &mut tx, Some(actor.user), action, api_key, actor.from.as_ref()).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens a sandbox account and stores its key as a FUTURES key, traded manually or by strategies, under the first free
/// default name (`Paper 1`, `Paper 2 (automated)`).
///
/// # Errors
/// As [`open_sandbox_account`] and [`super::connect_key`].
pub async fn connect_sandbox(desk: &Trading, actor: &Actor, way: StrategyType) -> Result<ExchangeKey> {
    // Checked first, so that no account is opened without a key being connected to it.
    step_up::require_recent_password(desk, actor).await?;
    let opened = open_sandbox_account(desk, actor).await?;
    let secret = Zeroizing::new(opened.secret().to_owned());
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: way,
        active: true,
        name: String::new(),
        api_key: opened.api_key,
        secret,
        first_day: FirstDayChoice::default(),
    };
    create_paper(desk, actor, new).await
}

/// Restores a sandbox account's initial funds and removes its orders and positions. Returns its key.
///
/// # Errors
/// Not found if the key is not the caller's or not a sandbox key.
pub async fn reset_sandbox(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<ExchangeKey> {
    let row = find_key(desk, actor, id).await?;
    if !row.key.sandbox {
        return Err(Error::NotFound);
    }
    order::forget_key(desk, id).await?;
    control(desk)?.reset(&row.key.api_key).await?;
    let mut tx = desk.db.begin().await?;
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        audit::AuditAction::SandboxReset,
        &id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    desk.hub.request_refresh_of_key(id);
    Ok(row.key)
}

fn control(desk: &Trading) -> Result<&SandboxControl> {
    desk.sandbox.as_ref().ok_or(Error::NotFound)
}
