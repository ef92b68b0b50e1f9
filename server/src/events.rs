//! `/events`: the page's single WebSocket. Moves JSON between `service::trading::live` and the tab, without logic of
//! its own.

pub(crate) mod programs;

use crate::{
    front::{Limits, Seat, Seats, Taker},
    proxy, same_site, visitor,
};
use app::Visit;
use axum::extract::FromRequestParts as _;
use axum::{
    extract::{
        Request, State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::live::{ClientMessage, LiveMessage};
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use service::{
    SharedDesk,
    identity::{session, sign_in_end::SignInWatch},
    platform::rejection::{self, Rejection},
    trading::live,
};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{self, Instant, Interval},
};

/// Ping interval, so that proxies do not close the connection.
const PING: Duration = Duration::from_secs(20);
/// A tab that sent nothing for this long, not even a pong, is considered gone.
const SILENCE: Duration = Duration::from_secs(60);
/// How often the token of a stream is rechecked, because it may have expired. A stream whose sign-in is ended is checked
/// at that time already.
const RECHECK: Duration = Duration::from_secs(30);
/// The largest message from a tab, in bytes. Tabs send little besides their subscriptions.
const LARGEST: usize = 16 * 1024;
/// Size of the read buffer, in bytes. The library's default of 128 KB, for each of thousands of tabs, would
/// be most of our memory.
const READ_BUFFER: usize = 2 * 1024;
/// The limit of data queued for a slow tab, in bytes; no single message is larger.
const WRITE_BUFFER: usize = 1024 * 1024;

/// State shared by the sockets.
#[derive(Clone)]
pub(crate) struct Streams {
    desk: SharedDesk,
    seats: Seats,
}

impl Streams {
    pub(crate) fn new(desk: SharedDesk, limits: Limits) -> Self {
        Self { desk, seats: Seats::of_pages(limits) }
    }

    /// The number of open streams.
    pub(crate) fn open(&self) -> usize {
        self.seats.taken()
    }
}

/// Opens a tab's stream: prices for everyone, account events for the session's user. Requests from other
/// sites are rejected: browsers attach cookies to them, and CORS does not apply to WebSockets.
pub(crate) async fn open(State(streams): State<Streams>, request: Request) -> Response {
    if !same_site::is_ours(request.headers(), &streams.desk.settings.public_url) {
        let origin = proxy::origin(request.extensions(), request.headers());
        rejection::note(&streams.desk, Rejection::CrossSite, None, &origin);
        return StatusCode::FORBIDDEN.into_response();
    }
    let (mut parts, _) = request.into_parts();
    let upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection> =
        WebSocketUpgrade::from_request_parts(&mut parts, &streams).await;
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let visit = match visitor::read(&streams.desk, &parts).await {
        Ok(visit) => visit,
        Err(error) => {
            tracing::error!(%error, "could not open an event stream");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let address = proxy::address(&parts.extensions, &parts.headers);
    let person = visit.actor.as_ref().map(|actor| Taker::Person(address, actor.user));
    let Some(seat) = streams.seats.take(person.unwrap_or(Taker::Stranger(address))) else {
        return no_seat();
    };
    upgrade
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        // Boxed: the library's future would hold it twice, as the future that waits for the upgrade and as the result.
        .on_upgrade(move |socket| Box::pin(serve(socket, visit, seat)))
}

/// The response when too many streams are open. It closes the connection, which need not wait for another
/// request.
pub(crate) fn no_seat() -> Response {
    let headers = [(header::RETRY_AFTER, "10"), (header::CONNECTION, "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers).into_response()
}

struct Tab {
    sender: SplitSink<WebSocket, Message>,
    receiver: SplitStream<WebSocket>,
    asks: mpsc::Sender<Box<ClientMessage>>,
    messages: mpsc::Receiver<Box<LiveMessage>>,
    visit: Visit,
    sign_in: SignInWatch,
    last_received: Instant,
}

async fn serve(socket: WebSocket, visit: Visit, seat: Seat) {
    let (sender, receiver) = socket.split();
    let (asks, messages) = live::attach(visit.desk.trading(), visit.actor.clone());
    let sign_in = SignInWatch::new(&visit.desk, visit.actor.as_ref().map(|actor| actor.user));
    let mut tab = Tab { sender, receiver, asks, messages, visit, sign_in, last_received: Instant::now() };
    let (mut pings, mut checks) = (beat(PING), checks());
    tokio::select! {
        () = async { while tab.step(&mut pings, &mut checks).await {} } => {}
        () = seat.evicted() => {}
    }
    // The connection may be closed already, or its peer may never read.
    let _ = time::timeout(PING, tab.sender.close()).await;
    drop(seat);
}

/// When the token is rechecked: also at the start, because the sign-in may have ended after the handshake was answered.
fn checks() -> Interval {
    let mut checks = beat(RECHECK);
    checks.reset_immediately();
    checks
}

fn beat(every: Duration) -> Interval {
    let mut interval = time::interval_at(Instant::now() + every, every);
    interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    interval
}

impl Tab {
    /// Handles one event; returns `false` when the stream has ended.
    async fn step(&mut self, pings: &mut Interval, checks: &mut Interval) -> bool {
        tokio::select! {
            reported = self.messages.recv() => match reported {
                Some(message) => self.send_message(&message).await,
                None => false,
            },
            received = self.receiver.next() => match received {
                // Boxed, as the check below: an idle tab has no room for them.
                Some(Ok(message)) => Box::pin(self.receive(message)).await,
                _ => false,
            },
            _ = pings.tick() => {
                self.last_received.elapsed() < SILENCE
                    && self.sender.send(Message::Ping(axum::body::Bytes::new())).await.is_ok()
            }
            _ = checks.tick() => Box::pin(still_signed_in(&self.visit)).await,
            () = self.sign_in.ended() => Box::pin(still_signed_in(&self.visit)).await,
        }
    }

    async fn send_message(&mut self, message: &LiveMessage) -> bool {
        match serde_json::to_string(message) {
            // A tab that accepts nothing for this long is gone; `live` has dropped its messages meanwhile.
            Ok(text) => {
                matches!(time::timeout(PING, self.sender.send(Message::text(text))).await, Ok(Ok(())))
            }
            Err(error) => {
                tracing::error!(%error, "could not write an event stream message");
                false
            }
        }
    }

    async fn receive(&mut self, message: Message) -> bool {
        self.last_received = Instant::now();
        match message {
            Message::Text(text) => match serde_json::from_str(text.as_str()) {
                Ok(message) => self.asks.send(message).await.is_ok(),
                // Not one of our messages: perhaps an old page after an update. It will be reloaded.
                Err(_) => false,
            },
            Message::Close(_) | Message::Binary(_) => false,
            Message::Ping(_) | Message::Pong(_) => true,
        }
    }
}

/// Whether the token that opened a stream is still valid. When it was replaced, the page connects again with the new
/// one; a stream of a stolen cookie ends.
async fn still_signed_in(visit: &Visit) -> bool {
    let (Some(actor), Some(token)) = (&visit.actor, &visit.session) else { return true };
    match session::find(&visit.desk, token, &visit.origin).await {
        Ok(found) => found.is_some_and(|found| found.user == actor.user),
        Err(error) => {
            tracing::warn!(%error, "could not look up the session of an event stream");
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use service::{
        Origin,
        identity::{account, step_up},
    };

    const PASSWORD: &str = "correct horse battery";

    async fn visit(desk: &SharedDesk, token: &str) -> Visit {
        let request = Request::get("/events").header(header::COOKIE, format!("slipstream={token}"));
        let (parts, ()) = request.body(()).unwrap().into_parts();
        visitor::read(desk, &parts).await.unwrap()
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_token() {
        let db = store::testing::sqlite().await;
        let (desk, clock) = service::testing::desk((*db).clone());
        let origin = Origin::new([127, 0, 0, 1].into(), "Test/1.0");
        let opened = account::sign_up(&desk, origin.clone(), "ada@example.org", PASSWORD).await.unwrap();
        let before = visit(&desk, &opened.token).await;
        assert!(before.actor.is_some() && still_signed_in(&before).await);
        let renewed = step_up::confirm(&desk, &opened.actor, &origin, PASSWORD).await.unwrap().unwrap();
        assert!(still_signed_in(&before).await);
        clock.advance(session::REPLACED);
        assert!(!still_signed_in(&before).await, "a copy of the replaced cookie sees no more events");
        let after = visit(&desk, &renewed).await;
        let actor = after.actor.as_ref().unwrap();
        assert!(still_signed_in(&after).await);
        session::end_all(&desk, actor, &origin).await.unwrap();
        assert!(!still_signed_in(&after).await);
        assert!(still_signed_in(&visit(&desk, &renewed).await).await, "everyone sees prices");
    }
}
