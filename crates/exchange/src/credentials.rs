//! A person's credentials at an exchange.

use domain::Micros;
use std::fmt;
use zeroize::Zeroizing;

/// Key and secret. The secret is wiped from memory when dropped and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The public half.
    pub api_key: String,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// Keeps a key and its secret together.
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

/// What an exchange lets a key do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRights {
    /// May move funds out: we refuse such a key.
    pub withdraw: bool,
    /// May trade futures.
    pub futures: bool,
    /// May trade spot.
    pub spot: bool,
    /// Works only from listed addresses; where not, the person is warned.
    pub ip_restricted: bool,
    /// Its account is in portfolio margin mode: the exchange takes no futures orders through this key.
    pub portfolio_margin: bool,
    /// When the exchange ends the right to trade; none when it names no date.
    pub expires_at: Option<Micros>,
}
