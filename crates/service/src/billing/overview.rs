//! What the pages about plans show.

use super::{gateway, history, live, obstacles};
use crate::{Actor, Desk, Result, plan};
use domain::{
    BillingOperationId, Micros, Plan, Refusal,
    subscription::{Invoice, State, Subscription},
};
use store::{billing::Status, subscription::Kept};

/// A plan that is offered to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The plan, with its own limits.
    pub plan: Plan,
    /// It is what they pay for.
    pub current: bool,
    /// What stands in its way.
    pub obstacles: Vec<Refusal>,
    /// What changing to it would charge at once, in cents, after the kept credit; less than nothing is kept for later invoices. None without a
    /// subscription, and while the provider does not answer.
    pub due: Option<i64>,
}

/// How far a payment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The provider has not sent word yet; where to pay, while that page is open.
    ForWord(Option<String>),
    /// The plan is in force.
    Done,
    /// Nothing was paid there, and nothing can be any more.
    Over,
}

/// A plan that gives nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapsed {
    /// Its name.
    pub plan: String,
    /// When that was noticed.
    pub at: Micros,
    /// Its last payment was declined.
    pub unpaid: bool,
}

/// How a person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The plan of everyone.
    pub free: Plan,
    /// What they have beside it.
    pub held: plan::Held,
    /// What they pay for, and the plan that it is for.
    pub subscription: Option<(Subscription, Plan)>,
    /// What they paid for last, where that is over.
    pub lapsed: Option<Lapsed>,
    /// What is kept for their next invoices, in cents; nothing as well while the provider does not answer.
    pub credit: i64,
    /// Where an invoice waits to be paid.
    pub open_invoice: Option<String>,
    /// What was paid; none while the provider does not answer.
    pub invoices: Option<Vec<Invoice>>,
    /// Whether plans can be bought here.
    pub for_sale: bool,
}

/// How the actor stands.
///
/// # Errors
/// When the database cannot be asked. A provider that does not answer leaves out what it alone knows.
pub async fn overview(desk: &Desk, actor: &Actor) -> Result<Overview> {
    let subscription = match live(desk, actor.user).await? {
        Some(kept) => store::plan::get(&desk.db, kept.plan_id).await?.map(|plan| (kept.told, plan)),
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
        free: plan::free(desk).await?,
        held: plan::held(desk, actor).await?,
        subscription,
        lapsed,
        credit,
        open_invoice,
        invoices: history(desk, actor).await.ok(),
        for_sale: gateway(desk).is_some(),
    })
}

async fn lapsed(desk: &Desk, actor: &Actor) -> Result<Option<Lapsed>> {
    let all = store::subscription::of_user(&desk.db, actor.user).await?;
    let over = |kept: Kept| kept.told_lapsed.map(|at| (kept, at));
    let Some((kept, at)) = all.into_iter().rev().find_map(over) else { return Ok(None) };
    let plan = store::plan::get(&desk.db, kept.plan_id).await?;
    let unpaid = kept.told_failed == Some(kept.told.period_start);
    Ok(plan.map(|plan| Lapsed { plan: plan.name, at, unpaid }))
}

/// The public plans as they are for somebody, or for anyone.
///
/// # Errors
/// When the database cannot be asked.
pub async fn offers(desk: &Desk, actor: Option<&Actor>) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    let kept = match actor {
        Some(actor) => live(desk, actor.user).await?,
        None => None,
    };
    for plan in plan::list(desk).await? {
        let current = kept.as_ref().is_some_and(|kept| kept.plan_id == plan.id);
        let obstacles = match actor {
            Some(actor) if !current => obstacles(desk, actor.user, &plan).await?,
            _ => Vec::new(),
        };
        let due = match (gateway(desk), &kept) {
            (Some(gateway), Some(kept)) if !current => match gateway.price(&plan).await {
                Ok(price) => gateway.preview(&kept.told, &price).await.ok(),
                Err(_) => None,
            },
            _ => None,
        };
        offers.push(Offer { plan, current, obstacles, due });
    }
    Ok(offers)
}

impl Waiting {
    /// How far the payment is that a browser came back from. It is looked up here only: coming back grants nothing.
    ///
    /// # Errors
    /// When the database cannot be asked. None when there is no such payment of the actor's.
    pub async fn find(desk: &Desk, actor: &Actor, id: BillingOperationId) -> Result<Option<Self>> {
        let Some(op) = store::billing::operation(&desk.db, actor.user, id).await? else { return Ok(None) };
        let done = plan::held(desk, actor).await?.paid.is_some();
        Ok(Some(match op.status {
            _ if done => Self::Done,
            Status::Working | Status::Open => Self::ForWord(op.url),
            Status::Done | Status::Failed => Self::Over,
        }))
    }
}
