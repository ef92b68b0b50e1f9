//! Binance's REST and WebSocket protocols, and the control API.
//!
//! The tables in `spot`, `futures` and `wallet` list every endpoint with its weight and required
//! authentication. `dispatch` takes a request through rate limits, signature check and handler; `shape` builds
//! Binance's response bodies; `stream` is the WebSocket side.

mod call;
mod control;
mod data;
mod dispatch;
mod effect;
mod failure;
mod fault;
mod futures;
mod keys;
mod limits;
mod listen;
mod listen_calls;
mod number;
mod orders;
mod params;
mod retired;
mod scope;
mod shape;
mod shared;
mod signing;
mod spot;
mod stream;
mod time_unit;
mod time_zone;
mod wallet;
mod ws_api;

pub(crate) use fault::Faults;
pub(crate) use limits::Budget;
pub use limits::Limits;
pub(crate) use listen::{ListenKeys, token};
pub(crate) use shared::ServerState;

use axum::{
    Router,
    body::Body,
    extract::State,
    routing::{MethodFilter, any, on},
};
use call::Endpoint;
use failure::SandboxFailure;
use http::Request;
use limits::Venue;
use std::sync::Arc;

/// The router of all paths: `/binance/...` and `/control/...`.
pub(crate) fn router(shared: &Arc<ServerState>) -> Router {
    // Routes and not a fallback, which would be lost where another router with a fallback is merged.
    let binance = rest(shared.legacy_listen_key)
        .merge(stream::router())
        .merge(ws_api::router())
        .route("/{*path}", any(no_such_path))
        .method_not_allowed_fallback(no_such_path);
    Router::new()
        .route("/binance", any(no_such_path))
        .route("/binance/", any(no_such_path))
        .nest("/binance", binance.with_state(Arc::clone(shared)))
        .nest("/control", control::router(Arc::clone(shared)))
}

/// The response for an unknown path, or for a method that a path does not have.
pub(crate) async fn no_such_path() -> SandboxFailure {
    SandboxFailure::no_such_path()
}

fn rest(legacy_listen_key: bool) -> Router<Arc<ServerState>> {
    let tables: [(Venue, &'static [Endpoint]); 3] = [
        (Venue::Spot, &spot::ENDPOINTS),
        (Venue::Spot, &wallet::ENDPOINTS),
        (Venue::Futures, &futures::ENDPOINTS),
    ];
    let mut router = Router::new();
    for (venue, table) in tables {
        for endpoint in table.iter().filter(|endpoint| legacy_listen_key || !retired::is_retired(endpoint)) {
            let handler = move |State(shared): State<Arc<ServerState>>, request: Request<Body>| {
                dispatch::answer(shared, venue, endpoint, request)
            };
            // The tables only contain methods that have a filter; any other would not be routed.
            if let Ok(filter) = MethodFilter::try_from(endpoint.method.clone()) {
                router = router.route(endpoint.path, on(filter, handler));
            }
        }
    }
    if legacy_listen_key { router } else { router.route(spot::LISTEN_KEY, any(retired::gone)) }
}
