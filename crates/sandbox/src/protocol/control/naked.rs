//! Access to the naked-time meter for tests.

use super::{App, account, bad_request, pair};
use crate::{
    engine::{AccountId, Engine, Span, summary},
    market::{MarketId, Pair},
    protocol::{failure::SandboxFailure, number::stepped},
};
use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use domain::{Micros, time};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SpansQuery {
    /// Start of the period, in milliseconds since the Unix epoch.
    from: Option<i64>,
    /// The account, by API key.
    account: Option<String>,
    symbol: Option<String>,
}

/// Reports when positions were open without a covering stop.
pub(super) async fn spans(State(shared): App, Query(request): Query<SpansQuery>) -> Response {
    let only = match request.account.map(|key| account(&shared, &key)).transpose() {
        Ok(only) => only,
        Err(missing) => return missing.into_response(),
    };
    let named = request.symbol.map(|symbol| pair(&symbol).ok_or("no such symbol")).transpose();
    let pairs = match named {
        Ok(named) => named.map_or(Pair::ALL.to_vec(), |pair| vec![pair]),
        Err(why) => return bad_request(why),
    };
    let from = request.from.map_or(Micros(i64::MIN / 2), Micros::from_millis);
    let now = shared.exchange.now();
    let all = shared.exchange.read(|engine| {
        let accounts = engine.accounts().filter(|a| only.is_none_or(|only| only == a.id));
        let each = accounts.flat_map(|a| pairs.iter().map(move |pair| (a.id, a.api_key.as_str(), *pair)));
        each.filter_map(|each| report(engine, each, from, now)).collect::<Vec<_>>()
    });
    match all {
        Ok(rows) => Json(json!({ "now": now.millis(), "markets": rows })).into_response(),
        Err(refused) => SandboxFailure::from(refused).into_response(),
    }
}

/// One account's spans on one perpetual that end after `from`; `None` if there are none.
fn report(
    engine: &Engine,
    (id, api_key, pair): (AccountId, &str, Pair),
    from: Micros,
    now: Micros,
) -> Option<Value> {
    let mut spans = engine.naked(id);
    spans.retain(|span| span.pair == pair && span.end.is_none_or(|end| end > from));
    if spans.is_empty() {
        return None;
    }
    let sums = summary(&spans, from, now);
    Some(json!({
        "account": api_key,
        "symbol": pair.joined(),
        "longestMs": millis(sums.longest),
        "totalMs": millis(sums.total),
        "spans": spans.iter().map(|span| row(span, from, now)).collect::<Vec<_>>(),
    }))
}

fn row(span: &Span, from: Micros, now: Micros) -> Value {
    json!({
        "start": span.start.millis(),
        "end": span.end.map(Micros::millis),
        "ms": millis(span.length(from, now)),
        "position": stepped(span.position, MarketId::futures(span.pair).rules().lot),
        "opened": span.opened,
    })
}

/// Whole milliseconds, rounded up, so that a short span does not become zero.
const fn millis(micros: i64) -> i64 {
    let milli = time::SECOND / 1_000;
    (micros + milli - 1) / milli
}
