//! Who may.

use serde::{Deserialize, Serialize};

/// What a route asks of its caller. Declared where the route is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Nobody in particular.
    Anyone,
    /// A person who signed in.
    Trader,
    /// The operator of this install.
    Admin,
}

impl Role {
    /// The name stored for a user: `trader` or `admin`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Trader => "trader",
            Self::Admin => "admin",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Trader, Self::Admin].into_iter().find(|r| r.name() == name)
    }

    /// Whether someone of this role may do what asks for `wanted`.
    #[must_use]
    pub fn may(self, wanted: Self) -> bool {
        self >= wanted
    }
}
