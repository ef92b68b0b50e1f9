//! The calls that create and change objects.

use super::form::Form;
use crate::{
    books::{
        Card, Change, Endpoint, Interval, Invoice, Made, Metadata, NewPrice, NewSubscription, Object as _,
        Open, Proration, Session, SubscriptionStatus,
    },
    failure::CheckoutFailure,
};
use serde_json::Value;

type Outcome = Result<Value, CheckoutFailure>;

fn missing(what: &str, id: &str) -> CheckoutFailure {
    CheckoutFailure::Missing(format!("No such {what}: '{id}'"))
}

/// The test card for one of Stripe's test payment methods.
fn card(name: &str) -> Result<Card, CheckoutFailure> {
    match name {
        "pm_card_visa" | "pm_card_mastercard" | "pm_test_pays" | "tok_visa" => Ok(Card::Pays),
        "pm_card_visa_chargeDeclined" | "pm_card_chargeDeclined" | "pm_test_declined" => Ok(Card::Declined),
        "pm_card_chargeCustomerFail" | "pm_test_pays_once" => Ok(Card::PaysOnce),
        other => Err(missing("PaymentMethod", other)),
    }
}

fn given_card(form: &Form) -> Result<Option<Card>, CheckoutFailure> {
    let ways: [&[&str]; 3] =
        [&["payment_method"], &["default_payment_method"], &["invoice_settings", "default_payment_method"]];
    ways.into_iter().find_map(|way| form.text(way)).map(card).transpose()
}

pub(super) fn customer(open: &mut Open<'_>, form: &Form) -> Value {
    let text = |name| form.text(&[name]).map(str::to_owned);
    let made = open.customer(text("email"), text("name"), form.metadata());
    // An unknown card does not prevent creating the customer.
    if let (Ok(card), Some(kept)) = (given_card(form), open.books.customers.get_mut(&made.made.id)) {
        kept.card = card;
        return kept.clone().json(open.books, open.base);
    }
    made.json(open.books, open.base)
}

pub(super) fn change_customer(open: &mut Open<'_>, id: &str, form: &Form) -> Outcome {
    let card = given_card(form)?;
    let customer = open.books.customers.get_mut(id).ok_or_else(|| missing("customer", id))?;
    customer.card = card.or(customer.card);
    customer.email = form.text(&["email"]).map(str::to_owned).or_else(|| customer.email.clone());
    customer.name = form.text(&["name"]).map(str::to_owned).or_else(|| customer.name.clone());
    customer.made.metadata.extend(form.metadata());
    let body = customer.clone().json(open.books, open.base);
    open.happened("customer.updated", body.clone());
    Ok(body)
}

pub(super) fn product(open: &mut Open<'_>, form: &Form) -> Outcome {
    let name = form.required(&["name"])?.to_owned();
    let product = open.product(name, form.text(&["description"]).map(str::to_owned), form.metadata());
    Ok(product.json(open.books, open.base))
}

pub(super) fn price(open: &mut Open<'_>, form: &Form) -> Outcome {
    let currency = form.required(&["currency"])?.to_lowercase();
    let amount: i64 = form.read(&["unit_amount"])?.unwrap_or(-1);
    if !(0..=99_999_999).contains(&amount) {
        return Err(CheckoutFailure::Param("unit_amount", "Invalid non-negative integer.".to_owned()));
    }
    let word = form.required(&["recurring", "interval"])?;
    let interval = Interval::parse(word)
        .ok_or_else(|| CheckoutFailure::Param("recurring", "Invalid interval.".to_owned()))?;
    let lookup_key = form.text(&["lookup_key"]).map(str::to_owned);
    let known = lookup_key.as_deref();
    if known.is_some() && open.books.prices.values().any(|p| p.lookup_key.as_deref() == known) {
        let message = "A price already uses that lookup key.".to_owned();
        return Err(CheckoutFailure::Param("lookup_key", message));
    }
    let product = match (form.text(&["product"]), form.text(&["product_data", "name"])) {
        (Some(id), _) if open.books.products.contains_key(id) => id.to_owned(),
        (Some(id), _) => return Err(missing("product", id)),
        (None, Some(name)) => open.product(name.to_owned(), None, Metadata::new()).made.id,
        (None, None) => {
            return Err(CheckoutFailure::Param("product", "Missing required param: product.".to_owned()));
        }
    };
    let trial_days = form.read(&["recurring", "trial_period_days"])?;
    let nickname = form.text(&["nickname"]).map(str::to_owned);
    let new = NewPrice { product, currency, amount, interval, trial_days, lookup_key, nickname };
    Ok(open.price(new, form.metadata()).json(open.books, open.base))
}

pub(super) fn session(open: &mut Open<'_>, form: &Form) -> Outcome {
    if form.required(&["mode"])? != "subscription" {
        return Err(CheckoutFailure::Param("mode", "The test checkout sells subscriptions only.".to_owned()));
    }
    let price = form.required(&["line_items", "0", "price"])?.to_owned();
    if !open.books.prices.contains_key(&price) {
        return Err(missing("price", &price));
    }
    let success_url = form.required(&["success_url"])?.to_owned();
    let customer = match form.text(&["customer"]) {
        Some(id) if open.books.customers.contains_key(id) => id.to_owned(),
        Some(id) => return Err(missing("customer", id)),
        None => {
            open.customer(form.text(&["customer_email"]).map(str::to_owned), None, Metadata::new()).made.id
        }
    };
    let session = Session {
        made: Made { metadata: form.metadata(), ..Made::default() },
        customer,
        price,
        success_url,
        cancel_url: form.text(&["cancel_url"]).map(str::to_owned),
        reference: form.text(&["client_reference_id"]).map(str::to_owned),
        expires_at: 0,
        subscription: None,
        closed: false,
    };
    Ok(open.session(session).json(open.books, open.base))
}

