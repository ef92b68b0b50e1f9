//! Follows.

use super::{Iso, Num};
use domain::follow::Follow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// "List Exchange Key Follows".
#[derive(Debug, Serialize, ToSchema)]
pub struct Follows {
    /// Follows of the key, oldest first.
    pub items: Vec<FollowItem>,
}

/// A follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowItem {
    pub id: Uuid,
    pub active: bool,
    pub created_at: Iso,
    pub updated_at: Iso,
    #[serde(rename = "StrategyAutomated")]
    pub strategy: FollowedStrategy,
    #[serde(rename = "StrategyRiskProfile")]
    pub profile: FollowedProfile,
}

/// The strategy of a follow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowedStrategy {
    pub id: Uuid,
    pub active: bool,
    #[schema(example = "BINANCE")]
    pub exchange_id: &'static str,
    #[schema(example = "BTC/USDT")]
    pub symbol: String,
}

/// The risk profile of a follow.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)] // the fields are the document's
pub struct FollowedProfile {
    pub id: Uuid,
    #[schema(example = 1.5)]
    pub percentage: Num,
}

impl From<Follow> for FollowItem {
    fn from(follow: Follow) -> Self {
        Self {
            id: follow.id.0,
            active: follow.active,
            created_at: Iso(follow.created_at),
            updated_at: Iso(follow.updated_at),
            strategy: FollowedStrategy {
                id: follow.strategy.id.0,
                active: follow.strategy.active,
                exchange_id: follow.strategy.exchange_id.word(),
                symbol: follow.strategy.symbol.to_string(),
            },
            profile: FollowedProfile { id: follow.profile.id.0, percentage: Num(follow.profile.percentage) },
        }
    }
}

impl From<Vec<Follow>> for Follows {
    fn from(follows: Vec<Follow>) -> Self {
        Self { items: follows.into_iter().map(FollowItem::from).collect() }
    }
}
