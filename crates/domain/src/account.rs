//! What a person sees of their own account.

use crate::{Micros, Refusal, Role, SessionId, UserId, copy::Reason, key::words};
use serde::{Deserialize, Serialize};

/// The person who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Who.
    pub id: UserId,
    /// Where mail reaches them.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
}

/// Whether an account may sign in and take new trades. What is open stays supervised in every state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountState {
    /// It may.
    #[default]
    Active,
    /// Its owner reported that someone else acted on it; a password reset opens it again.
    Frozen,
    /// The operator closed it.
    Suspended,
}

impl AccountState {
    /// The state that an account's row shows. The operator's word wins.
    #[must_use]
    pub const fn of(frozen_at: Option<Micros>, suspended_at: Option<Micros>) -> Self {
        match (suspended_at, frozen_at) {
            (Some(_), _) => Self::Suspended,
            (None, Some(_)) => Self::Frozen,
            (None, None) => Self::Active,
        }
    }

    /// Why a person of such an account may not sign in or trade.
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

    /// Why its follows are not copied.
    pub(crate) const fn objection(self) -> Option<Reason> {
        match self {
            Self::Active => None,
            Self::Frozen => Some(Reason::AccountFrozen),
            Self::Suspended => Some(Reason::AccountSuspended),
        }
    }
}

words! {
    /// A change of what opens a person's account. Its owner is always mailed.
    pub Credential {
        /// An exchange key was connected.
        KeyConnected = "key-connected",
        /// An exchange key got new credentials.
        KeyRenewed = "key-renewed",
        /// An exchange key was deleted.
        KeyDeleted = "key-deleted",
        /// An API client was made.
        ClientCreated = "client-created",
        /// An API client was revoked.
        ClientRevoked = "client-revoked",
        /// A webhook got a new address.
        HookRotated = "hook-rotated",
        /// A webhook was closed.
        HookClosed = "hook-closed",
        /// The plan changed.
        PlanChanged = "plan-changed",
        /// The account was frozen.
        Frozen = "frozen",
    }
}

/// A person, as the operator sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Where mail reaches them.
    pub email: String,
    /// Trader or admin.
    pub role: Role,
    /// Whether they may sign in.
    pub state: AccountState,
    /// When they signed up.
    pub created_at: Micros,
    /// Browsers that are signed in.
    pub sessions: usize,
    /// API clients that work.
    pub clients: usize,
    /// Webhooks whose address they were shown.
    pub webhooks: usize,
}

/// A browser session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its id; not its token.
    pub id: SessionId,
    /// The one that asks.
    pub current: bool,
    /// The browser's name for itself, cut to 200 characters.
    pub user_agent: String,
    /// The address it last came from.
    pub address: String,
    /// When it signed in.
    pub created_at: Micros,
    /// When it last asked for anything, to the minute.
    pub last_seen_at: Micros,
}

/// The two tokens of a program that uses `/v1` as a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// A JWT, for `Authorization`.
    pub access_token: String,
    /// Works once, for a new pair.
    pub refresh_token: String,
    /// Seconds until the access token expires.
    pub expires_in: i64,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
