//! Starting a payment.

use super::{
    buyable, gateway, live,
    operation::{self, New, OperationOutcome},
    sync, unobstructed,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    money::Money,
};
use domain::{BillingOperationId, PlanId, Refusal};
use store::billing::Kind;

/// An open checkout page and the addresses it returns to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Address of the checkout page.
    pub url: String,
    /// Address the browser returns to after paying.
    pub success_url: String,
    /// Address the browser returns to otherwise.
    pub cancel_url: String,
    /// Id of the operation, which the return address contains.
    pub id: BillingOperationId,
}

/// Opens a checkout page for a plan. A repeated request for the same plan returns the same page while it can
/// be paid; an open page for another plan is closed.
///
/// # Errors
/// A problem of `subscriptionId`; 2100 for a plan that is not for sale, 3109 if there is a subscription,
/// 2129a and 2129b if the plan would not cover what is connected; [`Error::Unavailable`] if the provider's
/// answer is unknown.
pub async fn checkout(desk: &Money, actor: &Actor, plan: PlanId) -> Result<Opened> {
    let plan = buyable(desk, plan).await?;
    let gateway = gateway(desk).ok_or(Refusal::PlanInvalid)?;
    let _lock = desk.paying.at(actor.user).await;
    operation::settle_earlier(desk, actor.user).await?;
    none_yet(desk, actor).await?;
    // Query the provider: its webhook may be late, and no user may pay twice.
    sync::sync_user(desk, actor.user).await?;
    none_yet(desk, actor).await?;
    unobstructed(desk, actor.user, &plan).await?;
    if let Some(open) = operation::reuse_open_page(desk, gateway, actor.user, plan.id).await? {
        return opened(desk, open);
    }
    none_yet(desk, actor).await?;
    let new = New { kind: Kind::Checkout, plan: Some(plan.id), subscription: None, cancel: None };
    match operation::send_operation(desk, actor.user, new).await? {
        OperationOutcome::Open(op) => opened(desk, op),
        OperationOutcome::Changed => {
            Err(Error::fault("a checkout page was requested, but a change was made"))
        }
    }
}

async fn none_yet(desk: &Money, actor: &Actor) -> Result<()> {
    match live(desk, actor.user).await? {
        Some(_) => Err(Refusal::StripeSubscriptionExists.into()),
        None => Ok(()),
    }
}

fn opened(desk: &Money, op: store::billing::Operation) -> Result<Opened> {
    let url = op.url.ok_or_else(|| Error::fault("an open checkout session has no URL"))?;
    let (success_url, cancel_url) = (operation::success_url(desk, op.id), operation::cancel_url(desk));
    Ok(Opened { url, success_url, cancel_url, id: op.id })
}
