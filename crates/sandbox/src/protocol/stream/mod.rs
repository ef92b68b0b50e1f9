//! WebSocket streams: market data for everybody, and each account's events by listen key.
//!
//! Bases are `/binance/spot` and `/binance/futures`; futures also answer below `/public`, `/market` and `/private`, as
//! Binance's hosts do. `<base>/ws/<stream>`, `<base>/ws` with `SUBSCRIBE`, `<base>/stream?streams=a/b` in the
//! combined form.

mod market;
mod name;
mod request;
mod session;
mod user;

use super::{limits::Venue, shared::Shared};
use axum::{
    Router,
    extract::{Path, Query, State, WebSocketUpgrade},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use session::Session;
use std::sync::Arc;

/// Nothing that a client sends here is larger.
const LARGEST_MESSAGE: usize = 64 * 1024;
/// What is read from a client at a time. The library's default of 128 KB is allocated for every stream.
const READ_BUFFER: usize = 4 * 1024;

#[derive(Debug, Default, Deserialize)]
struct Asked {
    streams: Option<String>,
    #[serde(rename = "listenKey")]
    listen_key: Option<String>,
}

/// The streams of one venue.
fn venue_router(venue: Venue) -> Router<Arc<Shared>> {
    let one = move |State(shared): State<Arc<Shared>>,
                    Path(names): Path<String>,
                    upgrade: WebSocketUpgrade| async move {
        open(shared, venue, false, names.split('/').map(str::to_owned).collect(), upgrade)
    };
    let bare = move |State(shared): State<Arc<Shared>>,
                     Query(asked): Query<Asked>,
                     upgrade: WebSocketUpgrade| async move {
        open(shared, venue, false, asked.listen_key.into_iter().collect(), upgrade)
    };
    let combined = move |State(shared): State<Arc<Shared>>,
                         Query(asked): Query<Asked>,
                         upgrade: WebSocketUpgrade| async move {
        let streams = asked.streams.unwrap_or_default();
        let names = streams.split('/').filter(|name| !name.is_empty()).map(str::to_owned);
        open(shared, venue, true, names.chain(asked.listen_key).collect(), upgrade)
    };
    Router::new().route("/ws/{*names}", get(one)).route("/ws", get(bare)).route("/stream", get(combined))
}

/// The streams of both venues.
pub(crate) fn router() -> Router<Arc<Shared>> {
    let mut futures = venue_router(Venue::Futures);
    for category in ["/public", "/market", "/private"] {
        futures = futures.nest(category, venue_router(Venue::Futures));
    }
    Router::new()
        .nest("/spot", venue_router(Venue::Spot))
        // ccxt takes a stream for spot's when its address has `/stream` in it, as `wss://stream.binance.com` has.
        .nest("/stream/spot", venue_router(Venue::Spot))
        .nest("/futures", futures)
}

fn open(
    shared: Arc<Shared>,
    venue: Venue,
    combined: bool,
    names: Vec<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.max_message_size(LARGEST_MESSAGE).read_buffer_size(READ_BUFFER);
    upgrade.on_upgrade(move |socket| async move {
        let mut session = Session::new(shared, venue, combined);
        // A name that means nothing is a stream in which nothing ever happens, as at Binance.
        for name in names {
            session.subscribe(&name);
        }
        session.run(socket).await;
    })
}
