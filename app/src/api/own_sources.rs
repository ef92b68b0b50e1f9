//! Forms for private signal sources.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::{Form, form},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
};
use domain::{
    Decimal, StrategyId, Symbol, money,
    own_source::{OwnSource, SourceRules},
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Error,
    following::own_source::{self, NewSource, SourceChange},
};

const PAGE: &str = "/strategies/own";

/// Creates a source; its page shows the webhook's URL once.
#[server(endpoint = "own-source-create")]
pub async fn create_own_source(
    #[server(default)] name: String,
    #[server(default)] symbol: String,
    #[server(default)]
    #[server(rename = "stopPercent")]
    stop: String,
    #[server(default)]
    #[server(rename = "targetPercents")]
    targets: String,
    #[server(default)]
    #[server(rename = "maxDistancePercent")]
    distance: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = form("own-source-create", format!("{PAGE}#create"))
        .keep("name", &name)
        .keep("symbol", &symbol)
        .keep("stopPercent", &stop)
        .keep("targetPercents", &targets)
        .keep("maxDistancePercent", &distance);
    let created = match new_source(name, &symbol, rules(&stop, &targets, &distance)) {
        Ok(new) => own_source::create_source(&visit.desk, &actor, new).await,
        Err(problems) => Err(Error::Fields(problems)),
    };
    let done = created.map(|(source, token)| {
        done(&source, PageNotice::SourceCreated).with_details(vec![("token".to_owned(), token)])
    });
    answer.answer(&visit, done).await
}

fn new_source(
    name: String,
    symbol: &str,
    rules: Result<SourceRules, Vec<FieldProblem>>,
) -> Result<NewSource, Vec<FieldProblem>> {
    let symbol: Result<Symbol, _> =
        symbol.trim().parse().map_err(|_| FieldProblem::new("symbol", Problem::NotSymbol));
    match (symbol, rules) {
        (Ok(symbol), Ok(rules)) => Ok(NewSource { name, symbol, rules }),
        (symbol, rules) => Err(symbol.err().into_iter().chain(rules.err().into_iter().flatten()).collect()),
    }
}

/// Parses the percentages; an empty distance is the default one.
fn rules(stop: &str, targets: &str, distance: &str) -> Result<SourceRules, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut percents = |field: &str, text: &str| -> Vec<Decimal> {
        let parts = text.split([' ', ';', '\n', '\r']).map(str::trim).filter(|part| !part.is_empty());
        let read: Option<Vec<_>> = parts.map(|part| money::parse(part).ok()).collect();
        read.unwrap_or_else(|| {
            problems.push(FieldProblem::new(field, Problem::NotNumber));
            Vec::new()
        })
    };
    let defaults = SourceRules::default();
    let rules = SourceRules {
        stop_percent: percents("stopPercent", stop).first().copied(),
        target_percents: percents("targetPercents", targets),
        max_distance_percent: percents("maxDistancePercent", distance)
            .first()
            .copied()
            .unwrap_or(defaults.max_distance_percent),
    };
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

/// Replaces the rules of a source.
#[server(endpoint = "own-source-rules")]
pub async fn set_own_source_rules(
    #[server(default)] id: String,
    #[server(default)]
    #[server(rename = "stopPercent")]
    stop: String,
    #[server(default)]
    #[server(rename = "targetPercents")]
    targets: String,
    #[server(default)]
    #[server(rename = "maxDistancePercent")]
    distance: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = of("own-source-rules", &id)
        .keep("stopPercent", &stop)
        .keep("targetPercents", &targets)
        .keep("maxDistancePercent", &distance);
    let changed = match (id.parse::<StrategyId>(), rules(&stop, &targets, &distance)) {
        (Ok(id), Ok(rules)) => {
            let change = SourceChange { rules: Some(rules), ..SourceChange::default() };
            own_source::change_source(&visit.desk, &actor, id, change).await
        }
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(problems)) => Err(Error::Fields(problems)),
    };
    answer.answer(&visit, changed.map(|source| done(&source, PageNotice::SourceSaved))).await
}

/// Pauses or resumes a source.
#[server(endpoint = "own-source-active")]
pub async fn activate_own_source(
    #[server(default)] id: String,
    #[server(default)] active: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match (id.parse::<StrategyId>(), active.parse::<bool>()) {
        (Ok(id), Ok(active)) => {
            let change = SourceChange { active: Some(active), ..SourceChange::default() };
            own_source::change_source(&visit.desk, &actor, id, change).await
        }
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(_)) => Err(Error::field("active", Problem::NotBoolean)),
    };
    let done = changed.map(|source| done(&source, PageNotice::SourceSaved));
    of("own-source-active", &id).answer(&visit, done).await
}

