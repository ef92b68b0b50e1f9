//! The error table of the Currencycloud document: code, message and parameters of each field problem,
//! verbatim.

use domain::{
    sub_account::{self, LegalEntity, Status},
    validation::Problem,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// One error message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CurrencycloudMessage)]
pub(super) struct CurrencycloudMessage {
    /// Message code.
    #[schema(example = "account_name_is_required")]
    pub(super) code: String,
    /// Message text.
    #[schema(example = "account_name is required")]
    pub(super) message: String,
    /// Message parameters.
    #[schema(value_type = Object)]
    pub(super) params: Value,
}

impl CurrencycloudMessage {
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>, params: Value) -> Self {
        Self { code: code.into(), message: message.into(), params }
    }
}

/// The table entry for a problem of `field`, whose submitted value is `given`.
pub(super) fn row(field: &str, problem: Problem, given: &str) -> CurrencycloudMessage {
    match problem {
        Problem::Required => required(field),
        Problem::TooShort => CurrencycloudMessage::new(
            format!("{field}_is_too_short"),
            format!("{field} can not be shorter than 1 character(s)"),
            json!({ "minlength": 1 }),
        ),
        Problem::TooLong => too_long(field),
        Problem::BrandUnknown => {
            let words = format!("Brand {given} wasn't found");
            CurrencycloudMessage::new("brand_not_found", words, json!({ "brand": given }))
        }
        Problem::BrandNotBroker => CurrencycloudMessage::new(
            "brand_account_not_broker",
            "Account doesn't have broker permissions",
            json!({ "brand": given }),
        ),
        Problem::OtherHalfMissing => plain(format!("{field}_is_missing"), format!("{field} is missing")),
        Problem::NotLetterCode if field == "state_or_province" => CurrencycloudMessage::new(
            "state_or_province_invalid_format",
            "state or province should be a two-letter ISO 3166 code",
            json!({ "maxlength": 2 }),
        ),
        Problem::NotLetterCode => CurrencycloudMessage::new(
            format!("{field}_invalid_format"),
            format!("{field} should be a two-letter ISO 3166 code"),
            json!({ "maxlength": 2 }),
        ),
        Problem::NotInRange => not_in_range(field),
        Problem::Unknown => extra(field),
        other => plain(format!("{field}_invalid_format"), format!("{field} {}", other.text())),
    }
}

fn plain(code: String, message: String) -> CurrencycloudMessage {
    CurrencycloudMessage::new(code, message, json!({}))
}

fn required(field: &str) -> CurrencycloudMessage {
    let words = match field {
        "account_name" => "account_name is required",
        "street" => "Street is required",
        "city" => "City is required",
        "postal_code" => "Postal code is required",
        "country" => "Country is required",
        "state_or_province" => "State or province is required for US, CA and MX",
        _ => "is required",
    };
    plain(format!("{field}_is_required"), words.to_owned())
}

/// Reproduces the document: the parameter of `brand` differs from the number in its message.
fn too_long(field: &str) -> CurrencycloudMessage {
    let longest = sub_account::longest(field);
    let parameter = if field == "brand" { 255 } else { longest };
    CurrencycloudMessage::new(
        format!("{field}_is_too_long"),
        format!("{field} can not be longer than {longest} character(s)"),
        json!({ "maxlength": parameter }),
    )
}

fn not_in_range(field: &str) -> CurrencycloudMessage {
    let range = match field {
        // In the order of the table, which differs from that of the parameters.
        "status" => {
            [Status::Enabled, Status::Disabled, Status::EnabledNoTrading].map(Status::word).join(", ")
        }
        "legal_entity_type" => {
            [LegalEntity::Individual, LegalEntity::Company].map(LegalEntity::word).join(", ")
        }
        "identification_type" | "identification_value" => {
            return plain(format!("{field}_is_invalid"), format!("{field} is invalid"));
        }
        "order" => service::money::sub_account::ORDERS.join(", "),
        "order_asc_desc" => "asc, desc".to_owned(),
        "page" => "1 to 1000000".to_owned(),
        "per_page" => format!("1 to {}", service::money::sub_account::MOST_PER_PAGE),
        _ => "true, false".to_owned(),
    };
    let words = format!("{field} should be in range: {range}");
    CurrencycloudMessage::new(format!("{field}_not_in_range"), words, json!({ "range": range }))
}

/// Unknown parameters.
pub(super) fn extra(names: &str) -> CurrencycloudMessage {
    let words = format!("Invalid extra parameters {names}");
    CurrencycloudMessage::new("invalid_extra_parameters", words, json!({ "parameters": names }))
}
