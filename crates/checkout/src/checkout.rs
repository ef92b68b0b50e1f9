//! The crate's public interface: open, serve and run the checkout.

use crate::{
    books::{Endpoint, Made},
    router,
    shared::{CheckoutState, Listener, Options},
    state::{StateDir, StateError},
    webhook,
};
use axum::Router;
use domain::{Clock, Entropy};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{self, timeout},
};

/// The interval at which time advances if nothing else happens.
const BEAT: Duration = Duration::from_secs(1);
/// The id of the webhook endpoint that the operator configured.
const OWN: &str = "we_own";

/// The test checkout. Clones and routers share the same state, which is closed when the last of them is
/// dropped.
#[derive(Clone)]
pub struct Checkout {
    shared: Arc<CheckoutState>,
}

impl std::fmt::Debug for Checkout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let options = &self.shared.options;
        f.debug_struct("Checkout").field("controllable", &options.controllable).finish_non_exhaustive()
    }
}

impl Checkout {
    /// Opens the checkout stored in `dir`, or creates a new one if the directory has none. Blocks while it
    /// reads the state.
    ///
    /// # Errors
    /// If the directory cannot be used, another process runs the checkout, or the state is damaged.
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: Options,
    ) -> Result<Self, StateError> {
        let (state_dir, mut books) = StateDir::open(dir)?;
        let random = || {
            let mut bytes = [0; 24];
            entropy.fill(&mut bytes);
            hex::encode(bytes)
        };
        let secret_key = state_dir.secret("secret.key", || format!("sk_test_{}", random()))?;
        let webhook_secret = state_dir.secret("webhook.secret", || format!("whsec_{}", random()))?;
        let control_token = state_dir.secret("control.token", random)?;
        books.endpoints.remove(OWN);
        if let Some(Listener { url }) = options.listener.clone() {
            let mut own = Endpoint {
                made: Made::default(),
                url,
                secret: webhook_secret.clone(),
                kinds: vec!["*".to_owned()],
            };
            own.made.id = OWN.to_owned();
            books.endpoints.insert(OWN.to_owned(), own);
        }
        books.drop_undeliverable();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
        let shared = CheckoutState {
            books: Mutex::new(books),
            state_dir,
            clock,
            entropy,
            options,
            http,
            secret_key,
            control_token,
            webhook_secret,
            news: Notify::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Returns the routes of Stripe's `/v1`, the pages and the control API.
    pub fn router(&self) -> Router {
        router::router(&self.shared)
    }

    /// The secret key that authorizes calls to `/v1`.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.shared.secret_key
    }

    /// The secret that signs webhooks to the operator's endpoint.
    #[must_use]
    pub fn webhook_secret(&self) -> &str {
        &self.shared.webhook_secret
    }

    /// The token that authorizes calls to the control API, sent in the header `X-Checkout-Control`.
    #[must_use]
    pub fn control_token(&self) -> &str {
        &self.shared.control_token
    }

    /// Advances the clock by this many seconds and processes everything that becomes due.
    ///
    /// # Errors
    /// If the state cannot be persisted.
    pub fn advance(&self, seconds: i64) -> Result<(), StateError> {
        self.shared.advance(seconds)
    }

    /// Processes what is due and delivers webhooks. Returns how many deliveries succeeded.
    ///
    /// # Errors
    /// If the state cannot be persisted.
    pub async fn beat(&self) -> Result<usize, StateError> {
        webhook::beat(&self.shared).await
    }

    /// Runs [`Checkout::beat`] until dropped. If the state cannot be persisted, it retries.
    pub async fn run(&self) {
        loop {
            if let Err(error) = self.beat().await {
                tracing::error!(%error, "test checkout: could not process renewals and webhooks; will retry");
                time::sleep(BEAT).await;
            }
            // Events are delivered immediately; otherwise it runs every second.
            let _ = timeout(BEAT, self.shared.news.notified()).await;
        }
    }
}
