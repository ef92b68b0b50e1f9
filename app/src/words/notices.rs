//! Texts of successes: each in general, and with the name of its object where there is one.

use super::{Lang, table, texts};
use crate::notice::{PageNotice as N, PostNotice};

/// The text of a success that names its object; `None` for a success without one.
#[allow(clippy::too_many_lines, reason = "a table: a line for each notice")]
pub(crate) fn named_notice(lang: Lang, notice: PostNotice, name: &str) -> Option<String> {
    let PostNotice::Page(notice) = notice else { return None };
    let words = named_notices(lang);
    let text = match notice {
        N::PersonChanged => words.user_changed(name),
        N::KeyConnected => words.key_connected(name),
        N::KeyReady => words.key_ready(name),
        N::KeySaved => words.key_saved(name),
        N::KeyDeleted => words.key_deleted(name),
        N::KeyClosedAndDeleted => words.key_closed_and_deleted(name),
        N::FirstDayEnded => words.first_day_ended(name),
        N::SandboxReset => words.sandbox_reset(name),
        N::PlanChanged => words.plan_changed(name),
        N::PlanEnding => words.plan_ending(name),
        N::PlanKept => words.plan_kept(name),
        N::FollowStarted => words.follow_started(name),
        N::FollowChanged => words.follow_changed(name),
        N::FollowPaused => words.follow_paused(name),
        N::FollowResumed => words.follow_resumed(name),
        N::FollowStopped => words.follow_stopped(name),
        N::FollowStoppedClosed => words.follow_stopped_closed(name),
        N::StrategyCreated => words.strategy_created(name),
        N::StrategyChanged => words.strategy_changed(name),
        N::StrategyActivated => words.strategy_activated(name),
        N::StrategyDeactivated => words.strategy_deactivated(name),
        N::SourceCreated => words.source_created(name),
        N::SourceSaved => words.source_saved(name),
        N::ClientMade => words.client_made(name),
        N::ClientRevoked => words.client_revoked(name),
        N::WebhookCreated => words.webhook_created(name),
        N::WebhookSaved => words.webhook_saved(name),
        N::WebhookRotated => words.webhook_rotated(name),
        N::WebhookRemoved => words.webhook_removed(name),
        N::AccountOpened => words.account_opened(name),
        N::SubAccountMade => words.sub_account_made(name),
        N::SubAccountSaved => words.sub_account_saved(name),
        N::BrandSet => words.brand_set(name),
        N::PresetSaved => words.preset_saved(name),
        N::PresetDeleted
        | N::ResetSent
        | N::PasswordReset
        | N::PasswordChanged
        | N::AccountFrozen
        | N::SessionEnded
        | N::ProfileSaved
        | N::SupportRequested
        | N::SupportClosed
        | N::PositionAdopted
        | N::PositionsClosed
        | N::PositionsLeft
        | N::RiskRuleSaved
        | N::RiskRuleResumed
        | N::Panicked
        | N::DeskClosed
        | N::DeskOpened
        | N::ReviewConfirmed
        | N::CopiesPaused
        | N::CopiesResumed
        | N::HookRotated
        | N::SourceRevoked
        | N::SourceRemoved
        | N::SourceTested
        | N::NotificationsSaved
        | N::TelegramUnlinked
        | N::Unsubscribed
        | N::MessageRetried
        | N::ApprovalRequested
        | N::ApprovalWithdrawn
        | N::SourceDecided
        | N::SignalPreviewed
        | N::WebhookTested
        | N::WebhookResent
        | N::FundsMoved
        | N::FundsMoving
        | N::AccountCredited
        | N::RuleSet => return None,
    };
    Some(text)
}

