//! The state of a key at the exchange: its status, its permissions and the mode of its account.

use super::SealedSecret;
use crate::{Result, Tx};
use domain::{AccountMode, ApiKeyStatus, ExchangeKeyId, Micros};

/// Records the result of a request with a key, and enables or disables the key; returns whether it exists.
pub async fn set_status(
    tx: &mut Tx,
    id: ExchangeKeyId,
    status: ApiKeyStatus,
    active: bool,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update exchange_keys set status = $2, active = $3, updated_at = $4 where id = $1",
        id,
        status,
        active,
        at
    )?;
    Ok(rows == 1)
}

/// Disables a key whose credentials, with this sealed secret, the exchange rejected. Returns `false` if that was
/// already known, or if the key was given other credentials meanwhile or was deleted; of several concurrent calls,
/// one returns `true`.
pub async fn disable_rejected(
    tx: &mut Tx,
    id: ExchangeKeyId,
    sealed: &SealedSecret,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update exchange_keys set status = 'UNAUTHORIZED', active = false, updated_at = $2 \
         where id = $1 and sealed_secret = $3 and status <> 'UNAUTHORIZED'",
        id,
        at,
        sealed.secret.as_slice()
    )?;
    Ok(rows == 1)
}

/// Records whether the exchange could be reached with a key that it accepts; a key that was rejected or disabled
/// meanwhile is left unchanged.
pub async fn set_reached(tx: &mut Tx, id: ExchangeKeyId, status: ApiKeyStatus, at: Micros) -> Result<()> {
    exec!(
        tx,
        "update exchange_keys set status = $2, updated_at = $3 \
         where id = $1 and active = true and status <> $2 and status <> 'UNAUTHORIZED'",
        id,
        status,
        at
    )?;
    Ok(())
}

/// Records the mode of a key's account; returns whether it is new.
pub async fn set_account_mode(tx: &mut Tx, id: ExchangeKeyId, mode: AccountMode, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update exchange_keys set account_mode = $2, updated_at = $3 where id = $1 and account_mode <> $2",
        id,
        mode,
        at
    )?;
    Ok(rows == 1)
}

/// Records the permissions of a key; returns whether they have changed.
pub async fn set_rights(
    tx: &mut Tx,
    id: ExchangeKeyId,
    ip_restricted: bool,
    may_withdraw: bool,
    expires_at: Option<Micros>,
    at: Micros,
) -> Result<bool> {
    let rows = exec!(
        tx,
        "update exchange_keys set ip_restricted = $2, may_withdraw = $3, expires_at = $4, updated_at = $5 \
         where id = $1 and (ip_restricted <> $2 or may_withdraw <> $3 \
           or coalesce(expires_at, 0) <> coalesce($4, 0))",
        id,
        ip_restricted,
        may_withdraw,
        expires_at,
        at
    )?;
    Ok(rows == 1)
}
