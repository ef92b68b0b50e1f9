//! Adapter for Stripe, or anything that speaks its protocol, such as the built-in test checkout.

mod api;
mod pages;
mod shape;
mod signature;

use crate::{
    Checkout, NewCheckout, NotTheirs, PaymentEvent, PaymentFailure, PaymentGateway, PaymentResult,
    SubscriptionChange,
};
use api::{Api, Params};
use async_trait::async_trait;
use domain::{
    Micros, Plan, UserId,
    subscription::{Invoice, Subscription},
};
use pages::Pages;
use serde::Deserialize;
use shape::{Billed, CustomerBalance, Happened, List, Named, Previewed, Session, Subscribed};
use zeroize::Zeroizing;

/// The base URL of Stripe's API.
pub const STRIPE: &str = "https://api.stripe.com";
/// Maximum number of pages of a list. A user has few subscriptions over the years, so more pages indicate an
/// invalid response.
const PAGES: usize = 20;

/// The base URL and secrets for Stripe.
pub struct Config {
    /// [`STRIPE`] or another base URL, without `/v1`.
    pub base: String,
    /// The secret key, `sk_...`.
    pub secret: Zeroizing<String>,
    /// The webhook signing secret, `whsec_...`.
    pub webhook_secret: Zeroizing<String>,
}

/// Never prints the keys.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("base", &self.base).finish_non_exhaustive()
    }
}

/// The Stripe adapter.
pub struct Stripe {
    api: Api,
    webhook_secret: Zeroizing<String>,
    pages: Pages,
}

impl Stripe {
    /// Creates the adapter, without making a request.
    ///
    /// # Errors
    /// If the system's TLS cannot be set up.
    pub fn new(config: Config) -> Result<Self, reqwest::Error> {
        let Config { base, secret, webhook_secret } = config;
        Ok(Self { api: Api::new(&base, secret)?, webhook_secret, pages: Pages::of(&base) })
    }

    /// Allows pages on further hosts, such as a domain of one's own at Stripe. Users are sent only to Stripe's own
    /// domain or the host of the API, and to these.
    #[must_use]
    pub fn with_pages(self, hosts: Vec<String>) -> Self {
        Self { pages: self.pages.and(hosts), ..self }
    }

    /// The session, unless its page is elsewhere.
    fn known(&self, session: Checkout) -> PaymentResult<Checkout> {
        match &session.url {
            Some(url) if !self.pages.allow(url) => Err(PaymentFailure::Refused {
                code: "foreign_page".to_owned(),
                message: "the checkout page is on an unknown host; see STRIPE_PAGE_HOSTS".to_owned(),
            }),
            _ => Ok(session),
        }
    }

    /// The invoice, without the link to a page that is elsewhere.
    fn linked(&self, invoice: Invoice) -> Invoice {
        if invoice.hosted_url.is_empty() || self.pages.allow(&invoice.hosted_url) {
            return invoice;
        }
        tracing::warn!("the payment provider returned an invoice on an unknown host; see STRIPE_PAGE_HOSTS");
        Invoice { hosted_url: String::new(), ..invoice }
    }

    /// Fetches all pages of a list.
    async fn all<T: for<'a> Deserialize<'a>>(
        &self,
        path: &str,
        params: &Params<'_>,
        id: impl Fn(&T) -> String,
    ) -> PaymentResult<Vec<T>> {
        let (mut all, mut after) = (Vec::new(), None);
        for _ in 0..PAGES {
            let mut params = params.clone();
            params.push(("limit", "100".into()));
            params.extend(after.take().map(|id: String| ("starting_after", id.into())));
            let List { data, has_more } = self.api.get::<List<T>>(path, &params).await?;
            after = data.last().map(&id);
            all.extend(data);
            if !has_more || after.is_none() {
                return Ok(all);
            }
        }
        Err(PaymentFailure::Unknown("endless list".into()))
    }
}

/// The lookup key of a plan's price. A changed amount is a new price, and subscribers of the old one keep it.
fn lookup_key(plan: &Plan) -> String {
    format!("slipstream_{}_usd_{}_month", plan.name.to_lowercase(), cents(plan))
}

const fn cents(plan: &Plan) -> i64 {
    plan.monthly_price_usd.saturating_mul(100)
}

