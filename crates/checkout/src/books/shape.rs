//! JSON representation of the objects, in Stripe's format.

use super::{
    Books, Customer, Endpoint, Event, Invoice, Line, Price, Product, Session, Subscription,
    SubscriptionStatus, model::Made,
};
use serde_json::{Value, json};

/// An object with an id and a JSON representation.
pub(crate) trait Object {
    /// The object's id, serial number and creation time.
    fn made(&self) -> &Made;
    /// The object in Stripe's format. `base` is the base URL of the pages.
    fn json(&self, books: &Books, base: &str) -> Value;
}

impl Books {
    /// The name of a price's product.
    pub(crate) fn price_name(&self, price: Option<&Price>) -> String {
        let product = price.and_then(|p| self.products.get(&p.product));
        product.map_or_else(|| "Subscription".to_owned(), |p| p.name.clone())
    }
}

impl Session {
    /// Whether it can still be paid.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        self.subscription.is_none() && !self.closed && now < self.expires_at
    }

    /// The success URL for the browser, with the session's id in place of its placeholder.
    pub(crate) fn success_page(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.made.id)
    }
}

impl Object for Customer {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, _: &Books, _: &str) -> Value {
        json!({
            "id": self.made.id, "object": "customer", "balance": -self.credit, "created": self.made.created,
            "currency": null, "default_source": null, "delinquent": false, "description": null,
            "email": self.email, "livemode": false, "metadata": self.made.metadata, "name": self.name,
            "invoice_settings": {"default_payment_method": self.card.map(|card| format!("pm_test_{}", card.word()))},
        })
    }
}

impl Object for Product {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, _: &Books, _: &str) -> Value {
        json!({
            "id": self.made.id, "object": "product", "active": true, "created": self.made.created,
            "description": self.description, "images": [], "livemode": false, "metadata": self.made.metadata,
            "name": self.name, "type": "service", "updated": self.made.created,
        })
    }
}

impl Object for Price {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, _: &Books, _: &str) -> Value {
        json!({
            "id": self.made.id, "object": "price", "active": true, "billing_scheme": "per_unit",
            "created": self.made.created, "currency": self.currency, "livemode": false,
            "lookup_key": self.lookup_key, "metadata": self.made.metadata, "nickname": self.nickname,
            "product": self.product, "type": "recurring", "unit_amount": self.amount,
            "unit_amount_decimal": self.amount.to_string(),
            "recurring": {
                "interval": self.interval.word(), "interval_count": 1, "meter": null,
                "trial_period_days": self.trial_days, "usage_type": "licensed",
            },
        })
    }
}

impl Object for Session {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, books: &Books, base: &str) -> Value {
        let price = books.prices.get(&self.price);
        let (paid, gone) = (self.subscription.is_some(), self.closed);
        let status = if paid {
            "complete"
        } else if gone {
            "expired"
        } else {
            "open"
        };
        json!({
            "id": self.made.id, "object": "checkout.session", "amount_total": price.map(|p| p.amount),
            "cancel_url": self.cancel_url, "client_reference_id": self.reference, "created": self.made.created,
            "currency": price.map(|p| p.currency.clone()), "customer": self.customer,
            "expires_at": self.expires_at, "livemode": false, "metadata": self.made.metadata,
            "mode": "subscription", "payment_method_types": ["card"],
            "payment_status": if paid { "paid" } else { "unpaid" }, "status": status,
            "subscription": self.subscription, "success_url": self.success_url,
            "url": (status == "open").then(|| format!("{base}/pay/{}", self.made.id)),
        })
    }
}

impl Object for Subscription {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, books: &Books, base: &str) -> Value {
        let price = books.prices.get(&self.price).map(|p| p.json(books, base));
        let currency = books.prices.get(&self.price).map(|p| p.currency.clone());
        let ends = self.cancel_at_period_end && self.status != SubscriptionStatus::Canceled;
        let item = json!({
            "id": self.item, "object": "subscription_item", "created": self.made.created,
            "current_period_start": self.period_start, "current_period_end": self.period_end,
            "metadata": {}, "price": price, "quantity": 1, "subscription": self.made.id,
        });
        json!({
            "id": self.made.id, "object": "subscription", "billing_cycle_anchor": self.anchor,
            "cancel_at": ends.then_some(self.period_end), "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": self.canceled_at, "collection_method": "charge_automatically",
            "created": self.made.created, "currency": currency, "customer": self.customer,
            "ended_at": self.ended_at, "latest_invoice": self.invoice, "livemode": false,
            "metadata": self.made.metadata, "start_date": self.made.created, "status": self.status.word(),
            "trial_start": self.trial.map(|t| t.0), "trial_end": self.trial.map(|t| t.1),
            "items": {
                "object": "list", "data": [item], "has_more": false, "total_count": 1,
                "url": format!("/v1/subscription_items?subscription={}", self.made.id),
            },
        })
    }
}

impl Line {
    fn json(&self, currency: &str) -> Value {
        json!({
            "object": "line_item", "amount": self.amount, "currency": currency, "description": self.description,
            "period": {"start": self.start, "end": self.end}, "quantity": 1,
        })
    }
}

impl Object for Invoice {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, books: &Books, base: &str) -> Value {
        let page = format!("{base}/invoice/{}", self.made.id);
        let status = if self.paid {
            "paid"
        } else if self.void {
            "void"
        } else {
            "open"
        };
        let due = self.due();
        let email = books.customers.get(&self.customer).and_then(|c| c.email.clone());
        let lines: Vec<_> = self.lines.iter().map(|line| line.json(&self.currency)).collect();
        json!({
            "id": self.made.id, "object": "invoice", "amount_due": due,
            "amount_paid": if self.paid { due } else { 0 }, "amount_remaining": if self.paid { 0 } else { due },
            "attempt_count": self.attempts, "attempted": self.attempts > 0, "billing_reason": self.reason,
            "collection_method": "charge_automatically", "created": self.made.created, "currency": self.currency,
            "customer": self.customer, "customer_email": email, "hosted_invoice_url": page, "invoice_pdf": page,
            "livemode": false, "metadata": self.made.metadata, "next_payment_attempt": self.next_attempt,
            "number": self.number, "period_start": self.made.created, "period_end": self.made.created,
            "status": status, "subtotal": self.total(), "total": self.total(),
            "parent": {
                "type": "subscription_details",
                "subscription_details": {"subscription": self.subscription, "metadata": {}},
            },
            "lines": {
                "object": "list", "data": lines, "has_more": false, "total_count": self.lines.len(),
                "url": format!("/v1/invoices/{}/lines", self.made.id),
            },
        })
    }
}

impl Object for Event {
    fn made(&self) -> &Made {
        &self.made
    }

    fn json(&self, _: &Books, _: &str) -> Value {
        json!({
            "id": self.made.id, "object": "event", "api_version": VERSION, "created": self.made.created,
            "data": {"object": self.object}, "livemode": false, "pending_webhooks": self.waiting.len(),
            "request": {"id": null, "idempotency_key": null}, "type": self.kind,
        })
    }
}

/// The API version of the JSON format.
const VERSION: &str = "2025-03-31.basil";

impl Object for Endpoint {
    fn made(&self) -> &Made {
        &self.made
    }

    /// Without its secret, which is only returned on creation.
    fn json(&self, _: &Books, _: &str) -> Value {
        json!({
            "id": self.made.id, "object": "webhook_endpoint", "api_version": null, "created": self.made.created,
            "description": null, "enabled_events": self.kinds, "livemode": false, "metadata": self.made.metadata,
            "status": "enabled", "url": self.url,
        })
    }
}
