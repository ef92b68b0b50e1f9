//! Audit log: what was done, by which user, from which address. Written in the same transaction as the
//! action.

mod actions;
mod chain;
mod head;
mod log;
mod via;

pub use chain::{Verified, seal, verify, watch};
pub(crate) use head::AuditHead;
pub use log::{LogEntry, PAGE, Whose, csv, list_all, list_own};
pub use via::Via;

use crate::{error::Result, platform::Platform};
use domain::UserId;
use store::Tx;

/// An audited action. Operators search the log by these values only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// An account was created.
    SignedUp,
    /// A session or a program's sign-in was ended by its owner.
    SignedOut,
    /// The user confirmed the password, before credentials change.
    SteppedUp,
    /// The confirmation failed: wrong password.
    StepUpFailed,
    /// An account was frozen.
    Frozen,
    /// A frozen account was unfrozen.
    Thawed,
    /// The operator suspended an account.
    Suspended,
    /// The operator ended the suspension of an account.
    Unsuspended,
    /// An admin became a trader.
    MadeTrader,
    /// The operator ended a user's sign-ins.
    SignedOutByOperator,
    /// The operator revoked a user's API clients.
    ProgramsRevoked,
    /// The operator closed the webhooks whose tokens a user knew.
    HooksEnded,
    /// The operator was shown a user's reset link.
    ResetLinkShown,
    /// A user or program signed in.
    SignedIn,
    /// A sign-in failed.
    SignInFailed,
    /// A password was changed by its owner.
    PasswordChanged,
    /// A password reset mail was requested.
    ResetRequested,
    /// A password was set through a reset mail.
    PasswordReset,
    /// All sessions and tokens of a user were ended.
    SignedOutEverywhere,
    /// A spent refresh token was presented again; its family was revoked.
    TokenReused,
    /// An account was created for a subject of another issuer.
    VouchedFor,
    /// A user became admin.
    MadeAdmin,
    /// An exchange key was connected.
    KeyCreated,
    /// An exchange key was changed.
    KeyChanged,
    /// An exchange key was deleted.
    KeyDeleted,
    /// The first-day limits of an exchange key were ended by its owner.
    FirstDayEnded,
    /// A user sent a support request.
    SupportRequested,
    /// The operator closed a support request.
    SupportClosed,
    /// A sandbox account was opened.
    SandboxOpened,
    /// A sandbox account was reset.
    SandboxReset,
    /// The operator turned maintenance mode on.
    DeskClosed,
    /// The operator turned maintenance mode off.
    DeskOpened,
    /// The operator paused all new copies.
    CopiesPaused,
    /// The operator resumed new copies.
    CopiesResumed,
    /// A user pressed the panic button.
    Panicked,
    /// The owner ended the supervision of a position.
    SupervisionEnded,
    /// The owner resumed the supervision of a position.
    SupervisionResumed,
    /// A strategy was created.
    StrategyCreated,
    /// A strategy was changed, activated or deactivated.
    StrategyChanged,
    /// A strategy was paused because it sent too many signals.
    StrategyPaused,
    /// A trader asked for the approval of a private signal source, or withdrew the request.
    SourceRequested,
    /// An admin decided about the audience of a private signal source.
    SourceDecided,
    /// A strategy's webhook got a new token, or was closed.
    HookChanged,
    /// A paid plan began.
    PlanStarted,
    /// A paid plan was changed for another.
    PlanChanged,
    /// The cancellation of a paid plan at the end of its period was set or withdrawn.
    PlanEndSet,
    /// The charge of a renewal failed.
    PaymentFailed,
    /// A paid plan ended.
    PlanEnded,
    /// The operator assigned a plan to a user, or withdrew it.
    PlanAssigned,
    /// The operator sent a signal manually.
    SignalGiven,
    /// A candle file was imported.
    CandlesImported,
    /// A key began to copy a strategy.
    FollowStarted,
    /// A follow was changed, paused or resumed.
    FollowChanged,
    /// A follow ended.
    FollowStopped,
    /// A risk rule was added or changed.
    RiskRuleSet,
    /// A tripped risk rule was resumed.
    RiskRuleResumed,
    /// A risk rule was removed.
    RiskRuleRemoved,
    /// An API client was created.
    ClientCreated,
    /// An API client was revoked.
    ClientRevoked,
    /// An event webhook was created.
    WebhookCreated,
    /// An event webhook was changed, or got a new secret.
    WebhookChanged,
    /// An event webhook was removed.
    WebhookRemoved,
    /// A currency account was opened.
    AccountOpened,
    /// A currency account was credited by the operator.
    AccountCredited,
    /// Funds were moved between the desk and an exchange.
    FundsMoved,
    /// The operator set the countries where a currency is enabled.
    CurrencyRuled,
    /// A sub-account was created.
    SubAccountCreated,
    /// A sub-account was changed.
    SubAccountChanged,
    /// The operator added or changed a brand.
    BrandSet,
    /// The operator confirmed the differences between an account and the database.
    ReviewConfirmed,
    /// A Telegram chat was linked.
    ChatLinked,
    /// A Telegram chat was unlinked.
    ChatUnlinked,
    /// Requests with the key of an API client were rejected: wrong secret, signature, token or address.
    ProgramRejected,
    /// Requests with a token of an ended sign-in were rejected.
    TokenRejected,
    /// Sign-ins, passwords or requests of a program were rejected because there were too many.
    AttemptsThrottled,
    /// Requests without the necessary role or permission were rejected.
    AccessDenied,
}

