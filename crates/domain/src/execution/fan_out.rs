//! How a strategy's signals were executed on the accounts that copy it. The figures are public, so they must not reveal the
//! trades of one account: a signal that reached fewer than [`LEAST_USERS`] users counts in none, and delay and slippage are
//! those of at least as many users whose copies were carried out.

use super::{Entry, Execution, percentile};
use crate::{
    Micros, Side, SignalId, UserId,
    copy::{Reason, Status},
    signal::Action,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The number of users that a signal must have reached for its figures to be shown, and that delay and slippage are of.
pub const LEAST_USERS: usize = 3;

/// One copy of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalCopy {
    /// The signal.
    pub signal: SignalId,
    /// When it was accepted.
    pub signal_at: Micros,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The owner of the follow.
    pub user: UserId,
    /// Status of the copy.
    pub status: Status,
    /// Why it was skipped or failed.
    pub reason: Option<Reason>,
    /// The execution of an entry, once it is filled.
    pub entry: Option<Entry>,
    /// When the copy reached a final status.
    pub finished_at: Option<Micros>,
}

impl SignalCopy {
    /// Returns whether the copy was carried out: its position was opened, or, for an exit, closed.
    fn is_filled(&self) -> bool {
        matches!(self.status, Status::Open | Status::Closed)
    }

    /// Returns the delay of what was carried out, in milliseconds.
    fn delay_ms(&self) -> Option<i64> {
        match (self.action, self.entry) {
            (_, Some(entry)) => Some(entry.delay_ms()),
            (Action::Exit, None) if self.is_filled() => {
                Some(self.finished_at?.since(self.signal_at).max(0) / super::MILLISECOND)
            }
            _ => None,
        }
    }
}

/// Copies by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// Number of copies.
    pub copies: u32,
    /// Number of those that were carried out.
    pub filled: u32,
    /// Number of those that were skipped.
    pub skipped: u32,
    /// Number of those that failed.
    pub failed: u32,
}

impl Outcomes {
    fn count(&mut self, copy: &SignalCopy) {
        self.copies += 1;
        match copy.status {
            Status::Open | Status::Closed => self.filled += 1,
            Status::Skipped => self.skipped += 1,
            Status::Failed => self.failed += 1,
            Status::Queued | Status::Sending => {}
        }
    }

    /// Returns the number of copies without an outcome yet.
    #[must_use]
    pub const fn pending(&self) -> u32 {
        self.copies - self.filled - self.skipped - self.failed
    }
}

/// The figures of the entries of several signals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFigures {
    /// The entries by their outcome.
    pub outcomes: Outcomes,
    /// Delay and slippage of the filled ones; withheld if they are of too few users.
    pub execution: Execution,
    /// Why entries were skipped or failed, the most frequent reason first.
    pub reasons: Vec<(Reason, u32)>,
}

/// The fan-out of one signal: its copies on the accounts that follow the strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanOut {
    /// When the signal was accepted.
    pub at: Micros,
    /// Whether it enters or exits.
    pub action: Action,
    /// Side of the entry; `None` for an exit.
    pub side: Option<Side>,
    /// The copies by their outcome; `None` if they are withheld.
    pub outcomes: Option<Outcomes>,
    /// Median delay in milliseconds; `None` if it is withheld, or if nothing was carried out.
    pub median_delay_ms: Option<i64>,
}

/// The execution of a strategy's newest signals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyExecution {
    /// The figures of all entries; `None` if no signal reached enough users.
    pub entries: Option<EntryFigures>,
    /// The signals, newest first; empty if no figures are shown.
    pub signals: Vec<FanOut>,
}

