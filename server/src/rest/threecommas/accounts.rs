//! The account operations.

use super::{
    bodies::{AccountBody, ChangeBody, NameBody, Valid},
    error::ThreeCommasFailure,
    market::{self, Market},
    params::Params,
    present::{self, Slice, ThreeCommasAccount, ThreeCommasLine},
};
use crate::rest::client::Caller;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use domain::{ExchangeId, StrategyType, first_day::FirstDayChoice};
use service::{
    Error, SharedDesk,
    trading::{exchange_account, key::NewKey},
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

type HandlerResult<T> = Result<Json<T>, ThreeCommasFailure>;

/// Add exchange account
///
/// Adds a new exchange account
///
/// The parameters can be sent in the query, as a form or as JSON.
#[utoipa::path(
    post,
    path = "/ver1/accounts/new",
    operation_id = "threecommasAddAccount",
    tag = "3Commas",
    request_body = AccountBody,
    responses((status = 200, body = ThreeCommasAccount))
)]
pub(super) async fn create(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    params: Params,
) -> HandlerResult<ThreeCommasAccount> {
    let made = exchange_account::connect_accounts(&desk, &program.actor, new_keys(&params)?).await?;
    Ok(Json(ThreeCommasAccount::new(made, &desk.settings.public_url)))
}

/// List Accounts
///
/// Returns the user's connected exchange accounts.
#[utoipa::path(
    get,
    path = "/ver1/accounts",
    operation_id = "threecommasAccounts",
    tag = "3Commas",
    responses((status = 200, body = Vec<ThreeCommasAccount>))
)]
pub(super) async fn list(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
) -> HandlerResult<Vec<ThreeCommasAccount>> {
    let all = exchange_account::list_accounts(&desk, &program.actor).await?;
    Ok(Json(
        all.into_iter().map(|account| ThreeCommasAccount::new(account, &desk.settings.public_url)).collect(),
    ))
}

/// List Supported Markets
///
/// Returns the account types. Types that cannot be traded are marked. No authentication is needed.
#[utoipa::path(
    get,
    path = "/ver1/accounts/market_list",
    operation_id = "threecommasMarkets",
    tag = "3Commas",
    responses((status = 200, body = Vec<Market>))
)]
pub(super) async fn market_list(State(desk): State<SharedDesk>) -> Json<Vec<Market>> {
    Json(market::list(&desk.settings.public_url))
}

/// Validate API Key
///
/// Checks the API key and the signature.
#[utoipa::path(
    get,
    path = "/ver1/validate",
    operation_id = "threecommasValidate",
    tag = "3Commas",
    responses((status = 200, body = Valid))
)]
pub(super) async fn validate(_: Caller) -> Json<Valid> {
    Json(Valid { valid: true })
}

/// Get Account
///
/// Returns an exchange account.
#[utoipa::path(
    get,
    path = "/ver1/accounts/{id}",
    operation_id = "threecommasAccount",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    responses((status = 200, body = ThreeCommasAccount))
)]
pub(super) async fn get_account(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
) -> HandlerResult<ThreeCommasAccount> {
    let account = exchange_account::get_account(&desk, &program.actor, id.number()?).await?;
    Ok(Json(ThreeCommasAccount::new(account, &desk.settings.public_url)))
}

/// Update Exchange Account
///
/// Changes the name or the credentials of an exchange account.
#[utoipa::path(
    post,
    path = "/ver1/accounts/update",
    operation_id = "threecommasUpdateAccount",
    tag = "3Commas",
    request_body = ChangeBody,
    responses(
        (status = 200, body = ThreeCommasAccount),
        (status = 404, description = "The account does not exist or belongs to another user.", body = super::error::ThreeCommasError),
    )
)]
pub(super) async fn update(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    params: Params,
) -> HandlerResult<ThreeCommasAccount> {
    let number = params
        .text("account_id")
        .ok_or_else(|| ThreeCommasFailure::invalid("account_id", "can't be blank"))?;
    let number = number.parse().map_err(|_| ThreeCommasFailure::invalid("account_id", "is not a number"))?;
    let own = |name: &str| params.text(name).map(str::to_owned);
    let credentials = match (own("api_key"), own("secret").map(Zeroizing::new)) {
        (Some(key), Some(secret)) => Some((key, secret)),
        (None, None) => None,
        (Some(_), None) => return Err(ThreeCommasFailure::invalid("secret", "can't be blank")),
        (None, Some(_)) => return Err(ThreeCommasFailure::invalid("api_key", "can't be blank")),
    };
    let updated =
        exchange_account::update_account(&desk, &program.actor, number, own("name"), credentials).await?;
    Ok(Json(ThreeCommasAccount::new(updated, &desk.settings.public_url)))
}

