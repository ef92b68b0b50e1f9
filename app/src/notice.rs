//! The messages that a form's post ends with: notices of success and rejections of the whole post. They travel
//! as stable words (in flashes and JSON); their texts are in [`crate::words`].

use domain::{Refusal, words};
use serde::{Deserialize, Serialize};

words! {
    /// A success of a form on the trade page: the only ones that its wasm shows.
    pub DeskNotice {
        /// An order was placed.
        OrderPlaced = "order-placed",
        /// An order was cancelled.
        OrderCanceled = "order-canceled",
        /// A position was closed.
        PositionClosed = "position-closed",
        /// The owner ended the supervision of a position.
        SupervisionEnded = "supervision-ended",
        /// The owner resumed the supervision of a position.
        SupervisionResumed = "supervision-resumed",
        /// The stop of an open trade was moved.
        StopMoved = "stop-moved",
        /// The stop of an open trade was removed.
        StopRemoved = "stop-removed",
        /// The take-profits of an open trade were changed.
        TargetsSet = "targets-set",
        /// A part of a position was closed.
        PartClosed = "part-closed",
        /// A position was increased.
        PositionIncreased = "position-increased",
        /// A position was closed, and one on the other side opened.
        PositionReversed = "position-reversed",
        /// The resting entries of a market were cancelled.
        EntriesCanceled = "entries-canceled",
        /// The leverage of a market was set.
        LeverageSet = "leverage-set",
        /// The margin mode of a market was set.
        MarginSet = "margin-set",
    }
}

#[cfg(feature = "ssr")]
words! {
    /// A success of a form on any other page.
    pub PageNotice {
        /// A reset link was sent, if the account exists.
        ResetSent = "reset-sent",
        /// The password was set through a reset link.
        PasswordReset = "password-reset",
        /// The password was changed.
        PasswordChanged = "password-changed",
        /// The account was frozen by its owner.
        AccountFrozen = "account-frozen",
        /// An admin changed a user.
        PersonChanged = "person-changed",
        /// A session was revoked.
        SessionEnded = "session-ended",
        /// The profile was saved.
        ProfileSaved = "profile-saved",
        /// A support request was sent.
        SupportRequested = "support-asked",
        /// A support request was closed.
        SupportClosed = "support-closed",
        /// An exchange key was connected.
        KeyConnected = "key-connected",
        /// A paper account was opened.
        KeyReady = "key-ready",
        /// An exchange key was changed.
        KeySaved = "key-saved",
        /// An exchange key was deleted; its orders and positions stay open.
        KeyDeleted = "key-deleted",
        /// Everything was closed, then the exchange key was deleted.
        KeyClosedAndDeleted = "key-closed-and-deleted",
        /// The first-day limits of an exchange key were ended.
        FirstDayEnded = "first-day-ended",
        /// A paper account was reset.
        SandboxReset = "sandbox-reset",
        /// The plan was changed.
        PlanChanged = "plan-changed",
        /// The plan ends with the current period.
        PlanEnding = "plan-ending",
        /// The plan's cancellation was withdrawn.
        PlanKept = "plan-kept",
        /// A key began to copy a strategy.
        FollowStarted = "follow-begun",
        /// The settings of a follow were changed.
        FollowChanged = "follow-changed",
        /// A follow was paused.
        FollowPaused = "follow-paused",
        /// A follow was resumed.
        FollowResumed = "follow-resumed",
        /// A follow was stopped; its position stays open.
        FollowStopped = "follow-stopped",
        /// A follow was stopped and its position closed.
        FollowStoppedClosed = "follow-stopped-closed",
        /// The panic button was pressed.
        Panicked = "panicked",
        /// Maintenance mode was turned on.
        DeskClosed = "desk-closed",
        /// Maintenance mode was turned off.
        DeskOpened = "desk-opened",
        /// The differences of an account were confirmed.
        ReviewConfirmed = "review-confirmed",
        /// All copying was paused.
        CopiesPaused = "copies-paused",
        /// Copying was resumed.
        CopiesResumed = "copies-resumed",
        /// A strategy was created.
        StrategyCreated = "strategy-created",
        /// A strategy was changed.
        StrategyChanged = "strategy-changed",
        /// A strategy was activated.
        StrategyActivated = "strategy-activated",
        /// A strategy was deactivated.
        StrategyDeactivated = "strategy-deactivated",
        /// A webhook URL was created.
        HookRotated = "hook-rotated",
        /// A private signal source was created.
        SourceCreated = "source-created",
        /// A private signal source was changed.
        SourceSaved = "source-saved",
        /// The webhook of a private signal source was revoked.
        SourceRevoked = "source-revoked",
        /// A private signal source was removed.
        SourceRemoved = "source-removed",
        /// An alert was tested.
        SourceTested = "source-tested",
        /// The notification preferences were saved.
        NotificationsSaved = "notifications-saved",
        /// Telegram was disconnected.
        TelegramUnlinked = "telegram-unlinked",
        /// The user was unsubscribed from a kind of e-mail.
        Unsubscribed = "unsubscribed",
        /// A failed message was queued again.
        MessageRetried = "message-retried",
        /// An API client was created.
        ClientMade = "client-made",
        /// An API client was revoked.
        ClientRevoked = "client-revoked",
        /// An event webhook was created.
        WebhookCreated = "webhook-created",
        /// An event webhook was changed, enabled or disabled.
        WebhookSaved = "webhook-saved",
        /// An event webhook got a new secret.
        WebhookRotated = "webhook-rotated",
        /// An event webhook was removed.
        WebhookRemoved = "webhook-removed",
        /// A test event was queued.
        WebhookTested = "webhook-tested",
        /// An event was queued again.
        WebhookResent = "webhook-resent",
        /// The admins were asked to make a signal source public.
        ApprovalRequested = "approval-requested",
        /// The request to make a signal source public was withdrawn.
        ApprovalWithdrawn = "approval-withdrawn",
        /// The audience of a signal source was decided.
        SourceDecided = "source-decided",
        /// A manual signal is shown before it is sent.
        SignalPreviewed = "signal-previewed",
        /// A currency account was opened.
        AccountOpened = "account-opened",
        /// A transfer was completed.
        FundsMoved = "funds-moved",
        /// The exchange has not confirmed a transfer yet.
        FundsMoving = "funds-moving",
        /// A sub-account was created.
        SubAccountMade = "sub-account-made",
        /// A sub-account was changed.
        SubAccountSaved = "sub-account-saved",
        /// A currency account was credited.
        AccountCredited = "account-credited",
        /// A currency rule was saved.
        RuleSet = "rule-set",
        /// A brand was saved.
        BrandSet = "brand-set",
    }
}

