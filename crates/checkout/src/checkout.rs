//! The checkout as others use it: open, run, serve.

use crate::{
    books::{Books, Endpoint, Open},
    protocol,
    state::{Shelf, StateError},
    webhook,
};
use axum::Router;
use domain::{Chance, Clock};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{self, timeout},
};

/// How often time passes when nothing else happens.
const BEAT: Duration = Duration::from_secs(1);
/// The name of the endpoint that the operator gave.
const OWN: &str = "we_own";

/// Somebody who is told of everything that happens, from the start.
#[derive(Clone)]
pub struct Listener {
    /// Where.
    pub url: String,
}

/// How a checkout is set up.
#[derive(Clone)]
pub struct Options {
    /// Where browsers reach its pages, without a slash at the end.
    pub public_url: String,
    /// Who is told of what happens; others may subscribe as at Stripe.
    pub listener: Option<Listener>,
    /// Whether the control door lets tests move the clock.
    pub controllable: bool,
}

/// What requests share.
pub(crate) struct Shared {
    books: Mutex<Books>,
    shelf: Shelf,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    pub(crate) options: Options,
    pub(crate) http: reqwest::Client,
    pub(crate) secret_key: String,
    pub(crate) control_token: String,
    webhook_secret: String,
    /// Somebody has to be told something.
    pub(crate) news: Notify,
}

/// The test checkout. Clones, and routers, are the same one; it closes when the last of them is gone.
#[derive(Clone)]
pub struct Checkout {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let options = &self.shared.options;
        f.debug_struct("Checkout").field("controllable", &options.controllable).finish_non_exhaustive()
    }
}

impl Checkout {
    /// Opens the checkout whose state is in `dir`; makes a new one where there is none. Blocks: it reads.
    ///
    /// # Errors
    /// When the directory cannot be used, another process runs the checkout, or the state is damaged.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        options: Options,
    ) -> Result<Self, StateError> {
        let (shelf, mut books) = Shelf::open(dir)?;
        let random = || {
            let mut bytes = [0; 24];
            chance.fill(&mut bytes);
            hex::encode(bytes)
        };
        let secret_key = shelf.secret("secret.key", || format!("sk_test_{}", random()))?;
        let webhook_secret = shelf.secret("webhook.secret", || format!("whsec_{}", random()))?;
        let control_token = shelf.secret("control.token", random)?;
        books.endpoints.remove(OWN);
        if let Some(Listener { url }) = options.listener.clone() {
            let mut own = Endpoint {
                made: crate::books::Made::default(),
                url,
                secret: webhook_secret.clone(),
                kinds: vec!["*".to_owned()],
            };
            own.made.id = OWN.to_owned();
            books.endpoints.insert(OWN.to_owned(), own);
        }
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
        let shared = Shared {
            books: Mutex::new(books),
            shelf,
            clock,
            chance,
            options,
            http,
            secret_key,
            control_token,
            webhook_secret,
            news: Notify::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The one that a request came to.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    /// Stripe's `/v1`, and the pages and the control door beside it.
    pub fn router(&self) -> Router {
        protocol::router(&self.shared)
    }

    /// The key that opens `/v1`.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.shared.secret_key
    }

    /// What messages to the operator's endpoint are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> &str {
        &self.shared.webhook_secret
    }

    /// What opens the control door, in the header `X-Checkout-Control`.
    #[must_use]
    pub fn control_token(&self) -> &str {
        &self.shared.control_token
    }

    /// Moves the clock on by so many seconds, and lets everything happen that is due then.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub fn advance(&self, seconds: i64) -> Result<(), StateError> {
        self.shared.write(|open| {
            open.books.shift = open.books.shift.saturating_add(seconds.max(0));
            open.now = open.now.saturating_add(seconds.max(0));
            open.live();
        })
    }

    /// Lets time pass, and tells everyone what they wait for; how many messages were taken.
    ///
    /// # Errors
    /// When the state cannot be kept.
    pub async fn beat(&self) -> Result<usize, StateError> {
        webhook::beat(&self.shared).await
    }

    /// Does so until it is dropped. A state that cannot be kept is tried again.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.beat().await {
                tracing::error!(%error, "test checkout: could not process renewals and webhooks; will retry");
                time::sleep(BEAT).await;
            }
            // News are told at once, and otherwise every second.
            let _ = timeout(BEAT, self.shared.news.notified()).await;
        }
    }
}

impl Shared {
    /// The unmoved clock.
    pub(crate) fn really(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// Reads the books as they are now.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Books, i64) -> T) -> T {
        let books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        read(&books, self.really().saturating_add(books.shift))
    }

    /// Lets everything happen that is due by now.
    pub(crate) fn catch_up(&self) -> Result<(), StateError> {
        let due =
            self.read(|books, now| books.subscriptions.values().any(|s| s.due().is_some_and(|at| at <= now)));
        if due { self.write(|_| ()) } else { Ok(()) }
    }

    /// Changes the books: all of it, and on disk, or nothing.
    pub(crate) fn try_write<T, E: From<StateError>>(
        &self,
        write: impl FnOnce(&mut Open<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = books.clone();
        let (really, base) = (self.really(), self.options.public_url.as_str());
        let now = really.saturating_add(next.shift);
        let mut open = Open { books: &mut next, chance: self.chance.as_ref(), now, really, base };
        open.live();
        let done = write(&mut open)?;
        self.shelf.put(&next)?;
        *books = next;
        drop(books);
        self.news.notify_one();
        Ok(done)
    }

    /// The same for what cannot be refused.
    pub(crate) fn write<T>(&self, write: impl FnOnce(&mut Open<'_>) -> T) -> Result<T, StateError> {
        self.try_write(|open| Ok(write(open)))
    }
}
