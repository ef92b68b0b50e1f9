//! Position sizing: the amount for a given risk, its split over the targets, and an order's estimated cost, risk
//! and reward.

mod funds;
mod levels;

pub use funds::{
    SLIPPAGE_RATE, amount_for_share, amount_of_value, available_funds, funds_needed, liquidation_price,
};
pub use levels::{ExitBase, ExitKind, LevelUnit, exit_price, exit_value, target_r};

use crate::money::Arithmetic as _;
use crate::{Decimal, Side, dec, money, ticket::ManualOrder};
use serde::{Deserialize, Serialize};

/// Returns the amount whose loss at the stop, fees of entry and exit included, is `percent` of `equity`, rounded
/// down to the lot. `None` if the stop equals the entry, there is no equity at risk, or numbers overflow.
#[must_use]
pub fn amount_at_risk(
    equity: Decimal,
    percent: Decimal,
    entry: Decimal,
    stop: Decimal,
    fee_rate: Decimal,
    lot: Decimal,
) -> Option<Decimal> {
    let risk = equity.times(percent)?.over(Decimal::ONE_HUNDRED)?;
    let fees = entry.plus(stop)?.times(fee_rate)?;
    let loss = entry.minus(stop)?.abs().plus(fees)?;
    if entry == stop || loss <= Decimal::ZERO || risk <= Decimal::ZERO {
        return None;
    }
    Some(money::floor_to(risk.over(loss)?, lot))
}

/// Returns a profit as a multiple of R, the loss of `amount` units at the stop without fees, to two decimals.
/// `None` if nothing was at risk or numbers overflow.
#[must_use]
pub fn r_multiple(profit: Decimal, entry: Decimal, stop: Decimal, amount: Decimal) -> Option<Decimal> {
    let risk = entry.minus(stop)?.abs().times(amount)?;
    if risk <= Decimal::ZERO {
        return None;
    }
    Some(profit.over(risk)?.round_dp(2))
}

/// Splits `amount` into equal shares for `count` targets, each rounded down to the lot; the last share takes the
/// remainder. `None` if a share would be zero.
#[must_use]
pub fn target_shares(amount: Decimal, count: usize, lot: Decimal) -> Option<Vec<Decimal>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let parts = Decimal::from(count);
    let share = money::floor_to(amount.over(parts)?, lot);
    if share <= Decimal::ZERO {
        return None;
    }
    let last = amount.minus(share.times(Decimal::from(count - 1))?)?;
    let mut shares = vec![share; count - 1];
    shares.push(last);
    Some(shares)
}

/// The estimated figures of an order, in quote units; losses and fees are positive numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Order value at entry.
    pub cost: Decimal,
    /// Margin required at the leverage.
    pub margin: Decimal,
    /// Fee of the entry.
    pub entry_fee: Decimal,
    /// Loss if the stop is hit, fees included; `None` without a stop.
    pub loss_at_stop: Option<Decimal>,
    /// Profit of each target's share, fees deducted, in the order of the targets.
    pub gains: Vec<Decimal>,
}

impl Preview {
    /// Returns the reward of all targets as a multiple of the loss at the stop, fees included, to two decimals. `None`
    /// without stop or targets, or if numbers overflow.
    #[must_use]
    pub fn reward_to_risk(&self) -> Option<Decimal> {
        let loss = self.loss_at_stop.filter(|loss| *loss > Decimal::ZERO && !self.gains.is_empty())?;
        let reward = self.gains.iter().try_fold(Decimal::ZERO, |sum, gain| sum.plus(*gain))?;
        Some(reward.over(loss)?.round_dp(2))
    }
}

/// Estimates an order entered at `entry`. `None` if numbers overflow.
#[must_use]
pub fn preview(
    order: &ManualOrder,
    entry: Decimal,
    leverage: u16,
    fee_rate: Decimal,
    lot: Decimal,
) -> Option<Preview> {
    let cost = order.amount.times(entry)?;
    let entry_fee = cost.times(fee_rate)?;
    let exit = |amount: Decimal, price: Decimal| -> Option<Decimal> {
        let move_ = if order.side == Side::Buy { price.minus(entry)? } else { entry.minus(price)? };
        let fees = entry.plus(price)?.times(fee_rate)?;
        amount.times(move_.minus(fees)?)
    };
    let loss_at_stop = match order.stop {
        Some(stop) => Some(-exit(order.amount, stop.limit.unwrap_or(stop.trigger))?),
        None => None,
    };
    let shares = target_shares(order.amount, order.targets.len(), lot).unwrap_or_default();
    let gains = shares
        .iter()
        .zip(&order.targets)
        .map(|(share, price)| exit(*share, *price))
        .collect::<Option<_>>()?;
    Some(Preview { cost, margin: cost.over(Decimal::from(leverage.max(1)))?, entry_fee, loss_at_stop, gains })
}

/// The maintenance margin rate assumed by estimates: that of small positions in Binance's most liquid markets. The
/// exchange's own brackets decide.
pub const MAINTENANCE_RATE: Decimal = dec!(0.004);

