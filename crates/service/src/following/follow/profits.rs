//! The profit of each follow: the results of its ended copies.

use crate::{actor::Actor, error::Result, following::Following, platform::time_zone::Zone};
use domain::{Decimal, FollowId};
use std::collections::HashMap;

/// The profit of a follow's ended copies, in USD, fees and funding deducted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowProfit {
    /// Profit of the copies that ended since midnight in the user's time zone.
    pub today: Decimal,
    /// Profit of all ended copies.
    pub total: Decimal,
    /// Number of ended copies with a known result.
    pub ended: usize,
}

/// Returns the profit of each of the user's follows that has an ended copy.
///
/// # Errors
/// If the database cannot be queried.
pub async fn profits(desk: &Following, actor: &Actor) -> Result<HashMap<FollowId, FollowProfit>> {
    let rows = store::copy::list_profits(&desk.db, actor.user).await?;
    let zone = Zone::named(rows.first().and_then(|row| row.time_zone.as_deref()));
    let midnight = zone.midnight(zone.local(desk.clock.now()).date());
    let mut all: HashMap<FollowId, FollowProfit> = HashMap::new();
    for row in rows {
        let Some(profit) = row.profit_usd else { continue };
        let one = all.entry(row.follow_id).or_default();
        one.total += profit.0;
        one.ended += 1;
        if row.finished_at.is_some_and(|at| at >= midnight) {
            one.today += profit.0;
        }
    }
    Ok(all)
}
