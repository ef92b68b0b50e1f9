//! Data of the plan and billing pages.

use super::{gateway, list_invoices, live, obstacles};
use crate::{actor::Actor, error::Result, identity::plan, money::Money};
use domain::{
    BillingOperationId, Micros, Plan, Refusal,
    subscription::{Invoice, State, Subscription},
};
use store::{billing::Status, subscription::StoredSubscription};

/// A plan as offered to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The plan, with its own limits.
    pub plan: Plan,
    /// Whether it is the plan they pay for.
    pub current: bool,
    /// Why they cannot take it.
    pub obstacles: Vec<Refusal>,
    /// The immediate charge for switching to it, in cents, after account credit; a negative amount is
    /// credited to later invoices. `None` without a subscription, and while the provider does not answer.
    pub due: Option<i64>,
}

/// Status of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The provider has not confirmed it yet; address of the checkout page while that is open.
    ForWord(Option<String>),
    /// The plan is in force.
    Done,
    /// It was not paid, and can no longer be.
    Over,
}

/// A plan that is no longer in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// Name of the plan.
    pub plan: String,
    /// Time at which the end was detected.
    pub at: Micros,
    /// Whether its last payment was declined.
    pub unpaid: bool,
}

/// A user's plan, subscription and invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The plan that every user has.
    pub free: Plan,
    /// The assigned or paid plan on top of it.
    pub held: plan::UserPlans,
    /// The subscription and its plan.
    pub subscription: Option<(Subscription, Plan)>,
    /// The last subscription, if it is over.
    pub lapsed: Option<Lapsed>,
    /// Account credit for the next invoices, in cents; zero as well while the provider does not answer.
    pub credit: i64,
    /// Address where an open invoice can be paid.
    pub open_invoice: Option<String>,
    /// Paid invoices; `None` while the provider does not answer.
    pub invoices: Option<Vec<Invoice>>,
    /// Whether plans are for sale on this desk.
    pub for_sale: bool,
}

/// Returns the actor's billing overview.
///
/// # Errors
/// When the database cannot be read. If the provider does not answer, the data it alone has are left out.
pub async fn overview(desk: &Money, actor: &Actor) -> Result<Overview> {
    let subscription = match live(desk, actor.user).await? {
        Some(kept) => {
            store::plan::get_plan(&desk.db, kept.plan_id).await?.map(|plan| (kept.subscription, plan))
        }
        None => None,
    };
    let lapsed = if subscription.is_some() { None } else { lapsed(desk, actor).await? };
    let late = subscription.as_ref().is_some_and(|(s, _)| matches!(s.state, State::PastDue | State::Unpaid));
    let customer = store::billing::customer(&desk.db, actor.user).await?;
    let (open_invoice, credit) = match (gateway(desk), customer) {
        (Some(gateway), Some(customer)) => {
            let open =
                async { if late { gateway.open_invoice(&customer).await.ok().flatten() } else { None } };
            let (open, credit) = tokio::join!(open, gateway.credit(&customer));
            (open, credit.unwrap_or(0))
        }
        _ => (None, 0),
    };
    Ok(Overview {
        free: plan::free_plan(desk).await?,
        held: plan::user_plans(desk, actor).await?,
        subscription,
        lapsed,
        credit,
        open_invoice,
        invoices: list_invoices(desk, actor).await.ok(),
        for_sale: gateway(desk).is_some(),
    })
}

async fn lapsed(desk: &Money, actor: &Actor) -> Result<Option<Lapsed>> {
    let all = store::subscription::of_user(&desk.db, actor.user).await?;
    let over = |kept: StoredSubscription| kept.told_lapsed.map(|at| (kept, at));
    let Some((kept, at)) = all.into_iter().rev().find_map(over) else { return Ok(None) };
    let plan = store::plan::get_plan(&desk.db, kept.plan_id).await?;
    let unpaid = kept.told_failed == Some(kept.subscription.period_start);
    Ok(plan.map(|plan| Lapsed { plan: plan.name, at, unpaid }))
}

/// The public plans, with current plan, obstacles and charge of the actor if there is one.
///
/// # Errors
/// When the database cannot be read.
pub async fn offers(desk: &Money, actor: Option<&Actor>) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    let kept = match actor {
        Some(actor) => live(desk, actor.user).await?,
        None => None,
    };
    for plan in plan::list_plans(desk).await? {
        let current = kept.as_ref().is_some_and(|kept| kept.plan_id == plan.id);
        let obstacles = match actor {
            Some(actor) if !current => obstacles(desk, actor.user, &plan).await?,
            _ => Vec::new(),
        };
        let due = match (gateway(desk), &kept) {
            (Some(gateway), Some(kept)) if !current => match gateway.price(&plan).await {
                Ok(price) => gateway.preview(&kept.subscription, &price).await.ok(),
                Err(_) => None,
            },
            _ => None,
        };
        offers.push(Offer { plan, current, obstacles, due });
    }
    Ok(offers)
}

/// Whether a stored address is a page of the provider. A writer of the database must not send users elsewhere.
fn is_page(desk: &Money, url: &str) -> bool {
    gateway(desk).is_some_and(|gateway| gateway.is_page(url))
}

impl Waiting {
    /// Status of the payment that a browser returned from; `None` if the actor has no such payment.
    /// Read-only: returning to the page grants nothing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(desk: &Money, actor: &Actor, id: BillingOperationId) -> Result<Option<Self>> {
        let Some(op) = store::billing::get_operation(&desk.db, actor.user, id).await? else {
            return Ok(None);
        };
        let done = plan::user_plans(desk, actor).await?.paid.is_some();
        Ok(Some(match op.status {
            _ if done => Self::Done,
            Status::Working | Status::Open => Self::ForWord(op.url.filter(|url| is_page(desk, url))),
            Status::Done | Status::Failed => Self::Over,
        }))
    }
}
