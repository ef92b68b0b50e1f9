//! The bodies of the account operations, as the document describes them.

use serde::Serialize;
use utoipa::ToSchema;

/// A new exchange account.
#[derive(ToSchema)]
#[schema(as = ThreeCommasAccountBody)]
#[allow(dead_code)] // read by the derive only
pub(super) struct AccountBody {
    /// 3Commas of exchange code entity.
    #[schema(example = "binance")]
    r#type: String,
    /// Name of this exchange account, up to 24 characters.
    #[schema(example = "New account", min_length = 1, max_length = 24)]
    name: String,
    /// API-key from this exchange account.
    #[schema(min_length = 1, max_length = 256)]
    api_key: String,
    /// Secret-key from this exchange account.
    secret: String,
    /// Array of related account types to be created.
    #[schema(example = json!(["binance_futures"]))]
    types_to_create: Option<Vec<String>>,
}

/// Changes of an exchange account.
#[derive(ToSchema)]
#[schema(as = ThreeCommasAccountChange)]
#[allow(dead_code)] // read by the derive only
pub(super) struct ChangeBody {
    /// Account id.
    account_id: i64,
    /// New name.
    #[schema(example = "New account")]
    name: Option<String>,
    /// New API key of the same account, together with its secret.
    api_key: Option<String>,
    /// New API secret.
    secret: Option<String>,
}

/// New name.
#[derive(ToSchema)]
#[schema(as = ThreeCommasName)]
#[allow(dead_code)] // read by the derive only
pub(super) struct NameBody {
    /// New name, up to 24 characters.
    #[schema(example = "New account", min_length = 1, max_length = 24)]
    name: String,
}

/// The result of a key check.
#[derive(Serialize, ToSchema)]
#[schema(as = ThreeCommasValid)]
pub(super) struct Valid {
    pub(super) valid: bool,
}
