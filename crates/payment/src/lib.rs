//! Access to a payment provider. The trait defines what Slipstream needs; [`stripe`] is the adapter, and the
//! built-in test checkout speaks the same protocol.
//!
//! The provider is the authority on payments. This crate makes no decisions and does not retry: a request
//! with an unknown outcome is repeated under the same idempotency key by the use case that recorded it.

mod failure;
pub mod stripe;

pub use failure::{PaymentFailure, PaymentResult};
pub use stripe::Stripe;

use async_trait::async_trait;
use domain::{
    Micros, Plan, UserId,
    subscription::{Invoice, Subscription},
};

/// The parameters of a new checkout session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckout<'a> {
    /// The customer, by the provider's id.
    pub customer: &'a str,
    /// The price, by the provider's id.
    pub price: &'a str,
    /// The user who pays.
    pub user: UserId,
    /// Where the browser is redirected after payment.
    pub success_url: &'a str,
    /// Where the browser is redirected without payment.
    pub cancel_url: &'a str,
}

/// A checkout session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's id.
    pub id: String,
    /// The URL of its page; `None` once it is closed.
    pub url: Option<String>,
    /// When it expires.
    pub expires_at: Micros,
}

/// A change of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionChange<'a> {
    /// The subscription, by the provider's id.
    pub subscription: &'a str,
    /// The new price, as ids of subscription item and price. A higher price is charged immediately, and
    /// nothing changes if the charge fails; a lower one results in account credit.
    pub price: Option<(&'a str, &'a str)>,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: Option<bool>,
}

/// A provider's event, as returned by its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentEvent {
    /// The event's id.
    pub id: String,
    /// The customer it concerns, if any.
    pub customer: Option<String>,
}

/// A webhook that was not signed by the provider, or is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook signature is invalid or too old")]
pub struct NotTheirs;

/// A payment provider. State-changing calls take an idempotency key: repeated calls with the same key take
/// effect once.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Registers a user as a customer. Returns the provider's id of the customer.
    async fn create_customer(&self, key: &str, user: UserId, email: &str) -> PaymentResult<String>;

    /// The provider's id of a plan's price, which is created at first use.
    async fn price(&self, plan: &Plan) -> PaymentResult<String>;

    /// Opens a checkout session.
    async fn open_checkout(&self, key: &str, new: &NewCheckout<'_>) -> PaymentResult<Checkout>;

    /// Whether an address is a page of the provider, where users may be sent to pay.
    fn is_page(&self, url: &str) -> bool;

    /// The current state of a checkout session.
    async fn checkout(&self, id: &str) -> PaymentResult<Checkout>;

    /// Closes a checkout session. Returns `false` if it was already closed, possibly by payment.
    async fn close_checkout(&self, id: &str) -> PaymentResult<bool>;

    /// All subscriptions of a customer, including ended ones, oldest first.
    async fn subscriptions(&self, customer: &str) -> PaymentResult<Vec<Subscription>>;

    /// Changes a subscription.
    async fn change(&self, key: &str, change: &SubscriptionChange<'_>) -> PaymentResult<Subscription>;

    /// The amount that changing to a price would charge immediately, in the currency's smallest unit and
    /// after existing credit; a negative amount is new credit.
    async fn preview(&self, subscription: &Subscription, price: &str) -> PaymentResult<i64>;

    /// A customer's credit for the next invoices, in the currency's smallest unit; a negative amount is owed.
    async fn credit(&self, customer: &str) -> PaymentResult<i64>;

    /// The paid invoices of a customer, newest first; at most a hundred.
    async fn invoices(&self, customer: &str) -> PaymentResult<Vec<Invoice>>;

    /// The page of the customer's unpaid open invoice, if there is one.
    async fn open_invoice(&self, customer: &str) -> PaymentResult<Option<String>>;

    /// Retrieves an event by its id; `None` if the provider does not have it.
    async fn event(&self, id: &str) -> PaymentResult<Option<PaymentEvent>>;

    /// Checks the signature of a webhook. Returns the event's id.
    ///
    /// # Errors
    /// [`NotTheirs`], in which case nothing in the webhook can be trusted.
    fn verify(&self, signature: &str, body: &[u8], now: Micros) -> Result<String, NotTheirs>;
}
