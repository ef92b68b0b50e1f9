//! One WebSocket connection: bounded messages, heartbeat pings, and detection of silently dead connections.

use crate::binance::config::Pacing;
use futures::{SinkExt, StreamExt};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt as _;
use std::sync::{Arc, OnceLock};
use tokio::{
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

/// Maximum size of a message.
const LARGEST: usize = 1 << 20;
/// Read buffer size. The library's default, 128 KiB, is zeroed before every read and allocated for every
/// follower's account.
const READ: usize = 4 << 10;

/// The connection is broken or has reached its maximum lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

/// An open connection.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    ping: Interval,
    pacing: Pacing,
    last_received: Instant,
    ends: Instant,
}

/// The TLS settings of all connections: the system's trusted certificates, as for REST requests. They are loaded
/// once, because every follower's account has a connection.
fn tls() -> Result<Arc<ClientConfig>, Broken> {
    static TLS: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(known) = TLS.get() {
        return Ok(Arc::clone(known));
    }
    let config = ClientConfig::with_platform_verifier().map_err(|error| {
        tracing::error!(%error, "could not load the system's trusted certificates");
        Broken
    })?;
    Ok(Arc::clone(TLS.get_or_init(|| Arc::new(config))))
}

impl Socket {
    /// Connects. The URL is never logged, because it may contain a listen key.
    pub(super) async fn connect(url: &str, pacing: Pacing) -> Result<Self, Broken> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        let connector = if url.starts_with("wss:") { Some(Connector::Rustls(tls()?)) } else { None };
        let connecting = connect_async_tls_with_config(url, Some(config), true, connector);
        let (stream, _) =
            timeout(pacing.silence, connecting).await.map_err(|_| Broken)?.map_err(|_| Broken)?;
        let now = Instant::now();
        let mut ping = interval_at(now + pacing.ping, pacing.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { stream, ping, pacing, last_received: now, ends: now + pacing.lifetime })
    }

    /// Sends a text message.
    pub(super) async fn send(&mut self, text: String) -> Result<(), Broken> {
        self.write(Message::text(text)).await
    }

    /// Sends a message. A peer that no longer reads, so that the buffers fill up, breaks the connection no later
    /// than its silence would.
    async fn write(&mut self, message: Message) -> Result<(), Broken> {
        let deadline = self.deadline();
        timeout_at(deadline, self.stream.send(message)).await.map_err(|_| Broken)?.map_err(|_| Broken)
    }

    /// When the connection counts as broken unless something is received.
    fn deadline(&self) -> Instant {
        self.ends.min(self.last_received + self.pacing.silence)
    }

    /// Returns the next text message. Pings are answered meanwhile; silence and reaching the maximum lifetime
    /// count as a broken connection.
    pub(super) async fn next(&mut self) -> Result<Utf8Bytes, Broken> {
        loop {
            let deadline = self.deadline();
            tokio::select! {
                message = self.stream.next() => {
                    self.last_received = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => return Ok(text),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Broken),
                        Some(Ok(_)) => {}
                    }
                }
                _ = self.ping.tick() => {
                    self.write(Message::Ping(Vec::new().into())).await?;
                }
                () = sleep_until(deadline) => return Err(Broken),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::{net::TcpListener, task::JoinHandle};

    const SILENCE: Duration = Duration::from_millis(300);

    /// Connects to a peer that never reads, and fills the buffers between the two. The peer ends with its task.
    async fn blocked(ping: Duration) -> (Socket, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let peer = tokio::spawn(async move {
            let (connection, _) = listener.accept().await.unwrap();
            let _open = tokio_tungstenite::accept_async(connection).await.unwrap();
            std::future::pending::<()>().await;
        });
        let pacing = Pacing { ping, silence: SILENCE, ..Pacing::default() };
        let mut socket = Socket::connect(&url, pacing).await.unwrap();
        let message = || Message::text("x".repeat(LARGEST));
        while matches!(timeout(SILENCE, socket.stream.send(message())).await, Ok(Ok(()))) {}
        socket.last_received = Instant::now();
        (socket, peer)
    }

    #[test]
    fn the_trusted_certificates_are_loaded_once() {
        assert!(Arc::ptr_eq(&tls().unwrap(), &tls().unwrap()));
    }

    async fn soon<T>(future: impl Future<Output = T>) -> T {
        timeout(Duration::from_secs(30), future).await.expect("the deadline passed long ago")
    }

    #[tokio::test]
    async fn a_ping_to_a_peer_that_does_not_read_ends_with_the_silence() {
        let (mut socket, peer) = blocked(Duration::from_millis(10)).await;
        assert_eq!(soon(socket.next()).await, Err(Broken));
        peer.abort();
    }

    #[tokio::test]
    async fn a_message_to_a_peer_that_does_not_read_ends_with_the_silence() {
        let (mut socket, peer) = blocked(Duration::from_secs(60)).await;
        assert_eq!(soon(socket.send("{}".to_owned())).await, Err(Broken));
        peer.abort();
    }
}
