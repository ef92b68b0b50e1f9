//! Forms for choosing, changing and ending a plan.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{form::form, trader};
use crate::{
    answer::{Done, FormFailure},
    notice::PageNotice,
    visit::Visit,
};
use domain::{PlanId, validation::Problem};
use leptos::prelude::*;
use service::{
    Actor, Error,
    identity::plan,
    money::billing::{self, PlanChange},
};

fn plan_id(text: &str) -> Result<PlanId, Error> {
    text.parse().map_err(|_| Error::field("subscriptionId", Problem::NotPlan))
}

/// Opens a checkout and redirects to our own page first, because the form policy allows no other target.
#[server(endpoint = "plan-checkout")]
pub async fn checkout_plan(#[server(default)] plan: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let opened = match plan_id(&plan) {
        Ok(plan) => billing::checkout(&visit.desk, &actor, plan).await,
        Err(error) => Err(error),
    };
    let done = opened.map(|opened| Done::at(format!("/billing?checkout={}&go=1", opened.id)));
    form("plan", "/plans").keep("plan", &plan).answer(&visit, done).await
}

/// Changes to another plan.
#[server(endpoint = "plan-change")]
pub async fn change_plan(#[server(default)] plan: String) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let changed = match plan_id(&plan) {
        Ok(plan) => {
            let change = PlanChange { plan: Some(plan), cancel_at_period_end: None };
            billing::change_plan(&visit.desk, &actor, change).await
        }
        Err(error) => Err(error),
    };
    let done = match changed {
        Ok(_) => Ok(done(&visit, &actor, PageNotice::PlanChanged).await),
        Err(error) => Err(error),
    };
    form("plan", "/plans").keep("plan", &plan).answer(&visit, done).await
}

/// Cancels the plan at the end of its period, or revokes the cancellation.
#[server(endpoint = "plan-end")]
pub async fn end_plan(#[server(default)] end: bool) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let change = PlanChange { plan: None, cancel_at_period_end: Some(end) };
    let changed = billing::change_plan(&visit.desk, &actor, change).await;
    let notice = if end { PageNotice::PlanEnding } else { PageNotice::PlanKept };
    let done = match changed {
        Ok(_) => Ok(done(&visit, &actor, notice).await),
        Err(error) => Err(error),
    };
    form("plan-end", "/billing").answer(&visit, done).await
}

/// Success, with the name of the user's plan. The change is done, so a plan that cannot be read is not named.
async fn done(visit: &Visit, actor: &Actor, notice: PageNotice) -> Done {
    let done = Done::at("/billing").with_notice(notice);
    match plan::plan_of(&visit.desk, actor).await {
        Ok(plan) => done.about(domain::plan::title(&plan.name)),
        Err(_) => done,
    }
}
