//! What the books hold. Moments are seconds since 1970, amounts the currency's smallest units, as in Stripe's protocol.

use domain::words;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What callers attach to things.
pub(crate) type Metadata = BTreeMap<String, String>;

words! {
    /// How a test card behaves.
    pub(crate) Card {
        /// It is always charged.
        Pays = "pays",
        /// It is never charged.
        Declined = "declined",
        /// It is charged once, when a subscription begins, and never again.
        PaysOnce = "pays_once",
    }
}

words! {
    /// How often a price is charged.
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
    /// How a subscription stands.
    pub(crate) Standing {
        /// Free until the trial ends.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// The last renewal was not charged.
        PastDue = "past_due",
        /// Over.
        Canceled = "canceled",
    }
}

/// Everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Books {
    /// How far the clock was moved on, in seconds.
    pub(crate) shift: i64,
    /// Counts everything that is made.
    pub(crate) serial: u64,
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) products: BTreeMap<String, Product>,
    pub(crate) prices: BTreeMap<String, Price>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) invoices: BTreeMap<String, Invoice>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    /// Answers by idempotency key.
    pub(crate) replies: BTreeMap<String, Reply>,
}

/// What all of them have.
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
    /// What it is charged on; none until it has paid for something.
    pub(crate) card: Option<Card>,
    /// What it has in hand, for its next invoice.
    pub(crate) credit: i64,
    /// How many invoices it has had.
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

/// A page to pay at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) made: Made,
    pub(crate) customer: String,
    pub(crate) price: String,
    pub(crate) success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) expires_at: i64,
    /// Paid for.
    pub(crate) subscription: Option<String>,
    /// Closed by whoever opened it.
    pub(crate) closed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) made: Made,
    pub(crate) item: String,
    pub(crate) customer: String,
    pub(crate) price: String,
    pub(crate) standing: Standing,
    /// What periods are counted from, so that the 31st comes back after February.
    pub(crate) anchor: i64,
    /// How many periods went by since.
    pub(crate) periods: u32,
    pub(crate) period_start: i64,
    pub(crate) period_end: i64,
    pub(crate) cancel_at_period_end: bool,
    pub(crate) trial: Option<(i64, i64)>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    /// Differences that the next invoice settles.
    pub(crate) pending: Vec<Line>,
    /// How often the present period's charge failed, and when it is tried again.
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
    /// What was taken from the customer's credit; less than nothing was put there.
    pub(crate) credited: i64,
    pub(crate) paid: bool,
    /// The subscription ended before it was paid.
    pub(crate) void: bool,
    pub(crate) attempts: u32,
    pub(crate) next_attempt: Option<i64>,
    pub(crate) reason: String,
}

/// Something that happened, as it was told then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) made: Made,
    pub(crate) kind: String,
    pub(crate) object: Value,
    /// Endpoints that did not hear of it yet: how often they were told, and when they are told again.
    pub(crate) waiting: BTreeMap<String, (u32, i64)>,
}

/// Somebody who wants to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) made: Made,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) kinds: Vec<String>,
}

/// What was answered under an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(crate) asked: String,
    pub(crate) answer: Value,
    pub(crate) at: i64,
}

impl Invoice {
    /// The sum of its lines.
    pub(crate) fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// What is charged on the card.
    pub(crate) fn due(&self) -> i64 {
        (self.total() - self.credited).max(0)
    }
}
