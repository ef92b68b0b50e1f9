//! Roles for access control.

use serde::{Deserialize, Serialize};

/// The role that a route requires of its caller. Declared together with the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Any caller, authenticated or not.
    Anyone,
    /// A signed-in user.
    Trader,
    /// An administrator of this installation.
    Admin,
}

impl Role {
    /// Returns the name; `trader` and `admin` are stored for users.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Trader => "trader",
            Self::Admin => "admin",
        }
    }

    /// Parses a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Trader, Self::Admin].into_iter().find(|r| r.name() == name)
    }

    /// Returns whether this role satisfies the required role `wanted`.
    #[must_use]
    pub fn may(self, wanted: Self) -> bool {
        self >= wanted
    }
}
