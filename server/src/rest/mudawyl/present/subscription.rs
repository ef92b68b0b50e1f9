//! A user's plan and payments.

use super::Iso;
use domain::{
    Plan,
    subscription::{Invoice, Subscription},
};
use serde::Serialize;
use service::{identity::plan::UserPlans, money::billing::Opened};
use utoipa::ToSchema;
use uuid::Uuid;

/// "Get User Subscription".
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldPlan {
    /// STRIPE, or MANUAL for a plan assigned by an admin, which is not in the original document.
    #[serde(rename = "paymentType")]
    #[schema(example = "STRIPE")]
    pub payment_type: &'static str,
    /// Plan with its limits.
    #[serde(rename = "SubscriptionType")]
    pub plan: HeldPlanType,
}

/// The plan of a subscription.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are the document's
pub struct HeldPlanType {
    pub id: Uuid,
    pub name: String,
    #[serde(rename = "maxBalanceUSD")]
    pub max_balance_usd: Option<i64>,
    #[serde(rename = "maxApiKey")]
    pub max_api_key: Option<i64>,
    #[serde(rename = "strategyAutomated")]
    pub strategy_automated: bool,
}

impl HeldPlan {
    /// A paid plan takes precedence over an assigned one.
    #[must_use]
    pub fn of(held: UserPlans) -> Option<Self> {
        let paid = held.paid.map(|plan| ("STRIPE", plan));
        let (payment_type, plan) = paid.or_else(|| held.given.map(|plan| ("MANUAL", plan)))?;
        Some(Self { payment_type, plan: plan.into() })
    }
}

impl From<Plan> for HeldPlanType {
    fn from(plan: Plan) -> Self {
        Self {
            id: plan.id.0,
            name: plan.name,
            max_balance_usd: plan.limits.max_balance_usd,
            max_api_key: plan.limits.max_api_key,
            strategy_automated: plan.limits.strategy_automated,
        }
    }
}

/// "Get Stripe Subscription".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct StripeSubscription {
    pub cancel_at_period_end: bool,
    pub cancel_at: Option<Iso>,
    pub current_period_start: Iso,
    pub current_period_end: Iso,
    pub trial_start: Option<Iso>,
    pub trial_end: Option<Iso>,
    pub plan: StripePlan,
}

/// The price that is charged.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct StripePlan {
    /// In cents.
    pub amount: i64,
    #[schema(example = "usd")]
    pub currency: String,
    #[schema(example = "month")]
    pub interval: &'static str,
    pub trial_period_days: Option<i64>,
}

impl From<Subscription> for StripeSubscription {
    fn from(subscription: Subscription) -> Self {
        Self {
            cancel_at_period_end: subscription.cancel_at_period_end,
            cancel_at: subscription.cancel_at.map(Iso),
            current_period_start: Iso(subscription.period_start),
            current_period_end: Iso(subscription.period_end),
            trial_start: subscription.trial_start.map(Iso),
            trial_end: subscription.trial_end.map(Iso),
            plan: StripePlan {
                amount: subscription.amount,
                currency: subscription.currency,
                interval: subscription.interval.word(),
                trial_period_days: subscription.trial_period_days,
            },
        }
    }
}

/// "Create Stripe Subscription Checkout".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct OpenedCheckout {
    pub url: String,
    pub success_url: String,
    pub cancel_url: String,
}

impl From<Opened> for OpenedCheckout {
    fn from(opened: Opened) -> Self {
        Self { url: opened.url, success_url: opened.success_url, cancel_url: opened.cancel_url }
    }
}

/// "List Stripe Billing History".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct InvoiceItem {
    pub number: String,
    pub currency: String,
    /// In cents.
    pub amount_paid: i64,
    pub period_start: Option<Iso>,
    pub period_end: Option<Iso>,
    pub hosted_url: String,
    pub pdf: String,
    pub created_at: Iso,
}

impl From<Invoice> for InvoiceItem {
    fn from(invoice: Invoice) -> Self {
        Self {
            number: invoice.number,
            currency: invoice.currency,
            amount_paid: invoice.amount_paid,
            period_start: invoice.period_start.map(Iso),
            period_end: invoice.period_end.map(Iso),
            hosted_url: invoice.hosted_url,
            pdf: invoice.pdf,
            created_at: Iso(invoice.created_at),
        }
    }
}
