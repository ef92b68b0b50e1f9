//! A user's account, its state and its sessions.

use crate::{Micros, Refusal, Role, SessionId, TokenFamilyId, UserId, copy::Reason, key::words};
use serde::{Deserialize, Serialize};

/// The authenticated user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Id of the user.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
}

/// Whether an account may sign in and enter new trades. Open positions stay supervised in every state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountState {
    /// Normal operation.
    #[default]
    Active,
    /// Frozen by its owner or an admin after unauthorised use; a password reset reactivates it.
    Frozen,
    /// Suspended by an admin.
    Suspended,
}

impl AccountState {
    /// Derives the state from an account's timestamps. A suspension takes precedence over a freeze.
    #[must_use]
    pub const fn of(frozen_at: Option<Micros>, suspended_at: Option<Micros>) -> Self {
        match (suspended_at, frozen_at) {
            (Some(_), _) => Self::Suspended,
            (None, Some(_)) => Self::Frozen,
            (None, None) => Self::Active,
        }
    }

    /// Refuses users whose account may not sign in or trade.
    ///
    /// # Errors
    /// [`Refusal::AccountFrozen`], [`Refusal::AccountSuspended`].
    pub const fn must_be_active(self) -> Result<(), Refusal> {
        match self {
            Self::Active => Ok(()),
            Self::Frozen => Err(Refusal::AccountFrozen),
            Self::Suspended => Err(Refusal::AccountSuspended),
        }
    }

    /// Returns why the account's follows are not copied, or `None` if they are.
    pub(crate) const fn objection(self) -> Option<Reason> {
        match self {
            Self::Active => None,
            Self::Frozen => Some(Reason::AccountFrozen),
            Self::Suspended => Some(Reason::AccountSuspended),
        }
    }
}

words! {
    /// A security-relevant change of a user's credentials. The account's owner is always notified by e-mail.
    pub Credential {
        /// An exchange key was connected.
        KeyConnected = "key-connected",
        /// An exchange key got new credentials.
        KeyRenewed = "key-renewed",
        /// An exchange key was deleted.
        KeyDeleted = "key-deleted",
        /// The first-day limits of an exchange key were ended.
        FirstDayEnded = "first-day-ended",
        /// An API client was created.
        ClientCreated = "client-created",
        /// An API client was revoked.
        ClientRevoked = "client-revoked",
        /// A webhook's address was replaced.
        HookRotated = "hook-rotated",
        /// A webhook was closed.
        HookClosed = "hook-closed",
        /// The webhook of a private signal source got a new address.
        SourceRotated = "source-rotated",
        /// The webhook of a private signal source was closed.
        SourceClosed = "source-closed",
        /// An event webhook was created.
        WebhookCreated = "webhook-created",
        /// An event webhook got another address.
        WebhookMoved = "webhook-moved",
        /// An event webhook got a new secret.
        WebhookRotated = "webhook-rotated",
        /// An event webhook was removed.
        WebhookRemoved = "webhook-removed",
        /// A Telegram chat was linked.
        ChatLinked = "chat-linked",
        /// The plan changed.
        PlanChanged = "plan-changed",
        /// The account was frozen.
        Frozen = "frozen",
    }
}

/// A user, as admins see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id of the user.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
    /// Whether the user may sign in.
    pub state: AccountState,
    /// When the user signed up.
    pub created_at: Micros,
    /// Number of signed-in browser sessions.
    pub sessions: usize,
    /// Number of active API clients.
    pub clients: usize,
    /// Number of webhooks whose address the user was shown.
    pub webhooks: usize,
}

/// A browser session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Id of the session (not its token).
    pub id: SessionId,
    /// Whether it is the session of the current request.
    pub current: bool,
    /// The browser's user agent, cut to 200 characters.
    pub user_agent: String,
    /// The IP address of its latest request.
    pub address: String,
    /// When it signed in.
    pub created_at: Micros,
    /// When it last made a request, to the minute.
    pub last_seen_at: Micros,
}

/// A program's sign-in at `/v1`, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSignIn {
    /// Id of the sign-in (not a token).
    pub id: TokenFamilyId,
    /// The program's user agent, cut to 200 characters.
    pub user_agent: String,
    /// The IP address of its latest refresh.
    pub address: String,
    /// When it signed in.
    pub created_at: Micros,
    /// When it last refreshed its tokens; access tokens live for 15 minutes.
    pub last_used_at: Micros,
}

/// The tokens of a program that uses `/v1` on behalf of a user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// A JWT for the `Authorization` header.
    pub access_token: String,
    /// A single-use token, exchanged for a new pair.
    pub refresh_token: String,
    /// Seconds until the access token expires.
    pub expires_in: i64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