table! {
    /// The texts of successes that name their object.
    NamedNotices, named_notices {
        user_changed(name): "User {name} updated.",
        key_connected(name): "Exchange key {name} connected. You can trade now.",
        key_ready(name): "Account {name} opened with 10,000 USDT.",
        key_saved(name): "Exchange key {name} saved.",
        key_deleted(name): "Exchange key {name} deleted. Orders and positions at the exchange stay open.",
        key_closed_and_deleted(name): "Orders cancelled, positions closed and exchange key {name} deleted.",
        first_day_ended(name): "The first-day limits of exchange key {name} have ended.",
        sandbox_reset(name): "Account {name} reset: its orders and positions are gone.",
        plan_changed(name): "Your plan is now {name}.",
        plan_ending(name): "Your {name} plan ends with the current period. You can keep it until then.",
        plan_kept(name): "Your {name} plan stays active.",
        follow_started(name): "You're copying {name}. Trading starts with its next signal.",
        follow_changed(name): "Settings for {name} saved. An open position keeps its size, stop and take profits, and stays with the strategy that opened it.",
        follow_paused(name): "Copying {name} is paused. No new trades are copied until you resume.",
        follow_resumed(name): "You're copying {name} again, starting with its next signal.",
        follow_stopped(name): "You've stopped copying {name}.",
        follow_stopped_closed(name): "You've stopped copying {name}, and its position is closed.",
        strategy_created(name): "Strategy {name} created. Activate it when it's ready.",
        strategy_changed(name): "Strategy {name} saved.",
        strategy_activated(name): "Strategy {name} activated: its signals are copied.",
        strategy_deactivated(name): "Strategy {name} deactivated.",
        source_created(name): "Signal source {name} created. Copy its webhook URL now: it won't be shown again.",
        source_saved(name): "Signal source {name} saved.",
        client_made(name): "API client {name} created. Copy its secret now: it won't be shown again.",
        client_revoked(name): "API client {name} revoked.",
        webhook_created(name): "Webhook {name} created. Copy its secret now: it won't be shown again.",
        webhook_saved(name): "Webhook {name} saved.",
        webhook_rotated(name): "Webhook {name} has a new secret. Copy it now: it won't be shown again.",
        webhook_removed(name): "Webhook {name} removed.",
        account_opened(name): "{name} account opened.",
        sub_account_made(name): "Sub-account {name} created.",
        sub_account_saved(name): "Sub-account {name} saved.",
        brand_set(name): "Brand {name} saved.",
        preset_saved(name): "Preset {name} saved.",
    }
}

