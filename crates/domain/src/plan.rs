//! What a plan allows (house.md, "Plans").

use crate::{Decimal, PlanId};
use serde::{Deserialize, Serialize};

/// A subscription plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// `FREE`, `BASIC`, ...
    pub name: String,
    /// Listed to everyone, or given by the operator.
    pub public: bool,
    /// Monthly price in whole USD.
    pub monthly_price_usd: i64,
    /// What it allows.
    pub limits: Limits,
}

/// The limits of a plan, in the mode this install runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Highest total balance in whole USD; none without a limit.
    pub max_balance_usd: Option<i64>,
    /// Most exchange keys; none without a limit.
    pub max_api_key: Option<i64>,
    /// May follow strategies.
    pub strategy_automated: bool,
    /// May create keys through the 3Commas door.
    pub manual_keys: bool,
}

impl Limits {
    /// In sandbox mode the free plan limits nothing.
    pub const UNLIMITED: Self =
        Self { max_balance_usd: None, max_api_key: None, strategy_automated: true, manual_keys: true };

    /// Everything that either allows: who has two plans has no less than with one.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let more = |one: Option<i64>, two: Option<i64>| Some(one?.max(two?));
        Self {
            max_balance_usd: more(self.max_balance_usd, other.max_balance_usd),
            max_api_key: more(self.max_api_key, other.max_api_key),
            strategy_automated: self.strategy_automated || other.strategy_automated,
            manual_keys: self.manual_keys || other.manual_keys,
        }
    }

    /// Whether `present` keys are no more than allowed.
    #[must_use]
    pub fn covers_keys(&self, present: i64) -> bool {
        self.max_api_key.is_none_or(|max| present <= max)
    }

    /// Whether one more key fits beside `present` ones.
    #[must_use]
    pub fn allows_key(&self, present: i64) -> bool {
        self.max_api_key.is_none_or(|max| present < max)
    }

    /// Whether a total balance of `usd` fits.
    #[must_use]
    pub fn allows_balance(&self, usd: Decimal) -> bool {
        self.max_balance_usd.is_none_or(|max| usd <= Decimal::from(max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_inclusive() {
        let free = Limits {
            max_balance_usd: Some(500),
            max_api_key: Some(1),
            strategy_automated: false,
            manual_keys: false,
        };
        assert!(free.allows_key(0) && !free.allows_key(1));
        assert!(free.allows_balance(Decimal::from(500)) && !free.allows_balance(Decimal::new(50_001, 2)));
        assert!(Limits::UNLIMITED.allows_key(1_000_000));
    }

    #[test]
    fn two_plans_allow_what_either_does() {
        let small = Limits {
            max_balance_usd: Some(500),
            max_api_key: Some(3),
            strategy_automated: false,
            manual_keys: true,
        };
        let large = Limits {
            max_balance_usd: Some(2_500),
            max_api_key: None,
            strategy_automated: true,
            manual_keys: false,
        };
        let both = Limits {
            max_balance_usd: Some(2_500),
            max_api_key: None,
            strategy_automated: true,
            manual_keys: true,
        };
        assert_eq!((small.or(large), large.or(small)), (both, both));
        assert!(small.covers_keys(3) && !small.covers_keys(4));
    }
}