pub(super) fn close(open: &mut Open<'_>, id: &str) -> Outcome {
    let now = open.now;
    let session = open.books.sessions.get_mut(id).ok_or_else(|| missing("checkout.session", id))?;
    if !session.is_open(now) {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(CheckoutFailure::State(message.to_owned()));
    }
    session.closed = true;
    let body = session.clone().json(open.books, open.base);
    open.happened("checkout.session.expired", body.clone());
    Ok(body)
}

pub(super) fn subscription(open: &mut Open<'_>, form: &Form) -> Outcome {
    let (customer, price) = (form.required(&["customer"])?, form.required(&["items", "0", "price"])?);
    if !open.books.prices.contains_key(price) {
        return Err(missing("price", price));
    }
    let card = given_card(form)?;
    let payer = open.books.customers.get_mut(customer).ok_or_else(|| missing("customer", customer))?;
    payer.card = card.or(payer.card);
    let trial_days = form.read(&["trial_period_days"])?;
    if payer.card.is_none() && trial_days.is_none() {
        let message = "This customer has no attached payment source or default payment method.";
        return Err(CheckoutFailure::State(message.to_owned()));
    }
    let new = NewSubscription { customer, price, trial_days };
    let made = open.subscribe(&new, form.metadata())?;
    Ok(made.json(open.books, open.base))
}

pub(super) fn change_subscription(open: &mut Open<'_>, id: &str, form: &Form) -> Outcome {
    let over = || CheckoutFailure::State("A canceled subscription can only update its metadata.".to_owned());
    let price = form.text(&["items", "0", "price"]);
    let proration = form.text(&["proration_behavior"]).map(Proration::parse);
    let proration = proration.unwrap_or(Some(Proration::CreateProrations));
    let proration =
        proration.ok_or_else(|| CheckoutFailure::Param("proration_behavior", "Invalid.".to_owned()))?;
    let cancel_at_period_end = form.read(&["cancel_at_period_end"])?;
    let subscription = open.books.subscriptions.get_mut(id).ok_or_else(|| missing("subscription", id))?;
    if subscription.status == SubscriptionStatus::Canceled {
        return Err(over());
    }
    let item = form.text(&["items", "0", "id"]);
    if let Some(item) = item.filter(|item| *item != subscription.item) {
        return Err(missing("subscription item", item));
    }
    if let Some(price) = price.filter(|price| !open.books.prices.contains_key(*price)) {
        return Err(missing("price", price));
    }
    subscription.made.metadata.extend(form.metadata());
    open.change(id, &Change { price, proration, cancel_at_period_end })?;
    let changed = open.books.subscriptions.get(id).map(|s| s.json(open.books, open.base));
    changed.ok_or(CheckoutFailure::Broken)
}

/// Previews what a change would charge; nothing is persisted.
pub(super) fn preview(open: &mut Open<'_>, form: &Form) -> Outcome {
    let id = form.required(&["subscription"])?;
    let price = form.required(&["subscription_details", "items", "0", "price"])?;
    let subscription = open.books.subscriptions.get(id).ok_or_else(|| missing("subscription", id))?;
    let priced = open.books.prices.get(price).ok_or_else(|| missing("price", price))?;
    let mut lines = subscription.pending.clone();
    lines.extend(open.difference(subscription, price));
    let total: i64 = lines.iter().map(|line| line.amount).sum();
    let credit = open.books.customers.get(&subscription.customer).map_or(0, |c| c.credit);
    let drawn = Invoice {
        made: Made { id: "upcoming_in".to_owned(), created: open.now, ..Made::default() },
        number: String::new(),
        customer: subscription.customer.clone(),
        subscription: id.to_owned(),
        currency: priced.currency.clone(),
        credited: credit.min(total),
        lines,
        paid: false,
        void: false,
        attempts: 0,
        next_attempt: None,
        reason: "upcoming".to_owned(),
    };
    Ok(drawn.json(open.books, open.base))
}

pub(super) fn endpoint(open: &mut Open<'_>, form: &Form) -> Outcome {
    let url = form.required(&["url"])?.to_owned();
    let kinds: Vec<_> = form.items("enabled_events").into_iter().map(str::to_owned).collect();
    if kinds.is_empty() {
        let message = "Missing required param: enabled_events.".to_owned();
        return Err(CheckoutFailure::Param("enabled_events", message));
    }
    let mut bytes = [0; 24];
    open.entropy.fill(&mut bytes);
    let secret = format!("whsec_{}", hex::encode(bytes));
    let endpoint = Endpoint { made: open.made("we_", form.metadata()), url, secret, kinds };
    open.books.endpoints.insert(endpoint.made.id.clone(), endpoint.clone());
    let mut body = endpoint.json(open.books, open.base);
    body["secret"] = Value::String(endpoint.secret);
    Ok(body)
}
