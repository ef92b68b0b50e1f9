//! Conditional orders that the matching engine is told to refuse when they trigger, for tests.

use super::{AccountId, Answer, Reject, floor::Floor};
use crate::market::Pair;
use serde::{Deserialize, Serialize};

/// Triggered conditional orders are refused: so many, or all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerRejection {
    /// Whose orders; everybody's when there is none.
    pub account: Option<AccountId>,
    /// Of which perpetual; of all when there is none.
    pub pair: Option<Pair>,
    /// How many are still refused; without a number, all until it is cleared. Zero clears what was said of the account
    /// and the pair, or of all of them where none is named.
    pub left: Option<u32>,
    /// Why, as the order's owner reads it.
    pub reason: Reject,
}

/// Adds a rejection, or clears some.
pub(super) fn set(floor: &mut Floor, rejection: TriggerRejection) -> Answer {
    if rejection.left == Some(0) {
        let TriggerRejection { account, pair, .. } = rejection;
        floor.rejections.retain(|old| {
            let meant = (account.is_none() || old.account == account) && (pair.is_none() || old.pair == pair);
            !meant
        });
    } else {
        floor.rejections.push(rejection);
    }
    Answer::Done
}

/// Why this triggered order is to be refused, if it is. Uses the rejection up.
pub(super) fn take(floor: &mut Floor, account: AccountId, pair: Pair) -> Result<(), Reject> {
    let meant = |r: &TriggerRejection| {
        r.account.is_none_or(|id| id == account) && r.pair.is_none_or(|other| other == pair)
    };
    let Some(index) = floor.rejections.iter().position(meant) else { return Ok(()) };
    let reason = floor.rejections[index].reason.clone();
    match &mut floor.rejections[index].left {
        Some(left) if *left > 1 => *left -= 1,
        Some(_) => {
            floor.rejections.remove(index);
        }
        None => {}
    }
    Err(reason)
}
