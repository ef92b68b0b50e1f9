//! An account in the format of the Currencycloud document.

use domain::{Micros, sub_account::SubAccount};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The example of the Currencycloud document.
fn example() -> Value {
    serde_json::from_str(include_str!("examples/account.json")).unwrap_or_default()
}

/// An account.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrencycloudAccount, example = example)]
pub(super) struct CurrencycloudAccount {
    #[schema(example = "61cff935-90c4-4826-9efe-1ff30bacdb1f")]
    id: String,
    account_name: String,
    brand: String,
    your_reference: Option<String>,
    status: &'static str,
    street: Option<String>,
    city: Option<String>,
    state_or_province: Option<String>,
    country: String,
    postal_code: Option<String>,
    spread_table: String,
    legal_entity_type: &'static str,
    #[schema(example = "2018-11-15T14:07:49+00:00")]
    created_at: String,
    updated_at: String,
    identification_type: Option<&'static str>,
    identification_value: Option<String>,
    #[schema(example = "181115-00063")]
    short_reference: String,
    api_trading: bool,
    online_trading: bool,
    phone_trading: bool,
    process_third_party_funds: bool,
    settlement_type: &'static str,
}

/// Formats a time to the second, with the offset written out.
fn timestamp(at: Micros) -> String {
    let iso = at.to_string();
    format!("{}+00:00", iso.get(..19).unwrap_or_default())
}

impl From<SubAccount> for CurrencycloudAccount {
    fn from(account: SubAccount) -> Self {
        let details = account.details;
        // The caller's own account is created without an address.
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: account.id.to_string(),
            account_name: details.account_name,
            brand: details.brand,
            your_reference: details.your_reference,
            status: details.status.word(),
            street: known(details.street),
            city: known(details.city),
            state_or_province: details.state_or_province,
            country: details.country,
            postal_code: known(details.postal_code),
            spread_table: details.spread_table,
            legal_entity_type: details.legal_entity_type.word(),
            created_at: timestamp(account.created_at),
            updated_at: timestamp(account.updated_at),
            identification_type: details.identification_type.map(|kind| kind.word()),
            identification_value: details.identification_value,
            short_reference: account.short_reference,
            api_trading: details.api_trading,
            online_trading: details.online_trading,
            phone_trading: details.phone_trading,
            process_third_party_funds: false,
            settlement_type: "net",
        }
    }
}
