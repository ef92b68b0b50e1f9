//! A futures account and its positions at the current mark prices.

use super::terms::PositionSlot;
use crate::market::Pair;
use domain::{Decimal, MarginMode, Micros, PositionSide, dec};
use serde::Serialize;

/// A futures account at the current mark prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FuturesView {
    /// Wallet balance including isolated margin.
    pub wallet: Decimal,
    /// Wallet balance excluding isolated margin.
    pub cross_wallet: Decimal,
    /// Unrealized profit and loss of all positions.
    pub unrealized: Decimal,
    /// Unrealized profit and loss of the cross positions.
    pub cross_unrealized: Decimal,
    /// Initial margin of the positions.
    pub position_margin: Decimal,
    /// Initial margin of the open orders.
    pub order_margin: Decimal,
    /// Maintenance margin of all positions.
    pub maintenance: Decimal,
    /// Balance available for new orders.
    pub available: Decimal,
    /// Balance that can be transferred to spot.
    pub withdrawable: Decimal,
    /// The positions of every pair, including those of size zero: one in one-way mode, three in hedge mode.
    pub positions: Vec<PositionView>,
}

impl FuturesView {
    /// Wallet balance plus unrealized profit and loss (`marginBalance`).
    #[must_use]
    pub fn margin_balance(&self) -> Decimal {
        self.wallet + self.unrealized
    }

    /// The sum of position and order initial margin (`initialMargin`).
    #[must_use]
    pub fn initial_margin(&self) -> Decimal {
        self.position_margin + self.order_margin
    }
}

/// A position at the current mark price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PositionView {
    /// The perpetual.
    pub pair: Pair,
    /// The position of that perpetual (`positionSide`).
    pub slot: PositionSlot,
    /// Size in base units, negative for a short (`positionAmt`).
    pub amount: Decimal,
    /// Average entry price; zero without a position.
    pub entry_price: Decimal,
    /// The break-even price including fees; here always equal to the entry price.
    pub break_even: Decimal,
    /// The mark price.
    pub mark_price: Decimal,
    /// Unrealized profit and loss at the mark price.
    pub unrealized: Decimal,
    /// Profit realized by fills since the position was opened.
    pub realized: Decimal,
    /// The mark price at which the engine would liquidate it; `None` if no price would.
    pub liquidation_price: Option<Decimal>,
    /// Size times mark price, with the sign of the size.
    pub notional: Decimal,
    /// The leverage, as a multiple of the margin.
    pub leverage: u16,
    /// The largest position allowed at that leverage, in quote units.
    pub max_notional: Decimal,
    /// Cross or isolated.
    pub mode: MarginMode,
    /// Isolated margin, excluding profit and loss (`isolatedWallet`).
    pub isolated: Decimal,
    /// Initial margin of the position.
    pub initial_margin: Decimal,
    /// Initial margin of its open orders.
    pub order_margin: Decimal,
    /// Maintenance margin: the position is liquidated when the collateral falls to it.
    pub maintenance: Decimal,
    /// Notional of the open buy orders (`bidNotional`).
    pub bid_notional: Decimal,
    /// Notional of the open sell orders (`askNotional`).
    pub ask_notional: Decimal,
    /// Time of the last change.
    pub updated: Micros,
}

impl PositionView {
    /// How early the position would be reduced to cover others' losses, from 0 to 4 (`adlQuantile`). The exchange
    /// ranks by profit relative to margin; without other traders the scale is fixed: a quarter, half, all of the
    /// margin.
    #[must_use]
    pub fn adl_quantile(&self) -> u8 {
        let gain = self.unrealized.checked_div(self.initial_margin).unwrap_or_default();
        let steps = [Decimal::ZERO, dec!(0.25), dec!(0.5), Decimal::ONE];
        steps.iter().fold(0, |quantile, step| quantile + u8::from(gain > *step))
    }

    /// Long or short; `None` without a position.
    #[must_use]
    pub fn side(&self) -> Option<PositionSide> {
        match self.amount {
            a if a.is_zero() => None,
            a if a.is_sign_negative() => Some(PositionSide::Short),
            _ => Some(PositionSide::Long),
        }
    }
}
