//! API clients: credentials for the other surfaces. Not part of the original document.

use super::{
    error::{EmptyResult, HandlerResult, MudawylFailure, StepUpDue},
    present::Iso,
    raw_request::{FieldLocation, RawRequest},
    validate::{Check, text},
};
use crate::{
    proxy::ClientOrigin,
    rest::{auth::Trader, words},
};
use axum::{Json, extract::State, http::StatusCode};
use domain::{
    ApiClient, ApiClientId, Micros,
    validation::{self, Problem},
};
use serde::Serialize;
use serde_json::Value;
use service::{
    SharedDesk,
    identity::api_client::{self, Made, NewClient},
};
use utoipa::ToSchema;

/// An API client.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiClient)]
pub(super) struct Client {
    /// API_CLIENT_ID.
    #[schema(format = Uuid)]
    id: String,
    /// Name.
    #[schema(example = "Bots")]
    name: String,
    /// API key, for the headers `Apikey` and `X-API-KEY`.
    #[schema(example = "4ce4943cf47846c3b50b70de4d1bc34d")]
    api_key: String,
    /// Login id for `/v2`.
    #[schema(example = "sl-46a19fb14e90")]
    login_id: String,
    /// Permissions.
    #[schema(value_type = Vec<words::Permission>)]
    permissions: Vec<&'static str>,
    /// Whether it can sign with RSA too.
    rsa: bool,
    /// IP whitelist; empty allows any address.
    #[schema(example = json!(["203.0.113.0/24"]))]
    addresses: Vec<String>,
    /// Creation time.
    created_at: Iso,
    /// Expiry time.
    expires_at: Option<Iso>,
    /// Time of the last request, to the minute.
    last_used_at: Option<Iso>,
    /// IP address of the last request.
    last_used_from: Option<String>,
}

/// The user's API clients.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiClients)]
pub(super) struct Clients {
    items: Vec<Client>,
}

/// A new API client. Its secret is shown only once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MadeApiClient)]
pub(super) struct MadeClient {
    #[schema(format = Uuid)]
    id: String,
    #[schema(example = "Bots")]
    name: String,
    #[schema(example = "4ce4943cf47846c3b50b70de4d1bc34d")]
    api_key: String,
    /// Secret of 64 hex characters: `X-API-SECRET`, the HMAC key, and `api_key` at `/v2`.
    #[schema(example = "543477161a91de81ad63ea6d13c7bc50feb46cf978d137bc01a2543477161a91")]
    api_secret: String,
    #[schema(example = "sl-46a19fb14e90")]
    login_id: String,
    #[schema(value_type = Vec<words::Permission>)]
    permissions: Vec<&'static str>,
    created_at: Iso,
}

/// A new API client.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiClientBody)]
pub(super) struct ClientBody {
    /// Name, 1 to 24 characters.
    #[schema(example = "Bots", min_length = 1, max_length = 24)]
    name: String,
    /// ACCOUNTS_, BOTS_ or SMART_TRADES_ with READ or WRITE.
    #[schema(value_type = Vec<words::Permission>, example = json!(["ACCOUNTS_READ"]))]
    permissions: Vec<String>,
    /// RSA public key in PEM, at least 2048 bits.
    rsa_public_key: Option<String>,
    /// IP whitelist: addresses and networks.
    #[schema(example = json!(["203.0.113.0/24"]))]
    addresses: Option<Vec<String>>,
    /// Expiry time in the future, such as 2027-01-01T00:00:00.000Z.
    #[schema(format = DateTime, example = "2030-01-01T00:00:00.000Z")]
    expires_at: Option<String>,
}

