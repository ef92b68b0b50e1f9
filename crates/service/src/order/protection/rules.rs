//! The rules that protect positions, by name, so that tests can switch one off and see that a scenario misses it. A program that
//! was not built for tests cannot switch anything off: there, `holds` is always true.

/// Declares the rules, each with what it says.
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
    /// A position on the other side than the entry's is not ours.
    OtherSideIsForeign,
    /// What a position has beyond the entry is not ours.
    ExcessIsForeign,
    /// A position at zero is not over while its entry may still fill.
    OpenEntryMayFill,
    /// When a later entry of ours has filled, the position is that one's.
    LaterEntryOwns,
    /// A position whose owner chose no stop gets none.
    NoStopByChoice,
    /// A position that is to be closed is closed, however often that takes.
    ClosingIsPursued,
    /// Take-profits and orders of the other side do not cover a position.
    OnlyStopsCover,
    /// A stop over a part of the position covers that part only.
    PartialStopCoversPart,
    /// A refusal that says that a stop or no position exists asks to look, and closes nothing.
    AmbiguousRefusalLooks,
    /// A refusal of price or amount is corrected once.
    FilterRefusalCorrects,
    /// Every other definite refusal of a stop closes the position.
    DefiniteRefusalCloses,
    /// Many positions that cannot be protected within a minute stop closing and entering.
    BreakerTrips,
    /// The owner is notified of a stop or take-profit that was filled.
    HitIsNotified,
    /// What has ended is not supervised any more.
    EndedRowIsDeleted,
    /// A market is left alone while an intent is working there.
    WorkingIntentIsLeftAlone,
    /// An entry that was given up is looked for, and cancelled if it rests.
    GivenUpEntryIsLookedFor,
    /// A stop-limit order that has triggered has some time to fill.
    TriggeredStopHasTime,
    /// A stop-limit order that has triggered and does not fill is replaced by a market order.
    TriggeredStopIsClosed,
    /// A stop that its owner moved is the one that is wanted.
    MovedStopIsWanted,
    /// The owner is notified of a take-profit that was filled while the position stays open.
    TargetIsNotified,
    /// A position that was entered a moment ago is not taken for gone.
    RecentEntryIsNotGone,
    /// Protective orders are cancelled when their position has ended.
    ProtectionEndsToo,
    /// Protective orders that arrive after their position has ended are cancelled.
    LateOrdersAreCancelled,
    /// The owner is notified when the supervisor finds a position without its stop for too long.
    MissingStopIsNotified,
    /// The owner is notified while a stop is being placed for too long.
    SlowStopIsNotified,
    /// The owner is notified when a stop that was missing is back.
    ReplacedStopIsNotified,
    /// A new position whose stop cannot be placed for a while is closed.
    UnreachableStopCloses,
    /// Whoever takes up an intent looks before sending a stop.
    ResumedRunLooks,
    /// A position that is not shown right after its fill may lag.
    UnseenPositionMayLag,
    /// Two readings must agree before an unprotected position is closed.
    TwoReadingsAgree,
    /// What is left of an entry is cancelled before its position is closed.
    RestOfEntryEnds,
    /// The owner is notified that a position was closed because it could not be protected.
    ClosingIsNotified,
    /// What protects a position is cancelled after it was closed.
    ProtectionGoesLast,
    /// Take-profits that keep a position from being closed are cancelled.
    TargetsMakeWay,
    /// A difference is looked at again within seconds.
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

        /// Does `work` without the rule, as far as it runs on this thread.
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
