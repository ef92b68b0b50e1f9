//! Deadlines: times at which something happens to an account.

use super::{AccountId, AlgoOrder, Order};
use crate::market::Pair;
use domain::Micros;
use serde::{Deserialize, Serialize};

/// The action at a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum DueAction {
    /// A GTD order expires.
    Order(u64),
    /// A conditional GTD order expires.
    Algo(u64),
    /// The open orders of a perpetual are cancelled.
    Countdown(Pair),
}

/// A time at which something happens to an account, sorted by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Deadline {
    pub(super) at: Micros,
    pub(super) account: AccountId,
    pub(super) action: DueAction,
}

impl Deadline {
    /// When a GTD order expires; `None` for an order without a date.
    pub(super) fn of_order(account: AccountId, order: &Order) -> Option<Self> {
        order.terms.good_till.map(|at| Self { at, account, action: DueAction::Order(order.id) })
    }

    /// When a conditional GTD order expires; `None` for an order without a date.
    pub(super) fn of_algo(account: AccountId, algo: &AlgoOrder) -> Option<Self> {
        algo.terms.good_till.map(|at| Self { at, account, action: DueAction::Algo(algo.id) })
    }
}
