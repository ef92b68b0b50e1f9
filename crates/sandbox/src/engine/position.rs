//! One perpetual of an account: settings, position and the exposure of open orders. Pure arithmetic.

use super::rounding::{at_least_zero, cents};
use domain::{Decimal, MarginMode, Micros, Side};
use serde::{Deserialize, Serialize};

/// Default leverage, as on Binance.
const LEVERAGE: u16 = 20;

/// Settings, position and open-order exposure of one perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Perpetual {
    pub(super) leverage: u16,
    pub(super) mode: MarginMode,
    /// Position size, negative for a short.
    pub(super) amount: Decimal,
    /// Entry cost of the position, always positive. Stored instead of the average price because it is exact.
    pub(super) cost: Decimal,
    /// Profit realized since the position was opened.
    pub(super) realized: Decimal,
    /// Isolated margin.
    pub(super) isolated: Decimal,
    /// Notional of the open buy and sell orders that may open a position.
    pub(super) bids: Decimal,
    pub(super) asks: Decimal,
    pub(super) updated: Micros,
}

impl Default for Perpetual {
    fn default() -> Self {
        Self {
            leverage: LEVERAGE,
            mode: MarginMode::Crossed,
            amount: Decimal::ZERO,
            cost: Decimal::ZERO,
            realized: Decimal::ZERO,
            isolated: Decimal::ZERO,
            bids: Decimal::ZERO,
            asks: Decimal::ZERO,
            updated: Micros(0),
        }
    }
}

/// The effect of a fill on a position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PositionChange {
    /// Profit or loss of the closed part.
    pub(super) realized: Decimal,
    /// Isolated margin released by the closed part.
    pub(super) released: Decimal,
    /// Notional of the opened part.
    pub(super) opened: Decimal,
    /// The position was closed or reversed.
    pub(super) ended: bool,
}

/// Returns `amount` with the sign of its side.
pub(super) fn signed(side: Side, amount: Decimal) -> Decimal {
    if side == Side::Buy { amount } else { -amount }
}

impl Perpetual {
    /// The settings of this perpetual without a position.
    pub(super) fn settings(&self) -> Self {
        Self { leverage: self.leverage, mode: self.mode, ..Self::default() }
    }

    pub(super) const fn isolated_mode(&self) -> bool {
        matches!(self.mode, MarginMode::Isolated)
    }

    /// The amount that an order on `side` could close.
    pub(super) fn closable(&self, side: Side) -> Decimal {
        at_least_zero(-signed(side, self.amount))
    }

    pub(super) fn entry_price(&self) -> Decimal {
        self.cost.checked_div(self.amount.abs()).unwrap_or_default().round_dp(8).normalize()
    }

    pub(super) fn notional(&self, mark: Decimal) -> Decimal {
        self.amount.abs() * mark
    }

    pub(super) fn unrealized(&self, mark: Decimal) -> Decimal {
        let worth = self.amount * mark;
        if self.amount.is_sign_negative() { worth + self.cost } else { worth - self.cost }
    }

    /// The larger absolute notional of the position if all buys or all sells filled.
    pub(super) fn exposure(&self, mark: Decimal) -> Decimal {
        let present = self.amount * mark;
        (present + self.bids).abs().max((present - self.asks).abs())
    }

    /// Initial margin of a notional.
    pub(super) fn initial(&self, notional: Decimal) -> Decimal {
        cents(notional / Decimal::from(self.leverage.max(1)))
    }

    /// Initial margin of the open orders in excess of the position's own.
    pub(super) fn order_margin(&self, mark: Decimal) -> Decimal {
        let beyond = self.exposure(mark) - self.notional(mark);
        self.initial(at_least_zero(beyond))
    }

    /// Adds an order's notional to the open-order exposure, or removes it if `worth` is negative.
    pub(super) fn add_exposure(&mut self, side: Side, worth: Decimal) {
        match side {
            Side::Buy => self.bids += worth,
            Side::Sell => self.asks += worth,
        }
    }

    /// Applies a fill: closes first, then opens with the rest.
    pub(super) fn fill(&mut self, side: Side, price: Decimal, amount: Decimal, at: Micros) -> PositionChange {
        let held = self.amount.abs();
        let closed = self.closable(side).min(amount);
        let mut change = PositionChange::default();
        if !closed.is_zero() {
            let whole = closed == held;
            let part = |of: Decimal| if whole { of } else { cents(of * closed / held) };
            let (cost, worth) = (part(self.cost), price * closed);
            change.realized = if side == Side::Sell { worth - cost } else { cost - worth };
            change.released = part(self.isolated);
            change.ended = whole;
            self.cost -= cost;
            self.isolated -= change.released;
            self.realized += change.realized;
        }
        self.amount = (self.amount + signed(side, amount)).normalize();
        let opened = amount - closed;
        if !opened.is_zero() {
            if held == closed {
                self.realized = Decimal::ZERO;
            }
            change.opened = price * opened;
            self.cost += change.opened;
        }
        self.updated = at;
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(units: i64) -> Decimal {
        Decimal::from(units)
    }

    #[test]
    fn turning_round_closes_first() {
        let mut p = Perpetual::default();
        p.fill(Side::Buy, d(100), d(3), Micros(0));
        let change = p.fill(Side::Sell, d(110), d(5), Micros(1));
        assert_eq!((change.realized, change.opened, change.ended), (d(30), d(220), true));
        assert_eq!((p.amount, p.entry_price(), p.unrealized(d(100))), (d(-2), d(110), d(20)));
    }

    proptest! {
        #[test]
        fn profit_is_what_was_received_less_what_was_paid(
            fills in prop::collection::vec((any::<bool>(), 1_i64..100_000, 1_i64..5_000), 1..40), last in 1_i64..100_000,
        ) {
            let (mut p, mut cash, mut realized) = (Perpetual::default(), Decimal::ZERO, Decimal::ZERO);
            for (buy, price, amount) in fills {
                let side = if buy { Side::Buy } else { Side::Sell };
                let (price, amount) = (Decimal::new(price, 1), Decimal::new(amount, 3));
                realized += p.fill(side, price, amount, Micros(0)).realized;
                cash -= signed(side, price * amount);
                prop_assert!(p.cost >= Decimal::ZERO);
                prop_assert_eq!(p.amount.is_zero(), p.cost.is_zero());
            }
            let mark = Decimal::new(last, 1);
            prop_assert_eq!(realized + p.unrealized(mark), cash + p.amount * mark);
        }
    }
}
