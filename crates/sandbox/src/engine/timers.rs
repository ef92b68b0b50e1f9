//! Handling of deadlines: orders with a date expire, and timers cancel orders.

use super::{
    Account, AlgoStatus, CommandResult, Engine, OrderRef, Reject, Status, Which, cancel,
    deadline::{Deadline, DueAction},
    ending,
    markets::MarketState,
};
use crate::market::{MarketId, Pair};
use domain::time;

/// Longest countdown: no client has a use for more, and the sum with the present cannot overflow.
const LONGEST: u64 = 365 * 24 * 3_600_000;

/// Sets the timer that cancels the open orders of a perpetual, or stops it if `millis` is zero.
pub(super) fn set_countdown(
    markets: &mut MarketState,
    account: &mut Account,
    pair: Pair,
    millis: u64,
) -> Result<CommandResult, Reject> {
    let action = DueAction::Countdown(pair);
    if let Some(at) = account.state.countdowns.remove(&pair) {
        markets.deadlines.remove(&Deadline { at, account: account.id, action });
    }
    if millis > 0 {
        let millis = i64::try_from(millis.min(LONGEST)).unwrap_or(0);
        let at = markets.now.plus(millis * (time::SECOND / 1_000));
        account.state.countdowns.insert(pair, at);
        markets.deadlines.insert(Deadline { at, account: account.id, action });
    }
    Ok(CommandResult::Done)
}

/// Stops all of an account's timers.
pub(super) fn stop_countdowns(markets: &mut MarketState, account: &mut Account) {
    for (pair, at) in std::mem::take(&mut account.state.countdowns) {
        markets.deadlines.remove(&Deadline { at, account: account.id, action: DueAction::Countdown(pair) });
    }
}

impl Engine {
    /// Carries out what is due.
    pub(super) fn meet_deadlines(&mut self) {
        while let Some(due) = self.markets.deadlines.first().copied().filter(|d| d.at <= self.markets.now) {
            self.markets.deadlines.remove(&due);
            if let Some(account) = self.accounts.get_mut(&due.account) {
                meet(&mut self.markets, account, due);
            }
        }
    }
}

fn meet(markets: &mut MarketState, account: &mut Account, due: Deadline) {
    match due.action {
        DueAction::Order(id) => {
            let open = account.futures_orders.find(&OrderRef::Id(id));
            if open.is_some_and(|order| order.terms.good_till == Some(due.at))
                && let Some(order) = ending::end(markets, account, id, Status::Expired)
            {
                ending::after(markets, account, &order, false);
            }
        }
        DueAction::Algo(id) => {
            let waiting = account.algos.find(&OrderRef::Id(id)).filter(|a| a.status == AlgoStatus::New);
            if waiting.is_some_and(|algo| algo.terms.good_till == Some(due.at)) {
                ending::end_algo(markets, account, id, AlgoStatus::Expired);
            }
        }
        DueAction::Countdown(pair) => {
            account.state.countdowns.remove(&pair);
            cancel::cancel_all_orders(markets, account, MarketId::futures(pair), Which::Plain, None);
        }
    }
}
