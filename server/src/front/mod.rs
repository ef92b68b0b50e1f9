//! The listening socket: accepts connections, limits their number and duration, and shuts down gracefully.
//!
//! A connection costs a file descriptor before anything is known about its peer. So a peer that does not send
//! a complete request soon, or reads too slowly, is disconnected, one address holds a limited number of
//! connections, and a new connection replaces the oldest one that is not being served. A request whose body is
//! incomplete is not being served yet. A flood therefore evicts its own connections first.

mod connection;
mod connections;
mod descriptors;
mod limits;
mod reading;
mod seats;
mod socket;

pub(crate) use connection::Connection;
pub use descriptors::raise as raise_descriptor_limit;
pub use limits::{Limits, Timeouts, Wanted};
pub(crate) use seats::{Seat, Seats, Taker};

use axum::{Router, body::Body, extract::ConnectInfo};
use connection::AwaitedBody;
use connections::Connections;
use http_body::Body as _;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use socket::Watched;
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{self, Instant},
};
use tower::ServiceExt as _;

/// Limit on the head of a request and on what is buffered of a response. Browsers send a few kilobytes.
const BUFFER: usize = 64 * 1024;
/// The pause after the first failed accept; it doubles with each further failure.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest pause after failed accepts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Failed accepts and refused connections are logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(10);
/// The response to a connection that cannot be admitted.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// Configuration of the listener.
#[derive(Clone, Debug)]
pub struct Front {
    /// The number of connections allowed.
    pub limits: Limits,
    /// The timeouts of a connection.
    pub timeouts: Timeouts,
    /// Proxies, whose connections are exempt from the limit per address.
    pub proxies: Arc<[IpAddr]>,
}

impl Front {
    /// Serves until `stopped` becomes true, and then until the responses in progress are sent. Connections
    /// that were upgraded to WebSockets belong to their handlers.
    ///
    /// # Errors
    /// Currently none: accepting continues after every failure.
    pub async fn serve(
        self,
        listener: TcpListener,
        routes: Router,
        mut stopped: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let routes = routes.with_state(());
        let connections = Connections::new(self.limits, self.proxies);
        let mut tasks = JoinSet::new();
        let mut trouble = AcceptErrors::default();
        let stop = stopped.clone();
        loop {
            let accepted = tokio::select! {
                biased;
                // The sender is dropped only after it has sent.
                _ = stopped.wait_for(|stopped| *stopped) => break,
                Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
                accepted = next(&connections, &listener) => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    trouble.failed(&connections, &error).await;
                    continue;
                }
            };
            trouble.pause = PAUSE;
            match connections.admit(peer.ip()) {
                Some((connection, place)) => {
                    let routes = routes.clone();
                    let socket = Watched::new(stream, Arc::clone(&connection), place);
                    tasks.spawn(serve_one(socket, routes, peer, connection, self.timeouts, stop.clone()));
                }
                None => trouble.refused(&stream),
            }
        }
        drop(listener);
        while tasks.join_next().await.is_some() {}
        Ok(())
    }
}

/// Accepts the next connection once a descriptor is available.
async fn next(connections: &Connections, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    connections.has_capacity().await;
    listener.accept().await
}

/// Back-off and log throttling of failed accepts.
struct AcceptErrors {
    pause: Duration,
    logged: Option<Instant>,
}

impl Default for AcceptErrors {
    fn default() -> Self {
        Self { pause: PAUSE, logged: None }
    }
}

impl AcceptErrors {
    /// Handles a failed accept. A peer that has already gone needs nothing; a lack of descriptors needs a
    /// pause and one freed descriptor.
    async fn failed(&mut self, connections: &Connections, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
            return;
        }
        if self.may_log() {
            tracing::error!(%error, open = connections.open(), "could not accept a connection");
        }
        connections.close_one();
        time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// Rejects a connection when none can be evicted for it. The peer may or may not read the response.
    fn refused(&mut self, stream: &TcpStream) {
        if self.may_log() {
            tracing::warn!("rejected a connection: the connection limit is reached");
        }
        let _ = stream.try_write(NO_ROOM);
    }

    fn may_log(&mut self) -> bool {
        let now = Instant::now();
        let may = self.logged.is_none_or(|logged| now.duration_since(logged) >= LOG_EVERY);
        if may {
            self.logged = Some(now);
        }
        may
    }
}

/// Serves one connection until it ends, times out, is evicted, or the desk stops.
async fn serve_one(
    socket: Watched,
    routes: Router,
    peer: SocketAddr,
    connection: Arc<Connection>,
    timeouts: Timeouts,
    mut stopped: watch::Receiver<bool>,
) {
    let served = Arc::clone(&connection);
    let service = service_fn(move |request: Request<Incoming>| {
        let (routes, connection) = (routes.clone(), Arc::clone(&served));
        async move {
            connection.begin(!request.body().is_end_stream());
            let mut request = request.map(|body| Body::new(AwaitedBody::new(body, Arc::clone(&connection))));
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(Arc::clone(&connection));
            let response = routes.oneshot(request).await?;
            Ok::<_, Infallible>(connection.answer(response))
        }
    });
    let mut builder = http1::Builder::new();
    // We use our own timer: hyper counts the time between two requests as time spent on a head.
    builder.header_read_timeout(None).max_buf_size(BUFFER);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(socket), service).with_upgrades());
    let mut stopping = false;
    loop {
        tokio::select! {
            // The peer has gone, or sent something that is not HTTP.
            _ = serving.as_mut() => return,
            () = connection.closed() => return,
            () = time::sleep_until(connection.deadline(timeouts)) => {
                if connection.is_overdue(timeouts) {
                    return;
                }
            }
            _ = stopped.wait_for(|stopped| *stopped), if !stopping => {
                if connection.is_waiting() {
                    return;
                }
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests;
