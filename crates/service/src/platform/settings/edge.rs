//! Settings of the outward-facing parts: external issuer, reCAPTCHA, request rates, CORS, metrics.

use domain::Decimal;
use std::fmt;

/// Settings of the outward-facing parts. By default there is no external issuer, no rate limit and no CORS
/// origin.
#[derive(Clone, Debug, Default)]
pub struct EdgeSettings {
    /// External issuer whose tokens are accepted by `/v1`.
    pub oidc: Option<OidcSettings>,
    /// Bot detection.
    pub recaptcha: Option<RecaptchaSettings>,
    /// Request rate limits.
    pub rates: Rates,
    /// Origins whose scripts may use the HTTP APIs (CORS), such as `https://app.example`.
    pub origins: Vec<String>,
    /// Token for `/metrics`; without one it is accessible from this machine only.
    pub metrics_token: Option<Secret>,
}

/// An external token issuer, such as a Cognito user pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OidcSettings {
    /// The issuer, exactly as in the `iss` claim of its tokens.
    pub issuer: String,
    /// Required value of `aud`, or of `client_id` in tokens without `aud`.
    pub audience: String,
    /// Required value of `token_use`, if any.
    pub token_use: Option<String>,
    /// Scopes that a token must have, all of them.
    pub scopes: Vec<String>,
    /// Accepted values of `acr`, the strength of the sign-in; empty: any.
    pub acr: Vec<String>,
    /// Maximum age of the sign-in (`auth_time`) in seconds, if any.
    pub max_age_s: Option<i64>,
}

/// Google's reCAPTCHA v3, or a compatible service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecaptchaSettings {
    /// The desk's secret at the verifier.
    pub secret: Secret,
    /// Where tokens are verified.
    pub verify_url: String,
    /// Minimum score of a human.
    pub floor: Decimal,
}

/// Requests per minute; 0 means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Per user, over all their browsers and programs.
    pub person: u32,
    /// Per IPv4 address or IPv6 /64.
    pub address: u32,
}

impl Rates {
    /// More than users and well-behaved programs need.
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
