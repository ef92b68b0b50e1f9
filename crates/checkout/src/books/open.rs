//! Write access to the books at a point in time: creating objects and charging cards.

use super::{
    Books, Card, Customer, Endpoint, Event, Interval, Invoice, Line, Price, Product, Session, Subscription,
    SubscriptionStatus, calendar,
    model::{Made, Metadata},
    shape::Object,
};
use domain::Entropy;
use serde_json::Value;
use std::collections::BTreeMap;

/// How long a checkout session stays open: one day.
const SESSION: i64 = 24 * 3_600;
/// How many events are kept. Undelivered ones are kept beyond that.
const EVENTS: usize = 2_000;

/// A card was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Declined;

/// The parameters of a new price.
pub(crate) struct NewPrice {
    pub(crate) product: String,
    pub(crate) currency: String,
    pub(crate) amount: i64,
    pub(crate) interval: Interval,
    pub(crate) trial_days: Option<i64>,
    pub(crate) lookup_key: Option<String>,
    pub(crate) nickname: Option<String>,
}

/// The parameters of a new subscription.
pub(crate) struct NewSubscription<'a> {
    pub(crate) customer: &'a str,
    pub(crate) price: &'a str,
    pub(crate) trial_days: Option<i64>,
}

/// The books at a point in time.
pub(crate) struct Open<'a> {
    pub(crate) books: &'a mut Books,
    pub(crate) entropy: &'a dyn Entropy,
    /// The time of the shifted clock.
    pub(crate) now: i64,
    /// The real time, which webhook delivery uses.
    pub(crate) really: i64,
    /// Base URL of the pages.
    pub(crate) base: &'a str,
}