/// Replaces the webhook's token; the next page shows the new URL once.
#[server(endpoint = "own-source-rotate")]
pub async fn rotate_own_webhook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let rotated = match id.parse::<StrategyId>() {
        Ok(id) => own_source::rotate_token(&visit.desk, &actor, id).await.map(|token| (id, token)),
        Err(_) => Err(Error::NotFound),
    };
    let done = rotated.map(|(id, token)| {
        Done::at(page(id))
            .with_notice(PageNotice::HookRotated)
            .with_details(vec![("token".to_owned(), token)])
    });
    of("own-source-rotate", &id).answer(&visit, done).await
}

/// Revokes the webhook's token.
#[server(endpoint = "own-source-revoke")]
pub async fn revoke_own_webhook(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let revoked = match id.parse::<StrategyId>() {
        Ok(id) => own_source::revoke_token(&visit.desk, &actor, id).await.map(|()| id),
        Err(_) => Err(Error::NotFound),
    };
    let done = revoked.map(|id| Done::at(page(id)).with_notice(PageNotice::SourceRevoked));
    of("own-source-revoke", &id).answer(&visit, done).await
}

/// Removes a source.
#[server(endpoint = "own-source-remove")]
pub async fn remove_own_source(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let removed = match id.parse::<StrategyId>() {
        Ok(id) => own_source::remove_source(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = removed.map(|()| Done::at(PAGE).with_notice(PageNotice::SourceRemoved));
    of("own-source-remove", &id).answer(&visit, done).await
}

/// Chooses whether alerts or the risk profile decide the size of copies.
#[server(endpoint = "own-source-sizing")]
pub async fn set_source_sizing(
    #[server(default)] id: String,
    #[server(default)]
    #[server(rename = "sizeFromAlert")]
    on: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match (id.parse::<StrategyId>(), on.parse::<bool>()) {
        (Ok(id), Ok(on)) => {
            let change = SourceChange { size_from_alert: Some(on), ..SourceChange::default() };
            own_source::change_source(&visit.desk, &actor, id, change).await
        }
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(_)) => Err(Error::field("sizeFromAlert", Problem::NotBoolean)),
    };
    let done = changed.map(|source| done(&source, PageNotice::SourceSaved));
    of("own-source-sizing", &id).answer(&visit, done).await
}

/// Asks the admins to make a source public, or withdraws the request.
#[server(endpoint = "own-source-approval")]
pub async fn request_source_approval(
    #[server(default)] id: String,
    #[server(default)] wanted: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match (id.parse::<StrategyId>(), wanted.parse::<bool>()) {
        (Ok(id), Ok(true)) => own_source::request_approval(&visit.desk, &actor, id).await,
        (Ok(id), Ok(false)) => own_source::withdraw_request(&visit.desk, &actor, id).await,
        (Err(_), _) => Err(Error::NotFound),
        (Ok(_), Err(_)) => Err(Error::field("wanted", Problem::NotBoolean)),
    };
    let notice = if wanted == "true" { PageNotice::ApprovalRequested } else { PageNotice::ApprovalWithdrawn };
    let done = changed.map(|source| Done::at(page(source.strategy.id)).with_notice(notice));
    of("own-source-approval", &id).answer(&visit, done).await
}

/// Judges an alert without placing orders; the page shows the verdict.
#[server(endpoint = "own-source-test")]
pub async fn test_own_source(
    #[server(default)] id: String,
    #[server(default)] alert: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let tested = match id.parse::<StrategyId>() {
        Ok(id) => own_source::test_alert(&visit.desk, &actor, id, alert.as_bytes()).await.map(|_verdict| id),
        Err(_) => Err(Error::NotFound),
    };
    let done = tested.map(|id| Done::at(format!("{}#test", page(id))).with_notice(PageNotice::SourceTested));
    of("own-source-test", &id).keep_text("alert", &alert).answer(&visit, done).await
}

/// Success, with the name of the source.
fn done(source: &OwnSource, notice: PageNotice) -> Done {
    Done::at(page(source.strategy.id)).with_notice(notice).about(source.strategy.name.clone())
}

fn page(id: StrategyId) -> String {
    format!("{PAGE}/{id}")
}

/// A form on a source's page.
fn of(name: &'static str, id: &str) -> Form {
    form(name, id.parse().map_or_else(|_| PAGE.to_owned(), page)).keep("id", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_or_named() {
        let read = rules("2", "1; 2.5", "").unwrap();
        assert_eq!(read.stop_percent, Some(Decimal::TWO));
        assert_eq!(read.target_percents, [Decimal::ONE, Decimal::new(25, 1)]);
        assert_eq!(read.max_distance_percent, Decimal::from(5));
        assert_eq!(rules("", "", "7").unwrap().stop_percent, None);
        let fields: Vec<_> = rules("x", "1 y", "z").unwrap_err().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["stopPercent", "targetPercents", "maxDistancePercent"]);
    }
}