impl From<ApiClient> for Client {
    fn from(client: ApiClient) -> Self {
        let (last_used_at, last_used_from) = client.last_used.unzip();
        Self {
            id: client.id.to_string(),
            name: client.name,
            api_key: client.api_key,
            login_id: client.login_id,
            permissions: client.permissions.iter().map(|p| p.word()).collect(),
            rsa: client.rsa,
            addresses: client.networks.iter().map(ToString::to_string).collect(),
            created_at: Iso(client.created_at),
            expires_at: client.expires_at.map(Iso),
            last_used_at: last_used_at.map(Iso),
            last_used_from,
        }
    }
}

/// List API Clients
///
/// Returns the user's API clients, without their secrets.
#[utoipa::path(
    get,
    path = "/v1/priv/api-client",
    operation_id = "listApiClients",
    tag = "API Client",
    responses((status = 200, body = Clients))
)]
pub(super) async fn list_api_clients(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
) -> HandlerResult<Clients> {
    let all = api_client::list(&desk, &actor).await?;
    Ok(Json(Clients { items: all.into_iter().map(Client::from).collect() }))
}

/// Create API Client
///
/// Creates credentials for an app that uses the 3Commas, Lumetrade or Currencycloud API. The secret is shown only in
/// this response.
#[utoipa::path(
    post,
    path = "/v1/priv/api-client",
    operation_id = "createApiClient",
    tag = "API Client",
    request_body = ClientBody,
    responses(
        (status = 200, body = MadeClient),
        StepUpDue,
    )
)]
pub(super) async fn create_api_client(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> HandlerResult<MadeClient> {
    let new = new_client(&request)?;
    let made = api_client::create(&desk, &actor, &origin, new).await;
    let Made { client, secret } = made.map_err(|error| request.refuse(error))?;
    Ok(Json(MadeClient {
        id: client.id.to_string(),
        name: client.name,
        api_key: client.api_key,
        api_secret: secret.to_string(),
        login_id: client.login_id,
        permissions: client.permissions.iter().map(|p| p.word()).collect(),
        created_at: Iso(client.created_at),
    }))
}

/// Revoke API Client
///
/// Revokes an API client. Its next request is rejected.
#[utoipa::path(
    delete,
    path = "/v1/priv/api-client/{id}",
    operation_id = "revokeApiClient",
    tag = "API Client",
    params(("id" = String, Path, description = "API_CLIENT_ID", format = Uuid)),
    responses(
        (status = 204, description = "The API client was revoked."),
        StepUpDue,
    )
)]
pub(super) async fn revoke_api_client(
    State(desk): State<SharedDesk>,
    Trader(actor): Trader,
    ClientOrigin(origin): ClientOrigin,
    request: RawRequest,
) -> EmptyResult {
    let mut check = Check::new(&request, FieldLocation::Params);
    let id = check.required("id", id);
    api_client::revoke(&desk, &actor, &origin, check.finish(id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn id(value: &Value) -> Result<ApiClientId, Problem> {
    let text = value.as_str().filter(|text| text.len() == 36).ok_or(Problem::NotUuid)?;
    text.parse().map_err(|_| Problem::NotUuid)
}

/// Parses the client to create.
fn new_client(request: &RawRequest) -> Result<NewClient, MudawylFailure> {
    let mut check = Check::new(request, FieldLocation::Body);
    let name = check.required("name", text(validation::key_name));
    let permissions = check.required("permissions", |value| texts(value, Problem::NotPermission));
    let rsa_public_key = check.optional("rsaPublicKey", text(|pem| Ok(pem.to_owned())));
    let networks = check.optional("addresses", |value| texts(value, Problem::NotAddresses));
    let expires_at = check
        .optional("expiresAt", text(|moment| Micros::from_iso_with_offset(moment).ok_or(Problem::NotDate)));
    let networks = networks.unwrap_or_default();
    let new =
        || Some(NewClient { name: name?, permissions: permissions?, rsa_public_key, networks, expires_at });
    check.finish(new())
}

fn texts(value: &Value, problem: Problem) -> Result<Vec<String>, Problem> {
    let items = value.as_array().ok_or(problem)?;
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>().ok_or(problem)
}
