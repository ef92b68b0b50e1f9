//! One request on its way: from the bytes to the handler, and back to the bytes.

use super::{
    effect::{Effect, Kind, When},
    failure::{Failure, Reply},
    limits::{OrderCount, Venue},
    params::Params,
    scope::Asked,
    shared::Shared,
    signing,
};
use crate::{
    engine::{self, AccountId, Command, Engine, KeyState},
    exchange::Refused,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    response::{IntoResponse, Response},
};
use domain::Micros;
use http::{HeaderMap, HeaderValue, Method, Request, request::Parts};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::Ordering},
};

/// Nothing that a client sends is larger.
pub(crate) const LARGEST_BODY: usize = 64 * 1024;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Security {
    /// Everybody.
    Public,
    /// Whoever names a key.
    Key,
    /// Whoever signs.
    Signed,
}

/// What an endpoint does.
pub(crate) type Handler = fn(&mut Call<'_>) -> Reply;

/// One line of the tables of endpoints.
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) security: Security,
    pub(crate) weight: u32,
    /// What it weighs when no symbol is named, and all markets are meant.
    pub(crate) weight_of_all: u32,
    /// It counts as a new order.
    pub(crate) order: bool,
    pub(crate) handler: Handler,
}

impl Endpoint {
    const fn new(
        method: Method,
        path: &'static str,
        security: Security,
        weight: u32,
        handler: Handler,
    ) -> Self {
        Self { method, path, security, weight, weight_of_all: weight, order: false, handler }
    }

    pub(crate) const fn public(path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(Method::GET, path, Security::Public, weight, handler)
    }

    pub(crate) const fn keyed(method: Method, path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(method, path, Security::Key, weight, handler)
    }

    pub(crate) const fn signed(method: Method, path: &'static str, weight: u32, handler: Handler) -> Self {
        Self::new(method, path, Security::Signed, weight, handler)
    }

    /// Without a symbol this endpoint weighs more.
    pub(crate) const fn all(mut self, weight: u32) -> Self {
        self.weight_of_all = weight;
        self
    }

    /// Whether only a key that may trade may call it.
    fn trades(&self) -> bool {
        self.security == Security::Signed && self.method != Method::GET
    }

    /// This endpoint takes new orders.
    pub(crate) const fn orders(mut self) -> Self {
        self.order = true;
        self
    }
}

/// What a handler works with.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) venue: Venue,
    pub(crate) now: Micros,
    pub(crate) params: Params,
    account: Option<AccountId>,
    /// The last journal record that this request made.
    record: Option<u64>,
}

impl Call<'_> {
    /// Whose request it is.
    pub(crate) fn account(&self) -> Reply<AccountId> {
        self.account.ok_or_else(Failure::unknown_key)
    }

    /// Looks at the engine.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Engine) -> T) -> Reply<T> {
        Ok(self.shared.exchange.read(look)?)
    }

    /// Has the engine do something. The answer reaches the caller when it is on disk.
    pub(crate) fn apply(&mut self, command: Command) -> Reply<engine::Answer> {
        let (answer, record) = self.shared.exchange.apply(command)?;
        self.record = Some(record);
        Ok(answer)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Reject(reject) if reject.code == -2015 => Self::unknown_key(),
            Refused::Reject(reject) => Self::refused(reject.code, reject.message),
            Refused::Stopped => Self::internal(),
        }
    }
}

/// What the headers of an answer tell about the caller's limits.
#[derive(Default)]
struct Used {
    weight: u32,
    orders: Option<OrderCount>,
}

/// Answers one request.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    venue: Venue,
    endpoint: &'static Endpoint,
    request: Request<Body>,
) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Failure::too_large().into_response() };
    let incoming = Incoming { parts, body, waited: false };
    let Some(effect) = shared.faults.take(shared.exchange.now(), &incoming.asked(endpoint)) else {
        return carry_out(&shared, venue, endpoint, &incoming).await;
    };
    if effect.kind == Kind::Late {
        return late(shared, venue, endpoint, incoming, effect).await;
    }
    let takes_effect = effect.when == When::After || effect.kind == Kind::Slow;
    let answer = if takes_effect { Some(carry_out(&shared, venue, endpoint, &incoming).await) } else { None };
    effect.respond(shared.exchange.now(), answer).await
}

/// A request whose bytes are all there.
struct Incoming {
    parts: Parts,
    body: Bytes,
    /// It passed the check of its time long ago.
    waited: bool,
}

