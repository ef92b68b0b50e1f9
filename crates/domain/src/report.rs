//! What a week or a month came to, as a person is told: figures only; the words are the reader's.

use crate::{Decimal, ExchangeKeyId, Micros, StrategyId, key::words};
use serde::{Deserialize, Serialize};

words! {
    /// What a report is about.
    pub Period {
        /// Monday to Sunday.
        Week = "WEEK",
        /// The first to the last of a month.
        Month = "MONTH",
    }
}

/// A report's figures. All money is in USD.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// A week or a month.
    pub period: Period,
    /// Its first day, `2026-03-02`.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// The time zone whose days these are.
    pub zone: String,
    /// Its first moment.
    pub start: Micros,
    /// The moment at which it ended.
    pub end: Micros,
    /// All accounts together.
    pub total: Worth,
    /// The greatest fall from a height, net of what was brought and taken.
    pub drawdown: Drawdown,
    /// What fills cost.
    pub fees: Decimal,
    /// What was entered and what ended.
    pub trades: Trades,
    /// Each account.
    pub keys: Vec<KeyPart>,
    /// Each strategy that was followed.
    pub strategies: Vec<StrategyPart>,
    /// What all accounts had won or lost by each moment. Empty in reports of the time when another picture was drawn.
    #[serde(default)]
    pub won: Vec<(Micros, Decimal)>,
}

/// What accounts were worth at both ends, and why it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    /// At the start; nothing for an account that was connected later.
    pub start: Decimal,
    /// At the end.
    pub end: Decimal,
    /// Brought by their owner, less what was taken; also what an account held when it was connected.
    pub brought: Decimal,
}

impl Worth {
    /// What was won or lost.
    #[must_use]
    pub fn profit(&self) -> Decimal {
        self.end - self.start - self.brought
    }

    /// The profit's share of what there was to trade with, in percent; none when there was nothing.
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

/// A fall from a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawdown {
    /// How far.
    pub usd: Decimal,
    /// Its share of what there would be without it, in percent.
    pub percent: Decimal,
}

/// What was entered, and what copied positions ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trades {
    /// Entries for strategies.
    pub copied: u32,
    /// Entries by hand.
    pub by_hand: u32,
    /// Copied positions that ended with a known result.
    pub ended: u32,
    /// Of them, those that won.
    pub won: u32,
}

impl Trades {
    /// The share of ended positions that won, of one; none when none ended.
    #[must_use]
    pub fn win_rate(&self) -> Option<Decimal> {
        Decimal::from(self.won).checked_div(Decimal::from(self.ended))
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// Which.
    pub id: ExchangeKeyId,
    /// Its name at the time.
    pub name: String,
    /// What it was worth.
    pub worth: Worth,
}

/// One strategy, on all accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyPart {
    /// Which.
    pub id: StrategyId,
    /// Its name at the time.
    pub name: String,
    /// Positions that ended with a known result.
    pub ended: u32,
    /// Of them, those that won.
    pub won: u32,
    /// What they won and lost after fees.
    pub profit: Decimal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_brought_is_no_profit() {
        let d = Decimal::from;
        let worth = Worth { start: d(1_000), end: d(1_600), brought: d(500) };
        assert_eq!(worth.profit(), d(100));
        assert_eq!(worth.percent(), Some(Decimal::new(667, 2)));
        assert_eq!(Worth::default().percent(), None);
        // Who takes half of it away has traded with all of it.
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
