//! The data model. As in Stripe's protocol, times are in seconds since the Unix epoch and amounts in the
//! currency's smallest unit.

use domain::words;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Key-value pairs that callers attach to objects.
pub(crate) type Metadata = BTreeMap<String, String>;

words! {
    /// The behaviour of a test card.
    pub(crate) Card {
        /// Charges always succeed.
        Pays = "pays",
        /// Charges always fail.
        Declined = "declined",
        /// The first charge of a subscription succeeds; all later ones fail.
        PaysOnce = "pays_once",
    }
}

words! {
    /// The billing interval of a price.
    pub(crate) Interval {
        /// Every day.
        Day = "day",
        /// Every week.
        Week = "week",
        /// Every month.
        Month = "month",
        /// Every year.
        Year = "year",
    }
}

words! {
    /// The status of a subscription.
    pub(crate) SubscriptionStatus {
        /// Free until the trial ends.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// The last renewal could not be charged.
        PastDue = "past_due",
        /// Ended.
        Canceled = "canceled",
    }
}

/// The complete state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Books {
    /// How far the clock was advanced, in seconds.
    pub(crate) shift: i64,
    /// The number of objects created so far.
    pub(crate) serial: u64,
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) products: BTreeMap<String, Product>,
    pub(crate) prices: BTreeMap<String, Price>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) invoices: BTreeMap<String, Invoice>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    /// Responses by idempotency key.
    pub(crate) replies: BTreeMap<String, Reply>,
}

/// The fields common to all objects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) serial: u64,
    pub(crate) created: i64,
    #[serde(default)]
    pub(crate) metadata: Metadata,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) made: Made,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    /// The card that is charged; `None` until the first payment.
    pub(crate) card: Option<Card>,
    /// The credit balance, applied to the next invoice.
    pub(crate) credit: i64,
    /// The number of invoices issued to the customer.
    pub(crate) invoices: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) made: Made,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) made: Made,
    pub(crate) product: String,
    pub(crate) currency: String,
    pub(crate) amount: i64,
    pub(crate) interval: Interval,
    pub(crate) trial_days: Option<i64>,
    pub(crate) lookup_key: Option<String>,
    pub(crate) nickname: Option<String>,
}

/// A checkout session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) made: Made,
    pub(crate) customer: String,
    pub(crate) price: String,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) expires_at: i64,
    /// The subscription it resulted in, once paid.
    pub(crate) subscription: Option<String>,
    /// Closed by the caller that opened it.
    pub(crate) closed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) made: Made,
    pub(crate) item: String,
    pub(crate) customer: String,
    pub(crate) price: String,
    #[serde(rename = "standing")]
    pub(crate) status: SubscriptionStatus,
    /// The start of the period count, so that the 31st is used again after February.
    pub(crate) anchor: i64,
    /// The number of periods elapsed since the anchor.
    pub(crate) periods: u32,
    pub(crate) period_start: i64,
    pub(crate) period_end: i64,
    pub(crate) cancel_at_period_end: bool,
    pub(crate) trial: Option<(i64, i64)>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    /// Proration lines for the next invoice.
    pub(crate) pending: Vec<Line>,
    /// How often charging the current period has failed, and when it is retried.
    pub(crate) failures: u32,
    pub(crate) next_attempt: Option<i64>,
    pub(crate) invoice: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) description: String,
    pub(crate) amount: i64,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) made: Made,
    pub(crate) number: String,
    pub(crate) customer: String,
    pub(crate) subscription: String,
    pub(crate) currency: String,
    pub(crate) lines: Vec<Line>,
    /// The amount taken from the customer's credit; negative if credit was added.
    pub(crate) credited: i64,
    pub(crate) paid: bool,
    /// The subscription ended before the invoice was paid.
    pub(crate) void: bool,
    pub(crate) attempts: u32,
    pub(crate) next_attempt: Option<i64>,
    pub(crate) reason: String,
}

/// An event, with its object as of that time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) made: Made,
    pub(crate) kind: String,
    pub(crate) object: Value,
    /// Endpoints the event has not been delivered to: number of attempts, and time of the next one.
    pub(crate) waiting: BTreeMap<String, (u32, i64)>,
}

/// A webhook endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) made: Made,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) kinds: Vec<String>,
}

/// The response stored for an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    #[serde(rename = "asked")]
    pub(crate) request: String,
    pub(crate) answer: Value,
    pub(crate) at: i64,
}

impl Books {
    /// Drops pending deliveries to endpoints that no longer exist: they could never be made, and their events
    /// would be kept for ever.
    pub(crate) fn drop_undeliverable(&mut self) {
        let Self { events, endpoints, .. } = self;
        for event in events.values_mut() {
            event.waiting.retain(|endpoint, _| endpoints.contains_key(endpoint));
        }
    }
}

impl Invoice {
    /// The sum of the lines.
    pub(crate) fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// The amount to charge to the card.
    pub(crate) fn due(&self) -> i64 {
        (self.total() - self.credited).max(0)
    }
}
