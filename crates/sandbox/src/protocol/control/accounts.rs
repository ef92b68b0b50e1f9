//! Account control: opening and funding accounts, and setting key permissions and modes.

use super::{App, BadRequest, account, apply, bad_request, done, read};
use crate::{
    engine::{ApiSecret, Command, CommandResult, KeyState, NewAccount, Rights},
    protocol::{failure::SandboxFailure, keys::is_public_key, listen::token, shared::ServerState},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::{Decimal, TradeType, money};
use http::header;
use serde::Deserialize;
use serde_json::json;

/// Initial balance of each of the two wallets, in USDT.
const FUNDS: i64 = 10_000;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct OpenAccount {
    withdrawals: bool,
    ip_restricted: bool,
    /// The public key of an RSA or Ed25519 pair, in PEM. Without it the account's key is an HMAC key.
    public_key: Option<String>,
}

/// A key that is about to be created, and the response that shows it.
struct NewKey {
    api_key: String,
    secret: ApiSecret,
    shown: Response,
}

impl NewKey {
    fn new(shared: &ServerState, public_key: Option<String>) -> Result<Self, BadRequest> {
        let api_key = token(shared.entropy.as_ref());
        let (secret, body) = match public_key {
            Some(pem) if is_public_key(&pem) => (pem, json!({ "apiKey": api_key })),
            Some(_) => {
                let why = "publicKey must be an Ed25519 or RSA public key in PEM, RSA of 2048 bits or more";
                return Err(BadRequest(why.into()));
            }
            None => {
                let secret = token(shared.entropy.as_ref());
                let body = json!({ "apiKey": api_key, "apiSecretKey": secret });
                (secret, body)
            }
        };
        let shown = ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response();
        Ok(Self { api_key, secret: ApiSecret(secret), shown })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct AddKey {
    public_key: Option<String>,
}

/// Adds a key to an account. Returns it, and the secret of an HMAC key.
pub(super) async fn add_key(State(shared): App, Path(api_key): Path<String>, body: Bytes) -> Response {
    let request: AddKey = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let account = match account(&shared, &api_key) {
        Ok(account) => account,
        Err(missing) => return missing.into_response(),
    };
    let NewKey { api_key, secret, shown } = match NewKey::new(&shared, request.public_key) {
        Ok(key) => key,
        Err(bad) => return bad.into_response(),
    };
    match apply(&shared, Command::AddKey { account, api_key, secret }).await {
        Ok(()) => shown,
        Err(failure) => failure.into_response(),
    }
}

/// Opens an account. Returns its key, and the secret of an HMAC key.
pub(super) async fn open(State(shared): App, body: Bytes) -> Response {
    let request: OpenAccount = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let NewKey { api_key, secret, shown } = match NewKey::new(&shared, request.public_key) {
        Ok(key) => key,
        Err(bad) => return bad.into_response(),
    };
    let new = NewAccount {
        api_key,
        secret,
        rights: Rights {
            withdrawals: request.withdrawals,
            ip_restricted: request.ip_restricted,
            ..Rights::default()
        },
        spot_funds: Decimal::from(FUNDS),
        futures_funds: Decimal::from(FUNDS),
    };
    match apply(&shared, Command::OpenAccount(new)).await {
        Ok(()) => shown,
        Err(failure) => failure.into_response(),
    }
}

/// Cancels orders, closes positions and restores the initial funds.
pub(super) async fn reset(State(shared): App, Path(api_key): Path<String>) -> Response {
    match account(&shared, &api_key) {
        Ok(account) => done(apply(&shared, Command::ResetAccount { account }).await),
        Err(missing) => missing.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Funds {
    wallet: TradeType,
    amount: String,
    reference: String,
}

/// Deposits funds from outside or withdraws them; `moved` is whether the account had them. Funds move once
/// per reference, so a caller that does not know the outcome can retry.
pub(super) async fn fund(State(shared): App, Path(api_key): Path<String>, body: Bytes) -> Response {
    let request: Funds = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let Ok(amount) = money::parse(&request.amount) else { return bad_request("amount is no decimal number") };
    if request.reference.is_empty() || request.reference.len() > 64 {
        return bad_request("reference must have from 1 to 64 characters");
    }
    let account = match account(&shared, &api_key) {
        Ok(account) => account,
        Err(missing) => return missing.into_response(),
    };
    let Funds { wallet, reference, .. } = request;
    let funded = async {
        let (answer, record) = shared.exchange.apply(Command::Fund { account, wallet, amount, reference })?;
        shared.exchange.durable(record).await?;
        Ok::<_, SandboxFailure>(matches!(answer, CommandResult::Funded(true)))
    };
    match funded.await {
        Ok(moved) => Json(json!({ "moved": moved })).into_response(),
        Err(failure) => failure.into_response(),
    }
}

#[derive(Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct RightsRequest {
    /// Whether the key may trade; it may read in any case.
    trading: Option<bool>,
    /// Whether its owner deleted the key.
    deleted: Option<bool>,
    /// Whether the key may withdraw.
    withdrawals: Option<bool>,
    /// Whether the key is restricted to certain IP addresses.
    ip_restricted: Option<bool>,
    /// When the trading permission ends, in milliseconds since the Unix epoch; 0 for never.
    trading_ends: Option<i64>,
}

/// Changes an API key's permissions; omitted ones stay. Without trading the key may still read; deleted, it
/// is useless.
pub(super) async fn rights(State(shared): App, Path(api_key): Path<String>, body: Bytes) -> Response {
    let request: RightsRequest = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    if request == RightsRequest::default() {
        return bad_request("at least one right must be given");
    }
    let account = match account(&shared, &api_key) {
        Ok(account) => account,
        Err(missing) => return missing.into_response(),
    };
    let rights = match shared.exchange.read(|engine| engine.account(account).map(|a| a.rights)) {
        Ok(rights) => rights.unwrap_or_default(),
        Err(refused) => return SandboxFailure::from(refused).into_response(),
    };
    let state = match (request.deleted, request.trading) {
        (Some(true), _) => KeyState::Deleted,
        (_, Some(false)) => KeyState::ReadOnly,
        (Some(false), _) | (_, Some(true)) => KeyState::Active,
        (None, None) => rights.state,
    };
    let rights = Rights {
        state,
        withdrawals: request.withdrawals.unwrap_or(rights.withdrawals),
        ip_restricted: request.ip_restricted.unwrap_or(rights.ip_restricted),
        trading_ends: request.trading_ends.map_or(rights.trading_ends, |at| Some(at).filter(|at| *at > 0)),
    };
    done(apply(&shared, Command::SetRights { account, rights }).await)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ModesRequest {
    dual_side_position: Option<bool>,
    multi_assets_margin: Option<bool>,
    /// Skip the exchange's own checks.
    force: bool,
}

/// Sets hedge mode and multi-assets mode, as an account's owner does on Binance's website.
pub(super) async fn modes(State(shared): App, Path(api_key): Path<String>, body: Bytes) -> Response {
    let request: ModesRequest = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let account = match account(&shared, &api_key) {
        Ok(account) => account,
        Err(missing) => return missing.into_response(),
    };
    let ModesRequest { dual_side_position: dual, multi_assets_margin: multi_assets, force: forced } = request;
    done(apply(&shared, Command::SetModes { account, dual, multi_assets, forced }).await)
}
