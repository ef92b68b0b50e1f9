//! Forms for currency accounts, transfers and sub-accounts.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
    visit::encoded,
};
use domain::{
    SubAccountId,
    ledger::TransferStatus,
    sub_account::SubAccountDraft,
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    money::{ledger, sub_account},
};

/// Opens a currency account.
#[server(endpoint = "account-open")]
pub async fn open_account(#[server(default)] currency: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let opened = ledger::open_account(&visit.desk, &actor, &visit.origin, &currency).await;
    let done = opened
        .map(|account| Done::at("/accounts").with_notice(PageNotice::AccountOpened).about(account.currency));
    form("account-open", "/accounts#open").keep("currency", &currency).answer(&visit, done).await
}

/// Moves funds between a currency account and an exchange account.
#[server(endpoint = "account-move")]
pub async fn move_funds(
    #[server(default)] account: String,
    #[server(default)] key: String,
    #[server(default)] direction: String,
    #[server(default)] amount: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("account-move", "/accounts#move")
        .keep("key", &key)
        .keep("direction", &direction)
        .keep("amount", &amount);
    let moved = match (key.parse(), direction.as_str()) {
        (Ok(key), "to" | "from") => {
            let to = direction == "to";
            ledger::move_funds(&visit.desk, &actor, &visit.origin, &account, key, to, &amount).await
        }
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), _) => Err(Error::Fields(vec![FieldProblem::new("direction", Problem::NotInRange)])),
    };
    let done = moved.map(|transfer| {
        let known = transfer.status == TransferStatus::Done;
        Done::at("/accounts").with_notice(if known {
            PageNotice::FundsMoved
        } else {
            PageNotice::FundsMoving
        })
    });
    answer.answer(&visit, done).await
}

/// Creates a sub-account, or updates the one with this `id`.
#[allow(clippy::too_many_arguments)] // the account's fields
#[server(endpoint = "sub-account-save")]
pub async fn save_sub_account(
    #[server(default)] id: String,
    #[server(default)] account_name: String,
    #[server(default)] legal_entity_type: String,
    #[server(default)] street: String,
    #[server(default)] city: String,
    #[server(default)] postal_code: String,
    #[server(default)] state_or_province: String,
    #[server(default)] country: String,
    #[server(default)] brand: String,
    #[server(default)] your_reference: String,
    #[server(default)] status: String,
    #[server(default)] spread_table: String,
    #[server(default)] identification_type: String,
    #[server(default)] identification_value: String,
    #[server(default)] api_trading: String,
    #[server(default)] online_trading: String,
    #[server(default)] phone_trading: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let fields = [
        ("account_name", account_name),
        ("legal_entity_type", legal_entity_type),
        ("street", street),
        ("city", city),
        ("postal_code", postal_code),
        ("state_or_province", state_or_province),
        ("country", country),
        ("brand", brand),
        ("your_reference", your_reference),
        ("status", status),
        ("spread_table", spread_table),
        ("identification_type", identification_type),
        ("identification_value", identification_value),
        ("api_trading", api_trading),
        ("online_trading", online_trading),
        ("phone_trading", phone_trading),
    ];
    let page =
        if id.is_empty() { "/accounts/sub".to_owned() } else { format!("/accounts/sub?id={}", encoded(&id)) };
    let answer =
        fields.iter().fold(form("sub-account-save", page), |form, (name, value)| form.keep(name, value));
    let draft = SubAccountDraft::new(fields.map(|(name, value)| (name.to_owned(), value)));
    let known = id.parse::<SubAccountId>();
    let saved = match known {
        _ if id.is_empty() => sub_account::create(&visit.desk, &actor, &visit.origin, &draft).await,
        Ok(id) => sub_account::update(&visit.desk, &actor, &visit.origin, id, &draft).await,
        Err(_) => Err(Error::NotFound),
    };
    let notice = if id.is_empty() { PageNotice::SubAccountMade } else { PageNotice::SubAccountSaved };
    let done =
        saved.map(|saved| Done::at("/accounts#subs").with_notice(notice).about(saved.details.account_name));
    answer.answer(&visit, done).await
}
