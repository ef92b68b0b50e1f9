//! The named rules that protect positions. Tests can disable one to prove that a scenario fails without it.
//! In builds without the `testing` feature nothing can be disabled: `holds` is always true.

/// Declares the rules with their documentation.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident),* $(,)?) => {
        /// A rule that protects positions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rule { $($(#[$doc])* $rule),* }

        #[cfg(feature = "testing")]
        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),*];
        }
    };
}

rules! {
    /// A position on the opposite side of the entry is not ours.
    OtherSideIsForeign,
    /// The part of a position beyond the entry's amount is not ours.
    ExcessIsForeign,
    /// A flat position is not finished while its entry may still fill.
    OpenEntryMayFill,
    /// Once a later entry of this desk has filled, the position belongs to that entry.
    LaterEntryOwns,
    /// A position whose owner chose no stop gets none.
    NoStopByChoice,
    /// A position that must be closed is closed, however many attempts it takes.
    ClosingIsPursued,
    /// Take-profit orders and orders of the other side do not cover a position.
    OnlyStopsCover,
    /// A stop for part of the position covers only that part.
    PartialStopCoversPart,
    /// A refusal because a stop already exists or no position exists causes an inspection and closes
    /// nothing.
    AmbiguousRefusalLooks,
    /// A refusal of price or amount is corrected once.
    FilterRefusalCorrects,
    /// Every other definite refusal of a stop closes the position.
    DefiniteRefusalCloses,
    /// If many positions cannot be protected within a minute, closing and entering are suspended.
    BreakerTrips,
    /// The owner is notified of a filled stop or take-profit.
    HitIsNotified,
    /// A position that has ended is no longer supervised.
    EndedRowIsDeleted,
    /// A market is left alone while an intent is being worked there.
    WorkingIntentIsLeftAlone,
    /// An entry that was given up is looked up, and cancelled if it is resting.
    GivenUpEntryIsLookedFor,
    /// A triggered stop-limit order gets some time to fill.
    TriggeredStopHasTime,
    /// A triggered stop-limit order that does not fill is replaced by a market order.
    TriggeredStopIsClosed,
    /// A stop moved by its owner becomes the wanted stop.
    MovedStopIsWanted,
    /// The owner is notified of a take-profit that fills while the position stays open.
    TargetIsNotified,
    /// A position that was just entered is not considered gone.
    RecentEntryIsNotGone,
    /// Protective orders are cancelled when their position has ended.
    ProtectionEndsToo,
    /// Protective orders that arrive after their position has ended are cancelled.
    LateOrdersAreCancelled,
    /// The owner is notified when the supervisor finds a position without its stop for too long.
    MissingStopIsNotified,
    /// The owner is notified when placing a stop takes too long.
    SlowStopIsNotified,
    /// The owner is notified when a missing stop has been replaced.
    ReplacedStopIsNotified,
    /// A new position whose stop cannot be placed for a while is closed.
    UnreachableStopCloses,
    /// A resumed intent inspects the exchange before it sends a stop.
    ResumedRunLooks,
    /// A position that is not reported right after its fill may lag.
    UnseenPositionMayLag,
    /// Two readings must agree before an unprotected position is closed.
    TwoReadingsAgree,
    /// The rest of an entry is cancelled before its position is closed.
    RestOfEntryEnds,
    /// The owner is notified that a position was closed because it could not be protected.
    ClosingIsNotified,
    /// The first fill of an OCO entry cancels its other order.
    FirstFillCancelsOther,
    /// The part that both orders of an OCO entry filled beyond the trade's amount is closed.
    ExcessIsClosed,
    /// Protective orders are cancelled after the position has been closed.
    ProtectionGoesLast,
    /// Take-profit orders that prevent a position from being closed are cancelled.
    TargetsMakeWay,
    /// A moved stop is placed before the one that it replaces is cancelled.
    NewStopComesFirst,
    /// A stop that was moved does not count as the wanted one.
    OutdatedStopIsReplaced,
    /// A stop that was moved is cancelled once the wanted one is open.
    OutdatedStopIsCancelled,
    /// A stop that the exchange refused leaves the one before it wanted.
    RefusedStopIsNotWanted,
    /// A stop with an amount is replaced by a larger one before its position is increased.
    StopGrowsFirst,
    /// An addition belongs to the position that it increases.
    AddedPartIsOurs,
    /// After a partial close the take-profits are fitted to the position.
    TargetsFitPosition,
    /// The stop of a trade on a shared position closes no more than the trade's part.
    SharedStopFits,
    /// The take-profits of a trade on a shared position close no more than the trade's part.
    SharedTargetsFit,
    /// A difference is inspected again within seconds.
    DifferenceIsRetriedSoon,
}

#[cfg(not(feature = "testing"))]
impl Rule {
    /// Whether the rule is in force.
    #[allow(clippy::unused_self, reason = "with `testing` it depends on the rule")]
    pub(crate) const fn holds(self) -> bool {
        true
    }
}

#[cfg(feature = "testing")]
mod switch {
    use super::Rule;
    use std::cell::Cell;

    thread_local! {
        static OFF: Cell<Option<Rule>> = const { Cell::new(None) };
    }

    impl Rule {
        /// Whether the rule is in force.
        pub(crate) fn holds(self) -> bool {
            OFF.get() != Some(self)
        }

        /// Runs `work` without the rule, as far as it runs on this thread.
        pub fn without<T>(self, work: impl FnOnce() -> T) -> T {
            struct Restore;
            impl Drop for Restore {
                fn drop(&mut self) {
                    OFF.set(None);
                }
            }
            OFF.set(Some(self));
            let _restore = Restore;
            work()
        }
    }
}
