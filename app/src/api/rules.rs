//! Operators' forms for currencies, brands and credits.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trade::fresh_key, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use leptos::prelude::*;
use service::money::{
    ledger::{self, Rule},
    sub_account::{self, Brand},
};

const PAGE: &str = "/admin/accounts";

/// Sets whether a currency is enabled in a country.
#[server(endpoint = "currency-rule")]
pub async fn set_rule(
    #[server(default)] country: String,
    #[server(default)] currency: String,
    #[server(default)] enabled: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("currency-rule", PAGE)
        .keep("country", &country)
        .keep("currency", &currency)
        .keep("enabled", &enabled);
    let rule = Rule { country: country.trim().to_owned(), currency, enabled: enabled == "true" };
    let set = ledger::set_rule(&visit.desk, &actor, &visit.origin, &rule).await;
    answer.answer(&visit, set.map(|()| Done::at(PAGE).with_notice(PageNotice::RuleSet))).await
}

/// Adds a brand, or changes whether it is a broker's.
#[server(endpoint = "brand-set")]
pub async fn set_brand(
    #[server(default)] brand: String,
    #[server(default)] broker: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("brand-set", PAGE).keep("brand", &brand).keep("broker", &broker);
    let brand = Brand { name: brand, broker: broker == "true" };
    let set = sub_account::set_brand(&visit.desk, &actor, &visit.origin, &brand).await;
    let done = set.map(|()| Done::at(PAGE).with_notice(PageNotice::BrandSet).about(brand.name));
    answer.answer(&visit, done).await
}

/// Credits an account. The form's idempotency key makes a repetition harmless.
#[server(endpoint = "account-credit")]
pub async fn credit(
    #[server(default)] account: String,
    #[server(default)] amount: String,
    #[server(default)] memo: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer =
        form("account-credit", PAGE).keep("account", &account).keep("amount", &amount).keep("memo", &memo);
    let fresh = fresh_key(&visit);
    let once = if idempotency.is_empty() { &fresh } else { &idempotency };
    let credit = ledger::Credit { public_id: account.trim(), amount: &amount, memo: &memo, reference: once };
    let done = ledger::credit_account(&visit.desk, &actor, &visit.origin, credit).await;
    let done = done.map(|()| Done::at(PAGE).with_notice(PageNotice::AccountCredited));
    answer.answer_with(&visit, done, Some(fresh)).await
}
