//! Accounts on the embedded exchange: opened, connected and reset with one request each.

use super::{NewKey, create, find};
use crate::{
    Actor, Desk, Error, Result, audit, order,
    sandbox_control::SandboxControl,
    step_up,
    throttle::{self, Bucket},
};
use domain::{ExchangeId, ExchangeKey, ExchangeKeyId, StrategyType, TradeType};
use exchange::Credentials;
use zeroize::Zeroizing;

/// The name of a key that was connected with one click; a person may change it.
const fn name(way: StrategyType) -> &'static str {
    match way {
        StrategyType::Manual => "Paper account",
        StrategyType::Automated => "Paper account, automated",
    }
}

/// Opens a sandbox trading account with play money. No key is stored: the caller creates one as with any exchange.
///
/// # Errors
/// Not found on an install without a sandbox; too many on one day; unavailable when it does not answer.
pub async fn open_sandbox_account(desk: &Desk, actor: &Actor) -> Result<Credentials> {
    let control = control(desk)?;
    throttle::count(desk, &[Bucket::Sandbox(actor.user)]).await?;
    let opened = control.open().await?;
    let mut tx = desk.db.begin().await?;
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        audit::Deed::SandboxOpened,
        &opened.api_key,
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    Ok(opened)
}

/// Opens a sandbox account and stores its key as a FUTURES key, traded by hand or by strategies.
///
/// # Errors
/// As [`open_sandbox_account`] and [`create`].
pub async fn connect_sandbox(desk: &Desk, actor: &Actor, way: StrategyType) -> Result<ExchangeKey> {
    // Before an account is opened that no key would be connected for.
    step_up::must(desk, actor).await?;
    let opened = open_sandbox_account(desk, actor).await?;
    let secret = Zeroizing::new(opened.secret().to_owned());
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: way,
        active: true,
        name: name(way).to_owned(),
        api_key: opened.api_key,
        secret,
    };
    create(desk, actor, new).await
}

/// Gives a sandbox account its first funds back; its orders and positions are gone.
///
/// # Errors
/// Not found when the key is not the caller's, or no sandbox account.
pub async fn reset_sandbox(desk: &Desk, actor: &Actor, id: ExchangeKeyId) -> Result<()> {
    let row = find(desk, actor, id).await?;
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
        audit::Deed::SandboxReset,
        &id.to_string(),
        actor.from.as_ref(),
    )
    .await?;
    tx.commit().await?;
    desk.hub.nudge_key(id);
    Ok(())
}

fn control(desk: &Desk) -> Result<&SandboxControl> {
    desk.sandbox.as_ref().ok_or(Error::NotFound)
}
