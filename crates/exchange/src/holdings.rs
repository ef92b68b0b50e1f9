//! What an account is worth and holds: all that sizing a trade needs, and no more.

use domain::{Balance, Decimal, Position, PositionSide, Symbol};
use std::collections::BTreeMap;

/// A futures account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Its assets; totals include what open positions have won or lost.
    pub balance: Balance,
    /// Its open positions.
    pub held: Vec<Held>,
}

/// A position in few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The pair.
    pub symbol: Symbol,
    /// Size in base units: positive when long, negative when short, zero when it is gone.
    pub amount: Decimal,
    /// What it has won or lost so far, in quote units.
    pub unrealized_pnl: Decimal,
}

impl Held {
    /// The side and the size; none when it is gone.
    #[must_use]
    pub fn side(&self) -> Option<(PositionSide, Decimal)> {
        match self.amount {
            amount if amount > Decimal::ZERO => Some((PositionSide::Long, amount)),
            amount if amount < Decimal::ZERO => Some((PositionSide::Short, -amount)),
            _ => None,
        }
    }
}

impl From<&Position> for Held {
    fn from(position: &Position) -> Self {
        let amount = match position.side {
            PositionSide::Long => position.contracts,
            PositionSide::Short => -position.contracts,
        };
        Self { symbol: position.symbol.clone(), amount, unrealized_pnl: position.unrealized_pnl }
    }
}

/// What an account's stream told of a change, where it told figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldingsChange {
    /// Wallet balances that changed, by asset, without what open positions have won or lost.
    pub wallets: BTreeMap<String, Decimal>,
    /// Positions that changed; one of amount zero is gone.
    pub held: Vec<Held>,
}
