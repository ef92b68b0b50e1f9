//! The list of all audited actions, for tests and searches that must miss none.

use super::Deed;

macro_rules! deeds {
    ($($deed:ident,)*) => {
        impl Deed {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$deed),*];
        }

        // Does not compile when an action is missing below.
        const _: fn(Deed) = |deed| match deed {
            $(Deed::$deed => (),)*
        };
    };
}

deeds! {
    SignedUp, SignedOut, SteppedUp, StepUpFailed, Frozen, Thawed, Suspended, Unsuspended,
    MadeTrader, SignedOutByOperator, ProgramsRevoked, HooksEnded, ResetLinkShown, SignedIn,
    SignInFailed, PasswordChanged, ResetAsked, PasswordReset, SignedOutEverywhere, TokenReused,
    VouchedFor, MadeAdmin, KeyCreated, KeyChanged, KeyDeleted, SupportAsked, SupportClosed,
    SandboxOpened, SandboxReset, DeskClosed, DeskOpened, CopiesPaused, CopiesResumed, Panicked,
    SupervisionEnded, SupervisionResumed, StrategyCreated, StrategyChanged, HookChanged, PlanBegun,
    PlanChanged, PlanEndSet, PaymentFailed, PlanEnded, PlanAssigned, SignalGiven, CandlesImported,
    FollowBegun, FollowChanged, FollowStopped, ClientCreated, ClientRevoked, AccountOpened,
    AccountCredited, FundsMoved, CurrencyRuled, SubAccountCreated, SubAccountChanged, BrandSet,
    ReviewConfirmed, ChatLinked, ChatUnlinked,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_action_has_a_name_of_its_own() {
        let names: HashSet<_> = Deed::ALL.iter().map(|deed| deed.word()).collect();
        assert_eq!(names.len(), Deed::ALL.len());
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
