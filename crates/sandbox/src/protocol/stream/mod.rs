//! WebSocket streams: public market data, and each account's events by listen key.
//!
//! The base paths are `/binance/spot` and `/binance/futures`. Futures streams are also served below
//! `/public`, `/market` and `/private`, as on Binance's hosts. The forms are `<base>/ws/<stream>`,
//! `<base>/ws` with `SUBSCRIBE`, and `<base>/stream?streams=a/b` with combined messages.

mod book;
mod extra;
mod market;
mod name;
pub(crate) mod outgoing;
pub(crate) mod rate;
mod request;
mod seconds;
mod session;
mod subscription;
pub(crate) mod user;

use super::{limits::Venue, shared::ServerState, time_unit::TimeUnit};
use axum::{
    Router,
    extract::{Path, Query, State, WebSocketUpgrade},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use session::Session;
use std::sync::Arc;

/// Maximum size of a client message.
const LARGEST_MESSAGE: usize = 64 * 1024;
/// Read buffer per connection. The library's default of 128 KB is allocated for every stream.
const READ_BUFFER: usize = 4 * 1024;

#[derive(Debug, Default, Deserialize)]
struct StreamQuery {
    streams: Option<String>,
    #[serde(rename = "listenKey")]
    listen_key: Option<String>,
    #[serde(rename = "timeUnit")]
    time_unit: Option<String>,
}

/// The stream routes of one venue.
fn venue_router(venue: Venue) -> Router<Arc<ServerState>> {
    let one = move |State(shared): State<Arc<ServerState>>,
                    Path(names): Path<String>,
                    Query(request): Query<StreamQuery>,
                    upgrade: WebSocketUpgrade| async move {
        let names = names.split('/').map(str::to_owned).collect();
        open(shared, (venue, request.time_unit), false, names, upgrade)
    };
    let bare = move |State(shared): State<Arc<ServerState>>,
                     Query(request): Query<StreamQuery>,
                     upgrade: WebSocketUpgrade| async move {
        let names = request.listen_key.into_iter().collect();
        open(shared, (venue, request.time_unit), false, names, upgrade)
    };
    let combined = move |State(shared): State<Arc<ServerState>>,
                         Query(request): Query<StreamQuery>,
                         upgrade: WebSocketUpgrade| async move {
        let streams = request.streams.unwrap_or_default();
        let names = streams.split('/').filter(|name| !name.is_empty()).map(str::to_owned);
        let names = names.chain(request.listen_key).collect();
        open(shared, (venue, request.time_unit), true, names, upgrade)
    };
    Router::new().route("/ws/{*names}", get(one)).route("/ws", get(bare)).route("/stream", get(combined))
}

/// The stream routes of both venues.
pub(crate) fn router() -> Router<Arc<ServerState>> {
    let mut futures = venue_router(Venue::Futures);
    for category in ["/public", "/market", "/private"] {
        futures = futures.nest(category, venue_router(Venue::Futures));
    }
    Router::new()
        .nest("/spot", venue_router(Venue::Spot))
        // ccxt takes a stream for a spot stream if its URL contains `/stream`, as `wss://stream.binance.com`
        // does.
        .nest("/stream/spot", venue_router(Venue::Spot))
        .nest("/futures", futures)
}

fn open(
    shared: Arc<ServerState>,
    (venue, unit): (Venue, Option<String>),
    combined: bool,
    names: Vec<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let unit = match TimeUnit::requested(venue, unit.as_deref()) {
        Ok(unit) => unit,
        Err(failure) => return failure.into_response(),
    };
    let upgrade = upgrade.max_message_size(LARGEST_MESSAGE).read_buffer_size(READ_BUFFER);
    upgrade.on_upgrade(move |socket| async move {
        Session::new(shared, venue, combined, unit).run(socket, &names).await;
    })
}
