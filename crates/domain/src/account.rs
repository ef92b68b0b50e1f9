//! What a person sees of their own account.

use crate::{Micros, Role, SessionId, UserId};
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
