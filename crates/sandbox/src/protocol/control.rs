//! The control door: opening accounts, and, for tests, moving the market and provoking faults. Ours, not Binance's.

use super::{
    failure::{Failure, Reply},
    fault::{Fault, Garbled, Storm},
    listen::token,
    shared::Shared,
};
use crate::{
    engine::{Answer, ApiSecret, Command, Engine, NewAccount, Rights},
    market::Pair,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::{Decimal, TradeType, money};
use http::{StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};
use subtle::ConstantTimeEq;

/// No more ticks by one request: some hours of the market.
const MOST_TICKS: u32 = 100_000;
/// What a new account has in each of its two wallets, in USDT.
const FUNDS: i64 = 10_000;

type App = State<Arc<Shared>>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut closed = Router::new()
        .route("/accounts", post(open_account))
        .route("/accounts/{api_key}/reset", post(reset_account))
        .route("/accounts/{api_key}/funds", post(fund_account));
    if shared.controllable {
        closed = closed
            .route("/tick", post(tick))
            .route("/price", post(price))
            .route("/fault", post(fault))
            .route("/storm", post(storm))
            .route("/events", post(events))
            .route("/clock", post(clock));
    }
    closed
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), check_token))
        .route("/market", get(market))
        .fallback(|| async { Failure::no_such_path() })
        .with_state(shared)
}

/// Lets in whoever knows the token.
async fn check_token(State(shared): App, request: Request, next: Next) -> Response {
    let sent = request.headers().get("x-sandbox-control").map_or(&b""[..], |value| value.as_bytes());
    if bool::from(sent.ct_eq(shared.control_token.as_bytes())) {
        return next.run(request).await;
    }
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": "X-Sandbox-Control is missing or wrong" })))
        .into_response()
}

/// Reads a JSON body; an empty one is an empty object.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, BadRequest> {
    let bytes = if body.is_empty() { &b"{}"[..] } else { body };
    serde_json::from_slice(bytes).map_err(|error| BadRequest(error.to_string()))
}

/// The body of a request is not what its path wants.
struct BadRequest(String);

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        bad_request(&self.0)
    }
}

fn bad_request(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response()
}

/// Has the engine do something and waits until it is on disk.
async fn apply(shared: &Shared, command: Command) -> Result<(), Failure> {
    let (_, record) = shared.exchange.apply(command)?;
    Ok(shared.exchange.durable(record).await?)
}

fn done(result: Result<(), Failure>) -> Response {
    result.map_or_else(IntoResponse::into_response, |()| Json(json!({})).into_response())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct OpenAccount {
    withdrawals: bool,
    ip_restricted: bool,
}

async fn open_account(State(shared): App, body: Bytes) -> Response {
    let asked: OpenAccount = match read(&body) {
        Ok(asked) => asked,
        Err(bad) => return bad.into_response(),
    };
    let (api_key, secret) = (token(shared.chance.as_ref()), token(shared.chance.as_ref()));
    let new = NewAccount {
        api_key: api_key.clone(),
        secret: ApiSecret(secret.clone()),
        rights: Rights { withdrawals: asked.withdrawals, ip_restricted: asked.ip_restricted },
        spot_funds: Decimal::from(FUNDS),
        futures_funds: Decimal::from(FUNDS),
    };
    match apply(&shared, Command::OpenAccount(new)).await {
        Ok(()) => {
            let body = Json(json!({ "apiKey": api_key, "apiSecretKey": secret }));
            ([(header::CACHE_CONTROL, "no-store")], body).into_response()
        }
        Err(failure) => failure.into_response(),
    }
}

async fn reset_account(State(shared): App, Path(api_key): Path<String>) -> Response {
    let find = |engine: &Engine| engine.account_by_key(&api_key).map(|account| account.id);
    match shared.exchange.read(find) {
        Ok(Some(account)) => done(apply(&shared, Command::ResetAccount { account }).await),
        Ok(None) => (StatusCode::NOT_FOUND, Json(json!({ "error": "no such account" }))).into_response(),
        Err(refused) => Failure::from(refused).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Funds {
    wallet: TradeType,
    amount: String,
    reference: String,
}

/// Brings funds from outside, or takes them out: `moved` says whether the account had them. The same reference moves
/// once, so whoever does not know what became of it asks again.
async fn fund_account(State(shared): App, Path(api_key): Path<String>, body: Bytes) -> Response {
    let asked: Funds = match read(&body) {
        Ok(asked) => asked,
        Err(bad) => return bad.into_response(),
    };
    let Ok(amount) = money::parse(&asked.amount) else { return bad_request("amount is no decimal number") };
    if asked.reference.is_empty() || asked.reference.len() > 64 {
        return bad_request("reference must have from 1 to 64 characters");
    }
    let find = |engine: &Engine| engine.account_by_key(&api_key).map(|account| account.id);
    let account = match shared.exchange.read(find) {
        Ok(Some(account)) => account,
        Ok(None) => {
            return (StatusCode::NOT_FOUND, Json(json!({ "error": "no such account" }))).into_response();
        }
        Err(refused) => return Failure::from(refused).into_response(),
    };
    let Funds { wallet, reference, .. } = asked;
    let funded = async {
        let (answer, record) = shared.exchange.apply(Command::Fund { account, wallet, amount, reference })?;
        shared.exchange.durable(record).await?;
        Ok::<_, Failure>(matches!(answer, Answer::Funded(true)))
    };
    match funded.await {
        Ok(moved) => Json(json!({ "moved": moved })).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// Which historical hour is playing, and which markets are made up. Public: the pages say it.
async fn market(State(shared): App) -> Reply<Json<Value>> {
    let playing = shared.exchange.read(Engine::playing)?;
    let row = |pair: &Pair| json!({ "symbol": pair.symbol().to_string(), "synthetic": pair.synthetic() });
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
    // Many ticks take a while: not on a thread that serves requests.
    let steps = tokio::task::spawn_blocking(move || (0..count).try_for_each(|_| shared.exchange.step()));
    match steps.await {
        Ok(result) => done(result.map_err(Failure::from)),
        Err(_) => Failure::internal().into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    symbol: String,
    price: String,
}

async fn price(State(shared): App, body: Bytes) -> Response {
    let asked: Price = match read(&body) {
        Ok(asked) => asked,
        Err(bad) => return bad.into_response(),
    };
    let pair =
        Pair::ALL.into_iter().find(|p| p.joined() == asked.symbol || p.symbol().to_string() == asked.symbol);
    match (pair, money::parse(&asked.price)) {
        (Some(pair), Ok(price)) => done(apply(&shared, Command::SetPrice { pair, price }).await),
        (None, _) => bad_request("no such symbol"),
        (_, Err(error)) => bad_request(&error.to_string()),
    }
}

async fn fault(State(shared): App, body: Bytes) -> Response {
    match read::<Fault>(&body) {
        Ok(fault) => {
            shared.faults.add(fault);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}

async fn storm(State(shared): App, body: Bytes) -> Response {
    match read::<Storm>(&body) {
        Ok(storm) if storm.share > 100 => bad_request("share must be from 0 to 100"),
        Ok(storm) if storm.share > 0 && storm.faults.is_empty() => bad_request("faults must not be empty"),
        Ok(storm) => {
            shared.faults.storm(storm);
            done(Ok(()))
        }
        Err(bad) => bad.into_response(),
    }
}

async fn events(State(shared): App, body: Bytes) -> Response {
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
