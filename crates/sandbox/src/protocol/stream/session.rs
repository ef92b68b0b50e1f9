//! One WebSocket connection: its subscriptions and its event loop.

use super::{
    outgoing::{Gone, Outgoing},
    rate::MessageRate,
    request::{self, Complaint, StreamRequest},
    subscription::{Step, Subscription},
    user,
};
use crate::{
    engine::{Engine, EventKind, MarketUpdate},
    exchange::EventBatch,
    protocol::{
        limits::Venue,
        listen::Listener,
        shared::{ServerState, StreamEnd},
        time_unit::TimeUnit,
    },
};
use axum::extract::ws::{Message, WebSocket};
use futures::{StreamExt, stream::SplitStream};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time,
};

/// Interval of pings and of listen key checks.
const ROUND: Duration = Duration::from_secs(20);
/// Maximum number of streams per connection.
const MOST_STREAMS: usize = 1_024;

/// Why a name was not subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unserved {
    NoSuchStream,
    TooMany,
}

/// One client's connection.
pub(super) struct Session {
    shared: Arc<ServerState>,
    venue: Venue,
    combined: bool,
    /// The unit of the times in messages.
    unit: TimeUnit,
    subscriptions: Vec<Subscription>,
    rate: MessageRate,
}

impl Session {
    pub(super) fn new(shared: Arc<ServerState>, venue: Venue, combined: bool, unit: TimeUnit) -> Self {
        let rate = MessageRate::new(shared.budget.limits.messages(venue), time::Instant::now());
        Self { shared, venue, combined, unit, subscriptions: Vec::new(), rate }
    }

