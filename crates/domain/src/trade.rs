//! An open trade: what its owner may change while it is open, and how its take-profits share its amount.
//!
//! A trade is what one opening order made: its position, or its share of it, with a stop and take-profits. Its id is
//! that of the order's intent.

mod allotment;
mod automation;
mod history;

pub use allotment::{allot, hand_out};
pub use automation::{
    ATR_CANDLES, Automation, AutomationChange, AutomationFacts, LONGEST_TIME_LIMIT, PriceSource, Setting,
    atr_percent, better_price,
};
pub use history::{ChangeKind, TradeSnapshot};

use crate::money::Arithmetic as _;
use crate::{
    Decimal, IntentId, Market, Side, dec, money,
    ticket::{MOST_TARGETS, Stop},
    validation::{FieldProblem, Problem},
};
use serde::{Deserialize, Serialize};

/// Shares that add up to at least this are the whole: a third, shown with four decimals three times, is 0.9999.
const ALMOST_ALL: Decimal = dec!(0.999);

/// A take-profit: the price at which a share of the position is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetShare {
    /// Price in quote units.
    pub price: Decimal,
    /// Share of the position, above 0 and at most 1.
    pub share: Decimal,
}

/// The open trade of a market, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTrade {
    /// The id of the intent that opened it.
    pub id: IntentId,
    /// Grows with each change of its stop and take-profits.
    pub version: i64,
    /// Side of the entry.
    pub side: Side,
    /// Client order id of the entry while it rests at the exchange.
    pub entry: Option<String>,
    /// Filled amount of the entry in base units; zero while nothing has filled.
    pub entered: Decimal,
    /// The wanted stop.
    pub stop: Option<Stop>,
    /// The wanted take-profits that have not filled, with their shares of `entered`; of the ordered amount while
    /// nothing has filled.
    pub targets: Vec<TargetShare>,
    /// The moves of its stop and the close that the desk decides by itself.
    pub automation: Automation,
}

/// A change of a trade's stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopChange {
    /// The stop is moved here, or placed if there is none.
    Set(Stop),
    /// The stop is removed. The position stays open without one.
    Remove {
        /// Whether the owner has confirmed it.
        confirmed: bool,
    },
}

/// A change of a trade's protection. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeChange {
    /// The new stop.
    pub stop: Option<StopChange>,
    /// The new take-profits, which replace all earlier ones; an empty list removes them.
    pub targets: Option<Vec<TargetShare>>,
    /// The change of what the desk does by itself.
    pub automation: AutomationChange,
}

/// The state of a trade and its market that a change is checked against.
#[derive(Clone, Copy, Debug)]
pub struct TradeFacts<'a> {
    /// The market's rules.
    pub market: &'a Market,
    /// Side of the entry.
    pub side: Side,
    /// The amount that stop and take-profits share, in base units.
    pub amount: Decimal,
    /// Prices that the stop must not have passed: last and mark price, or the price of an entry that rests.
    pub prices: &'a [Decimal],
    /// The price at which the exchange liquidates the position, if it may.
    pub liquidation: Option<Decimal>,
}

