//! The phase of a connection, and the time at which it began.

use super::{Seat, Timeouts, reading::Reading};
use axum::{body::Body, http::StatusCode, response::Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// A peer that is this far behind with its reading gives way to a new connection.
const SLOW: Duration = Duration::from_secs(3);

/// The loss to the peer when its connection is closed for a new one, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    /// Nothing was ever answered: no complete request has arrived.
    Nothing,
    /// The connection, and a request whose body is incomplete.
    Connection,
    /// The rest of a response that it reads too slowly.
    Response,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// Waiting: nothing was received since the last response, or ever.
    Idle,
    /// A part of a request's head has arrived.
    Head,
    /// A request is being handled.
    Busy,
    /// A response is being sent.
    Answering,
    /// A WebSocket, whose handler applies its own limits.
    Upgraded,
}

impl Phase {
    const ALL: [Self; 5] = [Self::Idle, Self::Head, Self::Busy, Self::Answering, Self::Upgraded];
}

/// One connection, shared by the accept loop, its task, its socket and its handlers.
#[derive(Debug)]
pub(crate) struct Connection {
    base: Instant,
    phase: AtomicU8,
    /// Milliseconds since `base` at which the phase began or last made progress.
    since: AtomicU64,
    /// Whether a request of this connection has been answered.
    served: AtomicBool,
    /// Whether the handler waits for the rest of the request's body.
    awaits_body: AtomicBool,
    reading: Mutex<Reading>,
    close: Notify,
    /// Seats released when the socket closes.
    held: Mutex<Vec<Seat>>,
}

impl Connection {
    pub(super) fn new() -> Self {
        Self {
            base: Instant::now(),
            phase: AtomicU8::new(Phase::Idle as u8),
            since: AtomicU64::new(0),
            served: AtomicBool::new(false),
            awaits_body: AtomicBool::new(false),
            reading: Mutex::default(),
            close: Notify::new(),
            held: Mutex::default(),
        }
    }

