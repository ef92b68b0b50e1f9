//! Request handling, from the received bytes through the handler to the response.

use super::{
    call::{Call, Endpoint, Named, Security},
    effect::{Effect, FaultKind, When},
    failure::{Reply, SandboxFailure},
    limits::{OrderCount, Venue},
    params::Params,
    scope::RequestInfo,
    shared::ServerState,
    signing,
    time_unit::TimeUnit,
};
use crate::engine::{AccountId, Engine, KeyState};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    response::{IntoResponse, Response},
};
use domain::Micros;
use http::{Extensions, HeaderMap, HeaderValue, Request, request::Parts};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::Ordering},
};

/// Maximum size of a request body.
const LARGEST_BODY: usize = 64 * 1024;

/// Rate limit usage, reported in response headers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) weight: u32,
    pub(crate) orders: Option<OrderCount>,
}

/// Handles one request.
pub(crate) async fn answer(
    shared: Arc<ServerState>,
    venue: Venue,
    endpoint: &'static Endpoint,
    request: Request<Body>,
) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return SandboxFailure::too_large().into_response();
    };
    let incoming = Incoming { parts, body, waited: false };
    let Some(effect) = shared.faults.take(shared.exchange.now(), &incoming.info(endpoint)) else {
        return carry_out(&shared, venue, endpoint, &incoming).await;
    };
    if effect.kind == FaultKind::Late {
        return late(shared, venue, endpoint, incoming, effect).await;
    }
    let takes_effect = effect.when == When::After || effect.kind == FaultKind::Slow;
    let answer = if takes_effect { Some(carry_out(&shared, venue, endpoint, &incoming).await) } else { None };
    effect.respond(venue, shared.exchange.now(), answer).await
}

/// A completely received request.
struct Incoming {
    parts: Parts,
    body: Bytes,
    /// The request was injected as late after passing its timestamp check, so the receive window is ignored.
    waited: bool,
}

impl Incoming {
    fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    fn info<'a>(&'a self, endpoint: &'a Endpoint) -> RequestInfo<'a> {
        RequestInfo {
            method: endpoint.method.as_str(),
            path: self.parts.uri.path(),
            query: self.query(),
            body: str::from_utf8(&self.body).unwrap_or_default(),
            key: named_key(&self.parts.headers),
        }
    }
}

async fn carry_out(shared: &ServerState, venue: Venue, endpoint: &Endpoint, incoming: &Incoming) -> Response {
    let mut used = Used::default();
    let mut response = match run(shared, venue, endpoint, incoming, &mut used).await {
        Ok(value) => axum::Json(value).into_response(),
        Err(failure) => failure.into_response(),
    };
    write_limit_headers(response.headers_mut(), venue, &used);
    response
}

/// Breaks the connection and lets the request take effect later.
async fn late(
    shared: Arc<ServerState>,
    venue: Venue,
    endpoint: &'static Endpoint,
    incoming: Incoming,
    effect: Effect,
) -> Response {
    let (now, delay, waited) = (shared.exchange.now(), effect.late(), effect.ignore_window);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        // The caller has gone, so the response is discarded.
        let _ = carry_out(&shared, venue, endpoint, &Incoming { waited, ..incoming }).await;
    });
    effect.respond(venue, now, None).await
}

async fn run(
    shared: &ServerState,
    venue: Venue,
    endpoint: &Endpoint,
    incoming: &Incoming,
    used: &mut Used,
) -> Reply {
    let now = shared.exchange.now();
    let Incoming { parts, body, waited } = incoming;
    let query = incoming.query();
    let address = caller(&parts.extensions);
    let (weight, within) =
        shared.budget.spend(now, address, venue, endpoint.weight_for(Named::of_query(query)));
    used.weight = weight;
    within?;
    let body = str::from_utf8(body)
        .map_err(|_| SandboxFailure::refused(-1100, "Illegal characters found in the body."))?;
    let params = Params::parse(query, body)?;
    let unit = requested_unit(venue, endpoint, &parts.headers)?;
    let account = match endpoint.security {
        Security::Public => None,
        Security::Key => Some(key_holder(shared, endpoint.trades(), named_key(&parts.headers))?.0),
        Security::Signed => {
            let (account, secret) = key_holder(shared, endpoint.trades(), named_key(&parts.headers))?;
            signing::check_time(&params, now, *waited)?;
            signing::verify(&secret, query, body)?;
            params.ignore(&["signature"]);
            Some(account)
        }
    };
    execute(shared, venue, endpoint, Granted { now, params, account, unit }, used).await
}

