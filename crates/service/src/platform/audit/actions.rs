//! The list of all audited actions, for tests and searches that must miss none.

use super::AuditAction;

macro_rules! actions {
    ($($action:ident,)*) => {
        impl AuditAction {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];
        }

        // Does not compile when an action is missing below.
        const _: fn(AuditAction) = |action| match action {
            $(AuditAction::$action => (),)*
        };
    };
}

actions! {
    SignedUp, SignedOut, SteppedUp, StepUpFailed, Frozen, Thawed, Suspended, Unsuspended,
    MadeTrader, SignedOutByOperator, ProgramsRevoked, HooksEnded, ResetLinkShown, SignedIn,
    SignInFailed, PasswordChanged, ResetRequested, PasswordReset, SignedOutEverywhere, TokenReused,
    VouchedFor, MadeAdmin, KeyCreated, KeyChanged, KeyDeleted, FirstDayEnded, SupportRequested, SupportClosed,
    SandboxOpened, SandboxReset, DeskClosed, DeskOpened, CopiesPaused, CopiesResumed, Panicked,
    SupervisionEnded, SupervisionResumed, StrategyCreated, StrategyChanged, StrategyPaused, SourceRequested,
    SourceDecided, HookChanged, PlanStarted,
    PlanChanged, PlanEndSet, PaymentFailed, PlanEnded, PlanAssigned, SignalGiven, CandlesImported,
    FollowStarted, FollowChanged, FollowStopped, RiskRuleSet, RiskRuleResumed, RiskRuleRemoved,
    ClientCreated, ClientRevoked, WebhookCreated, WebhookChanged, WebhookRemoved, AccountOpened,
    AccountCredited, FundsMoved, CurrencyRuled, SubAccountCreated, SubAccountChanged, BrandSet,
    ReviewConfirmed, ChatLinked, ChatUnlinked, ProgramRejected, TokenRejected, AttemptsThrottled,
    AccessDenied,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_action_has_a_name_of_its_own() {
        let names: HashSet<_> = AuditAction::ALL.iter().map(|action| action.word()).collect();
        assert_eq!(names.len(), AuditAction::ALL.len());
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
