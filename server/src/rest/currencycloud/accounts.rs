//! Creating, reading and updating accounts.

use super::{
    error::{CREATE_FAILED, CurrencycloudFailure, FIND_FAILED, HandlerResult, UPDATE_FAILED},
    present::CurrencycloudAccount,
};
use crate::{
    proxy,
    rest::{client::Caller, fields::Fields, words},
};
use axum::{
    Json,
    extract::{FromRequestParts as _, Path, RawQuery, Request, State},
};
use domain::{SubAccountId, sub_account::SubAccountDraft};
use service::{Error, Origin, SharedDesk, identity::api_client::Program, money::sub_account};
use std::borrow::Cow;
use utoipa::ToSchema;

/// An account to create or update.
#[derive(ToSchema)]
#[schema(as = CurrencycloudAccountForm)]
#[allow(dead_code)] // read by the derive only
pub(super) struct AccountForm {
    /// Account name, up to 150 characters.
    #[schema(example = "Acme Holdings", min_length = 1, max_length = 150)]
    account_name: String,
    /// company or individual.
    #[schema(value_type = words::LegalEntity)]
    legal_entity_type: String,
    /// First line of address.
    #[schema(example = "12 Steward Street", min_length = 1)]
    street: String,
    /// City.
    #[schema(example = "London", min_length = 1)]
    city: String,
    /// Postal code.
    #[schema(example = "E1 6FQ", min_length = 1)]
    postal_code: String,
    /// Two-letter country code.
    #[schema(example = "GB", pattern = "^[A-Z]{2}$")]
    country: String,
    /// The value of this field is used for white labeling the user interface.
    #[schema(example = "currencycloud")]
    brand: Option<String>,
    /// User-generated reference code.
    your_reference: Option<String>,
    /// enabled, enabled_no_trading or disabled.
    #[schema(value_type = Option<words::SubAccountStatus>)]
    status: Option<String>,
    /// State or province; required in the US, Canada and Mexico.
    state_or_province: Option<String>,
    /// The name of the spread table assigned to the account.
    spread_table: Option<String>,
    /// Allows the account to make trades via the API.
    api_trading: Option<bool>,
    /// Allows the account to make trades in the browser.
    online_trading: Option<bool>,
    /// Allows the account to make trades via phone.
    phone_trading: Option<bool>,
    /// A legal document that verifies the identity of the account owner.
    #[schema(value_type = Option<words::Identification>)]
    identification_type: Option<String>,
    /// A unique reference code for the identification document, such as a passport number.
    identification_value: Option<String>,
}

/// The parsed fields of a request, with the client and its origin.
struct Given {
    program: Program,
    origin: Origin,
    draft: SubAccountDraft,
}

/// Reads the fields of a body. The query must be empty: anything in it is an extra parameter.
async fn given(
    request: Request,
    code: &'static str,
) -> Result<(Given, Option<String>), CurrencycloudFailure> {
    let (mut parts, body) = request.into_parts();
    let Caller(program) =
        Caller::from_request_parts(&mut parts, &()).await.map_err(|_| Error::Unauthenticated)?;
    let id = Path::<String>::from_request_parts(&mut parts, &()).await.ok().map(|Path(id)| id);
    let origin = proxy::origin(&parts.extensions, &parts.headers);
    let unreadable = |why| CurrencycloudFailure::unreadable(code, &why);
    refuse_query(parts.uri.query(), code)?;
    let fields = Fields::of_body(Request::from_parts(parts, body)).await.map_err(unreadable)?;
    Ok((Given { program, origin, draft: SubAccountDraft::new(fields.into_pairs()) }, id))
}

/// Rejects every parameter in the query, for operations that have none there.
fn refuse_query(query: Option<&str>, code: &'static str) -> Result<(), CurrencycloudFailure> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let fields = fields.map_err(|why| CurrencycloudFailure::unreadable(code, &why))?;
    match fields.names().next() {
        Some(extra) => Err(CurrencycloudFailure::extra(code, extra)),
        None => Ok(()),
    }
}

