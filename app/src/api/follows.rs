//! Forms for following strategies, and the panic button.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::{Form, failure, form},
    trader,
};
use crate::{
    answer::{Done, FormFailure},
    notice::{PageNotice, RequestError},
    visit::{self, Visit},
    words::{follows::follows, problems},
};
use domain::{
    Decimal, ExchangeKeyId, FollowId, StrategyId,
    follow::{Follow, Leaving},
    money,
    validation::{FieldProblem, Problem},
};
use leptos::prelude::*;
use service::{
    Actor, Error,
    following::{
        follow::{self, FollowChange, NewFollow},
        panic,
    },
};
use std::str::FromStr;

/// Lets a key follow a strategy.
#[server(endpoint = "follow-create")]
pub async fn create_follow(
    #[server(default)] key: String,
    #[server(default)]
    #[server(rename = "strategyAutomatedId")]
    strategy: String,
    #[server(default)]
    #[server(rename = "strategyRiskProfileId")]
    profile: String,
    #[server(default)]
    #[server(rename = "maxLeverage")]
    leverage: String,
    #[server(default)]
    #[server(rename = "dailyLossLimitUsd")]
    limit: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let back = strategy
        .parse::<StrategyId>()
        .map_or_else(|_| "/strategies".to_owned(), |id| format!("/strategies/{id}/follow"));
    let answer = terms(form("follow-create", back), &strategy, &profile, &leverage, &limit).keep("key", &key);
    let started = match (Typed { strategy, profile, leverage, limit }.read(), key.parse()) {
        (Ok(terms), Ok(key)) => follow::create_follow(&visit.desk, &actor, key, terms).await,
        (Err(problems), _) => Err(Error::Fields(problems)),
        (Ok(_), Err(_)) => Err(Error::NotFound),
    };
    answer.answer(&visit, started.map(|follow| done(follow, PageNotice::FollowStarted))).await
}

/// Changes the strategy, risk profile and limits of a follow.
#[server(endpoint = "follow-change")]
pub async fn change_follow(
    #[server(default)] id: String,
    #[server(default)]
    #[server(rename = "strategyAutomatedId")]
    strategy: String,
    #[server(default)]
    #[server(rename = "strategyRiskProfileId")]
    profile: String,
    #[server(default)]
    #[server(rename = "maxLeverage")]
    leverage: String,
    #[server(default)]
    #[server(rename = "dailyLossLimitUsd")]
    limit: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let answer = terms(row("follow-change", &id), &strategy, &profile, &leverage, &limit);
    let changed = match (Typed { strategy, profile, leverage, limit }.read(), id.parse()) {
        (Ok(terms), Ok(id)) => {
            let change = FollowChange {
                active: None,
                strategy: Some(terms.strategy),
                profile: Some(terms.profile),
                max_leverage: Some(terms.max_leverage),
                daily_loss_limit_usd: Some(terms.daily_loss_limit_usd),
            };
            follow::update_follow(&visit.desk, &actor, id, change).await
        }
        (Err(problems), _) => Err(Error::Fields(problems)),
        (Ok(_), Err(_)) => Err(Error::NotFound),
    };
    answer.answer(&visit, changed.map(|follow| done(follow, PageNotice::FollowChanged))).await
}

/// Pauses a follow: nothing new is copied until it is resumed.
#[server(endpoint = "follow-pause")]
pub async fn pause_follow(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let paused = match id.parse() {
        Ok(id) => follow::pause_follow(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = paused.map(|follow| done(follow, PageNotice::FollowPaused));
    row("follow-pause", &id).answer(&visit, done).await
}

/// Resumes a paused follow.
#[server(endpoint = "follow-resume")]
pub async fn resume_follow(#[server(default)] id: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let resumed = match id.parse() {
        Ok(id) => follow::resume_follow(&visit.desk, &actor, id).await,
        Err(_) => Err(Error::NotFound),
    };
    let done = resumed.map(|follow| done(follow, PageNotice::FollowResumed));
    row("follow-resume", &id).answer(&visit, done).await
}

/// Stops a follow; its position is kept or closed.
#[server(endpoint = "follow-stop")]
pub async fn stop_follow(
    #[server(default)] id: String,
    #[server(default)] leaving: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let leaving = Leaving::parse(&leaving).unwrap_or(Leaving::Keep);
    let stopped = match id.parse() {
        Ok(id) => stop(&visit, &actor, id, leaving).await,
        Err(_) => Err(Error::NotFound),
    };
    let notice = match leaving {
        Leaving::Keep => PageNotice::FollowStopped,
        Leaving::Close => PageNotice::FollowStoppedClosed,
    };
    let done = stopped.map(|follow| done(follow, notice));
    form("follow-stop", "/follows").answer(&visit, done).await
}

/// Stops a follow and returns it as it was.
async fn stop(visit: &Visit, actor: &Actor, id: FollowId, leaving: Leaving) -> Result<Follow, Error> {
    let follow = follow::get_follow(&visit.desk, actor, id).await?;
    follow::stop_follow(&visit.desk, actor, id, leaving).await?;
    Ok(follow)
}

/// Success, with the name of the strategy.
fn done(follow: Follow, notice: PageNotice) -> Done {
    Done::at("/follows").with_notice(notice).about(follow.strategy.name)
}

/// The panic button, for one key or for all.
#[server(endpoint = "panic")]
pub async fn press_panic(#[server(default)] key: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let pressed = if key.is_empty() {
        panic::close_all_keys(&visit.desk, &actor).await
    } else {
        match key.parse::<ExchangeKeyId>() {
            Ok(key) => panic::close_key(&visit.desk, &actor, key).await.map(|report| vec![report]),
            Err(_) => Err(Error::NotFound),
        }
    };
    let done = pressed.map(|reports| {
        Done::at("/follows/panic").with_notice(PageNotice::Panicked).with_details(report_details(reports))
    });
    form("panic", "/follows/panic").answer(&visit, done).await
}

