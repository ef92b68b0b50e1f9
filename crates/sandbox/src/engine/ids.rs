//! Counters of the ids that the exchange assigns.

use serde::{Deserialize, Serialize};

/// The last id assigned of each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ids {
    account: u64,
    order: u64,
    algo: u64,
    trade: u64,
    income: u64,
    /// Snapshots written before order lists and amendments existed lack both.
    #[serde(default)]
    list: u64,
    #[serde(default)]
    execution: u64,
}

impl Default for Ids {
    fn default() -> Self {
        // Binance counts conditional orders separately, in a distant range, so that a list of both has no
        // duplicate ids.
        Self { account: 0, order: 0, algo: 1_000_000_000_000, trade: 0, income: 0, list: 0, execution: 0 }
    }
}

macro_rules! counters {
    ($($name:ident)*) => {
        impl Ids {$(
            pub(super) const fn $name(&mut self) -> u64 {
                self.$name += 1;
                self.$name
            }
        )*}
    };
}
counters! { account order algo trade income list execution }
