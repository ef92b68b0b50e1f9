//! Texts of audit events.

use super::{Lang, table, texts};
use domain::notification::Kind;
use service::platform::audit::{AuditAction as D, Via};

/// The text of an audit event; the event's own word if this version does not know it, so that another
/// version's log can be read.
pub(crate) fn event(lang: Lang, word: &str) -> String {
    let action = D::ALL.iter().find(|entry| entry.word() == word).map(|entry| action_text(lang, *entry));
    let failure = || Kind::parse(word).and_then(|kind| audit(lang).failure(kind));
    action.or_else(failure).unwrap_or(word).to_owned()
}

/// Where it came from: an address as it is, everything else by its name in the audit.
pub(crate) fn place(lang: Lang, address: &str) -> String {
    let all = [Via::Telegram, Via::CommandLine, Via::Job, Via::PaymentProvider, Via::Issuer];
    let found = all.into_iter().find(|via| via.address() == address);
    found.and_then(|via| audit(lang).origin(via)).unwrap_or(address).to_owned()
}

table! {
    /// Events without a user, and origins without an address.
    Audit, audit {
        key_refused: "Exchange key rejected by the exchange",
        unprotected: "Position without a stop",
        exit_late: "Exit rejected by the exchange",
        telegram: "Telegram",
        command_line: "Command line",
        job: "Background job",
        payment_provider: "Payment provider",
        identity_provider: "Identity provider",
    }
}

impl Audit {
    /// The text of a failure that the audit log records.
    const fn failure(&self, kind: Kind) -> Option<&'static str> {
        match kind {
            Kind::KeyRefused => Some(self.key_refused),
            Kind::Unprotected => Some(self.unprotected),
            Kind::ExitLate => Some(self.exit_late),
            Kind::NewOrder
            | Kind::TakeProfit
            | Kind::StopLoss
            | Kind::KeyRights
            | Kind::ForeignFill
            | Kind::AlertRefused
            | Kind::SourceApproval
            | Kind::StrategyPaused
            | Kind::WebhookDisabled
            | Kind::RuleTripped
            | Kind::PlanLapses
            | Kind::SignedIn
            | Kind::PasswordChanged
            | Kind::Credential => None,
        }
    }

    /// The name of an origin without an address.
    const fn origin(&self, via: Via<'_>) -> Option<&'static str> {
        match via {
            Via::Request(_) => None,
            Via::Telegram => Some(self.telegram),
            Via::CommandLine => Some(self.command_line),
            Via::Job => Some(self.job),
            Via::PaymentProvider => Some(self.payment_provider),
            Via::Issuer => Some(self.identity_provider),
        }
    }
}

texts! {
    /// The text of an audited action.
    action_text(D) {
        D::SignedUp => "Signed up",
        D::SignedOut => "Signed out",
        D::SteppedUp => "Password confirmed",
        D::StepUpFailed => "Password confirmation failed",
        D::Frozen => "Account frozen",
        D::Thawed => "Account unfrozen",
        D::Suspended => "Account suspended",
        D::Unsuspended => "Suspension lifted",
        D::MadeTrader => "Admin role removed",
        D::SignedOutByOperator => "Sessions ended by an admin",
        D::ProgramsRevoked => "API clients revoked by an admin",
        D::HooksEnded => "Webhooks revoked by an admin",
        D::ResetLinkShown => "Reset link shown to an admin",
        D::SignedIn => "Signed in",
        D::SignInFailed => "Sign-in failed",
        D::PasswordChanged => "Password changed",
        D::ResetRequested => "Password reset requested",
        D::PasswordReset => "Password reset",
        D::SignedOutEverywhere => "Signed out everywhere",
        D::TokenReused => "Refresh token reused; its session ended",
        D::VouchedFor => "Account created through another sign-in provider",
        D::MadeAdmin => "Made admin",
        D::KeyCreated => "Exchange key connected",
        D::KeyChanged => "Exchange key changed",
        D::KeyDeleted => "Exchange key deleted",
        D::FirstDayEnded => "First-day limits of an exchange key ended",
        D::SupportRequested => "Support request sent",
        D::SupportClosed => "Support request closed",
        D::SandboxOpened => "Paper account opened",
        D::SandboxReset => "Paper account reset",
        D::DeskClosed => "Maintenance mode turned on",
        D::DeskOpened => "Maintenance mode turned off",
        D::CopiesPaused => "All copying paused",
        D::CopiesResumed => "Copying resumed",
        D::Panicked => "Panic button pressed",
        D::SupervisionEnded => "Supervision of a position ended",
        D::SupervisionResumed => "Supervision of a position resumed",
        D::StrategyCreated => "Strategy created",
        D::StrategyChanged => "Strategy changed",
        D::StrategyPaused => "Strategy paused: too many signals",
        D::SourceRequested => "Approval of a signal source requested or withdrawn",
        D::SourceDecided => "Audience of a signal source decided",
        D::HookChanged => "Webhook changed",
        D::PlanStarted => "Plan started",
        D::PlanChanged => "Plan changed",
        D::PlanEndSet => "Plan renewal changed",
        D::PaymentFailed => "Payment failed",
        D::PlanEnded => "Plan ended",
        D::PlanAssigned => "Plan assigned by an admin",
        D::SignalGiven => "Signal sent",
        D::CandlesImported => "Candles imported",
        D::FollowStarted => "Copy trading started",
        D::FollowChanged => "Copy trading changed",
        D::FollowStopped => "Copy trading stopped",
        D::RiskRuleSet => "Risk rule added or changed",
        D::RiskRuleResumed => "Risk rule resumed",
        D::RiskRuleRemoved => "Risk rule removed",
        D::ClientCreated => "API client created",
        D::ClientRevoked => "API client revoked",
        D::WebhookCreated => "Event webhook created",
        D::WebhookChanged => "Event webhook changed",
        D::WebhookRemoved => "Event webhook removed",
        D::AccountOpened => "Currency account opened",
        D::AccountCredited => "Currency account credited",
        D::FundsMoved => "Funds transferred",
        D::CurrencyRuled => "Currency rule changed",
        D::SubAccountCreated => "Sub-account created",
        D::SubAccountChanged => "Sub-account changed",
        D::BrandSet => "Brand changed",
        D::ReviewConfirmed => "Differences of an account confirmed",
        D::ChatLinked => "Telegram connected",
        D::ChatUnlinked => "Telegram disconnected",
        D::ProgramRejected => "API client's credentials rejected",
        D::TokenRejected => "App's access token rejected: its session has ended",
        D::AttemptsThrottled => "Too many attempts rejected",
        D::AccessDenied => "Access denied",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_event_has_a_text_of_its_own() {
        let actions = D::ALL.iter().map(|entry| entry.word());
        let protection = Kind::ALL.iter().filter(|kind| kind.is_protection()).map(|kind| kind.word());
        let mut texts = HashSet::new();
        for word in actions.chain(protection) {
            let text = event(Lang::En, word);
            assert_ne!(text, word, "no text");
            assert!(texts.insert(text), "{word} shares its text with another");
        }
        assert_eq!(event(Lang::En, "of-a-later-version"), "of-a-later-version");
    }

    #[test]
    fn every_origin_without_an_address_has_a_text() {
        for name in Via::NAMES {
            assert_ne!(place(Lang::En, name), name);
        }
        assert_eq!(place(Lang::En, "192.0.2.1"), "192.0.2.1");
    }
}