impl TradeChange {
    /// Returns whether nothing would change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.stop.is_none() && self.targets.is_none() && self.automation.is_empty()
    }

    /// Checks the new stop and take-profits against the market and its price. The automation has its own check.
    ///
    /// # Errors
    /// All problems together.
    pub fn check(&self, facts: &TradeFacts<'_>) -> Result<(), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        match self.stop {
            Some(StopChange::Set(stop)) => check_stop(stop, facts, &mut problems),
            Some(StopChange::Remove { confirmed: false }) => {
                problems.push(FieldProblem::new("confirmNoStop", Problem::Required));
            }
            Some(StopChange::Remove { confirmed: true }) | None => {}
        }
        if let Some(targets) = &self.targets {
            check_targets(targets, facts, &mut problems);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

fn check_stop(stop: Stop, facts: &TradeFacts<'_>, problems: &mut Vec<FieldProblem>) {
    let TradeFacts { market, side, .. } = *facts;
    let loses = |price: &Decimal| gains(side, stop.trigger, *price);
    if market.check_price(stop.trigger).is_err() {
        problems.push(FieldProblem::new("stopTriggerPrice", Problem::PriceFilter));
    } else if !facts.prices.iter().all(loses) {
        problems.push(FieldProblem::new("stopTriggerPrice", Problem::StopOnWrongSide));
    } else if facts.liquidation.is_some_and(|price| !gains(side, price, stop.trigger)) {
        problems.push(FieldProblem::new("stopTriggerPrice", Problem::StopBeyondLiquidation));
    }
    if stop.limit.is_some_and(|price| market.check_price(price).is_err()) {
        problems.push(FieldProblem::new("stopPrice", Problem::PriceFilter));
    }
}

fn check_targets(targets: &[TargetShare], facts: &TradeFacts<'_>, problems: &mut Vec<FieldProblem>) {
    const PRICES: &str = "takeProfitPrices";
    const SHARES: &str = "takeProfitShares";
    let TradeFacts { market, side, amount, .. } = *facts;
    if targets.len() > MOST_TARGETS {
        problems.push(FieldProblem::new(PRICES, Problem::TooManyTargets));
        return;
    }
    let wins = |target: &TargetShare| facts.prices.iter().all(|price| gains(side, *price, target.price));
    if targets.iter().any(|target| market.check_price(target.price).is_err()) {
        problems.push(FieldProblem::new(PRICES, Problem::PriceFilter));
    } else if !targets.iter().all(wins) {
        problems.push(FieldProblem::new(PRICES, Problem::TargetOnWrongSide));
    }
    if targets.iter().any(|target| target.share <= Decimal::ZERO || target.share > Decimal::ONE) {
        problems.push(FieldProblem::new(SHARES, Problem::NotShare));
    } else if targets.iter().map(|target| target.share).sum::<Decimal>() > Decimal::ONE {
        problems.push(FieldProblem::new(SHARES, Problem::SharesTooMany));
    } else {
        let amounts = target_amounts(targets, amount, market.lot);
        if amounts.is_none_or(|all| all.iter().any(|amount| *amount < market.min_amount)) {
            problems.push(FieldProblem::new(SHARES, Problem::TargetTooSmall));
        }
    }
}

/// Whether a position entered on this side gains when the price goes from `from` to `to`.
#[must_use]
pub fn gains(side: Side, from: Decimal, to: Decimal) -> bool {
    match side {
        Side::Buy => to > from,
        Side::Sell => to < from,
    }
}

/// Splits `amount` over the take-profits by their shares. Each is rounded down to the lot; the last one takes what is
/// left of the shared part, so that all together never exceed `amount`. `None` if one would be zero, if the shares add
/// up to more than 1, or if numbers overflow.
#[must_use]
pub fn target_amounts(targets: &[TargetShare], amount: Decimal, lot: Decimal) -> Option<Vec<Decimal>> {
    let Some((_, first)) = targets.split_last() else { return Some(Vec::new()) };
    let total: Decimal = targets.iter().map(|target| target.share).sum();
    if total > Decimal::ONE {
        return None;
    }
    let total = if total >= ALMOST_ALL { Decimal::ONE } else { total };
    let part = |share: Decimal| Some(money::floor_to(amount.times(share)?, lot));
    let mut amounts = first.iter().map(|target| part(target.share)).collect::<Option<Vec<_>>>()?;
    amounts.push(part(total)?.minus(amounts.iter().sum())?);
    amounts.iter().all(|amount| *amount > Decimal::ZERO).then_some(amounts)
}

/// Fits the amounts of take-profits to a position that was reduced from `before` to `after`: each keeps its share. One
/// that would be smaller than the market's smallest amount becomes zero and leaves its part to the one after it, or
/// at the end to the last one that is large enough.
#[must_use]
pub fn fit_targets(amounts: &[Decimal], before: Decimal, after: Decimal, market: &Market) -> Vec<Decimal> {
    let total: Decimal = amounts.iter().sum();
    let scaled = |amount: Decimal| amount.min(before).times(after)?.over(before);
    let mut left = money::floor_to(scaled(total).unwrap_or_default(), market.lot).min(after);
    let mut carried = Decimal::ZERO;
    let mut fitted = Vec::with_capacity(amounts.len());
    for amount in amounts {
        let wanted = scaled(*amount).unwrap_or_default() + carried;
        let part = money::floor_to(wanted, market.lot).min(left);
        let kept = if part >= market.min_amount { part } else { Decimal::ZERO };
        carried = wanted - kept;
        left -= kept;
        fitted.push(kept);
    }
    if let Some(last) = fitted.iter_mut().rev().find(|amount| **amount > Decimal::ZERO) {
        *last += left;
    }
    fitted
}

/// Returns the amount that a share of a position has, rounded down to the lot; all of it for a share of 1. `None` if
/// the share is not above 0 and at most 1.
#[must_use]
pub fn share_of(held: Decimal, share: Decimal, lot: Decimal) -> Option<Decimal> {
    if share <= Decimal::ZERO || share > Decimal::ONE {
        return None;
    }
    if share == Decimal::ONE {
        return Some(held);
    }
    Some(money::floor_to(held.times(share)?, lot))
}

/// Returns the amount of a partial exit of `percent` of a position: rounded down to the lot, at least the market's smallest
/// amount, and so that at least that much is left. `None` if the position is too small to be divided, or if `percent` is
/// not above 0 and below 100.
#[must_use]
pub fn partial_exit(held: Decimal, percent: Decimal, market: &Market) -> Option<Decimal> {
    let share = percent.over(Decimal::ONE_HUNDRED).filter(|share| *share < Decimal::ONE)?;
    let amount = share_of(held, share, market.lot)?;
    let most = money::floor_to(held.minus(market.min_amount)?, market.lot);
    (most >= market.min_amount).then(|| amount.clamp(market.min_amount, most))
}

/// Returns the price at which closing a position entered at `entry` gains exactly its fees, those of the entry and of
/// the exit, rounded to the tick on the gaining side. `fee_rate` is a share of the order value. `None` if numbers
/// overflow.
#[must_use]
pub fn breakeven(side: Side, entry: Decimal, fee_rate: Decimal, tick: Decimal) -> Option<Decimal> {
    let (more, less) = (Decimal::ONE + fee_rate, Decimal::ONE - fee_rate);
    let exact = match side {
        Side::Buy => entry.times(more)?.over(less)?,
        Side::Sell => entry.times(less)?.over(more)?,
    };
    let down = money::floor_to(exact, tick);
    Some(if side == Side::Buy && down < exact { down + tick } else { down })
}

/// Returns a stop on the other side of `last`, as far away, rounded down to the tick. `None` if a price would not be
/// positive, or if numbers overflow.
#[must_use]
pub fn mirrored_stop(stop: Stop, last: Decimal, tick: Decimal) -> Option<Stop> {
    let mirror = |price: Decimal| {
        let price = money::floor_to(last.checked_add(last)?.checked_sub(price)?, tick);
        (price > Decimal::ZERO).then_some(price)
    };
    let limit = match stop.limit {
        Some(limit) => Some(mirror(limit)?),
        None => None,
    };
    Some(Stop { trigger: mirror(stop.trigger)?, limit })
}

#[cfg(test)]
mod tests;