/// The address of the caller of a request.
pub(crate) fn caller(extensions: &Extensions) -> IpAddr {
    let known = extensions.get::<ConnectInfo<SocketAddr>>();
    known.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip())
}

/// A request whose weight was counted and whose authentication was checked.
pub(crate) struct Granted {
    pub(crate) now: Micros,
    pub(crate) params: Params,
    pub(crate) account: Option<AccountId>,
    /// The unit of the times in the response.
    pub(crate) unit: TimeUnit,
}

/// Counts an order, runs the handler, and waits until its command is on disk.
pub(crate) async fn execute(
    shared: &ServerState,
    venue: Venue,
    endpoint: &Endpoint,
    granted: Granted,
    used: &mut Used,
) -> Reply {
    let Granted { now, params, account, unit } = granted;
    if let (true, Some(account)) = (endpoint.order, account) {
        let (count, within) = shared.budget.order(now, account, venue);
        used.orders = Some(count);
        within?;
    }
    let mut call = Call { shared, venue, now, params, account, record: None, counted: None };
    let result = unit.scope(|| (endpoint.handler)(&mut call));
    let record = call.record;
    used.orders = call.counted.or(used.orders);
    if let Some(record) = record {
        shared.exchange.durable(record).await?;
    }
    result
}

/// The unit of the times in the response. Only the endpoints of the spot API have a choice, not those of the wallet.
fn requested_unit(venue: Venue, endpoint: &Endpoint, headers: &HeaderMap) -> Reply<TimeUnit> {
    let header = headers.get("x-mbx-time-unit").filter(|_| endpoint.path.starts_with("/api/"));
    // A value that is no text is no unit either.
    TimeUnit::requested(venue, header.map(|value| value.to_str().unwrap_or_default()))
}

/// The API key sent with a request.
fn named_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-mbx-apikey").and_then(|value| value.to_str().ok())
}

/// The account and secret of a request's API key, if the key has the required permission: to trade (`trades`)
/// or to read.
pub(crate) fn key_holder(
    shared: &ServerState,
    trades: bool,
    key: Option<&str>,
) -> Reply<(AccountId, String)> {
    let well_formed = |key: &&str| key.len() == 64 && key.bytes().all(|b| b.is_ascii_alphanumeric());
    let key = key.filter(well_formed).ok_or_else(SandboxFailure::bad_key_format)?;
    let may = |state: KeyState| match state {
        KeyState::Active => true,
        KeyState::ReadOnly => !trades,
        KeyState::Deleted => false,
    };
    let find = |engine: &Engine| {
        let account = engine.account_by_key(key).filter(|account| may(account.rights.state))?;
        Some((account.id, account.secret_of(key)?.0.clone()))
    };
    shared.exchange.read(find)?.ok_or_else(SandboxFailure::unknown_key)
}

fn write_limit_headers(headers: &mut HeaderMap, venue: Venue, used: &Used) {
    if venue == Venue::Spot {
        headers.insert("x-mbx-used-weight", HeaderValue::from(used.weight));
    }
    headers.insert("x-mbx-used-weight-1m", HeaderValue::from(used.weight));
    if let Some(orders) = used.orders {
        headers.insert("x-mbx-order-count-10s", HeaderValue::from(orders.in_10s));
        headers.insert("x-mbx-order-count-1m", HeaderValue::from(orders.in_1m));
    }
}
