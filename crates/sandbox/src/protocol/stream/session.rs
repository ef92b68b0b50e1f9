//! One WebSocket connection: its subscriptions and its event loop.

use super::{
    market,
    name::Subject,
    request::{self, Complaint, StreamRequest},
    user,
};
use crate::{
    engine::{Engine, Event, EventKind, MarketUpdate},
    protocol::{limits::Venue, listen::Listener, shared::ServerState},
};
use axum::extract::ws::{Message, WebSocket};
use futures::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast::error::RecvError, time};

/// Timeout for sending a message; a slower connection is closed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Interval of pings and of listen key checks.
const ROUND: Duration = Duration::from_secs(20);
/// Maximum number of streams per connection.
const MOST_STREAMS: usize = 1_024;

/// The source of a subscription's messages.
enum Source {
    Market(Subject),
    User(Listener),
    /// An unknown stream name.
    Silence,
}

struct Subscription {
    name: String,
    source: Source,
}

/// The connection has ended.
struct Gone;

/// One client's connection.
pub(super) struct Session {
    shared: Arc<ServerState>,
    venue: Venue,
    combined: bool,
    subscriptions: Vec<Subscription>,
}

impl Session {
    pub(super) const fn new(shared: Arc<ServerState>, venue: Venue, combined: bool) -> Self {
        Self { shared, venue, combined, subscriptions: Vec::new() }
    }

    /// Adds a subscription; `false` if there are too many.
    pub(super) fn subscribe(&mut self, name: &str) -> bool {
        if self.subscriptions.iter().any(|s| s.name == name) {
            return true;
        }
        if self.subscriptions.len() >= MOST_STREAMS {
            return false;
        }
        let now = self.shared.exchange.now();
        let source = if let Some(subject) = Subject::parse(name) {
            Source::Market(subject)
        } else {
            let listener = self.shared.listen_keys.find(now, name).filter(|l| l.venue == self.venue);
            listener.map_or(Source::Silence, Source::User)
        };
        self.subscriptions.push(Subscription { name: name.to_owned(), source });
        true
    }

    /// Serves the connection until either side closes it.
    pub(super) async fn run(mut self, socket: WebSocket) {
        let mut batches = self.shared.exchange.listen();
        let mut closed = self.shared.closed.subscribe();
        let (sink, mut incoming) = socket.split();
        let mut outgoing = Outgoing(sink);
        let mut round = time::interval(ROUND);
        loop {
            let result = tokio::select! {
                message = incoming.next() => match message {
                    Some(Ok(message)) => self.on_message(&mut outgoing, message).await,
                    Some(Err(_)) | None => Err(Gone),
                },
                batch = batches.recv() => match batch {
                    Ok(batch) => self.send_events(&mut outgoing, &batch).await,
                    // A slow reader is disconnected instead of delaying the market; it can reconnect.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => Err(Gone),
                },
                listener = closed.recv() => match listener {
                    Ok(listener) => self.end_keys(&mut outgoing, Some(&listener)).await,
                    Err(_) => Ok(()),
                },
                _ = round.tick() => self.go_round(&mut outgoing).await,
            };
            if result.is_err() {
                // Best effort: the client may already be gone.
                let _ = outgoing.send(Message::Close(None)).await;
                return;
            }
        }
    }

    async fn on_message(&mut self, outgoing: &mut Outgoing, message: Message) -> Result<(), Gone> {
        match message {
            Message::Text(text) => {
                let answer = match request::parse(&text).and_then(|(id, request)| self.carry_out(id, request))
                {
                    Ok(answer) => answer,
                    Err(complaint) => complaint.answer(),
                };
                outgoing.json(&answer).await
            }
            Message::Close(_) => Err(Gone),
            // Pings are answered by the WebSocket library; the other messages have no meaning here.
            Message::Ping(_) | Message::Pong(_) | Message::Binary(_) => Ok(()),
        }
    }

