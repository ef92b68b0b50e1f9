//! Injected rejections of conditional orders at the time they trigger, for tests.

use super::{AccountId, CommandResult, Reject, markets::MarketState};
use crate::market::Pair;
use serde::{Deserialize, Serialize};

/// Rejects a number of triggered conditional orders, or all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerRejection {
    /// The account whose orders are rejected; `None` means every account.
    pub account: Option<AccountId>,
    /// The perpetual whose orders are rejected; `None` means every perpetual.
    pub pair: Option<Pair>,
    /// How many more orders are rejected; `None` means all until cleared. Zero clears the rejections of the
    /// given account and pair, where `None` matches any.
    pub left: Option<u32>,
    /// The reason reported to the order's owner.
    pub reason: Reject,
}

/// Adds a rejection, or clears matching ones.
pub(super) fn set(markets: &mut MarketState, rejection: TriggerRejection) -> CommandResult {
    if rejection.left == Some(0) {
        let TriggerRejection { account, pair, .. } = rejection;
        markets.rejections.retain(|old| {
            let meant = (account.is_none() || old.account == account) && (pair.is_none() || old.pair == pair);
            !meant
        });
    } else {
        markets.rejections.push(rejection);
    }
    CommandResult::Done
}

/// Rejects a triggered order if a rejection matches it, and uses up one count of that rejection.
pub(super) fn take(markets: &mut MarketState, account: AccountId, pair: Pair) -> Result<(), Reject> {
    let meant = |r: &TriggerRejection| {
        r.account.is_none_or(|id| id == account) && r.pair.is_none_or(|other| other == pair)
    };
    let Some(index) = markets.rejections.iter().position(meant) else { return Ok(()) };
    let reason = markets.rejections[index].reason.clone();
    match &mut markets.rejections[index].left {
        Some(left) if *left > 1 => *left -= 1,
        Some(_) => {
            markets.rejections.remove(index);
        }
        None => {}
    }
    Err(reason)
}
