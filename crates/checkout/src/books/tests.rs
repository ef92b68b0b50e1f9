//! Tests of amounts and time in the books.

use super::*;
use domain::Entropy;
use std::sync::atomic::{AtomicU64, Ordering};

const START: i64 = 1_767_225_600; // 2026-01-01
const DAY: i64 = 86_400;

#[derive(Default)]
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, out: &mut [u8]) {
        let bytes = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        out.iter_mut().zip(bytes.iter().cycle()).for_each(|(to, from)| *to = *from);
    }
}

/// Books with a customer and two prices, of 20.00 and 40.00 per month.
struct Shop {
    books: Books,
    entropy: Counter,
    customer: String,
    basic: String,
    advanced: String,
}

impl Shop {
    fn new() -> Self {
        let empty = String::new;
        let mut shop = Self {
            books: Books::default(),
            entropy: Counter::default(),
            customer: empty(),
            basic: empty(),
            advanced: empty(),
        };
        let endpoint =
            Endpoint { made: Made::default(), url: empty(), secret: empty(), kinds: vec!["*".into()] };
        shop.books.endpoints.insert("we".into(), endpoint);
        let (customer, basic, advanced) = shop.at(0, |open| {
            let customer = open.customer(Some("ada@example.org".into()), None, Metadata::new()).made.id;
            let mut price = |amount| {
                let product = open.product("Plan".into(), None, Metadata::new()).made.id;
                let (currency, interval) = ("usd".to_owned(), Interval::Month);
                let new = NewPrice {
                    product,
                    currency,
                    amount,
                    interval,
                    trial_days: None,
                    lookup_key: None,
                    nickname: None,
                };
                open.price(new, Metadata::new()).made.id
            };
            (customer, price(2_000), price(4_000))
        });
        Self { customer, basic, advanced, ..shop }
    }