impl StrategyExecution {
    /// Computes the figures from the copies of signals, newest signal first, with the copies of each signal in succession.
    #[must_use]
    pub fn of(copies: &[SignalCopy]) -> Self {
        let (mut signals, mut shown) = (Vec::new(), Vec::new());
        for copies in copies.chunk_by(|a, b| a.signal == b.signal) {
            let Some(first) = copies.first() else { continue };
            let reached = is_crowd(copies.iter());
            signals.push(FanOut {
                at: first.signal_at,
                action: first.action,
                side: first.side,
                outcomes: reached.then(|| outcomes(copies)),
                median_delay_ms: median_delay_ms(copies).filter(|_| reached),
            });
            if reached {
                shown.extend(copies.iter().filter(|copy| copy.action == Action::Enter).copied());
            }
        }
        if signals.iter().all(|signal| signal.outcomes.is_none()) {
            return Self::default();
        }
        Self { entries: (!shown.is_empty()).then(|| entry_figures(&shown)), signals }
    }
}

fn outcomes(copies: &[SignalCopy]) -> Outcomes {
    let mut sum = Outcomes::default();
    copies.iter().for_each(|copy| sum.count(copy));
    sum
}

/// Returns whether copies are of enough users for figures that only these copies have.
fn is_crowd<'a>(copies: impl Iterator<Item = &'a SignalCopy>) -> bool {
    copies.map(|copy| copy.user).collect::<BTreeSet<UserId>>().len() >= LEAST_USERS
}

fn median_delay_ms(copies: &[SignalCopy]) -> Option<i64> {
    if !is_crowd(copies.iter().filter(|copy| copy.delay_ms().is_some())) {
        return None;
    }
    let mut delays: Vec<i64> = copies.iter().filter_map(SignalCopy::delay_ms).collect();
    delays.sort_unstable();
    percentile(&delays, 50)
}