impl Incoming {
    fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    fn asked<'a>(&'a self, endpoint: &'a Endpoint) -> Asked<'a> {
        Asked {
            method: endpoint.method.as_str(),
            path: self.parts.uri.path(),
            query: self.query(),
            body: str::from_utf8(&self.body).unwrap_or_default(),
            key: named_key(&self.parts.headers),
        }
    }
}

async fn carry_out(shared: &Shared, venue: Venue, endpoint: &Endpoint, incoming: &Incoming) -> Response {
    let mut used = Used::default();
    let mut response = match run(shared, venue, endpoint, incoming, &mut used).await {
        Ok(value) => axum::Json(value).into_response(),
        Err(failure) => failure.into_response(),
    };
    tell_limits(response.headers_mut(), venue, &used);
    response
}

/// Breaks off, and lets the request arrive later.
async fn late(
    shared: Arc<Shared>,
    venue: Venue,
    endpoint: &'static Endpoint,
    incoming: Incoming,
    effect: Effect,
) -> Response {
    let (now, delay, waited) = (shared.exchange.now(), effect.late(), effect.ignore_window);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        // Nobody is there any more to be told.
        let _ = carry_out(&shared, venue, endpoint, &Incoming { waited, ..incoming }).await;
    });
    effect.respond(now, None).await
}

async fn run(
    shared: &Shared,
    venue: Venue,
    endpoint: &Endpoint,
    incoming: &Incoming,
    used: &mut Used,
) -> Reply {
    let now = shared.exchange.now();
    let Incoming { parts, body, waited } = incoming;
    let address = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip());
    let query = incoming.query();
    let one = query.split('&').any(|pair| pair.starts_with("symbol="));
    let weight = if one { endpoint.weight } else { endpoint.weight_of_all };
    let (weight, within) = shared.budget.spend(now, address, venue, weight);
    used.weight = weight;
    within?;
    let body =
        str::from_utf8(body).map_err(|_| Failure::refused(-1100, "Illegal characters found in the body."))?;
    let params = Params::parse(query, body)?;
    let account = match endpoint.security {
        Security::Public => None,
        Security::Key => Some(key_holder(shared, endpoint, &parts.headers)?.0),
        Security::Signed => {
            let (account, secret) = key_holder(shared, endpoint, &parts.headers)?;
            signing::check_time(&params, now, *waited)?;
            signing::verify(&secret, query, body)?;
            params.ignore(&["signature"]);
            Some(account)
        }
    };
    if let (true, Some(account)) = (endpoint.order, account) {
        let (count, within) = shared.budget.order(now, account, venue);
        used.orders = Some(count);
        within?;
    }
    let mut call = Call { shared, venue, now, params, account, record: None };
    let result = (endpoint.handler)(&mut call);
    let record = call.record;
    if let Some(record) = record {
        shared.exchange.durable(record).await?;
    }
    result
}

/// The API key that a request names.
fn named_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-mbx-apikey").and_then(|value| value.to_str().ok())
}

/// The account that the request's key names, and its secret, if the key may do what is asked.
fn key_holder(shared: &Shared, endpoint: &Endpoint, headers: &HeaderMap) -> Reply<(AccountId, String)> {
    let key = named_key(headers);
    let well_formed = |key: &&str| key.len() == 64 && key.bytes().all(|b| b.is_ascii_alphanumeric());
    let key = key.filter(well_formed).ok_or_else(Failure::bad_key_format)?;
    let may = |state: KeyState| match state {
        KeyState::Active => true,
        KeyState::ReadOnly => !endpoint.trades(),
        KeyState::Deleted => false,
    };
    let find = |engine: &Engine| {
        engine.account_by_key(key).filter(|a| may(a.rights.state)).map(|a| (a.id, a.secret.0.clone()))
    };
    shared.exchange.read(find)?.ok_or_else(Failure::unknown_key)
}

fn tell_limits(headers: &mut HeaderMap, venue: Venue, used: &Used) {
    if venue == Venue::Spot {
        headers.insert("x-mbx-used-weight", HeaderValue::from(used.weight));
    }
    headers.insert("x-mbx-used-weight-1m", HeaderValue::from(used.weight));
    if let Some(orders) = used.orders {
        headers.insert("x-mbx-order-count-10s", HeaderValue::from(orders.in_10s));
        headers.insert("x-mbx-order-count-1m", HeaderValue::from(orders.in_1m));
    }
}