    /// Subscribes to all of these names, or to none of them.
    pub(super) fn subscribe(&mut self, names: &[String]) -> Result<(), Complaint> {
        let before = self.subscriptions.len();
        for name in names {
            if let Err(why) = self.add(name) {
                self.subscriptions.truncate(before);
                let why = match why {
                    Unserved::NoSuchStream => format!("invalid stream {name}"),
                    Unserved::TooMany => format!("more than {MOST_STREAMS} streams on one connection"),
                };
                return Err(Complaint::invalid(Value::Null, &why));
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &str) -> Result<(), Unserved> {
        if self.subscriptions.iter().any(|s| s.name == name) {
            return Ok(());
        }
        if self.subscriptions.len() >= MOST_STREAMS {
            return Err(Unserved::TooMany);
        }
        let subscription = Subscription::new(&self.shared, self.venue, name).ok_or(Unserved::NoSuchStream)?;
        self.subscriptions.push(subscription);
        Ok(())
    }

    /// Serves the connection until either side closes it. The names of its address are subscribed to first. A
    /// market stream among them that is not served is refused in a message, because there was no request to
    /// answer. Any other name is ignored: ccxt numbers its connections that way, and a listen key may have
    /// expired.
    pub(super) async fn run(mut self, socket: WebSocket, names: &[String]) {
        let mut batches = self.shared.exchange.listen();
        let (sink, incoming) = socket.split();
        let mut outgoing = Outgoing::new(sink);
        for name in names {
            if let Err(complaint) = self.subscribe(std::slice::from_ref(name))
                && (name.contains('@') || name.starts_with('!'))
                && outgoing.json(&complaint.answer()).await.is_err()
            {
                return;
            }
        }
        let Gone = self.serve(&mut outgoing, incoming, &mut batches).await;
        // Best effort: the client may already be gone.
        let _ = outgoing.send(Message::Close(None)).await;
    }

    async fn serve(
        &mut self,
        outgoing: &mut Outgoing,
        mut incoming: SplitStream<WebSocket>,
        batches: &mut Receiver<EventBatch>,
    ) -> Gone {
        let (mut closed, mut ends) = (self.shared.closed.subscribe(), self.shared.ends.subscribe());
        let mut round = time::interval(ROUND);
        loop {
            let result = tokio::select! {
                message = incoming.next() => match message {
                    Some(Ok(message)) if self.rate.admit(time::Instant::now()) => {
                        self.on_message(outgoing, message).await
                    }
                    Some(Ok(_) | Err(_)) | None => Err(Gone),
                },
                batch = batches.recv() => match batch {
                    Ok(batch) => self.send_events(outgoing, &batch).await,
                    // A slow reader is disconnected instead of delaying the market; it can reconnect.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => Err(Gone),
                },
                listener = closed.recv() => match listener {
                    Ok(listener) => self.end_keys(outgoing, Some(&listener)).await,
                    Err(_) => Ok(()),
                },
                end = ends.recv() => match end {
                    Ok(StreamEnd::Close) => Err(Gone),
                    Ok(StreamEnd::Shutdown) if self.venue == Venue::Spot => {
                        let message = self.shutdown();
                        outgoing.json(&message).await
                    }
                    // The keys of an account that expire are closed, too.
                    Ok(StreamEnd::Shutdown | StreamEnd::Expire(_)) | Err(_) => Ok(()),
                },
                _ = round.tick() => self.go_round(outgoing).await,
            };
            if let Err(gone) = result {
                return gone;
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
                self.subscribe(&names).map_err(|complaint| complaint.with_id(id.clone()))?;
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
    async fn send_events(&mut self, outgoing: &mut Outgoing, batch: &EventBatch) -> Result<(), Gone> {
        if !batch.events.iter().any(|event| self.subscriptions.iter().any(|s| s.concerns(event))) {
            return Ok(());
        }
        let (shared, unit) = (Arc::clone(&self.shared), self.unit);
        let read = |engine: &Engine| unit.scope(|| self.messages(engine, batch));
        let messages = shared.exchange.read(read).map_err(|_| Gone)?;
        for message in messages {
            outgoing.feed(&message).await?;
        }
        outgoing.flush().await
    }

    fn messages(&mut self, engine: &Engine, batch: &EventBatch) -> Vec<Value> {
        let Self { shared, venue, combined, subscriptions, .. } = self;
        let updates: Vec<&MarketUpdate> = batch
            .events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Market(update) if update.market.kind == venue.kind() => Some(&**update),
                _ => None,
            })
            .collect();
        let at = batch.events.last().map_or_else(|| engine.now(), |event| event.at);
        let step = Step { shared, engine, venue: *venue, at, batch, updates: &updates };
        let mut messages = Vec::new();
        for subscription in subscriptions {
            let rows = subscription.messages(&step);
            messages.extend(rows.into_iter().map(|row| wrapped(*combined, &subscription.name, row)));
        }
        messages
    }

    async fn go_round(&mut self, outgoing: &mut Outgoing) -> Result<(), Gone> {
        outgoing.send(Message::Ping(Vec::new().into())).await?;
        self.end_keys(outgoing, None).await
    }

    /// The message that the server will close the connection.
    fn shutdown(&self) -> Value {
        let event = self.unit.scope(|| user::shutdown(self.shared.exchange.now()));
        wrapped(self.combined, "!serverShutdown", event)
    }

    /// Ends the streams of a listener whose key was closed, or all streams whose keys have expired.
    async fn end_keys(&mut self, outgoing: &mut Outgoing, closed: Option<&Listener>) -> Result<(), Gone> {
        let now = self.shared.exchange.now();
        let mut ended = Vec::new();
        self.subscriptions.retain(|subscription| {
            let Some(listener) = subscription.listener() else { return true };
            let mine = closed.is_none_or(|closed| closed == listener);
            let over = mine && self.shared.listen_keys.find(now, &subscription.name).is_none();
            if over {
                ended.push(subscription.name.clone());
            }
            !over
        });
        for name in ended {
            let event = self.unit.scope(|| user::expired(now, &name));
            outgoing.json(&wrapped(self.combined, &name, event)).await?;
        }
        Ok(())
    }
}

fn wrapped(combined: bool, name: &str, data: Value) -> Value {
    if combined { json!({ "stream": name, "data": data }) } else { data }
}
