//! One connection of the WebSocket API, and its event loop.

use super::{
    call::Job,
    frame::{self, ApiRequest, Malformed},
    methods,
    session::{self, Method, Session},
};
use crate::{
    exchange::EventBatch,
    protocol::{
        call::Endpoint,
        dispatch::Used,
        failure::{Reply, SandboxFailure},
        limits::Venue,
        retired::is_retired,
        shared::{ServerState, StreamEnd},
        stream::{
            outgoing::{Gone, Outgoing},
            rate::MessageRate,
            user,
        },
        time_unit::TimeUnit,
    },
};
use axum::extract::ws::{Message, WebSocket};
use domain::Micros;
use futures::{StreamExt, stream::SplitStream};
use serde_json::{Value, json};
use std::{
    net::IpAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{sync::broadcast::error::RecvError, time};

/// Interval of pings.
const ROUND: Duration = Duration::from_secs(20);

/// One client's connection.
pub(super) struct Connection {
    session: Session,
    address: IpAddr,
    /// Pings and pongs of the client.
    rate: MessageRate,
}

impl Connection {
    /// A connection whose frames have times in this unit; `shows_limits` is its wish about rate limits.
    pub(super) fn new(
        shared: Arc<ServerState>,
        venue: Venue,
        address: IpAddr,
        (shows_limits, unit): (bool, TimeUnit),
    ) -> Self {
        // The limit of pings is the same on both venues here, unlike that of stream messages.
        let rate = MessageRate::new(shared.budget.limits.messages(Venue::Spot), time::Instant::now());
        Self { session: Session::new(shared, venue, shows_limits, unit), address, rate }
    }

    /// Serves the connection until either side closes it.
    pub(super) async fn run(mut self, socket: WebSocket) {
        let weight = match self.session.venue {
            Venue::Spot => 2,
            Venue::Futures => 5,
        };
        // Exceeding the limit shows in the response to the first request.
        let _ = self.session.shared.budget.spend(
            self.session.connected,
            self.address,
            self.session.venue,
            weight,
        );
        let (sink, incoming) = socket.split();
        let mut outgoing = Outgoing::new(sink);
        let Gone = self.serve(&mut outgoing, incoming).await;
        // Best effort: the client may already be gone.
        let _ = outgoing.send(Message::Close(None)).await;
    }

    async fn serve(&mut self, outgoing: &mut Outgoing, mut incoming: SplitStream<WebSocket>) -> Gone {
        let mut batches = self.session.shared.exchange.listen();
        let mut ends = self.session.shared.ends.subscribe();
        let mut round = time::interval(ROUND);
        loop {
            let result = tokio::select! {
                message = incoming.next() => match message {
                    Some(Ok(message)) => self.on_message(outgoing, message).await,
                    Some(Err(_)) | None => Err(Gone),
                },
                batch = batches.recv() => match batch {
                    Ok(batch) => self.send_events(outgoing, &batch).await,
                    // Without subscriptions nothing was missed.
                    Err(RecvError::Lagged(_)) if self.session.subscriptions.is_empty() => Ok(()),
                    Err(RecvError::Lagged(_) | RecvError::Closed) => Err(Gone),
                },
                end = ends.recv() => match end {
                    Ok(StreamEnd::Close) => Err(Gone),
                    Ok(end) => self.send_end(outgoing, end).await,
                    Err(_) => Ok(()),
                },
                _ = round.tick() => outgoing.send(Message::Ping(Vec::new().into())).await,
            };
            if let Err(gone) = result {
                return gone;
            }
        }
    }

    async fn on_message(&mut self, outgoing: &mut Outgoing, message: Message) -> Result<(), Gone> {
        match message {
            Message::Text(text) => {
                for frame in self.answer(&text).await? {
                    outgoing.feed(&frame).await?;
                }
                outgoing.flush().await
            }
            Message::Ping(_) | Message::Pong(_) if !self.rate.admit(time::Instant::now()) => Err(Gone),
            Message::Close(_) => Err(Gone),
            // Pings are answered by the WebSocket library; binary frames have no meaning here.
            Message::Ping(_) | Message::Pong(_) | Message::Binary(_) => Ok(()),
        }
    }

    async fn send_events(&self, outgoing: &mut Outgoing, batch: &EventBatch) -> Result<(), Gone> {
        if self.session.subscriptions.is_empty() {
            return Ok(());
        }
        let events = || self.session.subscriptions.events(&self.session.shared.faults, batch);
        for message in self.session.unit.scope(events) {
            outgoing.feed(&message).await?;
        }
        outgoing.flush().await
    }

    /// Sends the events of an end of streams.
    async fn send_end(&mut self, outgoing: &mut Outgoing, end: StreamEnd) -> Result<(), Gone> {
        let (unit, now) = (self.session.unit, self.session.shared.exchange.now());
        let session = &mut self.session;
        let events = unit.scope(|| match end {
            StreamEnd::Shutdown if session.venue == Venue::Spot => {
                vec![json!({ "event": user::shutdown(now) })]
            }
            StreamEnd::Expire(account) => session.subscriptions.end_account(account, now),
            StreamEnd::Close | StreamEnd::Shutdown => Vec::new(),
        });
        for event in events {
            outgoing.feed(&event).await?;
        }
        outgoing.flush().await
    }

    /// The response to a request, and the events that follow from it.
    async fn answer(&mut self, text: &str) -> Result<Vec<Value>, Gone> {
        self.session.shared.requests.fetch_add(1, Ordering::Relaxed);
        let now = self.session.shared.exchange.now();
        let request = match frame::parse(text) {
            Ok(request) => request,
            Err(Malformed(id, failure)) => return Ok(vec![frame::response(&id, &Err(failure), now, None)]),
        };
        let unit = self.session.unit;
        if let Some(frames) = unit.scope(|| self.session.revoked(now)) {
            return Ok(frames);
        }
        let id = request.id.clone();
        let shows = request
            .params
            .get("returnRateLimits")
            .and_then(Value::as_bool)
            .unwrap_or(self.session.shows_limits);
        let (reply, used, events) = self.carry(request, now).await?;
        let limits =
            shows.then(|| frame::rate_limits(&self.session.shared.budget.limits, self.session.venue, &used));
        let now = self.session.shared.exchange.now();
        let response = unit.scope(|| frame::response(&id, &reply, now, limits));
        Ok(std::iter::once(response).chain(events).collect())
    }

    async fn carry(&mut self, request: ApiRequest, now: Micros) -> Result<(Reply, Used, Vec<Value>), Gone> {
        let name = methods::unversioned(self.session.venue, &request.method);
        if let Some(method) = Method::parse(self.session.venue, name) {
            let (weight, within) =
                self.session.shared.budget.spend(now, self.address, self.session.venue, session::WEIGHT);
            let (reply, events) = match within {
                Ok(()) => {
                    let unit = self.session.unit;
                    unit.scope(|| self.session.carry_out(method, &request, now))
                }
                Err(failure) => (Err(failure), Vec::new()),
            };
            return Ok((reply, Used { weight, orders: None }, events));
        }
        let served =
            |endpoint: &&'static Endpoint| self.session.shared.legacy_listen_key || !is_retired(endpoint);
        let Some(endpoint) = methods::find(self.session.venue, &request.method).filter(served) else {
            let (weight, _) = self.session.shared.budget.spend(now, self.address, self.session.venue, 1);
            let failure = SandboxFailure::refused(-1020, "This operation is not supported.");
            return Ok((Err(failure), Used { weight, orders: None }, Vec::new()));
        };
        let job = Job {
            shared: Arc::clone(&self.session.shared),
            venue: self.session.venue,
            address: self.address,
            endpoint,
            request,
            unit: self.session.unit,
            session_key: self.session.login.as_ref().map(|login| login.api_key.clone()),
            waited: false,
        };
        let (reply, used) = job.run().await?;
        Ok((reply, used, Vec::new()))
    }
}
