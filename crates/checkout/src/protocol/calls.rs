//! Dispatch of calls by path.

use super::{
    form::Form,
    lists::{list, one},
    make,
};
use crate::{
    books::{Books, Object as _, Open, Reply, SubscriptionStatus},
    failure::CheckoutFailure,
    shared::CheckoutState,
};
use serde_json::{Value, json};

/// How long idempotency keys are remembered: one day.
const REMEMBERED: i64 = 24 * 3_600;

fn unknown() -> CheckoutFailure {
    CheckoutFailure::Missing("Unrecognized request URL.".to_owned())
}

/// Handles a read.
pub(super) fn read(shared: &CheckoutState, way: &[&str], form: &Form) -> Result<Value, CheckoutFailure> {
    shared.catch_up()?;
    let base = shared.options.public_url.as_str();
    shared.read(|books, now| match way {
        ["customers", id] => one(books, base, &books.customers, id),
        ["products", id] => one(books, base, &books.products, id),
        ["prices", id] => one(books, base, &books.prices, id),
        ["checkout", "sessions", id] => {
            // An expired session has the status `expired` and no URL.
            let mut session = one(books, base, &books.sessions, id)?;
            let lapsed =
                books.sessions.get(*id).is_some_and(|s| s.subscription.is_none() && now >= s.expires_at);
            if lapsed {
                (session["status"], session["url"]) = (json!("expired"), Value::Null);
            }
            Ok(session)
        }
        ["subscriptions", id] => one(books, base, &books.subscriptions, id),
        ["invoices", id] => one(books, base, &books.invoices, id),
        ["events", id] => one(books, base, &books.events, id),
        ["webhook_endpoints", id] => one(books, base, &books.endpoints, id),
        _ => lists(books, base, way, form),
    })
}

fn lists(books: &Books, base: &str, way: &[&str], form: &Form) -> Result<Value, CheckoutFailure> {
    let url = way.join("/");
    let is = |name: &str, value: &str| form.text(&[name]).is_none_or(|wanted| wanted == value);
    match way {
        ["customers"] => list(books, base, &url, form, &books.customers, |c| {
            is("email", c.email.as_deref().unwrap_or_default())
        }),
        ["products"] => list(books, base, &url, form, &books.products, |_| true),
        ["prices"] => {
            let keys = form.items("lookup_keys");
            list(books, base, &url, form, &books.prices, |price| {
                let key = price.lookup_key.as_deref().unwrap_or_default();
                is("product", &price.product) && (keys.is_empty() || keys.contains(&key))
            })
        }
        ["checkout", "sessions"] => {
            list(books, base, &url, form, &books.sessions, |s| is("customer", &s.customer))
        }
        // Cancelled subscriptions are omitted unless requested.
        ["subscriptions"] => list(books, base, &url, form, &books.subscriptions, |s| {
            let status = match form.text(&["status"]) {
                Some("all") => true,
                Some(wanted) => wanted == s.status.word(),
                None => s.status != SubscriptionStatus::Canceled,
            };
            status && is("customer", &s.customer) && is("price", &s.price)
        }),
        ["invoices"] => list(books, base, &url, form, &books.invoices, |invoice| {
            let status = if invoice.paid {
                "paid"
            } else if invoice.void {
                "void"
            } else {
                "open"
            };
            is("customer", &invoice.customer)
                && is("subscription", &invoice.subscription)
                && is("status", status)
        }),
        ["events"] => list(books, base, &url, form, &books.events, |event| is("type", &event.kind)),
        ["webhook_endpoints"] => list(books, base, &url, form, &books.endpoints, |_| true),
        _ => Err(unknown()),
    }
}

/// Handles a change, once per idempotency key.
pub(super) fn change(
    shared: &CheckoutState,
    way: &[&str],
    form: &Form,
    key: Option<&str>,
) -> Result<Value, CheckoutFailure> {
    let asked = format!("{} {}", way.join("/"), form.canonical());
    shared.try_write(|open| {
        if let Some(key) = key {
            let since = open.really - REMEMBERED;
            open.books.replies.retain(|_, reply| reply.at > since);
            match open.books.replies.get(key) {
                Some(reply) if reply.request == asked => return Ok(reply.answer.clone()),
                Some(_) => return Err(CheckoutFailure::Idempotency),
                None => {}
            }
        }
        let answer = act(open, way, form)?;
        if let Some(key) = key {
            let reply = Reply { request: asked, answer: answer.clone(), at: open.really };
            open.books.replies.insert(key.to_owned(), reply);
        }
        Ok(answer)
    })
}

fn act(open: &mut Open<'_>, way: &[&str], form: &Form) -> Result<Value, CheckoutFailure> {
    match way {
        ["customers"] => Ok(make::customer(open, form)),
        ["customers", id] => make::change_customer(open, id, form),
        ["products"] => make::product(open, form),
        ["prices"] => make::price(open, form),
        ["checkout", "sessions"] => make::session(open, form),
        ["checkout", "sessions", id, "expire"] => make::close(open, id),
        ["subscriptions"] => make::subscription(open, form),
        ["subscriptions", id] => make::change_subscription(open, id, form),
        ["invoices", "create_preview"] => make::preview(open, form),
        ["webhook_endpoints"] => make::endpoint(open, form),
        _ => Err(unknown()),
    }
}

/// Handles a cancel or removal.
pub(super) fn delete(shared: &CheckoutState, way: &[&str]) -> Result<Value, CheckoutFailure> {
    let (books, id) = match way {
        [books @ ("subscriptions" | "webhook_endpoints"), id] => (*books, *id),
        _ => return Err(unknown()),
    };
    shared.try_write(|open| {
        if books == "webhook_endpoints" {
            let gone = open.books.endpoints.remove(id);
            gone.ok_or_else(|| CheckoutFailure::Missing(format!("No such webhook endpoint: '{id}'")))?;
            open.books.drop_undeliverable();
            return Ok(json!({"id": id, "object": "webhook_endpoint", "deleted": true}));
        }
        let over = open.books.subscriptions.get(id).filter(|s| s.status != SubscriptionStatus::Canceled);
        over.ok_or_else(|| CheckoutFailure::Missing(format!("No such subscription: '{id}'")))?;
        open.end(id);
        let ended = open.books.subscriptions.get(id).map(|s| s.json(open.books, open.base));
        ended.ok_or(CheckoutFailure::Broken)
    })
}
