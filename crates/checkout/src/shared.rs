//! The settings of a checkout, and the state that all its requests share.

use crate::{
    books::{Books, Open},
    state::{StateDir, StateError},
};
use domain::{Clock, Entropy};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// A webhook endpoint that receives all events from the start.
#[derive(Clone)]
pub struct Listener {
    /// The URL of the endpoint.
    pub url: String,
}

/// Settings of a checkout.
#[derive(Clone)]
pub struct Options {
    /// Base URL of the pages for browsers, without a trailing slash.
    pub public_url: String,
    /// The webhook endpoint that receives all events; others can be created as on Stripe.
    pub listener: Option<Listener>,
    /// Enables the control API, with which tests advance the clock.
    pub controllable: bool,
}

/// State shared by all requests.
pub(crate) struct CheckoutState {
    pub(crate) books: Mutex<Books>,
    pub(crate) state_dir: StateDir,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) options: Options,
    pub(crate) http: reqwest::Client,
    pub(crate) secret_key: String,
    pub(crate) control_token: String,
    pub(crate) webhook_secret: String,
    /// Signals that events are waiting for delivery.
    pub(crate) news: Notify,
}

impl CheckoutState {
    /// The real time, without the shift of the clock.
    pub(crate) fn really(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// Reads the books at the current time.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Books, i64) -> T) -> T {
        let books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        read(&books, self.really().saturating_add(books.shift))
    }

    /// Processes everything that is due by now.
    pub(crate) fn catch_up(&self) -> Result<(), StateError> {
        let due =
            self.read(|books, now| books.subscriptions.values().any(|s| s.due().is_some_and(|at| at <= now)));
        if due { self.write(|_| ()) } else { Ok(()) }
    }

    /// Changes the books atomically: the complete change is on disk, or nothing has changed.
    pub(crate) fn try_write<T, E: From<StateError>>(
        &self,
        write: impl FnOnce(&mut Open<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = books.clone();
        let (really, base) = (self.really(), self.options.public_url.as_str());
        let now = really.saturating_add(next.shift);
        let mut open = Open { books: &mut next, entropy: self.entropy.as_ref(), now, really, base };
        open.live();
        let done = write(&mut open)?;
        self.state_dir.put(&next)?;
        *books = next;
        drop(books);
        self.news.notify_one();
        Ok(done)
    }

    /// Like [`CheckoutState::try_write`], for changes that cannot fail.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut Open<'_>) -> T) -> Result<T, StateError> {
        self.try_write(|open| Ok(write(open)))
    }

    /// Advances the clock by this many seconds and processes everything that becomes due.
    pub(crate) fn advance(&self, seconds: i64) -> Result<(), StateError> {
        self.write(|open| {
            open.books.shift = open.books.shift.saturating_add(seconds.max(0));
            open.now = open.now.saturating_add(seconds.max(0));
            open.live();
        })
    }
}
