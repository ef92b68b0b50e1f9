//! Which plan a person has, and what it allows here.

use crate::{Actor, Desk, Error, Mode, Result};
use domain::{Plan, UserId, plan::Limits};

/// The plan of everyone without a paid subscription.
const FREE: &str = "FREE";

/// The actor's plan. In sandbox mode the free plan limits nothing.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of(desk: &Desk, actor: &Actor) -> Result<Plan> {
    of_user(desk, actor.user).await
}

/// As [`of`], for what is done in a person's name while they are away.
pub(crate) async fn of_user(desk: &Desk, _user: UserId) -> Result<Plan> {
    let plan = store::plan::by_name(&desk.db, FREE).await?;
    let mut plan = plan.ok_or_else(|| Error::fault("the plan FREE is missing"))?;
    if desk.settings.mode == Mode::Sandbox {
        plan.limits = Limits::UNLIMITED;
    }
    Ok(plan)
}

/// The plans that anyone may buy, cheapest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(desk: &Desk) -> Result<Vec<Plan>> {
    Ok(store::plan::list_public(&desk.db).await?)
}
