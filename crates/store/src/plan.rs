//! Plans, which are created by the migrations, and the plans granted by admins.

use crate::{Result, Source, Tx};
use domain::{Micros, Plan, PlanId, UserId, plan::Limits};
use sqlx::FromRow;

#[derive(FromRow)]
struct Row {
    id: PlanId,
    name: String,
    public: bool,
    monthly_price_usd: i64,
    max_balance_usd: Option<i64>,
    max_api_key: Option<i64>,
    strategy_automated: bool,
    manual_keys: bool,
}

impl From<Row> for Plan {
    fn from(row: Row) -> Self {
        let Row { id, name, public, monthly_price_usd, max_balance_usd, max_api_key, .. } = row;
        let Row { strategy_automated, manual_keys, .. } = row;
        let limits = Limits { max_balance_usd, max_api_key, strategy_automated, manual_keys };
        Self { id, name, public, monthly_price_usd, limits }
    }
}

select! {
    plans -> Row,
    "id, name, public, monthly_price_usd, max_balance_usd, max_api_key, strategy_automated, \
     manual_keys",
    "from plans"
}

/// Lists the public plans, cheapest first.
pub async fn list_public(from: impl Source) -> Result<Vec<Plan>> {
    let rows = plans!(from, fetch_all, "where public = true order by position")?;
    Ok(rows.into_iter().map(Plan::from).collect())
}

/// Returns the plan with a name, public or not.
pub async fn by_name(from: impl Source, name: &str) -> Result<Option<Plan>> {
    let row = plans!(from, fetch_optional, "where name = $1", name)?;
    Ok(row.map(Plan::from))
}

/// Returns the plan with an id, public or not.
pub async fn get_plan(from: impl Source, id: PlanId) -> Result<Option<Plan>> {
    let row = plans!(from, fetch_optional, "where id = $1", id)?;
    Ok(row.map(Plan::from))
}

/// Returns the plan that an admin granted to a user, if any.
pub async fn granted_plan(from: impl Source, user: UserId) -> Result<Option<Plan>> {
    let row = plans!(
        from,
        fetch_optional,
        "where id = (select plan_id from plan_grants where user_id = $1)",
        user
    )?;
    Ok(row.map(Plan::from))
}

/// Grants a plan to a user, replacing an earlier grant.
pub async fn grant_plan(
    tx: &mut Tx,
    user: UserId,
    plan: PlanId,
    by: Option<UserId>,
    at: Micros,
) -> Result<()> {
    exec!(
        tx,
        "insert into plan_grants (user_id, plan_id, granted_by, granted_at) values ($1, $2, $3, $4) \
         on conflict (user_id) do update set plan_id = excluded.plan_id, granted_by = excluded.granted_by, \
           granted_at = excluded.granted_at",
        user,
        plan,
        by,
        at
    )?;
    Ok(())
}

/// Revokes a granted plan; returns whether there was one.
pub async fn take_back(tx: &mut Tx, user: UserId) -> Result<bool> {
    Ok(exec!(tx, "delete from plan_grants where user_id = $1", user)? == 1)
}
