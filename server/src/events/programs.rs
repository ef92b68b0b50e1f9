//! `/v1/priv/events` as a WebSocket: the events of an API user, as JSON text. What the program sends is ignored, except
//! pongs.

use super::{LARGEST, PING, READ_BUFFER, SILENCE, Streams, WRITE_BUFFER, beat, checks, no_seat};
use crate::front::{Seat, Taker};
use axum::{
    body::Bytes,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    response::Response,
};
use domain::event_webhook::EventBody;
use futures::{SinkExt as _, StreamExt as _};
use service::{
    Actor, Error, SharedDesk,
    identity::{sign_in_end::SignInWatch, token},
    trading::live,
};
use std::net::IpAddr;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

/// A program that opens a stream.
pub(crate) struct ProgramVisit {
    /// The user.
    pub(crate) actor: Actor,
    /// Its access token, whose end also ends the stream.
    pub(crate) jwt: String,
    /// The IP address of the program.
    pub(crate) address: IpAddr,
    /// Number of the last event that it has.
    pub(crate) after: Option<i64>,
}

/// Opens a stream, if the limits of the user and the address allow one more.
pub(crate) async fn open(
    streams: &Streams,
    upgrade: WebSocketUpgrade,
    visit: ProgramVisit,
) -> Result<Response, Error> {
    let Some(seat) = streams.seats.take(Taker::Person(visit.address, visit.actor.user)) else {
        return Ok(no_seat());
    };
    let desk = streams.desk.clone();
    let events = live::follow_events(desk.trading(), &visit.actor, visit.after).await?;
    let upgrade = upgrade
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER);
    // Boxed as the pages' streams are.
    let program = Program { desk, visit, events };
    Ok(upgrade.on_upgrade(move |socket| Box::pin(serve(socket, program, seat))))
}

struct Program {
    desk: SharedDesk,
    visit: ProgramVisit,
    events: mpsc::Receiver<EventBody>,
}

impl Program {
    /// Whether the access token is still valid.
    async fn still_signed_in(&self) -> bool {
        !matches!(token::verify(&self.desk, &self.visit.jwt).await, Err(Error::Unauthenticated))
    }
}

async fn serve(socket: WebSocket, mut program: Program, seat: Seat) {
    let (mut sender, mut receiver) = socket.split();
    let (mut pings, mut checks) = (beat(PING), checks());
    let mut sign_in = SignInWatch::new(&program.desk, Some(program.visit.actor.user));
    let mut last_received = Instant::now();
    loop {
        let goes_on = tokio::select! {
            event = program.events.recv() => match event.as_ref().map(serde_json::to_string) {
                // A program that accepts nothing for this long is gone. It resumes after the last event it has.
                Some(Ok(text)) => matches!(timeout(PING, sender.send(Message::text(text))).await, Ok(Ok(()))),
                _ => false,
            },
            received = receiver.next() => {
                last_received = Instant::now();
                matches!(received, Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_))))
            }
            _ = pings.tick() => {
                let ping = timeout(PING, sender.send(Message::Ping(Bytes::new())));
                last_received.elapsed() < SILENCE && matches!(ping.await, Ok(Ok(())))
            }
            () = seat.evicted() => false,
            _ = checks.tick() => program.still_signed_in().await,
            () = sign_in.ended() => program.still_signed_in().await,
        };
        if !goes_on {
            break;
        }
    }
    // The connection may be closed already, or its peer may never read.
    let _ = timeout(PING, sender.close()).await;
    drop(seat);
}
