//! The listening socket: accepts connections, limits how many there are and how long each may take, and stops in order.
//!
//! A connection costs a file descriptor before anything is known about its peer. So a peer that does not send a complete
//! request soon is disconnected, one address holds a limited number of connections, and a new connection replaces the
//! oldest one that is not being served. A flood therefore pushes out its own connections first.

mod connection;
mod connections;
mod descriptors;
mod limits;
mod seats;
mod socket;

pub(crate) use connection::Connection;
pub use descriptors::raise as raise_descriptor_limit;
pub use limits::{Limits, Timeouts, Wanted};
pub(crate) use seats::{Seat, Seats, Taker};

use axum::{Router, body::Body, extract::ConnectInfo};
use connections::Connections;
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

/// The head of a request, and what is buffered of an answer. Browsers send a few kilobytes.
const BUFFER: usize = 64 * 1024;
/// The pause after the first failed accept; it doubles with each further failure.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest pause after failed accepts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Failed accepts and refused connections are logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(10);
/// The answer to a connection that there is no room for.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// How a front is set up.
#[derive(Clone, Debug)]
pub struct Front {
    /// How many connections there may be.
    pub limits: Limits,
    /// How long a connection may take.
    pub timeouts: Timeouts,
    /// Proxies whose connections are not counted as those of one address.
    pub proxies: Arc<[IpAddr]>,
}

impl Front {
    /// Serves until `stopped` becomes true, and then until the requests that are being answered are done. Connections that
    /// were upgraded to WebSockets are the handlers' own.
    ///
    /// # Errors
    /// None yet: accepting goes on after every failure.
    pub async fn serve(
        self,
        listener: TcpListener,
        routes: Router,
        mut stopped: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let routes = routes.with_state(());
        let connections = Connections::new(self.limits, self.proxies);
        let mut tasks = JoinSet::new();
        let mut trouble = Trouble::default();
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

/// The next connection, once there is a descriptor for it.
async fn next(connections: &Connections, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    connections.room().await;
    listener.accept().await
}

/// What goes wrong while accepting.
struct Trouble {
    pause: Duration,
    logged: Option<Instant>,
}

impl Default for Trouble {
    fn default() -> Self {
        Self { pause: PAUSE, logged: None }
    }
}

impl Trouble {
    /// A failed accept. A peer that has gone already needs nothing; a lack of descriptors needs time, and one of them back.
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

    /// A connection that nothing can be closed for. The peer may or may not read the answer.
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

/// One connection, until it ends, takes too long, is needed for another, or the desk stops.
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
            connection.begin();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(Arc::clone(&connection));
            let response = routes.oneshot(request).await?;
            Ok::<_, Infallible>(connection.answer(response))
        }
    });
    let mut builder = http1::Builder::new();
    // The timer is ours: hyper's counts the time between two requests as time spent on a head.
    builder.header_read_timeout(None).max_buf_size(BUFFER);
    let mut serving = pin!(builder.serve_connection(TokioIo::new(socket), service).with_upgrades());
    let mut stopping = false;
    loop {
        tokio::select! {
            // The peer has gone, or sent what is no HTTP.
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
