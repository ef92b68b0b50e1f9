//! Billing. The payment provider is the authority on who has paid: the desk keeps a copy of the provider's
//! data, refreshes it on webhooks and periodically, and grants plans from that copy only.
//!
//! Every request to the provider is recorded first, under an id that is its idempotency key ([`operation`]):
//! a lost answer, a second click or a killed process never pays twice.

mod change;
mod checkout;
mod letters;
mod news;
mod operation;
mod overview;
mod round;
mod sync;
mod webhook;
mod words;

pub use change::{PlanChange, change_plan, unknown_plan};
pub use checkout::{Opened, checkout};
pub use overview::{Lapsed, Offer, Overview, Waiting, offers, overview};
pub use round::{prune, round};
pub use webhook::{WebhookOutcome, receive_webhook};

use crate::{
    actor::Actor,
    error::{Error, Result, seconds_until_retry},
    identity::plan,
    money::Money,
    trading::equity,
};
use domain::{
    Plan, PlanId, Refusal, UserId,
    subscription::{Invoice, Subscription},
    validation::Problem,
};
use payment::{PaymentFailure, PaymentGateway};
use store::subscription::StoredSubscription;

/// The actor's first subscription that can still be changed, as last received from the provider.
///
/// # Errors
/// When the database cannot be read.
pub async fn current_subscription(desk: &Money, actor: &Actor) -> Result<Option<Subscription>> {
    Ok(live(desk, actor.user).await?.map(|kept| kept.subscription))
}

/// The actor's paid invoices, newest first.
///
/// # Errors
/// [`Error::Unavailable`] if the provider does not answer.
pub async fn list_invoices(desk: &Money, actor: &Actor) -> Result<Vec<Invoice>> {
    let customer = store::billing::customer(&desk.db, actor.user).await?;
    match (&desk.payments, customer) {
        (Some(gateway), Some(customer)) => gateway.invoices(&customer).await.map_err(provider_error),
        _ => Ok(Vec::new()),
    }
}

async fn live(desk: &Money, user: UserId) -> Result<Option<StoredSubscription>> {
    let all = store::subscription::of_user(&desk.db, user).await?;
    Ok(all.into_iter().find(|kept| kept.subscription.live()))
}

/// The payment provider, if plans are for sale.
fn gateway(desk: &Money) -> Option<&dyn PaymentGateway> {
    desk.payments.as_deref()
}

/// Returns a plan that can be bought.
///
/// # Errors
/// [`Problem::NotPlan`] on `subscriptionId` if no plan has this id; 2100 if it is not for sale.
async fn buyable(desk: &Money, id: PlanId) -> Result<Plan> {
    let plan = store::plan::get_plan(&desk.db, id).await?;
    let plan = plan.ok_or_else(|| Error::field("subscriptionId", Problem::NotPlan))?;
    if plan.public && gateway(desk).is_some() { Ok(plan) } else { Err(Refusal::PlanInvalid.into()) }
}

/// Why the user cannot take a plan: more keys or a higher balance than it allows. Checked before any payment.
async fn obstacles(desk: &Money, user: UserId, plan: &Plan) -> Result<Vec<Refusal>> {
    let limits = plan::limits_with(desk, user, plan).await?;
    let mut found = Vec::new();
    if !limits.covers_keys(store::key::count_by_user(&desk.db, user).await?) {
        found.push(Refusal::PlanKeyLimit);
    }
    if limits.max_balance_usd.is_some() && !limits.allows_balance(equity::counted_usd_of(desk, user).await?) {
        found.push(Refusal::PlanBalanceLimit);
    }
    Ok(found)
}

async fn unobstructed(desk: &Money, user: UserId, plan: &Plan) -> Result<()> {
    obstacles(desk, user, plan).await?.first().map_or(Ok(()), |refusal| Err((*refusal).into()))
}

/// Maps a failed read from the provider to an error for the caller. Code that changes something inspects the
/// failure itself first.
fn provider_error(failure: PaymentFailure) -> Error {
    match failure {
        PaymentFailure::Declined => Refusal::PaymentDeclined.into(),
        PaymentFailure::Limited(wait) => Error::Unavailable { retry_after_s: seconds_until_retry(wait) },
        PaymentFailure::Unreachable | PaymentFailure::Unknown(_) => Error::Unavailable { retry_after_s: 2 },
        PaymentFailure::Unauthorized | PaymentFailure::Missing | PaymentFailure::Refused { .. } => {
            Error::fault(failure)
        }
    }
}
