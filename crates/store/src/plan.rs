//! Plans. The migrations bring those of the house; nothing else writes them yet.

use crate::{Result, Source};
use domain::{Plan, PlanId, plan::Limits};
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

/// The plans that everyone may see, cheapest first.
///
/// # Errors
/// A fault.
pub async fn list_public(from: impl Source) -> Result<Vec<Plan>> {
    let rows = rows!(
        Row,
        from,
        fetch_all,
        "select id, name, public, monthly_price_usd, max_balance_usd, max_api_key, strategy_automated, manual_keys \
         from plans where public = true order by position"
    )?;
    Ok(rows.into_iter().map(Plan::from).collect())
}

/// The plan of this name, public or not.
///
/// # Errors
/// A fault.
pub async fn by_name(from: impl Source, name: &str) -> Result<Option<Plan>> {
    let row = rows!(
        Row,
        from,
        fetch_optional,
        "select id, name, public, monthly_price_usd, max_balance_usd, max_api_key, strategy_automated, manual_keys \
         from plans where name = $1",
        name
    )?;
    Ok(row.map(Plan::from))
}
