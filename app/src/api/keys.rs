//! Forms for exchange keys.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::{PageNotice, RequestError},
    visit::safe_next,
};
use domain::{
    ExchangeId, ExchangeKeyId, StrategyType, TradeType,
    first_day::FirstDayChoice,
    validation::{self, FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    following::panic,
    trading::{
        first_day,
        key::{self, KeyChange, NewKey},
    },
};
use zeroize::Zeroizing;

/// Opens a sandbox account and connects its key: for manual trading or, if `next` names the page that needs
/// it, for following strategies.
#[server(endpoint = "key-sandbox")]
pub async fn connect_sandbox(
    #[server(default)]
    #[server(rename = "strategyType")]
    strategy_type: String,
    #[server(default)] next: Option<String>,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let way = StrategyType::parse(&strategy_type).unwrap_or(StrategyType::Manual);
    let key = key::connect_sandbox(&visit.desk, &actor, way).await;
    let done = key.map(|key| match next.as_deref().filter(|n| !n.is_empty()) {
        Some(next) => Done::at(safe_next(Some(next))).with_notice(PageNotice::KeyReady).about(key.name),
        None => {
            let page = format!("/trade?key={}", key.id);
            Done::at(page).with_notice(PageNotice::KeyConnected).about(key.name)
        }
    });
    form("key-sandbox", "/keys").when_too_many(RequestError::TooManySandboxes).answer(&visit, done).await
}

/// Connects a key of the user's own.
#[server(endpoint = "key-create")]
pub async fn create_key(
    #[server(default)]
    #[server(rename = "tradeType")]
    trade_type: String,
    #[server(default)]
    #[server(rename = "strategyType")]
    strategy_type: String,
    #[server(default)] name: String,
    #[server(default)]
    #[server(rename = "apiKey")]
    api_key: String,
    #[server(default)]
    #[server(rename = "apiSecretKey")]
    secret: String,
    #[server(default)]
    #[server(rename = "firstDaySymbol")]
    market: String,
    #[server(default)]
    #[server(rename = "firstDayEnds")]
    ends: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("key-create", "/keys#add")
        .keep("tradeType", &trade_type)
        .keep("strategyType", &strategy_type)
        .keep("name", &name)
        .keep("apiKey", &api_key)
        .keep("firstDaySymbol", &market)
        .keep("firstDayEnds", &ends);
    let made = match (kinds(&trade_type, &strategy_type), first_day_choice(&market, &ends)) {
        (Ok((trade_type, strategy_type)), Ok(first_day)) => {
            let new = NewKey {
                exchange_id: ExchangeId::Binance,
                trade_type,
                strategy_type,
                active: true,
                name,
                api_key,
                secret: Zeroizing::new(secret),
                first_day,
            };
            key::connect_key(&visit.desk, &actor, new).await
        }
        (Err(problems), _) => Err(Error::Fields(problems)),
        (_, Err(problem)) => Err(Error::field("firstDaySymbol", problem)),
    };
    let done = made.map(|key| Done::at("/keys").with_notice(PageNotice::KeyConnected).about(key.name));
    answer.answer(&visit, done).await
}

fn kinds(trade: &str, strategy: &str) -> Result<(TradeType, StrategyType), Vec<FieldProblem>> {
    match (TradeType::parse(trade), StrategyType::parse(strategy)) {
        (Some(trade), Some(strategy)) => Ok((trade, strategy)),
        (trade, strategy) => {
            let trade = trade.is_none().then(|| FieldProblem::new("tradeType", Problem::NotTradeType));
            let strategy =
                strategy.is_none().then(|| FieldProblem::new("strategyType", Problem::NotStrategyType));
            Err(trade.into_iter().chain(strategy).collect())
        }
    }
}

/// The choices about the first-day limits; an empty market is that of the first order.
fn first_day_choice(market: &str, ends: &str) -> Result<FirstDayChoice, Problem> {
    let market = Some(market.trim()).filter(|market| !market.is_empty());
    Ok(FirstDayChoice { market: market.map(validation::symbol).transpose()?, ends: ends == "true" })
}

/// Ends the first-day limits of a key.
#[server(endpoint = "key-first-day-end")]
pub async fn end_first_day(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("key-first-day-end", format!("/keys#key-{}", fragment(&id))).keep("id", &id);
    let ended = match id.parse() {
        Ok(id) => first_day::end_limits(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = ended.map(|key| Done::at("/keys").with_notice(PageNotice::FirstDayEnded).about(key.name));
    answer.answer(&visit, done).await
}

/// Renames a key.
#[server(endpoint = "key-rename")]
pub async fn rename_key(
    #[server(default)] id: String,
    #[server(default)] name: String,
) -> Result<Done, FormFailure> {
    let back = format!("/keys#key-{}", fragment(&id));
    let answer = form("key-rename", back).keep("id", &id).keep("name", &name);
    change(answer, &id, KeyChange { name: Some(name), ..KeyChange::default() }).await
}

/// Enables or disables a key.
#[server(endpoint = "key-active")]
pub async fn activate_key(
    #[server(default)] id: String,
    #[server(default)] active: String,
) -> Result<Done, FormFailure> {
    let answer = form("key-active", format!("/keys#key-{}", fragment(&id))).keep("id", &id);
    change(answer, &id, KeyChange { active: Some(active == "true"), ..KeyChange::default() }).await
}

/// Sets whether a key's account is also traded outside Slipstream.
#[server(endpoint = "key-elsewhere")]
pub async fn set_traded_elsewhere(
    #[server(default)] id: String,
    #[server(default)] elsewhere: String,
) -> Result<Done, FormFailure> {
    let answer = form("key-elsewhere", format!("/keys#key-{}", fragment(&id))).keep("id", &id);
    change(answer, &id, KeyChange { traded_elsewhere: Some(elsewhere == "true"), ..KeyChange::default() })
        .await
}

/// Replaces a key's credentials.
#[server(endpoint = "key-credentials")]
pub async fn renew_key(
    #[server(default)] id: String,
    #[server(default)]
    #[server(rename = "apiKey")]
    api_key: String,
    #[server(default)]
    #[server(rename = "apiSecretKey")]
    secret: String,
) -> Result<Done, FormFailure> {
    let back = format!("/keys#key-{}", fragment(&id));
    let answer = form("key-credentials", back).keep("id", &id).keep("apiKey", &api_key);
    let credentials = Some((api_key, Zeroizing::new(secret)));
    change(answer, &id, KeyChange { credentials, ..KeyChange::default() }).await
}

async fn change(answer: super::form::Form, id: &str, change: KeyChange) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match id.parse() {
        Ok(id) => key::update_key(&visit.desk, &actor, id, change).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = changed.map(|key| Done::at("/keys").with_notice(PageNotice::KeySaved).about(key.name));
    answer.answer(&visit, done).await
}

/// Resets a sandbox account.
#[server(endpoint = "key-reset")]
pub async fn reset_sandbox(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let reset = match id.parse() {
        Ok(id) => key::reset_sandbox(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = reset.map(|key| Done::at("/keys").with_notice(PageNotice::SandboxReset).about(key.name));
    form("key-reset", "/keys").answer(&visit, done).await
}

/// Deletes a key. With `open` = `close` its positions and orders are closed first; otherwise they are left
/// open.
#[server(endpoint = "key-delete")]
pub async fn delete_key(
    #[server(default)] id: String,
    #[server(default)] open: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let back = format!("/keys/delete?id={}", fragment(&id));
    let close = open == "close";
    let deleted = match id.parse() {
        Ok(id) if close => panic::close_and_delete_key(&visit.desk, &actor, id).await,
        Ok(id) => key::delete_key(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let notice = if close { PageNotice::KeyClosedAndDeleted } else { PageNotice::KeyDeleted };
    let done = deleted.map(|key| Done::at("/keys").with_notice(notice).about(key.name));
    form("key-delete", back).answer(&visit, done).await
}

/// An id that is safe in a URL fragment: a valid id, or nothing.
fn fragment(id: &str) -> String {
    id.parse::<ExchangeKeyId>().map(|id| id.to_string()).unwrap_or_default()
}
