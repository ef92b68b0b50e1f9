//! Changing a subscription: another plan, its end, or going on after all.

use super::{
    buyable, live,
    operation::{self, New},
    sync, unobstructed,
};
use crate::{Actor, Desk, Error, Result};
use domain::{
    PlanId, Refusal,
    subscription::Subscription,
    validation::{FieldProblem, Problem},
};
use store::billing::Kind;

/// What changes; what is none stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Another plan.
    pub plan: Option<PlanId>,
    /// Whether it ends with the paid period.
    pub cancel_at_period_end: Option<bool>,
}

/// Changes the actor's subscription. What a larger plan costs more until the period's end is charged at once; what a
/// smaller one costs less is kept for the next invoices.
///
/// # Errors
/// A problem of `subscriptionId`; 2100, 2129a and 2129b about the plan; 3104 without a subscription; 3102 when the card is
/// declined, and then nothing has changed; [`Error::Unavailable`] when the provider's answer is not known.
pub async fn update(desk: &Desk, actor: &Actor, change: Change) -> Result<Subscription> {
    // Whether there is such a plan at all is a matter of the fields, and comes before any rule.
    let problems = unknown(desk, change.plan).await?;
    if !problems.is_empty() {
        return Err(Error::Fields(problems));
    }
    let none = || Error::from(Refusal::NoStripeSubscription);
    let _turn = desk.paying.at(actor.user).await;
    operation::settle(desk, actor.user).await?;
    let kept = live(desk, actor.user).await?.ok_or_else(none)?;
    if let Some(id) = change.plan {
        let plan = buyable(desk, id).await?;
        if id != kept.plan_id {
            unobstructed(desk, actor.user, &plan).await?;
        }
    }
    let plan = change.plan.filter(|id| *id != kept.plan_id);
    let cancel = change.cancel_at_period_end.filter(|cancel| *cancel != kept.told.cancel_at_period_end);
    if plan.is_some() || cancel.is_some() {
        let subscription = Some(kept.told.id);
        operation::ask(desk, actor.user, New { kind: Kind::Change, plan, subscription, cancel }).await?;
    } else {
        sync::person(desk, actor.user).await?;
    }
    Ok(live(desk, actor.user).await?.ok_or_else(none)?.told)
}

/// What is wrong with a plan that is asked for; what is none is not asked for.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unknown(desk: &Desk, plan: Option<PlanId>) -> Result<Vec<FieldProblem>> {
    let Some(id) = plan else { return Ok(Vec::new()) };
    let known = store::plan::get(&desk.db, id).await?.is_some();
    Ok(if known { Vec::new() } else { vec![FieldProblem::new("subscriptionId", Problem::NotPlan)] })
}
