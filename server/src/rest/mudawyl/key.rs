//! Exchange keys.

use super::{
    bodies::{KeyBody, KeyChangeBody},
    error::{EmptyResult, HandlerResult, MudawylFailure, PrivateErrors, StepUpDue},
    present::{Assets, Key, Keys},
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, flag, symbol, text, word},
};
use crate::rest::auth::Trader;
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    ExchangeId, ExchangeKeyId, StrategyType, TradeType,
    first_day::FirstDayChoice,
    validation::{self, Problem},
};
use service::{
    SharedDesk,
    following::panic,
    trading::key::{self, KeyChange, NewKey},
};
use zeroize::Zeroizing;

/// List Exchange Keys
///
/// Returns the user's exchange keys, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/key/list",
    operation_id = "listKeys",
    tag = "Account Exchange Key",
    responses((status = 200, body = Keys, example = json!(super::examples::keys())))
)]
pub(super) async fn list_keys(State(desk): State<SharedDesk>, Trader(actor): Trader) -> HandlerResult<Keys> {
    Ok(Json(Keys::from(key::list_keys(&desk, &actor).await?)))
}

/// Create Exchange Key
///
/// Connects an exchange key. The credentials are checked at the exchange; a key that can withdraw funds is rejected. In live
/// mode the key gets first-day limits; `firstDaySymbol` and `firstDayEnds`, which are not in the original document, choose
/// their market and whether they end by themselves.
#[utoipa::path(
    post,
    path = "/v1/priv/account/exchange/key",
    operation_id = "createKey",
    tag = "Account Exchange Key",
    request_body = KeyBody,
    responses((status = 200, body = Key, example = json!(super::examples::key())), PrivateErrors, StepUpDue)
)]
pub(super) async fn create_key(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Key> {
    let new = new_key(&request)?;
    let created = key::connect_key(&desk, &actor, new).await.map_err(|error| request.refuse(error))?;
    Ok(Json(Key::from(created)))
}

/// Update Exchange Key
///
/// Renames an exchange key. Besides the original document's `name` it accepts `active`, and `apiKey` together with
/// `apiSecretKey`.
#[utoipa::path(
    put,
    path = "/v1/priv/account/exchange/key/{id}",
    operation_id = "updateKey",
    tag = "Account Exchange Key",
    params(("id" = String, Path, description = "API_KEY_ID", format = Uuid)),
    request_body = KeyChangeBody,
    responses(
        (status = 200, body = Key, example = json!(super::examples::updated_key())),
        PrivateErrors,
        StepUpDue,
    )
)]
pub(super) async fn update_key(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Key> {
    let (id, change) = key_change(&request)?;
    let updated = key::update_key(&desk, &actor, id, change).await.map_err(|error| request.refuse(error))?;
    Ok(Json(Key::from(updated)))
}

/// Delete Exchange Key
///
/// Deletes an exchange key. By default, open orders and positions stay at the exchange, and Slipstream no longer
/// supervises their stop losses. With `openPositions=close` they are cancelled and closed first, and the key is deleted
/// only when nothing is open anymore. `openPositions` is not in the original document.
#[utoipa::path(
    delete,
    path = "/v1/priv/account/exchange/key/{id}",
    operation_id = "deleteKey",
    tag = "Account Exchange Key",
    params(
        ("id" = String, Path, description = "API_KEY_ID", format = Uuid),
        ("openPositions" = Option<String>, Query, description = "What to do with open positions and orders: `leave` (default) or `close`.", pattern = "^(leave|close)$"),
    ),
    responses((status = 204, description = "The key was deleted."), StepUpDue)
)]
pub(super) async fn delete_key(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> EmptyResult {
    let (id, close) = deletion(&request)?;
    if close {
        panic::close_and_delete_key(&desk, &actor, id).await?;
    } else {
        key::delete_key(&desk, &actor, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Parses which key to delete, and whether to close its positions first.
///
/// # Errors
/// 422 with all problems together.
pub fn deletion(request: &RawRequest) -> Result<(ExchangeKeyId, bool), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Query);
    let id = check.id();
    let close = check.optional("openPositions", word(closes, Problem::NotInRange)).unwrap_or(false);
    check.finish(id.map(|id| (id, close)))
}

fn closes(word: &str) -> Option<bool> {
    match word {
        "leave" => Some(false),
        "close" => Some(true),
        _ => None,
    }
}

/// Get Exchange Key Balance
///
/// This endpoint retrieves all available asset balances of the exchange API key.
#[utoipa::path(
    get,
    path = "/v1/priv/account/exchange/key/{id}/balance",
    operation_id = "getKeyBalance",
    tag = "Account Exchange Key",
    params(("id" = String, Path, description = "API_KEY_ID", format = Uuid)),
    responses((status = 200, body = Assets, example = json!(super::examples::balance())), PrivateErrors)
)]
pub(super) async fn get_key_balance(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    request: RawRequest,
) -> HandlerResult<Assets> {
    let balance = key::get_balance(&desk, &actor, only_id(&request)?).await?;
    Ok(Json(Assets::from(&balance)))
}

pub(super) fn only_id(request: &RawRequest) -> Result<ExchangeKeyId, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Params);
    let id = check.id();
    check.finish(id)
}

/// Parses the key to connect.
///
/// # Errors
/// 422 with all problems together.
pub fn new_key(request: &RawRequest) -> Result<NewKey, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let exchange_id = check.required("exchangeId", word(ExchangeId::parse, Problem::NotExchange));
    let trade_type = check.required("tradeType", word(TradeType::parse, Problem::NotTradeType));
    let strategy = check.required("strategyType", word(StrategyType::parse, Problem::NotStrategyType));
    if let (Some(trade), Some(strategy)) = (trade_type, strategy)
        && let Err(problem) = validation::key_kind(trade, strategy)
    {
        check.fail("tradeType", problem);
    }
    let active = check.optional("active", flag).unwrap_or(true);
    let name = check.required("name", text(validation::key_name));
    let api_key = check.required("apiKey", text(validation::credential));
    let secret = check.required("apiSecretKey", text(validation::secret));
    let market = check.optional("firstDaySymbol", symbol);
    let ends = check.optional("firstDayEnds", flag).unwrap_or(false);
    let new = || {
        Some(NewKey {
            exchange_id: exchange_id?,
            trade_type: trade_type?,
            strategy_type: strategy?,
            active,
            name: name?,
            api_key: api_key?,
            secret: Zeroizing::new(secret?),
            first_day: FirstDayChoice { market, ends },
        })
    };
    check.finish(new())
}

/// Parses which key to change, and how.
///
/// # Errors
/// 422 with all problems together.
pub fn key_change(request: &RawRequest) -> Result<(ExchangeKeyId, KeyChange), MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let id = check.id();
    let active = check.optional("active", flag);
    let traded_elsewhere = check.optional("tradedElsewhere", flag);
    let name = check.optional("name", text(validation::key_name));
    let renewed =
        ["apiKey", "apiSecretKey"].iter().any(|field| request.field(FieldLocation::Body, field).is_some());
    let credentials = if renewed {
        let api_key = check.required("apiKey", text(validation::credential));
        let secret = check.required("apiSecretKey", text(validation::secret));
        api_key.zip(secret.map(Zeroizing::new))
    } else {
        None
    };
    check.finish(id.map(|id| (id, KeyChange { name, active, credentials, traded_elsewhere })))
}
