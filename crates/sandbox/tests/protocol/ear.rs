//! A WebSocket client.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// A connected client.
pub(crate) struct Ear(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ear {
    pub(crate) async fn open(address: SocketAddr, path: &str) -> Self {
        let url = format!("ws://{address}/sandbox/binance{path}");
        Self(connect_async(url).await.unwrap().0)
    }

    pub(crate) async fn send(&mut self, value: Value) {
        self.send_text(&value.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn receive(&mut self) -> Value {
        let next = async {
            loop {
                match self.0.next().await.expect("the stream goes on").unwrap() {
                    Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                    Message::Close(_) => panic!("closed"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), next).await.expect("nothing was said")
    }

    /// Returns the next message that satisfies a condition.
    pub(crate) async fn receive_matching(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let value = self.receive().await;
            if holds(&value) {
                return value;
            }
        }
    }

    /// Returns once the server has processed all earlier requests; its answers come in order.
    pub(crate) async fn settled(&mut self) {
        self.send(json!({ "method": "LIST_SUBSCRIPTIONS", "id": "settled" })).await;
        self.receive_matching(|value| value["id"] == "settled").await;
    }
}