impl Open<'_> {
    /// Assigns a new object's id, serial number and creation time.
    pub(crate) fn made(&mut self, prefix: &str, metadata: Metadata) -> Made {
        let mut bytes = [0; 12];
        self.entropy.fill(&mut bytes);
        self.books.serial += 1;
        let id = format!("{prefix}{}", hex::encode(bytes));
        Made { id, serial: self.books.serial, created: self.now, metadata }
    }

    /// Records an event for all endpoints that subscribed to its kind.
    pub(crate) fn happened(&mut self, kind: &str, object: Value) {
        let wanted = |e: &&Endpoint| e.kinds.iter().any(|k| k == "*" || k == kind);
        let subscribed = self.books.endpoints.values().filter(wanted);
        let waiting: BTreeMap<_, _> = subscribed.map(|e| (e.made.id.clone(), (0, self.really))).collect();
        let made = self.made("evt_", Metadata::new());
        let event = Event { made, kind: kind.to_owned(), object, waiting };
        self.books.events.insert(event.made.id.clone(), event);
        while self.books.events.len() > EVENTS {
            let quiet = self.books.events.values().filter(|e| e.waiting.is_empty());
            let Some(oldest) = quiet.min_by_key(|e| e.made.serial).map(|e| e.made.id.clone()) else { break };
            self.books.events.remove(&oldest);
        }
    }

    pub(crate) fn customer(
        &mut self,
        email: Option<String>,
        name: Option<String>,
        metadata: Metadata,
    ) -> Customer {
        let made = self.made("cus_", metadata);
        let customer = Customer { made, email, name, card: None, credit: 0, invoices: 0 };
        self.books.customers.insert(customer.made.id.clone(), customer.clone());
        self.happened("customer.created", customer.json(self.books, self.base));
        customer
    }

    pub(crate) fn product(
        &mut self,
        name: String,
        description: Option<String>,
        metadata: Metadata,
    ) -> Product {
        let product = Product { made: self.made("prod_", metadata), name, description };
        self.books.products.insert(product.made.id.clone(), product.clone());
        self.happened("product.created", product.json(self.books, self.base));
        product
    }

    pub(crate) fn price(&mut self, new: NewPrice, metadata: Metadata) -> Price {
        let NewPrice { product, currency, amount, interval, trial_days, lookup_key, nickname } = new;
        let made = self.made("price_", metadata);
        let price = Price { made, product, currency, amount, interval, trial_days, lookup_key, nickname };
        self.books.prices.insert(price.made.id.clone(), price.clone());
        self.happened("price.created", price.json(self.books, self.base));
        price
    }

    /// Opens a checkout session. Its id, serial number and expiry are assigned here.
    pub(crate) fn session(&mut self, mut session: Session) -> Session {
        session.made = self.made("cs_test_", session.made.metadata);
        session.expires_at = self.now + SESSION;
        self.books.sessions.insert(session.made.id.clone(), session.clone());
        session
    }

    /// Pays a checkout session with a card.
    pub(crate) fn pay(&mut self, session: &str, card: Card) -> Result<Option<Session>, Declined> {
        let Some(session) = self.books.sessions.get(session).filter(|s| s.is_open(self.now)).cloned() else {
            return Ok(None);
        };
        if card == Card::Declined {
            return Err(Declined);
        }
        if let Some(customer) = self.books.customers.get_mut(&session.customer) {
            customer.card = Some(card);
        }
        let (customer, price) = (&session.customer, &session.price);
        let trial_days = self.books.prices.get(price).and_then(|p| p.trial_days);
        let new = NewSubscription { customer, price, trial_days };
        let subscription = self.subscribe(&new, session.made.metadata.clone())?;
        let paid = Session { subscription: Some(subscription.made.id), ..session };
        self.books.sessions.insert(paid.made.id.clone(), paid.clone());
        self.happened("checkout.session.completed", paid.json(self.books, self.base));
        Ok(Some(paid))
    }

    /// Starts a subscription and charges its first period, unless there is a trial.
    pub(crate) fn subscribe(
        &mut self,
        new: &NewSubscription<'_>,
        metadata: Metadata,
    ) -> Result<Subscription, Declined> {
        let interval = self.books.prices.get(new.price).map_or(Interval::Month, |p| p.interval);
        let trial = new.trial_days.filter(|days| *days > 0).map(|days| (self.now, self.now + days * 86_400));
        let end = trial.map_or_else(|| calendar::after(self.now, interval, 1), |(_, end)| end);
        let made = self.made("sub_", metadata);
        let subscription = Subscription {
            item: made.id.replacen("sub_", "si_", 1),
            made,
            customer: new.customer.to_owned(),
            price: new.price.to_owned(),
            status: if trial.is_some() { SubscriptionStatus::Trialing } else { SubscriptionStatus::Active },
            anchor: self.now,
            periods: 0,
            period_start: self.now,
            period_end: end,
            cancel_at_period_end: false,
            trial,
            ended_at: None,
            canceled_at: None,
            pending: Vec::new(),
            failures: 0,
            next_attempt: None,
            invoice: None,
        };
        let id = subscription.made.id.clone();
        self.books.subscriptions.insert(id.clone(), subscription);
        if trial.is_none() {
            let invoice = self.invoice(&id, "subscription_create");
            self.charge(&invoice, true)?;
        }
        self.emit_subscription("customer.subscription.created", &id);
        self.books.subscriptions.get(&id).cloned().ok_or(Declined)
    }

    /// Issues an invoice for a subscription's current period, or only for its pending proration lines.
    pub(super) fn invoice(&mut self, subscription: &str, reason: &str) -> String {
        let made = self.made("in_", Metadata::new());
        let Some(of) = self.books.subscriptions.get_mut(subscription) else { return made.id };
        let mut lines = std::mem::take(&mut of.pending);
        let (price, customer) = (of.price.clone(), of.customer.clone());
        let (start, end) = (of.period_start, of.period_end);
        of.invoice = Some(made.id.clone());
        let price = self.books.prices.get(&price);
        let currency = price.map_or_else(|| "usd".to_owned(), |p| p.currency.clone());
        if reason != "subscription_update" {
            let description = format!("1 × {}", self.books.price_name(price));
            let amount = price.map_or(0, |p| p.amount);
            lines.push(Line { description, amount, start, end });
        }
        let total: i64 = lines.iter().map(|line| line.amount).sum();
        let mut invoice = Invoice {
            number: String::new(),
            customer: customer.clone(),
            subscription: subscription.to_owned(),
            currency,
            lines,
            credited: 0,
            paid: false,
            void: false,
            attempts: 0,
            next_attempt: None,
            reason: reason.to_owned(),
            made,
        };
        if let Some(customer) = self.books.customers.get_mut(&customer) {
            customer.invoices += 1;
            // A negative total adds to the credit.
            invoice.credited = customer.credit.min(total);
            customer.credit -= invoice.credited;
            let tail = customer.made.id.len().saturating_sub(8);
            let short = customer.made.id.get(tail..).unwrap_or_default().to_uppercase();
            invoice.number = format!("{short}-{:04}", customer.invoices);
        }
        let id = invoice.made.id.clone();
        self.books.invoices.insert(id.clone(), invoice);
        id
    }

    /// Charges an invoice. A [`Card::PaysOnce`] card succeeds only if `first` is set.
    pub(crate) fn charge(&mut self, invoice: &str, first: bool) -> Result<(), Declined> {
        let Some(open) = self.books.invoices.get_mut(invoice) else { return Err(Declined) };
        open.attempts += 1;
        let card = self.books.customers.get(&open.customer).and_then(|c| c.card);
        let charged = open.due() == 0 || card == Some(Card::Pays) || (first && card == Some(Card::PaysOnce));
        open.paid = charged;
        open.next_attempt = None;
        let invoice = open.clone().json(self.books, self.base);
        if charged {
            self.happened("invoice.paid", invoice.clone());
            self.happened("invoice.payment_succeeded", invoice);
            Ok(())
        } else {
            self.happened("invoice.payment_failed", invoice);
            Err(Declined)
        }
    }

    pub(super) fn emit_subscription(&mut self, kind: &str, id: &str) {
        if let Some(subscription) = self.books.subscriptions.get(id) {
            let object = subscription.json(self.books, self.base);
            self.happened(kind, object);
        }
    }
}
