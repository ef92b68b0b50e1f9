//! The key guardian: compares the rights that the exchange reports for a key with the known ones, and
//! notifies the owner of every relevant change. A key that gains the right to withdraw takes no entries; the
//! stops of its positions stay supervised.

use crate::{
    error::{Error, Result},
    messaging::notify::{Notification, NotificationEvent},
    trading::Trading,
};
use domain::{
    AccountMode, ExchangeKey, Micros,
    live::{LiveEventKind, RightsChange},
    time::DAY,
    validation::Problem,
};
use exchange::KeyRights;
use store::{Tx, key::KeyRow};

/// The owner is notified this long before the exchange ends a key's right to trade.
const EXPIRY_NOTICE: i64 = 14 * DAY;

/// Checks that a key's account is in a supported mode.
///
/// # Errors
/// A field problem that names the account's mode and what to change.
pub(super) fn mode_fits(mode: AccountMode) -> Result<()> {
    mode.problem().map_or(Ok(()), |problem| Err(Error::field("apiKey", problem)))
}

/// Checks that a key may open positions, as far as its account and its rights allow.
///
/// # Errors
/// A field problem that names the obstacle and what to change at the exchange.
pub(crate) fn fit_for_entries(key: &ExchangeKey) -> Result<()> {
    if key.may_withdraw {
        return Err(Error::field("apiKey", Problem::KeyMayWithdraw));
    }
    mode_fits(key.account_mode)
}

/// Returns the relevant differences between the known rights of a key and the reported ones.
fn changes(known: &ExchangeKey, rights: &KeyRights) -> Vec<RightsChange> {
    let mut changes = Vec::new();
    match (known.may_withdraw, rights.withdraw) {
        (false, true) => changes.push(RightsChange::WithdrawGained),
        (true, false) => changes.push(RightsChange::WithdrawLost),
        _ => {}
    }
    if known.ip_restricted && !rights.ip_restricted {
        changes.push(RightsChange::AnyAddress);
    }
    changes
}

/// Records the rights that a check has found, and notifies the owner of changes.
pub(super) async fn record_rights(
    desk: &Trading,
    tx: &mut Tx,
    row: &KeyRow,
    rights: &KeyRights,
    now: Micros,
) -> Result<()> {
    let id = row.key.id;
    let (restricted, withdraw, ends) = (rights.ip_restricted, rights.withdraw, rights.expires_at);
    // Of two instances that find out concurrently, only one writes.
    if store::key::set_rights(tx, id, restricted, withdraw, ends, now).await? {
        for change in changes(&row.key, rights) {
            let once = format!("key-rights:{id}:{change}:{}", row.key.updated_at.0);
            rights_notification(row, once, change, None, now)?.write(tx).await?;
        }
    }
    if let Some(at) = ends.filter(|at| at.since(now) < EXPIRY_NOTICE && *at > now) {
        let once = format!("key-rights:{id}:{}:{}", RightsChange::ExpiresSoon, at.0);
        rights_notification(row, once, RightsChange::ExpiresSoon, Some(at), now)?.write(tx).await?;
    }
    tracing::debug!(key = %id, instance = %desk.instance, "checked the permissions of an exchange key");
    Ok(())
}

/// The notification of a rights change. `once` is its idempotency key.
pub(super) fn rights_notification(
    row: &KeyRow,
    once: String,
    change: RightsChange,
    at: Option<Micros>,
    now: Micros,
) -> Result<Notification> {
    let event = NotificationEvent::KeyRights { key: row.key.id, change, at };
    let what = LiveEventKind::KeyRights(row.key.name.clone(), change);
    Notification::new(row.user_id, once.clone(), &event, now)?.shown(once, Some(row.key.id), what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountMode, ApiKeyStatus, ExchangeId, ExchangeKeyId, StrategyType, TradeType};

    fn known(may_withdraw: bool, ip_restricted: bool) -> ExchangeKey {
        ExchangeKey {
            id: ExchangeKeyId(uuid::Uuid::nil()),
            exchange_id: ExchangeId::Binance,
            trade_type: TradeType::Futures,
            strategy_type: StrategyType::Manual,
            active: true,
            name: "Main".into(),
            api_key: "k".into(),
            status: ApiKeyStatus::Authorized,
            sandbox: false,
            ip_restricted,
            account_mode: AccountMode::OneWay,
            may_withdraw,
            expires_at: None,
            traded_elsewhere: false,
            created_at: Micros(0),
            updated_at: Micros(0),
        }
    }

    fn found(withdraw: bool, ip_restricted: bool) -> KeyRights {
        KeyRights {
            withdraw,
            futures: true,
            spot: true,
            ip_restricted,
            portfolio_margin: false,
            expires_at: None,
        }
    }

    #[test]
    fn only_changes_are_notified() {
        assert_eq!(changes(&known(false, true), &found(false, true)), []);
        assert_eq!(changes(&known(false, false), &found(false, false)), []);
        assert_eq!(changes(&known(false, true), &found(true, true)), [RightsChange::WithdrawGained]);
        assert_eq!(changes(&known(true, true), &found(true, true)), [], "it was reported before");
        assert_eq!(changes(&known(true, true), &found(false, true)), [RightsChange::WithdrawLost]);
        assert_eq!(changes(&known(false, true), &found(false, false)), [RightsChange::AnyAddress]);
        assert_eq!(changes(&known(false, false), &found(false, true)), [], "that is for the better");
    }

    #[test]
    fn a_key_that_may_withdraw_is_not_fit_for_entries() {
        assert!(fit_for_entries(&known(false, true)).is_ok());
        let Err(Error::Fields(problems)) = fit_for_entries(&known(true, true)) else { panic!("it is fit") };
        assert_eq!(problems[0].problem, Problem::KeyMayWithdraw);
    }
}
