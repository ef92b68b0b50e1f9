//! The control API, which is specific to the sandbox: opening accounts and, for tests, moving the market and
//! injecting faults.

mod accounts;
mod faults;
mod naked;

use super::{
    failure::{Reply, SandboxFailure},
    no_such_path,
    shared::ServerState,
};
use crate::{
    engine::{AccountId, Command, Engine},
    market::Pair,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, delete, get, post},
};
use domain::money;
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};
use subtle::ConstantTimeEq;

/// Maximum number of ticks per request: some hours of the market.
const MOST_TICKS: u32 = 100_000;

type App = State<Arc<ServerState>>;

pub(crate) fn router(shared: Arc<ServerState>) -> Router {
    let mut closed = Router::new()
        .route("/accounts", post(accounts::open))
        .route("/accounts/{api_key}/keys", post(accounts::add_key))
        .route("/accounts/{api_key}/reset", post(accounts::reset))
        .route("/accounts/{api_key}/funds", post(accounts::fund))
        .route("/naked", get(naked::spans));
    if shared.controllable {
        closed = closed
            .route("/tick", post(tick))
            .route("/price", post(price))
            .route("/accounts/{api_key}/rights", post(accounts::rights))
            .route("/accounts/{api_key}/modes", post(accounts::modes))
            .route("/markets/{symbol}", post(faults::change_market))
            .route("/fault", post(faults::fault))
            .route("/fault", delete(faults::clear))
            .route("/lag", post(faults::lag))
            .route("/storm", post(faults::storm))
            .route("/events", post(faults::events))
            .route("/streams", post(faults::end_streams))
            .route("/clock", post(clock));
    }
    closed
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), check_token))
        .route("/market", get(market))
        .route("/{*path}", any(no_such_path))
        .with_state(shared)
}

/// Middleware that admits only requests with the control token.
async fn check_token(State(shared): App, request: Request, next: Next) -> Response {
    let sent = request.headers().get("x-sandbox-control").map_or(&b""[..], |value| value.as_bytes());
    if bool::from(sent.ct_eq(shared.control_token.as_bytes())) {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "X-Sandbox-Control is missing or wrong" })))
        .into_response()
}

/// Parses a JSON body; an empty one counts as an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, BadRequest> {
    let bytes = if body.is_empty() { &b"{}"[..] } else { body };
    serde_json::from_slice(bytes).map_err(|error| BadRequest(error.to_string()))
}

/// The body of a request is not valid for its path.
struct BadRequest(String);

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        bad_request(&self.0)
    }
}

fn bad_request(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

/// Applies a command and waits until it is on disk.
async fn apply(shared: &ServerState, command: Command) -> Result<(), SandboxFailure> {
    let (_, record) = shared.exchange.apply(command)?;
    Ok(shared.exchange.durable(record).await?)
}

fn done(result: Result<(), SandboxFailure>) -> Response {
    result.map_or_else(IntoResponse::into_response, |()| Json(json!({})).into_response())
}

/// Why an account could not be resolved.
enum Missing {
    NoSuchAccount,
    Failed(SandboxFailure),
}

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        match self {
            Self::NoSuchAccount => {
                (StatusCode::NOT_FOUND, Json(json!({ "error": "no such account" }))).into_response()
            }
            Self::Failed(failure) => failure.into_response(),
        }
    }
}

/// The account of an API key.
fn account(shared: &ServerState, api_key: &str) -> Result<AccountId, Missing> {
    let find = |engine: &Engine| engine.account_by_key(api_key).map(|account| account.id);
    let found = shared.exchange.read(find).map_err(|refused| Missing::Failed(refused.into()))?;
    found.ok_or(Missing::NoSuchAccount)
}

/// A pair by Binance's symbol or by the unified symbol.
fn pair(name: &str) -> Option<Pair> {
    Pair::ALL.into_iter().find(|p| p.joined() == name || p.symbol().to_string() == name)
}

/// The recorded hour that is playing, and which markets are synthetic. Public, because the pages show it.
async fn market(State(shared): App) -> Reply<Json<Value>> {
    let playing = shared.exchange.read(Engine::playing)?;
    let row = |pair: &Pair| {
        json!({
            "symbol": pair.symbol().to_string(),
            "synthetic": pair.synthetic(),
            "behavior": pair.behavior(),
        })
    };
    Ok(Json(json!({
        "now": shared.exchange.now().to_string(),
        "paused": shared.paused.load(Ordering::Relaxed),
        "requests": shared.requests.load(Ordering::Relaxed),
        "playing": playing.map(|playing| json!({
            "symbol": playing.pair.symbol().to_string(),
            "hour": playing.hour.to_string(),
            "tick": playing.tick,
            "pass": playing.pass,
            "scale": money::text(playing.scale),
            "mirrored": playing.mirrored,
        })),
        "markets": Pair::ALL.iter().map(row).collect::<Vec<_>>(),
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ticks {
    #[serde(default = "one")]
    count: u32,
}

const fn one() -> u32 {
    1
}

async fn tick(State(shared): App, body: Bytes) -> Response {
    let count = match read::<Ticks>(&body) {
        Ok(ticks) if (1..=MOST_TICKS).contains(&ticks.count) => ticks.count,
        Ok(_) => return bad_request("count must be from 1 to 100000"),
        Err(bad) => return bad.into_response(),
    };
    // Many ticks take a while, so they must not block a thread that serves requests.
    let steps = tokio::task::spawn_blocking(move || (0..count).try_for_each(|_| shared.exchange.step()));
    match steps.await {
        Ok(result) => done(result.map_err(SandboxFailure::from)),
        Err(_) => SandboxFailure::internal().into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    symbol: String,
    price: String,
}

async fn price(State(shared): App, body: Bytes) -> Response {
    let request: Price = match read(&body) {
        Ok(request) => request,
        Err(bad) => return bad.into_response(),
    };
    match (pair(&request.symbol), money::parse(&request.price)) {
        (Some(pair), Ok(price)) => done(apply(&shared, Command::SetPrice { pair, price }).await),
        (None, _) => bad_request("no such symbol"),
        (_, Err(error)) => bad_request(&error.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    running: bool,
}

async fn clock(State(shared): App, body: Bytes) -> Response {
    match read::<Clock>(&body) {
        Ok(clock) => {
            shared.paused.store(!clock.running, Ordering::Relaxed);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}
