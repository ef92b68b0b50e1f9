//! `/events`: the page's one WebSocket. Moves JSON between `service::live` and the tab, and decides nothing.

use crate::visitor;
use app::Visit;
use axum::extract::FromRequestParts as _;
use axum::{
    extract::{
        Request, State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use domain::live::{ClientMessage, LiveMessage};
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use service::{SharedDesk, live, session};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{self, Instant, Interval},
};

/// More tabs than this at once are turned away: each holds memory.
const MOST: usize = 4_096;
/// A tab is pinged this often, so that proxies do not close its line.
const PING: Duration = Duration::from_secs(20);
/// A tab that said nothing for this long, not even to a ping, is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A session is looked up again this often: who signs out everywhere is out of this stream too.
const RECHECK: Duration = Duration::from_secs(30);
/// A tab says what it watches, and little else.
const LARGEST: usize = 16 * 1024;

/// What the sockets share.
#[derive(Clone)]
pub(crate) struct Streams {
    desk: SharedDesk,
    seats: Arc<Semaphore>,
}

impl Streams {
    pub(crate) fn new(desk: SharedDesk) -> Self {
        Self { desk, seats: Arc::new(Semaphore::new(MOST)) }
    }

    /// How many tabs hold one.
    pub(crate) fn open(&self) -> usize {
        MOST.saturating_sub(self.seats.available_permits())
    }
}

/// Opens a tab's stream: prices for everyone, account events for the session's person. A page of another site is
/// refused: browsers send cookies along with it, and no other check would notice.
pub(crate) async fn open(State(streams): State<Streams>, request: Request) -> Response {
    if !same_origin(request.headers(), &streams.desk.settings.public_url) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (mut parts, _) = request.into_parts();
    let upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection> =
        WebSocketUpgrade::from_request_parts(&mut parts, &streams).await;
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let Ok(seat) = Arc::clone(&streams.seats).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "10")]).into_response();
    };
    match visitor::read(&streams.desk, &parts).await {
        Ok(visit) => upgrade
            .max_message_size(LARGEST)
            .max_frame_size(LARGEST)
            .on_upgrade(move |socket| serve(socket, visit, seat)),
        Err(error) => {
            tracing::error!(%error, "a stream could not be begun");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A program without a browser sends no Origin, and carries nobody's cookies but its own.
fn same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if origin == public_url {
        return true;
    }
    let authority = origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    authority.is_some() && authority.as_deref() == host
}

struct Tab {
    sender: SplitSink<WebSocket, Message>,
    receiver: SplitStream<WebSocket>,
    asks: mpsc::Sender<ClientMessage>,
    tells: mpsc::Receiver<LiveMessage>,
    visit: Visit,
    heard: Instant,
}

async fn serve(socket: WebSocket, visit: Visit, seat: OwnedSemaphorePermit) {
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
                tracing::error!(%error, "a message could not be written");
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
                tracing::warn!(%error, "a stream's session could not be looked up");
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_open_a_stream() {
        let may = |origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:3000".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
            same_origin(&headers, "https://desk.example")
        };
        assert!(may(None) && may(Some("http://127.0.0.1:3000")) && may(Some("https://desk.example")));
        for other in
            ["https://evil.example", "null", "http://127.0.0.1:3001", "https://desk.example.evil.example", ""]
        {
            assert!(!may(Some(other)), "{other}");
        }
    }
}
