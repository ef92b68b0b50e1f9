//! Subscription plans and their limits.

use crate::{Decimal, PlanId};
use serde::{Deserialize, Serialize};

/// A subscription plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Id of the plan.
    pub id: PlanId,
    /// Name of the plan: `FREE`, `BASIC`, ...
    pub name: String,
    /// Whether it is listed publicly; otherwise it is granted by an admin.
    pub public: bool,
    /// Monthly price in whole USD.
    pub monthly_price_usd: i64,
    /// Limits of the plan.
    pub limits: Limits,
}

/// Formats a plan's name for users: `BASIC` becomes `Basic`. Only ASCII letters change: the tables for all others would be
/// part of every page's wasm.
#[must_use]
pub fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase().to_string()).unwrap_or_default();
    first + &letters.as_str().to_ascii_lowercase()
}

/// The limits of a plan, in the mode of this installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Maximum total balance in whole USD; `None` means unlimited.
    pub max_balance_usd: Option<i64>,
    /// Maximum number of exchange keys; `None` means unlimited.
    pub max_api_key: Option<i64>,
    /// Whether strategies can be followed.
    pub strategy_automated: bool,
    /// Whether keys can be created through the 3Commas API.
    pub manual_keys: bool,
}

impl Limits {
    /// No limits. Used for every plan in sandbox mode, unless the settings apply plans there.
    pub const UNLIMITED: Self =
        Self { max_balance_usd: None, max_api_key: None, strategy_automated: true, manual_keys: true };

    /// Combines two sets of limits: whatever either of them allows.
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

    /// Returns whether a number of `present` keys is within the limit.
    #[must_use]
    pub fn covers_keys(&self, present: i64) -> bool {
        self.max_api_key.is_none_or(|max| present <= max)
    }

    /// Returns whether one more key is allowed in addition to `present` ones.
    #[must_use]
    pub fn allows_key(&self, present: i64) -> bool {
        self.max_api_key.is_none_or(|max| present < max)
    }

    /// Returns whether a total balance of `usd` is within the limit.
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
    fn a_plan_is_shown_with_one_capital() {
        assert_eq!([title("BASIC"), title("Pro"), title("")], ["Basic", "Pro", ""]);
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
