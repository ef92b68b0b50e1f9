//! Speaking to a payment provider. The trait says what the desk needs of one; [`stripe`] is the adapter, and the built-in
//! test checkout speaks the same protocol.
//!
//! The provider decides who has paid. Nothing here decides anything, or tries a request a second time: what may have
//! happened is asked again under the same idempotency key, by the use case that wrote it down.

mod failure;
pub mod stripe;

pub use failure::{Answer, Failure};
pub use stripe::Stripe;

use async_trait::async_trait;
use domain::{
    Micros, Plan, UserId,
    subscription::{Invoice, Subscription},
};

/// A page to pay at, to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckout<'a> {
    /// Who pays, by the provider's id.
    pub customer: &'a str,
    /// What for, by the provider's id.
    pub price: &'a str,
    /// Who pays, by ours.
    pub user: UserId,
    /// Where the browser goes after paying.
    pub success_url: &'a str,
    /// Where it goes otherwise.
    pub cancel_url: &'a str,
}

/// A page to pay at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's id of it.
    pub id: String,
    /// Where it is; none once it is closed.
    pub url: Option<String>,
    /// When it closes.
    pub expires_at: Micros,
}

/// A change of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Of which.
    pub subscription: &'a str,
    /// Another price for its line: the line's id, and the price's. What it costs more is charged at once, and nothing
    /// changes when it cannot be; what it costs less is kept for later invoices.
    pub price: Option<(&'a str, &'a str)>,
    /// Whether it is to end with its period.
    pub cancel_at_period_end: Option<bool>,
}

/// A message of the provider's, as it tells it when asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Whom it is about, if anyone.
    pub customer: Option<String>,
}

/// A message that is not the provider's, or an old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook signature is invalid or too old")]
pub struct NotTheirs;

/// A payment provider. What changes something takes an idempotency key: asked again under the same key, it happens once.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Makes a person known to the provider: its id of them.
    async fn create_customer(&self, key: &str, user: UserId, email: &str) -> Answer<String>;

    /// The provider's id of a plan's price; made at first use.
    async fn price(&self, plan: &Plan) -> Answer<String>;

    /// Opens a page to pay at.
    async fn open_checkout(&self, key: &str, new: &NewCheckout<'_>) -> Answer<Checkout>;

    /// A page to pay at as it is now.
    async fn checkout(&self, id: &str) -> Answer<Checkout>;

    /// Closes a page to pay at; false when it was closed before, perhaps by paying.
    async fn close_checkout(&self, id: &str) -> Answer<bool>;

    /// Every subscription of a person, those that are over as well, the first one first.
    async fn subscriptions(&self, customer: &str) -> Answer<Vec<Subscription>>;

    /// Changes a subscription.
    async fn change(&self, key: &str, change: &Change<'_>) -> Answer<Subscription>;

    /// What changing to a price would charge at once, in the currency's smallest units, after the credit that is kept; less
    /// than nothing is a new credit.
    async fn preview(&self, subscription: &Subscription, price: &str) -> Answer<i64>;

    /// What is kept for a person's next invoices, in the currency's smallest units; less than nothing is owed with them.
    async fn credit(&self, customer: &str) -> Answer<i64>;

    /// The paid invoices of a person, newest first; at most a hundred.
    async fn invoices(&self, customer: &str) -> Answer<Vec<Invoice>>;

    /// The page of an invoice that waits to be paid, if there is one.
    async fn open_invoice(&self, customer: &str) -> Answer<Option<String>>;

    /// A message, asked for by its id; none when the provider has none of this id.
    async fn event(&self, id: &str) -> Answer<Option<Event>>;

    /// Checks the signature of a message that was sent to us; its id.
    ///
    /// # Errors
    /// [`NotTheirs`]. Nothing of such a message may be believed.
    fn verify(&self, signature: &str, body: &[u8], now: Micros) -> Result<String, NotTheirs>;
}