/// Rename Exchange Account
#[utoipa::path(
    post,
    path = "/ver1/accounts/{id}/rename",
    operation_id = "threecommasRenameAccount",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    request_body = NameBody,
    responses((status = 200, body = ThreeCommasAccount))
)]
pub(super) async fn rename(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
    params: Params,
) -> HandlerResult<ThreeCommasAccount> {
    let name = params.text("name").unwrap_or("").to_owned();
    let renamed =
        exchange_account::update_account(&desk, &program.actor, id.number()?, Some(name), None).await?;
    Ok(Json(ThreeCommasAccount::new(renamed, &desk.settings.public_url)))
}

/// Load Balances
///
/// Reads the account's balances from its exchange.
#[utoipa::path(
    post,
    path = "/ver1/accounts/{id}/load_balances",
    operation_id = "threecommasLoadBalances",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    responses((status = 200, body = ThreeCommasAccount))
)]
pub(super) async fn load_balances(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
) -> HandlerResult<ThreeCommasAccount> {
    let account = exchange_account::refresh_value(&desk, &program.actor, id.number()?).await?;
    Ok(Json(ThreeCommasAccount::new(account, &desk.settings.public_url)))
}

/// Remove Exchange Account
///
/// Disconnects an exchange account. Open orders and positions stay at the exchange.
#[utoipa::path(
    post,
    path = "/ver1/accounts/{id}/remove",
    operation_id = "threecommasRemoveAccount",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    responses((status = 201, body = bool, content_type = "application/json", example = json!(true)))
)]
pub(super) async fn remove(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
) -> Result<(StatusCode, Json<bool>), ThreeCommasFailure> {
    exchange_account::remove_account(&desk, &program.actor, id.number()?).await?;
    Ok((StatusCode::CREATED, Json(true)))
}

/// Get Pie Chart Data
///
/// Returns the account's assets for a pie chart.
#[utoipa::path(
    post,
    path = "/ver1/accounts/{id}/pie_chart_data",
    operation_id = "threecommasPieChart",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    responses((status = 200, body = Vec<Slice>))
)]
pub(super) async fn pie_chart_data(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
) -> HandlerResult<Vec<Slice>> {
    let (_, assets) = exchange_account::assets(&desk, &program.actor, id.number()?).await?;
    Ok(Json(present::pie(&assets)))
}

/// Get Account Table Data
///
/// Returns the account's assets for a table.
#[utoipa::path(
    post,
    path = "/ver1/accounts/{id}/account_table_data",
    operation_id = "threecommasAccountTable",
    tag = "3Commas",
    params(("id" = i64, Path, description = "Account id.")),
    responses((status = 200, body = Vec<ThreeCommasLine>))
)]
pub(super) async fn account_table_data(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    id: Id,
) -> HandlerResult<Vec<ThreeCommasLine>> {
    let (account, assets) = exchange_account::assets(&desk, &program.actor, id.number()?).await?;
    Ok(Json(present::table(account.number, &assets)))
}

/// The raw number in a path.
type Id = Result<Path<String>, axum::extract::rejection::PathRejection>;

trait Numbered {
    fn number(self) -> Result<i64, Error>;
}

impl Numbered for Id {
    /// An invalid number is an unknown account.
    fn number(self) -> Result<i64, Error> {
        self.ok().and_then(|Path(text)| text.parse().ok()).ok_or(Error::NotFound)
    }
}

/// Parses the keys to connect: the account itself and its siblings.
fn new_keys(params: &Params) -> Result<Vec<NewKey>, ThreeCommasFailure> {
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut fail = |name: &str, words: String| wrong.entry(name.to_owned()).or_default().push(words);
    let mut kinds = Vec::new();
    let siblings = params.list("types_to_create").into_iter().map(|code| ("types_to_create", code));
    for (name, code) in params.text("type").map(|code| ("type", code)).into_iter().chain(siblings) {
        let kind = market::find(code);
        if let Some(wants) = kind.and_then(|kind| kind.wants)
            && params.text(wants).is_none()
        {
            fail(wants, "can't be blank".to_owned());
        }
        match (kind, kind.and_then(|kind| kind.trades)) {
            (_, Some(trades)) if !kinds.contains(&trades) => kinds.push(trades),
            (_, Some(_)) => {}
            (Some(kind), None) => fail(name, format!("{} accounts cannot be traded here yet", kind.name)),
            (None, None) => fail(name, "is not a type of account".to_owned()),
        }
    }
    for name in ["type", "name", "api_key", "secret"].into_iter().filter(|name| params.text(name).is_none()) {
        fail(name, "can't be blank".to_owned());
    }
    if !wrong.is_empty() {
        return Err(ThreeCommasFailure::record_invalid(wrong));
    }
    let own = |name: &str| params.text(name).unwrap_or("").to_owned();
    let key = |trade_type| NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type,
        strategy_type: StrategyType::Manual,
        active: true,
        name: own("name"),
        api_key: own("api_key"),
        secret: Zeroizing::new(own("secret")),
        first_day: FirstDayChoice::default(),
    };
    Ok(kinds.into_iter().map(key).collect())
}
