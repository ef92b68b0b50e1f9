//! What the operator decided about the outside: whom else to believe, how much to hear, and who may look in.

use domain::Decimal;
use std::fmt;

/// The outside of an install. Without a configuration nobody else is believed, nothing is counted, nobody looks in.
#[derive(Clone, Debug, Default)]
pub struct EdgeSettings {
    /// Another issuer whose tokens open `/v1`.
    pub oidc: Option<OidcSettings>,
    /// Who tells programs from people.
    pub recaptcha: Option<RecaptchaSettings>,
    /// How many requests are heard.
    pub rates: Rates,
    /// Sites whose scripts may use the HTTP APIs: `https://app.example`.
    pub origins: Vec<String>,
    /// Opens `/metrics`; without it, to this machine alone.
    pub metrics_token: Option<Secret>,
}

/// Another issuer of tokens, such as a Cognito user pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// Exactly as its tokens say it in `iss`.
    pub issuer: String,
    /// What its tokens must say in `aud`, or in `client_id` where there is no `aud`.
    pub audience: String,
    /// What its tokens must say in `token_use`, if anything.
    pub token_use: Option<String>,
}

/// Google's reCAPTCHA v3, or who speaks like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecaptchaSettings {
    /// Ours, known to the verifier.
    pub secret: Secret,
    /// Where tokens are verified.
    pub verify_url: String,
    /// Below this score it was no person.
    pub floor: Decimal,
}

/// Requests a minute; 0 counts nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Of one person, in all their browsers and programs.
    pub person: u32,
    /// From one IPv4 address or IPv6 /64.
    pub address: u32,
}

impl Rates {
    /// More than people and well-made programs need.
    pub const GENEROUS: Self = Self { person: 600, address: 1_200 };
}

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