/// The success that a post ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum PostNotice {
    /// Of a form on the trade page.
    Desk(DeskNotice),
    /// Of a form on any other page.
    #[cfg(feature = "ssr")]
    Page(PageNotice),
    /// A word that this build does not know, such as one of another version's server.
    Unknown,
}

impl PostNotice {
    /// Parses a word; an unknown one becomes [`PostNotice::Unknown`], which has a generic text.
    #[must_use]
    pub fn read(word: &str) -> Self {
        let desk = DeskNotice::parse(word).map(Self::Desk);
        #[cfg(feature = "ssr")]
        let desk = desk.or_else(|| PageNotice::parse(word).map(Self::Page));
        desk.unwrap_or(Self::Unknown)
    }

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Desk(notice) => notice.word(),
            #[cfg(feature = "ssr")]
            Self::Page(notice) => notice.word(),
            Self::Unknown => "done",
        }
    }
}

impl From<DeskNotice> for PostNotice {
    fn from(notice: DeskNotice) -> Self {
        Self::Desk(notice)
    }
}

#[cfg(feature = "ssr")]
impl From<PageNotice> for PostNotice {
    fn from(notice: PageNotice) -> Self {
        Self::Page(notice)
    }
}

impl From<String> for PostNotice {
    fn from(word: String) -> Self {
        Self::read(&word)
    }
}

impl From<PostNotice> for String {
    fn from(notice: PostNotice) -> Self {
        notice.word().to_owned()
    }
}

words! {
    /// Why a request failed as a whole, apart from business rules.
    pub RequestError {
        /// The password must be entered again.
        StepUp = "step-up",
        /// The user opened too many paper accounts today.
        TooManySandboxes = "too-many-sandboxes",
        /// The session has ended.
        Unauthenticated = "unauthenticated",
        /// The user may not do this.
        Forbidden = "forbidden",
        /// The object does not exist.
        NotFound = "not-found",
        /// Too many attempts.
        TooMany = "too-many",
        /// The user sent too many support requests this hour.
        TooManyRequests = "too-many-requests",
        /// The exchange or the payment provider does not respond.
        Unavailable = "unavailable",
        /// The browser got no response from the server.
        Unreachable = "unreachable",
        /// Maintenance mode is on.
        Maintenance = "closed",
        /// The form was sent twice.
        SentAlready = "sent-already",
        /// The form could not be read.
        BadRequest = "bad-request",
        /// An internal error; also the meaning of an unknown word.
        Fault = "fault",
    }
}

/// Why a post was rejected as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Rejection {
    /// A business rule; its word is Mudawyl's code.
    Rule(Refusal),
    /// The request itself.
    Request(RequestError),
}

impl Rejection {
    /// Parses a word; an unknown one becomes [`RequestError::Fault`], which has a generic text.
    #[must_use]
    pub fn read(word: &str) -> Self {
        match Refusal::parse(word) {
            Some(refusal) => Self::Rule(refusal),
            None => Self::Request(RequestError::parse(word).unwrap_or(RequestError::Fault)),
        }
    }

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rule(refusal) => refusal.code(),
            Self::Request(error) => error.word(),
        }
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Rule(refusal)
    }
}

impl From<RequestError> for Rejection {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<String> for Rejection {
    fn from(word: String) -> Self {
        Self::read(&word)
    }
}

impl From<Rejection> for String {
    fn from(rejection: Rejection) -> Self {
        rejection.word().to_owned()
    }
}

#[cfg(test)]
mod tests;
