//! The parts of Stripe's JSON that are used. Everything dispensable may be missing.

use crate::{Checkout, PaymentFailure, PaymentResult};
use domain::{
    Micros, PlanId,
    subscription::{Interval, Invoice, State, Subscription},
};
use serde::Deserialize;

/// The metadata key under which a price names its plan.
pub(super) const PLAN: &str = "plan_id";

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Any object, reduced to its id.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

/// A checkout session.
#[derive(Deserialize)]
pub(super) struct Session {
    id: String,
    url: Option<String>,
    expires_at: i64,
}

/// A subscription. Its billing period was a field of the subscription until 2025-03-31, and is a field of its
/// item since.
#[derive(Deserialize)]
pub(super) struct Subscribed {
    pub(super) id: String,
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    cancel_at: Option<i64>,
    trial_start: Option<i64>,
    trial_end: Option<i64>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    created: i64,
    items: List<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    price: Option<Price>,
    plan: Option<Price>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}

/// A price, formerly called a plan.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Price {
    unit_amount: Option<i64>,
    amount: Option<i64>,
    currency: String,
    interval: Option<String>,
    trial_period_days: Option<i64>,
    recurring: Option<Recurring>,
    metadata: std::collections::BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Recurring {
    interval: Option<String>,
    trial_period_days: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Billed {
    number: Option<String>,
    currency: String,
    amount_paid: i64,
    period_start: Option<i64>,
    period_end: Option<i64>,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
    created: i64,
    #[serde(default)]
    lines: Option<List<Line>>,
}

#[derive(Deserialize)]
struct Line {
    period: Option<Period>,
}

#[derive(Deserialize)]
struct Period {
    start: i64,
    end: i64,
}

/// A preview of a change: the total, and the amount due after the customer's credit.
#[derive(Deserialize)]
pub(super) struct Previewed {
    total: i64,
    amount_due: i64,
}

/// A customer's balance; a negative balance is credit.
#[derive(Deserialize)]
pub(super) struct CustomerBalance {
    #[serde(default)]
    balance: i64,
}

/// An event.
#[derive(Deserialize)]
pub(super) struct Happened {
    pub(super) id: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: About,
}

#[derive(Deserialize)]
struct About {
    id: Option<String>,
    object: Option<String>,
    customer: Option<EventSubject>,
}

/// An id, or the object itself if it was expanded.
#[derive(Deserialize)]
#[serde(untagged)]
enum EventSubject {
    Id(String),
    Whole(Named),
}

fn at(seconds: i64) -> Micros {
    Micros::from_millis(seconds.saturating_mul(1_000))
}

fn unread(what: &str) -> PaymentFailure {
    PaymentFailure::Unknown(format!("unreadable response: {what}"))
}

impl Session {
    pub(super) fn into_checkout(self) -> Checkout {
        Checkout { id: self.id, url: self.url, expires_at: at(self.expires_at) }
    }
}

impl Subscribed {
    /// Converts to a domain subscription.
    ///
    /// # Errors
    /// If it has no item, price or period, because its state is then unknown.
    pub(super) fn into_subscription(self) -> PaymentResult<Subscription> {
        let item =
            self.items.data.into_iter().next().ok_or_else(|| unread("a subscription without an item"))?;
        let price = item.price.or(item.plan).ok_or_else(|| unread("a subscription without a price"))?;
        let recurring = price.recurring.unwrap_or_default();
        let interval = recurring.interval.or(price.interval);
        let interval = interval.as_deref().and_then(Interval::parse).ok_or_else(|| unread("an interval"))?;
        let start = item.current_period_start.or(self.current_period_start);
        let end = item.current_period_end.or(self.current_period_end);
        let (start, end) = start.zip(end).ok_or_else(|| unread("a subscription without a period"))?;
        Ok(Subscription {
            id: self.id,
            item: item.id,
            plan: price.metadata.get(PLAN).and_then(|id| id.parse::<PlanId>().ok()),
            state: State::parse(&self.status).ok_or_else(|| unread("a status"))?,
            amount: price.unit_amount.or(price.amount).unwrap_or(0),
            currency: price.currency,
            interval,
            trial_period_days: recurring.trial_period_days.or(price.trial_period_days),
            period_start: at(start),
            period_end: at(end),
            cancel_at_period_end: self.cancel_at_period_end,
            cancel_at: self.cancel_at.map(at),
            trial_start: self.trial_start.map(at),
            trial_end: self.trial_end.map(at),
            created_at: at(self.created),
        })
    }
}

impl Billed {
    /// Converts to a domain invoice. An invoice's own period is the time in which its lines were added (an
    /// instant for the first one), so the period paid for is taken from its line.
    pub(super) fn into_invoice(self) -> Invoice {
        let line = self.lines.and_then(|lines| lines.data.into_iter().last()?.period);
        let (start, end) = line.map(|p| (p.start, p.end)).unzip();
        Invoice {
            number: self.number.unwrap_or_default(),
            currency: self.currency,
            amount_paid: self.amount_paid,
            period_start: start.or(self.period_start).map(at),
            period_end: end.or(self.period_end).map(at),
            hosted_url: self.hosted_invoice_url.unwrap_or_default(),
            pdf: self.invoice_pdf.unwrap_or_default(),
            created_at: at(self.created),
        }
    }
}

impl Previewed {
    /// The amount charged immediately. A credit is never due, so it is reported as a negative amount.
    pub(super) fn amount(&self) -> i64 {
        if self.total > 0 { self.amount_due } else { self.total }
    }
}

impl CustomerBalance {
    pub(super) const fn credit(&self) -> i64 {
        self.balance.saturating_neg()
    }
}

impl Happened {
    pub(super) fn customer(self) -> Option<String> {
        let About { id, object, customer } = self.data.object;
        match customer {
            Some(EventSubject::Id(id) | EventSubject::Whole(Named { id })) => Some(id),
            None => id.filter(|_| object.as_deref() == Some("customer")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parsed(value: Value) -> PaymentResult<Subscription> {
        serde_json::from_value::<Subscribed>(value)
            .map_err(|error| unread(&error.to_string()))?
            .into_subscription()
    }

    fn price() -> Value {
        json!({"id": "price_1", "unit_amount": 2000, "currency": "usd",
            "recurring": {"interval": "month", "trial_period_days": null},
            "metadata": {"plan_id": "336e0577-784d-4482-8a37-46649118aa51"}})
    }

    fn today() -> Value {
        json!({"id": "sub_1", "status": "active", "cancel_at_period_end": true, "cancel_at": 1_666_614_008,
            "trial_start": null, "trial_end": null, "created": 1_664_022_008, "customer": "cus_1",
            "items": {"data": [{"id": "si_1", "price": price(), "current_period_start": 1_664_022_008,
                "current_period_end": 1_666_614_008}]}})
    }

    #[test]
    fn reads_a_subscription_of_either_age_alike() {
        let now = parsed(today()).unwrap();
        assert_eq!(now.period_end.to_string(), "2022-10-24T12:20:08.000Z");
        assert_eq!((now.amount, now.interval, now.state), (2_000, Interval::Month, State::Active));
        assert_eq!(now.cancel_at, Some(now.period_end));
        assert!(now.plan.is_some());
        let mut before = today();
        before["current_period_start"] = json!(1_664_022_008);
        before["current_period_end"] = json!(1_666_614_008);
        before["items"]["data"][0] = json!({"id": "si_1", "price": price()});
        assert_eq!(parsed(before).unwrap(), now);
        let mut plan = today();
        plan["items"]["data"][0]["price"] = Value::Null;
        plan["items"]["data"][0]["plan"] = json!({"amount": 2000, "currency": "usd", "interval": "month",
            "metadata": {"plan_id": "336e0577-784d-4482-8a37-46649118aa51"}});
        assert_eq!(parsed(plan).unwrap(), now);
    }

    #[test]
    fn missing_fields_are_an_error() {
        for missing in ["items", "status"] {
            let mut broken = today();
            broken[missing] = Value::Null;
            assert!(parsed(broken).is_err(), "{missing}");
        }
        let mut periodless = today();
        periodless["items"]["data"][0]["current_period_end"] = Value::Null;
        assert!(parsed(periodless).is_err());
        let mut foreign = today();
        foreign["items"]["data"][0]["price"]["metadata"] = json!({});
        assert_eq!(parsed(foreign).unwrap().plan, None);
    }

    #[test]
    fn an_invoice_is_for_its_lines_period() {
        let billed = json!({"number": "AF046ED1-0001", "currency": "usd", "amount_paid": 2000,
            "period_start": 1_664_022_008, "period_end": 1_664_022_008, "hosted_invoice_url": "https://x",
            "invoice_pdf": null, "created": 1_664_022_008,
            "lines": {"data": [{"period": {"start": 1_664_022_008, "end": 1_666_614_008}}]}});
        let invoice = serde_json::from_value::<Billed>(billed).unwrap().into_invoice();
        assert_eq!(invoice.period_end, Some(at(1_666_614_008)));
        assert_eq!((invoice.pdf.as_str(), invoice.amount_paid), ("", 2_000));
    }

    #[test]
    fn a_kept_credit_pays_first() {
        let amount = |total: i64, due: i64| {
            serde_json::from_value::<Previewed>(json!({"total": total, "amount_due": due})).unwrap().amount()
        };
        assert_eq!([amount(2_000, 2_000), amount(2_000, 500), amount(2_000, 0)], [2_000, 500, 0]);
        assert_eq!(amount(-1_500, 0), -1_500);
        let credit = |customer: Value| serde_json::from_value::<CustomerBalance>(customer).unwrap().credit();
        assert_eq!([credit(json!({"balance": -2_000})), credit(json!({"deleted": true}))], [2_000, 0]);
    }

    #[test]
    fn an_event_names_its_customer() {
        let whom = |object: Value| {
            let event = json!({"id": "evt_1", "data": {"object": object}});
            serde_json::from_value::<Happened>(event).unwrap().customer()
        };
        assert_eq!(
            whom(json!({"object": "invoice", "id": "in_1", "customer": "cus_1"})).as_deref(),
            Some("cus_1")
        );
        assert_eq!(whom(json!({"object": "invoice", "customer": {"id": "cus_1"}})).as_deref(), Some("cus_1"));
        assert_eq!(whom(json!({"object": "customer", "id": "cus_1"})).as_deref(), Some("cus_1"));
        assert_eq!(whom(json!({"object": "product", "id": "prod_1"})), None);
    }
}
