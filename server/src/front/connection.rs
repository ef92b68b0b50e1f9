//! The phase of a connection, and the time at which it began.

use super::{Seat, Timeouts};
use axum::{body::Body, http::StatusCode, response::Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

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
    /// Whether the peer has to read before more can be sent.
    blocked: AtomicBool,
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
            blocked: AtomicBool::new(false),
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

    /// Records that bytes were sent, or (if `all` is `false`) that the peer must read first.
    pub(super) fn sent(&self, all: bool) {
        self.blocked.store(!all, Ordering::Relaxed);
        if all {
            self.since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Records that a request's head is complete.
    pub(super) fn begin(&self) {
        self.enter(Phase::Busy);
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
        matches!(self.phase(), Phase::Idle | Phase::Head) && !self.blocked.load(Ordering::Relaxed)
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

    /// Whether the current phase has taken too long.
    pub(super) fn is_overdue(&self, timeouts: Timeouts) -> bool {
        let took = Duration::from_millis(self.now().saturating_sub(self.since.load(Ordering::Relaxed)));
        self.limit(timeouts).is_some_and(|limit| took >= limit)
    }

    fn limit(&self, timeouts: Timeouts) -> Option<Duration> {
        match self.phase() {
            Phase::Idle if self.blocked.load(Ordering::Relaxed) => Some(timeouts.stalled),
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

    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_millis()).unwrap_or(u64::MAX)
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
