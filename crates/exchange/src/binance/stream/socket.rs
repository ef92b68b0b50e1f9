//! One WebSocket connection: bounded messages, heartbeat pings, and detection of silently dead connections.

use crate::binance::config::Pacing;
use futures::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
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
    heard: Instant,
    ends: Instant,
}

impl Socket {
    /// Connects. The URL is never logged, because it may contain a listen key.
    pub(super) async fn connect(url: &str, pacing: Pacing) -> Result<Self, Broken> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .max_message_size(Some(LARGEST))
            .max_frame_size(Some(LARGEST));
        let connecting = connect_async_with_config(url, Some(config), true);
        let (stream, _) =
            timeout(pacing.silence, connecting).await.map_err(|_| Broken)?.map_err(|_| Broken)?;
        let now = Instant::now();
        let mut ping = interval_at(now + pacing.ping, pacing.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { stream, ping, pacing, heard: now, ends: now + pacing.lifetime })
    }

    pub(super) async fn send(&mut self, text: String) -> Result<(), Broken> {
        self.stream.send(Message::text(text)).await.map_err(|_| Broken)
    }

    /// Returns the next text message. Pings are answered meanwhile; silence and reaching the maximum lifetime
    /// count as a broken connection.
    pub(super) async fn next(&mut self) -> Result<Utf8Bytes, Broken> {
        loop {
            let deadline = self.ends.min(self.heard + self.pacing.silence);
            tokio::select! {
                message = self.stream.next() => {
                    self.heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => return Ok(text),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Broken),
                        Some(Ok(_)) => {}
                    }
                }
                _ = self.ping.tick() => {
                    self.stream.send(Message::Ping(Vec::new().into())).await.map_err(|_| Broken)?;
                }
                () = sleep_until(deadline) => return Err(Broken),
            }
        }
    }
}