/// Changes of an account: the fields of an [`AccountForm`], none of which is required.
struct AccountChange;

impl utoipa::PartialSchema for AccountChange {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let mut schema = <AccountForm as utoipa::PartialSchema>::schema();
        if let utoipa::openapi::RefOr::T(utoipa::openapi::Schema::Object(object)) = &mut schema {
            object.required.clear();
        }
        schema
    }
}

impl ToSchema for AccountChange {
    fn name() -> Cow<'static, str> {
        "CurrencycloudAccountChange".into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        AccountForm::schemas(schemas);
    }
}

/// Create Account
///
/// Create a new sub-account. On success, returns the new account entity.
///
/// Accepts a form or multipart body.
#[utoipa::path(
    post,
    path = "/v2/accounts/create",
    operation_id = "currencycloudCreateAccount",
    tag = "Currencycloud",
    request_body(content = AccountForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = CurrencycloudAccount))
)]
pub(super) async fn create(
    State(desk): State<SharedDesk>,
    request: Request,
) -> HandlerResult<CurrencycloudAccount> {
    let (Given { program, origin, draft }, _) = given(request, CREATE_FAILED).await?;
    let made = sub_account::create(&desk, &program.actor, &origin, &draft).await;
    Ok(Json(made.map_err(|error| CurrencycloudFailure::of(CREATE_FAILED, error, &draft))?.into()))
}

/// Get Current Account
///
/// Returns the caller's own account. It is created from the user's profile at first use.
#[utoipa::path(
    get,
    path = "/v2/accounts/current",
    operation_id = "currencycloudCurrentAccount",
    tag = "Currencycloud",
    responses((status = 200, body = CurrencycloudAccount))
)]
pub(super) async fn current(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    RawQuery(query): RawQuery,
) -> HandlerResult<CurrencycloudAccount> {
    refuse_query(query.as_deref(), FIND_FAILED)?;
    Ok(Json(sub_account::current(&desk, &program.actor).await?.into()))
}

/// Get Account
///
/// Returns an account.
#[utoipa::path(
    get,
    path = "/v2/accounts/{id}",
    operation_id = "currencycloudGetAccount",
    tag = "Currencycloud",
    params(("id" = String, Path, description = "Account id.", format = Uuid)),
    responses((status = 200, body = CurrencycloudAccount))
)]
pub(super) async fn get_account(
    State(desk): State<SharedDesk>,
    Caller(program): Caller,
    RawQuery(query): RawQuery,
    id: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> HandlerResult<CurrencycloudAccount> {
    refuse_query(query.as_deref(), FIND_FAILED)?;
    let id = read_id(id.ok().map(|Path(id)| id))?;
    Ok(Json(sub_account::get(&desk, &program.actor, id).await?.into()))
}

/// Update Account
///
/// Changes only the fields that are sent. Accepts a form or multipart body.
#[utoipa::path(
    post,
    path = "/v2/accounts/{id}",
    operation_id = "currencycloudUpdateAccount",
    tag = "Currencycloud",
    params(("id" = String, Path, description = "Account id.", format = Uuid)),
    request_body(content = AccountChange, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = CurrencycloudAccount))
)]
pub(super) async fn update(
    State(desk): State<SharedDesk>,
    request: Request,
) -> HandlerResult<CurrencycloudAccount> {
    let (Given { program, origin, draft }, id) = given(request, UPDATE_FAILED).await?;
    let updated = sub_account::update(&desk, &program.actor, &origin, read_id(id)?, &draft).await;
    Ok(Json(updated.map_err(|error| CurrencycloudFailure::of(UPDATE_FAILED, error, &draft))?.into()))
}

/// An invalid id is an unknown account.
fn read_id(id: Option<String>) -> Result<SubAccountId, CurrencycloudFailure> {
    let id = id.filter(|id| id.len() == 36).and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::NotFound.into())
}
