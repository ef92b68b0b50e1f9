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
mod limits;
mod listen;
mod listen_calls;
mod number;
mod orders;
mod params;
mod scope;
mod shape;
mod shared;
mod signing;
mod spot;
mod stream;
mod wallet;

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
    // Explicit routes instead of a fallback: the fallback of a nested router is lost when the outer one has its own.
    let unknown = any(|| async { SandboxFailure::no_such_path() });
    let binance = rest().merge(stream::router()).route("/{*path}", unknown.clone()).route("/", unknown);
    Router::new()
        .nest("/binance", binance.with_state(Arc::clone(shared)))
        .route("/binance/", any(|| async { SandboxFailure::no_such_path() }))
        .nest("/control", control::router(Arc::clone(shared)))
}

fn rest() -> Router<Arc<ServerState>> {
    let tables: [(Venue, &'static [Endpoint]); 3] = [
        (Venue::Spot, &spot::ENDPOINTS),
        (Venue::Spot, &wallet::ENDPOINTS),
        (Venue::Futures, &futures::ENDPOINTS),
    ];
    let mut router = Router::new();
    for (venue, table) in tables {
        for endpoint in table {
            let handler = move |State(shared): State<Arc<ServerState>>, request: Request<Body>| {
                dispatch::answer(shared, venue, endpoint, request)
            };
            // The tables only contain methods that have a filter; any other would not be routed.
            if let Ok(filter) = MethodFilter::try_from(endpoint.method.clone()) {
                router = router.route(endpoint.path, on(filter, handler));
            }
        }
    }
    router.method_not_allowed_fallback(|| async { SandboxFailure::no_such_path() })
}
