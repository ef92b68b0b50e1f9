//! The balance and positions of an account, reduced to what sizing a trade needs, and its funding.

use domain::{Balance, Decimal, Micros, Position, PositionSide, PositionSlot, Symbol};
use std::collections::BTreeMap;

/// The holdings of a futures account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Its balances; totals include unrealized profit and loss.
    pub balance: Balance,
    /// Its open positions.
    pub held: Vec<HeldPosition>,
}

/// A reduced view of a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPosition {
    /// The pair.
    pub symbol: Symbol,
    /// The one of the pair's positions that it is.
    pub position_side: PositionSlot,
    /// Size in base units: positive for long, negative for short, zero if closed.
    pub amount: Decimal,
    /// Unrealized profit and loss, in quote units, when it was reported.
    pub unrealized_pnl: Decimal,
    /// The average entry price, if it was reported or follows from what was.
    pub entry_price: Option<Decimal>,
}

impl HeldPosition {
    /// The unrealized profit and loss at a mark price, in quote units; `None` without an entry price.
    #[must_use]
    pub fn profit_at(&self, mark: Decimal) -> Option<Decimal> {
        self.amount.checked_mul(mark.checked_sub(self.entry_price?)?)
    }

    /// The side and the absolute size; `None` if it is closed.
    #[must_use]
    pub fn side(&self) -> Option<(PositionSide, Decimal)> {
        match self.amount {
            amount if amount > Decimal::ZERO => Some((PositionSide::Long, amount)),
            amount if amount < Decimal::ZERO => Some((PositionSide::Short, -amount)),
            _ => None,
        }
    }
}

impl From<&Position> for HeldPosition {
    fn from(position: &Position) -> Self {
        let amount = match position.side {
            PositionSide::Long => position.contracts,
            PositionSide::Short => -position.contracts,
        };
        Self {
            symbol: position.symbol.clone(),
            position_side: position.position_side,
            amount,
            unrealized_pnl: position.unrealized_pnl,
            entry_price: Some(position.entry_price),
        }
    }
}

/// The part of an account event that carries figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldingsChange {
    /// Wallet balances that changed, by asset, excluding unrealized profit and loss.
    pub wallets: BTreeMap<String, Decimal>,
    /// Positions that changed; an amount of zero means closed.
    pub held: Vec<HeldPosition>,
}

/// A funding payment of a futures account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Funding {
    /// The exchange's id of the payment.
    pub id: String,
    /// Time of the payment.
    pub at: Micros,
    /// Amount paid in quote units; negative if it was received.
    pub paid: Decimal,
}
