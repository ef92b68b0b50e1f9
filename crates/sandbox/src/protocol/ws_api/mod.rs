//! Binance's WebSocket API: requests and responses over one connection, sessions, and user-data subscriptions.
//!
//! A method is a REST endpoint under another name: `methods` lists which. It has the same weight, parameters,
//! handler and response. Here are only the frames, the signature over sorted parameters, and what belongs to
//! a connection.

mod call;
mod connection;
mod frame;
mod methods;
mod session;
mod subscriptions;

use super::{dispatch::caller, limits::Venue, shared::ServerState, time_unit::TimeUnit};
use axum::{
    Router,
    extract::{Query, State, WebSocketUpgrade},
    response::IntoResponse,
    routing::{MethodRouter, get},
};
use connection::Connection;
use http::Extensions;
use serde::Deserialize;
use std::sync::Arc;

/// Maximum size of a request.
const LARGEST_REQUEST: usize = 64 * 1024;
/// Read buffer per connection, as for streams.
const READ_BUFFER: usize = 4 * 1024;

/// Options in the query of the connection's address.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConnectOptions {
    return_rate_limits: Option<String>,
    time_unit: Option<String>,
}

/// The route of each venue.
pub(crate) fn router() -> Router<Arc<ServerState>> {
    Router::new().route("/ws-api/v3", at(Venue::Spot)).route("/ws-fapi/v1", at(Venue::Futures))
}

fn at(venue: Venue) -> MethodRouter<Arc<ServerState>> {
    get(
        move |State(shared): State<Arc<ServerState>>,
              Query(options): Query<ConnectOptions>,
              extensions: Extensions,
              upgrade: WebSocketUpgrade| async move {
            let unit = match TimeUnit::requested(venue, options.time_unit.as_deref()) {
                Ok(unit) => unit,
                Err(failure) => return failure.into_response(),
            };
            let address = caller(&extensions);
            let shows_limits = options.return_rate_limits.as_deref() != Some("false");
            let upgrade = upgrade.max_message_size(LARGEST_REQUEST).read_buffer_size(READ_BUFFER);
            upgrade.on_upgrade(move |socket| async move {
                Connection::new(shared, venue, address, (shows_limits, unit)).run(socket).await;
            })
        },
    )
}
