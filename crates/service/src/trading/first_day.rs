//! First-day limits of exchange keys that are connected in live mode: orders up to a value, on one market. Manual
//! orders (`order::checks`) and copies ([`domain::copy::eligibility`]) respect them; nothing that closes or protects does.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::step_up,
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction},
        settings::Mode,
    },
    trading::{Trading, equity, key},
};
use domain::{
    Decimal, ExchangeKey, ExchangeKeyId, Symbol, UserId,
    account::Credential,
    first_day::{FirstDayChoice, FirstDayLimits},
};
use std::collections::HashMap;
use store::Tx;

/// Returns the limits that apply to one of the caller's keys now; `None` if there are none.
///
/// # Errors
/// Not found.
pub async fn get_limits(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<Option<FirstDayLimits>> {
    key::find_key(desk, actor, id).await?;
    active_limits(desk, id).await
}

/// Returns the limits that apply to the caller's keys now, by key.
///
/// # Errors
/// If the database cannot be queried.
pub async fn list_limits(desk: &Trading, actor: &Actor) -> Result<HashMap<ExchangeKeyId, FirstDayLimits>> {
    active_of_user(desk, actor.user).await
}

/// Ends the limits of a key and returns the key. Its owner is notified.
///
/// # Errors
/// Not found, also if no limits apply to the key; [`Error::StepUp`].
pub async fn end_limits(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<ExchangeKey> {
    let row = key::find_key(desk, actor, id).await?;
    if active_limits(desk, id).await?.is_none() {
        return Err(Error::NotFound);
    }
    step_up::require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if !store::first_day::end_limits(&mut tx, id, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    let subject = id.to_string();
    let (user, action) = (Some(actor.user), AuditAction::FirstDayEnded);
    audit::record(desk, &mut tx, user, action, &subject, actor.from.as_ref()).await?;
    let about = (subject.as_str(), row.key.name.as_str());
    announce_credential(desk, &mut tx, actor.user, Credential::FirstDayEnded, about).await?;
    tx.commit().await?;
    Ok(row.key)
}

/// Returns the highest value of one order in USD that the limits of a newly connected key would allow; `None` if new
/// keys get no limits on this install.
#[must_use]
pub fn cap_for_new_keys(desk: &Trading) -> Option<Decimal> {
    desk.settings.first_day_cap_usd.filter(|_| desk.settings.mode == Mode::Live)
}

/// Adds the limits of a new key in the transaction that connects it; does nothing if this install sets none.
pub(super) async fn begin_limits(
    desk: &Trading,
    tx: &mut Tx,
    key: &ExchangeKey,
    choice: &FirstDayChoice,
) -> Result<()> {
    let Some(cap) = cap_for_new_keys(desk) else { return Ok(()) };
    let limits = FirstDayLimits::new(cap, choice.clone(), key.created_at);
    Ok(store::first_day::insert_limits(tx, key.id, &limits).await?)
}

/// Returns the limits that apply to a key now; `None` if there are none.
pub(crate) async fn active_limits(desk: &Trading, key: ExchangeKeyId) -> Result<Option<FirstDayLimits>> {
    if desk.settings.mode != Mode::Live {
        return Ok(None);
    }
    let limits = store::first_day::get_limits(&desk.db, key).await?;
    Ok(limits.filter(|limits| limits.is_active(desk.clock.now())))
}

/// Returns the limits that apply to a user's keys now, by key.
pub(crate) async fn active_of_user(
    desk: &Trading,
    user: UserId,
) -> Result<HashMap<ExchangeKeyId, FirstDayLimits>> {
    if desk.settings.mode != Mode::Live {
        return Ok(HashMap::new());
    }
    let (all, now) = (store::first_day::list_by_user(&desk.db, user).await?, desk.clock.now());
    Ok(all.into_iter().filter(|(_, limits)| limits.is_active(now)).collect())
}

/// Makes a market the one that a key's limits allow, right before its first order. Returns whether entries on it are
/// allowed: another order may have been first.
pub(crate) async fn claim_market(
    desk: &Trading,
    key: ExchangeKeyId,
    limits: &FirstDayLimits,
    market: &Symbol,
) -> Result<bool> {
    if limits.market.is_some() {
        return Ok(limits.allows_market(market));
    }
    let mut tx = desk.db.begin().await?;
    let claimed = store::first_day::claim_market(&mut tx, key, market).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Converts an entry's value from the quote asset to USD. A value that is too large for a decimal (`None`), or in an
/// asset without a price, counts as the largest one, because it cannot be compared with the cap.
///
/// # Errors
/// If the price cannot be fetched.
pub(crate) async fn in_usd(desk: &Trading, value: Option<Decimal>, quote: &str) -> Result<Decimal> {
    let price = equity::price_usd(desk, quote).await?;
    let usd = value.filter(|_| !price.is_zero()).and_then(|value| value.checked_mul(price));
    Ok(usd.unwrap_or(Decimal::MAX))
}