    /// Runs an action on the provider's state, `days` days after the start.
    fn at<T>(&mut self, days: i64, act: impl FnOnce(&mut Open<'_>) -> T) -> T {
        let now = START + days * DAY;
        let mut open =
            Open { books: &mut self.books, entropy: &self.entropy, now, really: START, base: "http://x" };
        open.live();
        act(&mut open)
    }

    fn subscribed(&mut self, card: Card) -> Subscription {
        let (customer, price) = (self.customer.clone(), self.basic.clone());
        self.at(0, |open| {
            open.books.customers.get_mut(&customer).unwrap().card = Some(card);
            let new = NewSubscription { customer: &customer, price: &price, trial_days: None };
            open.subscribe(&new, Metadata::new()).unwrap()
        })
    }

    fn now(&mut self, days: i64) -> Subscription {
        self.at(days, |open| open.books.subscriptions.values().next().unwrap().clone())
    }

    /// The amounts charged so far, in order.
    fn charged(&self) -> Vec<i64> {
        let mut paid: Vec<_> = self.books.invoices.values().filter(|i| i.paid).collect();
        paid.sort_by_key(|invoice| invoice.made.serial);
        paid.iter().map(|invoice| invoice.due()).collect()
    }

    fn emitted(&self) -> Vec<&str> {
        let mut all: Vec<_> =
            self.books.events.values().filter(|e| e.kind.starts_with("customer.sub")).collect();
        all.sort_by_key(|event| event.made.serial);
        all.iter().map(|event| event.kind.rsplit('.').next().unwrap()).collect()
    }
}

#[test]
fn a_subscription_renews_every_month_at_its_own_time() {
    let mut shop = Shop::new();
    shop.subscribed(Card::Pays);
    assert_eq!(shop.now(30).period_start, START);
    let later = shop.now(70);
    assert_eq!((later.period_start, later.period_end), (START + 59 * DAY, START + 90 * DAY));
    assert_eq!(shop.charged(), [2_000, 2_000, 2_000]);
    assert_eq!(shop.emitted(), ["created", "updated", "updated"]);
    let made: Vec<_> = shop.books.invoices.values().map(|i| (i.made.created - START) / DAY).collect();
    assert!([0, 31, 59].iter().all(|day| made.contains(day)), "{made:?}");
}

#[test]
fn a_card_that_fails_is_tried_again_and_then_it_ends() {
    let mut shop = Shop::new();
    shop.subscribed(Card::PaysOnce);
    assert_eq!(shop.now(32).status, SubscriptionStatus::PastDue);
    assert_eq!(shop.now(35).failures, 2);
    let over = shop.now(40);
    assert_eq!((over.status, over.ended_at), (SubscriptionStatus::Canceled, Some(START + 37 * DAY)));
    assert_eq!(shop.charged(), [2_000]);
    assert!(shop.books.invoices.values().any(|i| i.void));
    assert_eq!(shop.emitted(), ["created", "updated", "updated", "deleted"]);
}

#[test]
fn a_new_card_saves_a_subscription_that_is_late() {
    let mut shop = Shop::new();
    let id = shop.subscribed(Card::PaysOnce).made.id;
    let invoice = shop.now(32).invoice.unwrap();
    let customer = shop.customer.clone();
    shop.at(32, |open| {
        open.books.customers.get_mut(&customer).unwrap().card = Some(Card::Pays);
        open.charge(&invoice, false).unwrap();
        open.note(&id, &invoice, Ok(()));
    });
    assert_eq!(shop.now(70).status, SubscriptionStatus::Active);
    assert_eq!(shop.charged(), [2_000, 2_000, 2_000]);
}

#[test]
fn an_upgrade_is_charged_for_the_time_that_is_left() {
    let mut shop = Shop::new();
    let id = shop.subscribed(Card::Pays).made.id;
    let price = shop.advanced.clone();
    let change =
        Change { price: Some(&price), proration: Proration::AlwaysInvoice, cancel_at_period_end: None };
    shop.at(15, |open| open.change(&id, &change).unwrap());
    // 16 of 31 days are left.
    assert_eq!(shop.charged(), [2_000, 1_033]);
    shop.now(31);
    assert_eq!(shop.charged(), [2_000, 1_033, 4_000]);
}

#[test]
fn a_downgrade_is_settled_with_the_next_invoice() {
    let mut shop = Shop::new();
    shop.basic = shop.advanced.clone();
    let id = shop.subscribed(Card::Pays).made.id;
    let cheap = shop.books.prices.values().find(|p| p.amount == 2_000).unwrap().made.id.clone();
    let change =
        Change { price: Some(&cheap), proration: Proration::CreateProrations, cancel_at_period_end: None };
    shop.at(15, |open| open.change(&id, &change).unwrap());
    assert_eq!(shop.charged(), [4_000]);
    shop.now(31);
    assert_eq!(shop.charged(), [4_000, 967]);
}

#[test]
fn credit_of_a_plan_change_pays_later_invoices() {
    let mut shop = Shop::new();
    shop.basic = shop.advanced.clone();
    let id = shop.subscribed(Card::Pays).made.id;
    let cheap = shop.books.prices.values().find(|p| p.amount == 2_000).unwrap().made.id.clone();
    let change =
        Change { price: Some(&cheap), proration: Proration::AlwaysInvoice, cancel_at_period_end: None };
    shop.at(0, |open| open.change(&id, &change).unwrap());
    let customer = shop.customer.clone();
    assert_eq!(shop.books.customers[&customer].credit, 2_000);
    shop.now(60);
    assert_eq!(shop.charged(), [4_000, 0, 0, 2_000]);
    assert_eq!(shop.books.customers[&customer].credit, 0);
}

#[test]
fn an_upgrade_that_cannot_be_charged_is_refused() {
    let mut shop = Shop::new();
    let id = shop.subscribed(Card::PaysOnce).made.id;
    let price = shop.advanced.clone();
    let change =
        Change { price: Some(&price), proration: Proration::AlwaysInvoice, cancel_at_period_end: None };
    assert_eq!(shop.at(15, |open| open.change(&id, &change)), Err(Declined));
}

#[test]
fn a_subscription_ends_with_its_period_if_cancelled_and_continues_if_resumed() {
    let mut shop = Shop::new();
    let id = shop.subscribed(Card::Pays).made.id;
    let cancel =
        |cancel| Change { price: None, proration: Proration::None, cancel_at_period_end: Some(cancel) };
    shop.at(1, |open| open.change(&id, &cancel(true)).unwrap());
    shop.at(2, |open| open.change(&id, &cancel(false)).unwrap());
    assert_eq!(shop.now(32).status, SubscriptionStatus::Active);
    shop.at(33, |open| open.change(&id, &cancel(true)).unwrap());
    assert_eq!(shop.now(58).status, SubscriptionStatus::Active);
    assert_eq!(shop.now(59).status, SubscriptionStatus::Canceled);
    assert_eq!(shop.charged(), [2_000, 2_000]);
}

#[test]
fn a_trial_costs_nothing_until_it_ends() {
    let mut shop = Shop::new();
    let (customer, price) = (shop.customer.clone(), shop.basic.clone());
    shop.at(0, |open| {
        open.books.customers.get_mut(&customer).unwrap().card = Some(Card::Pays);
        let new = NewSubscription { customer: &customer, price: &price, trial_days: Some(7) };
        open.subscribe(&new, Metadata::new()).unwrap();
    });
    let trial = shop.now(6);
    assert_eq!((trial.status, trial.period_end), (SubscriptionStatus::Trialing, START + 7 * DAY));
    assert_eq!(shop.charged(), [0_i64; 0]);
    let paid = shop.now(8);
    assert_eq!(
        (paid.status, paid.period_start, paid.period_end),
        (SubscriptionStatus::Active, START + 7 * DAY, START + 38 * DAY)
    );
    assert_eq!(shop.charged(), [2_000]);
}

#[test]
fn a_page_is_paid_immediately_and_only_once() {
    let mut shop = Shop::new();
    let (customer, price) = (shop.customer.clone(), shop.basic.clone());
    let id = shop.at(0, |open| {
        let session = Session {
            made: Made::default(),
            customer,
            price,
            success_url: "http://desk/billing".into(),
            cancel_url: None,
            reference: None,
            expires_at: 0,
            subscription: None,
            closed: false,
        };
        open.session(session).made.id
    });
    assert_eq!(shop.at(0, |open| open.pay(&id, Card::Declined).map(|s| s.is_some())), Err(Declined));
    assert_eq!(shop.at(0, |open| open.pay(&id, Card::Pays).map(|s| s.is_some())), Ok(true));
    assert_eq!(shop.at(0, |open| open.pay(&id, Card::Pays).map(|s| s.is_some())), Ok(false));
    assert_eq!((shop.charged().len(), shop.books.subscriptions.len()), (1, 1));
}
