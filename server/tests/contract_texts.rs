//! The texts that other services document or send, compared with what the code sends. They are contracts: client
//! programs compare them. They must not be rephrased, plain English or not.
//!
//! Whole answers are compared elsewhere: `mudawyl_shapes.rs` and `mudawyl_validation.rs` (the examples of the Mudawyl
//! document), `threecommas.rs`, `lumetrade.rs` and `currencycloud.rs` (the files in `seeds/`), and the error table of
//! Currencycloud row by row in `currencycloud.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use domain::{Refusal, validation::Problem};
use sandbox::engine::Reject;
use serde_json::{Value, json};

/// Every text that the Mudawyl document prints with 433.
const REFUSALS: &[(Refusal, &str)] = &[
    (Refusal::KeyUnauthorized, "exchange API authorization failed (1103)"),
    (Refusal::KeyTypeInvalid, "exchange API key type is invalid (1106)"),
    (Refusal::KeyExists, "exchange API key already exist (1109)"),
    (Refusal::KeyInactive, "exchange API key is inactive (1110)"),
    (Refusal::KeyTypeUnsupported, "exchange API key type is unsupported (1115)"),
    (Refusal::ExchangeMismatch, "exchange id does not match (1206)"),
    (Refusal::SymbolInvalid, "invalid exchange symbol (1300)"),
    (Refusal::SymbolMismatch, "exchange symbol does not match (1306)"),
    (Refusal::SymbolFollowed, "exchange symbol already exist (1309)"),
    (Refusal::ExchangeBadRequest, "exchange bad request (1500)"),
    (Refusal::PlanInvalid, "invalid subscription type (2100)"),
    (Refusal::PlanFeature, "unauthorized subscription features (2103)"),
    (Refusal::PlanKeyLimit, "exceed subscription max API key limit (2129a)"),
    (Refusal::PlanBalanceLimit, "exceed subscription max API balance limit (2129b)"),
    (Refusal::NoStripeSubscription, "active stripe subscription does not exist (3104)"),
    (Refusal::StripeSubscriptionExists, "active stripe subscription already exist (3109)"),
];

/// The refusals that the document does not have.
const OURS: &[Refusal] =
    &[Refusal::PaymentDeclined, Refusal::AccountFrozen, Refusal::AccountSuspended, Refusal::LastAdmin];

/// Every text that the Mudawyl document prints with 422, its spelling included.
const PROBLEMS: &[(Problem, &str)] = &[
    (Problem::TelegramNotLinked, "account must be linked to Telegram"),
    (Problem::SpotNotAutomated, "cannot be assigned to AUTOMATED strategy"),
    (Problem::NameTooLong, "length must be less than 25"),
    (Problem::NotUuid, "must be UUID"),
    (Problem::NotLanguage, "must be a valid language"),
    (Problem::NotTimeZone, "must be a valid timezone"),
    (Problem::NotActiveStrategy, "must be active strategy automated id"),
    (Problem::NotAlphabetic, "must be alpha character"),
    (Problem::NotCountry, "must be valid country"),
    (Problem::NotSymbol, "must be valid exchange symbol"),
    (Problem::NotRiskProfile, "must be valid strategy risk profile id"),
    (Problem::NotPlan, "must be valid subscription id"),
    (Problem::NotWithTrailing, "must not use with type traililng stop"),
    (Problem::StopPriceRequired, "must require stopPrice with type limit"),
];

#[test]
fn mudawyl_prints_these_texts() {
    for (refusal, text) in REFUSALS {
        assert_eq!(refusal.to_string(), *text);
    }
    for (problem, text) in PROBLEMS {
        assert_eq!(problem.text(), *text);
    }
    for refusal in Refusal::ALL {
        let listed = REFUSALS.iter().any(|(known, _)| known == refusal);
        assert_ne!(listed, OURS.contains(refusal), "{refusal} is the document's or ours");
    }
}