texts! {
    /// The text of a success on any page but the trade page, without a name.
    page_notice(N) {
        N::ResetSent => "If an account with this address exists, we've sent a link. It works for one hour.",
        N::PasswordReset => "Your password has been changed. Sign in with the new one.",
        N::PasswordChanged => "Your password has been changed. Your other sessions have ended, and so have the apps you didn't keep.",
        N::AccountFrozen => "Your account is frozen. Open positions keep their stop losses. To unfreeze the account, reset your password.",
        N::PersonChanged => "User updated.",
        N::SessionEnded => "Session revoked.",
        N::ProfileSaved => "Profile saved.",
        N::SupportRequested => "Request sent. We'll reply by e-mail.",
        N::SupportClosed => "Request closed.",
        N::KeyConnected => "Exchange key connected. You can trade now.",
        N::KeyReady => "Paper account opened with 10,000 USDT.",
        N::KeySaved => "Exchange key saved.",
        N::KeyDeleted => "Exchange key deleted. Orders and positions at the exchange stay open.",
        N::KeyClosedAndDeleted => "Orders cancelled, positions closed and exchange key deleted.",
        N::FirstDayEnded => "The first-day limits have ended.",
        N::SandboxReset => "Paper account reset.",
        N::PlanChanged => "Plan changed.",
        N::PlanEnding => "Your plan ends with the current period. You can keep it until then.",
        N::PlanKept => "Your plan stays active.",
        N::FollowStarted => "You're copying this strategy. Trading starts with its next signal.",
        N::FollowChanged => "Settings saved. An open position keeps its size, stop and take profits, and stays with the strategy that opened it.",
        N::FollowPaused => "Copying paused. No new trades are copied until you resume.",
        N::FollowResumed => "Copying resumed. The next signal is copied.",
        N::FollowStopped => "Copying stopped.",
        N::FollowStoppedClosed => "Copying stopped and position closed.",
        N::PositionAdopted => "Position adopted. Slipstream supervises it from now on.",
        N::PositionsClosed => "All positions of the account are closed.",
        N::PositionsLeft => "Not all positions could be closed. Check what's left and try again.",
        N::RiskRuleSaved => "Risk rules saved. They apply from now on.",
        N::RiskRuleResumed => "Risk rule resumed. New entries are copied again. Losses of trades that end from now on count, and open positions count in full.",
        N::PresetSaved => "Preset saved.",
        N::PresetDeleted => "Preset deleted.",
        N::Panicked => "Nothing to close: you have no exchange keys.",
        N::DeskClosed => "Maintenance mode is on: only admins can sign in.",
        N::DeskOpened => "Maintenance mode is off.",
        N::ReviewConfirmed => "Differences confirmed. The account can trade again.",
        N::CopiesPaused => "All copying is paused.",
        N::CopiesResumed => "Copying resumed.",
        N::StrategyCreated => "Strategy created. Activate it when it's ready.",
        N::StrategyChanged => "Strategy saved.",
        N::StrategyActivated => "Strategy activated: its signals are copied.",
        N::StrategyDeactivated => "Strategy deactivated.",
        N::HookRotated => "Webhook URL created.",
        N::SourceCreated => "Signal source created. Copy its webhook URL now: it won't be shown again.",
        N::SourceSaved => "Signal source saved.",
        N::SourceRevoked => "Webhook revoked. Its URL no longer works.",
        N::SourceRemoved => "Signal source removed. Open positions keep their stop losses.",
        N::SourceTested => "Alert tested. No order was placed.",
        N::NotificationsSaved => "Notifications saved.",
        N::TelegramUnlinked => "Telegram disconnected.",
        N::Unsubscribed => "You're unsubscribed from these e-mails.",
        N::MessageRetried => "Message queued again.",
        N::ClientMade => "API client created. Copy its secret now: it won't be shown again.",
        N::ClientRevoked => "API client revoked.",
        N::WebhookCreated => "Webhook created. Copy its secret now: it won't be shown again.",
        N::WebhookSaved => "Webhook saved.",
        N::WebhookRotated => "The webhook has a new secret. Copy it now: it won't be shown again.",
        N::WebhookRemoved => "Webhook removed.",
        N::ApprovalRequested => "Approval requested. An admin will decide, and you'll be notified.",
        N::ApprovalWithdrawn => "Request withdrawn. The source stays private.",
        N::SourceDecided => "Decision saved. The owner is notified.",
        N::SignalPreviewed => "Check the signal below. It isn't sent yet.",
        N::WebhookTested => "Test event queued. Its answer appears in the log within seconds.",
        N::WebhookResent => "Event queued again. Its answer appears in the log within seconds.",
        N::AccountOpened => "Account opened.",
        N::FundsMoved => "Transfer completed.",
        N::FundsMoving => "Transfer pending: the exchange hasn't confirmed it yet. Your funds are held until it does.",
        N::SubAccountMade => "Sub-account created.",
        N::SubAccountSaved => "Sub-account saved.",
        N::AccountCredited => "Account credited.",
        N::RuleSet => "Rule saved.",
        N::BrandSet => "Brand saved.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_its_object() {
        let named = |notice: N| named_notice(Lang::En, notice.into(), "EMA cross");
        let text = "You're copying EMA cross. Trading starts with its next signal.";
        assert_eq!(named(N::FollowStarted).as_deref(), Some(text));
        assert_eq!(named(N::ProfileSaved), None);
    }

    #[test]
    fn a_named_text_contains_the_name() {
        for notice in N::ALL {
            if let Some(text) = named_notice(Lang::En, (*notice).into(), "Abc 1") {
                assert!(text.contains("Abc 1"), "{notice:?}: {text}");
            }
        }
    }
}