#[async_trait]
impl PaymentGateway for Stripe {
    async fn create_customer(&self, key: &str, user: UserId, email: &str) -> PaymentResult<String> {
        let params = vec![("email", email.into()), ("metadata[user_id]", user.to_string().into())];
        Ok(self.api.post::<Named>("customers", Some(key), &params).await?.id)
    }

    async fn price(&self, plan: &Plan) -> PaymentResult<String> {
        let lookup = lookup_key(plan);
        let found = vec![("lookup_keys[]", lookup.clone().into()), ("active", "true".into())];
        let found: List<Named> = self.api.get("prices", &found).await?;
        if let Some(price) = found.data.into_iter().next() {
            return Ok(price.id);
        }
        let params = vec![
            ("currency", "usd".into()),
            ("unit_amount", cents(plan).to_string().into()),
            ("recurring[interval]", "month".into()),
            ("lookup_key", lookup.clone().into()),
            ("nickname", plan.name.clone().into()),
            (PLAN_METADATA, plan.id.to_string().into()),
            ("product_data[name]", format!("Slipstream {}", plan.name).into()),
        ];
        // The idempotency key is the price's lookup key, so that of two concurrent creations only one takes
        // effect.
        Ok(self.api.post::<Named>("prices", Some(&lookup), &params).await?.id)
    }

    async fn open_checkout(&self, key: &str, new: &NewCheckout<'_>) -> PaymentResult<Checkout> {
        let params = vec![
            ("mode", "subscription".into()),
            ("customer", new.customer.into()),
            ("client_reference_id", new.user.to_string().into()),
            ("line_items[0][price]", new.price.into()),
            ("line_items[0][quantity]", "1".into()),
            ("success_url", new.success_url.into()),
            ("cancel_url", new.cancel_url.into()),
        ];
        let session = self.api.post::<Session>("checkout/sessions", Some(key), &params).await?;
        self.known(session.into_checkout())
    }

    fn is_page(&self, url: &str) -> bool {
        self.pages.allow(url)
    }

    async fn checkout(&self, id: &str) -> PaymentResult<Checkout> {
        let session = self.api.get::<Session>(&format!("checkout/sessions/{id}"), &vec![]).await?;
        self.known(session.into_checkout())
    }