fn entry_figures(copies: &[SignalCopy]) -> EntryFigures {
    let entries: Vec<Entry> = copies.iter().filter_map(|copy| copy.entry).collect();
    let mut reasons: Vec<(Reason, u32)> = Vec::new();
    for reason in copies.iter().filter(|copy| !copy.is_filled()).filter_map(|copy| copy.reason) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason, 1)),
        }
    }
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut execution = Execution::of(&entries);
    if !is_crowd(copies.iter().filter(|copy| copy.entry.is_some())) {
        (execution.median_delay_ms, execution.p90_delay_ms) = (None, None);
    }
    // Entries of signals without a price have a delay only.
    let priced = |copy: &&SignalCopy| copy.entry.is_some_and(|entry| entry.slippage_percent().is_some());
    if !is_crowd(copies.iter().filter(priced)) {
        (execution.median_slippage_percent, execution.p90_slippage_percent) = (None, None);
    }
    EntryFigures { outcomes: outcomes(copies), execution, reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decimal, dec, time::SECOND};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn copy(signal: u128, user: u128, status: Status) -> SignalCopy {
        let at = Micros(10 * SECOND);
        let filled = matches!(status, Status::Open | Status::Closed);
        SignalCopy {
            signal: SignalId(Uuid::from_u128(signal)),
            signal_at: at,
            action: Action::Enter,
            side: Some(Side::Buy),
            user: UserId(Uuid::from_u128(user)),
            status,
            reason: matches!(status, Status::Skipped | Status::Failed).then_some(Reason::TooOld),
            entry: filled.then(|| Entry {
                side: Side::Buy,
                signal_at: at,
                signal_price: Some(dec!(100)),
                filled_at: at.plus(i64::try_from(user).unwrap() * SECOND),
                price: dec!(100.1),
                amount: dec!(1),
            }),
            finished_at: None,
        }
    }

    #[test]
    fn a_signal_that_reached_two_users_counts_in_no_figure() {
        let two = [copy(1, 1, Status::Open), copy(1, 2, Status::Open), copy(1, 2, Status::Skipped)];
        assert_eq!(StrategyExecution::of(&two), StrategyExecution::default());
        let three: Vec<_> = (1..=3).map(|user| copy(2, user, Status::Closed)).collect();
        let both: Vec<_> = three.iter().chain(&two).copied().collect();
        let execution = StrategyExecution::of(&both);
        let entries = execution.entries.clone().unwrap();
        assert_eq!((entries.outcomes.copies, entries.execution.filled), (3, 3));
        assert_eq!((execution.signals.len(), execution.signals[1].outcomes), (2, None));
        assert_eq!(execution.signals[1].median_delay_ms, None);
        assert_eq!(StrategyExecution::of(&three).entries, Some(entries), "as without the hidden one");
    }

    #[test]
    fn copies_are_counted_by_outcome_and_reason() {
        let late = SignalCopy { reason: Some(Reason::KeyInactive), ..copy(1, 5, Status::Failed) };
        let copies = [
            copy(1, 1, Status::Open),
            copy(1, 2, Status::Closed),
            copy(1, 3, Status::Skipped),
            copy(1, 4, Status::Skipped),
            late,
            copy(1, 6, Status::Queued),
            copy(1, 7, Status::Open),
        ];
        let execution = StrategyExecution::of(&copies);
        let entries = execution.entries.unwrap();
        let counted = Outcomes { copies: 7, filled: 3, skipped: 2, failed: 1 };
        assert_eq!((entries.outcomes, counted.pending()), (counted, 1));
        assert_eq!(entries.reasons, [(Reason::TooOld, 2), (Reason::KeyInactive, 1)]);
        assert_eq!(entries.execution.median_slippage_percent, Some(dec!(0.1)));
        assert_eq!(
            (entries.execution.median_delay_ms, entries.execution.p90_delay_ms),
            (Some(2_000), Some(7_000))
        );
        assert_eq!(execution.signals[0].median_delay_ms, Some(2_000));
    }

    #[test]
    fn delay_and_slippage_are_withheld_until_three_users_are_filled() {
        let (two, skipped) =
            ([copy(1, 1, Status::Open), copy(1, 2, Status::Closed)], copy(1, 3, Status::Skipped));
        let few: Vec<_> = two.into_iter().chain([skipped]).collect();
        let execution = StrategyExecution::of(&few);
        let entries = execution.entries.unwrap();
        assert_eq!((entries.outcomes.copies, entries.outcomes.filled), (3, 2));
        assert_eq!(entries.execution, Execution { filled: 2, ..Execution::default() });
        assert_eq!(execution.signals[0].median_delay_ms, None);
        // A third user, of another signal.
        let others = [copy(2, 3, Status::Open), copy(2, 1, Status::Skipped), copy(2, 2, Status::Skipped)];
        let more: Vec<_> = others.into_iter().chain(few).collect();
        let execution = StrategyExecution::of(&more);
        assert_eq!(execution.entries.unwrap().execution.median_delay_ms, Some(2_000));
        assert!(execution.signals.iter().all(|signal| signal.median_delay_ms.is_none()));
    }

    #[test]
    fn an_exit_has_the_delay_until_it_was_carried_out() {
        let exit = |user, seconds: i64| SignalCopy {
            action: Action::Exit,
            side: None,
            entry: None,
            finished_at: Some(Micros((10 + seconds) * SECOND)),
            ..copy(1, user, Status::Closed)
        };
        let execution = StrategyExecution::of(&[exit(1, 4), exit(2, 2), exit(3, 9)]);
        assert_eq!(execution.entries, None, "exits are no entries");
        assert_eq!(execution.signals[0].median_delay_ms, Some(4_000));
    }

    proptest! {
        #[test]
        fn the_entries_are_the_sum_of_the_signals_that_are_shown(
            all in prop::collection::vec((0_u128..6, 1_u128..8, 0_usize..6), 0..80),
        ) {
            let mut copies: Vec<_> = all
                .iter()
                .map(|&(signal, user, status)| copy(signal, user, Status::ALL[status]))
                .collect();
            copies.sort_by_key(|copy| copy.signal.0);
            let execution = StrategyExecution::of(&copies);
            let shown: Vec<Outcomes> = execution.signals.iter().filter_map(|signal| signal.outcomes).collect();
            let sum = execution.entries.unwrap_or_default().outcomes;
            prop_assert_eq!(sum.copies, shown.iter().map(|one| one.copies).sum::<u32>());
            prop_assert_eq!(sum.filled, shown.iter().map(|one| one.filled).sum::<u32>());
            prop_assert_eq!(sum.pending(), shown.iter().map(Outcomes::pending).sum::<u32>());
            prop_assert_eq!(shown.is_empty(), execution.signals.is_empty());
        }
    }
}
