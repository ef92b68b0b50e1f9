//! The sending half of a socket.

use axum::extract::ws::{Message, WebSocket};
use futures::{SinkExt, stream::SplitSink};
use serde_json::Value;
use std::time::Duration;
use tokio::time;

/// Timeout for sending a message; a slower connection is closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The connection has ended, or has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// The sending half of the socket, with a timeout.
pub(crate) struct Outgoing(SplitSink<WebSocket, Message>);

impl Outgoing {
    pub(crate) const fn new(sink: SplitSink<WebSocket, Message>) -> Self {
        Self(sink)
    }

    pub(crate) async fn send(&mut self, message: Message) -> Result<(), Gone> {
        within(self.0.send(message)).await
    }

    pub(crate) async fn json(&mut self, value: &Value) -> Result<(), Gone> {
        self.send(Message::Text(value.to_string().into())).await
    }

    pub(crate) async fn feed(&mut self, value: &Value) -> Result<(), Gone> {
        within(self.0.feed(Message::Text(value.to_string().into()))).await
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Gone> {
        within(self.0.flush()).await
    }
}

async fn within<E>(sending: impl Future<Output = Result<(), E>>) -> Result<(), Gone> {
    match time::timeout(PATIENCE, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
