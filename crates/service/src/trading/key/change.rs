//! Changing and deleting a key.

use super::{account_mode, connect, credentials, disable_if_unauthorized, find_key, rights::mode_fits, seal};
use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::step_up,
    messaging::notify::{Notification, NotificationEvent, announce_credential},
    platform::audit,
    trading::{Trading, order},
};
use domain::{
    ApiKeyStatus, ExchangeKey, ExchangeKeyId, Micros, Order, Position, Refusal, Symbol, TradeType,
    account::Credential,
    validation::{self, FieldProblem, Problem},
};
use exchange::Credentials;
use std::collections::BTreeSet;
use store::{
    Tx,
    key::{KeyRow, KeyUpdate},
};
use zeroize::Zeroizing;

/// Changes to a key. Fields that are `None` stay as they are.
#[derive(Default)]
pub struct KeyChange {
    /// A new name.
    pub name: Option<String>,
    /// Enables or disables the key. Enabling it queries the exchange first.
    pub active: Option<bool>,
    /// New key and secret of the same account.
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// Whether the account is also traded outside Slipstream, so that fills of other programs are not
    /// reported.
    pub traded_elsewhere: Option<bool>,
}

impl KeyChange {
    const fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.active.is_none()
            && self.credentials.is_none()
            && self.traded_elsewhere.is_none()
    }
}

/// Changes a key. An empty change writes nothing.
///
/// # Errors
/// Fields; not found; 1103 if the exchange rejects the credentials; 1109; [`Error::StepUp`] for new
/// credentials and for enabling the key.
pub async fn update_key(
    desk: &Trading,
    actor: &Actor,
    id: ExchangeKeyId,
    change: KeyChange,
) -> Result<ExchangeKey> {
    let change = checked(change)?;
    let mut row = find_key(desk, actor, id).await?;
    if change.is_empty() {
        return Ok(row.key);
    }
    let named = change.name.is_some();
    if let Some(name) = change.name {
        row.key.name = name;
    }
    if let Some(elsewhere) = change.traded_elsewhere {
        row.key.traded_elsewhere = elsewhere;
    }
    let renewed = change.credentials.is_some();
    // A new name grants no access, and disabling a key must not wait for anything.
    if renewed || change.active == Some(true) {
        step_up::require_recent_password(desk, actor).await?;
    }
    if let Some((api_key, secret)) = change.credentials {
        renew(desk, &mut row, api_key, &secret).await?;
    }
    match change.active {
        Some(true) if !renewed => reactivate(desk, &mut row).await?,
        Some(false) => row.key.active = false,
        _ => {}
    }
    row.key.updated_at = desk.clock.now();
    let (key, verified) = (&row.key, renewed || change.active == Some(true));
    // Only what this change is about: another request, or the exchange's answer to one, may have changed the rest since
    // the row was read.
    let update = KeyUpdate {
        name: named.then_some(key.name.as_str()),
        active: (renewed || change.active.is_some()).then_some(key.active),
        status: verified.then_some(key.status),
        ip_restricted: verified.then_some(key.ip_restricted),
        account_mode: verified.then_some(key.account_mode),
        may_withdraw: verified.then_some(key.may_withdraw),
        traded_elsewhere: change.traded_elsewhere,
        credentials: renewed.then_some((key.api_key.as_str(), &row.sealed)),
    };
    save(desk, actor, key, &update).await?;
    Ok(row.key)
}

/// Orders and positions that would stay open at the exchange if the key were deleted.
#[derive(Clone, Debug, Default)]
pub struct KeyUse {
    /// Whether the exchange could be queried.
    pub known: bool,
    /// Open positions.
    pub positions: Vec<Position>,
    /// Open orders.
    pub orders: Vec<Order>,
}

/// Returns the open orders and positions of a key, shown before it is deleted.
///
/// # Errors
/// Not found. An exchange that cannot be queried is reported in [`KeyUse::known`].
pub async fn delete_check(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<KeyUse> {
    let row = find_key(desk, actor, id).await?;
    let who = credentials(desk, &row)?;
    let orders = desk.exchange.open_orders(&who, row.key.trade_type, None).await;
    let positions = match row.key.trade_type {
        TradeType::Futures => desk.exchange.positions(&who, None).await,
        TradeType::Spot => Ok(Vec::new()),
    };
    Ok(match (orders, positions) {
        (Ok(orders), Ok(positions)) => KeyUse { known: true, positions, orders },
        _ => KeyUse::default(),
    })
}

/// Deletes a key and returns it. Orders and positions at the exchange stay open, and the positions' stops are
/// no longer supervised: the owner is notified of that if there are any. `panic::close_and_delete_key` closes
/// them first.
///
/// # Errors
/// Not found; [`Error::StepUp`].
pub async fn delete_key(desk: &Trading, actor: &Actor, id: ExchangeKeyId) -> Result<ExchangeKey> {
    let row = find_key(desk, actor, id).await?;
    step_up::require_recent_password(desk, actor).await?;
    order::forget_key(desk, row.key.id).await?;
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if let Some(notification) = left_open(&mut tx, &row, desk.clock.now()).await? {
        notification.write(&mut tx).await?;
    }
    store::copy::forget_key(&mut tx, row.key.id, desk.clock.now()).await?;
    store::trade::forget_key(&mut tx, row.key.id, desk.clock.now()).await?;
    if !store::key::delete_key(&mut tx, actor.user, id).await? {
        return Err(Error::NotFound);
    }
    let subject = id.to_string();
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        audit::AuditAction::KeyDeleted,
        &subject,
        actor.from.as_ref(),
    )
    .await?;
    let about = (subject.as_str(), row.key.name.as_str());
    announce_credential(desk, &mut tx, actor.user, Credential::KeyDeleted, about).await?;
    tx.commit().await?;
    Ok(row.key)
}

