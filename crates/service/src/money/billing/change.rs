//! Changing a subscription: switching plans, cancelling, or resuming.

use super::{
    buyable, live,
    operation::{self, New},
    sync, unobstructed,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    money::Money,
};
use domain::{
    PlanId, Refusal,
    subscription::Subscription,
    validation::{FieldProblem, Problem},
};
use store::billing::Kind;

/// A change of a subscription; `None` leaves a field unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanChange {
    /// The new plan.
    pub plan: Option<PlanId>,
    /// Whether the subscription ends with the paid period.
    pub cancel_at_period_end: Option<bool>,
}

/// Changes the actor's subscription. The higher price of a larger plan until the period's end is charged
/// immediately; the lower price of a smaller one is credited to the next invoices.
///
/// # Errors
/// A problem of `subscriptionId`; 2100, 2129a and 2129b about the plan; 3104 without a subscription; 3102 if
/// the card is declined, and then nothing has changed; [`Error::Unavailable`] if the provider's answer is
/// unknown.
pub async fn change_plan(desk: &Money, actor: &Actor, change: PlanChange) -> Result<Subscription> {
    // An unknown plan is a field problem, which is reported before any rule is checked.
    let problems = unknown_plan(desk, change.plan).await?;
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let none = || Error::from(Refusal::NoStripeSubscription);
    let _lock = desk.paying.at(actor.user).await;
    operation::settle_earlier(desk, actor.user).await?;
    let kept = live(desk, actor.user).await?.ok_or_else(none)?;
    if let Some(id) = change.plan {
        let plan = buyable(desk, id).await?;
        if id != kept.plan_id {
            unobstructed(desk, actor.user, &plan).await?;
        }
    }
    let plan = change.plan.filter(|id| *id != kept.plan_id);
    let cancel =
        change.cancel_at_period_end.filter(|cancel| *cancel != kept.subscription.cancel_at_period_end);
    if plan.is_some() || cancel.is_some() {
        let subscription = Some(kept.subscription.id);
        operation::send_operation(desk, actor.user, New { kind: Kind::Change, plan, subscription, cancel })
            .await?;
    } else {
        sync::sync_user(desk, actor.user).await?;
    }
    Ok(live(desk, actor.user).await?.ok_or_else(none)?.subscription)
}

/// Returns a field problem if the requested plan does not exist; nothing if no plan is requested.
///
/// # Errors
/// When the database cannot be read.
pub async fn unknown_plan(desk: &Money, plan: Option<PlanId>) -> Result<Vec<FieldProblem>> {
    let Some(id) = plan else { return Ok(Vec::new()) };
    let known = store::plan::get_plan(&desk.db, id).await?.is_some();
    Ok(if known { Vec::new() } else { vec![FieldProblem::new("subscriptionId", Problem::NotPlan)] })
}
