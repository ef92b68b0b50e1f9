//! First-day limits.

use super::{Iso, Num};
use domain::first_day::FirstDayLimits;
use serde::Serialize;
use utoipa::ToSchema;

/// The first-day limits that apply to an exchange key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstDay {
    /// The highest value of one order in USD; dollar stablecoins count at par.
    pub cap_usd: Num,
    /// The only market that new orders may trade; `null` until the first order.
    #[schema(example = "BTC/USDT")]
    pub symbol: Option<String>,
    /// When the key was connected.
    pub started_at: Iso,
    /// When the limits end by themselves; `null` if only the user ends them.
    pub ends_at: Option<Iso>,
}

impl From<FirstDayLimits> for FirstDay {
    fn from(limits: FirstDayLimits) -> Self {
        Self {
            cap_usd: Num(limits.cap_usd),
            symbol: limits.market.map(|market| market.to_string()),
            started_at: Iso(limits.started_at),
            ends_at: limits.ends_at.map(Iso),
        }
    }
}