/// The outcome for each key, as text.
fn report_details(reports: Vec<panic::Report>) -> Vec<(String, String)> {
    let words = follows(visit::lang());
    let why = |error: Error| {
        let rejection = failure(error).1.refusal.unwrap_or(RequestError::Fault.into());
        problems::rejection(visit::lang(), rejection)
    };
    let market = |report: panic::MarketReport| {
        let symbol = report.symbol.to_string();
        match report.outcome {
            Ok(()) => words.panic_market(&symbol),
            Err(error) => words.panic_failed(&symbol, why(error)),
        }
    };
    let line = |report: panic::Report| {
        let done = report.done();
        let mut parts = match report.markets {
            Ok(markets) if markets.is_empty() => vec![words.panic_quiet.to_owned()],
            Ok(markets) => markets.into_iter().map(market).collect(),
            Err(error) => vec![words.panic_unknown(why(error))],
        };
        if !done {
            parts.push(words.panic_again.to_owned());
        }
        if report.automated {
            parts.push(words.panic_paused.to_owned());
        }
        (report.name, parts.join(" "))
    };
    reports.into_iter().map(line).collect()
}

/// A form in a follow's row.
fn row(name: &'static str, id: &str) -> Form {
    let line = id.parse::<FollowId>().map(|id| format!("/follows#follow-{id}"));
    form(name, line.unwrap_or_else(|_| "/follows".to_owned())).keep("id", id)
}

fn terms(form: Form, strategy: &str, profile: &str, leverage: &str, limit: &str) -> Form {
    form.keep("strategyAutomatedId", strategy)
        .keep("strategyRiskProfileId", profile)
        .keep("maxLeverage", leverage)
        .keep("dailyLossLimitUsd", limit)
}

/// The submitted fields.
struct Typed {
    strategy: String,
    profile: String,
    leverage: String,
    limit: String,
}

impl Typed {
    fn read(&self) -> Result<NewFollow, Vec<FieldProblem>> {
        let strategy = field("strategyAutomatedId", &self.strategy, Problem::NotUuid);
        let profile = field("strategyRiskProfileId", &self.profile, Problem::NotRiskProfile);
        let max_leverage = optional("maxLeverage", &self.leverage, Problem::NotLeverage, |t| t.parse().ok());
        let limit: Result<Option<Decimal>, _> =
            optional("dailyLossLimitUsd", &self.limit, not_amount(&self.limit), |t| money::parse(t).ok());
        match (strategy, profile, max_leverage, limit) {
            (Ok(strategy), Ok(profile), Ok(max_leverage), Ok(daily_loss_limit_usd)) => {
                Ok(NewFollow { active: true, strategy, profile, max_leverage, daily_loss_limit_usd })
            }
            (a, b, c, d) => {
                let beyond = follow::limit_problems(c.clone().ok().flatten(), d.clone().ok().flatten());
                let unread = [a.err(), b.err(), c.err(), d.err()];
                Err(unread.into_iter().flatten().chain(beyond).collect())
            }
        }
    }
}

/// The problem of a text that is not a valid amount: too long, or not a number.
fn not_amount(text: &str) -> Problem {
    let number = text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if number && text.trim().len() > 28 { Problem::TextTooLong } else { Problem::NotNumber }
}

/// Parses a required field.
fn field<T: FromStr>(name: &str, text: &str, problem: Problem) -> Result<T, FieldProblem> {
    text.trim().parse().map_err(|_| FieldProblem::new(name, problem))
}

/// Parses an optional field.
pub(super) fn optional<T>(
    name: &str,
    text: &str,
    problem: Problem,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, FieldProblem> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).map(Some).ok_or_else(|| FieldProblem::new(name, problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192d3a0-0000-7000-8000-000000000001";

    fn typed(leverage: &str, limit: &str) -> Typed {
        Typed { strategy: ID.into(), profile: ID.into(), leverage: leverage.into(), limit: limit.into() }
    }

    #[test]
    fn limits_may_be_left_empty() {
        let read = typed("", " ").read().unwrap();
        assert_eq!((read.max_leverage, read.daily_loss_limit_usd), (None, None));
        let read = typed(" 7 ", "250.5").read().unwrap();
        assert_eq!((read.max_leverage, read.daily_loss_limit_usd), (Some(7), Some(Decimal::new(2505, 1))));
    }

    #[test]
    fn a_number_that_is_too_long_is_called_that() {
        let problem = |limit: &str| typed("", limit).read().unwrap_err()[0].problem;
        assert_eq!(problem(&"9".repeat(32)), Problem::TextTooLong);
        assert_eq!(problem("much"), Problem::NotNumber);
    }

    #[test]
    fn all_problems_are_reported_together() {
        let wrong = Typed { profile: "none".into(), ..typed("many", "much") };
        let fields: Vec<_> = wrong.read().unwrap_err().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["strategyRiskProfileId", "maxLeverage", "dailyLossLimitUsd"]);
        let fields: Vec<_> = typed("126", "abc").read().unwrap_err().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["dailyLossLimitUsd", "maxLeverage"], "what can be read is judged as well");
    }
}