/// Returns the notification for the owner of a deleted key whose supervised positions stay open; `None` if
/// there are none.
async fn left_open(tx: &mut Tx, row: &KeyRow, now: Micros) -> Result<Option<Notification>> {
    let id = row.key.id;
    let open = store::protection::of_key(&mut *tx, id).await?;
    let symbols: BTreeSet<Symbol> = open
        .into_iter()
        .filter(|row| row.entered_at.is_some() && row.ended_at.is_none())
        .map(|row| row.symbol)
        .collect();
    if symbols.is_empty() {
        return Ok(None);
    }
    let event =
        NotificationEvent::LeftOpen { name: row.key.name.clone(), symbols: symbols.into_iter().collect() };
    Notification::new(row.user_id, format!("left-open:{id}"), &event, now).map(Some)
}

fn checked(change: KeyChange) -> Result<KeyChange> {
    let mut problems = Vec::new();
    let mut take = |field: &str, value: std::result::Result<String, Problem>| match value {
        Ok(value) => value,
        Err(problem) => {
            problems.push(FieldProblem::new(field, problem));
            String::new()
        }
    };
    let name = change.name.map(|name| take("name", validation::key_name(&name)));
    let credentials = change.credentials.map(|(api_key, secret)| {
        let api_key = take("apiKey", validation::credential(&api_key));
        (api_key, Zeroizing::new(take("apiSecretKey", validation::secret(&secret))))
    });
    if problems.is_empty() {
        Ok(KeyChange { name, credentials, ..change })
    } else {
        Err(Error::Fields(problems))
    }
}

/// Replaces a key's credentials after verifying the new ones at the exchange.
async fn renew(desk: &Trading, row: &mut KeyRow, api_key: String, secret: &str) -> Result<()> {
    let who = Credentials::new(api_key.clone(), secret);
    let (rights, mode) = connect::verify_key(desk, &who, row.key.trade_type).await?;
    row.key.api_key = api_key;
    row.key.ip_restricted = rights.ip_restricted;
    row.key.account_mode = mode;
    row.key.may_withdraw = false;
    row.key.status = ApiKeyStatus::Authorized;
    row.key.active = true;
    row.sealed = seal(desk, row.key.id, row.user_id, secret)?;
    Ok(())
}

/// Enables a key, if the exchange accepts it.
async fn reactivate(desk: &Trading, row: &mut KeyRow) -> Result<()> {
    let who = credentials(desk, row)?;
    let answer = desk.exchange.key_rights(&who).await;
    let rights = connect::fit(
        desk,
        disable_if_unauthorized(desk, row.key.id, &who, answer).await?,
        row.key.trade_type,
    )?;
    let answer = account_mode(desk, &who, row.key.trade_type, &rights).await;
    let mode = disable_if_unauthorized(desk, row.key.id, &who, answer).await?;
    mode_fits(mode)?;
    row.key.account_mode = mode;
    row.key.may_withdraw = false;
    row.key.active = true;
    row.key.status = ApiKeyStatus::Authorized;
    row.key.ip_restricted = rights.ip_restricted;
    Ok(())
}

async fn save(desk: &Trading, actor: &Actor, key: &ExchangeKey, update: &KeyUpdate<'_>) -> Result<()> {
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    match store::key::update_key(&mut tx, actor.user, key.id, update, key.updated_at).await {
        Ok(true) => {}
        Ok(false) => return Err(Error::NotFound),
        Err(error) if error.is_unique() => return Err(Refusal::KeyExists.into()),
        Err(error) => return Err(error.into()),
    }
    let subject = key.id.to_string();
    audit::record(
        desk,
        &mut tx,
        Some(actor.user),
        audit::AuditAction::KeyChanged,
        &subject,
        actor.from.as_ref(),
    )
    .await?;
    if update.credentials.is_some() {
        let about = (subject.as_str(), key.name.as_str());
        announce_credential(desk, &mut tx, actor.user, Credential::KeyRenewed, about).await?;
    }
    Ok(tx.commit().await?)
}