    /// Holds a seat for as long as the socket is open.
    pub(crate) fn hold(&self, seat: Seat) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).push(seat);
    }

    pub(super) fn release(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Records that a byte was received.
    pub(super) fn received(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// Records that so many bytes were sent; none, if the peer has to read before more can be sent.
    pub(super) fn sent(&self, bytes: usize) {
        let now = self.now();
        self.reading().wrote(bytes, now);
        if bytes > 0 {
            self.since.store(now, Ordering::Relaxed);
        }
    }

    /// Records that a request's head is complete, and whether a body follows.
    pub(super) fn begin(&self, body: bool) {
        self.awaits_body.store(body, Ordering::Release);
        self.enter(Phase::Busy);
    }

    /// Records that the handler has the whole body, or does not want it.
    fn end_body(&self) {
        self.awaits_body.store(false, Ordering::Release);
    }

    /// Starts the response; dropping the returned body ends the request.
    pub(super) fn answer(self: Arc<Self>, response: Response) -> Response<TrackedBody> {
        self.served.store(true, Ordering::Relaxed);
        let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        self.enter(if upgraded { Phase::Upgraded } else { Phase::Answering });
        response.map(|body| TrackedBody { body, connection: self })
    }

    /// Asks the connection's task to close it.
    pub(super) fn close(&self) {
        self.close.notify_one();
    }

    pub(super) async fn closed(&self) {
        self.close.notified().await;
    }

    /// Whether no request is being served, so that closing the connection loses nothing.
    pub(super) fn is_waiting(&self) -> bool {
        // The end of a response may still wait to be sent when the next request could already arrive.
        matches!(self.phase(), Phase::Idle | Phase::Head) && !self.reading().is_blocked()
    }

    /// The loss when this connection is closed for a new one; `None` if it must stay open. A request
    /// whose body is incomplete has had no effect yet.
    pub(super) fn loss(&self) -> Option<Loss> {
        let awaits_body = self.phase() == Phase::Busy && self.awaits_body.load(Ordering::Acquire);
        if self.is_waiting() || awaits_body {
            return Some(if self.was_served() { Loss::Connection } else { Loss::Nothing });
        }
        (matches!(self.phase(), Phase::Idle | Phase::Answering) && self.behind() >= SLOW)
            .then_some(Loss::Response)
    }

    /// Whether a request of this connection has ever been answered.
    pub(super) fn was_served(&self) -> bool {
        self.served.load(Ordering::Relaxed)
    }

    /// The time of the next check for a timeout.
    pub(super) fn deadline(&self, timeouts: Timeouts) -> Instant {
        let since = self.base + Duration::from_millis(self.since.load(Ordering::Relaxed));
        // Another phase may begin at any time and lasts at least this long, so no timeout is missed.
        let look_again = Instant::now() + timeouts.shortest();
        self.limit(timeouts).map_or(look_again, |limit| (since + limit).min(look_again))
    }

    /// Whether the current phase has taken too long, or the peer reads too slowly.
    pub(super) fn is_overdue(&self, timeouts: Timeouts) -> bool {
        let took = Duration::from_millis(self.now().saturating_sub(self.since.load(Ordering::Relaxed)));
        let slow = self.phase() != Phase::Upgraded && self.behind() >= timeouts.slow;
        slow || self.limit(timeouts).is_some_and(|limit| took >= limit)
    }

    fn limit(&self, timeouts: Timeouts) -> Option<Duration> {
        match self.phase() {
            Phase::Idle if self.reading().is_blocked() => Some(timeouts.stalled),
            Phase::Idle if self.was_served() => Some(timeouts.idle),
            Phase::Idle | Phase::Head => Some(timeouts.head),
            Phase::Busy => Some(timeouts.request),
            Phase::Answering => Some(timeouts.stalled),
            Phase::Upgraded => None,
        }
    }

    fn enter(&self, phase: Phase) {
        self.since.store(self.now(), Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Release);
    }

    fn phase(&self) -> Phase {
        let number = usize::from(self.phase.load(Ordering::Acquire));
        Phase::ALL.get(number).copied().unwrap_or(Phase::Idle)
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the peer is behind with its reading.
    fn behind(&self) -> Duration {
        let now = self.now();
        Duration::from_millis(self.reading().behind(now))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A request body. The handler waits for the peer until the body ends or is dropped.
pub(super) struct AwaitedBody {
    body: Incoming,
    connection: Arc<Connection>,
}

impl AwaitedBody {
    pub(super) const fn new(body: Incoming, connection: Arc<Connection>) -> Self {
        Self { body, connection }
    }
}

impl Drop for AwaitedBody {
    fn drop(&mut self) {
        self.connection.end_body();
    }
}

impl HttpBody for AwaitedBody {
    type Data = <Incoming as HttpBody>::Data;
    type Error = <Incoming as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_end_stream() || matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.connection.end_body();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body. The request has ended when it is dropped.
pub(super) struct TrackedBody {
    body: Body,
    connection: Arc<Connection>,
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        if self.connection.phase() == Phase::Answering {
            self.connection.enter(Phase::Idle);
        }
    }
}

impl HttpBody for TrackedBody {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    #[test]
    fn a_request_whose_body_is_incomplete_gives_way_and_a_complete_one_does_not() {
        let connection = Connection::new();
        connection.begin(true);
        assert_eq!(connection.loss(), Some(Loss::Nothing));
        assert!(!connection.is_waiting(), "a desk that stops waits for it");
        connection.end_body();
        assert_eq!(connection.loss(), None);
    }

    #[test]
    fn a_response_that_is_read_too_slowly_gives_way() {
        let began = Instant::now().checked_sub(SLOW * 2).unwrap();
        let connection = Arc::new(Connection { base: began, ..Connection::new() });
        connection.begin(false);
        let response = Arc::clone(&connection).answer(StatusCode::OK.into_response());
        assert_eq!(connection.loss(), None);
        connection.sent(0);
        assert_eq!(connection.loss(), None, "it has only begun to wait for the peer");
        *connection.reading() = Reading::default();
        connection.reading().wrote(0, 0);
        assert_eq!(connection.loss(), Some(Loss::Response));
        // Slow reading of pipelined responses adds up, although each of them makes progress.
        let timeouts = Timeouts { slow: SLOW, ..Timeouts::default() };
        drop(response);
        connection.sent(1);
        assert!(connection.is_overdue(timeouts));
        connection.sent(1 << 20);
        assert!(!connection.is_overdue(timeouts));
    }
}