    async fn close_checkout(&self, id: &str) -> PaymentResult<bool> {
        let closed = self.api.post::<Session>(&format!("checkout/sessions/{id}/expire"), None, &vec![]).await;
        match closed {
            Ok(_) => Ok(true),
            Err(PaymentFailure::Refused { .. } | PaymentFailure::Missing) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn subscriptions(&self, customer: &str) -> PaymentResult<Vec<Subscription>> {
        let params = vec![("customer", customer.into()), ("status", "all".into())];
        let all = self.all("subscriptions", &params, |s: &Subscribed| s.id.clone()).await?;
        let mut subscriptions =
            all.into_iter().map(Subscribed::into_subscription).collect::<PaymentResult<Vec<_>>>()?;
        subscriptions.sort_by_key(|s| s.created_at);
        Ok(subscriptions)
    }

    async fn change(&self, key: &str, change: &SubscriptionChange<'_>) -> PaymentResult<Subscription> {
        let mut params: Params<'_> = Vec::new();
        if let Some((item, price)) = change.price {
            params.push(("items[0][id]", item.into()));
            params.push(("items[0][price]", price.into()));
            params.push(("proration_behavior", "always_invoice".into()));
            params.push(("payment_behavior", "error_if_incomplete".into()));
        }
        params.extend(change.cancel_at_period_end.map(|c| ("cancel_at_period_end", c.to_string().into())));
        let path = format!("subscriptions/{}", change.subscription);
        self.api.post::<Subscribed>(&path, Some(key), &params).await?.into_subscription()
    }

    async fn preview(&self, subscription: &Subscription, price: &str) -> PaymentResult<i64> {
        let params = vec![
            ("subscription", subscription.id.as_str().into()),
            ("subscription_details[items][0][id]", subscription.item.as_str().into()),
            ("subscription_details[items][0][price]", price.into()),
            ("subscription_details[proration_behavior]", "always_invoice".into()),
        ];
        Ok(self.api.post::<Previewed>("invoices/create_preview", None, &params).await?.amount())
    }

    async fn credit(&self, customer: &str) -> PaymentResult<i64> {
        Ok(self.api.get::<CustomerBalance>(&format!("customers/{customer}"), &vec![]).await?.credit())
    }

    async fn invoices(&self, customer: &str) -> PaymentResult<Vec<Invoice>> {
        let params: Params<'_> =
            vec![("customer", customer.into()), ("status", "paid".into()), ("limit", "100".into())];
        let list: List<Billed> = self.api.get("invoices", &params).await?;
        Ok(list.data.into_iter().map(|billed| self.linked(billed.into_invoice())).collect())
    }

    async fn open_invoice(&self, customer: &str) -> PaymentResult<Option<String>> {
        let params: Params<'_> =
            vec![("customer", customer.into()), ("status", "open".into()), ("limit", "1".into())];
        let list: List<Billed> = self.api.get("invoices", &params).await?;
        let invoice = list.data.into_iter().next().map(|billed| self.linked(billed.into_invoice()));
        Ok(invoice.map(|invoice| invoice.hosted_url).filter(|url| !url.is_empty()))
    }

    async fn event(&self, id: &str) -> PaymentResult<Option<PaymentEvent>> {
        match self.api.get::<Happened>(&format!("events/{id}"), &vec![]).await {
            Ok(event) => Ok(Some(PaymentEvent { id: event.id.clone(), customer: event.customer() })),
            Err(PaymentFailure::Missing) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn verify(&self, header: &str, body: &[u8], now: Micros) -> Result<String, NotTheirs> {
        signature::verify(&self.webhook_secret, header, body, now)?;
        let event: Named = serde_json::from_slice(body).map_err(|_| NotTheirs)?;
        // The id becomes part of a URL.
        let plain = event.id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain && (1..=255).contains(&event.id.len()) { Ok(event.id) } else { Err(NotTheirs) }
    }
}

/// The parameter with which a price names its plan: [`shape::PLAN`].
const PLAN_METADATA: &str = "metadata[plan_id]";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{PlanId, plan::Limits};

    fn stripe() -> Stripe {
        let config = Config {
            base: "http://127.0.0.1:9/".into(),
            secret: Zeroizing::new("sk_test_hunter2".into()),
            webhook_secret: Zeroizing::new("whsec_hunter2".into()),
        };
        assert!(!format!("{config:?}").contains("hunter2"));
        Stripe::new(config).unwrap()
    }

    #[test]
    fn another_amount_is_another_price() {
        let id: PlanId = "336e0577-784d-4482-8a37-46649118aa51".parse().unwrap();
        let limits = Limits::UNLIMITED;
        let plan = Plan { id, name: "BASIC".into(), public: true, monthly_price_usd: 20, limits };
        assert_eq!(lookup_key(&plan), "slipstream_basic_usd_2000_month");
        assert_eq!(PLAN_METADATA, format!("metadata[{}]", shape::PLAN));
    }

    #[test]
    fn an_unsigned_message_is_not_believed() {
        assert_eq!(stripe().verify("", br#"{"id":"evt_1"}"#, Micros(0)), Err(NotTheirs));
    }

    #[test]
    fn a_page_elsewhere_is_neither_opened_nor_linked() {
        let session =
            |url: &str| Checkout { id: "cs_1".into(), url: Some(url.into()), expires_at: Micros(0) };
        assert!(stripe().known(session("http://127.0.0.1:9/pay/1")).is_ok());
        assert!(
            stripe().known(Checkout { url: None, ..session("") }).is_ok(),
            "a closed session has no page"
        );
        let elsewhere = "https://evil.example/pay/1";
        let refused = stripe().known(session(elsewhere));
        assert!(matches!(&refused, Err(PaymentFailure::Refused { code, .. }) if code == "foreign_page"));
        let added = stripe().with_pages(vec!["evil.example".into()]);
        assert!(added.known(session(elsewhere)).is_ok());
    }

    #[tokio::test]
    async fn a_missing_server_is_no_answer() {
        assert_eq!(stripe().subscriptions("cus_1").await, Err(PaymentFailure::Unreachable));
    }
}
