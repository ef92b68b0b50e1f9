//! Operations on a user's exchange accounts as a whole.

use super::{
    bodies::SandboxAccountBody,
    error::{HandlerResult, Message, PrivateErrors},
    present::{Num, SandboxAccount, TotalBalance},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, text},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State};
use service::{
    SharedDesk,
    trading::{equity, key},
};

/// List Whitelist IP address
///
/// This endpoint retrieves all the proxy server IP addresses that the user exchange API keys should whitelist.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/whitelist/ip",
    operation_id = "listWhitelistAddresses",
    tag = "Account Exchange",
    responses((status = 200, body = Vec<String>, example = json!(super::examples::whitelist())))
)]
pub(super) async fn list_whitelist_addresses(State(desk): State<SharedDesk>, _: Trader) -> Json<Vec<String>> {
    Json(desk.settings.egress_ips.clone())
}

/// Get Exchange Total Balance
///
/// This endpoint retrieves the total sum of active API key balances. The value is in USD and not real-time.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/balance",
    operation_id = "getTotalBalance",
    tag = "Account Exchange",
    responses((status = 200, body = TotalBalance, example = json!(super::examples::total_balance())), PrivateErrors)
)]
pub(super) async fn get_total_balance(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<TotalBalance> {
    let usd = equity::total_usd(&desk, &actor).await?;
    Ok(Json(TotalBalance { usd: Num(usd) }))
}

/// Open Sandbox Account
///
/// Opens a paper account at the sandbox exchange with 10,000 USDT for spot and 10,000 USDT for futures. No exchange key
/// is stored: create one with the returned credentials, as for any exchange. With `publicKey` the API key belongs to
/// your own RSA or Ed25519 pair. Not in the original document.
#[utoipa::path(
    post,
    path = "/v1/priv/account/exchange/sandbox",
    operation_id = "openSandboxAccount",
    tag = "Account Exchange",
    request_body = SandboxAccountBody,
    responses(
        (status = 200, body = SandboxAccount),
        (status = 404, description = "This server does not use a sandbox exchange.", body = Message),
    )
)]
pub(super) async fn open_sandbox_account(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<SandboxAccount> {
    let mut check = Check::new(&request, FieldLocation::Body);
    let public_key = check.optional("publicKey", text(|pem| Ok(pem.to_owned())));
    if let Some(public_key) = check.finish(Some(public_key))? {
        let opened = key::open_sandbox_account_for(&desk, &actor, &public_key).await;
        let api_key = opened.map_err(|error| request.refuse(error))?;
        return Ok(Json(SandboxAccount { api_key, api_secret_key: None }));
    }
    let opened = key::open_sandbox_account(&desk, &actor).await?;
    let api_secret_key = Some(opened.secret().to_owned());
    Ok(Json(SandboxAccount { api_key: opened.api_key, api_secret_key }))
}