impl AuditAction {
    /// The action's name in the database.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "a table: a line for each action")]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SignedUp => "signed-up",
            Self::SignedOut => "signed-out",
            Self::SteppedUp => "stepped-up",
            Self::StepUpFailed => "step-up-failed",
            Self::Frozen => "frozen",
            Self::Thawed => "thawed",
            Self::Suspended => "suspended",
            Self::Unsuspended => "unsuspended",
            Self::MadeTrader => "made-trader",
            Self::SignedOutByOperator => "signed-out-by-operator",
            Self::ProgramsRevoked => "programs-revoked",
            Self::HooksEnded => "hooks-ended",
            Self::ResetLinkShown => "reset-link-shown",
            Self::SignedIn => "signed-in",
            Self::SignInFailed => "sign-in-failed",
            Self::PasswordChanged => "password-changed",
            Self::ResetRequested => "reset-asked",
            Self::PasswordReset => "password-reset",
            Self::SignedOutEverywhere => "signed-out-everywhere",
            Self::TokenReused => "token-reused",
            Self::VouchedFor => "vouched-for",
            Self::MadeAdmin => "made-admin",
            Self::KeyCreated => "key-created",
            Self::KeyChanged => "key-changed",
            Self::KeyDeleted => "key-deleted",
            Self::FirstDayEnded => "first-day-ended",
            Self::SupportRequested => "support-asked",
            Self::SupportClosed => "support-closed",
            Self::SandboxOpened => "sandbox-opened",
            Self::SandboxReset => "sandbox-reset",
            Self::DeskClosed => "desk-closed",
            Self::DeskOpened => "desk-opened",
            Self::CopiesPaused => "copies-paused",
            Self::CopiesResumed => "copies-resumed",
            Self::Panicked => "panicked",
            Self::SupervisionEnded => "supervision-ended",
            Self::SupervisionResumed => "supervision-resumed",
            Self::StrategyCreated => "strategy-created",
            Self::StrategyChanged => "strategy-changed",
            Self::StrategyPaused => "strategy-paused",
            Self::SourceRequested => "source-requested",
            Self::SourceDecided => "source-decided",
            Self::HookChanged => "hook-changed",
            Self::PlanStarted => "plan-begun",
            Self::PlanChanged => "plan-changed",
            Self::PlanEndSet => "plan-end-set",
            Self::PaymentFailed => "payment-failed",
            Self::PlanEnded => "plan-ended",
            Self::PlanAssigned => "plan-assigned",
            Self::SignalGiven => "signal-given",
            Self::CandlesImported => "candles-imported",
            Self::FollowStarted => "follow-begun",
            Self::FollowChanged => "follow-changed",
            Self::FollowStopped => "follow-stopped",
            Self::RiskRuleSet => "risk-rule-set",
            Self::RiskRuleResumed => "risk-rule-resumed",
            Self::RiskRuleRemoved => "risk-rule-removed",
            Self::ClientCreated => "client-created",
            Self::ClientRevoked => "client-revoked",
            Self::WebhookCreated => "webhook-created",
            Self::WebhookChanged => "webhook-changed",
            Self::WebhookRemoved => "webhook-removed",
            Self::AccountOpened => "account-opened",
            Self::AccountCredited => "account-credited",
            Self::FundsMoved => "funds-moved",
            Self::CurrencyRuled => "currency-ruled",
            Self::SubAccountCreated => "sub-account-created",
            Self::SubAccountChanged => "sub-account-changed",
            Self::BrandSet => "brand-set",
            Self::ReviewConfirmed => "review-confirmed",
            Self::ChatLinked => "chat-linked",
            Self::ChatUnlinked => "chat-unlinked",
            Self::ProgramRejected => "program-rejected",
            Self::TokenRejected => "token-rejected",
            Self::AttemptsThrottled => "attempts-throttled",
            Self::AccessDenied => "access-denied",
        }
    }
}

/// Writes an audit row. `subject` is the id of the object acted on; never pass secrets.
///
/// # Errors
/// When the database cannot be written.
pub async fn record(
    desk: &Platform,
    tx: &mut Tx,
    user: Option<UserId>,
    action: AuditAction,
    subject: &str,
    via: impl Into<Via<'_>>,
) -> Result<()> {
    record_more(desk, tx, user, action, (subject, ""), via.into()).await
}

/// As [`record`], with more about the subject: nothing secret either.
pub(crate) async fn record_more(
    desk: &Platform,
    tx: &mut Tx,
    user: Option<UserId>,
    action: AuditAction,
    (subject, detail): (&str, &str),
    via: Via<'_>,
) -> Result<()> {
    let address = via.address();
    let entry = store::audit::NewEntry {
        user_id: user,
        action: action.word(),
        subject,
        detail,
        address: &address,
        client: via.client(),
        at: desk.clock.now(),
    };
    Ok(store::audit::insert_entry(tx, &entry).await?)
}
