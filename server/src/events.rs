//! `/events`: the page's one WebSocket. Moves JSON between `service::live` and the tab, and decides nothing.

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
use service::{SharedDesk, live, session};
use std::time::Duration;
use tokio::{
    sync::mpsc,
    time::{self, Instant, Interval},
};

/// A tab is pinged this often, so that proxies do not close its line.
const PING: Duration = Duration::from_secs(20);
/// A tab that said nothing for this long, not even to a ping, is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A session is looked up again this often: who signs out everywhere is out of this stream too.
const RECHECK: Duration = Duration::from_secs(30);
/// A tab says what it watches, and little else.
const LARGEST: usize = 16 * 1024;
/// What is read at once from a tab. The library's own 128 KB, for each of thousands of tabs, would be most of our memory.
const READ_BUFFER: usize = 2 * 1024;
/// What waits for a slow tab at most; a larger message of ours than this does not exist.
const WRITE_BUFFER: usize = 1024 * 1024;

/// What the sockets share.
#[derive(Clone)]
pub(crate) struct Streams {
    desk: SharedDesk,
    seats: Seats,
}

impl Streams {
    pub(crate) fn new(desk: SharedDesk, limits: Limits) -> Self {
        Self { desk, seats: Seats::of_pages(limits) }
    }

    /// How many tabs hold one.
    pub(crate) fn open(&self) -> usize {
        self.seats.taken()
    }
}

/// Opens a tab's stream: prices for everyone, account events for the session's person. A page of another site is
/// refused: browsers send cookies along with it, and no other check would notice.
pub(crate) async fn open(State(streams): State<Streams>, request: Request) -> Response {
    if !same_site::is_ours(request.headers(), &streams.desk.settings.public_url) {
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
        .on_upgrade(move |socket| serve(socket, visit, seat))
}

/// Too many streams are open. The connection is closed: it need not wait for another request.
pub(crate) fn no_seat() -> Response {
    let headers = [(header::RETRY_AFTER, "10"), (header::CONNECTION, "close")];
    (StatusCode::SERVICE_UNAVAILABLE, headers).into_response()
}

struct Tab {
    sender: SplitSink<WebSocket, Message>,
    receiver: SplitStream<WebSocket>,
    asks: mpsc::Sender<ClientMessage>,
    tells: mpsc::Receiver<Box<LiveMessage>>,
    visit: Visit,
    heard: Instant,
}

async fn serve(socket: WebSocket, visit: Visit, seat: Seat) {
    let (sender, receiver) = socket.split();
    let (asks, tells) = live::attach(visit.desk.clone(), visit.actor.clone());
    let mut tab = Tab { sender, receiver, asks, tells, visit, heard: Instant::now() };
    let (mut pings, mut checks) = (beat(PING), beat(RECHECK));
    while tab.turn(&mut pings, &mut checks).await {}
    // The line may be gone already.
    let _ = tab.sender.close().await;
    drop(seat);
}

fn beat(every: Duration) -> Interval {
    let mut interval = time::interval_at(Instant::now() + every, every);
    interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    interval
}

impl Tab {
    /// Does one thing; false when the stream has ended.
    async fn turn(&mut self, pings: &mut Interval, checks: &mut Interval) -> bool {
        tokio::select! {
            told = self.tells.recv() => match told {
                Some(message) => self.tell(&message).await,
                None => false,
            },
            asked = self.receiver.next() => match asked {
                Some(Ok(message)) => self.hear(message).await,
                _ => false,
            },
            _ = pings.tick() => {
                self.heard.elapsed() < SILENCE
                    && self.sender.send(Message::Ping(axum::body::Bytes::new())).await.is_ok()
            }
            _ = checks.tick() => self.still_signed_in().await,
        }
    }

    async fn tell(&mut self, message: &LiveMessage) -> bool {
        match serde_json::to_string(message) {
            // A tab that takes nothing for this long is gone; `live` has dropped its messages meanwhile.
            Ok(text) => {
                matches!(time::timeout(PING, self.sender.send(Message::text(text))).await, Ok(Ok(())))
            }
            Err(error) => {
                tracing::error!(%error, "could not write an event stream message");
                false
            }
        }
    }

    async fn hear(&mut self, message: Message) -> bool {
        self.heard = Instant::now();
        match message {
            Message::Text(text) => match serde_json::from_str(text.as_str()) {
                Ok(asked) => self.asks.send(asked).await.is_ok(),
                // Not ours: an old page after an update, perhaps. It will be loaded anew.
                Err(_) => false,
            },
            Message::Close(_) | Message::Binary(_) => false,
            Message::Ping(_) | Message::Pong(_) => true,
        }
    }

    async fn still_signed_in(&self) -> bool {
        let (Some(actor), Some(token)) = (&self.visit.actor, &self.visit.session) else { return true };
        match session::find(&self.visit.desk, token, &self.visit.origin).await {
            Ok(found) => found.is_some_and(|found| found.user == actor.user),
            Err(error) => {
                tracing::warn!(%error, "could not look up the session of an event stream");
                true
            }
        }
    }
}
