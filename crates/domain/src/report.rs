//! Weekly and monthly performance reports: figures only, which are formatted in the reader's language.

use crate::{Decimal, ExchangeKeyId, Micros, StrategyId, key::words, profit};
use serde::{Deserialize, Serialize};

words! {
    /// The period of a report.
    pub Period {
        /// Monday to Sunday.
        Week = "WEEK",
        /// A calendar month.
        Month = "MONTH",
    }
}

/// A report's figures. All money is in USD.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Week or month.
    pub period: Period,
    /// First day, `2026-03-02`.
    pub first_day: String,
    /// Last day.
    pub last_day: String,
    /// The time zone in which the days are counted.
    pub zone: String,
    /// Start of the period.
    pub start: Micros,
    /// End of the period, exclusive.
    pub end: Micros,
    /// Equity of all accounts together.
    pub total: Worth,
    /// Maximum drawdown, net of deposits and withdrawals.
    pub drawdown: Drawdown,
    /// Fees of all fills.
    pub fees: Decimal,
    /// Numbers of entered and ended trades.
    pub trades: Trades,
    /// The figures of each account.
    pub keys: Vec<KeyPart>,
    /// The figures of each strategy that was followed.
    pub strategies: Vec<StrategyPart>,
    /// Cumulative profit of all accounts over time. Empty in reports that were made before this series existed.
    #[serde(default)]
    pub won: Vec<(Micros, Decimal)>,
}

/// Equity at both ends of the period, and the deposits between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// Equity at the start; zero for an account that was connected later.
    pub start: Decimal,
    /// Equity at the end.
    pub end: Decimal,
    /// Deposits minus withdrawals; includes the balance of an account when it was connected.
    pub brought: Decimal,
}

impl Worth {
    /// Returns the profit or loss.
    #[must_use]
    pub fn profit(&self) -> Decimal {
        profit::of_account(self.start, self.end, self.brought)
    }

    /// Returns the profit in percent of the capital available for trading, or `None` if there was none.
    #[must_use]
    pub fn percent(&self) -> Option<Decimal> {
        let capital = self.start + self.brought.max(Decimal::ZERO);
        let share = self.profit().checked_div(capital)?;
        Some((share * Decimal::ONE_HUNDRED).round_dp(2))
    }
}

impl std::ops::AddAssign for Worth {
    fn add_assign(&mut self, other: Self) {
        self.start += other.start;
        self.end += other.end;
        self.brought += other.brought;
    }
}

/// A drawdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawdown {
    /// Amount in USD.
    pub usd: Decimal,
    /// Amount in percent of the equity without the drawdown.
    pub percent: Decimal,
}

/// Numbers of entries and of ended copied positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trades {
    /// Entries copied from strategies.
    pub copied: u32,
    /// Manual entries.
    #[serde(rename = "by_hand")]
    pub manual: u32,
    /// Copied positions that ended with a known result.
    pub ended: u32,
    /// Number of ended positions that made a profit.
    pub won: u32,
}

impl Trades {
    /// Returns the share of ended positions that won, from 0 to 1, or `None` if none ended.
    #[must_use]
    pub fn win_rate(&self) -> Option<Decimal> {
        Decimal::from(self.won).checked_div(Decimal::from(self.ended))
    }
}

/// The figures of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// Id of the exchange key.
    pub id: ExchangeKeyId,
    /// Name of the key at the time.
    pub name: String,
    /// Equity of the account.
    pub worth: Worth,
}

/// The figures of one strategy over all accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyPart {
    /// Id of the strategy.
    pub id: StrategyId,
    /// Name of the strategy at the time.
    pub name: String,
    /// Positions that ended with a known result.
    pub ended: u32,
    /// Number of ended positions that made a profit.
    pub won: u32,
    /// Net profit or loss, fees deducted.
    pub profit: Decimal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deposits_are_no_profit() {
        let d = Decimal::from;
        let worth = Worth { start: d(1_000), end: d(1_600), brought: d(500) };
        assert_eq!(worth.profit(), d(100));
        assert_eq!(worth.percent(), Some(Decimal::new(667, 2)));
        assert_eq!(Worth::default().percent(), None);
        // A withdrawal of half the capital does not reduce the base of the percentage.
        let less = Worth { start: d(1_000), end: d(600), brought: d(-500) };
        assert_eq!((less.profit(), less.percent()), (d(100), Some(d(10))));
    }

    #[test]
    fn nothing_ended_has_no_win_rate() {
        assert_eq!(Trades::default().win_rate(), None);
        let trades = Trades { ended: 4, won: 3, ..Trades::default() };
        assert_eq!(trades.win_rate(), Some(Decimal::new(75, 2)));
    }
}