    fn carry_out(&mut self, id: Value, request: StreamRequest) -> Result<Value, Complaint> {
        let result = match request {
            StreamRequest::Subscribe(names) => {
                if !names.iter().all(|name| self.subscribe(name)) {
                    return Err(Complaint::invalid(id, "too many streams on one connection"));
                }
                Value::Null
            }
            StreamRequest::Unsubscribe(names) => {
                self.subscriptions.retain(|s| !names.contains(&s.name));
                Value::Null
            }
            StreamRequest::List => self.subscriptions.iter().map(|s| s.name.as_str()).collect(),
            StreamRequest::SetCombined(combined) => {
                self.combined = combined;
                Value::Null
            }
            StreamRequest::GetCombined => Value::Bool(self.combined),
        };
        Ok(request::done(&id, &result))
    }

    /// Sends the messages for one event batch.
    async fn send_events(&self, outgoing: &mut Outgoing, batch: &[Event]) -> Result<(), Gone> {
        if !batch.iter().any(|event| self.concerns(event)) {
            return Ok(());
        }
        let messages = self.shared.exchange.read(|engine| self.messages(engine, batch)).map_err(|_| Gone)?;
        for message in messages {
            outgoing.feed(&message).await?;
        }
        outgoing.flush().await
    }

    /// Whether any subscription may be interested in the event. This runs for every connection and event, so
    /// it takes no lock.
    fn concerns(&self, event: &Event) -> bool {
        self.subscriptions.iter().any(|subscription| match &subscription.source {
            Source::User(listener) => event.account == Some(listener.account),
            Source::Market(_) => matches!(event.kind, EventKind::Market(_)),
            Source::Silence => false,
        })
    }

    fn messages(&self, engine: &Engine, batch: &[Event]) -> Vec<Value> {
        let updates: Vec<&MarketUpdate> = batch
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Market(update) if update.market.kind == self.venue.kind() => Some(&**update),
                _ => None,
            })
            .collect();
        let at = batch.last().map_or_else(|| engine.now(), |event| event.at);
        let mut messages = Vec::new();
        for subscription in &self.subscriptions {
            let rows = match &subscription.source {
                Source::Market(subject) if !updates.is_empty() => {
                    market::messages(engine, at, subject, &updates)
                }
                Source::User(listener) => {
                    let mine = batch.iter().filter(|event| event.account == Some(listener.account));
                    let rows = mine.filter_map(|event| user::message(self.venue, event)).collect();
                    self.shared.faults.garbled(rows)
                }
                Source::Market(_) | Source::Silence => continue,
            };
            messages.extend(rows.into_iter().map(|row| self.wrapped(&subscription.name, row)));
        }
        messages
    }

    fn wrapped(&self, name: &str, data: Value) -> Value {
        if self.combined { json!({ "stream": name, "data": data }) } else { data }
    }

    async fn go_round(&mut self, outgoing: &mut Outgoing) -> Result<(), Gone> {
        outgoing.send(Message::Ping(Vec::new().into())).await?;
        self.end_keys(outgoing, None).await
    }

    /// Ends the streams of a listener whose key was closed, or all streams whose keys have expired.
    async fn end_keys(&mut self, outgoing: &mut Outgoing, closed: Option<&Listener>) -> Result<(), Gone> {
        let now = self.shared.exchange.now();
        let mut ended = Vec::new();
        self.subscriptions.retain(|subscription| {
            let Source::User(listener) = &subscription.source else { return true };
            let mine = closed.is_none_or(|closed| closed == listener);
            let over = mine && self.shared.listen_keys.find(now, &subscription.name).is_none();
            if over {
                ended.push(subscription.name.clone());
            }
            !over
        });
        for name in ended {
            outgoing.json(&self.wrapped(&name, user::expired(now, &name))).await?;
        }
        Ok(())
    }
}

/// The sending half of the socket, with a timeout.
struct Outgoing(SplitSink<WebSocket, Message>);

impl Outgoing {
    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        within(self.0.send(message)).await
    }

    async fn json(&mut self, value: &Value) -> Result<(), Gone> {
        self.send(Message::Text(value.to_string().into())).await
    }

    async fn feed(&mut self, value: &Value) -> Result<(), Gone> {
        within(self.0.feed(Message::Text(value.to_string().into()))).await
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        within(self.0.flush()).await
    }
}

async fn within<E>(sending: impl Future<Output = Result<(), E>>) -> Result<(), Gone> {
    match time::timeout(PATIENCE, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
