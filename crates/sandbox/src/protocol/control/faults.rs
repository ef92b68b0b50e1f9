//! Test controls: faults, read lag and market changes.

use super::{App, account, apply, bad_request, done, pair, read};
use crate::{
    engine::{Command, MarketChange, MarketStatus, Reject, TriggerRejection},
    history::Lag,
    market::MarketId,
    protocol::{
        effect::FaultKind,
        failure::SandboxFailure,
        fault::{Garbled, Storm},
        limits::Venue,
        listen::Listener,
        scope::Fault,
        shared::{ServerState, StreamEnd},
    },
};
use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use domain::{TradeType, money};
use serde::Deserialize;

/// Adds a fault, or clears those of its path if `next` is zero.
pub(super) async fn fault(State(shared): App, body: Bytes) -> Response {
    match read::<Fault>(&body) {
        Ok(fault) if fault.effect.kind == FaultKind::RejectTrigger => reject_triggers(&shared, fault).await,
        Ok(fault) => {
            shared.faults.add(shared.exchange.now(), fault);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}

/// Removes all faults, the storm, the garbling of events and the read lag.
pub(super) async fn clear(State(shared): App) -> Response {
    shared.faults.clear();
    if let Err(refused) = shared.exchange.set_lag(Lag::default(), None) {
        return SandboxFailure::from(refused).into_response();
    }
    let reason = Reject::margin_insufficient();
    let none = TriggerRejection { account: None, pair: None, left: Some(0), reason };
    done(apply(&shared, Command::RejectTriggers(none)).await)
}

/// Makes the matching engine reject conditional orders that trigger. This is part of the exchange's state,
/// because triggers follow from ticks, and replaying those must give the same result.
async fn reject_triggers(shared: &ServerState, fault: Fault) -> Response {
    let Fault { scope, effect } = fault;
    let account = match scope.account.map(|key| account(shared, &key)).transpose() {
        Ok(account) => account,
        Err(missing) => return missing.into_response(),
    };
    let named = scope.symbol.map(|symbol| pair(&symbol).ok_or("no such symbol")).transpose();
    let pair = match named {
        Ok(pair) => pair,
        Err(why) => return bad_request(why),
    };
    let reason = Reject {
        code: effect.code.unwrap_or(-2019),
        message: effect.message.unwrap_or_else(|| "Margin is insufficient.".into()).into(),
    };
    let left = scope.next.filter(|_| !scope.until_cleared);
    done(apply(shared, Command::RejectTriggers(TriggerRejection { account, pair, left, reason })).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LagRequest {
    lag: Lag,
    /// The account whose reads lag, by API key; `None` means every account.
    account: Option<String>,
}

/// Makes reads lag.
pub(super) async fn lag(State(shared): App, body: Bytes) -> Response {
    let request: LagRequest = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    match request.account.map(|key| account(&shared, &key)).transpose() {
        Ok(only) => done(shared.exchange.set_lag(request.lag, only).map_err(SandboxFailure::from)),
        Err(missing) => missing.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarketChangeRequest {
    /// Futures if `None`.
    kind: Option<TradeType>,
    status: Option<String>,
    tick: Option<String>,
    lot: Option<String>,
    thin: Option<bool>,
}

/// Changes a market's status, filters or depth.
pub(super) async fn change_market(State(shared): App, Path(symbol): Path<String>, body: Bytes) -> Response {
    let request: MarketChangeRequest = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let Some(pair) = pair(&symbol) else { return bad_request("no such symbol") };
    let step = |text: Option<String>| text.map(|text| money::parse(&text)).transpose();
    let (Ok(tick), Ok(lot)) = (step(request.tick), step(request.lot)) else {
        return bad_request("tick and lot must be decimal numbers");
    };
    let market = MarketId { pair, kind: request.kind.unwrap_or(TradeType::Futures) };
    let status = match request.status.as_deref().map(|word| MarketStatus::parse(word).ok_or(())).transpose() {
        Ok(status) if status.is_none_or(|status| status.of(market.kind)) => status,
        _ => {
            return bad_request(
                "status must be TRADING, HALT or BREAK on spot, or TRADING, PENDING_TRADING, PRE_SETTLE, SETTLING or CLOSE on futures",
            );
        }
    };
    let change = MarketChange { market, status, tick, lot, thin: request.thin };
    done(apply(&shared, Command::ChangeMarket(change)).await)
}

/// Starts or ends a storm.
pub(super) async fn storm(State(shared): App, body: Bytes) -> Response {
    match read::<Storm>(&body) {
        Ok(storm) if storm.share > 100 => bad_request("share must be from 0 to 100"),
        Ok(storm) if storm.share > 0 && storm.faults.is_empty() => bad_request("faults must not be empty"),
        Ok(storm) if storm.faults.iter().any(|effect| effect.kind == FaultKind::RejectTrigger) => {
            bad_request("rejectTrigger meets no requests")
        }
        Ok(storm) => {
            shared.faults.storm(storm);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}

/// Starts or ends garbling of user-data events.
pub(super) async fn events(State(shared): App, body: Bytes) -> Response {
    match read::<Garbled>(&body) {
        Ok(garbled) if garbled.duplicate > 100 || garbled.reorder > 100 => {
            bad_request("shares must be from 0 to 100")
        }
        Ok(garbled) => {
            shared.faults.garble(garbled);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EndWord {
    Close,
    Shutdown,
    Expire,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndRequest {
    end: EndWord,
    /// The account whose user-data streams expire, by API key.
    account: Option<String>,
}

/// Ends streams.
pub(super) async fn end_streams(State(shared): App, body: Bytes) -> Response {
    let request: EndRequest = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    let end = match (request.end, request.account) {
        (EndWord::Close, None) => StreamEnd::Close,
        (EndWord::Shutdown, None) => StreamEnd::Shutdown,
        (EndWord::Expire, Some(key)) => match account(&shared, &key) {
            Ok(account) => StreamEnd::Expire(account),
            Err(missing) => return missing.into_response(),
        },
        _ => return bad_request("expire needs an account, and nothing else has one"),
    };
    if let StreamEnd::Expire(account) = end {
        for venue in [Venue::Spot, Venue::Futures] {
            let listener = Listener { account, venue };
            shared.listen_keys.close(&listener, None);
            // Having no receivers is not an error, here and below.
            let _ = shared.closed.send(listener);
        }
    }
    let _ = shared.ends.send(end);
    done(Ok(()))
}
