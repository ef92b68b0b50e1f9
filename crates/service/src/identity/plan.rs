//! A user's plan and its limits.

use crate::{
    actor::Actor,
    error::{Error, Result},
    identity::{Identity, step_up},
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction, Via},
        settings::Mode,
    },
};
use domain::{
    Plan, UserId,
    account::Credential,
    plan::Limits,
    validation::{self, Problem},
};

/// Name of the plan that users without a paid or assigned one have.
const FREE: &str = "FREE";

/// A user's plans on top of the free one, each with its own limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPlans {
    /// The plan of the subscription in force.
    pub paid: Option<Plan>,
    /// The plan assigned by the operator.
    pub given: Option<Plan>,
}

impl UserPlans {
    /// The plan shown as the user's plan.
    #[must_use]
    pub fn named(&self) -> Option<&Plan> {
        self.paid.as_ref().or(self.given.as_ref())
    }
}

/// The actor's plan with the effective limits, combined from all their plans.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_of(desk: &Identity, actor: &Actor) -> Result<Plan> {
    of_user(desk, actor.user).await
}

/// As [`plan_of`], for background work on behalf of a user.
pub(crate) async fn of_user(desk: &Identity, user: UserId) -> Result<Plan> {
    let (free, held) = (free_plan(desk).await?, held_by(desk, user).await?);
    let limits = together(desk, &free, &held);
    let named = held.named().cloned().unwrap_or(free);
    Ok(Plan { limits, ..named })
}

/// A user's effective limits. Unlimited in sandbox mode, unless the settings apply plans there.
pub(crate) async fn limits_of(desk: &Identity, user: UserId) -> Result<Limits> {
    if unlimited(desk) {
        return Ok(Limits::UNLIMITED);
    }
    Ok(of_user(desk, user).await?.limits)
}

/// Whether plans have no effect on this install.
pub(crate) fn unlimited(desk: &Identity) -> bool {
    desk.settings.mode == Mode::Sandbox && !desk.settings.sandbox_plan_limits
}

/// A user's limits if they paid for this plan.
pub(crate) async fn limits_with(desk: &Identity, user: UserId, plan: &Plan) -> Result<Limits> {
    let given = store::plan::granted_plan(&desk.db, user).await?;
    let held = UserPlans { paid: Some(plan.clone()), given };
    Ok(together(desk, &free_plan(desk).await?, &held))
}

fn together(desk: &Identity, free: &Plan, held: &UserPlans) -> Limits {
    if unlimited(desk) {
        return Limits::UNLIMITED;
    }
    let all = held.paid.iter().chain(&held.given);
    all.fold(free.limits, |limits, plan| limits.or(plan.limits))
}

/// The free plan.
///
/// # Errors
/// When the database cannot be read.
pub async fn free_plan(desk: &Identity) -> Result<Plan> {
    let free = store::plan::by_name(&desk.db, FREE).await?;
    free.ok_or_else(|| Error::fault("the plan FREE is missing"))
}

/// The actor's plans on top of the free one.
///
/// # Errors
/// When the database cannot be read.
pub async fn user_plans(desk: &Identity, actor: &Actor) -> Result<UserPlans> {
    held_by(desk, actor.user).await
}

async fn held_by(desk: &Identity, user: UserId) -> Result<UserPlans> {
    let now = desk.clock.now();
    let all = store::subscription::of_user(&desk.db, user).await?;
    let paid = match all.into_iter().find(|kept| kept.subscription.in_force(now)) {
        Some(kept) => store::plan::get_plan(&desk.db, kept.plan_id).await?,
        None => None,
    };
    Ok(UserPlans { paid, given: store::plan::granted_plan(&desk.db, user).await? })
}

/// The plans on sale, cheapest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_plans(desk: &Identity) -> Result<Vec<Plan>> {
    Ok(store::plan::list_public(&desk.db).await?)
}

/// Assigns a plan to a user, including private ones; FREE withdraws the assigned one. For the operator's
/// command line.
///
/// # Errors
/// [`Error::NotFound`] if no user has this e-mail; a field problem if there is no such plan.
pub async fn assign_plan(desk: &Identity, email: &str, plan: &str) -> Result<Plan> {
    assign_by(desk, None, email, plan).await
}

/// As [`assign_plan`], for an admin.
///
/// # Errors
/// As [`assign_plan`]; [`Error::Forbidden`] for anyone else; [`Error::StepUp`].
pub async fn assign_as(desk: &Identity, actor: &Actor, email: &str, plan: &str) -> Result<Plan> {
    step_up::must_be_admin(desk, actor).await?;
    assign_by(desk, Some(actor), email, plan).await
}

async fn assign_by(desk: &Identity, by: Option<&Actor>, email: &str, plan: &str) -> Result<Plan> {
    let email = validation::email(email).map_err(|p| Error::field("email", p))?;
    // Postgres rejects zero bytes; their replacement occurs in no plan name.
    let plan = store::plan::by_name(&desk.db, &plan.to_uppercase().replace('\0', "\u{fffd}")).await?;
    let plan = plan.ok_or_else(|| Error::field("plan", Problem::NotPlan))?;
    let person = store::user::by_email(&desk.db, &email).await?.ok_or(Error::NotFound)?;
    let user = by.map(|actor| actor.user);
    let mut tx = desk.db.begin().await?;
    if plan.name == FREE {
        store::plan::take_back(&mut tx, person.id).await?;
    } else {
        store::plan::grant_plan(&mut tx, person.id, plan.id, user, desk.clock.now()).await?;
    }
    // The person is the subject: it is on their own page, too.
    let about = (person.id.to_string(), plan.name.clone());
    let (action, via) = (AuditAction::PlanAssigned, Via::of(by));
    audit::record_more(desk, &mut tx, user, action, (&about.0, &about.1), via).await?;
    let about = (plan.name.as_str(), plan.name.as_str());
    announce_credential(desk, &mut tx, person.id, Credential::PlanChanged, about).await?;
    tx.commit().await?;
    Ok(plan)
}
