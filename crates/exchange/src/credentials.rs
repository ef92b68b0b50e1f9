//! A user's API credentials at an exchange.

use domain::Micros;
use std::fmt;
use zeroize::Zeroizing;

/// API key and secret. The secret is wiped from memory on drop and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The API key, which is not secret.
    pub api_key: String,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// Creates credentials from a key and its secret.
    #[must_use]
    pub fn new(api_key: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { api_key: api_key.into(), secret: Zeroizing::new(secret.into()) }
    }

    /// The secret, for signing.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// The permissions of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRights {
    /// May withdraw funds. Slipstream does not accept a key with this permission.
    pub withdraw: bool,
    /// May trade futures.
    pub futures: bool,
    /// May trade spot.
    pub spot: bool,
    /// Restricted to listed IP addresses; if not, the user is warned.
    pub ip_restricted: bool,
    /// The account is in portfolio margin mode, so the exchange accepts no futures orders through this key.
    pub portfolio_margin: bool,
    /// When the trading permission ends; `None` if the exchange reports no date.
    pub expires_at: Option<Micros>,
}
