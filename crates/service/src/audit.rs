//! What was done, by whom, from where: written in the same transaction as the deed.

mod chain;
mod deeds;
mod log;
mod via;

pub use chain::{Verified, seal, verify};
pub use log::{LogEntry, PAGE, Whose, all, csv, own};
pub use via::Via;

use crate::{Desk, Result};
use domain::UserId;
use store::Tx;

/// A deed worth keeping. The closed list is what an operator may search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An account was made.
    SignedUp,
    /// A session or a program's sign-in was ended by its owner.
    SignedOut,
    /// The password was given again, before credentials changed.
    SteppedUp,
    /// It was wrong.
    StepUpFailed,
    /// An account was frozen.
    Frozen,
    /// A frozen account was opened again.
    Thawed,
    /// The operator suspended an account.
    Suspended,
    /// The operator let a suspended account in again.
    Unsuspended,
    /// An admin became a trader.
    MadeTrader,
    /// The operator ended a person's sign-ins.
    SignedOutByOperator,
    /// The operator ended a person's API clients.
    ProgramsRevoked,
    /// The operator closed the webhooks that a person knew.
    HooksEnded,
    /// The operator was shown a person's reset link.
    ResetLinkShown,
    /// A person or program signed in.
    SignedIn,
    /// A sign-in failed.
    SignInFailed,
    /// A password was changed by its owner.
    PasswordChanged,
    /// A reset mail was asked for.
    ResetAsked,
    /// A password was set through a reset mail.
    PasswordReset,
    /// Every session and token was ended.
    SignedOutEverywhere,
    /// A spent refresh token came back: its family was revoked.
    TokenReused,
    /// Another issuer's subject became a person.
    VouchedFor,
    /// A person became admin.
    MadeAdmin,
    /// An exchange key was connected.
    KeyCreated,
    /// An exchange key was changed.
    KeyChanged,
    /// An exchange key was deleted.
    KeyDeleted,
    /// Somebody asked the operator something.
    SupportAsked,
    /// The operator closed a request.
    SupportClosed,
    /// A sandbox account was opened.
    SandboxOpened,
    /// A sandbox account was reset.
    SandboxReset,
    /// The operator closed the desk to everybody else.
    DeskClosed,
    /// The operator opened the desk again.
    DeskOpened,
    /// The operator paused all new copies.
    CopiesPaused,
    /// The operator let new copies go on.
    CopiesResumed,
    /// Somebody pressed the panic button.
    Panicked,
    /// The owner ended the supervision of a position.
    SupervisionEnded,
    /// The owner resumed it.
    SupervisionResumed,
    /// A strategy was made.
    StrategyCreated,
    /// A strategy was changed, activated or deactivated.
    StrategyChanged,
    /// A strategy's hook got another token, or was closed.
    HookChanged,
    /// A paid plan began.
    PlanBegun,
    /// A paid plan was changed for another.
    PlanChanged,
    /// A paid plan was told to end with its period, or to go on.
    PlanEndSet,
    /// A renewal could not be charged.
    PaymentFailed,
    /// A paid plan ended.
    PlanEnded,
    /// The operator gave a person a plan, or took it back.
    PlanAssigned,
    /// The operator gave a signal by hand.
    SignalGiven,
    /// A file of candles was imported.
    CandlesImported,
    /// A key began to follow a strategy.
    FollowBegun,
    /// A follow was changed, paused or resumed.
    FollowChanged,
    /// A follow ended.
    FollowStopped,
    /// A program was given credentials.
    ClientCreated,
    /// A program's credentials were taken back.
    ClientRevoked,
    /// A currency account was opened.
    AccountOpened,
    /// A currency account was credited by the operator.
    AccountCredited,
    /// Funds were sent to or fetched from an exchange.
    FundsMoved,
    /// The operator said where a currency is enabled.
    CurrencyRuled,
    /// A sub-account was made.
    SubAccountCreated,
    /// A sub-account was changed.
    SubAccountChanged,
    /// The operator added or changed a brand.
    BrandSet,
    /// The operator confirmed how an account differs from the database.
    ReviewConfirmed,
    /// A Telegram chat was linked.
    ChatLinked,
    /// A Telegram chat was unlinked.
    ChatUnlinked,
}

impl Deed {
    /// Its word in the database.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "a table: a line for each deed")]
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
            Self::ResetAsked => "reset-asked",
            Self::PasswordReset => "password-reset",
            Self::SignedOutEverywhere => "signed-out-everywhere",
            Self::TokenReused => "token-reused",
            Self::VouchedFor => "vouched-for",
            Self::MadeAdmin => "made-admin",
            Self::KeyCreated => "key-created",
            Self::KeyChanged => "key-changed",
            Self::KeyDeleted => "key-deleted",
            Self::SupportAsked => "support-asked",
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
            Self::HookChanged => "hook-changed",
            Self::PlanBegun => "plan-begun",
            Self::PlanChanged => "plan-changed",
            Self::PlanEndSet => "plan-end-set",
            Self::PaymentFailed => "payment-failed",
            Self::PlanEnded => "plan-ended",
            Self::PlanAssigned => "plan-assigned",
            Self::SignalGiven => "signal-given",
            Self::CandlesImported => "candles-imported",
            Self::FollowBegun => "follow-begun",
            Self::FollowChanged => "follow-changed",
            Self::FollowStopped => "follow-stopped",
            Self::ClientCreated => "client-created",
            Self::ClientRevoked => "client-revoked",
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
        }
    }
}

/// Writes a deed down. `subject` is the id of what it was done to; nothing secret belongs in here.
///
/// # Errors
/// When the database cannot be written.
pub async fn record(
    desk: &Desk,
    tx: &mut Tx,
    user: Option<UserId>,
    deed: Deed,
    subject: &str,
    via: impl Into<Via<'_>>,
) -> Result<()> {
    record_more(desk, tx, user, deed, (subject, ""), via.into()).await
}

/// As [`record`], with more about the subject: nothing secret either.
pub(crate) async fn record_more(
    desk: &Desk,
    tx: &mut Tx,
    user: Option<UserId>,
    deed: Deed,
    (subject, detail): (&str, &str),
    via: Via<'_>,
) -> Result<()> {
    let address = via.address();
    let entry = store::audit::NewEntry {
        user_id: user,
        action: deed.word(),
        subject,
        detail,
        address: &address,
        client: via.client(),
        at: desk.clock.now(),
    };
    Ok(store::audit::insert(tx, &entry).await?)
}