/// Returns whether a position reaches its stop before the exchange liquidates it. `amount` is in base units;
/// `margin`, in quote units, is what backs the position: its own margin in isolated mode, the account's balance in
/// cross mode. `None` if numbers overflow.
#[must_use]
pub fn stop_comes_first(amount: Decimal, entry: Decimal, stop: Decimal, margin: Decimal) -> Option<bool> {
    let loss = entry.minus(stop)?.abs().times(amount)?;
    let maintenance = stop.times(amount)?.times(MAINTENANCE_RATE)?;
    Some(loss.plus(maintenance)? <= margin)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        Market, TradeType,
        ticket::{Entry, Stop},
    };
    use proptest::prelude::*;

    pub(crate) fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    /// A market with a tick of 0.1 and a lot of 0.001.
    pub(crate) fn market() -> Market {
        Market {
            symbol: "BTC/USDT".parse().unwrap(),
            trade_type: TradeType::Futures,
            tick: d("0.1"),
            min_price: d("0.1"),
            max_price: d("1000000"),
            lot: d("0.001"),
            min_amount: d("0.001"),
            max_amount: d("1000"),
            min_notional: d("5"),
            price_band: (d("0.85"), d("1.15")),
        }
    }

    #[test]
    fn shares_put_the_remainder_last() {
        assert_eq!(target_shares(d("0.05"), 2, d("0.001")).unwrap(), [d("0.025"), d("0.025")]);
        assert_eq!(target_shares(d("0.1"), 3, d("0.001")).unwrap(), [d("0.033"), d("0.033"), d("0.034")]);
        assert_eq!(target_shares(d("0.002"), 3, d("0.001")), None);
    }

    #[test]
    fn a_stop_comes_before_liquidation_only_as_far_as_the_margin_lasts() {
        // One unit loses 10 at the stop, where another 0.36 is required as maintenance margin.
        let first = |margin| stop_comes_first(d("2"), d("100"), d("90"), d(margin));
        assert_eq!(first("20.72"), Some(true));
        assert_eq!(first("20.71"), Some(false));
        let short = |margin| stop_comes_first(d("2"), d("100"), d("110"), d(margin));
        assert_eq!((short("20.88"), short("20.87")), (Some(true), Some(false)));
        assert_eq!(stop_comes_first(Decimal::MAX, d("100"), d("90"), d("1")), None, "too large to calculate");
    }

    #[test]
    fn foresees_a_long() {
        let order = ManualOrder {
            symbol: "BTC/USDT".parse().unwrap(),
            side: Side::Buy,
            entry: Entry::Market,
            amount: d("1"),
            targets: vec![d("110"), d("120")],
            stop: Some(Stop { trigger: d("90"), limit: None }),
            risk_percent: None,
        };
        let seen = preview(&order, d("100"), 10, d("0.001"), d("0.5")).unwrap();
        assert_eq!((seen.cost, seen.margin), (d("100"), d("10")));
        assert_eq!(seen.loss_at_stop, Some(d("10.19")));
        assert_eq!(seen.gains, [d("4.895"), d("9.89")]);
        assert_eq!(seen.reward_to_risk(), Some(d("1.45")));
        assert_eq!(Preview { loss_at_stop: None, ..seen.clone() }.reward_to_risk(), None);
        assert_eq!(Preview { gains: Vec::new(), ..seen }.reward_to_risk(), None);
    }

    #[test]
    fn a_result_is_a_multiple_of_the_loss_at_the_stop() {
        assert_eq!(r_multiple(d("18"), d("100"), d("95"), d("2")), Some(d("1.8")));
        assert_eq!(r_multiple(d("-10.4"), d("95"), d("100"), d("2")), Some(d("-1.04")), "with fees");
        assert_eq!(r_multiple(d("5"), d("100"), d("100"), d("2")), None, "nothing was at risk");
        assert_eq!(r_multiple(d("5"), d("100"), d("95"), d("0")), None);
    }

    proptest! {
        #[test]
        fn shares_add_up(lots in 1_i64..1_000_000, count in 1_usize..=25) {
            let lot = Decimal::new(1, 3);
            let amount = lot * Decimal::from(lots);
            if let Some(shares) = target_shares(amount, count, lot) {
                prop_assert_eq!(shares.len(), count);
                prop_assert_eq!(shares.iter().sum::<Decimal>(), amount);
                prop_assert!(shares.iter().all(|s| *s > Decimal::ZERO && money::on_step(*s, lot)));
            } else {
                prop_assert!(lots < count as i64);
            }
        }

        #[test]
        fn never_risks_more_than_requested(
            equity in 1_i64..100_000_000, percent in 1_i64..10_000, entry in 1_000_i64..10_000_000, stop in 1_000_i64..10_000_000,
        ) {
            let (equity, percent) = (Decimal::new(equity, 2), Decimal::new(percent, 2));
            let (entry, stop, fee) = (Decimal::new(entry, 2), Decimal::new(stop, 2), Decimal::new(4, 4));
            prop_assume!(entry != stop);
            let amount = amount_at_risk(equity, percent, entry, stop, fee, Decimal::new(1, 3)).unwrap();
            let loss = amount * ((entry - stop).abs() + (entry + stop) * fee);
            prop_assert!(loss <= equity * percent / Decimal::ONE_HUNDRED);
        }
    }
}
