//! The history of a trade: its state before and after each change.

use super::{Automation, StopChange, TargetShare, TradeChange};
use crate::{Decimal, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// The kind of a change in a trade's history.
    pub ChangeKind {
        /// Its stop or its take-profits were changed.
        Protection = "PROTECTION",
        /// Its stop was moved to breakeven.
        Breakeven = "BREAKEVEN",
        /// A part of its position was closed.
        Reduce = "REDUCE",
        /// Its position was increased.
        Add = "ADD",
        /// The rest of its entry was cancelled.
        CancelEntry = "CANCEL_ENTRY",
        /// The desk moved its stop to breakeven after a take-profit.
        BreakevenAfter = "BREAKEVEN_AFTER",
        /// The desk moved its trailing stop.
        Trail = "TRAIL",
        /// Its position, which was opened elsewhere, was adopted.
        Adopt = "ADOPT",
        /// A limit order that closes a part of its position was placed.
        ReduceLimit = "REDUCE_LIMIT",
        /// The desk closes it, because it has been open for as long as its owner allows.
        TimeLimit = "TIME_LIMIT",
    }
}

impl ChangeKind {
    /// Returns who decided it, if that was the desk and not the trade's owner.
    #[must_use]
    pub const fn decided_by_desk(self) -> Option<&'static str> {
        match self {
            Self::BreakevenAfter => Some("desk (breakeven after take profit)"),
            Self::Trail => Some("desk (trailing stop)"),
            Self::TimeLimit => Some("desk (time limit)"),
            Self::Protection
            | Self::Breakeven
            | Self::Reduce
            | Self::Add
            | Self::CancelEntry
            | Self::Adopt
            | Self::ReduceLimit => None,
        }
    }
}

/// A trade before or after a change. The parts that the change does not concern are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TradeSnapshot {
    /// The kind of the change; absent before it, and in changes that earlier versions recorded.
    pub kind: Option<ChangeKind>,
    /// The stop.
    pub stop: Option<StopChange>,
    /// The take-profits.
    pub targets: Option<Vec<TargetShare>>,
    /// The amount in base units: what is held, or what was ordered while the entry rests.
    pub amount: Option<Decimal>,
    /// The settings of its automation.
    pub automation: Option<Automation>,
}

impl TradeSnapshot {
    /// Returns a snapshot of an amount in base units.
    #[must_use]
    pub fn of_amount(amount: Decimal) -> Self {
        Self { amount: Some(amount), ..Self::default() }
    }
}

impl From<TradeChange> for TradeSnapshot {
    fn from(change: TradeChange) -> Self {
        Self { stop: change.stop, targets: change.targets, ..Self::default() }
    }
}