/// Codes and messages of Binance that the adapter, or a client library, tells apart.
fn rejects() -> Vec<(Reject, i32, &'static str)> {
    vec![
        (Reject::invalid_symbol(), -1121, "Invalid symbol."),
        (Reject::precision(), -1111, "Precision is over the maximum defined for this asset."),
        (Reject::invalid_tif(), -1115, "Invalid timeInForce."),
        (Reject::invalid_kind(), -1116, "Invalid orderType."),
        (Reject::insufficient_balance(), -2010, "Account has insufficient balance for requested action."),
        (Reject::would_match(), -2010, "Order would immediately match and take."),
        (Reject::duplicate_order(), -2010, "Duplicate order sent."),
        (Reject::market_closed(), -2010, "Market is closed."),
        (Reject::unknown_order(), -2011, "Unknown order sent."),
        (Reject::no_such_order(), -2013, "Order does not exist."),
        (Reject::key_taken(), -2014, "API-key format invalid."),
        (Reject::invalid_key(), -2015, "Invalid API-key, IP, or permissions for action."),
        (Reject::balance_insufficient(), -5013, "Asset transfer failed: insufficient balance"),
        (Reject::margin_insufficient(), -2019, "Margin is insufficient."),
        (Reject::would_trigger(), -2021, "Order would immediately trigger."),
        (Reject::reduce_only(), -2022, "ReduceOnly Order is rejected."),
        (Reject::over_bracket(), -2027, "Exceeded the maximum allowable position at current leverage."),
        (Reject::price_off_tick(), -4014, "Price not increased by tick size."),
        (Reject::quantity_off_step(), -4023, "Qty not increased by step size."),
        (Reject::too_many_stops(), -4045, "Reach max stop order limit."),
        (Reject::same_margin_mode(), -4046, "No need to change margin type."),
        (Reject::duplicate_client_id(), -4116, "ClientOrderId is duplicated."),
        (
            Reject::reduce_only_conflict(),
            -4118,
            "ReduceOnly Order Failed. Please check your existing position and open orders.",
        ),
        (
            Reject::duplicate_close(),
            -4130,
            "An open stop or take profit order with GTE and closePosition in the direction is existing.",
        ),
        (
            Reject::market_order(),
            -4131,
            "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
        ),
        (Reject::position_side(), -4061, "Order's position side does not match user's setting."),
        (Reject::amend_closed(), -5024, "Symbol is not in trading status. Order amendment is not permitted."),
        (Reject::only_limit(), -5025, "Only limit order is supported."),
        (Reject::too_many_amendments(), -5026, "Exceed maximum modify order limit."),
        (Reject::same_order(), -5027, "No need to modify the order."),
        (Reject::no_depth(), -5041, "No depth matches this BBO order"),
        (Reject::no_opening(), -4140, "Invalid symbol status for opening position."),
        (Reject::symbol_closed(), -4141, "Symbol is closed."),
        (
            Reject::no_position(),
            -4509,
            "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.",
        ),
        (Reject::filter("LOT_SIZE"), -1013, "Filter failure: LOT_SIZE"),
        (
            Reject::mandatory("symbol"),
            -1102,
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
        ),
        (Reject::leverage(126), -4028, "Leverage 126 is not valid"),
    ]
}

#[test]
fn the_sandbox_prints_binances_texts() {
    for (reject, code, message) in rejects() {
        assert_eq!((reject.code, reject.message.as_ref()), (code, message));
    }
}

/// The errors of each surface, as the surface's own code prints them into the OpenAPI document.
async fn errors() -> Value {
    let db = store::testing::sqlite().await;
    let (desk, _) = service::testing::desk((*db).clone());
    let (document, _) = server::router::api(&desk);
    document["components"]["responses"].clone()
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a table: an entry for each error")]
async fn every_surface_prints_its_services_errors() {
    let errors = errors().await;
    let printed = |name: &str| errors[name]["content"]["application/json"]["example"].clone();
    let cloud = |code: &str, place: &str, words: &str| {
        json!({
            "error_code": code,
            "error_messages": { place: [{ "code": code, "message": words, "params": {} }] },
        })
    };
    for (name, expected) in [
        ("NotFound", json!({ "message": "route not found" })),
        (
            "ThreeCommasUnauthorized",
            json!({
                "error": "api_key_invalid_or_expired",
                "error_description": "Unauthorized. Invalid or expired api key.",
            }),
        ),
        (
            "ThreeCommasForbidden",
            json!({
                "error": "access_denied",
                "error_description": "Api key doesn't have enough permissions",
            }),
        ),
        ("ThreeCommasNotFound", json!({ "error": "not_found", "error_description": "Not Found" })),
        (
            "CurrencycloudUnauthorized",
            cloud(
                "invalid_supplied_credentials",
                "username",
                "Authentication failed with the supplied credentials",
            ),
        ),
        (
            "CurrencycloudForbidden",
            cloud("permission_denied", "base", "You do not have permission to do this"),
        ),
        (
            "CurrencycloudTooMany",
            cloud(
                "too_many_requests",
                "base",
                "Too many requests have been made to the api. Please refer to the Developer Center for more \
                 information",
            ),
        ),
    ] {
        assert_eq!(printed(name), expected, "{name}");
    }
    for (name, code) in [
        ("LumetradeUnauthorized", "unauthorized"),
        ("LumetradeForbidden", "forbidden"),
        ("LumetradeNotFound", "not_found"),
        ("LumetradeTooLarge", "too_large"),
        ("LumetradeTooMany", "too_many_requests"),
        ("LumetradeUnavailable", "unavailable"),
    ] {
        let error = &printed(name)["error"];
        assert_eq!(error["code"], code, "{name}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}");
    }
}
