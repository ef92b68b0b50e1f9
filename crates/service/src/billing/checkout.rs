//! Beginning to pay.

use super::{
    buyable, gateway, live,
    operation::{self, New, Outcome},
    sync, unobstructed,
};
use crate::{Actor, Desk, Error, Result};
use domain::{BillingOperationId, PlanId, Refusal};
use store::billing::Kind;

/// A page to pay at, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Where to pay.
    pub url: String,
    /// Where the browser goes after paying.
    pub success_url: String,
    /// Where it goes otherwise.
    pub cancel_url: String,
    /// What the way back names.
    pub id: BillingOperationId,
}

/// Opens a page to pay for a plan at. Asked again for the same plan, it answers the same page while it can be paid at; a
/// page for another plan is closed.
///
/// # Errors
/// A problem of `subscriptionId`; 2100 for a plan that is not for sale, 3109 when there is a subscription, 2129a and 2129b
/// when the plan would not cover what is connected; [`Error::Unavailable`] when the provider's answer is not known.
pub async fn checkout(desk: &Desk, actor: &Actor, plan: PlanId) -> Result<Opened> {
    let plan = buyable(desk, plan).await?;
    let gateway = gateway(desk).ok_or(Refusal::PlanInvalid)?;
    let _turn = desk.paying.at(actor.user).await;
    operation::settle(desk, actor.user).await?;
    none_yet(desk, actor).await?;
    // A message that is late must not make anybody pay twice.
    sync::person(desk, actor.user).await?;
    none_yet(desk, actor).await?;
    unobstructed(desk, actor.user, &plan).await?;
    if let Some(open) = operation::reuse(desk, gateway, actor.user, plan.id).await? {
        return opened(desk, open);
    }
    none_yet(desk, actor).await?;
    let new = New { kind: Kind::Checkout, plan: Some(plan.id), subscription: None, cancel: None };
    match operation::ask(desk, actor.user, new).await? {
        Outcome::Open(op) => opened(desk, op),
        Outcome::Changed => Err(Error::fault("a page to pay at was asked for, and a change made")),
    }
}

async fn none_yet(desk: &Desk, actor: &Actor) -> Result<()> {
    match live(desk, actor.user).await? {
        Some(_) => Err(Refusal::StripeSubscriptionExists.into()),
        None => Ok(()),
    }
}

fn opened(desk: &Desk, op: store::billing::Operation) -> Result<Opened> {
    let url = op.url.ok_or_else(|| Error::fault("an open checkout session has no URL"))?;
    let (success_url, cancel_url) = (operation::success_url(desk, op.id), operation::cancel_url(desk));
    Ok(Opened { url, success_url, cancel_url, id: op.id })
}
